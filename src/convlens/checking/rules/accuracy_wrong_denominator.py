"""Right answers divided by something else than the number of items that were scored."""

import ast
from collections.abc import Iterator

from convlens.checking.events import Divided
from convlens.checking.facts import Facts, Pass
from convlens.checking.findings import Finding, Fix, Severity
from convlens.checking.fixing import replace
from convlens.checking.percentages import taken_twice
from convlens.checking.rules import Rule
from convlens.checking.scores import batches_of_one, counts_batches, counts_items, data_of, never_read, pass_over, score
from convlens.checking.values import Constant, Dataset, Loader, Number, Tensor, Tool, Value

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

test_set = datasets.FashionMNIST("data", train=False, transform=transforms.ToTensor())
test_loader = DataLoader(test_set, batch_size=64)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))
model.load_state_dict(torch.load("model.pt", weights_only=True))
model.eval()
correct = 0
with torch.no_grad():
    for images, labels in test_loader:
        correct += (model(images).argmax(dim=1) == labels).sum().item()
print(correct / len(COUNTED))
"""

RULE = Rule(
    slug="accuracy-wrong-denominator",
    severity=Severity.ERROR,
    title="Accuracy divided by the wrong number",
    symptom="an accuracy over 1 or over 100 percent, or one that is far too low",
    why="The accuracy is the number of right answers divided by the number of items that were scored. Divided by the "
    "number of batches it can be over 1; divided by the size of another set it is as far off as that set is larger or "
    "smaller.",
    bad=_SCRIPT.replace("COUNTED", "test_loader"),
    good=_SCRIPT.replace("COUNTED", "test_loader.dataset"),
)


def check(facts: Facts) -> Iterator[Finding]:
    """Divisions of counted right answers, and percentages of percentages."""
    for event in facts.of(Divided):
        yield from _division(facts, event)
    for site, name in taken_twice(facts):
        what = f"`{name}` is a percentage already; here it is" if name else "A percentage is"
        yield RULE.finding(site, f"{what} multiplied by 100 once more.", fix=Fix("Multiply by 100 only once."))


def _division(facts: Facts, event: Divided) -> Iterator[Finding]:
    measured = score(event.numerator)
    if measured is None or measured.kind == "loss" or measured.weighted or _goes_on(facts, event):
        return
    one = pass_over(facts, measured.loops) or pass_over(facts, event.loops)
    below = event.denominator
    if measured.kind == "accuracy":
        if one is None or not measured.loops or not counts_items(below) or batches_of_one(one):
            return
        message = "Each batch's share of right answers is added up, and the sum divided by the number of items."
        yield RULE.finding(event.site, message, fix=Fix("Count the right answers: `.sum()` in place of the mean."))
        return
    if counts_batches(below):
        if never_read(facts, event):
            return
        message = "The right answers are divided by the number of batches, not by the number of items."
    elif one is not None and measured.loops and _last_batch(one, below):
        message = "The right answers of all batches are divided by the number of items in the last one."
    else:
        walked = one if measured.loops or measured.of is None else None  # a batch kept from another loader, scored now
        told = _other_size(facts, walked, measured.of, below)
        if told is None:
            return
        message = f"The right answers are divided by {told}."
    yield RULE.finding(event.site, message, fix=_fix(event, one))


def _goes_on(facts: Facts, event: Divided) -> bool:
    """A quotient that is divided or multiplied further: `correct / len(loader) / batch_size`."""
    parent = event.site.source.parents.get(event.node)
    if not isinstance(parent, ast.BinOp) or not isinstance(parent.op, ast.Div | ast.Mult):
        return False
    other = parent.right if parent.left is event.node else parent.left
    return not (isinstance(other, ast.Constant) and other.value in (100, 100.0))


def _last_batch(one: Pass, below: Value) -> bool:
    """The size of one batch's labels or pictures."""
    if not isinstance(one.loader, Loader):
        return False
    if not (isinstance(below, Number) and below.kind == "items" and not below.summed and not below.parts):
        return False
    return isinstance(below.tensor, Tensor) and below.tensor.of is not None and below.tensor.of is one.loader


