"""The older name of Lightning's Trainer."""

from lightning.pytorch import (  # type: ignore[import-not-found]
    Callback,
    LightningDataModule,
    LightningModule,
    Trainer,
    callbacks,
    loggers,
    seed_everything,
)

__version__ = "2.0.0"
__all__ = ["Callback", "LightningDataModule", "LightningModule", "Trainer", "callbacks", "loggers", "seed_everything"]
