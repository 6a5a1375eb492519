import json
from pathlib import Path

import pytest
from PIL import Image

from convlens.trained import Run
from tests.cli.conftest import Command, Result


@pytest.fixture
def photos(pictures: Path, tmp_path: Path) -> list[Path]:
    """Three pictures as a person has them: enlarged, one of them in JPEG."""
    paths = []
    for name, suffix in (("Trouser", "png"), ("Bag", "jpg"), ("Sneaker", "png")):
        paths.append(tmp_path / f"{name}.{suffix}")
        with Image.open(pictures / name / "39.png") as picture:
            picture.resize((300, 300), Image.Resampling.BICUBIC).save(paths[-1])
    return paths


def test_answers_many_as_json(
    convlens: Command, trained: tuple[Path, Result], photos: list[Path], run: Run, tmp_path: Path
) -> None:
    result = convlens("predict", trained[0], *photos, "--format", "json", "--save", tmp_path / "seen")
    assert result.status == 0, result.errors
    predictions = json.loads(result.output)["predictions"]
    assert [prediction["file"] for prediction in predictions] == [str(photo) for photo in photos]
    for prediction, photo in zip(predictions, photos, strict=True):
        assert sum(prediction["probabilities"].values()) == pytest.approx(1)
        assert prediction["class"] == run.predict(photo).best
        with Image.open(prediction["seen"]) as seen:
            assert seen.size == (28, 28)


def test_answers_the_pictures_of_a_folder(
    convlens: Command, trained: tuple[Path, Result], photos: list[Path], tmp_path: Path
) -> None:
    folder = tmp_path / "photos"
    (folder / "deep").mkdir(parents=True)
    photos[0].rename(folder / "deep" / "a.png")
    photos[1].rename(folder / "b.jpg")
    (folder / "notes.txt").write_text("not a picture")
    result = convlens("predict", trained[0], folder, photos[2], "--format", "json")
    assert result.status == 0, result.errors
    files = [prediction["file"] for prediction in json.loads(result.output)["predictions"]]
    assert files == [str(folder / "b.jpg"), str(folder / "deep" / "a.png"), str(photos[2])]


def test_a_folder_without_pictures_is_named(convlens: Command, trained: tuple[Path, Result], tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a picture")
    result = convlens("predict", trained[0], tmp_path)
    assert result.status == 1
    assert f"The folder {tmp_path} should hold pictures" in result.errors


def test_draws_one_picture_beside_its_answer(
    convlens: Command, trained: tuple[Path, Result], photos: list[Path]
) -> None:
    output = convlens("predict", trained[0], photos[0]).output
    assert "%" in output
    assert len(output.splitlines()) > 14  # 28 rows of pixels, two to a line at the least


def test_names_what_is_no_picture_and_answers_the_rest(
    convlens: Command, trained: tuple[Path, Result], photos: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "broken.png").write_bytes(b"not a picture")
    result = convlens("predict", trained[0], tmp_path / "broken.png", photos[0])
    assert result.status == 1
    assert "broken.png" in result.errors
    assert "Traceback" not in result.errors
    assert "Trouser.png" in result.output
