"""Random numbers as pure functions of (seed, purpose, number): nothing to save, nothing shared, nothing global."""

import hashlib

import torch


def derive(seed: int, purpose: str, number: int) -> int:
    """A seed of 63 bits for one purpose at one point of a run, such as the order of epoch 3."""
    digest = hashlib.blake2b(f"{seed}/{purpose}/{number}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1


def generator(seed: int, purpose: str, number: int, device: str | torch.device = "cpu") -> torch.Generator:
    """A generator that starts at `derive(seed, purpose, number)`."""
    return torch.Generator(device).manual_seed(derive(seed, purpose, number))
