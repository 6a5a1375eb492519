"""Test accuracy over seeds, and how well the budget of minutes is kept: the README's table.

    python bench/accuracy.py                       # both networks, three seeds each: about ten minutes; run it alone
    python bench/accuracy.py --minutes 0.5 5 --seeds 1

Every run is a process of its own, started as a person starts it; its time is taken from outside, from the start of the
process to its end.
"""

import argparse
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Trial:
    """One finished run."""

    accuracy: float
    """On the test set, in per cent."""
    seconds: float
    """From the start of the process to its end."""


def train(options: list[str], seed: int, out: Path) -> Trial:
    """Train once with the command line and read its last line."""
    command = [sys.executable, "-m", "convlens", "train", *options, "--seed", str(seed), "--out", str(out)]
    begun = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - begun
    found = re.search(r"^test accuracy (\d+\.\d+) %", done.stdout, re.MULTILINE)
    if found is None:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return Trial(float(found[1]), seconds)


def main() -> None:
    """Train with every set of options and seed in turns, and print one row for each set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, nargs="*", default=[1.0], help="budgets of the default network")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--lecture", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    asked = parser.parse_args()
    contestants = {f"swift, {minutes:g} min": ["--minutes", str(minutes)] for minutes in asked.minutes}
    if asked.lecture:
        contestants["lecture, 5 epochs"] = ["--network", "lecture", "--epochs", "5"]
    trials: dict[str, list[Trial]] = {name: [] for name in contestants}
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(asked.seeds):
            for number, (name, options) in enumerate(contestants.items()):
                trial = train(options, seed, Path(folder) / f"{seed}-{number}")
                trials[name].append(trial)
                print(f"{name}, seed {seed}: {trial.accuracy:.2f} % after {trial.seconds:.1f} s", flush=True)
    print("\n| run | test accuracy, mean (lowest to highest) | seconds in all |\n|---|---|---|")
    for name, of_name in trials.items():
        print(f"| {name} | {_row(of_name)} |")
    if asked.json:
        asked.json.write_text(json.dumps({name: [vars(t) for t in of_name] for name, of_name in trials.items()}))


def _row(trials: list[Trial]) -> str:
    accuracies, seconds = [t.accuracy for t in trials], [t.seconds for t in trials]
    return (
        f"{statistics.mean(accuracies):.2f} % ({min(accuracies):.2f} to {max(accuracies):.2f}, n = {len(trials)}) | "
        f"{statistics.mean(seconds):.1f} ({min(seconds):.1f} to {max(seconds):.1f})"
    )


if __name__ == "__main__":
    main()
