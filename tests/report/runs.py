"""Finished runs made by hand, so that a report of any shape can be looked at without training one."""

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import torch
from torch import nn

from convlens import networks
from convlens.config import resolve
from convlens.evaluation import evaluate
from convlens.images.dataset import ImageData, Split
from convlens.predictor import Predictor
from convlens.runs import DataFacts, RunFolder
from convlens.trained import Run

HOSTILE = "<script>alert('1')</script>\"><img src=x onerror=alert(2)>{{ 7 * 7 }}"


def make_data(classes: Sequence[str], *, channels: int = 1, size: int = 8, name: str = "made by hand") -> ImageData:
    """Four pictures of noise in each split and class."""
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(4 * len(classes)) % len(classes)

    def split() -> Split:
        shape = (len(labels), channels, size, size)
        return Split(torch.randint(0, 256, shape, generator=generator, dtype=torch.uint8), labels)

    return ImageData(name, tuple(classes), split(), split(), split(), "whole")


def falling_loss(step: int) -> float:
    """2.3 at the first step, and falling more and more slowly."""
    return 2.3 / math.sqrt(step)


def make_run(
    path: Path,
    data: ImageData,
    *,
    steps: int = 40,
    validate: bool = True,
    loss: Callable[[int], float] = falling_loss,
    network: nn.Module | None = None,
) -> Run:
    """A finished run of the lecture's network (or another) with its first weights and a log of `steps` steps."""
    config = resolve({"data": "no such folder", "network": "lecture", "steps": steps, "batch_size": 16, "threads": 1})
    facts, folder = DataFacts.of(data), RunFolder(path)
    module = network or networks.build("lecture", facts.picture_shape, len(facts.classes), dropout=0.0, seed=0)
    run = Run(folder, module.eval(), config, facts)
    path.mkdir(parents=True)
    folder.write_config(config)
    folder.write_facts(facts)
    folder.write_json(
        folder.environment_path,
        {
            "python": "3.11.9",
            "device": "cpu",
            "sessions": [{"begun": "2026-11-22T10:15:00+00:00"}],
            "seconds": 61.4,
        },
    )
    folder.log_path.write_text("".join(json.dumps(record) + "\n" for record in _log(steps, validate, loss)))
    _write_scores(folder, run.predictor, data, steps)
    return run


def _log(steps: int, validate: bool, loss: Callable[[int], float]) -> list[dict[str, float]]:
    records: list[dict[str, float]] = []
    for step in range(1, steps + 1):
        records.append({"step": step, "learning_rate": 0.1 / 3 ** (5 * (step - 1) // steps), "loss": loss(step)})
        if validate and step % max(steps // 10, 1) == 0:
            records.append(
                {
                    "step": step,
                    "epoch": 4 * step / steps,
                    "validation_accuracy": 1 / (1 + loss(step)),
                    "validation_loss": loss(step),
                    "train_loss": loss(step),
                    "seconds": 1.5 * step,
                }
            )
    return records


def _write_scores(folder: RunFolder, predictor: Predictor, data: ImageData, steps: int) -> None:
    folder.write_json(
        folder.metrics_path,
        {
            "test": asdict(evaluate(predictor.logits(data.test.images), data.test.labels)),
            "best_step": steps,
            "steps": steps,
            "parameters": sum(parameter.numel() for parameter in predictor.network.parameters()),
            "weights_sha256": folder.write_weights(predictor.network.state_dict()),
        },
    )
