"""Data sets: the files where they are on the disk, real Fashion-MNIST from the cache, else made-up pictures."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch.utils.data import Dataset

from convlens.errors import DataError
from convlens.images import fashion_mnist, idx

Transform = Callable[..., Any] | None
notes: list[str] = []
"""What was put in place of which data, in words."""
_SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".ppm", ".pgm", ".tif", ".tiff"}
_FILES = {True: ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
          False: ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")}  # fmt: skip


class VisionDataset(Dataset[Any]):
    """What all have in common: a root and transforms."""

    def __init__(
        self,
        root: Any = "",
        transforms: Transform = None,
        transform: Transform = None,
        target_transform: Transform = None,
    ) -> None:
        self.root, self.transforms = str(root), transforms
        self.transform, self.target_transform = transform, target_transform

    def finished(self, picture: Any, label: int) -> tuple[Any, Any]:
        """A picture and its label after the transforms."""
        if self.transforms is not None:
            return self.transforms(picture, label)  # type: ignore[no-any-return]
        picture = self.transform(picture) if self.transform is not None else picture
        return picture, self.target_transform(label) if self.target_transform is not None else label


class _MadeUp(VisionDataset):
    """Pictures that look alike within a class: a pattern of its own, and noise."""

    shape: ClassVar[tuple[int, ...]] = (28, 28)
    lengths: ClassVar[tuple[int, int]] = (60_000, 10_000)
    names: ClassVar[tuple[str, ...]] = tuple(map(str, range(10)))

    def __init__(
        self, root: Any = "", train: bool = True, transform: Transform = None, target_transform: Transform = None,
        download: bool = False, **_: Any,
    ) -> None:  # fmt: skip
        super().__init__(root, None, transform, target_transform)
        self.train = train
        self.classes = list(self.names)
        self.class_to_idx = {name: number for number, name in enumerate(self.classes)}
        self._note("made-up pictures")
        generator = np.random.default_rng(0)
        coarse = generator.integers(0, 200, (len(self.classes), 4, 4, *self.shape[2:]))
        grown = coarse.repeat(-(-self.shape[0] // 4), 1).repeat(-(-self.shape[1] // 4), 2)
        self._patterns = grown[:, : self.shape[0], : self.shape[1]].astype(np.uint8)
        self._noise = generator.integers(0, 55, (64, *self.shape)).astype(np.uint8)
        self._labels = np.random.default_rng(1 + train).integers(0, len(self.classes), self.lengths[not train])

    def _note(self, instead: str) -> None:
        name = type(self).__name__
        notes[:] = [note for note in notes if not note.startswith(f"{name}: ")] + [f"{name}: {instead}"]

    @cached_property
    def data(self) -> Any:
        """All pictures as bytes."""
        return np.stack([self._picture(index) for index in range(len(self))])

    @cached_property
    def targets(self) -> Any:
        """All labels."""
        return self._labels.tolist()

    def _picture(self, index: int) -> NDArray[np.uint8]:
        made: NDArray[np.uint8] = self._patterns[self._labels[index]] + self._noise[index % 64]
        return made

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        """One picture and its label, after the transforms."""
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        # Whoever looked at all of them may have changed them.
        has_data, has_targets = "data" in vars(self), "targets" in vars(self)
        picture = np.asarray(self.data[index]) if has_data else self._picture(index)
        label = int(self.targets[index]) if has_targets else int(self._labels[index])
        return self.finished(Image.fromarray(picture), label)

    def __len__(self) -> int:
        """How many there are."""
        return len(self.targets) if "targets" in vars(self) else len(self._labels)


class MNIST(_MadeUp):
    """Grey pictures of 28 x 28."""

    def __init__(self, root: Any = "", train: bool = True, *args: Any, **kwargs: Any) -> None:
        super().__init__(root, train, *args, **kwargs)
        folder = self._folder()
        if folder is not None:
            pictures, labels = (idx.parse((folder / name).read_bytes()) for name in _FILES[train])
            vars(self)["data"] = torch.from_numpy(pictures.copy())
            vars(self)["targets"] = torch.from_numpy(labels.astype(np.int64))
            self._note("the real pictures")

    def _folder(self) -> Path | None:
        own = Path(self.root) / type(self).__name__ / "raw"
        return own if all((own / name).is_file() for name in _FILES[self.train]) else None

    @cached_property
    def data(self) -> Any:
        """All pictures, uint8 (N, 28, 28)."""
        return torch.from_numpy(self._patterns[self._labels] + self._noise[np.arange(len(self)) % 64])

    @cached_property
    def targets(self) -> Any:
        """All labels, int64."""
        return torch.from_numpy(self._labels.copy())


class FashionMNIST(MNIST):
    """Clothes: the real ones where they are in the cache."""

    names = fashion_mnist.CLASSES

    def _folder(self) -> Path | None:
        cached = fashion_mnist.cache_folder()
        try:
            usable = all(idx.parse((cached / name).read_bytes()).size for name in _FILES[self.train])
        except (OSError, DataError):
            usable = False
        return super()._folder() or (cached if usable else None)


class KMNIST(MNIST):
    """Ten signs of Japanese handwriting."""


class QMNIST(MNIST):
    """MNIST with its whole test set."""

    lengths = (60_000, 60_000)

    def __init__(self, root: Any = "", what: Any = None, train: bool = True, **kwargs: Any) -> None:
        super().__init__(root, what in (None, "train") and train, **kwargs)


class EMNIST(MNIST):
    """Letters and digits; the split says how many classes."""

    _classes: ClassVar[dict[str, int]] = {
        "byclass": 62, "bymerge": 47, "balanced": 47, "letters": 27, "digits": 10, "mnist": 10
    }  # fmt: skip

    def __init__(self, root: Any = "", split: str = "balanced", **kwargs: Any) -> None:
        type(self).names = tuple(map(str, range(self._classes[split])))
        super().__init__(root, **kwargs)
        self.split = split
        if split == "letters":  # its labels begin at 1, the class 0 is empty
            self._labels = 1 + self._labels % 26


class USPS(_MadeUp):
    """Grey digits of 16 x 16."""

    shape, lengths = (16, 16), (7291, 2007)


class CIFAR10(_MadeUp):
    """Colour pictures of 32 x 32 in ten classes."""

    shape, lengths = (32, 32, 3), (50_000, 10_000)
    names = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


class CIFAR100(_MadeUp):
    """Colour pictures of 32 x 32 in a hundred classes."""

    shape, lengths = (32, 32, 3), (50_000, 10_000)
    names = tuple(f"class {n}" for n in range(100))


class _BySplit(_MadeUp):
    """Data sets that are told their part by name."""

    def __init__(self, root: Any = "", split: str = "train", *args: Any, **kwargs: Any) -> None:
        kwargs.pop("train", None)
        super().__init__(root, split.startswith(("train", "extra", "unlabeled")), *args, **kwargs)
        self.split = split


class SVHN(_BySplit):
    """House numbers, 32 x 32."""

    shape, lengths = (32, 32, 3), (73_257, 26_032)

    @property
    def labels(self) -> Any:
        """All labels."""
        return np.asarray(self.targets)


class STL10(_BySplit):
    """Colour pictures of 96 x 96."""

    shape, lengths = (96, 96, 3), (5000, 8000)


class GTSRB(_BySplit):
    """Traffic signs."""

    shape, lengths, names = (40, 42, 3), (26_640, 12_630), tuple(map(str, range(43)))


class Flowers102(_BySplit):
    """Photographs of flowers."""

    shape, lengths, names = (240, 280, 3), (1020, 1020), tuple(map(str, range(102)))


class Food101(_BySplit):
    """Photographs of food."""

    shape, lengths, names = (240, 280, 3), (75_750, 25_250), tuple(map(str, range(101)))


class OxfordIIITPet(_BySplit):
    """Photographs of pets."""

    shape, lengths, names = (240, 280, 3), (3680, 3669), tuple(map(str, range(37)))


class Imagenette(_BySplit):
    """Photographs in ten classes."""

    shape, lengths = (240, 280, 3), (9469, 3925)


class ImageNet(_BySplit):
    """Photographs in a thousand classes."""

    shape, lengths, names = (240, 280, 3), (1_281_167, 50_000), tuple(map(str, range(1000)))


class EuroSAT(_MadeUp):
    """Pictures from above, in one part."""

    shape, lengths = (64, 64, 3), (27_000, 27_000)

    def __init__(self, root: Any = "", transform: Transform = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(root, True, transform, *args, **kwargs)


class FakeData(VisionDataset):
    """Noise."""

    def __init__(
        self, size: int = 1000, image_size: tuple[int, ...] = (3, 224, 224), num_classes: int = 10,
        transform: Transform = None, target_transform: Transform = None, random_offset: int = 0,
    ) -> None:  # fmt: skip
        super().__init__("", None, transform, target_transform)
        self.size, self.image_size, self.num_classes, self.random_offset = size, image_size, num_classes, random_offset

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        """One picture of noise, always the same for one index."""
        if not 0 <= index < self.size:
            raise IndexError(index)
        generator = np.random.default_rng(index + self.random_offset)
        channels, *sides = self.image_size
        array = generator.integers(0, 256, (*sides, channels)).astype(np.uint8)
        picture = Image.fromarray(array[:, :, 0] if channels == 1 else array)
        return self.finished(picture, int(generator.integers(self.num_classes)))

    def __len__(self) -> int:
        """How many there are."""
        return self.size


class ImageFolder(VisionDataset):
    """A folder of pictures; two made-up classes where there is none."""

    def __init__(
        self, root: Any, transform: Transform = None, target_transform: Transform = None, *_: Any, **__: Any
    ) -> None:
        super().__init__(root, None, transform, target_transform)
        folder = Path(root)
        self.classes = sorted(entry.name for entry in folder.iterdir() if entry.is_dir()) if folder.is_dir() else []
        self.is_real = bool(self.classes)
        self.classes = self.classes or ["first", "second"]
        self.class_to_idx = {name: number for number, name in enumerate(self.classes)}
        self.samples = self._found(folder) if self.is_real else self._made_up(folder)
        self.imgs, self.targets = self.samples, [label for _, label in self.samples]

    def _found(self, folder: Path) -> list[tuple[str, int]]:
        files = [
            (path, label) for name, label in self.class_to_idx.items() for path in sorted((folder / name).rglob("*"))
        ]
        return [(str(path), label) for path, label in files if path.suffix.lower() in _SUFFIXES]

    def _made_up(self, folder: Path) -> list[tuple[str, int]]:
        notes.append(f"ImageFolder {folder.name}: two made-up classes")
        count = 1003 if "train" in folder.name.lower() or "test" not in folder.name.lower() else 203
        return [(str(folder / self.classes[n % 2] / f"{n}.jpg"), n % 2) for n in range(count)]

    def loader(self, path: str) -> Image.Image:
        """A picture in colour."""
        if self.is_real:
            return Image.open(path).convert("RGB")
        number = int(Path(path).stem)
        noise = np.random.default_rng(number).integers(0, 128, (240, 280, 3))
        return Image.fromarray((noise + 64 * (number % 2)).astype(np.uint8))

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        """One picture and its label, after the transforms."""
        path, label = self.samples[index]
        return self.finished(self.loader(path), label)

    def __len__(self) -> int:
        """How many there are."""
        return len(self.samples)


DatasetFolder = ImageFolder
