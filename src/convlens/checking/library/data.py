"""Data sets and loaders: constructed from their arguments; what a loader's batches are."""

import re
from typing import Literal

from convlens.checking.library import labels, pixels
from convlens.checking.library.signatures import bind
from convlens.checking.values import (
    Arguments,
    Constant,
    Dataset,
    Instance,
    Items,
    Loader,
    Mapping,
    Number,
    Plain,
    Shape,
    Site,
    Split,
    Tensor,
    Transform,
    Unknown,
    Value,
)
from convlens.checking.walker import Walker

_MNIST = "root train=True transform=None target_transform=None download=False"
_SPLIT = "root split='train' transform=None target_transform=None download=False"
_MEDICAL = "split transform=None target_transform=None download=False as_rgb=False root=None size=None"
DATASETS: dict[str, tuple[str, Shape | None, int | None, int, int]] = {
    "MNIST": (_MNIST, (1, 28, 28), 10, 60000, 10000),
    "FashionMNIST": (_MNIST, (1, 28, 28), 10, 60000, 10000),
    "KMNIST": (_MNIST, (1, 28, 28), 10, 60000, 10000),
    "QMNIST": ("root what=None compat=True train=True transform=None", (1, 28, 28), 10, 60000, 60000),
    "EMNIST": ("root split train=True transform=None download=False", (1, 28, 28), None, 0, 0),
    "USPS": (_MNIST, (1, 16, 16), 10, 7291, 2007),
    "CIFAR10": (_MNIST, (3, 32, 32), 10, 50000, 10000),
    "CIFAR100": (_MNIST, (3, 32, 32), 100, 50000, 10000),
    "SVHN": (_SPLIT, (3, 32, 32), 10, 73257, 26032),
    "STL10": ("root split='train' folds=None transform=None download=False", (3, 96, 96), 10, 5000, 8000),
    "GTSRB": (_SPLIT, (3, None, None), 43, 26640, 12630),
    "Flowers102": (_SPLIT, (3, None, None), 102, 1020, 6149),
    "Food101": (_SPLIT, (3, None, None), 101, 75750, 25250),
    "EuroSAT": ("root transform=None target_transform=None download=False", (3, 64, 64), 10, 27000, 27000),
    "Caltech101": ("root target_type='category' transform=None", (3, None, None), 101, 0, 0),
    "Caltech256": ("root transform=None", (3, None, None), 257, 0, 0),
    "OxfordIIITPet": ("root split='trainval' target_types='category' transforms=None transform=None",
                      (3, None, None), 37, 3680, 3669),
    "ImageNet": ("root split='train' transform=None", (3, None, None), 1000, 0, 0),
    "ImageFolder": ("root transform=None target_transform=None", (3, None, None), None, 0, 0),
    "DatasetFolder": ("root loader extensions=None transform=None", (3, None, None), None, 0, 0),
    **{f"{name}MNIST": (_MEDICAL, (channels, 28, 28), classes, 0, 0) for name, channels, classes in (
        ("Path", 3, 9), ("Derma", 3, 7), ("OCT", 1, 4), ("Pneumonia", 1, 2), ("Breast", 1, 2), ("Blood", 3, 8),
        ("Tissue", 1, 8), ("OrganA", 1, 11), ("OrganC", 1, 11), ("OrganS", 1, 11))},
    "FakeData": ("size=1000 image_size=(3,224,224) num_classes=10 transform=None", None, None, 0, 0),
}  # fmt: skip
"""Constructor, shape of one picture, classes, pictures to train and to test on (torchvision.datasets, medmnist)."""

_EMNIST = {"byclass": 62, "bymerge": 47, "balanced": 47, "letters": 27, "digits": 10, "mnist": 10}
"""Classes by split; the letters count from 1, class 0 is empty."""

