import io
import struct
import threading
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from convlens.errors import DataError
from convlens.images import decode
from convlens.images.decode import decode_picture, read_picture, shorter_side, square

COLOURED = Image.fromarray(
    np.stack(np.broadcast_arrays(np.arange(40)[:, None] * 6, np.arange(30) * 8, 77), axis=-1).astype(np.uint8)
)  # 30 wide, 40 high: red grows downwards, green to the right
GREY = COLOURED.getchannel("R")


def encode(image: Image.Image, file_format: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, file_format, **options)
    return file.getvalue()


def distance(one: Image.Image, other: Image.Image) -> float:
    assert (one.mode, one.size) == (other.mode, other.size)
    return float(np.abs(np.asarray(one, dtype=float) - np.asarray(other, dtype=float)).mean())


@pytest.mark.parametrize("file_format", decode.FORMATS)
@pytest.mark.parametrize("original", [COLOURED, GREY], ids=["colour", "grey"])
def test_every_format_is_read(original: Image.Image, file_format: str) -> None:
    read = decode_picture(encode(original, file_format), "x")
    assert read.mode in {"L", "RGB"}
    assert distance(read.convert("RGB"), original.convert("RGB")) < 4


def test_the_name_does_not_matter_and_other_formats_are_refused(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(encode(COLOURED, "PNG"))
    assert distance(read_picture(tmp_path / "photo.jpg"), COLOURED) == 0
    assert shorter_side(tmp_path / "photo.jpg") == 30
    for file_format in ("TIFF", "PPM", "ICO", "EPS"):
        with pytest.raises(DataError, match=r"photo\.png is not a PNG, JPEG, WebP, BMP or GIF picture"):
            decode_picture(encode(COLOURED, file_format), "photo.png")


def test_the_first_frame_of_an_animation_is_read() -> None:
    frames = [Image.new("P", (8, 8), colour) for colour in (3, 4)]
    for frame in frames:
        frame.putpalette(list(range(256)) * 3)
    animation = encode(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert set(decode_picture(animation, "x").get_flattened_data()) == {(9, 10, 11)}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photographs_are_turned_upright(orientation: int) -> None:
    # How a picture has to be stored so that a viewer who follows the orientation shows the original.
    stored = {
        1: COLOURED,
        2: COLOURED.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        3: COLOURED.transpose(Image.Transpose.ROTATE_180),
        4: COLOURED.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        5: COLOURED.transpose(Image.Transpose.TRANSPOSE),
        6: COLOURED.transpose(Image.Transpose.ROTATE_90),
        7: COLOURED.transpose(Image.Transpose.TRANSVERSE),
        8: COLOURED.transpose(Image.Transpose.ROTATE_270),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert distance(decode_picture(encode(stored, "PNG", exif=exif), "x"), COLOURED) == 0
    assert distance(decode_picture(encode(stored, "JPEG", exif=exif, quality=95), "x"), COLOURED) < 4


@pytest.mark.parametrize("exif", [b"Exif\0\0II*\0\x08\0\0\0\xff\xff", b"Exif\0\0MM", b"Exif\0\0II*\0\xff\xff\xff\x7f"])
def test_an_odd_exif_block_does_not_condemn_a_picture(exif: bytes) -> None:
    assert decode_picture(encode(COLOURED, "JPEG", exif=exif), "x").size == COLOURED.size


def circle(visible: int) -> Image.Image:
    """A square of one grey in the middle of a transparent picture."""
    image = Image.new("LA", (20, 20), (128, 0))
    image.paste((visible, 255), (5, 5, 15, 15))
    return image


@pytest.mark.parametrize(("visible", "background"), [(0, 255), (100, 255), (180, 255), (220, 0), (255, 0)])
def test_transparency_becomes_white_where_the_picture_stays_visible(visible: int, background: int) -> None:
    read = decode_picture(encode(circle(visible), "PNG"), "x").convert("L")
    assert read.getpixel((0, 0)) == background
    assert read.getpixel((10, 10)) == visible


def test_other_kinds_of_transparency() -> None:
    wholly = encode(Image.new("RGBA", (4, 4), (1, 2, 3, 0)), "PNG")
    assert decode_picture(wholly, "x").getcolors() == [(16, (255, 255, 255))]
    half = encode(Image.new("RGBA", (4, 4), (0, 0, 0, 128)), "PNG")
    assert decode_picture(half, "x").getcolors() == [(16, (127, 127, 127))]
    palette = COLOURED.quantize(8)
    for file_format in ("PNG", "GIF"):
        transparent = encode(palette, file_format, transparency=palette.getpixel((0, 0)))
        assert decode_picture(transparent, "x").getpixel((0, 0)) == (255, 255, 255)


def test_grey_of_16_bits_keeps_its_range() -> None:
    values = np.array([[0, 128, 257, 32768, 65406, 65535]], dtype=np.uint16)
    read = decode_picture(encode(Image.fromarray(values), "PNG"), "x")
    assert read.mode == "L"
    assert np.asarray(read).tolist() == [[0, 0, 1, 128, 254, 255]]


@pytest.mark.parametrize("mode", ["1", "P", "CMYK", "LA", "RGBA"])
def test_other_modes_become_grey_or_colour(mode: str) -> None:
    file_format = "JPEG" if mode == "CMYK" else "PNG"
    read = decode_picture(encode(GREY.convert(mode), file_format), "x")
    assert read.mode == ("L" if mode == "1" else "RGB")
    assert distance(read.convert("L"), GREY.convert(mode).convert("L")) < 4


@pytest.mark.parametrize("file_format", decode.FORMATS)
def test_a_file_that_is_cut_is_refused(file_format: str) -> None:
    whole = encode(COLOURED, file_format)
    # The last bytes of some formats mark the end and nothing else.
    for length in range(len(whole) - 12):
        with pytest.raises(DataError, match=r"^cut\.png "):
            decode_picture(whole[:length], "cut.png")


def test_a_changed_byte_of_a_png_never_changes_the_picture() -> None:
    whole = encode(COLOURED, "PNG")
    refused = 0
    for place in range(len(whole)):
        try:
            read = decode_picture(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :], "x")
        except DataError:
            refused += 1
        else:
            assert distance(read, COLOURED) == 0
    assert refused >= len(whole) - 8  # what counts for nothing are the length and the checksum of the end mark


def huge_png(width: int, height: int) -> bytes:
    """A file of some hundred bytes whose header claims width x height pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


@pytest.mark.parametrize("side", [8_001, 10_000, 30_000, 2**31 - 1])
def test_a_small_file_cannot_unfold_without_limit(side: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(DataError, match=r"^bomb\.png cannot be read as a picture: .*pixels"):
            decode_picture(huge_png(side, side), "bomb.png")


def test_a_large_file_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decode, "MAX_BYTES", 2**20)
    with (tmp_path / "large.png").open("wb") as file:
        file.truncate(2**33)
    with pytest.raises(DataError, match=r"large\.png should have at most 1 MiB"):
        read_picture(tmp_path / "large.png")


def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.png cannot be read: No such file"):
        read_picture(tmp_path / "none.png")
    with pytest.raises(DataError):
        shorter_side(tmp_path / "none.png")


def test_threads_leave_the_warning_filters_as_they_were() -> None:
    data = encode(COLOURED, "PNG")
    before = list(warnings.filters)
    threads = [threading.Thread(target=lambda: [decode_picture(data, "x") for _ in range(20)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(warnings.filters) == before


def test_the_middle_square_is_kept() -> None:
    columns = np.repeat(np.array([10, 20, 30, 40], dtype=np.uint8), 8)
    wide = Image.fromarray(np.tile(columns, (16, 1)))  # 32 wide, 16 high
    assert np.asarray(square(wide, 16)).tolist() == [[20] * 8 + [30] * 8] * 16
    assert square(wide, 4).size == (4, 4)
    assert square(COLOURED, 64).size == (64, 64)
    assert square(Image.new("L", (1, 500)), 8).size == (8, 8)


def test_a_large_photograph_is_decoded_at_a_smaller_scale() -> None:
    photograph = COLOURED.resize((2400, 3200), Image.Resampling.BILINEAR)
    read = decode_picture(encode(photograph, "JPEG", quality=95), "x")
    assert read.size == (600, 800)
    assert distance(square(read, 64), square(photograph, 64)) < 2
