import os
from pathlib import Path

import pytest

from convlens.errors import DataError
from convlens.images.listing import list_folder


def touch(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return root


def test_classes_and_pictures_are_in_natural_order(tmp_path: Path) -> None:
    touch(tmp_path, "class 10/1.png", "Class 2/b10.JPG", "Class 2/b9.webp", "Class 2/deep/er/a.gif", "class 1/x.bmp")
    listing = list_folder(tmp_path)
    assert listing.classes == ("class 1", "Class 2", "class 10")
    found = [(str(file.path.relative_to(tmp_path)), file.label) for file in listing.splits["train"]]
    assert found == [
        ("class 1/x.bmp", 0),
        ("Class 2/b9.webp", 1),
        ("Class 2/b10.JPG", 1),
        ("Class 2/deep/er/a.gif", 1),
        ("class 10/1.png", 2),
    ]
    assert set(listing.splits) == {"train"}


def test_hidden_things_are_passed_over_and_other_files_counted(tmp_path: Path) -> None:
    touch(
        tmp_path,
        "a/1.png",
        "a/.DS_Store",
        "a/.hidden/2.png",
        "a/._1.png",
        ".git/config",
        "b/1.png",
        "b/readme.txt",
        "x",
    )
    (tmp_path / "b" / "gone.png").symlink_to(tmp_path / "nowhere.png")
    listing = list_folder(tmp_path)
    assert listing.classes == ("a", "b")
    assert [file.path.name for file in listing.splits["train"]] == ["1.png", "1.png"]
    assert listing.others == 2


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_a_pipe_that_is_called_a_picture_is_none(tmp_path: Path) -> None:
    touch(tmp_path, "a/1.png", "b/1.png")
    os.mkfifo(tmp_path / "a" / "2.png")
    assert len(list_folder(tmp_path).splits["train"]) == 2


def test_links_are_followed_where_they_lead_somewhere_new(tmp_path: Path) -> None:
    elsewhere = touch(tmp_path / "elsewhere", "1.png")
    root = touch(tmp_path / "data", "a/1.png", "b/1.png")
    (root / "c").symlink_to(elsewhere)
    (root / "b" / "2.png").symlink_to(elsewhere / "1.png")
    (root / "loop").symlink_to(root)
    (root / "up").symlink_to(tmp_path)
    (root / "a" / "loop").symlink_to(root)
    listing = list_folder(root)
    assert listing.classes == ("a", "b", "c")
    assert [file.label for file in listing.splits["train"]] == [0, 1, 1, 2]


def test_train_can_be_a_class(tmp_path: Path) -> None:
    touch(tmp_path, "bus/1.png", "train/1.png", "tram/1.png")
    assert list_folder(tmp_path).classes == ("bus", "train", "tram")


@pytest.mark.parametrize("name", ["test", "val", "Validation"])
def test_a_split_without_train_is_no_class(tmp_path: Path, name: str) -> None:
    touch(tmp_path, "cats/1.png", "dogs/1.png", f"{name}/cats/1.png", f"{name}/dogs/1.png")
    with pytest.raises(DataError, match=f"a folder train beside {name}"):
        list_folder(tmp_path)


def test_folders_beside_the_splits_are_told(tmp_path: Path) -> None:
    touch(tmp_path, "train/a/1.png", "train/b/1.png", "val/b/1.png", "drafts/1.png")
    listing = list_folder(tmp_path)
    assert listing.ignored == ("drafts",)
    assert {split: len(files) for split, files in listing.splits.items()} == {"train": 2, "validation": 1}


@pytest.mark.parametrize(
    ("names", "complaint"),
    [
        ([], "sub-folder with pictures for each of at least two classes, and holds none"),
        (["1.png", "2.png"], "and holds none"),
        (["a/1.png"], "and holds only a"),
        (["train/a/1.png", "test/a/1.png"], "train should hold .* and holds only a"),
        (
            ["a/1.png", "b/1.tiff", "b/2.tiff"],
            r"class folder .*b should hold pictures \(PNG.*\), and holds 2 other files",
        ),
        (["a/1.png", "b/.hidden"], "and holds no files"),
        (["train/a/1.png", "train/b/1.png", "test/c/1.png"], "test holds c, a class without pictures to train on"),
        (["train/a/1.png", "train/b/1.png", "test/1.png"], "test should hold the class folders that train holds"),
        (["train/a/1.png", "train/b/1.png", "val/a/1.png", "valid/a/1.png"], "one folder for validation"),
        (["test/a/1.png", "test/b/1.png"], "should hold a folder train .* and holds only test"),
        (["train/1.png", "test/1.png"], "should hold a folder train .* and holds only test and train"),
    ],
)
def test_layouts_that_do_not_fit_are_one_sentence(tmp_path: Path, names: list[str], complaint: str) -> None:
    touch(tmp_path, *names)
    with pytest.raises(DataError, match=complaint) as error:
        list_folder(tmp_path)
    assert "\n" not in str(error.value)


def test_a_folder_that_is_gone_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read: No such file"):
        list_folder(tmp_path / "none")
