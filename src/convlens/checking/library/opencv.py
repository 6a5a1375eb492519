"""Pictures of OpenCV: arrays, channels last."""

from collections.abc import Callable

from convlens.checking.library import operations
from convlens.checking.values import Arguments, Constant, External, Items, Shape, Site, Size, Tensor, Unknown, Value
from convlens.checking.walker import Walker


def _read(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    """`cv2.imread(path)`: in colour, unless it is asked for something else."""
    flag = arguments.get(1, "flags")
    how = "IMREAD_COLOR" if flag is None else flag.name if isinstance(flag, External) else ""
    shapes: dict[str, Shape] = {"IMREAD_COLOR": (None, None, 3), "IMREAD_GRAYSCALE": (None, None)}
    shape = shapes.get(how.rpartition(".")[2])
    return Tensor(site=site, shape=shape, graph=False, numpy=True, dtype="uint8", scale="0..255", role="images")


def _resized(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    """`cv2.resize(picture, (width, height))`."""
    size = arguments.get(1, "dsize")
    both = [_side(one) for one in size.elements] if isinstance(size, Items) and len(size.elements) == 2 else [None] * 2
    return _like(walker, arguments, site, lambda shape: (both[1], both[0], *shape[2:]))


def _recoloured(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    """`cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)`."""
    code = arguments.get(1, "code")
    _, _, goal = (code.name if isinstance(code, External) else "").rpartition("2")
    channels: dict[str, Shape] = {"RGB": (3,), "BGR": (3,), "GRAY": ()}
    if goal not in channels:
        return Unknown(site=site, name=name)
    return _like(walker, arguments, site, lambda shape: (*shape[:2], *channels[goal]))


def _like(walker: Walker, arguments: Arguments, site: Site, sizes: Callable[[Shape], Shape]) -> Value:
    """A picture made of another, of which the scale is kept."""
    first = arguments.get(0, "src")
    if not isinstance(first, Tensor):
        return Unknown(site=site)
    made = operations.operate(walker, "interpolate", [first], {}, site)
    if isinstance(made, Tensor):
        made.shape = sizes(first.shape) if first.shape is not None and len(first.shape) in (2, 3) else None
        made.role, made.scale, made.graph = first.role, first.scale, False
    return made


def _side(value: Value) -> Size:
    return value.value if isinstance(value, Constant) and isinstance(value.value, int) else None


FUNCTIONS = {"cv2.imread": _read, "cv2.resize": _resized, "cv2.cvtColor": _recoloured}
"""Handlers by qualified name."""
