"""Lightning: the Trainer sets modes, clears gradients, steps optimizers and schedulers around a module's own steps."""

from collections.abc import Callable
from typing import Literal

from convlens.checking.events import Backward, SchedulerStep, Step, ZeroGrad
from convlens.checking.library import running
from convlens.checking.values import (
    Arguments,
    Constant,
    Instance,
    Items,
    Loader,
    Mapping,
    Method,
    Module,
    Number,
    Optimizer,
    Plain,
    Scheduler,
    Site,
    Split,
    Tool,
    Unknown,
    Value,
)
from convlens.checking.walker import Walker

_VIA = "lightning"
_EVALUATIONS: dict[str, tuple[str, str, Split]] = {
    "validate": ("validation_step", "val_dataloader", "validation"),
    "test": ("test_step", "test_dataloader", "test"),
    "predict": ("predict_step", "predict_dataloader", "test"),
}
"""Method of the Trainer: the module's step, where its loader comes from, the split by name."""


def is_module(value: Value | None) -> bool:
    """Whether a value is an object of a user's LightningModule."""
    return isinstance(value, Module) and value.cls is not None and _derives(value.cls.foundations())


def _derives(bases: set[str]) -> bool:
    return any(base.rpartition(".")[2] == "LightningModule" for base in bases)


def trainer_method(walker: Walker, trainer: Tool, name: str, arguments: Arguments, site: Site) -> Value:
    """`trainer.fit`, `.validate`, `.test`, `.predict`."""
    model = arguments.get(0, "model") or trainer.arguments.get("(model)")
    if not isinstance(model, Module) or not is_module(model):
        return Unknown(site=site, name=f"trainer.{name}")
    trainer.arguments["(model)"] = model
    given = arguments.get(1, "train_dataloaders" if name == "fit" else "dataloaders")
    source = arguments.keywords.get("datamodule") or given
    if name == "fit":
        fit(walker, model, source, arguments.get(2, "val_dataloaders"), site)
    elif name in _EVALUATIONS:
        evaluate(walker, model, name, source, site)
    return Unknown(site=site, name=f"trainer.{name}")


def fit(walker: Walker, model: Module, source: Value | None, validation: Value | None, site: Site) -> None:
    """Training with a validation after each epoch."""
    training = _loaders(walker, model, source, "train_dataloader", "train", site)
    validating = _loaders(walker, model, validation or source, "val_dataloader", "validation", site)
    optimizers, schedulers = configured(walker, model, site)
    running.switch(walker, model, "train")

    def epoch(number: int) -> None:
        _hook(walker, model, "on_train_epoch_start", site)
        for loader in training[:1]:
            _train(walker, model, loader, optimizers, schedulers, site)
        if validating is not training and _has(walker, model, "validation_step"):
            for loader in validating:
                _evaluation(walker, model, "validation_step", loader, site)
            running.switch(walker, model, "train")
        _hook(walker, model, "on_train_epoch_end", site)
        _step_schedulers(walker, schedulers, "epoch", site)

    running.turns(walker, site, epoch)


def evaluate(walker: Walker, model: Module, name: str, source: Value | None, site: Site) -> None:
    """Evaluation by the Trainer: in evaluation mode, without gradients."""
    step, hook, split = _EVALUATIONS[name]
    for loader in _loaders(walker, model, source, hook, split, site):
        _evaluation(walker, model, step, loader, site)


def rehearse(walker: Walker, model: Module, site: Site) -> None:
    """What a Trainer elsewhere would do with a module: the steps that were not walked yet."""
    train = _method(walker, model, "training_step", site)
    if train and train.function and train.function.node not in walker.walked:
        fit(walker, model, None, None, site)
    for name, (step, _, _) in _EVALUATIONS.items():
        method = _method(walker, model, step, site)
        if method and method.function and method.function.node not in walker.walked:
            evaluate(walker, model, name, None, site)


# ------------------------------------------------------------------------------------------------------- steps


def _train(
    walker: Walker,
    model: Module,
    loader: Value,
    optimizers: list[Optimizer],
    schedulers: "list[tuple[Scheduler, str]]",
    site: Site,
) -> None:
    switched = model.attributes.get("automatic_optimization")
    automatic = not (isinstance(switched, Constant) and switched.value is False)
    method = _method(walker, model, "training_step", site)
    if method is None or method.function is None or method.function.site is None:
        return
    place = method.function.site

    def one(batch: Value) -> None:
        result = walker.call(method, Arguments(positional=[batch, Number(kind="index")]), site)
        loss = result.entries.get("loss") if isinstance(result, Mapping) else result
        if automatic:
            stepped: list[Optimizer] | list[None] = optimizers or [None]
            for optimizer in stepped:
                walker.emit(ZeroGrad(site=place, owner=optimizer, via=_VIA))
            walker.emit(Backward(site=place, loss=loss, via=_VIA))
            for optimizer in stepped:
                walker.emit(Step(site=place, optimizer=optimizer, via=_VIA))
            _step_schedulers(walker, schedulers, "step", site)

    running.batches(walker, loader, place, one)


