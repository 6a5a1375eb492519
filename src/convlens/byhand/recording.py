"""What a network computes for one picture, operation by operation, with every value kept.

A `TorchFunctionMode` sees each call of PyTorch's public functions, functional or inside a module, and the hooks of the
modules say which module is running. So a layer's values are found whichever way the network is written, and what is
done to them afterwards (`F.relu`, `x + y`, `torch.flatten`) is found as well.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from convlens.byhand.signatures import operation_name

PICTURE = 0  # the number of the first operation of every recording, which is the network's input itself


@dataclass(frozen=True)
class Operation:
    """One call of a PyTorch function that gave a tensor.

    Attributes:
        number: its place in `Recording.operations`.
        kind: the field's name for the function: `conv2d`, `relu`, `add`.
        label: what a person calls it: the module's name, or for a functional call the function's; `:2` is a second use.
        function, arguments, keywords: the call; its tensors are as they were before it, on the CPU.
        sources: for each tensor among the arguments in order (see `tensors_of`) the number of the operation that made
            it, or None for weights and constants.
        output: the tensor it gave, as it was right after it, on the CPU.
        item: where the function gives several tensors (`torch.chunk`), which of them this is.
    """

    number: int
    kind: str
    label: str
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    keywords: dict[str, Any]
    sources: tuple[int | None, ...]
    output: Tensor
    item: int | None = None

    @cached_property
    def inputs(self) -> tuple[tuple[int, Tensor], ...]:
        """The tensors that depend on the picture, each with the number of the operation that made it."""
        tensors = tensors_of(self.arguments, self.keywords)
        return tuple((source, t) for source, t in zip(self.sources, tensors, strict=True) if source is not None)


@dataclass(frozen=True)
class Recording:
    """All operations of one picture's way through a network, in the order in which they ran.

    Attributes:
        operations: what ran; the first stands for the picture.
        answer: the number of the operation that gave the logits; None where the network's answer is none of them.
    """

    operations: tuple[Operation, ...]
    answer: int | None = None

    @property
    def picture(self) -> Tensor:
        """The network's input, (1, C, H, W)."""
        return self.operations[PICTURE].output

    def followers(self, number: int) -> tuple[Operation, ...]:
        """The operations that read what operation `number` gave."""
        return tuple(operation for operation in self.operations if number in operation.sources)


def record(network: nn.Module, picture: Tensor) -> Recording:
    """Run a network on one picture, in evaluation mode, and keep every value.

    Args:
        network: any module that takes pictures (N, C, H, W); its mode is left as it was.
        picture: normalised, (1, C, H, W), of the network's own dtype and device.
    """
    mode = network.training
    recorder = _Recorder(picture)
    network.eval()
    try:
        with torch.no_grad(), _names_of_running_modules(network, recorder.running), recorder:
            answer = network(picture)
    finally:
        network.train(mode)
    logits = answer[0] if isinstance(answer, tuple) else answer
    return Recording(_with_labels(recorder.operations, recorder.calls, network), recorder.number_of(logits))


def tensors_of(arguments: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[Tensor, ...]:
    """The tensors among a call's arguments in order, those in lists (as of `torch.cat`) included."""
    found: list[Tensor] = []
    map_tensors(found.append, (*arguments, *keywords.values()))
    return tuple(found)


def map_tensors(change: Callable[[Tensor], Any], value: Any) -> Any:
    """Replace the tensors in a value, and in the lists and tuples within it, in order."""
    if isinstance(value, Tensor):
        return change(value)
    if isinstance(value, tuple | list):
        return type(value)([map_tensors(change, item) for item in value]) if type(value) in (tuple, list) else value
    return value


class _Running:
    """The stack of modules whose `forward` is being run; each call has a number of its own."""

    def __init__(self) -> None:
        self.stack: list[tuple[str, int]] = [("", 0)]
        self.calls = 0

    def enter(self, name: str) -> None:
        self.calls += 1
        self.stack.append((name, self.calls))

    def leave(self) -> None:
        self.stack.pop()


class _Recorder(TorchFunctionMode):
    def __init__(self, picture: Tensor) -> None:
        super().__init__()
        self.running = _Running()
        as_operation = Operation(PICTURE, "picture", "", lambda: picture, (), {}, (), _kept(picture))
        self.operations = [as_operation]
        self.calls = [self.running.stack[-1]]  # by operation: which module was running, in which of its calls
        self._makers = {id(picture): PICTURE}
        self._alive: list[Tensor] = [picture]  # an id may be given anew when its object is gone

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        keywords = kwargs or {}
        tensors = tensors_of(args, keywords)
        sources = tuple(self._maker(tensor) for tensor in tensors)
        before = map_tensors(self._as_it_is, args), {key: map_tensors(self._as_it_is, v) for key, v in keywords.items()}
        answer = func(*args, **keywords)
        if any(id(tensor) in self._makers for tensor in tensors):
            several = isinstance(answer, tuple | list)
            for item, output in enumerate(answer if several else [answer]):
                if isinstance(output, Tensor):
                    self._add(func, before, sources, output, item if several else None)
        return answer

    def _add(
        self, function: Any, before: tuple[Any, Any], sources: tuple[int | None, ...], output: Tensor, item: int | None
    ) -> None:
        number = len(self.operations)
        kind = operation_name(function)
        self.operations.append(Operation(number, kind, "", function, *before, sources, _kept(output), item))
        self.calls.append(self.running.stack[-1])
        self._makers[id(output)] = number
        self._alive.append(output)

    def number_of(self, value: object) -> int | None:
        """The number of the operation that gave a tensor; None for anything else."""
        return self._makers.get(id(value))

    def _maker(self, tensor: Tensor) -> int | None:
        """Who made a tensor; nobody known, when it was changed through a view since."""
        number = self._makers.get(id(tensor))
        if number is None:
            return None
        made = self.operations[number].output
        return number if torch.equal(made, tensor.detach().cpu()) or bool(made.isnan().any()) else None

    def _as_it_is(self, tensor: Tensor) -> Tensor:
        """A copy of a computed value, which a later operation may overwrite; weights are not copied."""
        return _kept(tensor) if id(tensor) in self._makers else tensor.detach().cpu()


def _kept(tensor: Tensor) -> Tensor:
    return tensor.detach().clone().cpu()


@contextmanager
def _names_of_running_modules(network: nn.Module, running: _Running) -> Iterator[None]:
    handles = []
    for name, module in network.named_modules():
        handles.append(module.register_forward_pre_hook(lambda *_, name=name: running.enter(name)))
        handles.append(module.register_forward_hook(lambda *_: running.leave()))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _with_labels(
    operations: list[Operation], calls: list[tuple[str, int]], network: nn.Module
) -> tuple[Operation, ...]:
    """Name the last operation of a leaf module after the module, and the others after what they do."""
    leaves = {name for name, module in network.named_modules() if name and not any(module.children())}
    last_of_call = {call: number for number, call in enumerate(calls)}
    uses: Counter[str] = Counter()
    labelled = []
    for operation, (module, call) in zip(operations, calls, strict=True):
        is_the_layer = module in leaves and last_of_call[module, call] == operation.number
        label = module if is_the_layer else f"{module}.{operation.kind}".lstrip(".")
        uses[label] += 1
        if uses[label] > 1:
            label = f"{label}:{uses[label]}"
        labelled.append(replace(operation, label=label))
    return tuple(labelled)
