"""`eval()` for scoring, and no `train()` before training goes on."""

import ast
from collections.abc import Iterator

from convlens.checking.events import Forward, ModeSet, Step
from convlens.checking.facts import Facts, Pass
from convlens.checking.findings import Finding, Fix, Severity
from convlens.checking.fixing import insert_before
from convlens.checking.modes import first_forwards, first_of, last_mode_set
from convlens.checking.rules import Rule
from convlens.checking.updates import held_layers, weighted_layers
from convlens.checking.wording import network_text

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

train_set = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
test_set = datasets.FashionMNIST("data", train=False, transform=transforms.ToTensor())
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
test_loader = DataLoader(test_set, batch_size=500)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Dropout(0.5), nn.Linear(100, 10))
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
loss_fn = nn.CrossEntropyLoss()

for epoch in range(5):
BACK    for images, labels in train_loader:
        optimizer.zero_grad()
        loss_fn(model(images), labels).backward()
        optimizer.step()

    model.eval()
    correct = 0
    with torch.no_grad():
        for images, labels in test_loader:
            correct += (model(images).argmax(dim=1) == labels).sum().item()
    print(epoch, correct / len(test_set))
"""

RULE = Rule(
    slug="train-mode-not-restored",
    severity=Severity.WARNING,  # no harm was shown, neither in 2 epochs nor in 20: see its page
    title="Still in evaluation mode while training",
    symptom="from the second epoch on the network overfits as if it had no dropout",
    why="`eval()` holds until `train()` is called: from epoch 2 on dropout is off and batch normalisation stands still "
    "while training.",
    bad=_SCRIPT.replace("BACK", ""),
    good=_SCRIPT.replace("BACK", "    model.train()\n"),
)


def check(facts: Facts) -> Iterator[Finding]:
    """Training passes whose network was put into evaluation mode for something before them and left there."""
    for one in facts.training_passes():
        for forward in _first_in_turns(one):
            chosen = _left_in_evaluation(facts, one, forward)
            if chosen is None or not _learns(one, forward):
                continue
            name = network_text(one)
            edits = (insert_before(one.site.source, _where(one, chosen), f"{name}.train()"),) if name else ()
            yield RULE.finding(
                one.site,
                f"Training goes on in evaluation mode: after the `eval()` in {chosen.site.place} "
                f"`{name or 'model'}.train()` is not called again.",
                severity=Severity.INFO if facts.reads_mode(forward.module) is False else None,
                fix=Fix(f"Call {name or 'model'}.train() before training goes on.", edits),
            )
            break


def _first_in_turns(one: Pass) -> list[Forward]:
    """The first application of each network, in the first turn and in a later one."""
    later = [event for event in one.forwards if any(turn.loop is one.loop and turn.number for turn in event.turns)]
    return [*first_forwards(one), *first_of(later)]


def _where(one: Pass, chosen: ModeSet) -> ast.stmt:
    """The statement before which training mode is to be chosen: in each turn where each may have been scored in."""
    loop = one.statement
    inside = one.loop is not None and chosen.within(one.loop) and isinstance(loop, ast.For | ast.While)
    return loop.body[0] if inside and isinstance(loop, ast.For | ast.While) else loop


def _left_in_evaluation(facts: Facts, one: Pass, forward: Forward) -> ModeSet | None:
    """The `eval()` that still holds, when the network was applied under it before this pass."""
    chosen = last_mode_set(facts, forward)
    if chosen is None or chosen.mode != "eval" or forward.mode == "train":
        return None
    if forward.mode is None and _switched_to_train(facts, forward, chosen):
        return None
    own = {id(event) for event in one.events}
    used = (event for event in facts.of(Forward) if chosen.index < event.index < forward.first)
    return chosen if any(event.module is forward.module and id(event) not in own for event in used) else None


def _switched_to_train(facts: Facts, forward: Forward, chosen: ModeSet) -> bool:
    """A mode that depends on a branch: whether `train()` is called anywhere in the innermost loop around both."""
    around = [turn.loop for turn in forward.turns if chosen.within(turn.loop)]
    return not around or any(event.mode != "eval" and event.within(around[-1]) for event in facts.of(ModeSet))


def _learns(one: Pass, forward: Forward) -> bool:
    """Whether the pass updates this network, not another that it is used for."""
    steps = one.of(Step)
    held = {key for step in steps if step.optimizer for key in held_layers(step.optimizer)}
    mine = weighted_layers(forward.module).keys()
    known = all(step.optimizer is not None and step.optimizer.complete for step in steps)
    return bool(steps) and (bool(held & mine) or (len(one.models) == 1 and not (known and held and mine)))
