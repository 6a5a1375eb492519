"""What a script comes to: a score, a crash, a network that was trained."""

from dataclasses import dataclass, field
from typing import Literal

from convlens.checking.probe.observation.basics import Place

CrashKind = Literal["error", "missing", "refused", "time", "memory", "usage", "exit", "killed"]


@dataclass
class Division:
    """A number of the own count divided by something known: the making of a score.

    Attributes:
        what: correct answers, those of the last batch alone, or sums of batch accuracies or batch losses.
        by: what the denominator is.
    """

    place: Place
    in_pass: int
    what: Literal["correct", "last batch", "batch accuracies", "batch losses"]
    by: Literal["items", "set", "batches", "other set"]
    numerator: float
    denominator: float


@dataclass
class Crash:
    """What ended the run early.

    Attributes:
        kind: `error` is the script's own; the others tell what it lacked here (`missing`), was not allowed
            (`refused`), or had not enough of (`time`, `memory`); `usage`: it wants other arguments; `exit`: it called
            sys.exit with a status; `killed`: the process ended without a word.
        place: the innermost line in the person's files.
        sites: all of their lines on the way, innermost first.
        network: the class of the network that was running, and the shape of its picture without the batch.
        layer: the layer of PyTorch that failed, where it was made, and the shape of what it was given.
        explanation: one sentence by hand, for errors of shape; rule: the slug that goes with it.
        edit: the line a person would edit, where it is another than the one that crashed.
    """

    kind: CrashKind
    error: str
    message: str
    place: Place | None
    sites: tuple[Place, ...] = ()
    network: str = ""
    picture: tuple[int, ...] = ()
    in_pass: int | None = None
    batch: int = -1
    layer: str = ""
    layer_place: Place | None = None
    layer_given: tuple[int, ...] = ()
    explanation: str = ""
    rule: str = ""
    edit: Place | None = None


@dataclass
class Trained:
    """How a script trained that was let train, and an own count of what its network knows then.

    Attributes:
        losses: for each step, what `backward()` was called on, the mean of several calls; in order.
        correct, counted: right answers in evaluation mode, and pictures asked about.
        data: what was counted over, in words.
        uncounted: why nothing could be counted, as a sentence; empty otherwise.
        seconds: of the processor, until the script's end; memory: bytes at most, beyond those at its start.
        ran_out: whether it was ended because its time, or the number of steps, was used up.
    """

    losses: list[float] = field(default_factory=list)
    steps: int = 0
    correct: int = 0
    counted: int = 0
    data: str = ""
    uncounted: str = ""
    seconds: float = 0.0
    memory: int = 0
    ran_out: bool = False
