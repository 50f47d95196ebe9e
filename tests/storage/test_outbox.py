"""What leaves, when, and that it leaves once: claims, their fates, and texts sent again."""

import random
import time
from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from domain.delivery import Channel, State
from domain.jobs import Job, Status, Waiting
from domain.messages import DISPATCH, SYSTEM, Kind, NewDelivery, NewMessage, Party, Person
from domain.optout import Keyword
from domain.texts import Accepted, Incoming, NotTaken, Outgoing, Rejected, Report, Unclear
from storage import feed
from storage.tables.jobs import JobRow
from storage.tables.messages import DeliveryRow
from storage.tables.people import ContactRow, OptOutRow
from tests.storage.rows import another, deliveries, delivery, examples, fresh, line, state, together
from tests.world import ANA, BEN, OURS, OURS_TOO, World, dispatcher, worker

BUSY = NotTaken("the carrier is busy")


def accepted(sid: str = "", word: str = "queued") -> Accepted:
    return Accepted(sid or fresh("SM"), word, State.ACCEPTED)


def claim(world: World, engine: str = "one") -> Outgoing:
    """The next text, which must be there."""
    taken = world.writers.outbox.claim(engine)
    assert taken is not None
    return taken


def send(world: World, sid: str = "") -> Outgoing:
    """Claim the next text and let the carrier accept it."""
    taken = claim(world)
    world.writers.outbox.record(taken, accepted(sid))
    return taken


def stops(world: World, phone: str, word: Keyword = Keyword.STOP) -> None:
    """A customer texts STOP (or START) to one of our numbers."""
    world.writers.inbox.keep([Incoming(fresh("SM"), phone, OURS, word.value.upper(), world.clock())])
    for kept in world.writers.inbox.new():
        assert world.writers.inbox.place(kept, None, "opt-out", word)


def strangers(count: int) -> list[Person]:
    """People with a phone each."""
    return [Person(Party.CONTACT, f"Person {i}", mobile=f"+1555020{i:04}") for i in range(count)]


# --- Claiming --------------------------------------------------------------------------------------------------------


def test_a_claimed_text_holds_all_the_carrier_needs(world: World) -> None:
    job = world.job()
    message = world.text(job, dispatcher(world.ann), world.ana, body="We come at nine.")
    taken = claim(world)
    assert (taken.to, taken.sender, taken.body) == (ANA, OURS, "We come at nine.")
    assert taken.delivery_id == delivery(world, message).id
    assert taken.use_by == world.clock() + timedelta(hours=4)
    assert taken.claimed_at == world.clock()


def test_a_claim_is_committed_before_it_is_handed_out(world: World) -> None:
    message = world.text(world.job(), dispatcher(world.ann), world.ana)
    claim(world, "engine one")
    with another(world) as other, other.database.read() as session:
        row = session.exec(select(DeliveryRow).where(DeliveryRow.message_id == message)).one()
        assert (row.state, row.claimed_by, row.attempt) == (State.SENDING, "engine one", 1)


def test_a_claim_that_could_not_be_committed_hands_out_nothing(world: World) -> None:
    message = world.text(world.job(), dispatcher(world.ann), world.ana)

    def power_cut(_: object) -> None:
        raise OSError("the power went")

    sa.event.listen(world.writers.database.writer, "commit", power_cut)
    with pytest.raises(OSError, match="power"):
        world.writers.outbox.claim("one")
    sa.event.remove(world.writers.database.writer, "commit", power_cut)
    assert state(world, message) is State.QUEUED
    assert claim(world).body == "Hello"


def test_two_engines_never_get_the_same_text(world: World) -> None:
    """A hundred texts to a hundred phones, and two engines that take what they can get."""
    world.text(world.job(), dispatcher(world.ann), *strangers(100))

    def take_all(world: World, engine: str) -> list[int]:
        taken = []
        with another(world) as writers:
            while (text := writers.outbox.claim(engine)) is not None:
                taken.append(text.delivery_id)
                writers.outbox.record(text, accepted())
        return taken

    one, two = together(lambda: take_all(world, "one"), lambda: take_all(world, "two"))
    assert len(one) + len(two) == 100
    assert len({*one, *two}) == 100
    assert one
    assert two
    with world.writers.database.read() as session:
        assert {row.attempt for row in session.exec(select(DeliveryRow))} == {1}


