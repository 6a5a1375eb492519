"""Pictures as `data:` addresses, so that the page needs no file beside itself."""

import base64
import io

import numpy as np
import numpy.typing as npt
from PIL import Image
from torch import Tensor

# Thirty pictures larger than this would make a page of several megabytes.
_LARGEST_SIDE = 112


def png_address(pixels: npt.NDArray[np.uint8]) -> str:
    """The address of a PNG of pixels (H, W), (H, W, 3) or, with opacity, (H, W, 4)."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="png", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def picture_address(picture: Tensor) -> str:
    """The address of a picture uint8 (C, H, W) with C of 1 or 3; large ones are reduced by a whole factor."""
    image = Image.fromarray(picture.permute(1, 2, 0).squeeze(-1).cpu().numpy())  # (C, H, W) -> (H, W[, 3])
    factor = -(-max(image.size) // _LARGEST_SIDE)
    return png_address(np.asarray(image.reduce(factor) if factor > 1 else image))
