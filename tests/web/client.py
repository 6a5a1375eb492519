"""The page's server on a port of this machine, and a client that asks it for anything, as no browser would."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from convlens.web import serving
from convlens.web.content import Content
from convlens.web.keys import Keys
from convlens.web.server import application
from convlens.web.static import Files


@dataclass(frozen=True)
class Answer:
    """What the server said."""

    status: int
    headers: dict[str, str]
    content: bytes

    def json(self) -> Any:
        assert self.headers["content-type"] == "application/json"
        return json.loads(self.content)


class Client:
    """Asks the server at a port.

    Attributes:
        port, home: the page's port and address.
        keys: the server's.
        cookie: what a browser sends that was let in.
    """

    def __init__(self, port: int, keys: Keys) -> None:
        self.port = port
        self.home = f"http://127.0.0.1:{port}"
        self.keys = keys
        self.cookie = ""
        self.cookie = self.get(keys.address.removeprefix(self.home)).headers["set-cookie"].partition(";")[0]

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, None, headers)

    def post(self, path: str, body: bytes | str, **headers: str) -> Answer:
        return self.ask("POST", path, body.encode() if isinstance(body, str) else body, headers)

    def ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in ({"host": f"127.0.0.1:{self.port}", "cookie": self.cookie} | headers).items():
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("content-length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, found, answer.read())
        finally:
            connection.close()


@contextmanager
def served(page: Path, load: Callable[[], Content] | None) -> Iterator[Client]:
    """Serve the page in a folder, in a thread."""
    listening = serving.listen(None)
    port: int = listening.getsockname()[1]
    keys = Keys(port)
    server = serving.server(application(Files(page), port, load, keys))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield Client(port, keys)
    finally:
        server.should_exit = True
        thread.join(timeout=30)
        listening.close()
    assert not thread.is_alive()
