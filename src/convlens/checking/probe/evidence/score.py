"""How the score was made, against an own count of the right answers."""

from collections.abc import Iterator

from convlens.checking.probe.evidence.modes import evaluating
from convlens.checking.probe.evidence.seen import Seen, confirmed, refuted
from convlens.checking.probe.observation import Division, LoaderSeen, Observation


def judge(observation: Observation) -> Iterator[Seen]:
    """What is known of the rules about the score."""
    for spot in observation.spots:
        if spot.kind == "choice-over-batch":
            yield confirmed(
                "accuracy-wrong-dim", spot.place, "the largest value was looked for over the batch, not the classes"
            )
        elif spot.kind == "choice-over-classes":
            yield refuted("accuracy-wrong-dim", spot.place, "the largest value was looked for over the classes")
        elif spot.kind == "state-not-copied":
            yield confirmed(
                "best-state-not-copied", spot.place, "the state that was loaded back was the network's own memory"
            )
    yield from _selection(observation)
    evaluated = [id(seen) for seen in evaluating(observation)]
    for division in observation.divisions:
        if id(observation.passes[division.in_pass]) in evaluated:
            yield from _division(observation, division)


def _selection(observation: Observation) -> Iterator[Seen]:
    """A state that a test score chose, loaded back and scored on the same items."""
    passes = evaluating(observation)
    learned = [step.at for step in observation.steps]
    for state in observation.states:
        before = [seen for seen in passes if seen.ended < state.at]
        if not state.taken or not state.chosen or not before or any(before[-1].ended < at < state.at for at in learned):
            continue
        judged_by = observation.loaders[before[-1].loader]
        loaded = [other.at for other in observation.states if not other.taken and other.at > state.at]
        after = [observation.loaders[seen.loader] for seen in passes if loaded and seen.began > loaded[-1]]
        if judged_by.is_test and any(one.is_test and _one_data(one, judged_by) for one in after):
            sentence = "a test score chose the state that was loaded back and scored on the same items"
            yield confirmed("test-set-selects-model", state.place, sentence)


def _one_data(one: LoaderSeen, other: LoaderSeen) -> bool:
    return one is other or (bool(one.data) and one.data[-1:] == other.data[-1:])


def _division(observation: Observation, division: Division) -> Iterator[Seen]:
    seen = observation.passes[division.in_pass]
    loader = observation.loaders[seen.loader]
    place, shown = division.place, f"{division.numerator:g} was divided by {division.denominator:g}"
    even = bool(loader.batch_size) and loader.items % (loader.batch_size or 1) == 0
    if division.what == "correct":
        if division.by in ("items", "set"):
            yield refuted("accuracy-wrong-denominator", place, "the right answers were divided by the number of items")
            yield refuted("only-last-batch-scored", place, "the right answers of all batches were counted")
        else:
            what = "the number of batches" if division.by == "batches" else "the size of another set"
            yield confirmed("accuracy-wrong-denominator", place, f"{shown}: right answers by {what}")
    elif division.what == "last batch":
        yield confirmed("only-last-batch-scored", place, f"{shown}: the right answers of the last batch alone")
    elif division.by == "batches":
        if even or loader.drop_last:
            yield refuted("mean-of-batch-means", place, f"all batches have {loader.batch_size} items")
        elif len(set(seen.sizes)) > 1:
            sentence = f"the mean of batches of {seen.sizes[0]} and a last one of {seen.sizes[-1]} items was taken"
            yield confirmed("mean-of-batch-means", place, sentence)
    elif division.by in ("items", "set"):
        yield confirmed("mean-of-batch-means", place, f"{shown}: a sum of batch means by the number of items")
