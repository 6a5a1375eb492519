"""Where published data files come from: a folder of this machine or the web (and `debian.py`: a package).

A source delivers bytes and writes nothing; whoever asked for them checks them before they are used.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from convlens.errors import DataError, SourceError
from convlens.images.datafiles import DataFile
from convlens.images.progress import Progress

if TYPE_CHECKING:
    import requests

CONNECT_SECONDS, READ_SECONDS = 5, 20  # the longest silence before a download is given up
ATTEMPTS = 5  # for a download that was under way and broke off
CHUNK = 64 * 1024  # bytes; what is lost of a connection that breaks


class Source(Protocol):
    """Something that can deliver data files."""

    @property
    def name(self) -> str:
        """What messages call it."""

    def deliver(self, wanted: Sequence[DataFile], progress: Progress) -> Iterator[tuple[DataFile, bytes]]:
        """Yield the compressed bytes of each wanted file, unchecked.

        Raises:
            SourceError: it cannot deliver, or not any more; what was yielded before is good.
        """


@dataclass(frozen=True)
class FolderSource:
    """A folder on this machine that may hold the compressed files.

    Attributes:
        kind: what messages call such a folder.
        folder: where it is.
    """

    kind: str
    folder: Path

    @property
    def name(self) -> str:
        """What messages call it."""
        return f"{self.kind} {self.folder}"

    def deliver(self, wanted: Sequence[DataFile], progress: Progress) -> Iterator[tuple[DataFile, bytes]]:
        """Yield every wanted file that stands there intact; see `Source`."""
        if not self.folder.is_dir():
            raise SourceError("there is no such folder")
        faults: list[str] = []
        for file in wanted:
            try:
                yield file, file.read_compressed(self.folder)
            except DataError as error:
                faults.append(str(error).rstrip("."))
        if faults:
            raise SourceError(faults[0] + (f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""))


@dataclass(frozen=True)
class WebSource:
    """An https address under which the compressed files stand.

    `session` is replaced in tests only; the default speaks nothing but https.
    """

    address: str
    session: "requests.Session | None" = None

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.address

    def deliver(self, wanted: Sequence[DataFile], progress: Progress) -> Iterator[tuple[DataFile, bytes]]:
        """Download one file after the other; see `Source`."""
        with self.session or https_session() as session:
            for file in wanted:
                yield file, _download(session, self.address, file, progress)


def https_session() -> "requests.Session":
    """A session that refuses everything but https, for redirects too."""
    import requests  # here, because a load from the cache should not wait for it

    session = requests.Session()
    del session.adapters["http://"]
    # The files are compressed themselves; a transport encoding on top would change the bytes that are counted.
    session.headers["Accept-Encoding"] = "identity"
    return session


def _download(session: "requests.Session", address: str, file: DataFile, progress: Progress) -> bytes:
    """Return the bytes of `file`; a connection that breaks is taken up where it broke."""
    import requests

    url = address + file.compressed_name
    size = file.compressed[0].size
    received = bytearray()
    for attempt in range(1, ATTEMPTS + 1):
        before = len(received)
        try:
            _receive(session, url, received, size, progress)
        except requests.RequestException as error:
            # Without a single byte there is nothing to resume: on a machine without a web this must fail at once.
            if attempt == ATTEMPTS or len(received) == before:
                raise SourceError(f"{file.compressed_name}: {_reason(error)}") from error
        if len(received) == size:
            return bytes(received)
    raise SourceError(f"{file.compressed_name} broke off {ATTEMPTS} times, last after {len(received)} of {size} bytes")


def _receive(session: "requests.Session", url: str, received: bytearray, size: int, progress: Progress) -> None:
    """Append to `received` what is missing of `size` bytes, or begin anew when the server cannot resume."""
    headers = {"Range": f"bytes={len(received)}-"} if received else {}
    description = f"downloading {url.rpartition('/')[2]}"
    with session.get(url, headers=headers, stream=True, timeout=(CONNECT_SECONDS, READ_SECONDS)) as response:
        response.raise_for_status()
        resumed = response.status_code == 206 and response.headers.get("Content-Range", "").startswith(
            f"bytes {len(received)}-"
        )
        if not resumed:
            received.clear()
        for chunk in response.iter_content(CHUNK):
            received += chunk
            if len(received) > size:
                raise SourceError(f"{url} sends more than the {size} bytes of the published file")
            progress(description, len(received), size)


def _reason(error: "requests.RequestException") -> str:
    """A reason that fits on a line: requests wraps the system's own words in several layers of its own."""
    import requests

    if isinstance(error, requests.exceptions.InvalidSchema):
        return "it leads to an address that is not https, which is refused"
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"the server answers {error.response.status_code} {error.response.reason}"
    if isinstance(error, requests.exceptions.SSLError):
        return "no safe connection (its certificate could not be verified)"
    if isinstance(error, requests.Timeout):
        return f"no answer for {CONNECT_SECONDS if isinstance(error, requests.ConnectTimeout) else READ_SECONDS} s"
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    return str(error)
