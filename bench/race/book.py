"""The book of runs: a file with a line for every run that came to an end."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from .field import Contestant
from .running import Run


@dataclass(frozen=True)
class Entry:
    """One line: which run it was, and what was seen of it. `points` are pairs of seconds and accuracy."""

    contestant: str
    budget: str
    seed: int
    digest: str
    processor: str
    points: list[tuple[float, float]]
    megabytes: float
    failure: str | None


def read(file: Path) -> list[Entry]:
    """All entries; a last line that was cut off does not count."""
    entries = []
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else ():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        entry["points"] = [(seconds, accuracy) for seconds, accuracy in entry["points"]]
        entries.append(Entry(**entry))
    return entries


def write(file: Path, contestant: Contestant, budget: str, seed: int, processor: str, run: Run) -> None:
    """Add a run."""
    entry = Entry(contestant.name, budget, seed, contestant.digest(), processor, **vars(run))
    cut_off = file.exists() and not file.read_bytes().endswith(b"\n")
    with file.open("a", encoding="utf-8") as book:
        book.write("\n" * cut_off + json.dumps(asdict(entry)) + "\n")


def current(entries: list[Entry], contestant: Contestant) -> list[Entry]:
    """The entries of a contestant as it is now."""
    digest = contestant.digest()
    return [entry for entry in entries if entry.contestant == contestant.name and entry.digest == digest]