def test_two_engines_keep_the_order_of_texts_to_one_phone(world: World) -> None:
    job = world.job()
    people = strangers(4)
    for turn in range(6):
        world.text(job, dispatcher(world.ann), *people, body=str(turn))
    log: list[tuple[str, str, str]] = []

    def take_all(world: World, engine: str) -> None:
        with another(world) as writers:
            while log.count(("", "", "")) < 24:
                text = writers.outbox.claim(engine)
                if text is None:
                    time.sleep(0.002)
                    continue
                log.append(("starts", text.to, text.body))
                time.sleep(random.random() / 500)
                log.append(("ends", text.to, text.body))
                writers.outbox.record(text, accepted())
                log.append(("", "", ""))

    together(lambda: take_all(world, "one"), lambda: take_all(world, "two"))
    for person in people:
        mine = [(what, body) for what, to, body in log if to == person.mobile]
        assert mine == [(what, str(turn)) for turn in range(6) for what in ("starts", "ends")]


def test_texts_to_one_phone_leave_one_after_the_other(world: World) -> None:
    job, other_job = world.job(), world.job()
    world.text(job, dispatcher(world.ann), world.ana, body="first")
    world.text(other_job, dispatcher(world.abe), world.ana, body="second")
    world.text(job, dispatcher(world.ann), world.ben, body="to Ben")
    first = claim(world)
    assert first.body == "first"
    assert claim(world).body == "to Ben"
    assert world.writers.outbox.claim("two") is None
    world.writers.outbox.record(first, accepted())
    assert claim(world).body == "second (Pump 7 #02)"


def test_a_text_that_must_be_tried_again_is_not_overtaken_by_the_next_one(world: World) -> None:
    """Per recipient strictly in the order of composing, also while the carrier is busy."""
    job = world.job()
    world.text(job, dispatcher(world.ann), world.ana, body="first")
    world.text(job, dispatcher(world.ann), world.ana, body="second")
    world.writers.outbox.record(claim(world), BUSY)
    bodies = []
    for _ in range(20):
        while (text := world.writers.outbox.claim("one")) is not None:
            bodies.append(text.body)
            world.writers.outbox.record(text, accepted())
        world.clock.advance(seconds=1)
    assert bodies == ["first", "second"]


def test_a_text_planned_for_later_does_not_hold_up_one_that_leaves_now(world: World) -> None:
    job = world.job()
    tomorrow = world.clock() + timedelta(days=1)
    _plan(world, job, "tomorrow", State.QUEUED, tomorrow)
    world.text(job, dispatcher(world.ann), world.ana, body="now")
    assert send(world).body == "now"
    assert world.writers.outbox.claim("one") is None
    world.clock.advance(days=1)
    assert claim(world).body == "tomorrow"


def test_a_text_whose_end_is_unclear_does_not_hold_up_the_phone_for_ever(world: World) -> None:
    job = world.job()
    world.text(job, dispatcher(world.ann), world.ana, body="first")
    world.text(job, dispatcher(world.ann), world.ana, body="second")
    world.writers.outbox.record(claim(world), Unclear("no answer"))
    world.clock.advance(minutes=15)
    assert claim(world).body == "second"


def test_a_text_being_sent_is_never_claimed_again_however_much_time_passes(world: World) -> None:
    message = world.text(world.job(), dispatcher(world.ann), world.ana)
    claim(world)
    for days in (0.01, 1, 30, 4000):
        world.clock.advance(days=days)
        assert [world.writers.outbox.claim(engine) for engine in ("one", "two")] == [None, None]
    row = delivery(world, message)
    assert (row.state, row.attempt) == (State.SENDING, 1)


def test_held_texts_and_desk_messages_are_not_claimed(world: World) -> None:
    job = world.job()
    world.text(job, dispatcher(world.ann), worker(world.marco))
    _plan(world, job, "held", State.HELD, world.clock())
    assert world.writers.outbox.claim("one") is None


