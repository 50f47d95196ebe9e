"""The few files that every page uses: style, script and mark. They are all of our own."""

import hashlib
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

_KINDS = {"page.css": "text/css", "page.js": "text/javascript", "mark.svg": "image/svg+xml"}


class StaticFiles:
    """Serves the files from memory, under addresses that change when a file does."""

    def __init__(self) -> None:
        folder = files("web") / "static"
        self._bytes = {name: (folder / name).read_bytes() for name in _KINDS}

    def address(self, name: str) -> str:
        """Where a file is, below the root of our pages."""
        return f"/static/{name}?v={hashlib.sha256(self._bytes[name]).hexdigest()[:10]}"

    def route(self) -> Route:
        """The route of all files."""
        return Route("/static/{name}", self._serve, methods=["GET"])

    def _serve(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in self._bytes:
            return PlainTextResponse("There is nothing here. Check the address.", 404)
        headers = {"Cache-Control": "public, max-age=86400"}
        return Response(self._bytes[name], media_type=_KINDS[name], headers=headers)
