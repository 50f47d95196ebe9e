"""Routes for people and tests: the phones at the other end, the truth, the settings."""

import json
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from domain.phone import is_e164
from simulator.handsets import UnknownNumber
from simulator.ledger import Ledger
from simulator.settings import Settings

_LONGEST_DELAY_MS = 600_000
_DIGITS = 18
"""A number with more of them does not fit the database."""


class BadRequest(Exception):
    """A request that cannot be acted on; the sentence is the answer."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status


class PhoneRoutes:
    """What stands beside Twilio's API. No credentials: it is only reached from this machine."""

    def __init__(self, ledger: Ledger, settings: Settings) -> None:
        self.ledger = ledger
        self.settings = settings

    def routes(self) -> list[Route]:
        """All of them; every path begins with an underscore."""
        phone = "/_phones/{number}"
        return [
            Route("/_phones", self.list_phones),
            Route(f"{phone}/messages", self.read_phone),
            Route(f"{phone}/messages", self.type_on_phone, methods=["POST"]),
            Route(phone, self.attend_phone, methods=["PUT"]),
            Route("/_truth", self.truth),
            Route("/_settings", self.show_settings),
            Route("/_settings", self.change_settings, methods=["PUT"]),
            Route("/_faults", self.change_faults, methods=["PUT"]),
        ]

    def list_phones(self, _request: Request) -> Response:
        """Every phone, the newest activity first."""
        return JSONResponse(self.ledger.phones.all())

    def read_phone(self, request: Request) -> Response:
        """What is on one phone, oldest first."""
        return JSONResponse(self.ledger.phones.messages(_phone(request)))

    async def type_on_phone(self, request: Request) -> Response:
        """Somebody types a text on that phone."""
        phone, typed = _phone(request), await _object(request)
        to, body = _text(typed, "to"), _text(typed, "body")
        if self.ledger.owns(phone):
            raise BadRequest(f"{phone} is a number of the account; type on another phone.")
        try:
            sid = await run_in_threadpool(self.ledger.phones.type, phone, to, body)
        except UnknownNumber:
            raise BadRequest(f"{to} is not a number of the account; see GET /_settings.", 404) from None
        return JSONResponse({"sid": sid}, 201)

    async def attend_phone(self, request: Request) -> Response:
        """Somebody opened that phone, or put it down."""
        attended = (await _object(request)).get("attended")
        if not isinstance(attended, bool):
            raise BadRequest("“attended” must be true or false.")
        await run_in_threadpool(self.ledger.phones.attend, _phone(request), attended)
        return Response(status_code=204)

    def truth(self, request: Request) -> Response:
        """Every create that was accepted, in order."""
        after = request.query_params.get("after", "0")
        if not (after.isascii() and after.isdigit() and len(after) <= _DIGITS):
            raise BadRequest("“after” must be a whole number.")
        return JSONResponse(self.ledger.truth(int(after)))

    def show_settings(self, _request: Request) -> Response:
        """The account's numbers and the delay."""
        return JSONResponse({"delay_ms": self.settings.delay_ms, "numbers": self.ledger.numbers})

    async def change_settings(self, request: Request) -> Response:
        """Change the delay, or give the account more numbers."""
        wanted = await _object(request)
        numbers = wanted.get("numbers")
        if numbers is not None:
            await run_in_threadpool(self.ledger.own, _numbers(numbers))
        if numbers is None or "delay_ms" in wanted:
            delay_ms = _whole(wanted, "delay_ms")
            if delay_ms is None or not 0 <= delay_ms <= _LONGEST_DELAY_MS:
                raise BadRequest(f"“delay_ms” must be a whole number from 0 to {_LONGEST_DELAY_MS}.")
            self.settings.delay_ms = delay_ms
        return Response(status_code=204)

    async def change_faults(self, request: Request) -> Response:
        """Check a plan of faults; this simulator knows no kind of fault, so only an empty plan passes."""
        plan = await _object(request)
        faults = plan.get("faults")
        if _whole(plan, "seed") is None or not isinstance(faults, list):
            raise BadRequest("A plan of faults needs a whole number “seed” and a list “faults”.")
        for fault in faults:
            kind = fault.get("kind") if isinstance(fault, dict) else fault
            raise BadRequest(f"There is no fault named “{kind}”; send an empty list.")
        return Response(status_code=204)


def complaint(bad: BadRequest) -> Response:
    """The answer to a request that cannot be acted on."""
    return JSONResponse({"error": bad.sentence}, bad.status)


def _phone(request: Request) -> str:
    number = str(request.path_params["number"])
    if not is_e164(number):
        raise BadRequest(f"“{number}” is not a phone number; write it like %2B15550101234.")
    return number


async def _object(request: Request) -> dict[str, Any]:
    try:
        given = json.loads(await request.body())
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise BadRequest("The request must carry a JSON object.")
    return given


def _text(given: dict[str, Any], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value.strip() or _has_half_characters(value):
        raise BadRequest(f"“{name}” must be a text that is not empty.")
    return value


def _numbers(given: object) -> list[str]:
    if not isinstance(given, list) or not all(isinstance(number, str) and is_e164(number) for number in given):
        raise BadRequest("“numbers” must be a list of phone numbers like +15550101234.")
    return given


def _has_half_characters(text: str) -> bool:
    """JSON can spell half of a surrogate pair, which is no text that could be kept."""
    return any("\ud800" <= c <= "\udfff" for c in text)


def _whole(given: dict[str, Any], name: str) -> int | None:
    value = given.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
