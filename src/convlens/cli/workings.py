"""The working of one value of a network, set out on the terminal so that it can be followed with a pencil."""

import re

import numpy as np
from rich.console import Console
from rich.table import Table

from convlens.byhand.pixels import Change, Combined, Given, Moved, PixelExplanation, Pooled, WeightedSum
from convlens.byhand.recording import Recording
from convlens.byhand.rounding import as_decimal, decimals_for, rounded_parts
from convlens.cli.grids import FILTER, PADDING, PICTURE, RESULT, grid, side_by_side

_MOST_CHANNELS = 3  # shown number by number; of all channels the sums are shown
_MOST_INPUTS = 8  # of a linear layer


def print_layers(console: Console, recording: Recording) -> None:
    """List what can be asked for."""
    table = Table("--layer", "gives", "by", box=None, padding=(0, 3, 0, 0), header_style="bold")
    for operation in recording.operations:
        table.add_row(operation.label, _by(tuple(operation.output.shape[1:])), operation.kind)
    console.print("Name a layer with --layer, and a place in what it gives with --at and --channel:\n")
    console.print(table)


def print_explanation(console: Console, explained: PixelExplanation) -> None:
    """Print how a value came about, from its window to the activation, and what PyTorch computed."""
    _print_head(console, explained)
    core = explained.core
    if isinstance(core, WeightedSum):
        _print_sum(console, explained, core)
    elif isinstance(core, Pooled):
        _print_pooled(console, explained, core)
    elif isinstance(core, Combined):
        _print_combined(console, explained, core)
    elif isinstance(core, Moved):
        _print_moved(console, core)
    else:
        _print_given(console, explained, core)
    for change in explained.changes:
        _print_change(console, change)
    _print_end(console, explained)


def _print_head(console: Console, explained: PixelExplanation) -> None:
    place = f"channel {explained.channel}" if explained.at else f"neuron {explained.channel}"
    place += f", row {explained.at[0]}, column {explained.at[1]}" if len(explained.at) == 2 else ""
    console.print(f"\n[b]{explained.layer}[/], {place} [{PADDING}](all counted from 0)[/]")
    reads = f" reads {' and '.join(explained.reads)} and" if explained.reads else ""
    size = _by(explained.shape) if explained.at else f"{explained.shape[0]} neurons"
    console.print(f"{explained.kind}{reads} gives {size}.")
    if explained.kind != "picture":
        _print_field(console, explained)


def _print_field(console: Console, explained: PixelExplanation) -> None:
    field = explained.field
    console.print(
        f"Receptive field on the picture: {_range('row', *field.rows)}, {_range('column', *field.columns)} "
        f"({_by(field.size)} pixels)."
    )
    if (field.rows, field.columns) != (field.seen_rows, field.seen_columns):
        seen = f"{_range('row', *field.seen_rows)}, {_range('column', *field.seen_columns)}"
        console.print(f"Of these only {seen} are picture; the rest is padding.")


def _print_sum(console: Console, explained: PixelExplanation, core: WeightedSum) -> None:
    decimals = decimals_for([*core.by_channel, core.bias, core.value])
    total, bias = (round(number * 10**decimals) for number in (core.value, core.bias))
    by_channel = rounded_parts(core.by_channel.tolist(), total - bias, decimals)
    if core.products[0].size == 1:
        _print_inputs(console, core, by_channel, decimals)
    else:
        _print_windows(console, core, by_channel, decimals)
    rows = [(f"{core.products.size} products", total - bias)]
    rows += [("bias", bias), (f"{explained.layer}", total)] if core.has_bias else []
    _print_column(console, rows, decimals)