_LOADER = (
    "dataset batch_size=1 shuffle=None sampler=None batch_sampler=None num_workers=0 collate_fn=None "
    "pin_memory=False drop_last=False"
)
_WORDS: tuple[tuple[str, Split], ...] = (
    ("valid", "validation"),
    ("val", "validation"),
    ("dev", "validation"),
    ("test", "test"),
    ("train", "train"),
)
_PICTURE = re.compile(r"images?|imgs?|pictures?|photos?|pixels?|pixel_values|x|inputs?|data|features")
_LABEL = re.compile(r"labels?|targets?|class(es)?|y|mask|digit|category|output")


def split_named(text: str) -> Split | None:
    """The split that a name or folder speaks of: `./data/test`, `val_set`."""
    words = text.lower().replace("-", "_").replace("/", "_").replace("\\", "_").split("_")
    for start, split in _WORDS:
        if any(word.startswith(start) for word in words):
            return split
    return None


def dataset(walker: Walker, name: str, arguments: Arguments, site: Site) -> Dataset:
    """A data set of torchvision."""
    signature, shape, classes, train_size, test_size = DATASETS[name]
    if "loader" in arguments.keywords:  # of the user's own, which may open the pictures in grey
        shape = None
    bound = bind(signature, arguments)
    made = Dataset(site=site, kind=name, arguments=bound, shape=shape, classes=classes)
    if signature is _MEDICAL:
        _medical(made)
    made.split = _split(made, name)
    made.size = (train_size if made.split == "train" else test_size if made.split == "test" else 0) or None
    if name == "FakeData":
        _fake(made)
    if name == "EMNIST":
        made.classes = _EMNIST.get(str(made.constant("split")))
    made.labels = labels.bounds(walker, made)
    transform = bound.get("transform")
    made.transform = transform if isinstance(transform, Transform) else None
    plain = transform is None or (isinstance(transform, Constant) and transform.value is None)
    made.item, made.scale = (
        (made.shape, None) if plain else pixels.through(walker, (made.shape, "0..255"), made.transform)
    )
    walker.made(made, site)
    return made


def _split(made: Dataset, name: str) -> Split | None:
    if name in ("ImageFolder", "DatasetFolder"):
        site = made.arguments["root"].site if "root" in made.arguments else None
        root = made.constant("root")
        return split_named(root if isinstance(root, str) else site.text if site else "")
    train = made.arguments.get("train")
    if isinstance(train, Constant) and isinstance(train.value, bool | int):
        return "train" if train.value else "test"
    split = made.constant("split")
    return split_named(split) if isinstance(split, str) else None


def _medical(made: Dataset) -> None:
    """MedMNIST's pictures may be had larger, and in colour."""
    side = made.constant("size") or 28
    channels = 3 if made.constant("as_rgb") is True else made.shape[0] if made.shape else None
    made.shape = (channels, side, side) if isinstance(side, int) else None


def _fake(made: Dataset) -> None:
    size, classes = made.constant("size"), made.constant("num_classes")
    made.size = size if isinstance(size, int) else None
    made.classes = classes if isinstance(classes, int) else None
    sides = made.arguments.get("image_size")
    if isinstance(sides, Items):
        made.shape = tuple(s.value if isinstance(s, Constant) and isinstance(s.value, int) else None
                           for s in sides.elements)  # fmt: skip


def loader(walker: Walker, arguments: Arguments, site: Site) -> Loader:
    """A DataLoader."""
    bound = bind(_LOADER, arguments)
    given = bound.get("dataset")
    made = Loader(site=site, arguments=bound, dataset=given if isinstance(given, Dataset) else None)
    if isinstance(given, Instance):
        made.dataset = as_dataset(given)
    walker.made(made, site)
    return made


def as_dataset(instance: Instance) -> Dataset:
    """An object of a user's Dataset class as a data set; the same one each time."""
    known = instance.attributes.get("(dataset)")
    if isinstance(known, Dataset):
        return known
    made = Dataset(site=instance.site, kind="user", instance=instance)
    held = {name: value for name, value in instance.attributes.items() if isinstance(value, Transform)}
    made.transform = held.get("transform") or (next(iter(held.values())) if len(held) == 1 else None)
    instance.attributes["(dataset)"] = made
    return made


