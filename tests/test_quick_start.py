"""PyTorch's compiler is loaded when it is used, and not before; memory that was freed is kept."""

import platform
import subprocess
import sys

import pytest

_BEGIN = """
import sys
from convlens.quick_start import postpone_compiler
postpone_compiler()
import torch
weights = torch.nn.Parameter(torch.ones(2))
optimizer = torch.optim.SGD([weights], 0.5)
weights.sum().backward()
optimizer.step()
assert weights.tolist() == [0.5, 0.5]
assert "torch._dynamo.symbolic_convert" not in sys.modules
"""


def _run(script: str) -> None:
    done = subprocess.run([sys.executable, "-c", _BEGIN + script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_training_does_without_the_compiler() -> None:
    _run("")


def test_a_compiled_network_gets_the_whole() -> None:
    _run("assert torch.compile(lambda x: 2 * x, backend='eager')(weights).tolist() == [1.0, 1.0]")


def test_a_part_of_the_compiler_can_be_imported() -> None:
    _run("import torch._dynamo.utils; assert torch._dynamo.utils.counters is not None")


_PAGE_FAULTS = """
import resource
import torch
from convlens.quick_start import keep_memory

def page_faults(times):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(times):
        maps = [torch.ones(3_000_000) for _ in range(4)]  # 12 MB each: more than the system gives back on its own
        del maps
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

torch.set_num_threads(1)
assert page_faults(5) > 5 * 2_000, "without it, this test shows nothing"
keep_memory()
page_faults(2)
assert page_faults(5) < 100
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the switch is glibc's")
def test_memory_of_one_step_serves_the_next() -> None:
    done = subprocess.run([sys.executable, "-c", _PAGE_FAULTS], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
