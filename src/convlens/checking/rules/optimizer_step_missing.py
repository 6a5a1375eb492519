"""Gradients that are computed and not applied."""

from collections.abc import Iterator

from convlens.checking.conditions import conditions_in, exclusive, logs
from convlens.checking.events import Backward, Step, ZeroGrad
from convlens.checking.facts import Facts, Pass, same
from convlens.checking.findings import Edit, Finding, Fix, Severity
from convlens.checking.fixing import insert_after
from convlens.checking.relations import changes_pictures
from convlens.checking.rules import Rule
from convlens.checking.updates import clears, given_away, held_layers, learning_layers, unknown_steps, updates
from convlens.checking.values import Optimizer
from convlens.checking.wording import name_of, owner_text

_START = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

train_set = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
loss_fn = nn.CrossEntropyLoss()

for epoch in range(5):
    for images, labels in train_loader:
        optimizer.zero_grad()
        loss = loss_fn(model(images), labels)
        loss.backward()
"""

RULE = Rule(
    slug="optimizer-step-missing",
    severity=Severity.ERROR,
    title="Gradients never applied",
    symptom="the loss stays where it was at the start, or falls far too slowly",
    why="`backward()` only computes the gradients; the weights change in `optimizer.step()`.",
    bad=_START,
    good=_START + "        optimizer.step()\n",
)


def check(facts: Facts) -> Iterator[Finding]:
    """Optimizers that never step; batches or branches after which they do not."""
    if not facts.complete:
        return
    for optimizer in facts.optimizers:
        yield from _never(facts, optimizer)
    for one in facts.training_passes():
        yield from _only_sometimes(facts, one)
        yield from _after_the_loop(facts, one)


def _never(facts: Facts, optimizer: Optimizer) -> Iterator[Finding]:
    if any(step.optimizer is None or _made_alike(step.optimizer, optimizer) for step in facts.of(Step)):
        return
    if optimizer.alternatives or unknown_steps(facts) or given_away(facts, optimizer) or changes_pictures(optimizer):
        return
    backward = _gradients_for(facts, optimizer)
    if backward is None:
        return
    name = name_of(facts, optimizer, backward) or "optimizer"
    yield RULE.finding(
        backward.site,
        f"The gradients are computed here, but `{name}.step()` is never called.",
        fix=Fix("Call step() after backward().", _edits(facts, optimizer, backward)),
    )


def _made_alike(one: Optimizer, other: Optimizer) -> bool:
    """Whether it is the same one, or made in the same line: in another call of a function, it may be to look only."""
    return same(one, other) or (one.site is not None and other.site is not None and one.site.node is other.site.node)


def _gradients_for(facts: Facts, optimizer: Optimizer) -> Backward | None:
    """The gradients that this optimizer should apply: the first after its zero_grad(), or those of its layers."""
    held = held_layers(optimizer).keys()
    for one in facts.training_passes():
        zeros = [zero for zero in one.of(ZeroGrad) if zero.owner is optimizer]
        after = [event for event in one.of(Backward) if not zeros or event.index > zeros[0].index]
        reaching = [event for event in after if not held or held & learning_layers(event.loss).keys()]
        replaced = any(held & held_layers(step.optimizer).keys() for step in one.of(Step) if step.optimizer)
        if one.loop is not None and reaching and (zeros or held) and not replaced:
            return reaching[0]
    return None


def _edits(facts: Facts, optimizer: Optimizer, backward: Backward) -> tuple[Edit, ...]:
    name = name_of(facts, optimizer, backward)
    if name is None:
        return ()
    return (insert_after(backward.site.source, facts.statement(backward.node), f"{name}.step()"),)


def _only_sometimes(facts: Facts, one: Pass) -> Iterator[Finding]:
    """A step in the branch that logs; a branch with backward() and without a step."""
    for step in updates(one):
        backwards = [event for event in one.of(Backward) if event.turns == step.turns and event.index < step.index]
        if backwards and step.optimizer is not None and _slipped(facts, one, step, backwards[-1]):
            yield RULE.finding(
                step.site,
                f"`{owner_text(step) or 'the optimizer'}.step()` is called on few batches only, "
                "while the gradients of every batch are computed and cleared.",
                fix=Fix("Take the step out of the branch."),
            )
    steps = one.of(Step)
    for backward in one.of(Backward):
        mine = [step for step in steps if step.turns == backward.turns]
        if mine and conditions_in(facts, one, backward) and all(exclusive(backward, step) for step in mine):
            yield RULE.finding(
                backward.site,
                "The gradients are computed in this branch, but the step is taken in the other one only.",
                fix=Fix("Call step() in both branches."),
            )


def _slipped(facts: Facts, one: Pass, step: Step, backward: Backward) -> bool:
    assert step.optimizer is not None  # noqa: S101 - the caller saw to it
    if not logs(facts, one, step) or conditions_in(facts, one, backward):
        return False
    zeros = [zero for zero in one.of(ZeroGrad) if clears(zero, step.optimizer)]
    return any(not conditions_in(facts, one, zero) for zero in zeros)


def _after_the_loop(facts: Facts, one: Pass) -> Iterator[Finding]:
    """A step behind the loop: the gradients of all batches but the last one were cleared."""
    if one.loop is None or one.of(Step) or not one.of(Backward):
        return
    last = one.events[-1].index
    step = next((event for event in facts.of(Step) if event.index > last), None)
    if step is None or step.turns != one.turns or step.calls != one.calls or step.optimizer is None:
        return
    if any(isinstance(event, Backward) for event in facts.events[last + 1 : step.index]):
        return
    if any(clears(zero, step.optimizer) for zero in one.of(ZeroGrad) if not conditions_in(facts, one, zero)):
        yield RULE.finding(
            step.site,
            f"`{owner_text(step) or 'the optimizer'}.step()` stands behind the loop: only the last batch is applied.",
            fix=Fix("Take the step inside the loop, after backward()."),
        )
