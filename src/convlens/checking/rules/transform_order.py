"""Transforms in an order in which one gets what it cannot take."""

import ast
from collections.abc import Iterator

from convlens.checking.facts import Facts
from convlens.checking.findings import Finding, Fix, Severity
from convlens.checking.fixing import replace
from convlens.checking.library.data import DATASETS
from convlens.checking.rules import Rule
from convlens.checking.values import Constant, Transform

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

transform = transforms.Compose([
STEPS])
test_set = datasets.FashionMNIST("data", train=False, transform=transform)
test_loader = DataLoader(test_set, batch_size=100)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))
model.load_state_dict(torch.load("model.pt", weights_only=True))
model.eval()
correct = 0
with torch.no_grad():
    for images, labels in test_loader:
        correct += (model(images).argmax(dim=1) == labels).sum().item()
print(correct / len(test_set))
"""
_TENSOR, _NORMALIZE = "    transforms.ToTensor(),\n", "    transforms.Normalize((0.2860,), (0.3530,)),\n"

RULE = Rule(
    slug="transform-order",
    severity=Severity.ERROR,
    title="Transforms in the wrong order",
    symptom="img should be Tensor Image. Got <class 'PIL.Image.Image'>",
    why="Each transform takes what the one before it gives: `ToTensor` makes a tensor of 0 to 1 out of a picture, "
    "`Normalize` takes a tensor, color changes take values that are not yet normalised.",
    bad=_SCRIPT.replace("STEPS", _NORMALIZE + _TENSOR),
    good=_SCRIPT.replace("STEPS", _TENSOR + _NORMALIZE),
)
_MAKES_FLOAT = ("ToTensor",)
_MAKES_BYTES = ("PILToTensor", "ToImage")
_NEEDS_PICTURE_OR_BYTES = ("AutoAugment", "RandAugment", "TrivialAugmentWide", "AugMix", "RandomPosterize")
_CLIPS = ("ColorJitter", "RandomAutocontrast", "RandomSolarize", "RandomInvert", "RandomAdjustSharpness")


def check(facts: Facts) -> Iterator[Finding]:
    """Every chain of transforms, followed from what the data set gives."""
    inner = {id(step) for one in facts.transforms for step in one.steps}
    of_pictures = {id(one.transform) for one in facts.datasets if one.kind in DATASETS and one.transform}
    for one in facts.transforms:
        if id(one) not in inner and (one.kind == "Compose" or id(one) in of_pictures):
            yield from _chain(one, "picture" if id(one) in of_pictures else "")


def _chain(whole: Transform, state: str) -> Iterator[Finding]:
    """Follow what goes through: "picture", "bytes", "float", "normalised", or "" where it is not known."""
    steps = whole.flat()
    for index, step in enumerate(steps):
        told = _complaint(steps, index, state)
        if told and step.site is not None:
            yield RULE.finding(step.site, told, fix=_fix(steps, index))
            return
        state = _after(step, state)


def _complaint(steps: list[Transform], index: int, state: str) -> str:  # noqa: PLR0911 - a list of cases
    step, later = steps[index], [one.kind for one in steps[index + 1 :]]
    if step.kind == "Normalize" and state in ("picture", ""):
        if "ToTensor" in later:
            return "`Normalize` takes a tensor, but it stands before `ToTensor`."
        known = all(one.kind and one.complete and one.kind != "Lambda" for one in steps)
        return "`Normalize` takes a tensor, but no `ToTensor` makes one." if state and known else ""
    if step.kind == "Normalize" and state == "bytes":
        return "`Normalize` takes numbers with a fraction, but the pixels are whole numbers of 0 to 255 here."
    if step.kind == "RandomErasing" and (state == "picture" or (not state and "ToTensor" in later)):
        return "`RandomErasing` takes a tensor, but what reaches it is a picture."
    if step.kind == "ToTensor" and state in ("float", "normalised", "bytes"):
        return "`ToTensor` takes a picture, but what reaches it is a tensor already."
    if step.kind == "PILToTensor" and state in ("float", "normalised", "bytes"):
        return "`PILToTensor` takes a picture, but what reaches it is a tensor already."
    if step.kind in _NEEDS_PICTURE_OR_BYTES and state in ("float", "normalised"):
        return f"`{step.kind}` takes a picture or whole numbers, but what reaches it is a tensor with fractions."
    if step.kind in _CLIPS and state == "normalised":
        return f"`{step.kind}` cuts values off under 0 and over 1, but what reaches it is normalised."
    return ""


def _after(step: Transform, state: str) -> str:
    if step.kind in _MAKES_FLOAT:
        return "float"
    if step.kind in _MAKES_BYTES:
        return "bytes"
    if step.kind == "ToPILImage":
        return "picture"
    if step.kind == "Normalize":
        return "normalised"
    if step.kind in ("ConvertImageDtype", "ToDtype"):
        return _converted(step, state)
    return "" if step.kind in ("", "Lambda", "FiveCrop", "TenCrop") or not step.complete else state


def _converted(step: Transform, state: str) -> str:
    given = step.arguments.get("dtype")
    text = getattr(given, "name", "") or (given.site.text if given is not None and given.site else "")
    if state == "bytes" and "float" in text:
        return "float"
    return state if state in ("picture", "normalised") and not isinstance(given, Constant) else ""


def _fix(steps: list[Transform], index: int) -> Fix:
    """Move the step behind the one that makes what it needs, where both stand in one list."""
    step = steps[index]
    if step.kind not in ("Normalize", "RandomErasing"):
        return Fix("Put the steps on pictures first, then `ToTensor`, then `Normalize`.")
    note = f"Move `{step.kind}` behind `ToTensor`."
    makers = [at for at in range(index + 1, len(steps)) if steps[at].kind == "ToTensor"]
    if not makers:
        return Fix("Put `ToTensor` before it.")
    moved = steps[index : makers[0] + 1]
    sites = [one.site for one in moved]
    if any(site is None for site in sites):
        return Fix(note)
    source = sites[0].source  # type: ignore[union-attr]
    nodes = [site.node for site in sites if site is not None]
    lists = {id(source.parents.get(node)) for node in nodes}
    if len(lists) != 1 or not isinstance(source.parents.get(nodes[0]), ast.List):
        return Fix(note)
    texts = [source.segment(node) for node in nodes]
    pairs = zip(nodes, [*texts[1:], texts[0]], strict=True)
    return Fix(note, tuple(replace(source, node, text) for node, text in pairs))
