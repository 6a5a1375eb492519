import ast
import math
import operator
from pathlib import Path

import pytest

from convlens.checking.probe import rewriting
from convlens.checking.probe.observation import LossSeen, Observation, Place, TensorSeen
from convlens.checking.probe.scratch import make_view, own_copy

PROGRAM = """\
found = []
for a, b in [(1, 2), (3, 4)]:
    found.append(a / b)
else:
    found.append("done")
n = 5
while n > 3:
    n -= 1
n /= 2
def raised():
    return found[0] / 0
"""


def run(program: str) -> dict[str, object]:
    tree = ast.parse(program)
    rewriting.rewrite(tree)
    names: dict[str, object] = {
        rewriting.LOOP: iter,
        rewriting.WHILE: lambda line: True,
        rewriting.DIVIDE: operator.truediv,
        rewriting.DIVIDE_IN_PLACE: operator.itruediv,
    }
    exec(compile(tree, "program.py", "exec"), names)
    return names


def test_a_rewritten_program_does_the_same() -> None:
    names = run(PROGRAM)
    assert names["found"] == [0.5, 0.75, "done"]
    assert names["n"] == 1.5


def test_a_division_in_place_stays_in_place() -> None:
    names = run("import numpy as np\nmade = np.ones(3)\npart = made[1:]\npart /= 4\n")
    assert list(names["made"]) == [1, 0.25, 0.25]  # type: ignore[call-overload]


def test_errors_stay_on_their_lines() -> None:
    raised = run(PROGRAM)["raised"]
    assert callable(raised)
    with pytest.raises(ZeroDivisionError) as caught:
        raised()
    assert 11 in [entry.lineno + 1 for entry in caught.traceback]


def test_the_table_of_a_file() -> None:
    tree = ast.parse("@decorated\ndef f():\n    pass\n\nfor x in y:\n    if i % 4 == 0:\n        pass\n")
    table = rewriting.rewrite(tree)
    assert table.functions == {1: (2, 3)}
    assert table.loops == {5: 7}
    assert table.accumulates


def test_an_observation_survives_the_way_between_processes() -> None:
    place = Place("script.py", 3, "f", 1, 9)
    tensor = TensorSeen((2, 3), "float32", -math.inf, math.inf, 0.0, 1.0, True, "Addmm")
    observation = Observation("script.py", finished=True)
    observation.losses.append(LossSeen("nll_loss", place, 4, "logits", tensor, tensor, None))
    assert Observation.from_json(observation.to_json()) == observation


def test_not_a_number_survives_as_well() -> None:
    observation = Observation("script.py", seconds=math.nan)
    assert math.isnan(Observation.from_json(observation.to_json()).seconds)


def test_a_view_shows_the_files_and_keeps_them_safe(tmp_path: Path) -> None:
    own, view = tmp_path / "own", tmp_path / "view"
    (own / "data" / "a").mkdir(parents=True)
    (own / ".git").mkdir()
    (own / "data" / "a" / "1.txt").write_text("one")
    make_view(own, view)
    seen = view / "data" / "a" / "1.txt"
    assert seen.read_text() == "one"
    assert not (view / ".git").exists()
    own_copy(seen, keeps_content=True)
    seen.write_text("two")
    assert (own / "data" / "a" / "1.txt").read_text() == "one"
