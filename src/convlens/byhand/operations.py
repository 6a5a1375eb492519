"""How the numbers of each kind of operation come about: one small function per kind."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from convlens.byhand import arithmetic, layout, receptive
from convlens.byhand.arithmetic import Sum, by
from convlens.byhand.facts import BATCH, Operation
from convlens.byhand.layout import Layout
from convlens.byhand.receptive import Field
from convlens.byhand.steps import Step, Windows

RESHAPING = ("view", "reshape", "flatten", "unflatten", "view_as", "reshape_as")
_MEETING = ("add", "sub", "mul", "div", "cat", "stack", "maximum", "minimum", "pow")
_TAPS = {"nearest": 1, "nearest-exact": 1, "bilinear": 2, "linear": 2, "trilinear": 2, "bicubic": 4, "area": 1}
_MIXING = (
    "matmul",
    "bmm",
    "einsum",
    "scaled_dot_product_attention",
    "multi_head_attention_forward",
    "lstm",
    "gru",
    "rnn",
)


def _is_about_maps(op: str) -> bool:
    """Whether it is a convolution or a pooling, which have the number of their sides in their name."""
    return (op.startswith("conv") or "_pool" in op) and op.endswith(("1d", "2d", "3d"))


def unknown(shape: Sequence[int]) -> layout.Labels:
    """Labels of a tensor of which nothing but its shape is known."""
    return tuple("N" if i == 0 and n == BATCH else "?" for i, n in enumerate(shape))


def work_out(operation: Operation, known: list[Layout], index: int) -> tuple[Step, Layout]:
    """The step of an operation, and what is known of its output.

    Args:
        operation: one that ran.
        known: what is known of each of its inputs.
        index: its place among the operations.
    """
    before, after = operation.inputs[0].shape, operation.outputs[0].shape
    work = _Work(operation, known[0], before, after)
    op = operation.op
    if _is_about_maps(op):
        _maps(work)
    elif op == "linear":
        _linear(work)
    elif op in RESHAPING:
        _reshaping(work, index)
    elif op in ("permute", "transpose", "t", "movedim"):
        _permuted(work)
    elif op in ("mean", "sum", "amax", "amin", "max", "min"):
        _reduced(work)
    elif op in ("interpolate", "pad"):
        _resized(work)
    elif op in _MEETING:
        _met(work, known)
    elif op == "batch_norm":
        channels = before[1]
        work.counted = arithmetic.batch_norm_parameters(channels)
        if operation.arguments.get("running_mean"):
            work.remarks.append(str(arithmetic.batch_norm_buffers(channels)))
    elif op in _MIXING or len(before) != len(after) or (before != after and len(known) == 1):
        work.result = Layout(unknown(after), None, (), work.result.after_convolution, work.result.suspect)
        work.macs = None if op in _MIXING else 0
    return _finished(work), work.result


class _Work:
    """A step that is being worked out: the sums found so far, and what is known of its output."""

    def __init__(self, operation: Operation, known: Layout, before: tuple[int, ...], after: tuple[int, ...]) -> None:
        self.operation = operation
        self.arguments: dict[str, Any] = operation.arguments
        self.known = known
        self.before = before
        self.after = after
        self.result = known
        self.sums: list[Sum] = []
        self.remarks: list[str] = []
        self.macs: int | None = 0
        self.dropped: tuple[int, ...] = ()
        self.windows: tuple[Windows, ...] = ()
        self.counted: Sum | None = None  # parameters

    def fields(self, count: int) -> tuple[Field, ...] | None:
        """The input's receptive fields, if it is maps with this many sides."""
        known = self.known.fields
        return known if known is not None and len(known) == count else None

    def becomes_maps(self, fields: tuple[Field, ...] | None) -> None:
        """The output is maps."""
        sides = layout.SIDES.get(len(self.after), ("?",) * (len(self.after) - 2))
        self.result = replace(self.known, labels=("N", "C", *sides), fields=fields, maps=tuple(self.after[1:]))


