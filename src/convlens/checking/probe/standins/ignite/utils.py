"""Small things."""

import inspect
import logging
from collections.abc import Callable
from typing import Any

import torch


def call(function: Callable[..., Any], engine: Any, *args: Any, **kwargs: Any) -> Any:
    """Call a handler with the engine first, if it takes that many arguments."""
    try:
        inspect.signature(function).bind(engine, *args, **kwargs)
    except TypeError:
        return function(*args, **kwargs)
    return function(engine, *args, **kwargs)


def manual_seed(seed: int) -> None:
    """Seed PyTorch."""
    torch.manual_seed(seed)


def convert_tensor(tensor: Any, **_: Any) -> Any:
    """Everything is where it should be."""
    return tensor


def setup_logger(name: str = "ignite", *_: Any, **__: Any) -> logging.Logger:
    """A logger that shows nothing below a warning."""
    return logging.getLogger(name)
