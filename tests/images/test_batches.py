"""Batches: a pure function of (seed, epoch), every picture at most once an epoch."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from convlens.images.batches import batch, order, steps_per_epoch
from convlens.images.dataset import Split

SIZES = st.integers(1, 200)
SEEDS = st.integers(0, 2**63 - 1)
EPOCHS = st.integers(0, 1000)


@given(SIZES, SEEDS, EPOCHS)
def test_an_order_has_every_picture_once(size: int, seed: int, epoch: int) -> None:
    assert order(size, seed, epoch).sort().values.tolist() == list(range(size))


@given(SIZES, SEEDS, EPOCHS)
def test_an_order_depends_on_seed_and_epoch_alone(size: int, seed: int, epoch: int) -> None:
    first = order(size, seed, epoch)
    torch.rand(7)  # the global generator plays no part
    order(size, seed, epoch + 1)  # nor does what was drawn before
    assert torch.equal(order(size, seed, epoch), first)


def test_epochs_and_seeds_have_different_orders() -> None:
    orders = {tuple(order(50, seed, epoch).tolist()) for seed in range(10) for epoch in range(10)}
    assert len(orders) == 100


def test_the_global_generator_is_left_alone() -> None:
    before = torch.get_rng_state()
    order(50, 0, 0)
    assert torch.equal(torch.get_rng_state(), before)


@given(SIZES, st.integers(1, 250))
def test_an_epoch_has_every_whole_batch_and_at_least_one(size: int, batch_size: int) -> None:
    steps = steps_per_epoch(size, batch_size)
    assert steps >= 1
    assert steps == 1 or steps * batch_size <= size
    assert (steps + 1) * batch_size > size


@given(SIZES, st.integers(1, 250), SEEDS)
def test_the_batches_of_an_epoch_cover_it_without_repeats(size: int, batch_size: int, seed: int) -> None:
    split = Split(torch.arange(size).to(torch.uint8).view(size, 1, 1, 1), torch.arange(size))
    batch_size = min(batch_size, size)
    order_of_epoch = order(size, seed, 0)
    seen: list[int] = []
    for index in range(steps_per_epoch(size, batch_size)):
        part, chosen = batch(split, order_of_epoch, index, batch_size)
        assert part.size == batch_size
        assert torch.equal(part.labels, chosen)  # here a picture's label is its number
        assert torch.equal(part.images.flatten(), chosen.to(torch.uint8))
        seen += chosen.tolist()
    assert seen == order_of_epoch.tolist()[: len(seen)]
    assert size - len(seen) < batch_size
