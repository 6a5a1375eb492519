"""The items that loaders gave: which, in which order, in which numbers."""

from collections.abc import Iterator

from convlens.checking.probe.evidence.modes import evaluating, training, training_anyhow
from convlens.checking.probe.evidence.seen import Seen, confirmed, confirmed_somewhere, refuted, refuted_everywhere
from convlens.checking.probe.observation import Forward, LoaderSeen, Observation, Pass, Place, TensorSeen

_BYTES = 10.0
"""A pixel above this was never scaled to 0..1."""
_WIDE = 60.0
"""No spread of pixels divides 0..1 by so little that they would lie farther apart than this."""


_HARDLY, _CLEARLY = 0.08, 0.25
"""By so much more than chance labels are told that have nothing, or much, to do with their pictures."""


def judge(observation: Observation) -> Iterator[Seen]:
    """What is known of the rules about the data."""
    trained = {seen.loader: seen for seen in training(observation)}
    evaluated = {seen.loader: seen for seen in evaluating(observation) if seen.loader not in trained}
    for number, loader in enumerate(observation.loaders):
        if number in trained:
            yield from _order(observation, number)
        elif observation.finished:
            yield refuted("train-not-shuffled", loader.place, "nothing was learned from what it gave")
    for number, seen in evaluated.items():
        yield from _evaluated(observation.loaders[number], seen)
    yield from _overlaps(observation, len(evaluated))
    for seen in training_anyhow(observation):
        yield from _scaling(seen.forwards[0], observation.loaders[seen.loader] if seen.loader >= 0 else None)
    yield from _matching(observation)
    yield from _normalisation(observation, list(trained.values()), list(evaluated.values()))


def _order(observation: Observation, number: int) -> Iterator[Seen]:
    loader = observation.loaders[number]
    passes = [seen for seen in training(observation) if seen.loader == number and seen.order]
    if loader.is_iterable or not passes or loader.items < 2:
        return
    if len(passes) > 1 and len({seen.labels for seen in passes}) > 1 and len({seen.order for seen in passes}) == 1:
        sentence = "the same numbers were other items in each epoch: the data itself was put into another order"
        yield refuted("train-not-shuffled", loader.place, sentence)
    elif all(seen.in_file_order for seen in passes):
        count = sum(passes[0].sizes[:-1] or passes[0].sizes)
        what = "batch was" if len(passes[0].sizes) <= 2 else f"{len(passes[0].sizes) - 1} batches were"
        sentence = f"the first {what} items 0 to {count - 1} in file order"
        if len(passes) > 1:
            sentence += f", in each of {len(passes)} epochs"
        yield confirmed("train-not-shuffled", loader.place, sentence)
    elif len(passes) > 1 and len({seen.order for seen in passes}) == 1:
        sentence = f"the order of the items was the same in each of {len(passes)} epochs"
        yield confirmed("train-not-shuffled", loader.place, sentence)
    elif len({seen.order for seen in passes}) > 1:
        yield refuted("train-not-shuffled", loader.place, "the order of the items was another in each epoch")


def _evaluated(loader: LoaderSeen, seen: Pass) -> Iterator[Seen]:
    if loader.again == "another":
        sentence = "the same item was another picture each time that it was asked for"
        yield confirmed("augmented-evaluation", _data(loader), sentence)
    elif loader.again == "same":
        for place in (loader.place, *loader.data):
            yield refuted("augmented-evaluation", place, "the same item was the same picture each time")
    left_out = loader.items % loader.batch_size if loader.batch_size else 0
    if loader.drop_last and left_out:
        sentence = f"{left_out} of {loader.items} items were never given"
        yield confirmed("drop-last-in-evaluation", loader.place, sentence)
    elif loader.drop_last and loader.batch_size:
        yield refuted("drop-last-in-evaluation", loader.place, f"{loader.batch_size} divides {loader.items}")


