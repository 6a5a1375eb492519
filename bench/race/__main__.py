"""Run the race, and make its table, its picture and its JSON; see the package's own words."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from . import __doc__ as words
from . import book, table
from .environments import python_for
from .field import CONTESTANTS, CONVLENS, HERE, PLAIN, ROOT, Contestant
from .running import LIMIT, Run, run
from .standings import LEVELS, Standing, standing

FOLDER = ROOT / "build" / "race"
BOOK = FOLDER / "runs.jsonl"
THREADS = 2
SEEDS = 3
_THREADS_ARE_SAID_BY = (
    "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS",
)  # fmt: skip
_INTRODUCTION = """\
Seconds to a test accuracy on Fashion-MNIST, two processors, everything counted from the start of the process; median
(lowest to highest) over the seeds. How it is measured, who takes part, and a picture: [docs/race.md](docs/race.md)."""
# In a process of its own: a process begins with the memory of the one that starts it, so this one has to stay small.
_PREPARE = """
import json, torch
from convlens.images import fashion_mnist
from convlens.training import machine
fashion_mnist.load()
print(json.dumps([str(fashion_mnist.cache_folder()), machine.describe(torch.device("cpu"))["processor"]]))
"""


def main() -> None:
    """Run what is not run yet, then make the files from all runs."""
    parser = argparse.ArgumentParser(description=words, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", metavar="NAME", help="these contestants only, such as skorch")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--trial", action="store_true", help="a few pictures, one epoch; nothing is kept")
    asked = parser.parse_args()
    unknown = set(asked.only or ()) - {contestant.name for contestant in CONTESTANTS}
    if unknown:
        parser.error(f"no such contestant: {', '.join(sorted(unknown))}")
    chosen = [contestant for contestant in CONTESTANTS if asked.only is None or contestant.name in asked.only]
    if hasattr(os, "sched_setaffinity"):  # some libraries count processors and ask for no variable
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])
    (FOLDER / "logs").mkdir(parents=True, exist_ok=True)
    prepared = subprocess.run([sys.executable, "-c", _PREPARE], stdout=subprocess.PIPE, check=True)
    data, processor = json.loads(prepared.stdout)
    for seed in range(1 if asked.trial else asked.seeds):
        for contestant in chosen:
            known = {(entry.budget, entry.seed) for entry in book.current(book.read(BOOK), contestant)}
            for budget in contestant.budgets:
                if asked.trial or (budget, seed) not in known:
                    done = start(contestant, budget, seed, data, asked.trial)
                    print(f"{contestant.name} {budget}, seed {seed}: {_told(done)}", flush=True)
                    if not asked.trial:
                        book.write(BOOK, contestant, budget, seed, processor, done)
    if not asked.trial:
        make()


def make() -> None:
    """Make the table, the picture and the JSON from the runs of the contestants as they are now."""
    from . import picture  # not before the runs: see _PREPARE

    entries = book.read(BOOK)
    standings = [standing(contestant, book.current(entries, contestant)) for contestant in CONTESTANTS]
    standings = [one for one in standings if one.entries]
    made = table.main_table(standings)
    own, plain = (next((s for s in standings if s.contestant is who), None) for who in (CONVLENS, PLAIN))
    table.put_into(ROOT / "README.md", f"{_INTRODUCTION}\n\n{made}")
    if own is not None:
        made += "\n\n" + table.budgets_table(own) + ("\n\n" + table.against_plain(own, plain) if plain else "")
    table.put_into(ROOT / "docs" / "race.md", "![Test accuracy over time](race.svg)\n\n" + made)
    (ROOT / "docs" / "race.svg").write_text(picture.draw(standings), encoding="utf-8")
    (HERE / "results.json").write_text(json.dumps(_document(standings), indent=1) + "\n", encoding="utf-8")
    print(made)


def start(contestant: Contestant, budget: str, seed: int, data: str, trial: bool) -> Run:
    """Install a contestant if need be, and run it once."""
    variables = {
        **dict.fromkeys(_THREADS_ARE_SAID_BY, str(THREADS)),
        **contestant.variables,
        "RACE_DATA": data,
        "RACE_SEED": str(seed),
        **({"RACE_TRIAL": "1"} if trial else {}),
    }
    log = FOLDER / "logs" / f"{contestant.name} {budget} {seed}.txt".replace(" ", "-")
    try:
        python = python_for(contestant, FOLDER)
    except subprocess.CalledProcessError:
        return Run([], 0.0, "its packages could not be installed")
    with tempfile.TemporaryDirectory() as folder:
        return run([str(python), str(contestant.file), budget], variables, Path(folder), log)


def _told(done: Run) -> str:
    reached = f"{100 * done.points[-1][1]:.2f} % after {done.points[-1][0]:.1f} s" if done.points else "no score"
    return f"{reached}, {done.megabytes:.0f} MB" + (f"; failed: {done.failure}" if done.failure else "")


def _document(standings: list[Standing]) -> dict[str, Any]:
    return {
        "command": "python -m bench.race",
        "threads": THREADS,
        "processors": sorted({entry.processor for one in standings for entry in one.entries}),
        "minutes_at_most": LIMIT / 60,
        "contestants": [
            {
                "name": one.contestant.name,
                "after": one.contestant.after,
                "requirements": one.contestant.requirements,
                "seconds_to": {f"{100 * level:.0f} %": one.seconds_to[level] for level in LEVELS},
                "runs": [
                    {
                        "budget": e.budget,
                        "seed": e.seed,
                        "points": e.points,
                        "megabytes": e.megabytes,
                        "failure": e.failure,
                    }
                    for e in one.entries
                ],
            }
            for one in standings
        ],
    }


if __name__ == "__main__":
    main()
