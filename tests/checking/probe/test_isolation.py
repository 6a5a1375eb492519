from pathlib import Path

import pytest

from convlens.checking.probe import IsolationError, apart, isolation, observe
from tests.checking.probe.conftest import Observe

TRIES = """
import os, socket, subprocess
from pathlib import Path

def attempt(name, action):
    try:
        action()
        print(name, "allowed")
    except OSError as error:
        print(name, "refused")

attempt("connect", lambda: socket.create_connection(("127.0.0.1", 9), timeout=2))
attempt("resolve", lambda: socket.getaddrinfo("localhost", 80))
attempt("program", lambda: subprocess.run(["true"]))
attempt("outside", lambda: open({outside!r}, "w"))
attempt("remove", lambda: os.remove({outside!r}))
attempt("here", lambda: Path("made.txt").write_text("x"))
attempt("beside", lambda: (Path(__file__).parent / "beside.txt").write_text("x"))
attempt("original", lambda: open("kept.txt", "a").write("more"))
print(Path("kept.txt").read_text())
import torch
torch.save({{}}, "kept.pth")
"""


def test_side_effects_are_refused_and_the_folder_stays_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    outside = tmp_path / "outside.txt"
    outside.write_text("as it was")
    (folder / "kept.txt").write_text("as it was, ")
    (folder / "kept.pth").write_text("as it was")
    (folder / "script.py").write_text(TRIES.format(outside=str(outside)))
    observation = observe(folder / "script.py", trust=True, timeout=120)
    assert observation.finished, observation.output
    assert observation.output.split("\n")[:9] == [
        "connect refused",
        "resolve refused",
        "program refused",
        "outside refused",
        "remove refused",
        "here allowed",
        "beside allowed",
        "original allowed",
        "as it was, more",
    ]
    assert sorted(path.name for path in folder.iterdir()) == ["kept.pth", "kept.txt", "script.py"]
    assert {path.read_text().rstrip(", ") for path in (outside, folder / "kept.txt", folder / "kept.pth")} == {
        "as it was"
    }


def test_memory_is_limited(watch: Observe) -> None:
    observation = watch("import torch\nx = torch.ones(2_000_000_000)\n")
    assert observation.crash is not None
    assert observation.crash.kind == "memory"


def test_a_system_that_cannot_isolate_asks_for_trust(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(request: dict[str, object], scratch: Path, timeout: int) -> int:
        (scratch / "answer.json").write_text('{"not_isolated": ["use the network"]}')
        return 0

    monkeypatch.setattr(apart, "_run", refused)
    (tmp_path / "script.py").write_text("print(1)\n")
    with pytest.raises(IsolationError, match=r"does not use the network\. Add --trust"):
        observe(tmp_path / "script.py")


def test_without_name_spaces_the_network_is_not_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    assert not isolation.leave_network()


def test_long_output_keeps_its_beginning_and_end(tmp_path: Path) -> None:
    file = tmp_path / "output.txt"
    file.write_text("first\n" + "x" * 3 * apart.KEPT_OUTPUT + "\nlast")
    kept = apart._output(file)
    assert kept.startswith("first\n")
    assert kept.endswith("\nlast")
    assert len(kept) < apart.KEPT_OUTPUT + 100