def test_a_number_at_its_pace_limit_is_skipped(world: World) -> None:
    busy, free = world.job(), world.job()
    world.text(busy, dispatcher(world.ann), world.ana, body="from the first number")
    world.text(free, dispatcher(world.ann), world.ana, body="Ana again, from the second")
    world.text(free, dispatcher(world.ann), world.ben, body="Ben")
    with world.write() as session:
        ben = session.exec(select(DeliveryRow).where(DeliveryRow.to_address == BEN)).one()
        ben.from_number = OURS_TOO
    outbox = world.writers.outbox
    taken = outbox.claim("one", frozenset({OURS}))
    assert taken is not None
    assert (taken.body, taken.sender) == ("Ben", OURS_TOO)
    assert outbox.claim("one", frozenset({OURS})) is None
    assert outbox.claim("one", frozenset({OURS, OURS_TOO})) is None
    assert send(world).body == "from the first number"
    assert claim(world).body == "Ana again, from the second (Pump 7 #02)"


def _plan(world: World, job: Job, body: str, as_: State, due: object) -> int:
    planned = NewDelivery(0, Channel.SMS, ANA, as_, due)  # type: ignore[arg-type]
    return world.text(job, dispatcher(world.ann), world.ana, body=body, deliveries=(planned,))


# --- Stopped in the claim --------------------------------------------------------------------------------------------


def test_a_stop_between_writing_and_leaving_blocks_the_text(world: World) -> None:
    job = world.job()
    message = world.text(job, dispatcher(world.ann), world.ana)
    world.text(job, dispatcher(world.ann), world.ben, body="to Ben")
    stops(world, ANA)
    assert claim(world).body == "to Ben"
    assert world.writers.outbox.claim("one") is None
    row = delivery(world, message)
    assert (row.state, row.attempt, row.claimed_by) == (State.BLOCKED, 0, None)
    assert "opted out" in row.reason


def test_a_stop_to_one_of_our_numbers_blocks_all_of_them(world: World) -> None:
    world.text(world.job(), dispatcher(world.ann), world.ana)
    second = world.text(world.job(), dispatcher(world.ann), world.ana)
    assert delivery(world, second).from_number == OURS_TOO
    stops(world, ANA)
    assert world.writers.outbox.claim("one") is None
    assert state(world, second) is State.BLOCKED


def test_start_opens_the_phone_again_for_new_texts_only(world: World) -> None:
    job = world.job()
    blocked = world.text(job, dispatcher(world.ann), world.ana, body="before")
    stops(world, ANA)
    assert world.writers.outbox.claim("one") is None
    stops(world, ANA, Keyword.START)
    world.text(job, dispatcher(world.ann), world.ana, body="after")
    assert claim(world).body == "after"
    assert state(world, blocked) is State.BLOCKED


def test_the_carrier_saying_stopped_records_an_opt_out(world: World) -> None:
    job = world.job()
    first = world.text(job, dispatcher(world.ann), world.ana)
    second = world.text(job, dispatcher(world.ann), world.ana)
    world.writers.outbox.record(claim(world), Rejected(21610))
    assert (delivery(world, first).state, delivery(world, first).error) == (State.FAILED, 21610)
    with world.writers.database.read() as session:
        (out,) = session.exec(select(OptOutRow)).all()
        assert (out.phone, out.cleared_at) == (ANA, None)
    assert world.writers.outbox.claim("one") is None
    assert state(world, second) is State.BLOCKED


def test_any_other_refusal_opts_nobody_out(world: World) -> None:
    message = world.text(world.job(), dispatcher(world.ann), world.ana)
    world.writers.outbox.record(claim(world), Rejected(21211))
    assert (delivery(world, message).state, delivery(world, message).error) == (State.FAILED, 21211)
    with world.writers.database.read() as session:
        assert session.exec(select(OptOutRow)).all() == []


def test_a_stop_already_recorded_changes_nothing_when_the_carrier_says_it_too(world: World) -> None:
    message = world.text(world.job(), dispatcher(world.ann), world.ana)
    taken = claim(world)
    stops(world, ANA)
    world.writers.outbox.record(taken, Rejected(21610))
    assert state(world, message) is State.FAILED
    with world.writers.database.read() as session:
        assert len(session.exec(select(OptOutRow)).all()) == 1


