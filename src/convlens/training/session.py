"""One training session, from options to a scored run folder: begin or resume, train, finish."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import torch

from convlens import images, networks, seeds
from convlens.config import DEFAULT_MINUTES, RunConfig
from convlens.errors import InterruptedTraining, RunError
from convlens.evaluation import Evaluation, evaluate
from convlens.files import truncate
from convlens.images.batches import steps_per_epoch
from convlens.images.dataset import ImageData
from convlens.networks.own import is_own, keep_copy
from convlens.predictor import Predictor
from convlens.runs import DataFacts, RunFolder
from convlens.training import budget, checkpoint, machine
from convlens.training.loop import Trainer
from convlens.training.observer import Observer
from convlens.training.state import TrainingState


def never() -> bool:
    """Do not stop."""
    return False


@dataclass(frozen=True)
class Outcome:
    """What a session ended with: the test score, and the run's seconds, interrupted sessions included."""

    test: Evaluation
    seconds: float


def begin(
    config: RunConfig,
    path: Path,
    *,
    observer: Observer,
    should_stop: Callable[[], bool] = never,
    started: float | None = None,
) -> Outcome:
    """Train a new run in the folder `path`.

    Args:
        config: the whole configuration.
        path: a folder that does not hold a run yet.
        observer: told what happens.
        should_stop: asked after each step; True saves and stops.
        started: `time.monotonic()` at the moment from which a budget of minutes counts; None is now.

    Raises:
        ConvlensError: see `convlens.errors`; InterruptedTraining when stopped.
    """
    started = time.monotonic() if started is None else started
    folder = RunFolder(path)
    with folder.locked():
        if folder.is_started:
            raise RunError(
                f"{path} holds a run already; name another folder with --out"
                + ("." if folder.is_finished else f", or go on with: convlens train --resume {path}")
            )
        config = _settled(config)
        return _train(config, folder, observer, should_stop, started)


def resume(path: Path, *, observer: Observer, should_stop: Callable[[], bool] = never) -> Outcome:
    """Go on with the unfinished run in `path`, from its newest undamaged checkpoint.

    The result is the same, bit for bit, as without the interruption.

    Raises:
        ConvlensError: see `convlens.errors`; a finished run is an error.
    """
    started = time.monotonic()
    folder = RunFolder(path)
    if not folder.is_started:
        raise RunError(f"{path} holds no run to resume; begin one with: convlens train --out {path}")
    with folder.locked():
        if folder.is_finished:
            raise RunError(f"The run in {path} is finished; there is nothing to resume.")
        return _train(folder.read_config(), folder, observer, should_stop, started)


def _train(
    config: RunConfig,
    folder: RunFolder,
    observer: Observer,
    should_stop: Callable[[], bool],
    started: float,
) -> Outcome:
    device = machine.choose_device(config.device)
    with machine.prepared(config.threads or 1):
        data = images.load(config.data, size=config.size, seed=config.seed, progress=observer.loading)
        observer.loaded(data)
        network = networks.build(
            config.network,
            data.picture_shape,
            len(data.classes),
            dropout=config.dropout,
            seed=seeds.derive(config.seed, "weights", 0),
        ).to(device)
        _record_start(folder, config, data, device)
        steps = _count_steps(config, folder, network, data, device, started)
        folder.write_config(config.model_copy(update={"steps": steps}))
        trainer = Trainer(config, data, TrainingState.fresh(config, network, steps), device)
        _restore(trainer, folder, observer)
        seconds_before = trainer.state.progress.seconds
        try:
            trainer.train(steps, folder, observer, should_stop)
        except InterruptedTraining as stopped:
            raise InterruptedTraining(f"{stopped}; go on with: convlens train --resume {folder.path}") from None
        test = _finish(trainer, folder, data)
        outcome = Outcome(test, seconds_before + time.monotonic() - started)
        _record_end(folder, outcome)
        return outcome


def _settled(config: RunConfig) -> RunConfig:
    """The configuration with what depends on this machine and folder written out."""
    update: dict[str, object] = {"threads": config.threads or machine.available_threads()}
    if is_own(config.network):
        file, _, name = config.network.rpartition(":")
        update["network"] = f"{Path(file).resolve()}:{name}"
    if Path(config.data).is_dir():
        update["data"] = str(Path(config.data).resolve())
    return config.model_copy(update=update)


def _count_steps(
    config: RunConfig,
    folder: RunFolder,
    network: torch.nn.Module,
    data: ImageData,
    device: torch.device,
    started: float,
) -> int:
    """The number of steps of the run; where minutes were asked for, this machine is measured."""
    if config.steps is not None:
        return config.steps
    per_epoch = steps_per_epoch(data.train.size, config.batch_size)
    if config.epochs is not None:
        return config.epochs * per_epoch
    seconds = 60 * (config.minutes or DEFAULT_MINUTES)
    pace = budget.measure(config, network, data, device, seconds, folder.path)
    return budget.steps_within(seconds - (time.monotonic() - started), pace, per_epoch, data, config.mirror)


def _record_start(folder: RunFolder, config: RunConfig, data: ImageData, device: torch.device) -> None:
    """Write what the run is made of, or, when resuming, make sure that it still is."""
    facts = DataFacts.of(data)
    if folder.is_started and folder.read_facts() != facts:
        raise RunError(f"The pictures of {config.data} have changed since the run in {folder.path} began.")
    folder.write_facts(facts)
    if is_own(config.network):
        keep_copy(config.network, folder.network_path)
    environment = folder.read_environment() or machine.describe(device)
    environment.setdefault("sessions", []).append({"begun": datetime.now(UTC).isoformat(timespec="seconds")})
    folder.write_json(folder.environment_path, environment)


def _record_end(folder: RunFolder, outcome: Outcome) -> None:
    environment = folder.read_environment()
    environment["seconds"] = round(outcome.seconds, 1)
    folder.write_json(folder.environment_path, environment)


def _restore(trainer: Trainer, folder: RunFolder, observer: Observer) -> None:
    """Put the trainer where the newest checkpoint was, and cut the log to the same step."""
    found = checkpoint.load_newest(folder.checkpoints, observer.note)
    if found is not None:
        try:
            trainer.state.unpack(*found)
        except (RuntimeError, KeyError, TypeError) as error:
            raise RunError(
                f"The checkpoint in {folder.path} does not fit this network; was it another version of convlens?"
            ) from error
    truncate(folder.log_path, trainer.state.progress.log_length)


def _finish(trainer: Trainer, folder: RunFolder, data: ImageData) -> Evaluation:
    """Keep the best weights, read the test set once, and write the scores; `metrics.json` marks the run finished."""
    progress = trainer.state.progress
    weights_sha256 = folder.write_weights(trainer.state.best)
    trainer.state.scored.load_state_dict(trainer.state.best)
    mean, std = data.mean_and_std
    predictor = Predictor(trainer.state.scored, mean=mean, std=std, mirror=trainer.config.mirror)
    test = evaluate(predictor.logits(data.test.images), data.test.labels)
    folder.write_json(
        folder.metrics_path,
        {
            "test": asdict(test),
            "validation": {
                "correct": progress.best_correct,
                "total": data.validation.size,
                "accuracy": progress.best_correct / data.validation.size,
                "loss": progress.best_loss,
            },
            "best_step": progress.best_step,
            "steps": progress.step,
            "parameters": sum(p.numel() for p in trainer.state.network.parameters()),
            "weights_sha256": weights_sha256,
        },
    )
    return test
