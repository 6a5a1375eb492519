"""The process that runs a person's script: reads a request from standard input, and leaves its answer in a file."""

import argparse
import builtins
import json
import os
import random
import signal
import sys
import time
import traceback
import types
from collections.abc import Container
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from convlens.apart import limit, load_torch
from convlens.checking.probe import isolation
from convlens.checking.probe.isolation import RefusedError

if TYPE_CHECKING:
    from convlens.checking.probe.observation import CrashKind

NETWORK = "use the network without a trace: it is closed in Python only, not by the system"


class TimeIsUpError(BaseException):
    """The time limit; a script's own `except Exception` lets it pass."""


class UsageError(SystemExit):
    """The script asked for other arguments than it got."""


def main() -> None:
    """Answer one request: an observation, or `{"not_isolated": [...]}` where it must not go on."""
    request = json.loads(sys.stdin.buffer.read())
    answer = Path(request["answer"])
    gaps = [] if isolation.leave_network() else [NETWORK]
    if gaps and not request["trust"]:
        answer.write_text(json.dumps({"not_isolated": gaps}), encoding="utf-8")
        return
    # Opened now, because later nothing outside the scratch folder may be.
    with answer.open("wb") as file:
        file.write(_run(request, gaps))
        file.flush()
        sys.stdout.flush()
        os._exit(0)  # threads that the script may have started are not waited for


def _run(request: dict[str, Any], gaps: list[str]) -> bytes:
    began = time.monotonic()
    sys.dont_write_bytecode = True
    load_torch()
    import numpy as np
    import torch

    from convlens.checking import source
    from convlens.checking.probe import importing
    from convlens.checking.probe.observation import Observation
    from convlens.checking.probe.rewriting import rewrite
    from convlens.checking.probe.training import TrainingWatch
    from convlens.checking.probe.watching import Watch

    observation = Observation(request["file"], not_isolated=gaps)
    training = request["training"]
    watch = TrainingWatch(observation, training, request["seconds"]) if training else Watch(observation)
    view = Path(request["view"])

    def compiled(text: str, path: Path) -> types.CodeType:
        tree = source.parse(text, path).tree
        watch.book.tables[str(path)] = rewrite(tree)
        return compile(tree, str(path), "exec", dont_inherit=True)

    program = compiled(request["text"], Path(request["file"]))
    importing.install(view, compiled, observation.replaced)
    vars(builtins).update(watch.functions())
    watch.install()
    isolation.save_through_open()
    isolation.limit_files()
    limit(2 * request["seconds"], request["bytes"])
    os.chdir(view)
    sys.path[:0] = [str(view)]
    sys.argv = [str(view / Path(request["file"]).name), *request["arguments"]]
    _note_usage()
    seed = training["seed"] if training else 0
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    isolation.guard(view)
    alarm = _Alarm(request["seconds"], request["patience"])
    _execute(program, watch, alarm)
    watch.finish()
    observation.replaced += getattr(sys.modules.get("torchvision.datasets"), "notes", [])
    observation.accumulates = any(table.accumulates for table in watch.book.tables.values())
    observation.seconds = time.monotonic() - began
    return observation.to_json()


class _Alarm:
    """Ends the script when its time is up: rings again and again, in case the script catches it, until it is off."""

    def __init__(self, seconds: float, patience: float) -> None:
        """`seconds` of the processor's time from now on, `patience` by the clock."""
        self.is_on = True
        if hasattr(signal, "setitimer"):
            signal.signal(signal.SIGPROF, self._ring)
            signal.signal(signal.SIGALRM, self._ring)
            signal.setitimer(signal.ITIMER_PROF, seconds, 1.0)
            signal.setitimer(signal.ITIMER_REAL, patience, 1.0)

    def _ring(self, *_: object) -> None:
        if self.is_on:
            raise TimeIsUpError("its time was up")


def _note_usage() -> None:
    """Let what a parser of arguments says be known, and not only printed."""
    original = argparse.ArgumentParser.error

    def error(parser: argparse.ArgumentParser, message: str) -> NoReturn:
        try:
            original(parser, message)
        except SystemExit:
            raise UsageError(message) from None

    argparse.ArgumentParser.error = error  # type: ignore[method-assign, assignment]


def _execute(program: types.CodeType, watch: Any, alarm: _Alarm) -> None:
    module = types.ModuleType("__main__")
    module.__file__ = sys.argv[0]
    sys.modules["__main__"] = module
    with watch.functions_seen:
        try:
            exec(program, vars(module))  # noqa: S102 - the command says that it runs the file
            alarm.is_on = False
            watch.book.observation.finished = True
        except UsageError as error:
            alarm.is_on = False
            watch.note_crash(error, "usage", module)
        except SystemExit as error:
            alarm.is_on = False
            watch.book.observation.finished = error.code in (None, 0)
            if error.code not in (None, 0):
                watch.note_crash(error, "exit", module)
        except BaseException as error:
            alarm.is_on = False
            _print(error, watch.book.tables)
            watch.note_crash(error, _kind(error), module)


def _print(error: BaseException, files: Container[str]) -> None:
    """The traceback as the script would have printed it, without the lines of others."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename in files]
    print("Traceback:", file=sys.stderr)
    sys.stderr.writelines([*traceback.format_list(frames), *traceback.format_exception_only(error)])


def _kind(error: BaseException) -> "CrashKind":
    """Whose fault an exception is."""
    from convlens.checking.probe import importing

    words = str(error)
    if isinstance(error, TimeIsUpError | KeyboardInterrupt):
        return "time"
    if isinstance(error, RefusedError):
        return "refused"
    if isinstance(error, MemoryError) or "can't allocate memory" in words:
        return "memory"
    if isinstance(error, ImportError | OSError | EOFError):
        return "missing"
    if isinstance(error, AttributeError) and isinstance(error.obj, types.ModuleType):
        return "missing" if error.obj.__name__.partition(".")[0] in importing.REPLACED else "error"
    return "error"


if __name__ == "__main__":
    main()
