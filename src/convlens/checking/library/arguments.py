"""Command-line options with their defaults, and calls of things that are not known."""

import builtins

from convlens.checking.library import reshaping
from convlens.checking.values import (
    Arguments,
    Constant,
    External,
    Items,
    Mapping,
    Method,
    Module,
    Site,
    Tensor,
    Tool,
    Unknown,
    Value,
)
from convlens.checking.walker import Walker


def option_method(walker: Walker, method: Method, arguments: Arguments, site: Site) -> Value | None:
    """`parser.add_argument`, `parser.parse_args`; None for anything else."""
    parser = method.receiver
    if not (isinstance(parser, Tool) and parser.kind == "parser"):
        return None
    if method.name == "add_argument":
        _add_option(parser, arguments, site)
    elif method.name in ("add_argument_group", "add_mutually_exclusive_group"):
        return parser
    elif method.name in ("parse_args", "parse_known_args"):
        return Mapping(site=site, entries=dict(parser.arguments.items()), open=True)
    return Unknown(site=site)


def _add_option(parser: Tool, arguments: Arguments, site: Site) -> None:
    words = [value.value for value in arguments.positional if isinstance(value, Constant)]
    texts = [word for word in words if isinstance(word, str)]
    long = next((word for word in texts if word.startswith("--")), texts[0] if texts else "")
    dest = arguments.keywords.get("dest")
    name = str(dest.value) if isinstance(dest, Constant) else long.lstrip("-").replace("-", "_")
    action = arguments.keywords.get("action")
    switch = action.value if isinstance(action, Constant) else None
    default = arguments.keywords.get("default")
    if isinstance(default, Constant):
        parser.arguments[name] = Constant(site=default.site, value=_as_type(default, arguments), certain=False)
    elif default is not None:
        parser.arguments[name] = default
    elif switch in ("store_true", "store_false"):
        parser.arguments[name] = Constant(site=site, value=switch == "store_false", certain=False)
    else:
        parser.arguments[name] = Unknown(site=site, name=name)


def _as_type(default: Constant, arguments: Arguments) -> str | int | float | complex | bytes | bool | None:
    """A default that is text goes through `type`, as argparse does."""
    kind = arguments.keywords.get("type")
    if isinstance(default.value, str) and isinstance(kind, External) and kind.name in ("int", "float"):
        try:
            return int(default.value) if kind.name == "int" else float(default.value)
        except ValueError:
            return None
    return default.value


_LOOKING = (
    "torch", "torchvision", "torchinfo", "torchsummary", "numpy", "copy", "pickle", "json", "os", "sys", "logging",
    "wandb", "mlflow", "tensorboard", "tensorboardX", "matplotlib", "seaborn", "sklearn", "tqdm", "timm", "thop",
    "fvcore", "ptflops", "torchviz", "torchmetrics", "time", "random", "math", "gc", "accelerate", "lightning",
    "ignite", "torch_lr_finder", "joblib", "rich", "pathlib", "collections", "itertools", "functools", "onnx", "click",
)  # fmt: skip


def only_looks(name: str) -> bool:
    """Whether what is called leaves a network in the mode it is in: Python's own functions, well-known packages."""
    root, dot, _ = name.partition(".")
    return root in _LOOKING or (not dot and hasattr(builtins, name))


def forget_modes(walker: Walker, name: str, arguments: Arguments) -> None:
    """A network that is given to something unknown may be switched by it."""
    if only_looks(name):
        return
    for value in [*arguments.positional, *arguments.keywords.values()]:
        if isinstance(value, Module):
            for part in value.modules():
                walker.memory.write(part.state, "mode", None)


def pictures(arguments: Arguments, site: Site) -> Tensor | None:
    """`rows.reshape(-1, 1, 28, 28)` of something unknown: as many pictures as there are."""
    given = arguments.positional
    shape = reshaping.pictures(given[0] if len(given) == 1 else Items(elements=given))
    return Tensor(site=site, shape=shape, graph=False, numpy=True) if shape is not None else None


def unknown_result(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    """What a call of something unknown gives: of tensors a tensor, perhaps."""
    forget_modes(walker, name, arguments)
    tensors = [value for value in arguments.positional if isinstance(value, Tensor)]
    return Unknown(site=site, name=name) if not tensors else Tensor(site=site, of=tensors[0].of, supposed=True)
