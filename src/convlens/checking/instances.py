"""Objects of the user's classes: made, and what they inherit from other packages."""

import ast

from convlens.checking.bodies import Bodies
from convlens.checking.library import applying, layers
from convlens.checking.library.methods import call_method
from convlens.checking.values import (
    NONE,
    Arguments,
    Function,
    Instance,
    Module,
    Site,
    Super,
    Unknown,
    UserClass,
    Value,
)

_MODULE_BASES = ("Module", "Sequential", "LightningModule", "ModuleList", "ModuleDict", "VisionModel")
_LOSS_BASES = ("CrossEntropyLoss", "NLLLoss", "_Loss", "_WeightedLoss")


class Instances(Bodies):
    """Makes objects of classes."""

    def instantiate(self, cls: UserClass, arguments: Arguments, site: Site) -> Value:
        """An object of a user's class."""
        bases = {name.rpartition(".")[2] for name in cls.foundations()}
        instance: Instance
        if bases & {"Enum", "IntEnum", "StrEnum"}:
            return Unknown(site=site)
        if bases & {*_MODULE_BASES, *_LOSS_BASES}:
            instance = Module(site=site, cls=cls, kind="user", name=cls.name, initialised=False)
            self.made(instance, site)
        else:
            instance = Instance(site=site, cls=cls, made_with=arguments)
        init = self._class_attribute(cls, "__init__")
        if isinstance(init, Function):
            self.call_function(init, arguments, site, instance)
        elif isinstance(instance, Module):
            instance.initialised = True
            if bases & {"Sequential", "ModuleList"}:
                layers.fill(self, instance, arguments)
        else:
            self._fields(cls, instance, arguments)
        return instance

    def _fields(self, cls: UserClass, instance: Instance, arguments: Arguments) -> None:
        """A dataclass or named tuple: fields from the class body, values from the call."""
        lineage = list(cls.lineage())[::-1]
        names = [
            statement.target.id
            for one in lineage
            for statement in one.node.body
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
        ]
        for name, value in [*zip(names, arguments.positional, strict=False), *arguments.keywords.items()]:
            self.memory.write(instance.attributes, name, value)

    def _super(self, arguments: Arguments, site: Site) -> Value:
        """`super()` in a method, also written `super(Net, self)`."""
        inner = next((call for call in reversed(self.calls) if call.function.owner is not None), None)
        cls: Value | None = arguments.get(0) or (inner.function.owner if inner else None)
        instance: Value | None = arguments.get(1)
        if instance is None and inner is not None:
            first = inner.function.node.args.posonlyargs + inner.function.node.args.args
            instance = self.lookup(first[0].arg, site) if first else None
        if isinstance(instance, Instance) and isinstance(cls, UserClass):
            return Super(site=site, instance=instance, cls=cls)
        return Unknown(site=site, name="super")

    def _inherited(self, given: Super, name: str, arguments: Arguments, site: Site) -> Value:
        """A method that an ancestor from another package has: `nn.Module`, `nn.Sequential`."""
        instance = given.instance
        if not isinstance(instance, Module):
            return NONE if name == "__init__" else Unknown(site=site)
        if name == "__init__":
            instance.initialised = True
            if arguments.positional and layers.is_container(instance):
                layers.fill(self, instance, arguments)
            return NONE
        if name == "forward":
            return applying.apply_chain(self, instance, arguments, site)
        return call_method(self, instance, name, arguments, site)
