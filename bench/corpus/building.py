"""Clean scripts and lists of changes become the files that are checked.  The format of the lists is in README.md."""

import ast
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path

_HERE = Path(__file__).parent
_HEADER = re.compile(r"== (?P<title>.+?)(?: in (?P<file>\w+\.py))?(?P<run> \(run\))?")
_CELL = "# %%"


@dataclass(frozen=True)
class Expected:
    """One finding that must come: its slug, its file, and the lines (from 1) at which it is right."""

    slug: str
    file: str
    lines: tuple[int, ...]
    only_when_run: bool


@dataclass(frozen=True)
class Case:
    """Files to be checked, and what is to be said of them.

    Attributes:
        kind: "clean", "single", "several" or "look-alike".
        files: text by name, all in one folder.
        also: slugs that may be said besides.
        told: slugs that may be said, each with the gravest severity that is right.
        when_run: whether a reader of the files alone cannot be sure what is right.
    """

    name: str
    kind: str
    files: dict[str, str]
    expected: tuple[Expected, ...] = ()
    also: frozenset[str] = frozenset()
    told: dict[str, str] = field(default_factory=dict)
    when_run: bool = False

    @property
    def scripts(self) -> list[str]:
        """The files that are checked; the others are what a script reads."""
        return [file for file in self.files if file.endswith((".py", ".ipynb"))]


@dataclass
class _Line:
    text: str
    marks: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class _Hunk:
    """Lines that go, come and stay, as (operation, marked, text); `file` is None for the script."""

    file: str | None
    lines: list[tuple[str, bool, str]]


@dataclass(frozen=True)
class _Change:
    """One entry of a list."""

    name: str
    title: str
    file: str | None
    only_when_run: bool
    hunks: list[_Hunk]
    notes: dict[str, list[str]]

    @property
    def slug(self) -> str:
        return self.name.partition(".")[0]


def cases() -> Iterator[Case]:
    """Every case of the corpus; a list that does not fit its script raises ValueError."""
    for base in sorted(p for p in (_HERE / "clean").iterdir() if p.suffix == ".py" or p.is_dir()):
        sources = sorted(base.glob("*.py")) if base.is_dir() else [base]
        yield from _cases_of(base.stem, {source.name: source.read_text() for source in sources})


def _cases_of(base: str, files: dict[str, str]) -> Iterator[Case]:
    yield _case(f"{base}--clean", "clean", files, [])
    changes = list(_changes((_HERE / "changes" / f"{base}.txt").read_text()))
    by_name = {change.name: change for change in changes}
    for number, change in enumerate(changes):
        if change.title.startswith("several: "):
            parts = [by_name[name] for name in change.title.removeprefix("several: ").split(", ")]
            yield _case(f"{base}--several-{number}", "several", files, parts)
        elif change.title.startswith("ok: "):
            yield _case(f"{base}--ok-{_dashed(change.title[4:])}", "look-alike", files, [change])
        else:
            yield _case(f"{base}--{change.name}", "single", files, [change])


def _dashed(words: str) -> str:
    return re.sub(r"\W+", "-", words.lower()).strip("-")[:60].rstrip("-")


def _changes(text: str) -> Iterator[_Change]:
    """The entries of a list; the second entry with a slug is called slug.2."""
    seen: dict[str, int] = {}
    for entry in re.split(r"^(?=== )", text, flags=re.MULTILINE)[1:]:
        header, *body = entry.splitlines()
        match = _HEADER.fullmatch(header)
        if match is None:
            raise ValueError(f"not a header: {header}")
        title = match["title"]
        seen[title] = seen.get(title, 0) + 1
        name = title if seen[title] == 1 else f"{title}.{seen[title]}"
        yield _Change(name, title, match["file"], bool(match["run"]), list(_hunks(body)), _notes(body))


def _hunks(body: list[str]) -> Iterator[_Hunk]:
    file = None
    lines = [line for line in body if line and not line.startswith("|")]
    for between, hunk in groupby(lines, lambda line: line == "..." or line.startswith("@ ")):
        if not between:
            yield _Hunk(file, [(line[0], line[1:2] == ">", line[2:]) for line in hunk])
            continue
        file = next((line.removeprefix("@ ") for line in hunk if line != "..."), file)


