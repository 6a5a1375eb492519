"""A recorded call of a PyTorch function, read: its arguments by name, and what the page makes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from torch import Tensor

from convlens.byhand.recording import Operation

Reason = Literal["operation", "option", "tensor", "batch"]
Options = dict[str, Any]
Arguments = dict[str, Any]
MUST: Any = object()
"""Stands for the default of a parameter that has none."""
_IRRELEVANT = ("inplace", "_stacklevel", "memory_format")
_RENAMED = {"self": "input", "axis": "dim", "keepdims": "keepdim", "kernel": "kernel_size"}


class UnknownError(Exception):
    """The page cannot compute a call.

    Attributes:
        reason: the page has no such operation; or not with this option; or a tensor takes part that is neither computed
            from the picture nor one of the network's; or it reaches across the pictures of a batch.
        what: the operation or option as PyTorch calls it, or empty.
    """

    def __init__(self, reason: Reason, what: str = "") -> None:
        super().__init__(reason, what)
        self.reason: Reason = reason
        self.what = what


@dataclass(frozen=True)
class Call:
    """A call as the page does it.

    Attributes:
        op: the page's name for it.
        options: without tensors.
        weights: tensors of the network by what they are to the operation; None where one could be and is not.
    """

    op: str
    options: Options = field(default_factory=dict)
    weights: dict[str, Tensor | None] = field(default_factory=dict)


def bound(operation: Operation, parameters: Mapping[str, Any]) -> Arguments:
    """A call's arguments by name.

    Args:
        operation: the call.
        parameters: their names in order with their defaults; `*name` takes all that are left, and `*` alone anything.

    Raises:
        UnknownError: an argument is none of them.
    """
    if "*" in parameters:
        return {}
    names = [name for name in parameters if not name.startswith("*")]
    rest = next((name[1:] for name in parameters if name.startswith("*")), None)
    given = operation.arguments
    bound = dict(zip(names, given, strict=False))
    if rest is not None:
        left = given[len(names) :]
        bound[rest] = left[0] if len(left) == 1 and isinstance(left[0], tuple | list) else left
    elif len(given) > len(names):
        raise UnknownError("option", operation.kind)
    for key, value in operation.keywords.items():
        name = _RENAMED.get(key, key)
        if name not in names and name != rest and name not in _IRRELEVANT and value is not None:
            raise UnknownError("option", key)
        bound[name] = value
    bound = {name: default for name, default in parameters.items() if default is not MUST} | bound
    if any(name not in bound for name in names):
        raise UnknownError("option", operation.kind)
    return bound


def axis(dim: Any, tensor: Tensor) -> int:
    """A dimension without the batch."""
    if not isinstance(dim, int):
        raise UnknownError("option", "dim")
    place = dim % max(tensor.ndim, 1)
    if not has_batch(tensor):
        return place
    if place == 0:
        raise UnknownError("batch")
    return place - 1


def only(arguments: Arguments, **usual: Any) -> None:
    """Refuse options other than these."""
    for name, value in usual.items():
        if arguments[name] != value:
            raise UnknownError("option", name)


def has_batch(tensor: Tensor) -> bool:
    """Whether a tensor's first dimension counts pictures, of which there is one."""
    return tensor.ndim > 0 and tensor.shape[0] == 1
