from pathlib import Path

import pytest
from PIL import Image

from tests.cli.conftest import Command


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    Image.effect_mandelbrot((240, 160), (-2, -1.2, 1, 1.2), 40).convert("RGB").save(path)
    return path


def test_writes_a_sheet_beside_nothing_else(convlens: Command, photo: Path, tmp_path: Path) -> None:
    result = convlens("filters", photo, folder=tmp_path)
    assert result.status == 0, result.errors
    assert result.last_line == "7 filters on photo.jpg, reduced to 180 x 120 pixels: photo-filters.png"
    with Image.open(tmp_path / "photo-filters.png") as sheet:
        assert sheet.size == (2480, 3508)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["photo-filters.png", "photo.jpg"]


def test_takes_a_kernel_and_writes_html(convlens: Command, photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "sheet.html"
    result = convlens("filters", photo, "--kernel", "1/5 * 0 1 0; 1 1 1; 0 1 0", "--out", out)
    assert result.status == 0, result.errors
    assert "Your own" in out.read_text()


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["--kernel", "1 2; 3"], "equally long"),
        (["--kernel", "1 2; 3 4"], "odd"),
        (["--out", "sheet.docx"], ".png or a .html"),
        (["--out", "no-such-folder/sheet.png"], "cannot be written"),
    ],
)
def test_says_what_is_wrong(convlens: Command, photo: Path, tmp_path: Path, arguments: list[str], part: str) -> None:
    result = convlens("filters", photo, *arguments, folder=tmp_path)
    assert result.status == 2
    assert part in result.errors
    assert "Traceback" not in result.errors


def test_a_file_that_is_no_picture(convlens: Command, tmp_path: Path) -> None:
    (tmp_path / "notes.png").write_text("not a picture")
    result = convlens("filters", tmp_path / "notes.png", folder=tmp_path)
    assert (result.status, "notes.png" in result.errors) == (1, True)
