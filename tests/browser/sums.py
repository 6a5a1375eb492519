"""The page's sums in a browser, called with PyTorch's tensors."""

import base64
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from playwright.sync_api import Page, Route
from torch import Tensor, nn

from tests.browser.programs import Operation, Step, picture_document

_SCRIPTS = Path(__file__).parents[2] / "src" / "convlens" / "web" / "page" / "js"
_ORIGIN = "http://sums.test/"  # answered by `_serve`; nothing leaves the machine
_PAGE = """<!doctype html><title>Sums</title>
<script type="importmap">{"imports": {"convlens/": "/js/"}}</script><script type="module" src="/sums.js"></script>"""


class Sums:
    """The functions of `sums.js` in a page.

    Args:
        page: an empty page of a browser, which is led to a page of its own.
    """

    def __init__(self, page: Page) -> None:
        self._page = page
        self._operations: list[Operation] = []
        page.route("**/*", _serve)
        page.goto(_ORIGIN)
        page.wait_for_function("window.sums !== undefined")

    def call(self, name: str, *arguments: Any) -> Any:
        """Call one of the functions; tensors among the arguments are packed."""
        call = "([name, given]) => window.sums[name](...given)"
        return self._page.evaluate(call, [name, [_packed(argument) for argument in arguments]])

    def close(self) -> None:
        """Close the page."""
        self._page.close()

    def compute(self, made: Sequence[tuple[list[Tensor], Step]], chance: random.Random) -> "list[Computed]":
        """Compute single operations, and work out a few values of each; none with a batch."""
        cases, outputs = [], []
        for inputs, step in made:
            with torch.no_grad():
                output = step.run(*inputs)
            pictures = [picture_document(number, one) for number, one in enumerate(inputs)]
            cases.append(
                {
                    "operations": [*pictures, step.document(len(inputs), output)],
                    "inputs": [one[0] for one in inputs],
                    "tensors": step.tensors(len(inputs)),
                    "offsets": [chance.randrange(output.numel()) for _ in range(5)],
                }
            )
            outputs.append(output[0])
        answers = self.call("computeEach", cases)
        return [Computed(*one) for one in zip(made, cases, outputs, answers, strict=True)]

    def load(self, operations: list[Operation], tensors: dict[str, Tensor]) -> None:
        """Make a network the one that the other functions are about."""
        descriptions, start = {}, 0
        for name, tensor in tensors.items():
            descriptions[name] = {"shape": list(tensor.shape), "offset": start}
            start += tensor.numel()
        numbers = torch.cat([torch.zeros(0), *(tensor.flatten() for tensor in tensors.values())])
        self._operations = operations
        self.call("load", operations, descriptions, text(numbers))

    def run(self, pictures: Tensor, seed: int | None = None, given: Any = ()) -> list[dict[int, Tensor]]:
        """The values of each operation that could be computed, for each picture."""
        found = []
        for answer in self.call("run", list(pictures), seed, list(given)):
            shapes = [self._operations[number]["output"] for number in answer["ids"]]
            parts = torch.split(numbers(answer["data"]), [int(np.prod(shape)) for shape in shapes])
            values = [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]
            found.append(dict(zip(answer["ids"], values, strict=True)))
        return found


class Computed:
    """An operation computed by both.

    Attributes:
        label: what to call it when they differ.
        page: the page's values.
        torch: PyTorch's, in float32.
        double: PyTorch's, in float64 from the same inputs and weights.
        worked, in_map: values that the page worked out on their own, and the same ones in its map.
        kinds: in which way each was worked out.
    """

    def __init__(
        self, made: tuple[list[Tensor], Step], case: dict[str, Any], output: Tensor, answer: dict[str, Any]
    ) -> None:
        inputs, step = made
        self.label = f"{step.op} {step.options} of {[list(one.shape[1:]) for one in inputs]}"
        self.page = unpacked(answer)
        self.torch = output
        with torch.no_grad():
            self.double = _double(step.run)(*(one.double() for one in inputs))[0]
        self.worked: list[float] = answer["worked"]
        self.in_map: list[float] = self.page.flatten()[case["offsets"]].tolist()
        self.kinds: list[str] = answer["kinds"]


def _double(run: Any) -> Any:
    return run.double() if isinstance(run, nn.Module) else run


def error(page: Tensor, expected: Tensor) -> float:
    """The largest difference, relative to the layer's largest value; infinite places must be the same."""
    assert page.shape == expected.shape, f"{list(page.shape)} is not {list(expected.shape)}"
    finite = expected.isfinite()
    assert torch.equal(page[~finite].float(), expected[~finite].float())
    if not finite.any():
        return 0.0
    largest = float(expected[finite].abs().max())
    difference = float((page.double() - expected.double())[finite].abs().max())
    return difference / largest if largest else difference


def own_error(page: Tensor, expected: Tensor, least: float = 0.0) -> float:
    """The largest difference of a value, relative to itself, among those that are more than `least` of the largest."""
    counted = expected.isfinite() & (expected != 0)
    counted &= expected.abs() > least * expected[counted].abs().max() if counted.any() else counted
    difference = (page.double() - expected.double()).abs() / expected.double().abs()
    return float(difference[counted].max()) if counted.any() else 0.0


def text(tensor: Tensor) -> str:
    """The float32 numbers in base64."""
    return base64.b64encode(tensor.detach().contiguous().float().numpy().astype("<f4").tobytes()).decode()


def numbers(letters: str) -> Tensor:
    """The other way round."""
    return torch.from_numpy(np.frombuffer(base64.b64decode(letters), "<f4").copy())


def unpacked(answer: dict[str, Any]) -> Tensor:
    """A tensor that the page gave."""
    return numbers(answer["data"]).reshape(answer["shape"])


def _packed(value: Any) -> Any:
    if isinstance(value, Tensor):
        return {"shape": list(value.shape), "data": text(value)}
    if isinstance(value, dict):
        return {key: _packed(one) for key, one in value.items()}
    return [_packed(one) for one in value] if isinstance(value, list | tuple) else value


def _serve(route: Route) -> None:
    path = route.request.url.removeprefix(_ORIGIN)
    if not path:
        route.fulfill(content_type="text/html", body=_PAGE)
        return
    file = Path(__file__).with_name(path) if path == "sums.js" else _SCRIPTS / path.removeprefix("js/")
    if file.is_file():
        route.fulfill(path=file, content_type="text/javascript")
    else:
        route.fulfill(status=404)
