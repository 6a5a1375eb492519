"""The page's server: static files, a run's document and arrays, and what only Python can work out.

    /  /js/...  /style/...  /samples/...    the page
    /data/run.json                          the document of the run, see `document`; null where none was named
    /data/answers.json                      {predicted, confidence} of all its test pictures: that takes some seconds
    /data/weights.bin                       float32, as the document's `tensors` lists them
    /data/snapshots/K.bin                   the same as float16, K as in the document's `snapshots`
    /data/pictures.bin?indices=1,2,3        test pictures, uint8 (C, H, W) each
    /data/values.bin?picture=I              float32: PyTorch's value of every operation, in the order of their ids
    POST /data/values.bin                   the same for the picture in the body, uint8 (C, H, W)
    POST /data/prepare                      {picture, found}: what the network sees of the photograph in the body
    POST /code/check                        {code} -> the document of `check --format json`
    POST /code/shapes                       {code, name, input} -> the document of `shapes --format json`

What goes wrong is {"error": one sentence}, with a status of 400 or more; but with 200 where it is the person's code or
photograph that is at fault: to say so is an answer, and browsers complain of other statuses on their consoles.
"""

import json
from collections.abc import Awaitable, Callable
from operator import methodcaller
from typing import TYPE_CHECKING, Any

import anyio.to_thread
from anyio import CapacityLimiter
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from convlens.errors import ConvlensError
from convlens.web import code
from convlens.web.guard import Guard
from convlens.web.keys import Keys
from convlens.web.static import Files

if TYPE_CHECKING:
    from convlens.web.content import Content

MOST_CODE, MOST_PHOTOGRAPH = 2 * 2**20, 20 * 2**20
"""Bytes of a request's body."""
MOST_PICTURES = 1000
"""That can be asked for at once."""
AT_ONCE = 500
"""Test pictures that are answered in one go."""
_PLAIN = "application/octet-stream"


def application(files: Files, port: int, load: "Callable[[], Content] | None", keys: Keys) -> ASGIApp:
    """The server of a page.

    Args:
        files: the page's own.
        port: where it is reached.
        load: opens the run, which is done when it is first asked for: it takes some seconds, the page none. None where
            there is no run.
        keys: who may have code run.
    """
    run = _Run(load)
    routes = [
        *run.routes(),
        Route("/code/check", _check, methods=["POST"]),
        Route("/code/shapes", _shapes, methods=["POST"]),
        Route("/{path:path}", _static(files)),
    ]
    handlers: dict[Any, Any] = {HTTPException: _refused, ConvlensError: _refused, Exception: _broken}
    return Guard(Starlette(routes=routes, exception_handlers=handlers), port, files.page(), keys)


