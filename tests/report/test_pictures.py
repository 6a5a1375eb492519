import base64
import io

import numpy as np
import pytest
import torch
from PIL import Image

from convlens.report.pictures import picture_address


def decode(address: str) -> Image.Image:
    head, _, body = address.partition(",")
    assert head == "data:image/png;base64"
    return Image.open(io.BytesIO(base64.b64decode(body)))


@pytest.mark.parametrize(("channels", "mode"), [(1, "L"), (3, "RGB")])
def test_the_picture_comes_back_bit_by_bit(channels: int, mode: str) -> None:
    picture = torch.arange(channels * 5 * 4, dtype=torch.uint8).reshape(channels, 5, 4)
    image = decode(picture_address(picture))
    assert (image.mode, image.size) == (mode, (4, 5))
    assert np.array_equal(np.asarray(image), picture.permute(1, 2, 0).squeeze(-1).numpy())


def test_large_pictures_are_reduced() -> None:
    image = decode(picture_address(torch.zeros(3, 256, 128, dtype=torch.uint8)))
    assert image.size == (43, 86)
