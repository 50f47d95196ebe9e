"""What every request and every answer passes: a limit on bodies, and headers that keep answers where they belong."""

from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web import errors

MAX_BODY = 64 * 1024
"""Bytes in the body of a request."""
LARGE_BODY = 40 * 1024 * 1024
"""The same where a form may carry pictures: a few at their full size, so that what is too much can be told in words."""

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
}
"""Set unless the route sets its own: a page with a style or a form needs another policy."""


class Guard:
    """Refuses bodies over 64 kB, adds the security headers that an answer lacks, and is the last to catch a failure.

    `large` are the routes whose forms carry pictures, up to 40 MB. A failure that went further would be
    logged with its words, in which somebody's number may stand.
    """

    def __init__(self, app: ASGIApp, large: Sequence[BaseRoute] = ()) -> None:
        self.app = app
        self._large = large

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answering = _Answering(send)
        try:
            await self.app(scope, _limited(scope, receive, self._most(scope)), answering)
        except Exception as error:
            answer = errors.broken(Request(scope), error)
            if not answering.begun:
                await answer(scope, receive, answering)

    def _most(self, scope: Scope) -> int:
        large = any(route.matches(scope)[0] is Match.FULL for route in self._large)
        return LARGE_BODY if large else MAX_BODY


def takes_files(route: BaseRoute) -> bool:
    """Whether a route was made for forms with pictures."""
    return getattr(getattr(route, "endpoint", None), "max_body", MAX_BODY) == LARGE_BODY


def _limited(scope: Scope, receive: Receive, most: int) -> Receive:
    """Bytes are counted as they come: a length may be missing, or a lie. Refused where the body is read."""
    stated = Headers(scope=scope).get("content-length", "")
    seen = int(stated) if stated.isdecimal() and int(stated) > most else 0

    async def counted() -> Message:
        nonlocal seen
        if seen > most:
            raise too_large(most)
        message = await receive()
        if message["type"] == "http.request":
            seen += len(message.get("body", b""))
            if seen > most:
                raise too_large(most)
        return message

    return counted


def too_large(most: int = MAX_BODY) -> HTTPException:
    """The answer to a body that is too long; the connection ends with it, since its rest is not read."""
    said = "64 kB. Send less at once." if most == MAX_BODY else "40 MB. Go back and send fewer or smaller pictures."
    return HTTPException(413, f"The request is longer than {said}", {"Connection": "close"})


class _Answering:
    """The way back to the caller; it knows whether an answer has begun."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.begun = False

    async def __call__(self, message: Message) -> None:
        """Send one part of the answer on, the first one with the headers it lacks."""
        if message["type"] == "http.response.start":
            self.begun = True
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)
