"""A stand-in for Lightning on one processor: Fabric, and the Trainer with its modules."""

from . import pytorch
from .fabric import Fabric, seed_everything
from .pytorch import Callback, LightningDataModule, LightningModule, Trainer

__version__ = "2.0.0"
__all__ = ["Callback", "Fabric", "LightningDataModule", "LightningModule", "Trainer", "pytorch", "seed_everything"]
