"""What happens while the script is walked, in order. Rules read these.

Every event knows where it happened (`site`), inside which loops and calls, under which conditions, and whether
gradients were recorded. A loop body is walked twice, so most events come twice, with other `turn` numbers:
what was carried over from the first turn shows in the second.
"""

import ast
from dataclasses import dataclass, field
from typing import Literal

from convlens.checking.values import (
    Function,
    Loss,
    Module,
    Optimizer,
    Scheduler,
    Shape,
    Site,
    Tensor,
    Value,
)


@dataclass(eq=False)
class Loop:
    """One execution of a `for` or `while` (a loop inside a loop is executed once for each turn of the outer one).

    Attributes:
        site: of the statement. Two executions of the same statement share `site.node`.
        over: what is walked over: a Loader, a Dataset, Items, a range, ...; None for `while`.
        loader: the loader behind it, through enumerate, tqdm, zip, iter.
        batches: whether each turn handles one batch (it walks over a loader, or slices tensors).
        unrolled: whether each turn was walked with its own constant (then there are no guessed repetitions).
        outer: the loops around it, outermost first, those of the callers included.
    """

    site: Site
    over: Value | None = None
    loader: Value | None = None
    batches: bool = False
    unrolled: bool = False
    outer: "tuple[Turn, ...]" = ()


@dataclass(frozen=True, eq=False)
class Turn:
    """One turn of a loop, from 0."""

    loop: Loop
    number: int


@dataclass(frozen=True, eq=False)
class Call:
    """A call of a user's function that is being walked. `site` is the call; None when nothing in the file calls it."""

    function: Function
    site: Site | None
    receiver: Value | None = None


@dataclass(frozen=True, eq=False)
class Condition:
    """A test that decided whether this runs. `taken`: the branch; `known`: the test's value was certain."""

    node: ast.expr
    site: Site
    value: Value
    taken: bool
    known: bool


@dataclass(eq=False, kw_only=True)
class Event:
    """Something that happened.

    Attributes:
        index: position in the order of all events.
        turns: the loops around it with the turn they are in, outermost first, callers' loops included.
        calls: the user's functions around it, outermost first.
        conditions: the tests that were open, outermost first, callers' included.
        grad: whether autograd records here; None where it cannot be told.
        guessed: it happens in a function that nothing in the file calls, walked with guessed arguments.
    """

    index: int = -1
    site: Site = field(repr=False)
    turns: tuple[Turn, ...] = field(default=(), repr=False)
    calls: tuple[Call, ...] = field(default=(), repr=False)
    conditions: tuple[Condition, ...] = field(default=(), repr=False)
    grad: bool | None = True
    guessed: bool = False

    @property
    def line(self) -> int:
        """Its line."""
        return self.site.line

    @property
    def node(self) -> ast.AST:
        """Its syntax node: for calls the `ast.Call`."""
        return self.site.node

    @property
    def loops(self) -> tuple[Loop, ...]:
        """The loops around it, outermost first."""
        return tuple(turn.loop for turn in self.turns)

    @property
    def function(self) -> Function | None:
        """The innermost user's function around it."""
        return self.calls[-1].function if self.calls else None

    def within(self, loop: Loop) -> bool:
        """Whether it happens in this execution of the loop."""
        return any(turn.loop is loop for turn in self.turns)


@dataclass(eq=False, kw_only=True)
class Made(Event):
    """A Module, Optimizer, Scheduler, Dataset, Loader, Transform or Loss was constructed. `site` is the call."""

    value: Value


@dataclass(eq=False, kw_only=True)
class ModeSet(Event):
    """`module.train()`, `module.eval()`, `module.train(flag)`. mode None: the flag is not known."""

    module: Module
    mode: Literal["train", "eval"] | None
    before: str | None = None
    """The mode until then."""


@dataclass(eq=False, kw_only=True)
class Operation(Event):
    """One operation on tensors: a layer applied, a function of torch, a method of a tensor, an operator.

    Attributes:
        op: `conv2d`, `linear`, `relu`, `max_pool2d`, `softmax`, `flatten`, `view`, `cross_entropy`, `argmax`, `eq`,
            `sum`, `item`, `detach`, `getitem`, `add`, ... One name for layer, function and method.
        layer: the module applied; None for functions, methods and operators.
        inputs: tensors (and Items of tensors) that went in, in order.
        arguments: everything else by name, as far as known: `dim`, `kernel_size`, `p`, `training`, `sizes` (of view)...
        output: what came out (a Tensor mostly, Items for `max(dim)` and `chunk`).
        mode: of the layer, at this moment.
        inside: the modules whose `forward` is being walked, outermost first.
        inplace: whether it changes its input.
    """

    op: str
    layer: Module | None = None
    inputs: tuple[Value, ...] = field(default=(), repr=False)
    arguments: dict[str, Value] = field(default_factory=dict, repr=False)
    output: Value | None = field(default=None, repr=False)
    mode: str | None = None
    inside: tuple[Module, ...] = field(default=(), repr=False)
    inplace: bool = False

    @property
    def input(self) -> Tensor | None:
        """The first tensor that went in."""
        return next((value for value in self.inputs if isinstance(value, Tensor)), None)


