"""One batch normalisation at two places of a network."""

import ast
import re
from collections.abc import Iterator

from convlens.checking.conditions import exclusive
from convlens.checking.events import Call, Forward, Operation
from convlens.checking.facts import Facts, enclosing
from convlens.checking.findings import Finding, Fix, Severity
from convlens.checking.rules import Rule
from convlens.checking.values import Iterating, Module, Site, Value

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, kernel_size=3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.conv2 = nn.Conv2d(16, 16, kernel_size=3, padding=1, bias=False)
SECOND        self.pool = nn.MaxPool2d(2)
        self.fc = nn.Linear(16 * 7 * 7, 10)

    def forward(self, x):
        x = self.pool(torch.relu(self.bn1(self.conv1(x))))
        x = self.pool(torch.relu(self.NORM(self.conv2(x))))
        return self.fc(torch.flatten(x, 1))


train_set = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
model = Net()
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
criterion = nn.CrossEntropyLoss()
for images, labels in train_loader:
    optimizer.zero_grad()
    loss = criterion(model(images), labels)
    loss.backward()
    optimizer.step()
"""

RULE = Rule(
    slug="batch-norm-reused",
    severity=Severity.WARNING,
    title="One batch normalisation at two places",
    symptom="good in training, much worse in evaluation mode",
    why="Batch normalisation keeps one running mean and variance; used at two places it mixes their statistics, and in "
    "evaluation mode normalises both by numbers that fit neither.",
    bad=_SCRIPT.replace("SECOND", "").replace("NORM", "bn1"),
    good=_SCRIPT.replace("SECOND", "        self.bn2 = nn.BatchNorm2d(16)\n").replace("NORM", "bn2"),
)
_SHARED = re.compile(r"siam|shar(e|ed|ing)\b|twin|triplet|contrast|recurren|recursiv|tied|anchor|unroll", re.I)


def check(facts: Facts) -> Iterator[Finding]:
    """Batch normalisation that is applied twice in one application of the network."""
    for forward in facts.of(Forward):
        first: dict[int, Operation] = {}
        for event in facts.events[forward.first : forward.index]:
            if not isinstance(event, Operation) or event.layer is None or not event.op.startswith("batch_norm"):
                continue
            before = first.setdefault(id(event.layer), event)
            if before is event or exclusive(before, event) or _shares(before, event) or _says(event, forward.module):
                continue
            if any(_goes_over_a_part(turn.loop.over) for turn in event.turns):
                continue
            site = _second(before, event)
            yield RULE.finding(
                site,
                _message(event, site),
                fix=Fix("Make a batch normalisation of its own for each place."),
            )


def _goes_over_a_part(over: Value | None) -> bool:
    """Whether a loop takes some layers of a list, and it is not known which: `self.layers[:self.depth]`."""
    if isinstance(over, Iterating):
        return any(_goes_over_a_part(one) for one in over.over)
    return isinstance(over, Module) and not over.complete


def _message(event: Operation, site: Site) -> str:
    layer = event.layer.name if event.layer else "BatchNorm2d"
    made = event.layer.site if event.layer else None
    place = f" made in {made.place}" if made else ""
    if site.node is event.node or (made and site.line == made.line):
        return f"The `{layer}`{place} is applied a second time here."
    return f"A block is applied a second time here, and with it the `{layer}`{place}."


def _shares(before: Operation, event: Operation) -> bool:
    """Branches that share their weights: the same layer before both, and neither depends on the other."""
    one, other = before.input, event.input
    if one is None or other is None or one.made_by is None or other.made_by is None:
        return False
    depends = any(tensor is before.output for tensor in other.ancestry())
    return not depends and one.made_by.layer is not None and one.made_by.layer is other.made_by.layer


def _says(event: Operation, network: Module) -> bool:
    """Whether sharing is on purpose, in the words of comments and names around."""
    source = event.site.source
    modules = [network, *event.inside]
    words = [module.cls.name + (ast.get_docstring(module.cls.node) or "") for module in modules if module.cls]
    places = [event.site.node, *(call.site.node for call in event.calls if call.site)]
    for node in places:
        line = getattr(node, "lineno", 0)
        words += [source.comments.get(line, ""), source.comments.get(line - 1, "")]
        words += [one.name for one in enclosing(source, node) if isinstance(one, ast.FunctionDef)]
    return _SHARED.search(" ".join(words)) is not None


def _second(before: Operation, event: Operation) -> Site:
    """Where the second application is written: the call at which the two ways part."""
    if before.node is event.node:
        for one, other in zip(before.calls, event.calls, strict=False):
            if other.site is not None and _parts(one, other):
                return other.site
        twice = next((part for part in event.inside if _stands_twice(part, event.inside)), None)
        if twice is not None and twice.site is not None:
            return twice.site
        in_loop = next((call.site for call in event.calls[1:] if call.site and call.receiver in event.inside), None)
        looped = before.turns != event.turns and in_loop
        return looped or (event.layer.site if event.layer and event.layer.site else event.site)
    return event.site


def _stands_twice(part: Module, around: tuple[Module, ...]) -> bool:
    """Whether one block is put at two places of the same Sequential or list."""
    return any(sum(child is part for child in holder.children.values()) > 1 for holder in around)


def _parts(one: Call, other: Call) -> bool:
    return one.site is not None and other.site is not None and one.site.node is not other.site.node
