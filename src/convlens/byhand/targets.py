"""From what a person names - a shipped network, a run, FILE.py:Class - to a file, a name in it, and an input."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convlens.byhand.inputs import find_input
from convlens.byhand.source import Source
from convlens.errors import ConfigError, NetworkError

_SHIPPED = {"swift": "Swift", "lecture": "Lecture"}
_FASHION_MNIST = (1, 28, 28)


@dataclass(frozen=True)
class Target:
    """What is to be traced.

    Attributes:
        title: what a person calls it.
        file, name: where it is written, and what it is called there.
        picture: the input's shape without the batch, (C, H, W).
        arguments: for its constructor, where they are known; None finds them in the file.
        found: where the input's shape was found; empty where it was given.
        own: whether the file is a person's own.
    """

    title: str
    file: Path
    name: str
    picture: tuple[int, ...]
    arguments: dict[str, Any] | None = None
    found: str = ""
    own: bool = True


def find_target(target: str, picture: tuple[int, ...] | None) -> Target:
    """Find what is to be traced.

    Args:
        target: `lecture`, a run folder, `FILE.py:Class`, `FILE.py:function`, or `FILE.py` with one network in it.
        picture: the input's shape, or None to find it.

    Raises:
        NetworkError: there is no such network, or its input's shape cannot be found.
        RunError: the run folder cannot be read.
    """
    if target in _SHIPPED:
        return _shipped(target, picture or _FASHION_MNIST, classes=10)
    if (Path(target) / "config.toml").is_file():
        return _run(Path(target), picture)
    file, colon, name = target.rpartition(":")
    if not (colon and file.endswith(".py")):
        file, name = target, ""
    if not file.endswith(".py"):
        raise NetworkError(
            f"There is no network and no run called {target!r}; name {' or '.join(map(repr, _SHIPPED))}, a run's "
            f"folder, or your own as FILE.py:Class."
        )
    source = Source.read(Path(file))
    name = name or _only_network(source)
    if name not in source.defined_names():
        raise NetworkError(f"{file} should define a network called {name!r}, and does not.")
    found = None if picture else find_input(source)
    if picture is None and found is None:
        raise NetworkError(f"{file} does not say how large its pictures are; add for instance --input 1,28,28.")
    shape = picture or (found.shape if found else ())
    return Target(name, Path(file), name, shape, found=found.where if found else "")


def sizes_of(text: str) -> tuple[int, ...]:
    """The numbers of `1,28,28`, also written 1x28x28.

    Raises:
        ConfigError: they are not sizes.
    """
    parts = text.replace("x", ",").replace("×", ",").strip("()[] ").split(",")
    if not all(part.strip().isdecimal() and int(part) > 0 for part in parts):
        raise ConfigError(f"The input should be channels, height and width such as 1,28,28, and is {text!r}.")
    return tuple(int(part) for part in parts)


def _shipped(network: str, picture: tuple[int, ...], classes: int) -> Target:
    from convlens import networks

    channels, size = picture[0], picture[-1]
    return Target(
        title=network,
        file=Path(networks.__path__[0]) / f"{network}.py",
        name=_SHIPPED[network],
        picture=picture,
        arguments={"channels": channels, "size": size, "classes": classes},
        own=False,
    )


def _run(folder: Path, picture: tuple[int, ...] | None) -> Target:
    from convlens.runs import RunFolder

    run = RunFolder(folder)
    config, facts = run.read_config(), run.read_facts()
    shape = picture or facts.picture_shape
    if config.network in _SHIPPED:
        return _shipped(config.network, shape, len(facts.classes))
    file, _, name = config.network.rpartition(":")
    arguments = {"channels": shape[0], "size": shape[-1], "classes": len(facts.classes), "dropout": config.dropout}
    return Target(config.network, Path(file), name, shape, arguments)


def _only_network(source: Source) -> str:
    names = source.networks()
    if len(names) == 1:
        return names[0]
    if not names:
        raise NetworkError(
            f"{source.path} has no class derived from nn.Module; name what you mean: {source.path}:NAME."
        )
    raise NetworkError(f"{source.path} has {len(names)} networks; name one: {source.path}:{', or :'.join(names)}.")
