"""Fashion-MNIST: 70,000 grey pictures of clothes in ten classes, 28 x 28, by Zalando Research (MIT licence)."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from platformdirs import user_cache_path
from torch import Tensor
from torch.nn import functional

from convlens.errors import DataError
from convlens.images import cache as data_cache
from convlens.images import idx
from convlens.images.datafiles import DataFile, Fingerprint
from convlens.images.dataset import ImageData, Split, held_out, picture_digest
from convlens.images.debian import DebianSource
from convlens.images.progress import Progress, silent
from convlens.images.sources import FolderSource, Source, WebSource

NAME = "fashion-mnist"
CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
SIDE = 28
VALIDATION_SHARE = 5_000 / 60_000

# Each file circulates in two encodings of the same contents: as its authors compressed it, and as Debian did.
TRAIN_IMAGES = DataFile(
    "train-images-idx3-ubyte",
    Fingerprint(47_040_016, "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"),
    (
        Fingerprint(26_421_880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
        Fingerprint(26_421_856, "b0564c3eedabfbf835052cff8503ea422014ce006caf5b757f851416ee8300c7"),
    ),
)
TRAIN_LABELS = DataFile(
    "train-labels-idx1-ubyte",
    Fingerprint(60_008, "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"),
    (
        Fingerprint(29_515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
        Fingerprint(29_491, "0ae29f65d86684f32d1b9c85147786c547b9c6aebcaf235f0400a0cce308b056"),
    ),
)
TEST_IMAGES = DataFile(
    "t10k-images-idx3-ubyte",
    Fingerprint(7_840_016, "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"),
    (
        Fingerprint(4_422_102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
        Fingerprint(4_422_079, "cc1d090a38ace84dfa1aa66e3ada7c336ef481a96936906477e6dd344da56eaa"),
    ),
)
TEST_LABELS = DataFile(
    "t10k-labels-idx1-ubyte",
    Fingerprint(10_008, "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"),
    (
        Fingerprint(5_148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
        Fingerprint(5_125, "8d3605d196f4be44669e46906da9733c8131fef761fdbfec72c424d5222f1a05"),
    ),
)
FILES = (TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS)

_SYSTEM_FOLDER = Path("usr/share/datasets/fashion-mnist")
SOURCES: tuple[Source, ...] = (
    FolderSource("the system's folder", Path("/") / _SYSTEM_FOLDER),
    WebSource("https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/"),
    WebSource("https://fashion-mnist.s3.eu-central-1.amazonaws.com/"),
    DebianSource("dataset-fashion-mnist", _SYSTEM_FOLDER),
)


def load(
    *,
    size: int | None = None,
    seed: int = 0,
    folder: Path | None = None,
    cache: Path | None = None,
    progress: Progress = silent,
) -> ImageData:
    """Return Fashion-MNIST: 55,000 pictures to train on, 5,000 (500 a class) to validate, 10,000 to test.

    Args:
        size: the side to which the pictures are resized, 28 when None.
        seed: which 5,000 of the 60,000 training pictures are held out for validation.
        folder: where the four files stand, compressed or not; None for the cache, which fills itself once.
        cache: the folder of the cache; None for the user's own.
        progress: told how far a download is.

    Raises:
        SourceError: the files are not in the cache and no source could deliver them.
        DataError: `folder` holds other files than Fashion-MNIST's, or the cache cannot be written.
    """
    if folder is not None:
        contents = [_from_folder(file, folder) for file in FILES]
    else:
        contents = data_cache.load(FILES, cache_folder(cache), SOURCES, progress)
    train_images, train_labels, test_images, test_labels = (idx.parse(content) for content in contents)
    digests = [picture_digest(picture.tobytes(), seed) for picture in train_images]
    is_validation = np.zeros(len(digests), dtype=np.bool_)
    is_validation[held_out(digests, train_labels.tolist(), VALIDATION_SHARE)] = True
    return ImageData(
        name=NAME,
        classes=CLASSES,
        train=_split(train_images[~is_validation], train_labels[~is_validation], size),
        validation=_split(train_images[is_validation], train_labels[is_validation], size),
        test=_split(test_images, test_labels, size),
        preparation="object",
    )


def cache_folder(cache: Path | None = None) -> Path:
    """Where the files are kept: in `cache`, or in the user's own cache folder."""
    return (cache or user_cache_path("convlens", appauthor=False)) / NAME


def holds_files(folder: Path) -> bool:
    """Whether any of the four files stands in `folder`, under the name that the whole MNIST family uses."""
    return any((folder / name).exists() for file in FILES for name in (file.name, file.compressed_name))


def _from_folder(file: DataFile, folder: Path) -> bytes:
    try:
        return file.read(folder)
    except DataError as error:
        raise DataError(
            f"{folder} should hold the four files of Fashion-MNIST unchanged, but {str(error).rstrip('.')}; "
            f"use the name {NAME} instead of the folder to have them fetched."
        ) from error


def _split(images: NDArray[np.uint8], labels: NDArray[np.uint8], size: int | None) -> Split:
    # A copy, because the arrays that `idx.parse` returns are read-only and a tensor must not be.
    images_NCHW = torch.from_numpy(images[:, None].copy())
    if size is not None and size != SIDE:
        images_NCHW = _resized(images_NCHW, size)
    return Split(images_NCHW, torch.from_numpy(labels.astype(np.int64)))


def _resized(images_NCHW: Tensor, size: int) -> Tensor:
    # In chunks, because the work is done in 32-bit floats: all at once would take four times the memory.
    chunks = [
        functional.interpolate(chunk.float(), (size, size), mode="bilinear", antialias=True)
        for chunk in images_NCHW.split(4096)
    ]
    return torch.cat([chunk.round().clamp(0, 255).to(torch.uint8) for chunk in chunks])
