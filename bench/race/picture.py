"""The standings as a picture: accuracy over seconds, on a logarithmic scale of time, by day and by night."""

import math
from typing import NamedTuple

from convlens.report.charts import Scale, line, y_axis

from .field import CONVLENS
from .standings import Standing

WIDTH, HEIGHT = 880, 470
LEFT, RIGHT, TOP, BOTTOM = 58, 700, 48, 424
LOWEST = 0.82
BETWEEN_NAMES = 18
TIMES = {5: "5 s", 10: "10 s", 20: "20 s", 60: "1 min", 120: "2 min", 300: "5 min", 600: "10 min", 1200: "20 min"}
# By day and by night, all readable as text on the paper.
PAPER, INK, QUIET, GRID = ("#fcfbf8", "#111417"), ("#1b1d21", "#eceae4"), ("#5d6068", "#a3a7ad"), ("#dedbd3", "#2d3238")
OWN = ("#0b6e5b", "#5fcdb1")
OTHERS = (
    ("#1d5fb4", "#7db4f5"), ("#a84a06", "#f5a25d"), ("#b41f45", "#ff8a9e"), ("#6b3fa0", "#bb9af0"),
    ("#7a5c00", "#d9b84a"), ("#00697f", "#5cc4dd"), ("#676c74", "#9aa0aa"), ("#8a2f7a", "#e28fd2"),
)  # fmt: skip


class Drawn(NamedTuple):
    """One contestant in the picture: its name, its CSS class, and its points in pixels."""

    name: str
    kind: str
    points: list[tuple[float, float]]


def draw(standings: list[Standing]) -> str:
    """The picture as SVG."""
    curves = [(one.contestant, curve) for one in standings if (curve := one.curve())]
    best = max((accuracy for _, curve in curves for _, accuracy in curve), default=0.9)
    up, ticks = y_axis(LOWEST, best, BOTTOM - TOP, percent=True)
    across = Scale(math.log10(min(TIMES)), math.log10(max(TIMES)), LEFT, RIGHT)
    kinds = iter(f"other{number}" for number in range(len(curves)))
    drawn = [
        Drawn(
            contestant.name,
            "own" if contestant is CONVLENS else next(kinds),
            [(across(math.log10(seconds)), TOP + up(accuracy)) for seconds, accuracy in curve],
        )
        for contestant, curve in curves
    ]
    drawn.sort(key=lambda one: one.kind == "own")  # on top of the others
    grid = [
        f'<path class="grid" d="M{LEFT} {TOP + tick.at:.1f}H{RIGHT}"/>'
        f'<text x="{LEFT - 8}" y="{TOP + tick.at + 4:.1f}" text-anchor="end">{tick.label}</text>'
        for tick in ticks
    ]
    times = [
        f'<text x="{across(math.log10(seconds)):.1f}" y="{BOTTOM + 22}" text-anchor="middle">{label}</text>'
        for seconds, label in TIMES.items()
    ]
    plot = ['<g clip-path="url(#plot)">', *map(_curve, drawn), "</g>"]
    return "\n".join([*_head(standings), *grid, *times, *plot, *_names(drawn), "</svg>", ""])


def _curve(one: Drawn) -> str:
    radius = 4.5 if one.kind == "own" else 2.5
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}"/>' for x, y in one.points)
    return f'<g class="{one.kind}"><path d="{line(one.points)}"/>{dots}</g>'


def _names(drawn: list[Drawn]) -> list[str]:
    """The names beside the plot, each led to from the end of its curve, and none on top of another."""
    ends = sorted((min(one.points[-1][1], BOTTOM), one) for one in drawn)
    heights: list[float] = []
    for end, _ in ends:
        heights.append(max(end, heights[-1] + BETWEEN_NAMES) if heights else end)
    return [
        f'<g class="{one.kind}"><path class="lead" d="M{one.points[-1][0] + 6:.1f} {end:.1f}L{RIGHT + 6} {at:.1f}"/>'
        f'<text x="{RIGHT + 12}" y="{at + 4:.1f}">{one.name}</text></g>'
        for (end, one), at in zip(ends, heights, strict=True)
    ]


def _head(standings: list[Standing]) -> list[str]:
    seeds = max((len(one.megabytes) for one in standings), default=0)
    title = "Test accuracy on Fashion-MNIST over seconds since the start of the process"
    told = "; ".join(f"{one.contestant.name} {_end(one)}" for one in standings if one.curve())
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{title}</title><desc>{told}</desc>",
        f"<style>{_style()}</style>",
        f'<clipPath id="plot"><path d="M{LEFT} {TOP - 6}H{RIGHT}V{BOTTOM}H{LEFT}z"/></clipPath>',
        f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}" rx="8"/>',
        f'<text class="title" x="{LEFT}" y="24">Test accuracy over time, everything counted</text>',
        f'<text x="{RIGHT}" y="{BOTTOM + 40}" text-anchor="end">two processors; median of {seeds} seeds</text>',
    ]


def _end(one: Standing) -> str:
    seconds, accuracy = one.curve()[-1]
    return f"{100 * accuracy:.1f} % after {seconds:.0f} s"


def _style() -> str:
    return (
        "text{font:13px system-ui,sans-serif}.title{font-size:15px;font-weight:600}"
        "path{fill:none;stroke-width:1.75;stroke-linejoin:round}.own path{stroke-width:3}"
        ".own text{font-weight:700}.grid{stroke-width:1}path.lead{stroke-width:1;stroke-dasharray:1 3}"
        f"{_colours(0)}@media(prefers-color-scheme:dark){{{_colours(1)}}}"
    )


def _colours(night: int) -> str:
    classes = {"own": OWN, **{f"other{number}": pair for number, pair in enumerate(OTHERS)}}
    rules = [f".paper{{fill:{PAPER[night]}}}text{{fill:{QUIET[night]}}}.title{{fill:{INK[night]}}}"]
    rules += [f".grid{{stroke:{GRID[night]}}}"]
    for name, pair in classes.items():
        rules.append(f".{name} path{{stroke:{pair[night]}}}.{name} circle,.{name} text{{fill:{pair[night]}}}")
    return "".join(rules)
