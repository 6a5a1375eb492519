"""The rules' pages stand in docs/rules as their files make them."""

from pathlib import Path

import pytest

from convlens.checking.pages import INDEX, index, pages
from convlens.checking.rules import all_rules

DOCS = Path(__file__).parents[2] / "docs" / "rules"
RULES = [rule for rule, _ in all_rules().values()]


def test_the_pages_are_those_that_the_rules_make() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in DOCS.glob("*.md")}
    assert written == pages(), "the pages are old; make them anew with: make docs"


@pytest.mark.parametrize(
    ("seen", "slug"),
    [
        ("1.46", "softmax-before-cross-entropy"),
        ("from call to call", "eval-mode-missing"),
        ("mat1 and mat2 shapes cannot be multiplied", "flatten-size-mismatch"),
    ],
)
def test_the_index_leads_from_a_symptom_to_its_rule(seen: str, slug: str) -> None:
    assert any(seen in line and f"({slug}.md)" in line for line in index(RULES).splitlines())


def test_every_rule_has_a_page_that_shows_the_mistake_and_the_change() -> None:
    made = pages()
    assert set(made) == {INDEX} | {f"{rule.slug}.md" for rule in RULES}
    assert all("```python" in text and "```diff" in text for name, text in made.items() if name != INDEX)
