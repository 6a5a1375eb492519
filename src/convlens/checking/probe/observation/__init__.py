"""What a watched run found out: plain facts, each with the line of the person's file where it was seen.

They cross from the process that runs the file to the one that judges, as JSON. `at` is a clock that counts events, so
that facts of different kinds can be put in order. Other facts are named by their index in the observation's tuples.
"""

import json
from dataclasses import asdict, dataclass, field

from pydantic import TypeAdapter

from convlens.checking.probe.observation.basics import Cut, Place, Spot, TensorSeen, Value
from convlens.checking.probe.observation.endings import Crash, CrashKind, Division, Trained
from convlens.checking.probe.observation.networks import ModeCall, ModelSeen, StateSeen
from convlens.checking.probe.observation.stepping import (
    BackwardSeen,
    LossSeen,
    OptimizerSeen,
    Outlook,
    SchedulerSeen,
    SchedulerStep,
    StepSeen,
)
from convlens.checking.probe.observation.walks import Forward, LoaderSeen, Matching, Overlap, Pass

__all__ = [
    "BackwardSeen",
    "Crash",
    "CrashKind",
    "Cut",
    "Division",
    "Forward",
    "LoaderSeen",
    "LossSeen",
    "Matching",
    "ModeCall",
    "ModelSeen",
    "Observation",
    "OptimizerSeen",
    "Outlook",
    "Overlap",
    "Pass",
    "Place",
    "SchedulerSeen",
    "SchedulerStep",
    "Spot",
    "StateSeen",
    "StepSeen",
    "TensorSeen",
    "Trained",
    "Value",
]


@dataclass
class Observation:
    """All that was seen of one run.

    Attributes:
        not_isolated: what this system could not keep the script from, in words; empty as a rule.
        replaced: what stood in for something that is not here, in words.
        loose_forwards: calls of networks outside of walks through loaders; loose_passes: the loops that made them.
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
    loose_passes: list[Pass] = field(default_factory=list)
    models: list[ModelSeen] = field(default_factory=list)
    optimizers: list[OptimizerSeen] = field(default_factory=list)
    steps: list[StepSeen] = field(default_factory=list)
    backwards: list[BackwardSeen] = field(default_factory=list)
    schedulers: list[SchedulerSeen] = field(default_factory=list)
    scheduler_steps: list[SchedulerStep] = field(default_factory=list)
    losses: list[LossSeen] = field(default_factory=list)
    mode_calls: list[ModeCall] = field(default_factory=list)
    states: list[StateSeen] = field(default_factory=list)
    divisions: list[Division] = field(default_factory=list)
    overlaps: list[Overlap] = field(default_factory=list)
    matching: Matching | None = None
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
