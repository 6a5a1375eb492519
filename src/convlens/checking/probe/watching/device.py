"""Networks stay on the processor."""

from typing import Any

import torch
from torch import nn


def keep_on_processor() -> None:
    """Networks that are sent elsewhere stay where they are, and in full precision, which is faster there."""
    original, mix = nn.Module.to, torch.autocast.__init__

    def to(module: nn.Module, *args: Any, **kwargs: Any) -> nn.Module:
        rest = [arg for arg in args if not isinstance(arg, str | torch.device | int)]
        kwargs.pop("device", None)
        return original(module, *rest, **kwargs) if rest or kwargs else module

    def init(context: torch.autocast, device_type: str, *args: Any, **kwargs: Any) -> None:
        mix(context, "cpu", enabled=False)

    torch.autocast.__init__ = init  # type: ignore[method-assign, assignment]
    nn.Module.to = to  # type: ignore[method-assign, assignment]
    nn.Module.cuda = lambda module, device=None: module  # type: ignore[method-assign, assignment]
