"""The words a user may choose from. Free of imports, so that `convlens --help` stays quick."""

from typing import Literal, get_args

Schedule = Literal["step", "exponential", "cosine", "one-cycle", "plateau", "constant"]
Optimizer = Literal["sgd", "adam", "adamw"]
Device = Literal["auto", "cpu", "cuda", "mps"]

SCHEDULES: tuple[str, ...] = get_args(Schedule)
OPTIMIZERS: tuple[str, ...] = get_args(Optimizer)
DEVICES: tuple[str, ...] = get_args(Device)
NETWORKS = ("swift", "lecture")
