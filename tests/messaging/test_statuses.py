"""Following up: what became of texts, asked with growing pauses. Carrier facts, section 3."""

import pytest

from domain.delivery import State
from domain.jobs import JobFilter, Waiting
from domain.ports import CarrierTrouble
from domain.texts import Report
from messaging.statuses import refresh
from tests.messaging.fakes import FakeCarrier
from tests.messaging.line import Line
from tests.world import World, dispatcher

OFF, LANDLINE, SILENT = "+15550100003", "+15550100006", "+15550100009"


@pytest.mark.parametrize(
    ("phone", "state", "error"),
    [(OFF, State.UNDELIVERED, 30003), (LANDLINE, State.UNDELIVERED, 30006), (SILENT, State.SENT, None)],
)
def test_what_the_carrier_says_is_what_stands_there(
    each_line: Line, phone: str, state: State, error: int | None
) -> None:
    line = each_line
    job = line.world.job()
    line.texts(job, line.world.contact("Cal Roy", phone))
    line.world.clock.advance(seconds=2)
    line.asks()
    assert (line.delivery(job).state, line.delivery(job).error) == (state, error)


def test_every_step_is_seen(line: Line) -> None:
    job = line.world.job()
    line.texts(job, line.world.ana)
    assert line.delivery(job).state is State.ACCEPTED
    assert line.asks() == 0
    line.world.clock.advance(seconds=1)
    line.asks()
    assert line.delivery(job).state is State.DELIVERED


def test_a_text_without_a_report_is_asked_for_less_and_less_and_at_last_left_alone(line: Line) -> None:
    job = line.world.job()
    line.texts(job, line.world.contact("Cal Roy", SILENT))
    asked, gap, longest = 0, 0, 0
    for _ in range(26 * 20):
        line.world.clock.advance(minutes=3)
        if line.asks():
            asked, longest, gap = asked + 1, max(longest, gap), 0
        gap += 1
    assert line.delivery(job).state is State.SENT
    assert 20 < asked < 160
    assert longest <= 4
    assert line.asks() == 0


def test_a_failed_text_waits_on_the_dispatcher_again(line: Line) -> None:
    job = line.world.job()
    line.texts(job, line.world.ana)
    line.answers("When?")
    cal = line.world.contact("Cal Roy", OFF)
    line.world.clock.advance(seconds=5)
    line.texts(job, cal, body="At ten")
    assert _waiting(line) is Waiting.CUSTOMER
    line.world.clock.advance(seconds=5)
    line.asks()
    assert _waiting(line) is Waiting.DISPATCHER


def test_a_late_word_never_moves_a_text_back(small_world: World) -> None:
    """Delivered, then a report that it was sent."""
    words = iter([Report("sent", State.SENT), Report("queued", State.ACCEPTED), Report("delivered", State.DELIVERED)])
    line = _one_text(small_world)
    seen = []
    for _ in range(3):
        small_world.clock.advance(minutes=30)
        refresh(small_world.writers.outbox, FakeCarrier(report=lambda _sid: next(words)))
        seen.append(small_world.readers.threads.messages(small_world.ann, line)[0][-1].deliveries[0].state)
    assert seen == [State.SENT, State.SENT, State.DELIVERED]


def test_an_unknown_word_changes_nothing(small_world: World) -> None:
    job_id = _one_text(small_world)
    small_world.clock.advance(minutes=1)
    refresh(small_world.writers.outbox, FakeCarrier(report=lambda _sid: Report("teleported", None)))
    assert small_world.readers.threads.messages(small_world.ann, job_id)[0][-1].deliveries[0].state is State.ACCEPTED


def test_a_text_that_the_carrier_lost_is_asked_for_later(small_world: World) -> None:
    _one_text(small_world)
    carrier = FakeCarrier(report=lambda _sid: None)
    small_world.clock.advance(minutes=1)
    assert refresh(small_world.writers.outbox, carrier) == 1
    assert refresh(small_world.writers.outbox, carrier) == 0
    small_world.clock.advance(minutes=20)
    assert refresh(small_world.writers.outbox, carrier) == 1


def test_one_text_that_cannot_be_asked_for_does_not_hold_up_the_others(small_world: World) -> None:
    bad = "SM" + "0" * 30 + "01"
    for _ in range(3):
        _one_text(small_world)
    small_world.clock.advance(minutes=1)

    def report(sid: str) -> Report:
        if sid.endswith("1"):
            raise CarrierTrouble("Away.")
        return Report("delivered", State.DELIVERED)

    carrier = FakeCarrier(report=report)
    for _ in range(3):
        try:
            refresh(small_world.writers.outbox, carrier)
        except CarrierTrouble:
            continue
    assert {sid[-2:] for sid in carrier.asked} == {"01", "02", "03"}
    assert bad in carrier.asked


def test_trouble_is_told(small_world: World) -> None:
    _one_text(small_world)
    small_world.clock.advance(minutes=1)

    def report(_sid: str) -> Report:
        raise CarrierTrouble("Away.")

    with pytest.raises(CarrierTrouble):
        refresh(small_world.writers.outbox, FakeCarrier(report=report))


def _one_text(world: World) -> int:
    """A text that the carrier took; returns its job."""
    job = world.job()
    world.text(job, dispatcher(world.ann), world.ana)
    outbox = world.writers.outbox
    text = outbox.claim("engine")
    assert text is not None
    outbox.record(text, FakeCarrier().send(text))
    return job.id


def _waiting(line: Line) -> Waiting:
    return line.world.readers.job_list.page(line.world.ann, JobFilter()).rows[0].waiting_on
