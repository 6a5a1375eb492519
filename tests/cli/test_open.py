"""`convlens open` as a person starts it."""

import json
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path

import pytest

from tests.cli.conftest import Command, Result


@contextmanager
def opened(*arguments: object) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command while it serves, and the page's address."""
    command = [sys.executable, "-m", "convlens", "open", "--no-browser", *map(str, arguments)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.fullmatch(r"The page is at (http://127\.0\.0\.1:\d+/)(\?key=[\w-]+) \(Ctrl-C ends it\)\.\n", line)
        assert found, line
        let_in(found[1] + found[2])
        yield process, found[1]
    finally:
        process.kill()
        process.communicate()


def let_in(address: str) -> None:
    """Open the address as it is printed; from then on the plain ones are answered, as in a browser."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with opener.open(address) as answer:
        assert answer.read().startswith(b"<!doctype html>")
    urllib.request.install_opener(opener)


def end(process: subprocess.Popen[str]) -> Result:
    """End it as Ctrl-C does; what it left on the terminal since."""
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    return Result(process.returncode, output, errors)


def test_serves_the_run_until_ctrl_c(trained: tuple[Path, Result]) -> None:
    with opened(trained[0]) as (process, address):
        with urllib.request.urlopen(f"{address}data/run.json") as answer:
            document = json.load(answer)
        assert document["test"]["correct"] == json.loads((trained[0] / "metrics.json").read_text())["test"]["correct"]
        assert len(document["test"]["indices"]) == document["test"]["total"]
        assert document["operations"][1]["line"] is not None
        assert end(process) == Result(0, "", "")


def test_serves_the_lecture_without_a_run() -> None:
    with opened() as (process, address):
        with urllib.request.urlopen(address) as answer:
            assert answer.read().startswith(b"<!doctype html>")
        assert end(process) == Result(0, "", "")


def test_ctrl_c_does_not_wait_for_a_run_that_is_being_opened(trained: tuple[Path, Result]) -> None:
    with opened(trained[0]) as (process, address):
        waiting = threading.Thread(target=lambda: urlopen_or_none(f"{address}data/run.json"))
        waiting.start()
        time.sleep(0.5)  # PyTorch alone takes longer to load
        begun = time.monotonic()
        assert end(process) == Result(0, "", "")
        assert time.monotonic() - begun < 10
        waiting.join()


def urlopen_or_none(address: str) -> bytes | None:
    try:
        with urllib.request.urlopen(address) as answer:
            content: bytes = answer.read()
            return content
    except (OSError, HTTPException):  # cut off
        return None


def test_the_port_can_be_chosen_and_a_taken_one_is_told(convlens: Command) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        result = convlens("open", "--no-browser", "--port", port)
        assert result.status == 2
        assert result.errors.startswith(f"convlens: Port {port} cannot be used: ")
    for _ in range(2):  # and again at once
        with opened("--port", port) as (process, address):
            assert address == f"http://127.0.0.1:{port}/"
            assert urlopen_or_none(address)
            assert end(process).status == 0


def test_is_reached_from_this_machine_only() -> None:
    with opened() as (_, address):
        port = int(address.rstrip("/").rpartition(":")[2])
        hosts = {str(one[4][0]) for one in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
        for host in hosts - {"127.0.0.1", "127.0.1.1"}:
            with pytest.raises(OSError, match="refused"):
                socket.create_connection((host, port), timeout=10).close()


@pytest.mark.parametrize("missing", ["folder", "metrics.json"])
def test_what_is_no_finished_run_is_told_at_once(
    convlens: Command, trained: tuple[Path, Result], tmp_path: Path, missing: str
) -> None:
    path = tmp_path / "run"
    if missing != "folder":
        path.mkdir()
        (path / "config.toml").write_bytes((trained[0] / "config.toml").read_bytes())
    result = convlens("open", path, "--no-browser")
    assert result.status == 1
    assert "is not the folder of a run" in result.errors or "is not finished" in result.errors
    assert result.output == ""


def test_writes_one_file(convlens: Command, trained: tuple[Path, Result], tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    result = convlens("open", trained[0], "--export", file)
    assert result.status == 0, result.errors
    assert result.output.startswith(f"{file} has ")
    assert 1_000_000 < file.stat().st_size < 10_000_000
    nowhere = convlens("open", "--export", tmp_path / "absent" / "page.html")
    assert nowhere.status == 1
    assert len(nowhere.errors.strip().splitlines()) == 1
