"""Pictures drawn with characters."""

from torch import Tensor

# From dark to light, as ink on a dark terminal.
_SHADES = " .:-=+*#%@"


def draw(picture: Tensor, *, colour: bool) -> str:
    """Return a small picture as lines of text.

    Args:
        picture: uint8 (C, H, W), grey or red, green, blue.
        colour: for a terminal, two pixels in one character by 24-bit colours; otherwise one plain character for each
            pixel and column, and every second row, so that the proportions stay.
    """
    return _in_colour(picture) if colour else _in_plain_text(picture)


def _in_colour(picture: Tensor) -> str:
    pixels_HWC = picture.expand(3, -1, -1).permute(1, 2, 0).tolist()
    if len(pixels_HWC) % 2:
        pixels_HWC.append([[0, 0, 0]] * len(pixels_HWC[0]))
    lines = []
    for upper, lower in zip(pixels_HWC[::2], pixels_HWC[1::2], strict=True):
        cells = (
            f"\x1b[38;2;{above[0]};{above[1]};{above[2]};48;2;{below[0]};{below[1]};{below[2]}m▀"
            for above, below in zip(upper, lower, strict=True)
        )
        lines.append("".join(cells) + "\x1b[0m")
    return "\n".join(lines)


def _in_plain_text(picture: Tensor) -> str:
    grey_HW = picture.float().mean(dim=0)
    steps = (grey_HW[::2] * len(_SHADES) / 256).long().tolist()
    return "\n".join("".join(_SHADES[step] for step in row).rstrip() for row in steps)
