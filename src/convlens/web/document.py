"""A run as the page's document: what JSON can hold of it. Its arrays are in `content`.

Version 1. Where something is not known it is null.

    name, network, classes
    picture      {shape [C, H, W], mean, std}: per channel, in units of 0 to 1
    mirror       whether answers are the mean over a picture and its mirror image
    average      whether the weights are a running average of the trained ones
    operations   what ran, see `_operation`; the first is the picture
    answer       the id of the operation that gives the logits
    dropout      whether there is one
    tensors      {name: {shape, offset}}: weights, where they begin in `weights.bin`, counted in numbers
    snapshots    [{step, epoch, validation_accuracy, file}]: the weights at moments of training
    snapshot_format  `float16`, or `int8`, see `selection.eight_bits`
    no_snapshots why there are none: `large` network, `older` run, no room in a `file`; else null
    log          {steps [[step, learning rate, loss]], best_step, validations [[step, epoch, accuracy, loss, mean
                 training loss since the one before]]}
    test         {accuracy, total, correct, confusion}, and of the test pictures that are at hand {indices, labels};
                 none where they could not be loaded. In a file {predicted, confidence} as well, see `answers`
    live         whether a server answers
    checked      without a server, the indices of the pictures whose PyTorch values are at hand
    left_out     without a server, what was too large for the file: {weights: names, snapshots: how many}
"""

import inspect
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

import torch
from torch import Tensor

from convlens.byhand.derivation import derive
from convlens.byhand.document import line_of
from convlens.byhand.sites import Definitions
from convlens.byhand.steps import Step
from convlens.byhand.trace import trace
from convlens.images.dataset import ImageData
from convlens.report.learning import read_log
from convlens.trained import Run
from convlens.training.snapshots import are_kept
from convlens.web.graph import Node, Program

_MOST_STEPS = 1000  # points of a curve


def describe(
    run: Run, program: Program, definitions: Definitions, weights: Mapping[str, Tensor], data: ImageData | None
) -> dict[str, Any]:
    """The document of a run that a server shows.

    Args:
        run: a finished run.
        program: its network's.
        definitions: recorded while the network was made.
        weights: those that take part, in order.
        data: what it was trained on, where that is at hand.
    """
    facts = run.facts
    file = inspect.getfile(type(run.network))
    steps = _steps(run, program, definitions, file)
    operations = [_operation(place, *one, file) for place, one in enumerate(zip(program.nodes, steps, strict=True))]
    return {
        "version": 1,
        "name": run.path.resolve().name,
        "network": run.config.network.rpartition(":")[2],
        "classes": list(facts.classes),
        "picture": {"shape": list(facts.picture_shape), "mean": list(facts.mean), "std": list(facts.std)},
        "mirror": run.config.mirror,
        "average": run.config.average > 0,
        "operations": operations,
        "answer": program.answer,
        "dropout": any(node.op == "dropout" for node in program.nodes),
        "tensors": places(weights),
        **_snapshots(run),
        "log": _log(run),
        "test": _test(run, data),
        "live": True,
        "checked": [],
    }


def _operation(place: int, node: Node, step: Step | None, file: str) -> dict[str, Any]:
    """One operation; `line`, `parameters`, `macs`, `receptive_field` and `dropped` as `convlens shapes` tells them.

    `options` and `weights` are for the page's function of `op`; `weights` are names in `tensors`, or null. Where the
    page cannot compute it, `known` is false and `why` says the reason, see `calls.UnknownError`.
    """
    worked: dict[str, Any] = dict.fromkeys(("line", "parameters", "macs", "receptive_field", "dropped"))
    if step is not None:
        worked = {
            "line": line_of(step, file),
            "parameters": step.parameters,
            "macs": step.macs,
            "receptive_field": None if step.receptive_field is None else list(step.receptive_field),
            "dropped": list(step.dropped),
        }
    why = {} if node.unknown is None else {"why": {"reason": node.unknown.reason, "what": node.unknown.what}}
    return {
        "id": place,
        "op": node.op,
        "name": node.name,
        "inputs": list(node.inputs),
        "output": list(node.output),
        "options": node.options,
        "weights": node.weights,
        "known": node.unknown is None,
        **why,
        **worked,
    }


def _steps(run: Run, program: Program, definitions: Definitions, file: str) -> list[Step | None]:
    """What `convlens shapes` says about each operation; None where it has no step of its own for it."""
    found = trace(run.network, run.facts.picture_shape, target="", file=file, definitions=definitions)
    steps = derive(found).steps
    traced = [(step.op, step.output) for step in steps]
    recorded = [(node.kind, node.output) for node in program.nodes]
    matched: list[Step | None] = [None] * len(recorded)
    # Both saw the same calls, but for a few that either leaves out.
    for block in SequenceMatcher(None, recorded, traced, autojunk=False).get_matching_blocks():
        matched[block.a : block.a + block.size] = steps[block.b : block.b + block.size]
    return matched


def places(weights: Mapping[str, Tensor]) -> dict[str, Any]:
    """The document's `tensors`."""
    found, offset = {}, 0
    for name, tensor in weights.items():
        found[name] = {"shape": list(tensor.shape), "offset": offset}
        offset += tensor.numel()
    return found


def _snapshots(run: Run) -> dict[str, Any]:
    seen = {one.step: one for one in read_log(run.folder.read_log()).validations}
    steps = [step for step in run.folder.snapshot_steps() if step == 0 or step in seen]
    listed = [
        {
            "step": step,
            "epoch": seen[step].epoch if step in seen else 0.0,
            "validation_accuracy": seen[step].accuracy if step in seen else None,
            "file": file,
        }
        for file, step in enumerate(steps)
    ]
    why = "older" if are_kept(run.network) else "large"
    return {"snapshots": listed, "snapshot_format": "float16", "no_snapshots": None if listed else why}


def _log(run: Run) -> dict[str, Any]:
    log = read_log(run.folder.read_log())
    return {
        "steps": _thinned([*zip(log.steps, log.rates, log.losses, strict=True)]),
        "validations": [[one.step, one.epoch, one.accuracy, one.loss, one.train_loss] for one in log.validations],
        "best_step": run.metrics.get("best_step"),
    }


def _thinned(steps: Sequence[tuple[int, float, float]]) -> list[list[float]]:
    """At most `_MOST_STEPS` entries, each the last step and rate of a few steps with the mean of their losses."""
    size = -(-len(steps) // _MOST_STEPS) or 1
    parts = [steps[start : start + size] for start in range(0, len(steps), size)]
    return [[part[-1][0], part[-1][1], sum(loss for _, _, loss in part) / len(part)] for part in parts]


def _test(run: Run, data: ImageData | None) -> dict[str, Any]:
    scored = {name: run.metrics["test"][name] for name in ("accuracy", "total", "correct", "confusion")}
    labels = [] if data is None else data.test.labels.tolist()
    return scored | {"indices": list(range(len(labels))), "labels": labels}


def answers(run: Run, images: Tensor) -> dict[str, list[Any]]:
    """What a run says of pictures, uint8 (N, C, H, W): `predicted` classes, and with what `confidence`, 0 to 1."""
    confidence, predicted = run.predictor.probabilities(images).max(dim=1)
    return {"predicted": predicted.tolist(), "confidence": torch.round(confidence.double(), decimals=4).tolist()}
