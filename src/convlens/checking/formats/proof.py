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
from convlens.checking.formats.text import wrapped
from convlens.checking.proving import EPOCHS, PICTURES, Proof, Run

_BARS = "▁▂▃▄▅▆▇█"
_WIDTH = 48
_COLUMN = 12
_TELLING = 0.02
"""A smaller difference of accuracies may be chance: each version is trained once."""


def show(proof: Proof, console: Console) -> None:
    """Print a proof: sentences as wide as the console, in a pipe without colours."""
    console.print(Text(f"\nProof for {proof.file}\n", style="bold"), soft_wrap=True)
    for line in _lines(proof, console.width):
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


def _lines(proof: Proof, width: int) -> Iterator[Text]:
    count = len(proof.mended)
    if count:
        what = ", ".join(f"{finding.rule} ({_place(finding, proof)})" for finding in proof.mended)
        mended = f"with {count} mistake{'s' * (count != 1)} mended: {what}"
        yield _sentence(f"Trained twice, briefly and from the same seed: as it is, and {mended}.", width)
    if proof.as_it_is is not None and proof.after is not None and proof.after.has_trained:
        yield from _comparison(proof.as_it_is, proof.after, width)
    if proof.verdict:
        yield _sentence(proof.verdict, width, "yellow")
    for note in proof.replaced:
        yield _sentence(f"Not the script's own data: {note}.", width, "dim")
    if proof.unmended and count:
        rest = ", ".join(dict.fromkeys(finding.rule for finding in proof.unmended))
        yield _sentence(f"Without a safe fix, and so in both: {rest}.", width, "dim")


def _sentence(text: str, width: int, style: str = "") -> Text:
    return Text(wrapped(text, width), style=style)


def _place(finding: Finding, proof: Proof) -> str:
    beside = "" if finding.file.name == proof.file.name else f" of {finding.file.name}"
    return f"{finding.place}{beside}"


def _comparison(before: Run, after: Run, width: int) -> Iterator[Text]:
    yield Text(f"\n  {'':<34}{'as it is':>{_COLUMN}}{'mended':>{_COLUMN}}")
    both = (before, after)
    yield _row("accuracy that the script printed", [_share(run.printed.share if run.printed else None) for run in both])
    yield _row("test accuracy, counted anew", [_share(run.accuracy) for run in both], "green")
    yield _row("training loss, last tenth", [_loss(run.trained.losses) for run in both])
    yield _row("steps of the optimizer", [f"{run.trained.steps:,}" for run in both])
    yield _row("seconds of the processor", [f"{run.trained.seconds:.0f}" for run in both])
    yield Text("")
    yield from _curves(before.trained.losses, after.trained.losses)
    yield Text("")
    yield from _conclusions(before, after, width)
    yield from _remarks(before, after, width)


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


def _conclusions(before: Run, after: Run, width: int) -> Iterator[Text]:
    """What the numbers say, as far as one short run of each can tell."""
    if before.printed is not None and before.accuracy is not None:
        off = before.printed.share - before.accuracy
        if abs(off) >= _TELLING:
            told = f"As it is, the script printed {_share(before.printed.share)} for a network that gets"
            yield _sentence(f"{told} {_share(before.accuracy)} right.", width)
    if before.accuracy is not None and after.accuracy is not None:
        gained = after.accuracy - before.accuracy
        told = f"{100 * abs(gained):.1f} points {'more' if gained > 0 else 'less'}"
        doubt = "" if abs(gained) >= _TELLING else "; a difference as small as this may be chance"
        yield _sentence(f"Mended, the network gets {told}{doubt}.", width)


def _remarks(before: Run, after: Run, width: int) -> Iterator[Text]:
    """What the numbers rest on, and what is missing."""
    brief = f"Each trained with at most {PICTURES:,} pictures for at most {EPOCHS} epochs"
    if after.accuracy is not None:
        brief += f"; counted over {after.trained.counted:,} of {after.trained.data}, in evaluation mode"
    yield _sentence(f"{brief}.", width, "dim")
    sentences: dict[str, list[str]] = {}
    for name, run in (("as it is", before), ("mended", after)):
        cut = f"ended after {run.trained.steps:,} steps, when its time was over." if run.trained.ran_out else ""
        for sentence in (run.trained.uncounted, cut, run.crash if name == "as it is" else ""):
            sentences.setdefault(sentence, []).append(name)
    for sentence, names in sentences.items():
        if sentence:
            yield _sentence(f"{' and '.join(names).capitalize()}: {sentence}", width, "dim")


def _share(share: float | None) -> str:
    return "unknown" if share is None else f"{100 * share:.1f} %"


def _loss(losses: Sequence[float]) -> str:
    last = losses[-max(len(losses) // 10, 1) :]
    return f"{sum(last) / len(last):.3g}" if last else "none"
