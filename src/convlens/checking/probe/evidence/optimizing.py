"""The step, the optimizer, the learning rate and its schedule."""

from collections.abc import Iterator
from itertools import groupby

from convlens.checking.probe.evidence.modes import training
from convlens.checking.probe.evidence.seen import Seen, confirmed, counted, refuted
from convlens.checking.probe.observation import Observation, Pass, Place, SchedulerSeen, SchedulerStep, StepSeen

_EPOCH_SCALE = {"StepLR", "MultiStepLR", "ExponentialLR", "CosineAnnealingLR", "ReduceLROnPlateau"}
_BATCH_SCALE = {"OneCycleLR", "CyclicLR"}
_MOST = {"Adam": 0.1, "AdamW": 0.1, "NAdam": 0.1, "RAdam": 0.1, "RMSprop": 0.1, "Adamax": 0.1, "SGD": 5.0}
_LEAST = 1e-7


def judge(observation: Observation) -> Iterator[Seen]:
    """What is known of the rules about the step, the optimizer and the rate."""
    yield from _clearing(observation)
    yield from _gradients(observation)
    yield from _parameters(observation)
    yield from _rates(observation)
    for number, scheduler in enumerate(observation.schedulers):
        yield from _schedule(observation, scheduler, [s for s in observation.scheduler_steps if s.scheduler == number])
    yield from _recreated(observation)
    for spot in observation.spots:
        if spot.kind == "graphs-kept":
            yield confirmed(
                "loss-graph-accumulated",
                spot.place,
                f"the sum kept the graphs of {spot.values['batches']} batches or more alive",
            )


def _clearing(observation: Observation) -> Iterator[Seen]:
    for number, optimizer in enumerate(observation.optimizers):
        steps = [step for step in observation.steps if step.optimizer == number]
        stale = [step for step in steps if step.stale]
        backward = _backward_before(observation, steps)
        if backward is None:
            continue
        clears = optimizer.zero_grads + sum(s.count for s in observation.spots if s.kind == "model-zero-grad")
        early = next((spot for spot in observation.spots if spot.kind == "cleared-before-step"), None)
        if early is not None and any(not step.gradient for step in steps if step.backwards):
            sentence = (
                f"in {counted(early.count, 'step')} the gradient was cleared after backward() and before it was applied"
            )
            yield confirmed("zero-grad-misplaced", early.place, sentence)
        elif stale:
            sentence = f"{len(stale)} of {counted(len(steps), 'step')} applied gradients that had been applied already"
            yield confirmed("zero-grad-misplaced" if clears else "zero-grad-missing", backward, sentence)
        elif len(steps) > 1:
            for rule in ("zero-grad-missing", "zero-grad-misplaced"):
                yield refuted(rule, backward, f"all {len(steps)} steps began with clean gradients")


def _backward_before(observation: Observation, steps: list[StepSeen]) -> Place | None:
    places = [b.place for b in observation.backwards if steps and b.at < steps[-1].at]
    return places[-1] if places else None


def _gradients(observation: Observation) -> Iterator[Seen]:
    crash = observation.crash
    for number, _ in enumerate(observation.optimizers):
        steps = [step for step in observation.steps if step.optimizer == number]
        idle = [step for step in steps if not step.gradient and not step.backwards]
        if len(idle) == len(steps) > 1 and not observation.backwards:
            yield confirmed(
                "backward-missing", steps[0].place, f"none of {counted(len(steps), 'step')} had a gradient to apply"
            )
        elif steps and not idle:
            yield refuted("backward-missing", steps[0].place, f"backward() ran before each of {len(steps)} steps")
    lost = [backward for backward in observation.backwards if not backward.reached]
    if lost and len(lost) == len(observation.backwards) > 1:
        yield confirmed(
            "loss-detached", lost[0].place, f"in {counted(len(lost), 'backward()')} no parameter got a gradient"
        )
    backwards, steps = observation.backwards, observation.steps
    unstepped = backwards and not steps and observation.optimizers and crash is None and not observation.accumulates
    if unstepped and len(backwards) > 2:
        sentence = f"gradients were computed {len(backwards)} times and never applied"
        yield confirmed("optimizer-step-missing", backwards[0].place, sentence)


def _parameters(observation: Observation) -> Iterator[Seen]:
    # A network without gradients, a teacher for instance, is not meant to learn.
    learning = [f for seen in training(observation) for f in seen.forwards if f.output and f.output.needs_gradient]
    trained = {forward.model for forward in learning}
    if not observation.optimizers or observation.crash is not None:
        return
    for number in sorted(trained):
        model, place = observation.models[number], observation.optimizers[0].place
        if model.unheld and not model.frozen:
            shown = ", ".join(model.unheld[:3]) + (", ..." if len(model.unheld) > 3 else "")
            sentence = f"no optimizer holds {counted(len(model.unheld), 'parameter')} of {model.name}: {shown}"
            yield confirmed("optimizer-wrong-parameters", place, sentence)
        elif not model.unheld:
            yield refuted("optimizer-wrong-parameters", place, f"every parameter of {model.name} is in an optimizer")


def _rates(observation: Observation) -> Iterator[Seen]:
    for number, optimizer in enumerate(observation.optimizers):
        rates = [rate for step in observation.steps if step.optimizer == number for rate in step.rates]
        if not rates or optimizer.name not in _MOST:
            continue
        # A one-cycle schedule begins low; the run is over long before it gets to its top.
        rates += [s.numbers["max_lr"] for s in observation.schedulers if "max_lr" in s.numbers]
        low, high = min(rates), max(rates)
        if high >= _MOST[optimizer.name] or high < _LEAST:
            sentence = f"{optimizer.name} makes its steps at a learning rate of {high:g}"
            yield confirmed("learning-rate-extreme", optimizer.place, sentence)
        elif len(rates) > 1:
            span = f"{high:g}" if low == high else f"{low:g} to {high:g}"
            yield refuted("learning-rate-extreme", optimizer.place, f"its steps are made at {span}")


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
    yield from _cadence(observation, scheduler, steps, trained)
    first = min((step.at for step in observation.steps), default=0)
    if steps[0].at < first:
        yield confirmed(
            "scheduler-before-optimizer", steps[0].place, "its first step came before the optimizer's first"
        )
    elif steps[0].at > first:
        yield refuted("scheduler-before-optimizer", steps[0].place, "the optimizer's first step came before it")


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


def _recreated(observation: Observation) -> Iterator[Seen]:
    """Optimizers that one line makes again and again, for a network that goes on learning."""

    def line(number: int) -> int:
        return observation.optimizers[number].place.line

    for _, group in groupby(sorted(range(len(observation.optimizers)), key=line), key=line):
        made = list(group)
        models = _models_of(observation, made)
        if len(made) > 1 and len(models) == 1:
            place = observation.optimizers[made[0]].place
            sentence = (
                f"the line made {len(made)} optimizers for one network, each without what the one before had gathered"
            )
            yield confirmed("optimizer-recreated", place, sentence, place.line)


def _models_of(observation: Observation, optimizers: list[int]) -> set[int]:
    passes = {step.in_pass for step in observation.steps if step.optimizer in optimizers and step.in_pass is not None}
    return {forward.model for number in passes for forward in observation.passes[number].forwards}
