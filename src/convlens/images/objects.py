"""Finding the object in a photograph: what stands out from the background that the photograph's border shows.

1. The background is a smooth surface for each colour, since light falls unevenly on a table, fitted to the border
   so that an object which reaches the border does not spoil it.
2. Pixels far from that surface are the object, with Otsu's threshold between far and near.
3. Of the connected regions the one that is large and central counts, and what is nearly as large: a pair of shoes.
4. The colours inside and outside are counted, and every pixel is given to the side where its own and its neighbours'
   colours are more common. This is what copes with wood, carpets, tiles, shadows and printed cloth.

All of it looks at a small copy of the photograph, so that the time does not depend on its size.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]

WORKING_SIDE = 144  # longer side, in pixels, of the copy that is looked at
CHROMA_WEIGHT = 1.5  # a shadow changes brightness and hardly colour, so colour says more about the object
BORDER_SHARE = 0.03  # of the shorter side
SMALLEST_NOISE = 2.0  # grey levels: what rounding and JPEG leave of a plain background
SMALLEST_CONTRAST = 10.0  # grey levels between an object and its background, below which there is none to be found
SMALLEST_AREA = 0.0015  # of the photograph
COMPANION_SHARE = 0.12  # a region with this share of the largest one's weight belongs to the object
HOLE_SHARE = 0.3  # of the object's area: a hole up to here is cloth that looks like the table, beyond it is a hole
REFINEMENTS = 3
COLOUR_BINS = 16  # a channel


class FoundObject(NamedTuple):
    """Where the object is.

    mask: bool, (h, w), for a copy of the photograph whose longer side is at most WORKING_SIDE.
    box: left, upper, right and lower edge in pixels of the photograph, as Pillow counts them.
    background: grey level behind the object, 0 to 255.
    """

    mask: Mask
    box: tuple[int, int, int, int]
    background: float


def find_object(photo: Image.Image) -> FoundObject | None:
    """Return where the object in a photograph of mode RGB is, or None when nothing stands out."""
    colours = _working_copy(photo)
    surface, noise = _background(colours)
    distance = np.linalg.norm(colours - surface, axis=2)
    threshold = _otsu(distance)
    mask = _main_regions(distance > 0.6 * threshold, distance)
    mask = _refined(colours, _filled(_closed(mask)))
    # The soft rim of the object: the colours of both sides are mixed there, so counting colours leaves it out.
    mask |= _grown(mask, 1) & (distance > 0.5 * threshold)
    if not _stands_out(mask, distance, noise):
        return None
    return FoundObject(mask, _box(mask, photo.size), float(np.median(surface[..., 0][mask])))


def _working_copy(photo: Image.Image) -> Floats:
    """Brightness and the two weighted colour differences of a small copy: (h, w, 3), 0 to 255 times the weight."""
    scale = min(1.0, WORKING_SIDE / max(photo.size))
    size = (max(2, round(scale * photo.width)), max(2, round(scale * photo.height)))
    small = photo.resize(size, Image.Resampling.BOX, reducing_gap=2.0)
    return np.asarray(small.convert("YCbCr"), np.float64) * (1.0, CHROMA_WEIGHT, CHROMA_WEIGHT)


def _background(colours: Floats) -> tuple[Floats, float]:
    """Fit a quadratic surface to the border of every channel; return it, and how far the border lies from it."""
    h, w, _ = colours.shape
    y, x = np.mgrid[-1 : 1 : h * 1j, -1 : 1 : w * 1j]
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=2)
    ring = _ring(h, w)
    A, values = terms[ring], colours[ring]
    # A little resistance to steep and above all to bent surfaces: few border pixels may be left to hold them.
    resistance = 1e-3 * len(A) * np.diag([0.0, 0.1, 0.1, 1.0, 1.0, 1.0])
    residual = np.linalg.norm(values - np.median(values, axis=0), axis=1)
    for _ in range(10):  # reweighting: pixels far off, where the object reaches the border, count less and less
        weights = (1 + (residual / (2 * _spread(residual))) ** 2) ** -2.0
        weighted = A * weights[:, None]
        coefficients = np.linalg.solve(weighted.T @ A + resistance, weighted.T @ values)
        residual = np.linalg.norm(values - A @ coefficients, axis=1)
    return terms @ coefficients, _spread(residual)


def _spread(residual: Floats) -> float:
    return max(1.4826 * float(np.median(residual)), SMALLEST_NOISE)


def _ring(h: int, w: int) -> Mask:
    ring = np.ones((h, w), np.bool_)
    t = min(max(2, round(BORDER_SHARE * min(h, w))), (min(h, w) - 1) // 2)
    ring[t : h - t, t : w - t] = False
    return ring


def _otsu(distance: Floats) -> float:
    """The threshold with the largest variance between the two sides."""
    top = max(float(np.percentile(distance, 99.5)), 1.0)
    counts, edges = np.histogram(np.minimum(distance, top), 128, (0, top))
    below = np.cumsum(counts)[:-1]
    total = np.cumsum(counts * (edges[:-1] + edges[1:]) / 2)
    between = (total[-1] * below / distance.size - total[:-1]) ** 2 / np.maximum(below * (distance.size - below), 1)
    return float(edges[1 + between.argmax()])


def _stands_out(mask: Mask, distance: Floats, noise: float) -> bool:
    if mask.sum() < max(12, SMALLEST_AREA * mask.size):
        return False
    return float(np.median(distance[mask])) > max(SMALLEST_CONTRAST, 1.2 * noise)


def _main_regions(mask: Mask, weight: Floats) -> Mask:
    """Keep the region with the largest central weight, and those that come near it."""
    numbers = connected_regions(mask)
    if not mask.any():
        return mask
    h, w = mask.shape
    y, x = np.mgrid[-1 : 1 : h * 1j, -1 : 1 : w * 1j]
    score = np.bincount(numbers[mask], (weight * np.exp(-(x**2) - y**2))[mask])
    kept: Mask = mask & (score >= COMPANION_SHARE * score.max())[numbers]
    return kept


def connected_regions(mask: Mask, *, diagonally: bool = True) -> NDArray[np.intp]:
    """Number the connected regions of a mask: (h, w); -1 outside the mask, 0 and up inside.

    Every pixel starts as a region of its own and points at a pixel of its region; in each round the pixels that a
    region points at move to the smallest one its neighbours point at, and pointers are followed twice. The number
    of rounds grows with the logarithm of a region's size rather than with its length.
    """
    h, w = mask.shape
    inside = np.flatnonzero(mask)
    nothing = mask.size  # a pixel beyond the last one, which points at itself
    pointers = np.full(nothing + 1, nothing)
    pointers[inside] = inside
    while True:
        padded = np.full((h + 2, w + 2), nothing)
        padded[1:-1, 1:-1] = pointers[:-1].reshape(h, w)
        smallest = _smallest_around(padded, diagonally).ravel()[inside]
        moved = pointers.copy()
        np.minimum.at(moved, pointers[inside], smallest)
        moved = moved[moved]
        moved = moved[moved]
        if np.array_equal(moved, pointers):
            break
        pointers = moved
    numbers = np.full(mask.size, -1)
    numbers[inside] = np.unique(pointers[inside], return_inverse=True)[1]
    return numbers.reshape(h, w)


def _smallest_around(padded: NDArray[np.intp], diagonally: bool) -> NDArray[np.intp]:
    rows = np.minimum(np.minimum(padded[:-2], padded[1:-1]), padded[2:])
    along = rows if diagonally else padded[1:-1]
    return np.minimum(rows[:, 1:-1], np.minimum(along[:, :-2], along[:, 2:]))


def _filled(mask: Mask) -> Mask:
    """Fill the holes up to HOLE_SHARE of the object's area."""
    numbers = connected_regions(~mask, diagonally=False)
    if mask.all():
        return mask
    sizes = np.bincount(numbers[~mask])
    is_hole = sizes <= HOLE_SHARE * mask.sum()
    rim = np.concatenate([numbers[0], numbers[-1], numbers[:, 0], numbers[:, -1]])
    is_hole[rim[rim >= 0]] = False
    filled: Mask = mask | (~mask & is_hole[numbers])
    return filled


