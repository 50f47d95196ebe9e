"""The whole simulator as one web application that only this machine's own programs can reach."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from simulator.api import TwilioApi, refusal
from simulator.exchange import ByAccount
from simulator.ledger import Ledger
from simulator.phones import BadRequest, PhoneRoutes, complaint
from simulator.replies import VERSION
from simulator.rules import Refused
from simulator.settings import Settings

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class LoopbackOnly:
    """Refuses a web page: one that had its own name resolve to this machine, or one that posts across."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not _is_local(HTTPConnection(scope)):
            answer = PlainTextResponse("Only programs on this machine may ask; use http://127.0.0.1.\n", 403)
            await answer(scope, receive, send)
            return
        await self.app(scope, receive, send)


def build_app(accounts: Sequence[tuple[Ledger, str]], settings: Settings) -> Starlette:
    """Twilio's paths for every account and its token, and those for people and tests, who are at the first one."""
    apis = {ledger.account: TwilioApi(ledger, token, settings).app() for ledger, token in accounts}
    phones = PhoneRoutes(accounts[0][0], settings)
    return Starlette(
        routes=[Mount(f"/{VERSION}", app=ByAccount(apis)), *phones.routes()],
        middleware=[Middleware(LoopbackOnly)],
        exception_handlers={Refused: _refuse, BadRequest: _complain, HTTPException: _no_such_route},
    )


def _is_local(connection: HTTPConnection) -> bool:
    origin = connection.headers.get("origin")
    asked = [f"//{connection.headers.get('host', '')}", *([origin] if origin else [])]
    return all(_host(url) in _LOOPBACK for url in asked)


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _refuse(_request: Request, exc: Exception) -> Response:
    assert isinstance(exc, Refused)
    return refusal(exc)


def _complain(_request: Request, exc: Exception) -> Response:
    assert isinstance(exc, BadRequest)
    return complaint(exc)


def _no_such_route(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, HTTPException)
    path = request.url.path
    if not path.startswith(f"/{VERSION}/"):
        return complaint(BadRequest(f"There is no {request.method} {path} here.", exc.status_code))
    if exc.status_code == 405:
        return refusal(Refused(20004, "Method not allowed", 405))
    return refusal(Refused(20404, f"The requested resource {path} was not found", exc.status_code))
