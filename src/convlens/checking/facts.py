"""What rules ask. Built once for a file; every rule reads the same facts."""

import ast
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from convlens.checking.batching import passes_in
from convlens.checking.derivations import derivation
from convlens.checking.events import (
    Called,
    Event,
    Forward,
    Made,
    Operation,
)
from convlens.checking.interpreter import Interpreter
from convlens.checking.passes import Pass
from convlens.checking.purposes import Purposes
from convlens.checking.relations import TRANSPARENT, enclosing, produced, same, statement_of, unwrapped
from convlens.checking.source import Source
from convlens.checking.values import (
    Dataset,
    Loader,
    Loss,
    Module,
    Optimizer,
    Scheduler,
    Site,
    Tensor,
    Transform,
    Value,
)

E = TypeVar("E", bound=Event)
V = TypeVar("V", bound=Value)
_ACTIVE_MODES = ("dropout", "batch_norm", "alpha_dropout", "feature_alpha_dropout", "instance_norm", "rrelu",
                 "transformer")  # fmt: skip


@dataclass(eq=False)
class Facts:
    """A script, walked.

    Attributes:
        source: the text.
        events: everything that happened, in order; `event.index` is the position here.
        objects: modules, optimizers, schedulers, losses, loaders, data sets, transforms, in the order they were made.
        complete: False where the walk was cut short: then nothing can be said to be missing.
    """

    source: Source
    events: list[Event] = field(repr=False)
    objects: list[Value] = field(repr=False)
    complete: bool

    @property
    def tree(self) -> ast.Module:
        """The syntax tree."""
        return self.source.tree

    def of(self, kind: type[E]) -> list[E]:
        """All events of one kind, in order."""
        found = self._by_kind.get(kind)
        if found is None:
            found = [event for event in self.events if isinstance(event, kind)]
            self._by_kind[kind] = found
        return found  # type: ignore[return-value]

    @cached_property
    def _by_kind(self) -> dict[type[Event], list[Event]]:
        return {}

    def made(self, kind: type[V]) -> list[V]:
        """All objects of one kind, in the order they were made."""
        return [value for value in self.objects if isinstance(value, kind)]

    def making(self, value: Value) -> Made | None:
        """The event of an object's construction; None for a guessed one."""
        return next((event for event in self.of(Made) if event.value is value), None)

    # --------------------------------------------------------------------------------------------- objects

    @cached_property
    def models(self) -> list[Module]:
        """Networks that are applied to data as a whole; those of every pass."""
        return list({id(event.module): event.module for event in self.of(Forward)}.values())

    @cached_property
    def purposes(self) -> Purposes:
        """Which loaders and data sets are trained on, which are scored on."""
        return Purposes(self)

    @property
    def optimizers(self) -> list[Optimizer]:
        """All optimizers."""
        return self.made(Optimizer)

    @property
    def schedulers(self) -> list[Scheduler]:
        """All learning-rate schedulers."""
        return self.made(Scheduler)

    @property
    def loaders(self) -> list[Loader]:
        """All data loaders."""
        return self.made(Loader)

    @property
    def datasets(self) -> list[Dataset]:
        """All data sets."""
        return self.made(Dataset)

    @property
    def transforms(self) -> list[Transform]:
        """All transforms."""
        return self.made(Transform)

    @property
    def losses(self) -> list[Loss]:
        """All loss modules."""
        return self.made(Loss)

    # --------------------------------------------------------------------------------------------- passes

    @cached_property
    def passes(self) -> list[Pass]:
        """Every pass over batches, in order. A loop around batch loops (epochs) is none."""
        return passes_in(self.events)

    def training_passes(self) -> list[Pass]:
        """Passes that train."""
        return [one for one in self.passes if one.trains]

    def scoring_passes(self) -> list[Pass]:
        """Passes that measure accuracy or loss and do not train."""
        return [one for one in self.passes if one.scores]

    # --------------------------------------------------------------------------------------------- questions

    def reads_mode(self, module: Module) -> bool | None:
        """Whether training and evaluation mode differ for it: dropout, batch normalisation. None: cannot be told."""
        parts = list(module.modules())
        if any(part.kind.startswith(_ACTIVE_MODES) for part in parts):
            return True
        if module.kind == "known" or any(part.kind == "known" for part in parts):
            return True
        if any(part.kind == "unknown" or (not part.complete and not part.is_layer) for part in parts):
            return None
        return self._asks_training(module) or False

    def _asks_training(self, module: Module) -> bool:
        """Whether its code asks `self.training`, as in `F.dropout(x, training=self.training)`."""
        classes = {part.cls.node for part in module.modules() if part.cls}
        return any(
            isinstance(node, ast.Attribute) and node.attr == "training" for cls in classes for node in ast.walk(cls)
        )

    def operations(self, *names: str) -> list[Operation]:
        """All operations with one of these names."""
        return [event for event in self.of(Operation) if event.op in names]

    def called(self, *names: str) -> list[Called]:
        """All calls of these functions of other packages (`torch.load`) or methods (`.load_state_dict`)."""
        return [event for event in self.of(Called) if event.name in names]

    def between(self, start: Event, end: Event) -> list[Event]:
        """What happened after one event and before another."""
        return self.events[start.index + 1 : end.index]

    def statement(self, node: ast.AST) -> ast.stmt:
        """The innermost statement that holds a node."""
        return statement_of(self.source, node)

    def derivation(self, tensor: Tensor) -> str:
        """How its sizes came about, to be put after a sentence; empty where that is not known."""
        return derivation(tensor)

    def in_file(self, site: Site | None) -> bool:
        """Whether a place is in the file under check, not in a neighbour."""
        return site is not None and site.source is self.source


def gather(source: Source) -> Facts:
    """Walk a source and return its facts."""
    interpreter = Interpreter(source)
    interpreter.walk()
    return Facts(source, interpreter.events, interpreter.objects, interpreter.complete)


__all__ = ["TRANSPARENT", "Facts", "Pass", "enclosing", "gather", "produced", "same", "statement_of", "unwrapped"]
