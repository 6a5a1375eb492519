from pathlib import Path

import pytest

from convlens.byhand.comments import WrongComment, shape_comments, wrong_comments
from convlens.byhand.derivation import derive
from convlens.byhand.loading import load
from convlens.byhand.source import Source
from convlens.byhand.trace import trace
from tests.byhand.corpus import HEADER


@pytest.mark.parametrize(
    ("comment", "shapes"),
    [
        ("# 8x6x6", [(8, 6, 6)]),
        ("# [N, 32, 14, 14]", [(32, 14, 14)]),
        ("# 3136", [(3136,)]),
        ("# 32 x 14 x 14", [(32, 14, 14)]),
        ("# (B, 64, 7, 7)", [(64, 7, 7)]),
        ("# 16@12x12", [(16, 12, 12)]),
        ("# -> 16@12x12", [(16, 12, 12)]),
        ("# 1x28x28 -> 8x24x24", [(1, 28, 28), (8, 24, 24)]),
        ("# torch.Size([64, 32, 14, 14])", [(64, 32, 14, 14)]),
        ("# output: (batch_size, 3136)", [(3136,)]),
        ("# 64 * 7 * 7 = 3136", [(64, 7, 7)]),
        ("# (28 - 5) / 1 + 1 = 24", [(24,)]),
        ("# 3136 neurons", [(3136,)]),
        ("# N x 32 x 14 x 14", [(32, 14, 14)]),
        ("# [?, 20, 4, 4]", [(20, 4, 4)]),
        # These are about something else.
        ("# 3x3 convolution", []),
        ("# self.conv = nn.Conv2d(1, 32, 3)", []),
        ("# 10 classes", []),
        ("# 5x5 kernel, stride 2", []),
        ("# lr = 0.001", []),
        ("# floor((28 + 2*1 - 3) / 1) + 1", []),
        ("# type: ignore", []),
        ("# x = x.view(-1, 320)", []),
        ("# see https://example.org/12x34", []),
    ],
)
def test_reads_shapes_and_nothing_else(comment: str, shapes: list[tuple[int, ...]]) -> None:
    assert [found.shape for found in shape_comments(f"x = 1  {comment}\n")] == shapes


def wrong(tmp_path: Path, source: str, picture: tuple[int, ...] = (1, 28, 28)) -> list[WrongComment]:
    path = tmp_path / "net.py"
    path.write_text(HEADER + source)
    loaded = load(Source.read(path), "Net", picture)
    assert loaded.network is not None
    found = trace(loaded.network, picture, target="Net", file=str(path), definitions=loaded.definitions)
    return wrong_comments(HEADER + source, str(path), derive(found))


RIGHT = """
def block(i, o):
    return nn.Sequential(nn.Conv2d(i, o, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))  # 3x3 convolutions

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        # input: 1 x 28 x 28
        self.b1 = block(1, 16)  # 16x14x14
        self.b2 = block(16, 32)  # [N, 16, 14, 14] -> [N, 32, 7, 7]
        self.conv = nn.Conv2d(32, 8, 3)  # 5x5
        self.drop = nn.Dropout(0.5)  # 50
        self.fc = nn.Linear(8 * 5 * 5, 10)  # 8*5*5 = 200

    def forward(self, x):
        # x: (N, 1, 28, 28)
        x = self.b1(x)  # 14x14x16
        x = self.b2(x)  # torch.Size([64, 32, 7, 7])
        x = self.conv(x)  # 7x7 -> 5x5
        # now 8 x 5 x 5
        x = x.flatten(1)  # (64, 200)
        return self.fc(self.drop(x))  # [batch_size, 10]
"""


def test_right_comments_are_left_alone(tmp_path: Path) -> None:
    assert wrong(tmp_path, RIGHT) == []


@pytest.mark.parametrize(
    ("right", "wrong_one", "truth"),
    [
        ("# 16x14x14", "# 16x28x28", (16, 14, 14)),
        ("-> [N, 32, 7, 7]", "-> [N, 32, 14, 14]", (32, 7, 7)),
        ("# 5x5\n", "# 7x7\n", (8, 5, 5)),
        ("# 8*5*5 = 200", "# 8*7*7", (200,)),
        ("# 14x14x16", "# 28x28x16", (16, 14, 14)),
        ("torch.Size([64, 32, 7, 7])", "torch.Size([64, 16, 7, 7])", (32, 7, 7)),
        ("# now 8 x 5 x 5", "# now 8 x 6 x 6", (8, 5, 5)),
        ("# (64, 200)", "# (64, 392)", (200,)),
        ("# (64, 200)", "# 392", (200,)),
    ],
)
def test_wrong_comments_are_named(tmp_path: Path, right: str, wrong_one: str, truth: tuple[int, ...]) -> None:
    source = RIGHT.replace(right, wrong_one, 1)
    line = (HEADER + source)[: (HEADER + source).index(wrong_one)].count("\n") + 1
    found = wrong(tmp_path, source)
    assert [(one.line, one.truth) for one in found] == [(line, truth)]