def _finished(work: _Work) -> Step:
    operation = work.operation
    parameters = sum(weights.count for weights in operation.weights)
    if parameters:
        counted = work.counted if work.counted is not None and work.counted.result == parameters else None
        work.sums.append(counted or _plain_count(operation))
    sides = max(len(work.dropped), 2 if len(work.before) != 3 else 1)
    return Step(
        op=operation.op,
        name=operation.name,
        layer=operation.layer,
        defined=operation.defined or operation.owner,
        called=operation.called,
        input=layout.without_batch(work.before, work.known),
        output=layout.without_batch(work.after, work.result),
        sums=tuple(work.sums),
        remarks=tuple(work.remarks),
        parameters=parameters,
        macs=work.macs,
        fields=work.result.fields,
        dropped=work.dropped or (0,) * sides,
        windows=work.windows,
    )


def _plain_count(operation: Operation) -> Sum:
    """Parameters of an operation without a formula of its own: the sizes of its weights."""
    shapes = ["*".join(map(str, weights.shape)) or "1" for weights in operation.weights]
    return Sum("parameters", "sum of the weights' sizes", " + ".join(shapes), sum(w.count for w in operation.weights))


def _maps(work: _Work) -> None:
    """Convolutions and pools."""
    op = work.operation.op
    if 0 in work.after or len(work.before) != int(op[-2]) + 2:
        work.result = Layout(unknown(work.after))  # maps that have come to nothing, or without a batch
    elif op.startswith("conv"):
        _convolution(work)
    elif op.startswith("adaptive"):
        _adaptive(work)
    elif "kernel" in work.arguments:
        _windows(work)
    else:  # with random windows
        work.becomes_maps(None)


def _window_sums(work: _Work, sums: list[Sum]) -> None:
    """Sizes per side: one sum where the sides are alike, else one each, named."""
    letters = layout.SIDES.get(len(sums) + 2, ())
    if len({(one.worked, one.result) for one in sums}) == 1:
        work.sums.append(sums[0])
        return
    work.sums += [replace(one, name=f"{letter}_out") for letter, one in zip(letters, sums, strict=True)]


def _windows(work: _Work) -> None:
    """Pooling, and what convolutions share with it."""
    given, sides = work.arguments, len(work.before) - 2
    per_side = zip(given["kernel"], given["stride"], given["padding"], given["dilation"], strict=True)
    numbers = [
        Windows(n_in, n_out, k, s, before, after, d)
        for n_in, n_out, (k, s, (before, after), d) in zip(work.before[2:], work.after[2:], per_side, strict=True)
    ]
    if work.operation.op.startswith("conv"):
        sums = [arithmetic.conv_size(w.n_in, w.kernel, w.stride, (w.before, w.after), w.dilation) for w in numbers]
    else:
        ceil_mode = given["ceil_mode"]
        sums = [
            arithmetic.pool_size(w.n_in, w.kernel, w.stride, w.before, w.dilation, ceil_mode=ceil_mode) for w in numbers
        ]
    _window_sums(work, sums)
    work.windows = tuple(numbers)
    work.dropped = tuple(
        arithmetic.dropped(w.n_in, w.n_out, w.kernel, w.stride, (w.before, w.after), w.dilation) for w in numbers
    )
    work.remarks += _unreached(work)
    fields = work.fields(sides)
    work.becomes_maps(
        None
        if fields is None
        else tuple(
            receptive.through_window(field, w.kernel, w.stride, (w.before, w.after), w.dilation)
            for field, w in zip(fields, numbers, strict=True)
        )
    )


def _unreached(work: _Work) -> list[str]:
    """Rows and columns that no window reaches, in words."""
    names = {1: ("position",), 2: ("row", "column"), 3: ("slice", "row", "column")}[len(work.dropped)]
    last = [_counted(n, name) for n, name in zip(work.dropped, names, strict=True) if n]
    found = [f"the last {' and '.join(last)} reached by no window"] if last else []
    gaps = [arithmetic.gap(w.kernel, w.stride, w.dilation) for w in work.windows]
    between = [
        f"{n} {name}{'s' * (n > 1)}" for n, name, w in zip(gaps, names, work.windows, strict=True) if n and w.n_out > 1
    ]
    if between:
        found.append(f"{' and '.join(between)} between neighbouring windows skipped")
    return found


