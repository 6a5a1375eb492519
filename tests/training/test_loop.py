"""The loop: what a step does, when it validates and saves, and that interruptions change nothing."""

import math
import shutil
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from convlens import files, seeds
from convlens.config import RunConfig
from convlens.errors import InterruptedTraining, NetworkError
from convlens.images.dataset import ImageData, Split
from convlens.options import Schedule
from convlens.runs import RunFolder
from convlens.training import checkpoint, loop
from convlens.training.loop import Trainer, validation_steps
from convlens.training.observer import Observer, StepSeen, ValidationSeen
from tests.training.conftest import MakeTrainer

Configure = Callable[..., RunConfig]
Install = Callable[[Callable[..., None]], None]

STEPS = 13  # with 88 pictures in batches of 16: two epochs of 5 steps, and 3 more


class Recorder(Observer):
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.steps: list[StepSeen] = []
        self.validations: list[ValidationSeen] = []

    def step(self, seen: StepSeen) -> None:
        self.steps.append(seen)

    def validation(self, seen: ValidationSeen) -> None:
        self.validations.append(seen)


def after(steps: int) -> Callable[[], bool]:
    """A wish to stop that comes after this many steps."""
    asked = iter(range(1, steps + 1))
    return lambda: next(asked) == steps


def train(trainer: Trainer, path: Path, observer: Observer | None = None) -> Trainer:
    """Train to the end in the run folder `path`."""
    path.mkdir(exist_ok=True)
    trainer.train(trainer.config.steps or 0, RunFolder(path), observer or Observer(), lambda: False)
    return trainer


def interrupt(trainer: Trainer, path: Path, steps: int) -> None:
    """Train for this many steps, then stop as Ctrl-C does."""
    path.mkdir(exist_ok=True)
    with pytest.raises(InterruptedTraining):
        trainer.train(trainer.config.steps or 0, RunFolder(path), Observer(), after(steps))


def restore(trainer: Trainer, path: Path) -> Trainer:
    """Put a fresh trainer where the run in `path` was saved."""
    folder = RunFolder(path)
    found = checkpoint.load_newest(folder.checkpoints, pytest.fail)
    if found is not None:
        trainer.state.unpack(*found)
    files.truncate(folder.log_path, trainer.state.progress.log_length)
    return trainer


def result(trainer: Trainer, path: Path) -> tuple[bytes, list[dict[str, Any]], dict[str, Any], dict[int, bytes]]:
    """All bits that a run ends with, but for its seconds: state, log, progress and snapshots."""
    tensors, _ = trainer.state.pack()
    log = [{key: value for key, value in line.items() if key != "seconds"} for line in RunFolder(path).read_log()]
    progress = {k: v for k, v in vars(trainer.state.progress).items() if k not in ("seconds", "log_length")}
    folder = RunFolder(path)
    snapshots = {step: folder.snapshot_path(step).read_bytes() for step in folder.snapshot_steps()}
    return checkpoint.to_bytes(tensors), log, progress, snapshots


# Interruptions change nothing


@pytest.mark.parametrize("average", [0.0, 0.9])
@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw"])
@pytest.mark.parametrize("stopped_after", [1, 5, 12])
def test_an_interrupted_run_ends_with_the_same_bits(
    make_trainer: MakeTrainer, configure: Configure, tmp_path: Path, optimizer: str, average: float, stopped_after: int
) -> None:
    config = configure(
        optimizer=optimizer, average=average, steps=STEPS, learning_rate=0.01, skip=0.5, flip=True, shift=1, erase=2
    )
    whole = train(make_trainer(config), tmp_path / "whole")
    interrupt(make_trainer(config), tmp_path / "parts", stopped_after)
    again = train(restore(make_trainer(config, weights=1), tmp_path / "parts"), tmp_path / "parts")
    assert result(again, tmp_path / "parts") == result(whole, tmp_path / "whole")


