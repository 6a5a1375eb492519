"""The sheet of filters drawn as a picture: A4 upright at 300 dots an inch, with Pillow's own typeface.

That typeface has ASCII only, so a name in other letters is shown with question marks; the HTML has every letter.
"""

import functools
import io

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from convlens.byhand.kernels import Matrix
from convlens.byhand.sheet import EDGES, HOW, Card, Pixels, Sheet, WorkedPixel
from convlens.byhand.sliding import shown

DPI = 300
_PAGE = (2480, 3508)
_MARGIN, _GUTTER = 180, 100
_COLUMN = (_PAGE[0] - 2 * _MARGIN - _GUTTER) // 2
_TOP, _ROW = 620, 680  # where the first row of cards begins, and how high a row is
_RESULT = 540  # the side of the square that a result fills
_MATRIX = (_COLUMN - _RESULT - 90, 420)  # room for a matrix, width and height

INK, QUIET, LINE = "#1b1d21", "#5d6068", "#c9c5bb"
PICTURE, FILTER, RESULT = "#1d5fb4", "#a84a06", "#0b6e5b"


def draw_sheet(sheet: Sheet) -> Image.Image:
    """Draw a sheet, RGB of 2480 x 3508 pixels."""
    page = Image.new("RGB", _PAGE, "white")
    draw = ImageDraw.Draw(page)
    _title(draw, sheet)
    for number, card in enumerate(sheet.cards):
        _card(page, card, _corner(number))
    if sheet.worked is not None:
        _worked(draw, sheet.worked, _corner(len(sheet.cards)))
    return page


def png_bytes(page: Image.Image) -> bytes:
    """The drawing as a PNG file that knows how large it is on paper."""
    buffer = io.BytesIO()
    page.save(buffer, format="png", dpi=(DPI, DPI), optimize=True)
    return buffer.getvalue()


def _corner(number: int) -> tuple[int, int]:
    return _MARGIN + number % 2 * (_COLUMN + _GUTTER), _TOP + number // 2 * _ROW


def _title(draw: ImageDraw.ImageDraw, sheet: Sheet) -> None:
    draw.text((_MARGIN, 170), "Filters", INK, _font(112), stroke_width=2)
    name = sheet.subtitle.encode("ascii", "replace").decode()
    draw.text((_PAGE[0] - _MARGIN, 270), name, QUIET, _font(42), anchor="rs")
    y = 350
    for sentence in (HOW, EDGES):
        for line in _wrapped(draw, sentence, _font(36), _PAGE[0] - 2 * _MARGIN):
            draw.text((_MARGIN, y), line, QUIET, _font(36))
            y += 50


def _card(page: Image.Image, card: Card, corner: tuple[int, int]) -> None:
    draw = ImageDraw.Draw(page)
    x, y = corner
    _heading(draw, card.kernel.name, corner)
    _matrix(draw, card.kernel.entries, (x, y + 100), _MATRIX, FILTER, divisor=card.kernel.divisor)
    for number, line in enumerate(_wrapped(draw, card.note, _font(32), _MATRIX[0])):
        draw.text((x, y + 545 + number * 42), line, QUIET, _font(32))
    result = _enlarged(card.result, _RESULT)
    left, top = x + _COLUMN - (_RESULT + result.width) // 2, y + 95 + (_RESULT - result.height) // 2
    page.paste(result, (left, top))
    draw.rectangle((left - 1, top - 1, left + result.width, top + result.height), outline=LINE)