def test_a_stop_by_text_and_one_by_the_carrier_at_the_same_moment_lose_nothing(world: World) -> None:
    """The answer of the carrier must be written down even where another program records the same STOP."""
    message = world.text(world.job(), dispatcher(world.ann), world.ana)
    taken = claim(world)
    if world.writers.database.is_sqlite:
        pytest.skip("one writer at a time: nothing to race")
    with another(world) as other:
        session_of_other = other.database.write()
        session = session_of_other.__enter__()
        session.add(OptOutRow(phone=ANA, word="STOP", at=world.clock()))
        session.flush()

        def end() -> None:
            time.sleep(0.4)
            session_of_other.__exit__(None, None, None)

        together(lambda: world.writers.outbox.record(taken, Rejected(21610)), end)
    assert state(world, message) is State.FAILED


def test_a_text_past_its_use_by_time_expires_and_is_not_sent_late(world: World) -> None:
    message = world.text(world.job(), dispatcher(world.ann), world.ana)
    world.clock.advance(hours=4, seconds=1)
    assert world.writers.outbox.claim("one") is None
    row = delivery(world, message)
    assert (row.state, row.attempt) == (State.EXPIRED, 0)
    assert "use-by" in row.reason


def test_a_text_just_before_its_use_by_time_still_leaves(world: World) -> None:
    world.text(world.job(), dispatcher(world.ann), world.ana)
    world.clock.advance(hours=4, seconds=-1)
    assert claim(world).to == ANA


def test_sms_switched_off_for_a_contact_blocks_what_waits(world: World) -> None:
    message = world.text(world.job(), dispatcher(world.ann), world.ana)
    with world.write() as session:
        session.get_one(ContactRow, world.ana.contact_id).sms_on = False
    assert world.writers.outbox.claim("one") is None
    row = delivery(world, message)
    assert row.state is State.BLOCKED
    assert "switched off" in row.reason


def test_a_round_with_nothing_to_do_writes_nothing(world: World) -> None:
    world.text(world.job(), dispatcher(world.ann), worker(world.marco))
    before = world.readers.reads.newest_change()
    assert world.writers.outbox.claim("one") is None
    assert world.writers.outbox.give_up_claims("one", alone=True) == 0
    assert world.readers.reads.newest_change() == before


# --- Engines that are gone -------------------------------------------------------------------------------------------


def test_an_engine_alone_gives_up_the_claims_of_all_others(world: World) -> None:
    ours = world.text(world.job(), dispatcher(world.ann), world.ben)
    assert claim(world, "me").to == BEN
    theirs = world.text(world.job(), dispatcher(world.ann), world.ana)
    claim(world, "gone")
    world.writers.engines.say("gone", 1, "desk", "running", "Sending")
    assert world.writers.outbox.give_up_claims("me", alone=True) == 1
    assert (state(world, ours), state(world, theirs)) == (State.SENDING, State.UNCONFIRMED)
    assert "program ended" in delivery(world, theirs).reason
    assert world.writers.outbox.claim("me") is None
    assert world.writers.outbox.give_up_claims("me", alone=True) == 0


def test_an_engine_among_others_gives_up_only_the_claims_of_silent_ones(world: World) -> None:
    messages = {}
    for engine, person in (("me", world.ana), ("lively", world.ben), ("silent", strangers(1)[0])):
        messages[engine] = world.text(world.job(), dispatcher(world.ann), person)
        claim(world, engine)
    messages["never heard of"] = world.text(world.job(), dispatcher(world.ann), strangers(2)[1])
    claim(world, "never heard of")
    outbox, engines = world.writers.outbox, world.writers.engines
    for engine in ("me", "silent"):
        engines.say(engine, 1, "desk", "running", "Sending")
    world.clock.advance(seconds=31)
    engines.say("lively", 2, "server", "running", "Sending")
    assert outbox.give_up_claims("me", alone=False) == 2
    assert {who: state(world, message) for who, message in messages.items()} == {
        "me": State.SENDING,
        "lively": State.SENDING,
        "silent": State.UNCONFIRMED,
        "never heard of": State.UNCONFIRMED,
    }


def test_an_engine_that_has_said_nothing_yet_keeps_its_own_claims(world: World) -> None:
    message = world.text(world.job(), dispatcher(world.ann), world.ana)
    claim(world, "me")
    assert world.writers.outbox.give_up_claims("me", alone=False) == 0
    assert state(world, message) is State.SENDING


