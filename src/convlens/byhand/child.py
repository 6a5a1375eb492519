"""The process that runs a person's file: reads a request from standard input, traces, and answers with JSON.

It may not write files, use the network or start programs, and has a limit of time and memory. That keeps accidents
away; it is no prison for code that means harm.
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from convlens.apart import limit, load_torch

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
    load_torch()
    import torch

    from convlens.byhand.facts import Trace
    from convlens.byhand.loading import load
    from convlens.byhand.source import Source
    from convlens.byhand.trace import trace
    from convlens.errors import NetworkError

    torch.save = lambda *_, **__: None  # it writes past the watch on `open`
    limit(request["seconds"], request["bytes"])
    file, name, picture = request["file"], request["name"], tuple(request["picture"])
    tempfile.gettempdir()  # found by writing there, which parts of PyTorch would ask for later
    sys.addaudithook(_refuse_side_effects)
    try:
        loaded = load(Source.read(Path(file)), name, picture, request["arguments"])
        if loaded.network is None:
            found = Trace(name, file, picture, (), (), 0, 0, loaded.fault)
        else:
            found = trace(
                loaded.network,
                picture,
                target=name,
                file=file,
                definitions=loaded.definitions,
                inputs=loaded.inputs,
                labels=loaded.labels,
            )
    except NetworkError as error:
        return json.dumps({"error": str(error)}).encode()
    return b'{"notes": %s, "trace": %s}' % (json.dumps(loaded.notes).encode(), found.to_json())


def _refuse_side_effects(event: str, details: tuple[Any, ...]) -> None:
    if event == "open":
        path, _, flags = details
        if isinstance(flags, int) and flags & _WRITING and path != os.devnull:
            raise PermissionError(f"convlens traces a network without writing files, and was asked to write {path}")
    elif event in _FORBIDDEN:
        raise PermissionError(f"convlens traces a network without side effects, and refuses {event}")


if __name__ == "__main__":
    main()
