"""What belongs to one update of the weights: who steps, what is cleared, which layers get a gradient."""

import ast
import difflib
import re
from collections.abc import Iterable, Iterator

from convlens.checking.events import (
    Backward,
    Called,
    Event,
    Forward,
    LossComputed,
    ParameterSet,
    Returned,
    Step,
    ZeroGrad,
)
from convlens.checking.facts import Facts, Pass, same
from convlens.checking.values import (
    Items,
    Module,
    Number,
    Optimizer,
    Scheduler,
    Tensor,
    Tool,
    Unknown,
    Value,
)

_PARAMETRIC = (
    "conv", "linear", "bilinear", "batch_norm", "layer_norm", "group_norm", "embedding", "prelu", "lstm", "gru", "rnn",
    "multihead", "transformer", "lazy",
)  # fmt: skip
CUTS = ("detach", "data", "numpy", "item", "tensor", "as_tensor", "from_numpy", "array", "asarray")
"""Operations that people write and that cut a tensor off the graph."""
_LOOKING = re.compile(r"^(print|torch\.|id$|type$|len$|isinstance$)|sched|LR|warmup|summary|log")


def has_parameters(module: Module) -> bool:
    """Whether a single module has weights of its own, as far as can be told."""
    own = any(isinstance(value, Tensor) and value.role == "parameter" for value in module.attributes.values())
    return own or module.kind == "unknown" or module.kind.startswith(_PARAMETRIC)


def weighted_layers(*modules: Module) -> dict[int, Module]:
    """The layers with weights in some modules, by identity."""
    return {id(part): part for module in modules for part in module.modules() if has_parameters(part)}


def held_layers(optimizer: Optimizer) -> dict[int, Module]:
    """The layers whose weights an optimizer holds, as they are at the end of the script."""
    return weighted_layers(*optimizer.modules())


def holds_known(optimizer: Optimizer) -> bool:
    """Whether all that an optimizer holds is known: whole modules, not chosen parameters."""
    return (
        optimizer.complete
        and bool(optimizer.modules())
        and not any(group.partial or group.single or group.name for group in optimizer.parameters)
    )


def misspelt(event: ParameterSet) -> bool:
    """Whether something was set that looks like `requires_grad` and is not."""
    close = difflib.SequenceMatcher(None, event.what, "requires_grad").ratio() > 0.85
    return event.what != "requires_grad" and close


def clears(zero: ZeroGrad, optimizer: Optimizer) -> bool:
    """Whether gradients of this optimizer may be cleared by that."""
    owner = zero.owner
    if isinstance(owner, Optimizer):
        return same(owner, optimizer) or bool(held_layers(owner).keys() & held_layers(optimizer).keys())
    if isinstance(owner, Module):
        held = held_layers(optimizer)
        return not optimizer.complete or not held or bool(weighted_layers(owner).keys() & held.keys())
    return True


def gradient_flow(value: Value | None) -> Iterator[Tensor]:
    """The tensors that get a gradient when `backward()` is called on a value, nearest first."""
    seen: set[int] = set()
    queue: list[Value | None] = [value]
    while queue:
        one = queue.pop(0)
        if isinstance(one, Items):
            queue.extend(one.elements)
        elif isinstance(one, Tensor) and id(one) not in seen and one.graph is not False and one.op not in CUTS:
            seen.add(id(one))
            yield one
            queue.extend(one.made_by.inputs if one.made_by else ())


def learning_layers(loss: Value | None) -> dict[int, Module]:
    """The layers that get a gradient from a loss, by identity."""
    layers = (one.made_by.layer for one in gradient_flow(loss) if one.made_by and one.made_by.layer)
    return weighted_layers(*layers)


def feeding_layers(loss: Value | None) -> dict[int, Module]:
    """The layers that a loss was computed with, whether they get a gradient or not."""
    start = loss.tensor if isinstance(loss, Number) else loss
    if not isinstance(start, Tensor):
        return {}
    return weighted_layers(*(one.made_by.layer for one in start.ancestry() if one.made_by and one.made_by.layer))


def of_a_loss(value: Value | None) -> LossComputed | None:
    """The loss that a tensor was computed from, on a way that gradients take."""
    return next((t.made_by for t in gradient_flow(value) if isinstance(t.made_by, LossComputed)), None)


def may_go_back(events: Iterable[Event]) -> bool:
    """Whether something unknown was called that may have computed gradients: it was given the loss."""
    for event in events:
        if isinstance(event, Called) and isinstance(event.result, Unknown | Tensor) and not _harmless(event.name):
            given = [event.receiver, *event.arguments, *event.keywords.values()]
            if any(isinstance(value, Tensor) and of_a_loss(value) for value in given):
                return True
    return False


def _harmless(name: str) -> bool:
    packages = ("torch.", "numpy.", "math.", "print", "float", "str", "wandb.", "logging.", "len", "isinstance", "sum")
    return name.startswith((*packages, ".")) and not name.endswith(("backward", "step"))


def unknown_steps(facts: Facts) -> bool:
    """Whether something unknown has its `step()` called: an optimizer or a scheduler that was not recognised."""
    return any(
        isinstance(event.receiver, Unknown | None) and _method(event) in ("step", "optimizer_step")
        for event in facts.of(Called)
    )


def _method(event: Event) -> str:
    func = getattr(event.node, "func", None)
    return func.attr if isinstance(func, ast.Attribute) else ""


def given_away(facts: Facts, value: Value) -> bool:
    """Whether an object is handed to something unknown (a framework's trainer), or returned where nobody looks."""
    return handed_over(facts.events, value) or any(
        _is_in(value, event.value) and (event.guessed or hooked(event)) for event in facts.of(Returned)
    )


def handed_over(events: Iterable[Event], value: Value) -> bool:
    """Whether an object is given to something unknown in these events."""
    for event in events:
        if isinstance(event, Called) and isinstance(event.result, Unknown) and not _only_looks(event):
            given = (*event.arguments, *event.keywords.values())
            if any(_is_in(value, one) for one in given):
                return True
    return False


def _only_looks(event: Called) -> bool:
    own = isinstance(event.receiver, Tool | Optimizer | Scheduler | Items)
    return own or _LOOKING.search(event.name) is not None


def _is_in(value: Value, holder: Value, depth: int = 3) -> bool:
    if same(value, holder):
        return True
    if depth == 0:
        return False
    inner: Iterable[Value] = getattr(holder, "elements", None) or getattr(holder, "entries", {}).values()
    return any(_is_in(value, one, depth - 1) for one in inner)


def hooked(event: Event) -> bool:
    """Whether a framework calls the function it happens in: Lightning's and Ignite's hooks."""
    return any(
        call.function.name in ("configure_optimizers", "training_step", "validation_step", "test_step", "predict_step")
        for call in event.calls
    )


def updates(one: Pass) -> list[Step]:
    """The first step of each optimizer in a turn of a pass, those with a closure left out.

    Of the turns the last that was walked: there the tests that count turns are open.
    """
    found: dict[int, Step] = {}
    for step in one.of(Step):
        first = found.get(id(step.optimizer), step)
        if not step.closure and first.node is step.node:
            found[id(step.optimizer)] = step
    return list(found.values())


def training_uses(facts: Facts, forward: Forward) -> list[Backward]:
    """The gradients computed through one application of a network."""
    return [
        event for event in facts.of(Backward)
        if any(one is forward.output for one in gradient_flow(event.loss))
    ]  # fmt: skip
