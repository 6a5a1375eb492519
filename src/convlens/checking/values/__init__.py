"""Abstract values: what is known of the objects of a script without running it.

Unknown in, unknown out: wherever something cannot be told it is an `Unknown` value, a size of None, a mode of None.
Values have identity (two networks made by the same line in two turns of a loop are two values).
"""

from convlens.checking.values.basic import (
    NONE,
    Arguments,
    Constant,
    Items,
    Iterating,
    Mapping,
    Number,
    NumberKind,
    Part,
    Plain,
    Shape,
    Site,
    Size,
    Slice,
    Unknown,
    Value,
)
from convlens.checking.values.code import External, Function, Instance, Method, Partial, Scope, Super, UserClass
from convlens.checking.values.data import Dataset, Loader, Split, Tensor, Transform
from convlens.checking.values.networks import Loss, Module, Optimizer, Parameters, Scheduler, StateDict, Tool

__all__ = [
    "NONE",
    "Arguments",
    "Constant",
    "Dataset",
    "External",
    "Function",
    "Instance",
    "Items",
    "Iterating",
    "Loader",
    "Loss",
    "Mapping",
    "Method",
    "Module",
    "Number",
    "NumberKind",
    "Optimizer",
    "Parameters",
    "Part",
    "Partial",
    "Plain",
    "Scheduler",
    "Scope",
    "Shape",
    "Site",
    "Size",
    "Slice",
    "Split",
    "StateDict",
    "Super",
    "Tensor",
    "Tool",
    "Transform",
    "Unknown",
    "UserClass",
    "Value",
]
