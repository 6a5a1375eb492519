import random
from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from convlens.images import ImageData, Split
from convlens.images.dataset import held_out, picture_digest

digests_and_labels = st.lists(st.tuples(st.binary(max_size=2), st.integers(0, 3)), max_size=60)


def data_of(train: torch.Tensor, classes: tuple[str, ...] = ("a", "b")) -> ImageData:
    n, _, height, width = train.shape
    split = Split(train, torch.arange(n) % len(classes))
    empty = Split(train[:0], split.labels[:0])
    return ImageData("made up", classes, split, empty, Split(train[:1, :, :height, :width], split.labels[:1]), "whole")


def test_shape_and_counts() -> None:
    data = data_of(torch.zeros(5, 3, 4, 6, dtype=torch.uint8))
    assert data.picture_shape == (3, 4, 6)
    assert data.train.size == 5
    assert data.counts == {"a": (3, 0, 1), "b": (2, 0, 0)}


def test_mean_and_std_are_those_of_every_pixel(fashion: ImageData) -> None:
    (mean,), (std,) = fashion.mean_and_std
    pixels = fashion.train.images.double() / 255
    assert mean == pytest.approx(pixels.mean().item(), rel=1e-12)
    assert std == pytest.approx(pixels.std(unbiased=False).item(), rel=1e-9)


def test_mean_and_std_are_per_channel_and_never_zero() -> None:
    images = torch.zeros(4, 3, 2, 2, dtype=torch.uint8)
    images[:, 1] = 255
    images[:2, 2] = 255
    means, stds = data_of(images).mean_and_std
    assert means == pytest.approx((0, 1, 0.5))
    assert stds == pytest.approx((1 / 255, 1 / 255, 0.5))


def test_the_digest_tells_pixels_labels_classes_and_shapes_apart() -> None:
    images = torch.arange(48, dtype=torch.uint8).reshape(2, 1, 4, 6)
    original = data_of(images)
    changed = images.clone()
    changed[1, 0, 2, 2] ^= 1
    others = [
        data_of(changed),
        data_of(images, ("a", "c")),
        data_of(images.reshape(2, 1, 6, 4)),
        ImageData("n", ("a", "b"), Split(images, torch.tensor([1, 1])), original.validation, original.test, "whole"),
    ]
    assert len({data.sha256 for data in [original, *others]}) == 5
    assert data_of(images.clone()).sha256 == original.sha256


def test_a_picture_digest_depends_on_contents_and_seed() -> None:
    digests = {picture_digest(picture, seed) for picture in (b"", b"a", b"b") for seed in (-1, 0, 1, 2**64)}
    assert len(digests) == 12
    assert picture_digest(b"a", 1) == picture_digest(b"a", 1)


@given(digests_and_labels, st.floats(0, 1))
def test_the_same_share_of_each_class_is_held_out(pictures: list[tuple[bytes, int]], share: float) -> None:
    digests, labels = [digest for digest, _ in pictures], [label for _, label in pictures]
    chosen = held_out(digests, labels, share)
    assert chosen == sorted(set(chosen))
    for label in set(labels):
        different = {digest for digest, other in pictures if other == label}
        taken = {digests[index] for index in chosen if labels[index] == label}
        if len(different) == 1:
            assert len(taken) == round(share)
        else:
            assert len(taken) == min(max(round(share * len(different)), 1), len(different) - 1)


@given(digests_and_labels, st.randoms(use_true_random=False))
def test_the_choice_does_not_depend_on_the_order(pictures: list[tuple[bytes, int]], chance: random.Random) -> None:
    def choice(of: list[tuple[bytes, int]]) -> Counter[tuple[bytes, int]]:
        return Counter(of[index] for index in held_out([digest for digest, _ in of], [label for _, label in of], 0.3))

    shuffled = pictures.copy()
    chance.shuffle(shuffled)
    assert choice(shuffled) == choice(pictures)


@given(digests_and_labels, st.tuples(st.binary(max_size=2), st.integers(0, 3)))
def test_one_more_picture_moves_at_most_one_other(pictures: list[tuple[bytes, int]], new: tuple[bytes, int]) -> None:
    def choice(of: list[tuple[bytes, int]]) -> set[tuple[bytes, int]]:
        return {of[index] for index in held_out([digest for digest, _ in of], [label for _, label in of], 0.2)}

    moved = (choice(pictures) ^ choice([*pictures, new])) - {new}
    assert len(moved) <= 1
    assert all(label == new[1] for _, label in moved)
