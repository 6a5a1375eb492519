"""Reading files: what is refused, in one line; notebooks, cells, comments."""

import json
from pathlib import Path

import pytest

from convlens.checking import source, trees
from convlens.checking.notebooks import Cell
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
    "too large": (b"#" * (source.MAX_BYTES + 1), "larger than 500 kB"),
    "too many elements": (b"x = [" + b"1," * trees.MAX_NODES + b"]\n", "elements"),
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
    assert found.cells == (Cell(1, 1, 1), Cell(3, 3, 3))
    assert [found.place(line) for line in (1, 2, 4)] == ["cell 1, line 1", "cell 1, line 2", "cell 3, line 2"]
    assert parse("x = 1\n").place(1) == "line 1"


def test_a_cell_that_is_timed_is_python(tmp_path: Path) -> None:
    (tmp_path / "n.ipynb").write_text(notebook("%%time\nx = 1", "%%html\n<b>", "%%capture out\ny = 2"))
    found = read(tmp_path / "n.ipynb")
    assert [cell.number for cell in found.cells] == [1, 3]
    assert [type(one).__name__ for one in found.tree.body] == ["Pass", "Assign", "Pass", "Assign"]


def test_commands_of_notebooks_are_passed_over() -> None:
    text = "!pip install a \\\n    b\nif x:\n    %cd y\n    files = !ls\nhelp?\nz = 1\n"
    found = parse(text)
    assert found.text == text
    assert [type(one).__name__ for one in found.tree.body] == ["Pass", "If", "Pass", "Assign"]
    assert found.tree.body[-1].lineno == 7


def test_a_syntax_error_in_a_notebook_is_told_by_its_cell(tmp_path: Path) -> None:
    (tmp_path / "n.ipynb").write_text(notebook("x = 1", "%%time\nfor i in y:\nz = 1"))
    with pytest.raises(UncheckableError, match=r"cell 2, line 3: expected .* in cell 2, line 2\.$"):
        read(tmp_path / "n.ipynb")


def test_the_outputs_of_a_notebook_do_not_count(tmp_path: Path) -> None:
    file = tmp_path / "n.ipynb"
    document = json.loads(notebook(["x = 1"]))
    document["cells"][1]["outputs"] = [{"data": {"image/png": "A" * (source.MAX_BYTES + 1)}}]
    file.write_text(json.dumps(document))
    assert read(file).text == "x = 1"
    file.write_text(notebook("#" * (source.MAX_BYTES + 1)))
    with pytest.raises(UncheckableError, match="more than 500 kB of code"):
        read(file)


def test_a_huge_file_is_refused_before_it_is_read_to_its_end(tmp_path: Path) -> None:
    file = tmp_path / "script.py"
    with file.open("wb") as stream:
        stream.truncate(2**40)  # as large as that, but takes no room
    with pytest.raises(UncheckableError, match="too large"):
        read(file)


@pytest.mark.parametrize("name", ["README.md", "weights.pt", "run.sh"])
def test_what_is_not_python_by_its_name(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("x = 1\n")
    with pytest.raises(UncheckableError, match=r"neither a Python file \(\.py\) nor a notebook"):
        read(tmp_path / name)


def test_what_comes_from_standard_input_may_be_a_notebook() -> None:
    found = source.from_bytes(notebook("x = 1").encode(), source.STDIN)
    assert (found.text, found.place(1), str(found.file)) == ("x = 1", "cell 1, line 1", "<stdin>")
    assert source.from_bytes(b"x = 1", source.STDIN).cells == ()


@pytest.mark.parametrize("text", ["{}", "[]", "not json", '{"cells": [{"cell_type": "code"}]}'])
def test_what_is_no_notebook(text: str, tmp_path: Path) -> None:
    (tmp_path / "n.ipynb").write_text(text)
    with pytest.raises(UncheckableError, match="notebook"):
        read(tmp_path / "n.ipynb")


def test_segments_and_columns_count_characters() -> None:
    found = parse("é = 'äö'; x = (1 +\n  2)\n")
    assert found.segment(found.tree.body[0]) == "é = 'äö'"
    assert found.segment(found.tree.body[1]) == "x = (1 +\n  2)"
