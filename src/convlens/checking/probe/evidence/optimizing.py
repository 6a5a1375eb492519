"""The step, the optimizer and the learning rate."""

from collections.abc import Iterator
from itertools import groupby
from math import isclose

from convlens.checking.probe.evidence.modes import training_anyhow
from convlens.checking.probe.evidence.seen import Seen, confirmed, counted, refuted
from convlens.checking.probe.observation import BackwardSeen, Observation, Place, StepSeen

_MOST = {"Adam": 0.1, "AdamW": 0.1, "NAdam": 0.1, "RAdam": 0.1, "RMSprop": 0.1, "Adamax": 0.1, "SGD": 5.0}
_LEAST = 1e-7


def judge(observation: Observation) -> Iterator[Seen]:
    """What is known of the rules about the step, the optimizer and the rate."""
    yield from _clearing(observation)
    yield from _gradients(observation)
    yield from _parameters(observation)
    yield from _accumulation(observation)
    yield from _rates(observation)
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
    learning = [
        f for seen in training_anyhow(observation) for f in seen.forwards if f.output and f.output.needs_gradient
    ]
    trained = {forward.model for forward in learning}
    if not observation.optimizers or observation.crash is not None:
        return
    for number in sorted(trained):
        model = observation.models[number]
        # One that holds what another holds already is likely to be the one that was meant for this network.
        place = next((one for one in observation.optimizers if one.shares), observation.optimizers[0]).place
        if model.unheld and not model.frozen:
            shown = ", ".join(model.unheld[:3]) + (", ..." if len(model.unheld) > 3 else "")
            sentence = f"no optimizer holds {counted(len(model.unheld), 'parameter')} of {model.name}: {shown}"
            yield confirmed("optimizer-wrong-parameters", place, sentence)
        elif not model.unheld:
            yield refuted("optimizer-wrong-parameters", place, f"every parameter of {model.name} is in an optimizer")


def _accumulation(observation: Observation) -> Iterator[Seen]:
    """Gradients of several batches in one step: means of batches must be divided by their number."""
    losses = [loss for loss in observation.losses if loss.value is not None]
    steps = [step for step in observation.steps if step.backwards and not step.stale]
    gathered, place = [], None
    for step in steps:
        before = [b for b in observation.backwards if b.at < step.at][-step.backwards :]
        if len({(b.in_pass, b.batch) for b in before}) < step.backwards or step.backwards < 2:
            continue
        place = before[-1].place
        gathered += [(b, next((x.value for x in reversed(losses) if x.at < b.at), None)) for b in before]
    if place is None:
        if len(steps) > 1 and all(step.backwards == 1 for step in steps) and observation.backwards:
            at = observation.backwards[0].place
            yield refuted("accumulation-unscaled", at, f"each of {len(steps)} steps followed one backward()")
        return
    count = max(step.backwards for step in steps)
    if all(_is_the_loss(b, value) for b, value in gathered):
        sentence = f"the gradients of {count} batches were added up, each of a batch's whole mean loss"
        yield confirmed("accumulation-unscaled", place, sentence)
    elif all(b.value is not None and value and b.value < value * 0.9 for b, value in gathered):
        yield refuted("accumulation-unscaled", place, "each loss was divided before its backward()")


def _is_the_loss(backward: BackwardSeen, loss: float | None) -> bool:
    return loss is not None and backward.value is not None and isclose(backward.value, loss, rel_tol=1e-4)


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
