"""The key to what runs code: every account of this machine reaches the page's port, only who started it has the key.

It stands in the address that `convlens open` prints, `/?key=...`. The answer to that is a cookie and the page's plain
address, so that links and bookmarks work in this browser, and nobody gives the key away with them. Without it the page
can be looked at, and shows nothing that asks for code to be run.
"""

import secrets

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

NEED_A_KEY = ("/code/shapes",)
"""Where code of the request is run."""
LOCKED = (
    "Code is run only for whoever started the page: open the address that convlens open printed, which ends in ?key= "
    "and some letters, once in this browser; from then on this address will do."
)


class Keys:
    """The keys to one server."""

    def __init__(self, port: int) -> None:
        self._key = secrets.token_urlsafe(16)
        # Other accounts see in the list of processes what a browser is started with: that key is good for once.
        self._once: str | None = secrets.token_urlsafe(16)
        self._cookie = f"convlens-{port}"  # a browser sends the cookies of one port to all others
        self._page = f"http://127.0.0.1:{port}/"

    @property
    def address(self) -> str:
        """The page's, with the key."""
        return f"{self._page}?key={self._key}"

    @property
    def address_for_once(self) -> str:
        """The page's, with a key that lets in the first who has it."""
        return f"{self._page}?key={self._once}"

    def entrance(self, request: Request) -> Response | None:
        """What to answer a request with instead of what it asks for; None lets it in."""
        is_known = _same(request.cookies.get(self._cookie, ""), self._key)
        path = request.scope["path"]  # what the routes are found by
        if path in NEED_A_KEY and not is_known:
            return JSONResponse({"error": LOCKED}, 403)
        given = request.query_params.get("key") if path == "/" else None
        if given is None or not (self._fits(given) or is_known):
            return None
        answer = RedirectResponse("/", 303)  # where the browser goes with the hash that it was given
        answer.set_cookie(self._cookie, self._key, httponly=True, samesite="lax")  # lax: links elsewhere lead here
        return answer

    def _fits(self, key: str) -> bool:
        if self._once is not None and _same(key, self._once):
            self._once = None
            return True
        return _same(key, self._key)


def _same(one: str, other: str) -> bool:
    """Compared in a time that tells nothing of the keys."""
    return secrets.compare_digest(one.encode(), other.encode())
