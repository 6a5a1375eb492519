"""Where a tensor's values come from, and where in the text that is written. For rules about networks and losses."""

import ast
import math
from collections.abc import Iterator

from convlens.checking.events import Event, LossComputed, Operation, ShapeProblem
from convlens.checking.facts import TRANSPARENT, Facts, statement_of
from convlens.checking.findings import Edit
from convlens.checking.fixing import replace
from convlens.checking.source import Source
from convlens.checking.values import Constant, Module, Shape, Site, Tensor, Value

ACTIVATIONS = (
    "relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "mish", "hardtanh", "hardswish",
    "hardsigmoid", "prelu", "rrelu", "softplus", "softsign", "logsigmoid", "tanh", "sigmoid",
)  # fmt: skip
DROPOUTS = ("dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout")
LEARNED = ("linear", "bilinear", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d",
           "conv_transpose3d")  # fmt: skip
"""Operations that weigh their inputs and add them up, and nothing else."""
_KEEPING = {*TRANSPARENT, "detach", "half", "double", "long", "int", "requires_grad_"}


def origins(value: Value | None, through: tuple[str, ...] = ()) -> list[Value]:
    """What a tensor's values come from, looking back through operations that keep them; one for each side of a branch.

    A tensor that is the result of something else is itself the answer, so that `.op` tells what made it.
    """
    found: list[Value] = []
    queue = [value]
    seen: set[int] = set()
    while queue:
        one = queue.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, Tensor) and one.made_by is not None and one.op in (*_KEEPING, *through):
            before = one.made_by.inputs if one.op == "join" else (one.made_by.input,)
            queue.extend(before)
        else:
            found.append(one)
    return found


def made_by_one(value: Value | None, *ops: str, through: tuple[str, ...] = ()) -> Operation | None:
    """The operation of one of these names that a tensor's values come from on every side of every branch."""
    found = origins(value, through)
    if not found or not all(isinstance(one, Tensor) and one.op in ops for one in found):
        return None
    first = found[0]
    return first.made_by if isinstance(first, Tensor) else None


def head(value: Value | None) -> Operation | None:
    """The last layer with weights that a prediction comes from, when all that follows it is known."""
    return made_by_one(value, *LEARNED, "model", through=(*ACTIVATIONS, *DROPOUTS, "softmax", "log_softmax"))


def learned(facts: Facts, tensor: Tensor) -> bool:
    """Whether a layer with weights, or a loss for classes, is computed from a tensor."""
    return any(
        any(one is tensor for one in value.ancestry())
        for event in facts.operations(*LEARNED, "cross_entropy", "nll_loss")
        for value in ((event.prediction,) if isinstance(event, LossComputed) else event.inputs)
        if isinstance(value, Tensor)
    )


def operation_of(facts: Facts, problem: ShapeProblem) -> Operation | None:
    """The operation whose sizes do not fit."""
    later = facts.events[problem.index + 1 : problem.index + 6]
    return next(
        (
            event
            for event in later
            if isinstance(event, Operation) and any(one is problem.tensor for one in event.inputs)
        ),
        None,
    )


def is_channels_last(facts: Facts, problem: ShapeProblem) -> bool:
    """Whether a convolution was given pictures whose channels stand last, as NumPy and Pillow have them."""
    shape = problem.shape
    return (
        problem.kind == "channels"
        and len(shape) in (3, 4)
        and shape[-1] == problem.expected
        and problem.expected < min(side for side in (*shape[-3:-1], problem.found) if isinstance(side, int))
        and not any(one.op in LEARNED for one in problem.tensor.ancestry())
    )


def after_wrong_layout(facts: Facts, problem: ShapeProblem) -> bool:
    """Whether sizes do not fit only because the channels stood last."""
    before = [one.made_by for one in problem.tensor.ancestry() if one.made_by is not None]
    return any(
        is_channels_last(facts, one)
        and (one.tensor is problem.tensor or any(one.tensor is value for made in before for value in made.inputs))
        for one in facts.of(ShapeProblem)
        if one.index < problem.index
    )


# ---------------------------------------------------------------------------------------------------------- places


def place(operation: Operation) -> Site:
    """Where a person would edit an operation: its call, or the layer's definition where a container applies it."""
    layer = operation.layer
    if layer is None or layer.site is None or layer.site.source is not operation.site.source:
        return operation.site
    if operation.op == "flatten":
        return layer.site  # its numbers are wrong, wherever it is applied
    return operation.site if called_by_name(operation) else layer.site


