"""The Trainer, and what it trains."""

from ..fabric import seed_everything
from . import callbacks, loggers
from .callbacks import Callback
from .core import LightningDataModule, LightningModule
from .trainer import Trainer

__version__ = "2.0.0"
__all__ = ["Callback", "LightningDataModule", "LightningModule", "Trainer", "callbacks", "loggers", "seed_everything"]
