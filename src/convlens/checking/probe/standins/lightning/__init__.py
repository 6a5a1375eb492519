"""A stand-in for Lightning's Fabric on one processor; its Trainer is not here."""

from .fabric import Fabric, seed_everything

__all__ = ["Fabric", "seed_everything"]
