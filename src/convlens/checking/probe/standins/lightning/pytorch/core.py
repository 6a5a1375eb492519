"""Modules that know how they are trained, and modules that know their data."""

import inspect
from pathlib import Path
from types import FrameType
from typing import Any, Self

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import ReduceLROnPlateau

from .loggers import Logger

_PLAIN = (int, float, str, bool, type(None), list, tuple, dict)


class Hyperparameters(dict[str, Any]):
    """A dictionary whose entries are attributes as well."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"there is no hyperparameter called {name}") from None

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value


class WithHyperparameters:
    """What modules and data modules have in common."""

    def save_hyperparameters(self, *names: Any, ignore: Any = (), frame: FrameType | None = None, **_: Any) -> None:
        """Keep the arguments of the constructor that calls this; those named, or all but those ignored."""
        frame = frame or inspect.currentframe().f_back  # type: ignore[union-attr]
        given = _arguments(frame) if frame is not None else {}
        for one in names:
            if not isinstance(one, str):
                given = dict(one) if isinstance(one, dict) else dict(vars(one))
        wanted = {one for one in names if isinstance(one, str)} or set(given)
        ignored = {ignore} if isinstance(ignore, str) else set(ignore or ())
        self.hparams.update({name: value for name, value in given.items() if name in wanted - ignored})

    @property
    def hparams(self) -> Hyperparameters:
        """What was kept."""
        if "_hparams" not in vars(self):
            vars(self)["_hparams"] = Hyperparameters()
        return vars(self)["_hparams"]  # type: ignore[no-any-return]

    def prepare_data(self) -> None:
        """To be overridden."""

    def setup(self, stage: str | None = None) -> None:
        """To be overridden."""

    def teardown(self, stage: str | None = None) -> None:
        """To be overridden."""


def _arguments(frame: FrameType) -> dict[str, Any]:
    """The arguments of the function that a frame runs, without self."""
    names, _, keywords, values = inspect.getargvalues(frame)
    given = {name: values[name] for name in names[1:]}
    return given | dict(values[keywords] if keywords else {})


class LightningDataModule(WithHyperparameters):
    """To be derived from: loaders by name."""

    trainer: Any = None

    def __init__(self, *_: Any, **__: Any) -> None:
        super().__init__()


class LightningModule(WithHyperparameters, nn.Module):
    """To be derived from: a network with its steps and its optimizers."""

    trainer: Any = None
    automatic_optimization = True
    example_input_array: Any = None

    def __init__(self, *_: Any, **__: Any) -> None:
        super().__init__()

    @property
    def device(self) -> torch.device:
        """There is only one."""
        return torch.device("cpu")

    @property
    def current_epoch(self) -> int:
        """Of the trainer."""
        return self.trainer.current_epoch if self.trainer is not None else 0

    @property
    def global_step(self) -> int:
        """Of the trainer."""
        return self.trainer.global_step if self.trainer is not None else 0

    @property
    def logger(self) -> Any:
        """Of the trainer."""
        return self.trainer.logger if self.trainer is not None else Logger()

    def log(self, name: str, value: Any, *_: Any, batch_size: int | None = None, **__: Any) -> None:
        """Keep a number for the mean over the epoch."""
        if self.trainer is not None:
            self.trainer.note(name, value, batch_size)

    def log_dict(self, values: dict[str, Any], *_: Any, **rest: Any) -> None:
        """Several at once."""
        for name, value in values.items():
            self.log(name, value, **rest)

    def print(self, *words: Any, **_: Any) -> None:
        """Print."""
        print(*words)

    def optimizers(self, *_: Any, **__: Any) -> Any:
        """The optimizer, or the list of them."""
        made = self.trainer.optimizers
        return made[0] if len(made) == 1 else made

    def lr_schedulers(self) -> Any:
        """The scheduler, the list of them, or None."""
        made = [one.scheduler for one in self.trainer.lr_scheduler_configs]
        return (made[0] if len(made) == 1 else made) if made else None

    def manual_backward(self, loss: Tensor, *args: Any, **kwargs: Any) -> None:
        """The gradients of the loss."""
        loss.backward(*args, **kwargs)

    def toggle_optimizer(self, optimizer: Optimizer, *_: Any) -> None:
        """Let only the parameters of one optimizer get gradients."""
        held = {id(p) for group in optimizer.param_groups for p in group["params"]}
        self._wanted = [p for p in self.parameters() if p.requires_grad]
        for parameter in self._wanted:
            parameter.requires_grad = id(parameter) in held

    def untoggle_optimizer(self, *_: Any) -> None:
        """Let all of them get gradients again."""
        for parameter in self._wanted:
            parameter.requires_grad = True

    def clip_gradients(self, optimizer: Optimizer, gradient_clip_val: float | None = None, *_: Any, **__: Any) -> None:
        """By their norm."""
        if gradient_clip_val:
            held = [p for group in optimizer.param_groups for p in group["params"]]
            nn.utils.clip_grad_norm_(held, gradient_clip_val)

    def lr_scheduler_step(self, scheduler: Any, metric: Any) -> None:
        """One step of a scheduler."""
        if isinstance(scheduler, ReduceLROnPlateau):
            scheduler.step(metric)
        else:
            scheduler.step()

    def freeze(self) -> None:
        """No gradients, and evaluation mode."""
        self.requires_grad_(False).eval()

    def unfreeze(self) -> None:
        """Gradients, and training mode."""
        self.requires_grad_(True).train()

    def configure_optimizers(self) -> Any:
        """To be overridden."""

    def configure_callbacks(self) -> Any:
        """To be overridden."""
        return []

    def on_after_batch_transfer(self, batch: Any, dataloader_idx: int) -> Any:
        """To be overridden."""
        return batch

    def predict_step(self, batch: Any, *_: Any) -> Any:
        """What the network answers."""
        return self(batch[0] if isinstance(batch, tuple | list) else batch)

    def checkpoint(self) -> dict[str, Any]:
        """What is saved of it."""
        plain = {name: value for name, value in self.hparams.items() if isinstance(value, _PLAIN)}
        return {"state_dict": self.state_dict(), "hyper_parameters": plain}

    @classmethod
    def load_from_checkpoint(cls, checkpoint_path: Any, *_: Any, strict: bool = True, **kwargs: Any) -> Self:
        """A new one with the weights and the hyperparameters of a file."""
        saved = torch.load(Path(checkpoint_path), weights_only=True)
        known = set(inspect.signature(cls.__init__).parameters)
        kept = {name: value for name, value in saved["hyper_parameters"].items() if name in known}
        kwargs.pop("map_location", None)
        made = cls(**kept | kwargs)
        made.load_state_dict(saved["state_dict"], strict=strict)
        return made
