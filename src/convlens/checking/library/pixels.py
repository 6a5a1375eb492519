"""The scale of pixel values: 0..255, 0..1 or normalised, through transforms and arithmetic."""

from convlens.checking.library import pictures
from convlens.checking.library.transforms import sizes_after
from convlens.checking.values import (
    Arguments,
    Constant,
    Function,
    Items,
    Mapping,
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
    if step.kind == "Normalize":
        return scale if scale == "0..255" and _for_unit(step) else "normalised"
    return scale


def _for_unit(step: Transform) -> bool:
    """Whether it normalises by numbers that are meant for pixels of 0 to 1: then those of 0 to 255 stay large."""
    given = [step.arguments.get(name) for name in ("mean", "std")]
    numbers = [
        part.value for one in given if isinstance(one, Items) for part in one.elements if isinstance(part, Constant)
    ]
    plain = [number for number in numbers if isinstance(number, int | float)]
    return bool(plain) and max(plain) <= 1


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
    step.made = result if isinstance(result, Tensor) else None
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
    """`transform(picture)`; `transform(image=picture)["image"]` of albumentations."""
    if "image" in arguments.keywords:
        made = call_transform(walker, transform, Arguments([arguments.keywords["image"]]), site)
        return Mapping(site=site, entries={"image": made}, open=True)
    given = arguments.get(0)
    shape = pictures.channels_first(given)
    kinds = [step.kind for step in transform.flat()]
    if not isinstance(given, Tensor) and not any(kind in (*_TO_UNIT, *_FROM_PICTURE) for kind in kinds):
        return Unknown(site=site)
    known = isinstance(given, Tensor) and (given.of is not None or given.dtype != "uint8")
    of = given.of if isinstance(given, Tensor) and known else transform
    before = given.scale if isinstance(given, Tensor) else "0..255"
    sizes, scale = through(walker, (shape, before), transform)
    if isinstance(given, Tensor) and given.numpy and before == "0..255" and given.dtype != "uint8":
        scale = None  # only bytes are scaled
    return Tensor(site=site, shape=sizes, scale=scale, role="images", of=of, graph=False)