def _notes(body: list[str]) -> dict[str, list[str]]:
    notes = (line[2:].partition(": ") for line in body if line.startswith("| "))
    return {key: value.split(", ") for key, _, value in notes}


def _case(name: str, kind: str, files: dict[str, str], changes: list[_Change]) -> Case:
    """The files with all changes made."""
    lines = {file: [_Line(text) for text in content.splitlines()] for file, content in files.items()}
    try:
        for change in changes:
            _apply(change, lines, _file_of(change, files))
        texts = {file: "\n".join(line.text for line in content) + "\n" for file, content in lines.items()}
        for file, text in texts.items():
            if file.endswith(".py"):
                ast.parse(text)
        wrong = [change for change in changes if kind != "look-alike"]
        expected = tuple(_expected(change, _file_of(change, files), lines) for change in wrong)
    except (ValueError, SyntaxError) as error:
        raise ValueError(f"{name}: {error}") from error
    also = frozenset(slug for change in changes for slug in change.notes.get("also", ()))
    told = dict(note.split() for change in changes for note in change.notes.get("told", ()))
    case = Case(name, kind, texts, expected, also, told, any(change.only_when_run for change in changes))
    return _as_notebook(case) if name.partition("--")[0].endswith("_notebook") else case


def _file_of(change: _Change, files: Iterable[str]) -> str:
    return change.file or next(iter(files))


def _apply(change: _Change, files: dict[str, list[_Line]], script: str) -> None:
    for hunk in change.hunks:
        lines = files.setdefault(hunk.file or script, [])
        old = [text for operation, _, text in hunk.lines if operation != "+"]
        starts = [i for i in range(len(lines)) if [line.text for line in lines[i : i + len(old)]] == old]
        if not old and not lines:  # a new file
            starts = [0]
        if len(starts) != 1:
            raise ValueError(f"{change.name}: found {len(starts)} times:\n" + "\n".join(old))
        at = starts[0]
        for operation, marked, text in hunk.lines:
            if operation == "-":
                del lines[at]
                continue
            if operation == "+":
                lines.insert(at, _Line(text))
            if marked:
                lines[at].marks.add(change.name)
            at += 1


def _expected(change: _Change, file: str, lines: dict[str, list[_Line]]) -> Expected:
    marked = tuple(number for number, line in enumerate(lines[file], 1) if change.name in line.marks)
    if not marked:
        raise ValueError(f"{change.name}: no line is marked")
    return Expected(change.slug, file, marked, change.only_when_run)


def _as_notebook(case: Case) -> Case:
    """The one file of a case as .ipynb; lines are those of the notebook's file, each line of code on one of its own."""
    (script,) = (file for file in case.files if file.endswith(".py"))
    text, others = case.files[script], {file: text for file, text in case.files.items() if file != script}
    file = script.removesuffix(".py") + ".ipynb"
    numbers: list[int] = []  # of each line of the script, its line in the notebook; 0 for the heads of cells
    cells = []
    at = 2  # the last line written so far: the brace, then "cells"
    for head, body in _cells(text.splitlines()):
        markdown = "[markdown]" in head
        source = [line.removeprefix("# ") if markdown or line.startswith(("# %", "# !")) else line for line in body]
        cell: dict[str, object] = {"cell_type": "markdown" if markdown else "code", "metadata": {}}
        if not markdown:
            cell |= {"execution_count": None, "outputs": []}
        cells.append({**cell, "source": [line + "\n" for line in source[:-1]] + source[-1:]})
        before = at + len(cell) + 2  # the brace, the keys, "source"
        numbers += [0, *range(before + 1, before + 1 + len(body))]
        at = before + len(body) + 2  # the bracket and the brace
    notebook = {"cells": cells, "metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5}
    expected = tuple(
        Expected(e.slug, file, tuple(numbers[line - 1] for line in e.lines), e.only_when_run) for e in case.expected
    )
    content = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    return replace(case, files={file: content, **others}, expected=expected)


def _cells(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    """The head of each cell and the lines under it, the last ones empty or not."""
    starts = [i for i, line in enumerate(lines) if line.startswith(_CELL)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield lines[start], lines[start + 1 : end]
