"""What a mistake costs, as it was measured on Fashion-MNIST by `bench/harm.py`."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

PACKAGED = Path(__file__).with_name("harm.json")
FIGURES = {
    "accuracy": "test accuracy, counted anew",
    "printed": "accuracy that the script printed",
    "loss": "training loss at the end",
    "seconds": "seconds of the processor",
    "megabytes": "megabytes of memory",
}
"""What is measured, and how it is called."""


@dataclass(frozen=True)
class Figure:
    """A figure over the seeds."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Case:
    """A script with a mistake (`bad`) and without (`good`): figures by name, None where one is not known.

    Attributes:
        words: what sets the case apart from others of the same rule; may be empty.
        n: the number of seeds.
    """

    words: str
    n: int
    good: dict[str, Figure | None]
    bad: dict[str, Figure | None]


@dataclass(frozen=True)
class Harm:
    """What is measured of one rule.

    Attributes:
        data: what the script trains with, in words; command: what measures it again.
    """

    data: str
    command: str
    cases: tuple[Case, ...]


def harm_of(slug: str) -> Harm | None:
    """What was measured of a rule; None where nothing was."""
    document = _document(PACKAGED)
    rows = document.get("rules", {}).get(slug)
    return Harm(document["data"], document["command"], tuple(_case(row) for row in rows)) if rows else None


def lines(harm: Harm) -> Iterator[str]:
    """The table for a page, as plain text."""
    yield f"Measured with {harm.data}; mean of the seeds (lowest to highest):"
    for case in harm.cases:
        yield ""
        yield f"{case.words}, n = {case.n}" if case.words else f"n = {case.n}"
        yield f"{'':<34}{'with it':>26}{'without':>26}"
        for name, words in FIGURES.items():
            bad, good = case.bad[name], case.good[name]
            if bad is not None or good is not None:
                yield f"{words:<34}{_told(name, bad):>26}{_told(name, good):>26}"


def _told(name: str, figure: Figure | None) -> str:
    if figure is None:
        return "unknown"
    times, unit = (100, " %") if name in ("accuracy", "printed") else (1, "")
    values = [times * value for value in (figure.mean, figure.low, figure.high)]
    mean, low, high = (_number(value, 2 if name == "loss" else 1) for value in values)
    return f"{mean}{unit} ({low} to {high})"


def _number(value: float, digits: int) -> str:
    return f"{value:.{digits}f}" if abs(value) < 1e4 else f"{value:.1e}"  # a loss may grow beyond all bounds


def _case(row: dict[str, Any]) -> Case:
    good, bad = (
        {name: Figure(*figure) if figure else None for name, figure in row[part].items()} for part in ("good", "bad")
    )
    return Case(row["words"], row["n"], good, bad)


@cache
def _document(file: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return document
