"""Who gives the neurons after the last convolution, and who names the line of a shape error.

    python bench/shapes_against.py    # some minutes; installs torchinfo and torchscan in an environment of its own

All read the same networks, those of tests/byhand/corpus.py. torchinfo and torchscan print shapes; they are read as a
student would: the shape that stands above the first linear layer after the last convolution, multiplied out. The line
of an error is the last line of the person's file that the exception went through. convlens runs as a command.
"""

import argparse
import importlib
import json
import math
import subprocess
import sys
import sysconfig
import tempfile
import traceback
import venv
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))  # the networks are those of the tests
from tests.byhand.corpus import BROKEN, IDIOMS

_TOOLS = ("convlens", "torchinfo", "torchscan")


def main() -> None:
    """Print the two tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worker", choices=_TOOLS, help=argparse.SUPPRESS)
    worker = parser.parse_args().worker
    if worker is not None:
        print("RESULT", json.dumps(_answers(worker)))
        return
    with tempfile.TemporaryDirectory() as folder:
        python = _environment(Path(folder))
        answers = {tool: _run(sys.executable if tool == "convlens" else python, tool) for tool in _TOOLS}
    _table("neurons after the last convolution", {i.name: i.neurons for i in IDIOMS}, answers, "neurons")
    _table("line of the shape error", {b.kind: b.line for b in BROKEN}, answers, "lines")


def _environment(folder: Path) -> str:
    """An environment with the two libraries, which borrows PyTorch from this one."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    paths = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])"],
        capture_output=True,
        text=True,
        check=True,
    )
    (Path(paths.stdout.strip()) / "borrowed.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    subprocess.run([python, "-m", "pip", "install", "--quiet", "torchinfo", "torchscan"], check=True)
    return str(python)


def _run(python: str, tool: str) -> dict[str, dict[str, Any]]:
    done = subprocess.run([python, __file__, "--worker", tool], capture_output=True, text=True, check=True)
    line = next(line for line in done.stdout.splitlines() if line.startswith("RESULT "))
    answers: dict[str, dict[str, Any]] = json.loads(line.removeprefix("RESULT "))
    return answers


def _answers(tool: str) -> dict[str, dict[str, Any]]:
    """The tool's neurons for every network that works, and its line for every one that is broken."""
    read = {"convlens": _convlens, "torchinfo": _torchinfo, "torchscan": _torchscan}[tool]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "net.py"
        found: dict[str, dict[str, Any]] = {"neurons": {}, "lines": {}}
        for idiom in IDIOMS:
            path.write_text(idiom.text)
            found["neurons"][idiom.name] = read(path, idiom.picture)[0]
        for broken in BROKEN:
            path.write_text(broken.text)
            found["lines"][broken.kind] = read(path, broken.picture)[1]
    return found


def _convlens(path: Path, picture: tuple[int, ...]) -> tuple[Any, Any]:
    size = ",".join(map(str, picture))
    command = [sys.executable, "-m", "convlens", "shapes", f"{path}:Net", "--input", size, "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if not done.stdout:
        return "no answer", None
    document = json.loads(done.stdout)
    return document["neurons_after_last_convolution"], (document["error"] or {}).get("line")


def _torchinfo(path: Path, picture: tuple[int, ...]) -> tuple[Any, Any]:
    torchinfo = importlib.import_module("torchinfo")
    try:
        summary = torchinfo.summary(_network(path), input_size=(2, *picture), verbose=0)
    except Exception as error:
        return "no answer", _line(error, path)
    rows = [(row.class_name, row.output_size[1:]) for row in summary.summary_list if row.is_leaf_layer]
    return _as_a_student(rows), None


def _torchscan(path: Path, picture: tuple[int, ...]) -> tuple[Any, Any]:
    torchscan = importlib.import_module("torchscan")
    try:
        found = torchscan.crawl_module(_network(path), picture)
    except Exception as error:
        return "no answer", _line(error, path)
    paths = [row["path"] for row in found["layers"]]
    rows = [
        (row["type"], row["output"].get("shape", [1])[1:])
        for row in found["layers"]
        if not any(path.startswith(f"{row['path']}.") or (path and not row["path"]) for path in paths)
    ]
    return _as_a_student(rows), None


def _as_a_student(rows: list[tuple[str, Any]]) -> int | None:
    """The product of the last shape above the first linear layer that follows the last convolution."""
    last = max((i for i, (kind, _) in enumerate(rows) if "Conv" in kind), default=None)
    if last is None:
        return None
    linear = next((i for i in range(last + 1, len(rows)) if "Linear" in rows[i][0]), None)
    return None if linear is None else math.prod(int(side) for side in rows[linear - 1][1])


def _network(path: Path) -> Any:
    """The network of a file, as a script would make it; what trains is cut off."""
    text = path.read_text().split("\nmodel = ")[0]
    names: dict[str, Any] = {"__name__": "net"}
    exec(compile(text, str(path), "exec"), names)
    made = names["Net"]
    return (made() if isinstance(made, type) else made).eval()


def _line(error: Exception, path: Path) -> int | None:
    """The innermost line of the person's file in the traceback, that of its cause included."""
    lines = []
    cause: BaseException | None = error
    while cause is not None:
        lines += [frame.lineno for frame in traceback.extract_tb(cause.__traceback__) if frame.filename == str(path)]
        cause = cause.__cause__ or cause.__context__
    return lines[-1] if lines else None


def _table(title: str, truth: dict[str, Any], answers: dict[str, dict[str, dict[str, Any]]], kind: str) -> None:
    print(f"\n{title}\n{'':48}{'truth':>10}" + "".join(f"{tool:>12}" for tool in _TOOLS))
    right = dict.fromkeys(_TOOLS, 0)
    for name, true in truth.items():
        cells = []
        for tool in _TOOLS:
            said = answers[tool][kind][name]
            right[tool] += said == true
            cells.append(f"{'' if said == true else '! '}{'none' if said is None else said}")
        print(f"{name:48}{'none' if true is None else true:>10}" + "".join(f"{cell:>12}" for cell in cells))
    print(f"{'right, of ' + str(len(truth)):58}" + "".join(f"{right[tool]:>12}" for tool in _TOOLS))


if __name__ == "__main__":
    main()
