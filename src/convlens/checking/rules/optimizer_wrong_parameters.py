"""The optimizer does not hold what is trained."""

import ast
from collections.abc import Iterator

from convlens.checking.events import Assigned, Backward, Called, Made, ModeSet, Operation, ParameterSet, Step
from convlens.checking.facts import Facts, Pass, same
from convlens.checking.findings import Edit, Finding, Fix, Severity
from convlens.checking.fixing import replace
from convlens.checking.rules import Rule
from convlens.checking.updates import held_layers, holds_known, learning_layers, misspelt, updates, weighted_layers
from convlens.checking.values import Module, Optimizer
from convlens.checking.wording import made_at, name_of, path_in

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 16, kernel_size=3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.fc = nn.Linear(16 * 14 * 14, 10)

    def forward(self, x):
        x = self.pool(torch.relu(self.conv(x)))
        return self.fc(torch.flatten(x, 1))


train_set = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
model = Net()
optimizer = torch.optim.SGD(HELD.parameters(), lr=0.1)
criterion = nn.CrossEntropyLoss()
for images, labels in train_loader:
    optimizer.zero_grad()
    loss = criterion(model(images), labels)
    loss.backward()
    optimizer.step()
"""

RULE = Rule(
    slug="optimizer-wrong-parameters",
    severity=Severity.ERROR,
    title="The optimizer holds other parameters",
    symptom="the network learns little or nothing; some of its weights never change",
    why="`step()` changes only the parameters that the optimizer was given when it was made.",
    bad=_SCRIPT.replace("HELD", "model.fc"),
    good=_SCRIPT.replace("HELD", "model"),
)


def check(facts: Facts) -> Iterator[Finding]:
    """Layers that get gradients and that no optimizer holds; optimizers that hold nothing that is used."""
    told: set[int] = set()
    for one in facts.training_passes():
        for finding, optimizer in [*_others(facts, one), *_part(facts, one), *_late(facts, one)]:
            if id(optimizer) not in told:
                told.add(id(optimizer))
                yield finding
    yield from _of_frameworks(facts)


def _others(facts: Facts, one: Pass) -> Iterator[tuple[Finding, Optimizer]]:
    """An optimizer whose parameters have no part in what it steps for."""
    used = weighted_layers(*one.models)
    for step in updates(one):
        optimizer = step.optimizer
        made = facts.making(optimizer) if optimizer else None
        if optimizer is None or made is None or not holds_known(optimizer) or not used or not one.of(Backward):
            continue
        held = held_layers(optimizer)
        learning = {key for event in one.of(Backward) for key in learning_layers(event.loss)}
        if held and learning and not held.keys() & (used.keys() | learning):
            text = "holds parameters that are not those of the network it trains"
            yield _finding(facts, made, one.models, text), optimizer


def _part(facts: Facts, one: Pass) -> Iterator[tuple[Finding, Optimizer]]:
    """Layers that learn in the pass and are held by no optimizer."""
    optimizers = _stepping(facts)
    if one.guessed or optimizers is None or any(misspelt(event) for event in facts.of(ParameterSet)):
        return
    held = {key for optimizer in optimizers for key in held_layers(optimizer)}
    learning = {key: layer for event in one.of(Backward) for key, layer in learning_layers(event.loss).items()}
    left = {key: layer for key, layer in learning.items() if key not in held and _is_trainable(layer)}
    for model in one.models:
        mine = weighted_layers(model)
        lost = [layer for key, layer in mine.items() if key in left]
        optimizer = _blamed(optimizers, mine.keys(), known=model.kind == "known") if lost else None
        if lost and optimizer is None and len(optimizers) == 1 and _meant_to_learn(facts, one, model):
            optimizer = optimizers[0]
        made = facts.making(optimizer) if optimizer else None
        if optimizer is not None and made is not None:
            severity = Severity.WARNING if _pretrained(model) else Severity.ERROR
            yield _finding(facts, made, [model], _misses(model, lost), severity), optimizer


def _meant_to_learn(facts: Facts, one: Pass, model: Module) -> bool:
    """A network of the script, made fresh and put into training mode beside the one that the optimizer holds."""
    applied = [event for event in one.forwards if event.module is model]
    loaded = any(same(event.receiver, model) for event in facts.called(".load_state_dict"))
    others = [event.module for event in one.forwards if event.module is not model]
    return (
        model.kind == "user"
        and not loaded
        and all(event.mode == "train" for event in applied)
        and any(event.module is model and event.mode == "train" for event in facts.of(ModeSet))
        and any(event.mode == "train" for event in facts.of(ModeSet) if event.module in others)
    )


def _stepping(facts: Facts) -> list[Optimizer] | None:
    """The optimizers that step; None where what one of them holds is not known."""
    steps = facts.of(Step)
    if any(step.optimizer is None or not holds_known(step.optimizer) for step in steps):
        return None
    return list({id(step.optimizer): step.optimizer for step in steps if step.optimizer}.values())


def _is_trainable(layer: Module) -> bool:
    return layer.frozen is False and (layer.kind != "unknown" or layer.name == "body")


def _blamed(optimizers: list[Optimizer], mine: "object", *, known: bool) -> Optimizer | None:
    """The optimizer to mend: that of the same network; else one that holds what another one holds too."""
    keys = set(mine)  # type: ignore[call-overload]
    partly = [one for one in optimizers if held_layers(one).keys() & keys]
    if partly:
        return partly[0]
    if known:
        return None  # a fixed network that the loss is measured with
    for index, one in enumerate(optimizers):
        if any(held_layers(one).keys() == held_layers(other).keys() for other in optimizers[:index]):
            return one
    return None


def _misses(model: Module, lost: list[Module]) -> str:
    names = ", ".join(f"`{path_in(model, layer)}`" for layer in lost[:3] if layer.kind != "unknown")
    more = f" and {len(lost) - 3} more layers" if len(lost) > 3 else ""
    what = f"{names}{more}" if names else "the body of the network"
    return f"does not hold the parameters of {what}, which are neither trained nor frozen"


def _pretrained(model: Module) -> bool:
    return model.kind == "known" and any(model.given(name) for name in ("weights", "pretrained"))


def _late(facts: Facts, one: Pass) -> Iterator[tuple[Finding, Optimizer]]:
    """Layers put into the network after the optimizer was made."""
    for step in updates(one):
        optimizer = step.optimizer
        made = facts.making(optimizer) if optimizer else None
        if optimizer is None or made is None or any(c.receiver is optimizer for c in facts.called(".add_param_group")):
            continue
        parts = {id(part) for module in optimizer.modules() for part in module.modules()}
        for event in facts.events[made.index : step.index]:
            if isinstance(event, Assigned) and id(event.owner) in parts and isinstance(event.value, Module):
                before = set(weighted_layers(event.before) if isinstance(event.before, Module) else ())
                name = event.target
                new = weighted_layers(event.value).keys() - before
            elif isinstance(event, Called) and id(event.receiver) in parts and event.name in _ADDING:
                name = facts.source.segment(event.node)
                new = set(weighted_layers(*(one for one in event.arguments if isinstance(one, Module))))
            else:
                continue
            if new:
                text = f"was made before `{name}` ({event.site.place}) and does not hold its parameters"
                note = "Make the optimizer after the network is complete."
                yield _finding(facts, made, [], text, note=note), optimizer


_ADDING = (".append", ".add_module", ".extend", ".insert", ".register_module")


def _of_frameworks(facts: Facts) -> Iterator[Finding]:
    """Optimizers that Lightning asks for: they must hold the layers of the module."""
    for made in facts.of(Made):
        optimizer = made.value
        if not isinstance(optimizer, Optimizer) or made.function is None or not holds_known(optimizer):
            continue
        model = made.calls[-1].receiver
        if made.function.name != "configure_optimizers" or not isinstance(model, Module):
            continue
        siblings = [event.value for event in facts.of(Made) if event.calls == made.calls]
        held = {key for other in siblings if isinstance(other, Optimizer) for key in held_layers(other)}
        fixed = _only_without_gradient(facts)
        mine = weighted_layers(model).items()
        lost = [layer for key, layer in mine if key not in held | fixed and _is_trainable(layer)]
        if lost and held & weighted_layers(model).keys():
            yield _finding(facts, made, [model], _misses(model, lost))


def _only_without_gradient(facts: Facts) -> set[int]:
    """Layers that are applied, and never with a gradient: those of a teacher, or of a slowly moving copy."""
    recorded: dict[int, set[bool | None]] = {}
    for event in facts.of(Operation):
        if event.layer is not None:
            recorded.setdefault(id(event.layer), set()).add(event.grad)
    # every validation is without gradients: what is only validated is not meant
    trained = {id(event.layer) for one in facts.training_passes() for event in one.of(Operation)}
    return {key for key, grads in recorded.items() if grads == {False} and key in trained}


def _finding(
    facts: Facts, made: Made, models: list[Module], text: str, severity: Severity = Severity.ERROR, note: str = ""
) -> Finding:
    note = note or "Give the optimizer the parameters of the network that is trained."
    fix = Fix(note, _edits(facts, made, models))
    return RULE.finding(made_at(made), f"The optimizer {text}.", severity=severity, fix=fix)


def _edits(facts: Facts, made: Made, models: list[Module]) -> tuple[Edit, ...]:
    """`optimizer(model.fc.parameters())` becomes `optimizer(model.parameters())`."""
    given = made.node.args[0] if isinstance(made.node, ast.Call) and made.node.args else None
    name = name_of(facts, models[0], made) if len(models) == 1 else None
    func = given.func if isinstance(given, ast.Call) else None
    if isinstance(func, ast.Attribute) and func.attr == "parameters" and name:
        return (replace(made.site.source, func.value, name),)
    return ()
