"""Global switches are set for a run and put back afterwards."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import torch

from convlens.errors import ConfigError
from convlens.training import machine


def random_state() -> bytes:
    return bytes(torch.get_rng_state().tolist())


def flushes_denormals() -> bool:
    return (torch.tensor([1e-40]) * 1.0).item() == 0.0


SWITCHES: dict[str, Callable[[], Any]] = {
    "threads": torch.get_num_threads,
    "deterministic": torch.are_deterministic_algorithms_enabled,
    "deterministic, warnings only": torch.is_deterministic_algorithms_warn_only_enabled,
    "filling of new tensors": lambda: torch.utils.deterministic.fill_uninitialized_memory,  # type: ignore[attr-defined]
    "random state": random_state,
}


@contextmanager
def as_before() -> Iterator[None]:
    """Leave the tests' own switches as they were."""
    threads = torch.get_num_threads()
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(False)
        torch.set_num_threads(threads)


@pytest.mark.parametrize("switch", SWITCHES)
@pytest.mark.parametrize("fails", [False, True], ids=["after success", "after an error"])
@pytest.mark.parametrize("deterministic", [(False, False), (True, False), (True, True)], ids=str)
def test_every_switch_is_put_back(switch: str, fails: bool, deterministic: tuple[bool, bool]) -> None:
    with as_before():
        torch.use_deterministic_algorithms(deterministic[0], warn_only=deterministic[1])
        before = SWITCHES[switch]()
        try:
            with machine.prepared(torch.get_num_threads() + 1):
                torch.manual_seed(1)
                torch.rand(5)
                if fails:
                    raise ZeroDivisionError
        except ZeroDivisionError:
            pass
        assert SWITCHES[switch]() == before


def test_denormals_are_kept_again_afterwards() -> None:
    with as_before(), machine.prepared(1):
        assert flushes_denormals()
    assert not flushes_denormals()


def test_inside_the_switches_are_those_of_a_repeatable_run() -> None:
    with as_before(), machine.prepared(2):
        assert torch.get_num_threads() == 2
        assert torch.are_deterministic_algorithms_enabled()
        assert flushes_denormals()
        assert torch.empty(3).shape == (3,)
        assert not torch.utils.deterministic.fill_uninitialized_memory  # type: ignore[attr-defined]


def test_auto_takes_the_processor_where_there_is_nothing_faster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert machine.choose_device("auto") == torch.device("cpu")


@pytest.mark.parametrize(("cuda", "mps", "chosen"), [(True, True, "cuda"), (True, False, "cuda"), (False, True, "mps")])
def test_auto_takes_cuda_then_mps(monkeypatch: pytest.MonkeyPatch, cuda: bool, mps: bool, chosen: str) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert machine.choose_device("auto").type == chosen
    assert machine.choose_device("cpu").type == "cpu"


@pytest.mark.parametrize("wish", ["cuda", "mps"])
def test_a_device_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch, wish: Any) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(ConfigError, match=f"offers PyTorch no {wish} device; use --device auto or cpu"):
        machine.choose_device(wish)


def test_there_is_at_least_one_processor() -> None:
    assert machine.available_threads() >= 1


def test_the_description_has_no_empty_version() -> None:
    facts = machine.describe(torch.device("cpu"))
    assert facts["torch"] == torch.__version__
    assert facts["device"] == "cpu"
    assert all(facts[key] for key in ("python", "numpy", "system", "processors"))
