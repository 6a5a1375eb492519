"""A run with snapshots whose pictures are at hand, opened for the page."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from convlens import images
from convlens.config import resolve
from convlens.images.dataset import ImageData
from convlens.training import session
from convlens.training.observer import Observer
from convlens.web.content import Content, load


@pytest.fixture(scope="module")
def at_hand(tiny_data: ImageData) -> Iterator[None]:
    """`tiny_data` is what every run here is made of."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(images, "load", lambda *_, **__: tiny_data)
        yield


@pytest.fixture(scope="module")
def run_path(at_hand: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished run of the lecture's network."""
    path = tmp_path_factory.mktemp("web") / "striped"
    options = {"network": "lecture", "data": "stripes", "batch_size": 16, "steps": 30}
    some_mistakes = {"learning_rate": 0.005, "device": "cpu", "threads": 1}
    with torch.random.fork_rng():
        session.begin(resolve(options, some_mistakes), path, observer=Observer())
    return path


@pytest.fixture(scope="module")
def content(run_path: Path) -> Content:
    """It, opened."""
    return load(run_path)
