"""The bench of harm: every silent mistake is planted, runs are kept, figures reach the rule's page."""

import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from convlens.checking import harm as packaged
from convlens.checking.checker import check_text
from convlens.checking.rules import all_rules

BENCH = Path(__file__).parents[2] / "bench"
RUN = {"accuracy": 0.5, "printed": 0.25, "loss": 1.0, "seconds": 3.0, "megabytes": None}


@pytest.fixture(scope="module")
def bench() -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCH))
        yield importlib.import_module("harm")


def test_every_rule_is_measured_or_told_why_not(bench: Any) -> None:
    measured = {case.slug for case in bench.cases()}
    left_out = bench.NOT_SILENT | set(bench.NOT_MEASURABLE)
    assert measured | left_out == set(all_rules())
    assert not measured & left_out


def test_every_mistake_is_a_program_that_differs(bench: Any) -> None:
    cases = bench.cases()
    assert len({(case.slug, case.words) for case in cases}) == len({case.bad for case in cases}) == len(cases)
    for case in cases:
        compile(case.bad, case.slug, "exec")
        assert case.bad != case.good


def test_the_script_without_the_mistake_has_none(bench: Any) -> None:
    assert not [finding.rule for good in {case.good for case in bench.cases()} for finding in check_text(good)]


def test_a_change_that_does_not_fit_is_refused(bench: Any) -> None:
    with pytest.raises(ValueError, match="found 0 times"):
        bench._changed(["a", "b"], bench._Entry([], [[("-", "c")]]))


def test_figures_need_all_seeds(bench: Any) -> None:
    case = bench.Case("eval-mode-missing", "", "good", "bad")
    known = {
        bench.key_of(script, seed): {**RUN, "accuracy": 0.5 + seed / 10}
        for script in ("good", "bad")
        for seed in (0, 1)
    }
    assert bench.table([case], known, 3) == {}
    ((row,),) = bench.table([case], known, 2).values()
    assert row["bad"]["accuracy"] == [0.55, 0.5, 0.6]
    assert row["good"]["megabytes"] is None
    assert row["n"] == 2


def test_runs_are_kept_and_not_made_again(bench: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[tuple[str, int]] = []

    def measure(script: str, seed: int) -> dict[str, Any]:
        made.append((script, seed))
        is_busy = script == "bad" and seed == 1 and len(made) < 5
        return {} if is_busy else dict(RUN)

    monkeypatch.setattr(bench, "measure", measure)
    cases, file = [bench.Case("eval-mode-missing", "", "good", "bad")], tmp_path / "runs.jsonl"
    bench.measure_all(cases, {}, 2, 2, file)
    file.write_text(file.read_text() + '{"key": "cut o')
    made_first, known = sorted(made), bench.read_runs(file)
    bench.measure_all(cases, known, 2, 1, file)
    assert made_first == [("bad", 0), ("bad", 1), ("good", 0), ("good", 1)]
    assert made[4:] == [("bad", 1)]
    assert len(bench.read_runs(file)) == 4


def test_figures_reach_the_page(bench: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "harm.json"
    figures = {name: [0.5, 0.25, 0.75] for name in packaged.FIGURES}
    row = {"words": "", "n": 3, "good": figures, "bad": {**figures, "accuracy": None}}
    file.write_text(json.dumps({"command": "", "data": "", "rules": {"zero-grad-missing": [row]}}))
    bench.write(file, {"eval-mode-missing": [row]})
    monkeypatch.setattr(packaged, "PACKAGED", file)
    measured = packaged.harm_of("eval-mode-missing")
    assert measured is not None
    text = "\n".join(packaged.lines(measured))
    assert "50.0 % (25.0 to 75.0)" in text
    assert "unknown" in text
    assert measured.command == bench.COMMAND
    assert packaged.harm_of("zero-grad-missing") is not None
    assert packaged.harm_of("unsafe-load") is None


def test_a_run_is_measured(bench: Any) -> None:
    script = """
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
labels = torch.arange(40) % 2
data = TensorDataset(labels[:, None] + 0.1 * torch.rand(40, 6), labels)
model = nn.Linear(6, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
for epoch in range(5):
    for x, y in DataLoader(data, batch_size=8, shuffle=True):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()
with torch.no_grad():
    for x, y in DataLoader(data, batch_size=40):
        print(f"test accuracy {(model(x).argmax(dim=1) == y).float().mean().item()}")
"""
    run = bench.measure(script, 0)
    assert run["accuracy"] == pytest.approx(run["printed"])
    assert 0 < run["loss"] < 1
    assert run["seconds"] > 0
