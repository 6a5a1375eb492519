"""Attributes and elements of values: `value.name`, `value[index]`."""

import ast

from convlens.checking.library import data, methods, operations, reshaping
from convlens.checking.names import canonical
from convlens.checking.values import (
    Arguments,
    Constant,
    Dataset,
    External,
    Function,
    Instance,
    Items,
    Mapping,
    Method,
    Module,
    Number,
    Part,
    Scope,
    Site,
    Slice,
    Super,
    Tensor,
    Unknown,
    UserClass,
    Value,
)
from convlens.checking.walker import Walker

_OUTPUTS = ("loss", "logits", "last_hidden_state", "pooler_output", "hidden_states")
"""Attributes of what networks of other packages return."""

_KEEPING = ("values", "reset_index", "copy", "to_numpy", "tolist", "sort_index", "sort_values", "dropna")
"""What can be asked of some rows of a table that gives the same rows."""


class Lookups(Walker):
    """Reads attributes and elements."""

    def _eval_attribute(self, node: ast.Attribute) -> Value:
        return self.attribute(self.evaluate(node.value), node.attr, self.at(node))

    def attribute(self, value: Value, name: str, site: Site) -> Value:  # noqa: PLR0911
        """`value.name`."""
        if isinstance(value, External):
            return External(site=site, name=canonical(f"{value.name}.{name}") or f"{value.name}.{name}")
        if isinstance(value, Unknown):
            return _of_unknown(value, name, site)
        if isinstance(value, Scope):
            return value.names.get(name) or Unknown(site=site, name=f"{value.name}.{name}")
        if isinstance(value, Super):
            return self._of_ancestor(value, name, site)
        if isinstance(value, UserClass | Function) and name == "__name__":
            return Constant(site=site, value=value.name)
        if isinstance(value, UserClass):
            found = self._class_attribute(value, name)
            if isinstance(found, Function) and found.flavour == "classmethod":
                return Method(site=site, receiver=value, name=name, function=found)
            return found or Unknown(site=site, name=f"{value.name}.{name}")
        if isinstance(value, Instance):
            found = self._instance_attribute(value, name, site)
            if found is not None:
                return found
        if isinstance(value, Mapping) and name in value.entries:
            return value.entries[name]  # a namespace, such as parsed command-line options
        if isinstance(value, Instance) and not isinstance(value, Module):
            return Unknown(site=site, name=name)
        if isinstance(value, Tensor) and value.op == "model" and name in _OUTPUTS:
            return Unknown(site=site, name=name)
        builtin = methods.builtin_attribute(self, value, name, site)
        return builtin if builtin is not None else Method(site=site, receiver=value, name=name)

    def _of_ancestor(self, value: Super, name: str, site: Site) -> Value:
        found = value.find(name)
        if isinstance(found, Function) and found.flavour != "property":
            return Method(site=site, receiver=value.instance, name=name, function=found)
        return found or Method(site=site, receiver=value, name=name)

    def _class_attribute(self, cls: UserClass, name: str) -> Value | None:
        return next((one.attributes[name] for one in cls.lineage() if name in one.attributes), None)

    def _instance_attribute(self, value: Instance, name: str, site: Site) -> Value | None:  # noqa: PLR0911 - a list of cases
        if name in value.attributes:
            return value.attributes[name]
        if isinstance(value, Module) and name in value.children:
            return value.children[name]
        if value.cls is None:
            return None
        if name == "__class__":
            return value.cls
        found = self._class_attribute(value.cls, name)
        if isinstance(found, Function):
            if found.flavour == "property":
                return self.call(Method(receiver=value, name=name, function=found), Arguments(), site)
            if found.flavour == "staticmethod":
                return found
            receiver: Value = value.cls if found.flavour == "classmethod" else value
            return Method(site=site, receiver=receiver, name=name, function=found)
        return found

    def _eval_slice(self, node: ast.Slice) -> Slice:
        lower, upper, step = (self.evaluate(part) if part else None for part in (node.lower, node.upper, node.step))
        return Slice(site=self.at(node), lower=lower, upper=upper, step=step)

    def _eval_subscript(self, node: ast.Subscript) -> Value:
        return self.item(self.evaluate(node.value), node.slice, self.at(node))

    def item(self, value: Value, index_node: ast.expr, site: Site) -> Value:  # noqa: PLR0911
        """`value[index]`."""
        if isinstance(index_node, ast.Slice):
            return self._sliced(value, index_node, site)
        index = self.evaluate(index_node)
        key = index.value if isinstance(index, Constant) else None
        if isinstance(value, Items):
            return _element(value, key, site)
        if isinstance(value, Mapping):
            found = value.entries.get(key) if isinstance(index, Constant) else None
            return found or self._any_of(value, index, site)
        if isinstance(value, Module):
            return self._child(value, key, site)
        if isinstance(value, Tensor):
            return self._indexed(value, index_node, index, site)
        if isinstance(value, Dataset):
            return data.batch(self, value, site)
        if isinstance(value, Instance):
            getter = self.attribute(value, "__getitem__", site)
            return self.call(getter, Arguments(positional=[index]), site)
        if isinstance(value, External):
            return value  # list[int], Tensor["B C"]
        if isinstance(value, Unknown) and not isinstance(index, Constant):
            return Part(site=site, whole=value, part=index)
        return Unknown(site=site)

    def _any_of(self, value: Mapping, index: Value, site: Site) -> Value:
        """An entry under an unknown key: any of them, where all are of one kind."""
        entries = list(value.entries.values())
        if isinstance(index, Constant) or not entries or len({type(one) for one in entries}) != 1:
            return Unknown(site=site)
        if isinstance(entries[0], Constant | Number | Tensor) and len(entries) > 1:
            return Unknown(site=site)
        first = entries[0]
        first.alternatives += [one for one in entries[1:] if one not in first.alternatives and one is not first]
        return first

    def _child(self, module: Module, key: object, site: Site) -> Value:
        children = list(module.children.values())
        if isinstance(key, str):
            return module.children.get(key) or Unknown(site=site)
        if isinstance(key, int) and -len(children) <= key < len(children) and module.complete:
            return children[key]
        return module.children.get(str(key)) or Unknown(site=site)

    def _indexed(self, tensor: Tensor, node: ast.expr, index: Value, site: Site) -> Value:
        if isinstance(index, Constant) and isinstance(index.value, str) and tensor.op == "load":
            found = operations.operate(self, "load", [], {"name": index}, site)  # of the arrays in one file
            if isinstance(found, Tensor):
                found.numpy, found.graph = True, False
            return found
        if isinstance(index, Constant) and isinstance(index.value, str):
            return Unknown(site=site, name=index.value)  # no tensor after all
        shape = tensor.shape
        if isinstance(node, ast.Tuple):
            parts = index.elements if isinstance(index, Items) else []
            shape = reshaping.after_index(shape, parts) if shape is not None else None
        elif isinstance(index, Constant) and isinstance(index.value, int) and shape:
            shape = shape[1:]
        elif isinstance(index, Tensor) and shape:
            shape = ("N", *shape[1:]) if index.dtype != "bool" else None
        elif isinstance(index, Number) and shape:
            shape = shape[1:]
        else:
            shape = None
        result = operations.operate(self, "getitem", [tensor], {"index": index}, site)
        if isinstance(result, Tensor):
            result.shape, result.role, result.of, result.scale = shape, tensor.role, tensor.of, tensor.scale
            result.below = tensor.below
        return result

    def _sliced(self, value: Value, node: ast.Slice, site: Site) -> Value:
        index = self._eval_slice(node)
        parts = (index.lower, index.upper, index.step)
        numbers = [part.value if isinstance(part, Constant) else None for part in parts]
        plain = [number if isinstance(number, int) else None for number in numbers]
        known = all((part is None) == (number is None) for part, number in zip(parts, plain, strict=True))
        cut = slice(*plain) if known and plain[2] != 0 else None
        if isinstance(value, Items):
            kept = value.elements[cut] if cut and not value.open else list(value.elements)
            return Items(
                site=site, kind=value.kind, open=value.open or cut is None, whole=value, part=index, elements=kept
            )
        if isinstance(value, Module) and value.kind in ("sequential", "module_list"):
            made = Module(
                site=value.site, kind=value.kind, name=value.name, complete=value.complete and cut is not None
            )
            children = list(value.children.values())[cut] if cut else list(value.children.values())
            made.children = {str(index): child for index, child in enumerate(children)}
            return made
        if isinstance(value, Tensor):
            arguments: dict[str, Value] = {"index": index}
            result = operations.operate(self, "getitem", [value], arguments, site)
            if isinstance(result, Tensor):
                result.shape = ("N", *value.shape[1:]) if value.shape else None
                result.role, result.of, result.scale, result.below = value.role, value.of, value.scale, value.below
            return result
        return Part(site=site, whole=value, part=index) if isinstance(value, Unknown) else Unknown(site=site)


def _of_unknown(value: Unknown, name: str, site: Site) -> Value:
    if isinstance(value, Part) and name in _KEEPING:
        return value if name == "values" else Method(site=site, receiver=value, name=name)
    return Unknown(site=site, name=f"{value.name}.{name}" if value.name else "")


def _element(items: Items, key: object, site: Site) -> Value:
    elements = items.elements
    if isinstance(key, int) and -len(elements) <= key < len(elements) and not (items.open and key < -1):
        return elements[key]
    if elements and len({type(one) for one in elements}) == 1 and not isinstance(elements[0], Constant):
        return elements[-1]
    return Unknown(site=site)
