"""What training tells whoever watches: the terminal, a notebook, a test, or nobody."""

from dataclasses import dataclass

from convlens.images.dataset import ImageData


@dataclass(frozen=True)
class StepSeen:
    """One training step."""

    step: int
    """Steps done, this one included."""
    steps: int
    """Steps of the whole run."""
    epoch: float
    """Epochs done: 2.5 is the middle of the third."""
    loss: float
    learning_rate: float
    pictures: int
    """Pictures in this step."""


@dataclass(frozen=True)
class ValidationSeen:
    """One pass over the validation pictures."""

    step: int
    steps: int
    epoch: float
    accuracy: float
    loss: float
    train_loss: float
    """Mean training loss since the validation before."""
    learning_rate: float
    seconds: float
    """Seconds of training so far, earlier sessions of a resumed run included."""
    is_best: bool


class Observer:
    """Receives what happens during training; this one looks away. Override what you want to see."""

    def note(self, text: str) -> None:
        """A sentence for the person: a damaged checkpoint, an imbalance, what the budget came to."""

    def loading(self, description: str, done: int, total: int) -> None:
        """While data is fetched or read: `done` of `total` units, a total of 0 is not known."""

    def loaded(self, data: ImageData) -> None:
        """When the data is in memory."""

    def step(self, seen: StepSeen) -> None:
        """After each training step."""

    def validation(self, seen: ValidationSeen) -> None:
        """After each validation."""
