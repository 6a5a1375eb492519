"""The run folder: the one description of what a run leaves behind, and the door to a finished run.

config.toml           what was asked for, complete; repeats the run
data.json             what the network was trained on: classes, picture shape, normalisation, digest
environment.json      machine, versions, and when it ran
network.py            a copy of your own network's file, where one was trained
log.jsonl             one line per step (rate, loss) and per validation
checkpoints/          the newest two training states, each with its checksum
snapshots/            the weights at a dozen moments as float16, for the page; not of networks over 2 million
                      parameters
weights.safetensors   the best weights by validation, with their checksum
metrics.json          the scores; written last, so a folder with it is a finished run
report.html           made by `convlens report`
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from shlex import quote
from typing import Annotated, Any

import safetensors.torch
from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from safetensors import SafetensorError
from torch import Tensor

from convlens import files
from convlens.config import RunConfig
from convlens.errors import RunError, RunLockedError
from convlens.images.dataset import ImageData, Preparation

__all__ = ["DataFacts", "RunFolder"]


class DataFacts(BaseModel):
    """What a network was trained on, as far as predicting with it depends on it: the content of `data.json`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    classes: tuple[str, ...]
    picture_shape: tuple[int, int, int]
    """(C, H, W)."""
    mean: tuple[float, ...]
    """Per channel, in units of 0 to 1."""
    std: tuple[float, ...]
    preparation: Preparation
    train_pictures: Annotated[int, Field(gt=0)]
    validation_pictures: int
    test_pictures: int
    sha256: str

    @classmethod
    def of(cls, data: ImageData) -> "DataFacts":
        """The facts of a data set."""
        mean, std = data.mean_and_std
        return cls(
            name=data.name,
            classes=data.classes,
            picture_shape=data.picture_shape,
            mean=mean,
            std=std,
            preparation=data.preparation,
            train_pictures=data.train.size,
            validation_pictures=data.validation.size,
            test_pictures=data.test.size,
            sha256=data.sha256,
        )


