import ast
from pathlib import Path

import pytest

from convlens.byhand.inputs import find_input
from convlens.byhand.source import Source


def source(text: str) -> Source:
    return Source(Path("net.py"), text, ast.parse(text))


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("net(torch.randn(1, 1, 28, 28))", (1, 28, 28)),
        ("x = torch.zeros((8, 3, 32, 32))", (3, 32, 32)),
        ("x = torch.rand(batch_size, 3, 64, 48)", (3, 64, 48)),
        ("summary(model, (1, 28, 28))", (1, 28, 28)),
        ("summary(model, input_size=(64, 3, 32, 32))", (3, 32, 32)),
        ("train = datasets.FashionMNIST('data')", (1, 28, 28)),
        ("train = torchvision.datasets.CIFAR10('data')", (3, 32, 32)),
        ("t = Compose([Resize((64, 48)), ToTensor()])\nd = ImageFolder('pictures', t)", (3, 64, 48)),
        ("t = Compose([Grayscale(), Resize(32)])\nd = ImageFolder('pictures', t)", (1, 32, 32)),
        ("t = Compose([Resize(256), CenterCrop(224)])\nd = ImageFolder('pictures', t)", (3, 224, 224)),
        ("# input: 1 x 28 x 28", (1, 28, 28)),
        ("# takes pictures of 28x28x1", (1, 28, 28)),
        ('"""For grey pictures of 28x28."""', (1, 28, 28)),
        ("# trained on Fashion-MNIST", (1, 28, 28)),
        ("def f():\n    return 1", None),
        ("class N:\n    def __init__(self):\n        self.w = nn.Parameter(torch.randn(4, 3, 5, 5))", None),
        ("class N:\n    def forward(self, x):\n        return x + torch.zeros(x.size(0), 10)", None),
        ("d = ImageFolder('pictures')", None),
    ],
)
def test_finds_the_shape_that_the_file_states(text: str, shape: tuple[int, ...] | None) -> None:
    found = find_input(source(text))
    assert (found and found.shape) == shape


def test_says_where() -> None:
    found = find_input(source("import torch\nnet(torch.randn(1, 1, 28, 28))"))
    assert found is not None
    assert found.where == "the example call in line 2"
