import json
from pathlib import Path

from tests.cli.conftest import Command, Result


def test_scores_what_training_scored(convlens: Command, trained: tuple[Path, Result]) -> None:
    result = convlens("evaluate", trained[0], "--format", "json")
    assert result.status == 0, result.errors
    answer = json.loads(result.output)
    metrics = json.loads((trained[0] / "metrics.json").read_text())
    assert {key: answer[key] for key in metrics["test"]} == metrics["test"]
    assert answer["version"] == 1
    assert len(answer["classes"]) == len(answer["confusion"]) == 10


def test_pictures_that_moved_are_named(
    convlens: Command, trained: tuple[Path, Result], pictures: Path, tmp_path: Path
) -> None:
    (tmp_path / "moved").symlink_to(pictures)
    moved = convlens("evaluate", trained[0], "--data", tmp_path / "moved", "--format", "json")
    assert moved.output == convlens("evaluate", trained[0], "--format", "json").output
    other = convlens("evaluate", trained[0], "--data", "fashion-mnist")
    assert other.status == 1
    assert "are not those" in other.errors


def test_prints_interval_classes_and_confusion(convlens: Command, trained: tuple[Path, Result]) -> None:
    output = convlens("evaluate", trained[0]).output
    assert "95 % interval" in output
    assert "precision" in output
    assert "Trouser" in output
    assert "Taken for" in output


def test_an_unfinished_run_says_how_to_finish_it(
    convlens: Command, trained: tuple[Path, Result], tmp_path: Path
) -> None:
    for name in ("config.toml", "data.json"):
        (tmp_path / name).write_bytes((trained[0] / name).read_bytes())
    result = convlens("evaluate", tmp_path)
    assert result.status == 1
    assert f"convlens train --resume {tmp_path}" in result.errors


def test_a_damaged_weight_is_noticed(convlens: Command, trained: tuple[Path, Result], tmp_path: Path) -> None:
    for file in trained[0].iterdir():
        if file.is_file():
            (tmp_path / file.name).write_bytes(file.read_bytes())
    weights = bytearray((tmp_path / "weights.safetensors").read_bytes())
    weights[-100] ^= 1
    (tmp_path / "weights.safetensors").write_bytes(weights)
    result = convlens("evaluate", tmp_path)
    assert result.status == 1
    assert "damaged" in result.errors
