"""By which numbers pixels are scaled between the stored picture and the network."""

from dataclasses import dataclass, field

from convlens.checking.events import Operation
from convlens.checking.facts import TRANSPARENT, Pass
from convlens.checking.purposes import Use
from convlens.checking.quantities import magnitude
from convlens.checking.values import Constant, Dataset, Items, Loader, Number, Site, Tensor, Transform, Value

_PASSING = ("permute", "transpose", "flip", "stack", "cat", "getitem", "tensor", "as_tensor", "from_numpy", "asarray",
            "array", "astype", "roll", "interpolate", "pad", "expand", "repeat", "train_test_split", "permutation",
            *TRANSPARENT)  # fmt: skip
_ARITHMETIC = ("add", "sub", "mul", "div")
_KEEPING = ("Resize", "CenterCrop", "Pad", "Grayscale", "ToPILImage", "GaussianBlur", "ColorJitter", "AutoAugment",
            "RandAugment", "TrivialAugmentWide", "AugMix", "ElasticTransform", "PILToTensor", "ToImage", "ToDtype",
            "ToPureTensor")  # fmt: skip
_STATISTICS = ("mean", "std", "max", "min", "amax", "var")
_EACH = -1
"""In place of the identity of data: each picture's own statistic."""
_WRAPPING = ("RandomApply", "RandomChoice", "RandomOrder")


@dataclass
class Scale:
    """A pixel of 0 to 255 becomes `factor * pixel + offset`, channel by channel.

    Attributes:
        statistics: of which data, and what, by which it was shifted or divided besides: then factor and offset are
            those of the known numbers alone.
        steps: where each change is written, in order.
        normalised: the site of the last `Normalize` or arithmetic with numbers other than 255.
    """

    factor: list[float] = field(default_factory=lambda: [1.0])
    offset: list[float] = field(default_factory=lambda: [0.0])
    statistics: list[tuple[str, int]] = field(default_factory=list)
    steps: list[Site] = field(default_factory=list)
    normalised: Site | None = None

    @property
    def width(self) -> float:
        """How far apart black and white are for the network."""
        return 255 * max(abs(one) for one in self.factor)

    def differs(self, other: "Scale") -> bool:
        """Whether the same pixel becomes another number, by more than rounding."""
        if self.statistics != other.statistics:
            return True
        pairs = _paired(self.factor, other.factor)
        if any(abs(a - b) > 0.03 * max(abs(a), abs(b)) for a, b in pairs):
            return True
        return any(abs(a - b) > 0.05 for a, b in _paired(self.offset, other.offset))

    def change(self, op: str, numbers: list[float], site: Site | None) -> None:
        """Apply one operation with known numbers."""
        pairs = _paired(self.factor, numbers), _paired(self.offset, numbers)
        if op in ("add", "sub"):
            sign = 1 if op == "add" else -1
            self.factor = [a for a, _ in pairs[0]]
            self.offset = [a + sign * b for a, b in pairs[1]]
        else:
            self.factor = [a * b if op == "mul" else a / (b or 1) for a, b in pairs[0]]
            self.offset = [a * b if op == "mul" else a / (b or 1) for a, b in pairs[1]]
        if site is not None:
            self.steps.append(site)
            if op in ("add", "sub") or numbers[0] not in (255, 256, 1 / 255, 1 / 256):
                self.normalised = site


def _paired(one: list[float], other: list[float]) -> list[tuple[float, float]]:
    count = max(len(one), len(other))
    return [(one[i % len(one)], other[i % len(other)]) for i in range(count)]


def scale_of(use: Use) -> Scale | None:
    """How the pixels of a use are scaled when the network gets them; None where that is not known for certain."""
    given = _given(use.seen)
    if given is not None:
        return of_tensor(given)
    return of_dataset(use.dataset) if use.dataset is not None and use.seen is None else None


def relative_scale(seen: Pass) -> Scale | None:
    """How the pixels of a pass are scaled, whatever was stored."""
    given = _given(seen)
    return of_tensor(given, whatever=True) if given is not None else None


def own_scale(dataset: Dataset) -> Scale | None:
    """How a user's set scales its items, whatever it has stored."""
    first = dataset.tensors[0] if dataset.instance is not None and dataset.tensors else None
    return of_tensor(first, whatever=True) if isinstance(first, Tensor) else None


def _given(seen: Pass | None) -> Tensor | None:
    """What the network gets."""
    forwards = seen.forwards if seen is not None else []
    return next((value for one in forwards[:1] for value in one.inputs if isinstance(value, Tensor)), None)


def of_dataset(dataset: Dataset) -> Scale | None:
    """How a data set scales what it stores."""
    if dataset.tensors:
        first = dataset.tensors[0]
        return of_tensor(first) if isinstance(first, Tensor) else None
    if dataset.parent is not None and dataset.parent.tensors:
        return of_dataset(dataset.parent)
    if dataset.instance is not None or dataset.shape is None or dataset.transform is None:
        return None
    scale = Scale()
    return scale if transform(scale, dataset.transform) else None


