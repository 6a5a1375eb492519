"""Test or validation pictures that are changed at random."""

import ast
import re
from collections.abc import Iterator

from convlens.checking.augmenting import random_steps
from convlens.checking.events import Assigned
from convlens.checking.facts import Facts, enclosing
from convlens.checking.findings import Edit, Finding, Fix, Severity
from convlens.checking.fixing import drop_element
from convlens.checking.rules import Rule
from convlens.checking.values import Dataset, Site, Transform

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

test_transform = transforms.Compose([
STEPS])
test_set = datasets.FashionMNIST("data", train=False, transform=test_transform)
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

RULE = Rule(
    slug="augmented-evaluation",
    severity=Severity.ERROR,
    title="Test pictures changed at random",
    symptom="the validation accuracy is under the training accuracy and differs from call to call",
    why="Random flips, crops and the like turn the test pictures into other, harder ones, different each time; the "
    "score is then not that of the test set, and cannot be compared.",
    bad=_SCRIPT.replace("STEPS", "    transforms.RandomCrop(28, padding=4),\n    transforms.ToTensor(),\n"),
    good=_SCRIPT.replace("STEPS", "    transforms.ToTensor(),\n"),
)
_ON_PURPOSE = re.compile(r"\btta\b|test[ _-]?time[ _-]?aug", re.IGNORECASE)


def check(facts: Facts) -> Iterator[Finding]:
    """Data sets that are scored on and whose transform, or that of the set they are a part of, draws at random."""
    if _ON_PURPOSE.search(facts.source.text) or _exchanged(facts):
        return
    for use in facts.purposes.evaluation_only():
        dataset = use.dataset
        steps = random_steps(dataset.transform) if dataset else []
        if dataset is None or not steps or not _always_random(dataset):
            continue
        if facts.purposes.trains_on(dataset):
            site, shared = use.source.site, True  # by samplers, which choose other items of the same set
        else:
            site, shared = _place(facts, dataset, steps[0])
        if site is None:
            continue
        name = facts.purposes.label(use.source, facts.purposes.label(dataset, "This set"))
        kinds = " and ".join(dict.fromkeys(f"`{step.kind}`" for step in steps))
        yield RULE.finding(
            site, f"{name} is scored on, and its pictures are changed at random: {kinds}.",
            fix=_fix(steps) if not shared else Fix("Give the pictures that are scored a transform of their own."),
        )  # fmt: skip


def _always_random(dataset: Dataset) -> bool:
    """Whether it is random whichever transform is chosen, as in `chosen[phase]`."""
    others = dataset.transform.alternatives if dataset.transform is not None else []
    return all(random_steps(one) for one in others if isinstance(one, Transform))


def _exchanged(facts: Facts) -> bool:
    """A transform put in the place of another after the set was made: what holds at which time is not known."""
    return any(isinstance(event.owner, Dataset) and event.target.endswith("transform") for event in facts.of(Assigned))


def _place(facts: Facts, dataset: Dataset, step: Transform) -> tuple[Site | None, bool]:
    """Where a person would mend it, and whether other data share the transform."""
    if dataset.parent is not None:
        return dataset.site, True
    used = [use.dataset for use in (*facts.purposes.training, *facts.purposes.scoring) if use.dataset is not None]
    users = [one for one in (*facts.datasets, *used) if _shares(one, dataset) and one.site is not dataset.site]
    if any(one.parent is None for one in users):
        return _argument(dataset), True
    return (step.site if facts.in_file(step.site) else dataset.site), False


def _shares(one: Dataset, other: Dataset) -> bool:
    """Whether both have one transform, or transforms that one call in a function makes."""
    a, b = one.transform, other.transform
    if a is None or b is None or a is b:
        return a is b
    return a.site is not None and b.site is not None and a.site.node is b.site.node


def _argument(dataset: Dataset) -> Site | None:
    """The transform in the data set's call, where it stands there under its name."""
    site = dataset.site
    if site is None or not isinstance(site.node, ast.Call):
        return site
    given = (keyword for keyword in site.node.keywords if keyword.arg == "transform")
    return next((Site.of(site.source, keyword.value) for keyword in given), site)


def _fix(steps: list[Transform]) -> Fix:
    note = "Leave the random steps out of the transform for the test pictures."
    edits = [_left_out(step) for step in steps]
    return Fix(note, tuple(edit for edit in edits if edit)) if all(edits) else Fix(note)


def _left_out(step: Transform) -> Edit | None:
    """A step taken out, unless it changes the size or stands in another one's choice."""
    if step.site is None or step.kind == "RandomResizedCrop" or step.constant("size") not in (None, 28, 32):
        return None
    around = next((node for node in enclosing(step.site.source, step.site.node) if isinstance(node, ast.Call)), None)
    if around is None or not ast.unparse(around.func).endswith("Compose"):
        return None
    return drop_element(step.site.source, step.site.node)