def batch(walker: Walker, source: Value, site: Site) -> Value:
    """One batch of a loader, or one item of a data set: pictures and labels."""
    given = source.dataset if isinstance(source, Loader) else source
    lead: Shape = ("N",) if isinstance(source, Loader) else ()
    if isinstance(given, Dataset) and given.kind == "TensorDataset":
        return Items(site=site, kind="tuple", elements=[_cut(one, lead, source, site) for one in given.tensors])
    if isinstance(given, Dataset) and given.instance is not None:
        user = _user_item(walker, given.instance, lead, source, site)
        if user is not None:
            return user
    item = given.item if isinstance(given, Dataset) else None
    images = Tensor(site=site, role="images", of=source, graph=False, shape=(*lead, *item) if item else None)
    images.scale = given.scale if isinstance(given, Dataset) else None
    answers = Tensor(site=site, role="labels", of=source, graph=False, shape=lead, dtype="int64")
    return Items(site=site, kind="tuple", elements=[images, answers])


def _cut(whole: Value, lead: Shape, source: Value, site: Site) -> Value:
    if not isinstance(whole, Tensor):
        return Tensor(site=site, of=source, graph=False)
    shape = (*lead, *whole.shape[1:]) if whole.shape is not None else None
    return Tensor(site=site, role=whole.role, of=source, graph=False, shape=shape, dtype=whole.dtype, scale=whole.scale)


def _user_item(walker: Walker, instance: Instance, lead: Shape, source: Value, site: Site) -> Value | None:
    getter = walker.attribute(instance, "__getitem__", site)
    if isinstance(getter, Unknown):
        return None
    given = walker.call(getter, Arguments(positional=[Number(kind="index")]), site)
    for item in (given, *given.alternatives):
        if isinstance(item, Items) and len(item.elements) > 1:
            parts = _parts(instance, dict(enumerate(item.elements)), lead, source, site)
            return Items(site=site, kind="tuple", elements=list(parts.values()))
        if isinstance(item, Mapping) and item.entries:
            return Mapping(site=site, entries=_parts(instance, item.entries, lead, source, site), open=item.open)
    return None


def _parts(instance: Instance, parts: dict[Plain, Value], lead: Shape, source: Value, site: Site) -> dict[Plain, Value]:
    """Pictures, labels and the rest of an item, as they are in a batch."""
    known = as_dataset(instance)
    known.tensors = list(parts.values())
    found: dict[Plain, Value] = {}
    for key, value in parts.items():
        given = value if isinstance(value, Tensor) else Tensor()
        labelled = any(isinstance(one, Tensor) and one.role == "labels" for one in found.values())
        role = _role(key, given, last=len(found) == len(parts) - 1, labelled=labelled)
        if not role and not isinstance(value, Tensor):
            found[key] = Unknown(site=site)
            continue
        made = Tensor(site=site, role=role, of=source, graph=False)
        made.shape = (*lead, *given.shape) if given.shape is not None else lead if role == "labels" else None
        if role == "images":
            made.dtype, made.scale = given.dtype, given.scale
        elif role == "labels" and known.classes is None:
            known.classes = given.below
        found[key] = made
    return found


def _role(key: Plain, value: Tensor, *, last: bool, labelled: bool) -> Literal["images", "labels", ""]:
    """What a part of an item is: by its name in a dictionary; in a tuple by its place and its sides."""
    if isinstance(key, str):
        return "images" if _PICTURE.fullmatch(key.lower()) else "labels" if _LABEL.fullmatch(key.lower()) else ""
    if key == 0 or (value.shape is not None and len(value.shape) >= 3 and not last):
        return "images"
    return "" if labelled else "labels"
