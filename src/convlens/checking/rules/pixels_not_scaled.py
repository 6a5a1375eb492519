"""Pixels of 0 to 255 given to a network, or scaled twice."""

import ast
import re
from collections.abc import Iterator

from convlens.checking.events import Forward, Operation
from convlens.checking.facts import Facts
from convlens.checking.findings import Finding, Fix, Severity
from convlens.checking.fixing import replace
from convlens.checking.purposes import Use
from convlens.checking.rules import Rule
from convlens.checking.scaling import Scale, scale_of
from convlens.checking.values import Constant, Dataset, Site, Tensor, Transform

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from torchvision import datasets

stored = datasets.FashionMNIST("data", train=True)
images = PIXELS
train_set = TensorDataset(images, stored.targets)
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
loss_fn = nn.CrossEntropyLoss()

for epoch in range(5):
    for pictures, labels in train_loader:
        optimizer.zero_grad()
        loss_fn(model(pictures), labels).backward()
        optimizer.step()
"""

RULE = Rule(
    slug="pixels-not-scaled",
    severity=Severity.WARNING,
    title="Pixels not scaled, or scaled twice",
    symptom="the loss starts at hundreds, or is nan, or stays at that of guessing",
    why="Initial weights and usual learning rates are made for inputs near 1: with 0 to 255 the first outputs are a "
    "hundred times too large, and scaled twice, 0 to 0.004, all pictures look black.",
    bad=_SCRIPT.replace("PIXELS", "stored.data.float()"),
    good=_SCRIPT.replace("PIXELS", "stored.data.float() / 255"),
)
_SCALING = ("batch_norm", "layer_norm", "instance_norm", "group_norm", "div", "mul", "sub", "normalize", "sigmoid",
            "tanh", "log1p")  # fmt: skip
_BYTES = re.compile(r"uint8|imread|read_image|Image\.open|decode_image")
_PICTURES = re.compile(r"reshape\(\(?(-1|len\([\w.]+\)), ((1, 28, 28)|(28, 28)|(3, 32, 32)|(1, 32, 32))")
"""Rows of a table made into pictures."""
_ANY_SCALING = re.compile(
    r"25[56]|127|ToTensor|to_tensor|[Tt]ransform|[Nn]ormali[sz]e|/=| / |\*=|\.mean\(|\.max\(|\.div|scale|MinMax"
)


def check(facts: Facts) -> Iterator[Finding]:
    """What networks are trained on, followed from the stored pixels."""
    yield from _divided_twice(facts)
    seen: set[int] = set()
    for use in facts.purposes.training:
        if (
            use.seen is None
            or not use.seen.forwards
            or id(use.source) in seen
            or _scaled_inside(facts, use.seen.forwards[0])
        ):
            continue
        seen.add(id(use.source))
        scale = scale_of(use)
        if scale is None and _arrive_unscaled(use.seen.forwards[0]):
            yield from _unscaled(use)
        elif scale is None:
            yield from _own_set(facts, use.dataset)
        elif scale.width > 100 and not scale.statistics:
            yield from _unscaled(use)
        elif scale.width < 0.05 and not any(op == "div" for op, _ in scale.statistics):
            yield from _twice(scale)


def _divided_twice(facts: Facts) -> Iterator[Finding]:
    """A division by 255 of what a transform has brought to 0 to 1."""
    told: set[ast.AST] = set()
    for event in facts.operations("div"):
        given, by = (*event.inputs, None, None)[:2]
        by_full = isinstance(by, Constant) and by.value in (255, 255.0, 256, 256.0)
        if by_full and isinstance(given, Tensor) and _from_a_transform(given) and event.node not in told:
            told.add(event.node)
            yield RULE.finding(
                event.site,
                "The transform has scaled the pixels already; after this they lie within a hundredth of each other.",
                fix=Fix("Scale the pixels once."),
            )


def _from_a_transform(given: Tensor) -> bool:
    """Whether it is what a transform made of one picture, scaled."""
    scaled = given.scale in ("0..1", "normalised") and given.role == "images"
    return scaled and isinstance(given.of, Transform) and given.made_by is None


def _arrive_unscaled(forward: Forward) -> bool:
    """Whether pixels reach the network as they are stored, through functions of the user."""
    given = forward.inputs[0] if forward.inputs else None
    return isinstance(given, Tensor) and given.scale == "0..255"


def _scaled_inside(facts: Facts, forward: Forward) -> bool:
    """Whether the network scales what it gets before its first layer with weights, or cannot be looked into."""
    if any(part.kind == "unknown" and part.name != "body" for part in forward.module.modules()):
        return True
    for event in facts.events[forward.first : forward.index]:
        if isinstance(event, Operation):
            if event.op.startswith(_SCALING):
                return True
            known = event.op == "model" and event.layer is not None and event.layer.kind == "known"
            if known or event.op.startswith(("conv", "linear", "matmul")):
                return False
    return True


def _unscaled(use: Use) -> Iterator[Finding]:
    place = _last_step(use)
    if place is None:
        return
    yield RULE.finding(place, "The network gets pixels of 0 to 255, which nothing scales to 0 to 1.", fix=_fix(place))


def _last_step(use: Use) -> Site | None:
    """Where the pixels get their last form before the loop; for a transform the transform."""
    dataset = use.dataset
    if dataset is not None and dataset.tensors and isinstance(dataset.tensors[0], Tensor):
        place = _conversion(dataset.tensors[0])
        if place is not None or dataset.transform is None:
            return place
    if dataset is not None and dataset.transform is not None:
        unscaled = [step for step in dataset.transform.flat() if step.kind == "ToDtype"]
        return unscaled[-1].site if unscaled else dataset.transform.site
    forwards = use.seen.forwards if use.seen is not None else []
    given = next((value for one in forwards[:1] for value in one.inputs if isinstance(value, Tensor)), None)
    return _conversion(given) if given is not None else None


def _conversion(tensor: Tensor) -> Site | None:
    """The step that makes numbers with fractions out of bytes; otherwise the last one."""
    chain = [one.made_by for one in tensor.ancestry() if one.made_by is not None]
    floats = [made for made in chain if made.op in ("float", "to", "type", "astype", "tensor", "FloatTensor")]
    chosen = next((made for made in floats if made.op in ("float", "astype", "type")), None)
    chosen = chosen or (floats[0] if floats else chain[0] if chain else None)
    return chosen.site if chosen is not None else None


def _fix(place: Site) -> Fix:
    note = "Divide by 255."
    parent = place.source.parents.get(place.node)
    if isinstance(place.node, ast.Call) and place.text.endswith(".float()") and isinstance(parent, ast.Assign):
        return Fix(note, (replace(place.source, place.node, f"{place.text} / 255"),))
    return Fix(note)


def _twice(scale: Scale) -> Iterator[Finding]:
    if scale.steps and len(scale.steps) > 1:
        yield RULE.finding(
            scale.steps[-1],
            f"The pixels are scaled already; after this they lie within {scale.width:.2g} of each other.",
            fix=Fix("Scale the pixels once."),
        )


def _own_set(facts: Facts, dataset: Dataset | None) -> Iterator[Finding]:
    """A user's data set that reads bytes and makes floats of them, with no scaling in it nor around."""
    root = dataset.root() if dataset is not None else None
    cls = root.instance.cls if root is not None and root.instance is not None else None
    if cls is None or root is None:
        return
    table = _is_table(ast.unparse(facts.tree)) and _PICTURES.search(ast.unparse(cls.node)) is not None
    if not table and not _BYTES.search(ast.unparse(cls.node)):
        return
    methods = [one for one in cls.node.body if isinstance(one, ast.FunctionDef)]
    getter: ast.AST | None = next((one for one in methods if one.name == "__getitem__"), None)
    if getter is None or _ANY_SCALING.search(ast.unparse(cls.node)) or "255" in ast.unparse(facts.tree):
        return
    reading = cls.node if table else getter
    floats = [node for node in ast.walk(reading) if isinstance(node, ast.Call) and _makes_floats(node)]
    if floats:
        yield RULE.finding(
            Site.of(cls.scope.source or facts.source, floats[0]),
            "The pixels of 0 to 255 become numbers with fractions here, and nothing scales them to 0 to 1.",
            fix=Fix("Divide by 255."),
        )


def _is_table(text: str) -> bool:
    return "read_csv(" in text and not re.search(r"[Ss]caler|[Nn]ormali[sz]e|\.max\(", text)


def _makes_floats(call: ast.Call) -> bool:
    text = ast.unparse(call.func)
    if text.endswith((".float", "FloatTensor")):
        return True
    return text.endswith((".astype", ".to", "tensor")) and "float32" in ast.unparse(call) and "label" not in text
