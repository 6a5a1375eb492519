"""One training session, from options to a scored run folder: begin or resume, train, finish."""

import time
import tomllib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from shlex import quote
from tempfile import TemporaryDirectory

import torch

from convlens import images, networks, seeds
from convlens.config import DEFAULT_MINUTES, RunConfig
from convlens.errors import InterruptedTraining, RunError
from convlens.evaluation import Evaluation, evaluate
from convlens.files import truncate
from convlens.images import fashion_mnist
from convlens.images.batches import steps_per_epoch
from convlens.images.dataset import ImageData
from convlens.networks.own import check_unchanged, is_own, keep_copy
from convlens.predictor import Predictor
from convlens.runs import DataFacts, RunFolder
from convlens.training import budget, checkpoint, machine
from convlens.training.loop import Trainer
from convlens.training.observer import Observer
from convlens.training.state import TrainingState
from convlens.training.workers import ALONE, Workers


def never() -> bool:
    """Do not stop."""
    return False


@dataclass(frozen=True)
class Outcome:
    """What a run ended with: right answers on the test pictures, and its seconds, interrupted sessions included."""

    correct: int
    total: int
    seconds: float

    @classmethod
    def of(cls, folder: RunFolder) -> "Outcome":
        """The outcome of the finished run in a folder."""
        test = folder.read_metrics()["test"]
        return cls(test["correct"], test["total"], folder.read_environment().get("seconds", 0.0))


def begin(
    config: RunConfig,
    path: Path,
    *,
    observer: Observer,
    should_stop: Callable[[], bool] = never,
    started: float | None = None,
    workers: Workers = ALONE,
) -> Outcome:
    """Train a new run in the folder `path`.

    Args:
        config: the whole configuration.
        path: a folder that does not hold a run yet.
        observer: told what happens.
        should_stop: asked after each step; True saves and stops.
        started: `time.monotonic()` at the moment from which a budget of minutes counts; None is now.
        workers: the processes that train together. The first calls this, the others call `assist`.

    Raises:
        ConvlensError: see `convlens.errors`; InterruptedTraining when stopped.
    """
    started = time.monotonic() if started is None else started
    folder = RunFolder(path)
    folder.refuse_foreign_files()
    with folder.locked():
        if folder.is_started:
            raise RunError(
                f"{path} holds a run already; name another folder with --out"
                + ("." if folder.is_finished else f", or go on with: convlens train --resume {quote(str(path))}")
            )
        config = _settled(config, workers)
        return _train(config, folder, observer, should_stop, started, workers)


def resume(
    path: Path,
    *,
    observer: Observer,
    should_stop: Callable[[], bool] = never,
    moved_to: Path | None = None,
    workers: Workers = ALONE,
) -> Outcome:
    """Go on with the unfinished run in `path`, from its newest undamaged checkpoint.

    The result is the same, bit for bit, as without the interruption. A finished run is left as it is.

    Args:
        path: the run folder.
        observer: told what happens.
        should_stop: asked after each step; True saves and stops.
        moved_to: the folder its pictures are in now; None is where they were.
        workers: as for `begin`. They need not be as many as before, but then the result is the same within rounding.

    Raises:
        ConvlensError: see `convlens.errors`.
    """
    started = time.monotonic()
    folder = RunFolder(path)
    if not folder.is_started:
        raise RunError(f"{path} holds no run to resume; begin one with: convlens train --out {quote(str(path))}")
    with folder.locked():
        if folder.is_finished:
            workers.from_first(b"")
            return Outcome.of(folder)
        config = folder.read_config()
        if moved_to is not None:
            config = config.model_copy(update={"data": str(moved_to.resolve())})
        return _train(config, folder, observer, should_stop, started, workers)


def assist(workers: Workers, should_stop: Callable[[], bool] = never) -> None:
    """Train beside the first worker, which sends the configuration and writes the run.

    Raises:
        ConvlensError: as `begin` and `resume`.
    """
    text = workers.from_first(b"").decode()
    if text:  # else the run is finished
        config = RunConfig(**tomllib.loads(text))
        with TemporaryDirectory() as scratch:
            _train(config, RunFolder(Path(scratch)), Observer(), should_stop, time.monotonic(), workers)


