"""Functions of other packages that call the function they are given: launchers of processes, trials, command lines."""

from convlens.checking.values import Arguments, Constant, Function, Items, Method, Partial, Site, Unknown, Value
from convlens.checking.walker import Walker

_WITH_RANK = ("torch.multiprocessing.spawn", "torch.multiprocessing.start_processes")
_PLAIN = ("accelerate.notebook_launcher", "accelerate.debug_launcher", "fire.Fire", "absl.app.run", "typer.run",
          "tyro.cli", "torch.multiprocessing.Process", "multiprocessing.Process", "threading.Thread")  # fmt: skip
NAMES = (*_WITH_RANK, *_PLAIN)


def launch(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    """Walk the function, with the arguments that are given for it."""
    full = next(one for one in NAMES if one.rpartition(".")[2] == name)
    function = arguments.get(0, "fn") or arguments.get(0, "function") or arguments.keywords.get("target")
    given = arguments.keywords.get("args") or arguments.get(1)
    rest = list(given.elements) if isinstance(given, Items) and given.kind == "tuple" else []
    if isinstance(function, Function | Method | Partial):
        rank: list[Value] = [Constant(site=site, value=0, certain=False)] if full in _WITH_RANK else []
        walker.call(function, Arguments(positional=[*rank, *rest]), site)
    return Unknown(site=site, name=full)
