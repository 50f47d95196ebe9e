"""Twilio's API 2010-04-01 as routes: messages, numbers and the account."""

import asyncio
import base64
import binascii
import hmac
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from simulator import replies
from simulator.ledger import Ledger
from simulator.queries import FILTERS, paging, position, token_after, wanted
from simulator.rules import Refused
from simulator.settings import Settings


class BasicAuth:
    """Lets only the account's own SID and token in."""

    def __init__(self, app: ASGIApp, account: str, token: str) -> None:
        self.app = app
        self.expected = f"{account}:{token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if hmac.compare_digest(_credentials(HTTPConnection(scope)), self.expected):
            await self.app(scope, receive, send)
            return
        response = refusal(Refused(20003, "Authenticate", 401))
        response.headers["WWW-Authenticate"] = 'Basic realm="Twilio API"'
        await response(scope, receive, send)


class TwilioApi:
    """The endpoints that an account may call."""

    def __init__(self, ledger: Ledger, token: str, settings: Settings) -> None:
        self.ledger = ledger
        self.token = token
        self.settings = settings

    def app(self) -> ASGIApp:
        """Everything of this account, behind its credentials."""
        own = f"/Accounts/{self.ledger.account}"
        routes = [
            Route(f"{own}.json", self.fetch_account),
            Route(f"{own}/Messages.json", self.create_message, methods=["POST"]),
            Route(f"{own}/Messages.json", self.list_messages),
            Route(f"{own}/Messages/{{sid}}.json", self.update_message, methods=["POST"]),
            Route(f"{own}/Messages/{{sid}}.json", self.delete_message, methods=["DELETE"]),
            Route(f"{own}/Messages/{{sid}}.json", self.fetch_message),
            Route(f"{own}/IncomingPhoneNumbers.json", self.list_numbers),
            Route(f"{own}/IncomingPhoneNumbers/{{sid}}.json", self.fetch_number),
        ]
        return BasicAuth(Router(routes), account=self.ledger.account, token=self.token)

    async def create_message(self, request: Request) -> Response:
        """Accept a text; the answer waits, the acceptance does not."""
        form = await _form(request)
        try:
            text = await run_in_threadpool(self.ledger.create, form)
            answer = replies.message(text, self.ledger.account, text.created_at)
        finally:
            await asyncio.sleep(self.settings.delay_ms / 1000)
        return JSONResponse(answer, 201)

    def list_messages(self, request: Request) -> Response:
        """One page of texts, newest first."""
        query = request.query_params
        asked = paging(query)
        texts = self.ledger.newest(wanted(query), asked.size + 1, position(asked.token))
        shown, now = texts[: asked.size], self.ledger.now()
        token = token_after(shown[-1]) if len(texts) > asked.size else ""
        items = [replies.message(text, self.ledger.account, now) for text in shown]
        filters = {name: query[name] for name in FILTERS if query.get(name)}
        uri = f"{replies.account_uri(self.ledger.account)}/Messages.json"
        return JSONResponse(replies.page("messages", items, uri, filters, asked.size, asked.number, token))

    def fetch_message(self, request: Request) -> Response:
        """One text as it stands."""
        text = self.ledger.fetch(request.path_params["sid"])
        return JSONResponse(replies.message(text, self.ledger.account, self.ledger.now()))

    async def update_message(self, request: Request) -> Response:
        """Cancel a text (Status=canceled) or redact it (Body empty); nothing else can be changed."""
        form = await _form(request)
        if form == {"Status": "canceled"}:
            change = self.ledger.cancel
        elif form == {"Body": ""}:
            change = self.ledger.redact
        else:
            raise Refused(20001, "Only Status=canceled or an empty Body can be set")
        text = await run_in_threadpool(change, request.path_params["sid"])
        return JSONResponse(replies.message(text, self.ledger.account, self.ledger.now()))

    def delete_message(self, request: Request) -> Response:
        """Take a text off the account's list."""
        self.ledger.delete(request.path_params["sid"])
        return Response(status_code=204)

    def list_numbers(self, request: Request) -> Response:
        """The account's numbers; the page token is the number that the page before ended with."""
        query = request.query_params
        asked = paging(query)
        numbers = [n for n in self.ledger.numbers if query.get("PhoneNumber", n) == n]
        begin = numbers.index(asked.token) + 1 if asked.token in numbers else 0
        shown = numbers[begin : begin + asked.size]
        token = shown[-1] if numbers[begin + asked.size :] else ""
        filters = {"PhoneNumber": query["PhoneNumber"]} if "PhoneNumber" in query else {}
        uri = f"{replies.account_uri(self.ledger.account)}/IncomingPhoneNumbers.json"
        items = [self._number(number) for number in shown]
        return JSONResponse(
            replies.page("incoming_phone_numbers", items, uri, filters, asked.size, asked.number, token)
        )

    def fetch_number(self, request: Request) -> Response:
        """One of the account's numbers."""
        sid = request.path_params["sid"]
        for number in self.ledger.numbers:
            if replies.number_sid(number) == sid:
                return JSONResponse(self._number(number))
        raise Refused(20404, f"The requested resource {sid} was not found", 404)

    def fetch_account(self, _request: Request) -> Response:
        """The account."""
        return JSONResponse(replies.account(self.ledger.account, self.token, self.ledger.opened_at))

    def _number(self, number: str) -> replies.Json:
        return replies.incoming_number(number, self.ledger.account, self.ledger.opened_at)


def refusal(refused: Refused) -> Response:
    """A refusal as Twilio answers it."""
    return JSONResponse(replies.error(refused), refused.status)


async def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))


def _credentials(connection: HTTPConnection) -> bytes:
    scheme, _, given = connection.headers.get("Authorization", "").partition(" ")
    try:
        return base64.b64decode(given) if scheme.lower() == "basic" else b""
    except (binascii.Error, ValueError):
        return b""
