"""From a target's name to the network: runs the definitions that it needs, and finds its constructor's arguments."""

import ast
import importlib
import inspect
import sys
import types
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import nn
from torch.overrides import TorchFunctionMode

from convlens.byhand.calls import staying
from convlens.byhand.facts import Fault
from convlens.byhand.signatures import constructor_numbers
from convlens.byhand.sites import Definitions, sites_of_error
from convlens.byhand.source import Source, bound_names
from convlens.byhand.trace import fault_of
from convlens.errors import NetworkError

_MODULE_NAME = "convlens_traced"
_PICTURE_NAMES = {
    "x",
    "input",
    "inputs",
    "image",
    "images",
    "img",
    "imgs",
    "picture",
    "pictures",
    "batch",
    "t",
    "tensor",
}
# What a constructor's required arguments are called, and what is put in where the file does not say.
_CHANNELS = {"channels", "in_channels", "num_channels", "n_channels", "input_channels", "in_ch", "c_in", "in_chans"}
_SIZES = {"size", "image_size", "img_size", "input_size"}
_CLASSES = {"classes", "num_classes", "n_classes", "num_class", "nclass", "output_size", "out_features", "n_outputs"}
_SHARES = {"dropout", "p", "dropout_rate", "drop_rate", "dropout_p"}
_SHAPES = {"input_shape", "in_shape", "image_shape", "input_dim"}
# What `forward` calls an argument that is no picture but its class.
_LABELS = {"label", "labels", "class_label", "class_labels", "target", "targets", "digit", "digits"}
# What may be called while the arguments of an example call are worked out, beside the classes of the file.
_HARMLESS = {"len", "int", "float", "bool", "str", "tuple", "list", "dict", "set", "range", "sum", "min", "max", "abs"}
_HARMLESS |= {"round", "sorted", "zip", "prod", "sqrt", "ceil", "floor", "log2", "get", "keys", "values", "items"}
_HARMLESS |= {"vars", "device", "is_available", "Size", "Namespace", "SimpleNamespace"}
_HARMLESS |= {"ArgumentParser", "add_argument", "set_defaults", "parse_args"}


@dataclass(frozen=True)
class Loaded:
    """A network that can be traced, or the reason why it could not be made."""

    network: Callable[..., Any] | None
    definitions: Definitions
    notes: tuple[str, ...] = ()
    fault: Fault | None = None
    inputs: int = 1
    labels: tuple[int, ...] = ()


def load(source: Source, name: str, picture: tuple[int, ...], arguments: dict[str, Any] | None = None) -> Loaded:
    """Make the network called `name` in a file.

    Args:
        source: the file.
        name: a class, a function that makes a network or takes a picture, or a variable that holds a network.
        picture: (C, H, W) of the input, for constructors that ask for it.
        arguments: for the constructor, as far as it knows their names; None finds them in the file.

    Raises:
        NetworkError: the file cannot be run so far, or has no such network.
    """
    definitions = Definitions()
    with definitions.recording(), _Construction():
        namespace, fault = _run(source, name)
        if fault is not None:
            return Loaded(None, definitions, fault=fault)
        found = namespace.get(name)
        if isinstance(found, nn.Module):
            return _loaded(found, definitions, ())
        if not callable(found):
            raise NetworkError(f"{source.path} should define a network called {name!r}, and does not.")
        if not isinstance(found, type) and _takes_a_picture(found):
            return Loaded(found, definitions)
        given = _known(found, arguments) if arguments else _arguments(source, name, found, namespace, picture)
        return _make(source, name, found, definitions, given)


def _run(source: Source, name: str) -> tuple[dict[str, Any], Fault | None]:
    """Run the definitions that `name` needs. An error while a layer is made is the network's fault."""
    module = types.ModuleType(_MODULE_NAME)
    module.__file__ = str(source.path)
    sys.modules[_MODULE_NAME] = module
    sys.path[:0] = [str(source.path.parent.resolve()), str(Path.cwd())]
    sys.argv = [str(source.path)]
    module.__package__ = _package_of(source)
    for statement in source.needed_for(name).body:
        program = compile(ast.Module([statement], type_ignores=[]), str(source.path), "exec", dont_inherit=True)
        try:
            exec(program, vars(module))  # noqa: S102 - the command says that it runs the file
        except ImportError as error:
            missing = error.msg if isinstance(error, _MissingError) else str(error)
            if not isinstance(statement, ast.Import | ast.ImportFrom):
                raise NetworkError(f"{source.path}, line {statement.lineno}: {missing}; {name} needs it.") from error
            # Perhaps only a method that does not run uses it, to plot for instance.
            vars(module).update({bound: _Missing(missing) for bound in bound_names(statement)})
        except (Exception, SystemExit) as error:  # a parser of arguments that must be given exits
            fault = construction_fault(error)
            if fault.layer:
                return vars(module), fault
            if isinstance(statement, ast.Expr | ast.For):
                continue
            said = f"{type(error).__name__}: {error}"
            raise NetworkError(f"{source.path}, line {statement.lineno}, cannot be run: {said}.") from error
    return vars(module), None


