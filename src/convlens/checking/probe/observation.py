"""What a watched run found out: plain facts, each with the line of the person's file where it was seen.

They cross from the process that runs the file to the one that judges, as JSON. `at` is a clock that counts events, so
that facts of different kinds can be put in order. Other facts are named by their index in the observation's tuples.
"""

import json
from dataclasses import asdict, dataclass, field
from typing import Literal, NamedTuple

from pydantic import TypeAdapter

Value = str | int | float | bool | None


class Place(NamedTuple):
    """A line, and the lines of the function (at the top level: of the loop) around it."""

    file: str
    line: int
    function: str
    first: int
    last: int


class TensorSeen(NamedTuple):
    """A tensor in numbers; `made_by` is the operation that gave it, as autograd calls it."""

    shape: tuple[int, ...]
    dtype: str
    low: float
    high: float
    mean: float
    std: float
    needs_gradient: bool
    made_by: str


@dataclass
class LoaderSeen:
    """A `DataLoader`: where it was made, and what it gives."""

    place: Place
    items: int
    batches: int
    batch_size: int | None
    drop_last: bool
    dataset: str
    is_iterable: bool
    random_items: bool | None = None


@dataclass
class Forward:
    """One call of a network by the script.

    Attributes:
        dropout_on, dropout_off, norm_on, norm_off: how many such layers ran in training and in evaluation mode.
        batch: which batch of its pass; -1 outside of one.
        first_layer: the class of the first layer with weights that ran, and `reached` what reached it.
        correct: of a classifier's answers to a labelled batch, how many are right by an own count.
    """

    model: int
    place: Place
    at: int
    training: bool
    gradient: bool
    dropout_on: int
    dropout_off: int
    norm_on: int
    norm_off: int
    batch: int
    input: TensorSeen | None = None
    output: TensorSeen | None = None
    correct: int | None = None
    first_layer: str = ""
    reached: TensorSeen | None = None


@dataclass
class Pass:
    """One walk through a loader.

    Attributes:
        order: the loader's whole order in this pass, as a digest; in_file_order: whether it is 0, 1, 2, ...
        first_items: the first few; sizes: pictures in each batch that was given.
        has_last: whether the loader's last batch was among the batches given.
    """

    loader: int
    place: Place
    began: int
    ended: int = 0
    order: str = ""
    in_file_order: bool = False
    first_items: tuple[int, ...] = ()
    sizes: list[int] = field(default_factory=list)
    has_last: bool = False
    forwards: list[Forward] = field(default_factory=list)
    backwards: int = 0
    steps: int = 0


@dataclass
class ModelSeen:
    """A network that the script called.

    Attributes:
        unmoved: parameters that want a gradient and had the same values at the end; frozen: that want none.
        unheld: parameters that want a gradient and that no optimizer holds.
        unused: layers that never ran, as (name, class, place).
        stray: layers with parameters that ran within it and are not among its own, as (class, place).
    """

    name: str
    place: Place | None
    parameters: int
    unmoved: tuple[str, ...] = ()
    frozen: tuple[str, ...] = ()
    unheld: tuple[str, ...] = ()
    unused: tuple[tuple[str, str, Place | None], ...] = ()
    stray: tuple[tuple[str, Place | None], ...] = ()


@dataclass
class OptimizerSeen:
    """An optimizer, where it was made, and how often which calls were made on it."""

    name: str
    place: Place
    at: int
    zero_grads: int = 0
    parameters: int = 0


@dataclass
class StepSeen:
    """One `optimizer.step()`.

    Attributes:
        backwards: calls of `backward()` since the step before.
        gradient: whether there was a gradient other than zero.
        stale: whether the gradient still held one that an earlier step had applied already.
    """

    optimizer: int
    place: Place
    at: int
    in_pass: int | None
    backwards: int
    gradient: bool
    stale: bool
    rates: tuple[float, ...]


@dataclass
class BackwardSeen:
    """One `backward()`; `reached` tells whether any parameter of a network got a gradient by it."""

    place: Place
    at: int
    in_pass: int | None
    made_by: str
    reached: bool


@dataclass
class SchedulerSeen:
    """A scheduler and the numbers that say what a step means to it."""

    name: str
    place: Place
    at: int
    numbers: dict[str, float] = field(default_factory=dict)


