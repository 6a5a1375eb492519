"""The first convolution's filters as tiles: what a network looks for in the pixels themselves."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from torch import nn

from convlens.report.pictures import png_address

# Orange adds, violet subtracts: a pair that the colour-blind can tell apart, readable on white and on black.
PLUS, MINUS = (222, 115, 10), (122, 92, 222)
_MOST = 64

Array = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Filters:
    """The filters of one layer, drawn.

    Attributes:
        layer: its name in the network.
        channels, height, width: of one filter.
        count: how many the layer has; `tiles` has the first of them.
        tiles: the address of a picture for each, on one scale for all.
        largest: the weight of the strongest colour.
        in_colour: a tile shows the colour a filter looks for, not one number a pixel.
    """

    layer: str
    channels: int
    height: int
    width: int
    count: int
    tiles: tuple[str, ...]
    largest: float
    in_colour: bool


def first_filters(network: nn.Module) -> Filters | None:
    """Draw the filters of the first `nn.Conv2d` of a network; None where it has none.

    Filters with one input channel are drawn on a diverging scale around 0, those with three as colours around grey,
    others as the mean over their channels.
    """
    found = next(((name, part) for name, part in network.named_modules() if isinstance(part, nn.Conv2d)), None)
    if found is None:
        return None
    name, layer = found
    weights: Array = layer.weight.detach().float().cpu().numpy()
    count, channels, height, width = weights.shape
    in_colour = channels == 3
    drawn = weights if in_colour else weights.mean(axis=1)  # (F, 3, k, k), or (F, k, k)
    largest = float(np.abs(drawn).max())
    draw = _colours if in_colour else _diverging
    tiles = tuple(png_address(draw(weight / (largest or 1.0))) for weight in drawn[:_MOST])
    return Filters(name, channels, height, width, count, tiles, largest, in_colour)


def _diverging(weight: Array) -> npt.NDArray[np.uint8]:
    """(k, k) of -1 to 1 to (k, k, 4): the sign is the colour and the size its opacity, so that 0 is the page itself."""
    colour = np.where(weight[..., None] >= 0, np.array(PLUS), np.array(MINUS))
    opacity = np.abs(weight)[..., None] * 255
    return np.concatenate([colour, opacity], axis=-1).round().astype(np.uint8)


def _colours(weight: Array) -> npt.NDArray[np.uint8]:
    """(3, k, k) of -1 to 1 to (k, k, 3), 0 being mid-grey."""
    return ((weight.transpose(1, 2, 0) + 1) * 127.5).round().astype(np.uint8)
