"""Sizes after operations that move numbers: `view`, `flatten`, `permute`, `cat`."""

import math
from collections.abc import Callable, Iterable, Sequence

from convlens.checking.library.sizing import Sizing, dimensions, whole
from convlens.checking.values import Constant, Items, Number, Shape, Size, Slice, Tensor, Unknown, Value


def _flatten(s: Sizing) -> Shape | None:
    start, end = s.integer("start_dim"), s.integer("end_dim")
    if start is None or end is None:
        return None
    rank = len(s.shape)
    start, end = start % rank if rank else 0, end % rank if rank else 0
    if start == 0 and s.shape[0] == "N" and end > 0:
        s.problem("batch-flattened", 0, 0)
    return (*s.shape[:start], _product(s.shape[start : end + 1]), *s.shape[end + 1 :])


def _product(sides: Shape) -> Size:
    if all(isinstance(side, int) for side in sides):
        return math.prod(side for side in sides if isinstance(side, int))
    return sides[0] if len(sides) == 1 else None


def _view(s: Sizing) -> Shape | None:
    sizes = s.arguments.get("sizes")
    if not isinstance(sizes, Items) or sizes.open:
        return None
    wanted = [whole(side) for side in sizes.elements]
    return _reshaped(s, wanted)


def pictures(sizes: Value | None) -> Shape | None:
    """`view(-1, 1, 28, 28)` of something whose sizes are not known: as many pictures as there are."""
    wanted = [whole(side) for side in sizes.elements] if isinstance(sizes, Items) and not sizes.open else []
    if len(wanted) != 4 or wanted[0] not in (-1, "N") or not all(isinstance(side, int) for side in wanted[1:]):
        return None
    return None if -1 in wanted[1:] else ("N", *wanted[1:])


def _repeat(s: Sizing) -> Shape | None:
    """`repeat` and `expand`, for as many sizes as there are sides."""
    sizes = s.arguments.get("sizes")
    times = [whole(one) for one in sizes.elements] if isinstance(sizes, Items) and not sizes.open else []
    if len(times) != len(s.shape):
        return None
    if s.op == "expand":
        return tuple(side if many == -1 else many for side, many in zip(s.shape, times, strict=True))
    return tuple(_many(side, many) for side, many in zip(s.shape, times, strict=True))


def _many(side: Size, times: Size) -> Size:
    if times == 1:
        return side
    return side * times if isinstance(side, int) and isinstance(times, int) else None


def _reshaped(s: Sizing, wanted: list[Size]) -> Shape | None:
    """`view` and `reshape`: -1 stands for what is left."""
    per_picture = [side for side in s.shape if side != "N"]
    known = all(isinstance(side, int) for side in per_picture) and s.shape.count("N") == 1 and s.shape[0] == "N"
    pixels = math.prod(side for side in per_picture if isinstance(side, int)) if known else None
    if -1 not in wanted:
        if pixels is not None and wanted and isinstance(wanted[0], int):
            rest = [side for side in wanted[1:] if isinstance(side, int)]
            if len(rest) == len(wanted) - 1 and wanted[0] > 0 and len(wanted) > 1:
                s.problem("batch-fixed", 0, wanted[0])
                return ("N", *rest)
        return tuple(wanted)
    hole = wanted.index(-1)
    others = [side for index, side in enumerate(wanted) if index != hole]
    if not others:
        if s.shape and s.shape[0] == "N" and len(s.shape) > 1:
            s.problem("batch-flattened", 0, 0)
        return (None,)
    return _filled(s, wanted, hole, others, pixels)


def _times(numbers: Iterable[int]) -> int:
    return math.prod(numbers)


