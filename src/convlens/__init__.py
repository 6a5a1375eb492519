"""convlens trains, explains and debugs small convolutional networks.

    import convlens

    run = convlens.train(minutes=1)
    print(run.predict("shoe.jpg").best)

The names below are loaded when they are first used, so that `import convlens` is quick and does not import PyTorch.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from convlens.api import train
    from convlens.config import RunConfig
    from convlens.errors import ConvlensError
    from convlens.evaluation import Evaluation
    from convlens.images import load as load_images
    from convlens.images.dataset import ImageData, Split
    from convlens.predictor import Predictor
    from convlens.trained import Prediction, Run, open_run

__version__ = "0.1.0"

_HOMES = {
    "ConvlensError": "convlens.errors",
    "Evaluation": "convlens.evaluation",
    "ImageData": "convlens.images.dataset",
    "Prediction": "convlens.trained",
    "Predictor": "convlens.predictor",
    "Run": "convlens.trained",
    "RunConfig": "convlens.config",
    "Split": "convlens.images.dataset",
    "load_images": "convlens.images:load",
    "open_run": "convlens.trained",
    "train": "convlens.api",
}

__all__ = [
    "ConvlensError",
    "Evaluation",
    "ImageData",
    "Prediction",
    "Predictor",
    "Run",
    "RunConfig",
    "Split",
    "load_images",
    "open_run",
    "train",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'convlens' has no attribute {name!r}")
    import importlib

    module, _, original = _HOMES[name].partition(":")
    value = getattr(importlib.import_module(module), original or name)
    globals()[name] = value  # the next access does not come here
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
