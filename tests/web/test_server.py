"""The server: who may ask, every route, and what is said to whoever asks wrongly."""

import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from convlens.errors import RunError
from convlens.web import code, server
from convlens.web.content import Content
from convlens.web.guard import content_security_policy
from convlens.web.keys import LOCKED
from convlens.web.static import PALETTE
from tests.web.client import Client, served

PAGE = '<!doctype html><script type="importmap">{"imports": {}}</script><script type="module" src="./js/a.js"></script>'


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a page of few files, with one beside it that is nobody's business."""
    folder = tmp_path_factory.mktemp("page")
    page = folder / "page"
    for name in ("js", "style", "samples"):
        (page / name).mkdir(parents=True)
    (page / "index.html").write_text(PAGE)
    (page / "js" / "a.js").write_text("export const a = 1;")
    (page / "js" / "notes.secret").write_text("no page's file")
    (page / "style" / "base.css").write_text("body { color: red }")
    Image.new("L", (2, 2)).save(page / "samples" / "dot.png")
    (folder / "secret.js").write_text("secret")
    return page


@pytest.fixture(scope="module")
def client(page: Path, content: Content) -> Iterator[Client]:
    with served(page, lambda: content) as client:
        yield client


def post(client: Client, path: str, body: bytes | str) -> tuple[int, dict[str, object]]:
    """Post as the page does."""
    answer = client.post(path, body, origin=client.home)
    return answer.status, answer.json()


# Who may ask


@pytest.mark.parametrize("path", ["/", "/js/a.js", "/data/run.json", "/data/weights.bin", "/nowhere"])
@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:80", "[::1]:{port}", ""]
)
def test_another_host_is_refused(client: Client, path: str, host: str) -> None:
    answer = client.get(path, host=host.format(port=client.port))
    assert answer.status == 403
    assert f"The page is at 127.0.0.1:{client.port} and localhost:{client.port}" in answer.json()["error"]


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_both_names_of_this_machine_are_answered(client: Client, name: str) -> None:
    host = f"{name}:{client.port}"
    assert client.get("/", host=host).content == PAGE.encode()
    assert client.post("/code/check", '{"code": ""}', host=host, origin=f"http://{host}").status == 200


POSTS = ["/data/values.bin", "/data/prepare", "/code/check", "/code/shapes", "/"]
ORIGINS = ["null", "http://evil.example", "http://127.0.0.1", "http://localhost:{port}", "https://127.0.0.1:{port}"]


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("origin", [None, *ORIGINS])
def test_only_the_page_itself_may_post(client: Client, path: str, origin: str | None) -> None:
    headers = {} if origin is None else {"origin": origin.format(port=client.port)}
    answer = client.post(path, "{}", **headers)
    assert answer.status == 403
    assert answer.json()["error"].startswith("Only the page itself may ask this")


def test_a_foreign_origin_may_not_even_read(client: Client) -> None:
    assert client.get("/data/run.json", origin="http://evil.example").status == 403
    assert client.get("/data/run.json", origin=client.home).status == 200


@pytest.mark.parametrize("path", ["/", "/js/a.js", "/data/run.json", "/nowhere", "/data/pictures.bin?indices=-1"])
def test_every_answer_is_sent_with_the_same_care(client: Client, path: str) -> None:
    for headers in (client.get(path).headers, client.get(path, host="evil").headers):
        assert headers["content-security-policy"] == content_security_policy(PAGE)
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "access-control-allow-origin" not in headers


def test_without_the_key_code_is_not_run(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code, "shapes", pytest.fail)
    key = client.keys.address.partition("=")[2]
    for cookie in ("", "convlens=x", f"convlens-1={key}", f"convlens-{client.port}=x", f"convlens-{client.port}="):
        for path in ("/code/shapes", f"/code/shapes?key={key}"):
            answer = client.post(path, '{"code": "x"}', origin=client.home, cookie=cookie)
            assert (answer.status, answer.json()) == (403, {"error": LOCKED})


