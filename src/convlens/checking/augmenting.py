"""Transforms that change a picture at random."""

from convlens.checking.values import Constant, Items, Transform, Value

_ALWAYS = ("ColorJitter", "AutoAugment", "RandAugment", "TrivialAugmentWide", "AugMix", "ElasticTransform")


def random_steps(transform: Transform | None) -> list[Transform]:
    """The steps that draw at random, in order; those that are switched off (`p=0`) or always alike are none."""
    return [step for step in (transform.flat() if transform else []) if is_random(step)]


def is_random(step: Transform) -> bool:
    """Whether a step gives another picture each time."""
    if step.kind in ("RandomHorizontalFlip", "RandomVerticalFlip", "RandomGrayscale", "RandomInvert", "RandomErasing"):
        return step.constant("p") not in (0, 1)
    if step.kind in ("RandomRotation", "RandomAffine"):
        return not (_is_zero(step.arguments.get("degrees")) and not _more(step))
    if step.kind == "ColorJitter":
        return any(not _is_zero(step.arguments.get(name)) for name in ("brightness", "contrast", "saturation", "hue"))
    return step.kind in _ALWAYS or (step.kind.startswith("Random") and step.constant("p") != 0)


def turned_by(step: Transform) -> float:
    """The largest angle, in degrees, by which a step may turn a picture; 0 where it is not known or none."""
    if step.kind not in ("RandomRotation", "RandomAffine"):
        return 0
    degrees = step.arguments.get("degrees")
    sides: list[Value] = list(degrees.elements) if isinstance(degrees, Items) else [degrees] if degrees else []
    numbers = [one.value for one in sides if isinstance(one, Constant)]
    return max((abs(number) for number in numbers if isinstance(number, int | float)), default=0)


def inner_steps(step: Transform) -> list[Transform]:
    """A step with those it wraps: the choices of `RandomChoice`, what `RandomApply` applies."""
    return [step, *(inner for part in step.steps for inner in inner_steps(part))]


def _is_zero(value: Value | None) -> bool:
    if isinstance(value, Items):
        return bool(value.elements) and all(_is_zero(one) for one in value.elements)
    return isinstance(value, Constant) and value.value == 0


def _more(step: Transform) -> bool:
    """Whether an affine step also moves, scales or shears."""
    others = [step.arguments.get(name) for name in ("translate", "scale", "shear")]
    return any(one is not None and not (isinstance(one, Constant) and one.value is None) for one in others)
