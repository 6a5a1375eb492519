"""Nothing that is trained requires a gradient, or `requires_grad` is misspelt."""

import ast
from collections.abc import Iterator

from convlens.checking.events import Assigned, ParameterSet, Step
from convlens.checking.facts import Facts, Pass
from convlens.checking.findings import Edit, Finding, Fix, Severity
from convlens.checking.fixing import replace
from convlens.checking.rules import Rule
from convlens.checking.updates import held_layers, misspelt, updates
from convlens.checking.values import Constant, Module, Parameters, Unknown

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, models, transforms

to_input = transforms.Compose([transforms.Resize((224, 224)), transforms.ToTensor()])
train_set = datasets.CIFAR10("data", train=True, transform=to_input)
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
model = models.resnet18(weights="DEFAULT")
for parameter in model.parameters():
    parameter.SPELT = False
model.fc = nn.Linear(512, 10)
optimizer = torch.optim.Adam(model.fc.parameters(), lr=0.001)
loss_fn = nn.CrossEntropyLoss()

for images, labels in train_loader:
    optimizer.zero_grad()
    loss_fn(model(images), labels).backward()
    optimizer.step()
"""

RULE = Rule(
    slug="parameters-frozen",
    severity=Severity.ERROR,
    title="Frozen where it should learn, or not frozen where it should be",
    symptom="the loss stays where it is, or backward() fails with `element 0 of tensors does not require grad`, "
    "or training the head alone is as slow as training everything",
    why="Only parameters with `requires_grad=True` get a gradient; and Python accepts a misspelt attribute "
    "without a word, so that nothing is frozen or thawed.",
    bad=_SCRIPT.replace("SPELT", "require_grad"),
    good=_SCRIPT.replace("SPELT", "requires_grad"),
)


def check(facts: Facts) -> Iterator[Finding]:
    """Misspelt switches; optimizers all of whose layers are frozen."""
    yield from _misspelt(facts)
    for one in facts.training_passes():
        yield from _all_frozen(facts, one)


def _misspelt(facts: Facts) -> Iterator[Finding]:
    for event in facts.of(ParameterSet):
        if misspelt(event) and isinstance(event.node, ast.Attribute):
            yield RULE.finding(
                event.site,
                f"`{event.what}` is no attribute of a parameter: it is called `requires_grad`.",
                fix=Fix("Spell it requires_grad.", _spelt(event)),
            )
    for given in facts.of(Assigned):
        node = given.node
        if isinstance(given.owner, Module) and isinstance(node, ast.Attribute) and node.attr == "requires_grad":
            yield RULE.finding(
                given.site,
                f"A module has no `requires_grad`: setting `{given.target}` changes nothing.",
                fix=Fix(f"Call {ast.unparse(node.value)}.requires_grad_(...), which sets it for all its parameters."),
            )


def _spelt(event: ParameterSet) -> tuple[Edit, ...]:
    node, source = event.node, event.site.source
    assert isinstance(node, ast.Attribute)  # noqa: S101 - the caller saw to it
    return (replace(source, node, f"{source.segment(node.value)}.requires_grad"),)


def _all_frozen(facts: Facts, one: Pass) -> Iterator[Finding]:
    for step in updates(one):
        held = held_layers(step.optimizer).values() if step.optimizer and step.optimizer.complete else ()
        foreign = any(layer.kind == "unknown" and layer.name != "body" for layer in held)  # its parts are not seen
        if held and not foreign and all(layer.frozen is True for layer in held):
            event = _freezing(facts, step)
            if event is not None and not _thawed_elsewhere(facts, event, step):
                yield RULE.finding(
                    event.site,
                    "All parameters that the optimizer holds are frozen here: nothing can learn.",
                    fix=Fix("Freeze before the new head is put in, or leave the layers that are to learn unfrozen."),
                )


def _thawed_elsewhere(facts: Facts, freezing: ParameterSet, step: Step) -> bool:
    """Whether in between something of which nothing is known was made to learn, such as a part of the network."""
    return any(
        isinstance(event, Assigned)
        and isinstance(event.owner, Unknown)
        and event.target.endswith(".requires_grad")
        and not (isinstance(event.value, Constant) and event.value.value is False)
        for event in facts.between(freezing, step)
    )


def _freezing(facts: Facts, step: Step) -> ParameterSet | None:
    """The last time that `requires_grad` was switched off for what the optimizer holds."""
    mine = {id(part) for module in (step.optimizer.modules() if step.optimizer else ()) for part in module.modules()}
    for event in reversed(facts.of(ParameterSet)):
        off = event.what == "requires_grad" and isinstance(event.value, Constant) and event.value.value is False
        modules = event.parameters.modules if isinstance(event.parameters, Parameters) else ()
        parts = (part for module in modules for part in module.modules())
        if event.index < step.index and off and any(id(part) in mine for part in parts):
            return event
    return None
