"""Pasted code: checked from its text, and traced apart when it is asked for."""

import tempfile
from pathlib import Path

import pytest

from convlens.errors import ConvlensError
from convlens.web import code

NET = """
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3)
        self.output = nn.Linear(100, 10)
    def forward(self, x):
        return self.output(self.conv(x).flatten(1))
"""


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files go; nothing stays there."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_mistakes_are_found_with_their_lines() -> None:
    text = Path("bench/corpus/clean/lecture.py").read_text()
    assert code.check(text) == {"version": 1, "findings": [], "files": 1}
    lines = text.splitlines()
    (line,) = [number for number, one in enumerate(lines, 1) if "shuffle=True" in one]
    (finding,) = code.check(text.replace("shuffle=True", "shuffle=False"))["findings"]
    assert (finding["rule"], finding["line"], finding["severity"]) == ("train-not-shuffled", line, "error")
    assert finding["file"] == "code.py"


def test_it_reads_no_files_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = Path("bench/corpus/clean/lecture.py").read_text().replace("shuffle=True", "shuffle=False")
    (tmp_path / "neighbour.py").write_text(text)
    monkeypatch.chdir(tmp_path)
    assert code.check("import torch\nimport neighbour\nneighbour.train_loader\n")["findings"] == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("def (", r"^code\.py is not Python, line 1: invalid syntax\.$"),
        ("x = " + "(" * 500 + ")" * 500, r"^code\.py .*(nested|Python|deep)"),
        ("x = 1\n" * 200_000, r"^code\.py is larger than 500 kB"),
    ],
)
def test_what_cannot_be_checked_is_told(text: str, reason: str, scratch: Path) -> None:
    with pytest.raises(ConvlensError, match=reason):
        code.check(text)
    assert list(scratch.iterdir()) == []


def test_half_a_letter_does_no_harm() -> None:
    assert code.check("x = '\udcff'")["findings"] == []


def test_sizes_are_derived(scratch: Path) -> None:
    document = code.shapes(NET, "", "1,7,7")
    assert [step["op"] for step in document["steps"]] == ["conv2d", "flatten", "linear"]
    assert (document["error"], document["neurons_after_last_convolution"]) == (None, 100)
    assert code.shapes(NET, "Net", "1, 28, 28")["error"]["found"] == 4 * 26 * 26
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "sizes", "reason"),
    [
        ("Other", "1,7,7", r"^code\.py should define a network called 'Other'"),
        ("../Net", "1,7,7", r"^code\.py should define a network"),
        ("Net", "1,7,x", r"^The input should be channels, height and width"),
        ("Net", "", r"^code\.py does not say how large its pictures are"),
    ],
)
def test_what_cannot_be_derived_is_told(name: str, sizes: str, reason: str, scratch: Path) -> None:
    with pytest.raises(ConvlensError, match=reason):
        code.shapes(NET, name, sizes)
    assert list(scratch.iterdir()) == []
