"""Sizes: what each kind of operation makes of a shape, by the sums of `convlens.byhand.arithmetic`."""

from collections.abc import Callable

from convlens.checking.library import maps, reshaping
from convlens.checking.library.sizing import Sizing, dimensions
from convlens.checking.values import Constant, Shape, Size, Tensor


def shape_after(sizing: Sizing) -> Shape | None:
    """The output's shape; None where it cannot be told."""
    rule = _RULES.get(sizing.op)
    return rule(sizing) if rule else None


def _linear(s: Sizing) -> Shape | None:
    expected, found = s.integer("in_features"), s.shape[-1] if s.shape else None
    if expected is not None and isinstance(found, int) and expected != found:
        flattened = any(t.op in ("flatten", "view", "reshape") for t in _since_last_linear(s.tensor))
        s.problem("flatten-size" if flattened or len(s.shape) > 2 else "features", expected, found)
    return (*s.shape[:-1], s.integer("out_features"))


def _since_last_linear(tensor: Tensor) -> list[Tensor]:
    found: list[Tensor] = []
    for one in tensor.ancestry():
        if one.op == "linear":
            break
        found.append(one)
    return found


def _same(s: Sizing) -> Shape | None:
    return s.shape


def _broadcast(s: Sizing) -> Shape | None:
    shapes = [t.shape if isinstance(t, Tensor) else () for t in s.tensors]
    if any(shape is None for shape in shapes):
        return None
    known = [shape for shape in shapes if shape is not None]
    rank = max(len(shape) for shape in known)
    result: list[Size] = []
    for axis in range(1, rank + 1):
        sides = {shape[-axis] for shape in known if len(shape) >= axis} - {1}
        result.append(sides.pop() if len(sides) == 1 else 1 if not sides else None)
    return tuple(reversed(result))


def _reduced(s: Sizing) -> Shape | None:
    dims = dimensions(s)
    if dims is None:
        return None
    if not dims:
        return ()
    keep = s.arguments.get("keepdim")
    if isinstance(keep, Constant) and keep.value is True:
        return tuple(1 if index in dims else side for index, side in enumerate(s.shape))
    return tuple(side for index, side in enumerate(s.shape) if index not in dims)


def keeps_shape(op: str) -> None:
    """Tell that an operation leaves the shape as it is. The table of operations says which."""
    _RULES.setdefault(op, _same)


_RULES: dict[str, Callable[[Sizing], Shape | None]] = {
    **maps.RULES,
    **reshaping.RULES,
    "linear": _linear,
    **dict.fromkeys(("add", "sub", "mul", "div", "eq", "ne", "gt", "lt", "pow", "maximum", "minimum"), _broadcast),
    **dict.fromkeys(("sum", "mean", "std", "var", "argmax", "argmin", "max", "min", "amax"), _reduced),
    **dict.fromkeys(("prod", "all", "any"), _reduced),
}
