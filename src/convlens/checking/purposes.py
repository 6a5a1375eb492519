"""What loaders and data sets are for, training or scoring: told by use, and where no use is seen by name."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from convlens.checking.events import Assigned, Backward, LoopEntered, Returned, Step, ZeroGrad
from convlens.checking.relations import changes_pictures
from convlens.checking.unread import unread
from convlens.checking.values import Constant, Dataset, Items, Loader, Mapping, Optimizer, Split, Value

if TYPE_CHECKING:
    from convlens.checking.facts import Facts, Pass

_SPEAKING: tuple[tuple[str, Split], ...] = (
    (r"train|trn|tr|fit", "train"),
    (r"val|valid|validation|dev", "validation"),
    (r"test|tst|te|eval|holdout", "test"),
)
_NOUNS = (
    r"(loader|dataloader|data|dataset|ds|dl|set|iter|batches|images|imgs|x|split|folder|gen"
    r"|tf|tfm|tfms|transform|transforms)?s?"
)


def spoken(name: str) -> Split | None:
    """The split a name speaks of: `train_loader`, `self.val_dl`, `testset`, `x_test`; None for two or none."""
    words = re.sub(r"([a-z])([A-Z])", r"\1_\2", name.rpartition(".")[2]).lower().split("_")
    found: set[Split] = {
        split
        for word in words
        for pattern, split in _SPEAKING
        if re.fullmatch(rf"(x|y)?({pattern})(ing)?(ation|uation)?{_NOUNS}", word)
    }
    return found.pop() if len(found) == 1 else None


@dataclass(eq=False)
class Use:
    """A loader or data set in a purpose.

    Attributes:
        source: the loader; the data set itself where no loader is around it.
        dataset: what it gives the items of.
        seen: the pass over it; None where the purpose is told by the name alone.
    """

    source: Loader | Dataset
    dataset: Dataset | None
    seen: "Pass | None" = None


@dataclass(eq=False)
class Purposes:
    """Which data a script trains on and which it scores on."""

    facts: "Facts" = field(repr=False)

    @cached_property
    def _names(self) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for event in self.facts.of(Assigned):
            _note(found, event.value, event.target, 2)
        for returned in self.facts.of(Returned):
            if returned.function is not None and isinstance(returned.value, Loader | Dataset):
                found.setdefault(id(returned.value), []).append(returned.function.name)
        return found

    def names(self, value: Value | None) -> list[str]:
        """The names a value was given: variables, attributes, keys of a dictionary, the function that returns it."""
        return self._names.get(id(value), [])

    def label(self, value: Value | None, otherwise: str) -> str:
        """The name to speak of it by: the one that says most, or other words."""
        names = self.names(value)
        return next((f"`{name}`" for name in names if spoken(name)), f"`{names[0]}`" if names else otherwise)

    def spoken(self, value: Value | None) -> Split | None:
        """What its names say; None where they say nothing, or different things."""
        found = {split for name in self.names(value) if (split := spoken(name))}
        return found.pop() if len(found) == 1 else None

    def mentions_training(self, value: Value | None) -> bool:
        """Whether one of its names has the word: a loader for the training accuracy."""
        return any("train" in name.lower() for name in self.names(value))

    @cached_property
    def training(self) -> list[Use]:
        """What is trained on: in passes that take a step; or named so, where no pass over it is seen."""
        return self._uses([one for one in self.facts.passes if _learns(one) and not one.guessed], ("train",))

    @cached_property
    def scoring(self) -> list[Use]:
        """What is scored on, the training data included where they are; or named so, where no pass over it is seen."""
        passes = [one for one in self.facts.scoring_passes() if not one.guessed]
        return self._uses(passes, ("validation", "test"))

    def _uses(self, passes: "list[Pass]", splits: tuple[Split, ...]) -> list[Use]:
        found = [
            Use(source, _items_of(source), one)
            for one in passes
            if one.loader is not None
            for source in (one.loader, *one.loader.alternatives)
            if isinstance(source, Loader | Dataset) and not (isinstance(source, Loader) and source.opaque)
        ]
        by_name = [
            Use(loader, loader.dataset)
            for loader in self.facts.loaders
            if id(loader) not in self._walked and self.spoken(loader) in splits
            and not ((found or not self.facts.complete) and id(loader) in self._looked_at)
            and id(loader) not in self._idle
        ]  # fmt: skip
        return found + by_name

    @cached_property
    def _idle(self) -> set[int]:
        """Loaders that are made and not used: named and never read, or another one was given their name."""
        replaced = {id(event.before) for event in self.facts.of(Assigned) if isinstance(event.value, Loader)}
        return replaced | {id(loader) for loader in unread(self.facts.source, self.facts.loaders)}

    @cached_property
    def _looked_at(self) -> set[int]:
        """Loaders walked over, be it without a network: to count the labels, to show some pictures."""
        return {id(event.loop.loader) for event in self.facts.of(LoopEntered)}

    @cached_property
    def _walked(self) -> set[int]:
        """Loaders over which a pass is seen."""
        loaders = [one.loader for one in self.facts.passes if one.loader is not None]
        return {id(source) for loader in loaders for source in (loader, *loader.alternatives)}

    def trains_on(self, source: Loader | Dataset) -> bool:
        """Whether this very loader or data set is trained on."""
        return any(source is use.source or source is use.dataset for use in self.training)

    def evaluation_only(self) -> list[Use]:
        """What is scored on and not trained on, by loader and by data set, and not named as training data."""
        return [
            use
            for use in self.scoring
            if not self.trains_on(use.source)
            and not (use.dataset and self.trains_on(use.dataset) and not _sampled(use.source))
            and not self.mentions_training(use.source)
        ]


def _learns(one: "Pass") -> bool:
    """Whether a network is trained in it; gradients alone may be those of an attack on the pictures."""
    if any(event.optimizer is None or not changes_pictures(event.optimizer) for event in one.of(Step)):
        return True
    cleared = [event.owner for event in one.of(ZeroGrad) if isinstance(event.owner, Optimizer)]
    return bool(one.of(Backward)) and any(not changes_pictures(owner) for owner in cleared)


def _note(found: dict[int, list[str]], value: Value, name: str, depth: int) -> None:
    found.setdefault(id(value), []).append(name)
    if isinstance(value, Mapping) and depth:
        for key, entry in value.entries.items():
            if isinstance(key, str):
                _note(found, entry, key, depth - 1)
    elif isinstance(value, Items) and depth and value.kind != "list":
        for element in value.elements:
            if isinstance(element, Mapping):
                _note(found, element, name, depth - 1)


def _sampled(source: Loader | Dataset) -> bool:
    """Whether a sampler chooses among the items."""
    given = source.arguments.get("sampler") if isinstance(source, Loader) else None
    return given is not None and not (isinstance(given, Constant) and given.value is None)


def _items_of(source: Loader | Dataset) -> Dataset | None:
    return source.dataset if isinstance(source, Loader) else source


def overlapping_source(one: Dataset, other: Dataset) -> bool:
    """Whether two data sets draw on the same stored items: the same object below, or two of the same kind and split."""
    a, b = one.root(), other.root()
    if a is b:
        return True
    if a.kind == "TensorDataset" or b.kind == "TensorDataset":
        return a.kind == b.kind and bool(a.tensors) and bool(b.tensors) and a.tensors[0] is b.tensors[0]
    if a.kind == "user" or not a.kind or a.kind != b.kind or a.split is None or a.split != b.split:
        return False
    return _where(a) is not None and _where(a) == _where(b)


def _where(dataset: Dataset) -> str | None:
    """The folder, as constant or as text."""
    for name in ("root", "size"):
        value = dataset.arguments.get(name)
        if value is not None:
            constant = dataset.constant(name)
            return str(constant) if constant is not None else _plain_text(value)
    return None


def _plain_text(value: Value) -> str | None:
    """The text of a path, where it has no more than constants in it and names in capitals or of a module."""
    text = value.site.text if value.site else ""
    return text if re.fullmatch(r"[\w\s.\"'/,()-]*", text) and not re.search(r"\b[a-z]\b", text) else None
