"""A stand-in for torchvision: data sets of the right shapes and classes, transforms, and small models."""

from . import datasets, models, transforms, utils

__version__ = "0.0.0"
__all__ = ["datasets", "models", "transforms", "utils"]
