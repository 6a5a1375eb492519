"""Watches what stands between two layers with weights: an activation, or nothing but linear operations."""

from typing import Any

import torch
from torch import Tensor, nn

from convlens.checking.probe.watching.book import Book

WEIGHING = (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.Linear)
_WEIGHED = ("Convolution", "Mkldnn", "Addmm", "Mm", "Linear", "View", "UnsafeView", "Squeeze")
_MADE_BY = "convlens made by"
_LINEAR = (
    "View", "UnsafeView", "Reshape", "Squeeze", "Unsqueeze", "Clone", "Alias", "ToCopy", "Permute", "Transpose",
    "TBackward", "AvgPool2D", "AdaptiveAvgPool2D", "Mean", "NativeBatchNorm", "NativeDropout", "Slice", "Select",
    "ConstantPadNd",
)  # fmt: skip
_LINEAR_WITH_A_NUMBER = ("Mul", "Div", "Add", "Sub")
"""Dropout on a processor is the product with a mask, which needs no gradient."""
_FARTHEST = 12
"""Operations between two layers."""


class Links:
    """Follows what reaches a layer back to the layer before, by autograd's graph."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._linked: dict[int, tuple[nn.Module, nn.Module]] = {}  # by the later layer, where only linear was between
        self._apart: dict[int, nn.Module] = {}  # layers that are not linked to what comes before them

    def note_answer(self, layer: nn.Module, answer: Any) -> None:
        """Write on the graph which layer gave an answer."""
        node: Any = answer.grad_fn if isinstance(answer, Tensor) else None
        # What a hook made of it is no longer the layer's own answer.
        if isinstance(layer, WEIGHING) and node is not None and node.name().startswith(_WEIGHED):
            node.metadata[_MADE_BY] = (layer, self._book.running[0])

    def note_input(self, layer: nn.Module, args: tuple[Any, ...]) -> None:
        """Look what reached a layer."""
        if id(layer) in self._linked or not torch.is_grad_enabled() or not args or not isinstance(args[0], Tensor):
            return
        before = _layer_before(args[0], self._book.running[0])
        if before is not None and before is not layer and not _is_narrow(before) and not _is_narrow(layer):
            self._linked[id(layer)] = (before, layer)
        else:
            self._apart[id(layer)] = layer

    def finish(self) -> None:
        """Write down the linked pairs, and the layers that are in none."""
        paired = {id(layer) for pair in self._linked.values() for layer in pair}
        for before, layer in self._linked.values():
            if (place := self._book.place_made(layer)) is not None:
                self._book.spot("no-activation", place, before=repr(before), after=repr(layer))
        for layer in self._apart.values():
            if id(layer) not in paired and (place := self._book.place_made(layer)) is not None:
                self._book.spot("activation", place)


def _layer_before(tensor: Tensor, network: nn.Module) -> nn.Module | None:
    """The layer of a network whose answer, changed by linear operations alone, a tensor is."""
    node: Any = tensor.grad_fn
    for _ in range(_FARTHEST):
        if node is None:
            return None
        layer, within = node.metadata.get(_MADE_BY, (None, None))
        if layer is not None:
            return layer if within is network else None
        followed = [following for following, _ in node.next_functions if following is not None]
        with_a_number = node.name().startswith(_LINEAR_WITH_A_NUMBER) and len(followed) == 1
        if not followed or not (with_a_number or node.name().startswith(_LINEAR)):
            return None
        node = followed[0]
    return None


def _is_narrow(layer: nn.Module) -> bool:
    """One half of a depthwise-separable or bottleneck pair, which may go without an activation."""
    if isinstance(layer, nn.Linear):
        return False
    return bool(layer.groups > 1 or all(size == 1 for size in layer.kernel_size))  # type: ignore[operator, union-attr]
