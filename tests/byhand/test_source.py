import ast
from pathlib import Path

import pytest

from convlens.byhand.source import Source
from convlens.errors import NetworkError

SCRIPT = """
import torch, matplotlib
from torch import nn, optim
import sys
WIDTH = 8
EPOCHS = 3
data = download()

def block(i):
    return nn.Conv2d(i, WIDTH, 3)

class Part(nn.Module):
    pass

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.part = Part()
        self.block = block(1)

net = Net()
net.extra = nn.ReLU()
layers = []
for i in range(3):
    layers.append(nn.Linear(i, i))
layers.append(nn.Flatten())
stack = nn.Sequential(*layers)
for epoch in range(EPOCHS):
    train(net)
if __name__ == "__main__":
    other = Net()
"""


def needed(name: str) -> str:
    return ast.unparse(Source(Path("net.py"), SCRIPT, ast.parse(SCRIPT)).needed_for(name))


def test_runs_what_a_network_needs_and_no_more() -> None:
    text = needed("Net")
    for part in ("import nn", "WIDTH = 8", "def block", "class Part", "class Net"):
        assert part in text
    for part in ("matplotlib", "optim", "download", "EPOCHS", "train(", "net = ", "layers"):
        assert part not in text


def test_statements_that_build_a_network_up_belong_to_it() -> None:
    assert "net.extra = nn.ReLU()" in needed("net")
    assert "layers.append(nn.Linear" in needed("stack")
    assert "layers.append(nn.Flatten" in needed("stack")


def test_a_choice_between_two_values_is_kept_whole() -> None:
    text = "if fast:\n    WIDTH = 4\nelif slow:\n    WIDTH = 6\nelse:\n    WIDTH = 8\nnet = nn.Conv2d(1, WIDTH, 3)\n"
    assert ast.unparse(Source(Path("net.py"), text, ast.parse(text)).needed_for("net")) == text.strip()


def test_a_part_of_another_network_is_no_candidate() -> None:
    assert Source(Path("net.py"), SCRIPT, ast.parse(SCRIPT)).networks() == ["Net"]


def test_a_file_that_is_not_python_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text("x = 1\nclass Net(:\n")
    with pytest.raises(NetworkError, match=r"net\.py is not Python, line 2"):
        Source.read(path)
