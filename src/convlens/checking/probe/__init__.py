"""`check --run`: a script is run apart and briefly, and what is seen of it is judged."""

from convlens.checking.probe.advice import advise
from convlens.checking.probe.apart import IsolationError, observe
from convlens.checking.probe.evidence import Seen, judge
from convlens.checking.probe.observation import Observation

__all__ = ["IsolationError", "Observation", "Seen", "advise", "judge", "observe"]
