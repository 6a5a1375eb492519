"""Damage the data in every way a disk or a wire can, and see that it is always noticed before it is used.

    python bench/faults_data.py             # a few minutes

For the compressed files of Fashion-MNIST and for their decoded copies in the cache: 2,000 random bit flips each, and
every truncation at steps of 512 bytes. Then 100,000 mutated IDX files, which may give an array of exactly their own
elements or an IdxError, nothing else, and no memory beyond a few kilobytes. Exit status 1 if anything goes unnoticed.
"""

import argparse
import math
import random
import shutil
import struct
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from convlens import images
from convlens.errors import DataError, IdxError
from convlens.images import cache, fashion_mnist, idx
from convlens.images.datafiles import DataFile
from convlens.images.progress import silent
from convlens.images.sources import FolderSource

PARSING_BYTES = 16 * 1024  # what an error message and an array's header may take; the elements are not copied


class Row(NamedTuple):
    """One line of the table."""

    what: str
    trials: int
    unnoticed: int


def main() -> None:
    """Run the trials, print the table, and exit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--flips", type=int, default=2_000, help="bit flips in the files of each kind")
    parser.add_argument("--step", type=int, default=512, help="bytes from one truncation to the next")
    parser.add_argument("--loads", type=int, default=50, help="whole loads from a damaged cache")
    parser.add_argument("--mutants", type=int, default=100_000, help="mutated IDX files")
    options = parser.parse_args()
    images.load("fashion-mnist")  # fills the user's cache if it is empty
    unnoticed = 0
    print(f"{'damage':<44} {'trials':>8} {'unnoticed':>10} {'seconds':>8}")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(shutil.copytree(fashion_mnist.cache_folder(), Path(temporary) / "cache"))
        for trial in trials(folder, options):
            begun = time.perf_counter()
            row = trial()
            unnoticed += row.unnoticed
            seconds = time.perf_counter() - begun
            print(f"{row.what:<44} {row.trials:>8} {row.unnoticed:>10} {seconds:>8.1f}", flush=True)
    sys.exit(unnoticed > 0)


def trials(folder: Path, options: argparse.Namespace) -> Iterator[Callable[[], Row]]:
    """The rows of the table, each still to be run."""
    yield lambda: flips("compressed files", folder, options.flips, ".gz", DataFile.read_compressed)
    yield lambda: flips("decoded cache", folder, options.flips, "", DataFile.read_plain)
    yield lambda: cuts("compressed files", folder, options.step, ".gz", DataFile.read_compressed)
    yield lambda: cuts("decoded cache", folder, options.step, "", DataFile.read_plain)
    yield lambda: loads(folder, options.loads)
    yield lambda: mutants(options.mutants)


def flips(what: str, folder: Path, count: int, suffix: str, read: Callable[[DataFile, Path], bytes]) -> Row:
    """Flip single bits, as many in each of the four files, and read the file as every load does."""
    chance = random.Random(0)
    unnoticed = 0
    for number in range(count):
        file = fashion_mnist.FILES[number % len(fashion_mnist.FILES)]
        path = folder / (file.name + suffix)
        bit = chance.randrange(8 * path.stat().st_size)
        flip(path, bit)
        unnoticed += not is_noticed(file, folder, read)
        flip(path, bit)
    check_intact(folder, read)
    return Row(f"bit flips in the {what}", count, unnoticed)


def cuts(what: str, folder: Path, step: int, suffix: str, read: Callable[[DataFile, Path], bytes]) -> Row:
    """Cut each file shorter and shorter, and read it at each length."""
    unnoticed = count = 0
    for file in fashion_mnist.FILES:
        path = folder / (file.name + suffix)
        whole = path.read_bytes()
        with path.open("r+b") as opened:
            for length in range((len(whole) - 1) // step * step, -1, -step):
                opened.truncate(length)
                unnoticed += not is_noticed(file, folder, read)
                count += 1
        path.write_bytes(whole)
    check_intact(folder, read)
    return Row(f"truncations of the {what}", count, unnoticed)


def loads(folder: Path, count: int) -> Row:
    """Damage any file of the cache, load, and compare: the load must give the original and leave the cache mended."""
    chance = random.Random(1)
    source = FolderSource("the original", fashion_mnist.cache_folder())
    original = cache.load(fashion_mnist.FILES, folder, (), silent)
    unnoticed = 0
    for _ in range(count):
        path = folder / (chance.choice(fashion_mnist.FILES).name + chance.choice(("", ".gz")))
        if chance.random() < 0.5:
            flip(path, chance.randrange(8 * path.stat().st_size))
        else:
            with path.open("r+b") as opened:
                opened.truncate(chance.randrange(path.stat().st_size))
        mended = cache.load(fashion_mnist.FILES, folder, (source,), silent)
        unnoticed += mended != original or cache.load(fashion_mnist.FILES, folder, (), silent) != original
    return Row("whole loads that mend a damaged cache", count, unnoticed)


def mutants(count: int) -> Row:
    """Parse mutated IDX files, with an eye on memory."""
    chance = random.Random(2)
    unnoticed = 0
    tracemalloc.start()
    for _ in range(count):
        mutant = mutated_idx(chance)
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        try:
            is_right = idx.parse(mutant).tobytes() == mutant[4 + 4 * mutant[3] :]
            allowed = PARSING_BYTES + len(mutant)  # for the comparison
        except IdxError:
            is_right, allowed = True, PARSING_BYTES
        except Exception as error:  # the very thing to be found
            print(f"{mutant[:32].hex()}: {error!r}")
            is_right, allowed = False, PARSING_BYTES
        _, peak = tracemalloc.get_traced_memory()
        unnoticed += not is_right or peak - before > allowed
    tracemalloc.stop()
    return Row("mutated IDX files, wrongly answered", count, unnoticed)


def mutated_idx(chance: random.Random) -> bytes:
    """An IDX file, valid at first, with one to three things about it changed."""
    shape = [chance.randint(1, 9) for _ in range(chance.randint(1, 4))]
    header = struct.pack(f">HBB{len(shape)}I", 0, 8, len(shape), *shape)
    data = bytearray(header + chance.randbytes(math.prod(shape)))
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(len(data)) if data else 0
        kind = chance.randrange(7)
        if kind == 0 and data:
            data[place] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del data[place:]
        elif kind == 2:
            data += chance.randbytes(chance.randint(1, 64))
        elif kind == 3:
            data[place:place] = chance.randbytes(chance.randint(1, 8))
        elif kind == 4:  # a length at the edge of what 4 bytes or 64 bits can say
            edge = chance.choice((0, 1, 2**16, 2**31 - 1, 2**31, 2**32 - 1))
            start = 4 * chance.randint(1, 4)
            data[start : start + 4] = struct.pack(">I", edge)
        elif kind == 5:
            data[:4] = struct.pack(">HBB", chance.choice((0, 1)), chance.choice((8, 9, 13, 14)), chance.randrange(256))
        else:
            data[:] = chance.randbytes(chance.randrange(64))
    return bytes(data)


def flip(path: Path, bit: int) -> None:
    """Flip one bit of a file in place."""
    with path.open("r+b") as file:
        file.seek(bit // 8)
        byte = file.read(1)[0]
        file.seek(bit // 8)
        file.write(bytes([byte ^ 1 << bit % 8]))


def is_noticed(file: DataFile, folder: Path, read: Callable[[DataFile, Path], bytes]) -> bool:
    """Whether reading a damaged file is refused."""
    try:
        read(file, folder)
    except DataError:
        return True
    return False


def check_intact(folder: Path, read: Callable[[DataFile, Path], bytes]) -> None:
    """The trials must have put everything back, or they have proved nothing."""
    for file in fashion_mnist.FILES:
        read(file, folder)


if __name__ == "__main__":
    main()
