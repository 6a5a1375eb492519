"""A crash that is the script's own, as evidence for the rule that goes with it."""

from collections.abc import Iterator

from convlens.checking.probe.evidence.seen import Seen, confirmed_somewhere
from convlens.checking.probe.observation import Observation


def judge(observation: Observation) -> Iterator[Seen]:
    """The rule that a crash goes with, if it goes with one."""
    crash = observation.crash
    if crash is None or crash.kind != "error" or not crash.rule or crash.place is None:
        return
    if crash.rule == "class-count-mismatch" and any("two made-up classes" in words for words in observation.replaced):
        return  # how many classes the script's own folder has is not known here
    said = crash.explanation or f"{crash.error}: {crash.message}"
    yield confirmed_somewhere(crash.rule, crash.edit or crash.place, f"the script stopped: {said.rstrip('.')}")