class RunFolder:
    """The paths in a run folder, and the reading and writing of each file. Holds no state of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.config_path = path / "config.toml"
        self.data_path = path / "data.json"
        self.environment_path = path / "environment.json"
        self.log_path = path / "log.jsonl"
        self.checkpoints = path / "checkpoints"
        self.snapshots = path / "snapshots"
        self.weights_path = path / "weights.safetensors"
        self.metrics_path = path / "metrics.json"
        self.network_path = path / "network.py"
        self.report_path = path / "report.html"

    @property
    def is_started(self) -> bool:
        """Whether training has begun here."""
        return self.config_path.exists()

    @property
    def is_finished(self) -> bool:
        """Whether training has ended here and was scored."""
        return self.metrics_path.exists()

    def refuse_foreign_files(self) -> None:
        """Make sure that a new run would not mix with somebody's other files.

        Raises:
            RunError: the folder holds something that no run leaves behind.
        """
        own = {path.name for path in vars(self).values()} | {".lock"}
        foreign = sorted(path.name for path in self.path.glob("*") if path.name not in own)
        if foreign:
            raise RunError(f"{self.path} holds other files, such as {foreign[0]}; name a new folder with --out.")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder for one trainer; the system releases it when the process ends, however it ends.

        Raises:
            RunLockedError: another process trains here.
            RunError: the folder cannot be made.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.path / ".lock")
            lock.acquire(blocking=False)
        except Timeout:
            raise RunLockedError(
                f"Another process is training in {self.path}; wait for it, or name another folder."
            ) from None
        except (OSError, NotImplementedError) as error:  # a file system without locks is the latter
            raise RunError(f"The run folder {self.path} cannot be used: {error}.") from error
        try:
            files.remove_leftovers(self.path)
            files.remove_leftovers(self.checkpoints)
            files.remove_leftovers(self.snapshots)
            yield
        finally:
            lock.release()

    def write_config(self, config: RunConfig) -> None:
        """Write `config.toml`."""
        files.write_atomically(self.config_path, config.to_toml().encode())

    def read_config(self) -> RunConfig:
        """Read `config.toml`.

        Raises:
            RunError: there is none, or it is not a configuration.
        """
        text = self._read(self.config_path, "a run")
        try:
            return RunConfig(**tomllib.loads(text))
        except (tomllib.TOMLDecodeError, ValidationError) as error:
            raise RunError(f"{self.config_path} is not a run's configuration: {_first_line(error)}.") from None

    def write_facts(self, facts: DataFacts) -> None:
        """Write `data.json`."""
        self.write_json(self.data_path, facts.model_dump(mode="json"))

    def read_facts(self) -> DataFacts:
        """Read `data.json`.

        Raises:
            RunError: there is none, or it does not describe a data set.
        """
        text = self._read(self.data_path, "a run that has begun to train")
        try:
            return DataFacts.model_validate_json(text)
        except ValidationError as error:
            raise RunError(f"{self.data_path} does not describe a data set: {_first_line(error)}.") from None

    def write_weights(self, weights: dict[str, Tensor]) -> str:
        """Write `weights.safetensors` with its checksum; return the SHA-256."""
        plain = {name: value.detach().cpu().contiguous() for name, value in weights.items()}
        return files.write_with_checksum(self.weights_path, safetensors.torch.save(plain))

    def read_weights(self) -> dict[str, Tensor]:
        """Read `weights.safetensors` after checking it.

        Raises:
            RunError: the run is not finished, or the file is damaged (DamagedFileError).
        """
        if not self.is_finished:  # the weights are written a moment before the run is finished
            raise RunError(self._unfinished())
        return safetensors.torch.load(files.read_with_checksum(self.weights_path))

    def snapshot_path(self, step: int) -> Path:
        """Where the weights after `step` steps are kept."""
        return self.snapshots / f"{step:08d}.safetensors"

    def snapshot_steps(self) -> list[int]:
        """The steps after which weights were kept, ascending; none in runs of older versions and of large networks."""
        return sorted(int(path.stem) for path in self.snapshots.glob("*.safetensors") if path.stem.isdecimal())

    def read_snapshot(self, step: int) -> dict[str, Tensor]:
        """Read a snapshot's tensors, float16, by their names in the network.

        Raises:
            RunError: it cannot be read.
        """
        path = self.snapshot_path(step)
        try:
            return safetensors.torch.load(path.read_bytes())
        except (OSError, SafetensorError) as error:
            raise RunError(f"{path} cannot be read as a snapshot: {error}.") from None

    def read_metrics(self) -> dict[str, Any]:
        """Read `metrics.json`.

        Raises:
            RunError: the run is not finished, or the file is not JSON.
        """
        if not self.is_finished:
            raise RunError(self._unfinished())
        return self._read_json(self.metrics_path)

    def read_environment(self) -> dict[str, Any]:
        """Read `environment.json`; empty where there is none yet."""
        return self._read_json(self.environment_path) if self.environment_path.exists() else {}

    def read_log(self) -> list[dict[str, Any]]:
        """The records of `log.jsonl` in order; a last line cut short by a crash is left out."""
        if not self.log_path.exists():
            return []
        text = self._read(self.log_path, "a run")
        try:
            return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]
        except json.JSONDecodeError as error:
            raise RunError(f"{self.log_path} has a line that is not JSON: {error}.") from None

    def write_json(self, path: Path, content: Mapping[str, Any]) -> None:
        """Write one of the folder's JSON files, indented for people."""
        files.write_atomically(path, (json.dumps(content, indent=2) + "\n").encode())

    def _read_json(self, path: Path) -> dict[str, Any]:
        try:
            content = json.loads(self._read(path, "a run"))
        except json.JSONDecodeError as error:
            raise RunError(f"{path} is not JSON: {error}.") from None
        if not isinstance(content, dict):
            raise RunError(f"{path} should hold a JSON object.")
        return content

    def _read(self, path: Path, what: str) -> str:
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise RunError(f"{self.path} is not the folder of {what}: it has no readable {path.name}.") from None

    def _unfinished(self) -> str:
        if not self.is_started:
            return f"{self.path} is not the folder of a run: it has no config.toml."
        return (
            f"The run in {self.path} is not finished; finish it with: convlens train --resume {quote(str(self.path))}"
        )


def _first_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    return str(error).splitlines()[0]
