"""What a caller hears when something goes wrong: JSON under /api, one plain sentence elsewhere, never a traceback."""

import logging
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from domain.errors import Refusal
from domain.ingest import Busy, KeyTaken, NoSuchJob, NotAccepted, Unreadable

_log = logging.getLogger("jobline.web")
_SENTENCES = {
    400: "The request cannot be read.",
    404: "There is nothing here. Check the address.",
    405: "This address takes another method.",
    500: "Something went wrong here. Try again; the log of the engine says more.",
}
_STATUS: dict[type[Refusal], int] = {Unreadable: 400, NoSuchJob: 404, KeyTaken: 409, Busy: 503}
_KEY = "is missing, or is not 1 to 200 visible ASCII characters; make a new one for each request"


def install(app: FastAPI) -> None:
    """Answer every error of this application ourselves: the framework's own answers repeat what was sent."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _unreadable)


def is_api(request: Request) -> bool:
    """Whether a program asks, which reads JSON."""
    path = request.url.path
    return path == "/api" or path.startswith("/api/")


def broken(request: Request, error: Exception) -> Response:
    """The answer to a failure of ours; the log gets its kind and its place."""
    _log.error("a request failed: %s at %s", type(error).__name__, _where(error))
    return _told(request, 500, _SENTENCES[500])


def _told(
    request: Request,
    status: int,
    sentence: str,
    fields: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    if is_api(request):
        return JSONResponse({"error": sentence, "fields": dict(fields or {})}, status, headers)
    return PlainTextResponse(sentence, status, headers)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    own = error.detail != HTTPStatus(error.status_code).phrase
    sentence = error.detail if own else _SENTENCES.get(error.status_code, error.detail)
    return _told(request, error.status_code, sentence, headers=error.headers)


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    status = _STATUS.get(type(error), 422)
    headers = {"Retry-After": "1"} if status == HTTPStatus.SERVICE_UNAVAILABLE else None
    own = {error.field: error.sentence} if error.field else {}
    return _told(request, status, error.sentence, error.fields if isinstance(error, NotAccepted) else own, headers)


def _unreadable(request: Request, error: Exception) -> Response:
    """What the framework itself checks: of the API that is the key alone. What was sent is not repeated."""
    if is_api(request):
        return _told(request, 400, "There is no fit Idempotency-Key.", {"Idempotency-Key": _KEY})
    return _told(request, 400, _SENTENCES[400])


def _where(error: BaseException) -> str:
    """The place of a failure, without the values that stood there: they may be numbers of people."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace else "an unknown place"
