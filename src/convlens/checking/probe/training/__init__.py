"""The watch over a script that is let train: how its loss falls, and what its network knows at the end."""

import operator
import time
from contextlib import suppress
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.optimizer import register_optimizer_step_post_hook
from torch.overrides import TorchFunctionMode

from convlens.byhand.calls import staying
from convlens.checking.probe import rewriting
from convlens.checking.probe.observation import Observation, Trained
from convlens.checking.probe.training.giving import LoadersGiving
from convlens.checking.probe.training.pictures import use_real_pictures
from convlens.checking.probe.training.recounting import Preparation, recount
from convlens.checking.probe.watching import Watch
from convlens.checking.probe.watching.device import keep_on_processor
from convlens.checking.probe.watching.loops import Turns, loop_cutter, while_cutter

_SHARE_OF_RECOUNT = 1 / 3  # of the time that the script had


class EnoughError(BaseException):
    """The script made as many steps as it is let; its own `except Exception` lets it pass."""


class _Staying(TorchFunctionMode):
    """Tensors that are sent to a graphics card stay where they are."""

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        args, kwargs = staying(func, args, kwargs or {})
        return args[0] if getattr(func, "__name__", "") == "cuda" else func(*args, **kwargs)


class TrainingWatch(Watch):
    """Lets a script train within bounds; of what it does only losses are written down."""

    def __init__(self, observation: Observation, bounds: dict[str, Any], seconds: float) -> None:
        """`bounds` is an `apart.Training` as a dictionary, `seconds` the time that the script has."""
        super().__init__(observation)
        self.functions_seen = _Staying()  # type: ignore[assignment]
        self._bounds, self._seconds = bounds, seconds
        self._trained = observation.trained = Trained()
        self._giving = LoadersGiving(self.book, bounds["pictures"])
        self._pending: list[float] = []
        self._latest: nn.Module | None = None
        self._model: nn.Module | None = None
        self._preparations: dict[nn.Module, Preparation | None] = {}
        self._answers = self._loops_over_batches = self._depth = 0

    def functions(self) -> dict[str, Any]:
        """The functions that a rewritten script calls, by name."""
        watch = self

        class Bounded(Turns):
            def end(self) -> None:
                super().end()
                if self.batches == 2:  # certainly a loop over batches: whoever walks it walks an epoch
                    watch._loops_over_batches += 1

            def _work_done(self) -> int:
                return watch._answers

            def _batch_loops(self) -> int:
                return watch._loops_over_batches

            @property
            def enough(self) -> bool:
                most = watch._bounds["epochs"]
                return most is not None and not self.is_loader and self.epochs >= most

        return {
            rewriting.LOOP: loop_cutter(self.book, Bounded),
            rewriting.WHILE: while_cutter(self.book, Bounded),
            rewriting.DIVIDE: operator.truediv,
            rewriting.DIVIDE_IN_PLACE: operator.itruediv,
        }

    def install(self) -> None:
        """Patch PyTorch, and get real pictures for data sets that are not here."""
        use_real_pictures()
        keep_on_processor()
        self._giving.install()
        self._patch_calls()
        self._patch_backward()
        register_optimizer_step_post_hook(lambda *_: self._after_step())
        self._began, self._memory = time.process_time(), _peak_memory()

    def finish(self) -> None:
        """Count anew what the network that was trained last knows."""
        crash, trained = self.book.observation.crash, self._trained
        trained.seconds = time.process_time() - self._began
        trained.memory = max(_peak_memory() - self._memory, 0)
        if crash is not None and (crash.kind == "time" or crash.error == EnoughError.__name__):
            trained.ran_out, self.book.observation.crash = True, None
        trained.losses = trained.losses or self._pending  # of a script that never makes a step
        model = self._model or self._latest
        if model is None:
            trained.uncounted = "The script called no network."
            return
        with self.book.quiet(), suppress(MemoryError):
            recount(model, self._preparations.get(model), self._giving, self._seconds * _SHARE_OF_RECOUNT, trained)

    def _patch_calls(self) -> None:
        original, watch = nn.Module.__call__, self

        def call(module: nn.Module, *args: Any, **kwargs: Any) -> Any:
            if watch.book.busy or watch._depth or not any(True for _ in module.parameters()):
                return original(module, *args, **kwargs)
            watch._depth += 1
            try:
                answer = original(module, *args, **kwargs)
            finally:
                watch._depth -= 1
            watch._note_answer(module, args)
            return answer

        nn.Module.__call__ = call  # type: ignore[method-assign]

    def _note_answer(self, module: nn.Module, args: tuple[Any, ...]) -> None:
        self._answers += 1
        if not torch.is_grad_enabled():
            return
        self._latest = module
        if module not in self._preparations and args and isinstance(args[0], Tensor):
            with self.book.quiet():
                given = self._giving.batch
                self._preparations[module] = (
                    Preparation.of_bytes(args[0]) if given is None else Preparation.between(given, args[0])
                )

    def _patch_backward(self) -> None:
        original, watch = torch.autograd.backward, self

        def backward(tensors: Any, *args: Any, **kwargs: Any) -> None:
            original(tensors, *args, **kwargs)
            loss = tensors if isinstance(tensors, Tensor) else tensors[0]
            if loss.numel() == 1:
                watch._pending.append(float(loss.detach()))
            watch._model = watch._latest
            watch._giving.note_training()

        torch.autograd.backward = backward

    def _after_step(self) -> None:
        trained, most = self._trained, self._bounds["steps"]
        trained.steps += 1
        if self._pending:
            trained.losses.append(sum(self._pending) / len(self._pending))
            self._pending.clear()
        if most is not None and trained.steps >= most:
            raise EnoughError("it made as many steps as it is let")


def _peak_memory() -> int:
    """Bytes that this process took at most so far; 0 where the system does not say."""
    try:
        import resource
    except ImportError:  # Windows
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