@pytest.mark.parametrize("schedule", get_args(Schedule))
def test_every_schedule_goes_on_where_it_was(
    make_trainer: MakeTrainer, configure: Configure, tmp_path: Path, schedule: str
) -> None:
    config = configure(optimizer="sgd", schedule=schedule, steps=STEPS)
    whole = train(make_trainer(config), tmp_path / "whole")
    interrupt(make_trainer(config), tmp_path / "parts", 6)
    interrupt(restore(make_trainer(config), tmp_path / "parts"), tmp_path / "parts", 3)
    again = train(restore(make_trainer(config), tmp_path / "parts"), tmp_path / "parts")
    assert result(again, tmp_path / "parts") == result(whole, tmp_path / "whole")


def test_a_kill_at_any_point_of_saving_changes_nothing(
    make_trainer: MakeTrainer,
    configure: Configure,
    tmp_path: Path,
    at_point: Install,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = configure(steps=6, average=0.9)
    left: list[Path] = []
    run = tmp_path / "whole"
    at_point(lambda point, path: left.append(shutil.copytree(run, tmp_path / str(len(left)))))
    with monkeypatch.context() as patch:
        patch.setattr(loop, "SAVE_AT_LEAST_EVERY", -1.0)  # save after every step
        whole = train(make_trainer(config), run)
    at_point(lambda point, path: None)
    # A snapshot before the first step; then after each of six a snapshot, the log, the checkpoint, its checksum.
    assert len(left) == 6 + 6 * (6 + 2 + 6 + 6)
    for copy in left[:66:3] + left[66::7]:
        again = train(restore(make_trainer(config), copy), copy)
        assert result(again, copy) == result(whole, run)


def test_a_finished_run_that_was_killed_before_its_score_trains_no_further(
    make_trainer: MakeTrainer, configure: Configure, tmp_path: Path
) -> None:
    whole = train(make_trainer(configure()), tmp_path / "run")
    seen = Recorder()
    again = train(restore(make_trainer(configure()), tmp_path / "run"), tmp_path / "run", seen)
    assert seen.steps == []
    assert result(again, tmp_path / "run") == result(whole, tmp_path / "run")


def test_the_same_configuration_gives_the_same_bits(
    make_trainer: MakeTrainer, configure: Configure, tmp_path: Path
) -> None:
    first = train(make_trainer(configure()), tmp_path / "first")
    second = make_trainer(configure())
    torch.rand(3)  # the caller's random numbers play no part
    assert result(train(second, tmp_path / "second"), tmp_path / "second") == result(first, tmp_path / "first")


def test_another_seed_gives_another_result(make_trainer: MakeTrainer, configure: Configure, tmp_path: Path) -> None:
    first, second = (train(make_trainer(configure(seed=seed)), tmp_path / str(seed)) for seed in (0, 1))
    assert result(first, tmp_path / "0") != result(second, tmp_path / "1")


def test_stopping_after_the_last_step_is_finishing(
    make_trainer: MakeTrainer, configure: Configure, tmp_path: Path
) -> None:
    trainer = make_trainer(configure(steps=4))
    trainer.train(4, RunFolder(tmp_path), Observer(), after(4))
    assert trainer.state.progress.step == 4


def test_an_interruption_tells_where_it_stopped(
    make_trainer: MakeTrainer, configure: Configure, tmp_path: Path
) -> None:
    with pytest.raises(InterruptedTraining, match="Stopped after step 3 of 12, saved"):
        make_trainer(configure()).train(12, RunFolder(tmp_path), Observer(), after(3))


# What is seen and written


def test_every_step_and_validation_is_seen(make_trainer: MakeTrainer, configure: Configure, tmp_path: Path) -> None:
    seen = Recorder()
    train(make_trainer(configure(steps=STEPS)), tmp_path, seen)
    assert [one.step for one in seen.steps] == list(range(1, STEPS + 1))
    assert {(one.steps, one.pictures) for one in seen.steps} == {(STEPS, 16)}
    assert [one.epoch for one in seen.steps] == [step / 5 for step in range(1, STEPS + 1)]
    assert [one.step for one in seen.validations] == sorted(validation_steps(STEPS, 5))


def test_a_validation_tells_the_mean_training_loss_since_the_one_before(
    make_trainer: MakeTrainer, configure: Configure, tmp_path: Path
) -> None:
    seen = Recorder()
    train(make_trainer(configure(steps=25)), tmp_path, seen)
    begin = 0
    for validation in seen.validations:
        losses = [one.loss for one in seen.steps[begin : validation.step]]
        assert validation.train_loss == pytest.approx(sum(losses) / len(losses))
        begin = validation.step


def test_the_best_validation_is_the_one_that_is_kept(
    make_trainer: MakeTrainer, configure: Configure, tmp_path: Path
) -> None:
    seen = Recorder()
    trainer = train(make_trainer(configure(steps=40, learning_rate=0.02)), tmp_path, seen)
    best = max(seen.validations, key=lambda one: (one.accuracy, -one.loss))
    assert trainer.state.progress.best_step == best.step
    assert [one for one in seen.validations if one.is_best][-1] == best


def test_the_log_has_a_line_for_every_step_and_validation(
    make_trainer: MakeTrainer, configure: Configure, tmp_path: Path
) -> None:
    seen = Recorder()
    train(make_trainer(configure(steps=STEPS)), tmp_path, seen)
    log = RunFolder(tmp_path).read_log()
    steps = [line for line in log if "loss" in line]
    validations = [line for line in log if "validation_loss" in line]
    assert len(log) == len(steps) + len(validations)
    assert steps == [{"step": one.step, "learning_rate": one.learning_rate, "loss": one.loss} for one in seen.steps]
    assert [(line["step"], line["validation_accuracy"], line["train_loss"]) for line in validations] == [
        (one.step, one.accuracy, one.train_loss) for one in seen.validations
    ]
    assert [line["step"] for line in log] == sorted(line["step"] for line in log)


def test_the_checkpoint_counts_the_bytes_of_the_log(
    make_trainer: MakeTrainer, configure: Configure, tmp_path: Path
) -> None:
    trainer = train(make_trainer(configure()), tmp_path)
    assert trainer.state.progress.log_length == RunFolder(tmp_path).log_path.stat().st_size


def saved_after(trainer: Trainer, path: Path, monkeypatch: pytest.MonkeyPatch, seconds_a_step: float) -> list[int]:
    """The steps after which a run was saved, on a machine where a step takes this long."""
    saved: list[int] = []
    monkeypatch.setattr(trainer, "save", lambda folder: saved.append(trainer.state.progress.step))
    clock = SimpleNamespace(monotonic=lambda: seconds_a_step * trainer.state.progress.step)
    monkeypatch.setattr(loop, "time", clock)
    train(trainer, path)
    return saved


@pytest.mark.parametrize(
    ("seconds_a_step", "saved"),
    [
        (0.01, [13]),  # epochs of 0.05 s: only the end
        (0.15, [10, 13]),  # epochs of 0.75 s: every second one
        (1.0, [5, 10, 13]),  # every epoch
        (20.0, [2, 4, 5, 7, 9, 10, 12, 13]),  # every epoch, and after 30 s within one
    ],
)
def test_a_run_is_saved_each_epoch_and_each_half_minute(
    make_trainer: MakeTrainer,
    configure: Configure,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    seconds_a_step: float,
    saved: list[int],
) -> None:
    trainer = make_trainer(configure(steps=STEPS))
    assert saved_after(trainer, tmp_path, monkeypatch, seconds_a_step) == saved


# What a step does


def test_training_learns(make_trainer: MakeTrainer, configure: Configure, tmp_path: Path) -> None:
    seen = Recorder()
    config = configure(steps=60, optimizer="sgd", learning_rate=0.2, schedule="one-cycle", label_smoothing=0.1)
    train(make_trainer(config), tmp_path, seen)
    assert max(one.accuracy for one in seen.validations) > 0.9


def test_a_step_done_by_hand_ends_with_the_same_weights(make_trainer: MakeTrainer, configure: Configure) -> None:
    config = configure(
        optimizer="sgd", learning_rate=0.5, momentum=0.0, schedule="constant", label_smoothing=0.2, weight_decay=0.1
    )
    trainer, by_hand = make_trainer(config), make_trainer(config).state.network
    chosen, _ = make_trainer(config).state.walk.take(0, 12)
    images, labels = trainer.train_split.images[chosen], trainer.train_split.labels[chosen]
    mean, std = trainer.mean.item(), trainer.std.item()
    torch.manual_seed(seeds.derive(config.seed, "dropout", 0))
    logits, _ = by_hand.train()((images / 255 - mean) / std)
    # Smoothing: 80 % of the probability is asked for the label, 20 % for all three classes alike.
    target = 0.8 * torch.eye(3)[labels] + 0.2 / 3
    loss = -(target * logits.log_softmax(dim=1)).sum(dim=1).mean()
    loss.backward()
    assert trainer.take_step(12).loss == pytest.approx(loss.item())
    for learned, parameter in zip(trainer.state.network.parameters(), by_hand.parameters(), strict=True):
        assert parameter.grad is not None
        decay = 0.1 if parameter.ndim > 1 else 0.0
        expected = parameter - 0.5 * (parameter.grad + decay * parameter)
        torch.testing.assert_close(learned, expected, rtol=1e-4, atol=1e-6)


def test_every_step_draws_its_own_dropout(
    make_trainer: MakeTrainer, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = make_trainer(configure())
    drawn: list[int] = []
    monkeypatch.setattr(torch, "manual_seed", drawn.append)
    for _ in range(8):
        trainer.take_step(12)
    assert len(set(drawn)) == 8


def test_every_step_draws_its_own_augmentation(
    make_trainer: MakeTrainer, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = make_trainer(configure())
    drawn: list[int] = []

    def record(images: Tensor, *, generator: torch.Generator, **_: object) -> Tensor:
        drawn.append(generator.initial_seed())
        return images

    monkeypatch.setattr(loop, "augment", record)
    for _ in range(8):
        trainer.take_step(12)
    assert len(set(drawn)) == 8


@pytest.mark.parametrize("average", [0.0, 0.9])
def test_validation_scores_the_weights_that_are_kept(
    make_trainer: MakeTrainer, configure: Configure, average: float
) -> None:
    trainer = make_trainer(configure(average=average))
    assert trainer.predictor.network is trainer.state.scored
    for _ in range(3):
        seen = trainer.take_step(12)
    loss = trainer.validate(seen).loss
    images, labels = trainer.validation_split
    logits = trainer.predictor.logits(images).double()
    expected = -logits.log_softmax(dim=1)[torch.arange(len(labels)), labels].mean()
    assert loss == pytest.approx(expected.item(), rel=1e-5)
    assert all(
        torch.equal(value, trainer.state.best[name]) for name, value in trainer.state.scored.state_dict().items()
    )


def pictures_of_epoch(trainer: Trainer, epoch: int) -> dict[int, Tensor]:
    """Each picture of an epoch by the number it has in its label."""
    found: dict[int, Tensor] = {}
    for index in range(trainer.steps_per_epoch):
        step = epoch * trainer.steps_per_epoch + index
        images, labels = trainer._batch(step, trainer.state.walk.take(step, 100)[0])
        found |= dict(zip(labels.tolist(), images, strict=True))
    return found


def numbered(trainer: Trainer) -> Trainer:
    """The trainer with each picture's number as its label."""
    trainer.train_split = trainer.train_split._replace(labels=torch.arange(trainer.train_split.size))
    return trainer


def test_two_epochs_in_a_row_show_a_picture_both_ways_round(make_trainer: MakeTrainer, configure: Configure) -> None:
    trainer = numbered(make_trainer(configure(flip=True, batch_size=11)))  # 88 = 8 batches of 11
    epochs = [pictures_of_epoch(trainer, epoch) for epoch in range(3)]
    originals = trainer.train_split.images
    for number, original in enumerate(originals):
        first, second, third = (epoch[number] for epoch in epochs)
        assert torch.equal(first, third)
        assert torch.equal(first, second.flip(-1))
        assert torch.equal(first, original) or torch.equal(second, original)
    mirrored = sum(not torch.equal(epochs[0][number], original) for number, original in enumerate(originals))
    assert 30 < mirrored < 58


def test_without_augmentation_a_step_sees_the_pictures_as_they_are(
    make_trainer: MakeTrainer, configure: Configure
) -> None:
    trainer = numbered(make_trainer(configure()))
    for number, picture in pictures_of_epoch(trainer, 0).items():
        assert torch.equal(picture, trainer.train_split.images[number])


def test_validation_pictures_are_not_augmented(
    make_trainer: MakeTrainer, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = make_trainer(configure(flip=True, shift=2, erase=3))
    seen = trainer.take_step(12)
    monkeypatch.setattr(loop, "augment", pytest.fail)
    trainer.validate(seen)


def test_validating_leaves_the_network_as_it_was(make_trainer: MakeTrainer, configure: Configure) -> None:
    trainer = make_trainer(configure(mirror=True))
    seen = trainer.take_step(12)
    before = {name: value.clone() for name, value in trainer.state.network.state_dict().items()}
    trainer.validate(seen)
    after_validating = trainer.state.network.state_dict()
    assert all(torch.equal(after_validating[name], value) for name, value in before.items())
    assert trainer.state.network.training


def test_the_test_pictures_play_no_part(
    make_trainer: MakeTrainer, configure: Configure, tiny_data: ImageData, tmp_path: Path
) -> None:
    first = train(make_trainer(configure()), tmp_path / "first")
    without = replace(tiny_data, test=Split(tiny_data.test.images[:0], tiny_data.test.labels[:0]))
    second = train(make_trainer(configure(), data=without), tmp_path / "second")
    assert result(second, tmp_path / "second") == result(first, tmp_path / "first")


def test_plateau_looks_at_the_validations(make_trainer: MakeTrainer, configure: Configure, tmp_path: Path) -> None:
    trainer = make_trainer(configure(optimizer="sgd", schedule="plateau", learning_rate=0.5, steps=60))
    seen = Recorder()
    train(trainer, tmp_path, seen)
    expected, best, worse = [0.5], math.inf, 0
    for validation in seen.validations[:-1]:
        better = validation.loss < best * (1 - 1e-4)
        best, worse = (validation.loss, 0) if better else (best, worse + 1)
        expected.append(expected[-1] / 3 if worse == 2 else expected[-1])
        worse %= 2
    assert expected[-1] < 0.5
    assert [one.learning_rate for one in seen.validations] == pytest.approx(expected)


def test_a_batch_larger_than_the_data_is_the_data(make_trainer: MakeTrainer, configure: Configure) -> None:
    trainer = make_trainer(configure(batch_size=1000))
    assert trainer.steps_per_epoch == 1
    assert trainer.take_step(12).pictures == 88


def test_a_loss_that_is_no_number_any_more_is_told(
    make_trainer: MakeTrainer, configure: Configure, tmp_path: Path
) -> None:
    config = configure(optimizer="sgd", learning_rate=1e30, schedule="constant")
    with pytest.raises(NetworkError, match=r"The loss became \w+ at step \d, with a learning rate of 1e\+30; start"):
        train(make_trainer(config), tmp_path)


# When to validate

LENGTHS = st.integers(1, 200_000)
EPOCHS = st.integers(1, 5000)


@given(LENGTHS, EPOCHS)
def test_the_last_step_is_validated_and_none_beyond(steps: int, per_epoch: int) -> None:
    chosen = validation_steps(steps, per_epoch)
    assert max(chosen) == steps
    assert min(chosen) >= 1


@given(LENGTHS, EPOCHS)
def test_there_are_at_least_ten_validations_and_at_most_a_hundred(steps: int, per_epoch: int) -> None:
    chosen = validation_steps(steps, per_epoch)
    epochs = math.ceil(steps / per_epoch)
    assert len(chosen) == min(steps, 100, max(10, epochs))


@given(LENGTHS, EPOCHS)
def test_validations_are_spread_evenly(steps: int, per_epoch: int) -> None:
    chosen = [0, *sorted(validation_steps(steps, per_epoch))]
    gaps = [later - earlier for earlier, later in pairwise(chosen)]
    assert max(gaps) - min(gaps) <= 1


@given(st.integers(10, 100), EPOCHS)
def test_ten_to_a_hundred_whole_epochs_are_validated_at_their_ends(epochs: int, per_epoch: int) -> None:
    expected = {per_epoch * (epoch + 1) for epoch in range(epochs)}
    assert validation_steps(epochs * per_epoch, per_epoch) == expected


@given(st.integers(1, 10), EPOCHS)
def test_a_run_of_at_most_ten_steps_is_validated_after_each(steps: int, per_epoch: int) -> None:
    assert validation_steps(steps, per_epoch) == set(range(1, steps + 1))
