"""Why a script crashed: the slug that goes with PyTorch's words, and for errors of shape the sum by hand."""

import re
from pathlib import Path

from convlens.byhand.derivation import derive
from convlens.byhand.problems import find_problem
from convlens.byhand.sandbox import trace_apart
from convlens.checking.probe.observation import Crash, Observation, Place
from convlens.checking.source import Source
from convlens.errors import ConvlensError

_SHAPE_RULES = {"flatten-size-mismatch", "channel-mismatch", "pooled-to-nothing", "batch-size-hard-coded"}
_RULES = (
    (r"mat1 and mat2 shapes cannot be multiplied", "flatten-size-mismatch"),
    (r"to have \d+ channels, but got|running_mean should contain \d+ elements", "channel-mismatch"),
    (r"Output size is too small|Kernel size can't be greater than actual input size", "pooled-to-nothing"),
    (r"Target -?\d+ is out of bounds", "class-count-mismatch"),
    (r"missing 1 required positional argument: 'metrics'", "scheduler-missing-metric"),
    (r"before Module\.__init__\(\) call|object has no attribute '_(parameters|modules)'", "super-init-missing"),
    (r"optimizer got an empty parameter list", "layers-not-registered"),
    (r"not implemented for '(Long|Int)'", "loss-arguments-swapped"),
)
_RESHAPED = re.compile(r"shape '\[([-\d, ]+)\]' is invalid for input of size (\d+)")
_CHANNELS = re.compile(r"expected input\[([\d, ]+)\] to have (\d+) channels, but got (\d+) channels")
_BATCHES = re.compile(r"Expected input batch_size \((\d+)\) to match target batch_size \((\d+)\)")
_NO_GRADIENT = "does not require grad and does not have a grad_fn"


def explain_crash(observation: Observation, script: Source) -> None:
    """Fill in the rule and the explanation of a crash, where they can be told."""
    crash = observation.crash
    if crash is None or crash.kind != "error":
        return
    crash.rule = _rule(crash, observation)
    # A network in a notebook or in another file cannot be traced by the name of this one.
    same_lines = script.file_lines is None
    if crash.rule in _SHAPE_RULES and crash.network and len(crash.picture) == 3 and same_lines:
        _derive(crash, Path(observation.file))


def _rule(crash: Crash, observation: Observation) -> str:
    message = crash.message
    if found := _CHANNELS.search(message):
        sizes = [int(n) for n in found[1].split(",")]
        return "layout-wrong" if sizes[-1] == int(found[2]) != sizes[1] and len(sizes) == 4 else "channel-mismatch"
    if found := _RESHAPED.search(message):
        return _of_view([int(n) for n in found[1].split(",")], crash, observation)
    if _BATCHES.search(message):
        kinds = {spot.kind for spot in observation.spots}
        return (
            "batch-flattened" if "batch-flattened" in kinds else "batch-mixed-by-view" if "batch-mixed" in kinds else ""
        )
    if _NO_GRADIENT in message:
        trained = [model for model in observation.models if model.parameters]
        return (
            "parameters-frozen"
            if trained and all(_is_frozen(m.frozen, m.unmoved) for m in trained)
            else "loss-detached"
        )
    if crash.error == "TypeError" and re.search(r"img should be|pic should be|Input tensor should be a float", message):
        return "transform-order"
    return next((rule for words, rule in _RULES if re.search(words, message)), "")


def _is_frozen(frozen: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    return bool(frozen) and not wanted


def _of_view(sizes: list[int], crash: Crash, observation: Observation) -> str:
    """A number of pictures written into `view` is right until a batch has another number."""
    if crash.in_pass is None:
        return "flatten-size-mismatch"
    given = observation.passes[crash.in_pass].sizes
    other = crash.batch > 0 and given[crash.batch] != given[0]
    return "batch-size-hard-coded" if sizes[0] > 1 and (other or sizes[0] != given[0]) else "flatten-size-mismatch"


def _derive(crash: Crash, file: Path) -> None:
    try:
        problem = find_problem(derive(trace_apart(file, crash.network, crash.picture)))
    except ConvlensError:
        return  # the crash speaks for itself
    if problem is None:
        return
    crash.explanation = f"{problem.message}."
    if problem.site is not None and Path(problem.site.file) == file:
        crash.place = Place(str(file), problem.site.line, "", problem.site.line, problem.site.line)