def called_by_name(operation: Operation) -> bool:
    """Whether the call names the layer (`self.fc(x)`), so that it stands where the layer is applied."""
    func = getattr(operation.site.node, "func", None)
    applied = operation.inside[-1] if operation.inside else None
    if applied is None or applied.kind in ("sequential", "module_list", "module_dict") or applied is operation.layer:
        return operation.layer is None
    if isinstance(func, ast.Attribute):
        return applied.children.get(func.attr) is operation.layer
    return operation.layer is None


def in_call_of_layer(layer: Module, name: str) -> Site | None:
    """The call that a layer's argument is written in: the layer's own, or that of the block it is a part of."""
    value = layer.arguments.get(name)
    if value is None or value.site is None:
        return layer.site
    source, node = value.site.source, value.site.node
    around = source.parents.get(node)
    if isinstance(around, ast.keyword):
        around = source.parents.get(around)
    return Site.of(source, around) if isinstance(around, ast.Call) else layer.site


def set_argument(layer: Module, name: str, shape: Shape, finding: Site) -> tuple[Edit, ...]:
    """Edits that make a layer's argument the product of some sizes; none where it is not written as plain numbers."""
    value = layer.arguments.get(name)
    where = in_call_of_layer(layer, name)
    if value is None or value.site is None or where is None or where.source is not finding.source:
        return ()
    if where.node is not finding.node or not is_literal(value.site.node):
        return ()
    return (replace(finding.source, value.site.node, product(shape, value.site.node)),)


def product(shape: Shape, like: ast.AST) -> str:
    """Sizes as text, written like an expression: `32 * 13 * 13` where it was a product, `5408` where a number."""
    sides = [side for side in shape if isinstance(side, int)]
    if isinstance(like, ast.BinOp) and len(sides) > 1:
        return " * ".join(str(side) for side in sides)
    return str(math.prod(sides))


def is_literal(node: ast.AST) -> bool:
    """Whether an expression is made of numbers alone."""
    return isinstance(node, ast.Constant | ast.BinOp) and all(
        isinstance(part, ast.Constant | ast.BinOp | ast.operator) for part in ast.walk(node)
    )


def before_flattening(tensor: Tensor) -> Shape:
    """The sizes of one picture's maps before they became a vector; those of the vector where there were none."""
    flat: Tensor | None = tensor
    while flat is not None and flat.made_by is not None:
        source = flat.made_by.input
        if flat.op in ("flatten", "view", "reshape") and source is not None and source.shape:
            return source.shape[1:] if _numbers(source.shape) == _numbers(tensor.shape) else (tensor.shape or ())[1:]
        if flat.op not in (*_KEEPING, *ACTIVATIONS, *DROPOUTS, "batch_norm1d"):
            break
        flat = source
    return (tensor.shape or ())[1:]


def _numbers(shape: Shape | None) -> int:
    return math.prod(side for side in shape or () if isinstance(side, int))


# ------------------------------------------------------------------------------------------------------ the text


def imported(source: Source) -> set[str]:
    """Names that imports bind: `nn`, `F`, `torch`."""
    return {
        (alias.asname or alias.name).split(".")[0]
        for node in source.nodes
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }


def input_node(operation: Operation) -> ast.expr | None:
    """The expression that an operation is applied to, in its call."""
    call = operation.site.node
    if not isinstance(call, ast.Call):
        return None
    func = call.func
    if isinstance(func, ast.Attribute) and operation.layer is None:
        root: ast.AST = func.value
        while isinstance(root, ast.Attribute):
            root = root.value
        if not (isinstance(root, ast.Name) and root.id in imported(operation.site.source)):
            return func.value
    if call.args:
        return call.args[0]
    return next((keyword.value for keyword in call.keywords if keyword.arg == "input"), None)


def statements(event: Event) -> Iterator[tuple[Site, ast.stmt]]:
    """The statement an event happens in, then those that called it, innermost first."""
    yield event.site, statement_of(event.site.source, event.site.node)
    for call in reversed(event.calls):
        if call.site is not None:
            yield call.site, statement_of(call.site.source, call.site.node)


def whole_number(value: Value | None) -> int | None:
    """A constant whole number."""
    found = value.value if isinstance(value, Constant) else None
    return found if isinstance(found, int) and not isinstance(found, bool) else None
