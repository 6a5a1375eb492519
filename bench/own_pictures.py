"""Own pictures through the same commands: 3,000 PNG files made from real pictures at two sizes, ten of them damaged.

    python bench/own_pictures.py                   # about two minutes

Trains, evaluates, predicts ten further pictures, and checks that exactly the damaged files are named and left out. Exit
status 1 if anything is not as it should be.
"""

import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from convlens import images

_PER_CLASS, _SIDES, _DAMAGED = 300, (28, 40), 10


def convlens(*arguments: object) -> str:
    """Run a command as a person does, show what it prints, and return it."""
    done = subprocess.run(
        [sys.executable, "-m", "convlens", *map(str, arguments)], capture_output=True, text=True, check=False
    )
    print(f"$ convlens {' '.join(map(str, arguments))}\n{done.stdout}{done.stderr}", flush=True)
    if done.returncode != 0:
        sys.exit(1)
    return done.stdout


def make_pictures(folder: Path) -> tuple[list[Path], list[Path]]:
    """Write the pictures; return the damaged files, and one further picture of each class beside the folder."""
    data = images.load("fashion-mnist")
    files: list[Path] = []
    further: list[Path] = []
    for label, name in enumerate(data.classes):
        home = folder / "pictures" / name.replace("/", " or ")
        home.mkdir(parents=True)
        of_class = data.train.images[data.train.labels == label]
        for number, picture in enumerate(of_class[:_PER_CLASS]):
            side = _SIDES[number % len(_SIDES)]
            files.append(home / f"{number:04d}.png")
            Image.fromarray(picture[0].numpy()).resize((side, side)).save(files[-1])
        further.append(folder / f"{home.name}.png")
        Image.fromarray(of_class[_PER_CLASS][0].numpy()).save(further[-1])
    damaged = random.Random(0).sample(files, _DAMAGED)
    for path in damaged:
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
    return damaged, further


def main() -> None:
    """Make the pictures, run the commands, and check what they say."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        damaged, further = make_pictures(folder)
        said = convlens("train", "--data", folder / "pictures", "--minutes", 0.5, "--out", folder / "run")
        named = [path for path in damaged if str(path) in said]
        convlens("evaluate", folder / "run")
        answers = json.loads(convlens("predict", folder / "run", *further, "--format", "json"))["predictions"]
    right = sum(answer["class"] == Path(answer["file"]).stem for answer in answers)
    print(f"{len(named)} of {len(damaged)} damaged files named; {right} of {len(answers)} further pictures right")
    sys.exit(len(named) != len(damaged) or len(answers) != len(further))


if __name__ == "__main__":
    main()
