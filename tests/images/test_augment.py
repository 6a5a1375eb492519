"""Augmentation of whole batches against the same thing done slowly, picture by picture."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from convlens.images.augment import augment, erase_each, flip_halves, shift_each


@st.composite
def batches(draw: st.DrawFn) -> Tensor:
    """uint8 (N, C, H, W) of small sides, no pixel black."""
    shape = (draw(st.integers(1, 6)), draw(st.sampled_from([1, 3])), draw(st.integers(2, 9)), draw(st.integers(2, 9)))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 10**6)))
    return torch.randint(1, 256, shape, generator=generator, dtype=torch.uint8)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def shifted(picture: Tensor, down: int, right: int) -> Tensor:
    """One picture (C, H, W) moved, pixel by pixel; black comes into view."""
    _, height, width = picture.shape
    result = torch.zeros_like(picture)
    for row in range(height):
        for column in range(width):
            if 0 <= row - down < height and 0 <= column - right < width:
                result[:, row, column] = picture[:, row - down, column - right]
    return result


def with_square_erased(picture: Tensor, top: int, left: int, side: int) -> Tensor:
    """One picture (C, H, W) with a square blanked, pixel by pixel; parts of the square may lie outside."""
    result = picture.clone()
    for row in range(max(top, 0), min(top + side, picture.shape[1])):
        for column in range(max(left, 0), min(left + side, picture.shape[2])):
            result[:, row, column] = 0
    return result


@given(batches(), st.integers(1, 4), st.integers(0, 10**6))
def test_shifting_moves_each_picture_as_a_slow_loop_would(images: Tensor, most: int, seed: int) -> None:
    moves = range(-most, most + 1)
    for picture, moved in zip(images, shift_each(images, most, generator(seed)), strict=True):
        assert any(torch.equal(moved, shifted(picture, down, right)) for down in moves for right in moves)


def test_every_shift_up_to_the_most_occurs_equally_often() -> None:
    images = torch.zeros(9000, 1, 7, 7, dtype=torch.uint8)
    images[:, 0, 3, 3] = 1
    place = shift_each(images, 1, generator()).flatten(1).argmax(dim=1)
    counts = torch.bincount(place, minlength=49).reshape(7, 7)
    assert counts.sum() == counts[2:5, 2:5].sum()  # never further than one pixel
    assert counts[2:5, 2:5].min() > 900  # 1,000 expected, standard deviation 30
    assert counts[2:5, 2:5].max() < 1100


@given(batches(), st.integers(1, 10), st.integers(0, 10**6))
def test_erasing_blanks_one_square_as_a_slow_loop_would(images: Tensor, side: int, seed: int) -> None:
    _, _, height, width = images.shape
    for picture, erased in zip(images, erase_each(images, side, generator(seed)), strict=True):
        assert any(
            torch.equal(erased, with_square_erased(picture, row - side // 2, column - side // 2, side))
            for row in range(height)
            for column in range(width)
        )


@given(batches(), st.integers(1, 10))
def test_erasing_always_blanks_something(images: Tensor, side: int) -> None:
    assert ((erase_each(images, side, generator()) == 0).flatten(1).sum(dim=1) > 0).all()


def test_every_place_is_erased_equally_often_away_from_the_border() -> None:
    images = torch.ones(8100, 1, 9, 9, dtype=torch.uint8)
    erased = (erase_each(images, 3, generator()) == 0).sum(dim=0)[0]
    assert erased[2:7, 2:7].min() > 780  # 900 expected, standard deviation 28
    assert erased[2:7, 2:7].max() < 1020


@given(batches(), st.data())
def test_mirroring_flips_the_chosen_pictures_and_no_others(images: Tensor, data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.booleans(), min_size=len(images), max_size=len(images)))
    varied = augment(images, mirrored=torch.tensor(chosen), shift=0, erase=0, generator=generator())
    for picture, result, mirrored in zip(images, varied, chosen, strict=True):
        expected = torch.stack([row.flip(0) for row in picture.flatten(0, 1)]).view_as(picture) if mirrored else picture
        assert torch.equal(result, expected)


@given(batches(), st.booleans(), st.integers(0, 3), st.integers(0, 4))
def test_augmentation_keeps_shape_and_type_and_leaves_its_input_as_it_was(
    images: Tensor, flip: bool, shift: int, erase: int
) -> None:
    before = images.clone()
    mirrored = torch.ones(len(images), dtype=torch.bool) if flip else None
    varied = augment(images, mirrored=mirrored, shift=shift, erase=erase, generator=generator())
    assert (varied.shape, varied.dtype) == (images.shape, torch.uint8)
    assert torch.equal(images, before)


@given(batches())
def test_nothing_asked_for_changes_nothing(images: Tensor) -> None:
    assert torch.equal(augment(images, mirrored=None, shift=0, erase=0, generator=generator()), images)


def test_augmentation_depends_on_the_generator_alone() -> None:
    images = torch.randint(0, 256, (20, 1, 8, 8), generator=generator(), dtype=torch.uint8)
    before = torch.get_rng_state()
    first, second, other = (
        augment(images, mirrored=None, shift=2, erase=3, generator=generator(seed)) for seed in (1, 1, 2)
    )
    assert torch.equal(first, second)
    assert not torch.equal(first, other)
    assert torch.equal(torch.get_rng_state(), before)


def test_mirrored_pictures_are_a_fixed_random_half() -> None:
    half = flip_halves(10_000, seed=3)
    assert half.dtype == torch.bool
    assert torch.equal(half, flip_halves(10_000, seed=3))
    assert not torch.equal(half, flip_halves(10_000, seed=4))
    assert half.sum().item() == pytest.approx(5000, abs=200)
