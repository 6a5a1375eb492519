"""A run's document and arrays: they say what the run is, and PyTorch's values are the network's own."""

import inspect
import io
import json
import math
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from convlens.byhand.work import work_out
from convlens.errors import DataError, NetworkError, RunError
from convlens.images.dataset import ImageData
from convlens.networks import Lecture
from convlens.predictor import normalise
from convlens.training import snapshots
from convlens.web.content import Content, load
from convlens.web.document import _thinned


def test_the_document_is_json_that_names_the_run(content: Content, run_path: Path, tiny_data: ImageData) -> None:
    document = json.loads(json.dumps(content.document, allow_nan=False))
    mean, std = tiny_data.mean_and_std
    assert (document["version"], document["name"], document["network"]) == (1, "striped", "lecture")
    assert document["classes"] == ["left", "middle", "right"]
    assert document["picture"] == {"shape": [1, 8, 8], "mean": list(mean), "std": list(std)}
    assert (document["mirror"], document["average"], document["live"]) == (True, False, True)
    assert document["dropout"] is True


def test_the_operations_are_those_that_ran(content: Content) -> None:
    operations = content.document["operations"]
    assert [one["id"] for one in operations] == list(range(len(operations)))
    names = ["picture", "conv1", "relu", "pool1", "conv2", "relu:2", "pool2", "flatten"]
    names += ["hidden", "relu:3", "dropout", "output"]
    assert [one["name"] for one in operations] == names
    assert operations[content.document["answer"]]["name"] == "output"
    assert all(one["known"] and "why" not in one for one in operations)


def test_each_operation_has_the_sums_of_convlens_shapes(content: Content) -> None:
    steps = {step.name: step for step in work_out("lecture", (1, 8, 8)).derivation.steps}
    operations = {one["name"]: one for one in content.document["operations"]}
    for name in ("conv1", "pool1", "conv2", "pool2", "hidden"):
        found, expected = operations[name], steps[name]
        assert found["macs"] == expected.macs
        assert found["receptive_field"] == list(expected.receptive_field or ())
        assert found["dropped"] == list(expected.dropped)
    assert [one["parameters"] for one in operations.values() if one["parameters"]] == [320, 18496, 32896, 387]
    lines = inspect.getsource(Lecture.__init__).splitlines()
    first = inspect.getsourcelines(Lecture.__init__)[1]
    assert "self.conv2 =" in lines[operations["conv2"]["line"] - first]
    assert operations["picture"]["parameters"] is None


def test_the_weights_lie_where_the_document_says(content: Content) -> None:
    numbers = np.frombuffer(content.weights_file(), "<f4")
    state = content.run.network.state_dict()
    tensors = content.document["tensors"]
    assert tensors.keys() == state.keys()
    for name, place in tensors.items():
        cut = numbers[place["offset"] : place["offset"] + math.prod(place["shape"])].reshape(place["shape"])
        assert np.array_equal(cut, state[name].numpy())
    assert len(numbers) == sum(value.numel() for value in state.values())


def test_the_snapshots_are_listed_with_their_validations(content: Content) -> None:
    listed = content.document["snapshots"]
    assert [one["step"] for one in listed] == [0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30]
    assert [one["file"] for one in listed] == list(range(11))
    assert (listed[0]["epoch"], listed[0]["validation_accuracy"]) == (0.0, None)
    seen = {line["step"]: line for line in content.run.folder.read_log() if "validation_accuracy" in line}
    for one in listed[1:]:
        assert one["validation_accuracy"] == seen[one["step"]]["validation_accuracy"]
        assert one["epoch"] == seen[one["step"]]["epoch"]
    assert content.document["no_snapshots"] is None


