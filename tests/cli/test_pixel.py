import re
from pathlib import Path

import pytest

from tests.cli.conftest import Command, Result

Trained = tuple[Path, Result]


@pytest.fixture
def photo(pictures: Path) -> Path:
    return pictures / "Trouser" / "39.png"


def test_a_convolution_can_be_followed_with_a_pencil(convlens: Command, trained: Trained, photo: Path) -> None:
    result = convlens("pixel", trained[0], photo, "--layer", "conv2", "--at", "5,7", "--channel", 3)
    assert result.status == 0, result.errors
    output = result.output
    assert max(len(line) for line in output.splitlines()[1:]) <= 80
    assert "reads pool1 and gives 64 x 14 x 14" in output
    # Every sum that is shown adds up to the last digit.
    by_channel = [float(word) for line in re.findall(r"^ +\d+ to \d+  (.*)$", output, re.M) for word in line.split()]
    products, bias, total = (
        float(re.findall(rf"^{name} +(-?[\d.]+)$", output, re.M)[0]) for name in ("288 products", "bias", "conv2")
    )
    assert len(by_channel) == 32
    assert round(sum(by_channel), 9) == products
    assert round(products + bias, 9) == total
    worked, computed = re.findall(r"Worked out (\S+), PyTorch computed (\S+)", output)[0]
    assert float(worked) == pytest.approx(float(computed), abs=1e-5)


def test_shows_a_window_of_a_pooling_and_a_neuron(convlens: Command, trained: Trained, photo: Path) -> None:
    pooled = convlens("pixel", trained[0], photo, "--layer", "conv2.max_pool2d", "--at", "2,3").output
    assert "The window covers rows 4 to 5 and columns 6 to 7 of channel 0." in pooled
    assert "The largest is" in pooled
    neuron = convlens("pixel", trained[0], photo, "--layer", "output", "--channel", 9).output
    assert "128 products" in neuron


def test_lists_the_layers(convlens: Command, trained: Trained, photo: Path) -> None:
    output = convlens("pixel", trained[0], photo).output
    assert re.search(r"^pool1 +32 x 14 x 14 +max_pool2d", output, re.M)


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["--layer", "conv9"], "it has picture (1 x 28 x 28), conv1"),
        (["--layer", "conv1", "--at", "5"], "5,7"),
        (["--layer", "conv1", "--at", "5,99"], "column goes from 0 to 27"),
        (["--layer", "conv1"], "a row and a column"),
    ],
)
def test_says_what_can_be_asked(
    convlens: Command, trained: Trained, photo: Path, arguments: list[str], part: str
) -> None:
    result = convlens("pixel", trained[0], photo, *arguments)
    assert (result.status, result.output) == (2, "")
    assert part in result.errors
