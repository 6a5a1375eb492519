"""The exported file: everything is inside, it stays under its limit, and what had no room is told."""

import base64
import gzip
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from convlens import networks
from convlens.byhand.sites import Definitions
from convlens.images.dataset import ImageData, Split
from convlens.training import snapshots
from convlens.web import export, selection
from convlens.web.content import Content, of_run
from convlens.web.selection import eight_bits
from convlens.web.static import Files
from tests.report.runs import make_run

Blocks = dict[str, bytes]


def blocks_of(path: Path) -> Blocks:
    """The blocks in an exported file, unpacked."""
    page = path.read_text(encoding="utf-8")
    found = re.findall(r'<script id="([^"]+)" type="application/([a-z-]+);base64">([^<]*)</script>', page)
    data = {name: base64.b64decode(text, validate=True) for name, _, text in found}
    return {name: gzip.decompress(data[name]) if kind == "gzip" else data[name] for name, kind, _ in found}


@pytest.fixture(scope="module")
def exported(content: Content, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("exported") / "run.html"
    assert export.write(path, content) == f"{path} has {path.stat().st_size / 1e6:.1f} MB."
    return path


@pytest.fixture(scope="module")
def blocks(exported: Path) -> Blocks:
    return blocks_of(exported)


@pytest.fixture(scope="module")
def document(blocks: Blocks) -> Any:
    return json.loads(blocks["data/run.json"])


def test_every_module_is_in_the_import_map(exported: Path) -> None:
    page = exported.read_text(encoding="utf-8")
    (text,) = re.findall(r'<script type="importmap">(.*?)</script>', page)
    imports = json.loads(text)["imports"]
    files = Files()
    modules = files.addresses("js", ".js")
    assert imports.keys() == {f"convlens/{address.removeprefix('js/')}" for address in modules}
    for address in modules:
        found = files.find(address)
        data = imports[f"convlens/{address.removeprefix('js/')}"]
        assert found is not None
        assert base64.b64decode(data.removeprefix("data:text/javascript;base64,")) == found[0]
    texts = [(files.find(address) or (b"",))[0].decode() for address in modules]
    imported = {name for text in texts for name in re.findall(r'from "([^"]+)"', text)}
    assert imported <= imports.keys()


def test_nothing_is_left_to_be_loaded(exported: Path, blocks: Blocks) -> None:
    page = re.sub(r'base64[,">][A-Za-z0-9+/=]*', "", exported.read_text(encoding="utf-8"))
    assert re.findall(r'(?:src|href)="\.', page) == []
    assert "url(./" not in page
    assert '<script type="module">import "convlens/main.js";</script>' in page
    for address in Files().addresses("samples", ".png"):
        assert blocks[address] == (Files().find(address) or (b"",))[0]


def test_its_policy_allows_its_own_scripts_and_no_request(exported: Path) -> None:
    page = exported.read_text(encoding="utf-8")
    (policy,) = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]+)">', page)
    assert policy.startswith("default-src &#x27;none&#x27;; script-src data: &#x27;sha256-")
    assert policy.count("sha256-") == 2
    assert "connect-src" not in policy
    assert page.index("Content-Security-Policy") < page.index("<style>") < page.index("<script")


def test_the_document_is_that_of_the_run(document: Any, content: Content) -> None:
    changed = ("live", "checked", "left_out", "snapshot_format", "test")
    same = {name: value for name, value in content.document.items() if name not in changed}
    assert {name: document[name] for name in same} == json.loads(json.dumps(same))
    assert (document["live"], document["snapshot_format"]) == (False, "int8")
    assert document["left_out"] == {"weights": [], "snapshots": 0}


def test_weights_pictures_and_values_are_those_of_the_run(blocks: Blocks, document: Any, content: Content) -> None:
    test = document["test"]
    everything = content.document["test"] | content.answers(0, 31)
    assert blocks["data/weights.bin"] == content.weights_file()
    assert blocks["data/pictures.bin"] == content.pictures(test["indices"])
    for name in ("labels", "predicted", "confidence"):
        assert test[name] == [everything[name][index] for index in test["indices"]]
    assert set(document["checked"]) <= set(test["indices"])
    for index in document["checked"]:
        assert blocks[f"data/values/{index}.bin"] == content.values(index)


def test_mistakes_and_right_answers_of_each_class_are_there(document: Any, content: Content) -> None:
    test = document["test"]
    everything = content.document["test"] | content.answers(0, 31)
    answers = list(zip(everything["labels"], everything["predicted"], strict=True))
    mistakes = {index for index, (label, said) in enumerate(answers) if label != said}
    assert mistakes
    assert mistakes <= set(test["indices"])
    for label in range(3):
        right = sum(one == (label, label) for one in answers)
        there = sum((label, label) == one for one in zip(test["labels"], test["predicted"], strict=True))
        assert there == min(right, selection.RIGHT_PER_CLASS)
    first = [everything["labels"][index] for index in document["checked"] if index not in mistakes]
    assert sorted(first) == sorted({label for label, said in answers if label == said})


