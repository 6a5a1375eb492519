"""Time as a budget: measure this machine on a few steps that are thrown away, then fix the number of steps.

The number goes into the run's configuration. That the decay ends when the time does follows from it, and so does that
the configuration repeats the run exactly, on a slower machine too.
"""

import bisect
import copy
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from convlens.config import RunConfig
from convlens.images.batches import steps_per_epoch
from convlens.images.dataset import ImageData
from convlens.training import checkpoint, snapshots
from convlens.training.loop import SAVE_AT_LEAST_EVERY, SAVE_AT_MOST_EVERY, Trainer, validation_steps
from convlens.training.state import TrainingState
from convlens.training.workers import ALONE, Workers

# The share of the budget spent on measuring, and its bounds in seconds.
_SHARE, _LEAST, _MOST = 0.02, 0.5, 10.0
_WARM_UP_STEPS = 3
_PICTURES_SCORED = 1000


@dataclass(frozen=True)
class Pace:
    """What things cost on this machine, in seconds."""

    step: float
    scored_picture: float
    save: float
    snapshots: float
    """All of a run's together."""


def measure(
    config: RunConfig,
    network: nn.Module,
    data: ImageData,
    device: torch.device,
    budget: float,
    disk: Path,
    workers: Workers = ALONE,
) -> Pace:
    """Measure the pace of a run's own steps on a copy of its network, which is then thrown away.

    `budget` is in seconds; a small share of it is spent here. `disk` is a folder where checkpoints will be written.
    """
    steps = steps_per_epoch(data.train.size, config.batch_size)
    # At a rate that changes nothing, so that nothing can diverge that would not diverge in the run.
    config = config.model_copy(update={"schedule": "constant", "learning_rate": 1e-9})
    trainer = Trainer(
        config, data, TrainingState.fresh(config, copy.deepcopy(network), steps, data.train.size), device, workers
    )
    for _ in range(_WARM_UP_STEPS):
        trainer.take_step(steps)
    at_least = min(max(_SHARE * budget, _LEAST), _MOST)
    begun, count = time.perf_counter(), 0
    while workers.any((spent := time.perf_counter() - begun) < at_least) or not count:
        trainer.take_step(steps)
        count += 1
    sample = data.validation.images[:_PICTURES_SCORED]
    scored = _seconds(lambda: trainer.predictor.logits(workers.share(sample))) / len(sample)
    with tempfile.TemporaryDirectory(dir=disk, prefix=".measuring-") as folder:
        saved = _seconds(lambda: checkpoint.save(Path(folder), 0, *trainer.state.pack()))
        kept = snapshots.MOST if snapshots.are_kept(network) else 0
        snapshot = _seconds(lambda: snapshots.save(Path(folder) / "snapshot", network)) if kept else 0.0
    return Pace(step=spent / count, scored_picture=scored, save=saved, snapshots=kept * snapshot)


def steps_within(seconds: float, pace: Pace, per_epoch: int, data: ImageData, mirror: bool) -> int:
    """The largest number of steps that fits into `seconds` with its validations, saves, snapshots and the final test.

    At least 1. With `mirror`, every test picture is looked at twice.
    """
    available = seconds - pace.snapshots - (1 + mirror) * data.test.size * pace.scored_picture

    def needed(steps: int) -> float:
        training = steps * pace.step
        validations = len(validation_steps(steps, per_epoch)) * data.validation.size * pace.scored_picture
        # As the loop saves: at the end, after epochs, but not more often than once a second, and every half minute.
        saves = 1 + min(steps / per_epoch, training / SAVE_AT_MOST_EVERY) + training / SAVE_AT_LEAST_EVERY
        return training + validations + saves * pace.save

    return max(bisect.bisect_right(range(1, int(seconds / pace.step) + 1), available, key=needed), 1)


def _seconds(action: Callable[[], object]) -> float:
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun
