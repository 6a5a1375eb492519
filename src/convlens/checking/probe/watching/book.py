"""The book that the watch writes in, and how it finds the person's line."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

import torch
from torch import Tensor, nn

from convlens.byhand.facts import Sites
from convlens.byhand.sites import Definitions
from convlens.checking.probe import standins
from convlens.checking.probe.observation import Forward, Observation, Pass, Place, Spot, TensorSeen, Value
from convlens.checking.probe.rewriting import FileTable

MOST_FACTS = 4000
"""Of a kind. A script that runs on and on must not fill the memory with observations."""
_FRAMEWORKS = tuple(str(Path(standins.__file__).parent / name) for name in ("lightning", "ignite"))


@dataclass
class RunningPass:
    """A walk through a loader that is under way, and the batch that was given last."""

    number: int
    seen: Pass
    labels: Tensor | None = None
    batch: int = -1


@dataclass
class Book:
    """The observation as it grows, and what must be remembered to write it."""

    observation: Observation
    tables: dict[str, FileTable] = field(default_factory=dict)
    clock: int = 0
    busy: bool = False
    active: list[RunningPass] = field(default_factory=list)
    models: list[nn.Module] = field(default_factory=list)
    running: list[nn.Module] = field(default_factory=list)
    forward: Forward | None = None
    last_forward: Forward | None = None
    last_input: Tensor | None = None
    scored_at: int = 0
    last_pass: RunningPass | None = None
    failed: tuple[BaseException, nn.Module, tuple[int, ...]] | None = None
    failed_layer: tuple[BaseException, nn.Module, tuple[int, ...]] | None = None
    definitions: Definitions = field(default_factory=Definitions)
    _spots: dict[tuple[str, Place], Spot] = field(default_factory=dict)

    def now(self) -> int:
        """The next tick of the clock."""
        self.clock += 1
        return self.clock

    def frame(self) -> FrameType | None:
        """The innermost frame that runs the person's code."""
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename not in self.tables:
            frame = frame.f_back
        return frame

    def place(self) -> Place | None:
        """Where the person's code stands now."""
        frame = self.frame()
        return None if frame is None else self.place_of(frame, frame.f_lineno)

    def doing(self) -> Place | None:
        """Where what is being done would be edited: where the layer that does it was made, or the person's line."""
        layer = self.running[-1] if self.running else None
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename not in self.tables:
            if layer is not None and frame.f_code.co_name == "forward" and frame.f_locals.get("self") is layer:
                return self.place_made(layer) or self.place()
            frame = frame.f_back
        return None if frame is None else self.place_of(frame, frame.f_lineno)

    def by_framework(self) -> bool:
        """Whether a stand-in for a framework, called by the person's code, does what is being done."""
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename not in self.tables:
            if frame.f_code.co_filename.startswith(_FRAMEWORKS):
                return True
            frame = frame.f_back
        return False

    def place_made(self, made: object) -> Place | None:
        """The person's line that made a module."""
        return self.own_place(self.definitions.of(made)) if isinstance(made, nn.Module) else None

    def own_place(self, sites: Sites) -> Place | None:
        """The innermost of some sites that stands in the person's files."""
        for site in sites:
            if site.file in self.tables:
                return Place(site.file, site.line, "", site.line, site.line)
        return None

    def place_of(self, frame: FrameType, line: int) -> Place:
        """A line of a frame with the function around it; at the top level with the innermost loop around it."""
        code = frame.f_code
        table = self.tables[code.co_filename]
        if code.co_name == "<module>":
            return Place(code.co_filename, line, "", *table.loop_around(line))
        first, last = table.functions.get(code.co_firstlineno, (line, line))
        return Place(code.co_filename, line, code.co_name, first, last)

    def places_of_error(self, traceback: TracebackType | None) -> tuple[Place, ...]:
        """The person's lines that an exception went through, innermost first."""
        found = []
        while traceback is not None:
            if traceback.tb_frame.f_code.co_filename in self.tables:
                found.append(self.place_of(traceback.tb_frame, traceback.tb_lineno))
            traceback = traceback.tb_next
        return tuple(reversed(found))

    def current(self) -> RunningPass | None:
        """The walk whose batch was given last."""
        return self.active[-1] if self.active else None

    def pass_number(self) -> int | None:
        """Its index in the observation."""
        return self.active[-1].number if self.active else None

    def model_number(self, model: nn.Module) -> int:
        """The index of a network in the observation, or -1."""
        return next((number for number, known in enumerate(self.models) if known is model), -1)

    def spot(self, kind: str, place: Place | None = None, **values: Value) -> None:
        """Write down a single fact, at the person's line; the values of the first time are kept."""
        place = place or self.place()
        if place is None or len(self._spots) >= MOST_FACTS:
            return
        known = self._spots.get((kind, place))
        if known is not None:
            known.count += 1
            return
        self._spots[kind, place] = Spot(kind, place, 1, values)
        self.observation.spots.append(self._spots[kind, place])

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """What runs within is the watch's own doing: not written down, and without gradients."""
        before, self.busy = self.busy, True
        try:
            with torch.no_grad():
                yield
        finally:
            self.busy = before


def seen_tensor(tensor: Tensor) -> TensorSeen:
    """A tensor in numbers; call it quietly."""
    made_by = name_of_maker(tensor)
    shape = tuple(int(n) for n in tensor.shape)
    dtype = str(tensor.dtype).removeprefix("torch.")
    needs = tensor.requires_grad
    if tensor.numel() == 0 or tensor.is_complex() or tensor.is_quantized:
        return TensorSeen(shape, dtype, 0.0, 0.0, 0.0, 0.0, needs, made_by)
    values = tensor.detach().to(torch.float32)
    low, high = float(values.min()), float(values.max())
    std = float(values.std(correction=0))
    return TensorSeen(shape, dtype, low, high, float(values.mean()), std, needs, made_by)


# Operations that hand on numbers unchanged; the maker is looked for behind them.
_HANDING_ON = ("View", "UnsafeView", "Reshape", "Squeeze", "Unsqueeze", "Clone", "Alias", "ToCopy", "Slice", "Select")


def name_of_maker(tensor: Tensor) -> str:
    """What made a tensor, as autograd calls it (`Relu`, `Softmax`, `Addmm`); empty for one without a history."""
    node: Any = tensor.grad_fn
    while node is not None:
        name = str(node.name()).removesuffix("0").removesuffix("1").removesuffix("Backward")
        if not name.startswith(_HANDING_ON) or not node.next_functions:
            return name
        node = node.next_functions[0][0]
    return ""


def first_tensor(value: Any) -> Tensor | None:
    """The tensor in a network's answer: itself, the first of several, or the one called logits."""
    if isinstance(value, Tensor):
        return value
    for name in ("logits", "out"):
        found = value.get(name) if isinstance(value, dict) else getattr(value, name, None)
        if isinstance(found, Tensor):
            return found
    if isinstance(value, tuple | list) and value:
        return first_tensor(value[0])
    return None
