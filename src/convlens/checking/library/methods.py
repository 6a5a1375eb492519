"""Methods and attributes of built-in values: tensors, modules, parameters, lists, dictionaries, text."""

import re
from collections.abc import Callable
from typing import Any

from convlens.checking.library import data, operations, training
from convlens.checking.library.containers import (
    constant_method,
    items_method,
    iterating_method,
    mapping_method,
    state_method,
)
from convlens.checking.library.modules import module_method, parameters_method
from convlens.checking.library.tensors import backward, shape_value, tensor_method
from convlens.checking.values import (
    Arguments,
    Constant,
    Dataset,
    Items,
    Iterating,
    Loader,
    Mapping,
    Module,
    Number,
    Optimizer,
    Parameters,
    Part,
    Scheduler,
    Site,
    StateDict,
    Tensor,
    Tool,
    Transform,
    Unknown,
    Value,
)
from convlens.checking.walker import Walker


def call_method(walker: Walker, receiver: Value, name: str, arguments: Arguments, site: Site) -> Value:
    """A method of a built-in value."""
    for kind, handler in _HANDLERS:
        if isinstance(receiver, kind):
            return handler(walker, receiver, name, arguments, site)
    return Unknown(site=site, name=name)


def _loader(walker: Walker, loader: Loader, name: str, arguments: Arguments, site: Site) -> Value:
    return Iterating(site=site, kind="iter", over=[loader]) if name == "__iter__" else Unknown(site=site, name=name)


def _dataset(walker: Walker, dataset: Dataset, name: str, arguments: Arguments, site: Site) -> Value:
    if name == "__getitem__":
        return data.batch(walker, dataset, site)
    if name == "__len__":
        return Number(site=site, kind="items", of=dataset, value=dataset.size)
    return Unknown(site=site, name=name)


def _transform(walker: Walker, made: Transform, name: str, arguments: Arguments, site: Site) -> Value:
    return Unknown(site=site, name=name)


def _number(walker: Walker, number: Number, name: str, arguments: Arguments, site: Site) -> Value:
    if name == "backward":  # fails when run: a number has no graph
        backward(walker, number, site)
    return Unknown(site=site, name=name)


def _part(walker: Walker, part: Part, name: str, arguments: Arguments, site: Site) -> Value:
    return part


_Handler = Callable[[Walker, Any, str, Arguments, Site], Value]
_HANDLERS: tuple[tuple[type[Value], _Handler], ...] = (
    (Tensor, tensor_method),
    (Module, module_method),
    (Parameters, parameters_method),
    (Optimizer, training.optimizer_method),
    (Scheduler, training.scheduler_method),
    (Tool, training.tool_method),
    (Items, items_method),
    (Mapping, mapping_method),
    (Constant, constant_method),
    (Number, _number),
    (Part, _part),
    (Loader, _loader),
    (Dataset, _dataset),
    (Transform, _transform),
    (StateDict, state_method),
    (Iterating, iterating_method),
)
_BLOCKS = re.compile(r"features|layer\d|conv\w*|bn\d|blocks?|stages?|stem|encoder|norm\d?|Mixed_\w+|backbone|trunk\w*")
"""Blocks before the head of a known network; they are told apart from the head, not from each other."""


def builtin_attribute(walker: Walker, value: Value, name: str, site: Site) -> Value | None:  # noqa: PLR0911, PLR0912
    """An attribute that is data, not a method; None where there is no such."""
    if isinstance(value, Tensor):
        if name == "shape":
            return shape_value(value, site)
        if name in ("T", "mT"):
            return operations.operate(walker, "transpose", [value], {}, site)
        if name == "data":
            return operations.operate(walker, "data", [value], {}, site)
        if name == "ndim":
            return Constant(site=site, value=len(value.shape)) if value.shape is not None else Number(site=site)
        if name in ("device", "dtype", "grad", "requires_grad", "is_cuda"):
            return Unknown(site=site, name=name)
    elif isinstance(value, Module):
        if name == "training":
            return Constant(site=site, value=value.mode == "train") if value.mode else Unknown(site=site)
        if name in ("weight", "bias") and value.is_layer:
            return Parameters(site=site, modules=(value,), single=True, name=name)
        if name in value.arguments and value.is_layer:
            return value.arguments[name]
        if value.kind == "wrapper" and name in ("module", "_orig_mod"):
            return next(iter(value.children.values()), None)
        if value.kind == "known" and _BLOCKS.fullmatch(name):
            return value.children.get("(body)")
    elif isinstance(value, Parameters):
        if name == "data" or (name == "grad" and value.name == "grad"):
            return value
        if name == "grad":
            return Parameters(site=site, modules=value.modules, partial=value.partial, single=value.single, name="grad")
        if name in ("requires_grad", "device", "dtype", "shape"):
            return Unknown(site=site, name=name)
    elif isinstance(value, Loader):
        if name == "dataset":
            return value.dataset or Unknown(site=site, name="dataset")
        if name in ("batch_size", "sampler", "drop_last"):
            return value.arguments.get(name) or Unknown(site=site, name=name)
    elif isinstance(value, Dataset):
        return _dataset_attribute(value, name, site)
    elif isinstance(value, Items) and name in ("values", "indices") and len(value.elements) == 2:
        return value.elements[name == "indices"]  # of `tensor.max(dim=1)`
    elif isinstance(value, StateDict) and name == "data":
        return value
    elif isinstance(value, Transform) and name == "transforms":
        value.complete = False  # whoever asks for the list may put more into it
        return Items(site=site, elements=list(value.steps), open=True)
    elif isinstance(value, Optimizer) and name == "param_groups":
        return Items(site=site, elements=[_group(value, site)], open=True)
    return None


def _group(optimizer: Optimizer, site: Site) -> Mapping:
    """A parameter group: its parameters, and rates that are not looked into."""
    held = Parameters(site=site, modules=tuple(optimizer.modules()), partial=not optimizer.complete)
    return Mapping(site=site, entries={"params": held} if held.modules else {}, open=True)


def _dataset_attribute(value: Dataset, name: str, site: Site) -> Value | None:
    if name == "dataset" and value.parent:
        return value.parent
    if name == "transform":
        return value.transform or Unknown(site=site, name=name)
    if name in ("data", "targets", "labels"):
        shape = value.shape
        if name == "data" and shape is not None:
            # torchvision keeps grey pictures as N x H x W tensors and coloured ones as N x H x W x C arrays
            shape = ("N", *shape[1:]) if shape[0] == 1 else ("N", *shape[1:], shape[0])
        return Tensor(
            site=site, role="images" if name == "data" else "labels", of=value, graph=False, scale="0..255",
            dtype="uint8" if name == "data" else "int64", shape=shape if name == "data" else ("N",),
            numpy=bool(value.shape and value.shape[0] == 3),
        )  # fmt: skip
    if name == "classes" and value.classes:
        return Items(site=site, elements=[Unknown(site=site) for _ in range(min(value.classes, 200))])
    return None
