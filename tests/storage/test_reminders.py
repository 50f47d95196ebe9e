"""Reminders: rows that follow a job's window, kept on both engines. RULES 17, 21; issue 3, item 2."""

from dataclasses import fields
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain.administration import LocationForm
from domain.alerts import Event, window_mark
from domain.hours import Lead
from domain.jobs import Job, Status
from storage.locations import Locations
from storage.tables.alerts import EventState
from storage.tables.people import LocationRow
from tests.alerting import alerting, alerts, event_rows, holds, rule, state_of, tell, template
from tests.world import World


@pytest.fixture(autouse=True)
def repair(world: World) -> None:
    """The template of every job here."""
    template(world)


def reminder(world: World, lead: Lead | None = None, **changes: object) -> None:
    rule(world, Event.REMINDER, text="Soon: {start}.", lead=lead or Lead(timedelta(hours=2)), **changes)


def job_at(world: World, start: datetime | None, **changes: Any) -> Job:
    return world.job(window_start=start, window_end=start + timedelta(hours=2) if start else None, **changes)


def waiting(world: World, job: Job) -> list[datetime]:
    """When the reminders of a job are due that still wait."""
    return [row.due_at for row in event_rows(world, job, Event.REMINDER) if row.state is EventState.WAITING]


def test_a_reminder_is_told_once_when_its_time_has_come(world: World) -> None:
    reminder(world)
    start = world.clock() + timedelta(hours=5)
    job = job_at(world, start)
    assert waiting(world, job) == [start - timedelta(hours=2)]
    world.clock.advance(hours=2, minutes=59)
    assert tell(world) == 0
    world.clock.advance(minutes=1)
    assert tell(world) == 1
    assert tell(world) == 0
    (text,) = alerts(world, job)
    assert text.body.startswith("Soon: Mon 2 Mar, 12:00.")


def test_a_reminder_moves_with_the_window(world: World) -> None:
    reminder(world)
    job = job_at(world, world.clock() + timedelta(hours=5))
    later = world.clock() + timedelta(hours=9)
    world.change(job, window_start=later, window_end=later)
    assert waiting(world, job) == [later - timedelta(hours=2)]
    world.change(job, title="Another title")
    assert waiting(world, job) == [later - timedelta(hours=2)]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"status": Status.CANCELLED}, "the job was closed"),
        ({"status": Status.ON_THE_WAY}, "the worker is on the job already"),
        ({"window_start": None, "window_end": None}, "the job has no planned start any more"),
        ({"template": "Service"}, "the alert was switched off"),
    ],
)
def test_a_reminder_is_withdrawn_with_what_it_stands_on(world: World, change: dict[str, object], why: str) -> None:
    reminder(world)
    job = job_at(world, world.clock() + timedelta(hours=5))
    world.change(job, **change)
    assert waiting(world, job) == []
    assert state_of(world, job, Event.REMINDER) == (EventState.WITHDRAWN, why)
    world.clock.advance(hours=4)
    assert tell(world) == 0


def test_a_reminder_comes_back_with_the_window(world: World) -> None:
    reminder(world)
    start = world.clock() + timedelta(hours=5)
    job = job_at(world, start)
    world.change(job, window_start=None, window_end=None)
    world.change(job, window_start=start, window_end=None)
    assert waiting(world, job) == [start - timedelta(hours=2)]


def test_what_was_reminded_of_is_not_reminded_of_again(world: World) -> None:
    reminder(world)
    start = world.clock() + timedelta(hours=3)
    job = job_at(world, start)
    world.clock.advance(hours=1)
    assert tell(world) == 1
    other = start + timedelta(hours=5)
    world.change(job, window_start=other, window_end=None)
    assert waiting(world, job) == [other - timedelta(hours=2)]
    world.change(job, window_start=start, window_end=None)
    assert waiting(world, job) == []


def test_one_already_past_is_skipped_and_listed(world: World) -> None:
    soon, later, begun = (world.clock() + timedelta(hours=h) for h in (1, 6, -1))
    jobs = [job_at(world, start) for start in (soon, later, begun)]
    reminder(world)
    assert [len(waiting(world, job)) for job in jobs] == [0, 1, 0]
    listed = world.writers.events.skipped("Repair", Event.REMINDER, 1)
    assert listed == [(jobs[0].number, "skipped: it was already past when it was planned")]
    assert tell(world) == 0
    world.change(jobs[0], title="Saved again")
    assert len(event_rows(world, jobs[0], Event.REMINDER)) == 1


