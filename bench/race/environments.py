"""An environment for each list of requirements, made once under build/race."""

import subprocess
import sys
import venv
from pathlib import Path

from .field import HERE, Contestant


def python_for(contestant: Contestant, folder: Path) -> Path:
    """The Python that runs a contestant, installed if need be.

    Raises:
        subprocess.CalledProcessError: its packages cannot be installed.
    """
    if contestant.requirements is None:
        return Path(sys.executable)
    wanted = HERE / "requirements" / f"{contestant.requirements}.txt"
    home = folder / contestant.requirements
    python, stamp = home / "bin" / "python", home / "installed.txt"
    if not stamp.exists() or stamp.read_bytes() != wanted.read_bytes():
        print(f"installing {contestant.requirements} into {home}", flush=True)
        venv.create(home, with_pip=True)
        pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", "--requirement", str(wanted)], check=True)
        stamp.write_bytes(wanted.read_bytes())
    return python
