"""Which files of a folder are pictures of which class, and of which split: names only, no file is opened.

The layout is the one that PyTorch's ImageFolder made a habit: a sub-folder for each class, with its pictures at any
depth, and optionally `train`, `val` and `test` above the classes. Hidden files and folders are passed over.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from convlens.errors import DataError
from convlens.images.decode import SUFFIXES

SplitName = Literal["train", "validation", "test"]
SPLITS: tuple[SplitName, ...] = ("train", "validation", "test")
SPLIT_NAMES: dict[str, SplitName] = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
    "testing": "test",
}


class PictureFile(NamedTuple):
    """A file whose name says that it is a picture, and the index of its class."""

    path: Path
    label: int


@dataclass
class Listing:
    """What a folder holds.

    Attributes:
        classes: the class names in natural order, so that `class 2` comes before `class 10`.
        splits: the pictures of every split that has a folder of its own, in natural order of class and name. Without
            such folders everything is in `train`.
        others: how many files are no pictures by their endings.
        ignored: folders beside `train` that are no split.
    """

    classes: tuple[str, ...]
    splits: dict[SplitName, list[PictureFile]] = field(default_factory=dict)
    others: int = 0
    ignored: tuple[str, ...] = ()


def list_folder(folder: Path) -> Listing:
    """Find the classes and the pictures in `folder`.

    Raises:
        DataError: the folder cannot be read or is not laid out by class; a class is empty, or unknown in training.
    """
    try:
        roots, ignored = _split_roots(folder)
        listing = Listing(classes=tuple(path.name for path in _subfolders(roots["train"])), ignored=ignored)
        if len(listing.classes) < 2:
            held = f"only {listing.classes[0]}" if listing.classes else "none"
            raise DataError(
                f"{roots['train']} should hold a sub-folder with pictures for each of at least two classes, "
                f"and holds {held}."
            )
        for split, root in roots.items():
            _list_split(listing, split, root)
    except OSError as error:
        raise DataError(f"{error.filename} cannot be read: {error.strerror}.") from error
    return listing


def _split_roots(folder: Path) -> tuple[dict[SplitName, Path], tuple[str, ...]]:
    """The folder above the classes of each split, and the names of the folders that belong to none.

    `train` can be the name of a class as well (beside `bus` and `tram`). It is a split when it holds sub-folders.
    """
    named: dict[SplitName, Path] = {}
    ignored: list[str] = []
    for path in _subfolders(folder):
        split = SPLIT_NAMES.get(path.name.casefold())
        if split is None:
            ignored.append(path.name)
        elif split in named:
            raise DataError(
                f"{folder} should hold one folder for {split}, and holds {named[split].name} and {path.name}."
            )
        else:
            named[split] = path
    if "train" in named and _subfolders(named["train"]):
        return {split: named[split] for split in SPLITS if split in named}, tuple(ignored)
    if named and not ignored:
        names = " and ".join(path.name for path in named.values())
        raise DataError(
            f"{folder} should hold a folder train with a sub-folder for each class, and holds only {names}."
        )
    beside = [path.name for split, path in named.items() if split != "train"]
    if beside and "train" not in named:
        raise DataError(
            f"{folder} should hold a folder train beside {beside[0]}, with the class folders in it, and holds "
            f"{ignored[0]} there: move the classes into train, or give {beside[0]} another name if it is a class."
        )
    return {"train": folder}, ()


def _list_split(listing: Listing, split: SplitName, root: Path) -> None:
    """Add the pictures below `root` to the listing."""
    folders = _subfolders(root)
    unknown = [path.name for path in folders if path.name not in listing.classes]
    if unknown:
        raise DataError(
            f"{root} holds {unknown[0]}, a class without pictures to train on: add them to train or remove it."
        )
    if not folders:
        raise DataError(f"{root} should hold the class folders that train holds, and holds none: add or remove it.")
    pictures = listing.splits.setdefault(split, [])
    for path in folders:
        found = list(_files(path))
        pictures_here = [file for file in found if _is_picture(file)]
        listing.others += len(found) - len(pictures_here)
        if not pictures_here:
            held = f"{len(found)} other files" if found else "no files"
            raise DataError(
                f"The class folder {path} should hold pictures (PNG, JPEG, WebP, BMP or GIF), "
                f"and holds {held}: fill it or remove it."
            )
        label = listing.classes.index(path.name)
        pictures.extend(PictureFile(file, label) for file in sorted(pictures_here, key=_natural))


def _files(folder: Path) -> Iterator[Path]:
    """Everything at any depth below `folder` that is neither hidden nor a folder; linked folders are not entered."""

    def refuse(error: OSError) -> None:
        raise error

    for parent, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(parent, name) for name in names if not name.startswith("."))


def _is_picture(path: Path) -> bool:
    # A pipe or a device can be called x.png too, and would block whoever reads it.
    return path.suffix.lower() in SUFFIXES and path.is_file()


def _subfolders(folder: Path) -> list[Path]:
    """The sub-folders in natural order, without the hidden ones and without links that lead back to where we are."""
    here = folder.resolve()
    found = (path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    return sorted((path for path in found if not here.is_relative_to(path.resolve())), key=_natural)


def _natural(path: Path) -> tuple[list[str | int], str]:
    # Splitting by digits yields text and number in turn, so that like is always compared with like.
    parts = re.split(r"([0-9]+)", str(path).casefold())
    return [int(part) if index % 2 else part for index, part in enumerate(parts)], str(path)
