"""The report's page: collects the parts of a run and sets them into the templates."""

import functools
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import jinja2

import convlens
from convlens import files
from convlens.config import RunConfig
from convlens.errors import ConvlensError
from convlens.evaluation import ClassScore, Evaluation
from convlens.images.dataset import ImageData
from convlens.report import answers, filters, learning
from convlens.report.pictures import picture_address
from convlens.trained import Run

_MISTAKES, _MIX_UPS = 30, 5
_ABSENT = "The test pictures were not at hand when this report was made, so this part could not be drawn."


class Fact(NamedTuple):
    """A fact in the page's head: its name, its value, and what is worth adding."""

    name: str
    value: str
    more: str = ""


class Table(NamedTuple):
    """A table of names and values."""

    caption: str
    rows: list[tuple[str, str]]


def write(run: Run, moved_to: Path | None = None) -> Path:
    """Write `report.html` into the run's folder, with the pictures where they can be loaded; return its path.

    Args:
        run: the finished run.
        moved_to: the folder its pictures are in now; None is where they were.

    Raises:
        RunError: a file of the run cannot be read.
        ConvlensError: `moved_to` does not hold the pictures.
    """
    try:
        data = run.load_data(moved_to)
    except ConvlensError:  # moved, changed, or out of reach: the page says so where the pictures would be
        if moved_to is not None:
            raise
        data = None
    path = run.folder.report_path
    files.write_atomically(path, render(run, data).encode())
    return path


def render(run: Run, data: ImageData | None) -> str:
    """Return the report of a finished run as one HTML document that loads nothing.

    Args:
        run: the finished run; the files in its folder are read.
        data: what it was trained on; with None the parts that need the pictures say that they are missing.

    Raises:
        RunError: a file of the run cannot be read.
    """
    content = _head(run) | _learning(run) | _answers(run) | _pictures(run, data)
    content |= {"filters": filters.first_filters(run.network), "plus": filters.PLUS, "minus": filters.MINUS}
    content |= {"command": _command(run.path), "tables": _tables(run)}
    return _templates().get_template("page.html").render(content)


def _head(run: Run) -> dict[str, Any]:
    config, facts, metrics, environment = run.config, run.facts, run.metrics, run.folder.read_environment()
    channels, height, width = facts.picture_shape
    seconds, sessions = environment.get("seconds"), environment.get("sessions") or [{}]
    kind = "grey" if channels == 1 else "colour"
    summary = [
        Fact("Network", _network_name(config.network), f"{metrics['parameters']:,} parameters"),
        Fact("Pictures", facts.name, f"{len(facts.classes)} classes, {height} × {width} {kind}"),
        Fact("Trained on", f"{facts.train_pictures:,}", f"validated on {facts.validation_pictures:,}"),
        Fact("Steps", f"{metrics['steps']:,}", f"of {min(config.batch_size, facts.train_pictures):,} pictures each"),
        Fact("Time", _duration(seconds) if seconds is not None else "not known", _device(config, environment)),
        Fact("Begun", *_moment(str(sessions[0].get("begun", "not known")))),
    ]
    return {
        "network": _network_name(config.network),
        "folder": run.path.resolve().name,
        "version": convlens.__version__,
        "config": config,
        "facts": facts,
        "classes": facts.classes,
        "test": _evaluation(metrics["test"]),
        "summary": summary,
    }


def _learning(run: Run) -> dict[str, Any]:
    log = learning.read_log(run.folder.read_log())
    curves = learning.LearningCurves(log, run.metrics.get("best_step"))
    config = run.config
    harder = {
        "changed pictures": config.flip or config.shift or config.erase,
        "silenced neurons": config.dropout,
        "softened labels": config.label_smoothing,
    }
    return {
        "first_loss": log.losses[0] if log.losses else None,
        "loss": curves.loss(),
        "accuracy": curves.accuracy(),
        "rate": curves.rate(),
        "best": curves.best,
        "unit": curves.unit,
        "steps_per_epoch": log.steps_per_epoch,
        "validations": log.validations,
        "harder": ", ".join(name for name, is_so in harder.items() if is_so),
    }


def _answers(run: Run) -> dict[str, Any]:
    confusion = _evaluation(run.metrics["test"]).confusion
    return {
        "heat_map": answers.heat_map(confusion),
        "most_digits": len(str(max(max(row) for row in confusion))),
        "mix_ups": answers.mix_ups(confusion, run.classes, _MIX_UPS),
    }


def _pictures(run: Run, data: ImageData | None) -> dict[str, Any]:
    """The parts that need the test pictures themselves."""
    if data is None:
        return {"calibration": None, "mistakes": None, "absent": _ABSENT}
    images, labels = data.test
    probabilities = run.predictor.probabilities(images)
    mistakes = [
        {
            "index": mistake.index,
            "address": picture_address(images[mistake.index]),
            "true": run.classes[mistake.true],
            "said": run.classes[mistake.said],
            "confidence": mistake.confidence,
        }
        for mistake in answers.confident_mistakes(probabilities, labels, _MISTAKES)
    ]
    charts = answers.calibration_charts(answers.calibration(probabilities, labels))
    return {"calibration": charts, "mistakes": mistakes, "absent": _ABSENT}


def _tables(run: Run) -> list[Table]:
    config = run.config.model_dump(exclude_none=True)
    environment = {key: value for key, value in run.folder.read_environment().items() if key != "sessions"}
    data = {"data sha256": run.facts.sha256, "weights sha256": run.metrics["weights_sha256"]}
    return [Table("Configuration", _rows(config)), Table("Environment", _rows(environment | data))]


def _rows(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(key.replace("_", " "), _in_words(value)) for key, value in content.items()]


def _in_words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _command(path: Path) -> str:
    return shlex.join(["convlens", "train", "--config", str(path / "config.toml"), "--out", f"{path}-again"])


def _device(config: RunConfig, environment: Mapping[str, Any]) -> str:
    device = environment.get("device", "an unknown device")
    plural = "" if config.threads == 1 else "s"
    return f"on {device}, {config.threads} thread{plural}" if device == "cpu" else f"on {device}"


def _network_name(network: str) -> str:
    """The class of FILE.py:Class, or a shipped network's name."""
    return network.rpartition(":")[2]


def _evaluation(content: Mapping[str, Any]) -> Evaluation:
    return Evaluation(**{**content, "per_class": tuple(ClassScore(**score) for score in content["per_class"])})


def _moment(text: str) -> tuple[str, str]:
    """The date, and the time of day, of an ISO 8601 moment."""
    date, _, time = text.partition("T")
    return date, time.replace("+00:00", " UTC")


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 2:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


@functools.cache
def _templates() -> jinja2.Environment:
    """The templates. Whatever is set into one is escaped, and a name that is missing is an error."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("convlens.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["count"] = lambda number: f"{number:,}"
    environment.filters["percent"] = lambda share: f"{100 * share:.2f}\u00a0%"
    environment.filters["duration"] = _duration
    return environment
