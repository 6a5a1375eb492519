"""Calls of PyTorch functions: which of them change nothing, and what is done to their arguments while tracing."""

from typing import Any

import torch
from torch import Tensor

# These move or relabel memory; the numbers and the shape stay what they are.
NO_CHANGE = {"contiguous", "to", "float", "double", "half", "bfloat16", "type", "type_as", "cpu", "cuda", "detach"}
NO_CHANGE |= {"detach", "clone", "requires_grad", "data", "alias", "real", "rename", "refine_names", "retain_grad"}
# These take nothing but the shape of a tensor.
SHAPE_ONLY = {f"{kind}_like" for kind in ("zeros", "ones", "empty", "full", "rand", "randn", "randint")}
SHAPE_ONLY |= {f"new_{kind}" for kind in ("zeros", "ones", "empty", "full", "tensor")}
# These look at the content of a tensor, which a tensor without content refuses.
LOOKING = {"item", "tolist", "numpy", "__bool__", "__float__", "__int__", "__index__", "nonzero", "unique", "equal"}
LOOKING |= {"allclose", "masked_select", "__array__", "argwhere"}


def tensors_in(value: Any) -> list[Tensor]:
    """The tensors in a value and in the lists, tuples and dictionaries within it, in order."""
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, dict):
        value = tuple(value.values())
    if isinstance(value, tuple | list):
        return [tensor for item in value for tensor in tensors_in(item)]
    return []


def refuse_other_channels(func: Any, tensors: list[Tensor]) -> None:
    """Raise what PyTorch raises where tensors with content meet, and is lenient without."""
    if "conv_transpose" in func.__name__ and len(tensors) > 1 and tensors[0].ndim == tensors[1].ndim:
        given, expected = tensors[0].shape[1], tensors[1].shape[0]
        if given != expected:
            raise RuntimeError(f"expected input to have {expected} channels, but got {given} channels instead")


def staying(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """A call's arguments without a change of device: nothing is computed, so nothing need be anywhere else."""
    name = getattr(func, "__name__", "")
    here = args[0].device if args and isinstance(args[0], Tensor) else torch.device("cpu")
    if name in ("to", "cuda"):
        is_device = [isinstance(arg, torch.device | str) or (i > 0 and type(arg) is int) for i, arg in enumerate(args)]
        args = tuple(here if device else arg for device, arg in zip(is_device, args, strict=True))
    if name == "cuda":
        args = args[:1]
    if kwargs.get("device") is not None:
        kwargs = {**kwargs, "device": here if name == "to" else torch.device("cpu")}
    return args, kwargs
