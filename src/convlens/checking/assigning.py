"""Names, attributes and elements that are given values."""

import ast

from convlens.checking.comprehensions import Comprehensions
from convlens.checking.events import Assigned, Loop
from convlens.checking.expressions import parameter_assigned
from convlens.checking.values import (
    Constant,
    Instance,
    Items,
    Mapping,
    Module,
    Parameters,
    Scope,
    Site,
    Tensor,
    Unknown,
    UserClass,
    Value,
)


class Assigning(Comprehensions):
    """Gives values to targets."""

    def loops_since(self, target: ast.expr) -> tuple[Loop, ...]:
        """The loops that were entered since a name was last given a plain value."""
        place = self._place(target)
        born = self._born.get(place, ()) if place else ()
        common = sum(
            1 for one, other in zip(born, self.turns, strict=False) if one.loop.site.node is other.loop.site.node
        )
        return tuple(turn.loop for turn in self.turns[common:] if not turn.loop.unrolled)

    def _place(self, target: ast.expr) -> tuple[int, str] | None:
        if isinstance(target, ast.Name):
            return id(self._home(target.id).names), target.id
        return (0, ast.unparse(target)) if isinstance(target, ast.Attribute | ast.Subscript) else None

    def _home(self, name: str) -> Scope:
        """The scope in which an assignment to the name lands."""
        scope = self.scope
        if name in scope.outward:
            outer = scope.outer
            while outer is not None:
                if name in outer.names or outer.outer is None:
                    return outer
                outer = outer.outer
        return scope

    def assign(self, target: ast.expr, value: Value, augmented: str = "") -> None:
        """Give a name, attribute, element or tuple of such a value."""
        if isinstance(target, ast.Tuple | ast.List):
            self._assign_parts(target, value)
            return
        if isinstance(target, ast.Starred):
            self.assign(target.value, value)
            return
        place = self._place(target)
        if place and not augmented:
            self._born[place] = self.turns
        site = self.at(target)
        if isinstance(target, ast.Name):
            names = self._home(target.id).names
            before = names.get(target.id)
            self.memory.write(names, target.id, value)
            self.emit(Assigned(site=site, target=target.id, value=value, augmented=augmented, before=before))
        elif isinstance(target, ast.Attribute):
            self._assign_attribute(target, value, augmented, site)
        elif isinstance(target, ast.Subscript):
            self._assign_element(target, value, augmented, site)

    def _assign_attribute(self, target: ast.Attribute, value: Value, augmented: str, site: Site) -> None:
        owner = self.evaluate(target.value)
        before: Value | None = None
        if isinstance(owner, Parameters):
            parameter_assigned(self, owner, target.attr, value, site)
        elif isinstance(owner, Instance):
            before = owner.attributes.get(target.attr)
            if isinstance(owner, Module) and isinstance(value, Module):
                before = owner.children.get(target.attr)
                self.memory.write(owner.children, target.attr, value)
            else:
                self.memory.write(owner.attributes, target.attr, value)
                if isinstance(owner, Module) and target.attr in owner.children:
                    self.memory.write(owner.children, target.attr, Module(site=site))
        elif isinstance(owner, Mapping):
            self.memory.write(owner.entries, target.attr, value)
        elif isinstance(owner, UserClass):
            self.memory.write(owner.attributes, target.attr, value)
        self.emit(
            Assigned(
                site=site, target=ast.unparse(target), value=value, augmented=augmented, owner=owner, before=before
            )
        )

    def _assign_element(self, target: ast.Subscript, value: Value, augmented: str, site: Site) -> None:
        owner = self.evaluate(target.value)
        index = self.evaluate(target.slice)
        key = index.value if isinstance(index, Constant) else None
        if isinstance(owner, Mapping):
            if isinstance(index, Constant):
                self.memory.write(owner.entries, key, value)
            else:
                owner.open = True
        elif isinstance(owner, Items) and isinstance(key, int) and -len(owner.elements) <= key < len(owner.elements):
            owner.elements[key] = value
        elif isinstance(owner, Module) and isinstance(value, Module) and owner.children:
            names = list(owner.children)
            name = names[key] if isinstance(key, int) and -len(names) <= key < len(names) else str(key)
            self.memory.write(owner.children, name, value)
        self.emit(Assigned(site=site, target=ast.unparse(target), value=value, augmented=augmented, owner=owner))

    def _assign_parts(self, target: ast.Tuple | ast.List, value: Value) -> None:
        elements, complete = self.elements(value, self.at(target))
        if len(elements) < len(target.elts) and isinstance(value, Items) and value.open and elements:
            elements = elements + [_like(elements[-1])] * (len(target.elts) - len(elements))
        starred = any(isinstance(part, ast.Starred) for part in target.elts)
        for index, part in enumerate(target.elts):
            known = index < len(elements) and not starred and (complete or isinstance(value, Items))
            self.assign(part, elements[index] if known else self._part(value, index, part))

    def _part(self, value: Value, index: int, target: ast.expr) -> Value:
        """An element of something unknown. The first two of a batch that is not known are its pictures and labels."""
        if isinstance(value, Tensor) and not value.made_by:
            return Tensor(site=self.at(target), of=value.of, supposed=value.supposed)
        return Unknown(site=self.at(target), name=target.id if isinstance(target, ast.Name) else "")


def _like(value: Value) -> Value:
    """Another element like this one, of a list of unknown length."""
    return value if not isinstance(value, Constant) else Unknown(site=value.site)
