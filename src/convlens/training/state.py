"""All that changes while a network trains, and its conversion to and from what a checkpoint can hold."""

import json
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn, optim
from torch.optim.lr_scheduler import LRScheduler
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from convlens.config import RunConfig
from convlens.training.optimizers import make_optimizer
from convlens.training.schedules import make_schedule
from convlens.training.walk import Walk


@dataclass
class Progress:
    """The part of the state that is plain numbers."""

    step: int = 0
    """Steps done."""
    best_step: int = 0
    best_correct: int = -1
    """Right answers of the best validation so far; -1 before the first."""
    best_loss: float = float("inf")
    loss_sum: float = 0.0
    """Sum of the training losses since the last validation."""
    loss_steps: int = 0
    seconds: float = 0.0
    """Seconds spent training."""
    log_length: int = 0
    """Bytes of `log.jsonl` that belong to the steps done."""


@dataclass
class TrainingState:
    """Network, optimizer, schedule, running average of the weights, walk through the data, best weights, progress."""

    network: nn.Module
    optimizer: optim.Optimizer
    schedule: LRScheduler
    average: AveragedModel | None
    walk: Walk
    best: dict[str, Tensor] = field(default_factory=dict)
    progress: Progress = field(default_factory=Progress)

    @classmethod
    def fresh(cls, config: RunConfig, network: nn.Module, steps: int, pictures: int) -> "TrainingState":
        """The state before the first of `steps` steps, with that many training pictures."""
        optimizer = make_optimizer(config, network)
        averaging = get_ema_multi_avg_fn(config.average)
        average = AveragedModel(network, multi_avg_fn=averaging) if config.average else None
        walk = Walk(pictures, min(config.batch_size, pictures), config.seed, config.skip)
        return cls(network, optimizer, make_schedule(config.schedule, optimizer, steps), average, walk)

    @property
    def scored(self) -> nn.Module:
        """The network that validation scores and the run keeps: the average where there is one."""
        return self.network if self.average is None else self.average.module

    def keep_best(self, correct: int, loss: float) -> None:
        """Copy the scored weights if this validation is the best so far; the lower loss decides between equals."""
        if (correct, -loss) > (self.progress.best_correct, -self.progress.best_loss):
            self.progress.best_correct, self.progress.best_loss = correct, loss
            self.progress.best_step = self.progress.step
            self.best = {name: value.clone() for name, value in self.scored.state_dict().items()}

    def pack(self) -> tuple[dict[str, Tensor], str]:
        """The state as named tensors and a JSON text for the plain numbers."""
        tensors = _prefixed("network", self.network.state_dict()) | _prefixed("best", self.best)
        if self.average is not None:
            tensors |= _prefixed("average", self.average.state_dict())
        walked, walk = self.walk.pack()
        tensors |= _prefixed("walk", walked)
        numbers: dict[str, Any] = {}
        for index, entries in self.optimizer.state_dict()["state"].items():
            for key, value in entries.items():
                if isinstance(value, Tensor):
                    tensors[f"optimizer/{index}/{key}"] = value
                elif value is not None:
                    numbers[f"{index}/{key}"] = value
        plain = {
            "progress": vars(self.progress),
            "walk": walk,
            "schedule": self.schedule.state_dict(),
            "optimizer_groups": self.optimizer.state_dict()["param_groups"],
            "optimizer_numbers": numbers,
        }
        return tensors, json.dumps(plain, sort_keys=True)

    def unpack(self, tensors: dict[str, Tensor], text: str) -> None:
        """Become the state that `pack` described; bit for bit, memory layouts included."""
        plain = json.loads(text)
        self.network.load_state_dict(_under("network", tensors))
        self.best = _under("best", tensors)
        if self.average is not None:
            self.average.load_state_dict(_under("average", tensors))
        self.schedule.load_state_dict(plain["schedule"])
        self.walk.unpack(_under("walk", tensors), plain["walk"])
        self.progress = Progress(**plain["progress"])
        self._unpack_optimizer(_under("optimizer", tensors), plain["optimizer_numbers"], plain["optimizer_groups"])

    def _unpack_optimizer(
        self, tensors: dict[str, Tensor], numbers: dict[str, Any], groups: list[dict[str, Any]]
    ) -> None:
        parameters = [p for group in self.optimizer.param_groups for p in group["params"]]
        state: dict[int, dict[str, Any]] = {}
        for name, value in (tensors | numbers).items():
            index, _, key = name.partition("/")
            if isinstance(value, Tensor) and value.shape == parameters[int(index)].shape:
                # A checkpoint holds plain row-major tensors. Restored to another layout than the parameter's own
                # (channels last), the same arithmetic would round differently.
                value = torch.empty_like(parameters[int(index)]).copy_(value)  # noqa: PLW2901
            state.setdefault(int(index), {})[key] = value
        self.optimizer.load_state_dict({"state": state, "param_groups": groups})


def _prefixed(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {f"{prefix}/{name}": value for name, value in tensors.items()}


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(f"{prefix}/"): value for name, value in tensors.items() if name.startswith(f"{prefix}/")}
