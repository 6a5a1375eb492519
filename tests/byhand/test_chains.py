import random

import pytest
import torch

from tests.byhand.chains import Chain, field_mistakes, mistakes

# PyTorch warns of a copy that it makes for even kernels.
pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")

# A small part of what bench/chains.py does.


@pytest.mark.parametrize("start", range(0, 200, 50))
def test_random_chains_are_what_pytorch_says(start: int) -> None:
    for seed in range(start, start + 50):
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            assert mistakes(Chain(random.Random(seed))) == [], f"seed {seed}"


def test_receptive_fields_are_what_a_gradient_reaches() -> None:
    for seed in range(40):
        assert field_mistakes(random.Random(seed)) == [], f"seed {seed}"
