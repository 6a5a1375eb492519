"""The scratch folder a script runs in: it looks like the script's own folder, and takes all that is written."""

import os
from collections.abc import Mapping
from pathlib import Path

MOST_ENTRIES = 2000
DEPTH = 3


def make_view(folder: Path, view: Path, texts: Mapping[Path, str] | None = None) -> None:
    """Fill `view` with a look-alike of `folder`: real folders, and links to its files.

    Of a folder with very much in it only a part is shown; deeper folders are linked as a whole. `texts` are what some
    of the files say instead, by their resolved paths.
    """
    left = [MOST_ENTRIES]
    _show(folder.resolve(), view, DEPTH, left)
    for file, text in (texts or {}).items():
        shown = view / file.relative_to(folder.resolve()) if file.is_relative_to(folder.resolve()) else None
        if shown is not None and shown.is_symlink():
            shown.unlink()
            shown.write_text(text, encoding="utf-8")


def _show(folder: Path, view: Path, depth: int, left: list[int]) -> None:
    view.mkdir(exist_ok=True)
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if left[0] == 0:
            return
        left[0] -= 1
        if entry.name.startswith(".") or entry.name == "__pycache__":
            continue
        if entry.is_dir() and depth:
            _show(Path(entry.path), view / entry.name, depth - 1, left)
        else:
            (view / entry.name).symlink_to(entry.path)


def own_copy(path: Path, keeps_content: bool) -> None:
    """Replace a link in the view by a file of its own, which may then be written to."""
    content = path.read_bytes() if keeps_content and path.exists() else None
    path.unlink()
    if content is not None:
        path.write_bytes(content)
