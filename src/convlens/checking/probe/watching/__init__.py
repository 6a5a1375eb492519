"""The watch: PyTorch's own functions, patched before the script runs so that they write down what they see."""

import operator
from types import ModuleType
from typing import Any

from convlens.checking.probe import rewriting
from convlens.checking.probe.observation import Crash, CrashKind, Observation
from convlens.checking.probe.watching.book import Book
from convlens.checking.probe.watching.functions import FunctionWatch
from convlens.checking.probe.watching.loading import LoaderWatch
from convlens.checking.probe.watching.loops import loop_cutter, while_cutter
from convlens.checking.probe.watching.modules import ModuleWatch
from convlens.checking.probe.watching.scoring import division, watch_means
from convlens.checking.probe.watching.stepping import StepWatch


class Watch:
    """All that watches a script, around one book."""

    def __init__(self, observation: Observation) -> None:
        self.book = Book(observation)
        self.functions_seen = FunctionWatch(self.book)
        self._loaders = LoaderWatch(self.book)
        self._modules = ModuleWatch(self.book)
        self._steps = StepWatch(self.book)

    def functions(self) -> dict[str, Any]:
        """The functions that a rewritten script calls, by name."""
        return {
            rewriting.LOOP: loop_cutter(self.book),
            rewriting.WHILE: while_cutter(self.book),
            rewriting.DIVIDE: division(self.book, operator.truediv),
            rewriting.DIVIDE_IN_PLACE: division(self.book, operator.itruediv),
        }

    def install(self) -> None:
        """Patch PyTorch."""
        self._modules.install()
        self._steps.install()
        self._loaders.install()
        watch_means(self.book)

    def note_crash(self, error: BaseException, kind: CrashKind, script: ModuleType) -> None:
        """Write down what ended the script."""
        places = self.book.places_of_error(error.__traceback__)
        lines = str(error).strip().splitlines() or [""]
        crash = Crash(kind, type(error).__name__, lines[0], places[0] if places else None, places)
        if self.book.failed is not None and self.book.failed[0] is error:
            _, network, picture = self.book.failed
            variables = (name for name, value in vars(script).items() if value is network)
            own = type(network).__name__ in vars(script)
            crash.network = type(network).__name__ if own else next(variables, "")
            crash.picture = picture
        if self.book.failed_layer is not None and self.book.failed_layer[0] is error:
            _, layer, given = self.book.failed_layer
            if type(layer).__module__.startswith("torch.nn"):
                crash.layer, crash.layer_place = str(layer), self.book.place_made(layer)
                crash.layer_given = given
        current = self.book.last_pass
        if current is not None:
            crash.in_pass, crash.batch = current.number, current.batch
        self.book.observation.crash = crash

    def finish(self) -> None:
        """Write down what is known only at the end."""
        self._modules.finish(self._steps.held())
        self.book.observation.overlaps = self._loaders.overlaps()
        with self.book.quiet():
            self.functions_seen.matches.finish()
            if self.book.observation.finished:
                self._steps.schedules.look_ahead()
