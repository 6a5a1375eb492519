"""Who may ask: this machine's own browser, for the page that came from here. And what every answer is sent with."""

import base64
import hashlib
import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from convlens.web.keys import Keys

_INLINE = re.compile(r"<script[^>]*>(.*?)</script>", re.DOTALL)


class Guard:
    """Refuses what another site could make a browser send, another machine, or code that another account wants run.

    A site in the same browser can send requests to any local address. It cannot choose their Host, which is what stops
    a name of its own that it lets point here, nor their Origin, which is what stops it from posting; and it cannot read
    an answer, as none allows that.

    Args:
        app: what answers.
        port: where it is reached; on 127.0.0.1, that is, from this machine only.
        page: the HTML of the page, whose own scripts may run.
        keys: who may have code run.
    """

    def __init__(self, app: ASGIApp, port: int, page: str, keys: Keys) -> None:
        self._app = app
        self._keys = keys
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self._headers = {
            "content-security-policy": content_security_policy(page),
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
            "cross-origin-resource-policy": "same-origin",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse."""
        if scope["type"] != "http":
            return
        reason = self._refusal(scope["method"], Headers(scope=scope))
        app: ASGIApp = self._app
        if reason is not None:
            app = JSONResponse({"error": reason}, status_code=403)
        elif (answer := self._keys.entrance(Request(scope))) is not None:
            app = answer

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        await app(scope, receive, send_with_headers)

    def _refusal(self, method: str, headers: Headers) -> str | None:
        host, origin = headers.get("host", ""), headers.get("origin")
        if host not in self._hosts:
            return f"The page is at {' and '.join(sorted(self._hosts))}, and was asked for at {host!r}."
        if origin != f"http://{host}" and (origin is not None or method not in ("GET", "HEAD")):
            return f"Only the page itself may ask this, and the request comes from {origin or 'nowhere'}."
        return None


def content_security_policy(page: str) -> str:
    """What the page may load: its own files, and run: those and the scripts in its HTML, told by their digests."""
    return (
        f"default-src 'self'; script-src 'self' {digests(page)}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def digests(page: str) -> str:
    """A page's inline scripts, as a policy names them."""
    found = [hashlib.sha256(script.encode()).digest() for script in _INLINE.findall(page) if script]
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in found)
