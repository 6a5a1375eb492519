"""Findings for people: the line with a mark under it, what, why, and the change; the gravest first."""

import textwrap
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.text import Text

from convlens.checking import mending
from convlens.checking import source as sources
from convlens.checking.checker import Report
from convlens.checking.findings import Finding, Severity
from convlens.checking.source import Source

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold cyan"}
_HEADINGS = {Severity.ERROR: "Errors", Severity.WARNING: "Warnings", Severity.INFO: "Worth knowing"}
_DIFF_STYLES = {"@": "cyan", "+": "green", "-": "red"}
_CONTEXT = 2
_MANY = 20
"""Findings, of which the most frequent rules are worth a line."""
_MOST_LINES_OF_A_CHANGE = 24


def show(report: Report, console: Console, *, changes: bool = True) -> None:
    """Print a report: sentences as wide as the console, lines of code as they are; in a pipe without colours.

    Args:
        report: what was found.
        console: where to print.
        changes: show how each finding would be mended.
    """
    read = dict[Path, Source | None](report.sources)
    shown: Severity | None = None
    for finding in report.findings:
        if finding.severity is not shown:
            shown = finding.severity
            console.print(Text(f"{_HEADINGS[shown]}\n", style=_STYLES[shown]))
        if finding.file not in read:
            read[finding.file] = _read(finding.file)
        for line in _finding(finding, read[finding.file], console.width, changes):
            console.print(line, soft_wrap=True)
        console.print()
    if len(report.findings) >= _MANY:
        rules = Counter(finding.rule for finding in report.findings).most_common(3)
        console.print(Text(f"Most often: {', '.join(f'{rule} ({count})' for rule, count in rules)}."), soft_wrap=True)
    console.print(Text(summary(report)), soft_wrap=True)


def summary(report: Report) -> str:
    """One line: `2 errors and 1 warning in 3 files.`"""
    checked = len(report.files)
    if not checked:
        return "Nothing could be checked."
    files = f"{checked} file" + "s" * (checked != 1)
    if report.foreign:
        files += ", which does not use PyTorch" if checked == 1 else f", of which {report.foreign} without PyTorch"
    missed = f"; {len(report.failures)} could not be checked" if report.failures else ""
    return f"{counted(report.findings) or 'No mistakes found'} in {files}{missed}."


def counted(findings: list[Finding]) -> str:
    """`2 errors and 1 warning`; empty for none."""
    counts = {severity: sum(one.severity is severity for one in findings) for severity in Severity}
    plurals = {Severity.ERROR: "errors", Severity.WARNING: "warnings", Severity.INFO: "infos"}
    told = [f"{count} {severity if count == 1 else plurals[severity]}" for severity, count in counts.items() if count]
    return " and ".join(told) if len(told) < 3 else f"{told[0]}, {told[1]} and {told[2]}"


def head(finding: Finding) -> Text:
    """Where it is and which rule it is: `train.py:12:5 error eval-mode-missing`."""
    place = f", {finding.place}" if finding.cell else f":{finding.line}:{finding.column}"
    line = Text(f"{finding.file}{place} ", style="bold")
    return line.append(f"{finding.severity} {finding.rule}", style=_STYLES[finding.severity])


def wrapped(sentences: str, width: int, indent: str = "  ") -> str:
    """Sentences as lines that fit; a word that is longer stays whole."""
    return textwrap.fill(
        sentences,
        max(width, 40),
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _finding(finding: Finding, source: Source | None, width: int, changes: bool) -> Iterator[Text]:
    yield head(finding)
    if source is not None:
        yield from _marked(finding, source)
    yield Text(wrapped(finding.message, width))
    if finding.seen:
        yield Text(wrapped(f"When run: {finding.seen}", width))
    yield Text(wrapped(finding.why, width), style="dim")
    if finding.fix is not None:
        yield Text(wrapped(finding.fix.note, width), style="green")
    if finding.fix is not None and changes:
        yield from _change(finding, source)


def _marked(finding: Finding, source: Source) -> Iterator[Text]:
    """The source line, and the mark under what is meant."""
    line = source.line(finding.code_line or finding.line)
    bare = line.lstrip()
    cut = len(line) - len(bare)
    start = max(finding.column - 1 - cut, 0)
    length = max(min(finding.end_column - 1, len(line)) - (finding.column - 1), 1)
    number = str(finding.cell[1] if finding.cell else finding.line)
    yield Text(f"  {number} | {bare.rstrip()}")
    blank = "".join("\t" if letter == "\t" else " " for letter in bare[:start])
    yield Text(f"  {' ' * len(number)} | {blank}").append("^" * length, style=_STYLES[finding.severity])


def _change(finding: Finding, source: Source | None) -> Iterator[Text]:
    """What the fix changes, as a diff whose heads say only the lines."""
    parts = mending.mend(source, [finding]).hunks(_CONTEXT) if source is not None else []
    here = f"cell {finding.cell[0]}" if finding.cell else ""
    lines = [line for cell, hunks in parts for line in ([f"in {cell}:"] if cell != here else []) + hunks]
    while lines and not lines[-1].strip():
        lines.pop()
    for line in lines[:_MOST_LINES_OF_A_CHANGE]:
        yield Text(f"    {line}".rstrip(), style=_DIFF_STYLES.get(line[:1], ""))
    if len(lines) > _MOST_LINES_OF_A_CHANGE:
        yield Text(f"    and {len(lines) - _MOST_LINES_OF_A_CHANGE} lines more")


def _read(file: Path) -> Source | None:
    try:
        return sources.read(file)
    except sources.UncheckableError:
        return None
