"""What the loss functions received."""

from collections.abc import Iterator
from itertools import groupby

from convlens.checking.probe.evidence.seen import Seen, confirmed, confirmed_somewhere, counted, refuted
from convlens.checking.probe.observation import LossSeen, Observation, Place

_ACTIVATIONS = {
    "Relu": "a ReLU",
    "LeakyRelu": "a leaky ReLU",
    "Sigmoid": "a sigmoid",
    "Tanh": "a tanh",
    "Elu": "an ELU",
    "Gelu": "a GELU",
    "Hardtanh": "a ReLU6",
    "NativeDropout": "dropout",
}


def judge(observation: Observation) -> Iterator[Seen]:
    """What is known of the rules about the loss."""

    def key(loss: LossSeen) -> tuple[Place, str]:
        return loss.place, loss.name

    for (place, name), group in groupby(sorted(observation.losses, key=key), key=key):
        calls = list(group)
        if name == "cross_entropy":
            yield from _cross_entropy(place, calls)
        elif name == "nll_loss":
            if not any(spot.kind == "softmax-over-batch" for spot in observation.spots):
                yield from _nll(place, calls)
        elif name == "binary_cross_entropy_with_logits":
            made_by = {call.input.made_by for call in calls}
            if made_by == {"Sigmoid"}:
                yield confirmed_somewhere(
                    "bce-sigmoid-mismatch", place, f"in {_times(calls)} it received what a sigmoid had made"
                )
            else:
                yield refuted("bce-sigmoid-mismatch", place, "it received logits")
            yield from _targets(next((loader.item for loader in observation.loaders if loader.item), place), calls)
    for spot in observation.spots:
        if spot.kind == "softmax-over-batch":
            sentence = f"a softmax over the first dimension of {spot.values['shape']}, the batch"
            yield confirmed("softmax-wrong-dim", spot.place, sentence)


def _cross_entropy(place: Place, calls: list[LossSeen]) -> Iterator[Seen]:
    kinds = {call.kind for call in calls}
    made_by = {call.input.made_by for call in calls}
    sources = {call.source for call in calls}
    source = (next(iter(sources)) if len(sources) == 1 else None) or place
    if kinds == {"probabilities"}:
        sentence = f"in {_times(calls)} each row that cross-entropy received was from 0 to 1 and summed to one"
        yield confirmed_somewhere("softmax-before-cross-entropy", source, sentence)
    elif kinds == {"log-probabilities"}:
        sentence = f"in {_times(calls)} cross-entropy received log-probabilities"
        yield confirmed_somewhere("log-softmax-before-cross-entropy", source, sentence)
    if "probabilities" not in kinds:
        yield refuted("softmax-before-cross-entropy", place, "the rows that it received do not sum to one")
    if "log-probabilities" not in kinds:
        yield refuted("log-softmax-before-cross-entropy", place, "it did not receive log-probabilities")
    if len(made_by) == 1 and (last := next(iter(made_by))) in _ACTIVATIONS:
        sentence = f"in {_times(calls)} cross-entropy received what {_ACTIVATIONS[last]} had made"
        yield confirmed_somewhere("activation-on-logits", source, sentence)
    elif not made_by & set(_ACTIVATIONS) and "" not in made_by:
        yield refuted("activation-on-logits", place, "it received what no activation had changed")
    if any(call.target.needs_gradient and not call.input.needs_gradient for call in calls):
        yield confirmed(
            "loss-arguments-swapped", place, "its second argument came from the network, and its first did not"
        )
    elif all(call.input.needs_gradient for call in calls):
        yield refuted("loss-arguments-swapped", place, "its first argument came from the network")


def _targets(place: Place, calls: list[LossSeen]) -> Iterator[Seen]:
    """Labels of two classes are counted from 0."""
    low, high = min(call.target.low for call in calls), max(call.target.high for call in calls)
    if high > 1 or low < 0:
        sentence = f"the labels went from {low:g} to {high:g}, and not from 0 to 1"
        yield confirmed_somewhere("class-count-mismatch", place, sentence)


def _nll(place: Place, calls: list[LossSeen]) -> Iterator[Seen]:
    kinds = {call.kind for call in calls}
    if "log-probabilities" in kinds:
        yield refuted("nll-without-log-softmax", place, "it received log-probabilities")
    elif kinds <= {"probabilities", "logits"}:
        what = "probabilities" if kinds == {"probabilities"} else "numbers that are no log-probabilities"
        yield confirmed_somewhere("nll-without-log-softmax", place, f"in {_times(calls)} it received {what}")


def _times(calls: list[LossSeen]) -> str:
    return f"{len(calls)} of {counted(len(calls), 'batch')}"