@pytest.mark.parametrize("written_on", [0, 1, 2])
def test_claims_are_given_up_while_people_write_on_the_same_jobs(world: World, written_on: int) -> None:
    """Whoever holds the feed's lock must not wait for a job: another writer would wait for ever."""
    if world.writers.database.is_sqlite:
        pytest.skip("one writer at a time: nothing to wait for")
    jobs = [world.job() for _ in range(3)]
    for job, person in zip(jobs, strangers(3), strict=True):
        world.text(job, dispatcher(world.ann), person)
        claim(world, "gone")
    with another(world) as other:

        def write() -> int:
            with other.database.write() as session:
                session.get_one(JobRow, jobs[written_on].id, with_for_update=True)
                time.sleep(0.5)
                return feed.append(session, "job", jobs[written_on].id)

        def give_up() -> int:
            time.sleep(0.2)
            return world.writers.outbox.give_up_claims("me", alone=True)

        _, given_up = together(write, give_up)
    assert given_up == 3


def test_a_late_answer_is_believed_after_a_claim_was_given_up(world: World) -> None:
    message = world.text(world.job(), dispatcher(world.ann), world.ana)
    taken = claim(world, "slow")
    world.writers.outbox.give_up_claims("me", alone=True)
    world.writers.outbox.record(taken, accepted("SM1"))
    assert (delivery(world, message).state, delivery(world, message).sid) == (State.ACCEPTED, "SM1")


# --- What the carrier answered ---------------------------------------------------------------------------------------


def test_a_text_the_carrier_never_had_is_tried_again_with_growing_pauses(world: World) -> None:
    message = world.text(world.job(), dispatcher(world.ann), world.ana)
    pauses = []
    for attempt in range(1, 9):
        taken = claim(world)
        world.writers.outbox.record(taken, BUSY)
        row = delivery(world, message)
        assert (row.state, row.attempt, row.reason) == (State.QUEUED, attempt, "the carrier is busy")
        pauses.append(row.due_at - world.clock())
        assert world.writers.outbox.claim("one") is None
        world.clock.now = row.due_at
    assert pauses == sorted(pauses)
    assert pauses[0] < pauses[1] < pauses[2]
    assert pauses[-1] == timedelta(seconds=60)


def test_a_busy_carrier_does_not_make_a_text_live_longer_than_its_use_by_time(world: World) -> None:
    message = world.text(world.job(), dispatcher(world.ann), world.ana)
    world.writers.outbox.record(claim(world), BUSY)
    world.clock.advance(hours=5)
    assert world.writers.outbox.claim("one") is None
    assert state(world, message) is State.EXPIRED


def test_an_unclear_end_is_never_repeated_by_itself(world: World) -> None:
    message = world.text(world.job(), dispatcher(world.ann), world.ana)
    world.writers.outbox.record(claim(world), Unclear("the carrier did not answer"))
    world.clock.advance(days=1)
    assert world.writers.outbox.claim("one") is None
    row = delivery(world, message)
    assert (row.state, row.reason) == (State.UNCONFIRMED, "the carrier did not answer")


def test_acceptance_keeps_the_carriers_id_and_word(world: World) -> None:
    message = world.text(world.job(), dispatcher(world.ann), world.ana)
    world.writers.outbox.record(claim(world), Accepted("SM1", "queued", State.ACCEPTED))
    row = delivery(world, message)
    assert (row.state, row.sid, row.carrier_word) == (State.ACCEPTED, "SM1", "queued")
    assert row.sent_at == world.clock()


def test_a_word_nobody_knows_still_counts_as_accepted(world: World) -> None:
    message = world.text(world.job(), dispatcher(world.ann), world.ana)
    world.writers.outbox.record(claim(world), Accepted("SM1", "teleported", None))
    assert (state(world, message), delivery(world, message).carrier_word) == (State.ACCEPTED, "teleported")


def test_customer_messages_exist_from_the_first_acceptance_and_not_before(world: World) -> None:
    """Not from writing, claiming, a busy carrier, a refusal or an unclear end (rule 1)."""
    job = world.job()
    for outcome in (BUSY, Rejected(30003), Unclear("no answer")):
        world.text(job, dispatcher(world.ann), world.ana)
        taken = claim(world)
        world.writers.outbox.record(taken, outcome)
        assert world.read_job(job.id).texting_since is None
        world.clock.advance(minutes=1)
        while (again := world.writers.outbox.claim("one")) is not None:
            world.writers.outbox.record(again, Rejected(30003))
    world.text(job, dispatcher(world.ann), worker(world.marco))
    assert world.read_job(job.id).texting_since is None
    world.text(job, dispatcher(world.ann), world.ana)
    assert world.read_job(job.id).texting_since is None
    send(world)
    since = world.clock()
    assert world.read_job(job.id).texting_since == since
    world.clock.advance(hours=1)
    world.text(job, dispatcher(world.ann), world.ana)
    send(world)
    assert world.read_job(job.id).texting_since == since


