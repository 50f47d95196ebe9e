"""What the API takes and answers, as its description shows it."""

from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.alerts import Event
from domain.jobs import Status
from messaging.ingest import REPORTED

Text = str | None


def _text(description: str, *examples: str, longest: int = 500) -> Any:
    return Field(default=None, description=description, examples=list(examples), max_length=longest)


class _Posted(BaseModel):
    model_config = ConfigDict(extra="forbid")


class JobPost(_Posted):
    """Create the job of this number, or change it.

    An absent field keeps what is stored, `null` clears it. Nothing is sent unless `notify` is true.
    `dry_run` answers what would be recorded, and how many texts would go to how many phones, and
    changes nothing.
    """

    EXAMPLES: ClassVar[dict[str, Any]] = {
        "new": {
            "summary": "A new job; the customer is told by the alerts of its template",
            "value": {
                "number": "3001",
                "template": "Repair",
                "title": "Pump does not start",
                "location": "Springfield",
                "customer": "Silva Farms",
                "site_contact": "Ana Silva",
                "site_contact_mobile": "+15550102001",
                "worker": "Marco Diaz",
                "window_start": "2026-03-02T09:00",
                "window_end": "2026-03-02T11:00",
                "notify": True,
            },
        },
        "change": {
            "summary": "Another window, and no billing contact any more",
            "value": {
                "number": "3001",
                "window_start": "2026-03-02T13:00-05:00",
                "window_end": "2026-03-02T15:00-05:00",
                "billing_contact": None,
            },
        },
        "rehearsal": {
            "summary": "Only tell how many texts would go to how many phones",
            "value": {"number": "3001", "status": "completed", "notify": True, "dry_run": True},
        },
    }

    number: str = Field(description="Which job this is about.", examples=["3001"], min_length=1, max_length=500)
    template: Text = _text("The kind of work; the alerts of this template apply.", "Repair")
    title: Text = _text("What is to be done.", "Pump does not start")
    status: Status | None = Field(default=None, description="Where the work stands; it cannot be cleared.")
    location: Text = _text(
        "The name of a location, in any case; a new job needs it where there are several.", "Springfield"
    )
    customer: Text = _text("The company; needed for a new job, made where it is unknown.", "Silva Farms")
    site_contact: Text = _text("The person on site.", "Ana Silva")
    site_contact_title: Text = _text("Their job title.", "Owner")
    site_contact_mobile: Text = _text(
        "Their mobile, with its country code or as dialled at the location.", "+15550102001"
    )
    site_contact_email: Text = _text("Their email.", "ana@example.com")
    billing_contact: Text = _text("The person for the bill.", "Ben Silva")
    billing_contact_title: Text = _text("Their job title.", "Foreman")
    billing_contact_mobile: Text = _text("Their mobile.", "+15550102002")
    billing_contact_email: Text = _text("Their email.", "ben@example.com")
    ad_hoc_mobile: Text = _text("One more number to text on this job.", "+15550102009")
    worker: Text = _text("The name of an active worker of the location, in any case.", "Marco Diaz")
    window_start: Text = _text(
        "Planned from: ISO 8601; without an offset it is the location's time.", "2026-03-02T09:00", "2026-03-02T14:00Z"
    )
    window_end: Text = _text("Planned until, not before the start.", "2026-03-02T11:00")
    asset: Text = _text("What is worked on.", "Pump 7")
    address: Text = _text("Where.", "12 Mill Road")
    notify: bool = Field(default=False, description="Whether customers are texted by the alerts that are set up.")
    dry_run: bool = Field(default=False, description="Only tell what would happen.")


class EventPost(_Posted):
    """Record what happened to a job. Its status follows, and the alert goes out by its rule.

    An event that was told already is answered so and not told again, unless `again` is true. A quick
    action (check_in, request_approval, asset_ready, asset_in_service) sets the status and texts nobody:
    its text is written at the desk.
    """

    EXAMPLES: ClassVar[dict[str, Any]] = {
        "now": {"summary": "The worker is on the way", "value": {"event": "on_the_way"}},
        "past": {
            "summary": "It happened a while ago, and is told once more",
            "value": {"event": "completed", "at": "2026-03-02T15:40-05:00", "again": True},
        },
    }

    event: Event = Field(
        description="What happened.", examples=["on_the_way"], json_schema_extra={"enum": list(REPORTED)}
    )
    at: Text = _text(
        "When: ISO 8601, without an offset the location's time; now where it is absent.", "2026-03-02T08:40"
    )
    again: bool = Field(default=False, description="Tell it once more.")
    dry_run: bool = Field(default=False, description="Only tell what would happen.")


class RaisedEvent(_Posted):
    """An event of the job."""

    event: Event
    told: bool = Field(description="Whether a text is on its way because of it.")
    why: str = Field(description="Where none is, the reason.", examples=["told already"])


