"""Data files from a Debian package: fetched and unpacked without root, and without installing it."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from convlens import files
from convlens.errors import SourceError
from convlens.images.datafiles import DataFile
from convlens.images.progress import Progress
from convlens.images.sources import READ_SECONDS, FolderSource

PROGRAM_SECONDS = 600  # for the whole of each call of apt-get or dpkg-deb


@dataclass(frozen=True)
class DebianSource:
    """A package of Debian and its descendants.

    Args:
        package: the package's name.
        folder: where its files stand, relative to the root.
    """

    package: str
    folder: Path

    @property
    def name(self) -> str:
        """What messages call it."""
        return f"the Debian package {self.package}"

    def deliver(self, wanted: Sequence[DataFile], progress: Progress) -> Iterator[tuple[DataFile, bytes]]:
        """Fetch and unpack the package in a temporary folder; see `Source`."""
        apt_get, dpkg_deb = shutil.which("apt-get"), shutil.which("dpkg-deb")
        if apt_get is None or dpkg_deb is None:
            raise SourceError("apt-get and dpkg-deb are not here: this is not a Debian-like system")
        progress(f"fetching {self.name}", 0, 0)
        try:
            with tempfile.TemporaryDirectory(prefix="convlens-") as temporary:
                yield from self._unpacked(apt_get, dpkg_deb, Path(temporary)).deliver(wanted, progress)
        except OSError as error:
            raise SourceError(f"no temporary folder to work in ({error.strerror})") from error

    def _unpacked(self, apt_get: str, dpkg_deb: str, folder: Path) -> FolderSource:
        _apt_download(apt_get, self.package, folder)
        archive = next(folder.glob("*.deb"), None)
        if archive is None:
            raise SourceError("apt-get left no package")
        _run([dpkg_deb, "-x", str(archive), str(folder / "root")], folder)
        return FolderSource("the unpacked package", folder / "root" / self.folder)


def _apt_download(apt_get: str, package: str, folder: Path) -> None:
    """Leave the package's archive in `folder`: by the system's package lists, or by fresh ones kept in `folder`."""
    lists, cache = folder / "lists", folder / "cache"
    for needed in (lists / "partial", cache / "archives" / "partial"):
        needed.mkdir(parents=True)
    # Even as root nothing of the system may change: apt's caches go into `folder`, and the hooks that a system
    # runs after an update stay out of it.
    private = f"""
        Dir::Cache "{cache}";
        Acquire::Retries "1";
        Acquire::http::Timeout "{READ_SECONDS}";
        Acquire::https::Timeout "{READ_SECONDS}";
        Acquire::Languages "none";
        #clear APT::Update::Pre-Invoke;
        #clear APT::Update::Post-Invoke;
        #clear APT::Update::Post-Invoke-Success;
    """
    with_system_lists, with_own_lists = folder / "system.conf", folder / "own.conf"
    files.write_atomically(with_system_lists, private.encode())
    files.write_atomically(with_own_lists, f'{private}\n Dir::State::lists "{lists}";\n'.encode())
    try:
        _run([apt_get, "--config-file", str(with_system_lists), "download", package], folder)
    except SourceError:
        # The lists are missing, as in most containers, or are so old that the package they name is gone.
        _run([apt_get, "--config-file", str(with_own_lists), "update"], folder)
        _run([apt_get, "--config-file", str(with_own_lists), "download", package], folder)


def _run(command: Sequence[str], folder: Path) -> None:
    """Run a program to its end in `folder`, or raise SourceError with the last thing it said."""
    program = Path(command[0]).name
    try:
        subprocess.run(  # noqa: S603 - fixed arguments, no shell
            command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=PROGRAM_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise SourceError(f"{program} did not end within {PROGRAM_SECONDS} s") from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip().splitlines() or [f"exit status {error.returncode}"]
        raise SourceError(f"{program} failed ({said[-1]})") from error
    except OSError as error:
        raise SourceError(f"{program} cannot be run: {error.strerror}") from error
