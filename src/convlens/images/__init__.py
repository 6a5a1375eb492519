"""Pictures in: every data set enters convlens through `load`, as plain tensors in memory."""

from difflib import get_close_matches
from pathlib import Path

from convlens.errors import ConfigError, DataError
from convlens.images import fashion_mnist, folder
from convlens.images.dataset import ImageData, Split
from convlens.images.progress import Progress, silent

__all__ = ["ImageData", "Progress", "Split", "load"]

SMALLEST_SIDE, LARGEST_SIDE = 8, 512


def load(
    data: str,
    *,
    size: int | None = None,
    seed: int = 0,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> ImageData:
    """Return a data set, whole and in memory.

    Args:
        data: `fashion-mnist`; or a folder with the four files of Fashion-MNIST; or a folder of own pictures with a
            sub-folder for each class. (A folder that is called fashion-mnist is named `./fashion-mnist`.)
        size: the side of the square pictures, 8 to 512; None for 28 (Fashion-MNIST) or the usual side of own pictures.
        seed: which pictures are held out for validation, and for the test where the data has none of its own.
        cache: where downloads are kept; None for the user's own cache folder.
        progress: told how far long work is.

    Raises:
        ConfigError: `size` is out of its range.
        DataError: there is no such data, or it cannot be used.
        SourceError: the data could not be fetched.
    """
    if size is not None and not SMALLEST_SIDE <= size <= LARGEST_SIDE:
        raise ConfigError(f"The size of the pictures should be {SMALLEST_SIDE} to {LARGEST_SIDE} and is {size}.")
    progress = progress or silent
    if data == fashion_mnist.NAME:
        return fashion_mnist.load(size=size, seed=seed, cache=cache, progress=progress)
    path = Path(data)
    if not path.is_dir():
        raise DataError(_unknown(data, path))
    if fashion_mnist.holds_files(path):
        return fashion_mnist.load(size=size, seed=seed, folder=path)
    return folder.load(path, size=size, seed=seed, progress=progress)


def _unknown(data: str, path: Path) -> str:
    known = fashion_mnist.NAME
    found = f"{data} is {'a file' if path.exists() else 'no folder here'} and no known data set"
    if get_close_matches(data.casefold(), [known], cutoff=0.7):
        return f"{found}; did you mean {known}?"
    return f"{found}; name a folder with a sub-folder for each class, or {known}."
