"""Handlers: those that decide something, and others that do nothing here."""

from pathlib import Path
from typing import Any

import torch

from .engine import Engine


class EarlyStopping:
    """Ends a trainer when a score has not been better for some times."""

    def __init__(self, patience: int, score_function: Any, trainer: Engine, *_: Any, **__: Any) -> None:
        self.patience, self.score_function, self.trainer = patience, score_function, trainer
        self.counter, self.best_score = 0, None

    def __call__(self, engine: Engine) -> None:
        """Look at the score."""
        score = self.score_function(engine)
        if self.best_score is None or score > self.best_score:
            self.best_score, self.counter = score, 0
            return
        self.counter += 1
        if self.counter >= self.patience:
            self.trainer.terminate()


class TerminateOnNan:
    """Ends a run whose output is not a number."""

    def __init__(self, output_transform: Any = lambda output: output) -> None:
        self._transform = output_transform

    def __call__(self, engine: Engine) -> None:
        """Look at the output."""
        output = self._transform(engine.state.output)
        if isinstance(output, float | torch.Tensor) and not bool(torch.isfinite(torch.as_tensor(output)).all()):
            engine.terminate()


class Checkpoint:
    """Saves what it is given whenever it is called, or whenever a score is better than ever."""

    def __init__(self, to_save: Any = None, save_handler: Any = None, *_: Any, score_function: Any = None,
                 dirname: Any = None, **__: Any) -> None:  # fmt: skip
        self._to_save, self._score = to_save, score_function
        self._folder = Path(dirname if dirname is not None else save_handler if isinstance(save_handler, str) else ".")
        self._best: float | None = None
        self.last_checkpoint = ""

    def __call__(self, engine: Engine, to_save: Any = None) -> None:
        """Save, unless the score was better before."""
        score = self._score(engine) if self._score is not None else None
        if score is not None and self._best is not None and score <= self._best:
            return
        self._best = score
        self._folder.mkdir(parents=True, exist_ok=True)
        for name, one in (to_save or self._to_save or {}).items():
            self.last_checkpoint = str(self._folder / f"{name}_{engine.state.epoch}.pt")
            torch.save(one.state_dict(), self.last_checkpoint)


class ModelCheckpoint(Checkpoint):
    """The same with a folder and a prefix."""

    def __init__(self, dirname: Any, filename_prefix: str = "", *args: Any, **kwargs: Any) -> None:
        super().__init__(None, None, dirname=dirname, **kwargs)


class LRScheduler:
    """Steps a scheduler of PyTorch; it is hung on the begin of an iteration or an epoch, whose first it leaves out."""

    def __init__(self, lr_scheduler: Any, *_: Any, **__: Any) -> None:
        self.lr_scheduler, self._is_first = lr_scheduler, True

    def __call__(self, engine: Engine) -> None:
        """Step, but for the first time."""
        if not self._is_first:
            self.lr_scheduler.step()
        self._is_first = False


def global_step_from_engine(engine: Engine, *_: Any) -> Any:
    """A function that tells an engine's epoch."""
    return lambda *_: engine.state.epoch


class Idle:
    """A bar, a timer, a logger: does nothing."""

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        """Whatever is asked for."""
        if name.startswith("__"):
            raise AttributeError(name)
        return Idle()

    def __call__(self, *_: Any, **__: Any) -> Any:
        """Itself."""
        return self

    def __enter__(self) -> "Idle":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __format__(self, spec: str) -> str:
        return ""


def __getattr__(name: str) -> Any:
    """Bars, loggers, timers."""
    if name.startswith("_"):
        raise AttributeError(name)
    return Idle
