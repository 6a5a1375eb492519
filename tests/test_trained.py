import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from convlens import api
from convlens.errors import DataError, RunError
from convlens.runs import RunFolder
from convlens.trained import Picture, Run, open_run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run of a few steps on Fashion-MNIST."""
    return api.train(network="swift", steps=12, threads=1, out=tmp_path_factory.mktemp("runs") / "run")


@pytest.fixture(scope="module")
def picture(run: Run) -> torch.Tensor:
    """uint8 (1, 28, 28): a real test picture."""
    return run.load_data().test.images[0]


def test_a_picture_is_the_same_in_every_form(run: Run, picture: torch.Tensor, tmp_path: Path) -> None:
    pixels = picture[0].numpy()
    Image.fromarray(pixels).save(tmp_path / "picture.png")
    forms: list[Picture] = [
        picture,
        picture[0],
        pixels,
        Image.fromarray(pixels),
        tmp_path / "picture.png",
        str(tmp_path / "picture.png"),
    ]
    answers = [run.predict(form) for form in forms]
    assert all(answer.probabilities == answers[0].probabilities for answer in answers)
    assert torch.equal(answers[0].seen.picture, picture)


def test_probabilities_fall_and_sum_to_one(run: Run, picture: torch.Tensor) -> None:
    answer = run.predict(picture)
    assert list(answer.probabilities) == sorted(answer.probabilities, reverse=True)
    assert sum(answer.probabilities) == pytest.approx(1, abs=1e-6)
    assert answer.best == answer.classes[0]
    assert set(answer.classes) == set(run.classes)


def test_prediction_is_the_path_that_scored_the_run(run: Run) -> None:
    data = run.load_data()
    assert run.evaluate(data).correct == run.metrics["test"]["correct"]
    alone = [run.predict(picture).best for picture in data.test.images[:20]]
    together = run.predictor.logits(data.test.images[:20]).argmax(dim=1)
    assert alone == [run.classes[label] for label in together]


def test_the_mirror_image_gets_the_same_answer(run: Run, picture: torch.Tensor) -> None:
    answers = (run.predict(picture), run.predict(picture.flip(-1)))
    assert answers[0].probabilities == pytest.approx(answers[1].probabilities, abs=1e-6)


def test_nothing_is_answered_for_nothing(run: Run) -> None:
    assert run.predict_many([]) == []


def test_pixels_of_another_kind_are_refused(run: Run) -> None:
    with pytest.raises(DataError, match="uint8"):
        run.predict(np.zeros((28, 28)))  # type: ignore[arg-type]  # that is what is tested


def test_weights_of_another_network_are_refused(run: Run, tmp_path: Path) -> None:
    shutil.copytree(run.path, tmp_path / "run")
    RunFolder(tmp_path / "run").write_weights({"other": torch.zeros(1)})
    with pytest.raises(RunError, match="do not fit"):
        open_run(tmp_path / "run")


def test_changed_data_is_noticed(run: Run, tmp_path: Path) -> None:
    shutil.copytree(run.path, tmp_path / "run")
    folder = RunFolder(tmp_path / "run")
    folder.write_facts(folder.read_facts().model_copy(update={"sha256": "0" * 64}))
    with pytest.raises(RunError, match="are not those"):
        open_run(tmp_path / "run").load_data()
