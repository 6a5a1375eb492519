import random
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from convlens import images
from convlens.errors import DataError
from convlens.images import folder


def draw(path: Path, number: int, size: tuple[int, int] = (12, 12), mode: str = "L") -> None:
    """Save a picture that no other number gives."""
    path.parent.mkdir(parents=True, exist_ok=True)
    values = np.random.default_rng(number).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    Image.fromarray(values).convert(mode).save(path)


def make(root: Path, counts: dict[str, int], *, first: int = 0, mode: str = "L") -> Path:
    for label, (name, count) in enumerate(counts.items()):
        for number in range(count):
            draw(root / name / f"{number}.png", first + 1000 * label + number, mode=mode)
    return root


def pixels(split: images.Split) -> set[bytes]:
    return {image.numpy().tobytes() for image in split.images}


@pytest.fixture(scope="module")
def real(fashion: images.ImageData, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """300 test pictures of Fashion-MNIST at two sizes, as a folder of PNG files by class."""
    root = tmp_path_factory.mktemp("clothes")
    for number in range(300):
        name = fashion.classes[int(fashion.test.labels[number])].replace("/", " or ")
        picture = Image.fromarray(fashion.test.images[number, 0].numpy())
        (root / name).mkdir(exist_ok=True)
        (picture.resize((40, 40)) if number % 3 == 0 else picture).save(root / name / f"{number}.png")
    return root


def test_a_folder_of_real_pictures(real: Path, fashion: images.ImageData) -> None:
    seen: list[tuple[str, int, int]] = []
    data = images.load(str(real), progress=lambda *told: seen.append(told))
    assert data.name == real.name
    assert data.picture_shape == (1, 28, 28)
    assert data.preparation == "whole"
    assert sorted(data.classes) == sorted(name.replace("/", " or ") for name in fashion.classes)
    assert data.train.size + data.validation.size + data.test.size == 300
    assert 25 <= data.test.size <= 35
    assert 25 <= data.validation.size <= 35
    assert all(min(counts) >= 1 for counts in data.counts.values())
    splits = [pixels(split) for split in (data.train, data.validation, data.test)]
    assert not (splits[0] & splits[1] or splits[0] & splits[2] or splits[1] & splits[2])
    # The pictures that are stored at their original size are the originals, under the right class.
    originals = {image.numpy().tobytes(): int(label) for image, label in zip(*fashion.test, strict=True)}
    found = [
        (data.classes[int(label)], fashion.classes[originals[image.numpy().tobytes()]])
        for image, label in zip(*data.train, strict=True)
        if image.numpy().tobytes() in originals
    ]
    assert len(found) > 100
    assert all(name == original.replace("/", " or ") for name, original in found)
    assert seen[-1] == ("reading train pictures", 300, 300)


def test_damaged_files_are_named_and_left_out(real: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(real, tmp_path / "copy"))
    chance = random.Random(0)
    damaged = chance.sample(sorted(root.rglob("*.png")), 4)
    for path in damaged[:3]:
        path.write_bytes(path.read_bytes()[: chance.randrange(200)])
    data = images.load(str(root))
    assert data.train.size + data.validation.size + data.test.size == 297
    about_damage = [note for note in data.notes if note.endswith("it is left out.")]
    assert len(about_damage) == 3
    assert all(any(note.startswith(str(path)) for note in about_damage) for path in damaged[:3])
    damaged[3].write_bytes(b"")
    with pytest.raises(
        DataError, match=r"at most 1% damaged pictures and holds 4 among 300; replace or remove"
    ) as error:
        images.load(str(root))
    assert all(str(path.relative_to(root)) in str(error.value) for path in damaged)


def test_many_damaged_files_are_ten_names_and_a_count(tmp_path: Path) -> None:
    make(tmp_path, {"a": 20, "b": 20})
    for path in (tmp_path / "b").iterdir():
        path.write_bytes(b"\x89PNG")
    with pytest.raises(DataError, match=r"holds 20 among 40; .*and 10 more\.$") as error:
        folder.load(tmp_path)
    assert str(error.value).count(".png") == 10


def test_one_more_picture_does_not_reshuffle_the_others(real: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(real, tmp_path / "copy"))
    before = folder.load(root)
    draw(root / "Bag" / "one more.png", 1, (28, 28))
    for number, path in enumerate(sorted((root / "Bag").iterdir())):
        path.rename(path.with_name(f"renamed {number}.png"))
    after = folder.load(root)
    for old, new in ((before.test, after.test), (before.validation, after.validation), (before.train, after.train)):
        assert len(pixels(old) ^ pixels(new)) <= 3
    reseeded = folder.load(root, seed=1)
    assert reseeded.test.size == after.test.size
    assert pixels(reseeded.test) != pixels(after.test)


@pytest.mark.parametrize(
    ("given", "sizes"),
    [
        (("train", "val", "test"), (40, 6, 6)),
        (("Train", "valid", "testing"), (40, 6, 6)),
        (("train", "test"), (36, 4, 6)),
        (("train", "validation"), (36, 6, 4)),
        (("train",), (32, 4, 4)),
    ],
)
def test_splits_that_are_missing_come_from_train(
    tmp_path: Path, given: tuple[str, ...], sizes: tuple[int, ...]
) -> None:
    for number, name in enumerate(given):
        count = 20 if number == 0 else 3
        make(tmp_path / name, {"a": count, "b": count}, first=100 * number)
    data = folder.load(tmp_path)
    assert (data.train.size, data.validation.size, data.test.size) == sizes
    assert data.notes == ()


def test_grey_unless_a_picture_has_colour(tmp_path: Path) -> None:
    make(tmp_path, {"a": 4, "b": 4})
    draw(tmp_path / "b" / "saved in colour.png", 77, mode="L")
    Image.open(tmp_path / "b" / "saved in colour.png").convert("RGB").save(tmp_path / "b" / "saved in colour.png")
    grey = folder.load(tmp_path)
    assert grey.picture_shape == (1, 12, 12)
    draw(tmp_path / "b" / "colour.png", 78, mode="RGB")
    coloured = folder.load(tmp_path)
    assert coloured.picture_shape == (3, 12, 12)
    everything = torch.cat([coloured.train.images, coloured.validation.images, coloured.test.images])
    is_grey = (everything == everything[:, :1]).flatten(1).all(1)
    assert is_grey.sum() == 9
    expected = np.asarray(Image.open(tmp_path / "b" / "colour.png")).transpose(2, 0, 1)
    assert np.array_equal(everything[~is_grey][0], expected)


@pytest.mark.parametrize(
    ("sizes", "side"),
    [
        ([(20, 20), (20, 30), (40, 20), (9, 9), (9, 9)], 20),
        ([(100, 200), (300, 90), (80, 80), (20, 20), (20, 20)], 64),
        ([(10, 10), (20, 20), (30, 30), (40, 40), (50, 50)], 50),
    ],
)
def test_the_default_size_is_the_usual_shorter_side_up_to_64(
    tmp_path: Path, sizes: list[tuple[int, int]], side: int
) -> None:
    for number, size in enumerate(sizes):
        for name in ("a", "b"):
            draw(tmp_path / name / f"{number}.png", 10 * number + ord(name), size)
    assert folder.load(tmp_path).picture_shape == (1, side, side)
    assert folder.load(tmp_path, size=16).picture_shape == (1, 16, 16)


def test_what_a_person_should_know_is_noted(tmp_path: Path) -> None:
    make(tmp_path / "train", {"cat": 31, "dog": 10})
    make(tmp_path / "test", {"cat": 3})
    (tmp_path / "drafts").mkdir()
    (tmp_path / "train" / "cat" / "notes.txt").write_text("")
    (tmp_path / "train" / "cat" / ".DS_Store").write_text("")
    data = folder.load(tmp_path)
    assert data.notes == (
        "Files that are not PNG, JPEG, WebP, BMP or GIF pictures by their names are passed over: 1.",
        "What stands beside train and is no split is passed over: drafts.",
        "The classes are unbalanced: 28 training pictures of cat, and only 9 of dog.",
        "Of the test pictures 3 are training pictures as well: their accuracy is too good to be true.",
        "There is no test picture of dog.",
    )


def test_an_imbalance_of_three_to_one_is_not_worth_a_note(tmp_path: Path) -> None:
    assert folder.load(make(tmp_path, {"a": 30, "b": 10})).notes == ()


@pytest.mark.parametrize(("given", "needed"), [(("train",), 3), (("train", "test"), 2)])
def test_too_few_pictures_are_an_error(tmp_path: Path, given: tuple[str, ...], needed: int) -> None:
    for name in given:
        make(tmp_path / name, {"a": 5, "b": needed}, first=len(name))
    copied = tmp_path / "train" / "b" / "0.png"
    shutil.copy(copied, copied.with_name("copy.png"))
    assert folder.load(tmp_path).counts["b"][0] >= 1
    (tmp_path / "train" / "b" / "1.png").unlink()
    with pytest.raises(DataError, match=f"class b in .* needs at least {needed} .* and has {needed - 1}"):
        folder.load(tmp_path)
