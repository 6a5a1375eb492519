"""Optimizers and schedulers: constructed from their arguments; their methods."""

from convlens.checking.events import SchedulerStep, Step, ZeroGrad
from convlens.checking.library import chance, ignite, lightning, pictures
from convlens.checking.library.signatures import bind
from convlens.checking.values import (
    Arguments,
    Constant,
    External,
    Items,
    Iterating,
    Mapping,
    Optimizer,
    Parameters,
    Scheduler,
    Site,
    StateDict,
    Tool,
    Unknown,
    Value,
)
from convlens.checking.walker import Walker

OPTIMIZERS = {
    "SGD": "params lr=0.001 momentum=0 dampening=0 weight_decay=0 nesterov=False",
    "Adam": "params lr=0.001 betas=(0.9,0.999) eps=1e-08 weight_decay=0 amsgrad=False",
    "AdamW": "params lr=0.001 betas=(0.9,0.999) eps=1e-08 weight_decay=0.01 amsgrad=False",
    "NAdam": "params lr=0.002 betas=(0.9,0.999)",
    "RAdam": "params lr=0.001 betas=(0.9,0.999)",
    "Adamax": "params lr=0.002 betas=(0.9,0.999)",
    "SparseAdam": "params lr=0.001",
    "Adadelta": "params lr=1.0 rho=0.9",
    "Adagrad": "params lr=0.01 lr_decay=0",
    "Adafactor": "params lr=0.01",
    "RMSprop": "params lr=0.01 alpha=0.99 eps=1e-08 weight_decay=0 momentum=0",
    "Rprop": "params lr=0.01",
    "ASGD": "params lr=0.01",
    "LBFGS": "params lr=1 max_iter=20",
}
SCHEDULERS = {
    "StepLR": "optimizer step_size gamma=0.1 last_epoch=-1",
    "MultiStepLR": "optimizer milestones gamma=0.1 last_epoch=-1",
    "ExponentialLR": "optimizer gamma last_epoch=-1",
    "CosineAnnealingLR": "optimizer T_max eta_min=0 last_epoch=-1",
    "CosineAnnealingWarmRestarts": "optimizer T_0 T_mult=1 eta_min=0 last_epoch=-1",
    "ReduceLROnPlateau": "optimizer mode='min' factor=0.1 patience=10 threshold=0.0001",
    "OneCycleLR": (
        "optimizer max_lr total_steps=None epochs=None steps_per_epoch=None pct_start=0.3 anneal_strategy='cos' "
        "cycle_momentum=True base_momentum=0.85 max_momentum=0.95 div_factor=25.0 final_div_factor=10000.0"
    ),
    "CyclicLR": "optimizer base_lr max_lr step_size_up=2000 step_size_down=None mode='triangular'",
    "LambdaLR": "optimizer lr_lambda last_epoch=-1",
    "MultiplicativeLR": "optimizer lr_lambda last_epoch=-1",
    "ConstantLR": "optimizer factor=0.333 total_iters=5",
    "LinearLR": "optimizer start_factor=0.333 end_factor=1.0 total_iters=5",
    "PolynomialLR": "optimizer total_iters=5 power=1.0",
    "SequentialLR": "optimizer schedulers milestones",
    "ChainedScheduler": "schedulers optimizer=None",
    "SWALR": "optimizer swa_lr anneal_epochs=10",
}


def optimizer(walker: Walker, name: str, arguments: Arguments, site: Site) -> Optimizer:
    """An optimizer of torch.optim."""
    bound = bind(OPTIMIZERS.get(name, "params lr=0.001"), arguments)
    made = Optimizer(site=site, kind=name, arguments=bound)
    made.parameters, made.complete = parameter_groups(walker, bound.get("params"), site)
    walker.made(made, site)
    return made


