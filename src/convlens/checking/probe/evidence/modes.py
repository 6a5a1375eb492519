"""Training and evaluation mode, and gradients while scoring."""

from collections.abc import Iterator

from convlens.checking.probe.evidence.seen import Seen, confirmed, counted, head, refuted
from convlens.checking.probe.observation import Forward, ModeCall, Observation, Pass


def judge(observation: Observation) -> Iterator[Seen]:
    """What is known of the modes rules."""
    for seen in evaluating_anyhow(observation):
        yield from _mode(observation, seen)
        yield from _gradients(seen)
    yield from _not_restored(observation)
    for spot in observation.spots:
        if spot.kind == "dropout-in-evaluation":
            sentence = (
                f"in {counted(spot.count, 'call')} the dropout was active although the network was in evaluation mode"
            )
            yield confirmed("functional-dropout-always-on", spot.place, sentence)
        elif spot.kind == "dropout-off-in-evaluation":
            yield refuted("functional-dropout-always-on", spot.place, "in evaluation mode the dropout was off")


def evaluating(observation: Observation) -> list[Pass]:
    """The walks in which a network answered and nothing was learned, once something has been."""
    crashed = observation.crash.in_pass if observation.crash is not None else None
    learned = [step.at for step in observation.steps]
    return [
        seen
        for number, seen in enumerate(observation.passes)
        if seen.forwards and not seen.backwards and not seen.steps and number != crashed
        and learned and min(learned) < seen.began
    ]  # fmt: skip


def training(observation: Observation) -> list[Pass]:
    """The walks in which something was learned."""
    return [seen for seen in observation.passes if seen.forwards and seen.steps]


def evaluating_anyhow(observation: Observation) -> list[Pass]:
    """Walks of the first kind, and such loops over batches that came from no loader."""
    learned = [step.at for step in observation.steps]
    loose = [
        seen
        for seen in observation.loose_passes
        if not seen.backwards and not seen.steps and learned and min(learned) < seen.began
    ]
    return [*evaluating(observation), *loose]


def training_anyhow(observation: Observation) -> list[Pass]:
    """Walks of the second kind, and such loops over batches that came from no loader."""
    return [*training(observation), *(seen for seen in observation.loose_passes if seen.steps)]


def _active(forward: Forward) -> int:
    return forward.dropout_on + forward.norm_on


def _layers(forwards: list[Forward]) -> str:
    dropout, norm = any(f.dropout_on for f in forwards), any(f.norm_on for f in forwards)
    if dropout and norm:
        return "dropout was active and batch normalisation used the batch's own statistics"
    return "dropout was active" if dropout else "batch normalisation used the batch's own statistics"


def _mode(observation: Observation, seen: Pass) -> Iterator[Seen]:
    count, active = len(seen.forwards), [f for f in seen.forwards if _active(f)]
    if not active:
        inactive = any(f.dropout_off or f.norm_off for f in seen.forwards)
        said = "all were in evaluation mode" if inactive else "the network has no layer that behaves differently"
        for rule in ("eval-mode-missing", "train-mode-in-evaluation"):
            yield refuted(rule, seen.place, f"in {counted(count, 'test batch')} {said}")
        return
    if observation.models[active[0].model].stray:
        return  # layers that no call of eval() can reach: another mistake
    sentence = f"in {len(active)} of {counted(count, 'test batch')} {_layers(active)}"
    place = active[0].place if seen.by_framework else seen.place
    call = _last_train_call(observation, seen, active[0])
    if call is not None and call.value:
        yield confirmed("train-mode-in-evaluation", call.place, sentence)
    else:
        yield confirmed("eval-mode-missing", place, sentence, head(place))


def _last_train_call(observation: Observation, seen: Pass, forward: Forward) -> ModeCall | None:
    """The call that put the network into the mode of the evaluation, unless it was made to train."""
    calls = [call for call in observation.mode_calls if call.at < forward.at and call.model in (None, forward.model)]
    if not calls:
        return None
    call = calls[-1]
    trained_since = any(call.at < step.at < seen.began for step in observation.steps)
    return None if trained_since else call


def _gradients(seen: Pass) -> Iterator[Seen]:
    count = len(seen.forwards)
    with_graph = [f for f in seen.forwards if f.gradient and f.output is not None and f.output.needs_gradient]
    if with_graph:
        sentence = f"in {len(with_graph)} of {counted(count, 'test batch')} the graph for gradients was built"
        yield confirmed("grad-in-evaluation", seen.place, sentence, head(seen.place))
    else:
        yield refuted("grad-in-evaluation", seen.place, f"in {counted(count, 'test batch')} no graph was built")


def _not_restored(observation: Observation) -> Iterator[Seen]:
    """Dropout and batch normalisation that were active in the first walks of a training loop, and then no more."""
    walks: dict[tuple[int, int], list[Pass]] = {}
    for seen in training_anyhow(observation):
        walks.setdefault((seen.place.line, seen.forwards[0].model), []).append(seen)
    for passes in walks.values():
        first, last = passes[0], passes[-1]
        if len(passes) < 2 or not any(_active(f) for f in first.forwards):
            continue
        if any(_active(f) for f in last.forwards):
            yield refuted("train-mode-not-restored", last.place, "in the second epoch the network was in training mode")
            continue
        turned_off = [c for c in observation.mode_calls if first.began < c.at < last.began and not c.value]
        if turned_off:
            count = len(last.forwards)
            sentence = (
                f"in {count} of {counted(count, 'training batch')} of the second epoch evaluation mode was still on"
            )
            yield confirmed("train-mode-not-restored", last.place, sentence, head(last.place))