@pytest.mark.parametrize("query", ["", "?key=", "?key=x", "?key=%ff", "?key=%C3%A9", "?Key={key}", "?key={key}x"])
def test_without_the_key_the_page_can_be_looked_at(client: Client, query: str) -> None:
    key = client.keys.address.partition("=")[2]
    answer = client.get(f"/{query.format(key=key)}", cookie="")
    assert answer.status == 200
    assert "set-cookie" not in answer.headers


def test_the_key_becomes_a_cookie_and_leaves_the_address(page: Path) -> None:
    with served(page, None) as client:
        for _ in range(2):
            answer = client.get(client.keys.address.removeprefix(client.home), cookie="")
            assert (answer.status, answer.headers["location"]) == (303, "/")
            assert re.fullmatch(
                rf"convlens-{client.port}=[\w-]{{22}}; HttpOnly; Path=/; SameSite=lax", answer.headers["set-cookie"]
            )
        assert client.get("/", cookie=f"other=1; {client.cookie}").status == 200


def test_the_key_that_the_browser_is_started_with_is_good_for_once(page: Path) -> None:
    with served(page, None) as client:
        once = client.keys.address_for_once.removeprefix(client.home)
        assert client.get(once, cookie="").headers["set-cookie"].startswith(client.cookie)
        assert "set-cookie" not in client.get(once, cookie="").headers
        assert client.get(once).status == 303  # who is known comes in with any key


def test_of_inline_scripts_only_the_pages_own_may_run() -> None:
    policy = content_security_policy(PAGE)
    # What `printf '{"imports": {}}' | openssl dgst -sha256 -binary | base64` says.
    assert "script-src 'self' 'sha256-CJt/FpW3RQlGvqBeO/YK74xrTm1ctS6rLMJu1bV4fMc='; " in policy
    assert "unsafe-inline" not in policy.partition("style-src")[0]


# The page's files


@pytest.mark.parametrize(
    ("path", "media_type", "start"),
    [
        ("/", "text/html; charset=utf-8", b"<!doctype html>"),
        ("/js/a.js", "text/javascript; charset=utf-8", b"export"),
        ("/style/base.css", "text/css; charset=utf-8", b"body"),
        ("/style/palette.css", "text/css; charset=utf-8", PALETTE.read_bytes()),
        ("/samples/dot.png", "image/png", b"\x89PNG"),
    ],
)
def test_files_are_sent_as_what_they_are(client: Client, path: str, media_type: str, start: bytes) -> None:
    answer = client.get(path)
    assert answer.headers["content-type"] == media_type
    assert answer.content.startswith(start)