def _print_windows(console: Console, core: WeightedSum, by_channel: list[int], decimals: int) -> None:
    """The channels that contribute most, number by number, then what each channel contributes."""
    rows, columns = core.window.rows, core.window.columns
    console.print(
        f"The window covers {_range('row', rows[0], rows[-1])} and {_range('column', columns[0], columns[-1])}"
        + (" of the input." if len(by_channel) == 1 else f" of each of {len(by_channel)} channels.")
    )
    largest = sorted(range(len(by_channel)), key=lambda channel: -abs(by_channel[channel]))[:_MOST_CHANNELS]
    if len(by_channel) > _MOST_CHANNELS:
        console.print(f"The {_MOST_CHANNELS} channels that contribute most:")
    for channel in largest:
        console.print(f"\n[b]input channel {core.first_channel + channel}[/]\n")
        _print_products(console, core, channel, by_channel[channel], decimals)
    if len(by_channel) > 1:
        _print_channels(console, core.first_channel, by_channel, decimals)


def _print_products(console: Console, core: WeightedSum, channel: int, subtotal: int, decimals: int) -> None:
    products = rounded_parts(core.products[channel].ravel().tolist(), subtotal, decimals)
    width = core.padded.shape[1]
    words = [as_decimal(units, decimals) for units in products]
    blocks = [
        grid(
            "values",
            _rounded(core.values[channel], decimals_for(core.values.ravel().tolist())),
            lambda row, column: PADDING if core.padded[row, column] else PICTURE,
        ),
        grid("weights", _rounded(core.weights[channel], decimals_for(core.weights.ravel().tolist())), FILTER),
        grid("products", [words[start : start + width] for start in range(0, len(words), width)]),
    ]
    console.print(side_by_side(blocks, console.width))
    console.print(f"add up to {as_decimal(subtotal, decimals)}")


def _print_channels(console: Console, first: int, by_channel: list[int], decimals: int) -> None:
    console.print("\n[b]all input channels[/]\n")
    words = [as_decimal(units, decimals) for units in by_channel]
    width = max(len(word) for word in words) + 2
    per_line = 8 if 16 + 8 * width <= console.width else 4
    for start in range(0, len(words), per_line):
        line = words[start : start + per_line]
        numbers = f"{first + start} to {first + start + len(line) - 1}" if len(line) > 1 else f"{first + start}"
        console.print(f"[{PADDING}]{numbers:>12}[/]  " + "".join(f"{word:>{width}}" for word in line))


def _print_inputs(console: Console, core: WeightedSum, by_channel: list[int], decimals: int) -> None:
    """The inputs of a linear layer that contribute most, one a line."""
    table = Table("input", "value", "weight", "product", box=None, padding=(0, 3, 0, 0), header_style="bold")
    for column in table.columns:
        column.justify = "right"
    largest = sorted(range(len(by_channel)), key=lambda number: -abs(by_channel[number]))
    values, weights = (
        _rounded(numbers[:, 0], decimals_for(numbers.ravel().tolist())) for numbers in (core.values, core.weights)
    )
    for number in largest[:_MOST_INPUTS]:
        value, weight = f"[{PICTURE}]{values[number][0]}[/]", f"[{FILTER}]{weights[number][0]}[/]"
        table.add_row(f"{core.first_channel + number}", value, weight, as_decimal(by_channel[number], decimals))
    others = largest[_MOST_INPUTS:]
    if others:
        table.add_row(f"{len(others)} more", "", "", as_decimal(sum(by_channel[number] for number in others), decimals))
    console.print()
    console.print(table)


def _print_column(console: Console, rows: list[tuple[str, int]], decimals: int) -> None:
    """Numbers under one another, the last of them their sum."""
    words = [as_decimal(units, decimals) for _, units in rows]
    names = max(len(name) for name, _ in rows)
    width = max(len(word) for word in words)
    console.print()
    for number, ((name, _), word) in enumerate(zip(rows, words, strict=True)):
        is_sum = number == len(rows) - 1
        if is_sum and number:
            console.print(f"{'':{names}}   {'-' * width}")
        console.print(f"{name:{names}}   " + (f"[b {RESULT}]{word:>{width}}[/]" if is_sum else f"{word:>{width}}"))


