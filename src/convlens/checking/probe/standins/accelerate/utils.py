"""Seeds."""

import torch


def set_seed(seed: int) -> None:
    """Seed PyTorch."""
    torch.manual_seed(seed)
