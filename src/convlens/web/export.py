"""The page and a run in one HTML file, which works from the disk with the network off.

What the page would ask a server for stands in it as blocks, named as on the server:

    <script type="application/octet-stream;base64" id="samples/cat.png">    a file
    <script type="application/gzip;base64" id="data/weights.bin">           one that is packed

`data/pictures.bin` has the pictures of the document's `test.indices` in their order, `data/values/I.bin` PyTorch's
values for picture I of `checked`, and `data/snapshots/K.bin` weights in 8 bits, see `selection.eight_bits`.
"""

import base64
import gzip
import html
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from convlens.files import write_atomically
from convlens.web.content import Content
from convlens.web.guard import digests
from convlens.web.selection import Selection, select
from convlens.web.static import Files

LIMIT = 10_000_000
"""Bytes that a file stays under, for it to be mailed."""


def write(path: Path, content: Content | None) -> str:
    """Write the file; return what to tell the person.

    Args:
        path: of the file to make.
        content: the run; None for the lecture alone.

    Raises:
        OSError: it cannot be written.
    """
    shell = _shell(Files())
    chosen = None if content is None else select(content, LIMIT - len(shell.encode()), _packed)
    blocks = {"data/run.json": _packed(b"null")} if chosen is None else _blocks(chosen)
    page = _filled(shell, blocks).encode()
    write_atomically(path, page)
    sentence = f"{path} has {len(page) / 1e6:.1f} MB."
    return sentence if chosen is None else " ".join([sentence, *chosen.left_out()])


def _blocks(chosen: Selection) -> dict[str, str]:
    document = json.dumps(chosen.document, allow_nan=False).encode()
    return {"data/run.json": _packed(document)} | chosen.blocks


def _packed(data: bytes) -> str:
    return _block("application/gzip", gzip.compress(data, mtime=0))


def _block(media_type: str, data: bytes) -> str:
    """A block without its name, which comes later."""
    return f'type="{media_type};base64">{base64.b64encode(data).decode()}</script>'


def _shell(files: Files) -> str:
    """The page's HTML with its styles, modules and samples inside, and a place for the run."""
    page = files.page()
    modules = {address.removeprefix("js/"): _text(files, address) for address in files.addresses("js", ".js")}
    addresses = {f"convlens/{name}": _data_address(text) for name, text in modules.items()}
    import_map = json.dumps({"imports": addresses})
    page = _replaced(
        r'<link rel="stylesheet" href="\./([^"]+)">', lambda m: f"<style>{_text(files, m[1])}</style>", page
    )
    page = _replaced(
        r'<script type="importmap">.*?</script>', lambda _: f'<script type="importmap">{import_map}</script>', page
    )
    page = _replaced(
        r'<script type="module" src="\./js/([^"]+)"></script>',
        lambda m: f'<script type="module">import "convlens/{m[1]}";</script>',
        page,
    )
    policy = (
        f"default-src 'none'; script-src data: {digests(page)}; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )
    meta = f'<meta http-equiv="Content-Security-Policy" content="{html.escape(policy)}">'
    page = _replaced(r'<meta charset="utf-8">', lambda m: f"{m[0]}\n{meta}", page)
    samples = [address for suffix in (".png", ".py") for address in files.addresses("samples", suffix)]
    blocks = {address: _block("application/octet-stream", _file(files, address)) for address in samples}
    return _filled(page, blocks)


def _filled(page: str, blocks: Mapping[str, str]) -> str:
    """The page with blocks at its end."""
    scripts = "".join(f'<script id="{name}" {block}\n' for name, block in blocks.items())
    return page.replace("</body>", f"{scripts}</body>")


def _replaced(pattern: str, change: Callable[[re.Match[str]], str], page: str) -> str:
    page, count = re.subn(pattern, change, page)
    if count == 0:
        raise ValueError(f"index.html has nothing like {pattern}")
    return page


def _file(files: Files, address: str) -> bytes:
    found = files.find(address)
    if found is None:
        raise FileNotFoundError(address)
    return found[0]


def _text(files: Files, address: str) -> str:
    return _file(files, address).decode()


def _data_address(module: str) -> str:
    return f"data:text/javascript;base64,{base64.b64encode(module.encode()).decode()}"
