"""Watches PyTorch's functions: losses and what they are given, dropout, views, argmax, sums that keep their graphs."""

from collections.abc import Callable
from typing import Any
from weakref import ReferenceType, ref

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from convlens.byhand.calls import staying
from convlens.checking.probe.observation import LossSeen, Place
from convlens.checking.probe.watching.book import MOST_FACTS, Book, seen_tensor
from convlens.checking.probe.watching.matching import Matches
from convlens.checking.probe.watching.scoring import note_division

_LOSSES = {"cross_entropy", "nll_loss", "binary_cross_entropy", "binary_cross_entropy_with_logits", "mse_loss"}
_LOSSES |= {"multi_margin_loss", "l1_loss", "smooth_l1_loss", "kl_div"}
_RESHAPING = {"view", "reshape", "flatten"}
_ADDING = {"add", "__add__", "__iadd__", "add_", "__radd__"}
_FILLING = {"constant_", "zeros_", "ones_", "fill_", "zero_"}
_SHAPING = {
    "softmax",
    "log_softmax",
    "relu",
    "relu_",
    "relu6",
    "leaky_relu",
    "sigmoid",
    "tanh",
    "elu",
    "gelu",
    "dropout",
}
"""Of what one of these gives to a loss, the place is remembered."""

_Batches = frozenset[tuple[int, int]]
"""Of a sum of losses: the batches it came from, as (walk, batch)."""


