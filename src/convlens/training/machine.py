"""The machine a run uses: device, threads, and the global switches of PyTorch, set for a while and put back."""

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch

from convlens import __version__
from convlens.errors import ConfigError
from convlens.options import Device


def choose_device(wish: Device) -> torch.device:
    """The device to train on; `auto` takes CUDA, then Apple's MPS, then the processor.

    Raises:
        ConfigError: the device asked for by name is not there.
    """
    present = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if wish == "auto":
        return torch.device(next(name for name, is_there in present.items() if is_there))
    if not present[wish]:
        raise ConfigError(f"This machine offers PyTorch no {wish} device; use --device auto or cpu.")
    return torch.device(wish)


def available_threads() -> int:
    """The number of processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def prepared(threads: int) -> Iterator[None]:
    """Run with this many threads, repeatable kernels and denormals flushed; afterwards as it was before.

    The caller's random state is restored too: dropout draws from PyTorch's global generator.

    Denormals (numbers under 1e-38, as fading momentum makes them) are a hundred times slower than zeros. The setting
    belongs to each thread, and threads inherit it when they start: in a process that has used PyTorch before, the older
    threads keep theirs, and threads that start in here keep flushing afterwards.
    """
    threads_before = torch.get_num_threads()
    repeatable_before = torch.get_deterministic_debug_mode()
    filling_before = torch.utils.deterministic.fill_uninitialized_memory  # type: ignore[attr-defined]
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    # Not `use_deterministic_algorithms`, which does the same and loads PyTorch's compiler first, for 1.6 s.
    torch.set_deterministic_debug_mode("warn")
    # It would write every new tensor twice.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    try:
        with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
            yield
    finally:
        torch.set_deterministic_debug_mode(repeatable_before)
        torch.utils.deterministic.fill_uninitialized_memory = filling_before  # type: ignore[attr-defined]
        torch.set_flush_denormal(False)
        torch.set_num_threads(threads_before)


def describe(device: torch.device) -> dict[str, Any]:
    """What a reader of a run needs to know about the machine: goes into `environment.json`."""
    return {
        "python": platform.python_version(),
        "convlens": __version__,
        "torch": torch.__version__,
        "numpy": np.__version__,
        "system": platform.platform(),
        "processor": _processor(),
        "processors": available_threads(),
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else device.type,
    }


def _processor() -> str:
    # platform.processor() is empty on most Linux systems; the kernel knows the name.
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")
