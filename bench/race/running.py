"""One run: a process, the clock around it, and what it reports."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

LIMIT = 1200.0
"""Seconds by the clock after which a run is stopped."""
_MEGABYTE = 2**20 if sys.platform == "darwin" else 2**10  # the system counts memory in bytes or in kilobytes


@dataclass(frozen=True)
class Run:
    """What was seen of one run.

    Attributes:
        points: (seconds from the start of the process to the end of a scoring, accuracy 0 to 1). The time of earlier
            scorings is taken off: a run of its own that ended there would not have had them.
        megabytes: the most memory that the process held.
        failure: its last words, where it did not come to its end.
    """

    points: list[tuple[float, float]]
    megabytes: float
    failure: str | None


def run(command: list[str], variables: Mapping[str, str], folder: Path, log: Path, limit: float = LIMIT) -> Run:
    """Run a contestant in `folder`; `log` keeps what it writes to standard error."""
    begun = time.perf_counter()
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **variables},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,  # so that it is stopped with all that it started
        )
        stop = threading.Timer(limit, os.killpg, (process.pid, signal.SIGKILL))
        stop.start()
        try:
            assert process.stdout is not None
            with process.stdout:
                points = _points(process.stdout, begun)
            _, status, used = os.wait4(process.pid, 0)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        finally:
            in_time = stop.is_alive()
            stop.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
    failure = None
    if not in_time:
        failure = f"stopped after {limit / 60:g} minutes"
    elif process.returncode != 0 or not points:
        failure = _last_words(log) or f"ended with {process.returncode}"
    return Run(points, used.ru_maxrss / _MEGABYTE, failure)


def _points(lines: IO[str], begun: float) -> list[tuple[float, float]]:
    points, scoring = [], 0.0
    for line in lines:
        seconds = time.perf_counter() - begun
        if line.startswith('{"accuracy"'):
            score = json.loads(line)
            points.append((seconds - scoring, score["accuracy"]))
            scoring += score["scoring"]
    return points


def _last_words(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else ""