def test_the_state_of_a_text_is_asked_for_with_growing_pauses_until_it_is_final(world: World) -> None:
    message = world.text(world.job(), dispatcher(world.ann), world.ana)
    assert world.writers.outbox.to_check() == []
    send(world, "SM1")
    outbox, row = world.writers.outbox, delivery(world, message)
    assert row.id is not None
    pauses = []
    for _ in range(40):
        found = delivery(world, message).check_at
        assert found is not None
        pauses.append(found - world.clock())
        world.clock.now = found - timedelta(microseconds=1)
        assert outbox.to_check() == []
        world.clock.now = found
        assert outbox.to_check() == [(row.id, "SM1")]
        outbox.report(row.id, None)
    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(seconds=1)
    assert pauses[-1] == timedelta(minutes=10)
    outbox.report(row.id, Report("delivered", State.DELIVERED))
    world.clock.advance(days=1)
    assert outbox.to_check() == []


def test_a_text_nobody_reports_on_is_asked_about_for_a_day_and_no_longer(world: World) -> None:
    message = world.text(world.job(), dispatcher(world.ann), world.ana)
    send(world)
    world.clock.advance(days=1, seconds=1)
    ((delivery_id, _),) = world.writers.outbox.to_check()
    world.writers.outbox.report(delivery_id, None)
    assert world.writers.outbox.to_check() == []
    assert state(world, message) is State.ACCEPTED


REPORTS = (
    Report("queued", State.ACCEPTED),
    Report("sending", State.ACCEPTED),
    Report("sent", State.SENT),
    Report("undelivered", State.UNDELIVERED, 30003),
    Report("failed", State.FAILED, 30008),
    Report("canceled", State.CANCELED),
    Report("delivered", State.DELIVERED),
    Report("teleported", None),
    None,
)


class Ended(NamedTuple):
    state: State
    waiting_on: Waiting


def test_reports_end_alike_in_whatever_order_and_however_often_they_come(world: World) -> None:
    def after(reports: Iterable[Report | None]) -> Ended:
        job = world.job()
        message = world.text(job, dispatcher(world.ann), world.ana)
        send(world)
        found = delivery(world, message)
        for report in reports:
            world.writers.outbox.report(found.id or 0, report)
        with world.writers.database.read() as session:
            return Ended(state(world, message), session.get_one(JobRow, job.id).waiting_on)

    @examples(world, 15, 4)
    @given(st.lists(st.sampled_from(REPORTS), min_size=1, max_size=5), st.data())
    def holds(reports: list[Report | None], data: st.DataObject) -> None:
        one, two = data.draw(st.permutations(reports)), data.draw(st.permutations([*reports, reports[0]]))
        ended = after(one)
        assert ended == after(two)
        known = [r.state for r in reports if r is not None and r.state is not None]
        highest = [s for s in (State.DELIVERED, State.UNDELIVERED, State.FAILED, State.CANCELED) if s in known]
        expected = highest[0] if highest else State.SENT if State.SENT in known else State.ACCEPTED
        assert ended.state is expected

    holds()


def test_the_reason_shown_belongs_to_the_report_that_won(world: World) -> None:
    """Two failures in either order: the words on the screen are the same."""
    errors = []
    for reports in (REPORTS[3:5], REPORTS[4:2:-1]):
        message = world.text(world.job(), dispatcher(world.ann), world.ana)
        send(world)
        for report in reports:
            world.writers.outbox.report(delivery(world, message).id or 0, report)
        assert state(world, message) is State.UNDELIVERED
        errors.append(delivery(world, message).error)
    assert errors == [30003, 30003]