@pytest.mark.parametrize(
    "path",
    [
        *("/nothing.js", "/js", "/js/", "/js/notes.secret", "/data/", "/code/check", "/" + "x" * 5000),
        *("/../secret.js", "/%2e%2e/secret.js", "/js/..%2f..%2fsecret.js", "/%00.js", "//etc/passwd", "/etc/passwd"),
    ],
)
def test_nothing_else_is_sent(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status == 404
    assert answer.json()["error"].endswith(" here.")


# The run


def test_the_run_comes_as_it_is(client: Client, content: Content) -> None:
    assert client.get("/data/run.json").json() == content.document
    assert client.get("/data/weights.bin").content == content.weights_file()
    assert client.get("/data/snapshots/3.bin").content == content.snapshot_file(3)
    assert client.get("/data/pictures.bin?indices=7,0,7").content == content.pictures([7, 0, 7])
    assert client.get("/data/values.bin?picture=5").content == content.values(5)


def test_all_test_pictures_are_answered_some_at_a_time(
    client: Client, content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "AT_ONCE", 10)
    for _ in range(2):
        answer = client.get("/data/answers.json").json()
        assert answer["predicted"] == content.answers(0, 31)["predicted"]
        assert answer["confidence"] == pytest.approx(content.answers(0, 31)["confidence"], abs=1e-4)


def test_the_values_of_any_picture_are_given(client: Client, content: Content) -> None:
    pixels = content.pictures([5])
    answer = client.post("/data/values.bin", pixels, origin=client.home)
    assert answer.content == content.values(5)


def test_a_photograph_is_prepared(client: Client, content: Content) -> None:
    buffer = io.BytesIO()
    Image.radial_gradient("L").save(buffer, "png")
    assert post(client, "/data/prepare", buffer.getvalue()) == (200, content.prepare(buffer.getvalue()))


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        *(
            (f"/data/pictures.bin{query}", "named by its number")
            for query in ("", "?indices=", "?indices=1,", "?indices=x")
        ),
        ("/data/pictures.bin?indices=1,-1", "named by its number"),
        ("/data/pictures.bin?indices=1.5", "named by its number"),
        ("/data/pictures.bin?indices=%D9%A1", "named by its number"),  # a digit, but not one of ours
        ("/data/pictures.bin?indices=9999999999", "named by its number"),
        ("/data/pictures.bin?indices=31", "There are 31 test pictures"),
        ("/data/pictures.bin?indices=" + ",".join(["0"] * 1001), "At most 1000 pictures"),
        ("/data/values.bin", "named by its number"),
        ("/data/values.bin?picture=31", "There are 31 test pictures"),
        ("/data/snapshots/11.bin", "has 11 snapshots"),
        ("/data/snapshots/99999999999999999999.bin", "has 11 snapshots"),
    ],
)
def test_a_wrong_number_is_told(client: Client, path: str, reason: str) -> None:
    answer = client.get(path)
    assert answer.status == 400
    assert reason in answer.json()["error"]


@pytest.mark.parametrize("path", ["/data/snapshots/-1.bin", "/data/snapshots/x.bin", "/data/snapshots/1", "/data/run"])
def test_a_wrong_address_is_told(client: Client, path: str) -> None:
    assert client.get(path).status == 404


@pytest.mark.parametrize(
    ("status", "path", "body", "reason"),
    [
        (400, "/data/values.bin", b"", "A picture has 64 bytes here, and 0 came"),
        (400, "/data/values.bin", bytes(65), "A picture has 64 bytes here, and 65 came"),
        (400, "/code/check", b"", "JSON object with text as code"),
        (400, "/code/check", b"[]", "JSON object"),
        (400, "/code/check", b"null", "JSON object"),
        (400, "/code/check", b'{"code": 7}', "JSON object"),
        (400, "/code/check", b"\xff", "JSON object"),
        (400, "/code/check", b"[" * 100_000, "JSON object"),
        (400, "/code/shapes", b'{"code": "", "name": []}', "text as code and name and input"),
        # The person's fault, not the page's: an answer like others.
        (200, "/data/prepare", b"", "is not a PNG"),
        (200, "/data/prepare", b"\x89PNG\r\n\x1a\n" + bytes(50), "is not a PNG|cannot be read"),
        (200, "/code/check", json.dumps({"code": "def ("}).encode(), r"code\.py is not Python, line 1"),
        (200, "/code/shapes", json.dumps({"code": "def ("}).encode(), r"code\.py"),
    ],
)
def test_a_wrong_body_is_told(client: Client, status: int, path: str, body: bytes, reason: str) -> None:
    found, answer = post(client, path, body)
    assert found == status
    assert re.search(reason, str(answer["error"]))


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/data/values.bin", server.MOST_PHOTOGRAPH),
        ("/data/prepare", server.MOST_PHOTOGRAPH),
        ("/code/check", server.MOST_CODE),
        ("/code/shapes", server.MOST_CODE),
    ],
)
def test_a_body_that_is_too_large_is_refused(client: Client, path: str, most: int) -> None:
    assert post(client, path, bytes(most + 1))[0] == 413


@pytest.mark.parametrize("path", ["/data/run.json", "/data/weights.bin", "/", "/js/a.js"])
def test_what_is_only_read_cannot_be_posted_to(client: Client, path: str) -> None:
    status, answer = post(client, path, b"")
    assert status == 405
    assert isinstance(answer["error"], str)


