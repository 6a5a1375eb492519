"""The configuration of a run: what `config.toml` holds, and all that is needed to repeat it."""

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Self

import tomli_w
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from convlens.errors import ConfigError
from convlens.options import NETWORKS, Device, Optimizer, Schedule
from convlens.recipes import recipe

DEFAULT_MINUTES = 1.0

Positive = Annotated[int, Field(gt=0)]
Share = Annotated[float, Field(ge=0, lt=1)]


class RunConfig(BaseModel):
    """Everything that decides a run's result, apart from the machine. Immutable; unknown keys are errors.

    The length of a run is given as `minutes`, `epochs` or `steps`; without any it is one minute. Whichever was asked
    for, training fixes `steps` before the first one and writes it here, so that repeating the configuration repeats
    the run.
    """

    # strict still takes 1 for 1.0
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    # The pictures
    data: str = "fashion-mnist"
    size: Annotated[int, Field(ge=8, le=512)] | None = None
    """Height and width in pixels; None is the data's own (28 for Fashion-MNIST)."""

    # The network: a shipped one, or FILE.py:Class
    network: str = "swift"
    dropout: Share | None = None
    """Share of neurons silenced in training; None is the default of a network of one's own."""

    # The length
    minutes: Annotated[float, Field(gt=0)] | None = None
    epochs: Positive | None = None
    steps: Positive | None = None

    # The step
    batch_size: Positive
    optimizer: Optimizer
    learning_rate: Annotated[float, Field(gt=0)]
    """The base rate; for `one-cycle` the highest one."""
    schedule: Schedule
    momentum: Share
    """Nesterov momentum of `sgd`; the others have their own."""
    weight_decay: Annotated[float, Field(ge=0)]
    label_smoothing: Share
    average: Share
    """Decay of the running average of the weights, which is then what is scored and kept; 0 is no average."""

    skip: Share = 0.0
    """Leave out a picture that is learnt already with this probability, and count those of them that stay for more."""

    # Augmentation, applied to training pictures only
    flip: bool
    """Mirror every second picture left to right, another half each epoch."""
    shift: Annotated[int, Field(ge=0, le=64)]
    """Move each picture by up to this many pixels up, down, left and right."""
    erase: Annotated[int, Field(ge=0, le=512)]
    """Blank a square of this many pixels at a random place of each picture."""

    # Prediction
    mirror: bool
    """Predict with the mean of a picture and its mirror image."""

    # The machine
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0  # what fits into TOML's integers
    device: Device = "auto"
    threads: Positive | None = None

    @model_validator(mode="after")
    def _one_length(self) -> Self:
        if self.minutes is not None and self.epochs is not None:
            raise ValueError("minutes and epochs exclude each other")
        return self

    def to_toml(self) -> str:
        """The text of `config.toml`."""
        return tomli_w.dumps(self.model_dump(exclude_none=True))


def resolve(*layers: Mapping[str, Any]) -> RunConfig:
    """Combine option layers, the later ones winning, on top of the chosen network's recipe.

    Args:
        layers: each maps field names of `RunConfig` to values; None means "not set".

    Raises:
        ConfigError: an unknown key (the nearest known one is named), or a value that does not fit.
    """
    chosen: dict[str, Any] = {}
    for layer in layers:
        given = {key.replace("-", "_"): value for key, value in layer.items() if value is not None}
        _refuse_unknown(given)
        # A length given in a later layer replaces one given in an earlier layer.
        if given.keys() & _LENGTHS:
            chosen = {key: value for key, value in chosen.items() if key not in _LENGTHS}
        chosen.update(given)
    network = chosen.get("network", "swift")
    if isinstance(network, str) and network not in NETWORKS and ".py:" not in network:
        raise ConfigError(
            f"There is no network {network!r}; {_nearest(network, NETWORKS)}, and your own is FILE.py:Class."
        )
    try:
        return RunConfig(**{**recipe(str(network), str(chosen.get("data", "fashion-mnist"))), **chosen})
    except ValidationError as error:
        raise ConfigError(_in_one_sentence(error)) from None


def read_toml(path: Path) -> dict[str, Any]:
    """Read options from a TOML file.

    Raises:
        ConfigError: the file cannot be read or is not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"The configuration {path} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not a TOML file: {error}.") from None


_LENGTHS = {"minutes", "epochs", "steps"}


def _refuse_unknown(given: Mapping[str, Any]) -> None:
    for key in given:
        if key not in RunConfig.model_fields:
            raise ConfigError(f"There is no option {key!r}; {_nearest(key, RunConfig.model_fields)}.")


def _nearest(word: str, known: Iterable[str]) -> str:
    known = list(known)
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f"the nearest is {close[0]!r}" if close else f"there are {', '.join(known)}"


def _in_one_sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"])
    what = first["msg"].removeprefix("Value error, ")
    if not name:
        return f"The configuration does not fit: {what}."
    return f"{name} = {first['input']!r} does not fit: {what[0].lower()}{what[1:]}."
