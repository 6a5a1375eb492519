"""What other programs rely on: the public names, a quick import, and one set of options everywhere."""

import subprocess
import sys
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest

import convlens
from convlens.api import TrainOptions
from convlens.cli.train import train as train_command
from convlens.config import RunConfig

PUBLIC = [
    "ConvlensError",
    "Evaluation",
    "ImageData",
    "Prediction",
    "Predictor",
    "Run",
    "RunConfig",
    "Split",
    "load_images",
    "open_run",
    "train",
]


def test_the_public_names_are_these() -> None:
    assert sorted(convlens.__all__) == PUBLIC
    assert set(PUBLIC) <= set(dir(convlens))


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_is_there_and_documented(name: str) -> None:
    assert getattr(convlens, name).__doc__


def test_any_other_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'convlens' has no attribute 'trian'"):
        _ = convlens.trian


def test_the_version_is_that_of_the_package() -> None:
    from importlib.metadata import version

    assert convlens.__version__ == version("convlens")


def in_a_fresh_process(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


@pytest.mark.parametrize("module", ["convlens", "convlens.cli", "convlens.__main__"])
def test_importing_does_not_import_torch(module: str) -> None:
    assert in_a_fresh_process(f"import sys, {module}; print('torch' in sys.modules)") == "False"


def test_importing_takes_less_than_60_milliseconds() -> None:
    code = "import time; begun = time.process_time(); import convlens; print(time.process_time() - begun)"
    # The processor's time, for a busy machine makes the clock's any length; and the best of several.
    assert any(float(in_a_fresh_process(code)) < 0.060 for _ in range(10))


# One set of options


def plain(hint: Any) -> Any:
    """A type without the None that means "not set"."""
    if get_origin(hint) in (Union, UnionType):
        rest = [part for part in get_args(hint) if part is not NoneType]
        return rest[0] if len(rest) == 1 else hint
    return hint


CONFIGURED = {name: plain(get_type_hints(RunConfig)[name]) for name in RunConfig.model_fields}


def test_python_takes_every_option_of_a_configuration() -> None:
    options = {name: plain(hint) for name, hint in get_type_hints(TrainOptions).items()}
    assert options | {"data": str, "network": str} == CONFIGURED


def test_the_command_line_takes_every_option_of_a_configuration() -> None:
    options = {name: plain(hint) for name, hint in get_type_hints(train_command).items()}
    for name in ("context", "out", "resume", "config", "return"):
        options.pop(name)
    assert options == CONFIGURED
