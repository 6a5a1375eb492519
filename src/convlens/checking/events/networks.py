"""What happens to networks and tensors: made, switched, applied, sizes that do not fit."""

from dataclasses import dataclass, field
from typing import Literal

from convlens.checking.events.around import Event
from convlens.checking.values import Constant, Loss, Module, Shape, Tensor, Value


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
class ParameterSet(Event):
    """Something was done to parameters: `what` is "requires_grad", "data", "grad", "init", or a misspelt attribute.

    `value` is what was assigned, or for "init" a Called's name in `how`.
    """

    what: str
    parameters: Value
    value: Value | None = None
    how: str = ""
    arguments: dict[str, Value] = field(default_factory=dict, repr=False)


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

    @property
    def compares_answers(self) -> bool:
        """Whether answers are compared with labels: not with other answers, and only their difference with a number."""
        sides = [value for value in self.inputs if isinstance(value, Tensor)]
        if self.op not in ("eq", "ne", "equal") or (len(sides) > 1 and all(map(_is_answer, sides))):
            return False
        to_number = any(isinstance(value, Constant) for value in (*self.inputs, self.arguments.get("other")))
        return not to_number or (self.input is not None and self.input.op == "sub")


def _is_answer(tensor: Tensor) -> bool:
    """Whether it comes out of a network."""
    one: Tensor | None = tensor
    while one is not None and one.made_by is not None:
        if one.made_by.layer is not None:
            return True
        one = one.made_by.input
    return False


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
