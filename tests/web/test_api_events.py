"""What other programs say happened to a job: its status, its alerts, and never twice (rule 17)."""

import socket
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from sqlmodel import col, select

from domain.alerts import STATUS_OF, Event
from domain.jobs import Status
from messaging.ingest import REPORTED
from storage.tables.alerts import EventState, JobEventRow
from tests.web.caller import Caller, counts, job, rule, tell, texts
from tests.world import NOON, World


@pytest.mark.parametrize("event", REPORTED)
def test_every_event_can_be_posted_and_brings_its_status(api: Caller, small_world: World, event: Event) -> None:
    known = small_world.job()
    answer = api.event(known.number, event=event.value)
    assert answer.status_code == 200, answer.text
    assert [each["event"] for each in answer.json()["events"]] == [event.value]
    assert job(small_world, known.number).status is STATUS_OF.get(event, known.status)
    with small_world.writers.database.read() as session:
        rows = session.exec(
            select(JobEventRow).where(JobEventRow.job_id == known.id).order_by(col(JobEventRow.id).desc())
        ).all()
    assert (rows[0].event, rows[0].by) == (event, "FleetSoft")


def test_an_event_is_told_by_its_rule_once(api: Caller, small_world: World) -> None:
    rule(small_world, Event.ON_THE_WAY)
    known = small_world.job()
    first = api.event(known.number, event="on_the_way").json()
    assert (first["texts"], first["phones"], first["events"][0]["told"]) == (1, 1, True)
    tell(small_world)
    second = api.event(known.number, event="on_the_way")
    assert second.status_code == 200
    (told,) = second.json()["events"]
    assert not told["told"]
    assert "told already" in told["why"]
    tell(small_world)
    assert len(texts(small_world, known.number)) == 1
    again = api.event(known.number, event="on_the_way", again=True).json()
    assert (again["texts"], again["events"][0]["told"]) == (1, True)
    tell(small_world)
    assert len(texts(small_world, known.number)) == 2


def test_a_dry_run_of_an_event_changes_nothing(api: Caller, small_world: World) -> None:
    rule(small_world, Event.COMPLETED)
    known = small_world.job()
    before = counts(small_world)
    answer = api.event(known.number, event="completed", dry_run=True).json()
    assert (answer["dry_run"], answer["texts"], answer["phones"]) == (True, 1, 1)
    assert counts(small_world) == before
    assert job(small_world, known.number) == known


def test_an_event_may_have_happened_a_while_ago(api: Caller, small_world: World) -> None:
    known = small_world.job()
    api.event(known.number, event="started", at="2026-03-02T06:30")  # the location's clock is five hours behind
    with small_world.writers.database.read() as session:
        row = session.exec(select(JobEventRow).where(JobEventRow.event == Event.STARTED)).one()
    assert row.at == NOON - timedelta(minutes=30)
    assert row.due_at == NOON


def test_on_the_way_told_too_late_is_not_sent(api: Caller, small_world: World) -> None:
    """Its use-by time counts from when it happened, not from when the other program came to post it."""
    rule(small_world, Event.ON_THE_WAY, use_by=timedelta(minutes=30))
    known = small_world.job()
    answer = api.event(known.number, event="on_the_way", at="2026-03-02T11:00Z").json()
    assert (answer["texts"], answer["events"][0]["told"]) == (0, False)
    assert answer["events"][0]["why"]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, {"event"}),
        ({"event": None}, {"event"}),
        ({"event": "exploded"}, {"event"}),
        ({"event": "reminder"}, {"event"}),
        ({"event": 3}, {"event"}),
        ({"event": "started", "at": "soon", "again": 1, "who": "me"}, {"at", "again", "who"}),
        ({"event": "started", "at": "2026-03-03T12:00Z"}, {"at"}),
        ({"event": "started", "at": "9999-12-31T23:59-12:00"}, {"at"}),
    ],
)
def test_a_wrong_event_is_told_field_by_field(
    api: Caller, small_world: World, fields: dict[str, Any], wrong: set[str]
) -> None:
    known = small_world.job()
    answer = api.event(known.number, **fields)
    assert (answer.status_code, set(answer.json()["fields"])) == (422, wrong)
    assert job(small_world, known.number) == known


def test_a_clock_that_is_a_little_ahead_is_forgiven(api: Caller, small_world: World) -> None:
    known = small_world.job()
    assert api.event(known.number, event="started", at="2026-03-02T12:04Z").status_code == 200
    with small_world.writers.database.read() as session:
        assert session.exec(select(JobEventRow.at).where(JobEventRow.event == Event.STARTED)).one() == NOON


def test_a_late_event_does_not_open_a_closed_job(api: Caller, small_world: World) -> None:
    known = small_world.job()
    api.event(known.number, event="completed")
    answer = api.event(known.number, event="started", at="2026-03-02T11:00Z")
    assert (answer.status_code, set(answer.json()["fields"])) == (422, {"event"})
    assert job(small_world, known.number).status is Status.COMPLETED
    assert api.event(known.number, event="cancelled").status_code == 200


def test_a_quick_action_from_outside_texts_nobody(api: Caller, small_world: World) -> None:
    rule(small_world, Event.ASSET_READY)
    known = small_world.job()
    answer = api.event(known.number, event="asset_ready").json()
    assert answer["texts"] == 0
    assert "form" in answer["events"][0]["why"]
    tell(small_world)
    assert texts(small_world, known.number) == []
    with small_world.writers.database.read() as session:
        state = select(JobEventRow.state).where(JobEventRow.event == Event.ASSET_READY)
        assert session.exec(state).one() is EventState.QUIET


@pytest.mark.parametrize("number", ["A/1", "50%", "a b", "ü", "1?2#3", "..", "x/events"])
def test_any_number_can_be_named_in_an_address(api: Caller, small_world: World, number: str) -> None:
    assert api.job(number=number, customer="C").status_code == 201
    path = quote(number, safe="").replace("..", "%2E%2E")
    raw = _raw(api, f"/api/jobs/{path}/events", b'{"event":"started"}')
    assert raw.startswith(b"HTTP/1.1 200"), raw
    assert job(small_world, number).status is Status.STARTED


def _raw(api: Caller, path: str, body: bytes) -> bytes:
    """A request whose address no client library tidies up."""
    host, port = api.address.removeprefix("http://").split(":")
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {api.token}\r\nIdempotency-Key: raw-{path}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(head.encode() + body)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_an_unknown_job_is_not_found(api: Caller) -> None:
    for number in ("9999", "%00", "a/b"):
        answer = api.event(number, event="started")
        assert answer.status_code == 404
        assert set(answer.json()) == {"error", "fields"}
