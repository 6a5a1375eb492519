"""`convlens check` on code that it was not made for: files of installed packages, and programs nobody would write.

    python bench/check_robustness.py                              # 5,000 files and 20,000 programs, about an hour
    python bench/check_robustness.py --files 300 --programs 500   # a minute or two
    python bench/check_robustness.py --files 1000:2000 --programs 4000:8000   # a fifth of it, to go on later

Prints every crash with the seed that makes it again, the slowest, and whether anything was imported, run, written or
sent: an audit hook of the interpreter listens while files are checked, and every program that is made would leave a
file behind if it ran. The exit status is 0 when nothing crashed, ran or took more than 5 seconds.
"""

import argparse
import random
import signal
import sys
import sysconfig
import tempfile
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from convlens.checking.checker import check_source
from convlens.checking.rules import all_rules
from convlens.checking.source import UncheckableError, parse, read
from programs import Grammar, mutated

_LIMIT = 5.0  # seconds a file may take
_PATIENCE = 30  # seconds of the processor after which one that hangs is given up
_SENTINEL = "open({path!r}, 'w').write('it ran')\n"
_FORBIDDEN = ("exec", "import", "os.system", "os.exec", "os.fork", "os.posix_spawn", "subprocess.Popen",
              "socket.connect", "os.remove", "os.rename", "os.mkdir", "os.rmdir")  # fmt: skip


class Listener:
    """Hears what the interpreter does while a file is checked."""

    def __init__(self) -> None:
        self.listening = False
        self.heard: list[str] = []
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.listening:
            return
        if "encodings" in str(arguments[:1]):
            return  # Python's own table for the encoding that a file names
        writes = event == "open" and isinstance(arguments[1], str) and any(mode in arguments[1] for mode in "wax+")
        if writes or event in _FORBIDDEN:
            self.heard.append(f"{event} {arguments[:1]}")


def main() -> None:
    """Check them all and print what happened."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--files", type=_range, default="5000", help="files of installed packages: how many, or from:to"
    )
    parser.add_argument("--programs", type=_range, default="20000", help="programs from a grammar and from mutations")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    listener = Listener()
    all_rules()  # what convlens and the parser load late is loaded now
    parse("é = 1\n")
    with tempfile.TemporaryDirectory() as folder:
        sentinel = Path(folder) / "sentinel"
        tally = Tally(listener)
        for file in installed(options.seed)[options.files.start : options.files.stop]:
            tally.check(str(file), file)
        for number in options.programs:
            seed = f"{options.seed}.{number}"
            tally.check(f"program {seed}", _SENTINEL.format(path=str(sentinel)) + program(seed))
        ran = sentinel.exists()
    sys.exit(tally.report(ran))


def _range(text: str) -> range:
    """`300` are the first 300, `300:900` the next 600."""
    first, colon, last = text.partition(":")
    return range(int(first), int(last)) if colon else range(int(first))


def installed(seed: int) -> list[Path]:
    """The Python files of this interpreter and the packages beside it, shuffled."""
    roots = {sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")}
    found = sorted({file for root in roots for file in Path(root).rglob("*.py")})
    return random.Random(seed).sample(found, len(found))


def program(seed: str) -> str:
    """The program of a seed: half of them from the grammar, half mutations of the corpus."""
    rng = random.Random(seed)
    if rng.random() < 0.5:
        return Grammar(rng).program()
    return mutated(rng.choice(list(_corpus())), rng)


def _corpus() -> Iterator[str]:
    if not _TEXTS:
        _TEXTS.extend(file.read_text() for file in sorted(Path(__file__).parent.glob("corpus/clean/**/*.py")))
    yield from _TEXTS


_TEXTS: list[str] = []


class Tally:
    """What came of the checks."""

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self.checked = self.refused = self.findings = 0
        self.crashes: list[str] = []
        self.times: list[tuple[float, str]] = []

    def check(self, name: str, what: Path | str) -> None:
        """Check a file or a text."""
        signal.signal(signal.SIGPROF, _give_up)
        signal.setitimer(signal.ITIMER_PROF, _PATIENCE)
        begun = time.process_time()
        self.listener.listening = True
        try:
            self.findings += len(check_source(read(what) if isinstance(what, Path) else parse(what)))
            self.checked += 1
        except UncheckableError:
            self.refused += 1
        except Exception:  # whatever it is, it is to be told
            self.crashes.append(f"{name}\n{traceback.format_exc(limit=-4)}")
        finally:
            self.listener.listening = False
            signal.setitimer(signal.ITIMER_PROF, 0)
        self.times.append((time.process_time() - begun, name))

    def report(self, ran: bool) -> int:
        """Print; the exit status."""
        self.times.sort(reverse=True)
        seconds = sorted(time for time, _ in self.times)
        slow = [one for one in self.times if one[0] > _LIMIT]
        print(f"checked {self.checked}, refused {self.refused} (not Python), findings {self.findings}")
        print(f"crashes {len(self.crashes)}; over {_LIMIT:g} s {len(slow)}")
        print(f"imported, run, written or sent: {len(self.listener.heard)}; sentinel left behind: {ran}")
        print(f"seconds of the processor: median {seconds[len(seconds) // 2]:.3f}, slowest:")
        for one, name in self.times[:5]:
            print(f"  {one:6.2f}  {name}")
        for crash in self.crashes[:20]:
            print(f"\ncrash: {crash}")
        for heard in self.listener.heard[:20]:
            print(f"heard: {heard}")
        return int(bool(self.crashes or slow or ran or self.listener.heard))


def _give_up(number: int, frame: FrameType | None) -> None:
    raise TimeoutError(f"given up after {_PATIENCE} s")


if __name__ == "__main__":
    main()