def _overlaps(observation: Observation, evaluated: int) -> Iterator[Seen]:
    for overlap in observation.overlaps:
        loader = observation.loaders[overlap.evaluation]
        place = loader.place
        if not overlap.shared:
            for where in (place, *loader.data):
                yield refuted("test-uses-train-data", where, "no item is in both loaders")
                yield refuted("train-validation-overlap", where, "no item is in both loaders")
        elif overlap.shared == overlap.evaluated:
            if evaluated == 1:  # with another loader beside it, this one may be there for the training accuracy
                sentence = f"all {overlap.evaluated} items that were scored are trained on"
                yield confirmed("test-uses-train-data", place, sentence)
        else:
            sentence = f"{overlap.shared} of the {overlap.evaluated} items that were scored are trained on"
            yield confirmed("train-validation-overlap", place, sentence)


def _data(loader: LoaderSeen) -> Place:
    """The line that made the data; where both a part and the whole are known, the whole."""
    return loader.data[-1] if loader.data else loader.place


def _scaling(forward: Forward, loader: LoaderSeen | None) -> Iterator[Seen]:
    """By what reaches the first layer with weights: the network may scale by itself."""
    reached = forward.reached
    data = loader.data if loader is not None else ()
    place = (loader.item if loader is not None else None) or (data[-1] if data else forward.place)
    if loader is not None and loader.again == "scaled":
        sentence = "an item that was asked for again had been scaled once more: the data itself was changed"
        yield confirmed_somewhere("pixels-not-scaled", place, sentence)
        return
    if reached is None or not reached.dtype.startswith("float") or "Norm" in forward.first_layer:
        return
    high, low = reached.high, reached.low
    if (low >= 0 and _BYTES < high <= 255) or high - low > _WIDE:
        sentence = f"the pixels that the network received went from {low:g} to {high:g}"
        yield confirmed_somewhere("pixels-not-scaled", place, sentence)
    elif low >= 0 and 0 < high <= 1.01 / 255:
        sentence = f"the pixels went from {low:g} to {high:.2g}: scaled twice"
        yield confirmed_somewhere("pixels-not-scaled", place, sentence)
    else:
        for where in (place, forward.place, *data):
            yield refuted("pixels-not-scaled", where, f"the pixels went from {low:.2f} to {high:.2f}")


def _matching(observation: Observation) -> Iterator[Seen]:
    """Of data that is known to be learnable: a published set, or made-up pictures that look alike within a class."""
    seen = observation.matching
    if seen is None:
        return
    share, chance = seen.right / seen.asked, 1 / seen.classes
    found = f"the nearest mean picture told {seen.right} of {seen.asked} labels, and mere chance tells {chance:.0%}"
    known = any(": made-up" in note or ": the real" in note for note in observation.replaced)
    if share > chance + _CLEARLY:
        yield refuted_everywhere("images-labels-desynchronised", seen.place, found)
    elif share < chance + _HARDLY and known and not any(loader.item for loader in observation.loaders):
        yield confirmed_somewhere("images-labels-desynchronised", seen.place, found)


def _normalisation(observation: Observation, trained: list[Pass], evaluated: list[Pass]) -> Iterator[Seen]:
    if len(trained) != 1:
        return
    again = observation.loaders[trained[0].loader].again
    if again == "scaled":
        return
    one = trained[0].forwards[0].input
    for seen in evaluated:
        other, place = seen.forwards[0].input, _data(observation.loaders[seen.loader])
        if one is None or other is None or min(one.std, other.std) == 0 or seen.sizes[0] < 16:
            continue
        trained_on = f"pixels of mean {one.mean:.2f} and spread {one.std:.2f}"
        sentence = f"it was trained on {trained_on}, and scored on pixels of {other.mean:.2f} and {other.std:.2f}"
        if _far(one, other):
            yield confirmed_somewhere("normalisation-differs", place, sentence)
        elif again != "another" and _near(one, other):
            yield refuted("normalisation-differs", place, "both sets reached the network with one mean and spread")


def _far(one: TensorSeen, other: TensorSeen) -> bool:
    ratio = max(one.std, other.std) / min(one.std, other.std)
    return ratio > 1.5 or abs(one.mean - other.mean) > 0.6 * max(one.std, other.std)


def _near(one: TensorSeen, other: TensorSeen) -> bool:
    ratio = max(one.std, other.std) / min(one.std, other.std)
    return ratio < 1.1 and abs(one.mean - other.mean) < 0.1 * max(one.std, other.std)
