"""Runs a script once for all tests of a file that look at what was seen."""

from collections.abc import Callable
from pathlib import Path

import pytest

from convlens.checking.probe import Observation, Seen, judge, observe

Observe = Callable[..., Observation]


@pytest.fixture(scope="session")
def watch(tmp_path_factory: pytest.TempPathFactory) -> Observe:
    """Observe a script given as text; the same text is run once."""
    known: dict[str, Observation] = {}

    def run(text: str, timeout: int = 60, **neighbours: str) -> Observation:
        if text not in known:
            folder: Path = tmp_path_factory.mktemp("script")
            (folder / "script.py").write_text(text)
            for name, content in neighbours.items():
                (folder / f"{name}.py").write_text(content)
            known[text] = observe(folder / "script.py", timeout=timeout, trust=True)
        return known[text]

    return run


def confirmed(observation: Observation) -> dict[str, Seen]:
    """The mistakes that were seen, by rule."""
    return {seen.rule: seen for seen in judge(observation) if seen.verdict == "confirmed"}


def refuted(observation: Observation) -> set[str]:
    """The rules that a run spoke against."""
    return {seen.rule for seen in judge(observation) if seen.verdict == "refuted"}