@dataclass
class SchedulerStep:
    """One `scheduler.step()`; `in_pass` is the walk through a loader that was under way, if any."""

    scheduler: int
    place: Place
    at: int
    in_pass: int | None
    with_metric: bool


@dataclass
class LossSeen:
    """One call of a loss function: what its first argument is by its numbers, and the value where it is a mean."""

    name: str
    place: Place
    at: int
    kind: Literal["probabilities", "log-probabilities", "batch-probabilities", "logits", "other"]
    input: TensorSeen
    target: TensorSeen
    value: float | None


@dataclass
class ModeCall:
    """`model.train()` (value true) or `model.eval()`."""

    model: int | None
    place: Place
    at: int
    value: bool


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
class Overlap:
    """Items that a training loader and an evaluating loader have in common."""

    train: int
    evaluation: int
    shared: int
    evaluated: int


@dataclass
class Spot:
    """A single fact at a line that needs no type of its own; `kind` says which, `count` how often it was seen."""

    kind: str
    place: Place
    count: int = 1
    values: dict[str, Value] = field(default_factory=dict)


@dataclass
class Cut:
    """A loop or a loader that was ended early: how many turns it would have had, where known, and how many it had."""

    place: Place
    kind: Literal["epochs", "batches", "loader"]
    asked: int | None
    given: int


@dataclass
class Crash:
    """What ended the run early.

    Attributes:
        kind: `error` is the script's own; the others tell what it lacked here (`missing`), was not allowed
            (`refused`), or had not enough of (`time`, `memory`); `exit`: it called sys.exit with a status;
            `killed`: the process ended without a word.
        place: the innermost line in the person's files.
        sites: all of their lines on the way, innermost first.
        network: the class of the network that was running, and the shape of its picture without the batch.
        explanation: one sentence by hand, for errors of shape; rule: the slug that goes with it.
    """

    kind: Literal["error", "missing", "refused", "time", "memory", "exit", "killed"]
    error: str
    message: str
    place: Place | None
    sites: tuple[Place, ...] = ()
    network: str = ""
    picture: tuple[int, ...] = ()
    in_pass: int | None = None
    batch: int = -1
    explanation: str = ""
    rule: str = ""


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


@dataclass
class Observation:
    """All that was seen of one run.

    Attributes:
        not_isolated: what this system could not keep the script from, in words; empty as a rule.
        replaced: what stood in for something that is not here, in words.
        accumulates: whether the script has a condition on the rest of a division, as gradient accumulation has.
        trained: of a script that was let train; of such a one little else is written down.
    """

    file: str
    finished: bool = False
    seconds: float = 0.0
    output: str = ""
    crash: Crash | None = None
    not_isolated: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    cut: list[Cut] = field(default_factory=list)
    accumulates: bool = False
    loaders: list[LoaderSeen] = field(default_factory=list)
    passes: list[Pass] = field(default_factory=list)
    loose_forwards: list[Forward] = field(default_factory=list)
    models: list[ModelSeen] = field(default_factory=list)
    optimizers: list[OptimizerSeen] = field(default_factory=list)
    steps: list[StepSeen] = field(default_factory=list)
    backwards: list[BackwardSeen] = field(default_factory=list)
    schedulers: list[SchedulerSeen] = field(default_factory=list)
    scheduler_steps: list[SchedulerStep] = field(default_factory=list)
    losses: list[LossSeen] = field(default_factory=list)
    mode_calls: list[ModeCall] = field(default_factory=list)
    divisions: list[Division] = field(default_factory=list)
    overlaps: list[Overlap] = field(default_factory=list)
    spots: list[Spot] = field(default_factory=list)
    trained: Trained | None = None

    def to_json(self) -> bytes:
        """The facts as JSON."""
        return json.dumps(asdict(self)).encode()  # of the two ways, the one that keeps infinity and NaN

    @classmethod
    def from_json(cls, data: bytes) -> "Observation":
        """The facts that `to_json` wrote; ValueError for anything else."""
        return _ADAPTER.validate_python(json.loads(data))


_ADAPTER = TypeAdapter(Observation)
