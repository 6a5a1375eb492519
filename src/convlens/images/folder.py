"""Own pictures: a folder with a sub-folder for each class becomes a data set.

Every picture is resized so that its shorter side fits and the middle square is kept, as ImageFolder is commonly used.
What has no folder of its own is held out of the training pictures: a tenth to validate, a tenth to test, chosen by
the files' contents and the seed, so that adding a picture does not reshuffle the others.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from convlens.errors import DataError
from convlens.images import decode
from convlens.images.dataset import ImageData, Split, held_out, picture_digest
from convlens.images.listing import SPLITS, Listing, PictureFile, SplitName, list_folder
from convlens.images.progress import Progress, silent

LARGEST_DEFAULT_SIDE = 64
HELD_OUT_SHARE = 0.1  # of all pictures, for each split that has no folder of its own
DAMAGED_SHARE = 0.01  # up to this, damaged files are left out; beyond, something is wrong with the folder
NAMES_SHOWN = 10
IMBALANCE = 3  # the largest class over the smallest; what is more than this deserves a note


class _Picture(NamedTuple):
    pixels: NDArray[np.uint8]  # (H, W) when grey, (H, W, 3) when not
    label: int
    digest: bytes


Splits = dict[SplitName, list[_Picture]]


def load(folder: Path, *, size: int | None = None, seed: int = 0, progress: Progress = silent) -> ImageData:
    """Return the pictures of a folder as a data set: grey when every picture is, in colour otherwise.

    Args:
        folder: holds a sub-folder for each class, or `train` and perhaps `val` and `test` that do.
        size: the side of the square pictures; when None, the shorter side that most of the pictures have, where
            everything over 64 counts as 64.
        seed: which pictures are held out when there is no `val` or no `test`.
        progress: told how many files are read.

    Raises:
        DataError: the folder is not laid out by class, a class has too few pictures, or more than 1 % are damaged.
    """
    listing = list_folder(folder)
    side = size or _usual_side(listing, progress)
    damaged: dict[Path, str] = {}
    splits = {
        name: _read(files, side, seed, damaged, partial(progress, f"reading {name} pictures"))
        for name, files in listing.splits.items()
    }
    _check_damaged(folder, list(damaged), sum(map(len, listing.splits.values())))
    _check_enough(folder, listing, splits)
    _hold_out(splits)
    is_grey = all(picture.pixels.ndim == 2 for pictures in splits.values() for picture in pictures)
    return ImageData(
        name=folder.resolve().name,
        classes=listing.classes,
        train=_tensors(splits["train"], is_grey),
        validation=_tensors(splits["validation"], is_grey),
        test=_tensors(splits["test"], is_grey),
        preparation="whole",
        notes=(*damaged.values(), *_notes(listing, splits)),
    )


def _usual_side(listing: Listing, progress: Progress) -> int:
    paths = [file.path for files in listing.splits.values() for file in files]
    counts: Counter[int] = Counter()
    for done, path in enumerate(paths, start=1):
        with suppress(DataError):  # a damaged file is read again, and then noted
            counts[min(decode.shorter_side(path), LARGEST_DEFAULT_SIDE)] += 1
        progress("measuring pictures", done, len(paths))
    # Of two sides that are equally common the larger one, whatever the order of the files.
    return max(counts, key=lambda side: (counts[side], side), default=LARGEST_DEFAULT_SIDE)


def _read(
    files: Sequence[PictureFile],
    side: int,
    seed: int,
    damaged: dict[Path, str],
    progress: Callable[[int, int], None],
) -> list[_Picture]:
    """Decode the pictures of a split, and add those that cannot be, with a sentence that says why, to `damaged`."""
    pictures = []
    for done, (path, label) in enumerate(files, start=1):
        try:
            data = decode.read_bytes(path)
            pixels = np.array(decode.square(decode.decode_picture(data, str(path)), side))
        except DataError as error:
            damaged[path] = f"{str(error).rstrip('.')}; it is left out."
        else:
            pictures.append(_Picture(_grey_if_it_is(pixels), label, picture_digest(data, seed)))
        progress(done, len(files))
    return pictures


def _grey_if_it_is(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Drop the three equal channels with which grey pictures are often saved."""
    if pixels.ndim == 3 and (pixels == pixels[..., :1]).all():
        return pixels[..., 0].copy()
    return pixels