def _evaluation(walker: Walker, model: Module, step: str, loader: Value, site: Site) -> None:
    method = _method(walker, model, step, site)
    if method is None or method.function is None or method.function.site is None:
        return
    running.switch(walker, model, "eval")
    with walker.recording(False):
        running.batches(walker, loader, method.function.site, _caller(walker, method, site))
        _hook(walker, model, f"on_{step.removesuffix('_step')}_epoch_end", site)


def _caller(walker: Walker, method: Method, site: Site) -> Callable[[Value], None]:
    def one(batch: Value) -> None:
        walker.call(method, Arguments(positional=[batch, Number(kind="index")]), site)

    return one


def _method(walker: Walker, owner: Instance, name: str, site: Site) -> Method | None:
    found = walker.attribute(owner, name, site)
    return found if isinstance(found, Method) and found.function is not None else None


def _has(walker: Walker, owner: Instance, name: str) -> bool:
    return _method(walker, owner, name, owner.site or walker.at(walker.source.tree)) is not None


def _hook(walker: Walker, owner: Instance, name: str, site: Site, *arguments: Value) -> Value | None:
    method = _method(walker, owner, name, site)
    return walker.call(method, Arguments(positional=list(arguments)), site) if method else None


# ----------------------------------------------------------------------------------------------------- loaders


def _loaders(walker: Walker, model: Module, source: Value | None, hook: str, split: Split, site: Site) -> list[Value]:
    """The loaders of one kind: given, of a data module, or of the module itself."""
    if isinstance(source, Instance) and not isinstance(source, Module):
        stage: Literal["fit", "test"] = "test" if split == "test" else "fit"
        ready = source.attributes.get("(stage)")
        if not (isinstance(ready, Constant) and ready.value == stage):
            source.attributes["(stage)"] = Constant(value=stage)
            _hook(walker, source, "prepare_data", site)
            _hook(walker, source, "setup", site, Constant(site=site, value=stage))
        found = _hook(walker, source, hook, site)
    else:
        found = source if source is not None and not _is_none(source) else _hook(walker, model, hook, site)
    given = found.elements if isinstance(found, Items) else [found]
    known: list[Value] = [one for one in given if isinstance(one, Loader)]
    return known or [running.unknown_loader(split, site)]


def _is_none(value: Value) -> bool:
    return isinstance(value, Constant) and value.value is None


# -------------------------------------------------------------------------------------------------- optimizers


def configured(walker: Walker, model: Module, site: Site) -> "tuple[list[Optimizer], list[tuple[Scheduler, str]]]":
    """The optimizers of `configure_optimizers`, and its schedulers with "epoch" or "step"."""
    optimizers: list[Optimizer] = []
    schedulers: list[tuple[Scheduler, str]] = []
    result = _hook(walker, model, "configure_optimizers", site)
    if result is not None:
        _collect(result, "epoch", optimizers, schedulers)
    model.attributes["(optimizers)"] = Items(site=site, elements=list(optimizers))
    model.attributes["(schedulers)"] = Items(site=site, elements=[one for one, _ in schedulers])
    return optimizers, schedulers


def _collect(
    value: Value, interval: str, optimizers: list[Optimizer], schedulers: "list[tuple[Scheduler, str]]"
) -> None:
    if isinstance(value, Optimizer):
        optimizers.append(value)
    elif isinstance(value, Scheduler):
        schedulers.append((value, interval))
    elif isinstance(value, Items):
        for one in value.elements:
            _collect(one, interval, optimizers, schedulers)
    elif isinstance(value, Mapping):
        every = value.entries.get("interval")
        known = every.value if isinstance(every, Constant) and isinstance(every.value, str) else interval
        for one in value.entries.values():
            _collect(one, known, optimizers, schedulers)


def _step_schedulers(walker: Walker, schedulers: "list[tuple[Scheduler, str]]", interval: str, site: Site) -> None:
    for scheduler, every in schedulers:
        if every == interval:
            metric = Number(kind="loss") if scheduler.kind == "ReduceLROnPlateau" else None
            walker.emit(SchedulerStep(site=scheduler.site or site, scheduler=scheduler, metric=metric))


def module_method(walker: Walker, module: Module, name: str, arguments: Arguments, site: Site) -> Value | None:
    """Methods that a LightningModule inherits; None for anything else."""
    if not is_module(module):
        return None
    if name == "save_hyperparameters":
        names: dict[Plain, Value] = {key: one for key, one in walker.scope.names.items() if one is not module}
        walker.memory.write(module.attributes, "hparams", Mapping(site=site, entries=names, open=True))
        return Constant(value=None)
    if name in ("optimizers", "lr_schedulers"):
        found = module.attributes.get("(optimizers)" if name == "optimizers" else "(schedulers)")
        if isinstance(found, Items) and found.elements:
            return found.elements[0] if len(found.elements) == 1 else found
        return Unknown(site=site)
    return None
