"""Whether a loader gives its items in another order each time, and what decides it."""

import ast
import re

from convlens.checking.facts import Facts, enclosing
from convlens.checking.values import Constant, Dataset, Instance, Loader, Tensor, Tool, Unknown, UserClass, Value

_DEVICE = re.compile(r"cuda|gpu|mps|xpu|accel|device", re.IGNORECASE)
_DRAWS = re.compile(r"\.choice|\.sample\(")
_NUMBER = re.compile(r"rand(int|range|perm)")


def order_is_fixed(loader: Loader) -> bool:
    """Whether every epoch has the same order, as far as the loader decides it."""
    if loader.has("sampler") or loader.has("batch_sampler") or _streams(loader):
        return _in_sequence(loader.arguments.get("sampler"))
    if shuffled_on_a_device(loader):
        return True
    shuffle = loader.arguments.get("shuffle")
    if shuffle is None or not isinstance(shuffle, Constant) or shuffle.value or not shuffle.certain:
        return False
    return loader.dataset is not None or shuffle.site is not None


def _in_sequence(sampler: Value | None) -> bool:
    if isinstance(sampler, Instance) and sampler.cls is not None:
        text = ast.unparse(sampler.cls.node)
        return "range(" in text and not re.search(r"rand|perm|shuffle|sample\(", text)
    if isinstance(sampler, Tool) and sampler.name == "DistributedSampler":
        return sampler.constant("shuffle") is False
    return isinstance(sampler, Tool) and sampler.name == "SequentialSampler"


def _streams(loader: Loader) -> bool:
    """A data set that gives its items in an order of its own, or all of them in one batch."""
    given = loader.dataset.root() if loader.dataset else None
    batch, size = loader.constant("batch_size"), loader.dataset.size if loader.dataset else None
    if isinstance(batch, int) and size is not None and batch >= size:
        return True
    cls = given.instance.cls if given and given.instance else None
    return cls is not None and (any("Iter" in base for base in cls.foundations()) or _draws_items(cls))


def _draws_items(cls: UserClass) -> bool:
    """Whether `__getitem__` chooses what it gives at random, as for pairs of pictures."""
    methods = (one for one in cls.node.body if isinstance(one, ast.FunctionDef) and one.name == "__getitem__")
    return any(_DRAWS.search(ast.unparse(method)) or _indexed_by_chance(method) for method in methods)


def _indexed_by_chance(method: ast.FunctionDef) -> bool:
    """Whether a random number is an index; one that moves the picture by some pixels is none."""
    drawn = {
        name.id
        for part in ast.walk(method)
        if isinstance(part, ast.Assign) and _NUMBER.search(ast.unparse(part.value))
        for target in part.targets
        for name in ast.walk(target)
        if isinstance(name, ast.Name)
    }
    for part in ast.walk(method):
        if isinstance(part, ast.Subscript) and isinstance(part.ctx, ast.Load) and not isinstance(part.slice, ast.Slice):
            names = {name.id for name in ast.walk(part.slice) if isinstance(name, ast.Name)}
            if names & drawn or _NUMBER.search(ast.unparse(part.slice)):
                return True
    return False


def shuffled_on_a_device(loader: Loader) -> str:
    """The test that asks for a graphics card before it shuffles; empty where there is none."""
    shuffle = loader.arguments.get("shuffle")
    if shuffle is None or shuffle.site is None or loader.site is None:
        return ""
    source = shuffle.site.source
    if isinstance(shuffle, Unknown):
        text = shuffle.site.text
        return text if _DEVICE.search(f"{shuffle.name} {text}") and "sampler" not in text else ""
    around = set(enclosing(loader.site.source, loader.site.node))
    for node in enclosing(source, shuffle.site.node):
        if isinstance(node, ast.If | ast.IfExp) and node not in around and isinstance(shuffle, Constant):
            test = source.segment(node.test)
            other = node.orelse if isinstance(node.orelse, list) else [node.orelse]
            inside_test = any(part is shuffle.site.node for part in ast.walk(node.test))
            if _DEVICE.search(test) and not inside_test and not any("shuffle" in ast.unparse(one) for one in other):
                return test if shuffle.value else ""
    return ""


def permuted_once(facts: Facts, loader: Loader) -> bool:
    """A part of `random_split`, a Subset of random indices, or parts from `train_test_split`."""
    one: Dataset | None = loader.dataset
    while one is not None:
        if one.part >= 0:
            return True
        indices = one.arguments.get("indices")
        if isinstance(indices, Tensor) and any(part.op == "randperm" for part in indices.ancestry()):
            return True
        if any(isinstance(part, Tensor) and _mixed(part) for part in one.tensors):
            return True
        one = one.parent
    return bool(facts.called("sklearn.model_selection.train_test_split"))


def _mixed(tensor: Tensor) -> bool:
    return any(part.op == "randperm" for part in tensor.ancestry())
