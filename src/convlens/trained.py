"""A finished run, opened: its network, and predictions for any picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor, nn

from convlens import images, networks
from convlens.config import RunConfig
from convlens.errors import DataError, RunError
from convlens.evaluation import Evaluation, evaluate
from convlens.images.dataset import ImageData
from convlens.images.decode import plain, read_picture
from convlens.images.picture import Prepared, prepare
from convlens.networks.own import check_unchanged, is_own
from convlens.predictor import Predictor
from convlens.runs import DataFacts, RunFolder

Picture = str | Path | Image.Image | npt.NDArray[np.uint8] | Tensor
"""A file, a Pillow image, or uint8 pixels of shape (H, W), (H, W, 3) or, as a tensor, (C, H, W)."""


@dataclass(frozen=True)
class Prediction:
    """The answer for one picture.

    Attributes:
        classes: the K class names, most probable first.
        probabilities: theirs, in the same order, 0 to 1, summing to 1.
        seen: the picture the network really saw, and how it was found in the photograph.
    """

    classes: tuple[str, ...]
    probabilities: tuple[float, ...]
    seen: Prepared

    @property
    def best(self) -> str:
        """The most probable class."""
        return self.classes[0]

    @property
    def confidence(self) -> float:
        """Its probability, 0 to 1."""
        return self.probabilities[0]


class Run:
    """A finished run. Make one with `open_run` or `convlens.train`."""

    def __init__(self, folder: RunFolder, network: nn.Module, config: RunConfig, facts: DataFacts) -> None:
        self.folder = folder
        self.network = network
        self.config = config
        self.facts = facts
        self.predictor = Predictor(network, mean=facts.mean, std=facts.std, mirror=config.mirror)

    @property
    def path(self) -> Path:
        """The run folder."""
        return self.folder.path

    @property
    def classes(self) -> tuple[str, ...]:
        """The K class names."""
        return self.facts.classes

    @cached_property
    def metrics(self) -> dict[str, Any]:
        """The content of `metrics.json`."""
        return self.folder.read_metrics()

    def predict(self, picture: Picture) -> Prediction:
        """Classify one photograph or picture of any size.

        Raises:
            DataError: it is not a picture.
        """
        return self.predict_many([picture])[0]

    def predict_many(self, pictures: Sequence[Picture]) -> list[Prediction]:
        """Classify several pictures; they are prepared one by one and answered in batches."""
        return self.answer([self.prepare(picture) for picture in pictures])

    def prepare(self, picture: Picture) -> Prepared:
        """Make the picture that the network sees of a photograph; the photograph is not needed any more."""
        photo = _as_photo(picture)
        return prepare(photo, picture_shape=self.facts.picture_shape, preparation=self.facts.preparation)

    def answer(self, prepared: Sequence[Prepared]) -> list[Prediction]:
        """Classify pictures made by `prepare`."""
        if not prepared:
            return []
        probabilities = self.predictor.probabilities(torch.stack([one.picture for one in prepared]))
        return [self._prediction(row, seen) for row, seen in zip(probabilities, prepared, strict=True)]

    def load_data(self, moved_to: str | Path | None = None) -> ImageData:
        """Load the pictures this run was trained, validated and tested on.

        Args:
            moved_to: the folder they are in now; None is where they were.

        Raises:
            DataError: they are not there.
            RunError: they are not the same pictures any more.
        """
        place = str(moved_to or self.config.data)
        data = images.load(place, size=self.config.size, seed=self.config.seed)
        if data.sha256 != self.facts.sha256:
            raise RunError(f"The pictures of {place} are not those that the run in {self.path} was made with.")
        return data

    def evaluate(self, data: ImageData | None = None) -> Evaluation:
        """Score the test pictures; as this run's own unless others are given."""
        test = (data or self.load_data()).test
        return evaluate(self.predictor.logits(test.images), test.labels)

    def _prediction(self, probabilities: Tensor, seen: Prepared) -> Prediction:
        descending = probabilities.argsort(descending=True, stable=True).tolist()
        return Prediction(
            classes=tuple(self.classes[index] for index in descending),
            probabilities=tuple(float(probabilities[index]) for index in descending),
            seen=seen,
        )


def open_run(path: str | Path, *, network: str | None = None) -> Run:
    """Open a finished run.

    Args:
        path: the run folder.
        network: where the class of a network of one's own is now, FILE.py:Class. A shipped network needs none.

    Raises:
        RunError: the folder holds no finished run, or its weights are damaged.
        NetworkError: a network of one's own has changed, or does not fit the weights.
    """
    folder = RunFolder(Path(path))
    config, facts = folder.read_config(), folder.read_facts()
    weights = folder.read_weights()
    if network is None and is_own(config.network):
        check_unchanged(config.network, folder.network_path)
    module = networks.build(
        network or config.network, facts.picture_shape, len(facts.classes), dropout=config.dropout, seed=0
    )
    try:
        module.load_state_dict(weights)
    except RuntimeError as error:
        raise RunError(f"The weights in {path} do not fit the network {network or config.network}.") from error
    return Run(folder, module.eval(), config, facts)


def _as_photo(picture: Picture) -> Image.Image:
    if isinstance(picture, str | Path):
        return read_picture(Path(picture))
    if isinstance(picture, Image.Image):
        return plain(picture)
    if isinstance(picture, Tensor):
        if picture.ndim == 3:
            picture = picture.permute(1, 2, 0)  # (C, H, W) -> (H, W, C)
        picture = picture.cpu().numpy()
    if picture.ndim == 3 and picture.shape[2] == 1:
        picture = picture[..., 0]
    if picture.dtype != np.uint8 or not (picture.ndim == 2 or (picture.ndim == 3 and picture.shape[2] == 3)):
        raise DataError(
            f"Pixels should be uint8 of shape (H, W) or (H, W, 3), and are {picture.dtype} of {picture.shape}."
        )
    return Image.fromarray(picture)
