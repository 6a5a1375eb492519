"""The labels of a data set: from which number to which, after its `target_transform`."""

from convlens.checking.values import Arguments, Constant, Dataset, Transform
from convlens.checking.walker import Walker

_MANY = 100
"""Of more classes the function that changes the labels is not worked out."""


def bounds(walker: Walker, made: Dataset) -> tuple[int, int] | None:
    """The lowest and the highest label; None where that cannot be told."""
    if made.classes is None:
        return None
    first = 1 if made.kind == "EMNIST" and made.constant("split") == "letters" else 0
    change = made.arguments.get("target_transform")
    if isinstance(change, Transform):
        change = change.arguments.get("lambd")
    if change is None or (isinstance(change, Constant) and change.value is None):
        return first, made.classes - 1
    if made.classes > _MANY:
        return None
    site, mark = change.site or walker.at(walker.source.tree), len(walker.events)
    labels = [walker.call(change, Arguments([Constant(value=label)]), site) for label in range(first, made.classes)]
    del walker.events[mark:]
    known = [one.value for one in labels if isinstance(one, Constant) and isinstance(one.value, int) and one.certain]
    return (min(known), max(known)) if len(known) == len(labels) else None
