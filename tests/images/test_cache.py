import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from convlens.errors import DataError, SourceError
from convlens.images import cache
from convlens.images.datafiles import DataFile
from convlens.images.progress import Progress, silent

from .conftest import Published


@dataclass
class Shelf:
    """A source that delivers what was put on it and keeps a list of what it was asked for."""

    name: str
    holds: dict[str, bytes]
    asked: list[str] = field(default_factory=list)

    def deliver(self, wanted: Sequence[DataFile], progress: Progress) -> Iterator[tuple[DataFile, bytes]]:
        for file in wanted:
            self.asked.append(file.name)
            if file.name not in self.holds:
                raise SourceError(f"no {file.name} here")
            yield file, self.holds[file.name]


TwoFiles = tuple[Published, Published]


def shelf(made: TwoFiles, name: str = "shelf") -> Shelf:
    return Shelf(name, {item.file.name: item.compressed for item in made})


def load(made: TwoFiles, folder: Path, *sources: Shelf) -> list[bytes]:
    return cache.load([item.file for item in made], folder, sources, silent)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != ".lock"}


def intact(made: TwoFiles) -> dict[str, bytes]:
    return {item.file.compressed_name: item.compressed for item in made} | {item.file.name: item.plain for item in made}


def test_the_cache_is_filled_once_and_then_needs_no_source(two_files: TwoFiles, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "cache"
    source = shelf(two_files)
    expected = [item.plain for item in two_files]
    assert load(two_files, folder, source) == expected
    assert contents(folder) == intact(two_files)
    assert load(two_files, folder, source) == load(two_files, folder) == expected
    assert source.asked == ["pictures", "labels"]


def test_a_damaged_plain_file_is_made_anew_without_any_source(two_files: TwoFiles, tmp_path: Path) -> None:
    load(two_files, tmp_path, shelf(two_files))
    (tmp_path / "pictures").write_bytes(two_files[0].plain[:-1] + b"?")
    assert load(two_files, tmp_path) == [item.plain for item in two_files]
    assert contents(tmp_path) == intact(two_files)


def test_only_the_damaged_compressed_file_is_fetched_again(two_files: TwoFiles, tmp_path: Path) -> None:
    load(two_files, tmp_path, shelf(two_files))
    (tmp_path / "labels.gz").write_bytes(two_files[1].compressed[:512])
    source = shelf(two_files)
    assert load(two_files, tmp_path, source) == [item.plain for item in two_files]
    assert source.asked == ["labels"]
    assert contents(tmp_path) == intact(two_files)


def test_what_one_source_lacks_comes_from_the_next(two_files: TwoFiles, tmp_path: Path) -> None:
    first, second = shelf(two_files), shelf(two_files)
    del first.holds["labels"]
    assert load(two_files, tmp_path, first, second) == [item.plain for item in two_files]
    assert second.asked == ["labels"]


def test_bytes_that_were_not_published_never_enter_the_cache(two_files: TwoFiles, tmp_path: Path) -> None:
    wrong, right = shelf(two_files), shelf(two_files)
    wrong.holds["pictures"] = bytes(len(two_files[0].compressed))
    with pytest.raises(SourceError):
        load(two_files, tmp_path, wrong)
    assert contents(tmp_path) == {}
    assert load(two_files, tmp_path, wrong, right) == [item.plain for item in two_files]


def test_when_all_sources_fail_each_is_named_with_its_reason(two_files: TwoFiles, tmp_path: Path) -> None:
    sources = Shelf("the first shelf", {}), Shelf("the second shelf", {"pictures": b"?"})
    with pytest.raises(SourceError) as failure:
        load(two_files, tmp_path / "cache", *sources)
    first, *reasons, advice = str(failure.value).splitlines()
    assert first == "No source could deliver pictures.gz, labels.gz:"
    assert reasons == [
        f"  - the cache {tmp_path / 'cache'}: pictures.gz cannot be read: No such file or directory (and 1 more)",
        "  - the first shelf: no pictures here",
        f"  - the second shelf: pictures.gz should have {len(two_files[0].compressed)} bytes and has 1: it is cut, "
        "damaged or another file",
    ]
    assert "name that folder" in advice


def test_a_cache_that_cannot_be_written_is_one_sentence(two_files: TwoFiles, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DataError, match=r"^The data cache .* cannot be written \(.*\): free some space"):
        load(two_files, tmp_path / "file" / "cache", shelf(two_files))


def test_what_a_killed_process_left_is_removed(two_files: TwoFiles, tmp_path: Path) -> None:
    leftover = tmp_path / ".pictures.gz.1.tmp"
    leftover.write_bytes(b"half of it")
    load(two_files, tmp_path, shelf(two_files))
    assert not leftover.exists()


FILL = """
import sys
from pathlib import Path
from convlens.images import cache, fashion_mnist
from convlens.images.progress import silent
from convlens.images.sources import FolderSource
files = fashion_mnist.TEST_IMAGES, fashion_mnist.TEST_LABELS
plain = cache.load(files, Path(sys.argv[1]), [FolderSource("the folder", Path(sys.argv[2]))], silent)
sys.exit([len(data) for data in plain] != [file.plain.size for file in files])
"""


def test_processes_that_fill_the_cache_at_once_do_not_harm_each_other(published: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", FILL, str(tmp_path), str(published)]
    filling = [subprocess.Popen(command) for _ in range(2)]
    assert [process.wait(timeout=120) for process in filling] == [0, 0]
    for name, data in contents(tmp_path).items():
        assert data == (published / name).read_bytes()
    assert len(contents(tmp_path)) == 4
