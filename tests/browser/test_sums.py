import math
import random
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - as everyone calls it

from convlens.byhand import arithmetic
from convlens.networks import Lecture, Swift
from convlens.predictor import normalise
from tests.browser.networks import Recorded, lived_in
from tests.browser.programs import Program
from tests.browser.random_operations import random_operation
from tests.browser.sums import Sums, error, own_error, text, unpacked
from tests.byhand.chains import Chain

pytestmark = pytest.mark.browser
BAR = 1e-5  # of the layer's largest value


def test_random_operations(sums: Sums) -> None:
    """Against float32 within the bar; against float64 each value but for the rounding of the result itself."""
    torch.manual_seed(0)
    chance = random.Random(0)
    kinds = set()
    for one in sums.compute([random_operation(chance) for _ in range(300)], chance):
        assert error(one.page, one.torch) <= BAR, one.label
        assert own_error(one.page, one.double, least=1e-6) <= BAR, one.label
        assert one.worked == pytest.approx(one.in_map, rel=1e-6, abs=1e-12), one.label
        kinds.update(one.kinds)
    assert kinds == {"sum", "pool", "linear", "change", "combined", "given"}


@pytest.mark.parametrize("kind", [Swift, Lecture])
@pytest.mark.parametrize(("count", "channels", "size"), [(20, 1, 28), (2, 3, 41)])
def test_shipped_networks(sums: Sums, kind: Any, count: int, channels: int, size: int) -> None:
    torch.manual_seed(size)
    network = kind(channels, size, 10)
    lived_in(network)
    pictures = torch.randn(count, channels, size, size)
    recorded = Recorded(network, pictures[:1])
    sums.load(recorded.operations, recorded.weights)
    for picture, found in zip(pictures, sums.run(pictures), strict=True):
        assert len(found) == len(recorded.operations)
        for number, expected in enumerate(recorded.values(picture[None])):
            assert error(found[number], expected) <= BAR, recorded.operations[number]


def test_random_networks(sums: Sums) -> None:
    compared = 0
    for seed in range(40):
        torch.manual_seed(seed)
        chain = Chain(random.Random(seed))
        picture = torch.randn(1, *chain.picture)
        try:
            with torch.no_grad():
                chain(picture)  # which makes the lazy layers
            recorded = Recorded(chain, picture)
        except RuntimeError:  # a window does not fit into its maps
            continue
        sums.load(recorded.operations, recorded.weights)
        [found] = sums.run(picture)
        expected = recorded.values(picture)
        for number, page in found.items():
            operation = recorded.operations[number]
            # Of a single neuron that happens to be nearly zero the layer's largest value would be a poor measure.
            largest = max(float(expected[place].abs().max()) for place in (number, *operation["inputs"]))
            assert page.shape == expected[number].shape
            assert float((page - expected[number]).abs().max()) <= BAR * largest, operation
        compared += len(found)
    assert compared > 100


def small_program() -> tuple[Program, Tensor]:
    """A shortcut, an operation that nobody knows, dropout."""
    torch.manual_seed(1)
    program = Program([])
    first = program.add(nn.Conv2d(1, 2, 3, padding=1))
    second = program.add(nn.ReLU())
    program.add(torch.add, "add", {}, first, second)
    program.add(torch.frac, "unheard_of")
    program.add(nn.Flatten())
    program.add(nn.Dropout(0.4))
    program.add(nn.Linear(2 * 20 * 20, 3))
    for step in program.steps:
        if isinstance(step.run, nn.Module):
            step.run.eval()
    return program, torch.randn(1, 1, 20, 20)


def test_what_is_not_known_and_what_depends_on_it_is_left_out(sums: Sums) -> None:
    program, picture = small_program()
    sums.load(*program.document(picture))
    assert list(sums.run(picture)[0]) == [0, 1, 2, 3]
    assert sums.call("work", [[4, [0, 0, 0]]]) == [None]
    with torch.no_grad():
        expected = program.values(picture)
    found = sums.run(picture, given=[[4, expected[4][0]]])[0]
    assert error(found[7], expected[7][0]) <= BAR
    assert sums.call("work", [[4, [1, 2, 3]]])[0] == {"op": "unheard_of", "kind": "given", "value": found[4][1, 2, 3]}