def _other_size(facts: Facts, one: Pass | None, of: Value | None, below: Value) -> str | None:  # noqa: PLR0911 - a list of cases
    """The set whose size stands below, where it is not the one that was scored."""
    scored = data_of(one, of)
    if scored is None:
        return None
    if isinstance(below, Constant):
        return _training_size(facts, scored, below)
    if not isinstance(below, Number) or below.summed or below.parts:
        return None
    if (other := _loader_of(facts, one, below.tensor or below.of)) is not None:
        return f"the number of items in {facts.purposes.label(other, 'another loader')}, which is not what was scored"
    if below.kind != "items":
        return None
    if below.tensor is not None and any(part.op == "getitem" for part in below.tensor.ancestry()):
        return None  # a batch or a part cut from the tensor
    if below.tensor is not None and scored.instance is None and _chosen_from(scored, below.tensor):
        return "the number of all items, of which only a part was scored"
    counted = below.of.dataset if isinstance(below.of, Loader) else below.of
    if not isinstance(counted, Dataset) or _same_items(scored, counted):
        return None
    said = facts.purposes.spoken(counted)
    if said is not None and said == facts.purposes.spoken(one.loader if one is not None else scored):
        return None  # the right set by its name; that other items were scored is another mistake
    if below.tensor is not None and counted in _origins(scored):
        return None
    name = facts.purposes.label(counted, "another set")
    return f"the size of {name}{_numbers(scored, counted)}, which is not what was scored"


def _loader_of(facts: Facts, one: Pass | None, indices: Value | None) -> Loader | None:
    """The loader whose items these indices choose, where it is another one than that which was scored."""
    holders = [loader for loader in facts.loaders if indices is not None and _indices(loader) is indices]
    scored = one.loader if one is not None else None
    if not holders or not isinstance(scored, Loader) or scored.opaque or _indices(scored) is indices:
        return None
    return holders[0]


def _indices(loader: Loader) -> Value | None:
    """The indices of the items that a loader gives: of its sampler, or of its part of a data set."""
    sampler = loader.arguments.get("sampler")
    chosen = loader.dataset.arguments.get("indices") if loader.dataset is not None else None
    return sampler.arguments.get("indices") if isinstance(sampler, Tool) else chosen


def _chosen_from(scored: Dataset, whole: Tensor) -> bool:
    """Whether what was scored was chosen from these rows by an index: `X[val_idx]`."""
    first = next((part for part in scored.tensors if isinstance(part, Tensor)), None)
    indices = [one.made_by.arguments.get("index") for one in (first.ancestry() if first is not None else ())
               if one.made_by is not None and one.op == "getitem" and one.made_by.input is whole]  # fmt: skip
    return any(not isinstance(index, Constant) and index is not None for index in indices)


def _training_size(facts: Facts, scored: Dataset, below: Constant) -> str | None:
    """A number written out that is another set's size."""
    if scored.size is None or below.value == scored.size or not isinstance(below.value, int) or not below.certain:
        return None
    others = [one for one in facts.datasets if one.size == below.value and one.size > 1000]
    return f"{below.value}, the size of another set; {scored.size} items were scored" if others else None


def _same_items(one: Dataset, other: Dataset) -> bool:
    if one is other or other in one.alternatives or one in other.alternatives:
        return True
    if one.size is not None and one.size == other.size:
        return True
    origins = {id(part) for part in _origins(one)}
    related = one.root() is other.root() or any(id(part) in origins for part in _origins(other))
    if related:
        # a set made of another's tensors has as many items; a part has fewer
        return "TensorDataset" in (one.kind, other.kind) or (one.parent is None is other.parent)
    return "" in (one.kind, other.kind)


def _origins(one: Dataset) -> list[Dataset]:
    """The sets that a set's items come from."""
    tensors = [part.of for part in one.tensors if isinstance(part, Tensor)]
    return [one, one.root(), *(part for part in tensors if isinstance(part, Dataset))]


def _numbers(scored: Dataset, counted: Dataset) -> str:
    return f" ({counted.size}, not {scored.size})" if scored.size and counted.size else ""


def _fix(event: Divided, one: Pass | None) -> Fix:
    note = "Divide by the number of items that were scored."
    below = event.denominator
    walked = one.loop.site.node if one is not None and one.loop is not None else None
    if not isinstance(walked, ast.For) or not isinstance(below, Number) or below.site is None or one is None:
        return Fix(note)
    name = event.site.source.segment(walked.iter)
    plain = isinstance(walked.iter, ast.Name | ast.Attribute) and isinstance(one.loader, Loader)
    call = below.site.node
    written_here = isinstance(call, ast.Call) and event.site.source.parents.get(call) is event.node
    if not plain or not written_here or _sampled(one.loader) or event.site.source is not below.site.source:
        return Fix(note)
    return Fix(note, (replace(event.site.source, call, f"len({name}.dataset)"),))


def _sampled(loader: Value | None) -> bool:
    sampler = loader.arguments.get("sampler") if isinstance(loader, Loader) else None
    return sampler is not None and not (isinstance(sampler, Constant) and sampler.value is None)
