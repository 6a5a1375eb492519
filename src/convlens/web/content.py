"""A run, opened for the page: its document, and its arrays as bytes, little-endian and in the document's order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from convlens.byhand.recording import Recording, record
from convlens.byhand.sites import Definitions
from convlens.errors import ConvlensError, DataError, NetworkError, RunError
from convlens.images.dataset import ImageData
from convlens.images.decode import decode_picture
from convlens.predictor import normalise
from convlens.trained import Run, open_run
from convlens.web.document import answers, describe
from convlens.web.graph import Program, program_of, values_of


@dataclass(frozen=True)
class Content:
    """What the page shows of a run. Not for several threads at once: recording hooks into the network's modules.

    Attributes:
        run: the finished run.
        program: its network's.
        weights: those that take part, in order, float32.
        data: what it was trained on; None where that is not at hand.
        document: see `document`.
    """

    run: Run
    program: Program
    weights: dict[str, Tensor]
    data: ImageData | None
    document: dict[str, Any]

    @cached_property
    def picture_bytes(self) -> int:
        """Of one picture, uint8 (C, H, W)."""
        channels, height, width = self.run.facts.picture_shape
        return channels * height * width

    def weights_file(self) -> bytes:
        """All weights, float32."""
        return packed(self.weights.values(), "<f4")

    def snapshot(self, number: int) -> dict[str, Tensor]:
        """The weights of a snapshot by name, in order, float16.

        Raises:
            RunError: there is none with this number, or it cannot be read or is of another network.
        """
        listed = self.document["snapshots"]
        if not 0 <= number < len(listed):
            raise RunError(f"The run has {len(listed)} snapshots, counted from 0, and none with the number {number}.")
        path = self.run.folder.snapshot_path(listed[number]["step"])
        found = self.run.folder.read_snapshot(listed[number]["step"])
        if any(name not in found or found[name].shape != tensor.shape for name, tensor in self.weights.items()):
            raise RunError(f"{path} holds weights of another network.")
        return {name: found[name] for name in self.weights}

    def snapshot_file(self, number: int) -> bytes:
        """The weights of a snapshot, float16; RunError as above."""
        return packed(self.snapshot(number).values(), "<f2")

    def answers(self, start: int, end: int) -> dict[str, list[Any]]:
        """What the network says of the test pictures from `start` up to `end`, in order; see `document.answers`."""
        return answers(self.run, self._test_images(range(start, end)))

    def pictures(self, indices: Sequence[int]) -> bytes:
        """Test pictures, uint8 (C, H, W) each.

        Raises:
            DataError: there are no such pictures.
        """
        return self._test_images(indices).numpy().tobytes()

    def values(self, index: int) -> bytes:
        """PyTorch's value of every operation for a test picture, float32; DataError and NetworkError as above."""
        return self._values(self._test_images([index]))

    def values_of_pixels(self, pixels: bytes) -> bytes:
        """The same for a picture uint8 (C, H, W).

        Raises:
            DataError: it has another size.
            NetworkError: the network did not do what it did with other pictures.
        """
        if len(pixels) != self.picture_bytes:
            raise DataError(f"A picture has {self.picture_bytes} bytes here, and {len(pixels)} came.")
        given = torch.from_numpy(np.frombuffer(pixels, np.uint8).copy())
        return self._values(given.reshape(1, *self.run.facts.picture_shape))

    def prepare(self, file: bytes) -> dict[str, Any]:
        """What the network sees of a photograph: `picture`, its pixels, and `found`, how it was found there.

        Raises:
            DataError: it is no picture.
        """
        seen = self.run.prepare(decode_picture(file, "The file"))
        found = {"box": seen.box, "inverted": seen.inverted, "note": seen.note}
        return {"picture": seen.picture.flatten().tolist(), "found": found}

    def _test_images(self, indices: Sequence[int]) -> Tensor:
        images = self.data.test.images if self.data is not None else torch.zeros(0)
        for index in indices:
            if not 0 <= index < len(images):
                raise DataError(f"There are {len(images)} test pictures, counted from 0, and none with number {index}.")
        return images[list(indices)]

    def _values(self, picture: Tensor) -> bytes:
        try:
            return packed([values_of(self.program, _recorded(self.run, picture))], "<f4")
        except ValueError as error:
            raise NetworkError(f"With this picture the network does not do what it did with others: {error}.") from None


def load(path: Path, *, network: str | None = None, data: Path | None = None) -> Content:
    """Open a finished run for the page.

    Args:
        path: its folder.
        network: where the class of a network of one's own is now.
        data: where its pictures are now; where they are not where they were, the page goes without.

    Raises:
        RunError, NetworkError: as of `open_run`.
        DataError: `data` does not hold the run's pictures.
    """
    definitions = Definitions()
    with definitions.recording():
        run = open_run(path, network=network)
    try:
        pictures = run.load_data(data)
    except ConvlensError:
        if data is not None:
            raise
        pictures = None
    return of_run(run, definitions, pictures)


def of_run(run: Run, definitions: Definitions, data: ImageData | None) -> Content:
    """What the page shows of an open run; `definitions` was recorded while its network was made."""
    state = run.network.state_dict()
    blank = torch.zeros(1, *run.facts.picture_shape, dtype=torch.uint8)
    program = program_of(_recorded(run, blank), state)
    weights = {name: state[name].float() for name in program.weights}
    return Content(run, program, weights, data, describe(run, program, definitions, weights, data))


def _recorded(run: Run, picture: Tensor) -> Recording:
    """Record the network on a picture uint8 (1, C, H, W), normalised as for prediction."""
    predictor = run.predictor
    return record(predictor.network, normalise(picture.to(predictor.device), predictor.mean, predictor.std))


def packed(tensors: Iterable[Tensor], kind: str) -> bytes:
    """The numbers of tensors one after the other, as NumPy's kind `<f4`, `<f2` or `<i1`."""
    return b"".join(tensor.detach().cpu().contiguous().numpy().astype(kind).tobytes() for tensor in tensors)
