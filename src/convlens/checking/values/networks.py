"""Networks and what trains them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from convlens.checking.values.basic import Configured, Plain, Value
from convlens.checking.values.code import Instance


@dataclass(eq=False, kw_only=True)
class Module(Instance, Configured):
    """A network, a block or a layer: everything that derives from `nn.Module`.

    Attributes:
        kind: of a layer the operation's name (`conv2d`, `linear`, `max_pool2d`, `batch_norm2d`, `dropout`, ...);
            `sequential`, `module_list`, `module_dict`; `user` for a class of this script; `known` for a network of
            torchvision or timm; `wrapper` for DataParallel and the like; `unknown` for one from elsewhere.
        name: class name: `Conv2d`, `Net`, `resnet18`.
        arguments: constructor arguments by name, defaults included; see `constant`.
        complete: whether all arguments are known by name.
        children: registered submodules by name ("0", "1", ... in a Sequential).
        initialised: whether `super().__init__()` was called.
        mode: now "train", "eval", or None where that cannot be told. In an event use the event's own `mode`.
        frozen: now True when all own parameters were set `requires_grad = False`; None where it cannot be told.
    """

    kind: str = "unknown"
    name: str = ""
    complete: bool = True
    children: "dict[str, Module]" = field(default_factory=dict, repr=False)
    state: dict[str, Plain] = field(default_factory=lambda: {"mode": "train", "frozen": False})
    initialised: bool = True

    @property
    def mode(self) -> Plain:
        """ "train", "eval" or None at this moment of the walk."""
        return self.state.get("mode")

    @property
    def frozen(self) -> Plain:
        """Whether its own parameters are frozen at this moment of the walk; None where that cannot be told."""
        return self.state.get("frozen")

    def modules(self) -> "Iterator[Module]":
        """Itself and everything registered below, each once."""
        seen: set[int] = set()
        stack: list[Module] = [self]
        while stack:
            one = stack.pop(0)
            if id(one) not in seen:
                seen.add(id(one))
                yield one
                stack = list(one.children.values()) + stack

    @property
    def is_layer(self) -> bool:
        """A single layer, not a block."""
        return self.kind not in ("user", "known", "unknown", "wrapper", "sequential", "module_list", "module_dict")

    @property
    def is_transparent(self) -> bool:
        """Whether all that is in it is known down to the layers."""
        return all(part.kind not in ("unknown",) for part in self.modules())


@dataclass(eq=False, kw_only=True)
class Loss(Module):
    """A loss module. `kind` is the operation's name: `cross_entropy`, `nll_loss`, `mse_loss`, ..."""


@dataclass(eq=False, kw_only=True)
class Parameters(Value):
    """Parameters of modules, as `model.parameters()` gives them.

    Attributes:
        modules: whose parameters, everything below included (`recurse`).
        partial: only some of them, chosen in a way that is not known (a filter by name).
        trainable_only: filtered by `requires_grad`.
        options: of a parameter group, such as its own `lr`.
        single: one parameter out of them: an element of a loop, `layer.weight` (then `name` is "weight").
    """

    modules: tuple[Module, ...] = ()
    partial: bool = False
    trainable_only: bool = False
    options: dict[str, Value] = field(default_factory=dict, repr=False)
    single: bool = False
    name: str = ""


@dataclass(eq=False, kw_only=True)
class Optimizer(Configured):
    """`kind` is the class name (`SGD`, `Adam`, ...); `parameters` are the groups it was given.

    `complete` is False where some of what it was given is not known.
    """

    kind: str = ""
    parameters: list[Parameters] = field(default_factory=list, repr=False)
    complete: bool = True
    state: dict[str, Plain] = field(default_factory=dict)

    def modules(self) -> list[Module]:
        """The modules whose parameters it holds, as given."""
        return [module for group in self.parameters for module in group.modules]


@dataclass(eq=False, kw_only=True)
class Scheduler(Configured):
    """`kind` is the class name: `StepLR`, `OneCycleLR`, ..."""

    kind: str = ""
    optimizer: Optimizer | None = field(default=None, repr=False)
    inner: "list[Scheduler]" = field(default_factory=list, repr=False)
    """Of `SequentialLR`, `ChainedScheduler`."""


@dataclass(eq=False, kw_only=True)
class StateDict(Value):
    """`state_dict()` of a model, optimizer or scheduler, or one of its tensors.

    `copied` by deepcopy, clone, or saving.
    """

    owner: Value | None = field(default=None, repr=False)
    copied: bool = False


@dataclass(eq=False, kw_only=True)
class Tool(Configured):
    """A helper object of a library: kind "grad_scaler", "accelerator", "fabric", "trainer", "sampler", "device", ..."""

    kind: str = ""
    name: str = ""
