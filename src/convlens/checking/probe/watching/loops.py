"""Cuts loops short: those over epochs after two turns, those over batches without a loader after three."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal

from torch.utils.data import DataLoader

from convlens.checking.probe.observation import Cut, Pass, Place
from convlens.checking.probe.watching.book import Book
from convlens.checking.probe.watching.loading import BATCHES, MOST_BATCHES

EPOCHS = 2


class Turns:
    """Counts the turns of one run of a loop, by what happened in them."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self.epochs = self.batches = 0
        self.is_loader = False
        seen, self._began = book.observation, book.now()
        self._steps, self._backwards = len(seen.steps), len(seen.backwards)
        self._forwards = len(seen.loose_forwards)
        self.begin()

    def begin(self) -> None:
        """A turn begins."""
        self._passes, self._work = len(self._book.observation.passes), self._work_done()
        self._loops = self._batch_loops()

    def end(self) -> None:
        """A turn in which a loader, or another loop over batches, was walked is one of epochs."""
        if len(self._book.observation.passes) > self._passes or self._batch_loops() > self._loops:
            self.epochs += 1
        elif self._work_done() > self._work:
            self.batches += 1

    def _work_done(self) -> int:
        seen = self._book.observation
        return len(seen.steps) + len(seen.backwards) + len(seen.loose_forwards)

    def _batch_loops(self) -> int:
        seen = self._book.observation
        return len(seen.loose_passes) + sum(cut.kind == "batches" for cut in seen.cut)

    @property
    def enough(self) -> bool:
        """Whether the loop has had all the turns it gets."""
        most = MOST_BATCHES if self._is_gathering() else BATCHES
        return not self.is_loader and (self.epochs >= EPOCHS or self.batches >= most)

    def _is_gathering(self) -> bool:
        seen = self._book.observation
        return len(seen.backwards) > self._backwards and len(seen.steps) == self._steps

    def finish(self, place: Place | None) -> None:
        """Write down a loop over batches that came from no loader, if networks learned or were scored in it."""
        book, seen = self._book, self._book.observation
        forwards = seen.loose_forwards[self._forwards :]
        if place is None or self.is_loader or self.epochs or not self.batches or not forwards:
            return
        steps, backwards = len(seen.steps) - self._steps, len(seen.backwards) - self._backwards
        if steps or book.scored_at > self._began:
            sizes = [forward.input.shape[0] for forward in forwards if forward.input and forward.input.shape]
            one = Pass(-1, place, self._began, book.now(), sizes=sizes, forwards=forwards)
            one.steps, one.backwards = steps, backwards
            seen.loose_passes.append(one)

    def cut(self, place: Place | None, asked: int | None) -> None:
        """Write down that the loop at `place` ends here, of the turns that were asked for."""
        if place is None:
            return
        is_of_epochs = self.epochs >= EPOCHS
        kind: Literal["epochs", "batches"] = "epochs" if is_of_epochs else "batches"
        given = self.epochs if is_of_epochs else self.batches
        self._book.observation.cut.append(Cut(place, kind, asked, given, self._book.now()))


def loop_cutter(book: Book, make: Callable[[Book], Turns] = Turns) -> Callable[[Iterable[Any]], Iterator[Any]]:
    """The function that a script's `for` loops are led through."""

    def turns(iterable: Iterable[Any]) -> Iterator[Any]:
        place = book.place()
        counted = make(book)
        iterator = iter(iterable)
        asked = _length(iterable)
        while True:
            if counted.enough:
                if asked is None or asked > counted.epochs + counted.batches:
                    counted.cut(place, asked)
                counted.finish(place)
                return
            passes = len(book.observation.passes)
            try:
                item = next(iterator)
            except StopIteration:
                counted.finish(place)
                return
            # A loader, bare or within enumerate and the like, begins its walk when it is asked for its first item.
            counted.is_loader = counted.is_loader or len(book.observation.passes) > passes
            counted.begin()
            yield item
            counted.end()

    def loop(iterable: Iterable[Any]) -> Iterator[Any]:
        return iter(iterable) if isinstance(iterable, DataLoader) else turns(iterable)

    return loop


def while_cutter(book: Book, make: Callable[[Book], Turns] = Turns) -> Callable[[int], bool]:
    """The function that a script's `while` loops ask after their own condition."""
    running: dict[tuple[int, int], tuple[Any, Turns]] = {}

    def goes_on(line: int) -> bool:
        frame = book.frame()
        key = (id(frame), line)
        known = running.get(key)
        if known is None or known[0] is not frame:
            running[key] = (frame, make(book))
            return True
        turns = known[1]
        turns.end()
        if turns.enough:
            turns.cut(book.place(), None)
            turns.finish(book.place())
            del running[key]
            return False
        turns.begin()
        return True

    return goes_on


def _length(iterable: Any) -> int | None:
    try:
        return len(iterable)
    except TypeError:
        return None