def of_tensor(tensor: Tensor, *, whatever: bool = False) -> Scale | None:
    """How a tensor's values came from stored pixels. `whatever`: from whatever was stored, where that is not known."""
    made = tensor.made_by
    if made is None or (whatever and not any(isinstance(part, Tensor | Items) for part in made.inputs)):
        return _stored(tensor) or (Scale() if whatever and tensor.role != "labels" else None)
    if made.op == "join":
        return None
    below = next((value for value in made.inputs if isinstance(value, Tensor)), None)
    if below is None and made.inputs and isinstance(made.inputs[0], Items):
        below = next((value for value in made.inputs[0].elements if isinstance(value, Tensor)), None)
    scale = of_tensor(below, whatever=whatever) if below is not None else Scale() if whatever else None
    if scale is None or made.op in _PASSING:
        return scale
    if made.op not in _ARITHMETIC or len(made.inputs) != 2 or made.inputs[0] is not below:
        return None
    return scale if apply(scale, made.op, made.inputs[1], made.site) else None


def _stored(tensor: Tensor) -> Scale | None:
    if tensor.role != "images":
        return None
    if isinstance(tensor.of, Transform):
        scale = Scale()
        return scale if transform(scale, tensor.of) else None
    if isinstance(tensor.of, Loader):
        return of_dataset(tensor.of.dataset) if tensor.of.dataset is not None else None
    if isinstance(tensor.of, Dataset) and tensor.scale == "0..255" and tensor.dtype == "uint8":
        return Scale()
    return None


def transform(scale: Scale, made: Transform) -> bool:
    """Follow a transform; False where a step is not known."""
    kinds = [step.kind for step in made.flat()]
    if (
        (not made.complete and all(kinds))
        or kinds.count("ToTensor") > 1
        or ("Normalize" in kinds and "ToTensor" in kinds[kinds.index("Normalize") :])
    ):
        return False
    for step in made.flat():
        if step.kind == "ToTensor" or (step.kind in ("ConvertImageDtype", "ToDtype") and _scales(step)):
            scale.change("div", [255.0], step.site)
        elif step.kind == "Normalize":
            done = all(
                apply(scale, op, step.arguments.get(name), step.site) for op, name in (("sub", "mean"), ("div", "std"))
            )
            scale.normalised = step.site
            if not done:
                return False
        elif step.made is not None:
            if not _by_function(scale, step.made):
                return False
        elif step.kind in _WRAPPING or not (step.kind.startswith("Random") or step.kind in _KEEPING):
            return False
    return True


def _by_function(scale: Scale, made: Tensor) -> bool:
    """Follow what a user's function makes of one picture; False where it does anything but reckon with numbers."""
    steps: list[Operation] = []
    one: Tensor | None = made
    while one is not None and one.made_by is not None:
        steps.append(one.made_by)
        one = one.made_by.input
    if one is None or one.role != "images":
        return False
    for step in reversed(steps):
        if step.op in _ARITHMETIC and len(step.inputs) == 2 and isinstance(step.inputs[0], Tensor):
            if not apply(scale, step.op, step.inputs[1], step.site, by_item=True):
                return False
        elif step.op not in _PASSING:
            return False
    return True


def _scales(step: Transform) -> bool:
    dtype = step.arguments.get("dtype")
    if dtype is None or "float" not in (getattr(dtype, "name", "") or (dtype.site.text if dtype.site else "")):
        return False
    return step.kind == "ConvertImageDtype" or step.constant("scale") is True


def apply(scale: Scale, op: str, by: Value | None, site: Site | None, *, by_item: bool = False) -> bool:
    """Shift or divide by constants, or by the mean or deviation of some data; False where it is neither.

    With `by_item` such statistics are those of each picture by itself.
    """
    numbers = _numbers(by)
    if numbers is not None:
        scale.change(op, numbers, site)
        return True
    source = _statistic(by)
    if source is None:
        return False
    scale.statistics.append((op, _EACH if by_item else source))
    if site is not None:
        scale.steps.append(site)
        scale.normalised = site
    return True


def _numbers(value: Value | None) -> list[float] | None:
    if isinstance(value, Items):
        found = [magnitude(one) for one in value.elements]
        plain = [one for one in found if one is not None]
        return plain if plain and len(plain) == len(found) and not value.open else None
    if isinstance(value, Tensor) and value.op in ("tensor", "view", "reshape") and value.made_by is not None:
        return next((numbers for one in value.made_by.inputs if (numbers := _numbers(one)) is not None), None)
    number = magnitude(value) if isinstance(value, Constant) else None
    return [float(number)] if number is not None else None


def _by_item(dim: Value | None) -> bool:
    """Whether a statistic is taken of each picture by itself: its dimensions leave out the first."""
    sides = [magnitude(one) for one in (dim.elements if isinstance(dim, Items) else [dim] if dim is not None else [])]
    return bool(sides) and all(side is not None and side > 0 for side in sides)


def _statistic(value: Value | None) -> int | None:
    """The data whose mean or deviation a value is, as an identity."""
    if isinstance(value, Items):
        found = {_statistic(one) for one in value.elements}
        return found.pop() if len(found) == 1 else None
    tensor = value.tensor if isinstance(value, Number) else value
    if not isinstance(tensor, Tensor):
        return None
    chain = list(tensor.ancestry())
    taken = next((one.made_by for one in chain if one.op in _STATISTICS), None)
    if taken is None:
        return None
    if _by_item(taken.arguments.get("dim")) or any(call.function.name == "__getitem__" for call in taken.calls):
        return _EACH
    base = chain[-1]
    return id(base.of if isinstance(base.of, Dataset) else base)
