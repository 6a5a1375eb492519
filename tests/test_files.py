"""Files are whole or not there, whenever the process ends; damage is noticed before use."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convlens import files
from convlens.errors import DamagedFileError

OLD, NEW = b"the old content", b"something new and longer"
REPLACING = ("begun", "half-written", "written", "synced", "renamed", "folder-synced")
APPENDING = ("half-appended", "appended")

Install = Callable[[Callable[..., None]], None]


class CrashError(Exception):
    """Ends a write at a named point."""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def snapshots_at_each_point(at_point: Install, folder: Path, copies: Path, action: Callable[[], object]) -> list[Path]:
    """Run `action`; return copies of `folder` as a kill at each named point would have left it."""
    found: list[Path] = []

    def copy(point: str, path: Path) -> None:
        found.append(shutil.copytree(folder, copies / f"{len(found):02d}-{point}"))

    at_point(copy)
    action()
    return found


@given(content=st.binary(max_size=300))
def test_what_was_written_is_read(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    files.write_atomically(path, content)
    assert path.read_bytes() == content


@pytest.mark.parametrize("point", REPLACING)
@pytest.mark.parametrize("old", [None, OLD], ids=["first", "again"])
def test_an_error_at_any_point_leaves_the_old_or_the_new_content(
    tmp_path: Path, at_point: Install, point: str, old: bytes | None
) -> None:
    path = tmp_path / "file"
    if old is not None:
        path.write_bytes(old)

    def crash(here: str, _: Path) -> None:
        if here == point:
            raise CrashError

    at_point(crash)
    with pytest.raises(CrashError):
        files.write_atomically(path, NEW)
    is_after_rename = point in ("renamed", "folder-synced")
    assert (path.read_bytes() if path.exists() else None) == (NEW if is_after_rename else old)
    assert set(names(tmp_path)) <= {"file"}  # no temporary file stays


def test_a_kill_at_any_point_leaves_the_old_or_the_new_content(tmp_path: Path, at_point: Install) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    path = folder / "file"
    path.write_bytes(OLD)
    left = snapshots_at_each_point(at_point, folder, tmp_path, lambda: files.write_atomically(path, NEW))
    assert [(copy / "file").read_bytes() for copy in left] == [OLD] * 4 + [NEW] * 2
    for copy in left:
        files.remove_leftovers(copy)
        assert names(copy) == ["file"]


def test_every_point_is_passed_once_and_in_order(tmp_path: Path, at_point: Install) -> None:
    passed: list[tuple[str, Path]] = []
    at_point(lambda point, path: passed.append((point, path)))
    files.write_atomically(tmp_path / "file", NEW)
    files.append_durably(tmp_path / "log", NEW)
    expected = [(point, tmp_path / "file") for point in REPLACING] + [(point, tmp_path / "log") for point in APPENDING]
    assert passed == expected
    assert [point for point, _ in expected] == list(files.POINTS)


def test_the_data_are_on_the_disk_before_the_name_is(
    tmp_path: Path, at_point: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: events.append("fsync"))
    at_point(lambda point, path: events.append(point))
    files.write_atomically(tmp_path / "file", NEW)
    assert events.index("written") < events.index("fsync") < events.index("synced") < events.index("renamed")
    assert events[-2:] == ["fsync", "folder-synced"]


def test_writing_into_a_missing_folder_is_an_oserror(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        files.write_atomically(tmp_path / "absent" / "file", NEW)


def test_a_checked_file_comes_back(tmp_path: Path) -> None:
    files.write_with_checksum(tmp_path / "file", NEW)
    assert files.read_with_checksum(tmp_path / "file") == NEW


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="needs the program sha256sum")
def test_the_companion_is_what_sha256sum_checks(tmp_path: Path) -> None:
    digest = files.write_with_checksum(tmp_path / "file", NEW)
    assert (tmp_path / "file.sha256").read_text().startswith(digest)
    subprocess.run(["sha256sum", "--check", "--strict", "file.sha256"], check=True, cwd=tmp_path, capture_output=True)


@pytest.mark.parametrize("damaged", ["file", "file.sha256"])
def test_every_flipped_bit_is_noticed(tmp_path: Path, damaged: str) -> None:
    files.write_with_checksum(tmp_path / "file", NEW)
    whole = (tmp_path / damaged).read_bytes()
    for bit in range(8 * len(whole)):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        (tmp_path / damaged).write_bytes(flipped)
        with pytest.raises(DamagedFileError):
            files.read_with_checksum(tmp_path / "file")


@pytest.mark.parametrize("damaged", ["file", "file.sha256"])
def test_every_cut_is_noticed(tmp_path: Path, damaged: str) -> None:
    files.write_with_checksum(tmp_path / "file", NEW)
    whole = (tmp_path / damaged).read_bytes()
    for length in range(len(whole)):
        (tmp_path / damaged).write_bytes(whole[:length])
        with pytest.raises(DamagedFileError):
            files.read_with_checksum(tmp_path / "file")


@pytest.mark.parametrize("missing", ["file", "file.sha256"])
def test_a_missing_half_is_noticed(tmp_path: Path, missing: str) -> None:
    files.write_with_checksum(tmp_path / "file", NEW)
    (tmp_path / missing).unlink()
    with pytest.raises(DamagedFileError, match="file"):
        files.read_with_checksum(tmp_path / "file")


def test_a_kill_while_a_checked_file_is_replaced_is_never_read_as_a_mixture(tmp_path: Path, at_point: Install) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    path = folder / "file"
    files.write_with_checksum(path, OLD)
    left = snapshots_at_each_point(at_point, folder, tmp_path, lambda: files.write_with_checksum(path, NEW))
    contents: list[bytes | None] = []
    for copy in left:
        try:
            contents.append(files.read_with_checksum(copy / "file"))
        except DamagedFileError:
            contents.append(None)
    assert contents == [OLD] * 4 + [None] * 6 + [NEW] * 2


def test_appending_returns_the_length(tmp_path: Path) -> None:
    assert files.append_durably(tmp_path / "log", b"one\n") == 4
    assert files.append_durably(tmp_path / "log", b"two\n") == 8
    assert (tmp_path / "log").read_bytes() == b"one\ntwo\n"


def test_a_kill_while_appending_leaves_a_beginning_that_truncating_restores(tmp_path: Path, at_point: Install) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    length = files.append_durably(folder / "log", OLD)
    left = snapshots_at_each_point(at_point, folder, tmp_path, lambda: files.append_durably(folder / "log", NEW))
    assert [(copy / "log").read_bytes() for copy in left] == [OLD + NEW[:12], OLD + NEW]
    for copy in left:
        files.truncate(copy / "log", length)
        assert (copy / "log").read_bytes() == OLD


def test_truncating_drops_the_end(tmp_path: Path) -> None:
    files.append_durably(tmp_path / "log", b"one\ntwo\n")
    files.truncate(tmp_path / "log", 4)
    assert (tmp_path / "log").read_bytes() == b"one\n"
    files.append_durably(tmp_path / "log", b"2\n")
    assert (tmp_path / "log").read_bytes() == b"one\n2\n"


def test_truncating_a_missing_file_to_nothing_makes_an_empty_one(tmp_path: Path) -> None:
    files.truncate(tmp_path / "log", 0)
    assert (tmp_path / "log").read_bytes() == b""


@pytest.mark.parametrize("content", [None, b"short"])
def test_a_file_that_lost_bytes_cannot_be_truncated(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "log").write_bytes(content)
    with pytest.raises(DamagedFileError, match=f"at least 9 bytes and holds {len(content or b'')}"):
        files.truncate(tmp_path / "log", 9)
    assert (tmp_path / "log").exists() == (content is not None)


def test_only_leftovers_are_removed(tmp_path: Path) -> None:
    kept = [".lock", "file", "file.tmp", ".hidden"]
    for name in [*kept, ".file.123.tmp"]:
        (tmp_path / name).touch()
    files.remove_leftovers(tmp_path)
    assert names(tmp_path) == sorted(kept)


def test_leftovers_of_a_missing_folder_are_none(tmp_path: Path) -> None:
    files.remove_leftovers(tmp_path / "absent")
