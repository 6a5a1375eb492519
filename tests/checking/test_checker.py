"""Files and folders: neighbours, comments, settings, and that nothing of it is ever run."""

from pathlib import Path

import pytest

from convlens.checking import settings
from convlens.checking.checker import check_file, check_files, check_text, python_files
from convlens.errors import ConfigError
from tests.checking.pieces import DATA, HEAD, MISTAKEN, MODEL, TRAINING, UNEVALUATED

NETWORK = """import torch
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(100, 10)
        self.drop = nn.Dropout(0.5)
    def forward(self, x):
        return self.fc(self.drop(x.flatten(1)))
"""
SCRIPT = HEAD + "IMPORT\n" + DATA + MODEL.replace("nn.Sequential", "Net() or nn.Sequential") + TRAINING


@pytest.mark.parametrize(
    ("where", "imported"),
    [
        ("net.py", "from net import Net"),
        ("net.py", "from net import *"),
        ("net.py", "from .net import Net"),
        ("net.py", "import net\nNet = net.Net"),
        ("models/net.py", "from models.net import Net"),
        ("models/__init__.py", "from models import Net"),
        ("net.py", "from proj.net import Net"),
        ("../shared.py", "from ..shared import Net"),
    ],
)
def test_networks_of_neighbouring_files_are_read(tmp_path: Path, where: str, imported: str) -> None:
    folder = tmp_path / "proj"
    file = folder / where
    file.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(exist_ok=True)
    file.write_text(NETWORK)
    (folder / "train.py").write_text(SCRIPT.replace("IMPORT", imported))
    (found,) = check_file(folder / "train.py", ["flatten-size-mismatch"])
    assert (found.file.resolve(), found.line) == (file.resolve(), 6)


def test_what_is_found_through_two_files_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(NETWORK)
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text(SCRIPT.replace("IMPORT", "from net import Net"))
    report = check_files(python_files(tmp_path), ["flatten-size-mismatch"])
    assert len(report.files) == 3
    assert [finding.line for finding in report.findings] == [6]


def test_modules_that_import_each_other_end(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import torch\nfrom b import g\ndef f(): return g()\n")
    (tmp_path / "b.py").write_text("import torch\nfrom a import f\ndef g(): return f()\n")
    assert check_file(tmp_path / "a.py") == []


@pytest.mark.parametrize(
    ("comment", "count"),
    [("# convlens: ignore[eval-mode-missing]", 0), ("# convlens: ignore", 0), ("# convlens: ignore[unsafe-load]", 1)],
)
def test_a_comment_silences_its_line(comment: str, count: int) -> None:
    script = MISTAKEN.replace("in test_loader:", f"in test_loader:  {comment}")
    assert len(check_text(script)) == count


def test_nothing_of_a_file_is_run_or_imported(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    acts = f"open({str(trace)!r}, 'w').write('run')\n"
    (tmp_path / "helper.py").write_text(f"import torch\n{acts}")
    (tmp_path / "train.py").write_text(f"{acts}import helper\n{MISTAKEN}")
    assert [finding.rule for finding in check_file(tmp_path / "train.py")] == ["eval-mode-missing"]
    assert not trace.exists()


def test_a_folder_without_environments(tmp_path: Path) -> None:
    for name in ("a.py", "b.ipynb", "sub/c.py", ".venv/x.py", "sub/site-packages/y.py", "d.txt", "__pycache__/z.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    assert [str(file.relative_to(tmp_path)) for file in python_files(tmp_path)] == ["a.py", "b.ipynb", "sub/c.py"]


def test_settings_leave_rules_out(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.convlens]\nignore = ["eval-mode-missing"]\n')
    (tmp_path / "sub").mkdir()
    rules = settings.load(tmp_path / "sub").rules()
    assert "eval-mode-missing" not in rules
    assert check_text(MISTAKEN, rules) == []
    assert "train-not-shuffled" in rules


@pytest.mark.parametrize("text", ["", "[tool.other]\nx = 1\n", "[tool.convlens]\n"])
def test_without_settings_all_rules_are_asked(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    assert settings.load(tmp_path).ignore == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        "[tool.convlens\n",
        "[tool.convlens]\nignor = []\n",
        "[tool.convlens]\nignore = ['nonsense']\n",
        "[tool.convlens]\nignore = 'eval-mode-missing'\n",
        "[tool]\nconvlens = 1\n",
    ],
)
def test_settings_that_make_no_sense(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(ConfigError, match=r"pyproject\.toml"):
        settings.load(tmp_path)


def test_a_script_that_scores_in_evaluation_mode_is_clean() -> None:
    assert check_text(MISTAKEN.replace(UNEVALUATED, "model.eval()\n" + UNEVALUATED)) == []