def _filled(s: Sizing, wanted: list[Size], hole: int, others: list[Size], pixels: int | None) -> Shape | None:  # noqa: PLR0911 - a list of cases
    def with_hole(side: Size) -> Shape:
        return tuple(side if index == hole else one for index, one in enumerate(wanted))

    numbers: list[int] = [side for side in others if isinstance(side, int)]
    if pixels is None:
        whole_shape: list[int] = [side for side in s.shape if isinstance(side, int)]
        if len(whole_shape) == len(s.shape) and len(numbers) == len(others) and _times(numbers):
            if s.walker.inside and hole and len(wanted) > 1 and numbers[0] > 1 and whole_shape[0] != numbers[0]:
                s.problem("batch-fixed", 0, numbers[0])  # a batch of another constant size
                return (s.shape[0], *(None if side == -1 else side for side in wanted[1:]))
            return with_hole(_times(whole_shape) // _times(numbers))
        return with_hole("N" if hole == 0 and s.shape[:1] == ("N",) and len(numbers) == len(others) else None)
    if others.count("N") == 1 and len(numbers) == len(others) - 1 and _times(numbers):
        return with_hole(pixels // _times(numbers))
    if len(numbers) < len(others):
        return with_hole(None)
    if hole == 0:
        if _times(numbers) != pixels:
            s.problem("batch-mixed", _times(numbers), pixels)
        return with_hole("N")
    if isinstance(wanted[0], int) and wanted[0] > 0:
        s.problem("batch-fixed", 0, wanted[0])
        return ("N", *(pixels // max(_times(numbers[1:]), 1) if side == -1 else side for side in wanted[1:]))
    return with_hole(None)


def _permute(s: Sizing) -> Shape | None:
    sizes = s.arguments.get("dims")
    if not isinstance(sizes, Items):
        return None
    order = [whole(one) for one in sizes.elements]
    rank = len(s.shape)
    if len(order) != rank or not all(isinstance(one, int) and -rank <= one < rank for one in order):
        return None
    return tuple(s.shape[one] for one in order if isinstance(one, int))


def _transpose(s: Sizing) -> Shape | None:
    one, other = s.integer("dim0"), s.integer("dim1")
    rank = len(s.shape)
    if one is None or other is None or not (-rank <= one < rank and -rank <= other < rank):
        return None
    sides = list(s.shape)
    sides[one], sides[other] = sides[other], sides[one]
    return tuple(sides)


def _unsqueeze(s: Sizing) -> Shape | None:
    dim = s.integer("dim")
    if dim is None or not -len(s.shape) - 1 <= dim <= len(s.shape):
        return None
    at = dim if dim >= 0 else dim + len(s.shape) + 1
    return (*s.shape[:at], 1, *s.shape[at:])


def _squeeze(s: Sizing) -> Shape | None:
    dims = dimensions(s)
    if dims is None:
        return None
    if not dims and "N" in s.shape and 1 not in s.shape:
        return None  # there is nothing else to leave out, so the batch may be a single picture
    return tuple(side for index, side in enumerate(s.shape) if side != 1 or (dims and index not in dims))


def _cat(s: Sizing) -> Shape | None:
    tensors = s.tensors[0].elements if s.tensors and isinstance(s.tensors[0], Items) else s.tensors
    shapes = [t.shape for t in tensors if isinstance(t, Tensor) and t.shape is not None]
    dim = s.integer("dim")
    if dim is None or not shapes or len(shapes) != len(tensors) or len({len(shape) for shape in shapes}) != 1:
        return None
    rank = len(shapes[0])
    if not -rank <= dim < rank:
        return None
    sides = list(shapes[0])
    along = [shape[dim] for shape in shapes]
    sides[dim] = sum(a for a in along if isinstance(a, int)) if all(isinstance(a, int) for a in along) else None
    return tuple(sides)


def _unflatten(s: Sizing) -> Shape | None:
    dim, sizes = s.integer("dim"), s.arguments.get("unflattened_size") or s.arguments.get("sizes")
    if dim is None or not isinstance(sizes, Items) or not -len(s.shape) <= dim < len(s.shape):
        return None
    given = [whole(one) for one in sizes.elements]
    side, unknown = s.shape[dim], [index for index, one in enumerate(given) if one == -1]
    if unknown:
        rest = math.prod(one for one in given if isinstance(one, int) and one != -1)
        exact = len(unknown) == 1 and None not in given and isinstance(side, int) and rest and side % rest == 0
        given[unknown[0]] = side // rest if exact else None  # type: ignore[operator]
    dim %= len(s.shape)
    return (*s.shape[:dim], *given, *s.shape[dim + 1 :])


def _stack(s: Sizing) -> Shape | None:
    """Pictures stacked into a batch; a list that grew in a loop has as many as the batch or the set."""
    given = s.tensors[0] if s.tensors else None
    if not isinstance(given, Items) or s.integer("dim") not in (0, None):
        return None
    shapes = {t.shape for t in given.elements if isinstance(t, Tensor)}
    if len(shapes) != 1 or not all(isinstance(t, Tensor) for t in given.elements):
        return None
    shape = shapes.pop()
    return None if shape is None else ("N" if given.open else len(given.elements), *shape)


def after_index(shape: Shape, parts: Sequence[Value]) -> Shape | None:
    """What `x[:, 0]` leaves; None where an index is neither a number nor a slice nor None."""
    left, sides = list(shape), list[Size]()
    for at, part in enumerate(parts):
        if isinstance(part, Constant) and part.value is None:
            sides.append(1)
        elif isinstance(part, Unknown) and part.name == "...":
            taken = sum(not (isinstance(one, Constant) and one.value is None) for one in parts[at + 1 :])
            kept = max(len(left) - taken, 0)
            sides += left[:kept]
            left = left[kept:]
        elif not left:
            return None
        elif isinstance(part, Slice):
            sides.append(_cut(left.pop(0), part))
        elif isinstance(part, Number) or (isinstance(part, Constant) and isinstance(part.value, int)):
            left.pop(0)
        else:
            return None
    return (*sides, *left)


def _cut(side: Size, part: Slice) -> Size:
    bounds = [whole(one) if one is not None else None for one in (part.lower, part.upper, part.step)]
    given = [one is not None for one in (part.lower, part.upper, part.step)]
    if side == "N" or not any(given):
        return side
    known = all(isinstance(one, int) for one, there in zip(bounds, given, strict=True) if there)
    if not isinstance(side, int) or not known or bounds[2] == 0:
        return None
    plain = [one if isinstance(one, int) else None for one in bounds]
    return len(range(side)[slice(*plain)])


RULES: dict[str, Callable[[Sizing], Shape | None]] = {
    "flatten": _flatten,
    "unflatten": _unflatten,
    "view": _view,
    "reshape": _view,
    "permute": _permute,
    "repeat": _repeat,
    "expand": _repeat,
    "transpose": _transpose,
    "unsqueeze": _unsqueeze,
    "squeeze": _squeeze,
    "cat": _cat,
    **dict.fromkeys(("stack", "array", "tensor"), _stack),
}
