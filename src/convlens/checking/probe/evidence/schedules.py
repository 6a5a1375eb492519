"""Schedules of the learning rate."""

from collections.abc import Iterator

from convlens.checking.probe.evidence.modes import training
from convlens.checking.probe.evidence.seen import Seen, confirmed, counted, refuted
from convlens.checking.probe.observation import Observation, Pass, Place, SchedulerSeen, SchedulerStep

_EPOCH_SCALE = {"StepLR", "MultiStepLR", "ExponentialLR", "CosineAnnealingLR", "ReduceLROnPlateau"}
_BATCH_SCALE = {"OneCycleLR", "CyclicLR"}


def judge(observation: Observation) -> Iterator[Seen]:
    """What is known of the rules about schedules."""
    for number, scheduler in enumerate(observation.schedulers):
        yield from _schedule(observation, scheduler, [s for s in observation.scheduler_steps if s.scheduler == number])


def _schedule(observation: Observation, scheduler: SchedulerSeen, steps: list[SchedulerStep]) -> Iterator[Seen]:
    trained = training(observation)
    if not trained:
        return
    if not steps:
        if observation.finished and len(observation.steps) > 2:
            sentence = f"the optimizer made {counted(len(observation.steps), 'step')}, the scheduler none"
            yield confirmed("scheduler-never-stepped", scheduler.place, sentence)
        return
    yield refuted("scheduler-never-stepped", scheduler.place, f"it was stepped {len(steps)} times")
    yield from _outlook(scheduler, steps[0].place)
    yield from _cadence(observation, scheduler, steps, trained)
    first = min((step.at for step in observation.steps), default=0)
    if steps[0].at < first:
        yield confirmed(
            "scheduler-before-optimizer", steps[0].place, "its first step came before the optimizer's first"
        )
    elif steps[0].at > first:
        yield refuted("scheduler-before-optimizer", steps[0].place, "the optimizer's first step came before it")


def _outlook(scheduler: SchedulerSeen, stepped: Place) -> Iterator[Seen]:
    """What the schedule would come to in a whole training."""
    seen = scheduler.outlook
    if seen is None:
        return
    if seen.made < seen.steps:
        sentence = f"the whole training steps it {seen.steps} times, and it refuses to go on after {seen.made}"
        yield confirmed("scheduler-wrong-cadence", stepped, sentence)
    elif seen.below is not None:
        sentence = f"the rate falls under zero after {seen.below} of the {seen.steps} steps of the whole training"
        yield confirmed("learning-rate-extreme", scheduler.place, f"{sentence}, down to {seen.lowest:.2g}")
    elif seen.idle * 2 > seen.steps > 2:
        sentence = f"in {seen.idle} of the {seen.steps} steps of the whole training the rate is next to nothing"
        yield confirmed("learning-rate-extreme", scheduler.place, f"{sentence}, down to {seen.lowest:.2g}")


def _cadence(
    observation: Observation, scheduler: SchedulerSeen, steps: list[SchedulerStep], trained: list[Pass]
) -> Iterator[Seen]:
    within = [step for step in steps if step.in_pass is not None and observation.passes[step.in_pass] in trained]
    batches = sum(len(seen.sizes) for seen in trained)
    length = observation.loaders[trained[0].loader].batches
    per_batch = len(within) == len(steps) and len(steps) * 2 > batches > len(trained)
    per_epoch = not within
    span = max((scheduler.numbers.get(name, 0.0) for name in ("step_size", "T_max")), default=0.0)
    place = steps[0].place
    if scheduler.name in _EPOCH_SCALE and per_batch and (0 < span < length or scheduler.name == "ExponentialLR"):
        sentence = (
            f"it was stepped {len(steps)} times in {counted(batches, 'batch')}, and an epoch has {length} of them"
        )
        yield confirmed("scheduler-wrong-cadence", place, sentence)
    elif scheduler.name in _BATCH_SCALE and per_epoch and scheduler.numbers.get("total_steps", length) >= length:
        sentence = f"it was stepped {len(steps)} times in {counted(batches, 'batch')}: once an epoch"
        yield confirmed("scheduler-wrong-cadence", place, sentence)
    elif (scheduler.name in _EPOCH_SCALE and per_epoch) or (scheduler.name in _BATCH_SCALE and per_batch):
        yield refuted(
            "scheduler-wrong-cadence", place, f"it was stepped once in each {'epoch' if per_epoch else 'batch'}"
        )
