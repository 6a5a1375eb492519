"""Edits, and files that are written with them."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from convlens.checking import fixing, mending
from convlens.checking.checker import check_file, check_source
from convlens.checking.findings import Edit, Finding, Fix, Severity
from convlens.checking.source import Source, parse, read
from tests.checking.pieces import DATA, HEAD, MISTAKEN, MODEL
from tests.checking.test_source import notebook


def test_edits_by_position() -> None:
    text = "a = 1\nb = 2\nc = 3\n"
    edits = [Edit(3, 4, 3, 5, "30"), Edit(1, 0, 1, 0, "# first\n"), Edit(2, 0, 3, 0, "")]
    assert fixing.apply(text, edits) == "# first\na = 1\nc = 30\n"


def test_edits_keep_the_ends_of_lines() -> None:
    assert fixing.apply("a = 1\r\nb = 2\r\n", [Edit(2, 0, 2, 0, "x = 0\n")]) == "a = 1\r\nx = 0\r\nb = 2\r\n"


def test_a_form_feed_ends_no_line() -> None:
    assert fixing.apply("a = 1\f\nb = 2\n", [Edit(2, 4, 2, 5, "3")]) == "a = 1\f\nb = 3\n"


def body(source: Source, *path: int) -> Any:
    """A statement by its position in the blocks around it."""
    found: Any = source.tree
    for index in path:
        found = found.body[index]
    return found


Making = Callable[[Source], Edit]
MADE: dict[str, tuple[Making, str, str]] = {
    "replace": (lambda s: fixing.replace(s, body(s, 0).value, "2"), "é = (1,\n  1)\n", "é = 2\n"),
    "before": (
        lambda s: fixing.insert_before(s, body(s, 0), "a()\nb()"),
        "@d\ndef f(): pass\n",
        "a()\nb()\n@d\ndef f(): pass\n",
    ),
    "after": (lambda s: fixing.insert_after(s, body(s, 0, 0), "b()"), "if x:\n    a()", "if x:\n    a()\n    b()"),
    "first": (
        lambda s: fixing.insert_first(s, body(s, 0), "a()"),
        "def f():\n    'doc'\n    b()\n",
        "def f():\n    'doc'\n    a()\n    b()\n",
    ),
    "delete": (lambda s: fixing.delete_statement(s, body(s, 1)), "a()\nb(\n  1)\nc()\n", "a()\nc()\n"),
    "argument": (lambda s: fixing.add_argument(s, body(s, 0).value, "k=2"), "é(x, y=1,)\n", "é(x, y=1, k=2,)\n"),
    "only argument": (lambda s: fixing.add_argument(s, body(s, 0).value, "k=2"), "f()\n", "f(k=2)\n"),
}


@pytest.mark.parametrize("name", MADE)
def test_changes_that_rules_ask_for(name: str) -> None:
    make, text, expected = MADE[name]
    assert fixing.apply(text, [make(parse(text))]) == expected


def finding(file: Path, *edits: Edit) -> Finding:
    return Finding(file, 1, 1, "x", Severity.ERROR, "x", "y", Fix("z", edits))


def test_a_fix_is_applied_wholly_or_not_at_all() -> None:
    source = parse("a = 1\nb = 2\n")
    first = finding(source.file, Edit(1, 4, 1, 5, "10"))
    second = finding(source.file, Edit(1, 0, 1, 5, "c = 5"), Edit(2, 4, 2, 5, "20"))
    mended = mending.mend(source, [first, second])
    assert mended.after.text == "a = 10\nb = 2\n"
    assert mended.fixed == (first,)


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=n", "-c", "user.email=e@example.org"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet")
    file = tmp_path / "train.py"
    file.write_text(MISTAKEN)
    file.chmod(0o755)
    git(tmp_path, "add", "train.py")
    git(tmp_path, "commit", "--quiet", "-m", "x")
    return file


def mend(file: Path, *, force: bool = False) -> mending.Mended:
    mended = mending.mend(read(file), check_file(file))
    mending.write(mended, force=force)
    return mended


def test_a_file_is_mended_and_keeps_its_mode(repository: Path) -> None:
    mended = mend(repository)
    assert "+    model.eval()" in mended.diff
    assert repository.read_text() == mended.after.text
    assert repository.stat().st_mode & 0o777 == 0o755
    assert check_file(repository) == []


def test_a_file_with_changes_is_not_written(repository: Path) -> None:
    repository.write_text(MISTAKEN + "# new\n")
    with pytest.raises(mending.UnmendableError, match="not committed"):
        mend(repository)
    assert repository.read_text() == MISTAKEN + "# new\n"
    mend(repository, force=True)
    assert "model.eval()" in repository.read_text()


def test_a_file_outside_of_version_control_is_not_written(repository: Path) -> None:
    other = repository.with_name("other.py")
    other.write_text(MISTAKEN)
    with pytest.raises(mending.UnmendableError, match="version control"):
        mend(other)


@pytest.mark.parametrize("as_list", [True, False])
def test_a_notebook_is_mended_in_its_cells(tmp_path: Path, as_list: bool) -> None:
    head, tail = MISTAKEN.split("correct = 0\n")
    cells = ["%matplotlib inline\n" + head, "correct = 0\n" + tail]
    file = tmp_path / "n.ipynb"
    file.write_text(notebook(*([cell.splitlines(keepends=True) for cell in cells] if as_list else cells)))
    before = json.loads(file.read_text())
    mended = mend(file, force=True)
    after = json.loads(file.read_text())
    assert check_file(file) == []
    assert "".join(after["cells"][2]["source"]) == cells[1].replace("    for", "    model.eval()\n    for")
    assert after["cells"][:2] == before["cells"][:2]
    assert mended.diff.startswith(f"--- {file}, cell 2\n+++ {file}, cell 2\n@@ -1,5 +1,6 @@\n")
    assert file.read_text() == json.dumps(after, indent=1)


HIDING = """
def train():
    for x, y in train_loader:
        optimizer.zero_grad()
        loss_fn(model(x), y).backward()
        optimizer.step()


