"""Snapshots: a dozen moments of a run, small, the same bytes for the same weights."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
import safetensors.torch
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from convlens.config import RunConfig
from convlens.errors import RunError
from convlens.runs import RunFolder
from convlens.training import snapshots
from convlens.training.loop import validation_steps
from convlens.training.observer import Observer
from tests.training.conftest import MakeTrainer, SmallNet

Configure = Callable[..., RunConfig]


@given(st.integers(1, 100_000), st.integers(1, 2000))
def test_they_begin_before_the_first_step_and_end_with_the_last_validation(steps: int, per_epoch: int) -> None:
    validations = validation_steps(steps, per_epoch)
    kept = snapshots.snapshot_steps(validations)
    assert kept - {0} <= validations
    assert {0, steps} <= kept
    assert len(kept) == min(snapshots.MOST, len(validations) + 1)


@given(st.integers(11, 100))
def test_they_are_spread_evenly(validations: int) -> None:
    kept = sorted(snapshots.snapshot_steps(range(1, validations + 1)))
    gaps = [later - earlier for earlier, later in pairwise(kept)]
    assert max(gaps) - min(gaps) <= 1


@pytest.mark.parametrize("average", [0.0, 0.9])
def test_they_hold_the_weights_that_are_scored(
    make_trainer: MakeTrainer, configure: Configure, tmp_path: Path, average: float
) -> None:
    trainer = make_trainer(configure(average=average))
    trainer.train(12, RunFolder(tmp_path), Observer(), lambda: False)
    folder = RunFolder(tmp_path)
    assert folder.snapshot_steps() == [0, *sorted(validation_steps(12, 5))]
    last = folder.read_snapshot(12)
    scored = {name: value for name, value in trainer.state.scored.state_dict().items() if value.is_floating_point()}
    assert last.keys() == scored.keys()
    assert {value.dtype for value in last.values()} == {torch.float16}
    for name, value in scored.items():
        torch.testing.assert_close(last[name].float(), value, rtol=1e-3, atol=1e-6)
    first = folder.read_snapshot(0)
    assert not torch.equal(first["conv1.weight"], last["conv1.weight"])


def test_a_number_beyond_float16_stays_finite(tmp_path: Path) -> None:
    network = SmallNet()
    network.norm.running_var = torch.full((6,), 1e6)
    snapshots.save(tmp_path / "snapshots" / "0.safetensors", network)
    assert safetensors.torch.load_file(tmp_path / "snapshots" / "0.safetensors")["norm.running_var"].isfinite().all()


def test_of_a_large_network_none_is_kept(
    make_trainer: MakeTrainer, configure: Configure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert snapshots.are_kept(nn.Linear(1999, 1000))
    assert not snapshots.are_kept(nn.Linear(2000, 1000))
    monkeypatch.setattr(snapshots, "LARGEST", 10)
    make_trainer(configure()).train(12, RunFolder(tmp_path), Observer(), lambda: False)
    assert RunFolder(tmp_path).snapshot_steps() == []
    assert not RunFolder(tmp_path).snapshots.exists()


@pytest.mark.parametrize("content", [None, b"", b"garbage, and more of it"], ids=["absent", "empty", "garbage"])
def test_one_that_cannot_be_read_is_told(tmp_path: Path, content: bytes | None) -> None:
    folder = RunFolder(tmp_path)
    folder.snapshots.mkdir()
    if content is not None:
        folder.snapshot_path(7).write_bytes(content)
    with pytest.raises(RunError, match=r"00000007\.safetensors cannot be read as a snapshot"):
        folder.read_snapshot(7)
