"""What the abstract execution makes of the idioms of Python: names, calls, branches, loops, classes."""

import pytest

from convlens.checking.events import Assigned, Backward, Forward, LoopEntered, Step, ZeroGrad
from convlens.checking.values import Constant, Number, Unknown
from tests.checking.pieces import DATA, MODEL, TRAINING, facts, values

CONSTANTS = {
    "a sum": ("n = 2 + 3 * 4", 14),
    "a power": ("n = 2 ** 5", 32),
    "a negative": ("n = -(3 - 5)", 2),
    "a whole quotient": ("n = 28 // 3", 9),
    "a condition that is known": ("n = 1 if 3 > 2 else 0", 1),
    "not": ("n = not []", True),
    "and": ("n = 3 and 4", 4),
    "or": ("n = 0 or 4", 4),
    "a text with fields": ("k = 3\nn = f'net{k}'", "net3"),
    "an element": ("n = [1, 2, 3][-1]", 3),
    "an element of a dictionary": ("n = {'lr': 0.1}['lr']", 0.1),
    "get with a default": ("n = {}.get('lr', 5)", 5),
    "a length": ("n = len([1, 2])", 2),
    "a slice's length": ("n = len([1, 2, 3, 4][1:])", 3),
    "unpacking": ("a, (b, n) = 1, (2, 3)", 3),
    "a starred list": ("x = [1, *[2, 3]]\nn = x[2]", 3),
    "a list comprehension": ("n = [k * k for k in range(5) if k > 2][0]", 9),
    "a dictionary comprehension": ("n = {k: k + 1 for k in (1, 2)}[2]", 3),
    "a lambda": ("f = lambda x, y=2: x * y\nn = f(4)", 8),
    "a function": ("def f(x, y=1, *, z=2):\n    return x + y + z\nn = f(1, z=5)", 7),
    "arguments in a dictionary": ("def f(a, b):\n    return a - b\nn = f(**{'a': 5, 'b': 2})", 3),
    "arguments in a list": ("def f(a, b):\n    return a - b\nn = f(*[5, 2])", 3),
    "other arguments": ("def f(*args, **kw):\n    return args[1] + kw['k']\nn = f(1, 2, k=3)", 5),
    "a function in a function": (
        "def f():\n    k = 1\n    def g():\n        nonlocal k\n        k = 7\n    g()\n    return k\nn = f()", 7
    ),
    "a global": ("n = 1\ndef f():\n    global n\n    n = 2\nf()", 2),
    "a class attribute": ("class C:\n    k = 4\nn = C.k", 4),
    "an instance attribute": ("class C:\n    def __init__(self, k):\n        self.k = k\nn = C(6).k", 6),
    "a property": ("class C:\n    @property\n    def k(self):\n        return 8\nn = C().k", 8),
    "a static method": ("class C:\n    @staticmethod\n    def f(x):\n        return x\nn = C().f(9)", 9),
    "a class method": ("class C:\n    k = 2\n    @classmethod\n    def f(cls):\n        return cls.k\nn = C.f()", 2),
    "an inherited method": ("class A:\n    def f(self):\n        return 3\nclass B(A):\n    pass\nn = B().f()", 3),
    "super": (
        "class A:\n    def f(self):\n        return 3\n"
        "class B(A):\n    def f(self):\n        return super().f() + 1\nn = B().f()", 4
    ),
    "a data class": ("from dataclasses import dataclass\n@dataclass\nclass C:\n    k: int = 5\nn = C(k=2).k", 2),
    "a partial": ("from functools import partial\ndef f(a, b):\n    return a - b\nn = partial(f, b=1)(4)", 3),
    "getattr": ("class C:\n    k = 5\nn = getattr(C(), 'k')", 5),
    "a walrus": ("if (n := 5) > 3:\n    pass", 5),
    "an else that is taken": ("if False:\n    n = 1\nelse:\n    n = 2", 2),
    "try": ("try:\n    n = 3\nexcept ValueError:\n    raise", 3),
    "a case that fits": ("match 'b':\n    case 'a':\n        n = 1\n    case 'b' | 'c':\n        n = 2", 2),
    "a case for all": ("match 'b':\n    case 'a':\n        n = 1\n    case _:\n        n = 2", 2),
    "a while that never runs": ("n = 1\nwhile False:\n    n = 2", 1),
    "max": ("n = max(3, 7)", 7),
    "text methods": ("n = 'Train'.lower().startswith('tr')", True),
    "zip and enumerate": ("for i, (a, b) in enumerate(zip([1, 2], [3, 4])):\n    n = i + a + b", 7),
    "math": ("import math\nn = math.floor(3.7)", 3),
}  # fmt: skip


@pytest.mark.parametrize("name", CONSTANTS)
def test_values_that_are_certain(name: str) -> None:
    script, expected = CONSTANTS[name]
    last = values(script, "n")[-1]
    assert isinstance(last, Constant)
    assert last.value == expected
    assert last.certain