class _Told(_Posted):
    number: str = Field(examples=["3001"])
    dry_run: bool
    texts: int = Field(description="Texts that were recorded, or would be.", examples=[1])
    phones: int = Field(description="Phones that they go to.", examples=[1])
    events: list[RaisedEvent]


class JobAnswer(_Told):
    """What was done, or with `dry_run` what would be."""

    result: Literal["created", "updated"]


class EventAnswer(_Told):
    """What was done, or with `dry_run` what would be."""

    event: Event


class ErrorAnswer(_Posted):
    """Nothing was done."""

    error: str = Field(description="A sentence with the next step.", examples=["Nothing was done: 1 field is wrong."])
    fields: dict[str, str] = Field(
        description="For each wrong field, what is wrong with it; all at once.",
        examples=[{"worker": "there is no worker “Marc” at this location"}],
    )


_TOKEN_ERROR = "This needs a token in force: Authorization: Bearer jl_…"  # noqa: S105  (a sentence)
_MEND = "Nothing was done: 1 field is wrong. Mend what “fields” says and post it again."
_ERRORS: dict[int, tuple[str, str, dict[str, str]]] = {
    400: (
        "The body is not one JSON object, or there is no fit Idempotency-Key.",
        "There is no fit Idempotency-Key.",
        {"Idempotency-Key": "is missing, or is not 1 to 200 visible ASCII characters"},
    ),
    401: ("The token is missing, wrong or revoked.", _TOKEN_ERROR, {}),
    404: (
        "There is no such job for this token.",
        "There is no job 3001. Create it first, with POST /api/jobs.",
        {},
    ),
    409: (
        "The Idempotency-Key came with another request before.",
        "This Idempotency-Key came with another request before. Use a new key for each request.",
        {},
    ),
    413: ("The body is longer than 64 kB.", "The request is longer than 64 kB. Send less at once.", {}),
    415: (
        "The body is not declared as application/json.",
        "Only JSON is taken. Send Content-Type: application/json.",
        {},
    ),
    422: (
        "Some fields are wrong; all of them are told.",
        _MEND,
        {"worker": "there is no worker “Marc” at this location"},
    ),
    500: (
        "Something went wrong here. The same request may come again: what was done is not done twice.",
        "Something went wrong here. Try again; the log of the engine says more.",
        {},
    ),
    503: (
        "The database is busy; nothing was done, and the same request may come again.",
        "The database is busy. Nothing was done; send the same request again, with the same key.",
        {},
    ),
}

_JOB = {"number": "3001", "result": "created", "dry_run": False, "texts": 1, "phones": 1}
_UPDATED = {**_JOB, "result": "updated", "texts": 0, "phones": 0, "events": []}
_EVENTS = [{"event": "created", "told": True, "why": ""}]

JOB_ANSWERS: dict[int, dict[str, Any]] = {
    200: {
        "model": JobAnswer,
        "description": "The job was changed, or this was a dry run.",
        "content": {"application/json": {"example": _UPDATED}},
    },
    201: {
        "model": JobAnswer,
        "description": "The job was made.",
        "content": {"application/json": {"example": {**_JOB, "events": _EVENTS}}},
    },
}
EVENT_ANSWERS: dict[int, dict[str, Any]] = {
    200: {
        "model": EventAnswer,
        "description": "The event was recorded, was told before, or this was a dry run.",
        "content": {
            "application/json": {
                "example": {
                    "number": "3001",
                    "event": "on_the_way",
                    "dry_run": False,
                    "texts": 1,
                    "phones": 1,
                    "events": [{"event": "on_the_way", "told": True, "why": ""}],
                }
            }
        },
    },
}


def answers(good: dict[int, dict[str, Any]], *errors: int) -> dict[int | str, dict[str, Any]]:
    """Every answer of a route, the errors all of one form."""
    found = {**good, **{status: _error(*_ERRORS[status]) for status in errors}}
    return {status: found[status] for status in sorted(found)}


def inlined(model: type[BaseModel]) -> dict[str, Any]:
    """The schema of a body, whole in itself."""
    schema = model.model_json_schema()
    parts = schema.pop("$defs", {})
    schema.pop("description", None)
    return {**schema, "properties": {name: _whole(part, parts) for name, part in schema["properties"].items()}}


def _whole(part: Any, parts: dict[str, Any]) -> Any:
    """A part of a schema with what it refers to put in its place."""
    if isinstance(part, list):
        return [_whole(each, parts) for each in part]
    if not isinstance(part, dict):
        return part
    meant = parts[part["$ref"].rpartition("/")[2]] if "$ref" in part else {}
    return {**meant, **{name: _whole(each, parts) for name, each in part.items() if name != "$ref"}}


def _error(description: str, sentence: str, fields: dict[str, str]) -> dict[str, Any]:
    example = {"error": sentence, "fields": fields}
    return {"model": ErrorAnswer, "description": description, "content": {"application/json": {"example": example}}}
