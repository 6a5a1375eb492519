"""What of a run goes into a file of limited size: all that fits, the most telling first."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from convlens.web.content import Content, packed
from convlens.web.document import places

PICTURE_BYTES, VALUE_BYTES = 1_500_000, 2_000_000
"""Of the pictures as they are, and of PyTorch's values as they stand in the file."""
RIGHT_PER_CLASS, MOST_CHECKED = 10, 20
_WEIGHTS_SHARE = 0.65  # of the room; of a larger network the largest weights stay behind

Pack = Callable[[bytes], str]


@dataclass
class Selection:
    """The parts that were chosen.

    Attributes:
        document: the run's, changed to what is there.
        blocks: files by name, packed.
        room: characters that are left.
    """

    document: dict[str, Any]
    room: int
    blocks: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, block: str) -> None:
        """Take a file in."""
        self.blocks[name] = block
        self.room -= len(block) + len(name) + 20

    def left_out(self) -> list[str]:
        """What stayed behind and is missed, as sentences for the person."""
        missing = self.document["left_out"]
        sentences = []
        if missing["weights"]:
            sentences.append(f"The weights of {', '.join(missing['weights'])} were too large and are left out.")
        if missing["snapshots"]:
            sentences.append(f"There was no room for {missing['snapshots']} of the snapshots of training.")
        return sentences


def select(content: Content, room: int, pack: Pack) -> Selection:
    """Choose weights, test pictures, PyTorch's values for some of them, and snapshots.

    Args:
        content: the run.
        room: characters that there are.
        pack: makes the text that stands for a file.
    """
    chosen = Selection(dict(content.document), room)
    chosen.document |= {"live": False, "snapshot_format": "int8", "left_out": {"weights": [], "snapshots": 0}}
    kept = _add_weights(chosen, content, pack)
    checkable = _add_pictures(chosen, content, pack)
    chosen.room -= len(pack(json.dumps(chosen.document).encode())) + 1000  # what is still added to it is short
    _add_values(chosen, content, pack, checkable)
    _add_snapshots(chosen, content, pack, kept)
    return chosen


def eight_bits(tensors: Iterable[Tensor]) -> bytes:
    """Weights in 8 bits, with a scale for each entry of the first dimension, an output channel as a rule.

    First float32 numbers: for each tensor in order its scales, or, if it has no second dimension, itself. Then the
    values of the tensors with scales, int8, in units of those.
    """
    numbers, steps = [], []
    for tensor in tensors:
        if tensor.ndim < 2:
            numbers.append(tensor.float())
            continue
        rows = tensor.float().flatten(1)
        scales = rows.abs().amax(dim=1) / 127
        numbers.append(scales)
        steps.append((rows / scales.clamp(min=torch.finfo().tiny)[:, None]).round())
    return packed(numbers, "<f4") + packed(steps, "<i1")


def _add_weights(chosen: Selection, content: Content, pack: Pack) -> list[str]:
    """Take in all weights, or all but the largest; return the names of those that are there."""
    kept = dict(content.weights)
    most = _WEIGHTS_SHARE * chosen.room * 3 / 4 / 4  # of base64, four characters stand for three bytes
    while sum(tensor.numel() for tensor in kept.values()) > most:
        kept.pop(max(kept, key=lambda name: kept[name].numel()))
    chosen.add("data/weights.bin", pack(packed(kept.values(), "<f4")))
    left = [name for name in content.weights if name not in kept]
    chosen.document["tensors"] = places(kept)
    chosen.document["operations"] = [_without(one, left) for one in chosen.document["operations"]]
    chosen.document["left_out"]["weights"] = left
    return list(kept)


def _without(operation: dict[str, Any], left: Sequence[str]) -> dict[str, Any]:
    """An operation, which cannot be computed without its weights."""
    missing = next((name for name in operation["weights"].values() if name in left), None)
    if missing is None:
        return operation
    return operation | {"known": False, "weights": {}, "why": {"reason": "size", "what": missing}}


def _add_pictures(chosen: Selection, content: Content, pack: Pack) -> list[int]:
    """Take in the mistakes, the surest first, and right answers of each class; return those to check first."""
    test = chosen.document["test"]
    if not test["indices"]:
        chosen.document["test"] = test | {"predicted": [], "confidence": []}
        return []
    most = min(PICTURE_BYTES, chosen.room // 2) // content.picture_bytes
    per_class = min(RIGHT_PER_CLASS, most // (2 * len(content.run.classes)))
    test = test | content.answers(0, len(test["indices"]))
    answers = list(zip(test["indices"], test["labels"], test["predicted"], test["confidence"], strict=True))
    by_class: dict[int, list[int]] = {}
    for index, label, predicted, _ in answers:
        if label == predicted and len(found := by_class.setdefault(label, [])) < per_class:
            found.append(index)
    right = [index for found in by_class.values() for index in found]
    wrong = sorted((-sure, index) for index, label, predicted, sure in answers if label != predicted)
    mistakes = [index for _, index in wrong[: most - len(right)]]
    indices = sorted(right + mistakes)
    columns = {name: [test[name][index] for index in indices] for name in ("labels", "predicted", "confidence")}
    chosen.document["test"] = test | {"indices": indices} | columns
    chosen.add("data/pictures.bin", pack(content.pictures(indices)))
    return [*(found[0] for found in by_class.values() if found), *mistakes]


def _add_values(chosen: Selection, content: Content, pack: Pack, indices: Sequence[int]) -> None:
    """Take in PyTorch's values for as many of the pictures as there is room for."""
    left, checked = min(VALUE_BYTES, chosen.room // 2), []
    for index in indices[:MOST_CHECKED]:
        block = pack(content.values(index))
        if len(block) > left:
            break
        left -= len(block)
        checked.append(index)
        chosen.add(f"data/values/{index}.bin", block)
    chosen.document["checked"] = checked


def _add_snapshots(chosen: Selection, content: Content, pack: Pack, kept: Sequence[str]) -> None:
    """Take in as many snapshots as there is room for, spread evenly, the first and the last among them."""
    listed = chosen.document["snapshots"]
    found = [content.snapshot(number) for number in range(len(listed))]
    blocks = [pack(eight_bits(one[name] for name in kept)) for one in found]
    spread: list[int] = []
    for count in range(len(blocks), 1, -1):
        spread = [round(place * (len(blocks) - 1) / (count - 1)) for place in range(count)]
        if sum(len(blocks[number]) + 100 for number in spread) <= chosen.room:
            break
    else:
        spread = []
    for number in spread:
        chosen.add(f"data/snapshots/{number}.bin", blocks[number])
    chosen.document["snapshots"] = [listed[number] for number in spread]
    chosen.document["left_out"]["snapshots"] = len(listed) - len(spread)
    if listed and not spread:
        chosen.document["no_snapshots"] = "file"
