"""The order of the pictures: a pure function of (seed, epoch)."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from convlens.images.batches import order, steps_per_epoch

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