def test_values_that_are_given_are_not_computed(sums: Sums) -> None:
    program, picture = small_program()
    sums.load(*program.document(picture))
    changed = torch.ones(2, 20, 20)
    before = sums.run(picture)[0]
    after = sums.run(picture, given=[[1, torch.zeros(2, 20, 20)], [2, changed]])[0]
    assert torch.equal(after[3], changed)
    assert not torch.equal(after[3], before[3])


def test_dropout_as_in_training(sums: Sums) -> None:
    program, picture = small_program()
    sums.load(*program.document(picture))
    flat = torch.rand(800) + 1
    given = [[4, flat.reshape(2, 20, 20)]]
    evaluated = sums.run(picture, given=given)[0]
    trained = sums.run(picture, seed=7, given=given)[0]
    [[place, mask]] = sums.call("masks")
    assert place == 6
    assert torch.equal(evaluated[6], flat)
    assert torch.allclose(trained[6], flat * torch.tensor(mask) / 0.6)
    assert sum(mask) == pytest.approx(480, abs=4 * math.sqrt(800 * 0.6 * 0.4))
    out, stays = mask.index(0), mask.index(1)
    lost, kept = sums.call("work", [[6, [out]], [6, [stays]]])
    assert lost["value"] == 0 == lost["parts"]["kept"]
    assert kept["value"] == trained[6][stays]
    sums.run(picture, seed=7, given=given)
    assert sums.call("masks") == [[6, mask]]
    sums.run(picture, seed=8, given=given)
    assert sums.call("masks") != [[6, mask]]


def test_whole_channels_can_be_dropped_and_everything(sums: Sums) -> None:
    program, picture = Program([]), torch.ones(1, 40, 3, 3)
    program.add(nn.Identity(), "dropout", {"p": 0.5, "channels": True})
    program.add(nn.Identity(), "dropout", {"p": 1.0})
    sums.load(*program.document(picture))
    values = sums.run(picture, seed=0)[0]
    assert {tuple(channel.unique().tolist()) for channel in values[1]} == {(0.0,), (2.0,)}
    assert not values[2].any()


def test_alpha_dropout_as_pytorch_does_it(sums: Sums) -> None:
    torch.manual_seed(0)
    picture = torch.randn(1, 2, 3, 3)
    tries = torch.stack([F.alpha_dropout(picture, 0.3, training=True)[0] for _ in range(60)])
    out = tries.flatten().mode().values  # the one number that all silenced units get
    stays = torch.where(tries == out, torch.nan, tries).nanmean(dim=0)
    program = Program([])
    program.add(nn.Identity(), "dropout", {"p": 0.3, "alpha": True})
    program.add(nn.Identity(), "dropout", {"p": 1.0, "alpha": True})
    sums.load(*program.document(picture))
    values = sums.run(picture, seed=0)[0]
    masks = dict(sums.call("masks"))
    mask = torch.tensor(masks[1]).reshape(2, 3, 3).bool()
    assert mask.any() and not mask.all()
    assert torch.allclose(values[1], torch.where(mask, stays, out))
    assert not values[2].any()
    for work, place in zip(sums.call("work", [[1, [0, 0, 0]], [1, [1, 2, 1]]]), ((0, 0, 0), (1, 2, 1)), strict=True):
        assert work["value"] == pytest.approx(float(values[1][place]))


def test_values_of_the_server_are_cut_by_operation(sums: Sums) -> None:
    program, picture = small_program()
    sums.load(*program.document(picture))
    with torch.no_grad():
        expected = program.values(picture)
    for (place, page), value in zip(
        sums.call("values", text(torch.cat([v.flatten() for v in expected]))), expected, strict=True
    ):
        assert torch.equal(unpacked(page), value[0]), place


