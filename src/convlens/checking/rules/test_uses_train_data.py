"""A test set that is the training set."""

import ast
import re
from collections.abc import Iterator

from convlens.checking.facts import Facts, Pass
from convlens.checking.findings import Finding, Fix, Severity
from convlens.checking.fixing import replace
from convlens.checking.purposes import Use
from convlens.checking.rules import Rule
from convlens.checking.selections import made_of_training_data, relation
from convlens.checking.values import Constant, Dataset, Loader, Site

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

train_set = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
test_set = datasets.FashionMNIST("data", train=FLAG, transform=transforms.ToTensor())
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
test_loader = DataLoader(test_set, batch_size=500)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
loss_fn = nn.CrossEntropyLoss()

for epoch in range(5):
    model.train()
    for images, labels in train_loader:
        optimizer.zero_grad()
        loss_fn(model(images), labels).backward()
        optimizer.step()

model.eval()
correct = 0
with torch.no_grad():
    for images, labels in test_loader:
        correct += (model(images).argmax(dim=1) == labels).sum().item()
print(correct / len(test_set))
"""

RULE = Rule(
    slug="test-uses-train-data",
    severity=Severity.ERROR,
    title="Tested on the training data",
    symptom="the test accuracy is as high as the training accuracy, too good to be true",
    why="A network can know the pictures it was trained on by heart; how it does on new ones shows only on others.",
    bad=_SCRIPT.replace("FLAG", "True"),
    good=_SCRIPT.replace("FLAG", "False"),
)
_TESTING = re.compile(r"test|valid|\bval_|_val\b|\bval\b", re.IGNORECASE)


def check(facts: Facts) -> Iterator[Finding]:
    """Pairs of what is trained on and what is scored on with the same items, named as if they were others."""
    for scored in facts.purposes.scoring:
        for trained in facts.purposes.training:
            how = relation(facts, trained, scored)
            itself = scored.source is trained.source and (isinstance(scored.source, Loader) or how == "same")
            if itself and scored.seen is not None:
                yield from _training_loader_itself(facts, scored.seen)
            elif how == "same":
                yield from _same_items(facts, trained, scored)
            elif made_of_training_data(facts, trained, scored) and scored.dataset is not None:
                yield _by_set(facts, scored.dataset, "scored")


def _same_items(facts: Facts, trained: Use, scored: Use) -> Iterator[Finding]:
    purposes = facts.purposes
    if purposes.mentions_training(scored.source) or _for_the_training_score(facts, scored):
        return
    said = purposes.spoken(scored.source), purposes.spoken(scored.dataset)
    set_is_test = scored.dataset is not trained.dataset and said[1] in ("test", "validation")
    if set_is_test and scored.dataset is not None and scored.dataset.site is not None:
        wrong = trained.dataset if trained.dataset and trained.dataset.split == "test" else scored.dataset
        yield _by_set(facts, wrong, "scored" if wrong is scored.dataset else "trained")
    elif (said[0] in ("test", "validation") or _forgotten(facts, scored)) and scored.source.site is not None:
        yield RULE.finding(
            scored.source.site,
            f"{purposes.label(scored.source, 'This')} gives the pictures that are trained on.",
            fix=_other_set(facts, scored),
        )


def _for_the_training_score(facts: Facts, scored: Use) -> bool:
    """Whether it is made in a branch that says so: `if mode == "eval_train":`."""
    making = facts.making(scored.source)
    tests = [test.site.text for test in making.conditions] if making is not None else []
    return any(re.search(r"eval_?train|train_?eval", text, re.IGNORECASE) for text in tests)


def _forgotten(facts: Facts, scored: Use) -> bool:
    """Whether the test pictures were made and given to no loader, while another loader scores on the training set."""
    used = {
        id(one)
        for loader in facts.loaders
        if loader.dataset is not None
        for one in (loader.dataset, loader.dataset.root())
    }
    kind = scored.dataset.kind if scored.dataset is not None else ""
    left = [one for one in facts.datasets if one.split == "test" and one.kind == kind and id(one) not in used]
    walked = {id(one) for use in facts.purposes.scoring for one in (use.source, use.dataset)}
    return len(facts.loaders) == 2 and any(id(one) not in walked for one in left)


def _by_set(facts: Facts, dataset: Dataset, use: str) -> Finding:
    assert dataset.site is not None  # noqa: S101 - the caller saw to it
    name = facts.purposes.label(dataset, "This set")
    other = "training" if use == "scored" else "test"
    message = f"{name} is made of the {other} pictures: both sets are the same."
    flag = dataset.arguments.get("train")
    if not (isinstance(flag, Constant) and flag.site and isinstance(flag.value, bool) and _within(flag.site, dataset)):
        return RULE.finding(dataset.site, message, fix=Fix("Make it of the other part of the data."))
    turned = str(not flag.value)
    edit = replace(flag.site.source, flag.site.node, turned)
    return RULE.finding(dataset.site, message, fix=Fix(f"Say train={turned}.", (edit,)))


def _within(site: Site, dataset: Dataset) -> bool:
    around = dataset.site
    return around is not None and any(node is site.node for node in ast.walk(around.node))


def _other_set(facts: Facts, scored: Use) -> Fix:
    """The set with the loader's own name, where there is one that is not used."""
    note = "Give it the pictures that were kept apart."
    said = facts.purposes.spoken(scored.source)
    sets = [one for one in facts.datasets if one is not scored.dataset and facts.purposes.spoken(one) == said]
    call = scored.source.site.node if isinstance(scored.source, Loader) and scored.source.site else None
    if len(sets) != 1 or not isinstance(call, ast.Call) or not call.args or not isinstance(call.args[0], ast.Name):
        return Fix(note)
    names = [name for name in facts.purposes.names(sets[0]) if name.isidentifier()]
    making, other = facts.making(sets[0]), facts.making(scored.source)
    if not names or making is None or other is None or making.function is not other.function:
        return Fix(note)
    assert scored.source.site is not None  # noqa: S101 - seen above
    return Fix(f"Give it `{names[0]}`.", (replace(scored.source.site.source, call.args[0], names[0]),))


