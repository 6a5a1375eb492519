"""What the processes have in common that run a person's file apart: a quick start, and limits of time and memory."""

from pathlib import Path

from convlens.quick_start import postpone_compiler


def load_torch() -> None:
    """Load PyTorch for one thread and without its compiler; the file's models go without."""
    postpone_compiler()
    import torch

    torch.compile = lambda model=None, **_: (lambda fn: fn) if model is None else model  # type: ignore[assignment]
    torch.set_num_threads(1)


def limit(seconds: int, size: int) -> None:
    """Limit this process, where the system can.

    Args:
        seconds: of the processor's time.
        size: bytes of memory, beyond what is in use now.
    """
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