class _Run:
    """The run's part of the server. One thread at a time works on it: PyTorch uses all processors by itself."""

    def __init__(self, load: "Callable[[], Content] | None") -> None:
        self._load = load
        self._content: Content | None = None
        self._one = CapacityLimiter(1)
        self._answers: dict[str, list[Any]] | None = None

    def routes(self) -> list[Route]:
        return [
            Route("/data/run.json", self._document),
            Route("/data/answers.json", self._all_answers),
            Route("/data/weights.bin", self._weights),
            Route("/data/snapshots/{number:int}.bin", self._snapshot),
            Route("/data/pictures.bin", self._pictures),
            Route("/data/values.bin", self._values),
            Route("/data/values.bin", self._values_of_pixels, methods=["POST"]),
            Route("/data/prepare", self._prepare, methods=["POST"]),
        ]

    async def _document(self, _: Request) -> Response:
        if self._load is None:
            return _json(None)
        return _json(await self._ask(lambda content: content.document))

    async def _all_answers(self, _: Request) -> Response:
        if self._answers is None:
            count = await self._ask(lambda content: len(content.document["test"]["indices"]))
            found: dict[str, list[Any]] = {"predicted": [], "confidence": []}
            for start in range(0, count, AT_ONCE):  # what else is asked for meanwhile comes in between
                part = await self._ask(methodcaller("answers", start, min(start + AT_ONCE, count)))
                found = {name: found[name] + part[name] for name in found}
            self._answers = found
        return _json(self._answers)

    async def _weights(self, _: Request) -> Response:
        return Response(await self._ask(lambda content: content.weights_file()), media_type=_PLAIN)

    async def _snapshot(self, request: Request) -> Response:
        number: int = request.path_params["number"]
        return Response(await self._ask(lambda content: content.snapshot_file(number)), media_type=_PLAIN)

    async def _pictures(self, request: Request) -> Response:
        indices = [_whole(word) for word in request.query_params.get("indices", "").split(",")]
        if len(indices) > MOST_PICTURES:
            raise HTTPException(400, f"At most {MOST_PICTURES} pictures are given at once, not {len(indices)}.")
        return Response(await self._ask(lambda content: content.pictures(indices)), media_type=_PLAIN)

    async def _values(self, request: Request) -> Response:
        index = _whole(request.query_params.get("picture", ""))
        return Response(await self._ask(lambda content: content.values(index)), media_type=_PLAIN)

    async def _values_of_pixels(self, request: Request) -> Response:
        pixels = await _body(request, MOST_PHOTOGRAPH)
        return Response(await self._ask(lambda content: content.values_of_pixels(pixels)), media_type=_PLAIN)

    async def _prepare(self, request: Request) -> Response:
        file = await _body(request, MOST_PHOTOGRAPH)
        return await _judged(self._ask(lambda content: content.prepare(file)))

    async def _ask(self, question: "Callable[[Content], Any]") -> Any:
        return await anyio.to_thread.run_sync(lambda: question(self._opened()), limiter=self._one)

    def _opened(self) -> "Content":
        if self._load is None:
            raise HTTPException(404, "No run was named when the page was opened.")
        if self._content is None:
            self._content = self._load()
        return self._content


def _static(files: Files) -> Callable[[Request], Any]:
    async def answer(request: Request) -> Response:
        found = files.find(request.path_params["path"])
        if found is None:
            raise HTTPException(404, f"There is no {request.url.path} here.")
        content, media_type = found
        return Response(content, media_type=media_type)

    return answer


_one_check = CapacityLimiter(1)
_one_trace = CapacityLimiter(1)


async def _check(request: Request) -> Response:
    text, *_ = await _fields(request, "code")
    return await _judged(anyio.to_thread.run_sync(lambda: code.check(text), limiter=_one_check))


async def _shapes(request: Request) -> Response:
    given = await _fields(request, "code", "name", "input")
    return await _judged(anyio.to_thread.run_sync(lambda: code.shapes(*given), limiter=_one_trace))


async def _judged(work: Awaitable[Any]) -> Response:
    """The document that comes out, or what is wrong with what the person gave."""
    try:
        return _json(await work)
    except ConvlensError as error:
        return _json({"error": str(error)})


async def _fields(request: Request, *names: str) -> list[str]:
    """The texts with these names in a request's JSON; one that is left out is empty."""
    try:
        given = json.loads(await _body(request, MOST_CODE))
        texts = [given.get(name, "") for name in names]
    except (ValueError, AttributeError, RecursionError):
        texts = [None]
    if not all(isinstance(text, str) for text in texts):
        raise HTTPException(400, f"The request should be a JSON object with text as {' and '.join(names)}.")
    return texts


async def _body(request: Request, most: int) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > most:
            raise HTTPException(413, f"At most {most // 2**20} MiB can be taken.")
    return bytes(body)


def _whole(word: str) -> int:
    if not (word.isascii() and word.isdecimal() and len(word) < 10):
        raise HTTPException(400, f"A picture is named by its number, such as 7, and not by {word[:20]!r}.")
    return int(word)


def _json(content: Any, status: int = 200) -> Response:
    # Escaped to ASCII: a class may be called what no text encoding has, as folders can be.
    return Response(json.dumps(content, allow_nan=False), status, media_type="application/json")


async def _refused(_: Request, error: Exception) -> Response:
    status, detail = (error.status_code, error.detail) if isinstance(error, HTTPException) else (400, str(error))
    return _json({"error": detail}, status)


async def _broken(_: Request, error: Exception) -> Response:
    """A fault of convlens's own, whose traceback the server prints."""
    return _json({"error": f"Something in convlens failed: {type(error).__name__}: {error}."}, 500)
