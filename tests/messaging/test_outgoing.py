"""Sending: one text at a time, handed over once, and its fate written down. RELIABILITY 4.1."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select

from domain.delivery import Delivery, State
from domain.jobs import Job
from domain.texts import Accepted, NotTaken, Outcome, Outgoing, Rejected, Unclear
from messaging.outgoing import Pace, send_next, trouble_of
from storage.tables.messages import DeliveryRow
from tests.messaging.fakes import FakeCarrier, taken
from tests.messaging.line import Line
from tests.messaging.scripted import close, scripted, trouble
from tests.world import ANA, BEN, OURS, OURS_TOO, World, dispatcher

BUSY = NotTaken("The carrier is busy.")


class Ticks:
    """A monotonic clock that moves when told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def queued(world: World, job: Job, *bodies: str) -> None:
    """Texts to Ana that wait to leave."""
    for body in bodies:
        world.text(job, dispatcher(world.ann), world.ana, body=body)


def send(world: World, carrier: FakeCarrier, pace: Pace | None = None) -> Outcome | None:
    """Hand over the next one."""
    return send_next(world.writers.outbox, carrier, "engine", pace or Pace(0, Ticks()))


def states(world: World) -> list[State]:
    """The states of all texts, oldest first."""
    with world.writers.database.read() as session:
        return [row.state for row in session.exec(select(DeliveryRow).order_by(col(DeliveryRow.id)))]


def test_a_text_goes_from_queued_to_delivered(each_line: Line) -> None:
    line = each_line
    job = line.world.job()
    queued(line.world, job, "Hello")
    assert line.delivery(job).state is State.QUEUED
    assert [type(outcome) for outcome in line.leaves()] == [Accepted]
    assert line.delivery(job).state is State.ACCEPTED
    line.world.clock.advance(seconds=1.2)
    assert line.asks() == 1
    assert line.delivery(job).state is State.DELIVERED
    line.world.clock.advance(hours=2)
    assert line.asks() == 0
    assert line.accepted() == ["Hello"]


def test_nothing_is_due_in_an_empty_outbox(small_world: World) -> None:
    carrier = FakeCarrier()
    assert send(small_world, carrier) is None
    assert carrier.sent == []


def test_the_claim_stands_before_the_carrier_is_called(small_world: World) -> None:
    seen: list[list[State]] = []

    def looks(text: Outgoing) -> Outcome:
        seen.append(states(small_world))
        return taken(text)

    queued(small_world, small_world.job(), "Hello")
    send(small_world, FakeCarrier(looks))
    assert seen == [[State.SENDING]]


@pytest.mark.parametrize(
    ("outcome", "state", "told"),
    [
        (Accepted("SM1", "queued", State.ACCEPTED), State.ACCEPTED, ""),
        (Accepted("SM1", "a new word", None), State.ACCEPTED, ""),
        (Rejected(21614), State.FAILED, None),
        (Rejected(0), State.FAILED, None),
        (BUSY, State.QUEUED, "The carrier is busy."),
        (Unclear("no answer"), State.UNCONFIRMED, None),
    ],
)
def test_every_outcome_is_written_down(small_world: World, outcome: Outcome, state: State, told: str | None) -> None:
    queued(small_world, small_world.job(), "Hello")
    assert send(small_world, FakeCarrier(lambda _: outcome)) == outcome
    assert states(small_world) == [state]
    assert trouble_of(outcome) == told


def test_an_unclear_text_is_never_sent_again_by_itself(each_line: Line) -> None:
    line = each_line
    job = line.world.job()
    queued(line.world, job, "Hello")
    with scripted(close) as server:
        broken = type(line.carrier)(line.credentials._replace(api_url=server.url))
        send_next(line.world.writers.outbox, broken, "engine", line.pace)
    assert line.delivery(job).state is State.UNCONFIRMED
    line.world.clock.advance(hours=1)
    assert line.leaves() == []
    assert line.accepted() == []


def test_a_text_that_was_not_taken_leaves_later_with_growing_pauses(line: Line) -> None:
    job = line.world.job()
    queued(line.world, job, "Hello")
    busy = FakeCarrier(lambda _: BUSY)
    pauses = []
    for _ in range(8):
        send(line.world, busy)
        waits = _due(line.delivery(job)) - line.world.clock()
        pauses.append(waits.total_seconds())
        line.world.clock.now = _due(line.delivery(job)) - timedelta(milliseconds=1)
        assert send(line.world, busy) is None
        line.world.clock.now = _due(line.delivery(job))
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (2, 60)
    assert line.delivery(job).reason == "The carrier is busy."
    assert [type(outcome) for outcome in line.leaves()] == [Accepted]
    assert line.accepted() == ["Hello"]


def test_an_hour_of_trouble_loses_nothing_and_doubles_nothing(line: Line) -> None:
    job, other = line.world.job(), line.world.job(site_contact_id=line.world.ben.contact_id)
    queued(line.world, job, "one", "two", "three")
    line.world.text(other, dispatcher(line.world.ann), line.world.ben, body="for Ben")
    with scripted(trouble(429, 20429)) as server:
        busy = type(line.carrier)(line.credentials._replace(api_url=server.url))
        for _ in range(10):
            while send_next(line.world.writers.outbox, busy, "engine", line.pace) is not None:
                pass
            line.world.clock.advance(minutes=6)
    line.leaves()
    assert sorted(line.accepted()) == ["for Ben", "one", "three", "two"]


