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
    (r"not implemented for '(Long|Int)'", "loss-arguments-swapped"),
    (r"all elements of input should be between 0 and 1", "bce-sigmoid-mismatch"),
    (r"all elements of target should be between 0 and 1", "class-count-mismatch"),
    (r"Tried to step \d+ times\. The specified number of total steps", "scheduler-wrong-cadence"),
)
_RESHAPED = re.compile(r"shape '\[([-\d, ]+)\]' is invalid for input of size (\d+)")
_CHANNELS = re.compile(r"expected input\[([\d, ]+)\] to have (\d+) channels, but got (\d+) channels")
_BATCHES = re.compile(r"Expected input batch_size \((\d+)\) to match target batch_size \((\d+)\)")
_EMPTY = "optimizer got an empty parameter list"
_NO_GRADIENT = "does not require grad and does not have a grad_fn"


def explain_crash(observation: Observation, script: Source) -> None:
    """Fill in the rule and the explanation of a crash, where they can be told."""
    crash = observation.crash
    if crash is None or crash.kind != "error":
        return
    crash.rule = _of_empty(crash, script) if _EMPTY in crash.message else _rule(crash, observation)
    crash.edit = _place_to_edit(crash, observation)
    if crash.rule not in _SHAPE_RULES:
        return
    crash.explanation = _by_layer(crash)
    # A network in a notebook or in another file cannot be traced by the name of this one.
    if crash.network and len(crash.picture) == 3 and script.file_lines is None:
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


def _of_empty(crash: Crash, script: Source) -> str:
    """Whether a network has no parameters, or none that requires a gradient; nothing where others were picked out."""
    same_file = crash.place is not None and Path(crash.place.file) == script.file.resolve()
    line = script.line(crash.place.line) if same_file and crash.place is not None else ""
    if "requires_grad" in line:
        return "parameters-frozen"
    return "layers-not-registered" if re.search(r"\w+\.parameters\(\)[,)]", line) else ""


def _place_to_edit(crash: Crash, observation: Observation) -> Place | None:
    """The line that is to be edited, where it is not the one that crashed."""
    if crash.rule == "parameters-frozen":
        return next((spot.place for spot in reversed(observation.spots) if spot.kind == "frozen"), None)
    if crash.rule == "class-count-mismatch":
        forwards = [*observation.loose_forwards, *(f for seen in observation.passes for f in seen.forwards)]
        latest = max(forwards, key=lambda forward: forward.at, default=None)
        return observation.models[latest.model].head if latest is not None else None
    return crash.layer_place if crash.rule in _SHAPE_RULES else None


def _by_layer(crash: Crash) -> str:
    """What a layer expects and what reaches it, in one sentence; empty where that is not what is wrong."""
    given = crash.layer_given
    features = re.match(r"Linear\(in_features=(\d+)", crash.layer)
    channels = re.match(r"Conv\dd\((\d+)", crash.layer)
    if crash.rule == "flatten-size-mismatch" and features and given:
        return f"{crash.layer} expects {features[1]} numbers of each picture, and {given[-1]} reach it"
    if crash.rule == "channel-mismatch" and channels and len(given) == 4:
        return f"{crash.layer} expects {channels[1]} channels, and {given[1]} reach it"
    if crash.rule == "pooled-to-nothing" and len(given) == 4:
        return f"the map that reaches {crash.layer} is {given[2]} x {given[3]}, smaller than its window"
    return ""


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
        trace = trace_apart(file, crash.network, crash.picture)
        problem = find_problem(derive(trace))
    except ConvlensError:
        return  # the crash speaks for itself
    if problem is None or (trace.fault is not None and trace.fault.operation is None):
        return  # it could not even be made there
    crash.explanation = f"{problem.message}."
    if problem.site is not None and Path(problem.site.file) == file:
        crash.edit = Place(str(file), problem.site.line, "", problem.site.line, problem.site.line)
