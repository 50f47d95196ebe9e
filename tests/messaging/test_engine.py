"""The engine as a whole, woken by the change feed. DESIGN, decisions 1, 2 and 11."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest

from app.wiring import Readers, Writers, utc_now
from domain.delivery import State
from domain.jobs import Job
from domain.texts import Accepted, NotTaken, Outcome, Outgoing
from messaging.engine import STOP_S, Engine, EngineSettings
from simulator.server import Simulator
from simulator.texts import Pace
from storage.watch import Watcher
from tests.messaging.fakes import FakeCarrier, taken
from tests.messaging.line import Line, connected, running, until
from tests.simulator.conftest import Front
from tests.world import ANA, OURS, Clock, World, dispatcher

SLOW = {"poll_seconds": 600.0}


@pytest.fixture
def today(database_url: str) -> Iterator[World]:
    """The company on each engine, with the clock of the real world."""
    company = World(database_url, _Now())
    yield company
    company.close()


@pytest.fixture
def small_today(sqlite_url: str) -> Iterator[World]:
    """The same on SQLite alone."""
    company = World(sqlite_url, _Now())
    yield company
    company.close()


class _Now(Clock):
    """The real time, and what a test adds to it."""

    def __init__(self) -> None:
        super().__init__(utc_now())
        self._start = self.now

    def __call__(self) -> datetime:
        return utc_now() + (self.now - self._start)


@contextmanager
def another_program(world: World) -> Iterator[Writers]:
    """Somebody else's connections to the same database: a desk, as the engine knows it."""
    readers = Readers(world.readers.url, world.clock)
    writers = Writers.open(readers, upgrade=False)
    try:
        yield writers
    finally:
        writers.close()
        readers.close()


@contextmanager
def hearing(world: World, engine: Engine) -> Iterator[None]:
    """The engine hears of changes as `jobline serve` lets it."""
    watcher = Watcher(world.readers.url, lambda changes: engine.heard([change.kind for change in changes]))
    watcher.start()
    try:
        yield
    finally:
        watcher.stop()


def deliveries(world: World, job: Job) -> list[State]:
    """The states of a job's texts, oldest first."""
    messages, _ = world.readers.threads.messages(world.ann, job.id, count=200)
    return [delivery.state for message in messages for delivery in message.deliveries]


def text(world: World, job: Job, body: str = "We come at ten") -> None:
    """Ann texts Ana."""
    world.text(job, dispatcher(world.ann), world.ana, body=body)


def silent(engine: Engine) -> None:
    """Every duty's interval is long: only the change feed can wake it."""
    for loop in engine._schedule.loops:
        loop.every = 3600.0


def slowly(t: Outgoing) -> Outcome:
    """A carrier that takes its time."""
    time.sleep(0.02)
    return taken(t)


def words(world: World) -> tuple[str, str]:
    """What the engine says of itself."""
    said = world.readers.reads.engine(world.clock())
    return said.state, said.sentence


def test_a_text_goes_all_the_way_and_the_answer_comes_back(today: World, front: Front) -> None:
    job = today.job()
    with (
        connected(today, front, now=utc_now, pace=Pace(0.05, 0.1)) as line,
        running(today, line.carrier, poll_seconds=0.2) as engine,
        hearing(today, engine),
    ):
        text(today, job)
        until(lambda: deliveries(today, job) == [State.DELIVERED])
        line.sim.ledger.phones.type(ANA, OURS, "Fine")
        until(lambda: line.bodies(job) == ["We come at ten", "Fine"])
        assert line.accepted() == ["We come at ten"]


def test_a_new_text_leaves_within_a_second_though_every_interval_is_long(today: World) -> None:
    """The change feed wakes the sender: nothing waits for a tick."""
    carrier, job = FakeCarrier(), today.job()
    engine = _engine(today, carrier)
    silent(engine)
    engine.start()
    try:
        with hearing(today, engine):
            time.sleep(0.3)
            for n in range(3):
                began = time.monotonic()
                text(today, job, f"text {n}")
                until(lambda n=n: len(carrier.sent) > n, 5)  # type: ignore[misc]
                assert time.monotonic() - began < 1
                time.sleep(0.1)
    finally:
        engine.stop()


def test_a_text_that_falls_due_leaves_without_anybody_waking_it(small_today: World) -> None:
    carrier, job = FakeCarrier(), small_today.job()
    with running(small_today, carrier, **SLOW):
        text(small_today, job)
        until(lambda: carrier.sent, 4)