class FunctionWatch(TorchFunctionMode):
    """Sees every call of a PyTorch function that the script makes, or a layer for it."""

    def __init__(self, book: Book) -> None:
        super().__init__()
        self._book = book
        self.matches = Matches(book)
        self._losses: dict[int, tuple[ReferenceType[Tensor], _Batches]] = {}
        self._looks: dict[str, Callable[[tuple[Any, ...], dict[str, Any], Any], None]] = {
            "softmax": self._softmax,
            "log_softmax": self._softmax,
            "dropout": self._dropout,
            "argmax": self._choice,
            "max": self._choice,
            "mean": self._mean,
            "__set__": self._set,
            "requires_grad_": self._freeze,
        }
        self._sources: dict[int, Place] = {}  # by the address of the numbers

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        name = getattr(func, "__name__", "")
        args, kwargs = staying(func, args, kwargs or {})
        if name == "cuda":
            return args[0]
        answer = func(*args, **kwargs)
        book = self._book
        if book.busy:
            return answer
        if name in _SHAPING and isinstance(answer, Tensor) and answer.ndim <= 2 and (place := book.doing()) is not None:
            self._sources[answer.data_ptr()] = place
        if name in _LOSSES:
            self._loss(name, args, kwargs, answer)
        elif name in _RESHAPING and book.running:
            self._reshape(name, args, answer)
        elif name in _ADDING:
            self._add(args, answer)
        elif name in self._looks:
            self._looks[name](args, kwargs, answer)
        elif name in _FILLING and args and isinstance(args[0], nn.Parameter) and args[0].ndim > 1:
            book.spot("weights-filled", call=name)
        return answer

    def _loss(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], answer: Any) -> None:
        book, place = self._book, self._book.place()
        both = [*args, *(kwargs[key] for key in ("input", "target") if key in kwargs)][:2]
        if place is None or len(both) < 2 or not all(isinstance(tensor, Tensor) for tensor in both):
            return
        book.scored_at = book.now()
        observation = book.observation
        if len(observation.losses) < MOST_FACTS:
            with book.quiet():
                is_mean = (
                    kwargs.get("reduction", "mean") == "mean" and isinstance(answer, Tensor) and answer.numel() == 1
                )
                value = float(answer) if is_mean else None
                seen = [seen_tensor(tensor) for tensor in both]
                kind, source = _kind(both[0]), self._sources.get(both[0].data_ptr())
                observation.losses.append(LossSeen(name, place, book.now(), kind, seen[0], seen[1], value, source))
                self.matches.add(place, both[1])
        if isinstance(answer, Tensor) and answer.ndim == 0 and answer.requires_grad:
            running = book.current()
            batch = (running.number, running.batch) if running is not None else (-1, len(observation.backwards))
            self._losses[id(answer)] = (ref(answer), frozenset({batch}))

    def _softmax(self, args: tuple[Any, ...], kwargs: dict[str, Any], answer: Any) -> None:
        dim = kwargs.get("dim", args[1] if len(args) > 1 else None)
        tensor = args[0] if args else kwargs.get("input")
        if isinstance(tensor, Tensor) and tensor.ndim == 2 and dim in (0, -2):
            self._book.spot("softmax-over-batch", shape=str(tuple(tensor.shape)))

    def _dropout(self, args: tuple[Any, ...], kwargs: dict[str, Any], answer: Any) -> None:
        book = self._book
        if not book.running or isinstance(book.running[-1], nn.modules.dropout._DropoutNd):
            return
        active = bool(kwargs.get("training", args[2] if len(args) > 2 else True))
        if active and not book.running[-1].training:
            book.spot("dropout-in-evaluation")
        elif not book.running[-1].training:
            book.spot("dropout-off-in-evaluation")

    def _choice(self, args: tuple[Any, ...], kwargs: dict[str, Any], answer: Any) -> None:
        dim = kwargs.get("dim", kwargs.get("axis", args[1] if len(args) > 1 else None))
        tensor, forward = args[0] if args else kwargs.get("input"), self._book.last_forward
        if not isinstance(tensor, Tensor) or tensor.ndim != 2 or not isinstance(dim, int) or forward is None:
            return
        if forward.output is not None and forward.output.shape == tuple(tensor.shape) and self._book.running == []:
            self._book.scored_at = self._book.now()
            self._book.spot("choice-over-batch" if dim in (0, -2) else "choice-over-classes", dim=dim)

    def _mean(self, args: tuple[Any, ...], kwargs: dict[str, Any], answer: Any) -> None:
        """The mean of a list of numbers that became a tensor."""
        if args and isinstance(args[0], Tensor) and args[0].ndim == 1 and not args[0].requires_grad:
            with self._book.quiet():
                note_division(self._book, float(args[0].double().sum()), len(args[0]))

    def _set(self, args: tuple[Any, ...], kwargs: dict[str, Any], answer: Any) -> None:
        if len(args) > 1 and args[1] is False and isinstance(args[0], nn.Parameter):
            self._book.spot("frozen")

    def _freeze(self, args: tuple[Any, ...], kwargs: dict[str, Any], answer: Any) -> None:
        if kwargs.get("requires_grad", args[1] if len(args) > 1 else True) is False:
            self._book.spot("frozen")

    def _reshape(self, name: str, args: tuple[Any, ...], answer: Any) -> None:
        tensor = args[0] if args else None
        if not isinstance(tensor, Tensor) or not isinstance(answer, Tensor) or tensor.ndim != 4:
            return
        before, after = tuple(tensor.shape), tuple(answer.shape)
        book, forward = self._book, self._book.forward
        given = forward.input.shape if forward is not None and forward.input is not None else ()
        if answer.ndim <= 2 and after[:1] != before[:1] and given[:1] == before[:1]:
            batch = forward.batch if forward is not None else -1
            kind = "batch-flattened" if answer.ndim == 1 else "batch-mixed"
            book.spot(kind, call=name, before=str(before), after=str(after), batch=batch)

    def _add(self, args: tuple[Any, ...], answer: Any) -> None:
        """Sums of losses that keep the graphs of several batches alive."""
        if not isinstance(answer, Tensor) or answer.ndim != 0 or not answer.requires_grad:
            return
        entries = [(arg, self._losses[id(arg)]) for arg in args if isinstance(arg, Tensor) and id(arg) in self._losses]
        known = [batches for arg, (kept, batches) in entries if kept() is arg]
        if not known:
            return
        batches: _Batches = frozenset().union(*known)
        self._losses[id(answer)] = (ref(answer), batches)
        if len(batches) > 1 and len(self._book.observation.backwards) > 1 and not self._book.running:
            self._book.spot("graphs-kept", batches=len(batches))


def _kind(tensor: Tensor) -> Any:
    """What a loss is given, by its numbers."""
    if tensor.ndim != 2 or tensor.shape[1] < 2 or not tensor.is_floating_point():
        return "other"
    values = tensor.detach().float()
    if bool((values >= 0).all()) and bool((values <= 1).all()):
        if torch.allclose(values.sum(1), torch.ones(len(values)), atol=1e-3, rtol=0.0):
            return "probabilities"
        if len(values) > 1 and torch.allclose(values.sum(0), torch.ones(values.shape[1]), atol=1e-3, rtol=0.0):
            return "batch-probabilities"
    if bool((values <= 0).all()) and torch.allclose(values.logsumexp(1), torch.zeros(len(values)), atol=1e-3, rtol=0.0):
        return "log-probabilities"
    return "logits"
