"""Values that are written out: numbers, texts, lists, tuples, dictionaries."""

import ast
from collections.abc import Iterable

from convlens.checking.comparing import Comparing
from convlens.checking.events import Called
from convlens.checking.values import (
    NONE,
    Arguments,
    Constant,
    Items,
    Mapping,
    Site,
    Unknown,
    Value,
)

_MAX_UNPACKED = 512


class Displays(Comparing):
    """Evaluates literals and displays."""

    def _eval_constant(self, node: ast.Constant) -> Value:
        value = node.value
        return Unknown(site=self.at(node), name="...") if value is ... else Constant(site=self.at(node), value=value)

    def _eval_joinedstr(self, node: ast.JoinedStr) -> Value:
        parts: list[str] = []
        certain = True
        for piece in node.values:
            value = self.evaluate(piece.value if isinstance(piece, ast.FormattedValue) else piece)
            if not isinstance(value, Constant):
                self.note_call("format", None, Arguments([value]), self.at(piece), NONE)
            plain = isinstance(value, Constant) and isinstance(value.value, str | int)
            certain = certain and plain
            parts.append(str(value.value) if isinstance(value, Constant) else "")
        return Constant(site=self.at(node), value="".join(parts)) if certain else Unknown(site=self.at(node))

    def _eval_list(self, node: ast.List) -> Value:
        elements, complete = self.unpacked(node.elts)
        return Items(site=self.at(node), kind="list", elements=elements, open=not complete)

    def _eval_tuple(self, node: ast.Tuple) -> Value:
        elements, complete = self.unpacked(node.elts)
        return Items(site=self.at(node), kind="tuple", elements=elements, open=not complete)

    def _eval_set(self, node: ast.Set) -> Value:
        elements, complete = self.unpacked(node.elts)
        return Items(site=self.at(node), kind="set", elements=elements, open=not complete)

    def unpacked(self, nodes: Iterable[ast.expr]) -> tuple[list[Value], bool]:
        """The values of elements or arguments, `*rest` unpacked, and whether that is all."""
        found: list[Value] = []
        complete = True
        for node in nodes:
            if isinstance(node, ast.Starred):
                value = self.evaluate(node.value)
                elements, known = self.elements(value, self.at(node))
                found += elements[:_MAX_UNPACKED]
                complete = complete and known
            else:
                found.append(self.evaluate(node))
        return found, complete

    def _eval_dict(self, node: ast.Dict) -> Value:
        mapping = Mapping(site=self.at(node))
        for key_node, value_node in zip(node.keys, node.values, strict=True):
            value = self.evaluate(value_node)
            key = self.evaluate(key_node) if key_node else None
            if key is None and isinstance(value, Mapping):
                mapping.entries.update(value.entries)
                mapping.open = mapping.open or value.open
            elif isinstance(key, Constant):
                mapping.entries[key.value] = value
            else:
                mapping.open = True
        return mapping

    def note_call(self, name: str, receiver: Value | None, arguments: Arguments, site: Site, result: Value) -> None:
        """Write down a call of something that is not the user's."""
        self.emit(
            Called(
                site=site,
                name=name,
                receiver=receiver,
                arguments=tuple(arguments.positional),
                keywords=dict(arguments.keywords),
                result=result,
            )
        )