def test_several_senders_never_send_one_text_twice(today: World) -> None:
    job = today.job()
    people = [today.contact(f"Contact {n}", f"+155501060{n:02}") for n in range(12)]
    for person in people:
        today.text(job, dispatcher(today.ann), person)
    carrier = FakeCarrier(slowly)
    with running(today, carrier, senders=4, alone=today.writers.database.is_sqlite, **SLOW):
        until(lambda: len(carrier.sent) >= 12, 20)
        time.sleep(0.3)
    assert sorted(t.to for t in carrier.sent) == sorted(str(p.mobile) for p in people)


def test_two_engines_on_one_database_never_send_one_text_twice(world: World) -> None:
    """A server lets several machines work; the claim alone must keep them apart."""
    job = world.job()
    people = [world.contact(f"Contact {n}", f"+155501060{n:02}") for n in range(12)]
    for person in people:
        world.text(job, dispatcher(world.ann), person)
    carrier = FakeCarrier(slowly)
    with another_program(world) as other:
        first = _engine(world, carrier, alone=False)
        second = Engine(
            other.outbox, other.inbox, other.engines, carrier, world.clock, EngineSettings(600.0, alone=False)
        )
        first.start()
        second.start()
        try:
            until(lambda: len(carrier.sent) >= 12, 20)
            time.sleep(0.2)
        finally:
            first.stop()
            second.stop()
    assert sorted(t.to for t in carrier.sent) == sorted(str(p.mobile) for p in people)


def test_the_pace_is_the_one_that_was_set(small_today: World) -> None:
    """Six segments at four a second: neither at once, nor one for each tick."""
    carrier, job = FakeCarrier(report=lambda _sid: None), small_today.job()
    for n in range(6):
        text(small_today, job, f"text {n}")
    began = time.monotonic()
    with running(small_today, carrier, segments_per_second=4.0, **SLOW):
        until(lambda: len(carrier.sent) == 6, 8)
    took = time.monotonic() - began
    assert 1.2 <= took < 3


def test_trouble_is_said_and_unsaid(small_today: World) -> None:
    answers = iter([NotTaken("The carrier is busy.")])
    carrier, job = FakeCarrier(lambda t: next(answers, None) or taken(t)), small_today.job()
    with running(small_today, carrier, **SLOW):
        until(lambda: words(small_today)[0] == "running")
        text(small_today, job)
        until(lambda: words(small_today) == ("trouble", "The carrier is busy."))
        until(lambda: words(small_today)[0] == "running", 6)
        assert [t.body for t in carrier.sent] == ["We come at ten"] * 2
    assert words(small_today)[0] == "stopped"


def test_wrong_credentials_are_said_and_everything_waits(small_today: World) -> None:
    job = small_today.job()
    with Simulator([OURS], token="right") as sim:
        line = Line(small_today, sim, sim.url)
        wrong = type(line.carrier)(line.credentials._replace(password="wrong"))
        with running(small_today, wrong, poll_seconds=0.2):
            text(small_today, job)
            until(lambda: "credentials" in words(small_today)[1])
            until(lambda: "credentials" in line.delivery(job).reason)
            assert deliveries(small_today, job) == [State.QUEUED]
        with running(small_today, line.carrier, poll_seconds=0.2):
            until(lambda: line.accepted() == ["We come at ten"])
            assert words(small_today)[0] == "running"


def test_wrong_credentials_are_not_hammered(small_today: World) -> None:
    """Forty texts wait; the account is asked a few times, not forty (RELIABILITY 4.1: stop the sender)."""
    job = small_today.job()
    for n in range(40):
        person = small_today.contact(f"Contact {n}", f"+155501060{n:02}")
        small_today.text(job, dispatcher(small_today.ann), person)
    carrier = FakeCarrier(lambda _: NotTaken("The carrier refused our credentials."))
    with running(small_today, carrier, **SLOW):
        until(lambda: carrier.sent)
        time.sleep(1.5)
    assert len(carrier.sent) < 20


