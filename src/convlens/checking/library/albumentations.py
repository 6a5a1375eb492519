"""Transforms of albumentations, told as those of torchvision that do the same."""

from convlens.checking.library.signatures import bind
from convlens.checking.library.transforms import transform
from convlens.checking.values import Arguments, Constant, Items, Site, Transform, Value
from convlens.checking.walker import Walker

_P = "p=0.5"
_ALIKE = {
    "HorizontalFlip": ("RandomHorizontalFlip", _P),
    "VerticalFlip": ("RandomVerticalFlip", _P),
    "Flip": ("RandomVerticalFlip", _P),
    "ShiftScaleRotate": ("RandomAffine", "shift_limit=0.06 scale_limit=0.1 degrees=45"),
    "Affine": ("RandomAffine", "scale=None translate_percent=None translate_px=None degrees=0"),
    "Perspective": ("RandomPerspective", ""),
    "ElasticTransform": ("ElasticTransform", ""),
    "ColorJitter": ("ColorJitter", "brightness=0.2 contrast=0.2 saturation=0.2 hue=0.2"),
    "RandomBrightnessContrast": ("ColorJitter", "brightness=0.2 contrast=0.2"),
    "HueSaturationValue": ("ColorJitter", "hue=20 saturation=30"),
    "CoarseDropout": ("RandomErasing", ""),
    "ToGray": ("RandomGrayscale", _P),
    "ToTensorV2": ("ToPureTensor", ""),
}
_DEGREES = {"Rotate": "limit=90", "SafeRotate": "limit=90", "RandomRotate90": "limit=270"}
_SIZES = {"Resize": "Resize", "CenterCrop": "CenterCrop", "RandomCrop": "RandomCrop"}
_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def make(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    """`A.Compose([...])` or one of its steps; a step that is not known is one that may do anything."""
    if name in ("Compose", "Sequential"):
        given = {"transforms": arguments.get(0, "transforms") or Items()}
        return transform(walker, "Compose", Arguments(keywords=given), site)
    if name == "Normalize":
        return _normalize(walker, arguments, site)
    if name in _DEGREES:
        degrees = bind(_DEGREES[name], arguments).get("limit")
        return _like(walker, "RandomRotation", {"degrees": degrees} if degrees else {}, site)
    if name in _SIZES:
        bound = bind("height width", arguments)
        size = Items(site=site, kind="tuple", elements=[bound[side] for side in ("height", "width") if side in bound])
        return _like(walker, _SIZES[name], {"size": size}, site)
    if name in _ALIKE:
        kind, signature = _ALIKE[name]
        return _like(walker, kind, bind(signature, arguments), site)
    return Transform(site=site, kind="", complete=False)


def _like(walker: Walker, kind: str, given: dict[str, Value], site: Site) -> Transform:
    return transform(walker, kind, Arguments(keywords=given), site)


def _normalize(walker: Walker, arguments: Arguments, site: Site) -> Transform:
    """It divides bytes by 255 before: as `ToTensor` and `Normalize` do together."""
    bound = bind("mean=None std=None", arguments)
    numbers: dict[str, Value] = {}
    for name, usual in (("mean", _MEAN), ("std", _STD)):
        given = bound.get(name)
        missing = given is None or (isinstance(given, Constant) and given.value is None)
        numbers[name] = Items(elements=[Constant(value=one) for one in usual]) if given is None or missing else given
    steps: list[Value] = [_like(walker, "ToTensor", {}, site), _like(walker, "Normalize", numbers, site)]
    return _like(walker, "Compose", {"transforms": Items(elements=steps)}, site)
