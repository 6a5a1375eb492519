"""Real pictures for data sets that are not here, and the test set that belongs to a training set."""

import importlib
from contextlib import suppress
from typing import Any

import numpy as np
import torch
from PIL import Image

made: list[Any] = []
"""The torchvision data sets that the script made, in order."""
_SIZED = {"RandomCrop": "CenterCrop", "RandomResizedCrop": "Resize"}
_RANDOM = ("Random", "ColorJitter", "RandAugment", "TrivialAugment", "AutoAugment", "AugMix", "GaussianBlur")


def use_real_pictures() -> None:
    """Let Fashion-MNIST's pictures stand in for other data sets of ten classes, where they are in the cache.

    On made-up pictures every network is right, which proves nothing.
    """
    datasets: Any = importlib.import_module("torchvision.datasets")
    fashion, own_folder = datasets.FashionMNIST, datasets.MNIST._folder
    own_init, own_note = datasets._MadeUp.__init__, datasets._MadeUp._note

    def note(dataset: Any, instead: str) -> None:
        own_note(dataset, "the pictures of Fashion-MNIST" if "_is_fashion" in vars(dataset) else instead)

    def folder(dataset: Any) -> Any:
        found = own_folder(dataset)
        if found is None and len(dataset.names) == 10 and not isinstance(dataset, fashion):
            other = fashion.__new__(fashion)
            other.root, other.train = "", dataset.train
            found = other._folder()
            if found is not None:
                dataset._is_fashion = True
        return found

    def init(dataset: Any, *args: Any, **kwargs: Any) -> None:
        own_init(dataset, *args, **kwargs)
        made.append(dataset)
        if isinstance(dataset, datasets.MNIST) or len(dataset.classes) != 10:
            return
        real = fashion(train=dataset.train)
        if "data" not in vars(real):
            return
        size, colours = dataset.shape[1::-1], dataset.shape[2:]
        chosen = np.arange(len(dataset._labels)) % len(real.data)
        dataset._labels = real.targets.numpy()[chosen]

        def picture(index: int) -> Any:
            grey = np.asarray(Image.fromarray(real.data[int(chosen[index])].numpy()).resize(size))
            return grey[:, :, None].repeat(colours[0], axis=2) if colours else grey

        dataset._picture, dataset._is_fashion = picture, True
        dataset._note("")

    datasets.MNIST._folder, datasets._MadeUp.__init__, datasets._MadeUp._note = folder, init, note


def test_set(training_set: Any, transform: Any = None) -> Any:
    """The test set beside a torchvision training set; None for other data.

    Args:
        transform: None for that of the training set, but for what is chance in it.
    """
    datasets: Any = importlib.import_module("torchvision.datasets")
    if not isinstance(training_set, datasets._MadeUp):
        return None
    part: dict[str, Any] = {"train": False}
    if isinstance(training_set, datasets.EMNIST):
        part["split"] = training_set.split
    elif isinstance(training_set, datasets._BySplit):
        part = {"split": "test"}
    with suppress(TypeError):  # a data set in one part
        return type(training_set)(
            training_set.root,
            transform=transform or _without_chance(training_set.transform),
            target_transform=training_set.target_transform,
            **part,
        )
    return None


def bytes_of(picture: Any) -> torch.Tensor:
    """A picture's values from 0 to 255, the channels first."""
    values = torch.from_numpy(np.array(picture)).float()
    return values[None] if values.ndim == 2 else values.permute(2, 0, 1)


def _without_chance(transform: Any) -> Any:
    """A transform without its random steps; those that change the size do it always in one way."""
    transforms: Any = importlib.import_module("torchvision.transforms")
    steps = getattr(transform, "transforms", None)
    if type(transform).__name__ == "Compose" and steps is not None:
        kept = [_without_chance(step) for step in steps]
        return transforms.Compose([step for step in kept if step is not None])
    name = type(transform).__name__
    if name in _SIZED:
        size = transform.size if isinstance(transform.size, tuple) else (transform.size, transform.size)
        return getattr(transforms, _SIZED[name])(size)
    return None if name.startswith(_RANDOM) else transform