@dataclass(eq=False, kw_only=True)
class LossComputed(Operation):
    """A loss was computed, by module or by function. `op` names it in both cases: `cross_entropy`, `nll_loss`, ..."""

    loss: Loss | None = None
    prediction: Value | None = field(default=None, repr=False)
    target: Value | None = field(default=None, repr=False)

    @property
    def reduction(self) -> str | None:
        """ "mean", "sum", "none", or None where it is not known."""
        value = self.arguments.get("reduction")
        found = getattr(value, "value", None)
        return found if isinstance(found, str) else None


@dataclass(eq=False, kw_only=True)
class Forward(Event):
    """A network was applied to data (not a block inside a network: those are `Operation.inside`).

    Attributes:
        module: the network.
        inputs, output: what went in and came out.
        mode: of the network at this moment; None where it cannot be told.
        direct: written as `model.forward(x)`.
        first: index of the first event of its walk: events first..index are inside.
    """

    module: Module
    inputs: tuple[Value, ...] = field(default=(), repr=False)
    output: Value | None = field(default=None, repr=False)
    mode: str | None = None
    direct: bool = False
    first: int = 0


@dataclass(eq=False, kw_only=True)
class ZeroGrad(Event):
    """Gradients were cleared: `optimizer.zero_grad()`, `model.zero_grad()`, `p.grad = None`.

    `owner` is the optimizer or module; None where it is not known. `via` is "zero_grad", "none", or a framework's name.
    """

    owner: Value | None
    via: str = "zero_grad"


@dataclass(eq=False, kw_only=True)
class Backward(Event):
    """`loss.backward()`, `scaler.scale(loss).backward()`, `accelerator.backward(loss)`, `torch.autograd.grad`."""

    loss: Value | None
    via: str = "tensor"


@dataclass(eq=False, kw_only=True)
class Step(Event):
    """`optimizer.step()`, `scaler.step(optimizer)`. `closure`: one was passed. `via`: also a framework's name."""

    optimizer: Optimizer | None
    via: str = "optimizer"
    closure: bool = False


@dataclass(eq=False, kw_only=True)
class SchedulerStep(Event):
    """`scheduler.step(...)`; `metric` is the argument, None where there is none."""

    scheduler: Scheduler | None
    metric: Value | None = None


@dataclass(eq=False, kw_only=True)
class LoopEntered(Event):
    """A loop begins."""

    loop: Loop


@dataclass(eq=False, kw_only=True)
class LoopLeft(Event):
    """A loop is over."""

    loop: Loop


@dataclass(eq=False, kw_only=True)
class Called(Event):
    """A function or method that is not the user's was called, known or not.

    `name` is the qualified name (`torch.load`, `copy.deepcopy`, `print`) or, for methods, `.method`;
    `receiver` is the method's object.
    """

    name: str
    receiver: Value | None = field(default=None, repr=False)
    arguments: tuple[Value, ...] = field(default=(), repr=False)
    keywords: dict[str, Value] = field(default_factory=dict, repr=False)
    result: Value | None = field(default=None, repr=False)


@dataclass(eq=False, kw_only=True)
class Assigned(Event):
    """A name or attribute got a value.

    `target` is its text: `best`, `self.model`, `x`. `augmented` is the operation of `+=` and the like.
    """

    target: str
    value: Value
    augmented: str = ""
    owner: Value | None = field(default=None, repr=False)
    before: Value | None = field(default=None, repr=False)


@dataclass(eq=False, kw_only=True)
class Discarded(Event):
    """The result of an expression statement is thrown away."""

    value: Value


@dataclass(eq=False, kw_only=True)
class Divided(Event):
    """A division of numbers or tensors."""

    numerator: Value
    denominator: Value
    result: Value


@dataclass(eq=False, kw_only=True)
class Compared(Event):
    """A comparison of two numbers: `acc > best`. `op`: "lt", "gt", "le", "ge", "eq", "ne"."""

    op: str
    left: Value
    right: Value


@dataclass(eq=False, kw_only=True)
class Returned(Event):
    """A user's function returns a value."""

    value: Value


@dataclass(eq=False, kw_only=True)
class ParameterSet(Event):
    """Something was done to parameters: `what` is "requires_grad", "data", "grad", "init", or a misspelt attribute.

    `value` is what was assigned, or for "init" a Called's name in `how`.
    """

    what: str
    parameters: Value
    value: Value | None = None
    how: str = ""
    arguments: dict[str, Value] = field(default_factory=dict, repr=False)


ProblemKind = Literal[
    "flatten-size",
    "channels",
    "pooled-to-nothing",
    "batch-mixed",
    "batch-flattened",
    "batch-fixed",
    "features",
    "other",
]


@dataclass(eq=False, kw_only=True)
class ShapeProblem(Event):
    """Sizes that do not fit, found while the shapes were worked out.

    Attributes:
        kind: "flatten-size" Linear after flattening maps; "features" Linear after Linear; "channels" a convolution or
            batch normalisation; "pooled-to-nothing"; "batch-mixed" a view that moves pixels between pictures;
            "batch-flattened" the batch dimension is gone; "batch-fixed" a view with a constant batch size.
        layer: the layer at fault; None for functions and methods.
        expected: what the layer or operation demands.
        found: what reaches it.
        shape: what reaches it.
        data: where the first size came from (a loader, a data set, None for a tensor of constant shape).
    """

    kind: ProblemKind
    layer: Module | None
    expected: int
    found: int
    shape: Shape
    tensor: Tensor = field(repr=False)
