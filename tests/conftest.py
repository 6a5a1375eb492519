"""Fixtures that many tests share: a tiny data set and configurations that train in a moment."""

from collections.abc import Callable, Iterator

import pytest
import torch
from hypothesis import settings

from convlens import files
from convlens.config import RunConfig, resolve
from convlens.images.dataset import ImageData, Split

# Small tensors are slower with threads than without.
torch.set_num_threads(1)

# The same examples every time: a test that fails can be repeated, one that passes passes everywhere.
settings.register_profile("convlens", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("convlens")

Configure = Callable[..., RunConfig]


def _stripes(pictures: int, seed: int) -> Split:
    """Noise with a bright stripe at the place of the class: pictures (N, 1, 8, 8) of three classes, easy to learn."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(0, 3, (pictures,), generator=generator)
    images = torch.randint(0, 120, (pictures, 1, 8, 8), generator=generator, dtype=torch.uint8)
    for picture, label in zip(images, labels.tolist(), strict=True):
        picture[0, :, 1 + 2 * label] += 130
    return Split(images, labels)


@pytest.fixture(scope="session")
def tiny_data() -> ImageData:
    """88 training, 30 validation and 31 test pictures of 1 x 8 x 8 and three classes."""
    return ImageData(
        name="stripes",
        classes=("left", "middle", "right"),
        train=_stripes(88, 0),
        validation=_stripes(30, 1),
        test=_stripes(31, 2),
        preparation="whole",
    )


@pytest.fixture
def configure() -> Configure:
    """Make a configuration for `tiny_data`: lecture's network with Adam, batches of 16, 12 steps, no augmentation,
    and what is asked for.
    """

    def make(**options: object) -> RunConfig:
        quick = {"network": "lecture", "batch_size": 16, "steps": 12, "device": "cpu", "threads": 1}
        plain = {"optimizer": "adam", "learning_rate": 1e-3, "weight_decay": 0.0, "flip": False, "mirror": False}
        return resolve(quick | plain, options)

    return make


@pytest.fixture
def at_point() -> Iterator[Callable[[Callable[..., None]], None]]:
    """Call a function at each named point inside a write, until the test ends."""
    before = files.at_point

    def install(action: Callable[..., None]) -> None:
        files.at_point = action

    yield install
    files.at_point = before
