"""Functions and classes of other packages by qualified name: torch, torchvision, numpy, the standard library."""

import math

from convlens.checking.events import Backward
from convlens.checking.library import (
    albumentations,
    arrays,
    counting,
    data,
    layers,
    operations,
    python,
    tools,
    training,
    transforms,
)
from convlens.checking.library.creating import CREATORS, create, initialise
from convlens.checking.library.operation_table import OPERATIONS, SAME_AS
from convlens.checking.values import (
    Arguments,
    Constant,
    Items,
    Number,
    Site,
    Tensor,
    Unknown,
    Value,
)
from convlens.checking.walker import Walker


def call_external(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:  # noqa: PLR0911, PLR0912
    """What a call of another package's function or class gives; Unknown where that is not known."""
    package, _, last = name.rpartition(".")
    if handler := FUNCTIONS.get(name):
        return handler(walker, last or name, arguments, site)
    if package in ("torch.nn", "torch.nn.parallel", "torch.nn.modules") or package.startswith("torch.nn.modules."):
        return layers.construct(walker, last, arguments, site) or Unknown(site=site, name=name)
    if package in ("torch.nn.functional", "torch", "torch.Tensor", "torch.special") and (
        last.rstrip("_") in OPERATIONS or last in SAME_AS or last in _SIZED
    ):
        return _operation(walker, last, arguments, site)
    if name.startswith("torch.optim.lr_scheduler.") and last in training.SCHEDULERS:
        return training.scheduler(walker, last, arguments, site)
    if name.startswith("torch.optim.") and last in training.OPTIMIZERS:
        return training.optimizer(walker, last, arguments, site)
    if package in ("torchvision.datasets", "medmnist") and last in data.DATASETS:
        return data.dataset(walker, last, arguments, site)
    if name.startswith("torchvision.transforms") and "functional" not in name and last in transforms.TRANSFORMS:
        return transforms.transform(walker, last, arguments, site)
    if package in ("albumentations", "albumentations.pytorch", "albumentations.pytorch.transforms"):
        return albumentations.make(walker, last, arguments, site)
    if name.startswith("torchvision.models.") and last[:1].islower() and "Weights" not in name:
        return layers.known_network(walker, last, arguments, site)
    if package == "torch.nn.init":
        return initialise(walker, last, arguments, site)
    if package in ("torch", "numpy") and last in CREATORS:
        return create(walker, last, arguments, site, numpy=package == "numpy")
    if package == "numpy" and (last in OPERATIONS or last in SAME_AS or last == "reshape"):
        return _numpy(walker, last, arguments, site)
    if name in _MEANS:
        return _numpy(walker, "mean", arguments, site)
    if package == "math" and last in ("ceil", "floor", "sqrt", "prod"):
        return _math(last, arguments, site)
    if package in _OF_TENSORS and _gives_tensor(last) and any(isinstance(one, Tensor) for one in arguments.positional):
        return operations.apply(walker, last, arguments, site)
    if last == "backward":  # of a distributed engine
        walker.emit(Backward(site=site, loss=arguments.get(0), via="framework"))
    return Unknown(site=site, name=name)


_SIZED = ("reshape", "permute")
_OF_TENSORS = ("torch", "torch.nn.functional", "torch.linalg", "torch.special")


def _gives_tensor(name: str) -> bool:
    """Whether a function of torch that is not in the table gives a tensor: most do, and then nothing else is known."""
    return name.islower() and not name.startswith(("is_", "set_", "get_")) and name not in ("save", "numel", "allclose")


_MEANS = ("numpy.average", "numpy.nanmean", "statistics.mean", "statistics.fmean")


def _operation(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    inplace = name.endswith("_") and name not in OPERATIONS
    name = name.rstrip("_") if inplace else name
    first = arguments.get(0, "input")
    if name in _SIZED and isinstance(first, Tensor):
        sizes = arguments.get(1, "dims" if name == "permute" else "shape") or Unknown()
        return operations.operate(walker, name, [first], {"dims" if name == "permute" else "sizes": sizes}, site)
    return operations.apply(walker, name, arguments, site, inplace=inplace)


def _numpy(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    if "axis" in arguments.keywords:
        arguments.keywords["dim"] = arguments.keywords.pop("axis")
    first = arguments.get(0)
    if isinstance(first, Items) and name in ("mean", "sum", "max", "min"):
        return counting.average(walker, name, first, site)
    if not isinstance(first, Tensor | Items):
        return Unknown(site=site, name=f"numpy.{name}")
    if name == "transpose" and isinstance(first, Tensor):
        axes = arguments.get(1, "axes") or Unknown()
        return operations.operate(walker, "permute", [first], {"dims": axes}, site)
    if name == "reshape" and isinstance(first, Tensor):
        return operations.operate(walker, name, [first], {"sizes": arguments.get(1, "shape") or Unknown()}, site)
    result = operations.apply(walker, name, arguments, site)
    if isinstance(result, Tensor):
        result.numpy = True
        if result.shape == ():
            return operations.count(result, site)
    return result


def _math(name: str, arguments: Arguments, site: Site) -> Value:
    value = arguments.get(0)
    if isinstance(value, Constant) and isinstance(value.value, int | float) and name != "prod":
        try:
            return Constant(site=site, value=getattr(math, name)(value.value), certain=value.certain)
        except (ValueError, OverflowError):
            return Unknown(site=site)
    return value if isinstance(value, Number) else Unknown(site=site)


FUNCTIONS = {**python.FUNCTIONS, **tools.FUNCTIONS, **arrays.FUNCTIONS}
