"""A choice made by the score on the test set."""

import ast
from collections.abc import Iterator

from convlens.checking.events import Called, Compared, Event, Operation, Returned, SchedulerStep, Step
from convlens.checking.facts import Facts, enclosing
from convlens.checking.findings import Finding, Fix, Severity
from convlens.checking.rules import Rule
from convlens.checking.scores import score
from convlens.checking.values import Dataset, Instance, Items, Loader, Number, Tensor, Unknown, Value

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader, random_split
from torchvision import datasets, transforms

full = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
test_set = datasets.FashionMNIST("data", train=False, transform=transforms.ToTensor())
train_set, val_set = random_split(full, [55000, 5000], generator=torch.Generator().manual_seed(0))
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
val_loader = DataLoader(val_set, batch_size=500)
test_loader = DataLoader(test_set, batch_size=500)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
criterion = nn.CrossEntropyLoss()


def correct_answers(loader):
    model.eval()
    correct = 0
    with torch.no_grad():
        for images, labels in loader:
            correct += (model(images).argmax(dim=1) == labels).sum().item()
    return correct


most = 0
for epoch in range(10):
    model.train()
    for images, labels in train_loader:
        optimizer.zero_grad()
        criterion(model(images), labels).backward()
        optimizer.step()
    correct = correct_answers(CHOOSER)
    if correct > most:
        most = correct
        torch.save(model.state_dict(), "best.pt")
