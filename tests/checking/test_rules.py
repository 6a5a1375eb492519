"""Every rule by its own examples: the bad one gives its finding, the good one none, the fix turns bad into good."""

import pytest

from convlens.checking.checker import check_text
from convlens.checking.fixing import apply
from convlens.checking.rules import all_rules

RULES = all_rules()
SLUGS = list(RULES)


@pytest.mark.parametrize("slug", SLUGS)
def test_the_bad_example_gives_exactly_its_finding(slug: str) -> None:
    assert [finding.rule for finding in check_text(RULES[slug][0].bad)] == [slug]


@pytest.mark.parametrize("slug", SLUGS)
def test_the_good_example_gives_nothing(slug: str) -> None:
    assert check_text(RULES[slug][0].good) == []


@pytest.mark.parametrize("slug", SLUGS)
def test_the_gravest_finding_has_the_severity_of_the_rule(slug: str) -> None:
    rule = RULES[slug][0]
    assert check_text(rule.bad)[0].severity is rule.severity


@pytest.mark.parametrize("slug", SLUGS)
def test_the_fix_turns_bad_into_good(slug: str) -> None:
    rule = RULES[slug][0]
    fix = check_text(rule.bad)[0].fix
    if fix is None or not fix.edits:
        pytest.skip("there is no fix that is safe")
    assert apply(rule.bad, fix.edits) == rule.good


@pytest.mark.parametrize("slug", SLUGS)
def test_the_file_is_named_like_the_slug(slug: str) -> None:
    assert RULES[slug][1].__module__ == f"convlens.checking.rules.{slug.replace('-', '_')}"