UNKNOWN = {
    "a name that is not there": "n = nowhere",
    "an unknown call": "n = nowhere(1)",
    "either side of a branch": "if nowhere:\n    n = 1\nelse:\n    n = 2\nn = n",
    "either case": "match nowhere:\n    case 1:\n        n = 1\n    case _:\n        n = 2\nn = n",
    "a case with a guard": "n = 1\nmatch 'b':\n    case 'b' if nowhere:\n        n = 2\nn = n",
    "a quotient by zero": "n = 1 / 0",
    "a huge power": "n = 10 ** 10 ** 10",
    "a number that is no byte": "n = 300 in b'abc'",
    "recursion": "def f(x):\n    return f(x + 1)\nn = f(0)",
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_values_that_are_not_known(name: str) -> None:
    assert isinstance(values(UNKNOWN[name], "n")[-1], Unknown)


def test_an_option_of_the_command_line_is_a_default_and_not_certain() -> None:
    script = "import argparse\np = argparse.ArgumentParser()\np.add_argument('--batch-size', type=int, default='32')\n"
    last = values(f"{script}args = p.parse_args()\nn = args.batch_size", "n")[-1]
    assert isinstance(last, Constant)
    assert (last.value, last.certain) == (32, False)


@pytest.mark.parametrize("written", ["n += 1", "n = n + 1"])
def test_batches_are_counted(written: str) -> None:
    found = facts(DATA, MODEL, f"n = 0\nfor images, labels in train_loader:\n    model(images)\n    {written}\n")
    counted = [event for event in found.of(Assigned) if event.target == "n"]
    assert [event.augmented for event in counted] == ["", "add", "add"]
    assert isinstance(counted[-1].value, Number)
    assert counted[-1].value.kind == "batches"
    assert len(counted[-1].value.summed) == 1


def order(*parts: str) -> list[str]:
    """The first turn of training: what happens in which order."""
    short = {ZeroGrad: "zero", Forward: "forward", Backward: "backward", Step: "step"}
    wanted = tuple(short)
    found = facts(DATA, MODEL, *parts)
    return [short[type(e)] for e in found.events if isinstance(e, wanted)][:4]


ONE_STEP = ["zero", "forward", "backward", "step"]
STYLES = {
    "at the top": TRAINING,
    "in a function": """
def train(model, loader, optimizer, loss_fn):
    for x, y in loader:
        optimizer.zero_grad()
        loss_fn(model(x), y).backward()
        optimizer.step()
train(model, train_loader, optimizer, loss_fn)
""",
    "in a class": """
class Trainer:
    def __init__(self, model, optimizer):
        self.model, self.optimizer = model, optimizer
        self.loss = nn.CrossEntropyLoss()
    def step(self, batch):
        x, y = batch
        self.optimizer.zero_grad(set_to_none=True)
        self.loss(self.model(x), y).backward()
        self.optimizer.step()
    def fit(self):
        for batch in train_loader:
            self.step(batch)
Trainer(model, optimizer).fit()
""",
    "with enumerate and tqdm": """
from tqdm import tqdm
for i, (x, y) in enumerate(tqdm(train_loader, desc="x"), start=1):
    x, y = x.to("cuda"), y.to("cuda")
    optimizer.zero_grad()
    F.cross_entropy(model(x), y).backward()
    optimizer.step()
""",
    "with next and iter": """
batches = iter(train_loader)
while True:
    x, y = next(batches)
    optimizer.zero_grad()
    F.cross_entropy(model(x), y).backward()
    optimizer.step()
""",
    "with a scaler": """
scaler = torch.cuda.amp.GradScaler()
for x, y in train_loader:
    optimizer.zero_grad()
    with torch.autocast("cuda"):
        loss = F.cross_entropy(model(x), y)
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
""",
    "under a main guard": "def main():\n"
    + "".join(f"    {line}\n" for line in TRAINING.splitlines())
    + "if __name__ == '__main__':\n    main()\n",
    "never called": "def train_one_epoch():\n" + "".join(f"    {line}\n" for line in TRAINING.splitlines()),
    "in a launcher": "import torch.multiprocessing as mp\ndef worker(rank, loader):\n"
    + "".join(f"    {line}\n" for line in TRAINING.splitlines())
    + "mp.spawn(worker, args=(train_loader,), nprocs=2)\n",
}


@pytest.mark.parametrize("style", STYLES)
def test_training_is_seen_in_every_style(style: str) -> None:
    assert order(STYLES[style]) == ONE_STEP
    assert len(facts(DATA, MODEL, STYLES[style]).training_passes()) >= 1


def test_what_follows_a_certain_break_is_not_walked_again() -> None:
    found = facts(DATA, MODEL, "for x, y in train_loader:\n    model(x)\n    break\n")
    assert len(found.of(Forward)) == 1


def test_a_break_under_a_test_does_not_end_the_loop() -> None:
    found = facts(
        DATA, MODEL, "for i, (x, y) in enumerate(train_loader):\n    model(x)\n    if i > 3:\n        break\n"
    )
    assert len(found.of(Forward)) == 2


@pytest.mark.parametrize(
    ("turns", "walked"), [("['train', 'val']", 2), ("range(3)", 3), ("range(1000)", 2), ("nowhere", 2)]
)
def test_loops_are_unrolled_where_their_turns_are_few_and_known(turns: str, walked: int) -> None:
    assert len(values(f"for k in {turns}:\n    n = k", "n")) == walked


def test_epochs_are_walked_as_turns_that_are_alike() -> None:
    found = facts(DATA, MODEL, TRAINING)
    epochs, *batches = [event.loop for event in found.of(LoopEntered)]
    assert not epochs.unrolled
    assert len(batches) == 2
    assert all(loop.batches and loop.loader is found.loaders[0] for loop in batches)


def test_a_walk_that_takes_too_long_is_cut_and_says_so() -> None:
    nested = "".join(f"{'    ' * depth}for k{depth} in nowhere:\n" for depth in range(16)) + "    " * 16 + "n = 1\n"
    assert not facts(nested).complete
