"""The standings in Markdown, and the place in a page where they go."""

import statistics
from collections.abc import Sequence
from pathlib import Path

from .field import CONVLENS, PLAIN
from .standings import LEVELS, Standing, median_if_all, shortest_to

BEGIN, END = "<!-- made by `make race` -->", "<!-- end of what is made -->"


def put_into(page: Path, made: str) -> None:
    """Replace what stands between the two marks of a page."""
    text = page.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    page.write_text(f"{before}{BEGIN}\n{made}\n{END}{after}", encoding="utf-8")


def main_table(standings: list[Standing]) -> str:
    """A row for each contestant, and how many times convlens is faster than the best of the others."""
    head = ["contestant", *(f"{100 * level:.0f} %" for level in LEVELS), "final accuracy", "in all", "memory"]
    rows = [
        [f"**{s.contestant.name}**" if s.contestant is CONVLENS else s.contestant.name, *_cells(s)] for s in standings
    ]
    own = [s for s in standings if s.contestant is CONVLENS]
    others = [s for s in standings if s.contestant is not CONVLENS]
    if own and others:
        rows.append(
            ["*convlens, times faster than the next*", *(_times(own[0], others, level) for level in LEVELS), "", "", ""]
        )
    return _markdown(head, rows)


def budgets_table(own: Standing) -> str:
    """A row for each budget of convlens."""
    rows = []
    for budget in own.contestant.budgets:
        ends = [entry for entry in own.entries if entry.budget == budget and entry.failure is None]
        if ends:
            accuracies, seconds = [100 * e.points[-1][1] for e in ends], [e.points[-1][0] for e in ends]
            memory = [e.megabytes for e in ends]
            rows.append([budget, f"{_spread(accuracies, 2)} %", f"{_spread(seconds, 1)} s", f"{_spread(memory)} MB"])
    return _markdown(["`--minutes`", "test accuracy", "in all", "memory"], rows)


def against_plain(own: Standing, plain: Standing) -> str:
    """How long convlens takes to the final accuracy of the plain script; nothing where one of them is not there."""
    if not plain.final:
        return ""
    seconds, accuracy = (statistics.median(values) for values in zip(*plain.final, strict=True))
    needed = median_if_all(shortest_to(own.entries, accuracy))
    if needed is None:
        return ""
    return (
        f"To its final accuracy, {100 * accuracy:.2f} %, {PLAIN.name} takes {seconds:.0f} s and "
        f"convlens {needed:.0f} s: {seconds / needed:.1f} times less."
    )


def _cells(standing: Standing) -> list[str]:
    if standing.final:
        final = f"{_spread([100 * accuracy for _, accuracy in standing.final], 2)} %"
    else:
        final = _failed(standing) if standing.failures else "not run yet"
    return [
        *(_reached(standing.seconds_to[level]) for level in LEVELS),
        final,
        f"{_spread([seconds for seconds, _ in standing.final])} s" if standing.final else "",
        f"{_spread(standing.megabytes)} MB",
    ]


def _failed(standing: Standing) -> str:
    last = [entry.points[-1][1] for entry in standing.entries if entry.points]
    at = f", at {_spread([100 * accuracy for accuracy in last], 2)} %" if last else ""
    return f"failed: {standing.failures[0].replace('|', '/')}{at}"


def _reached(seconds: Sequence[float | None]) -> str:
    known = [value for value in seconds if value is not None]
    if not known:
        return "–"
    return _spread(known) + (f", {len(known)} of {len(seconds)}" if len(known) < len(seconds) else "")


def _spread(values: Sequence[float], digits: int = 0) -> str:
    middle, low, high = (f"{value:.{digits}f}" for value in (statistics.median(values), min(values), max(values)))
    return f"{middle} ({low} to {high})" if len(values) > 1 else middle


def _times(own: Standing, others: list[Standing], level: float) -> str:
    mine = own.median_to(level)
    best = min((to for other in others if (to := other.median_to(level)) is not None), default=None)
    if mine is None:
        return "–"
    return f"{best / mine:.1f}" if best is not None else "alone"


def _markdown(head: list[str], rows: list[list[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))
