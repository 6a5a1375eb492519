"""What happens while the script is walked, in order. Rules read these.

Every event knows where it happened (`site`), inside which loops and calls, under which conditions, and whether
gradients were recorded. A loop body is walked twice, so most events come twice, with other `turn` numbers:
what was carried over from the first turn shows in the second.
"""

from convlens.checking.events.around import Call, Condition, Event, Loop, Turn
from convlens.checking.events.networks import (
    Forward,
    LossComputed,
    Made,
    ModeSet,
    Operation,
    ParameterSet,
    ProblemKind,
    ShapeProblem,
)
from convlens.checking.events.python import (
    Assigned,
    Called,
    Compared,
    Discarded,
    Divided,
    LoopEntered,
    LoopLeft,
    Returned,
)
from convlens.checking.events.training import Backward, SchedulerStep, Step, ZeroGrad

__all__ = [
    "Assigned",
    "Backward",
    "Call",
    "Called",
    "Compared",
    "Condition",
    "Discarded",
    "Divided",
    "Event",
    "Forward",
    "Loop",
    "LoopEntered",
    "LoopLeft",
    "LossComputed",
    "Made",
    "ModeSet",
    "Operation",
    "ParameterSet",
    "ProblemKind",
    "Returned",
    "SchedulerStep",
    "ShapeProblem",
    "Step",
    "Turn",
    "ZeroGrad",
]
