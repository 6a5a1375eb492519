"""The corpus with `check --run`, beside what the source alone says."""

import json
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from corpus.building import Case
from corpus.scoring import Found, Outcome

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]


@dataclass(frozen=True)
class Ran:
    """A case that was run.

    Attributes:
        seconds: by the clock, PyTorch's start included; processor: of the processor.
        trouble: why the run could not answer; empty otherwise.
    """

    outcome: Outcome
    seconds: float
    processor: float
    trouble: str


def run(case: Case, folder: Path) -> Ran:
    """What the command says with --run; in a program of several files only the one that trains is run."""
    starts = [folder / file for file in case.scripts if file == "train.py"] or [folder / f for f in case.scripts]
    command = [sys.executable, "-m", "convlens", "check", "--run", "--trust", "--format", "json", *map(str, starts)]
    began, before = time.monotonic(), _processor()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds, processor = time.monotonic() - began, _processor() - before
    if not done.stdout:
        raise SystemExit(f"{folder.name}: {done.stderr}")
    findings = json.loads(done.stdout)["findings"]
    found = {Found(f["rule"], Path(f["file"]).name, f["line"], f["severity"]) for f in findings}
    trouble = done.stderr.strip().replace(f"{folder}/", "") if done.returncode not in {0, 1} else ""
    return Ran(Outcome(case, found), seconds, processor, trouble)


def _processor() -> float:
    """Seconds of the processor that processes took which this one started and which have ended."""
    if resource is None:
        return 0.0
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def print_comparison(alone: list[Outcome], ran: list[Ran], verbose: bool) -> None:
    """What the run adds and takes away, and how long it takes."""
    pairs = list(zip(alone, ran, strict=True))
    print(f"\n{'mistakes':36}planted   source   + run")
    for kind in ("shows in the source", "shows when run"):
        planted = [
            (one.finds(expected), two.outcome.finds(expected))
            for one, two in pairs
            for expected in one.case.expected
            if expected.only_when_run == (kind == "shows when run")
        ]
        if planted:
            before, after = (sum(found) / len(planted) for found in zip(*planted, strict=True))
            print(f"{kind:36}{len(planted):7}{before:9.1%}{after:8.1%}")
    _print_alarms(pairs, verbose)
    troubles = [one for one in ran if one.trouble]
    print(f"{'runs that could not answer':36}{len(troubles):7} of {len(ran)}")
    for one in troubles if verbose else []:
        print(f"  {one.outcome.case.name}: {one.trouble}")
    _print_times(ran)


def _print_alarms(pairs: list[tuple[Outcome, Ran]], verbose: bool) -> None:
    """Errors and warnings that nothing calls for, and mistakes that the run took for none."""
    refuted, added, lost = [], [], []
    for one, two in pairs:
        before, after, name = one.alarms(), two.outcome.alarms(), one.case.name
        refuted += [f"{name}: {slug}" for slug, _ in sorted(before - after)]
        added += [f"{name}: {slug}" for slug, _ in sorted(after - before)]
        lost += [f"{name}: {e.slug}" for e in one.case.expected if one.finds(e) and not two.outcome.finds(e)]
    total = sum(len(one.alarms()) for one, _ in pairs)
    print(f"\n{'false alarms of the source':36}{total:7}")
    for what, lines in (("of them refuted", refuted), ("false alarms of the run", added), ("mistakes refuted", lost)):
        print(f"{what:36}{len(lines):7}")
        for line in lines if verbose else []:
            print(f"  {line}")


def _print_times(ran: list[Ran]) -> None:
    print(f"\n{'seconds a file':36} median  slowest")
    for what, seconds in (("by the clock", [r.seconds for r in ran]), ("of the processor", [r.processor for r in ran])):
        print(f"{what:36}{statistics.median(seconds):7.1f}{max(seconds):9.1f}")