def _worked(draw: ImageDraw.ImageDraw, worked: WorkedPixel, corner: tuple[int, int]) -> None:
    x, y = corner
    _heading(draw, f"By hand: one pixel of {worked.kernel.name}", corner)
    room = (400, 330)
    _matrix(draw, worked.window, (x, y + 100), room, PICTURE)
    draw.text((x + _COLUMN // 2, y + 100 + room[1] // 2), "x", QUIET, _font(56), anchor="mm")
    _matrix(draw, worked.kernel.entries, (x + _COLUMN - room[0], y + 100), room, FILTER)
    where = f"row {worked.row}, column {worked.column}" + (f", {worked.channel}" if worked.channel else "")
    draw.text((x, y + 450), where, QUIET, _font(32))
    for number, line in enumerate(_wrapped(draw, worked.sum.replace("*", " x "), _font(46), _COLUMN)):
        draw.text((x, y + 510 + number * 60), line, RESULT, _font(46))


def _heading(draw: ImageDraw.ImageDraw, text: str, corner: tuple[int, int]) -> None:
    x, y = corner
    draw.line((x, y, x + _COLUMN, y), LINE, 3)
    draw.text((x, y + 22), text.encode("ascii", "replace").decode(), INK, _font(48), stroke_width=1)


def _matrix(
    draw: ImageDraw.ImageDraw,
    entries: Matrix,
    corner: tuple[int, int],
    room: tuple[int, int],
    colour: str,
    divisor: int = 1,
) -> None:
    """Draw numbers between square brackets in the middle of a room, with a fraction in front of them."""
    words = [[shown(entry) for entry in row] for row in entries]
    fraction = 90 if divisor != 1 else 0
    x, y = corner[0] + fraction, corner[1]
    width, height = room[0] - fraction - 40, room[1]
    longest = max(len(word) for row in words for word in row)
    size = int(min(60, width / len(words[0]) / (0.6 * longest + 0.5), height / len(words) / 1.5))
    cell = min(width / len(words[0]), size * (0.6 * longest + 0.9))
    line = min(height / len(words), size * 1.75)
    wide, high = cell * len(words[0]) + 40, line * len(words)
    top = y + (room[1] - high) / 2
    if divisor != 1:
        _fraction(draw, divisor, (corner[0] + fraction / 2 - 10, y + room[1] / 2), colour)
    _brackets(draw, (x, top, x + wide, top + high), colour)
    for row, row_words in enumerate(words):
        for column, word in enumerate(row_words):
            centre = (x + 20 + cell * (column + 0.5), top + line * (row + 0.5))
            _number(draw, word, centre, _font(size), colour)


def _number(
    draw: ImageDraw.ImageDraw, word: str, centre: tuple[float, float], font: ImageFont.FreeTypeFont, colour: str
) -> None:
    """Draw a number in the middle of its place, with a true minus sign: the typeface has only a hyphen."""
    digits = word.removeprefix("-")
    draw.text(centre, digits, colour, font, anchor="mm")
    if digits != word:
        left = centre[0] - draw.textlength(digits, font) / 2
        dash, weight = font.size * 0.36, max(2, round(font.size / 15))
        draw.line((left - dash - font.size * 0.1, centre[1], left - font.size * 0.1, centre[1]), colour, weight)


def _brackets(draw: ImageDraw.ImageDraw, box: tuple[float, float, float, float], colour: str) -> None:
    left, top, right, bottom = box
    for x, inwards in ((left, 16), (right, -16)):
        draw.line(((x + inwards, top), (x, top), (x, bottom), (x + inwards, bottom)), colour, 5, joint="curve")


def _fraction(draw: ImageDraw.ImageDraw, divisor: int, centre: tuple[float, float], colour: str) -> None:
    x, y = centre
    font = _font(52 if divisor < 1000 else 32)
    half = draw.textlength(str(divisor), font) / 2 + 6
    draw.text((x, y - 34), "1", colour, font, anchor="mm")
    draw.line((x - half, y, x + half, y), colour, 4)
    draw.text((x, y + 36), str(divisor), colour, font, anchor="mm")


def _enlarged(pixels: Pixels, side: int) -> Image.Image:
    """Enlarge by a whole factor, so that every pixel is the same square."""
    factor = max(1, side // max(pixels.shape[:2]))
    return Image.fromarray(np.repeat(np.repeat(pixels, factor, axis=0), factor, axis=1))


def _wrapped(draw: ImageDraw.ImageDraw, text: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if draw.textlength(longer, font) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


@functools.cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):  # a Pillow without FreeType, which no wheel is
        raise RuntimeError("This Pillow was built without FreeType; install Pillow from a wheel.")
    return font
