"""Good settings for each network: the defaults that options and configuration files change.

Where the figures come from: `docs/recipe.md`.
"""

from typing import Any


def swift() -> dict[str, Any]:
    """The most accuracy in a minute on two cores."""
    return {
        "batch_size": 256,
        "optimizer": "sgd",
        "learning_rate": 0.3,
        "schedule": "one-cycle",
        "momentum": 0.9,
        "weight_decay": 5e-4,
        "label_smoothing": 0.05,
        "average": 0.0,
        "skip": 0.5,
        "dropout": 0.0,
        "flip": True,
        "shift": 0,
        "erase": 0,
        "mirror": True,
    }


def lecture() -> dict[str, Any]:
    """The exercise: a rate that falls in steps, tuned for five epochs."""
    return {
        "batch_size": 64,
        "optimizer": "sgd",
        "learning_rate": 0.05,
        "schedule": "step",
        "momentum": 0.9,
        "weight_decay": 5e-4,
        "label_smoothing": 0.0,
        "average": 0.0,
        "skip": 0.0,
        "dropout": 0.25,
        "flip": True,
        "shift": 0,
        "erase": 0,
        "mirror": True,
    }


def own_network() -> dict[str, Any]:
    """A user's own module: nothing that could disagree with it, and a rate that suits most."""
    return lecture() | {
        "batch_size": 128,
        "optimizer": "adamw",
        "learning_rate": 1e-3,
        "schedule": "one-cycle",
        "weight_decay": 0.01,
        "dropout": None,
        "flip": False,
        "mirror": False,
    }


def swift_on_own_pictures() -> dict[str, Any]:
    """`swift` for some hundreds or thousands of pictures: more and smaller steps, at a rate that is safe for few."""
    return swift() | {"batch_size": 64, "learning_rate": 0.05, "skip": 0.0}


def recipe(network: str, data: str) -> dict[str, Any]:
    """The recipe of a shipped network by its name, or the one for FILE.py:Class, on a data set."""
    if network == "swift":
        return swift() if data == "fashion-mnist" else swift_on_own_pictures()
    return lecture() if network == "lecture" else own_network()
