"""Reading files: what is refused, in one line; notebooks, cells, comments."""

import json
from pathlib import Path

import pytest

from convlens.checking import source
from convlens.checking.source import UncheckableError, parse, read


def notebook(*cells: str | list[str]) -> str:
    made: list[dict[str, object]] = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "source": cell} for cell in cells
    ]
    return json.dumps({"cells": [{"cell_type": "markdown", "source": "# x"}, *made], "nbformat": 4}, indent=1)


REFUSED = {
    "not Python": (b"for in:\n", "line 1"),
    "null bytes": (b"a = 1\0\n", "null bytes"),
    "an encoding that is not known": (b"# coding: nonsense\n", "encoding"),
    "bytes that are no text": (b"x = '\xff\xfe'\n", "encoding"),
    "too deep": (b"x = " + b"-" * 3000 + b"1\n", ""),
    "brackets too deep": (b"(" * 500 + b")" * 500, ""),
    "too large": (b"#" * (source.MAX_BYTES + 1), "larger than 2 MB"),
    "too many elements": (b"x = [" + b"1," * source.MAX_NODES + b"]\n", "elements"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_with_one_sentence(name: str, tmp_path: Path) -> None:
    data, words = REFUSED[name]
    file = tmp_path / "script.py"
    file.write_bytes(data)
    with pytest.raises(UncheckableError) as refused:
        read(file)
    message = str(refused.value)
    assert message.startswith(str(file))
    assert words in message
    assert "\n" not in message
    assert refused.value.file == file


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.mkdir()])
def test_what_cannot_be_read(make: object, tmp_path: Path) -> None:
    make(tmp_path / "gone.py")  # type: ignore[operator]
    with pytest.raises(UncheckableError, match="cannot be read"):
        read(tmp_path / "gone.py")


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbfx = 1\n", b"# coding: latin-1\nx = '\xe9'\n", b"x = 1\r\ny = 2\r"])
def test_what_is_read(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_bytes(data)
    assert read(tmp_path / "script.py").tree is not None


def test_a_notebook_counts_lines_in_code_and_in_its_file(tmp_path: Path) -> None:
    file = tmp_path / "n.ipynb"
    file.write_text(
        notebook(["import torch\n", "x = 1"], ["%%bash\n", "ls"], ["%matplotlib inline\n", "y = 2\n", "!ls"])
    )
    found = read(file)
    assert found.lines == ["import torch", "x = 1", "%matplotlib inline", "y = 2", "!ls"]
    assert found.file_lines is not None
    lines = file.read_text().splitlines()
    assert [lines[number - 1].strip(' ",') for number in found.file_lines][:2] == ["import torch\\n", "x = 1"]
    assert found.cells == ((1, 1), (3, 3))


@pytest.mark.parametrize("text", ["{}", "[]", "not json", '{"cells": [{"cell_type": "code"}]}'])
def test_what_is_no_notebook(text: str, tmp_path: Path) -> None:
    (tmp_path / "n.ipynb").write_text(text)
    with pytest.raises(UncheckableError, match="notebook"):
        read(tmp_path / "n.ipynb")


@pytest.mark.parametrize(
    ("comment", "ignored"),
    [
        ("# convlens: ignore", True),
        ("# convlens: ignore[eval-mode-missing]", True),
        ("# noqa  convlens: ignore[a-b, eval-mode-missing]", True),
        ("# convlens: ignore[train-not-shuffled]", False),
        ("# ignore", False),
    ],
)
def test_comments_that_ask_for_silence(comment: str, ignored: bool) -> None:
    found = parse(f"x = 1\ny = 2  {comment}\nz = '# convlens: ignore'\n")
    assert [found.ignores("eval-mode-missing", line) for line in (1, 2, 3)] == [False, ignored, False]


def test_segments_and_columns_count_characters() -> None:
    found = parse("é = 'äö'; x = (1 +\n  2)\n")
    assert found.segment(found.tree.body[0]) == "é = 'äö'"
    assert found.segment(found.tree.body[1]) == "x = (1 +\n  2)"
