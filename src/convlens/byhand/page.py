"""A network's sums as one HTML page with drawings to scale, which loads nothing."""

from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

import convlens
from convlens.byhand import drawing
from convlens.byhand.arithmetic import by, flat_size
from convlens.byhand.document import line_of
from convlens.byhand.work import Worked

_PALETTE = Path(convlens.__file__).parent / "report" / "templates" / "palette.css"


def render(worked: Worked) -> str:
    """Return the page of a network that was worked out; whatever comes from the person's file is escaped."""
    derivation, problem = worked.derivation, worked.problem
    steps = derivation.steps if problem is None else derivation.steps[: problem.steps]
    boxes = drawing.boxes([worked.target.picture, *(step.output for step in steps)])
    parts = [
        {
            "step": step,
            "line": line_of(step, derivation.trace.file),
            "shape": by(step.output),
            "field": by(step.receptive_field or ()),
            "box": box,
            "changes": step.input != step.output,
            "strips": drawing.strips(step) if step.windows else [],
        }
        for step, box in zip(steps, boxes[1:], strict=True)
    ]
    return (
        _templates()
        .get_template("shapes.html")
        .render(
            title=worked.target.title,
            picture=by(worked.target.picture),
            picture_box=boxes[0],
            parts=parts,
            neurons=_neurons(worked),
            trace=derivation.trace,
            macs=sum(step.macs or 0 for step in steps),
            problem=problem,
            comments=worked.comments,
            version=convlens.__version__,
        )
    )


def _neurons(worked: Worked) -> str:
    last = worked.derivation.last_maps
    if last is None:
        return ""
    neurons = flat_size(last)
    return f"{neurons.worked} = {neurons.result}" if len(last) > 1 else str(neurons.result)


def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["px"] = lambda number: f"{number:.1f}"
    environment.filters["count"] = lambda number: f"{number:,}"
    shared: dict[str, Any] = {"palette": Markup(_PALETTE.read_text(encoding="utf-8"))}  # noqa: S704 - our own file
    environment.globals.update(shared)
    return environment
