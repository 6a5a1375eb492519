import re
import shlex
from itertools import pairwise
from pathlib import Path

import pytest
from torch import Tensor, nn

from convlens import report
from convlens.cli import report as command
from convlens.images.dataset import ImageData
from convlens.trained import Run
from tests.report.html import Document
from tests.report.runs import HOSTILE, make_data, make_run


class Linear(nn.Module):
    """A network without a convolution."""

    def __init__(self, pixels: int, classes: int) -> None:
        super().__init__()
        self.output = nn.Linear(pixels, classes)

    def forward(self, x: Tensor) -> Tensor:
        answer: Tensor = self.output(x.flatten(1))
        return answer


def some_classes(number: int) -> list[str]:
    return [f"class {index:02d}" for index in range(number)]


@pytest.fixture(scope="module")
def data() -> ImageData:
    return make_data(some_classes(3))


@pytest.fixture(scope="module")
def run(data: ImageData, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return make_run(tmp_path_factory.mktemp("runs") / "a run", data)


@pytest.fixture(scope="module")
def page(run: Run, data: ImageData) -> Document:
    return Document(report.render(run, data))


def test_it_loads_nothing_and_runs_nothing(page: Document) -> None:
    (policy,) = page.all("meta", http_equiv="Content-Security-Policy")
    assert policy.attributes["content"].startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:;")
    assert not [element for element in page.elements if element.tag in {"script", "link", "iframe", "object"}]
    for element in page.elements:
        assert not [name for name in element.attributes if name.startswith("on")]
        assert element.attributes.get("src", "data:").startswith("data:")
        assert element.attributes.get("href", "#").startswith("#")
    assert "url(" not in page.all("style")[0].text
    assert "@import" not in page.all("style")[0].text


def test_ids_are_unique_and_every_reference_has_its_target(page: Document) -> None:
    ids = [element.attributes["id"] for element in page.elements if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    for element in page.elements:
        references = element.attributes.get("aria-labelledby", "").split()
        if element.tag == "a":
            references.append(element.attributes["href"].removeprefix("#"))
        assert set(references) <= set(ids)


def test_landmarks_and_headings_are_in_order(page: Document) -> None:
    for landmark in ("header", "nav", "main", "footer"):
        assert len(page.all(landmark)) == 1
    levels = [int(element.tag[1]) for element in page.elements if re.fullmatch(r"h[1-6]", element.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_tables_and_charts_say_what_they_are(page: Document) -> None:
    tables = page.all("table")
    assert len([e for e in page.elements if e.tag == "caption"]) == len(tables) == 5
    assert all(element.attributes.get("scope") in {"col", "row"} for element in page.all("th"))
    charts = page.all("svg", role="img")
    assert len(charts) == 5
    for chart in charts:
        title, description = (page.with_id(name) for name in chart.attributes["aria-labelledby"].split())
        assert title.tag == "title"
        assert title.text.strip()
        assert description.tag == "desc"
        assert description.text.strip()
    assert all("alt" in image.attributes for image in page.all("img"))


def test_the_head_states_the_score(run: Run, page: Document) -> None:
    test = run.metrics["test"]
    header = " ".join(page.all("header")[0].text.split())
    assert f"{100 * test['accuracy']:.2f}" in header
    assert f"named {test['correct']} correctly" in header
    low, high = test["interval"]
    assert f"between {100 * low:.2f} % and {100 * high:.2f} %" in header
    assert f"{run.metrics['parameters']:,} parameters" in header
    assert "61 s" in header


def test_the_configuration_is_complete_and_the_command_repeats_it(run: Run, page: Document) -> None:
    names = {cell.text for cell in page.all("th", scope="row")}
    assert {name.replace("_", " ") for name in run.config.model_dump(exclude_none=True)} <= names
    (code,) = [element for element in page.elements if element.tag == "pre"]
    words = shlex.split(code.text)
    assert words[:3] == ["convlens", "train", "--config"]
    assert Path(words[3]) == run.folder.config_path
    assert not Path(words[5]).exists()


@pytest.mark.parametrize("number", [2, 30])
def test_few_and_many_classes(number: int, tmp_path: Path) -> None:
    data = make_data(some_classes(number))
    page = Document(report.render(make_run(tmp_path / "run", data), data))
    cells = [e for e in page.all("td") if re.fullmatch(r"(right|wrong) l[0-6]", e.attributes.get("class", ""))]
    assert len(cells) == number**2
    assert sum(int(cell.text) for cell in cells if cell.text != "·") == 4 * number
    assert len(page.all("img", alt="")) == 32
    mistakes = [e for e in page.all("img") if e.attributes["alt"].startswith("Test picture")]
    wrong = sum(int(cell.text) for cell in cells if "wrong" in cell.attributes["class"] and cell.text != "·")
    assert len(mistakes) == min(wrong, 30)


def test_names_from_data_are_harmless(tmp_path: Path) -> None:
    data = make_data([HOSTILE, "plain"], name=HOSTILE)
    run = make_run(tmp_path / HOSTILE.replace("/", ""), data)
    for some_data in (data, None):
        html = report.render(run, some_data)
        page = Document(html)
        assert not page.all("script")
        assert not [e for e in page.elements if "onerror" in e.attributes]
        assert "<script>" not in html
        assert HOSTILE in page.all("h1")[0].text  # shown as it is, {{ }} included
        assert HOSTILE in [row.text for row in page.all("th", scope="row")]


def test_without_the_pictures_it_says_so(run: Run) -> None:
    page = Document(report.render(run, None))
    assert len([e for e in page.all("p", class_="absent") if "not at hand" in e.text]) == 2
    assert len(page.all("svg", role="img")) == 3


def test_a_network_without_mistakes_is_praised(tmp_path: Path) -> None:
    data = make_data(["only", "never"])
    always_first = Linear(64, 2)
    nn.init.zeros_(always_first.output.weight)
    always_first.output.bias.data = always_first.output.bias.data.new_tensor([9.0, -9.0])
    data.test.labels.zero_()
    html = report.render(make_run(tmp_path / "run", data, network=always_first), data)
    assert "every test picture was named correctly" in html
    assert "Nothing was mixed up" in html
    assert "no convolution of two dimensions" in html


def test_colour_pictures(tmp_path: Path) -> None:
    data = make_data(some_classes(3), channels=3)
    html = report.render(make_run(tmp_path / "run", data), data)
    assert "answers most strongly where it finds the colours" in html
    assert "8 × 8 colour" in html


@pytest.mark.parametrize("validate", [True, False])
@pytest.mark.parametrize("steps", [1, 2, 40])
@pytest.mark.parametrize("constant", [None, 0.0, 1e-9, 7.0])
def test_short_and_flat_runs(steps: int, validate: bool, constant: float | None, tmp_path: Path) -> None:
    data = make_data(some_classes(2))
    loss = {} if constant is None else {"loss": lambda step: constant}
    html = report.render(make_run(tmp_path / "run", data, steps=steps, validate=validate, **loss), data)  # type: ignore[arg-type]
    Document(html)
    assert not re.search(r"\b(nan|inf|None)\b", html)
    assert ("no validation in its log" in html) == (not validate)


def test_a_long_log_does_not_make_a_large_file(tmp_path: Path) -> None:
    data = make_data(some_classes(2))
    html = report.render(make_run(tmp_path / "run", data, steps=40_000), data)
    Document(html)
    assert len(html) < 80_000


def test_the_same_run_gives_the_same_bytes(run: Run, data: ImageData, page: Document) -> None:
    assert report.render(run, data) == report.render(run, data)


def test_every_class_of_the_templates_has_a_style(page: Document) -> None:
    """A class without a rule is a spelling mistake or a leftover."""
    style = page.all("style")[0].text
    used = {name for element in page.elements for name in element.attributes.get("class", "").split()}
    styled = set(re.findall(r"\.([a-z][a-z0-9-]*)", style))
    assert used <= styled


def test_write_puts_the_page_into_the_run_and_the_command_prints_its_path(
    data: ImageData, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = make_run(tmp_path / "run", data)
    command.report(run.path)
    path = Path(capsys.readouterr().out.strip())
    assert path == run.path / "report.html"
    # Its data is "no such folder", so the page is made without the pictures.
    assert path.read_text(encoding="utf-8") == report.render(run, None)


def test_write_shows_the_pictures_where_they_are(run: Run, data: ImageData, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "load_data", lambda *_: data)
    assert report.write(run).read_text(encoding="utf-8") == report.render(run, data)
