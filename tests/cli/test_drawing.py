import torch

from convlens.cli.drawing import draw


def test_plain_text_has_a_character_a_column_and_a_line_for_two_rows() -> None:
    picture = torch.zeros(1, 4, 3, dtype=torch.uint8)
    picture[0, 0] = 255
    picture[0, 2, 1] = 128
    assert draw(picture, colour=False).splitlines() == ["@@@", " +"]


def test_colour_has_two_pixels_in_a_character() -> None:
    picture = torch.tensor([[[10], [20], [30]]], dtype=torch.uint8)
    first, second = draw(picture, colour=True).splitlines()
    assert first == "\x1b[38;2;10;10;10;48;2;20;20;20m▀\x1b[0m"
    assert "38;2;30;30;30;48;2;0;0;0" in second  # a row that is missing is black


def test_red_green_and_blue_are_kept() -> None:
    picture = torch.tensor([[[1], [4]], [[2], [5]], [[3], [6]]], dtype=torch.uint8)
    assert "38;2;1;2;3;48;2;4;5;6" in draw(picture, colour=True)
