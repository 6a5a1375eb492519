"""Loggers that keep nothing."""

from typing import Any


class Logger:
    """Takes whatever is logged."""

    log_dir = save_dir = "."
    name = version = ""

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        """An experiment, a method: whatever is asked for."""
        if name.startswith("__"):
            raise AttributeError(name)
        return Logger()

    def __call__(self, *_: Any, **__: Any) -> Any:
        """Itself."""
        return self


CSVLogger = TensorBoardLogger = WandbLogger = MLFlowLogger = NeptuneLogger = CometLogger = Logger
