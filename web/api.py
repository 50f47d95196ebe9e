"""`/api`: what other programs may post. Described at /api/openapi.json, and in words in docs/api.md."""

from inspect import cleandoc
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Header, Path, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException
from starlette.responses import Response

from domain.ingest import Answer, ApiToken
from messaging.ingest import LONGEST_KEY, Ingest
from web.api_models import EVENT_ANSWERS, JOB_ANSWERS, EventPost, JobPost, answers, inlined

DESCRIPTION = """Post jobs and what happens to them. Nothing can be read here, and no message written.

Every request needs a token (`Authorization: Bearer jl_…`), a body of JSON of at most 64 kB, and an
`Idempotency-Key`: the same key with the same body does nothing twice and gets the same answer again for
seven days. A request that is refused has changed nothing, and its key stays free.
"""
_BEARER = HTTPBearer(
    auto_error=False, scheme_name="token", description="A token made under Settings, or with `jobline token add`."
)
_TAG = "Jobs"
_KEY_HEADER = Header(
    alias="Idempotency-Key",
    min_length=1,
    max_length=LONGEST_KEY,
    pattern="^[!-~]+$",
    description="Made anew for each request, kept for each repetition of it; visible ASCII characters.",
    examples=["7c3f9a52-d8b0-4c7e-a1c4-2b1f"],
)

_UNKNOWN = "This needs a token in force: Authorization: Bearer jl_…"
"""The same for a wrong, a revoked and a missing token: none of them is told apart."""


async def _body(request: Request) -> bytes:
    """The body as it came; only JSON is taken, and never more than web/guard.py lets through."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise HTTPException(415, "Only JSON is taken. Send Content-Type: application/json.")
    return await request.body()


Key = Annotated[str, _KEY_HEADER]
Body = Annotated[bytes, Depends(_body)]
Number = Annotated[str, Path(description="The job's number, percent-encoded.", examples=["3001"])]


def describe(app: FastAPI) -> None:
    """Say what the API is in its description."""
    app.title, app.version, app.summary = "Jobline", "1", "Jobs and their events, from your own programs."
    app.description = DESCRIPTION


def router(ingest: Ingest) -> APIRouter:
    """The routes; each is one use case, run in a thread of the pool."""
    routes = APIRouter(prefix="/api", tags=[_TAG])

    def holder(given: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]) -> ApiToken:
        token = ingest.holder(given.credentials) if given else None
        if token is None:
            raise HTTPException(401, _UNKNOWN, {"WWW-Authenticate": "Bearer"})
        return token

    Holder = Annotated[ApiToken, Depends(holder)]  # noqa: N806  (a type, though made here)

    @routes.post(
        "/jobs",
        operation_id="postJob",
        summary="Create or update a job by its number",
        description=cleandoc(JobPost.__doc__ or ""),
        responses=answers(JOB_ANSWERS, 400, 401, 409, 413, 415, 422, 500, 503),
        openapi_extra=_takes(JobPost),
        response_model=None,
    )
    def post_job(token: Holder, body: Body, key: Key) -> Response:
        return _answer(ingest.post_job(token, key, body))

    @routes.post(
        "/jobs/{number:path}/events",
        operation_id="postEvent",
        summary="Say what happened to a job",
        description=cleandoc(EventPost.__doc__ or ""),
        responses=answers(EVENT_ANSWERS, 400, 401, 404, 409, 413, 415, 422, 500, 503),
        openapi_extra=_takes(EventPost),
        response_model=None,
    )
    def post_event(token: Holder, body: Body, key: Key, number: Number) -> Response:
        return _answer(ingest.post_event(token, key, number, body))

    return routes


def _answer(answer: Answer) -> Response:
    return Response(answer.body, answer.status, media_type="application/json")


def _takes(model: type[JobPost | EventPost]) -> dict[str, Any]:
    """The description of a body that we read ourselves: byte for byte, and every error at once."""
    described = {"schema": inlined(model), "examples": model.EXAMPLES}
    return {"requestBody": {"required": True, "content": {"application/json": described}}}
