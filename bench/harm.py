"""What each silent mistake costs on Fashion-MNIST: the same script with it and without, three seeds.

    python bench/harm.py                            # all; what was measured before is not measured again
    python bench/harm.py --only eval-mode-missing zero-grad-missing --seeds 1

The script is bench/harm/plain.py, the mistakes are in bench/harm/changes.txt. A script is run apart and never cut
short; beside what it prints, its network is asked again over the 10,000 test pictures, in evaluation mode and prepared
like the training pictures. Every run is a line of --runs as soon as it is done, so that an interrupted bench goes on
where it was. At the end the figures of the cases that have all seeds go to the package, for the pages of the rules.
"""

import argparse
import hashlib
import json
import re
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convlens.checking.harm import FIGURES, PACKAGED
from convlens.checking.printed import last_accuracy
from convlens.checking.probe.apart import Training, observe
from convlens.checking.rules import all_rules

HERE = Path(__file__).parent / "harm"
SECONDS = 300  # of the processor, after which a run is given up; by the clock twice as long
COMMAND = "python bench/harm.py"
DATA = "Fashion-MNIST, 10,000 training pictures, 2 epochs"
NOT_SILENT = {
    "batch-flattened", "batch-mixed-by-view", "batch-size-hard-coded", "channel-mismatch", "flatten-size-mismatch",
    "parameters-frozen", "pooled-to-nothing", "scheduler-missing-metric", "super-init-missing", "transform-order",
}  # fmt: skip
"""Rules whose mistake stops this script."""
NOT_MEASURABLE = {
    "forward-called-directly": "nothing hangs on the network's hooks here",
    "shape-comment-wrong": "a comment does nothing",
    "test-set-selects-model": "the optimism of a choice among three epochs is far below the spread of three seeds",
    "unsafe-load": "the harm is to safety",
}
_HEADER = re.compile(r"== (?P<setup>setup: )?(?P<name>[^()]+?)(?: \((?P<words>.+)\))?")


@dataclass(frozen=True)
class Case:
    """One mistake: the script without it and with it; `words` set apart the cases of one rule."""

    slug: str
    words: str
    good: str
    bad: str


@dataclass(frozen=True)
class _Entry:
    """One entry of changes.txt: setups that come first, and hunks of (operation, line)."""

    setups: list[str]
    hunks: list[list[tuple[str, str]]]


def cases() -> list[Case]:
    """Every case; changes that do not fit the script raise ValueError."""
    script = (HERE / "plain.py").read_text(encoding="utf-8").splitlines()
    entries = dict(_entries((HERE / "changes.txt").read_text(encoding="utf-8")))
    found = []
    for (slug, words), entry in entries.items():
        if words is None:
            continue
        good = script
        for name in entry.setups:
            good = _changed(good, entries[name, None])
        found.append(Case(slug, words, "\n".join(good) + "\n", "\n".join(_changed(good, entry)) + "\n"))
    return found


def _entries(text: str) -> Iterator[tuple[tuple[str, str | None], _Entry]]:
    """Entries by name and words; the words of a setup are None. What comes before the first rule tells the format."""
    for block in re.split(r"^(?=== )", text, flags=re.MULTILINE)[2:]:
        header, *body = block.splitlines()
        match = _HEADER.fullmatch(header)
        if match is None:
            raise ValueError(f"not a header: {header}")
        setups = [name for line in body if line.startswith("| with: ") for name in line[8:].split(", ")]
        hunks: list[list[tuple[str, str]]] = [[]]
        for line in body:
            if line == "...":
                hunks.append([])
            elif line and not line.startswith("|"):
                hunks[-1].append((line[0], line[2:]))
        yield (match["name"], None if match["setup"] else match["words"] or ""), _Entry(setups, hunks)


def _changed(lines: list[str], entry: _Entry) -> list[str]:
    for hunk in entry.hunks:
        old = [text for operation, text in hunk if operation != "+"]
        new = [text for operation, text in hunk if operation != "-"]
        starts = [at for at in range(len(lines)) if lines[at : at + len(old)] == old]
        if len(starts) != 1:
            raise ValueError(f"found {len(starts)} times:\n" + "\n".join(old))
        lines = [*lines[: starts[0]], *new, *lines[starts[0] + len(old) :]]
    return lines


