"""Ignite: engines that run a step for every batch, and the handlers that hang on their events."""

from collections.abc import Callable

from convlens.checking.events import Backward, Step, ZeroGrad
from convlens.checking.library import applying, operations, running
from convlens.checking.library.signatures import bind
from convlens.checking.values import (
    Arguments,
    Constant,
    External,
    Function,
    Items,
    Method,
    Module,
    Optimizer,
    Partial,
    Site,
    Tool,
    Unknown,
    Value,
)
from convlens.checking.walker import Walker

_VIA = "ignite"
_SUPERVISED = {
    "create_supervised_trainer": "model optimizer loss_fn device=None",
    "create_supervised_evaluator": "model metrics=None device=None",
}


def engine(walker: Walker, name: str, arguments: Arguments, site: Site) -> Tool:
    """`create_supervised_trainer(...)`, `create_supervised_evaluator(...)`, `Engine(step)`."""
    bound = bind(_SUPERVISED.get(name, "process_function"), arguments)
    return Tool(site=site, kind="engine", name=name, arguments={**bound, "(handlers)": Items()})


def engine_method(walker: Walker, made: Tool, name: str, arguments: Arguments, site: Site) -> Value:
    """`engine.on`, `.add_event_handler`, `.run`."""
    if name == "on":
        return Tool(site=site, kind="handler", arguments={"engine": made, "event": arguments.get(0) or Unknown()})
    if name == "add_event_handler" and len(arguments.positional) > 1:
        event, function, *rest = arguments.positional
        add_handler(made, event, function, rest)
    elif name == "run":
        _run(walker, made, arguments.get(0, "data") or Unknown(), site)
    return Unknown(site=site, name=f"engine.{name}")


def add_handler(made: Tool, event: Value, function: Value, rest: list[Value]) -> None:
    """Hang a function on an event."""
    handlers = made.arguments["(handlers)"]
    if isinstance(handlers, Items):
        handlers.elements.append(Items(kind="tuple", elements=[event, function, *rest]))


def decorated(tool: Value, function: Value) -> bool:
    """Whether a decorator is `@engine.on(event)`; then the function hangs there from now on."""
    if not (isinstance(tool, Tool) and tool.kind == "handler"):
        return False
    made = tool.arguments["engine"]
    if isinstance(made, Tool):
        add_handler(made, tool.arguments["event"], function, [])
    return True


def _run(walker: Walker, made: Tool, loader: Value, site: Site) -> None:
    step, place = _step(walker, made, site)

    def one(batch: Value) -> None:
        _fire(walker, made, "ITERATION_STARTED", site)
        step(batch)
        _fire(walker, made, "ITERATION_COMPLETED", site)

    def epoch(number: int) -> None:
        _fire(walker, made, "EPOCH_STARTED", site)
        running.batches(walker, loader, place, one)
        _fire(walker, made, "EPOCH_COMPLETED", site)

    _fire(walker, made, "STARTED", site)
    if made.name == "create_supervised_evaluator" or _scores_only(made):
        epoch(0)
    else:
        running.turns(walker, site, epoch)
    _fire(walker, made, "COMPLETED", site)


def _scores_only(made: Tool) -> bool:
    function = made.arguments.get("process_function")
    name = function.name if isinstance(function, Function | Method) else ""
    return any(word in name for word in ("eval", "val", "test", "infer", "predict"))


def _fire(walker: Walker, made: Tool, event: str, site: Site) -> None:
    handlers = made.arguments["(handlers)"]
    for entry in handlers.elements if isinstance(handlers, Items) else []:
        if isinstance(entry, Items):
            named, function, *rest = entry.elements
            if isinstance(named, External | Unknown) and _event(named.name) == event:
                given = rest if isinstance(function, Partial) else [made, *rest]
                walker.call(function, Arguments(positional=given[: _arity(function)]), site)


def _event(name: str) -> str:
    """`EPOCH_COMPLETED` of `ignite.engine.Events.EPOCH_COMPLETED`, also with `(every=2)`."""
    return name.rpartition("Events.")[2].partition(".")[0]


def _arity(function: Value) -> int | None:
    """How many arguments a handler takes: Ignite leaves the engine out where there is no place for it."""
    inner = function.function if isinstance(function, Method) else function
    if not isinstance(inner, Function) or inner.node.args.vararg:
        return None
    return len(inner.node.args.args) - (1 if isinstance(function, Method) else 0)


def _step(walker: Walker, made: Tool, site: Site) -> tuple[Callable[[Value], None], Site]:
    """What an engine does with a batch, and the place that stands for it."""
    function = made.arguments.get("process_function")
    if function is not None:
        inner = function.function if isinstance(function, Method) else function
        place = inner.site if isinstance(inner, Function) and inner.site else made.site or site
        return lambda batch: _discard(walker.call(function, Arguments(positional=[made, batch]), site)), place
    if made.name == "create_supervised_trainer":
        return lambda batch: _supervised(walker, made, batch), made.site or site
    return lambda batch: _evaluated(walker, made, batch), made.site or site


def _discard(value: Value) -> None:
    """A step's output is not looked at."""


def _supervised(walker: Walker, made: Tool, batch: Value) -> None:
    model, optimizer, loss_fn = (made.arguments.get(name) for name in ("model", "optimizer", "loss_fn"))
    site = made.site or walker.at(walker.source.tree)
    if not isinstance(model, Module):
        return
    running.switch(walker, model, "train")
    owner = optimizer if isinstance(optimizer, Optimizer) else None
    walker.emit(ZeroGrad(site=site, owner=owner, via=_VIA))
    parts, _ = walker.elements(batch, site)
    output = applying.apply(walker, model, Arguments(positional=parts[:1]), site)
    loss = walker.call(loss_fn, Arguments(positional=[output, *parts[1:2]]), site) if loss_fn else None
    walker.emit(Backward(site=site, loss=loss, via=_VIA))
    walker.emit(Step(site=site, optimizer=owner, via=_VIA))


def _evaluated(walker: Walker, made: Tool, batch: Value) -> None:
    model = made.arguments.get("model")
    site = made.site or walker.at(walker.source.tree)
    if not isinstance(model, Module):
        return
    running.switch(walker, model, "eval")
    parts, _ = walker.elements(batch, site)
    with walker.recording(False):
        output = applying.apply(walker, model, Arguments(positional=parts[:1]), site)
        chosen = operations.operate(walker, "argmax", [output], {"dim": Constant(value=1)}, site)
        operations.operate(walker, "eq", [chosen, *parts[1:2]], {}, site)
