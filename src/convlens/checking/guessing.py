"""Arguments for functions that nothing calls: guessed from their names, so that their bodies can be walked."""

import re

from convlens.checking.library.data import split_named
from convlens.checking.names import says_optimizer
from convlens.checking.statements import Statements
from convlens.checking.values import (
    Arguments,
    Dataset,
    Function,
    Loader,
    Loss,
    Module,
    Optimizer,
    Parameters,
    Scheduler,
    Shape,
    Tensor,
    Unknown,
    UserClass,
    Value,
)

_MODEL = re.compile(r"^(model|net|network|cnn|classifier|backbone|encoder)$|_(model|net)$|^(model|net)_")
_NO_MODEL = re.compile(
    r"^(make|build|create|get|new|load|init)_"
    r"|_(name|path|file|dir|fn|func|type|cls|class|config|cfg|args|kwargs|id|builder|factory|state|params|weights)$"
)
"""What has the word in it and is no network: what makes one, describes one, or says where one is kept."""
_LOADER = re.compile(r"loader|^(train|test|val|valid|eval)_?(dl|iter|data|batches)$|^(dl|data_iter|dataset_iter)$")
_SCHEDULER = re.compile(r"sched")
_LOSS = re.compile(r"^(criterion|loss_fn|loss_func|loss_function|lossfn|crit|objective)$")
_IMAGES = re.compile(r"^(x|xb|images?|imgs?|inputs?|data|batch_x|X)$")
_LABELS = re.compile(r"^(y|yb|labels?|targets?|target|batch_y)$")


def guessed_arguments(walker: Statements, function: Function) -> Arguments:
    """Arguments by the names of the parameters; those with a default keep it unless the name says more."""
    spec = function.node.args
    parameters = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs]
    if function.owner is not None and function.flavour != "staticmethod":
        parameters = parameters[1:]
    found = Arguments()
    networks = [value for value in walker.objects if isinstance(value, Module) and value.kind in ("user", "known")]
    model = networks[0] if len({value.cls for value in networks}) == 1 else None
    for parameter in parameters:
        value = _guess(walker, parameter.arg, model, function)
        if value is not None:
            found.keywords[parameter.arg] = value
    return found


def _guess(walker: Statements, name: str, model: Module | None, function: Function) -> Value | None:  # noqa: PLR0911
    site = walker.at(function.node)
    lower = name.lower()
    if _MODEL.search(lower) and not _NO_MODEL.search(lower):
        made = Module(site=site, kind="unknown", name=name)
        if model is not None:
            made.kind, made.name, made.cls = model.kind, model.name, model.cls
            made.children, made.attributes = model.children, model.attributes
        made.state = {"mode": None, "frozen": False}
        return made
    if _LOADER.search(lower):
        split = split_named(lower)
        known = [value for value in walker.objects if isinstance(value, Loader) and not value.opaque]
        shapes = {value.dataset.item for value in known if value.dataset}
        guess = Dataset(site=site, split=split, item=shapes.pop() if len(shapes) == 1 else None)
        return Loader(site=site, opaque=True, dataset=guess)
    if says_optimizer(lower):
        groups = [Parameters(modules=(model,))] if model else []
        return Optimizer(site=site, kind="", parameters=groups, complete=False)
    if _SCHEDULER.search(lower):
        return Scheduler(site=site)
    if _LOSS.search(lower):
        return Loss(site=site, kind="loss", name=name)
    if _IMAGES.search(name) and "collate" not in function.name:
        shape = _shape_of_data(walker)
        return Tensor(site=site, role="images", graph=False, shape=shape)
    if _LABELS.search(name):
        return Tensor(site=site, role="labels", graph=False, shape=("N",), dtype="int64")
    return None if name in function.defaults else Unknown(site=site, name=name)


def _shape_of_data(walker: Statements) -> Shape | None:
    shapes = {value.item for value in walker.objects if isinstance(value, Dataset) and value.item}
    if len(shapes) == 1:
        return ("N", *shapes.pop())
    return None


def guessed_instance(walker: Statements, cls: UserClass) -> Value:
    """An object of a class that nothing makes."""
    known = [value for value in walker.objects if isinstance(value, Module) and value.cls is cls]
    if known:
        return known[0]
    init = next((one.attributes["__init__"] for one in cls.lineage() if "__init__" in one.attributes), None)
    arguments = guessed_arguments(walker, init) if isinstance(init, Function) else Arguments()
    return walker.instantiate(cls, arguments, walker.at(cls.node))
