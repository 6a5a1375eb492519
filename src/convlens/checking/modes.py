"""Who switched a network to training or evaluation, and for what."""

import ast

from convlens.checking.conditions import exclusive
from convlens.checking.events import (
    Backward,
    Forward,
    LossComputed,
    ModeSet,
    Operation,
    Step,
)
from convlens.checking.facts import Facts, Pass, unwrapped
from convlens.checking.updates import weighted_layers
from convlens.checking.values import (
    Site,
)


def last_mode_set(facts: Facts, forward: Forward) -> ModeSet | None:
    """The last `train()` or `eval()` before a network is applied."""
    network = unwrapped(forward.module)
    for event in reversed(facts.of(ModeSet)):
        earlier = event.index < forward.index and not exclusive(event, forward)
        if earlier and any(unwrapped(part) is network for part in event.module.modules()):
            return event
    return None


def train_before_scoring(facts: Facts, one: Pass, forward: Forward) -> ModeSet | None:
    """A `train()` that was put before or into a scoring pass for it, not for a training that comes before it."""
    chosen = last_mode_set(facts, forward)
    if chosen is None or chosen.mode != "train":
        return None
    inside = any(event is chosen for event in one.events)
    before = chosen.calls == one.calls and one.turns[: len(chosen.turns)] == chosen.turns
    if not inside and (not before or any(isinstance(e, Backward | Step) for e in facts.between(chosen, forward))):
        return None
    for training in facts.training_passes():
        serving = last_mode_set(facts, training.forwards[0]) if training.forwards else None
        if serving is not None and serving.node is chosen.node:
            return None
    return chosen


def scored_at(facts: Facts, one: Pass) -> Site:
    """The head of the function that scores; of the loop where it stands in none, or in one that trains as well."""
    call = one.calls[-1] if one.calls else None
    if call is None or one.loop is None or not isinstance(call.function.node, ast.FunctionDef):
        return one.site
    if any(other.trains and call.function.node in [c.function.node for c in other.calls] for other in facts.passes):
        return one.site
    return Site.of(one.site.source, call.function.node)


def measures(one: Pass) -> bool:
    """Outside of a loop a single answer may be asked for; only with labels is it a score."""
    return one.loop is not None or any(
        isinstance(event, LossComputed) or (isinstance(event, Operation) and event.op in ("eq", "ne"))
        for event in one.events
    )


def first_forwards(one: Pass) -> list[Forward]:
    """The first application of each network in a pass; a loss or a metric, which has no weights, is none."""
    return first_of([forward for forward in one.forwards if weighted_layers(forward.module)])


def first_of(forwards: list[Forward]) -> list[Forward]:
    """The first of these applications of each network."""
    return list({id(event.module): event for event in reversed(forwards)}.values())[::-1]


ON_PURPOSE = r"monte.?carlo|\bmc[_ -]?(dropout|sampl|pass)|mc_|uncertain|bayes"
"""Words of those who want dropout while they predict."""