def test_eight_bits_are_within_half_a_step(content: Content, blocks: Blocks, document: Any) -> None:
    for entry in document["snapshots"]:
        expected = content.snapshot(entry["file"])
        data = blocks[f"data/snapshots/{entry['file']}.bin"]
        numbers = sum(tensor.shape[0] for tensor in expected.values())
        scales = torch.from_numpy(np.frombuffer(data, "<f4", numbers).copy())
        steps = torch.from_numpy(np.frombuffer(data, "<i1", offset=4 * numbers).copy()).float()
        for tensor in expected.values():
            own, scales = scales[: tensor.shape[0]], scales[tensor.shape[0] :]
            if tensor.ndim < 2:
                assert torch.equal(own, tensor.float())
                continue
            mine, steps = steps[: tensor.numel()].reshape(len(own), -1), steps[tensor.numel() :]
            error = (mine * own[:, None] - tensor.float().flatten(1)).abs()
            assert (error <= own[:, None] * 0.5001).all()
            assert mine.abs().amax(dim=1).eq(127).all()
        assert len(scales) == len(steps) == 0


def test_a_channel_of_zeros_stays_zero() -> None:
    data = eight_bits([torch.zeros(2, 3)])
    assert data == bytes(2 * 4 + 6)


def test_the_lecture_alone_has_no_run(tmp_path: Path) -> None:
    path = tmp_path / "lecture.html"
    export.write(path, None)
    assert blocks_of(path)["data/run.json"] == b"null"


def test_the_same_run_gives_the_same_file(exported: Path, content: Content, tmp_path: Path) -> None:
    export.write(tmp_path / "again.html", content)
    assert (tmp_path / "again.html").read_bytes() == exported.read_bytes()


# What has no room


def pack(data: bytes) -> str:
    return base64.b64encode(data).decode()


def chosen(content: Content, room: int) -> selection.Selection:
    found = selection.select(content, room, pack)
    assert sum(len(block) for block in found.blocks.values()) + len(pack(json.dumps(found.document).encode())) <= room
    return found


def test_of_snapshots_the_first_and_the_last_are_kept_longest(content: Content) -> None:
    counts = []
    for room in (10**7, 1_200_000, 900_000, 700_000, 460_000):
        found = chosen(content, room)
        listed = [entry["file"] for entry in found.document["snapshots"]]
        counts.append(len(listed))
        assert listed == [] or (listed[0], listed[-1]) == (0, 10)
        assert {f"data/snapshots/{file}.bin" for file in listed} == {n for n in found.blocks if "snapshots" in n}
        assert found.document["left_out"] == {"weights": [], "snapshots": 11 - len(listed)}
        assert found.document["no_snapshots"] == (None if listed else "file")
        assert any("snapshots of training" in sentence for sentence in found.left_out()) == (len(listed) < 11)
    assert counts == sorted(counts, reverse=True)
    assert (counts[0], counts[-1]) == (11, 0)
    assert len(set(counts)) > 2


def test_of_a_large_network_the_largest_weights_stay_behind(content: Content) -> None:
    room = 4 * content.document["tensors"]["hidden.weight"]["offset"] * 3  # the convolutions fit, the rest does not
    found = chosen(content, room)
    assert found.document["left_out"]["weights"] == ["hidden.weight"]
    assert "hidden.weight" not in found.document["tensors"]
    (hidden,) = [one for one in found.document["operations"] if not one["known"]]
    assert (hidden["name"], hidden["weights"]) == ("hidden", {})
    assert hidden["why"] == {"reason": "size", "what": "hidden.weight"}
    assert found.left_out()[0] == "The weights of hidden.weight were too large and are left out."
    numbers = np.frombuffer(base64.b64decode(found.blocks["data/weights.bin"]), "<f4")
    place = found.document["tensors"]["output.bias"]
    assert np.array_equal(numbers[place["offset"] :], content.run.network.state_dict()["output.bias"].numpy())


def test_pictures_of_any_size_stay_within_their_room(content: Content, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "PICTURE_BYTES", 64 * 7)
    found = chosen(content, 10**7)
    assert len(found.document["test"]["indices"]) <= 7
    assert len(base64.b64decode(found.blocks["data/pictures.bin"])) <= 64 * 7


@pytest.mark.parametrize("network", ["swift", "lecture"])
def test_the_shipped_networks_fit_under_the_limit(network: str, tmp_path: Path) -> None:
    """With noise for weights and pictures, which nothing packs, and twelve snapshots."""
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (3000, 1, 28, 28), generator=generator, dtype=torch.uint8)
    split = Split(images, torch.arange(3000) % 10)
    data = ImageData("noise", tuple("0123456789"), split, split, split, "object")
    built = networks.build(network, (1, 28, 28), 10, dropout=None, seed=0)
    for parameter in built.parameters():
        parameter.data.normal_(generator=generator)
    run = make_run(tmp_path / "run", data, network=built)
    for step in [0, *range(4, 41, 4)]:
        snapshots.save(run.folder.snapshot_path(step), built)
    said = export.write(tmp_path / "run.html", of_run(run, Definitions(), data))
    size = (tmp_path / "run.html").stat().st_size
    assert 5_000_000 < size < export.LIMIT
    document = json.loads(blocks_of(tmp_path / "run.html")["data/run.json"])
    assert document["left_out"]["weights"] == []
    assert len(document["checked"]) >= 4
    assert len(document["snapshots"]) >= 4
    assert len(document["snapshots"]) + document["left_out"]["snapshots"] == 11
    assert ("snapshots of training" in said) == (document["left_out"]["snapshots"] > 0)