# --- Whose turn it is ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", [Rejected(30005), "undelivered", "expired", "stopped", "switched off"])
def test_the_turn_goes_back_to_the_dispatcher_when_a_persons_text_fails(small_world: World, outcome: object) -> None:
    world = small_world
    job = world.job()
    world.text(job, world.ana, DISPATCH, body="Where are you?")
    asked = world.clock()
    world.clock.advance(minutes=5)
    message = world.text(job, dispatcher(world.ann), world.ana, body="On our way")
    assert line(world, world.ann, job).waiting_on is Waiting.CUSTOMER
    _let_fail(world, message, outcome)
    row = line(world, world.ann, job)
    assert (row.waiting_on, row.waiting_since) == (Waiting.DISPATCHER, asked)


def _let_fail(world: World, message: int, outcome: object) -> None:
    if outcome == "expired":
        world.clock.advance(hours=9)
    elif outcome == "stopped":
        stops(world, ANA)
    elif outcome == "switched off":
        with world.write() as session:
            session.get_one(ContactRow, world.ana.contact_id).sms_on = False
    if isinstance(outcome, Rejected):
        world.writers.outbox.record(claim(world), outcome)
    elif outcome == "undelivered":
        send(world)
        world.writers.outbox.report(delivery(world, message).id or 0, REPORTS[3])
    else:
        assert world.writers.outbox.claim("one") is None


def test_a_text_that_arrives_after_all_waits_on_the_customer_again(world: World) -> None:
    job = world.job()
    world.text(job, world.ana, DISPATCH, body="Where are you?")
    message = world.text(job, dispatcher(world.ann), world.ana)
    send(world)
    found = delivery(world, message).id or 0
    world.writers.outbox.report(found, REPORTS[3])
    assert line(world, world.ann, job).waiting_on is Waiting.DISPATCHER
    world.writers.outbox.report(found, Report("delivered", State.DELIVERED))
    assert line(world, world.ann, job).waiting_on is Waiting.CUSTOMER


def test_a_text_that_reached_one_of_two_people_waits_on_the_customer(world: World) -> None:
    job = world.job()
    world.text(job, world.ana, DISPATCH, body="Where are you?")
    world.text(job, dispatcher(world.ann), world.ana, world.ben)
    world.writers.outbox.record(claim(world), Rejected(30005))
    assert line(world, world.ann, job).waiting_on is Waiting.CUSTOMER
    world.writers.outbox.record(claim(world), Rejected(30005))
    assert line(world, world.ann, job).waiting_on is Waiting.DISPATCHER


def test_an_unclear_end_leaves_the_turn_with_the_customer(world: World) -> None:
    job = world.job()
    world.text(job, world.ana, DISPATCH, body="Where are you?")
    world.text(job, dispatcher(world.ann), world.ana)
    world.writers.outbox.record(claim(world), Unclear("no answer"))
    assert line(world, world.ann, job).waiting_on is Waiting.CUSTOMER


def test_a_failed_alert_changes_no_turn(world: World) -> None:
    job = world.job()
    world.text(job, world.ana, DISPATCH, body="Where are you?")
    world.text(job, SYSTEM, world.ana, kind=Kind.ALERT)
    assert line(world, world.ann, job).waiting_on is Waiting.DISPATCHER
    world.writers.outbox.record(claim(world), Rejected(30005))
    assert line(world, world.ann, job).waiting_on is Waiting.DISPATCHER


# --- Sent again ------------------------------------------------------------------------------------------------------


def test_a_failed_text_is_sent_again_as_one_new_attempt(world: World) -> None:
    job = world.job()
    world.text(job, world.ana, DISPATCH, body="Where are you?")
    message = world.text(job, dispatcher(world.ann), world.ana)
    world.writers.outbox.record(claim(world), Rejected(30003))
    world.clock.advance(hours=6)
    old = delivery(world, message)
    assert world.writers.conversations.resend(job.id, old.id or 0)
    assert not world.writers.conversations.resend(job.id, old.id or 0)
    first, again = deliveries(world, message)
    assert first.state is State.FAILED
    assert (again.state, again.to_address, again.from_number) == (State.QUEUED, ANA, old.from_number)
    assert again.use_by == world.clock() + timedelta(hours=4)
    assert line(world, world.ann, job).waiting_on is Waiting.CUSTOMER
    assert send(world).delivery_id == again.id
    assert world.writers.outbox.claim("one") is None


