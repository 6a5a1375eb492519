"""What a script imports: its neighbours with their loops made visible, and stand-ins for what is not here."""

import importlib.abc
import importlib.util
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

_STANDINS = Path(__file__).parent / "standins"
_ALWAYS = {"torchvision"}
"""Its data sets and weights would have to be fetched, and it has no build beside every PyTorch."""
_WHEN_MISSING = {"tqdm", "sklearn", "accelerate", "lightning", "pytorch_lightning", "ignite", "torchmetrics"}
REPLACED = _ALWAYS | _WHEN_MISSING
_SILENT = {"matplotlib", "seaborn", "plotly", "tensorboard", "tensorboardX", "wandb", "mlflow", "torchsummary"}
_SILENT |= {"torchinfo", "torchviz", "tabulate", "termcolor", "colorama", "visdom", "pylab", "prettytable", "IPython"}
_SILENT_PARTS = {"torch.utils.tensorboard"}

Compile = Callable[[str, Path], CodeType]


class NeighbourFinder(importlib.abc.MetaPathFinder):
    """Finds the modules in the script's folder."""

    def __init__(self, view: Path, compiled: Compile) -> None:
        self._view, self._compiled = view, compiled

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The specification of a neighbour, or None."""
        if path is None and fullname.partition(".")[0] in sys.stdlib_module_names:
            return None
        spec = PathFinder.find_spec(fullname, [str(self._view)] if path is None else path)
        if spec is None or spec.origin is None or not spec.origin.startswith(str(self._view)):
            return None
        if isinstance(spec.loader, SourceFileLoader):
            spec.loader = _NeighbourLoader(fullname, spec.origin, self._compiled)
        return spec


class _NeighbourLoader(SourceFileLoader):
    def __init__(self, fullname: str, path: str, compiled: Compile) -> None:
        super().__init__(fullname, path)
        self._compiled = compiled

    def get_code(self, fullname: str) -> CodeType:
        """Always from the text, never from a cached file of the unchanged program."""
        text = importlib.util.decode_source(self.get_data(self.path))
        return self._compiled(text, Path(self.path).resolve())


class StandInFinder(importlib.abc.MetaPathFinder):
    """Finds stand-ins; the ones for what is always replaced before all other finders, the rest after them."""

    def __init__(self, replaced: list[str], always: bool) -> None:
        self._replaced, self._always = replaced, always

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The specification of a stand-in, or None."""
        top = fullname.partition(".")[0]
        if fullname in _SILENT_PARTS or (top in _SILENT and not self._always):
            self._note(fullname)
            return ModuleSpec(fullname, _SilentLoader(), is_package=True)
        if fullname in (_ALWAYS if self._always else _WHEN_MISSING):
            self._note(fullname)
            return PathFinder.find_spec(fullname, [str(_STANDINS)])
        return None

    def _note(self, fullname: str) -> None:
        top = fullname.partition(".")[0] if fullname not in _SILENT_PARTS else fullname
        if top not in self._replaced:
            self._replaced.append(top)


class Silent:
    """Whatever is asked of it, it does nothing: a plot, a log, a bar."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Decorators give back what they decorate."""
        return args[0] if len(args) == 1 and not kwargs and callable(args[0]) else self

    def __iter__(self) -> Iterator[Any]:
        """Two, as in `figure, axes = plt.subplots()`."""
        return iter((self, self))

    def __getitem__(self, key: Any) -> Any:
        return self

    def __setitem__(self, key: Any, value: Any) -> None:
        pass

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __len__(self) -> int:
        return 2

    def __float__(self) -> float:
        return 0.0

    def __str__(self) -> str:
        return ""

    def __format__(self, spec: str) -> str:
        return ""


class _SilentModule(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Silent()


class _SilentLoader(importlib.abc.Loader):
    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """A module with whatever is asked for."""
        return _SilentModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """There is nothing to run."""


def install(view: Path, compiled: Compile, replaced: list[str]) -> None:
    """Let the script find its neighbours and the stand-ins.

    Args:
        view: the folder it runs in.
        compiled: makes a program of a neighbour's text and path.
        replaced: takes the names of the packages that stand-ins stood in for.
    """
    sys.meta_path[:0] = [StandInFinder(replaced, always=True), NeighbourFinder(view, compiled)]
    sys.meta_path.append(StandInFinder(replaced, always=False))