def _train(
    config: RunConfig,
    folder: RunFolder,
    observer: Observer,
    should_stop: Callable[[], bool],
    started: float,
    workers: Workers,
) -> Outcome:
    if workers.is_first:
        workers.from_first(config.to_toml().encode())
    device = machine.choose_device(config.device)
    with machine.prepared(config.threads or 1):
        with workers.first_alone():
            data = images.load(config.data, size=config.size, seed=config.seed, progress=observer.loading)
        workers.check_batch(min(config.batch_size, data.train.size))
        observer.loaded(data)
        if is_own(config.network) and folder.is_started:
            check_unchanged(config.network, folder.network_path)
        network = networks.build(
            config.network,
            data.picture_shape,
            len(data.classes),
            dropout=config.dropout,
            seed=seeds.derive(config.seed, "weights", 0),
        ).to(device)
        _record_start(folder, config, data, device)
        steps = _count_steps(config, folder, network, data, device, workers, started)
        folder.write_config(config.model_copy(update={"steps": steps}))
        trainer = Trainer(config, data, TrainingState.fresh(config, network, steps, data.train.size), device, workers)
        _restore(trainer, folder, observer)
        seconds_before = trainer.state.progress.seconds
        try:
            trainer.train(steps, folder, observer, should_stop)
        except InterruptedTraining as stopped:
            raise InterruptedTraining(
                f"{stopped}; go on with: convlens train --resume {quote(str(folder.path))}"
            ) from None
        weights_sha256 = folder.write_weights(trainer.state.best)
        test = _score(trainer, data)
        _record_end(folder, seconds_before + time.monotonic() - started)
        _write_metrics(trainer, folder, data, test, weights_sha256)
        return Outcome.of(folder)


def _settled(config: RunConfig, workers: Workers) -> RunConfig:
    """The configuration with what depends on this machine and folder written out."""
    threads = max(machine.available_threads() // workers.on_this_machine, 1)
    update: dict[str, object] = {"threads": config.threads or threads}
    if is_own(config.network):
        file, _, name = config.network.rpartition(":")
        update["network"] = f"{Path(file).resolve()}:{name}"
    if config.data != fashion_mnist.NAME and Path(config.data).is_dir():
        update["data"] = str(Path(config.data).resolve())
    return config.model_copy(update=update)


def _count_steps(
    config: RunConfig,
    folder: RunFolder,
    network: torch.nn.Module,
    data: ImageData,
    device: torch.device,
    workers: Workers,
    started: float,
) -> int:
    """The number of steps of the run; where minutes were asked for, this machine is measured."""
    if config.steps is not None:
        return config.steps
    per_epoch = steps_per_epoch(data.train.size, config.batch_size)
    if config.epochs is not None:
        return config.epochs * per_epoch
    seconds = 60 * (config.minutes or DEFAULT_MINUTES)
    pace = budget.measure(config, network, data, device, seconds, folder.path, workers)
    # A first download may have taken most of the time, or more; a network that was hardly trained helps nobody.
    left = max(seconds - (time.monotonic() - started), seconds / 2)
    return workers.agree(budget.steps_within(left, pace, per_epoch, data, config.mirror))


def _record_start(folder: RunFolder, config: RunConfig, data: ImageData, device: torch.device) -> None:
    """Write what the run is made of, or, when resuming, make sure that it still is."""
    facts = DataFacts.of(data)
    if folder.is_started and folder.read_facts() != facts.model_copy(update={"name": folder.read_facts().name}):
        raise RunError(f"The pictures of {config.data} have changed since the run in {folder.path} began.")
    folder.write_facts(facts)
    if is_own(config.network) and not folder.is_started:
        keep_copy(config.network, folder.network_path)
    environment = folder.read_environment() or machine.describe(device)
    environment.setdefault("sessions", []).append({"begun": datetime.now(UTC).isoformat(timespec="seconds")})
    folder.write_json(folder.environment_path, environment)


def _record_end(folder: RunFolder, seconds: float) -> None:
    environment = folder.read_environment()
    environment["seconds"] = round(seconds, 1)
    folder.write_json(folder.environment_path, environment)


def _restore(trainer: Trainer, folder: RunFolder, observer: Observer) -> None:
    """Put the trainer where the newest checkpoint was, and cut the log to the same step."""
    found = checkpoint.load_newest(folder.checkpoints, observer.note)
    if trainer.workers.size > 1:
        packed = trainer.workers.from_first(checkpoint.to_bytes(*found) if found is not None else b"")
        found = checkpoint.from_bytes(packed) if packed else None
    if found is not None:
        try:
            trainer.state.unpack(*found)
        except (RuntimeError, KeyError, TypeError) as error:
            raise RunError(
                f"The checkpoint in {folder.path} does not fit this network; was it another version of convlens?"
            ) from error
    if trainer.workers.is_first:
        truncate(folder.log_path, trainer.state.progress.log_length)


def _score(trainer: Trainer, data: ImageData) -> Evaluation:
    """Read the test set, once, with the best weights."""
    trainer.state.scored.load_state_dict(trainer.state.best)
    mean, std = data.mean_and_std
    predictor = Predictor(trainer.state.scored, mean=mean, std=std, mirror=trainer.config.mirror)
    workers, pictures = trainer.workers, data.test.images
    logits = workers.gather(predictor.logits(workers.share(pictures)), len(pictures))
    return evaluate(logits, data.test.labels)


def _write_metrics(trainer: Trainer, folder: RunFolder, data: ImageData, test: Evaluation, weights_sha256: str) -> None:
    """Write the scores, which marks the run as finished. Nothing in them depends on time or on interruptions."""
    progress = trainer.state.progress
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
