"""`GET /health`: whether this engine works, for whoever watches over it."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from domain.account import EngineWords


def health(words: Callable[[], EngineWords]) -> Route:
    """The route; it answers 200 while the engine is well and 503 otherwise, with its own sentence."""

    def answer(_request: Request) -> Response:
        engine = words()
        well = engine.alive and engine.state == "running"
        return JSONResponse({"state": engine.state, "sentence": engine.sentence}, 200 if well else 503)

    return Route("/health", answer, methods=["GET"])
