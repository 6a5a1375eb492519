"""Mend a file: apply the fixes of its findings, and write it back as it was but for them."""

import json
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from convlens.checking import source as sources
from convlens.checking.findings import Edit, Finding
from convlens.checking.fixing import apply
from convlens.checking.source import Source
from convlens.errors import ConvlensError
from convlens.files import write_atomically

_INDENTS = (1, 2, 4, None)


class UnmendableError(ConvlensError):
    """A file is not written: its present state would be lost."""


@dataclass(frozen=True)
class Mended:
    """A file before and after its fixes.

    Attributes:
        source: as it is.
        text: the code after the fixes.
        fixed: the findings whose fixes are in it.
        edits: all that was changed.
    """

    source: Source
    text: str
    fixed: tuple[Finding, ...]
    edits: tuple[Edit, ...]

    @property
    def diff(self) -> str:
        """The change of the code as a unified diff; empty where nothing changes."""
        name = str(self.source.file)
        before, after = self.source.text.splitlines(), self.text.splitlines()
        return "\n".join(unified_diff(before, after, name, name, lineterm=""))


def mend(source: Source, findings: Iterable[Finding]) -> Mended:
    """Apply the fixes of a file's findings, each wholly or not at all: one that overlaps an earlier one waits."""
    taken: list[Edit] = []
    fixed: list[Finding] = []
    for finding in findings:
        edits = finding.fix.edits if finding.fix else ()
        if edits and not any(_overlap(new, old) for new in edits for old in taken):
            taken += edits
            fixed.append(finding)
    return Mended(source, apply(source.text, taken), tuple(fixed), tuple(taken))


def _overlap(one: Edit, other: Edit) -> bool:
    """Whether two replacements touch the same text. Two insertions at one place do not; equal edits are one."""
    if one == other:
        return False
    starts = (one.line, one.column), (other.line, other.column)
    ends = (one.end_line, one.end_column), (other.end_line, other.end_column)
    return starts[0] < ends[1] and starts[1] < ends[0]


def write(mended: Mended, *, force: bool) -> None:
    """Write a mended file in its place.

    Raises:
        UnmendableError: version control could not bring back what is there now, and `force` is false.
    """
    file = mended.source.file.resolve()
    if not force and (reason := _unsaved(file)):
        raise UnmendableError(f"{mended.source.file} is not mended: {reason}. Commit it, or add --force.")
    text, encoding = sources.decoded(file, file.read_bytes())
    new = _notebook(mended, text) if mended.source.cells else mended.text
    mode = file.stat().st_mode
    write_atomically(file, new.encode(encoding))
    file.chmod(mode)


def _unsaved(file: Path) -> str | None:
    """Why the present state of a file could not be brought back; None where it can."""
    command = ["git", "status", "--porcelain", "--ignored", "--", file.name]
    try:
        done = subprocess.run(command, cwd=file.parent, capture_output=True, text=True, check=False)  # noqa: S603
    except OSError:
        return "git is not there to bring the old file back"
    if done.returncode != 0 or done.stdout.startswith(("??", "!!")):
        return "it is not under version control"
    return "it has changes that are not committed" if done.stdout.strip() else None


def _notebook(mended: Mended, text: str) -> str:
    """The notebook's file with the edits in its cells, and everything else as it was."""
    notebook = json.loads(text)
    indent, ascii_only = next(
        ((i, a) for i in _INDENTS for a in (False, True) if json.dumps(notebook, indent=i, ensure_ascii=a) in text),
        (1, False),
    )
    cells = mended.source.cells
    for position, (index, first) in enumerate(cells):
        beyond = cells[position + 1][1] if position + 1 < len(cells) else len(mended.source.lines) + 1
        edits = [_shifted(edit, first) for edit in mended.edits if first <= edit.line < beyond]
        if edits:
            given = notebook["cells"][index]["source"]
            joined = given if isinstance(given, str) else "".join(given)
            new = apply(joined, edits)
            notebook["cells"][index]["source"] = new if isinstance(given, str) else new.splitlines(keepends=True)
    return json.dumps(notebook, indent=indent, ensure_ascii=ascii_only) + ("\n" if text.endswith("\n") else "")


def _shifted(edit: Edit, first: int) -> Edit:
    """An edit of the whole code as one of a cell."""
    return Edit(edit.line - first + 1, edit.column, edit.end_line - first + 1, edit.end_column, edit.text)
