"""Random numbers are pure functions of (seed, purpose, number)."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from convlens import seeds

POINTS = st.tuples(st.integers(0, 2**63 - 1), st.sampled_from(["order", "augment", "dropout"]), st.integers(0, 10**9))


@given(POINTS)
def test_a_derived_seed_has_63_bits(point: tuple[int, str, int]) -> None:
    assert 0 <= seeds.derive(*point) < 2**63


@given(st.lists(POINTS, unique=True, min_size=2, max_size=20))
def test_different_points_of_a_run_have_different_seeds(points: list[tuple[int, str, int]]) -> None:
    assert len({seeds.derive(*point) for point in points}) == len(points)


def test_derived_seeds_never_change() -> None:
    # Another value would change the result of every run that was ever configured.
    assert seeds.derive(0, "order", 0) == 3471081512423777433
    assert seeds.derive(1, "order", 0) == 1209403590507862004
    assert seeds.derive(0, "augment", 7) == 4724637028901967038


@given(POINTS)
def test_generators_of_the_same_point_draw_the_same_numbers(point: tuple[int, str, int]) -> None:
    first, second = (torch.rand(3, generator=seeds.generator(*point)) for _ in range(2))
    assert torch.equal(first, second)


def test_the_global_generator_is_left_alone() -> None:
    before = torch.get_rng_state()
    torch.rand(3, generator=seeds.generator(0, "order", 0))
    assert torch.equal(torch.get_rng_state(), before)
