"""The run folder: what is written is read, one trainer at a time, and whatever is wrong is one RunError."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from convlens.config import RunConfig
from convlens.errors import DamagedFileError, RunError, RunLockedError
from convlens.images.dataset import ImageData
from convlens.runs import DataFacts, RunFolder

Read = Callable[[RunFolder], Any]


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    """A run folder with nothing in it."""
    (tmp_path / "run").mkdir()
    return RunFolder(tmp_path / "run")


def refusal(action: Callable[[], object]) -> str:
    """The one sentence with which `action` is refused."""
    with pytest.raises(RunError) as caught:
        action()
    message = str(caught.value)
    assert "\n" not in message
    return message


# What is written is read


def test_the_configuration_comes_back(folder: RunFolder, configure: Callable[..., RunConfig]) -> None:
    folder.write_config(configure(seed=7))
    assert folder.read_config() == configure(seed=7)


def test_the_facts_come_back(folder: RunFolder, tiny_data: ImageData) -> None:
    facts = DataFacts.of(tiny_data)
    folder.write_facts(facts)
    assert folder.read_facts() == facts


def test_the_facts_are_those_of_the_data(tiny_data: ImageData) -> None:
    facts = DataFacts.of(tiny_data)
    assert facts.classes == ("left", "middle", "right")
    assert facts.picture_shape == (1, 8, 8)
    assert (facts.mean, facts.std) == tiny_data.mean_and_std
    assert (facts.train_pictures, facts.validation_pictures, facts.test_pictures) == (88, 30, 31)
    assert facts.sha256 == tiny_data.sha256


def test_the_weights_come_back_bit_for_bit_whatever_their_layout(folder: RunFolder) -> None:
    weight = torch.randn(4, 3, 3, 3, generator=torch.Generator().manual_seed(0))
    weights = {"weight": weight.to(memory_format=torch.channels_last), "count": torch.tensor(3)}
    folder.write_weights(weights)
    read = _finished(folder).read_weights()
    assert read.keys() == weights.keys()
    assert all(torch.equal(read[name], weights[name]) for name in weights)


def _finished(folder: RunFolder) -> RunFolder:
    folder.write_json(folder.metrics_path, {"test": {}})
    return folder


def test_json_files_come_back_and_end_with_a_new_line(folder: RunFolder) -> None:
    folder.write_json(folder.environment_path, {"python": "3.11"})
    assert folder.read_environment() == {"python": "3.11"}
    assert folder.environment_path.read_text().endswith("}\n")


def test_no_environment_is_an_empty_one(folder: RunFolder) -> None:
    assert folder.read_environment() == {}


def test_the_log_is_read_in_order_without_a_last_line_cut_short(folder: RunFolder) -> None:
    folder.log_path.write_text('{"step": 1}\n{"step": 2}\n{"st')
    assert folder.read_log() == [{"step": 1}, {"step": 2}]


@pytest.mark.parametrize("content", [None, "", '{"st'])
def test_a_log_without_a_whole_line_is_empty(folder: RunFolder, content: str | None) -> None:
    if content is not None:
        folder.log_path.write_text(content)
    assert folder.read_log() == []


def test_a_run_is_started_with_its_configuration_and_finished_with_its_metrics(
    folder: RunFolder, configure: Callable[..., RunConfig]
) -> None:
    assert (folder.is_started, folder.is_finished) == (False, False)
    folder.write_config(configure())
    assert (folder.is_started, folder.is_finished) == (True, False)
    _finished(folder)
    assert (folder.is_started, folder.is_finished) == (True, True)


# Whatever is wrong is one RunError

READERS: dict[str, Read] = {
    "config.toml": RunFolder.read_config,
    "data.json": RunFolder.read_facts,
    "metrics.json": RunFolder.read_metrics,
    "environment.json": RunFolder.read_environment,
    "log.jsonl": RunFolder.read_log,
}


@pytest.mark.parametrize("name", ["config.toml", "data.json", "metrics.json", "weights.safetensors"])
@pytest.mark.parametrize("there", [True, False], ids=["empty", "absent"])
def test_a_missing_file_says_that_this_is_no_run(tmp_path: Path, name: str, there: bool) -> None:
    folder = RunFolder(tmp_path if there else tmp_path / "absent")
    read = READERS.get(name, RunFolder.read_weights)
    assert f"{folder.path} is not the folder of a run" in refusal(lambda: read(folder))


@pytest.mark.parametrize("read", [RunFolder.read_metrics, RunFolder.read_weights])
def test_an_unfinished_run_says_how_to_finish_it(
    folder: RunFolder, configure: Callable[..., RunConfig], read: Read
) -> None:
    folder.write_config(configure())
    message = refusal(lambda: read(folder))
    assert message.endswith(f"is not finished; finish it with: convlens train --resume {folder.path}")


def test_weights_without_metrics_are_those_of_an_unfinished_run(
    folder: RunFolder, configure: Callable[..., RunConfig]
) -> None:
    # The weights are written a moment before the metrics; between the two the process may end.
    folder.write_config(configure())
    folder.write_weights({"weight": torch.zeros(2)})
    assert "is not finished" in refusal(folder.read_weights)


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00\n", b"[[[\n", b"\x00" * 100 + b"\n"], ids=["bytes", "text", "zeros"]
)
def test_garbage_is_told_by_the_name_of_the_file(folder: RunFolder, name: str, content: bytes) -> None:
    (folder.path / name).write_bytes(content)
    assert name in refusal(lambda: READERS[name](folder))


@pytest.mark.parametrize("name", ["data.json", "metrics.json", "environment.json"])
@pytest.mark.parametrize("content", ["[1, 2]", '"text"', "null"])
def test_json_that_is_no_object_is_told(folder: RunFolder, name: str, content: str) -> None:
    (folder.path / name).write_text(content)
    assert name in refusal(lambda: READERS[name](folder))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('colour = "red"', "colour"),
        ("batch_size = -1", "batch_size"),
        ("epochs = 3", "minutes and epochs exclude each other"),
    ],
)
def test_a_configuration_that_does_not_fit_is_told(
    folder: RunFolder, configure: Callable[..., RunConfig], line: str, reason: str
) -> None:
    key, _, _ = line.partition(" = ")
    text = configure(minutes=1.0).to_toml()
    kept = [other for other in text.splitlines() if not other.startswith(f"{key} =")]
    folder.config_path.write_text("\n".join([*kept, line]))
    message = refusal(folder.read_config)
    assert message.startswith(f"{folder.config_path} is not a run's configuration: ")
    assert reason in message


def test_a_configuration_that_lacks_something_is_told(folder: RunFolder) -> None:
    folder.config_path.write_text('network = "swift"\n')
    assert "batch_size" in refusal(folder.read_config)


def test_facts_that_do_not_fit_are_told(folder: RunFolder, tiny_data: ImageData) -> None:
    facts = DataFacts.of(tiny_data).model_dump(mode="json") | {"picture_shape": [1, 8]}
    folder.write_json(folder.data_path, facts)
    assert f"{folder.data_path} does not describe a data set: picture_shape" in refusal(folder.read_facts)


def test_damaged_weights_are_told(folder: RunFolder) -> None:
    folder.write_weights({"weight": torch.zeros(2)})
    content = bytearray(folder.weights_path.read_bytes())
    content[-1] ^= 1
    folder.weights_path.write_bytes(content)
    with pytest.raises(DamagedFileError, match=r"weights\.safetensors is damaged"):
        _finished(folder).read_weights()


# One trainer at a time

HOLD = """
import sys
from pathlib import Path
from convlens.runs import RunFolder
with RunFolder(Path(sys.argv[1])).locked():
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_process_is_locked_out_until_the_first_is_killed(tmp_path: Path) -> None:
    first = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "run")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        folder = RunFolder(tmp_path / "run")
        with pytest.raises(RunLockedError, match="Another process is training in"), folder.locked():
            pass
        first.send_signal(signal.SIGKILL)
        assert first.wait() == -signal.SIGKILL
    with folder.locked():
        pass


def test_the_lock_is_released_after_an_error(folder: RunFolder) -> None:
    with pytest.raises(ZeroDivisionError), folder.locked():
        raise ZeroDivisionError
    with folder.locked(), pytest.raises(RunLockedError), RunFolder(folder.path).locked():
        pass


def test_locking_makes_the_folder_and_removes_what_a_killed_process_left(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "new" / "run")
    with folder.locked():
        folder.checkpoints.mkdir()
    (folder.path / ".config.toml.1.tmp").touch()
    (folder.checkpoints / ".step-00000001.safetensors.1.tmp").touch()
    with folder.locked():
        assert [path.name for path in folder.path.rglob("*") if path.is_file()] == [".lock"]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    def lock(path: Path) -> None:
        with RunFolder(path).locked():
            pass

    assert "cannot be used" in refusal(lambda: lock(tmp_path / "file"))
    assert "cannot be used" in refusal(lambda: lock(tmp_path / "file" / "run"))
