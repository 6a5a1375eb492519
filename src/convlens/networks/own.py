"""A user's own network, named FILE.py:Class: loaded, built, and tried on one batch before any training."""

import importlib.util
import inspect
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn

from convlens.errors import NetworkError
from convlens.files import write_atomically

# What a constructor may call the facts of the data; those that it names are passed, the rest is left to the module.
_ARGUMENT_NAMES = {
    "channels": ("channels", "in_channels", "num_channels"),
    "size": ("size", "image_size"),
    "classes": ("classes", "num_classes", "n_classes"),
    "dropout": ("dropout",),
}


def is_own(network: str) -> bool:
    """Whether a network's name is of the form FILE.py:Class."""
    return ".py:" in network


def build_own(network: str, picture_shape: tuple[int, int, int], classes: int, dropout: float | None) -> nn.Module:
    """Run the user's file and make an instance of the class in it.

    Args:
        network: `FILE.py:Class`; the class is an `nn.Module`. Of its constructor's parameters those called
            `channels`, `size`, `classes`, `dropout` (or as listed above) receive the data's values.
        picture_shape: (C, H, W) of the pictures.
        classes: K, the number of classes.
        dropout: the run's dropout; None leaves the class its own default.

    Raises:
        NetworkError: there is no such file or class, or it cannot be built.
    """
    file, _, name = network.rpartition(":")
    made = getattr(_import_file(Path(file)), name, None)
    if not (inspect.isclass(made) and issubclass(made, nn.Module)):
        raise NetworkError(f"{file} should define an nn.Module called {name!r}, and does not.")
    facts = {"channels": picture_shape[0], "size": picture_shape[1], "classes": classes, "dropout": dropout}
    try:
        return made(**_arguments_for(made, facts))
    except Exception as error:
        raise NetworkError(f"{name} of {file} cannot be built: {_brief(error, Path(file))}") from error


def keep_copy(network: str, copy: Path) -> None:
    """Keep the text of the user's file with the run; the copy is for people, and only run when someone names it."""
    write_atomically(copy, Path(network.rpartition(":")[0]).read_bytes())


def check_unchanged(network: str, copy: Path) -> None:
    """Make sure that the user's file is still the one whose text is kept with the run, before anything of it runs.

    A run folder that came by mail must not run code of its own when it is opened: a configuration that names a file
    inside the run's folder, or one relative to wherever we are, is refused like one that has changed.

    Raises:
        NetworkError: the file is gone, has changed, or is part of the run folder.
    """
    name = network.rpartition(":")[2]
    file = Path(network.rpartition(":")[0])
    is_foreign = not file.is_absolute() or file.resolve().is_relative_to(copy.parent.resolve())
    if is_foreign or not file.is_file() or not copy.is_file() or file.read_bytes() != copy.read_bytes():
        raise NetworkError(
            f"{file} is no longer the file that the run was trained with; its text is kept in {copy}: if you trust "
            f"it, name it with --network {copy}:{name}"
        )


def check_on_one_batch(module: nn.Module, picture_shape: tuple[int, int, int], classes: int) -> None:
    """Send two pictures of noise forward and back, and say plainly what does not fit.

    The module's buffers (running means) are left as they were.

    Raises:
        NetworkError: it fails on the batch, answers in another shape than (N, K), or has nothing to learn.
    """
    name = type(module).__name__
    if not any(parameter.requires_grad for parameter in module.parameters()):
        raise NetworkError(f"{name} has no parameter that requires a gradient, so there is nothing to train.")
    images = torch.randn(2, *picture_shape, generator=torch.Generator().manual_seed(0))
    try:
        module.eval()(images)  # lazy layers learn their sizes here, and running means stay untouched
        before = {key: value.clone() for key, value in module.state_dict().items()}
        answer = module.train()(images)
        logits = answer[0] if isinstance(answer, tuple) else answer
        _check_logits(name, logits, classes)
        logits.sum().backward()
        with torch.no_grad():
            module(images)  # maps that a module keeps on itself must not hold a graph: it could not be copied
        module.load_state_dict(before)
        module.zero_grad(set_to_none=True)
    except NetworkError:
        raise
    except Exception as error:
        shape = " x ".join(str(side) for side in picture_shape)
        file = Path(inspect.getfile(type(module)))
        raise NetworkError(f"{name} fails on two pictures of {shape}: {_brief(error, file)}") from error


def _check_logits(name: str, logits: Any, classes: int) -> None:
    if not isinstance(logits, Tensor):
        raise NetworkError(
            f"{name} should return logits as a tensor, or (logits, feature maps), and returns {type(logits).__name__}."
        )
    if logits.shape != (2, classes):
        raise NetworkError(
            f"{name} should return logits of shape (2, {classes}) for two pictures of {classes} classes, "
            f"and returns {tuple(logits.shape)}."
        )
    if not (logits.is_floating_point() and logits.requires_grad):
        raise NetworkError(f"{name} returns logits that do not depend on its parameters: is the result detached?")


def _import_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise NetworkError(f"There is no file {path}; a network of your own is named FILE.py:Class.")
    spec = importlib.util.spec_from_file_location(f"convlens_own_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise NetworkError(f"{path} is not a Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where dataclasses look for it
    # Neighbouring files are importable, as they are when the file is run as a script.
    sys.path.insert(0, str(path.parent.resolve()))
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # a script may end itself, or parse arguments that are not its own
        raise NetworkError(f"{path} cannot be imported: {_brief(error, path)}") from error
    finally:
        sys.path.remove(str(path.parent.resolve()))
    return module


def _arguments_for(made: type[nn.Module], facts: dict[str, Any]) -> dict[str, Any]:
    parameters = inspect.signature(made).parameters
    return {alias: facts[fact] for fact, aliases in _ARGUMENT_NAMES.items() for alias in aliases if alias in parameters}


def _brief(error: BaseException, file: Path) -> str:
    """The error's first line, and the line of the user's file that it came from, where one is on the way."""
    lines = str(error).strip().splitlines() or ["no message"]
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame.lineno for frame in frames if Path(frame.filename).resolve() == file.resolve()]
    where = f" (line {own[-1]} of {file.name})" if own else ""
    return f"{type(error).__name__}: {lines[0]}{where}"