def parameter_groups(walker: Walker, given: Value | None, site: Site) -> tuple[list[Parameters], bool]:
    """The groups in what an optimizer was given, and whether all of it is known."""
    if isinstance(given, Parameters):
        return [given], True
    if isinstance(given, Mapping):
        groups, complete = parameter_groups(walker, given.entries.get("params"), site)
        for group in groups:
            group.options = {str(key): value for key, value in given.entries.items() if key != "params"}
        return groups, complete and not given.open
    if isinstance(given, Items | Iterating):
        elements, complete = walker.elements(given, site)
        found: list[Parameters] = []
        for element in elements:
            groups, known = parameter_groups(walker, element, site)
            found, complete = found + groups, complete and known
        return found, complete
    return [], False


def scheduler(walker: Walker, name: str, arguments: Arguments, site: Site) -> Scheduler:
    """A scheduler of torch.optim.lr_scheduler."""
    bound = bind(SCHEDULERS.get(name, "optimizer"), arguments)
    made = Scheduler(site=site, kind=name, arguments=bound)
    driven = bound.get("optimizer")
    made.optimizer = driven if isinstance(driven, Optimizer) else None
    if "schedulers" in bound:
        inner, _ = walker.elements(bound["schedulers"], site)
        made.inner = [one for one in inner if isinstance(one, Scheduler)]
    walker.made(made, site)
    return made


def optimizer_method(walker: Walker, made: Optimizer, name: str, arguments: Arguments, site: Site) -> Value:
    """A method of an optimizer."""
    if name == "zero_grad":
        walker.emit(ZeroGrad(site=site, owner=made))
    elif name == "step":
        closure = arguments.get(0, "closure")
        if closure is not None and not isinstance(closure, Constant | Unknown):
            walker.call(closure, Arguments(), site)
        walker.emit(Step(site=site, optimizer=made, closure=closure is not None))
    elif name == "add_param_group":
        groups, complete = parameter_groups(walker, arguments.get(0, "param_group"), site)
        made.parameters, made.complete = made.parameters + groups, made.complete and complete
    elif name == "state_dict":
        return StateDict(site=site, owner=made)
    return Constant(site=site, value=None) if name in ("zero_grad", "load_state_dict") else Unknown(site=site)


def scheduler_method(walker: Walker, made: Scheduler, name: str, arguments: Arguments, site: Site) -> Value:
    """A method of a scheduler."""
    if name == "step":
        walker.emit(SchedulerStep(site=site, scheduler=made, metric=arguments.get(0, "metrics")))
        return Constant(site=site, value=None)
    if name == "state_dict":
        return StateDict(site=site, owner=made)
    if name == "get_last_lr":
        return Items(site=site, elements=[Unknown(site=site)], open=True)
    return Unknown(site=site)


def tool_method(walker: Walker, tool: Tool, name: str, arguments: Arguments, site: Site) -> Value:
    """A method of a helper: GradScaler, Accelerator, Fabric."""
    from convlens.checking.library.tensors import backward

    first = arguments.get(0)
    others = {
        "numpy_generator": chance.generator_method,
        "trainer": lightning.trainer_method,
        "picture": pictures.method,
        "engine": ignite.engine_method,
    }
    if tool.kind in others:
        return others[tool.kind](walker, tool, name, arguments, site)
    if tool.kind == "grad_scaler" and name == "scale":
        return first or Unknown(site=site)
    if tool.kind == "grad_scaler" and name == "step" and isinstance(first, Optimizer):
        walker.emit(Step(site=site, optimizer=first, via="scaler"))
    elif name in ("backward", "manual_backward"):
        backward(walker, first, site, tool.kind)
    elif name in ("prepare", "setup", "setup_dataloaders", "setup_module", "setup_optimizers", "prepare_model"):
        given = [value for value in arguments.positional if not isinstance(value, External)]
        return given[0] if len(given) == 1 else Items(site=site, kind="tuple", elements=given)
    elif name in ("launch", "optimize") and first is not None:
        return walker.call(first, Arguments(positional=[tool, *arguments.positional[1:]]), site)
    elif name in ("gather", "gather_for_metrics", "reduce", "unwrap_model", "to_device"):
        return first or Unknown(site=site)
    return Unknown(site=site, name=f"{tool.name}.{name}")
