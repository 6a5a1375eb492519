from pathlib import Path

import pytest

from convlens import images
from convlens.errors import ConfigError, DataError
from convlens.images import fashion_mnist


def test_fashion_mnist_is_known_by_its_name(fashion: images.ImageData) -> None:
    assert fashion.name == "fashion-mnist"


def test_a_folder_with_the_four_files_is_fashion_mnist(fashion: images.ImageData, published: Path) -> None:
    assert images.load(str(published)).sha256 == fashion.sha256


def test_a_folder_with_one_of_the_files_is_meant_as_fashion_mnist(tmp_path: Path) -> None:
    (tmp_path / fashion_mnist.TEST_LABELS.compressed_name).write_bytes(b"")
    with pytest.raises(DataError, match="should hold the four files of Fashion-MNIST"):
        images.load(str(tmp_path))


@pytest.mark.parametrize("name", ["fashion_mnist", "Fashion-MNIST", "fashionmnist", "fashion-mist"])
def test_a_slip_of_the_finger_is_pointed_out(name: str) -> None:
    with pytest.raises(DataError, match=f"^{name} is no folder here .* did you mean fashion-mnist"):
        images.load(name)


def test_what_is_no_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no folder here and no known data set; name a folder"):
        images.load(str(tmp_path / "nothing"))
    (tmp_path / "pictures.zip").write_bytes(b"")
    with pytest.raises(DataError, match=r"pictures\.zip is a file"):
        images.load(str(tmp_path / "pictures.zip"))


@pytest.mark.parametrize("size", [-1, 0, 7, 513])
def test_sizes_have_limits(size: int) -> None:
    with pytest.raises(ConfigError, match=f"should be 8 to 512 and is {size}"):
        images.load("fashion-mnist", size=size)
