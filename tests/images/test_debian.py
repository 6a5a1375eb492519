import os
import shutil
import subprocess
from pathlib import Path

import pytest

from convlens.errors import SourceError
from convlens.images.debian import DebianSource
from convlens.images.progress import silent

from .conftest import Published

HOME = Path("usr/share/datasets/clothes")
SOURCE = DebianSource("dataset-clothes", HOME)

# Stands in for apt-get: without lists of its own it knows no package, as in a container fresh from its image.
APT_GET = """#!/bin/sh
echo "$3" >>"{calls}"
if [ "$3" = download ] && ! grep -q Dir::State::lists "$2"; then
  echo "E: Unable to locate package $4" >&2
  exit 100
fi
if [ "$3" = download ]; then cp "{package}" .; fi
"""


@pytest.fixture
def package(tmp_path: Path, two_files: tuple[Published, Published]) -> Path:
    """A real Debian package with the two files in it."""
    if shutil.which("dpkg-deb") is None:
        pytest.skip("dpkg-deb is not on this system")
    root = tmp_path / "root"
    for item in two_files:
        item.write_to(root / HOME)
    (root / "DEBIAN").mkdir()
    (root / "DEBIAN" / "control").write_text(
        "Package: dataset-clothes\nVersion: 1\nArchitecture: all\nMaintainer: nobody <nobody@example.org>\n"
        "Description: clothes\n"
    )
    made = tmp_path / "dataset-clothes_1_all.deb"
    subprocess.run(["dpkg-deb", "--build", str(root), str(made)], check=True, capture_output=True)
    return made


def put_first_on_the_path(folder: Path, monkeypatch: pytest.MonkeyPatch, apt_get: str) -> None:
    folder.mkdir()
    (folder / "apt-get").write_text(apt_get)
    (folder / "apt-get").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_the_package_is_fetched_with_own_lists_and_unpacked(
    package: Path, tmp_path: Path, two_files: tuple[Published, Published], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = tmp_path / "calls"
    put_first_on_the_path(tmp_path / "bin", monkeypatch, APT_GET.format(calls=calls, package=package))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    delivered = list(SOURCE.deliver([item.file for item in two_files], silent))
    assert delivered == [(item.file, item.compressed) for item in two_files]
    assert calls.read_text().split() == ["download", "update", "download"]
    assert not list(tmp_path.glob("convlens-*"))


def test_what_apt_says_last_is_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_first_on_the_path(tmp_path / "bin", monkeypatch, "#!/bin/sh\necho first >&2\necho last >&2\nexit 100\n")
    (tmp_path / "bin" / "dpkg-deb").write_text("#!/bin/sh\n")
    (tmp_path / "bin" / "dpkg-deb").chmod(0o755)
    with pytest.raises(SourceError, match=r"^apt-get failed \(last\)$"):
        list(SOURCE.deliver([], silent))


def test_elsewhere_there_is_no_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SourceError, match="not a Debian-like system"):
        list(SOURCE.deliver([], silent))