def _package_of(source: Source) -> str:
    """The package that a file is part of, importable from now on, so that its relative imports work; empty for none."""
    level = max((n.level for n in ast.walk(source.tree) if isinstance(n, ast.ImportFrom)), default=0)
    if not level:
        return ""
    folders = [source.path.resolve().parent]
    while len(folders) < level or all((one / "__init__.py").is_file() for one in (folders[-1], folders[-1].parent)):
        folders.append(folders[-1].parent)
    sys.path.insert(1, str(folders[-1].parent))
    name = ".".join(folder.name for folder in reversed(folders))
    try:
        importlib.import_module(name)
    except Exception:  # it asks for more than this file does, or a package of another kind has its name
        parts = [f"{_MODULE_NAME}_package", *(folder.name.replace(".", "_") for folder in reversed(folders[:-1]))]
        for count, folder in enumerate(reversed(folders), start=1):
            name = ".".join(parts[:count])
            sys.modules[name] = types.ModuleType(name)
            sys.modules[name].__path__ = [str(folder)]
    return name


_Given = tuple[list[Any], dict[str, Any], tuple[str, ...]]
"""Arguments by position, by name, and what a person should know about them."""


class _MissingError(ImportError):
    """Something was used that could not be imported."""


class _Missing:
    """Stands for what could not be imported, until it is used."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def __getattr__(self, name: str) -> Any:
        raise _MissingError(self._reason)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise _MissingError(self._reason)

    def __mro_entries__(self, bases: Any) -> Any:
        raise _MissingError(self._reason)


def _make(source: Source, name: str, made: Callable[..., Any], definitions: Definitions, given: _Given) -> Loaded:
    args, kwargs, notes = given
    try:
        network = made(*args, **kwargs)
    except _MissingError as error:
        raise NetworkError(f"{source.path}: {error}; {name} needs it.") from error
    except Exception as error:
        return Loaded(None, definitions, notes, construction_fault(error))
    if not isinstance(network, nn.Module):
        raise NetworkError(
            f"{name} of {source.path} should be or make an nn.Module, and makes a {type(network).__name__}."
        )
    return _loaded(network, definitions, notes)


def _arguments(
    source: Source, name: str, made: Callable[..., Any], namespace: dict[str, Any], picture: tuple[int, ...]
) -> _Given:
    """The constructor's arguments: of an example call in the file, else those that must be given, by their names."""
    calls = source.calls_of(name)
    for call in calls:
        try:
            args, kwargs = _given_in(call, namespace, source)
            inspect.signature(made).bind(*args, **kwargs)
        except (Exception, SystemExit):  # noqa: S112 - the call depends on something that only the running script knows
            continue
        shown = ", ".join([*map(ast.unparse, call.args), *(ast.unparse(k.value) for k in call.keywords)])
        return args, kwargs, (f"{name}({shown}) as in line {call.lineno}.",) if shown else ()
    given = {
        p.name: _guess(p.name, name, picture, calls)
        for p in inspect.signature(made).parameters.values()
        if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
    }
    shown = ", ".join(f"{key}={value}" for key, value in given.items())
    return [], given, (f"{name}({shown}): assumed, as the file has no example call.",) if given else ()


def _known(made: Callable[..., Any], arguments: dict[str, Any]) -> _Given:
    """The facts of the data under the names that the constructor has for them."""
    names = {"channels": _CHANNELS, "size": _SIZES, "classes": _CLASSES, "dropout": _SHARES}
    wanted = inspect.signature(made).parameters
    given = {alias: value for key, value in arguments.items() for alias in names[key] if alias in wanted}
    return [], given, ()