def _counted(number: int, name: str) -> str:
    return name if number == 1 else f"{number} {name}s"


def _convolution(work: _Work) -> None:
    given = work.arguments
    c_in, c_out, kernel, groups = given["in_channels"], given["out_channels"], given["kernel"], given["groups"]
    if "transpose" in work.operation.op:
        _transposed(work)
        work.macs = arithmetic.conv_transpose_macs(c_in, c_out, kernel, work.before[2:], groups=groups).result
    else:
        _windows(work)
        work.macs = arithmetic.conv_macs(c_in, c_out, kernel, work.after[2:], groups=groups).result
    work.counted = arithmetic.conv_parameters(c_in, c_out, kernel, groups=groups, bias=given["bias"])
    work.result = replace(work.result, after_convolution=True)


def _transposed(work: _Work) -> None:
    given = work.arguments
    numbers = list(
        zip(
            work.before[2:],
            given["kernel"],
            given["stride"],
            [before for before, _ in given["padding"]],
            given["output_padding"],
            given["dilation"],
            strict=True,
        )
    )
    _window_sums(work, [arithmetic.conv_transpose_size(*row) for row in numbers])
    fields = work.fields(len(numbers))
    work.becomes_maps(
        None
        if fields is None
        else tuple(
            receptive.through_transposed(field, k, s, p, d)
            for field, (_, k, s, p, _, d) in zip(fields, numbers, strict=True)
        )
    )


def _adaptive(work: _Work) -> None:
    sums = [arithmetic.adaptive_pool_size(n, m) for n, m in zip(work.before[2:], work.after[2:], strict=True)]
    _window_sums(work, [replace(one, worked=str(one.result)) for one in sums])
    fields = work.fields(len(sums))
    sizes = list(zip(work.before[2:], work.after[2:], strict=True))
    starts = [arithmetic.adaptive_window(1, n, m) for n, m in sizes]
    if all(m == 1 for _, m in sizes):
        work.remarks.append(f"one window over all {by(work.before[2:])}")
    elif starts:
        spans = {e - s for n, m in sizes for i in range(m) for s, e in [arithmetic.adaptive_window(i, n, m)]}
        work.remarks.append(f"windows of {' or '.join(map(str, sorted(spans)))}, as evenly as they go")
    work.becomes_maps(
        None
        if fields is None
        else tuple(receptive.through_adaptive(f, n, m) for f, (n, m) in zip(fields, sizes, strict=True))
    )


def _linear(work: _Work) -> None:
    (n_out, n_in), bias = work.arguments["weight"], work.arguments["bias"] is not None
    rows = 1
    for axis, side in enumerate(work.before[:-1]):
        rows *= 1 if axis == (work.known.batch_axis or 0) else side
    work.sums.append(Sum("n_out", "as asked for", str(n_out), n_out))
    work.counted = arithmetic.linear_parameters(n_in, n_out, bias=bias)
    work.macs = arithmetic.linear_macs(n_in, n_out, rows).result
    last = work.known.labels[-1]
    fields = work.known.fields
    reads_sides = any(side in last for side in "HWL")
    if fields is not None and reads_sides and len(work.known.maps) == len(fields) + 1:
        letters = layout.SIDES[len(fields) + 2]
        fields = tuple(
            receptive.through_everything(f, n) if letter in last else f
            for f, letter, n in zip(fields, letters, work.known.maps[1:], strict=True)
        )
    maps = () if reads_sides else work.known.maps
    work.result = replace(work.known, labels=(*work.known.labels[:-1], "C"), fields=fields, maps=maps)


def _reshaping(work: _Work, index: int) -> None:
    work.result = layout.relabelled(work.known, work.before, work.after)
    given = layout.without_batch(work.before, work.known)
    output = layout.without_batch(work.after, work.result)
    if len(output) == 1 and len(given) > 1 and work.result.batch_axis is not None:
        work.sums.append(arithmetic.flat_size(given))
    if work.result.batch_axis is None and work.known.batch_axis is not None:
        work.result = replace(work.result, suspect=index)
        work.remarks.append(f"{work.before[0]} pictures become {work.after[0]} rows")
    elif work.result.batch_axis is not None:
        work.result = replace(work.result, suspect=None)


