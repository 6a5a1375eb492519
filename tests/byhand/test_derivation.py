from pathlib import Path

from convlens.byhand.derivation import derive
from convlens.byhand.document import line_of
from convlens.byhand.loading import load
from convlens.byhand.source import Source
from convlens.byhand.steps import Step
from convlens.byhand.trace import trace
from tests.byhand.corpus import HEADER

PICTURE = (1, 28, 28)


def steps(folder: Path, source: str) -> list[tuple[int | None, Step]]:
    """Each step with its line, counted from the first line of `source`."""
    path = folder / "net.py"
    path.write_text(HEADER + source)
    loaded = load(Source.read(path), "Net", PICTURE)
    assert loaded.network is not None
    found = trace(loaded.network, PICTURE, target="Net", file=str(path), definitions=loaded.definitions)
    above = HEADER.count("\n")
    return [((line_of(step, str(path)) or 0) - above, step) for step in derive(found).steps]


def test_one_step_for_each_operation_with_the_line_to_edit(tmp_path: Path) -> None:
    found = steps(
        tmp_path,
        """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(
            1, 4, 3,
            padding=1, padding_mode="reflect", stride=2)
        self.body = nn.Sequential(
            nn.Conv2d(4, 4, 3),
            nn.ReLU(),
        )
        self.fc = nn.Linear(4, 2)

    def forward(self, x):
        x = F.relu(self.conv(x))
        x = self.body(x)
        x = (
            F.max_pool2d(x, 5)
            .mean([2, 3])
        )
        return self.fc(x)
""",
    )
    assert [(step.op, line) for line, step in found] == [
        ("conv2d", 4),
        ("relu", 14),
        ("conv2d", 8),
        ("relu", 9),
        ("max_pool2d", 17),
        ("mean", 18),
        ("linear", 11),
    ]
    conv, pool = found[0][1], found[4][1]
    assert conv.derivation == ("n_out = floor((28 + 2*1 - 3) / 2) + 1 = 14", "parameters = 3*3*1*4 + 4 = 40")
    assert pool.dropped == (2, 2)
    assert "the last 2 rows and 2 columns reached by no window" in pool.derivation


def test_a_layer_used_twice_has_its_parameters_once(tmp_path: Path) -> None:
    found = steps(
        tmp_path,
        """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 1, 3)

    def forward(self, x):
        return self.conv(self.conv(x))
""",
    )
    assert [step.parameters for _, step in found] == [10, 0]
    assert [step.receptive_field for _, step in found] == [(3, 3), (5, 5)]


def test_sides_are_told_apart_only_when_they_differ(tmp_path: Path) -> None:
    (_, conv), (_, pool) = steps(tmp_path, "Net = nn.Sequential(nn.Conv2d(1, 2, (3, 5)), nn.MaxPool2d((2, 3), (3, 3)))")
    assert conv.derivation[:2] == (
        "H_out = floor((28 + 2*0 - 3) / 1) + 1 = 26",
        "W_out = floor((28 + 2*0 - 5) / 1) + 1 = 24",
    )
    assert "1 row between neighbouring windows skipped" in pool.derivation


def test_operations_that_are_not_known_are_shown_with_their_shapes(tmp_path: Path) -> None:
    found = steps(
        tmp_path,
        """class Net(nn.Module):
    def forward(self, x):
        return torch.fft.rfft2(x).abs().cumsum(1)
""",
    )
    assert [(step.op, step.output) for _, step in found] == [
        ("fft_rfft2", (1, 28, 15)),
        ("abs", (1, 28, 15)),
        ("cumsum", (1, 28, 15)),
    ]


def test_a_network_that_looks_at_values_is_still_derived(tmp_path: Path) -> None:
    found = steps(
        tmp_path,
        """class Net(nn.Module):
    def forward(self, x):
        return F.avg_pool2d(x, 2) if x.sum() < 1e9 else x
""",
    )
    assert found[-1][1].output == (1, 14, 14)


def test_branches_see_what_both_see(tmp_path: Path) -> None:
    found = steps(
        tmp_path,
        """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv2d(1, 2, 3, padding=1), nn.Conv2d(1, 2, 7, padding=3)

    def forward(self, x):
        return torch.cat([self.a(x), self.b(x)], 1)
""",
    )
    assert found[-1][1].receptive_field == (7, 7)
    assert found[-1][1].derivation == ("channels = 2 + 2 = 4",)
