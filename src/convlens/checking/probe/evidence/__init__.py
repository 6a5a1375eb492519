"""What a watched run says about the rules: mistakes it saw, and mistakes it saw not to be there."""

from collections.abc import Callable, Iterator

from convlens.checking.probe.evidence import crash, data, losses, modes, network, optimizing, schedules, score
from convlens.checking.probe.evidence.seen import Seen
from convlens.checking.probe.observation import Observation

__all__ = ["Seen", "judge"]

_JUDGES: tuple[Callable[[Observation], Iterator[Seen]], ...] = (
    crash.judge, modes.judge, optimizing.judge, schedules.judge, losses.judge, data.judge, network.judge, score.judge
)  # fmt: skip


def judge(observation: Observation) -> list[Seen]:
    """All that the run says, each rule and line once; where it saw a mistake, that outweighs where it saw none."""
    found: dict[tuple[str, str, int], Seen] = {}
    for one in _JUDGES:
        for seen in one(observation):
            key = (seen.rule, seen.file, seen.line)
            if key not in found or (seen.verdict == "confirmed" and found[key].verdict == "refuted"):
                found[key] = seen
    return sorted(found.values(), key=lambda seen: (seen.file, seen.line, seen.rule))
