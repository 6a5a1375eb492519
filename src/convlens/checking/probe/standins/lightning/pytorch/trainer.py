"""The Trainer: loops over epochs and batches around a module's own steps, as Lightning makes them."""

from typing import Any

import torch
from torch.optim import Optimizer
from torch.optim.lr_scheduler import ReduceLROnPlateau

from convlens.checking.probe.standins import turns

from .callbacks import ModelCheckpoint
from .core import LightningDataModule
from .loggers import Logger
from .parts import Means, Schedule, evaluation_mode, first, listed, made, size, take

_EVALUATIONS = {"validate": ("validation", "val"), "test": ("test", "test")}
"""Method: what its step and its hooks are called, and its loader."""


class Trainer:
    """One process, in full precision."""

    def __init__(
        self, *, max_epochs: int | None = None, max_steps: int = -1, callbacks: Any = None, logger: Any = None,
        accumulate_grad_batches: int = 1, gradient_clip_val: float | None = None, check_val_every_n_epoch: int = 1,
        fast_dev_run: Any = False, enable_checkpointing: bool = True, **_: Any,
    ) -> None:  # fmt: skip
        self.max_epochs = 1 if fast_dev_run else 1000 if max_epochs in (None, -1) else max_epochs
        self.max_steps = max_steps
        self.callbacks = callbacks if isinstance(callbacks, list) else [callbacks] if callbacks else []
        if enable_checkpointing and not any(isinstance(one, ModelCheckpoint) for one in self.callbacks):
            self.callbacks = [*self.callbacks, ModelCheckpoint()]
        self.logger = logger if logger not in (None, True, False) else Logger()
        self.accumulate_grad_batches, self.gradient_clip_val = accumulate_grad_batches, gradient_clip_val
        self.check_val_every_n_epoch = check_val_every_n_epoch
        self.current_epoch = self.global_step = 0
        self.should_stop = self.sanity_checking = False
        self.is_global_zero, self.world_size, self.num_devices, self.global_rank = True, 1, 1, 0
        self.model: Any = None
        self.datamodule: Any = None
        self.optimizers: list[Optimizer] = []
        self.lr_scheduler_configs: list[Schedule] = []
        self.callback_metrics: dict[str, Any] = {}
        self._means, self._weight = Means(), 1
        self._training: Any = None

    logged_metrics = progress_bar_metrics = property(lambda self: self.callback_metrics)
    loggers = property(lambda self: [self.logger])
    lightning_module = property(lambda self: self.model)

    @property
    def checkpoint_callback(self) -> ModelCheckpoint | None:
        """The callback that saves."""
        return next((one for one in self.callbacks if isinstance(one, ModelCheckpoint)), None)

    @property
    def num_training_batches(self) -> int:
        """In an epoch."""
        return len(self._training) if self._training is not None else 0

    @property
    def estimated_stepping_batches(self) -> int:
        """Steps of the optimizer in the whole training."""
        steps = -(-self.num_training_batches // self.accumulate_grad_batches) * int(self.max_epochs or 0)
        return min(steps, self.max_steps) if self.max_steps > 0 else steps

    def fit(
        self, model: Any, train_dataloaders: Any = None, val_dataloaders: Any = None, datamodule: Any = None, **_: Any
    ) -> None:
        """Train, and validate after each epoch."""
        data = self._attach(model, train_dataloaders, datamodule, "fit")
        own = train_dataloaders if data is None else None
        self._training = first(own if own is not None else (data or model).train_dataloader())
        validating = val_dataloaders if val_dataloaders is not None else made(data or model, "val_dataloader")
        self.callbacks += [one for one in listed(model.configure_callbacks()) if one not in self.callbacks]
        self._configure(model)
        model.train()
        self._call("on_fit_start")
        self._call("on_train_start")
        for epoch in turns(range(int(self.max_epochs or 0))):
            self.current_epoch = epoch
            self._train_epoch(model)
            if validating is not None and (epoch + 1) % self.check_val_every_n_epoch == 0:
                self._evaluate("validation", listed(validating))
            self._call("on_train_epoch_end")
            self._step_schedules("epoch", epoch + 1)
            self._call("on_epoch_done")
            if self.should_stop or 0 < self.max_steps <= self.global_step:
                break
        self._call("on_train_end")
        self._call("on_fit_end")

    def validate(self, model: Any = None, dataloaders: Any = None, ckpt_path: Any = None, verbose: bool = True,
                 datamodule: Any = None) -> list[dict[str, float]]:  # fmt: skip
        """The validation alone."""
        return self._scored("validate", model, dataloaders, ckpt_path, datamodule)

    def test(self, model: Any = None, dataloaders: Any = None, ckpt_path: Any = None, verbose: bool = True,
             datamodule: Any = None) -> list[dict[str, float]]:  # fmt: skip
        """The test."""
        return self._scored("test", model, dataloaders, ckpt_path, datamodule)

    def predict(
        self, model: Any = None, dataloaders: Any = None, datamodule: Any = None, ckpt_path: Any = None, **_: Any
    ) -> list[Any]:
        """The answers to all batches."""
        data = self._attach(model, dataloaders, datamodule, "predict")
        loaders = listed(dataloaders if data is None else data.predict_dataloader())
        with torch.no_grad(), evaluation_mode(self.model):
            return [take(self.model.predict_step, batch, i, n) for n, one in enumerate(loaders)
                    for i, batch in turns(enumerate(one))]  # fmt: skip

    def save_checkpoint(self, filepath: Any, *_: Any, **__: Any) -> None:
        """The module's weights and hyperparameters."""
        torch.save(self.model.checkpoint(), filepath)

    def note(self, name: str, value: Any, batch_size: int | None) -> None:
        """A number that a step logs."""
        self.callback_metrics[name] = value if hasattr(value, "compute") else torch.as_tensor(value).detach()
        self._means.add(name, value, batch_size or self._weight)

    def _attach(self, model: Any, source: Any, datamodule: Any, stage: str) -> Any:
        """Take the module and the data; what the loaders come from where none are given."""
        self.model = model if model is not None else self.model
        self.model.trainer = self
        given = source if isinstance(source, LightningDataModule) else datamodule
        self.datamodule = given if given is not None else self.datamodule
        for one in (self.datamodule, self.model):
            if one is not None:
                one.trainer = self
                one.prepare_data()
                one.setup(stage)
        return given if given is not None else (self.datamodule if source is None else None)

    def _configure(self, model: Any) -> None:
        entries = listed(model.configure_optimizers())
        schedules: list[Any] = []
        if len(entries) == 2 and isinstance(entries[0], list):
            entries, schedules = entries
        self.optimizers, found = [], list(schedules)
        for entry in entries:
            if isinstance(entry, dict):
                found += [entry["lr_scheduler"]] if entry.get("lr_scheduler") is not None else []
                entry = entry["optimizer"]  # noqa: PLW2901 - the same thing, unwrapped
            if entry is not None:
                self.optimizers.append(entry)
        self.lr_scheduler_configs = [Schedule(**one) if isinstance(one, dict) else Schedule(one) for one in found]

    def _train_epoch(self, model: Any) -> None:
        self._call("on_train_epoch_start")
        outputs, pending = [], 0
        for index, batch in turns(enumerate(self._training)):
            self._call("on_train_batch_start", batch, index)
            output = self._train_batch(model, model.on_after_batch_transfer(batch, 0), index, pending == 0)
            outputs.append(output)
            pending = (pending + 1) % self.accumulate_grad_batches
            if model.automatic_optimization and pending == 0 and output is not None:
                self._step(model)
            self._call("on_train_batch_end", output, batch, index)
            if 0 < self.max_steps <= self.global_step:
                break
        if pending and model.automatic_optimization:
            self._step(model)
        self.callback_metrics |= self._means.take()
        if hasattr(model, "training_epoch_end"):
            model.training_epoch_end(outputs)

    def _train_batch(self, model: Any, batch: Any, index: int, begins: bool) -> Any:
        self._weight = size(batch)
        output = take(model.training_step, batch, index, 0)
        if not model.automatic_optimization:
            self.global_step += 1
            return output
        loss = output["loss"] if isinstance(output, dict) else output
        if loss is None:
            return None
        if begins:
            for optimizer in self.optimizers:
                optimizer.zero_grad()
        (loss / self.accumulate_grad_batches if self.accumulate_grad_batches > 1 else loss).backward()
        self._call("on_after_backward")
        return output

    def _step(self, model: Any) -> None:
        for optimizer in self.optimizers:
            self._call("on_before_optimizer_step", optimizer)
            model.clip_gradients(optimizer, self.gradient_clip_val)
            optimizer.step()
        self.global_step += 1
        self._step_schedules("step", self.global_step)

    def _step_schedules(self, interval: str, count: int) -> None:
        if not self.model.automatic_optimization:
            return
        for one in self.lr_scheduler_configs:
            if one.interval != interval or count % one.frequency:
                continue
            metric = self.callback_metrics.get(one.monitor or "")
            if isinstance(one.scheduler, ReduceLROnPlateau) and metric is None:
                raise RuntimeError(f"the metric {one.monitor} that ReduceLROnPlateau wants was not logged")
            self.model.lr_scheduler_step(one.scheduler, metric)

    def _scored(self, method: str, model: Any, given: Any, checkpoint: Any, datamodule: Any) -> list[dict[str, float]]:
        kind, short = _EVALUATIONS[method]
        data = self._attach(model, given, datamodule, method)
        own = made(data or self.model, f"{short}_dataloader")
        loaders = listed(given if data is None and given is not None else own)
        self._restore(checkpoint)
        found = self._evaluate(kind, loaders)
        return [{name: float(value) for name, value in found.items()}]

    def _restore(self, checkpoint: Any) -> None:
        saved = self.checkpoint_callback
        if checkpoint in ("best", "last"):
            checkpoint = (saved.best_model_path if checkpoint == "best" else saved.last_model_path) if saved else None
        if checkpoint:
            self.model.load_state_dict(torch.load(checkpoint, weights_only=True)["state_dict"])

    def _evaluate(self, kind: str, loaders: list[Any]) -> dict[str, Any]:
        model, outputs = self.model, []
        step = getattr(model, f"{kind}_step", None)
        if step is None or not loaders:
            return {}
        with evaluation_mode(model), torch.no_grad():
            self._call(f"on_{kind}_start")
            self._call(f"on_{kind}_epoch_start")
            for number, loader in enumerate(loaders):
                for index, batch in turns(enumerate(loader)):
                    self._weight = size(batch)
                    outputs.append(take(step, model.on_after_batch_transfer(batch, number), index, number))
                    self._call(f"on_{kind}_batch_end", outputs[-1], batch, index)
            if hasattr(model, f"{kind}_epoch_end"):
                getattr(model, f"{kind}_epoch_end")(outputs)
            self._call(f"on_{kind}_epoch_end")
            found = self._means.take()
            self.callback_metrics |= found
            self._call(f"on_{kind}_end")
        return found

    def _call(self, hook: str, *args: Any) -> None:
        """The hook of the callbacks, then of the module, where they have it."""
        for callback in self.callbacks:
            if hasattr(callback, hook):
                take(getattr(callback, hook), self, self.model, *args)
        if hasattr(self.model, hook):
            take(getattr(self.model, hook), *args)
