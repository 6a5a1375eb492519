"""The corpus that scores the check: every list fits its script, every slug is planted more than once."""

import importlib
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

BENCH = Path(__file__).parents[2] / "bench"


@pytest.fixture(scope="module")
def built() -> Iterator[list[Any]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCH))
        yield list(importlib.import_module("corpus.building").cases())


def test_it_is_large_enough(built: list[Any]) -> None:
    kinds = Counter(case.kind for case in built)
    assert kinds["clean"] >= 12
    assert kinds["single"] >= 150
    assert kinds["several"] >= 25
    assert kinds["look-alike"] >= 40


def test_enough_of_it_shows_only_when_run(built: list[Any]) -> None:
    undecided = [case for case in built if case.when_run]
    planted = [case for case in undecided if case.kind == "single"]
    assert len(planted) >= 38
    assert len({case.name.partition("--")[0] for case in planted}) >= 15
    assert len({case.expected[0].slug for case in planted}) >= 25
    assert sum(case.kind == "look-alike" for case in undecided) >= 20


def test_a_change_may_bring_a_file_of_its_own(built: list[Any]) -> None:
    (case,) = (c for c in built if c.name == "neighbours--flatten-size-mismatch.2")
    assert case.scripts == ["data.py", "model.py", "train.py"]
    assert json.loads(case.files["widths.json"])["flat"] == 9408
    assert [expected.file for expected in case.expected] == ["model.py"]


def test_every_rule_is_broken_in_two_scripts_or_more(built: list[Any]) -> None:
    scripts: dict[str, set[str]] = {}
    for case in built:
        if case.kind == "single":
            scripts.setdefault(case.expected[0].slug, set()).add(case.name.partition("--")[0])
    assert len(scripts) == 67
    assert not [slug for slug, where in scripts.items() if len(where) < 2]


def test_names_are_unique_and_every_change_changes_something(built: list[Any]) -> None:
    assert len({case.name for case in built}) == len(built)
    clean = {case.name.partition("--")[0]: case.files for case in built if case.kind == "clean"}
    assert not [c.name for c in built if c.kind != "clean" and c.files == clean[c.name.partition("--")[0]]]


def test_lines_of_a_notebook_are_those_of_its_file(built: list[Any]) -> None:
    (case,) = (c for c in built if c.name == "garments_notebook--activation-on-logits")
    ((file, text),) = case.files.items()
    assert file.endswith(".ipynb")
    assert json.loads(text)["nbformat"] == 4
    (line,) = case.expected[0].lines
    assert text.splitlines()[line - 1].strip() == '"        x = F.relu(self.fc2(x))\\n",'