def test():
    good = 0
    with torch.no_grad():
        for x, y in test_loader:
            good += (model(x).argmax(1) == y).sum().item()
    print(good / len(test_set))


for epoch in range(3):
    train()
    test()
"""
"""Where the evaluation gets its `eval()`, the training needs a `train()`."""


@pytest.mark.parametrize("as_notebook", [False, True])
def test_what_one_change_lays_bare_is_mended_with_it(tmp_path: Path, as_notebook: bool) -> None:
    file = tmp_path / ("n.ipynb" if as_notebook else "train.py")
    parts = [HEAD + DATA + MODEL, HIDING]
    file.write_text(notebook(*parts) if as_notebook else "".join(parts))
    source = read(file)
    (mended,) = mending.mend_all(source, check_source(source))
    assert [one.rule for one in mended.fixed] == ["eval-mode-missing", "train-mode-not-restored"]
    head = 0 if as_notebook else len(parts[0].splitlines())
    assert [one.place.removeprefix("cell 2, ") for one in mended.fixed] == [f"line {head + 9}", f"line {head + 3}"]
    mending.write(mended, force=True)
    assert check_file(file) == []


def test_what_a_run_has_refuted_stays_unmended(tmp_path: Path) -> None:
    source = parse(HEAD + DATA + MODEL + HIDING, tmp_path / "train.py")
    findings = check_source(source)
    assert mending.mend_all(source, []) == []
    hidden = mending.mend_all(source, findings)[0].fixed[1]
    (mended,) = mending.mend_all(source, findings, refuted=frozenset([mending.key(hidden)]))
    assert [one.rule for one in mended.fixed] == ["eval-mode-missing"]


def test_fixes_that_do_not_fit_together_are_left_to_the_person(tmp_path: Path) -> None:
    source = parse("a = 1\n", tmp_path / "train.py")
    mended = mending.mend(source, [finding(source.file, Edit(1, 0, 1, 1, "a ="))])
    assert (mended.after, mended.fixed) == (source, ())
