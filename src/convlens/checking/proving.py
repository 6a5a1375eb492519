"""The proof: a script trained as it is and as mended, one after the other, from the same seed."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from convlens.checking import mending
from convlens.checking import source as sources
from convlens.checking.checker import check_source
from convlens.checking.findings import Finding
from convlens.checking.printed import Printed, last_accuracy
from convlens.checking.probe.apart import Training, observe
from convlens.checking.probe.observation import Observation, Trained

SECONDS = 120
"""For both runs together."""
PICTURES, EPOCHS = 6000, 3
"""A run trains with so many pictures, drawn evenly from the script's, for at most so many epochs."""
_SHARE = 0.35
"""Of the time for one run; the rest is for its start and for the count."""


@dataclass(frozen=True)
class Run:
    """One of the two trainings.

    Attributes:
        trained: its losses, and the own count of its network's answers.
        printed: the last accuracy that the script printed; None where it printed none that is understood.
        crash: what ended it early, as a sentence; empty otherwise.
    """

    trained: Trained
    printed: Printed | None
    crash: str = ""

    @property
    def accuracy(self) -> float | None:
        """The share of right answers by the own count."""
        return self.trained.correct / self.trained.counted if self.trained.counted else None

    @property
    def has_trained(self) -> bool:
        """Whether an optimizer made a step."""
        return self.trained.steps > 0


@dataclass(frozen=True)
class Proof:
    """What mending a script changes.

    Attributes:
        mended: the findings whose fixes are in the mended script.
        unmended: those that have no fix that is safe to apply.
        as_it_is, after: the two trainings; None where it did not come to that.
        replaced: what stood in for data that is not here, in words.
        verdict: why nothing is proved, as a sentence; empty where both versions trained.
    """

    file: Path
    mended: tuple[Finding, ...]
    unmended: tuple[Finding, ...]
    as_it_is: Run | None = None
    after: Run | None = None
    replaced: tuple[str, ...] = ()
    verdict: str = ""


def prove(
    file: Path,
    *,
    seconds: int = SECONDS,
    trust: bool = False,
    arguments: Sequence[str] = (),
    rules: Iterable[str] | None = None,
    told: Callable[[str], None] = lambda doing: None,
) -> Proof:
    """Train a script as it is and with all its safe fixes, and compare.

    Args:
        file: a Python file or a notebook. Nothing is written to it.
        seconds: of the processor's time, for both trainings together.
        trust: run it although this system cannot isolate it completely.
        arguments: what it is given on its command line.
        rules: the rules whose fixes count; None for all.
        told: called with what is being done, before each of the two trainings.

    Raises:
        UncheckableError: it cannot be read.
        IsolationError: it cannot be isolated, and `trust` is false.
    """
    source = sources.read(file)
    asked = None if rules is None else list(rules)
    findings = check_source(source, asked)
    results = mending.mend_all(source, findings, asked)
    texts = {one.source.file: one.after.text for one in results}
    mended = tuple(finding for one in results for finding in one.fixed)
    slugs = {finding.rule for finding in mended}
    unmended = tuple(finding for finding in findings if finding.rule not in slugs)
    if not mended:
        found = "No fix here is safe enough to be made without you" if unmended else "No mistake was found"
        verdict = f"{found}, so there is nothing to compare."
        return Proof(file, mended, unmended, verdict=verdict)
    time = max(int(seconds * _SHARE), 1)
    told(f"training {file} as it is, and then mended: at most {seconds} seconds of the processor together")
    before = observe(file, timeout=time, trust=trust, arguments=arguments, training=Training(PICTURES, EPOCHS))
    told(f"training {file} mended")
    # Where time cut the first short, the second must not have more of it.
    most = before.trained.steps or None if before.trained is not None and before.trained.ran_out else None
    bounds = Training(PICTURES, EPOCHS, most)
    after = observe(file, timeout=time, trust=trust, arguments=arguments, training=bounds, texts=texts)
    runs = _run(before), _run(after)
    notes = (note for one in (before, after) for note in one.replaced if ": " in note and "real pictures" not in note)
    return Proof(file, mended, unmended, *runs, tuple(dict.fromkeys(notes)), _verdict(*runs))


def _run(observation: Observation) -> Run:
    crash, sentence = observation.crash, ""
    if crash is not None:
        place = f" in {sources.place_of(Path(crash.place.file), crash.place.line)}" if crash.place is not None else ""
        sentence = f"It stopped{place}: {crash.explanation or crash.message or crash.error}".rstrip(".") + "."
    return Run(observation.trained or Trained(), last_accuracy(observation.output), sentence)


def _verdict(before: Run, after: Run) -> str:
    """Why the two cannot be compared; empty where they can. A crash that mending cures is a proof too."""
    if not after.has_trained:
        reason = after.crash or "It never reached an optimizer's step."
        return f"The mended script did not train here, so there is nothing to compare. {reason}"
    if after.crash:
        return f"The mended script did not come to its end, so the comparison stops there. {after.crash}"
    if not before.has_trained and not before.crash and before.trained.counted == 0:
        return "The script as it is did not train: it never reached an optimizer's step."
    return ""
