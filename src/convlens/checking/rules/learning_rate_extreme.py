"""A learning rate that is off by orders of magnitude."""

import ast
import re
from collections.abc import Iterator

from convlens.checking.events import Assigned, Made
from convlens.checking.facts import Facts, same
from convlens.checking.findings import Finding, Fix, Severity
from convlens.checking.rules import Rule
from convlens.checking.values import Constant, Function, Items, Optimizer, Scheduler, Site, Value

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

train_set = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))
optimizer = torch.optim.Adam(model.parameters(), lr=RATE)
loss_fn = nn.CrossEntropyLoss()

for images, labels in train_loader:
    optimizer.zero_grad()
    loss_fn(model(images), labels).backward()
    optimizer.step()
"""

RULE = Rule(
    slug="learning-rate-extreme",
    severity=Severity.WARNING,
    title="Learning rate far off",
    symptom="the loss is nan, or stays at the value of guessing, or hardly moves",
    why="With a rate that is too high each step leaps over the minimum, and with Adam overwrites the weights; with one "
    "that is too low thousands of steps change nothing that shows.",
    bad=_SCRIPT.replace("RATE", "0.5"),
    good=_SCRIPT.replace("RATE", "0.001"),
)
_BY_SIGN = ("Adam", "AdamW", "NAdam", "RAdam", "Adamax", "SparseAdam", "RMSprop")
"""Optimizers whose steps have about the same length whatever the gradient is."""
_TOO_HIGH = {
    **dict.fromkeys(_BY_SIGN, 0.1),
    **dict.fromkeys(("SGD", "ASGD", "Adagrad"), 5.0),
}
_USUAL = {"SGD": "0.01 to 0.1", "ASGD": "0.01", "Adagrad": "0.01", "RMSprop": "0.0001 to 0.001"}
_TOO_LOW = 1e-7
_OVERRIDING = ("OneCycleLR", "CyclicLR", "LambdaLR", "SequentialLR", "ChainedScheduler", "SWALR")
"""Schedulers that may set the rate whatever the optimizer was given; a LambdaLR on a cosine gives shares of it."""


def check(facts: Facts) -> Iterator[Finding]:
    """The rates of all optimizers and the highest ones of cycles."""
    by_hand = any(event.target.endswith("['lr']") for event in facts.of(Assigned))
    for made in facts.of(Made):
        if isinstance(made.value, Optimizer) and not by_hand and not _overridden(facts, made.value):
            groups = [group.options["lr"] for group in made.value.parameters if "lr" in group.options]
            base = [] if groups and len(groups) == len(made.value.parameters) else [made.value.arguments.get("lr")]
            for rate in [*base, *groups]:
                if isinstance(rate, Constant) and rate.value == 0 and _restored(facts, made.value):
                    continue
                if _meant_for_another(facts, rate, made.value):
                    continue
                yield from _told(facts, rate, made.value.kind, made.site)
        elif isinstance(made.value, Scheduler) and made.value.kind in ("OneCycleLR", "CyclicLR"):
            driven = made.value.optimizer
            highest = made.value.arguments.get("max_lr")
            for rate in highest.elements if isinstance(highest, Items) else [highest]:
                yield from _told(facts, rate, driven.kind if driven else "", made.site)


def _overridden(facts: Facts, optimizer: Optimizer) -> bool:
    return any(
        _sets_the_rate(one) and (one.optimizer is None or same(one.optimizer, optimizer)) for one in facts.schedulers
    )


def _sets_the_rate(scheduler: Scheduler) -> bool:
    if scheduler.kind in ("SequentialLR", "ChainedScheduler") and scheduler.inner:
        return any(_sets_the_rate(one) for one in scheduler.inner)
    given = scheduler.arguments.get("lr_lambda")
    text = ast.unparse(given.node) if isinstance(given, Function) else ""
    shares = "cos(" in text and not re.search(r"\*\* ?-|sqrt|rsqrt|1e-|base_lr|\blr\b", text)
    return scheduler.kind in _OVERRIDING and not shares


def _meant_for_another(facts: Facts, rate: Value | None, optimizer: Optimizer) -> bool:
    """Whether the rate is an option's default that suits another of the optimizers to choose from."""
    if not isinstance(rate, Constant) or rate.certain:
        return False
    others = [one for one in facts.optimizers if one is not optimizer and one.arguments.get("lr") is rate]
    return isinstance(rate.value, int | float) and any(not _too_high(rate.value, one.kind) for one in others)


def _too_high(rate: float, kind: str) -> bool:
    return rate >= _TOO_HIGH.get(kind, float("inf"))


def _restored(facts: Facts, optimizer: Optimizer) -> bool:
    """Whether its rate comes out of a checkpoint, so that the one given is only to be overwritten."""
    return any(same(event.receiver, optimizer) for event in facts.called(".load_state_dict"))


def _told(facts: Facts, value: Value | None, kind: str, site: Site) -> Iterator[Finding]:
    rate = value.value if isinstance(value, Constant) else None
    if value is None or isinstance(rate, bool) or not isinstance(rate, int | float) or rate < 0 or kind == "LBFGS":
        return
    high = _too_high(rate, kind)
    if not high and rate >= _TOO_LOW:
        return
    place = value.site if value.site is not None and facts.in_file(value.site) else site
    what = "far too high" if high else "too low to learn anything" if rate == 0 else "far too low"
    usual = _USUAL.get(kind, "0.0001 to 0.003")
    yield RULE.finding(
        place,
        f"A learning rate of {rate:g} is {what} for {kind or 'an optimizer'}; {usual} is usual.",
        fix=Fix(f"Start from a usual rate for {kind or 'the optimizer'}: {usual}."),
        why=_why(rate, kind, high),
    )


def _why(rate: float, kind: str, high: bool) -> str:
    if rate == 0:
        return "With a rate of 0 no step changes anything."
    if not high:
        return "Steps as short as this change nothing that shows."
    if kind in _BY_SIGN:
        return (
            f"{kind} moves every weight by about the learning rate in each step, whatever the size of the gradient: "
            f"a few steps of {rate:g} overwrite weights, which are mostly far smaller."
        )
    return "Steps as long as this leap over the minimum to a higher loss, and the next ones leap farther still."
