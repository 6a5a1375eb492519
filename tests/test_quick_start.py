"""PyTorch's compiler is loaded when it is used, and not before."""

import subprocess
import sys

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