def _check_damaged(folder: Path, damaged: Sequence[Path], total: int) -> None:
    if len(damaged) > DAMAGED_SHARE * total:
        names = ", ".join(str(path.relative_to(folder)) for path in damaged[:NAMES_SHOWN])
        more = f" and {len(damaged) - NAMES_SHOWN} more" if len(damaged) > NAMES_SHOWN else ""
        raise DataError(
            f"{folder} should hold at most {DAMAGED_SHARE:.0%} damaged pictures and holds {len(damaged)} among "
            f"{total}; replace or remove {names}{more}."
        )


def _check_enough(folder: Path, listing: Listing, splits: Splits) -> None:
    """Every class must be able to give a picture to every split that is still missing, and keep one."""
    needed = 1 + len(SPLITS) - len(splits)
    for label, name in enumerate(listing.classes):
        different = len({picture.digest for picture in splits["train"] if picture.label == label})
        if different < needed:
            raise DataError(
                f"The class {name} in {folder} needs at least {needed} different training pictures and has "
                f"{different}: add some, or remove the class."
            )
    for split, pictures in splits.items():
        if not pictures:
            raise DataError(f"The {split} folder in {folder} should hold pictures, and all that it holds are damaged.")


def _hold_out(splits: Splits) -> None:
    """Take the splits that have no folder of their own from the training pictures."""
    left = 1.0
    for name in SPLITS:
        if name not in splits:
            train = splits["train"]
            digests, labels = [picture.digest for picture in train], [picture.label for picture in train]
            chosen = set(held_out(digests, labels, HELD_OUT_SHARE / left))
            splits[name] = [picture for index, picture in enumerate(train) if index in chosen]
            splits["train"] = [picture for index, picture in enumerate(train) if index not in chosen]
            left -= HELD_OUT_SHARE


def _tensors(pictures: Sequence[_Picture], is_grey: bool) -> Split:
    channels = 1 if is_grey else 3
    images_NCHW = torch.empty((len(pictures), channels, *pictures[0].pixels.shape[:2]), dtype=torch.uint8)
    for image_CHW, picture in zip(images_NCHW, pictures, strict=True):
        # The single channel of a grey picture among coloured ones fills all three.
        image_CHW[:] = torch.from_numpy(np.atleast_3d(picture.pixels)).permute(2, 0, 1)
    return Split(images_NCHW, torch.tensor([picture.label for picture in pictures]))


def _notes(listing: Listing, splits: Splits) -> list[str]:
    """What a person should know about the data before believing a number that comes out of it."""
    notes = []
    if listing.others:
        kind = "not PNG, JPEG, WebP, BMP or GIF pictures by their names"
        notes.append(f"Files that are {kind} are passed over: {listing.others}.")
    if listing.ignored:
        notes.append(f"What stands beside train and is no split is passed over: {', '.join(listing.ignored)}.")
    counts = Counter(picture.label for picture in splits["train"])
    (most, largest), (least, smallest) = counts.most_common()[0], counts.most_common()[-1]
    if largest > IMBALANCE * smallest:
        notes.append(
            f"The classes are unbalanced: {largest} training pictures of {listing.classes[most]}, and only "
            f"{smallest} of {listing.classes[least]}."
        )
    return [*notes, *_notes_on(listing.classes, splits, "validation"), *_notes_on(listing.classes, splits, "test")]


def _notes_on(classes: Sequence[str], splits: Splits, split: SplitName) -> list[str]:
    notes = []
    train = {picture.digest for picture in splits["train"]}
    leaked = sum(picture.digest in train for picture in splits[split])
    if leaked:
        notes.append(
            f"Of the {split} pictures {leaked} are training pictures as well: their accuracy is too good to be true."
        )
    absent = sorted(set(range(len(classes))) - {picture.label for picture in splits[split]})
    if absent:
        notes.append(f"There is no {split} picture of {', '.join(classes[label] for label in absent)}.")
    return notes
