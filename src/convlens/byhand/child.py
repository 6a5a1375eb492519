"""The process that runs a person's file: reads a request from standard input, traces, and answers with JSON.

It may not write files, use the network or start programs, and has a limit of time and memory. That keeps accidents
away; it is no prison for code that means harm.
"""

import importlib
import json
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_FORBIDDEN = {"socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen", "shutil.rmtree"}
_FORBIDDEN |= {f"os.{name}" for name in ("system", "exec", "posix_spawn", "spawn", "fork", "kill", "remove", "rename")}
_FORBIDDEN |= {f"os.{name}" for name in ("rmdir", "mkdir", "link", "symlink", "truncate", "chmod", "chown")}


def main() -> None:
    """Answer one request: `{"trace": ...}`, or `{"error": a sentence}`."""
    # What the file prints must not mix with the answer.
    answer_to = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    request = json.loads(sys.stdin.buffer.read())
    sys.dont_write_bytecode = True
    answer_to.write(_answer(request))
    answer_to.flush()
    os._exit(0)  # threads that the file may have started are not waited for


def _answer(request: dict[str, Any]) -> bytes:
    _load_torch()
    from convlens.byhand.facts import Trace
    from convlens.byhand.loading import load
    from convlens.byhand.source import Source
    from convlens.byhand.trace import trace
    from convlens.errors import NetworkError

    _limit(request["seconds"], request["bytes"])
    file, name, picture = request["file"], request["name"], tuple(request["picture"])
    sys.addaudithook(_refuse_side_effects)
    try:
        loaded = load(Source.read(Path(file)), name, picture, request["arguments"])
        if loaded.network is None:
            found = Trace(name, file, picture, (), (), 0, 0, loaded.fault)
        else:
            found = trace(
                loaded.network, picture, target=name, file=file, definitions=loaded.definitions, inputs=loaded.inputs
            )
    except NetworkError as error:
        return json.dumps({"error": str(error)}).encode()
    return b'{"notes": %s, "trace": %s}' % (json.dumps(loaded.notes).encode(), found.to_json())


def _load_torch() -> None:
    """Load PyTorch without its compiler, which shapes do not need and which takes longer than all the rest.

    The tensors without content ask `torch._dynamo` for one function, `disable`. Whoever asks for more gets the whole.
    """
    import torch

    class Postponed(ModuleType):
        def __getattr__(self, name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            del sys.modules[self.__name__]
            return getattr(importlib.import_module(self.__name__), name)

    postponed = Postponed("torch._dynamo")
    postponed.disable = lambda fn=None, recursive=True, **_: fn  # type: ignore[attr-defined]
    sys.modules.setdefault(postponed.__name__, postponed)
    torch.compile = lambda model=None, **_: (lambda fn: fn) if model is None else model  # type: ignore[assignment]
    torch.save = lambda *_, **__: None  # it writes past the watch on `open`
    torch.set_num_threads(1)


def _limit(seconds: int, size: int) -> None:
    """Limit the process, where the system can."""
    try:
        import resource
    except ImportError:  # Windows; the time is watched from outside as well
        return
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:  # no such file outside Linux, where address space is not limited reliably either
        return
    in_use = pages * resource.getpagesize()  # PyTorch itself, whose libraries take much address space
    resource.setrlimit(resource.RLIMIT_AS, (in_use + size, in_use + size))


def _refuse_side_effects(event: str, details: tuple[Any, ...]) -> None:
    if event == "open":
        path, _, flags = details
        if isinstance(flags, int) and flags & _WRITING and path != os.devnull:
            raise PermissionError(f"convlens traces a network without writing files, and was asked to write {path}")
    elif event in _FORBIDDEN:
        raise PermissionError(f"convlens traces a network without side effects, and refuses {event}")


if __name__ == "__main__":
    main()
