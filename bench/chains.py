"""Random networks by hand against PyTorch: sizes, parameters, unreached rows, receptive fields.

    python bench/chains.py [--chains 20000] [--fields 2000]

Prints every difference and, at the end, how many there were. Exit status 1 if there was one.
"""

import argparse
import random
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parent.parent))  # the chains are those of the tests, only more of them
from tests.byhand.chains import Chain, field_mistakes, mistakes


def main() -> int:
    """Count the differences."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chains", type=int, default=20_000)
    parser.add_argument("--fields", type=int, default=2_000)
    options = parser.parse_args()
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore", message="Using padding='same' with even kernel")
    wrong = _count("chains", options.chains, _chain)
    wrong += _count("receptive fields", options.fields, lambda seed: field_mistakes(random.Random(seed)))
    return 1 if wrong else 0


def _chain(seed: int) -> list[str]:
    torch.manual_seed(seed)
    return mistakes(Chain(random.Random(seed)))


def _count(what: str, number: int, check: Callable[[int], list[str]]) -> int:
    started = time.monotonic()
    wrong = 0
    for seed in range(number):
        found = check(seed)
        wrong += bool(found)
        for one in found:
            print(f"{what}, seed {seed}: {one}", flush=True)
    print(f"{what}: {number - wrong} of {number} equal PyTorch, {time.monotonic() - started:.0f} s", flush=True)
    return wrong


if __name__ == "__main__":
    sys.exit(main())
