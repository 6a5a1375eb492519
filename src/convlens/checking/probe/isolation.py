"""What a script that is run apart may not do: use the network, start programs, write outside its scratch folder.

That keeps accidents away; it is no prison for code that means harm.
"""

import ctypes
import os
import sys
from pathlib import Path
from typing import Any

from convlens.checking.probe.scratch import own_copy

LARGEST_FILE = 256 * 2**20
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_NETWORK = {"socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"}
_PROGRAMS = {"subprocess.Popen", "os.kill", "os.killpg"}
_PROGRAMS |= {f"os.{name}" for name in ("system", "exec", "posix_spawn", "spawn", "fork", "forkpty", "chmod", "chown")}
# Of these the listed arguments are paths that change.
_CHANGING = {"os.remove": (0,), "os.rename": (0, 1), "os.rmdir": (0,), "os.mkdir": (0,), "os.truncate": (0,)}
_CHANGING |= {"os.link": (1,), "os.symlink": (1,), "shutil.rmtree": (0,), "shutil.move": (0, 1)}


class RefusedError(PermissionError):
    """The script asked for something that is not allowed here."""


def leave_network() -> bool:
    """Move this process to a network without any connection; False where the system does not let it.

    It must be called before any thread is started.
    """
    if not sys.platform.startswith("linux"):
        return False
    user, group = os.getuid(), os.getgid()
    try:
        library = ctypes.CDLL(None, use_errno=True)
        if library.unshare(_NEW_USER | _NEW_NETWORK) == 0:
            _keep_identity(user, group)
            return True
        return bool(library.unshare(_NEW_NETWORK) == 0)
    except (OSError, AttributeError):
        return False


def _keep_identity(user: int, group: int) -> None:
    """Be the same user within the new name space, so that files remain one's own."""
    for name, content in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        try:
            Path(f"/proc/self/{name}").write_text(content, encoding="ascii")
        except OSError:  # being nobody is a nuisance only where a script asks who it is
            return


def limit_files() -> None:
    """Limit the size of any file that is written, where the system can."""
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))


def guard(scratch: Path) -> None:
    """From now on refuse what is not allowed; it cannot be undone.

    Args:
        scratch: the one folder that may be written to. A link in it to a file outside becomes a copy first.
    """
    root = os.path.realpath(scratch)
    devices = {os.devnull, "/dev/tty"}

    def watch(event: str, details: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = details
            if isinstance(flags, int) and flags & _WRITING and path not in devices and not isinstance(path, int):
                _check(path, root, flags)
        elif event in _CHANGING:
            for index in _CHANGING[event]:
                _check(details[index], root, os.O_APPEND, follows=False)
        elif event in _NETWORK:
            raise RefusedError(f"convlens runs a script without a network, and refuses {event}")
        elif event in _PROGRAMS:
            raise RefusedError(f"convlens runs a script alone, and refuses {event}")

    sys.addaudithook(watch)


def _check(path: Any, root: str, flags: int, follows: bool = True) -> None:
    try:
        name = os.fsdecode(path)
    except TypeError:
        return  # a file that is open already
    folder = os.path.realpath(os.path.dirname(os.path.abspath(name)))  # noqa: PTH100, PTH120 - bytes are allowed
    if folder != root and not folder.startswith(root + os.sep):
        raise RefusedError(f"convlens runs a script in a scratch folder, and was asked to write {name}")
    if follows and os.path.islink(name):  # noqa: PTH114
        own_copy(Path(name), keeps_content=not flags & os.O_TRUNC)


def save_through_open() -> None:
    """Make `torch.save` write through Python's `open`, which is watched; by itself it writes past it."""
    import torch

    original = torch.save

    def save(obj: Any, f: Any, *args: Any, **kwargs: Any) -> None:
        if isinstance(f, str | os.PathLike):
            with Path(f).open("wb") as file:
                original(obj, file, *args, **kwargs)
        else:
            original(obj, f, *args, **kwargs)

    torch.save = save