def test_the_run_is_opened_when_it_is_first_asked_for_and_once(page: Path, content: Content) -> None:
    opened: list[int] = []

    def load() -> Content:
        opened.append(1)
        return content

    with served(page, load) as client:
        assert client.get("/").status == 200
        assert opened == []
        assert client.get("/data/weights.bin").status == 200
        assert client.get("/data/run.json").status == 200
        assert opened == [1]


def test_a_run_that_cannot_be_opened_is_told(page: Path) -> None:
    def load() -> Content:
        raise RunError("The run is damaged.")

    with served(page, load) as client:
        assert client.get("/").status == 200
        answer = client.get("/data/run.json")
    assert (answer.status, answer.json()) == (400, {"error": "The run is damaged."})


def test_a_fault_of_our_own_is_told_in_json(page: Path) -> None:
    def load() -> Content:
        raise ZeroDivisionError("by hand")

    with served(page, load) as client:
        answer = client.get("/data/run.json")
    assert answer.status == 500
    assert answer.json() == {"error": "Something in convlens failed: ZeroDivisionError: by hand."}
    assert answer.headers["cache-control"] == "no-store"


def test_without_a_run_the_document_is_null(page: Path) -> None:
    with served(page, None) as client:
        assert client.get("/data/run.json").json() is None
        assert client.get("/data/weights.bin").status == 404
        assert post(client, "/data/values.bin", bytes(64))[0] == 404
        assert post(client, "/code/check", '{"code": ""}')[0] == 200


# Pasted code


def test_code_is_checked_and_not_run(client: Client, tmp_path: Path) -> None:
    witness = tmp_path / "witness"
    text = f"open({str(witness)!r}, 'w')\n" + Path("bench/corpus/clean/lecture.py").read_text().replace(
        "shuffle=True", "shuffle=False"
    )
    status, answer = post(client, "/code/check", json.dumps({"code": text}))
    assert status == 200
    findings = answer["findings"]
    assert isinstance(findings, list)
    assert {(one["rule"], one["file"]) for one in findings} == {("train-not-shuffled", "code.py")}
    assert not witness.exists()


def test_sizes_are_derived_with_what_the_request_says(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str, str]] = []

    def shapes(*given: str) -> dict[str, object]:
        asked.append(given)  # type: ignore[arg-type]
        return {"version": 1}

    monkeypatch.setattr(code, "shapes", shapes)
    body = json.dumps({"code": "x", "name": "Net", "input": "1,28,28"})
    assert post(client, "/code/shapes", body) == (200, {"version": 1})
    assert post(client, "/code/shapes", '{"code": "y"}') == (200, {"version": 1})
    assert asked == [("x", "Net", "1,28,28"), ("y", "", "")]


# The start

FIRST_VIEW = """
import asyncio, pathlib, sys
import convlens.cli, convlens.web.serving
from convlens.web.keys import Keys
from convlens.web.server import application
from convlens.web.static import Files

statuses, headers = [], [(b"host", b"localhost:1")]
async def send(message):
    if message["type"] == "http.response.start":
        statuses.append(message["status"])
        headers.extend((b"cookie", value) for name, value in message["headers"] if name == b"set-cookie")
async def get(path, query=""):
    await app(dict(type="http", method="GET", path=path, query_string=query.encode(), headers=headers), None, send)

keys = Keys(1)
app = application(Files(pathlib.Path(sys.argv[1])), 1, None, keys)
asyncio.run(get("/", keys.address.partition("?")[2]))
asyncio.run(get("/"))
asyncio.run(get("/js/a.js"))
print(statuses, [name for name in ("torch", "numpy", "PIL") if name in sys.modules])
"""


def test_the_page_is_there_before_pytorch(page: Path) -> None:
    done = subprocess.run([sys.executable, "-c", FIRST_VIEW, str(page)], check=False, capture_output=True, text=True)
    assert done.stdout.strip() == "[303, 200, 200] []", done.stderr
