"""Check a file, a folder or a text: read, walk once, ask every rule."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from convlens.checking import source as sources
from convlens.checking.events import (
    Backward,
    Called,
    Event,
    Forward,
    Made,
    ModeSet,
    Operation,
    ParameterSet,
    SchedulerStep,
    Step,
    ZeroGrad,
)
from convlens.checking.facts import Facts, gather
from convlens.checking.findings import Finding, Severity
from convlens.checking.ignoring import is_ignored, unknown_rules
from convlens.checking.rules import all_rules
from convlens.checking.source import Source, UncheckableError

_OF_NETWORKS = (Made, Forward, Operation, Backward, Step, ZeroGrad, SchedulerStep, ModeSet, ParameterSet)
"""Without an event of these kinds there is nothing that rules are about."""
_PYTORCH = re.compile(r"torch|lightning")
_SKIPPED = {".git", ".venv", "venv", "__pycache__", "node_modules", ".ipynb_checkpoints", "site-packages"}


def check_file(file: Path, rules: Iterable[str] | None = None) -> list[Finding]:
    """The findings of one file, the gravest first.

    Raises:
        UncheckableError: it cannot be checked.
    """
    return check_source(sources.read(Path(file)), rules)


def check_text(text: str, rules: Iterable[str] | None = None) -> list[Finding]:
    """The findings of a text that stands in no file.

    Raises:
        UncheckableError: it is not Python.
    """
    return check_source(sources.parse(text), rules)


def check_source(source: Source, rules: Iterable[str] | None = None) -> list[Finding]:
    """The findings of a source that was read, and of the files beside it that it imports."""
    facts = gather(source)
    if not any(_is_about_networks(event) for event in facts.events):
        return []
    wanted = set(all_rules() if rules is None else rules)
    files = {one.file: one for one in [source, *source.family]}
    found: dict[tuple[Path, str, int, int], Finding] = {}
    for slug, (_, check) in all_rules().items():
        if slug in wanted:
            for finding in check(facts):
                home = files.get(finding.file)
                if home is not None and not is_ignored(home, slug, finding.line):
                    key = (finding.file, slug, finding.line, finding.column)
                    found.setdefault(key, _in_file(home, finding))
    return sorted(found.values(), key=lambda finding: finding.order)


@dataclass
class Report:
    """What the check of several files gave.

    Attributes:
        files: those that could be checked.
        sources: what was read of each file that has findings.
        foreign: how many files do not use PyTorch.
        notes: what else a person should know, as sentences.
    """

    files: list[Path] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    failures: list[UncheckableError] = field(default_factory=list)
    sources: dict[Path, Source] = field(default_factory=dict)
    foreign: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def has_mistakes(self) -> bool:
        """Whether there is an error or a warning."""
        return any(finding.severity is not Severity.INFO for finding in self.findings)


def check_files(
    files: Iterable[Path],
    rules: Iterable[str] | None = None,
    told: Callable[[Path], None] = lambda file: None,
    read: Callable[[Path], Source] = sources.read,
) -> Report:
    """Check files one after the other. What is found twice, through two files, is told once.

    Args:
        files: Python files and notebooks.
        rules: slugs of the rules to ask; None for all.
        told: called after each file.
        read: reads and parses a file.
    """
    report = Report()
    known: set[tuple[Path, str, int, int]] = set()
    wanted = None if rules is None else list(rules)
    for file in files:
        try:
            source = read(file)
            findings = check_source(source, wanted)
        except UncheckableError as error:
            report.failures.append(error)
        else:
            report.files.append(file)
            report.foreign += not any(_PYTORCH.search(one.text) for one in [source, *source.family])
            report.notes += unknown_rules(source)
            if findings:
                report.sources.update((one.file, one) for one in [source, *source.family])
            for finding in findings:
                key = (finding.file.resolve(), finding.rule, finding.line, finding.column)
                if key not in known:
                    known.add(key)
                    report.findings.append(finding)
        told(file)
    report.findings.sort(key=lambda finding: finding.order)
    return report


def python_files(folder: Path) -> list[Path]:
    """The Python files and notebooks below a folder, without those of environments and version control."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix in (".py", ".ipynb") and not _SKIPPED & set(path.relative_to(folder).parts) and path.is_file()
    )


def facts_of(text: str) -> Facts:
    """The facts of a text, for tests and for trying out."""
    return gather(sources.parse(text))


def _is_about_networks(event: Event) -> bool:
    return isinstance(event, _OF_NETWORKS) or (isinstance(event, Called) and event.name.startswith("torch"))


def _in_file(source: Source, finding: Finding) -> Finding:
    """Lines of a notebook's code become lines of its file."""
    line = source.file_line(finding.line)
    return replace(finding, line=line, end_line=line, code_line=finding.line, cell=source.cell(finding.line))