def test_pictures_are_normalised_as_for_the_network(sums: Sums) -> None:
    pixels = torch.randint(0, 256, (3, 5, 4), dtype=torch.uint8)
    mean, std = [0.2, 0.5, 0.7], [0.3, 0.25, 0.1]
    page = unpacked(sums.call("normalise", pixels.flatten().tolist(), [3, 5, 4], mean, std))
    assert error(page, normalise(pixels[None], torch.tensor(mean), torch.tensor(std))[0]) <= 1e-6


def test_probabilities(sums: Sums) -> None:
    logits = torch.tensor([1000.0, 999.0, -1000.0, 990.0])
    assert torch.allclose(unpacked(sums.call("softmax", logits)), logits.softmax(0), rtol=1e-6)


def test_the_normal_distribution_behind_gelu(sums: Sums) -> None:
    places = [step / 8 for step in range(-300, 301)] + [1e-12, -1e-12, 0.0]
    expected = [math.erfc(-place / math.sqrt(2)) / 2 for place in places]
    assert sums.call("shareBelow", places) == pytest.approx(expected, rel=1e-12, abs=1e-300)


def test_sizes_and_their_sums(sums: Sums) -> None:
    chance = random.Random(0)
    calls: list[tuple[str, list[Any]]] = []
    expected = []
    for _ in range(300):
        n, k, s, d = chance.randint(1, 40), chance.randint(1, 7), chance.randint(1, 5), chance.choice([1, 1, 2, 3])
        p, ceil = chance.randint(0, 4), chance.random() < 0.5
        before, after = chance.randint(0, 4), chance.randint(0, 4)
        extra, groups, bias = chance.choice([0, 1]), chance.choice([1, 2]), chance.random() < 0.5
        calls += [
            ("sizeSum", [n, k, s, p, d, ceil]),
            ("sizeSum", [n, k, s, [before, after], d]),
            ("transposedSizeSum", [n, k, s, p, extra, d]),
            ("convolutionParameters", [2 * n, 2 * k, [k, d], groups, bias]),
            ("linearParameters", [n, k, bias]),
            ("batchNormParameters", [n]),
        ]
        expected += [
            arithmetic.pool_size(n, k, s, p, d, ceil_mode=ceil),
            arithmetic.conv_size(n, k, s, (before, after), d),
            arithmetic.conv_transpose_size(n, k, s, p, extra, d),
            arithmetic.conv_parameters(2 * n, 2 * k, (k, d), groups=groups, bias=bias),
            arithmetic.linear_parameters(n, k, bias=bias),
            arithmetic.batch_norm_parameters(n),
        ]
    for call, page, one in zip(calls, sums.call("sizes", calls), expected, strict=True):
        assert (page["formula"], page["worked"], page["result"]) == (one.formula, one.worked, one.result), call
    assert sums.call("sizes", [("samePadding", [k, 3]) for k in range(1, 6)]) == [
        list(arithmetic.same_padding(k, 3)) for k in range(1, 6)
    ]


def test_unreached_rows(sums: Sums) -> None:
    chance = random.Random(1)
    given = []
    for _ in range(200):
        n, k, s, d = chance.randint(1, 14), chance.randint(1, 4), chance.randint(1, 5), chance.randint(1, 2)
        given.append((n, k, s, chance.randint(0, k // 2), d, chance.random() < 0.3))
    for call, page in zip(given, sums.call("sizes", [("unreached", call) for call in given]), strict=True):
        n, k, s, p, d, ceil = call
        windows = arithmetic.pool_size(n, k, s, p, d, ceil_mode=ceil).result
        read = {window * s - p + d * step for window in range(windows) for step in range(k)}
        assert page["rows"] == sorted(set(range(n)) - read), call
        if windows > 0:
            assert page["end"] == arithmetic.dropped(n, windows, k, s, p, d), call
            assert page["between"] == (arithmetic.gap(k, s, d) if windows > 1 else 0), call
    assert sums.call("sizes", [("unreached", [5, 2, 3])]) == [{"end": 0, "between": 1, "rows": [2]}]
    assert sums.call("sizes", [("unreached", [6, 3, 2])]) == [{"end": 1, "between": 0, "rows": [5]}]
    assert sums.call("sizes", [("unreached", [2, 5])]) == [{"end": 2, "between": 0, "rows": [0, 1]}]
