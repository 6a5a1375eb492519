"""Runs a person's script in a process of its own, watched, and brings back what was seen."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from convlens.checking import source
from convlens.checking.probe.observation import Crash, Observation
from convlens.checking.probe.scratch import make_view
from convlens.errors import ConvlensError

SECONDS = 60
"""Of the processor's time; a busy machine may take longer by the clock."""
_PATIENCE = 3
"""By the clock, so many times the seconds."""
MEMORY = 4 * 2**30
"""Bytes beyond what PyTorch itself takes."""
KEPT_OUTPUT = 64 * 1024
"""Characters of what a script prints; of more the beginning and the end are kept."""
_GRACE = 30
"""Seconds for the start, and for writing about a script whose time is up."""
_HIDDEN = ("TOKEN", "SECRET", "PASSWORD", "CREDENTIAL", "API_KEY")


class IsolationError(ConvlensError):
    """This system cannot keep a script away from something, and nobody said that the script is trusted."""


@dataclass(frozen=True)
class Training:
    """How far a script is let train; None for as far as it wants.

    Attributes:
        pictures: of a loader that holds far more, evenly drawn; epochs: turns of any loop over batches; steps: in all.
        seed: of all random numbers before the script begins.
    """

    pictures: int | None = None
    epochs: int | None = None
    steps: int | None = None
    seed: int = 0


def observe(
    path: Path,
    *,
    timeout: int = SECONDS,
    memory: int = MEMORY,
    trust: bool = False,
    arguments: Sequence[str] = (),
    training: Training | None = None,
    texts: Mapping[Path, str] | None = None,
) -> Observation:
    """Run a script briefly, apart and watched.

    Args:
        path: a Python file or a notebook; its lines are counted as `checking.source` counts them.
        timeout: seconds of the processor's time after which it is ended; what was seen so far is kept.
        memory: bytes that it may take beyond what PyTorch itself takes.
        trust: run it although the system cannot isolate it completely.
        arguments: what it is given on its command line.
        training: let it train instead of cutting it short, and see how well it does.
        texts: what the script and its neighbours say instead of what their files say.

    Raises:
        IsolationError: it cannot be isolated, and `trust` is false.
        UncheckableError: it cannot be read, or is not Python.
    """
    texts = {file.resolve(): text for file, text in (texts or {}).items()}
    script = source.read(path)
    if path.resolve() in texts:
        script = source.parse(texts[path.resolve()], path)
    with tempfile.TemporaryDirectory(prefix="convlens-", ignore_cleanup_errors=True) as folder:
        scratch = Path(folder).resolve()
        make_view(path.resolve().parent, scratch / "view", texts)
        (scratch / "home").mkdir()
        request = {
            "file": str(path.resolve()),
            "text": script.text,
            "view": str(scratch / "view"),
            "answer": str(scratch / "answer.json"),
            "seconds": timeout,
            "patience": _PATIENCE * timeout,
            "bytes": memory,
            "trust": trust,
            "arguments": list(arguments),
            "training": asdict(training) if training is not None else None,
        }
        status = _run(request, scratch, timeout)
        observation = _answered(scratch / "answer.json", path, status)
        observation.output = _output(scratch / "output.txt")
    if observation.crash is not None:
        from convlens.checking.probe.explaining import explain_crash  # the process that runs the script goes without

        explain_crash(observation, script)
    return observation


def _run(request: dict[str, object], scratch: Path, timeout: int) -> int | None:
    """The exit status, or None when it had to be killed."""
    (scratch / "request.json").write_text(json.dumps(request), encoding="utf-8")
    # -P: a file called random.py beside the script must not replace Python's own while PyTorch loads.
    command = [sys.executable, "-P", "-m", "convlens.checking.probe.child"]
    with (scratch / "request.json").open("rb") as asked, (scratch / "output.txt").open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own module
            command, stdin=asked, stdout=output, stderr=output, cwd=scratch, env=_environment(scratch),
            start_new_session=True,
        )  # fmt: skip
        try:
            return process.wait(_PATIENCE * timeout + _GRACE)
        except subprocess.TimeoutExpired:
            return None
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the process with all that it started."""
    with suppress(ProcessLookupError, PermissionError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()


def _environment(scratch: Path) -> dict[str, str]:
    """The caller's environment without what looks like a secret, and without graphics cards and windows."""
    kept = {key: value for key, value in os.environ.items() if not any(word in key.upper() for word in _HIDDEN)}
    kept |= {"CUDA_VISIBLE_DEVICES": "", "MPLBACKEND": "Agg", "WANDB_MODE": "disabled", "PYTHONUNBUFFERED": "1"}
    kept |= {"TMPDIR": str(scratch / "view"), "PYTHONIOENCODING": "utf-8", "MPLCONFIGDIR": str(scratch / "home")}
    return kept


def _answered(answer: Path, path: Path, status: int | None) -> Observation:
    data = answer.read_bytes() if answer.exists() else b""
    if data.startswith(b'{"not_isolated"'):
        gaps = "; ".join(json.loads(data)["not_isolated"])
        raise IsolationError(
            f"{path} was not run: this system cannot make sure that it does not {gaps}. Add --trust to run a script "
            f"that you trust."
        )
    try:
        return Observation.from_json(data)
    except ValueError:
        kind = "it did not end in time" if status is None else f"the process ended with status {status}"
        crash = Crash("time" if status is None else "killed", "", kind, None)
        return Observation(str(path.resolve()), crash=crash)


def _output(file: Path) -> str:
    if not file.exists():
        return ""
    with file.open("rb") as opened:
        size = opened.seek(0, os.SEEK_END)
        opened.seek(0)
        if size <= KEPT_OUTPUT:
            return opened.read().decode(errors="replace")
        first = opened.read(KEPT_OUTPUT // 2)
        opened.seek(size - KEPT_OUTPUT // 2)
        last = opened.read(KEPT_OUTPUT // 2)
    left_out = size - len(first) - len(last)
    return f"{first.decode(errors='replace')}\n[{left_out} bytes left out]\n{last.decode(errors='replace')}"
