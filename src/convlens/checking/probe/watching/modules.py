"""Watches networks: who is called, in which mode, what reaches it and what it answers, and what it is made of."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.dropout import _DropoutNd
from torch.nn.parameter import is_lazy

from convlens.checking.probe.observation import Forward, ModelSeen, Place
from convlens.checking.probe.watching.book import MOST_FACTS, Book, first_tensor, seen_tensor
from convlens.checking.probe.watching.device import keep_on_processor
from convlens.checking.probe.watching.linking import WEIGHING, Links
from convlens.checking.probe.watching.states import StateWatch

_NO_NETWORKS = ("torch.nn.modules.loss", "torchvision.transforms", "torchmetrics")
_STEEP = 0.9  # the share that a layer drops from which on it is too much


class ModuleWatch:
    """Patches `nn.Module`."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._recording = book.definitions.recording()
        self._ran: set[int] = set()
        self._before: list[dict[str, tuple[float, float]]] = []
        self._called: dict[int, dict[int, tuple[nn.Module, nn.Module]]] = {}  # by network: what ran, and its caller
        self._heads: dict[int, nn.Module] = {}  # by network: its last layer with weights
        self._links, self._states = Links(book), StateWatch(book)

    def install(self) -> None:
        """Patch the class."""
        self._recording.__enter__()  # for as long as the process lives
        self._patch_calls()
        self._patch_making()
        self._states.install()
        keep_on_processor()

    def _patch_calls(self) -> None:
        original, watch = nn.Module.__call__, self

        def call(module: nn.Module, *args: Any, **kwargs: Any) -> Any:
            book = watch._book
            if book.busy:
                return original(module, *args, **kwargs)
            watch._ran.add(id(module))
            outermost = not book.running and not type(module).__module__.startswith(_NO_NETWORKS)
            if outermost:
                watch._enter(module, args)
            book.running.append(module)
            try:
                watch._note_layer(module, args)
                answer = original(module, *args, **kwargs)
                watch._links.note_answer(module, answer)
                if outermost:
                    watch._leave(answer)
                return answer
            except Exception as error:
                shape = tuple(int(n) for n in args[0].shape) if args and isinstance(args[0], Tensor) else ()
                if book.failed_layer is None or book.failed_layer[0] is not error:
                    book.failed_layer = (error, module, shape)
                if outermost:
                    book.failed = (error, module, shape[1:])
                raise
            finally:
                book.running.pop()
                if outermost:
                    book.forward = None

        nn.Module.__call__ = call  # type: ignore[method-assign]

    def _enter(self, module: nn.Module, args: tuple[Any, ...]) -> None:
        book, place = self._book, self._book.place()
        if place is None:
            return
        running = book.current()
        number = self.number(module)
        forward = Forward(
            number,
            place,
            book.now(),
            module.training,
            torch.is_grad_enabled(),
            0,
            0,
            0,
            0,
            running.batch if running else -1,
        )
        if args and isinstance(args[0], Tensor):
            with book.quiet():
                forward.input = seen_tensor(args[0])
        target = running.seen.forwards if running is not None else book.observation.loose_forwards
        if len(target) < MOST_FACTS:
            target.append(forward)
        book.forward = book.last_forward = forward
        book.last_input = args[0] if args and isinstance(args[0], Tensor) else None

    def _leave(self, answer: Any) -> None:
        book, output = self._book, first_tensor(answer)
        if book.forward is None or output is None:
            return
        running = book.current()
        with book.quiet():
            book.forward.output = seen_tensor(output)
            labels = running.labels if running is not None else None
            if labels is not None and output.ndim == 2 and labels.shape == output.shape[:1] and output.shape[1] > 1:
                book.forward.correct = int((output.argmax(1) == labels).sum())

    def _note_layer(self, module: nn.Module, args: tuple[Any, ...]) -> None:
        book, forward = self._book, self._book.forward
        if forward is None:
            return
        if isinstance(module, _DropoutNd) and module.p > 0:
            forward.dropout_on += module.training
            forward.dropout_off += not module.training
            if module.training:
                kind = "dropout-rate" if module.p >= _STEEP else "dropout-rate-mild"
                book.spot(kind, book.place_made(module), rate=float(module.p))
            if isinstance(module, nn.Dropout2d) and args and isinstance(args[0], Tensor) and args[0].ndim == 2:
                book.spot("dropout2d-on-vector", book.place_made(module))
        elif isinstance(module, _BatchNorm):
            forward.norm_on += module.training
            forward.norm_off += not module.training
        if len(book.running) > 1:
            self._called.setdefault(id(book.running[0]), {})[id(module)] = (module, book.running[-2])
        if not any(True for _ in module.parameters(recurse=False)):
            return
        if isinstance(module, WEIGHING) and book.running:
            self._heads[id(book.running[0])] = module
            self._links.note_input(module, args)
        if not forward.first_layer:
            forward.first_layer = type(module).__name__
            if args and isinstance(args[0], Tensor):
                with book.quiet():
                    forward.reached = seen_tensor(args[0])

    def _patch_making(self) -> None:
        original, watch = nn.Module.__init__, self

        def init(module: nn.Module, *args: Any, **kwargs: Any) -> None:
            original(module, *args, **kwargs)
            if watch._book.running and not watch._book.busy:
                place = watch._book.place_made(module)
                watch._book.spot("layer-made-in-forward", place, layer=type(module).__name__)

        nn.Module.__init__ = init  # type: ignore[method-assign, assignment]

    def number(self, module: nn.Module) -> int:
        """The index of a network in the observation; a new one is looked at first."""
        book = self._book
        known = book.model_number(module)
        if known >= 0:
            return known
        book.models.append(module)
        with book.quiet():
            self._before.append(_fingerprints(module))
            self._find_constants(module)
        count = sum(p.numel() for p in module.parameters() if not _is_lazy(p))
        book.observation.models.append(ModelSeen(type(module).__name__, book.place_made(module), count))
        return len(book.models) - 1

    def _find_constants(self, model: nn.Module) -> None:
        for module in model.modules():
            for name, parameter in module.named_parameters(recurse=False):
                if _is_lazy(parameter) or parameter.ndim < 2 or parameter.numel() < 4 or not parameter.requires_grad:
                    continue
                if bool((parameter == parameter.flatten()[0]).all()):
                    value = float(parameter.flatten()[0])
                    self._book.spot("constant-weights", self._book.place_made(module), name=name, value=value)

    def finish(self, held: set[int]) -> None:
        """Write down what is known of each network only at the end. `held`: ids of parameters in optimizers."""
        with self._book.quiet():
            for model, before, seen in zip(self._book.models, self._before, self._book.observation.models, strict=True):
                after = _fingerprints(model)
                wanted = {name: p for name, p in model.named_parameters() if p.requires_grad}
                seen.unmoved = tuple(name for name in wanted if name in before and before[name] == after.get(name))
                seen.frozen = tuple(name for name, p in model.named_parameters() if not p.requires_grad)
                seen.unheld = tuple(name for name, p in wanted.items() if id(p) not in held)
                seen.unused = tuple(self._unused(model))
                seen.stray = tuple((type(m).__name__, self._book.place_made(m)) for m in self._stray(model))
                seen.head = self._book.place_made(self._heads.get(id(model)))
        self._links.finish()

    def _stray(self, model: nn.Module) -> list[nn.Module]:
        """Modules with weights that ran within a network and are not registered in it; not the ones inside them."""
        own = {id(module) for module in model.modules()}
        called = self._called.get(id(model), {}).values()
        outer = [module for module, caller in called if id(module) not in own and id(caller) in own]
        return [module for module in outer if any(True for _ in module.parameters())]

    def _unused(self, model: nn.Module) -> list[tuple[str, str, Place | None]]:
        """Layers that never ran and whose weights nothing else used."""
        found = []
        for name, module in model.named_modules():
            if any(True for _ in module.children()) or id(module) in self._ran or isinstance(module, nn.Identity):
                continue
            if type(module).__module__.startswith(_NO_NETWORKS):
                continue  # a loss or a metric may be for a test that is not made
            if any(p.grad is not None for p in module.parameters()):
                continue
            found.append((name, type(module).__name__, self._book.place_made(module)))
        return found


def _is_lazy(parameter: Tensor) -> bool:
    return bool(is_lazy(parameter))


def _fingerprints(module: nn.Module) -> dict[str, tuple[float, float]]:
    """For each parameter two sums that change when it does."""
    return {
        name: (float(p.detach().double().sum()), float(p.detach().double().square().sum()))
        for name, p in module.named_parameters()
        if not _is_lazy(p)
    }
