"""`convlens check --fix`: show the changes, write them, say what was mended and what is left."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from convlens.checking.checker import Report
    from convlens.checking.findings import Finding
    from convlens.checking.mending import Key, Mended


@dataclass
class Outcome:
    """What `--fix` did.

    Attributes:
        refused: whether a file that should have been written was not.
        left: the findings after it.
    """

    refused: bool = False
    left: "list[Finding]" = field(default_factory=list)

    @property
    def status(self) -> int:
        """The exit status of the command: 0 no error or warning left, 1 some, 2 something could not be written."""
        from convlens.checking.findings import Severity

        return 2 if self.refused else int(any(finding.severity is not Severity.INFO for finding in self.left))


def mend(report: "Report", rules: list[str], refuted: "frozenset[Key]", force: bool, console: "Console") -> Outcome:
    """Mend the files of a report.

    Args:
        report: what was found; its files are read anew.
        rules: those that are asked for.
        refuted: findings of the source that a run has refuted.
        force: write also what version control could not bring back.
        console: where the changes are shown.
    """
    from convlens.checking import source as sources
    from convlens.checking.checker import check_files, check_source
    from convlens.checking.findings import Evidence
    from convlens.checking.mending import key, mend_all

    outcome = Outcome()
    mistaken = [file for file in report.files if file in report.sources]
    for file in mistaken:
        source = sources.read(file)
        findings = [one for one in check_source(source, rules) if key(one) not in refuted]
        for mended in mend_all(source, findings, rules, refuted):
            outcome.refused = not _is_written(mended, force, console) or outcome.refused
    after = check_files(mistaken, rules)
    outcome.left = [one for one in after.findings if key(one) not in refuted]
    outcome.left += [one for one in report.findings if one.evidence is Evidence.RUN]
    if mistaken and not outcome.refused:
        _tell_what_is_left(outcome.left, console)
    return outcome


def _is_written(mended: "Mended", force: bool, console: "Console") -> bool:
    """Show the changes of a file and write them; whether they were written."""
    from rich.text import Text

    from convlens.checking.mending import UnmendableError, write

    styles = {"+": "green", "-": "red", "@": "cyan"}
    for line in mended.diff.split("\n"):
        console.print(Text(line, style=styles.get(line[:1], "")), soft_wrap=True)
    try:
        write(mended, force=force)
    except UnmendableError as error:
        console.print(f"convlens: {error}", markup=False, soft_wrap=True)
        return False
    done = ", ".join(f"{finding.rule} ({finding.place})" for finding in mended.fixed)
    console.print(f"convlens: {mended.source.file}: mended {done}.", markup=False, soft_wrap=True)
    return True


def _tell_what_is_left(left: "list[Finding]", console: "Console") -> None:
    from convlens.checking.formats.text import counted, head

    if not left:
        console.print("convlens: nothing is left to mend.")
        return
    console.print(f"convlens: left, to be mended by hand: {counted(left)}.")
    for finding in left:
        console.print(head(finding), soft_wrap=True)
