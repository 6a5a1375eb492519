"""Callbacks: those that decide something, and others that do nothing here."""

from pathlib import Path
from typing import Any

import torch


class Callback:
    """To be derived from: methods named after what happens."""


class _Watching(Callback):
    """Watches a number for its best value."""

    def __init__(self, monitor: str | None = None, *, mode: str = "min", **options: Any) -> None:
        self.monitor, self.mode, self.options = monitor, mode, options
        self.best: float | None = None

    def improved(self, trainer: Any) -> bool:
        """Whether the number is better than ever; without a number always."""
        value = trainer.callback_metrics.get(self.monitor)
        if value is None:
            return self.monitor is None
        number = float(value) if self.mode == "min" else -float(value)
        if self.best is not None and number >= self.best:
            return False
        self.best = number
        return True


class EarlyStopping(_Watching):
    """Ends the training when a number has not been better for some epochs."""

    def __init__(self, monitor: str, min_delta: float = 0.0, patience: int = 3, verbose: bool = False,
                 mode: str = "min", **options: Any) -> None:  # fmt: skip
        super().__init__(monitor, mode=mode, **options)
        self.patience, self.wait_count = patience, 0

    def on_validation_end(self, trainer: Any, module: Any) -> None:
        """Count the epochs without progress."""
        self.wait_count = 0 if self.improved(trainer) else self.wait_count + 1
        trainer.should_stop = trainer.should_stop or self.wait_count >= self.patience


class ModelCheckpoint(_Watching):
    """Saves the network when a number is better than ever."""

    def __init__(self, dirpath: Any = None, filename: str | None = None, monitor: str | None = None,
                 *, mode: str = "min", **options: Any) -> None:  # fmt: skip
        super().__init__(monitor, mode=mode, **options)
        self.dirpath = dirpath or "checkpoints"
        self.best_model_path = self.last_model_path = ""

    @property
    def best_model_score(self) -> torch.Tensor | None:
        """The best number so far."""
        if self.best is None:
            return None
        return torch.tensor(self.best if self.mode == "min" else -self.best)

    def on_epoch_done(self, trainer: Any, module: Any) -> None:
        """Save, after the validation of the epoch."""
        folder = Path(self.dirpath)
        folder.mkdir(parents=True, exist_ok=True)
        self.last_model_path = str(folder / "last.ckpt")
        trainer.save_checkpoint(self.last_model_path)
        if self.improved(trainer):
            self.best_model_path = str(folder / f"epoch={trainer.current_epoch}.ckpt")
            trainer.save_checkpoint(self.best_model_path)


def __getattr__(name: str) -> Any:
    """Bars, monitors, timers."""
    if name.startswith("_"):
        raise AttributeError(name)
    return type(name, (Callback,), {"__init__": lambda self, *_, **__: None})
