"""The IDX format of the MNIST family: from bytes to an array, without touching anything else.

An IDX file is a header in big-endian order followed by the elements, the last dimension varying fastest:

    byte 0, 1   zero
    byte 2      element type; 0x08 is an unsigned byte, the only type that pictures and labels use
    byte 3      number of dimensions
    then        the length of each dimension, 4 bytes each
    then        the elements
"""

import math
import struct

import numpy as np
from numpy.typing import NDArray

from convlens.errors import IdxError

UNSIGNED_BYTE = 0x08
MAX_DIMENSIONS = 4  # labels have one, pictures three, colour pictures four


def parse(data: bytes) -> NDArray[np.uint8]:
    """Return the array that an uncompressed IDX file holds.

    The array is a read-only view of `data`: no element is copied and nothing is allocated for dimensions that the
    header only claims, so a hostile file costs no memory beyond its own bytes.

    Args:
        data: the whole file.

    Returns:
        uint8, with one to four dimensions of at least 1 each.

    Raises:
        IdxError: whenever `data` is anything else than exactly one IDX file of unsigned bytes.
    """
    if len(data) < 4:
        raise IdxError(f"An IDX file should start with a header of 4 bytes, and there are {len(data)} in all.")
    zero, element_type, dimensions = struct.unpack_from(">HBB", data)
    if zero != 0:
        raise IdxError(f"An IDX file should start with two zero bytes, and this starts with {data[:2].hex()}.")
    if element_type != UNSIGNED_BYTE:
        raise IdxError(f"The elements should be unsigned bytes (type 08), and are of type {element_type:02x}.")
    if not 1 <= dimensions <= MAX_DIMENSIONS:
        raise IdxError(f"There should be 1 to {MAX_DIMENSIONS} dimensions, and the header says {dimensions}.")
    offset = 4 + 4 * dimensions
    if len(data) < offset:
        raise IdxError(f"The header should have {offset} bytes, and the file ends after {len(data)}.")
    shape = struct.unpack_from(f">{dimensions}I", data, 4)
    # Python's integers do not overflow: four dimensions of 2^32 - 1 are compared with what is there, like any others.
    expected, found = math.prod(shape), len(data) - offset
    if expected == 0:
        raise IdxError(f"An IDX file should hold at least one element, and its header says {_times(shape)}.")
    if expected != found:
        raise IdxError(f"The header says {_times(shape)} = {expected} elements, and {found} follow it.")
    return np.frombuffer(data, dtype=np.uint8, offset=offset).reshape(shape)


def _times(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))
