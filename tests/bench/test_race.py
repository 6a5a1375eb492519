"""The race: the clock around a run, the book of runs, and the figures made from it."""

import importlib
import itertools
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
SCORE = 'print(json.dumps({"accuracy": %s, "scoring": %s}), flush=True)'


@pytest.fixture(scope="module")
def race() -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "bench"))
        names = ("book", "field", "picture", "running", "standings", "table")
        yield SimpleNamespace(**{name: importlib.import_module(f"race.{name}") for name in names})


def run(race: Any, folder: Path, *lines: str, limit: float = 60.0) -> Any:
    code = "\n".join(["import json, sys, time", *lines])
    return race.running.run([sys.executable, "-c", code], {}, folder, folder / "log.txt", limit)


def test_the_time_of_earlier_scorings_is_taken_off(race: Any, tmp_path: Path) -> None:
    done = run(race, tmp_path, "print('epoch 1')", SCORE % (0.5, 100.0), SCORE % (0.75, 7.0), SCORE % (0.9, 0.0))
    (first, second, third), accuracies = zip(*done.points, strict=True)
    assert accuracies == (0.5, 0.75, 0.9)
    assert first > 0 > second > -100 > third
    assert done.failure is None


def test_a_failure_is_kept_with_its_last_words_and_its_points(race: Any, tmp_path: Path) -> None:
    done = run(race, tmp_path, SCORE % (0.5, 1.0), "raise ValueError('no such layer')")
    assert done.failure == "ValueError: no such layer"
    assert [accuracy for _, accuracy in done.points] == [0.5]


def test_a_run_without_a_score_is_a_failure(race: Any, tmp_path: Path) -> None:
    assert run(race, tmp_path, "pass").failure == "ended with 0"


def test_a_run_is_stopped_at_the_limit_with_what_it_started(race: Any, tmp_path: Path) -> None:
    started = "import subprocess; subprocess.run([sys.executable, '-c', 'import time; time.sleep(600)'])"
    done = run(race, tmp_path, started, limit=1.5)
    assert done.failure == "stopped after 0.025 minutes"


def test_memory_is_that_of_the_run(race: Any, tmp_path: Path) -> None:
    done = run(race, tmp_path, "held = b'x' * (600 * 2**20)", SCORE % (0.5, 0.0))  # more than the tests' own process
    assert 600 < done.megabytes < 660


def entry(race: Any, contestant: Any, *points: tuple[float, float], **changes: Any) -> Any:
    given = {"budget": contestant.budgets[-1], "seed": 0, "digest": contestant.digest(), "processor": "one"}
    known = {"points": list(points), "megabytes": 500.0, "failure": None}
    return race.book.Entry(contestant=contestant.name, **{**given, **known, **changes})


def test_the_book_keeps_runs_and_forgets_half_a_line_and_older_code(race: Any, tmp_path: Path) -> None:
    book, contestant = tmp_path / "runs.jsonl", race.field.PLAIN
    done = race.running.Run([(1.5, 0.5)], 700.0, None)
    race.book.write(book, contestant, "", 0, "one", done)
    with book.open("a", encoding="utf-8") as file:
        file.write('{"contestant": "plain Py')
    race.book.write(book, contestant, "", 1, "one", done)
    entries = race.book.read(book)
    assert [(kept.seed, kept.points) for kept in entries] == [(0, [(1.5, 0.5)]), (1, [(1.5, 0.5)])]
    older = entry(race, contestant, (1.0, 0.5), digest="older")
    assert race.book.current([*entries, older], contestant) == entries


def test_seconds_to_an_accuracy_are_the_shortest_way_of_each_seed(race: Any) -> None:
    own = race.field.CONVLENS
    entries = [
        entry(race, own, (15.0, 0.905), budget="0.25"),
        entry(race, own, (60.0, 0.935), budget="1"),
        entry(race, own, (16.0, 0.895), budget="0.25", seed=1),
        entry(race, own, (58.0, 0.925), budget="1", seed=1),
    ]
    standing = race.standings.standing(own, entries)
    assert standing.seconds_to[0.90] == [15.0, 58.0]
    assert standing.median_to(0.90) == 36.5
    assert standing.seconds_to[0.93] == [60.0, None]
    assert standing.median_to(0.93) is None
    assert standing.curve() == [(15.5, 0.9), (59.0, 0.93)]


