"""Scores against sums done by hand and by the slow, plain formulas."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from convlens.evaluation import calibration_error, evaluate, wilson_interval


@st.composite
def answers(draw: st.DrawFn) -> tuple[Tensor, Tensor]:
    """Logits (N, K) and labels (N,) of 1 to 40 pictures and 2 to 5 classes."""
    n, classes = draw(st.integers(1, 40)), draw(st.integers(2, 5))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 10**6)))
    logits = 3 * torch.randn(n, classes, generator=generator)
    return logits, torch.randint(0, classes, (n,), generator=generator)


def certain(predicted: list[int], classes: int) -> Tensor:
    """Logits that leave no doubt about the predicted classes."""
    return 100 * torch.eye(classes)[torch.tensor(predicted)]


def test_counts_and_shares_are_those_found_by_hand() -> None:
    labels = torch.tensor([0, 0, 0, 1, 1, 2])
    score = evaluate(certain([0, 0, 1, 1, 0, 1], 3), labels)
    assert (score.correct, score.total, score.accuracy) == (3, 6, 0.5)
    assert score.confusion == ((2, 1, 0), (1, 1, 0), (0, 1, 0))
    first, second, third = score.per_class
    assert (first.pictures, first.precision, first.recall, first.f1) == (3, 2 / 3, 2 / 3, 2 / 3)
    assert (second.pictures, second.precision, second.recall, second.f1) == (2, 1 / 3, 1 / 2, 2 / 5)
    assert (third.pictures, third.precision, third.recall, third.f1) == (1, 0, 0, 0)


def test_a_class_without_pictures_scores_zero() -> None:
    score = evaluate(certain([0, 0], 3), torch.tensor([0, 0]))
    assert [one.pictures for one in score.per_class] == [2, 0, 0]
    assert score.per_class[2].recall == 0
    assert score.per_class[2].f1 == 0


def test_the_loss_is_the_mean_of_minus_log_probability() -> None:
    probabilities = torch.tensor([[0.5, 0.5], [0.25, 0.75]])
    score = evaluate(probabilities.log(), torch.tensor([0, 0]))
    assert score.loss == pytest.approx((math.log(2) + math.log(4)) / 2)


@given(answers())
def test_every_number_agrees_with_the_slow_formula(given_answers: tuple[Tensor, Tensor]) -> None:
    logits, labels = given_answers
    classes = logits.shape[1]
    confusion = [[0] * classes for _ in range(classes)]
    loss = 0.0
    for row, label in zip(logits.double().tolist(), labels.tolist(), strict=True):
        confusion[label][row.index(max(row))] += 1
        loss += math.log(sum(math.exp(logit) for logit in row)) - row[label]
    score = evaluate(logits, labels)
    assert score.confusion == tuple(tuple(row) for row in confusion)
    assert score.correct == sum(confusion[k][k] for k in range(classes))
    assert score.accuracy == score.correct / len(labels)
    assert score.loss == pytest.approx(loss / len(labels))
    for k, one in enumerate(score.per_class):
        answered = sum(row[k] for row in confusion)
        assert one.pictures == sum(confusion[k])
        assert one.recall == (confusion[k][k] / one.pictures if one.pictures else 0)
        assert one.precision == (confusion[k][k] / answered if answered else 0)
        both = one.precision + one.recall
        assert one.f1 == pytest.approx(2 * one.precision * one.recall / both if both else 0)


@given(answers())
def test_the_calibration_error_agrees_with_the_slow_formula(given_answers: tuple[Tensor, Tensor]) -> None:
    logits, labels = given_answers
    bins: dict[int, list[tuple[float, bool]]] = {}
    for row, label in zip(logits.double().softmax(dim=1).tolist(), labels.tolist(), strict=True):
        confidence = max(row)
        bins.setdefault(min(int(15 * confidence), 14), []).append((confidence, row.index(confidence) == label))
    expected = 0.0
    for members in bins.values():
        confidence = sum(sure for sure, _ in members) / len(members)
        accuracy = sum(right for _, right in members) / len(members)
        expected += len(members) / len(labels) * abs(confidence - accuracy)
    assert calibration_error(logits, labels) == pytest.approx(expected, abs=1e-12)


def test_eighty_percent_sure_and_eighty_percent_right_is_calibrated() -> None:
    logits = torch.tensor([[0.8, 0.2]]).log().repeat(10, 1)
    assert calibration_error(logits, torch.tensor([0] * 8 + [1] * 2)) == pytest.approx(0, abs=1e-7)


def test_fully_sure_and_always_wrong_is_an_error_of_one() -> None:
    assert calibration_error(certain([0, 0], 2), torch.tensor([1, 1])) == pytest.approx(1)


@pytest.mark.parametrize(
    ("correct", "total", "lower", "upper"),
    # Newcombe, "Two-sided confidence intervals for the single proportion", 1998, table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0000, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_is_the_published_one(correct: int, total: int, lower: float, upper: float) -> None:
    assert wilson_interval(correct, total) == pytest.approx((lower, upper), abs=5e-5)


@given(st.integers(1, 10**6).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_the_interval_holds_the_accuracy_and_stays_within_zero_and_one(counts: tuple[int, int]) -> None:
    correct, total = counts
    lower, upper = wilson_interval(correct, total)
    assert 0 <= lower <= correct / total + 1e-12
    assert correct / total - 1e-12 <= upper <= 1


@given(st.integers(1, 10**5).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_the_ends_of_the_interval_are_just_compatible_with_the_count(counts: tuple[int, int]) -> None:
    # What defines Wilson's interval: the observed share is z standard deviations away from either end.
    correct, total = counts
    for end in wilson_interval(correct, total):
        deviation = math.sqrt(end * (1 - end) / total)
        assert abs(correct / total - end) == pytest.approx(1.959964 * deviation, rel=1e-6, abs=1e-7)
