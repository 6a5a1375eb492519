"""Kill training with SIGKILL, resume it, and compare the bytes of the result with those of an undisturbed run.

    python bench/kills.py --random 100        # about ten minutes on two cores

Each trial trains a network on real pictures (a folder of PNGs made from Fashion-MNIST) through the command line, in a
process of its own. It is killed at random moments, up to three times in one run, or at one of the named points inside
the saving of one file. Then it is resumed until it is finished: `weights.safetensors`, `metrics.json` and the snapshots
must be identical to those of the run that nobody disturbed. Exit status 1 if any differs.
"""

import argparse
import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import convlens.api  # noqa: F401 - imported here once, and inherited by every process that is forked below
from convlens import cli, files
from convlens.training import loop

# (end of a file's name, which write of it): every kind of file that training writes, and the later writes of some.
_WRITES = (
    ("data.json", 1),
    ("environment.json", 1),
    ("environment.json", 2),
    ("config.toml", 1),
    ("log.jsonl", 1),
    ("log.jsonl", 2),
    ("00000000.safetensors", 1),
    (".safetensors", 2),  # snapshots and checkpoints in turn
    (".safetensors", 3),
    (".safetensors", 4),
    (".safetensors.sha256", 1),
    (".safetensors.sha256", 2),
    ("weights.safetensors", 1),
    ("weights.safetensors.sha256", 1),
    ("metrics.json", 1),
)
_MAKE_PICTURES = """
import sys
from pathlib import Path
from PIL import Image
from convlens import images
data = images.load("fashion-mnist")
for label, name in enumerate(data.classes):
    home = Path(sys.argv[1], name.replace("/", " or "))
    home.mkdir(parents=True)
    for number, picture in enumerate(data.train.images[data.train.labels == label][:30]):
        Image.fromarray(picture[0].numpy()).save(home / f"{number}.png")
"""


class Trials:
    """Runs of one configuration in a folder, each compared with the first, which nobody disturbs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # In a process of its own: this one must not start PyTorch's threads, which a forked child would wait for.
        subprocess.run([sys.executable, "-c", _MAKE_PICTURES, str(folder / "pictures")], check=True)
        self.options = ["--data", str(folder / "pictures"), "--size", "16", "--network", "lecture", "--epochs", "15"]
        self.options += ["--average", "0.9", "--flip", "--shift", "2"]
        loop.SAVE_AT_MOST_EVERY = 0.0  # after every epoch, however short: more saves to be killed in
        begun = time.monotonic()
        self.session(folder / "undisturbed")
        self.seconds = time.monotonic() - begun
        self.expected = digests(folder / "undisturbed")
        self.different = 0

    def session(self, out: Path, prepare: Callable[[], object] = lambda: None, kill_after: float | None = None) -> bool:
        """Begin or resume the run in `out`; return whether the process came to its own end."""
        begun_before = (out / "config.toml").exists()
        child = os.fork()
        if child == 0:
            with (self.folder / "output.txt").open("a") as output:
                os.dup2(output.fileno(), 1)
                os.dup2(output.fileno(), 2)
            prepare()
            sys.argv[1:] = (
                ["train", "--resume", str(out)] if begun_before else ["train", *self.options, "--out", str(out)]
            )
            try:
                cli.run(time.monotonic())
            except SystemExit as end:
                os._exit(end.code if isinstance(end.code, int) else 0)
            os._exit(0)
        if kill_after is not None:
            time.sleep(kill_after)
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if os.waitstatus_to_exitcode(status) not in (0, -signal.SIGKILL):
            raise SystemExit(f"training failed:\n{(self.folder / 'output.txt').read_text()}")
        return status == 0

    def finish_and_compare(self, out: Path, what: str) -> None:
        """Resume the run in `out` to its end, and compare."""
        if not (out / "metrics.json").exists() and not self.session(out):
            raise SystemExit("a process that nobody killed was killed")
        same = digests(out) == self.expected
        self.different += not same
        print(f"{what}: {'identical' if same else 'DIFFERENT'}", flush=True)


def digests(out: Path) -> list[str]:
    """What must be identical."""
    kept = [out / "weights.safetensors", out / "metrics.json", *sorted((out / "snapshots").glob("*.safetensors"))]
    return [f"{file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}" for file in kept]


def kill_at(point: str, name: str, nth: int) -> None:
    """Have this process killed when it reaches `point` of the n-th write of a file whose name ends in `name`."""
    reached: list[Path] = []

    def count(at: str, path: Path) -> None:
        if at == point and path.name.endswith(name):
            reached.append(path)
            if len(reached) == nth:
                os.kill(os.getpid(), signal.SIGKILL)

    files.at_point = count


def main() -> None:
    """Run the trials; the last line counts them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--random", type=int, default=100, help="runs that are killed at random moments")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    chance = random.Random(asked.seed)
    with tempfile.TemporaryDirectory() as temporary:
        trials = Trials(Path(temporary))
        print(f"undisturbed: {trials.seconds:.1f} s, {trials.expected[0][:32]}", flush=True)
        kills = 0
        for number in range(asked.random):
            out = Path(temporary) / f"random-{number}"
            moments = [chance.uniform(0, trials.seconds) for _ in range(chance.randint(1, 3))]
            for moment in moments:
                if (out / "metrics.json").exists():
                    break
                kills += not trials.session(out, kill_after=moment)
            trials.finish_and_compare(out, "killed after " + ", ".join(f"{moment:.2f} s" for moment in moments))
        points = [
            (point, name, nth)
            for point in files.POINTS
            for name, nth in _WRITES
            if point.endswith("appended") == (name == "log.jsonl")  # the log is appended to, the others replaced
        ]
        for number, (point, name, nth) in enumerate(points):
            out = Path(temporary) / f"point-{number}"
            if trials.session(out, prepare=lambda at=(point, name, nth): kill_at(*at)):  # type: ignore[misc]
                raise SystemExit(f"the point {point!r} of write {nth} of {name} was never reached")
            trials.finish_and_compare(out, f"killed at {point!r} of write {nth} of {name}")
        print(f"{asked.random} runs with {kills} kills at random moments, {len(points)} at named points: "
              f"{trials.different} different results")  # fmt: skip
        sys.exit(trials.different > 0)


if __name__ == "__main__":
    main()
