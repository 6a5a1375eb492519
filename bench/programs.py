"""Programs nobody would write, to try `convlens check` on: from a grammar, and as mutations of real ones."""

import random
import re
from collections.abc import Callable

_NAMES = ("x", "y", "model", "net", "optimizer", "loss", "loader", "train_loader", "data", "self", "a", "b", "n", "f")
_MODULES = ("torch", "torch.nn", "torch.nn.functional", "torch.optim", "torchvision", "numpy", "os", "nowhere", "..up")
_CALLS = (
    "torch.nn.Linear", "nn.Conv2d", "nn.Sequential", "nn.Dropout", "nn.BatchNorm2d", "nn.MaxPool2d", "F.relu",
    "F.cross_entropy", "torch.optim.SGD", "torch.optim.lr_scheduler.StepLR", "DataLoader", "torch.utils.data.Subset",
    "torch.utils.data.random_split", "datasets.MNIST", "transforms.Compose", "transforms.Normalize", "torch.randn",
    "torch.flatten", "torch.cat", "np.mean", "len", "range", "zip", "enumerate", "iter", "next", "sum", "max", "list",
    "dict", "map", "filter", "getattr", "isinstance", "super", "sorted", "print", "f", "model", "net", "loss",
    "copy.deepcopy", "functools.partial", "torch.no_grad", "torch.load", "nn.ModuleList", "nn.init.constant_",
)  # fmt: skip
_METHODS = ("backward", "step", "zero_grad", "train", "eval", "to", "view", "reshape", "item", "detach", "append",
            "parameters", "state_dict", "sum", "argmax", "size", "shape", "T", "data", "permute", "items",
            "children", "fit", "run", "on", "forward", "requires_grad_", "add_module", "update", "get")  # fmt: skip
_KEYWORDS = ("dim", "lr", "shuffle", "batch_size", "kernel_size", "stride", "padding", "p", "transform", "train")
_LITERALS = ("0", "1", "-1", "2", "64", "1e400", "10**9", "3.5", "None", "True", "''", "'train'", "b'x'", "...", "1j",
             "0x7fffffffffffffff", "f'{x!r:>{n}}'", "[]", "()", "{}", "-0.0")  # fmt: skip


