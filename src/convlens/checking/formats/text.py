"""Findings for people: the line with a mark under it, what, why, and the change; the gravest first."""

from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path

from rich.console import Console
from rich.text import Text

from convlens.checking import source as sources
from convlens.checking.checker import Report
from convlens.checking.findings import Finding, Severity
from convlens.checking.fixing import apply
from convlens.checking.source import Source

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold cyan"}
_HEADINGS = {Severity.ERROR: "Errors", Severity.WARNING: "Warnings", Severity.INFO: "Worth knowing"}
_MOST_LINES_OF_A_CHANGE = 12


def show(report: Report, console: Console) -> None:
    """Print a report. Where the console is no terminal there are no colours, and no line is broken."""
    read: dict[Path, Source | None] = {}
    shown: Severity | None = None
    for finding in report.findings:
        if finding.severity is not shown:
            shown = finding.severity
            console.print(Text(f"{_HEADINGS[shown]}\n", style=_STYLES[shown]))
        if finding.file not in read:
            read[finding.file] = _read(finding.file)
        for line in _finding(finding, read[finding.file]):
            console.print(line, soft_wrap=True)
        console.print()
    console.print(Text(summary(report)), soft_wrap=True)


def summary(report: Report) -> str:
    """One line: `2 errors and 1 warning in 3 files.`"""
    counts = {severity: sum(one.severity is severity for one in report.findings) for severity in Severity}
    words = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
    told = [f"{count} {words[severity]}{'s' * (count != 1)}" for severity, count in counts.items() if count]
    found = " and ".join(told) if len(told) < 3 else f"{told[0]}, {told[1]} and {told[2]}"
    checked = len(report.files)
    if not checked:
        return "Nothing could be checked."
    files = f"{checked} file" + "s" * (checked != 1)
    missed = f"; {len(report.failures)} could not be checked" if report.failures else ""
    return f"{found or 'No mistakes found'} in {files}{missed}."


def _finding(finding: Finding, source: Source | None) -> Iterator[Text]:
    style = _STYLES[finding.severity]
    head = Text(f"{finding.file}:{finding.line}:{finding.column} ", style="bold")
    yield head.append(f"{finding.severity} {finding.rule}", style=style)
    if source is not None:
        yield from _marked(finding, source, style)
    yield Text(f"  {finding.message}")
    if finding.seen:
        yield Text(f"  When run: {finding.seen}")
    yield Text(f"  {finding.why}", style="dim")
    if finding.fix is not None:
        yield Text(f"  {finding.fix.note}", style="green")
        yield from _change(finding, source)


def _marked(finding: Finding, source: Source, style: str) -> Iterator[Text]:
    """The source line, and the mark under what is meant."""
    line = source.line(finding.code_line or finding.line)
    bare = line.lstrip()
    cut = len(line) - len(bare)
    start = max(finding.column - 1 - cut, 0)
    length = max(min(finding.end_column - 1, len(line)) - (finding.column - 1), 1)
    number = str(finding.line)
    yield Text(f"  {number} | {bare.rstrip()}")
    blank = "".join("\t" if letter == "\t" else " " for letter in bare[:start])
    yield Text(f"  {' ' * len(number)} | {blank}").append("^" * length, style=style)


def _change(finding: Finding, source: Source | None) -> Iterator[Text]:
    """What the fix changes, as a diff without its heads."""
    if source is None or finding.fix is None or not finding.fix.edits:
        return
    before = source.text.splitlines()
    after = apply(source.text, finding.fix.edits).splitlines()
    lines = [line for line in unified_diff(before, after, lineterm="", n=0) if line[:3] not in ("---", "+++")]
    for line in lines[:_MOST_LINES_OF_A_CHANGE]:
        if not line.startswith("@@"):
            yield Text(f"    {line[0]} {line[1:]}", style="green" if line[0] == "+" else "red")
    if len(lines) > _MOST_LINES_OF_A_CHANGE:
        yield Text(f"    and {len(lines) - _MOST_LINES_OF_A_CHANGE} lines more")


def _read(file: Path) -> Source | None:
    try:
        return sources.read(file)
    except sources.UncheckableError:
        return None