def _permuted(work: _Work) -> None:
    count, given = len(work.before), work.arguments
    order = list(range(count))
    if work.operation.op == "permute":
        order = [axis % count for axis in given.get("dims", order)]
    elif work.operation.op in ("transpose", "t"):
        one, other = (given.get("dim0", 0) % count, given.get("dim1", 1) % count)
        order[one], order[other] = order[other], order[one]
    else:
        work.result = replace(work.known, labels=("?",) * len(work.after))
        return
    work.remarks.append(f"dimensions in the order {by(order)}")
    work.result = replace(work.known, labels=tuple(work.known.labels[axis] for axis in order))


def _reduced(work: _Work) -> None:
    """A mean, sum or extreme over some dimensions."""
    dim = work.arguments.get("dim")
    if not isinstance(dim, int | list):
        dim = list(range(len(work.before)))
    axes = {axis % len(work.before) for axis in (dim if isinstance(dim, list) else [dim])}
    letters = {work.known.labels[axis] for axis in axes}
    fields = work.known.fields
    if fields is not None and len(work.known.maps) == len(fields) + 1:
        names = layout.SIDES[len(fields) + 2]
        fields = tuple(
            receptive.through_everything(f, n) if name in letters else f
            for f, name, n in zip(fields, names, work.known.maps[1:], strict=True)
        )
    gone = set() if work.arguments.get("keepdim") else axes
    labels = tuple(label for axis, label in enumerate(work.known.labels) if axis not in gone)
    over = [str(work.before[axis]) for axis in sorted(axes)]
    work.remarks.append(f"over {' x '.join(over)} values")
    maps = tuple(1 if name in letters else n for name, n in zip("CHW", work.known.maps, strict=False))
    work.result = replace(work.known, labels=labels, fields=fields, maps=maps)


def _resized(work: _Work) -> None:
    """Interpolation and padding of maps."""
    fields = work.fields(len(work.before) - 2)
    if fields is not None and work.operation.op == "interpolate":
        taps = _TAPS.get(str(work.arguments.get("mode")), 2)
        sizes = zip(fields, work.before[2:], work.after[2:], strict=True)
        fields = tuple(receptive.through_resize(field, n_in, n_out, taps) for field, n_in, n_out in sizes)
    elif fields is not None:
        pad = [int(n) for n in work.arguments.get("pad", [])]
        padded = [pad[2 * i] if 2 * i < len(pad) else 0 for i in range(len(fields))][::-1]
        fields = tuple(replace(f, first=f.first - p * f.jump) for f, p in zip(fields, padded, strict=True))
        work.remarks.append("padded by " + ", ".join(map(str, pad)) + " from the last side on")
    work.becomes_maps(fields)


def _met(work: _Work, known: list[Layout]) -> None:
    """Two or more branches become one."""
    shapes = [value.shape for value in work.operation.inputs]
    widest = max(range(len(known)), key=lambda i: (len(shapes[i]), known[i].batch_axis is not None))
    result = known[widest]
    for other in known:
        if result.fields is not None and other.fields is not None and len(result.fields) == len(other.fields):
            joined = tuple(receptive.joined(a, b) for a, b in zip(result.fields, other.fields, strict=True))
            result = replace(result, fields=joined)
    result = replace(result, after_convolution=any(layout.after_convolution for layout in known))
    if work.operation.op == "cat" and len(known) > 1:
        dim = int(work.arguments.get("dim", 0)) % len(work.before)
        name = {"C": "channels", "N": "pictures"}.get(known[0].labels[dim], "n_out")
        parts = [shape[dim] for shape in shapes if dim < len(shape)]
        work.sums.append(Sum(name, "sum of the parts", " + ".join(map(str, parts)), sum(parts)))
        if result.is_maps:
            result = replace(result, maps=tuple(work.after[1:]))
    elif len(known) > 1 and work.operation.op != "stack":
        work.remarks.append(" and ".join(by(layout.without_batch(s, k)) for s, k in zip(shapes, known, strict=True)))
    if work.operation.op == "stack":
        result = replace(result, labels=unknown(work.after))
    work.result = result