def test_an_error_in_a_round_is_logged_and_the_next_round_works(
    small_today: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    outbox, job = small_today.writers.outbox, small_today.job()
    real, failures = outbox.claim, [RuntimeError("the database went away")] * 4

    def claim(engine: str, skip: frozenset[str] = frozenset()) -> Outgoing | None:
        if failures:
            raise failures.pop()
        return real(engine, skip)

    monkeypatch.setattr(outbox, "claim", claim)
    carrier = FakeCarrier()
    text(small_today, job)
    with running(small_today, carrier, **SLOW):
        until(lambda: carrier.sent, 8)
    assert "the database went away" in caplog.text


# --- Ending and taking over ---------------------------------------------------------------------------------------


def test_a_stop_is_quick_and_says_so(small_today: World) -> None:
    engine = _engine(small_today, FakeCarrier())
    engine.start()
    began = time.monotonic()
    assert engine.stop()
    assert time.monotonic() - began < 1
    assert words(small_today) == ("stopped", "The engine was stopped: texts wait, nothing is received")


def test_a_stop_waits_for_the_call_in_flight(small_today: World) -> None:
    job, inside = small_today.job(), threading.Event()

    def slow(t: Outgoing) -> Outcome:
        inside.set()
        time.sleep(0.5)
        return taken(t)

    engine = _engine(small_today, FakeCarrier(slow))
    text(small_today, job)
    engine.start()
    assert inside.wait(5)
    assert engine.stop()
    assert deliveries(small_today, job) == [State.ACCEPTED]


def test_a_stop_claims_nothing_more(small_today: World) -> None:
    job, inside = small_today.job(), threading.Event()

    def until_told_to_stop(t: Outgoing) -> Outcome:
        inside.set()
        until(engine._stopping.is_set)
        return taken(t)

    for n in range(5):
        text(small_today, job, f"text {n}")
    engine = _engine(small_today, FakeCarrier(until_told_to_stop), senders=1)
    engine.start()
    assert inside.wait(5)
    engine.stop()
    assert deliveries(small_today, job) == [State.ACCEPTED, *[State.QUEUED] * 4]


def test_a_carrier_that_hangs_cannot_keep_the_engine_and_its_text_is_unconfirmed_afterwards(
    small_today: World,
) -> None:
    job, inside, go = small_today.job(), threading.Event(), threading.Event()

    def hangs(t: Outgoing) -> Outcome:
        inside.set()
        go.wait(30)
        return taken(t)

    engine = _engine(small_today, FakeCarrier(hangs))
    text(small_today, job)
    engine.start()
    assert inside.wait(5)
    began = time.monotonic()
    assert not engine.stop()
    assert time.monotonic() - began < STOP_S + 0.5
    assert deliveries(small_today, job) == [State.SENDING]
    second = FakeCarrier()
    with running(small_today, second, **SLOW):
        until(lambda: deliveries(small_today, job) == [State.UNCONFIRMED])
        time.sleep(0.3)
    assert second.sent == []
    go.set()


def test_claims_of_an_engine_that_is_gone_become_unconfirmed_while_another_works(world: World) -> None:
    """On a server the lost engine's last word may be fresh when the next one starts; it must not be for ever."""
    job = world.job()
    text(world, job)
    world.writers.engines.say("lost", 1, "elsewhere", "running", "Sending and receiving")
    assert world.writers.outbox.claim("lost") is not None
    world.clock.advance(seconds=10)
    engine = _engine(world, FakeCarrier(), alone=False)
    engine.start()
    try:
        time.sleep(0.3)
        assert deliveries(world, job) == [State.SENDING]
        world.clock.advance(seconds=25)
        until(lambda: deliveries(world, job) == [State.UNCONFIRMED], 8)
    finally:
        engine.stop()


def test_claims_of_a_living_engine_are_left_alone(world: World) -> None:
    job = world.job()
    text(world, job)
    world.writers.engines.say("living", 1, "elsewhere", "running", "Sending and receiving")
    claimed = world.writers.outbox.claim("living")
    assert claimed is not None
    with running(world, FakeCarrier(), alone=False, **SLOW):
        time.sleep(0.3)
        assert deliveries(world, job) == [State.SENDING]
        world.writers.outbox.record(claimed, Accepted("SM1", "queued", State.ACCEPTED))


def _engine(world: World, carrier: FakeCarrier, alone: bool = True, senders: int = 4) -> Engine:
    w = world.writers
    settings = EngineSettings(poll_seconds=600.0, alone=alone, senders=senders)
    return Engine(w.outbox, w.inbox, w.engines, carrier, world.clock, settings)
