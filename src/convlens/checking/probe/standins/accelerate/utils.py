"""Seeds, and settings that change nothing here."""

import random
from typing import Any

import numpy as np
import torch


def set_seed(seed: int, *_: Any, **__: Any) -> None:
    """Seed Python, NumPy and PyTorch."""
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


class Settings:
    """Of several processes, of folders."""

    def __init__(self, *_: Any, **__: Any) -> None:
        pass


DistributedDataParallelKwargs = InitProcessGroupKwargs = ProjectConfiguration = Settings
