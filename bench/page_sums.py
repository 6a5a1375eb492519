"""The page's own sums in a browser against PyTorch: single operations with all options, and both shipped networks.

    python bench/page_sums.py [--operations 5000] [--pictures 1000]

Differences are relative to the largest value of what an operation computes: the bar is 1e-5. A value that is small
because its products cancel carries the rounding of those products, in PyTorch as on the page. So differences relative
to the value itself are those from PyTorch in float64; of a whole network, where rounding adds up, those of values over
1 % of the largest one, beside the same for PyTorch in float32. The time of a run of each network is printed too. Exit
status 1 if a bar is missed.
"""

import argparse
import copy
import random
import statistics
import sys
from collections import Counter
from pathlib import Path

import torch
from playwright.sync_api import Browser, sync_playwright
from torch import nn

from convlens.networks import Lecture, Swift

sys.path.insert(0, str(Path(__file__).parent.parent))  # the operations are those of the tests, only more of them
from tests.browser.launching import launch
from tests.browser.networks import Recorded, lived_in
from tests.browser.random_operations import random_operation
from tests.browser.sums import Sums, error, own_error

_BAR, _NOT_CANCELLED = 1e-5, 0.01
_AT_ONCE = {"operations": 100, "pictures": 20}
_ROUNDS = 60


def main() -> int:
    """Compare, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--operations", type=int, default=5_000)
    parser.add_argument("--pictures", type=int, default=1_000)
    options = parser.parse_args()
    torch.set_num_threads(1)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        missed = _operations(browser, options.operations)
        for network in (Swift(), Lecture()):
            missed |= _network(browser, network, options.pictures)
        browser.close()
    return int(missed)


def _operations(browser: Browser, number: int) -> bool:
    chance = random.Random(1)
    torch.manual_seed(1)
    single = double = worked = 0.0
    kinds: Counter[str] = Counter()
    for start in range(0, number, _AT_ONCE["operations"]):
        sums = Sums(browser.new_page())
        made = [random_operation(chance) for _ in range(min(_AT_ONCE["operations"], number - start))]
        for one, (_, step) in zip(sums.compute(made, chance), made, strict=True):
            kinds[step.op] += 1
            errors = error(one.page, one.torch), own_error(one.page, one.double, least=1e-6)
            if max(errors) > _BAR or one.worked != one.in_map:
                print(f"DIFFERS by {errors[0]:.1e}, {errors[1]:.1e}: {one.label}")
            single, double = max(single, errors[0]), max(double, errors[1])
            worked = max(worked, *(abs(a - b) for a, b in zip(one.worked, one.in_map, strict=True) if a != b), 0.0)
        sums.close()
    print(
        f"{number} random operations of {len(kinds)} kinds: {', '.join(f'{op} {n}' for op, n in kinds.most_common())}"
    )
    print(f"largest difference to float32: {single:.1e} of the largest value")
    print(f"largest difference to float64: {double:.1e} of the value itself (of values over 1e-6 of the largest)")
    print(
        f"{5 * number} of their values worked out on their own: largest difference to the map {worked:.1e}", flush=True
    )
    return max(single, double) > _BAR


def _network(browser: Browser, network: nn.Module, pictures: int) -> bool:
    torch.manual_seed(2)
    lived_in(network)
    recorded = Recorded(network, torch.zeros(1, 1, 28, 28))
    operations = recorded.operations
    sums = Sums(browser.new_page())
    sums.load(operations, recorded.weights)
    exact = Recorded(copy.deepcopy(network).double(), torch.zeros(1, 1, 28, 28, dtype=torch.float64))
    largest, own, torchs, values = [0.0] * len(operations), 0.0, 0.0, 0
    for start in range(0, pictures, _AT_ONCE["pictures"]):
        batch = torch.randn(min(_AT_ONCE["pictures"], pictures - start), 1, 28, 28)
        for picture, found in zip(batch, sums.run(batch), strict=True):
            computed = zip(recorded.values(picture[None]), exact.values(picture[None].double()), strict=True)
            for number, (single, double) in enumerate(computed):
                largest[number] = max(largest[number], error(found[number], single))
                own = max(own, own_error(found[number], double, least=_NOT_CANCELLED))
                torchs = max(torchs, own_error(single, double, least=_NOT_CANCELLED))
                values += single.numel()
    name = type(network).__name__.lower()
    worst = max(range(len(largest)), key=lambda number: largest[number])
    print(f"{name}: {pictures} pictures, {len(operations)} operations, {values} values")
    print(f"{name}: largest difference {largest[worst]:.1e} of the layer's largest value, in {operations[worst]['op']}")
    print(f"{name}: from float64 {own:.1e} of the value itself, PyTorch's float32 {torchs:.1e}, of values over 1 %")
    times = sums.call("time", torch.randn(1, 28, 28), _ROUNDS)
    first, later = times[0], times[1:]
    spread = f"median of {len(later)}; {min(later):.1f} to {max(later):.1f}"
    print(f"{name}: first run {first:.1f} ms, later ones {statistics.median(later):.1f} ms ({spread})", flush=True)
    sums.close()
    return max(largest) > _BAR


if __name__ == "__main__":
    sys.exit(main())