def test_texts_to_one_phone_leave_in_the_order_they_were_written(line: Line) -> None:
    queued(line.world, line.world.job(), *(f"text {n}" for n in range(5)))
    line.leaves()
    assert line.accepted() == [f"text {n}" for n in range(5)]


def test_a_text_that_must_wait_keeps_its_place_before_the_next_to_that_phone(small_world: World) -> None:
    """The first was not taken and waits its pause; the second to the same phone must not overtake it (A-03)."""
    answers = iter([BUSY])
    carrier = FakeCarrier(lambda text: next(answers, None) or taken(text))
    job = small_world.job()
    queued(small_world, job, "first", "second")
    while send(small_world, carrier) is not None:
        pass
    small_world.clock.advance(seconds=30)
    while send(small_world, carrier) is not None:
        pass
    assert [text.body for text in carrier.sent] == ["first", "first", "second"]


def test_two_texts_to_one_phone_are_never_on_their_way_together(small_world: World) -> None:
    job = small_world.job()
    queued(small_world, job, "first", "second")
    outbox = small_world.writers.outbox
    first = outbox.claim("engine")
    assert first is not None
    assert outbox.claim("engine") is None
    outbox.record(first, taken(first))
    second = outbox.claim("engine")
    assert second is not None
    assert second.body == "second"


def test_a_text_past_its_use_by_expires(line: Line) -> None:
    job = line.world.job()
    queued(line.world, job, "Be there at four")
    line.world.clock.advance(hours=5)
    assert line.leaves() == []
    assert line.delivery(job).state is State.EXPIRED
    assert line.accepted() == []


def test_a_busy_database_does_not_lose_what_the_carrier_answered(
    small_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued(small_world, small_world.job(), "Hello")
    outbox = small_world.writers.outbox
    real = outbox.record
    failures = iter([RuntimeError("database is locked")])

    def record(text: Outgoing, outcome: Outcome) -> None:
        for failure in failures:
            raise failure
        real(text, outcome)

    monkeypatch.setattr(outbox, "record", record)
    carrier = FakeCarrier()
    send(small_world, carrier)
    assert states(small_world) == [State.ACCEPTED]
    assert len(carrier.sent) == 1


# --- Pace ---------------------------------------------------------------------------------------------------------


def test_without_a_limit_nobody_waits() -> None:
    pace = Pace(0, Ticks())
    for _ in range(100):
        pace.spend(OURS, 10)
    assert pace.at_limit() == frozenset()


def test_a_number_waits_for_the_segments_it_spent() -> None:
    ticks = Ticks()
    pace = Pace(2, ticks)
    pace.spend(OURS, 3)
    assert pace.at_limit() == {OURS}
    ticks.now += 1.4
    assert pace.at_limit() == {OURS}
    ticks.now += 0.2
    assert pace.at_limit() == frozenset()


def test_a_rest_is_not_saved_up() -> None:
    ticks = Ticks()
    pace = Pace(1, ticks)
    pace.spend(OURS, 1)
    ticks.now += 1000
    pace.spend(OURS, 1)
    assert pace.at_limit() == {OURS}


def test_each_number_has_its_own_pace(small_world: World) -> None:
    ticks = Ticks()
    pace, carrier = Pace(1, ticks), FakeCarrier()
    bens = [small_world.job(), small_world.job()]
    small_world.text(bens[0], dispatcher(small_world.ann), small_world.ben)
    _send_all(lambda: send(small_world, FakeCarrier()))
    queued(small_world, small_world.job(), "one", "two")
    for body in ("one", "two"):
        small_world.text(bens[1], dispatcher(small_world.ann), small_world.ben, body=body)
    _send_all(lambda: send(small_world, carrier, pace))
    assert sorted(text.sender for text in carrier.sent) == [OURS, OURS_TOO]
    ticks.now += 1.01
    _send_all(lambda: send(small_world, carrier, pace))
    assert sorted(text.sender for text in carrier.sent) == [OURS, OURS, OURS_TOO, OURS_TOO]


def test_a_long_text_holds_its_number_up_for_as_many_segments(small_world: World) -> None:
    ticks = Ticks()
    pace, carrier = Pace(1, ticks), FakeCarrier()
    job = small_world.job()
    queued(small_world, job, "x" * 400, "next")
    _send_all(lambda: send(small_world, carrier, pace))
    ticks.now += 2.9
    _send_all(lambda: send(small_world, carrier, pace))
    assert len(carrier.sent) == 1
    ticks.now += 0.2
    _send_all(lambda: send(small_world, carrier, pace))
    assert len(carrier.sent) == 2


def test_the_phones_do_not_matter_to_the_pace(small_world: World) -> None:
    """The limit is the sending number's, whoever is texted."""
    pace, carrier = Pace(1, Ticks()), FakeCarrier()
    job = small_world.job()
    small_world.text(job, dispatcher(small_world.ann), small_world.ana, small_world.ben)
    _send_all(lambda: send(small_world, carrier, pace))
    assert len(carrier.sent) == 1
    assert carrier.sent[0].to in (ANA, BEN)


def _send_all(one: Callable[[], Outcome | None]) -> None:
    while one() is not None:
        pass


def _due(delivery: Delivery) -> datetime:
    assert delivery.due_at is not None
    return delivery.due_at
