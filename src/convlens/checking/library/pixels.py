"""The scale of pixel values: 0..255, 0..1 or normalised, through transforms and arithmetic."""

from convlens.checking.library.transforms import sizes_after
from convlens.checking.values import (
    Arguments,
    Constant,
    Function,
    Items,
    Number,
    Shape,
    Site,
    Tensor,
    Tool,
    Transform,
    Unknown,
    Value,
)
from convlens.checking.walker import Walker

_KEEPING = ("permute", "transpose", "flip", "stack", "cat", "swapaxes", "getitem", "tensor", "as_tensor", "from_numpy",
            "array", "asarray", "roll", "clamp", "interpolate", "pad", "expand", "repeat", "join")  # fmt: skip
_FULL = (255, 255.0, 256, 256.0, 127.5)
_TO_UNIT = ("ToTensor", "ConvertImageDtype", "ToDtype")
_FROM_PICTURE = ("PILToTensor", "ToImage")
_OPEN = ("RandomApply", "RandomChoice", "FiveCrop", "TenCrop")
_Picture = tuple[Shape | None, str | None]
"""Sizes, channels first, and scale."""


def through(walker: Walker, picture: _Picture, made: Transform | None) -> _Picture:
    """What a transform makes of the sizes and the scale of a picture; None where it cannot be told."""
    steps = made.flat() if made is not None else []
    if made is None or (not made.complete and all(step.kind for step in steps)):
        return None, None
    shape, scale = picture
    is_tensor = False
    for step in steps:
        is_tensor = is_tensor or step.kind in (*_TO_UNIT, *_FROM_PICTURE)
        if step.kind in ("", "Lambda"):
            shape, scale = _by_function(walker, (shape, scale), step, is_tensor)
        elif step.kind in _OPEN:
            return sizes_after(shape, step), None
        else:
            shape, scale = sizes_after(shape, step), _scale_after(scale, step)
    return shape, scale


def _scale_after(scale: str | None, step: Transform) -> str | None:
    if step.kind == "ToDtype" and step.constant("scale") is not True:
        return scale
    if step.kind in _TO_UNIT:
        return "0..1"
    if step.kind in _FROM_PICTURE:
        return "0..255"
    return "normalised" if step.kind == "Normalize" else scale


def _by_function(walker: Walker, picture: _Picture, step: Transform, is_tensor: bool) -> _Picture:
    """A user's function as a step: walked, without writing down what happens in it."""
    function = step.arguments.get("lambd")
    if not isinstance(function, Function):
        return None, None
    shape, scale = picture
    channels = Constant(value=shape[0] if shape and isinstance(shape[0], int) else None)
    given: Value = Tool(kind="picture", arguments={"channels": channels})
    if is_tensor:
        given = Tensor(shape=shape, role="images", graph=False, scale=scale)
    mark = len(walker.events)
    result = walker.call(function, Arguments(positional=[given]), step.site or walker.at(walker.source.tree))
    del walker.events[mark:]
    if isinstance(result, Tensor):
        return result.shape, result.scale
    return (shape, scale) if isinstance(result, Tool) and result is given else (None, None)


def after_operation(op: str, inputs: list[Value], before: str | None) -> str | None:  # noqa: PLR0911 - a list of cases
    """The scale after an operation, given what it is so far."""
    first = next((one for one in _flat(inputs) if isinstance(one, Tensor)), None)
    if first is None or first.scale is None:
        return before
    if op in _KEEPING:
        return first.scale
    other = next((one for one in inputs if one is not first), None)
    number = other.value if isinstance(other, Constant) else None
    if op == "div" and inputs and inputs[0] is first:
        if number in _FULL:
            return {"0..255": "0..1"}.get(first.scale)
        return "normalised" if isinstance(other, Tensor | Number | Constant) else None
    if op == "mul" and isinstance(number, float) and 0.003 < number < 0.005:
        return {"0..255": "0..1"}.get(first.scale)
    if op == "sub" and inputs and inputs[0] is first and first.scale in ("0..1", "normalised"):
        return "normalised"
    return first.scale if op == "sub" and inputs[0] is first else before


def _flat(inputs: list[Value]) -> list[Value]:
    return [one for value in inputs for one in (value.elements if isinstance(value, Items) else [value])]


def call_transform(walker: Walker, transform: Transform, arguments: Arguments, site: Site) -> Value:
    """`transform(picture)`."""
    given = arguments.get(0)
    shape = given.shape if isinstance(given, Tensor) else None
    if isinstance(given, Tool) and given.kind == "picture":
        channels = given.arguments.get("channels")
        shape = (channels.value if isinstance(channels, Constant) and isinstance(channels.value, int) else None,
                 None, None)  # fmt: skip
    kinds = [step.kind for step in transform.flat()]
    if not isinstance(given, Tensor) and not any(kind in (*_TO_UNIT, *_FROM_PICTURE) for kind in kinds):
        return Unknown(site=site)
    of = given.of if isinstance(given, Tensor) else None
    sizes, scale = through(walker, (shape, given.scale if isinstance(given, Tensor) else "0..255"), transform)
    return Tensor(site=site, shape=sizes, scale=scale, role="images", of=of, graph=False)


def picture(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    """`Image.open(path)`, `Image.fromarray(array)`: a picture that is no tensor yet."""
    return Tool(site=site, kind="picture", name=name)


def picture_method(walker: Walker, tool: Tool, name: str, arguments: Arguments, site: Site) -> Value:
    """`picture.convert("RGB")` and other methods that give a picture."""
    mode = arguments.get(0, "mode")
    known = {"RGB": 3, "L": 1, "RGBA": 4}.get(str(mode.value)) if isinstance(mode, Constant) else None
    if name == "convert":
        return Tool(site=site, kind="picture", arguments={"channels": Constant(value=known)})
    if name in ("resize", "crop", "copy", "rotate", "transpose"):
        return tool
    return Unknown(site=site, name=name)