def test_a_new_lead_moves_the_reminders_of_all_open_jobs(world: World) -> None:
    reminder(world)
    starts = [world.clock() + timedelta(hours=h) for h in (5, 8)]
    jobs = [job_at(world, start) for start in starts]
    closed = job_at(world, starts[0], status=Status.COMPLETED)
    other = job_at(world, starts[0], template="Service")
    reminder(world, Lead(timedelta(hours=6)))
    assert [waiting(world, job) for job in jobs] == [[], [starts[1] - timedelta(hours=6)]]
    assert waiting(world, closed) == waiting(world, other) == []
    assert state_of(world, jobs[0], Event.REMINDER)[1].startswith("skipped")
    reminder(world, Lead(timedelta(hours=1)))
    assert [waiting(world, job) for job in jobs] == [[start - timedelta(hours=1)] for start in starts]


def test_switched_off_and_on_again(world: World) -> None:
    reminder(world)
    start = world.clock() + timedelta(hours=5)
    job = job_at(world, start)
    reminder(world, on=False)
    assert state_of(world, job, Event.REMINDER) == (EventState.WITHDRAWN, "the alert was switched off")
    reminder(world)
    assert waiting(world, job) == [start - timedelta(hours=2)]


def test_nothing_ran_until_after_the_start_then_nobody_is_reminded(world: World) -> None:
    reminder(world)
    job = job_at(world, world.clock() + timedelta(hours=5))
    world.clock.advance(hours=6)
    assert tell(world) == 0
    assert state_of(world, job, Event.REMINDER) == (EventState.WITHDRAWN, "the planned start has passed")


def test_a_held_reminder_is_withdrawn_when_the_job_moves(world: World) -> None:
    holds(world)
    reminder(world, Lead(timedelta(hours=8)))
    start = datetime(2026, 3, 3, 15, tzinfo=UTC)  # ten in the morning; eight hours before is night
    job = job_at(world, start)
    world.clock.now = start - timedelta(hours=8)
    assert tell(world) == 1
    later = start + timedelta(days=1)
    world.change(job, window_start=later, window_end=None)
    (text,) = alerts(world, job)
    assert text.notice == "withdrawn: the job was moved"
    assert waiting(world, job) == [later - timedelta(hours=8)]


def test_a_location_moved_to_another_zone_moves_its_reminders(world: World) -> None:
    reminder(world, Lead(days=1, at=time(17)))
    start = datetime(2026, 3, 5, 15, tzinfo=UTC)
    job = job_at(world, start)
    assert waiting(world, job) == [datetime(2026, 3, 4, 22, tzinfo=UTC)]
    form = LocationForm(**_form(world))  # type: ignore[arg-type]
    after = LocationForm(**{**_form(world), "time_zone": "Europe/Berlin"})  # type: ignore[arg-type]
    Locations(world.writers.database, world.clock).change(world.berlin, form, after)
    assert waiting(world, job) == [datetime(2026, 3, 4, 16, tzinfo=UTC)]


def _form(world: World) -> dict[str, object]:
    (place,) = world.readers.reads.locations()
    names = {field.name for field in fields(LocationForm)}
    return {name: getattr(place, name) for name in names}


@pytest.mark.parametrize(
    ("zone", "change"),
    [
        ("America/New_York", datetime(2026, 3, 8, 7, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 11, 1, 6, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, tzinfo=UTC)),
    ],
)
def test_when_the_clocks_change_none_is_lost_doubled_or_outside_its_window(
    world: World, zone: str, change: datetime
) -> None:
    """Jobs all around the change: each is reminded of once, on the day before, ahead of its start."""
    with world.write() as session:
        session.get_one(LocationRow, world.berlin).time_zone = zone
    reminder(world, Lead(days=1, at=time(2, 30)))
    world.clock.now = change - timedelta(days=3)
    starts = [change + timedelta(hours=3.5 * i) for i in range(-5, 8)]
    jobs = [(job_at(world, start), start) for start in starts]
    while (due := alerting(world).next_at()) is not None:
        world.clock.now = due
        assert tell(world) > 0
        assert tell(world) == 0
    for job, start in jobs:
        (text,) = alerts(world, job)
        assert text.at <= start
        here = text.at.astimezone(ZoneInfo(zone))
        assert here.date() == start.astimezone(ZoneInfo(zone)).date() - timedelta(days=1)
        assert here.time() == time(2, 30) or change - timedelta(hours=3) < text.at < change + timedelta(hours=3)
        assert [row.mark for row in event_rows(world, job, Event.REMINDER)] == [window_mark(start, None)]
