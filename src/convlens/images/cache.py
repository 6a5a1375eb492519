"""The data cache: published files, compressed as they came and plain as they load fast.

Everything in the cache is checked on every load and nothing in it is irreplaceable: a plain file that is damaged is
made anew from the compressed one, a compressed one that is damaged is fetched again. The cache may be deleted at any
moment, and several processes may fill it at once.
"""

from collections.abc import Sequence
from pathlib import Path

from filelock import FileLock

from convlens import files
from convlens.errors import DataError, SourceError
from convlens.images.datafiles import DataFile
from convlens.images.progress import Progress
from convlens.images.sources import FolderSource, Source


def load(wanted: Sequence[DataFile], folder: Path, sources: Sequence[Source], progress: Progress) -> list[bytes]:
    """Return the verified plain bytes of each wanted file, fetching what the cache in `folder` lacks.

    Raises:
        SourceError: something is missing and no source has it; its lines tell each source's reason.
        DataError: the cache cannot be written.
    """
    try:
        return [_verified(file, folder) for file in wanted]
    except DataError:
        pass  # missing or damaged: filled below
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".lock"):  # so that two processes do not download the same files side by side
            files.remove_leftovers(folder)
            return _fill(wanted, folder, sources, progress)
    except OSError as error:
        raise DataError(
            f"The data cache {folder} cannot be written ({error.strerror or error}): free some space or make it "
            "writable, or name a folder that holds the data files."
        ) from error


def _verified(file: DataFile, folder: Path) -> bytes:
    file.read_compressed(folder)
    return file.read_plain(folder)


def _fill(wanted: Sequence[DataFile], folder: Path, sources: Sequence[Source], progress: Progress) -> list[bytes]:
    cache = FolderSource("the cache", folder)
    held: dict[DataFile, bytes] = {}
    reasons: dict[str, str] = {}
    for source in (cache, *sources):
        missing = [file for file in wanted if file not in held]
        if not missing:
            break
        try:
            for file, compressed in source.deliver(missing, progress):
                held[file] = file.check(compressed)
                if source is not cache:
                    files.write_atomically(folder / file.compressed_name, compressed)
        except DataError as error:
            reasons[source.name] = str(error).rstrip(".")
    if len(held) < len(wanted):
        raise SourceError(_nobody_has([file for file in wanted if file not in held], reasons))
    return [_plain(file, held[file], folder) for file in wanted]


def _plain(file: DataFile, compressed: bytes, folder: Path) -> bytes:
    try:
        return file.read_plain(folder)
    except DataError:
        plain = file.decompress(compressed)
        files.write_atomically(folder / file.name, plain)
        return plain


def _nobody_has(missing: Sequence[DataFile], reasons: dict[str, str]) -> str:
    names = ", ".join(file.compressed_name for file in missing)
    tried = "\n".join(f"  - {source}: {reason}" for source, reason in reasons.items())
    return (
        f"No source could deliver {names}:\n{tried}\n"
        "Connect this machine to the web and try again, or copy the files from another machine into a folder and "
        "name that folder as the data."
    )
