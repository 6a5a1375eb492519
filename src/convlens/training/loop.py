"""The training loop. Read it from top to bottom: `train`, `take_step`, `validate`, `save`."""

import json
import math
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from convlens import files, seeds
from convlens.config import RunConfig
from convlens.errors import InterruptedTraining, NetworkError
from convlens.images.augment import augment, flip_halves
from convlens.images.batches import steps_per_epoch
from convlens.images.dataset import ImageData, Split
from convlens.networks import logits_of
from convlens.networks.own import is_own
from convlens.predictor import Predictor, normalise
from convlens.runs import RunFolder
from convlens.training import checkpoint, snapshots
from convlens.training.observer import Observer, StepSeen, ValidationSeen
from convlens.training.schedules import after_step, after_validation
from convlens.training.state import TrainingState
from convlens.training.workers import ALONE, Workers

# A crash costs at most this much training; an epoch shorter than the other bound is not worth a file of its own.
SAVE_AT_LEAST_EVERY, SAVE_AT_MOST_EVERY = 30.0, 1.0
_VALIDATIONS_AT_LEAST, _VALIDATIONS_AT_MOST = 10, 100


class Trainer:
    """One run's training: the data on the device, the state that changes, and where it is written.

    Every step is a pure function of the configuration, the state and the step's number (order, augmentation and
    dropout are seeded by it), so a run that was killed and resumed ends with the same bits.
    """

    def __init__(
        self,
        config: RunConfig,
        data: ImageData,
        state: TrainingState,
        device: torch.device,
        workers: Workers = ALONE,
    ) -> None:
        self.config = config
        self.state = state
        self.workers = workers
        self.trained = workers.together(state.network, all_learn=not is_own(config.network))
        self.device = device
        self.train_split = Split(data.train.images.to(device), data.train.labels.to(device))
        self.validation_split = data.validation
        self.steps_per_epoch = steps_per_epoch(data.train.size, state.walk.batch_size)
        mean, std = data.mean_and_std
        self.mean, self.std = torch.tensor(mean, device=device), torch.tensor(std, device=device)
        # Without mirror images: validation happens many times, and they would double its cost.
        self.predictor = Predictor(state.scored, mean=mean, std=std)
        self.flip_half = flip_halves(data.train.size, config.seed).to(device)
        self.log_lines: list[dict[str, Any]] = []

    def train(self, steps: int, folder: RunFolder, observer: Observer, should_stop: Callable[[], bool]) -> None:
        """Train until `steps` steps are done.

        Raises:
            InterruptedTraining: `should_stop` said so; the state is saved.
            NetworkError: the loss is no longer a number.
        """
        progress = self.state.progress
        validations = validation_steps(steps, self.steps_per_epoch)
        kept = snapshots.snapshot_steps(validations) if snapshots.are_kept(self.state.network) else frozenset()
        if progress.step == 0 and kept:
            snapshots.save(folder.snapshot_path(0), self.state.scored)
        saved_at = resumed_at = time.monotonic()
        seconds_before = progress.seconds
        while progress.step < steps:
            seen = self.take_step(steps)
            observer.step(seen)
            progress.seconds = seconds_before + time.monotonic() - resumed_at
            if progress.step in validations:
                observer.validation(self.validate(seen))
            if progress.step in kept:  # before the state is saved, so that a resumed run lacks none
                snapshots.save(folder.snapshot_path(progress.step), self.state.scored)
            since_save = time.monotonic() - saved_at
            epoch_ended = progress.step % self.steps_per_epoch == 0
            stop = self.workers.any(should_stop())
            if (
                stop
                or progress.step == steps
                or since_save > SAVE_AT_LEAST_EVERY
                or (epoch_ended and since_save > SAVE_AT_MOST_EVERY)
            ):
                self.save(folder)
                saved_at = time.monotonic()
            if stop and progress.step < steps:
                raise InterruptedTraining(f"Stopped after step {progress.step} of {steps}, saved")

    def take_step(self, steps: int) -> StepSeen:
        """One step: batch, augmentation, forward, loss, backward, update, and the schedule moved on."""
        config, state = self.config, self.state
        number = state.progress.step
        torch.manual_seed(seeds.derive(config.seed, "dropout", number))
        chosen, weights = state.walk.take(number, steps)
        images, labels = map(self.workers.share, self._batch(number, chosen))

        self.trained.train()
        logits = logits_of(self.trained, normalise(images, self.mean, self.std))
        losses = functional.cross_entropy(logits, labels, reduction="none", label_smoothing=config.label_smoothing)
        loss = (losses * self.workers.share(weights).to(self.device)).mean()
        state.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        state.optimizer.step()
        if state.average is not None:
            state.average.update_parameters(state.network)
        learning_rate = float(state.optimizer.param_groups[0]["lr"])
        if number + 1 < steps:
            after_step(state.schedule)
        every_loss = self.workers.gather(losses.detach(), len(chosen)).cpu()
        state.walk.remember(chosen, every_loss)
        return self._account(((every_loss * weights).sum() / weights.sum()).item(), learning_rate, len(chosen), steps)

    def validate(self, seen: StepSeen) -> ValidationSeen:
        """Score the validation pictures, keep the weights if they are the best, and start a new mean of losses."""
        progress = self.state.progress
        images, labels = self.validation_split
        logits = self.workers.gather(self.predictor.logits(self.workers.share(images)), len(images))
        correct = int((logits.argmax(dim=1) == labels).sum())
        loss = functional.cross_entropy(logits, labels).item()
        self.state.keep_best(correct, loss)
        after_validation(self.state.schedule, loss)
        result = ValidationSeen(
            step=seen.step,
            steps=seen.steps,
            epoch=seen.epoch,
            accuracy=correct / len(labels),
            loss=loss,
            train_loss=progress.loss_sum / progress.loss_steps,
            learning_rate=seen.learning_rate,
            seconds=progress.seconds,
            is_best=progress.best_step == progress.step,
        )
        progress.loss_sum, progress.loss_steps = 0.0, 0
        self.log_lines.append(
            {
                "step": result.step,
                "epoch": result.epoch,
                "validation_accuracy": result.accuracy,
                "validation_loss": result.loss,
                "train_loss": result.train_loss,
                "seconds": round(result.seconds, 3),
            }
        )
        return result

    def save(self, folder: RunFolder) -> None:
        """Write the log so far, then the checkpoint that counts its bytes. Of several workers the first one does it."""
        if not self.workers.is_first:
            self.log_lines.clear()
            return
        lines = "".join(json.dumps(line) + "\n" for line in self.log_lines)
        self.log_lines.clear()
        self.state.progress.log_length = files.append_durably(folder.log_path, lines.encode())
        tensors, text = self.state.pack()
        checkpoint.save(folder.checkpoints, self.state.progress.step, tensors, text)

    def _batch(self, number: int, chosen: Tensor) -> tuple[Tensor, Tensor]:
        """The chosen pictures, varied for step `number`, and their labels."""
        config = self.config
        chosen = chosen.to(self.device)
        images = augment(
            self.train_split.images[chosen],
            mirrored=self.flip_half[chosen] ^ bool(self.state.walk.number % 2) if config.flip else None,
            shift=config.shift,
            erase=config.erase,
            generator=seeds.generator(config.seed, "augment", number),
        )
        return images, self.train_split.labels[chosen]

    def _account(self, loss: float, learning_rate: float, pictures: int, steps: int) -> StepSeen:
        progress = self.state.progress
        progress.step += 1
        if not math.isfinite(loss):
            raise NetworkError(
                f"The loss became {loss} at step {progress.step}, with a learning rate of {learning_rate:.2g}; "
                "start anew with a lower --learning-rate."
            )
        progress.loss_sum += loss
        progress.loss_steps += 1
        epoch = progress.step / self.steps_per_epoch
        self.log_lines.append({"step": progress.step, "learning_rate": learning_rate, "loss": loss})
        return StepSeen(progress.step, steps, epoch, loss, learning_rate, pictures)


def validation_steps(steps: int, per_epoch: int) -> frozenset[int]:
    """After which steps to validate: once an epoch, but at least 10 and at most 100 times, evenly; always at the end.

    A run of fewer than 10 steps is validated after each.
    """
    epochs = math.ceil(steps / per_epoch)
    times = min(max(epochs, _VALIDATIONS_AT_LEAST), _VALIDATIONS_AT_MOST, steps)
    return frozenset(math.ceil(steps * (index + 1) / times) for index in range(times))