def test_a_curve_of_epochs_is_the_median_of_each_epoch(race: Any) -> None:
    plain = race.field.PLAIN
    entries = [entry(race, plain, (10.0 + s, 0.8 + s / 100), (20.0 + s, 0.9), seed=s) for s in range(3)]
    assert race.standings.standing(plain, entries).curve() == [(11.0, 0.81), (21.0, 0.9)]


@pytest.fixture
def standings(race: Any) -> list[Any]:
    own, plain, failing = race.field.CONVLENS, race.field.PLAIN, race.field.CONTESTANTS[-1]
    return [
        race.standings.standing(own, [entry(race, own, (20.0, 0.931), budget="0.25", megabytes=400.0)]),
        race.standings.standing(plain, [entry(race, plain, (30.0, 0.89), (100.0, 0.9155))]),
        race.standings.standing(failing, [entry(race, failing, (90.0, 0.88), failure="no | room")]),
    ]


def test_the_table_shows_times_failures_and_the_factor(race: Any, standings: list[Any]) -> None:
    rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in race.table.main_table(standings).splitlines()]
    assert len({len(row) for row in rows}) == 1
    own, plain, failed, times = rows[2:]
    assert own[:7] == ["**convlens**", "20", "20", "20", "20", "20", "–"]
    assert plain == ["plain PyTorch", "30", "100", "100", "–", "–", "–", "91.55 %", "100 s", "500 MB"]
    assert failed[1:3] == ["90", "–"]
    assert failed[7] == "failed: no / room, at 88.00 %"
    assert times[1:7] == ["1.5", "5.0", "5.0", "alone", "alone", "–"]
    assert "plain PyTorch takes 100 s and convlens 20 s: 5.0 times" in race.table.against_plain(*standings[:2])


def test_only_what_stands_between_the_marks_is_replaced(race: Any, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{race.table.BEGIN}\nold\n{race.table.END}\nafter\n")
    race.table.put_into(page, "new")
    race.table.put_into(page, "newer")
    assert page.read_text() == f"before\n{race.table.BEGIN}\nnewer\n{race.table.END}\nafter\n"


@pytest.mark.parametrize("page", ["README.md", "docs/race.md"])
def test_the_pages_have_a_place_for_the_table(race: Any, page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert text.count(race.table.BEGIN) == text.count(race.table.END) == 1


def test_the_picture_names_every_contestant_and_no_name_covers_another(race: Any, standings: list[Any]) -> None:
    drawn = race.picture.draw(standings)
    texts = ElementTree.fromstring(drawn).findall(".//{*}g/{*}text")
    assert {text.text for text in texts} == {"convlens", "plain PyTorch", "gradient boosting"}
    heights = sorted(float(text.attrib["y"]) for text in texts)
    assert all(below - above >= 17.9 for above, below in itertools.pairwise(heights))
    assert "prefers-color-scheme:dark" in drawn


def test_every_contestant_is_a_program_with_exact_packages(race: Any) -> None:
    for contestant in race.field.CONTESTANTS:
        compile(contestant.file.read_text(encoding="utf-8"), contestant.script, "exec")
        if contestant.requirements is not None:
            wanted = (race.field.HERE / "requirements" / f"{contestant.requirements}.txt").read_text()
            assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in wanted.splitlines())
    assert len({contestant.name for contestant in race.field.CONTESTANTS}) == len(race.field.CONTESTANTS)


def test_the_plain_script_reads_the_files_and_reports(race: Any, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    for name, count in (("train", 128), ("t10k", 50)):
        for part, shape in (("images-idx3", (count, 28, 28)), ("labels-idx1", (count,))):
            header = bytes([0, 0, 8, len(shape)]) + np.array(shape, dtype=">u4").tobytes()
            content = random.integers(0, 10, shape, dtype=np.uint8).tobytes()
            (tmp_path / f"{name}-{part}-ubyte").write_bytes(header + content)
    variables = {"RACE_DATA": str(tmp_path), "RACE_SEED": "0", "RACE_TRIAL": "1"}
    command = [sys.executable, str(race.field.PLAIN.file)]
    done = subprocess.run(command, env={**os.environ, **variables}, capture_output=True, text=True, check=True)
    (line,) = done.stdout.split("\n")[1:-1]
    score = json.loads(line)
    assert round(50 * score["accuracy"], 6) in range(51)
    assert score["scoring"] > 0
