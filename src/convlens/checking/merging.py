"""What a run saw, joined with what the source says: findings are confirmed, refuted or added."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from convlens.checking import source as sources
from convlens.checking.findings import Evidence, Finding
from convlens.checking.ignoring import is_ignored
from convlens.checking.rules import Rule
from convlens.checking.source import Source

NEAR = 2
"""A line this far from a finding's is about the same mistake."""


class Seen(Protocol):
    """A verdict of a run; see `probe.evidence.Seen`. Lines are those of the code, as findings' `code_line`."""

    @property
    def rule(self) -> str: ...  # noqa: D102
    @property
    def file(self) -> str: ...  # noqa: D102
    @property
    def line(self) -> int: ...  # noqa: D102
    @property
    def verdict(self) -> str: ...  # noqa: D102
    @property
    def sentence(self) -> str: ...  # noqa: D102
    @property
    def first(self) -> int: ...  # noqa: D102
    @property
    def last(self) -> int: ...  # noqa: D102


def merge(findings: Iterable[Finding], seen: Iterable[Seen], rules: dict[str, Rule]) -> list[Finding]:
    """The findings after a run, the gravest first.

    Args:
        findings: from the source.
        seen: the verdicts of the run.
        rules: those that are asked for, by slug; what a run says about others is left out.
    """
    verdicts = [one for one in seen if one.rule in rules]
    merged: list[Finding] = []
    used: set[int] = set()
    for finding in findings:
        about = [one for one in verdicts if _about(one, finding)]
        confirming = [one for one in about if one.verdict == "confirmed"]
        used |= {id(one) for one in confirming}
        if confirming:
            closest = min(confirming, key=lambda one: abs(one.line - finding.code_line))
            merged.append(replace(finding, evidence=Evidence.BOTH, seen=_sentence(closest.sentence)))
        elif not about:
            merged.append(finding)
    reading = _Reading()
    for one in verdicts:
        if one.verdict == "confirmed" and id(one) not in used:
            added = _added(one, rules[one.rule], reading)
            if added is not None:
                merged.append(added)
    return sorted(merged, key=lambda finding: finding.order)


def _about(seen: Seen, finding: Finding) -> bool:
    """Whether a verdict is about the same mistake as a finding."""
    if seen.rule != finding.rule:
        return False
    if seen.first == 0:  # anywhere in the script and its neighbours
        return True
    if Path(seen.file).resolve() != finding.file.resolve():
        return False
    return seen.first <= finding.code_line <= seen.last or abs(seen.line - finding.code_line) <= NEAR


class _Reading:
    """Sources by file, each read once."""

    def __init__(self) -> None:
        self._known: dict[str, Source | None] = {}

    def source(self, file: str) -> Source | None:
        if file not in self._known:
            try:
                self._known[file] = sources.read(Path(file))
            except sources.UncheckableError:
                self._known[file] = None
        return self._known[file]


def _added(seen: Seen, rule: Rule, reading: _Reading) -> Finding | None:
    """A mistake that only the run shows."""
    source = reading.source(seen.file)
    if source is None or is_ignored(source, seen.rule, seen.line):
        return None
    text = source.line(seen.line)
    line = source.file_line(seen.line)
    return Finding(
        file=_shown(Path(seen.file)),
        line=line,
        column=len(text) - len(text.lstrip()) + 1,
        rule=seen.rule,
        severity=rule.severity,
        message=_sentence(seen.sentence),
        why=rule.why,
        evidence=Evidence.RUN,
        end_line=line,
        end_column=len(text.rstrip()) + 1,
        code_line=seen.line,
        cell=source.cell(seen.line),
    )


def _shown(file: Path) -> Path:
    """A file as the caller would write it."""
    try:
        return file.relative_to(Path.cwd())
    except ValueError:
        return file


def _sentence(text: str) -> str:
    """With a capital letter and a full stop, where it has none."""
    text = text.strip()
    return (text[:1].upper() + text[1:] if text[:1].isalpha() else text) + ("" if text.endswith((".", "!")) else ".")
