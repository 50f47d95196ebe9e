"""The API's description: it is sound, it says what the program takes, and every answer in it occurs."""

from collections.abc import Callable
from typing import Any

import pytest
import requests
from fastapi.openapi.models import OpenAPI
from pydantic import BaseModel
from sqlmodel import select

from docs import keys
from domain.alerts import OF_STATUS, STATUS_OF
from domain.ingest import Busy
from messaging.ingest import REPORTED
from messaging.job_reading import FIELDS
from storage.tables.people import LocationRow, UserLocationRow
from tests.web.caller import Caller, broken, calling
from tests.world import World
from web.api_models import ErrorAnswer, EventAnswer, EventPost, JobAnswer, JobPost

MODELS: dict[str, type[BaseModel]] = {
    "JobAnswer": JobAnswer,
    "EventAnswer": EventAnswer,
    "ErrorAnswer": ErrorAnswer,
}
JOBS, EVENTS = "/api/jobs", "/api/jobs/{number}/events"


def described(api: Caller) -> dict[str, Any]:
    """The description, as anybody may read it."""
    answer = api.ask("GET", "/api/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def _failing(api: Caller, world: World, path: str, error: Exception) -> requests.Response:
    with calling(world, broken(world, error), api.token) as failing:
        return failing.post(path, {})


def _again(api: Caller, path: str, first: dict[str, Any], second: dict[str, Any]) -> requests.Response:
    api.post(path, first, key="again")
    return api.post(path, second, key="again")


_NEW = {"number": "J", "customer": "C"}
Ask = Callable[[Caller, World], requests.Response]
OCCURS: dict[tuple[str, int], Ask] = {
    (JOBS, 200): lambda api, world: api.job(number=world.job().number, title="T"),
    (JOBS, 201): lambda api, _: api.job(**_NEW),
    (JOBS, 400): lambda api, _: api.post(JOBS, b"{"),
    (JOBS, 401): lambda api, _: api.post(JOBS, _NEW, Authorization=None),
    (JOBS, 409): lambda api, _: _again(api, JOBS, _NEW, {**_NEW, "title": "T"}),
    (JOBS, 413): lambda api, _: api.post(JOBS, b"{" + b" " * 65_536),
    (JOBS, 415): lambda api, _: api.post(JOBS, _NEW, Content_Type="text/plain"),
    (JOBS, 422): lambda api, _: api.job(number="J", colour="red"),
    (JOBS, 500): lambda api, world: _failing(api, world, JOBS, RuntimeError()),
    (JOBS, 503): lambda api, world: _failing(api, world, JOBS, Busy("Busy.")),
    (EVENTS, 200): lambda api, world: api.event(world.job().number, event="started"),
    (EVENTS, 400): lambda api, world: api.post(_events(world), {"event": "started"}, Idempotency_Key=None),
    (EVENTS, 401): lambda api, world: api.post(_events(world), {"event": "started"}, Authorization="Bearer jl_x"),
    (EVENTS, 404): lambda api, _: api.event("nowhere", event="started"),
    (EVENTS, 409): lambda api, world: _again(api, _events(world), {"event": "started"}, {"event": "completed"}),
    (EVENTS, 413): lambda api, world: api.post(_events(world), b"{" + b" " * 65_536),
    (EVENTS, 415): lambda api, world: api.post(_events(world), {}, Content_Type="text/plain"),
    (EVENTS, 422): lambda api, world: api.event(world.job().number, event="exploded"),
    (EVENTS, 500): lambda api, world: _failing(api, world, _events(world), RuntimeError()),
    (EVENTS, 503): lambda api, world: _failing(api, world, _events(world), Busy("Busy.")),
}


def _events(world: World) -> str:
    found = world.readers.threads.job_numbered(world.ann, "1001") or world.job()
    return f"/api/jobs/{found.number}/events"


def test_it_is_a_sound_document(api: Caller) -> None:
    document = described(api)
    OpenAPI.model_validate(document)
    assert document["openapi"].startswith("3.1")
    names = set(document["components"]["schemas"])
    assert {ref.rpartition("/")[2] for ref in _references(document)} <= names


def _references(part: Any) -> set[str]:
    if isinstance(part, list):
        return {ref for each in part for ref in _references(each)}
    if not isinstance(part, dict):
        return set()
    own = {part["$ref"]} if isinstance(part.get("$ref"), str) else set()
    return own | {ref for each in part.values() for ref in _references(each)}


def test_every_answer_that_is_described_occurs_in_a_test(api: Caller) -> None:
    document = described(api)
    found = {(path, int(status)) for path in document["paths"] for status in _answers(document, path)}
    assert found == set(OCCURS)


@pytest.mark.parametrize(("path", "status"), OCCURS, ids=lambda part: str(part))
def test_every_answer_is_as_it_is_described(api: Caller, small_world: World, path: str, status: int) -> None:
    answer = OCCURS[path, status](api, small_world)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json")
    found = _answers(described(api), path)[str(status)]
    content = found["content"]["application/json"]
    model = MODELS[content["schema"]["$ref"].rpartition("/")[2]]
    model.model_validate(answer.json(), strict=False)
    model.model_validate(content["example"], strict=False)
    assert found["description"]


def _answers(document: dict[str, Any], path: str) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"][path]["post"]["responses"]
    return found


def test_the_bodies_have_exactly_the_fields_that_are_taken(api: Caller) -> None:
    document = described(api)
    assert list(_body(document, JOBS)["properties"]) == [*FIELDS, "notify", "dry_run"]
    events = _body(document, EVENTS)["properties"]
    assert list(events) == ["event", "at", "again", "dry_run"]
    assert events["event"]["enum"] == [event.value for event in REPORTED]
    for path in (JOBS, EVENTS):
        assert _body(document, path)["additionalProperties"] is False
        assert all(field["description"] for field in _body(document, path)["properties"].values())


def _body(document: dict[str, Any], path: str) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
    return found


def test_every_example_can_be_posted_as_it_stands(api: Caller, small_world: World) -> None:
    small_world.writers.people.add_location("Springfield", "US", "America/New_York", [])
    with small_world.write() as session:
        place = session.exec(select(LocationRow.id).where(LocationRow.name == "Springfield")).one()
        assert place is not None
        session.add(UserLocationRow(user_id=small_world.marco.id, location_id=place))
    for example in JobPost.EXAMPLES.values():
        answer = api.job(**example["value"])
        assert answer.status_code in (200, 201), answer.text
    for example in EventPost.EXAMPLES.values():
        small_world.clock.advance(days=1)
        answer = api.event("3001", **example["value"])
        assert answer.status_code == 200, answer.text


def test_the_page_about_the_api_says_what_it_does(api: Caller) -> None:
    """docs/api.md: every event with the status it brings, and every refusal."""
    page = (keys.ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line[2:-2].split(" | ")] for line in page.splitlines() if line.startswith("| `")]
    told = {event: row[1].strip("`") for row in rows if len(row) == 3 for event in row[0].replace("`", "").split(", ")}
    brings = {event.value: STATUS_OF[event].value if event in STATUS_OF else "as it was" for event in REPORTED}
    same = {event.value for event in OF_STATUS.values()}
    assert {name: word for name, word in told.items() if name in brings} == {
        name: "the same word" if name in same else word for name, word in brings.items()
    }
    refusals = {int(line[2:5]) for line in page.splitlines() if line.startswith(("| 4", "| 5"))}
    document = described(api)
    described_too = {int(s) for path in document["paths"] for s in _answers(document, path) if int(s) >= 400}
    assert refusals == described_too | {405}


def test_the_token_and_the_key_are_described(api: Caller) -> None:
    document = described(api)
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    for path in (JOBS, EVENTS):
        assert document["paths"][path]["post"]["security"] == [{"token": []}]
        headers = {
            p["name"]: p["required"] for p in document["paths"][path]["post"]["parameters"] if p["in"] == "header"
        }
        assert headers == {"Idempotency-Key": True}


def test_nothing_but_the_api_is_described_and_there_are_no_pages_for_it(api: Caller) -> None:
    assert set(described(api)["paths"]) == {JOBS, EVENTS}
    for path in ("/docs", "/redoc", "/openapi.json", "/api/docs", "/api/redoc"):
        assert api.ask("GET", path).status_code == 404