def measure(script: str, seed: int) -> dict[str, Any]:
    """Run a script once; a figure that is not known is None. Nothing, where this machine was too busy to finish it."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "script.py"
        file.write_text(script, encoding="utf-8")
        seen = observe(file, timeout=SECONDS, trust=True, training=Training(seed=seed))
    trained, printed = seen.trained, last_accuracy(seen.output)
    if trained is None or not seen.finished:
        return {"failed": seen.crash.message} if seen.crash is not None and seen.crash.kind == "error" else {}
    last = trained.losses[-max(len(trained.losses) // 10, 1) :]
    return {
        "accuracy": trained.correct / trained.counted if trained.counted else None,
        "printed": printed.share if printed is not None else None,
        "loss": sum(last) / len(last) if last else None,
        "seconds": trained.seconds,
        "megabytes": trained.memory / 2**20,
    }


def key_of(script: str, seed: int) -> str:
    """What a run is known by: its script and its seed."""
    return hashlib.sha256(f"{seed}\n{script}".encode()).hexdigest()[:20]


def table(chosen: list[Case], known: dict[str, dict[str, Any]], seeds: int) -> dict[str, list[dict[str, Any]]]:
    """By rule the figures of the cases that have all seeds: mean, lowest, highest."""
    rules: dict[str, list[dict[str, Any]]] = {}
    for case in chosen:
        runs = {
            name: [known.get(key_of(script, seed)) for seed in range(seeds)]
            for name, script in (("good", case.good), ("bad", case.bad))
        }
        done = {name: [run for run in of if run is not None and "failed" not in run] for name, of in runs.items()}
        if all(len(of) == seeds for of in done.values()):
            figures = {name: {figure: _figure(of, figure) for figure in FIGURES} for name, of in done.items()}
            rules.setdefault(case.slug, []).append({"words": case.words, "n": seeds, **figures})
    return rules


def _figure(runs: list[dict[str, Any]], name: str) -> list[float] | None:
    values = [run[name] for run in runs if run[name] is not None]
    if len(values) < len(runs):
        return None
    return [round(value, 5) for value in (sum(values) / len(values), min(values), max(values))]


def main() -> None:
    """Measure what is not measured yet, print a row for each case, write the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", metavar="SLUG", help="these rules only")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2, help="runs side by side")
    parser.add_argument("--runs", type=Path, default=Path("build/harm.jsonl"), help="where every run is kept")
    parser.add_argument("--out", type=Path, default=PACKAGED, help="where the figures go")
    asked = parser.parse_args()
    unknown = set(asked.only or ()) - set(all_rules())
    if unknown:
        parser.error(f"no such rule: {', '.join(sorted(unknown))}")
    chosen = [case for case in cases() if asked.only is None or case.slug in asked.only]
    asked.runs.parent.mkdir(exist_ok=True)
    known = read_runs(asked.runs)
    measure_all(chosen, known, asked.seeds, asked.jobs, asked.runs)
    report(chosen, known, asked.seeds)
    write(asked.out, table(chosen, known, asked.seeds))


def write(file: Path, rules: dict[str, list[dict[str, Any]]]) -> None:
    """Put the figures into a file, beside those of other rules that it holds."""
    before = json.loads(file.read_text(encoding="utf-8"))["rules"] if file.exists() else {}
    document = {"command": COMMAND, "data": DATA, "rules": dict(sorted({**before, **rules}.items()))}
    file.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    print(f"\nwrote {file}")


def read_runs(file: Path) -> dict[str, dict[str, Any]]:
    """The runs so far, by key; a last line that was cut off does not count."""
    known = {}
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else ():
        try:
            run = json.loads(line)
        except ValueError:
            continue
        known[run.pop("key")] = run
    return known


def measure_all(chosen: list[Case], known: dict[str, dict[str, Any]], seeds: int, jobs: int, file: Path) -> None:
    """Measure what is not known, one seed after the other, and tell how it goes on."""
    missing = {
        key_of(script, seed): (script, seed, name)
        for seed in range(seeds)
        for case in chosen
        for script, name in ((case.good, f"{case.slug}, without"), (case.bad, f"{case.slug} {case.words}".strip()))
    }
    missing = {key: rest for key, rest in missing.items() if key not in known}
    if not missing:
        return
    print(f"{len(missing)} runs to do, {len(known)} done before", flush=True)
    began = time.monotonic()
    if file.exists() and not file.read_bytes().endswith(b"\n"):  # its last line was cut off
        file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    with ThreadPoolExecutor(jobs) as pool, file.open("a", encoding="utf-8") as kept:
        running = {pool.submit(measure, script, seed): key for key, (script, seed, _) in missing.items()}
        for done, future in enumerate(as_completed(running), 1):
            key = running[future]
            run = future.result()
            if run:
                known[key] = run
                kept.write(json.dumps({"key": key, **run}) + "\n")
                kept.flush()
            left = (time.monotonic() - began) / done * (len(missing) - done)
            _, seed, name = missing[key]
            ahead = f"{done}/{len(missing)}, {left / 60:.0f} min left"
            print(f"{ahead}: {name}, seed {seed}: {_told(run)}", flush=True)


def _told(run: dict[str, Any]) -> str:
    if not run:
        return "no answer in time; it will be measured again"
    if "failed" in run:
        return f"stopped: {run['failed']}"
    return ", ".join(f"{name} {value:.3f}" for name, value in run.items() if value is not None)


def report(chosen: list[Case], known: dict[str, dict[str, Any]], seeds: int) -> None:
    """Print one row for each case: means over the seeds."""
    print("\n| rule | true accuracy without -> with | printed with | seconds | megabytes |\n|---|---|---|---|---|")
    for slug, rows in table(chosen, known, seeds).items():
        for row in rows:
            good, bad = row["good"], row["bad"]
            shown = ("accuracy", "seconds", "megabytes")
            cells = [f"{_mean(good, figure)} -> {_mean(bad, figure)}" for figure in shown]
            name = f"{slug} ({row['words']})" if row["words"] else slug
            print(f"| {name} | {cells[0]} | {_mean(bad, 'printed')} | {cells[1]} | {cells[2]} |")


def _mean(figures: dict[str, list[float] | None], name: str) -> str:
    figure = figures[name]
    return "?" if figure is None else f"{figure[0]:.3f}"


if __name__ == "__main__":
    main()
