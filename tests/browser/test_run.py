"""A run in the page: a server and an exported file give it the same, and it computes what PyTorch does."""

import json
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from playwright.sync_api import Browser, Page
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from convlens.byhand.recording import record
from convlens.web import export
from convlens.web.content import Content
from convlens.web.document import places
from convlens.web.graph import program_of, values_of
from convlens.web.static import PAGE
from tests.web.client import served
from tests.web.conftest import at_hand, content, run_path  # noqa: F401 - fixtures
from tests.web.networks import Does, picture

pytestmark = pytest.mark.browser

Ask = Callable[[str], Any]


@pytest.fixture(scope="module", params=["served", "exported"])
def page(
    request: pytest.FixtureRequest,
    browser: Browser,
    content: Content,  # noqa: F811
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Page]:
    """The page with a run; it may not complain, nor ask anybody but its own server."""
    context = browser.new_context()
    page = context.new_page()
    complaints: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda fault: complaints.append(str(fault)))
    page.on("request", lambda asked: requests.append(asked.url))
    if request.param == "served":
        with served(PAGE, lambda: content) as client:
            page.goto(client.keys.address)
            yield page
            context.close()  # before its server ends
            home = client.home
    else:
        context.set_offline(True)
        path = tmp_path_factory.mktemp("exported") / "run.html"
        export.write(path, content)
        home = path.as_uri()
        page.goto(home)
        yield page
        context.close()
    assert complaints == []
    assert [url for url in requests if not url.startswith((home, "data:", "blob:"))] == []


@pytest.fixture
def ask(page: Page) -> Ask:
    """Evaluate an expression of the functions in `run.js`, with the run at hand as `run`."""

    def evaluate(expression: str) -> Any:
        return page.evaluate(f"""async () => {{
            const source = await import("convlens/run.js");
            const network = await import("convlens/sums/network.js");
            const {{ normalise }} = await import("convlens/sums/normalisation.js");
            const run = await source.loadRun();
            return {expression};
        }}""")

    return evaluate


def test_the_page_is_drawn(page: Page) -> None:
    assert page.locator("h1").count() == 1
    assert page.locator("main h2").count() >= 1


def test_the_document_is_there(ask: Ask, content: Content) -> None:  # noqa: F811
    document = ask("run")
    assert document["operations"] == json.loads(json.dumps(content.document["operations"]))
    assert document["tensors"].keys() == content.weights.keys()


def test_weights_and_snapshots_are_the_runs(ask: Ask, content: Content) -> None:  # noqa: F811
    weights = ask("Object.values(await source.loadWeights(run)).map(({ data }) => Array.from(data))")
    for found, expected in zip(weights, content.weights.values(), strict=True):
        assert np.array_equal(np.float32(found), expected.flatten().numpy())
    snapshots = ask(
        "(await Promise.all(run.snapshots.map((_, place) => source.loadSnapshot(run, place))))"
        ".map((one) => Object.values(one).map(({ data }) => Array.from(data)))"
    )
    assert len(snapshots) == 11
    for number, one in enumerate(snapshots):
        for found, expected in zip(one, content.snapshot(number).values(), strict=True):
            largest = float(expected.abs().max())
            assert np.allclose(found, expected.float().flatten().numpy(), rtol=0, atol=largest / 254 + 1e-7)


def test_pictures_are_the_runs(ask: Ask, content: Content) -> None:  # noqa: F811
    indices, pictures = ask(
        "await (async (asked) => [asked, (await source.loadPictures(run, asked)).map((one) => Array.from(one))])"
        "(run.test.indices.slice(-3).reverse())"
    )
    assert content.data is not None
    for index, found in zip(indices, pictures, strict=True):
        assert found == content.data.test.images[index].flatten().tolist()
    assert ask("await source.loadPictures(run, [])") == []


def test_the_page_computes_what_pytorch_does(ask: Ask) -> None:
    differences = ask("""await (async () => {
        const index = run.live ? 3 : run.checked[0];
        const [pixels] = await source.loadPictures(run, [index]);
        const { shape, mean, std } = run.picture;
        const weights = await source.loadWeights(run);
        const own = network.runNetwork(run.operations, weights, normalise(pixels, shape, mean, std));
        const theirs = await source.valuesOfPicture(run, index);
        return run.operations.map(({ id }) => {
            const [mine, other] = [own.get(id).data, theirs.get(id).data];
            const largest = other.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
            return mine.reduce((most, value, place) => Math.max(most, Math.abs(value - other[place])), 0) / largest;
        });
    })()""")
    assert len(differences) == 12
    assert max(differences) < 1e-5


