"""The orders in which the rows of tensors were put, and whether two tensors are in the same one."""

from dataclasses import dataclass
from itertools import zip_longest

from convlens.checking.events import Operation
from convlens.checking.facts import TRANSPARENT
from convlens.checking.values import Constant, Items, Site, Slice, Tensor, Unknown, Value

# sklearn's split gives each array a part of its own, in the same order
PASSING = ("train_test_split", "permute", "div", "sub", "add", "mul", "tensor", "as_tensor", "from_numpy", "array",
            "asarray", "long", "astype", *TRANSPARENT)  # fmt: skip
_STORED = ("cat", "stack", "reshape", "load")
"""Where pictures of several files are put together: what was done before concerns both arrays of a pair."""


@dataclass(frozen=True)
class Order:
    """An order in which rows were put, and where. `by` is a permutation, or some other index."""

    by: Value
    site: Site


@dataclass(frozen=True)
class History:
    """The orders in which rows were put, the first one first, as far back as they can be followed.

    What was done before the event numbered `since` is not known; -1 where all is known.
    """

    orders: list[Order]
    since: int = -1


def comparable(one: History | None, other: History | None) -> tuple[list[Order], list[Order]]:
    """The orders that were drawn when both histories are known; other indices count where both have them."""
    if one is None or other is None:
        return [], []
    since = max(one.since, other.since)
    drawn = [[order for order in history.orders if _drawn_after(order, since)] for history in (one, other)]
    common = {id(order.by) for order in drawn[0]} & {id(order.by) for order in drawn[1]}
    if any(not _is_draw(order.by) and id(order.by) not in common for orders in drawn for order in orders):
        return [], []
    return drawn[0], drawn[1]


def _drawn_after(order: Order, since: int) -> bool:
    made = order.by.made_by if isinstance(order.by, Tensor) else None
    return since < 0 or (made is not None and made.index > since)


def _is_draw(order: Value) -> bool:
    return isinstance(order, Tensor) and order.made_by is not None


def orders_of(tensor: Tensor) -> History | None:
    """The orders in which its rows were put; None where rows may have been mixed."""
    found: list[Order] = []
    one: Tensor | None = tensor
    while one is not None and one.made_by is not None:
        if one.op == "getitem":
            index = one.made_by.arguments.get("index")
            if isinstance(index, Tensor):
                found.append(Order(_draw(index), one.made_by.site))
            elif not isinstance(index, Slice | Constant) and not _keeps_rows(index):
                if index is None:
                    return None
                found.append(Order(index, one.made_by.site))
        elif one.op == "permutation":
            found.append(Order(one, one.made_by.site))
        elif one.op == "join" or _mixes(one.made_by):
            return None
        elif one.op not in PASSING:
            return History(found[::-1], one.made_by.index) if one.op in _STORED else None
        one = one.made_by.input
    return History(found[::-1])


def _keeps_rows(index: Value | None) -> bool:
    """`images[:, None]`, `images[..., 0]`."""
    first = index.elements[0] if isinstance(index, Items) and index.elements else None
    return isinstance(first, Slice) or (isinstance(first, Unknown) and first.name == "...")


def _mixes(made: Operation) -> bool:
    """A sum or product of two tensors: of two pictures, say."""
    return made.op in ("add", "mul") and len([part for part in made.inputs if isinstance(part, Tensor)]) > 1


def first_difference(ours: list[Order], theirs: list[Order]) -> tuple[Order | None, Order | None]:
    """The first orders of both that are not the same; None for the one that has no more."""
    for one, other in zip_longest(ours, theirs):
        if one is None or other is None or one.by is not other.by:
            return one, other
    return None, None


def _draw(index: Tensor) -> Tensor:
    """The permutation that an index was cut from."""
    through = ("getitem", "tensor", "as_tensor", "from_numpy", "array", "asarray", "long", "astype", *TRANSPARENT)
    while index.made_by is not None and index.op in through and index.made_by.input is not None:
        index = index.made_by.input
    return index


def is_random(order: Value) -> bool:
    """Whether an order was drawn by chance, without a seed of its own."""
    if not isinstance(order, Tensor):
        return False
    return order.op in ("randperm", "permutation") and not _seeded(order)


def _seeded(order: Tensor) -> bool:
    return order.made_by is not None and "seed" in order.made_by.site.text
