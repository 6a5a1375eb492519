"""Watches the modes that networks are put into, and their states that are taken and loaded back."""

from typing import Any
from weakref import ReferenceType, ref

from torch import Tensor, nn

from convlens.checking.probe.observation import ModeCall, Place, StateSeen
from convlens.checking.probe.watching.book import MOST_FACTS, Book


class StateWatch:
    """Patches the methods of `nn.Module` that switch and copy."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def install(self) -> None:
        """Patch the class."""
        self._patch_modes()
        self._patch_states()

    def _patch_modes(self) -> None:
        original, watch, depth = nn.Module.train, self, [0]

        def train(module: nn.Module, mode: bool = True) -> nn.Module:
            book = watch._book
            if depth[0] == 0 and not book.busy and (place := book.place()) is not None:
                calls = book.observation.mode_calls
                if len(calls) < MOST_FACTS:
                    number = book.model_number(module)
                    calls.append(ModeCall(None if number < 0 else number, place, book.now(), bool(mode)))
            depth[0] += 1
            try:
                return original(module, mode)
            finally:
                depth[0] -= 1

        nn.Module.train = train  # type: ignore[method-assign, assignment]

    def _patch_states(self) -> None:
        """Whoever loads a state back that is the model's own memory restores nothing."""
        take, load, watch = nn.Module.state_dict, nn.Module.load_state_dict, self

        def load_state_dict(module: nn.Module, state_dict: Any, *args: Any, **kwargs: Any) -> Any:
            own = {tensor.data_ptr() for tensor in module.parameters() if tensor.numel()}
            given = [t.data_ptr() for t in state_dict.values() if isinstance(t, Tensor) and t.numel()]
            kept = next((place for known, place in taken if known() is state_dict), taken[-1][1] if taken else None)
            if given and own and set(given) & own:
                watch._book.spot("state-not-copied", kept)
            watch._note_state(taken=False)
            return load(module, state_dict, *args, **kwargs)

        taken: list[tuple[ReferenceType[Any], Place]] = []

        def state_dict(module: nn.Module, *args: Any, **kwargs: Any) -> Any:
            state = take(module, *args, **kwargs)
            if not args and not kwargs and (place := watch._book.place()) is not None and len(taken) < MOST_FACTS:
                taken.append((ref(state), place))
                watch._note_state(taken=True)
            return state

        nn.Module.state_dict = state_dict  # type: ignore[method-assign, assignment]
        nn.Module.load_state_dict = load_state_dict  # type: ignore[method-assign, assignment]

    def _note_state(self, taken: bool) -> None:
        book, place = self._book, self._book.place()
        states = book.observation.states
        if place is None or book.busy or len(states) >= MOST_FACTS:
            return
        chosen = any(first <= place.line <= last for first, last in book.tables[place.file].chosen)
        states.append(StateSeen(place, book.now(), taken, chosen))