class Grammar:
    """Draws programs. Blocks get rarer the deeper they are."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def program(self) -> str:
        """A whole program, with imports as often as not."""
        lines = [f"import {name}" for name in ("torch", "os") if self.rng.random() < 0.5]
        lines += ["from torch import nn", "import torch.nn.functional as F"] if self.rng.random() < 0.5 else []
        return "\n".join([*lines, *(line for _ in range(self.rng.randint(3, 14)) for line in self.statement(0))])

    def expression(self, depth: int) -> str:
        """An expression."""
        pick = self.rng.random
        if depth > 4 or pick() < 0.25:
            return self.rng.choice(_NAMES if pick() < 0.6 else _LITERALS)
        inner: Callable[[], str] = lambda: self.expression(depth + 1)  # noqa: E731
        forms: tuple[Callable[[], str], ...] = (
            lambda: f"{self.rng.choice(_CALLS)}({self.arguments(depth)})",
            lambda: f"{self.rng.choice(_NAMES)}.{self.rng.choice(_METHODS)}({self.arguments(depth)})",
            lambda: f"({inner()}).{self.rng.choice(_METHODS)}",
            lambda: f"({inner()} {self.rng.choice(('+', '-', '*', '/', '//', '%', '**', '@', '<<', '&'))} {inner()})",
            lambda: f"({inner()} {self.rng.choice(('==', '<', 'in', 'is not', 'and', 'or'))} {inner()})",
            lambda: f"[{inner()}, *{inner()}]",
            lambda: f"({inner()}, {inner()})",
            lambda: f"{{'k': {inner()}, **{inner()}}}",
            lambda: f"({inner()})[{inner()}]",
            lambda: f"({inner()})[{inner()}:{inner()}]",
            lambda: f"[{inner()} for {self.rng.choice(_NAMES)} in {inner()} if {inner()}]",
            lambda: f"{{{inner()}: {inner()} for x, y in {inner()}}}",
            lambda: f"(lambda x, *a, n={inner()}: {inner()})",
            lambda: f"({inner()} if {inner()} else {inner()})",
            lambda: f"(not {inner()})",
            lambda: f"(-{inner()})",
            lambda: f"(y := {inner()})",
        )
        return self.rng.choice(forms)()

    def arguments(self, depth: int) -> str:
        """The arguments of a call."""
        given = [self.expression(depth + 1) for _ in range(self.rng.randint(0, 3))]
        given += [f"*{self.expression(depth + 1)}"] if self.rng.random() < 0.1 else []
        names = self.rng.sample(_KEYWORDS, self.rng.randint(0, 2))
        given += [f"{name}={self.expression(depth + 1)}" for name in names]
        return ", ".join([*given, *([f"**{self.expression(depth + 1)}"] if self.rng.random() < 0.1 else [])])

    def statement(self, depth: int) -> list[str]:
        """The lines of a statement."""
        if depth > 3 or self.rng.random() < 0.5:
            return [self.simple(depth)]
        body = [f"    {line}" for _ in range(self.rng.randint(1, 4)) for line in self.statement(depth + 1)]
        name, test = self.rng.choice(_NAMES), self.expression(1)
        heads = (
            f"for {name} in {test}:", f"for {name}, (a, *b) in enumerate({test}):", f"while {test}:", f"if {test}:",
            f"with {test} as {name}:", f"def {name}(self, x, *args, n={test}, **kw):", "def f(model, loader):",
            f"class {name.title()}(nn.Module):", f"class {name.title()}({name.title()}, metaclass={name}):",
            "def forward(self, x):", "def __init__(self):", f"@{name}\ndef {name}(x):", "async def f():",
        )  # fmt: skip
        head = self.rng.choice(heads).split("\n")
        short = f"    {self.simple(depth)}"
        if self.rng.random() < 0.1:
            return ["try:", *body, f"except {name} as e:", short, "finally:", short]
        tail = ["else:", short] if head[0].startswith(("if", "for", "while")) and self.rng.random() < 0.3 else []
        return [*head, *body, *tail]

    def simple(self, depth: int) -> str:
        """A statement of one line. Those that stand where Python forbids them are parsed all the same."""
        name, other, value = self.rng.choice(_NAMES), self.rng.choice(_NAMES), self.expression(1)
        forms = (
            value, f"{name} = {value}", f"{name}.{other} = {value}", f"{name}[{other}] = {value}",
            f"{name}, *{other} = {value}", f"{name} += {value}", f"{name}: int = {value}", f"del {name}",
            f"global {name}", f"return {value}", "pass", "break", "continue", f"assert {value}", f"raise {value}",
            f"from {self.rng.choice(_MODULES)} import {name}", f"from {self.rng.choice(_MODULES)} import *",
            f"import {self.rng.choice(_MODULES[:-1])} as {name}", f"{name} = {name} + {value}", f"yield {value}",
            f"super().__init__({value})", f"self.{name} = {value}",
        )  # fmt: skip
        return self.rng.choice(forms)


def mutated(text: str, rng: random.Random) -> str:
    """A real program with some of its lines or words moved, doubled, left out or replaced."""
    for _ in range(rng.randint(1, 6)):
        text = rng.choice((_lines, _words, _words, _numbers, _numbers, _numbers, _cut))(text, rng)
    return text


def _lines(text: str, rng: random.Random) -> str:
    lines = text.split("\n")
    one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    if rng.random() < 0.4:
        lines[one], lines[other] = lines[other], lines[one]
    elif rng.random() < 0.6:
        del lines[one]
    else:
        lines.insert(other, lines[one])
    return "\n".join(lines) or "pass"


def _words(text: str, rng: random.Random) -> str:
    words = re.findall(r"[A-Za-z_]\w*", text) or ["x"]
    return re.sub(rf"\b{rng.choice(words)}\b", rng.choice(words), text, count=rng.choice((0, 1)))


def _numbers(text: str, rng: random.Random) -> str:
    found = list(re.finditer(r"\b\d+\b", text))
    if not found:
        return text
    one = rng.choice(found)
    return text[: one.start()] + rng.choice(("0", "-1", "1", "10**12", "0.5", "None", "x", "()")) + text[one.end() :]


def _cut(text: str, rng: random.Random) -> str:
    start = rng.randrange(len(text))
    return text[:start] + text[start + rng.randint(1, 40) :] or "pass"
