"""Who takes part."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
_SOURCES = ROOT / "src" / "convlens"


@dataclass(frozen=True)
class Contestant:
    """One contestant.

    Attributes:
        name: what the tables call it.
        script: its file in `contestants/`, without the ending.
        requirements: its file in `requirements/`, without the ending; None runs with this project's own packages.
        after: where its documentation teaches what the script does.
        budgets: arguments of the script. Each one is a run of its own: the way to accuracy over time where a run has
            one score only. The last one is the largest.
        variables: environment variables of its process.
    """

    name: str
    script: str
    requirements: str | None
    after: str
    budgets: tuple[str, ...] = ("",)
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        """Its script."""
        return HERE / "contestants" / f"{self.script}.py"

    def digest(self) -> str:
        """Changes with whatever decides its result, so that older runs do not count for newer code."""
        files = [self.file, HERE / "contestants" / "track.py"]
        if self.requirements is not None:
            files.append(HERE / "requirements" / f"{self.requirements}.txt")
        else:
            files += sorted(_SOURCES.glob("*.py"))
            files += [
                file for room in ("images", "networks", "training") for file in sorted((_SOURCES / room).rglob("*.py"))
            ]
        content = b"".join(file.read_bytes() for file in files)
        return hashlib.sha256(content + repr(sorted(self.variables.items())).encode()).hexdigest()[:12]


CONVLENS = Contestant("convlens", "with_convlens", None, "`convlens train --minutes`", ("0.25", "0.5", "1", "2", "5"))
PLAIN = Contestant(
    "plain PyTorch", "plain_pytorch", "torch", "the exercise: two convolutions, Adam, a rate that falls in steps"
)
CONTESTANTS = (
    CONVLENS,
    PLAIN,
    Contestant(
        "Keras on TensorFlow",
        "keras_convnet",
        "keras-tensorflow",
        "Keras' example *Simple MNIST convnet*",
        variables={"KERAS_BACKEND": "tensorflow"},
    ),
    Contestant(
        "Keras on JAX",
        "keras_convnet",
        "keras-jax",
        "the same example",
        variables={"KERAS_BACKEND": "jax"},
    ),
    Contestant("skorch", "with_skorch", "torch", "skorch's notebook *MNIST with scikit-learn and skorch*"),
    Contestant("Lightning", "with_lightning", "torch", "Lightning's example *image classifier*, with its Trainer"),
    Contestant(
        "fastai",
        "with_fastai",
        "fastai",
        "the first residual network of fastai's course (its lessons on Fashion-MNIST), with its Learner",
    ),
    Contestant(
        "tinygrad",
        "tinygrad_tutorial",
        "tinygrad",
        "tinygrad's *MNIST tutorial*",
        variables={"CACHEDB": "./kernels.db"},  # in the run's own folder: what it compiles counts in every run
    ),
    Contestant(
        "gradient boosting",
        "gradient_boosting",
        "scikit-learn",
        "scikit-learn's HistGradientBoostingClassifier, with 10, 30 and 100 (its default) rounds",
        ("10", "30", "100"),
    ),
)
