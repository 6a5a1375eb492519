"""Checkpoints: two are kept, a damaged one is passed over and told, and a kill never costs both."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from convlens import files
from convlens.training import checkpoint

Install = Callable[[Callable[..., None]], None]


def tensors(step: int) -> dict[str, Tensor]:
    return {"network/weight": torch.full((3, 2), float(step)), "network/count": torch.tensor(step)}


def save(folder: Path, *steps: int) -> list[Path]:
    return [checkpoint.save(folder, step, tensors(step), f"text of {step}") for step in steps]


def load(folder: Path) -> tuple[str | None, list[str]]:
    """The text of the checkpoint that was loaded, and what was told."""
    told: list[str] = []
    found = checkpoint.load_newest(folder, told.append)
    if found is None:
        return None, told
    loaded, text = found
    step = int(text.rpartition(" ")[2])
    assert all(torch.equal(loaded[name], value) for name, value in tensors(step).items())
    return text, told


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.safetensors"))


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 16
    path.write_bytes(content)


# The bytes


@pytest.mark.parametrize(
    "value",
    [
        torch.tensor(1.5),
        torch.tensor([float("nan"), float("inf"), -0.0, 1e-45]),
        torch.zeros(0, 3),
        torch.arange(5, dtype=torch.int64),
        torch.tensor([True, False]),
        torch.randn(2, 3, 4, 4, generator=torch.Generator().manual_seed(0)).to(memory_format=torch.channels_last),
        torch.arange(10.0)[::3],
        torch.arange(4.0, requires_grad=True),
        torch.arange(3, dtype=torch.bfloat16),
    ],
    ids=["number", "special", "empty", "int64", "bool", "channels last", "strided", "learned", "bfloat16"],
)
def test_a_tensor_comes_back_bit_for_bit(value: Tensor) -> None:
    loaded, _ = checkpoint.from_bytes(checkpoint.to_bytes({"value": value}))
    found = loaded["value"]
    assert (found.dtype, found.shape) == (value.dtype, value.shape)
    assert (
        found.contiguous().view(torch.uint8).equal(value.detach().contiguous().view(torch.uint8))
        if (value.ndim)
        else found.equal(value)
    )


@pytest.mark.parametrize("text", ["", "{}", '{"a": "\\u00e4 \\" \\n"}', "äöü\n\t\0 中"])
def test_the_text_comes_back(text: str) -> None:
    assert checkpoint.from_bytes(checkpoint.to_bytes(tensors(1), text))[1] == text


def test_one_tensor_under_two_names_comes_back_under_both() -> None:
    # A layer that a network uses under two names.
    shared = torch.arange(3.0)
    loaded, _ = checkpoint.from_bytes(checkpoint.to_bytes({"first": shared, "second": shared}))
    assert torch.equal(loaded["first"], shared)
    assert torch.equal(loaded["second"], shared)


# Saving and loading


def test_no_checkpoint_is_none(tmp_path: Path) -> None:
    assert load(tmp_path) == (None, [])
    assert load(tmp_path / "absent") == (None, [])


def test_the_newest_is_loaded_and_nothing_is_told(tmp_path: Path) -> None:
    save(tmp_path / "checkpoints", 5, 12, 200)
    assert load(tmp_path / "checkpoints") == ("text of 200", [])


def test_the_newest_two_are_kept_with_their_checksums(tmp_path: Path) -> None:
    save(tmp_path, 1, 2, 30, 4000)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "step-00000030.safetensors",
        "step-00000030.safetensors.sha256",
        "step-00004000.safetensors",
        "step-00004000.safetensors.sha256",
    ]


def test_later_checkpoints_of_an_abandoned_past_are_removed(tmp_path: Path) -> None:
    save(tmp_path, 10, 20)
    save(tmp_path, 15)
    assert names(tmp_path) == ["step-00000010.safetensors", "step-00000015.safetensors"]
    assert load(tmp_path) == ("text of 15", [])


@pytest.mark.parametrize("damage", ["flip", "cut", "empty", "flip checksum", "cut checksum"])
def test_a_damaged_checkpoint_is_told_and_the_one_before_it_is_used(tmp_path: Path, damage: str) -> None:
    _, newest = save(tmp_path, 1, 2)
    target = files.checksum_path(newest) if damage.endswith("checksum") else newest
    if damage.startswith("flip"):
        flip(target)
    else:
        target.write_bytes(target.read_bytes()[: 0 if damage == "empty" else -1])
    text, told = load(tmp_path)
    assert text == "text of 1"
    (sentence,) = told
    assert "step-00000002.safetensors is damaged" in sentence
    assert sentence.endswith("An older one is used, or the run begins anew.")


def test_a_checkpoint_without_its_checksum_was_never_finished(tmp_path: Path) -> None:
    _, newest = save(tmp_path, 1, 2)
    files.checksum_path(newest).unlink()
    assert load(tmp_path) == ("text of 1", [])


def test_a_checksum_without_its_checkpoint_does_not_count(tmp_path: Path) -> None:
    _, newest = save(tmp_path, 1, 2)
    newest.unlink()
    assert load(tmp_path) == ("text of 1", [])


def test_when_all_are_damaged_it_does_not_claim_that_one_is_used(tmp_path: Path) -> None:
    for path in save(tmp_path, 1, 2):
        flip(path)
    text, told = load(tmp_path)
    assert text is None
    assert "the run begins anew" in told[-1]


@pytest.mark.parametrize("useless", ["damaged", "unfinished"])
def test_the_next_save_keeps_two_that_can_be_used(tmp_path: Path, useless: str) -> None:
    _, newest = save(tmp_path, 1, 2)
    if useless == "damaged":
        flip(newest)
    else:
        files.checksum_path(newest).unlink()
    assert load(tmp_path)[0] == "text of 1"
    (newest,) = save(tmp_path, 3)
    flip(newest)
    assert load(tmp_path)[0] == "text of 1"


@pytest.mark.parametrize("before", [[], [1], [1, 2]], ids=["the first save", "the second", "the third"])
def test_a_kill_at_any_point_of_a_save_leaves_the_old_or_the_new_checkpoint(
    tmp_path: Path, at_point: Install, before: list[int]
) -> None:
    folder = tmp_path / "checkpoints"
    save(folder, *before)
    left: list[Path] = []
    at_point(lambda point, path: left.append(shutil.copytree(folder, tmp_path / str(len(left)))))
    save(folder, 9)
    old = f"text of {before[-1]}" if before else None
    found = [load(copy) for copy in left]
    # Six moments of writing the tensors, four of writing the checksum, two after its renaming.
    assert found == [(old, [])] * 10 + [("text of 9", [])] * 2


@pytest.mark.parametrize("before", [[1], [1, 2]])
def test_the_next_save_after_a_kill_is_as_good_as_any(tmp_path: Path, at_point: Install, before: list[int]) -> None:
    folder = tmp_path / "checkpoints"
    save(folder, *before)
    left: list[Path] = []
    at_point(lambda point, path: left.append(shutil.copytree(folder, tmp_path / str(len(left)))))
    save(folder, 9)
    at_point(lambda point, path: None)
    for copy in left:
        files.remove_leftovers(copy)
        save(copy, 7)  # as a run that resumed from an older step does
        assert load(copy) == ("text of 7", [])
        assert all(files.checksum_path(path).exists() for path in copy.glob("*.safetensors"))
