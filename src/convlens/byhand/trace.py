"""What a network does with a batch of pictures, operation by operation, without computing a pixel.

A `TorchFunctionMode` sees every call of PyTorch's public functions, in layers and in a person's `forward` alike. All
that depends on the picture is on PyTorch's meta device: it has a shape and no content. Hooks say which layer runs.
"""

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules import module as module_hooks
from torch.nn.parameter import is_lazy
from torch.overrides import TorchFunctionMode

from convlens.byhand.calls import LOOKING, NO_CHANGE, SHAPE_ONLY, refuse_other_channels, staying, tensors_in
from convlens.byhand.facts import BATCH, Fault, Operation, Trace, Value, Weights
from convlens.byhand.signatures import numbers, operation_name, spelling
from convlens.byhand.sites import Definitions, sites_of_call, sites_of_error

_CONTAINERS = (nn.Sequential, nn.ModuleList, nn.ModuleDict)


def trace(
    network: Callable[..., Any],
    picture: tuple[int, ...],
    *,
    target: str,
    file: str,
    definitions: Definitions | None = None,
    inputs: int = 1,
    labels: Sequence[int] = (),
) -> Trace:
    """Record what a network does with a batch of two pictures, in evaluation mode.

    Args:
        network: a module, or a function of tensors.
        picture: the input's shape without the batch, (C, H, W) as a rule.
        target: what to call the network.
        file: the file it is written in.
        definitions: what was recorded while the module was made; says on which lines its layers stand.
        inputs: how many such batches `network` takes.
        labels: which of them, by place, are numbers of classes and not pictures.
    """
    modes = {id(module): module.training for module in _modules(network)}
    if isinstance(network, nn.Module):
        network.eval()
    notes: tuple[str, ...] = ()
    try:
        tracer = _Tracer(network, definitions or Definitions())
        answer, error = _run(network, picture, inputs, labels, tracer, "meta")
        if error is not None and tracer.looked_at_content:
            notes = ("The network looks at the values of its tensors, so it was run on noise.",)
            tracer = _Tracer(network, definitions or Definitions())
            answer, error = _run(network, picture, inputs, labels, tracer, "cpu")
    finally:
        for module in _modules(network):
            module.training = modes[id(module)]
    learned = [p for p in _parameters(network) if not _is_unknown(p)]
    return Trace(
        target=target,
        file=file,
        picture=tuple(picture),
        operations=tuple(tracer.operations),
        outputs=tuple(value for tensor in tensors_in(answer) if (value := tracer.value_of(tensor)) is not None),
        learned=sum(p.numel() for p in learned),
        buffers=sum(b.numel() for module in _root(network) for b in module.buffers() if not _is_unknown(b)),
        fault=tracer.fault_of(error) if error is not None else None,
        notes=notes,
    )


def _run(
    network: Callable[..., Any],
    picture: tuple[int, ...],
    inputs: int,
    labels: Sequence[int],
    tracer: "_Tracer",
    device: str,
) -> tuple[Any, Exception | None]:
    """The answer of the network, or the exception that ended it."""
    dtype = next((p.dtype for p in _parameters(network) if p.is_floating_point()), torch.float32)
    noise = torch.Generator().manual_seed(0)
    given = [torch.randn(BATCH, *picture, dtype=dtype, generator=noise).to(device) for _ in range(inputs)]
    for place in labels:
        given[place] = torch.zeros(BATCH, dtype=torch.int64, device=device)
    for each in given:
        tracer.watch(each)
    with ExitStack() as stack:
        stack.enter_context(torch.no_grad())
        stack.enter_context(tracer.following_layers())
        stack.enter_context(tracer)
        try:
            return network(*given), None
        except Exception as error:
            return None, error


