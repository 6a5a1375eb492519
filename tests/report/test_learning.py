import math

import pytest

from convlens.report.learning import LearningCurves, read_log

STEPS = [{"step": step, "learning_rate": 0.1, "loss": 2.0 / step} for step in range(1, 11)]
VALIDATIONS = [
    {
        "step": step,
        "epoch": step / 4,
        "validation_accuracy": accuracy,
        "validation_loss": 0.5,
        "train_loss": 0.4,
        "seconds": 1.0,
    }
    for step, accuracy in ((5, 0.8), (10, 0.7))
]


def test_the_log_is_sorted_into_steps_and_validations() -> None:
    log = read_log([*STEPS[:5], VALIDATIONS[0], *STEPS[5:], VALIDATIONS[1]])
    assert list(log.steps) == list(range(1, 11))
    assert [seen.accuracy for seen in log.validations] == [0.8, 0.7]
    assert log.last_step == 10
    assert log.steps_per_epoch == pytest.approx(4)


def test_what_is_not_a_number_is_left_out() -> None:
    log = read_log([STEPS[0], STEPS[1] | {"loss": math.nan}, VALIDATIONS[0] | {"validation_loss": math.inf}])
    assert list(log.steps) == [1]
    assert log.validations == []


def test_the_best_step_is_marked_in_every_chart() -> None:
    curves = LearningCurves(read_log([*STEPS, *VALIDATIONS]), best_step=5)
    accuracy = curves.accuracy()
    assert accuracy is not None
    for chart in (curves.loss(), accuracy, curves.rate()):
        assert chart.rule == 50.0
    assert [point.kind for point in accuracy.points] == ["best", "validation"]
    assert accuracy.points[0].label == "epoch 1.25: validation accuracy 80.00 %"
    assert "best is 80.00 % at step 5" in accuracy.description


def test_all_charts_share_the_x_axis_in_epochs() -> None:
    curves = LearningCurves(read_log([*STEPS, *VALIDATIONS]), best_step=5)
    assert curves.unit == "epoch"
    assert [tick.label for tick in curves.rate().x_ticks] == ["0", "0.5", "1.0", "1.5", "2.0", "2.5"]
    assert curves.loss().x_ticks == curves.rate().x_ticks


def test_without_a_validation_there_is_no_accuracy_and_the_axis_counts_steps() -> None:
    curves = LearningCurves(read_log(STEPS), best_step=5)
    assert curves.accuracy() is None
    assert curves.unit == "step"
    assert curves.loss().rule is None


def test_the_first_fall_of_the_loss_does_not_press_the_rest_flat() -> None:
    steps = [{"step": step, "learning_rate": 0.1, "loss": 50.0 if step < 5 else 0.4} for step in range(1, 201)]
    assert [tick.label for tick in LearningCurves(read_log(steps), None).loss().y_ticks][-1] == "0.4"


def test_an_empty_log_still_has_charts() -> None:
    curves = LearningCurves(read_log([]), best_step=None)
    assert all(curve.path == "" for chart in (curves.loss(), curves.rate()) for curve in chart.curves)


@pytest.mark.parametrize("accuracy", [0.0, 0.5, 1.0])
def test_a_flat_accuracy_stays_within_0_and_100_percent(accuracy: float) -> None:
    flat = [seen | {"validation_accuracy": accuracy} for seen in VALIDATIONS]
    chart = LearningCurves(read_log([*STEPS, *flat]), best_step=5).accuracy()
    assert chart is not None
    shares = [float(tick.label.removesuffix(" %")) for tick in chart.y_ticks]
    assert shares[0] >= 0
    assert shares[-1] <= 100
    assert all(0 <= point.y <= chart.height for point in chart.points)