def _grown(mask: Mask, radius: int) -> Mask:
    return _box_mean(mask.astype(np.float64), radius) > 0.5 / (2 * radius + 1) ** 2


def _closed(mask: Mask, radius: int = 2) -> Mask:
    """Bridge gaps up to twice the radius: straps, seams, thin light stripes."""
    padded = np.pad(mask, 2 * radius)
    return ~_grown(~_grown(padded, radius), radius)[2 * radius : -2 * radius, 2 * radius : -2 * radius]


def _box_mean(values: Floats, radius: int) -> Floats:
    """The mean of the square around every pixel, with the rim repeated outwards."""
    for axis in (0, 1):
        widths = [(radius + 1, radius) if a == axis else (0, 0) for a in (0, 1)]
        sums = np.cumsum(np.pad(values, widths, mode="edge"), axis=axis)
        n, k = values.shape[axis], 2 * radius + 1
        values = (sums.take(range(k, n + k), axis) - sums.take(range(n), axis)) / k
    return values


def _refined(colours: Floats, mask: Mask) -> Mask:
    """Give every pixel to the side where its colour, and those around it, are more common."""
    bins = np.clip(colours - colours.min(axis=(0, 1)), 0, 255).astype(np.intp) * COLOUR_BINS // 256
    codes = (bins[..., 0] * COLOUR_BINS + bins[..., 1]) * COLOUR_BINS + bins[..., 2]
    for _ in range(REFINEMENTS):
        if not mask.any() or mask.all():
            break
        rare = 0.2 / mask.size  # what a colour that was never counted is taken for
        odds = np.log((_colour_shares(codes, mask) + rare) / (_colour_shares(codes, ~mask) + rare))
        nearby = _box_mean(mask.astype(np.float64), mask.shape[1] // 24 + 1)
        prior = 1.5 * np.log((nearby + 0.05) / (1.05 - nearby))
        mask = _box_mean(np.clip(odds[codes], -4, 4), 1) + prior > 0
        mask = _filled(_main_regions(mask, np.ones(mask.shape)))
    return mask


def _colour_shares(codes: NDArray[np.intp], mask: Mask) -> Floats:
    """How common every colour is inside the mask, smoothed over neighbouring colours: (COLOUR_BINS cubed,), sum 1."""
    counts = np.bincount(codes[mask], minlength=COLOUR_BINS**3).astype(np.float64)
    cube = np.pad(counts.reshape((COLOUR_BINS,) * 3), 1)
    cube = (cube[:-2] + 2 * cube[1:-1] + cube[2:]) / 4
    cube = (cube[:, :-2] + 2 * cube[:, 1:-1] + cube[:, 2:]) / 4
    cube = (cube[:, :, :-2] + 2 * cube[:, :, 1:-1] + cube[:, :, 2:]) / 4
    shares: Floats = cube.ravel() / mask.sum()
    return shares


def _box(mask: Mask, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """The mask's bounding box, in pixels of the photograph."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    across, down = size[0] / mask.shape[1], size[1] / mask.shape[0]
    left, right = round(columns[0] * across), round((columns[-1] + 1) * across)
    upper, lower = round(rows[0] * down), round((rows[-1] + 1) * down)
    return left, upper, right, lower
