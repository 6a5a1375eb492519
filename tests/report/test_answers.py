import pytest
import torch

from convlens.evaluation import calibration_error
from convlens.report.answers import LEVELS, calibration, calibration_charts, confident_mistakes, heat_map, mix_ups

CONFUSION = [[90, 10, 0], [1, 99, 0], [5, 0, 15]]


def test_mistakes_are_shaded_on_a_scale_of_their_own_by_their_share_of_the_row() -> None:
    cells = heat_map(CONFUSION)
    assert [[cell.count for cell in row] for row in cells] == CONFUSION
    assert [[cell.right for cell in row] for row in cells] == [[i == j for j in range(3)] for i in range(3)]
    assert cells[2][0].level == LEVELS  # 5 of 20, the largest share that is wrong
    assert cells[0][1].level == 3  # 10 of 100
    assert cells[1][0].level == 1
    assert cells[0][2].level == 0
    assert cells[0][0].level == LEVELS
    assert cells[2][2].level == 5  # 15 of 20


def test_a_class_without_pictures_and_a_matrix_without_mistakes_are_blank() -> None:
    cells = heat_map([[7, 0], [0, 0]])
    assert [cell.level for row in cells for cell in row] == [LEVELS, 0, 0, 0]


def test_mix_ups_are_listed_by_their_number() -> None:
    found = mix_ups(CONFUSION, ["a", "b", "c"], most=2)
    assert [(one.true, one.said, one.count) for one in found] == [("a", "b", 10), ("c", "a", 5)]
    assert found[1].share == 0.25
    assert mix_ups([[3, 0], [0, 4]], ["a", "b"], most=2) == []


def test_the_most_confident_mistakes_come_first() -> None:
    probabilities = torch.tensor([[0.9, 0.1], [0.2, 0.8], [0.05, 0.95], [0.4, 0.6]])
    mistakes = confident_mistakes(probabilities, torch.tensor([0, 0, 0, 0]), most=2)
    assert [(mistake.index, mistake.true, mistake.said) for mistake in mistakes] == [(2, 0, 1), (1, 0, 1)]
    assert mistakes[0].confidence == pytest.approx(0.95)


def test_the_bins_are_those_of_the_calibration_error() -> None:
    generator = torch.Generator().manual_seed(0)
    logits = 3 * torch.randn(500, 4, generator=generator)
    labels = torch.randint(0, 4, (500,), generator=generator)
    bins = calibration(logits.double().softmax(dim=1), labels)
    assert sum(part.answers for part in bins) == 500
    assert all(part.low <= part.confidence <= part.high for part in bins)
    error = sum(part.answers * abs(part.confidence - part.accuracy) for part in bins) / 500
    assert error == pytest.approx(calibration_error(logits, labels))


def test_calibration_charts_show_every_bin() -> None:
    bins = calibration(torch.tensor([[1.0, 0.0], [0.45, 0.55]]), torch.tensor([0, 0]))
    accuracy, counts = calibration_charts(bins)
    assert [point.label for point in accuracy.points] == [
        "53 to 60 % sure: 0.0 % of 1 right",
        "93 to 100 % sure: 100.0 % of 1 right",
    ]
    assert len(counts.curves) == 2
