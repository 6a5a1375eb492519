"""The rules: one file each, named like the slug. See `Rule` for what a file holds."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from convlens.checking.facts import Facts
from convlens.checking.findings import Finding, Fix, Severity
from convlens.checking.values import Site


@dataclass(frozen=True)
class Rule:
    """What a rule is, for its page; its file adds `check(facts)`.

    Attributes:
        slug: its name everywhere.
        severity: of its gravest findings.
        title: the mistake in a few words, for headings.
        symptom: what a person sees, for the index by symptom.
        why: one or two sentences, why it matters.
        bad: a short script with exactly this mistake.
        good: the same without it; what the fix makes of `bad`, where there is a fix.
    """

    slug: str
    severity: Severity
    title: str
    symptom: str
    why: str
    bad: str
    good: str

    def finding(
        self,
        site: Site,
        message: str,
        *,
        fix: Fix | None = None,
        severity: Severity | None = None,
        why: str | None = None,
    ) -> Finding:
        """A finding of this rule at a place. Only the first line of what stands there is marked."""
        source, node = site.source, site.node
        last = getattr(node, "end_lineno", None) or site.line
        if last == site.line:
            end = source.column(last, getattr(node, "end_col_offset", site.column + 1))
        else:
            end = len(source.line(site.line))
        return Finding(
            file=source.file,
            line=site.line,
            column=source.column(site.line, site.column) + 1,
            rule=self.slug,
            severity=severity or self.severity,
            message=message,
            why=why or self.why,
            fix=fix,
            end_line=site.line,
            end_column=end + 1,
        )


Check = Callable[[Facts], Iterator[Finding]]


@cache
def all_rules() -> dict[str, tuple[Rule, Check]]:
    """Every rule by slug, with its check."""
    found: dict[str, tuple[Rule, Check]] = {}
    for info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{info.name}")
        if hasattr(module, "RULE"):
            found[module.RULE.slug] = (module.RULE, module.check)
    return dict(sorted(found.items()))


def nearest(slug: str) -> str:
    """What to tell a person about a name that is no rule's: the one that was probably meant, or where they are."""
    near = get_close_matches(slug.lower(), all_rules(), n=1)
    return f"did you mean {near[0]}?" if near else "`convlens rules` lists all."
