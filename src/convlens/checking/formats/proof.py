"""A proof for people and for programs: the two loss curves, and what the two networks know."""

import json
import math
from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from convlens.checking.checker import Report
from convlens.checking.findings import Finding
from convlens.checking.formats import json as findings_json
from convlens.checking.proving import Proof, Run

_BARS = "▁▂▃▄▅▆▇█"
_WIDTH = 48
_COLUMN = 12


def show(proof: Proof, console: Console) -> None:
    """Print a proof; in a pipe without colours, and no line is broken."""
    for line in _lines(proof):
        console.print(line, soft_wrap=True)


def render(report: Report, proofs: Sequence[Proof]) -> str:
    """The document of `convlens check --format json` with one more key, `proofs`."""
    document = json.loads(findings_json.render(report))
    return json.dumps({**document, "proofs": [as_dict(proof) for proof in proofs]}, indent=2)


def as_dict(proof: Proof) -> dict[str, Any]:
    """One proof; null stands for what is not known."""
    return {
        "file": str(proof.file),
        "mended": [_named(finding) for finding in proof.mended],
        "unmended": [_named(finding) for finding in proof.unmended],
        "as_it_is": _run(proof.as_it_is),
        "after": _run(proof.after),
        "replaced": list(proof.replaced),
        "verdict": proof.verdict or None,
    }


def _named(finding: Finding) -> dict[str, Any]:
    return {"file": str(finding.file), "line": finding.line, "rule": finding.rule}


def _run(run: Run | None) -> dict[str, Any] | None:
    if run is None:
        return None
    return {
        "accuracy": run.accuracy,
        "counted": run.trained.counted,
        "data": run.trained.data or None,
        "uncounted": run.trained.uncounted or None,
        "printed": run.printed.share if run.printed else None,
        "printed_line": run.printed.line if run.printed else None,
        "steps": run.trained.steps,
        "losses": [round(loss, 5) if math.isfinite(loss) else None for loss in run.trained.losses],
        "seconds": round(run.trained.seconds, 2),
        "ran_out": run.trained.ran_out,
        "crash": run.crash or None,
    }


def sparkline(losses: Sequence[float], low: float, high: float) -> str:
    """Losses as a row of bars between two bounds, each the mean of some; a cross where one is not a number."""
    size = -(-len(losses) // _WIDTH) or 1
    means = [sum(part) / len(part) for part in (losses[begin : begin + size] for begin in range(0, len(losses), size))]
    spread = (high - low) or 1.0
    return "".join(
        _BARS[min(max(int((mean - low) / spread * len(_BARS)), 0), len(_BARS) - 1)] if math.isfinite(mean) else "×"
        for mean in means
    )


def _lines(proof: Proof) -> Iterator[Text]:
    count = len(proof.mended)
    if count:
        what = ", ".join(f"{finding.rule} in {_place(finding, proof)}" for finding in proof.mended)
        text = f"{proof.file} as it is, and with {count} mistake{'s' * (count != 1)} mended: {what}."
        yield Text(text, style="bold")
    else:
        yield Text(str(proof.file), style="bold")
    if proof.as_it_is is not None and proof.after is not None and proof.after.has_trained:
        yield from _comparison(proof.as_it_is, proof.after)
    if proof.verdict:
        yield Text(f"  {proof.verdict}", style="yellow")
    for note in proof.replaced:
        yield Text(f"  Not the script's own data: {note}.", style="dim")
    if proof.unmended and count:
        rest = ", ".join(dict.fromkeys(finding.rule for finding in proof.unmended))
        yield Text(f"  Without a safe fix, and so in both: {rest}.", style="dim")


def _place(finding: Finding, proof: Proof) -> str:
    beside = "" if finding.file.name == proof.file.name else f" of {finding.file.name}"
    return f"line {finding.line}{beside}"


def _comparison(before: Run, after: Run) -> Iterator[Text]:
    yield Text(f"\n  {'':<34}{'as it is':>{_COLUMN}}{'mended':>{_COLUMN}}")
    both = (before, after)
    yield _row("test accuracy, counted anew", [_share(run.accuracy) for run in both], "green")
    yield _row("accuracy that the script printed", [_share(run.printed.share if run.printed else None) for run in both])
    yield _row("training loss, last tenth", [_loss(run.trained.losses) for run in both])
    yield _row("steps of the optimizer", [f"{run.trained.steps:,}" for run in both])
    yield Text("")
    yield from _curves(before.trained.losses, after.trained.losses)
    yield from _remarks(before, after)


def _row(name: str, values: list[str], style: str = "") -> Text:
    return Text(f"  {name:<34}{values[0]:>{_COLUMN}}").append(f"{values[1]:>{_COLUMN}}", style=style)


def _curves(before: Sequence[float], after: Sequence[float]) -> Iterator[Text]:
    """Both losses on one scale, which ends a little above where they begin: what explodes must not flatten the rest."""
    finite = [loss for loss in (*before, *after) if math.isfinite(loss)]
    if not finite:
        return
    starts = [loss for loss in (*before[:1], *after[:1]) if math.isfinite(loss)]
    low, high = min(finite), min(max(finite), 1.2 * max(starts, default=math.inf))
    for name, losses, style in (("as it is", before, "red"), ("mended", after, "green")):
        if losses:
            ends = f" {losses[0]:.3g} to {losses[-1]:.3g}"
            yield Text(f"  loss {name:<9} ").append(sparkline(losses, low, high), style=style).append(ends)
        else:
            yield Text(f"  loss {name:<9} no loss reached backward() and a step")


def _remarks(before: Run, after: Run) -> Iterator[Text]:
    """What the numbers rest on, and what is missing."""
    if after.accuracy is not None:
        counted = f"  Counted over {after.trained.counted:,} of {after.trained.data}, in evaluation mode."
        yield Text(counted, style="dim")
    sentences: dict[str, list[str]] = {}
    for name, run in (("As it is", before), ("Mended", after)):
        said = [run.trained.uncounted, "Its time ran out." if run.trained.ran_out else ""]
        for sentence in [*said, run.crash if name == "As it is" else ""]:
            sentences.setdefault(sentence, []).append(name)
    for sentence, names in sentences.items():
        if sentence:
            yield Text(f"  {' and '.join(names).capitalize()}: {sentence}", style="dim")


def _share(share: float | None) -> str:
    return "unknown" if share is None else f"{100 * share:.1f} %"


def _loss(losses: Sequence[float]) -> str:
    last = losses[-max(len(losses) // 10, 1) :]
    return f"{sum(last) / len(last):.3g}" if last else "none"