def _given_in(call: ast.Call, namespace: dict[str, Any], source: Source) -> tuple[list[Any], dict[str, Any]]:
    """The values of a call's arguments, where literals, plain sums, classes of the file and the like make them.

    Raises:
        ValueError: they call functions, which might load data or train.
        Exception: whatever ends them.
    """
    given = ast.Call(ast.Name("given", ast.Load()), call.args, call.keywords)
    names = {n.id for part in (*call.args, *call.keywords) for n in ast.walk(part) if isinstance(n, ast.Name)}
    seen = source.seen_from(call)
    needed = seen.needed_for(*sorted(names - namespace.keys())).body
    statements = [s for s in needed if not (bound := bound_names(s)) or not namespace.keys() >= set(bound)]
    classes = {n.name for n in ast.walk(source.tree) if isinstance(n, ast.ClassDef)}
    for part in (given, *statements):
        _refuse_calls(part, {"given", *classes, *_HARMLESS})
    space = namespace | {"given": lambda *args, **kwargs: (list(args), kwargs)}
    for tree in (ast.Module(statements, []), ast.Module([ast.Assign([ast.Name("given", ast.Store())], given)], [])):
        exec(compile(ast.fix_missing_locations(tree), str(source.path), "exec", dont_inherit=True), space)  # noqa: S102
    args, kwargs = space["given"]
    return args, kwargs


def _refuse_calls(node: ast.AST, allowed: set[str]) -> None:
    """Raise ValueError where a statement that is run calls anything else."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda):
        return
    if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] not in allowed:
        raise ValueError(ast.unparse(node.func))
    for child in ast.iter_child_nodes(node):
        _refuse_calls(child, allowed)


def _guess(parameter: str, made: str, picture: tuple[int, ...], calls: list[ast.Call]) -> Any:
    known: dict[str, Any] = {
        **dict.fromkeys(_CHANNELS, picture[0]),
        **dict.fromkeys(_SIZES, picture[-1]),
        **dict.fromkeys(_CLASSES, 10),
        **dict.fromkeys(_SHARES, 0.5),
        **dict.fromkeys(_SHAPES, tuple(picture)),
    }
    if parameter not in known:
        why = f"the file has no example call {made}({parameter}=...)"
        if calls:
            why = f"the call in line {calls[0].lineno} depends on what only the running script knows"
        raise NetworkError(
            f"{made} needs a value for {parameter!r}, and {why}; give {parameter!r} a default, or name a function that "
            f"makes the network."
        )
    return known[parameter]


def _takes_a_picture(function: Callable[..., Any]) -> bool:
    required = [p for p in inspect.signature(function).parameters.values() if p.default is p.empty]
    return len(required) == 1 and required[0].name in _PICTURE_NAMES


def _loaded(network: nn.Module, definitions: Definitions, notes: tuple[str, ...]) -> Loaded:
    names = _inputs_of(network)
    labels = tuple(place for place, name in enumerate(names) if place and name in _LABELS)
    notes += tuple(f"{names[place]}: given as the number of a class for each picture." for place in labels)
    return Loaded(network, definitions, notes, inputs=max(1, len(names)), labels=labels)


def _inputs_of(network: nn.Module) -> list[str]:
    """The names of the tensors that `forward` must be given."""
    try:
        parameters = inspect.signature(network.forward).parameters.values()
    except (TypeError, ValueError):
        return []
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [p.name for p in parameters if p.default is p.empty and p.kind in kinds]


def construction_fault(error: BaseException) -> Fault:
    """The fault of a network that could not be made, with the numbers of the layer that refused them."""
    fault = fault_of(error)
    frame = error.__traceback__
    while frame is not None:
        code, module = frame.tb_frame.f_code, frame.tb_frame.f_locals.get("self")
        if code.co_name == "__init__" and isinstance(module, nn.Module) and "torch" in type(module).__module__:
            numbers = constructor_numbers(frame.tb_frame.f_locals, type(module).__init__)
            sites = sites_of_error(error.__traceback__)
            return Fault(fault.kind, fault.message, sites, layer=type(module).__name__, arguments=numbers)
        frame = frame.tb_next
    return fault


class _Construction(TorchFunctionMode):
    """Layers are made as written, but their weights are left as they come: the sums do not depend on them."""

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if getattr(func, "__module__", "") == "torch.nn.init":
            return args[0] if args else kwargs["tensor"] if kwargs else None
        args, kwargs = staying(func, args, kwargs or {})
        return args[0] if func.__name__ == "cuda" else func(*args, **kwargs)