def test_a_snapshot_has_the_weights_in_their_order(content: Content) -> None:
    best = content.document["log"]["best_step"]
    (number,) = [one["file"] for one in content.document["snapshots"] if one["step"] == best]
    halves = np.frombuffer(content.snapshot_file(number), "<f2").astype(np.float32)
    weights = np.frombuffer(content.weights_file(), "<f4")
    assert np.allclose(halves, weights, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("number", [-1, 11, 10**9])
def test_a_snapshot_that_is_not_there_is_told(content: Content, number: int) -> None:
    with pytest.raises(RunError, match="has 11 snapshots"):
        content.snapshot(number)


def test_a_snapshot_of_another_network_is_told(run_path: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(run_path, tmp_path / "copy")
    snapshots.save(copy / "snapshots" / "00000003.safetensors", torch.nn.Linear(2, 2))
    with pytest.raises(RunError, match=r"00000003.safetensors holds weights of another network"):
        load(copy).snapshot(1)


def test_a_run_without_snapshots_says_why(run_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = shutil.copytree(run_path, tmp_path / "copy")
    shutil.rmtree(copy / "snapshots")
    document = load(copy).document
    assert (document["snapshots"], document["no_snapshots"]) == ([], "older")
    monkeypatch.setattr(snapshots, "LARGEST", 10)
    assert load(copy).document["no_snapshots"] == "large"


def test_the_log_is_there(content: Content) -> None:
    log, lines = content.document["log"], content.run.folder.read_log()
    assert log["steps"] == [[one["step"], one["learning_rate"], one["loss"]] for one in lines if "loss" in one]
    assert [one[0] for one in log["validations"]] == list(range(3, 31, 3))
    assert log["best_step"] == content.run.metrics["best_step"]


def test_a_long_log_is_thinned_to_means() -> None:
    thinned = _thinned([(step, 0.1 * step, float(step)) for step in range(1, 2502)])
    assert len(thinned) == 834
    assert thinned[0] == [3, pytest.approx(0.3), 2.0]
    assert thinned[-1] == [2501, pytest.approx(250.1), 2500.5]
    assert _thinned([]) == []


def test_the_answers_are_those_that_were_scored(content: Content, tiny_data: ImageData) -> None:
    test, metrics = content.document["test"], content.run.metrics["test"]
    assert test["indices"] == list(range(31))
    assert test["labels"] == tiny_data.test.labels.tolist()
    said = content.answers(0, 31)
    assert content.answers(3, 5) == {name: column[3:5] for name, column in said.items()}
    right = sum(one == other for one, other in zip(test["labels"], said["predicted"], strict=True))
    assert right == test["correct"] == metrics["correct"]
    counts = np.zeros((3, 3), int)
    np.add.at(counts, (test["labels"], said["predicted"]), 1)
    assert counts.tolist() == [list(row) for row in test["confusion"]] == metrics["confusion"]
    assert all(1 / 3 <= sure <= 1 for sure in said["confidence"])


def test_the_pictures_come_in_the_order_asked_for(content: Content, tiny_data: ImageData) -> None:
    expected = tiny_data.test.images[[7, 0, 7]].numpy().tobytes()
    assert content.pictures([7, 0, 7]) == expected


@pytest.mark.parametrize("index", [-1, 31, 10**8])
def test_a_picture_that_is_not_there_is_told(content: Content, index: int) -> None:
    with pytest.raises(DataError, match="There are 31 test pictures"):
        content.pictures([0, index])
    with pytest.raises(DataError, match="There are 31 test pictures"):
        content.values(index)


def test_the_values_are_the_networks_own(content: Content, tiny_data: ImageData) -> None:
    values = np.frombuffer(content.values(5), "<f4")
    predictor = content.run.predictor
    x = normalise(tiny_data.test.images[5:6], predictor.mean, predictor.std)
    with torch.no_grad():
        logits, maps = content.run.network(x)
    start, found = 0, {}
    for operation in content.document["operations"]:
        size = math.prod(operation["output"])
        found[operation["name"]] = values[start : start + size].reshape(operation["output"])
        start += size
    assert start == len(values)
    assert np.array_equal(found["picture"], x[0].numpy())
    assert np.array_equal(found["output"], logits[0].numpy())
    layers = {"conv1": "relu", "pool1": "pool1", "conv2": "relu:2", "pool2": "pool2", "hidden": "relu:3"}
    for feature_map, name in layers.items():
        assert np.array_equal(found[name], maps[feature_map][0].numpy())


def test_pixels_are_answered_as_the_picture_they_are(content: Content, tiny_data: ImageData) -> None:
    assert content.values_of_pixels(tiny_data.test.images[5].numpy().tobytes()) == content.values(5)
    for size in (0, 63, 65):
        with pytest.raises(DataError, match="A picture has 64 bytes here"):
            content.values_of_pixels(bytes(size))


def test_a_photograph_is_prepared_as_for_prediction(content: Content) -> None:
    buffer = io.BytesIO()
    photograph = Image.radial_gradient("L").resize((60, 40))
    photograph.save(buffer, "png")
    found = content.prepare(buffer.getvalue())
    assert found["picture"] == content.run.prepare(photograph).picture.flatten().tolist()
    assert found["found"] == {"box": None, "inverted": False, "note": None}
    with pytest.raises(DataError, match="The file is not a PNG"):
        content.prepare(b"no picture")


def test_without_its_pictures_a_run_has_the_rest(
    content: Content, run_path: Path, tiny_data: ImageData, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = replace(tiny_data, name="other", classes=("a", "b", "c"))
    monkeypatch.setattr("convlens.images.load", lambda *_, **__: other)
    without = load(run_path)
    assert without.document["test"]["indices"] == []
    assert without.document["test"]["correct"] == content.document["test"]["correct"]
    assert without.values_of_pixels(bytes(64)) == content.values_of_pixels(bytes(64))
    with pytest.raises(DataError, match="There are 0 test pictures"):
        without.values(0)
    with pytest.raises(RunError, match="are not those that the run"):
        load(run_path, data=Path("elsewhere"))


def test_an_own_network_is_shown_as_far_as_it_is_known(run_path: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(run_path, tmp_path / "copy")
    source = Path(inspect.getfile(Lecture)).read_text()
    changed = source.replace("hidden = self.relu(self.hidden(flat))", "hidden = torch.erf(self.hidden(flat))")
    (tmp_path / "mine.py").write_text("import torch\n" + changed)
    content = load(copy, network=f"{tmp_path / 'mine.py'}:Lecture")
    (unknown,) = [one for one in content.document["operations"] if not one["known"]]
    assert (unknown["op"], unknown["why"]) == ("erf", {"reason": "operation", "what": "erf"})
    assert "torch.erf" in (tmp_path / "mine.py").read_text().splitlines()[unknown["line"] - 1]
    assert len(content.values(0)) == 4 * sum(math.prod(one["output"]) for one in content.document["operations"])


def test_a_network_that_goes_another_way_is_told(run_path: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(run_path, tmp_path / "copy")
    source = Path(inspect.getfile(Lecture)).read_text()
    line = "conv1 = self.relu(self.conv1(x))"
    assert line in source
    changed = re.sub(re.escape(line), "conv1 = self.conv1(x).relu() if x.max() < 0 else self.conv1(x).tanh()", source)
    (tmp_path / "mine.py").write_text(changed)
    content = load(copy, network=f"{tmp_path / 'mine.py'}:Lecture")  # recorded on black
    with pytest.raises(NetworkError, match="With this picture the network does not do what it did with others"):
        content.values(0)
