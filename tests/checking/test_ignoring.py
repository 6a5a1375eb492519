"""Comments that ask for silence."""

import pytest

from convlens.checking.ignoring import is_ignored, unknown_rules
from convlens.checking.source import parse


@pytest.mark.parametrize(
    ("comment", "ignored"),
    [
        ("# convlens: ignore", True),
        ("# convlens: ignore[eval-mode-missing]", True),
        ("# noqa  convlens: ignore[a-b, eval-mode-missing]", True),
        ("# convlens: ignore[train-not-shuffled]", False),
        ("# convlens: ignore[eval.mode]", False),
        ("# ignore", False),
    ],
)
def test_comments_that_ask_for_silence(comment: str, ignored: bool) -> None:
    found = parse(f"x = 1\ny = 2  {comment}\nz = '# convlens: ignore'\n")
    assert [is_ignored(found, "eval-mode-missing", line) for line in (1, 2, 3)] == [False, ignored, False]


def test_a_rule_that_there_is_not_is_told() -> None:
    text = "x = 1  # convlens: ignore[unsafe-load, eval-mode]\ny = '# convlens: ignore[d]'  # convlens: ignore[q]\n"
    found = parse(text)
    assert list(unknown_rules(found)) == [
        "<text>, line 1: there is no rule 'eval-mode' to ignore; did you mean eval-mode-missing?",
        "<text>, line 2: there is no rule 'q' to ignore; `convlens rules` lists all.",
    ]