def _print_pooled(console: Console, explained: PixelExplanation, core: Pooled) -> None:
    rows, columns = core.window.rows, core.window.columns
    console.print(
        f"The window covers {_range('row', rows[0], rows[-1])} and {_range('column', columns[0], columns[-1])} "
        f"of channel {explained.channel}.\n"
    )
    decimals = decimals_for(core.values.ravel().tolist())
    if core.divisor is None:
        row, column = (places.index(place) for places, place in zip((rows, columns), core.place, strict=True))
        words, marked = _rounded(core.values, decimals), [(row, column)]
        sentence = f"The largest is {core.value:.{decimals}f}, at row {core.place[0]}, column {core.place[1]}."
    else:
        total = round(core.values.sum() * 10**decimals)
        units = rounded_parts(core.values.ravel().tolist(), total, decimals)
        flat, width = [as_decimal(unit, decimals) for unit in units], len(columns)
        words, marked = [flat[start : start + width] for start in range(0, len(flat), width)], []
        sentence = f"The mean is {as_decimal(total, decimals)} / {core.divisor:g} = {core.value:.{decimals}f}."
    style = np.where(core.padded, PADDING, PICTURE)
    console.print(side_by_side([grid("values", words, lambda r, c: str(style[r, c]), marked)], console.width))
    console.print(f"\n{sentence}")


def _print_combined(console: Console, explained: PixelExplanation, core: Combined) -> None:
    decimals = decimals_for([*core.values, core.value])
    one, other = (f"{value:.{decimals}f}" for value in core.values)
    console.print(f"\n{core.names[0]} {core.sign} {core.names[1]}, place by place:")
    console.print(f"{one} {core.sign} {other} = [b {RESULT}]{core.value:.{decimals}f}[/]")


def _print_moved(console: Console, core: Moved) -> None:
    if core.source is None:
        console.print(f"\nNothing is computed here: the value is {core.value:g}, a constant such as padding.")
        return
    words = ("channel", "row", "column") if len(core.index) == 3 else ("place",) * len(core.index)
    place = ", ".join(f"{word} {number}" for word, number in zip(words, core.index, strict=True))
    console.print(f"\nNothing is computed here: the value {core.value:.6g} comes from {core.name}, {place}.")


def _print_given(console: Console, explained: PixelExplanation, core: Given) -> None:
    if explained.kind == "picture":
        console.print(f"\nThe picture's value there is {core.value:.6g}, after normalisation.")
    else:
        console.print(
            f"\nconvlens does not know the sum of {explained.kind}; PyTorch computed {core.value:.6g} for this place."
        )


def _print_change(console: Console, change: Change) -> None:
    console.print(f"\n[b]{change.label}[/]: {change.formula}")
    norm = change.normalisation
    if norm is not None:
        console.print(
            f"  scale = weight / sqrt(variance + eps) = {norm.weight:.6g} / sqrt({norm.variance:.6g} + {norm.eps:g}) "
            f"= [{FILTER}]{norm.scale:.6g}[/]"
        )
        console.print(
            f"  shift = bias - mean * scale = {norm.bias:.6g} - {norm.mean:.6g} * {norm.scale:.6g} "
            f"= [{FILTER}]{norm.shift:.6g}[/]"
        )
        sign, shift = ("+", norm.shift) if norm.shift >= 0 else ("-", -norm.shift)
        working = f"{norm.scale:.6g} * {change.before:.6g} {sign} {shift:.6g}"
    else:
        working = re.sub(r"\bx\b", f"{change.before:.6g}", change.formula)
    console.print(f"  {working} = [b {RESULT}]{change.after:.6g}[/]")


def _print_end(console: Console, explained: PixelExplanation) -> None:
    difference = abs(explained.value - explained.computed)
    console.print(
        f"\nWorked out [b {RESULT}]{explained.value:.8g}[/], PyTorch computed {explained.computed:.8g} "
        f"[{PADDING}](difference {difference:.1g})[/]"
    )
    if explained.next_layer is not None:
        console.print(f"Next: {explained.next_layer}")


def _rounded(values: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]", decimals: int) -> list[list[str]]:
    return [[f"{value:.{decimals}f}" if np.isfinite(value) else "-inf" for value in row] for row in values]


def _range(word: str, first: int, last: int) -> str:
    return f"{word} {first}" if first == last else f"{word}s {first} to {last}"


def _by(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))