def test_what_needs_a_server_works_with_one_and_is_told_without(ask: Ask, content: Content) -> None:  # noqa: F811
    values = ask("(await source.valuesOfPixels(run, new Uint8Array(64)))?.get(0)?.data?.length ?? null")
    checked = ask('await source.checkCode("import torch").catch((error) => error.message)')
    unprepared = ask('await source.prepare(new Blob(["no picture"])).catch((error) => error.message)')
    if ask("run.live"):
        assert values == math.prod(content.run.facts.picture_shape)
        assert checked == {"version": 1, "findings": [], "files": 1}
        assert unprepared == "The file is not a PNG, JPEG, WebP, BMP or GIF picture."
    else:
        assert values is None
        assert isinstance(checked, str)
        assert isinstance(unprepared, str)
        missing = ask("await source.valuesOfPicture({ ...run, checked: [-1] }, -1).catch((error) => error.message)")
        assert missing == "data/values/-1.bin is not in this file."


NETWORKS: list[Does] = []


def odd_one(**layers: nn.Module) -> Callable[[Callable[[Any, Tensor], Tensor]], Callable[[Any, Tensor], Tensor]]:
    """A network of one's own with what the shipped ones do not have."""

    def add(forward: Callable[[Any, Tensor], Tensor]) -> Callable[[Any, Tensor], Tensor]:
        NETWORKS.append(Does(forward, **layers))
        return forward

    return add


@odd_one(conv=nn.Conv2d(3, 8, 3, padding=1, padding_mode="circular"), norm=nn.BatchNorm2d(8), again=nn.Conv2d(8, 8, 1))
def residual(own: Any, x: Tensor) -> Tensor:
    first = F.relu6(own.norm(own.conv(x)))
    x = first + own.again(F.gelu(first)) * 0.5
    return torch.cat([x, 1 - x], dim=1).mean((2, 3))


@odd_one(conv=nn.Conv2d(3, 6, (3, 2), stride=(2, 1), groups=3), squeeze=nn.Linear(6, 6), up=nn.ConvTranspose2d(6, 2, 2))
def excited(own: Any, x: Tensor) -> Tensor:
    x = F.leaky_relu(own.conv(F.pad(x, (1, 0, 2, 1), mode="replicate")))
    x = x * torch.sigmoid(own.squeeze(x.amax(dim=(2, 3)))).view(1, 6, 1, 1)
    x = own.up(F.avg_pool2d(-x, 2, padding=1, count_include_pad=False))
    return F.log_softmax(torch.flatten(x, 1), -1)


@odd_one(norm=nn.GroupNorm(1, 3), layer=nn.LayerNorm(9), drop=nn.Dropout2d(), slope=nn.PReLU(3))
def transposed(own: Any, x: Tensor) -> Tensor:
    x = F.elu(own.slope(own.drop(own.norm(x)))).permute(0, 2, 3, 1).contiguous()
    x = F.softplus(own.layer(x.transpose(1, 3)))
    return torch.div(2, 1 + x.max(dim=3)[0].squeeze())


COMPUTE = """async ({ operations, tensors, numbers, picture }) => {
    const { weightsFrom } = await import("convlens/sums/tensors.js");
    const { runNetwork } = await import("convlens/sums/network.js");
    const weights = weightsFrom(tensors, new Float32Array(numbers));
    const first = { shape: operations[0].output, data: new Float32Array(picture) };
    const values = runNetwork(operations, weights, first);
    return operations.map(({ id }) => ({ shape: values.get(id).shape, data: Array.from(values.get(id).data) }));
}"""


@pytest.mark.parametrize("network", NETWORKS, ids=[network.does.__name__ for network in NETWORKS])
def test_networks_of_ones_own_are_computed_as_they_were_written(network: Does, page: Page) -> None:
    recording = record(network, picture(1, 3, 9, 9))
    program = program_of(recording, network.state_dict())
    assert [node.unknown for node in program.nodes] == [None] * len(program.nodes)
    weights = {name: network.state_dict()[name] for name in program.weights}
    given = {
        "operations": [
            {"id": place, "op": node.op, "options": node.options, "weights": node.weights}
            | {"inputs": node.inputs, "output": node.output}
            for place, node in enumerate(program.nodes)
        ],
        "tensors": places(weights),
        "numbers": [number for weight in weights.values() for number in weight.flatten().tolist()],
        "picture": recording.picture.flatten().tolist(),
    }
    values = page.evaluate(COMPUTE, given)
    expected = values_of(program, recording).split([math.prod(node.output) for node in program.nodes])
    for node, found, value in zip(program.nodes, values, expected, strict=True):
        assert tuple(found["shape"]) == node.output, node
        difference = float((torch.tensor(found["data"]) - value).abs().max())
        assert difference <= 1e-5 * float(value.abs().max()), node
