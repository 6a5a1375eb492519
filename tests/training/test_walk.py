"""Walks: every picture once, learnt ones left out by chance without changing the expected gradient."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from convlens.images.batches import order
from convlens.training.walk import Walk

SEEDS = st.integers(0, 2**63 - 1)
STEPS = 10**6  # of a run so long that its last part is far away


def one_walk(walk: Walk, step: int) -> tuple[list[Tensor], list[Tensor]]:
    """The batches and weights of the walk that begins with `step`."""
    taken = [walk.take(step, STEPS)]
    number = walk.number
    while True:
        step += 1
        following = walk.take(step, STEPS)
        if walk.number > number:
            return [one for one, _ in taken], [one for _, one in taken]
        taken.append(following)


@given(st.integers(1, 200), st.integers(1, 250), SEEDS)
def test_the_batches_of_a_walk_are_its_order_without_the_rest(size: int, batch_size: int, seed: int) -> None:
    batch_size = min(batch_size, size)
    batches, weights = one_walk(Walk(size, batch_size, seed, 0.0), 0)
    assert {len(one) for one in batches} == {batch_size}
    assert len(batches) == size // batch_size
    assert torch.cat(batches).tolist() == order(size, seed, 0)[: batch_size * len(batches)].tolist()
    assert all(bool((one == 1).all()) for one in weights)


def learnt_half(skip: float, size: int = 4000, batch_size: int = 8) -> Walk:
    """A walk whose first round is over: the losses of the first half of the pictures are under the mean."""
    walk = Walk(size, batch_size, seed=3, skip=skip)
    walk.remember(torch.arange(size), torch.cat([torch.full((size // 2,), 0.1), torch.full((size // 2,), 2.0)]))
    return walk


@pytest.mark.parametrize("skip", [0.25, 0.5, 0.75])
def test_learnt_pictures_are_left_out_and_those_that_stay_count_more(skip: float) -> None:
    batches, weights = one_walk(learnt_half(skip), 0)
    pictures, weight = torch.cat(batches), torch.cat(weights)
    assert len(pictures.unique()) == len(pictures)
    learnt = pictures < 2000
    assert int((~learnt).sum()) >= 2000 - 8  # all but the rest that fills no batch
    assert int(learnt.sum()) == pytest.approx(2000 * (1 - skip), rel=0.1)
    assert bool((weight[~learnt] == 1).all())
    assert bool((weight[learnt] == 1 / (1 - skip)).all())
    assert weight.sum().item() == pytest.approx(4000, rel=0.05)  # the expected gradient is that of all pictures


def test_the_last_part_of_a_run_leaves_nothing_out() -> None:
    for step, everything in ((84, False), (85, True), (99, True)):
        walk = learnt_half(0.5)
        walk.take(step, 100)
        assert (len(walk.order) == 4000) == everything


def test_before_a_picture_was_seen_it_is_not_learnt() -> None:
    walk = Walk(100, 10, seed=0, skip=0.9)
    walk.remember(torch.arange(50), torch.linspace(0, 1, 50))
    walk.take(0, STEPS)
    assert set(range(25, 100)) <= set(walk.order.tolist())


def test_a_walk_is_never_shorter_than_a_batch() -> None:
    walk = Walk(100, 90, seed=0, skip=0.9)
    walk.remember(torch.arange(100), torch.linspace(0, 1, 100))
    pictures, weights = walk.take(0, STEPS)
    assert len(pictures) == 90
    assert bool((weights == 1).all())


@given(st.integers(0, 30), SEEDS)
def test_a_walk_goes_on_from_what_was_packed(steps: int, seed: int) -> None:
    walk = Walk(100, 10, seed, skip=0.5)
    losses = torch.rand(100, generator=torch.Generator().manual_seed(1))
    for step in range(steps):
        pictures, _ = walk.take(step, STEPS)
        walk.remember(pictures, losses[pictures])
    other = Walk(100, 10, seed, skip=0.5)
    tensors, numbers = walk.pack()
    other.unpack({name: value.clone() for name, value in tensors.items()}, numbers)
    for step in range(steps, steps + 20):
        first, second = walk.take(step, STEPS), other.take(step, STEPS)
        assert torch.equal(first[0], second[0])
        assert torch.equal(first[1], second[1])
        walk.remember(first[0], losses[first[0]])
        other.remember(second[0], losses[second[0]])
