"""Augmentation as arithmetic on whole batches of uint8 pictures. For training pictures only."""

import torch
from torch import Tensor

from convlens import seeds


def augment(images: Tensor, *, mirrored: Tensor | None, shift: int, erase: int, generator: torch.Generator) -> Tensor:
    """Vary each picture of a batch in a way that keeps its class.

    Args:
        images: uint8 (N, C, H, W).
        mirrored: bool (N,), the pictures to mirror left to right, or None for none.
        shift: the largest move in pixels, in both directions; what comes into view is black.
        erase: the side in pixels of a square that is blanked at a random place; 0 for none.
        generator: the source of the random places.

    Returns:
        uint8 (N, C, H, W); the input is left as it was.
    """
    if mirrored is not None:
        images = torch.where(mirrored[:, None, None, None], images.flip(-1), images)
    if shift:
        images = shift_each(images, shift, generator)
    if erase:
        images = erase_each(images, erase, generator)
    return images


def flip_halves(size: int, seed: int) -> Tensor:
    """Choose a random half of `size` training pictures: bool (size,).

    The half is mirrored in even epochs and the others in odd ones, so that every picture is seen both ways in any
    two consecutive epochs. Independent coin tosses would spend steps on repeats (Jordan, "94% on CIFAR-10 in 3.29
    seconds on a single GPU", 2024).
    """
    return torch.randperm(size, generator=seeds.generator(seed, "flip", 0)) % 2 == 0


def shift_each(images: Tensor, most: int, generator: torch.Generator) -> Tensor:
    """Move each picture by its own -most..most pixels along both axes; black comes into view."""
    n, _, height, width = images.shape
    padded = torch.nn.functional.pad(images, (most, most, most, most))
    windows = padded.unfold(2, height, 1).unfold(3, width, 1)  # a view: (N, C, 2*most+1, 2*most+1, H, W)
    corner = torch.randint(0, 2 * most + 1, (2, n), generator=generator, device=generator.device).to(images.device)
    return windows[torch.arange(n, device=images.device), :, corner[0], corner[1]]


def erase_each(images: Tensor, side: int, generator: torch.Generator) -> Tensor:
    """Blank one square of `side` pixels in each picture; near the border a part of it may lie outside."""
    n, _, height, width = images.shape
    rows = _stretch_of_each(n, height, side, generator).to(images.device)
    columns = _stretch_of_each(n, width, side, generator).to(images.device)
    return images.masked_fill((rows[:, :, None] & columns[:, None, :])[:, None], 0)


def _stretch_of_each(n: int, extent: int, length: int, generator: torch.Generator) -> Tensor:
    """bool (n, extent): in each row a stretch of `length` around a random place."""
    device = generator.device
    start = torch.randint(0, extent, (n, 1), generator=generator, device=device) - length // 2
    place = torch.arange(extent, device=device)
    return (place >= start) & (place < start + length)
