import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter

from convlens.errors import SourceError
from convlens.images import sources
from convlens.images.progress import silent
from convlens.images.sources import FolderSource, WebSource, https_session

from .conftest import Published, publish

ADDRESS = "https://data.example/fashion/"
PICTURES = publish("pictures", 1_000_000)
SIZE = len(PICTURES.compressed)


@dataclass
class Server:
    """A web server on this machine that can break off, send the wrong thing, or lead elsewhere."""

    body: bytes = PICTURES.compressed
    breaks_after: list[int] = field(default_factory=list)  # bytes sent in the first, second ... answer
    resumes: bool = True
    status: int = 200
    location: str = ""
    port: int = 0
    requests: list[tuple[str, str]] = field(default_factory=list)  # (path, Range)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        wanted = handler.headers.get("Range", "")
        self.requests.append((handler.path, wanted))
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and self.resumes else 0
        handler.send_response(206 if start else self.status)
        if self.location:
            handler.send_header("Location", self.location.format(port=self.port))
        if start:
            handler.send_header("Content-Range", f"bytes {start}-{len(self.body) - 1}/{len(self.body)}")
        handler.send_header("Content-Length", str(len(self.body) - start))
        handler.end_headers()
        end = start + self.breaks_after.pop(0) if self.breaks_after else len(self.body)
        handler.wfile.write(self.body[start:end])


@contextmanager
def running(server: Server) -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.answer(self)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        server.port = listening.server_address[1]
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            listening.shutdown()
            thread.join()


class ToThisMachine(HTTPAdapter):
    """Carries https requests to a server on this machine, which spares the test a certificate and nothing else."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self.port = port

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        url = request.url or ""
        request.url = url.replace("https://data.example", f"http://127.0.0.1:{self.port}")
        response = super().send(request, *args, **kwargs)
        request.url = response.url = url
        return response


def download(server: Server, seen: list[tuple[str, int, int]] | None = None) -> bytes:
    session = https_session()
    session.trust_env = False
    session.mount("https://", ToThisMachine(server.port))
    progress = silent if seen is None else lambda *told: seen.append(told)
    ((file, compressed),) = WebSource(ADDRESS, session).deliver([PICTURES.file], progress)
    assert file is PICTURES.file
    return compressed


def test_a_download_tells_its_progress() -> None:
    seen: list[tuple[str, int, int]] = []
    with running(Server()) as server:
        assert download(server, seen) == PICTURES.compressed
    assert server.requests == [("/fashion/pictures.gz", "")]
    assert {(description, total) for description, _, total in seen} == {("downloading pictures.gz", SIZE)}
    assert [done for _, done, _ in seen] == sorted({done for _, done, _ in seen})
    assert seen[-1][1] == SIZE


def test_a_download_that_breaks_off_is_resumed_where_it_broke() -> None:
    with running(Server(breaks_after=[300_000, 400_000])) as server:
        assert download(server) == PICTURES.compressed
    starts = [int(wanted.removeprefix("bytes=").removesuffix("-")) for _, wanted in server.requests[1:]]
    assert len(starts) == 2
    assert 300_000 - sources.CHUNK < starts[0] <= 300_000
    assert starts[0] + 400_000 - sources.CHUNK < starts[1] <= starts[0] + 400_000


def test_a_server_that_cannot_resume_sends_everything_again() -> None:
    with running(Server(breaks_after=[300_000], resumes=False)) as server:
        assert download(server) == PICTURES.compressed


def test_a_download_that_breaks_off_again_and_again_is_given_up() -> None:
    with running(Server(breaks_after=[100_000] * 10)) as server, pytest.raises(SourceError, match=r"^pictures[.]gz"):
        download(server)
    assert len(server.requests) == sources.ATTEMPTS


def test_a_redirect_to_another_https_address_is_followed() -> None:
    class Moved(Server):
        def answer(self, handler: BaseHTTPRequestHandler) -> None:
            if handler.path.startswith("/fashion/"):
                self.status, self.location, self.body = 302, "https://data.example/moved/pictures.gz", b""
            else:
                self.status, self.location, self.body = 200, "", PICTURES.compressed
            super().answer(handler)

    with running(Moved()) as server:
        assert download(server) == PICTURES.compressed
    assert [path for path, _ in server.requests] == ["/fashion/pictures.gz", "/moved/pictures.gz"]


def test_a_redirect_to_http_is_refused() -> None:
    leading = Server(status=302, location="http://127.0.0.1:{port}/plain", body=b"")
    with running(leading) as server, pytest.raises(SourceError, match="not https, which is refused"):
        download(server)
    assert [path for path, _ in server.requests] == ["/fashion/pictures.gz"]


def test_more_than_was_published_is_not_read_to_its_end() -> None:
    with (
        running(Server(body=PICTURES.compressed + b"?")) as server,
        pytest.raises(SourceError, match="sends more than"),
    ):
        download(server)


def test_the_servers_refusal_is_the_reason() -> None:
    with running(Server(status=404, body=b"gone")) as server, pytest.raises(SourceError, match="answers 404 Not Found"):
        download(server)


def test_a_server_that_falls_silent_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    enough = threading.Event()

    class Silent(Server):
        def answer(self, handler: BaseHTTPRequestHandler) -> None:
            enough.wait(10)

    monkeypatch.setattr(sources, "READ_SECONDS", 0.1)
    with running(Silent()) as server:
        with pytest.raises(SourceError, match=r"no answer for 0\.1 s"):
            download(server)
        enough.set()


def test_without_a_web_one_attempt_is_enough() -> None:
    with running(Server()) as server:
        pass  # from now on nothing listens there
    with pytest.raises(SourceError, match=r"^pictures[.]gz: no connection"):
        download(server)


def test_the_session_speaks_nothing_but_https() -> None:
    assert list(https_session().adapters) == ["https://"]


def test_a_folder_delivers_what_is_intact(tmp_path: Path, two_files: tuple[Published, Published]) -> None:
    pictures, labels = two_files
    for item in two_files:
        item.write_to(tmp_path)
    (tmp_path / "pictures.gz").write_bytes(b"cut")
    delivery = FolderSource("the folder", tmp_path).deliver([pictures.file, labels.file], silent)
    assert next(delivery) == (labels.file, labels.compressed)
    with pytest.raises(SourceError, match=r"pictures\.gz should have"):
        next(delivery)
    with pytest.raises(SourceError, match="no such folder"):
        next(FolderSource("the folder", tmp_path / "none").deliver([labels.file], silent))