class _Tracer(TorchFunctionMode):
    """Writes down each call that has to do with the picture."""

    def __init__(self, network: Callable[..., Any], definitions: Definitions) -> None:
        super().__init__()
        self.operations: list[Operation] = []
        self._definitions = definitions
        self._names = {id(m): name for root in _root(network) for name, m in root.named_modules()}
        self._weights = {id(p): name for root in _root(network) for name, p in root.named_parameters()}
        self._running: list[nn.Module] = []
        self._values: dict[int, Value] = {}
        self._made_of: dict[int, tuple[Tensor, ...]] = {}  # by tensor: the parameters that it was worked out from
        self._unpadded: dict[int, Value] = {}
        self._twins: dict[int, Tensor] = {}  # by tensor with content: one of its shape without
        self.looked_at_content = False
        self._alive: list[Any] = []  # an id may be given anew when its object is gone
        self._used: set[int] = set()
        self._run_before: set[int] = set()
        self._failed: tuple[Exception, Operation] | None = None

    def watch(self, tensor: Tensor) -> Value:
        """Give a tensor that depends on the picture a number."""
        value = Value(len(self._alive), tuple(int(n) for n in tensor.shape))
        self._values[id(tensor)] = value
        self._alive.append(tensor)
        return value

    def value_of(self, tensor: Tensor) -> Value | None:
        """What is known of a tensor; None when it does not depend on the picture."""
        return self._values.get(id(tensor))

    def fault_of(self, error: Exception) -> Fault:
        """The exception in plain facts, with the call that raised it if one did."""
        operation = self._failed[1] if self._failed is not None and self._failed[0] is error else None
        return fault_of(error, operation)

    @contextmanager
    def following_layers(self) -> Iterator[None]:
        """Keep the stack of the layers that are running."""
        enter = module_hooks.register_module_forward_pre_hook(lambda module, _: self._running.append(module))
        leave = module_hooks.register_module_forward_hook(self._leave, always_call=True)
        try:
            yield
        finally:
            enter.remove()
            leave.remove()

    def _leave(self, module: nn.Module, args: tuple[Any, ...], _: Any) -> None:
        error = sys.exception()
        if isinstance(error, Exception) and self._failed is None and self._layer([]) is module:
            self._failed = (error, self._refusal(module, args))
        self._running.pop()
        self._run_before.add(id(module))

    def _refusal(self, module: nn.Module, args: tuple[Any, ...]) -> Operation:
        """The operation of a layer that refused its input before it called any function."""
        tensors = tensors_in(args)
        arguments = {key: value for key, value in vars(module).items() if type(value) is int}
        return Operation(
            op=re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(module).__name__.rstrip("123d")).lower(),
            name=self._names.get(id(module), type(module).__name__),
            layer=type(module).__name__,
            inputs=tuple(value for tensor in tensors if (value := self.value_of(tensor)) is not None),
            outputs=(),
            arguments=arguments | {"shapes": [list(tensor.shape) for tensor in tensors]},
            weights=(),
            defined=self._definitions.of(module),
            called=sites_of_call(sys._getframe(1)),
            reused=id(module) in self._run_before,
        )

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if getattr(func, "__module__", "") == "torch.nn.init":  # of lazy layers; the sums do not depend on weights
            return args[0] if args else (kwargs or {}).get("tensor")
        args, kwargs = staying(func, args, kwargs or {})
        tensors = tensors_in((*args, *kwargs.values()))
        inputs = tuple(value for t in tensors if (value := self.value_of(t)) is not None)
        try:
            answer = self._call(func, args, kwargs, tensors)
        except Exception as error:
            self.looked_at_content |= func.__name__ in LOOKING or isinstance(error, NotImplementedError)
            operation = self._operation(func, args, kwargs, tensors, inputs)
            shapes = [list(tensor.shape) for tensor in tensors]
            self._failed = (error, replace(operation, arguments=operation.arguments | {"shapes": shapes}))
            raise
        outputs = [args[0]] if func.__name__ == "__setitem__" else tensors_in(answer)
        if not inputs:
            self._remember_parameters(tensors, outputs)
        elif outputs and func.__name__ not in SHAPE_ONLY:
            self._write_down(func, args, kwargs, tensors, inputs, outputs)
        return answer

    def _call(self, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any], tensors: list[Tensor]) -> Any:
        """Call a function. Where something has no content, weights and constants take part without theirs."""
        if any(tensor.is_meta for tensor in tensors):
            refuse_other_channels(func, tensors)
            args = self._without_content(args)
            kwargs = {key: self._without_content(value) for key, value in kwargs.items()}
        return args[0] if func.__name__ == "cuda" else func(*args, **kwargs)

    def _without_content(self, value: Any) -> Any:
        if isinstance(value, Tensor) and not value.is_meta:
            if id(value) not in self._twins:
                self._twins[id(value)] = value.detach().to("meta")
                self._alive.append(value)
            return self._twins[id(value)]
        if type(value) in (tuple, list):
            return type(value)(self._without_content(item) for item in value)
        return value

    def _write_down(
        self, func: Any, args: Any, kwargs: Any, tensors: list[Tensor], inputs: tuple[Value, ...], outputs: list[Tensor]
    ) -> None:
        op = operation_name(func)
        if op in NO_CHANGE and len(outputs) == 1:
            self._values[id(outputs[0])] = inputs[0]
            self._alive.append(outputs[0])
        elif op == "pad" and self._pads_for_convolution():
            self._unpadded[self.watch(outputs[0]).number] = inputs[0]
        else:
            operation = self._operation(func, args, kwargs, tensors, inputs)
            given = tuple(self.watch(output) for output in outputs)
            self.operations.append(replace(operation, outputs=given))

    def _operation(
        self, func: Any, args: Any, kwargs: Any, tensors: list[Tensor], inputs: tuple[Value, ...]
    ) -> Operation:
        """The facts of a call, its outputs excepted."""
        op = operation_name(func)
        parameters = [p for tensor in tensors for p in self._parameters_in(tensor)]
        module = self._layer(parameters)
        name = "" if module is None else self._names.get(id(module), type(module).__name__)
        try:
            arguments = numbers(op, args, kwargs, module)
        except (TypeError, ValueError, KeyError, IndexError, AttributeError):
            arguments = {}  # a call that PyTorch would refuse as well
        return Operation(
            op=op,
            name=name or spelling(func, op),
            layer="" if module is None else type(module).__name__,
            inputs=tuple(self._unpadded.get(value.number, value) for value in inputs),
            outputs=(),
            arguments=arguments,
            weights=tuple(self._first_uses(parameters)),
            defined=() if module is None else self._definitions.of(module),
            called=sites_of_call(sys._getframe(2)),
            owner=self._definitions.of(self._running[-1]) if module is None and self._running else (),
            reused=module is not None and id(module) in self._run_before,
        )

    def _layer(self, parameters: list[Tensor]) -> nn.Module | None:
        """The layer of `torch.nn` that is running, or a person's own variety of one that uses its own weights."""
        if not self._running:
            return None
        module = self._running[-1]
        if type(module).forward.__module__.startswith("torch.nn") and not isinstance(module, _CONTAINERS):
            return module
        own = {id(p) for p in module.parameters(recurse=False)}
        is_variety = any(base.__module__.startswith("torch.nn.modules.") for base in type(module).__mro__[:-2])
        is_variety = is_variety and type(module).__mro__[1] is not nn.Module and not isinstance(module, _CONTAINERS)
        return module if is_variety and any(id(p) in own for p in parameters) else None

    def _pads_for_convolution(self) -> bool:
        return bool(self._running) and getattr(self._running[-1], "padding_mode", "zeros") != "zeros"

    def _parameters_in(self, tensor: Tensor) -> tuple[Tensor, ...]:
        if isinstance(tensor, nn.Parameter):
            return (tensor,)
        return self._made_of.get(id(tensor), ())

    def _remember_parameters(self, tensors: list[Tensor], outputs: list[Tensor]) -> None:
        """A tensor worked out from parameters alone (a normalised weight, a cut of an embedding) stands for them."""
        parameters = tuple(p for tensor in tensors for p in self._parameters_in(tensor))
        if parameters:
            for output in outputs:
                self._made_of[id(output)] = parameters
                self._alive.append(output)

    def _first_uses(self, parameters: list[Tensor]) -> Iterator[Weights]:
        for parameter in parameters:
            if id(parameter) not in self._used and parameter.requires_grad:
                self._used.add(id(parameter))
                shape = tuple(int(n) for n in parameter.shape)
                yield Weights(self._weights.get(id(parameter), ""), shape, parameter.numel())


def fault_of(error: BaseException, operation: Operation | None = None) -> Fault:
    """An exception in plain facts."""
    lines = str(error).strip().splitlines() or ["no message"]
    return Fault(type(error).__name__, lines[0], sites_of_error(error.__traceback__), operation)


def _root(network: Callable[..., Any]) -> list[nn.Module]:
    return [network] if isinstance(network, nn.Module) else []


def _modules(network: Callable[..., Any]) -> list[nn.Module]:
    return [module for root in _root(network) for module in root.modules()]


def _parameters(network: Callable[..., Any]) -> list[nn.Parameter]:
    return [p for root in _root(network) for p in root.parameters()]


def _is_unknown(tensor: Tensor) -> bool:
    return bool(is_lazy(tensor))
