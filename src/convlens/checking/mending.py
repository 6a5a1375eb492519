"""Mend a file: apply the fixes of its findings, and write it back as it was but for them."""

import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import SequenceMatcher, unified_diff
from pathlib import Path

from convlens.checking import notebooks
from convlens.checking import source as sources
from convlens.checking.checker import check_source
from convlens.checking.findings import Edit, Finding
from convlens.checking.fixing import apply
from convlens.checking.notebooks import Cell
from convlens.checking.source import Source
from convlens.errors import ConvlensError
from convlens.files import write_atomically

_ROUNDS = 5
Key = tuple[Path, str, str]
"""File, rule and message: what a finding is known by while the lines of its file move."""


def key(finding: Finding) -> Key:
    """See `Key`."""
    return finding.file, finding.rule, finding.message


class UnmendableError(ConvlensError):
    """A file is not written: its present state would be lost."""


@dataclass(frozen=True)
class Mended:
    """A file before and after its fixes.

    Attributes:
        source: as it is.
        after: as it will be; lines of a notebook's file are not known.
        fixed: the findings whose fixes are in it.
    """

    source: Source
    after: Source
    fixed: tuple[Finding, ...] = ()

    @property
    def diff(self) -> str:
        """The change of the code as a unified diff, of a notebook one for each cell; empty where nothing changes."""
        file = str(self.source.file)
        parts = [(f"{file}, {cell}" if cell else file, hunks) for cell, hunks in self.hunks()]
        return "\n".join("\n".join([f"--- {name}", f"+++ {name}", *hunks]) for name, hunks in parts if hunks)

    def hunks(self, context: int = 3) -> list[tuple[str, list[str]]]:
        """The lines of the diff without its heads: of each cell that changes, or of the whole file (named "")."""
        if not self.source.cells:
            return [("", _hunks(self.source.text, self.after.text, context))]
        return [(f"cell {cell.number}", _hunks(old, new, context)) for cell, old, new in self.changed_cells]

    @property
    def changed_cells(self) -> list[tuple[Cell, str, str]]:
        """The cells of a notebook whose code changes, each with its code before and after."""
        pairs = zip(cells_of(self.source), cells_of(self.after), strict=True)
        return [(cell, old, new) for (cell, old), (_, new) in pairs if old != new]


def _hunks(before: str, after: str, context: int) -> list[str]:
    return list(unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=context))[2:]


def cells_of(source: Source) -> list[tuple[Cell, str]]:
    """The cells of a notebook, each with its code."""
    if not source.cells:
        return []
    lines = source.text.split("\n")
    ends = [*(cell.first - 1 for cell in source.cells[1:]), len(lines)]
    return [(cell, "\n".join(lines[cell.first - 1 : end])) for cell, end in zip(source.cells, ends, strict=True)]


def mend(source: Source, findings: Iterable[Finding]) -> Mended:
    """Apply the fixes of a file's findings, each wholly or not at all: one that overlaps an earlier one waits."""
    taken: list[Edit] = []
    fixed: list[Finding] = []
    for finding in findings:
        edits = finding.fix.edits if finding.fix else ()
        if edits and not any(_overlap(new, old) for new in edits for old in taken):
            taken += edits
            fixed.append(finding)
    if not fixed:
        return Mended(source, source)
    try:
        return Mended(source, _edited(source, taken), tuple(fixed))
    except sources.UncheckableError:  # the fixes do not fit together: they are left to the person
        return Mended(source, source)


def mend_all(
    source: Source,
    findings: Iterable[Finding],
    rules: Iterable[str] | None = None,
    refuted: frozenset[Key] = frozenset(),
) -> list[Mended]:
    """The file and those beside it that it imports, with all fixes, also of mistakes that others had hidden.

    One change can lay another mistake bare: where evaluation gets its `eval()`, training needs its `train()`. And a fix
    that overlaps another has to wait for it.

    Args:
        source: the file that was checked.
        findings: what to mend first.
        rules: the rules to ask afterwards; None for all.
        refuted: findings that a run has refuted, and that stay unmended.
    """
    given = list(findings)
    results = [mend(one, [two for two in given if two.file == one.file]) for one in [source, *source.family]]
    main = results[0]
    for _ in range(_ROUNDS - 1):
        done = refuted | {key(one) for one in main.fixed}
        found = check_source(main.after, rules) if main.fixed else []
        fresh = [one for one in found if one.file == source.file and key(one) not in done]
        more = mend(main.after, fresh)
        if not more.fixed:
            break
        main = Mended(source, more.after, main.fixed + tuple(_as_before(main, finding) for finding in more.fixed))
    return [one for one in [main, *results[1:]] if one.fixed]


def _as_before(mended: Mended, finding: Finding) -> Finding:
    """A finding of a file that is partly mended, with the line that it had before."""
    source, line = mended.source, finding.code_line
    matcher = SequenceMatcher(None, source.lines, mended.after.lines, autojunk=False)
    for _, start, end, after_start, after_end in matcher.get_opcodes():
        if after_start < line <= after_end:
            line = start + max(min(line - after_start, end - start), 1)
            break
    return replace(finding, line=source.file_line(line), code_line=line, cell=source.cell(line))


def _edited(source: Source, edits: Iterable[Edit]) -> Source:
    """A source with edits; an edit of a notebook stays in its cell."""
    if not source.cells:
        return sources.parse(apply(source.text, edits), source.file)
    wanted = list(edits)
    codes: list[str] = []
    cells: list[Cell] = []
    first = 1
    beyond = [*(cell.first for cell in source.cells[1:]), len(source.text.split("\n")) + 1]
    for (cell, code), end in zip(cells_of(source), beyond, strict=True):
        codes.append(apply(code, [_shifted(one, cell.first) for one in wanted if cell.first <= one.line < end]))
        cells.append(cell._replace(first=first))
        first += len(codes[-1].split("\n"))
    return sources.parse("\n".join(codes), source.file, (), tuple(cells))


def _shifted(edit: Edit, first: int) -> Edit:
    """An edit of the whole code as one of a cell."""
    return replace(edit, line=edit.line - first + 1, end_line=edit.end_line - first + 1)


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
        raise UnmendableError(f"{mended.source.file} is not mended: {reason} first, or add --force.")
    text, encoding = sources.decoded(file, file.read_bytes())
    new = mended.after.text
    if mended.source.cells:
        new = notebooks.with_cells(text, [(cell, code) for cell, _, code in mended.changed_cells])
    mode = file.stat().st_mode
    write_atomically(file, new.encode(encoding))
    file.chmod(mode)


def _unsaved(file: Path) -> str | None:
    """Why the present state of a file could not be brought back, and what to do; None where it can."""
    command = ["git", "status", "--porcelain", "--ignored", "--", file.name]
    try:
        done = subprocess.run(command, cwd=file.parent, capture_output=True, text=True, check=False)  # noqa: S603
    except OSError:
        return "git, which could bring the old file back, is not there. Install it"
    if done.returncode != 0 or done.stdout.startswith(("??", "!!")):
        return "it is not under version control, which could bring the old file back. Commit it to git"
    return "it has changes that are not committed. Commit them" if done.stdout.strip() else None
