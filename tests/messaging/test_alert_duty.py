"""The engine tells what happens to jobs: woken by the change feed, and by the hour. DESIGN, decision 2."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest

from app.duties import duties
from app.wiring import utc_now
from domain.alerts import Event
from domain.jobs import Status
from messaging.engine import Engine, EngineSettings
from storage.tables.people import LocationRow
from storage.watch import Watcher
from tests.alerting import alerts, holds, quiet, rule, template
from tests.messaging.fakes import FakeCarrier
from tests.messaging.line import until
from tests.world import Clock, World


class _Now(Clock):
    """The real time, and what a test adds to it."""

    def __init__(self) -> None:
        super().__init__(utc_now())
        self._start = self.now

    def __call__(self) -> datetime:
        return utc_now() + (self.now - self._start)


@pytest.fixture
def today(database_url: str) -> Iterator[World]:
    """The company on each engine, with the clock of the real world."""
    company = World(database_url, _Now())
    template(company)
    yield company
    company.close()


@contextmanager
def working(world: World, carrier: FakeCarrier, every_s: float = 3600.0) -> Iterator[Engine]:
    """An engine with all its duties, woken by what is committed anywhere; `every_s` is how often it looks by itself."""
    w = world.writers
    found = [duty._replace(every_s=every_s) for duty in duties(w)]
    engine = Engine(w.outbox, w.inbox, w.engines, carrier, world.clock, EngineSettings(poll_seconds=600.0), found)
    watcher = Watcher(world.readers.url, lambda changes: engine.heard([change.kind for change in changes]))
    watcher.start()
    engine.start()
    try:
        yield engine
    finally:
        watcher.stop()
        engine.stop()


def test_a_saved_job_is_texted_by_the_engine_that_hears_of_it(today: World) -> None:
    rule(today, Event.ON_THE_WAY)
    job = today.job()
    carrier = FakeCarrier()
    with working(today, carrier):
        today.change(job, status=Status.ON_THE_WAY)
        until(lambda: carrier.sent)
    assert [text.body for text in carrier.sent] == [message.body for message in alerts(today, job)]


def test_a_reminder_and_a_held_text_leave_when_their_time_comes(today: World) -> None:
    """By the loop's own interval, with nothing committed that would wake it."""
    holds(today)
    with today.write() as session:
        session.get_one(LocationRow, today.berlin).time_zone = "UTC"
    here = today.clock()
    quiet(today, f"{here - timedelta(hours=1):%H:%M}", f"{here + timedelta(hours=2):%H:%M}")
    rule(today, Event.ON_THE_WAY)
    rule(today, Event.REMINDER)
    start = here + timedelta(hours=5)
    reminded = today.job(window_start=start, window_end=start)
    held = today.job()
    carrier = FakeCarrier()
    with working(today, carrier, every_s=0.1):
        today.change(held, status=Status.ON_THE_WAY)
        until(lambda: alerts(today, held))
        assert carrier.sent == []
        today.clock.advance(hours=3, minutes=1)
        until(lambda: len(carrier.sent) == 2)
    assert len(alerts(today, held)) == len(alerts(today, reminded)) == 1
