"""The JSON document of `convlens shapes --format json`."""

from typing import Any

from convlens.byhand.arithmetic import flat_size
from convlens.byhand.blame import first_in
from convlens.byhand.derivation import Derivation
from convlens.byhand.explanations import Number
from convlens.byhand.problems import Problem
from convlens.byhand.steps import Step


def as_document(derivation: Derivation, problem: Problem | None) -> dict[str, Any]:
    """What is worked out, for programs."""
    trace = derivation.trace
    steps = derivation.steps if problem is None else derivation.steps[: problem.steps]
    last = derivation.last_maps
    return {
        "version": 1,
        "steps": [_step(step, trace.file) for step in steps],
        "parameters": {"learned": trace.learned, "buffers": trace.buffers},
        "neurons_after_last_convolution": None if last is None else flat_size(last).result,
        "error": None if problem is None else _error(problem),
    }


def line_of(step: Step, file: str) -> int | None:
    """The line a person would edit: where the layer is defined, or where a functional operation is called."""
    site = first_in(step.defined if step.layer and step.defined else step.called, file)
    return None if site is None else site.line


def _step(step: Step, file: str) -> dict[str, Any]:
    return {
        "op": step.op,
        "name": step.name,
        "line": line_of(step, file),
        "input": list(step.input),
        "output": list(step.output),
        "derivation": "; ".join(step.derivation),
        "parameters": step.parameters,
        "macs": step.macs,
        "receptive_field": None if step.receptive_field is None else list(step.receptive_field),
        "dropped": list(step.dropped),
    }


def _error(problem: Problem) -> dict[str, Any]:
    return {
        "line": None if problem.site is None else problem.site.line,
        "message": problem.message,
        "expected": _plain(problem.expected),
        "found": _plain(problem.found),
    }


def _plain(number: Number) -> int | list[int] | None:
    return list(number) if isinstance(number, tuple) else number