model.load_state_dict(torch.load("best.pt", weights_only=True))
print(correct_answers(test_loader) / len(test_set))
"""

RULE = Rule(
    slug="test-set-selects-model",
    severity=Severity.WARNING,
    title="The test set chooses",
    symptom="the network does worse on new pictures than the reported test accuracy",
    why="The best of many test scores is partly luck, so the number reported is too good; a choice needs a validation "
    "split of the training set, and the test set is read once, at the end.",
    bad=_SCRIPT.replace("CHOOSER", "test_loader"),
    good=_SCRIPT.replace("CHOOSER", "val_loader"),
)
_BEST = ("max", "min", "numpy.max", "numpy.min", "numpy.argmax", "numpy.argmin", "numpy.amax", "torch.max")
_SHOWS = ("plt", "ax", "axes")


def check(facts: Facts) -> Iterator[Finding]:
    """Comparisons, plateaus and maxima over test scores, in a loop that trains."""
    for event, values, what in _choices(facts):
        for value, node in values:
            if _tests(facts, value, node):
                yield _finding(facts, event, value, what)


_Choice = tuple[Event, list[tuple[Value, ast.expr | None]], str]


def _choices(facts: Facts) -> Iterator[_Choice]:
    """What is chosen while training goes on, with the scores that may decide and the words for it."""
    for event in facts.of(Compared):
        if _repeated(facts, event) and _selects(event):
            sides: list[tuple[Value, ast.expr | None]] = list(
                zip((event.left, event.right), _sides(event.node), strict=False)
            )
            yield event, sides, "This choice is made by the score on"
    for operation in facts.operations("gt", "lt", "ge", "le"):
        if _repeated(facts, operation) and _in_test(operation) and _selects(operation):
            yield operation, [(value, None) for value in operation.inputs], "This choice is made by the score on"
    for step in facts.of(SchedulerStep):
        if step.metric is not None and _repeated(facts, step):
            yield step, [(step.metric, None)], "The learning rate is steered by the score on"
    for returned in facts.of(Returned):
        if returned.function is not None and any(one is returned.function for one in _objectives(facts)):
            yield returned, [(returned.value, None)], "Each trial is judged by the score on"
    for call in facts.called(*_BEST):
        values: list[tuple[Value, ast.expr | None]] = [
            (value, None) for value in call.arguments if _over_epochs(facts, call, value)
        ]
        if not _drawn(call):
            yield call, values, "The best of many scores is taken on"


def _objectives(facts: Facts) -> list[Value]:
    """The functions by whose results a search decides: `study.optimize(objective)`."""
    calls = [event for event in facts.of(Called) if event.name.endswith(".optimize")]
    return [value for call in calls for value in (*call.arguments, *call.keywords.values())]


def _finding(facts: Facts, event: Event, value: Value, what: str) -> Finding:
    measured = score(value)
    data = facts.purposes.label(measured.of if measured else None, "the test set")
    call = event.calls[-1] if event.calls else None
    handed = call is not None and call.site is not None and isinstance(event, Compared) and _is_stopper(call.receiver)
    return RULE.finding(
        call.site if call is not None and call.site is not None and handed else event.site,
        f"{what} {data}, which is test data.",
        fix=Fix("Split off a part of the training set for choices, and score the test set once at the end."),
    )


def _is_stopper(value: Value | None) -> bool:
    """A helper that is handed the score after each epoch: what is to be mended is what it is handed."""
    return isinstance(value, Instance) and value.cls is not None and "stop" in value.cls.name.lower()


def _repeated(facts: Facts, event: Event) -> bool:
    """Whether it happens again and again while a model is trained: the loop around it is one that trains."""
    return any(step.within(loop) for loop in event.loops[-1:] for step in facts.of(Step))


def _over_epochs(facts: Facts, call: Called, value: Value) -> bool:
    if isinstance(value, Items):
        return any(step.within(loop) for loop in value.grown for step in facts.of(Step))
    return len(call.arguments) > 1 and _repeated(facts, call)


def _drawn(call: Called) -> bool:
    """The limits of a figure."""
    names = [ast.unparse(one.func) for one in enclosing(call.site.source, call.node) if isinstance(one, ast.Call)]
    return any(name.partition(".")[0] in _SHOWS or "lim" in name for name in names)


def _tests(facts: Facts, value: Value | None, node: ast.expr | None) -> bool:
    """Whether a value is a score on test data; where its data is not known, whether its name says so."""
    measured = score(value)
    of = measured.of if measured is not None else value.of if isinstance(value, Number | Tensor) else None
    if isinstance(of, Loader | Dataset):
        return measured is not None and _is_test(facts, of)
    if measured is not None and of is None and _named_as_test(facts, value):
        return True
    named = isinstance(node, ast.Name) and isinstance(value, Unknown | Number)
    return named and isinstance(node, ast.Name) and {"test"} == {"test"} & set(node.id.lower().split("_"))


def _named_as_test(facts: Facts, value: Value | None) -> bool:
    """Whether it was computed from arrays that are called test data: `x_test`, `y_test`."""
    tensor = value.tensor if isinstance(value, Number) else value
    if not isinstance(tensor, Tensor):
        return False
    stored = [one for one in tensor.ancestry() if one.graph is False]
    return {word for one in stored for name in facts.purposes.names(one) if (word := _word(name))} == {"test"}


def _is_test(facts: Facts, source: Loader | Dataset) -> bool:
    """Test data by its split, or by its names; a part of it that is kept for choices is none."""
    dataset = source.dataset if isinstance(source, Loader) else source
    names = [*facts.purposes.names(source), *facts.purposes.names(dataset)]
    spoken = {word for word in map(_word, names) if word}
    if spoken == {"validation"}:
        return False
    split = dataset.split if dataset is not None else None
    if dataset is None or split is None or dataset.parent is not None:
        return spoken == {"test"}
    return split == "test"


def _word(name: str) -> str:
    lower = name.rpartition(".")[2].lower()
    return "validation" if "val" in lower or "dev" in lower else "test" if "test" in lower else ""


def _sides(node: ast.AST) -> list[ast.expr]:
    return [node.left, *node.comparators] if isinstance(node, ast.Compare) else []


def _in_test(event: Operation) -> bool:
    """Whether a comparison of tensors decides a branch."""
    for one in enclosing(event.site.source, event.node):
        if isinstance(one, ast.If | ast.While | ast.IfExp):
            return any(part is event.node for part in ast.walk(one.test))
        if isinstance(one, ast.stmt):
            return False
    return False


def _selects(event: Event) -> bool:
    """Whether the branch keeps something, saves, or stops; not if it only tells."""
    for one in enclosing(event.site.source, event.node):
        if isinstance(one, ast.While | ast.IfExp):
            return True
        if isinstance(one, ast.If):
            return any(_acts(part) for statement in (*one.body, *one.orelse) for part in ast.walk(statement))
        if isinstance(one, ast.Return | ast.Assign):
            return True  # `better = acc > best`, `return loss > self.best`
    return False


def _acts(part: ast.AST) -> bool:
    if isinstance(part, ast.Assign | ast.AugAssign | ast.Break | ast.Return):
        return True
    return isinstance(part, ast.Call) and any(word in ast.unparse(part.func) for word in ("save", "state_dict", "copy"))