def test_a_text_sent_again_that_fails_again_can_be_sent_once_more(world: World) -> None:
    job = world.job()
    message = world.text(job, dispatcher(world.ann), world.ana)
    for attempt in range(3):
        world.writers.outbox.record(claim(world), Rejected(30003))
        *_, newest = deliveries(world, message)
        assert len(deliveries(world, message)) == attempt + 1
        assert world.writers.conversations.resend(job.id, newest.id or 0)


@pytest.mark.parametrize(
    "as_",
    [State.QUEUED, State.SENDING, State.HELD, State.BLOCKED, State.CANCELLED, State.ACCEPTED, State.DELIVERED],
)
def test_only_a_text_that_did_not_get_there_is_sent_again(small_world: World, as_: State) -> None:
    world = small_world
    job = world.job()
    message = world.text(job, dispatcher(world.ann), world.ana)
    with world.write() as session:
        row = session.exec(select(DeliveryRow)).one()
        row.state = as_
    assert not world.writers.conversations.resend(job.id, row.id or 0)
    assert len(deliveries(world, message)) == 1


def test_two_dispatchers_pressing_resend_at_once_send_it_once(world: World) -> None:
    job = world.job()
    message = world.text(job, dispatcher(world.ann), world.ana)
    world.writers.outbox.record(claim(world), Rejected(30003))
    old = delivery(world, message).id or 0
    with another(world) as one, another(world) as two:

        def hold_the_job() -> bool:
            if not world.writers.database.is_sqlite:
                with world.write() as session:
                    session.get_one(JobRow, job.id, with_for_update=True)
                    time.sleep(0.5)
            return False

        made = together(hold_the_job, *(lambda w=w: w.conversations.resend(job.id, old) for w in (one, two)))
    assert made.count(True) == 1
    assert len(deliveries(world, message)) == 2


def test_nothing_and_nobodys_text_is_sent_again(small_world: World) -> None:
    world = small_world
    assert not world.writers.conversations.resend(world.job().id, 4711)
    job = world.job()
    message = world.text(job, dispatcher(world.ann), worker(world.marco))
    assert not world.writers.conversations.resend(job.id, delivery(world, message).id or 0)


def test_a_text_is_sent_again_only_on_its_own_job(small_world: World) -> None:
    world = small_world
    job, other = world.job(), world.job()
    message = world.text(job, dispatcher(world.ann), world.ana)
    world.writers.outbox.record(claim(world), Rejected(30003))
    assert not world.writers.conversations.resend(other.id, delivery(world, message).id or 0)
    assert len(deliveries(world, message)) == 1


# --- When to wake ----------------------------------------------------------------------------------------------------


def test_the_next_text_due_says_when_to_wake(world: World) -> None:
    outbox, job = world.writers.outbox, world.job()
    assert outbox.due_next() is None
    later = world.clock() + timedelta(hours=2)
    _plan(world, job, "later", State.QUEUED, later)
    _plan(world, job, "held", State.HELD, world.clock())
    world.text(job, dispatcher(world.ann), worker(world.marco))
    assert outbox.due_next() == later
    world.text(job, dispatcher(world.ann), world.ben)
    assert outbox.due_next() == world.clock()
    assert outbox.waiting() == 3
    claim(world)
    assert outbox.due_next() == later
    assert outbox.waiting() == 3


def test_a_closed_job_still_lets_a_written_text_leave(world: World) -> None:
    job = world.job()
    world.text(job, dispatcher(world.ann), world.ana, body="All done, thank you")
    world.change(job, status=Status.COMPLETED)
    assert claim(world).body == "All done, thank you"


def test_a_repeated_submit_sends_one_text(world: World) -> None:
    """Two desks, or one impatient person: the same reference makes one message."""
    job, now = world.job(), world.clock()
    new = NewMessage(
        job.id,
        Kind.MESSAGE,
        dispatcher(world.ann),
        (world.ana,),
        "On our way",
        now,
        "compose-1",
        deliveries=(NewDelivery(0, Channel.SMS, ANA, State.QUEUED, now),),
    )
    with another(world) as one, another(world) as two:

        def hold_the_job() -> None:
            if not world.writers.database.is_sqlite:
                with world.write() as session:
                    session.get_one(JobRow, job.id, with_for_update=True)
                    time.sleep(0.5)

        together(hold_the_job, *(lambda w=w: w.conversations.post(new) for w in (one, two)))
    with world.writers.database.read() as session:
        assert len(session.exec(select(DeliveryRow)).all()) == 1
