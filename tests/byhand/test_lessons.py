import pytest
import torch
from torch import nn

from convlens.byhand.kernels import Kernel
from convlens.byhand.lessons import TOPICS, Formula, OwnNumbers, Topic, lesson
from convlens.byhand.sliding import Example
from convlens.errors import ConfigError


def first_example(topic: Topic, own: OwnNumbers | None = None) -> Example:
    example = lesson(topic, own).examples[0]
    assert isinstance(example, Example)
    return example


def test_the_lectures_convolution() -> None:
    example = first_example("convolution")
    assert example.result == ((4, 3, 4), (2, 4, 3), (2, 3, 4))
    assert str(example.sizes[0]) == "n_out = floor((5 + 2*0 - 3) / 1) + 1 = 3"


def test_the_lectures_pooling() -> None:
    example = first_example("pooling")
    assert example.result == ((6, 8), (3, 4))
    average = lesson("pooling").examples[1]
    assert isinstance(average, Example)
    assert average.result == ((3.25, 5.25), (2, 2))


def test_the_lectures_stride_and_padding() -> None:
    stride, left_over = lesson("stride").examples
    assert isinstance(stride, Example)
    assert isinstance(left_over, Example)
    assert stride.result == ((4, 4), (2, 4))
    assert not stride.unreached
    assert [word in left_over.unreached[n] for n, word in enumerate(("row 4", "column 4"))] == [True, True]
    padding = first_example("padding")
    assert [len(row) for row in padding.result] == [5] * 5
    assert padding.result[1][1:4] == (4, 3, 4)  # the middle is the result without padding


def test_the_filters_find_the_corner_of_a_square() -> None:
    examples = [example for example in lesson("filters").examples if isinstance(example, Example)]
    assert [example.steps[4].result for example in examples] == [9, 9, -18, 45, 27, 4, 81 / 16]


@pytest.mark.parametrize("topic", TOPICS)
def test_each_says_something_and_walks_through_steps_that_there_are(topic: Topic) -> None:
    made = lesson(topic)
    assert made.introduction
    assert made.remember
    for example, highlights in zip(made.examples, made.highlights, strict=True):
        assert highlights
        if isinstance(example, Example):
            assert max(highlights) < len(example.steps)


def test_takes_own_numbers() -> None:
    own = OwnNumbers(picture=((1, 2, 3),), kernel=Kernel("difference", ((1, -1),)), stride=1)
    assert first_example("convolution", own).result == ((-1, -1),)
    assert len(first_example("padding", OwnNumbers(size=7, padding=0)).result) == 5
    assert first_example("pooling", OwnNumbers(kernel_size=3, stride=1)).result == ((7, 8), (7, 8))


def test_the_formula_is_pytorchs() -> None:
    for example in lesson("formula").examples:
        assert isinstance(example, Formula)
        layer = getattr(nn, example.code.split("(")[0].removeprefix("nn."))
        options = dict(part.split("=") for part in example.code[:-1].split("(")[1].split(", ") if "=" in part)
        channels = () if layer is nn.MaxPool2d else (1, 1)
        made = layer(*channels, **{name: int(value) for name, value in options.items()})
        size, result = (
            int(word) for word in (example.lines[1].split("((")[1].split(" ")[0], example.lines[1].split()[-1])
        )
        assert made(torch.zeros(1, 1, size, size)).shape[-1] == result


def test_a_kernel_that_does_not_fit_is_explained() -> None:
    (example,) = lesson("formula", OwnNumbers(size=2, kernel_size=5)).examples
    assert isinstance(example, Formula)
    assert "does not fit" in example.lines[-1]


@pytest.mark.parametrize(
    ("topic", "own"),
    [
        ("convolution", OwnNumbers(picture=((1,),), size=3)),
        ("convolution", OwnNumbers(size=31)),
        ("formula", OwnNumbers(picture=((1,),))),
        ("formula", OwnNumbers(size=0)),
        ("stride", OwnNumbers(stride=0)),
        ("pooling", OwnNumbers(kernel_size=0)),
    ],
)
def test_refuses_numbers_that_cannot_be(topic: Topic, own: OwnNumbers) -> None:
    with pytest.raises(ConfigError):
        lesson(topic, own)
