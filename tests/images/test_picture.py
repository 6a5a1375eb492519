"""Photographs made of real pictures, in the ways people take them, become pictures like the data set's own."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from convlens.images.dataset import ImageData
from convlens.images.picture import Prepared, prepare, save_png

GREY = (1, 28, 28)


@pytest.fixture(scope="module")
def garments(fashion: ImageData) -> list[torch.Tensor]:
    """One training picture of a T-shirt, trousers, a dress, a bag and a boot each: uint8 (1, 28, 28)."""
    return [fashion.train.images[int((fashion.train.labels == label).nonzero()[3])] for label in (0, 1, 3, 8, 9)]


def photograph(garment: torch.Tensor, background: int, dark_on_light: bool) -> Image.Image:
    """The garment, 8 times as large and off the centre, on a background of one grey."""
    pixels = np.asarray(Image.fromarray(garment[0].numpy()).resize((224, 224), Image.Resampling.BICUBIC))
    photo = np.full((400, 360), background, dtype=np.float64)
    place = photo[60:284, 100:324]
    shown = 255 - pixels.astype(float) if dark_on_light else pixels.astype(float)
    place[:] = np.where(pixels > 12, shown, place)
    return Image.fromarray(photo.clip(0, 255).astype(np.uint8))


def likeness(one: torch.Tensor, other: torch.Tensor) -> float:
    """The correlation of two pictures: 1 when they are the same but for brightness and contrast."""
    return float(np.corrcoef(one.flatten().numpy(), other.flatten().numpy())[0, 1])


@pytest.mark.parametrize(("background", "dark_on_light"), [(255, True), (230, True), (0, False), (20, False)])
def test_a_photographed_garment_is_found_and_drawn_light_on_black(
    garments: list[torch.Tensor], background: int, dark_on_light: bool
) -> None:
    seen = [
        prepare(photograph(garment, background, dark_on_light), picture_shape=GREY, preparation="object")
        for garment in garments
    ]
    assert all(one.inverted == dark_on_light for one in seen)
    assert all(one.picture.shape == GREY and one.picture.dtype == torch.uint8 for one in seen)
    corners = torch.stack([one.picture[0, [0, 0, -1, -1], [0, -1, 0, -1]] for one in seen])
    assert (corners == 0).float().mean() > 0.9
    likenesses = [likeness(one.picture, garment) for one, garment in zip(seen, garments, strict=True)]
    assert np.median(likenesses) > 0.8
    assert min(likenesses) > 0.6


def test_the_box_is_around_the_garment(garments: list[torch.Tensor]) -> None:
    found = prepare(photograph(garments[1], 255, True), picture_shape=GREY, preparation="object").box
    assert found is not None
    left, upper, right, lower = found
    assert upper + 8 >= 60 and lower <= 284 + 8
    assert left + 8 >= 100 and right <= 324 + 8
    assert lower - upper > 180  # trousers fill the height


def test_a_picture_of_the_data_set_is_not_touched(garments: list[torch.Tensor]) -> None:
    for garment in garments:
        seen = prepare(Image.fromarray(garment[0].numpy()), picture_shape=GREY, preparation="object")
        assert torch.equal(seen.picture, garment)
        assert seen == Prepared(seen.picture)


def test_a_photograph_of_nothing_is_used_whole_and_said_so() -> None:
    seen = prepare(Image.new("RGB", (300, 200), "grey"), picture_shape=GREY, preparation="object")
    assert seen.box is None
    assert seen.note is not None and "whole photograph" in seen.note


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 40, 40)])
def test_whole_keeps_the_photograph(shape: tuple[int, int, int]) -> None:
    seen = prepare(Image.new("RGB", (80, 60), (200, 100, 50)), picture_shape=shape, preparation="whole")
    assert seen.picture.shape == shape
    assert len(torch.unique(seen.picture)) == shape[0]


@pytest.mark.parametrize("channels", [1, 3])
def test_a_saved_picture_is_the_same_pixel_by_pixel(channels: int, tmp_path: Path) -> None:
    picture = torch.randint(0, 256, (channels, 5, 4), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    save_png(picture, tmp_path / "picture.png")
    with Image.open(tmp_path / "picture.png") as saved:
        pixels = np.atleast_3d(np.asarray(saved))
    assert np.array_equal(pixels, picture.permute(1, 2, 0).numpy())
