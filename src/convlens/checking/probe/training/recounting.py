"""An own count of what a network knows: in evaluation mode, over evaluation data prepared like its training data."""

import time
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Subset, default_collate

from convlens.checking.probe.observation import Trained
from convlens.checking.probe.training.giving import EvenPart, LoadersGiving
from convlens.checking.probe.training.pictures import bytes_of, made, test_set
from convlens.checking.probe.watching.book import first_tensor

_BATCH = 250
_PATIENCE = 15.0
"""Seconds by the clock for a count, on a machine that is busy."""
_PICTURES = ("image", "images", "img", "x", "pixel_values", "input", "inputs", "data")
_LABELS = ("label", "labels", "target", "targets", "y")


@dataclass(frozen=True)
class Preparation:
    """What a script does to a loader's pictures before it gives them to its network: values times `scale` plus `shift`.

    Attributes:
        shape: of one picture, as the network gets it.
    """

    scale: float
    shift: float
    shape: tuple[int, ...]

    @classmethod
    def between(cls, batch: Any, given: Tensor) -> "Preparation | None":
        """Of the batch that the loader gave last and what the network got; None where it was something else."""
        pictures, _ = parts(batch)
        if pictures is None or pictures.numel() != given.numel() or pictures.shape[:1] != given.shape[:1]:
            return None
        x, y = pictures.double().flatten(), given.double().flatten()
        spread = float(x.std(correction=0))
        if spread == 0:
            return None
        scale = float(((x - x.mean()) * (y - y.mean())).mean()) / spread**2
        shift = float(y.mean() - scale * x.mean())
        if not torch.allclose(scale * x + shift, y, atol=1e-3 * float(y.std(correction=0)) + 1e-6):
            return None
        return cls(scale, shift, tuple(given.shape[1:]))

    @classmethod
    def of_bytes(cls, given: Tensor) -> "Preparation | None":
        """Where no loader is used: from the bytes of a picture to what the network got, if its values are such."""
        y = given.double().flatten()
        low, high = float(y.min()), float(y.max())
        if not high > low or given.ndim < 2:
            return None
        levels = (y - low) * (255 / (high - low))
        if float((levels - levels.round()).abs().max()) > 0.01:
            return None
        return cls((high - low) / 255, low, tuple(given.shape[1:]))

    def __call__(self, pictures: Tensor) -> Tensor:
        """Pictures as the network wants them."""
        return (pictures.float() * self.scale + self.shift).reshape(len(pictures), *self.shape)


def parts(batch: Any) -> tuple[Tensor | None, Tensor | None]:
    """The pictures and the labels of a batch or an item."""
    if isinstance(batch, dict):
        found = [next((batch[name] for name in names if name in batch), None) for names in (_PICTURES, _LABELS)]
    else:
        found = list(batch[:2]) if isinstance(batch, tuple | list) and len(batch) > 1 else [None, None]
    pictures, labels = (part if isinstance(part, Tensor) else None for part in found)
    return pictures, labels


def recount(
    model: nn.Module, preparation: Preparation | None, giving: LoadersGiving, seconds: float, trained: Trained
) -> None:
    """Count the right answers, for at most so many seconds, and write them down.

    Args:
        model: the network; it is put into evaluation mode.
        preparation: what the script did to pictures while it trained.
        giving: the script's loaders.
        seconds: of the processor; the pictures come in a random order, so that a part stands for all.
        trained: takes the count, or why there is none.
    """
    if preparation is None:
        trained.uncounted = "What the network is given cannot be told from what a loader gives."
        return
    dataset, trained.data = _data(giving)
    if dataset is None:
        trained.uncounted = "The script has no data that it does not train with."
        return
    model.eval()
    ends, latest = time.process_time() + seconds, time.monotonic() + _PATIENCE
    order = torch.randperm(len(dataset), generator=torch.Generator().manual_seed(0)).tolist()
    try:
        for begin in range(0, len(order), _BATCH):
            items = [dataset[index] for index in order[begin : begin + _BATCH]]
            _count(model, preparation, default_collate(items), trained)
            if time.process_time() > ends or time.monotonic() > latest:
                break
    except Exception as error:  # the script's own code, asked for something that it did not do itself
        trained.correct = trained.counted = 0
        said = str(error).strip().splitlines() or [type(error).__name__]
        trained.uncounted = f"Its network could not be asked again: {said[0].rstrip('.')}."


def _count(model: nn.Module, preparation: Preparation, batch: Any, trained: Trained) -> None:
    pictures, labels = parts(batch)
    if pictures is None or labels is None:
        raise ValueError("an item is not a picture and a label")
    answers = first_tensor(model(preparation(pictures)))
    if answers is None or answers.ndim != 2 or answers.shape[1] < 2 or labels.shape != answers.shape[:1]:
        raise ValueError("the answer is not a number for each class")
    trained.correct += int((answers.argmax(1) == labels).sum())
    trained.counted += len(labels)


def _data(giving: LoadersGiving) -> tuple[Any, str]:
    """What to count over, and what it is in words."""
    if not giving.walked:
        dataset = test_set(made[-1], bytes_of) if made else None
        return dataset, f"the test pictures of {type(dataset).__name__}, prepared like the training pictures"
    if giving.trained:
        root: Any = giving.trained[-1].dataset
        while isinstance(root, Subset | EvenPart):
            root = root.dataset
        known = test_set(root)
        if known is not None:
            return known, f"the test pictures of {type(root).__name__}, prepared like the training pictures"
    loader: DataLoader[Any] | None = giving.evaluating
    if loader is None or not hasattr(loader.dataset, "__getitem__"):
        return None, ""
    return loader.dataset, "the script's own evaluation data"
