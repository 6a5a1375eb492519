"""Traces a person's file in a process of its own, with a limit of time and memory."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from convlens.byhand.facts import Trace
from convlens.errors import NetworkError

SECONDS = 60
"""Of the processor's time; a busy machine may take longer by the clock."""
_PATIENCE = 5 * SECONDS
BYTES = 4 * 2**30
"""Memory beyond what PyTorch itself takes."""


def trace_apart(file: Path, name: str, picture: tuple[int, ...], arguments: dict[str, Any] | None = None) -> Trace:
    """Trace the network `name` of a file without running it here.

    Args:
        file: a Python file; of it only the definitions that the network needs are run.
        name: a class, a function or a variable in it.
        picture: the input's shape without the batch.
        arguments: for the constructor, as far as it knows them by name; None finds them in the file.

    Raises:
        NetworkError: it cannot be traced: the file cannot be run, or takes too long or too much memory.
    """
    request = {
        "file": str(file),
        "name": name,
        "picture": list(picture),
        "arguments": arguments,
        "seconds": SECONDS,
        "bytes": BYTES,
    }
    # -P: a file called random.py beside the person's script must not replace Python's own while PyTorch loads.
    command = [sys.executable, "-P", "-m", "convlens.byhand.child"]
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            command, input=json.dumps(request).encode(), stdout=subprocess.PIPE, timeout=_PATIENCE, check=False
        )
        answer = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        raise NetworkError(
            f"{file} did not come to an end while its network was traced, or took too much memory: {SECONDS} s and "
            f"{BYTES // 2**30} GiB are allowed."
        ) from None
    if "error" in answer:
        raise NetworkError(answer["error"])
    found = Trace.from_json(json.dumps(answer["trace"]).encode())
    return replace(found, notes=(*answer["notes"], *found.notes))