def _training_loader_itself(facts: Facts, one: Pass) -> Iterator[Finding]:
    """The loop over the training loader whose result is called a test score, where nothing else is scored."""
    others = [use for use in facts.purposes.scoring if not facts.purposes.trains_on(use.source)]
    if any(use.seen is not None for use in others) or one.trains:
        return
    call = one.calls[-1].site if one.calls else None
    site = call or one.site
    if one.calls and call is None:
        return
    said = _said_around(facts, site)
    if _TESTING.search(said) and "train" not in said.lower():
        yield RULE.finding(
            site,
            "What is called a test score here is the score on the training data.",
            fix=Fix("Score on the pictures that were kept apart."),
        )


def _said_around(facts: Facts, site: Site) -> str:
    """The names that get the result and the texts printed with it."""
    if not facts.in_file(site):
        return ""
    statement = facts.statement(site.node)
    around = facts.source.parents.get(statement)
    while isinstance(around, ast.With):
        statement, around = around, facts.source.parents.get(around)
    block = next((body for body in _bodies(around) if statement in body), [])
    at = block.index(statement) if statement in block else 0
    words = [ast.unparse(target) for target in getattr(statement, "targets", [])]
    if isinstance(statement, ast.Expr):
        words += [str(node.value) for node in ast.walk(statement) if isinstance(node, ast.Constant)]
    for later in block[at + 1 : at + 4]:
        if isinstance(later, ast.For | ast.While | ast.FunctionDef):
            break
        words += [str(node.value) for node in ast.walk(later) if isinstance(node, ast.Constant)]
        words += [ast.unparse(target) for target in getattr(later, "targets", [])]
    return " ".join(words)


def _bodies(node: ast.AST | None) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        body = getattr(node, name, None)
        if isinstance(body, list):
            yield body
