import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from convlens.errors import IdxError
from convlens.images import idx


def encode(array: NDArray[np.uint8]) -> bytes:
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


@pytest.mark.parametrize("shape", [(1,), (7,), (3, 5), (2, 28, 28), (2, 3, 4, 5)])
def test_a_valid_file_gives_back_the_array(shape: tuple[int, ...]) -> None:
    array = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    parsed = idx.parse(encode(array))
    assert parsed.dtype == np.uint8
    assert np.array_equal(parsed, array)


def test_the_real_files_have_the_published_shapes(published: Path) -> None:
    assert idx.parse((published / "train-images-idx3-ubyte").read_bytes()).shape == (60_000, 28, 28)
    labels = idx.parse((published / "t10k-labels-idx1-ubyte").read_bytes())
    assert np.bincount(labels).tolist() == [1000] * 10


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "header of 4 bytes"),
        (b"\0\0\x08", "header of 4 bytes"),
        (b"\x1f\x8b\x08\x00" + bytes(20), "two zero bytes, and this starts with 1f8b"),
        (struct.pack(">HBBI", 0, 0x0D, 1, 1) + bytes(4), "type 0d"),
        (struct.pack(">HBB", 0, 8, 0) + b"\0", "header says 0"),
        (struct.pack(">HBB5I", 0, 8, 5, 1, 1, 1, 1, 1) + b"\0", "header says 5"),
        (struct.pack(">HBBI", 0, 8, 2, 1), "12 bytes, and the file ends after 8"),
        (struct.pack(">HBBI", 0, 8, 1, 3) + bytes(2), "3 = 3 elements, and 2 follow"),
        (struct.pack(">HBBI", 0, 8, 1, 3) + bytes(4), "3 = 3 elements, and 4 follow"),
        (struct.pack(">HBB2I", 0, 8, 2, 0, 2**32 - 1), "at least one element"),
        (struct.pack(">HBB4I", 0, 8, 4, *[2**32 - 1] * 4) + bytes(9), "and 9 follow"),
        # 2^16 * 2^16 * 2^16 * 2^16 is 0 in 64 bits, as many as follow.
        (struct.pack(">HBB4I", 0, 8, 4, *[2**16] * 4), "18446744073709551616 elements, and 0 follow"),
    ],
)
def test_wrong_input_is_told_apart(data: bytes, complaint: str) -> None:
    with pytest.raises(IdxError, match=complaint):
        idx.parse(data)


@given(st.binary(max_size=64) | st.builds(lambda rest: b"\0\0\x08" + rest, st.binary(max_size=64)))
@example(encode(np.zeros((2, 2), np.uint8)))
def test_any_bytes_give_all_their_elements_or_the_one_error(data: bytes) -> None:
    try:
        array = idx.parse(data)
    except IdxError:
        return
    assert encode(array) == data


def test_a_header_that_claims_much_costs_nothing() -> None:
    hostile = struct.pack(">HBB3I", 0, 8, 3, 2**31, 28, 28) + bytes(1000)
    honest = encode(np.zeros((100, 100), np.uint8))
    tracemalloc.start()
    try:
        with pytest.raises(IdxError):
            idx.parse(hostile)
        idx.parse(honest)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < len(honest)
