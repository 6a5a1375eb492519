"""Comments with shapes beside the shapes that are computed."""

import pytest

from convlens.checking.checker import check_text
from convlens.checking.fixing import apply

RULE = "shape-comment-wrong"
SCRIPT = """
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5)  # DEFINED
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc = nn.Linear(256, 10)

    def forward(self, x):
        x = F.relu(self.conv1(x))  # FIRST
        # ALONE
        x = F.max_pool2d(x, 2)  # SECOND
        x = F.max_pool2d(
            F.relu(self.conv2(x)), 2
        )  # THIRD
        x = x.view(x.size(0), -1)  # FLAT
        return self.fc(x)

model = Net()
for images, labels in DataLoader(datasets.MNIST("data", transform=transforms.ToTensor()), 64):
    print(F.cross_entropy(model(images), labels))
"""
RIGHT = {
    "FIRST": [
        "6x24x24", "(N, 6, 24, 24)", "[B, 6, 24, 24]", "torch.Size([64, 6, 24, 24])", "-> 6 x 24 x 24", "24x24x6",
        "28x28 -> 24x24", "1x28x28 -> 6x24x24", "6@24x24", "output shape: (batch_size, 6, 24, 24)", "24 x 24",
        "6 filters of 5 x 5", "5x5 kernel", "see figure 2", "3x faster than before", "N x C x H x W", "64", "v1.2",
        "after the first of 2 blocks: half the size", "(N, C, 24, 24)", "was 14x14 with pooling",
    ],
    "DEFINED": ["6x24x24", "6x5x5", "1x28x28 -> 6x24x24", "6x12x12", "5x5"],
    "ALONE": ["6x24x24", "6x12x12", "pool by 2x2"],
    "SECOND": ["6x12x12", "2x2", "after pooling: 6 x 12 x 12"],
    "THIRD": ["16x4x4", "(N, 16, 4, 4)"],
    "FLAT": ["256", "16*4*4", "16*4*4 = 256", "(N, 256)", "N x 256"],
}  # fmt: skip
WRONG = [
    ("FIRST", "6x26x26", "6x24x24"),
    ("FIRST", "(N, 6, 26, 26)", "(N, 6, 24, 24)"),
    ("FIRST", "-> [64, 6, 28, 28]", "-> [64, 6, 24, 24]"),
    ("FIRST", "1x28x28 -> 6x26x26", "1x28x28 -> 6x24x24"),
    ("FIRST", "output: 8 x 24 x 24", "output: 6 x 24 x 24"),
    ("SECOND", "6 × 14 × 14", "6 × 12 × 12"),
    ("SECOND", "after pooling: 6x14x14", "after pooling: 6x12x12"),
    ("THIRD", "16x5x5", "16x4x4"),
    ("FLAT", "400", "256"),
    ("FLAT", "(N, 400)", "(N, 256)"),
    ("DEFINED", "6x26x26", None),
    ("FLAT", "16*5*5", None),
]


def with_comment(place: str, comment: str) -> str:
    """The script with one comment; the other places have none."""
    text = SCRIPT.replace(place, comment)
    for other in RIGHT.keys() - {place}:
        text = text.replace(f"  # {other}", "").replace(f"        # {other}\n", "")
    return text


@pytest.mark.parametrize(("place", "comment"), [(place, text) for place, texts in RIGHT.items() for text in texts])
def test_right_comments_and_other_comments_are_left_alone(place: str, comment: str) -> None:
    assert check_text(with_comment(place, comment), [RULE]) == []


@pytest.mark.parametrize(("place", "comment", "corrected"), WRONG)
def test_wrong_comments_are_found_and_corrected(place: str, comment: str, corrected: str | None) -> None:
    text = with_comment(place, comment)
    findings = check_text(text, [RULE])
    assert [text.split("\n")[finding.line - 1].partition("# ")[2] for finding in findings] == [comment]
    fix = findings[0].fix
    assert fix is not None
    if corrected is None:
        assert not fix.edits or check_text(apply(text, fix.edits), [RULE]) == []
    else:
        assert apply(text, fix.edits) == with_comment(place, corrected)


def test_nothing_is_said_where_the_pictures_are_of_unknown_size() -> None:
    text = with_comment("FIRST", "6x26x26").replace('MNIST("data"', 'ImageFolder("data"')
    assert check_text(text, [RULE]) == []
