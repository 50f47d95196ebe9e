"""Texts that come in: kept once, placed once, and shown in the tray only to those who may see it."""

import time
from datetime import timedelta
from functools import partial

import pytest
from sqlmodel import select

from app.wiring import Writers
from domain.delivery import State
from domain.jobs import Status
from domain.messages import DISPATCH, Kind, NewMessage, Party, Person
from domain.optout import Keyword
from domain.people import Role
from domain.texts import Accepted, Incoming, Rejected
from storage.inbox import Kept
from storage.tables.jobs import JobRow
from storage.tables.messages import InboundRow, InboundState
from storage.tables.people import OptOutRow, UserRow
from tests.storage.rows import another, fresh, line, together
from tests.world import ANA, OURS, OURS_TOO, World, dispatcher, worker


def incoming(world: World, body: str = "Hi", sender: str = ANA, to: str = OURS, sid: str = "") -> Incoming:
    return Incoming(sid or fresh("SM"), sender, to, body, world.clock())


def keep(world: World, text: Incoming) -> Kept:
    """Keep a text and give it back as it waits to be placed."""
    world.writers.inbox.keep([text])
    (kept,) = [k for k in world.writers.inbox.new() if k.text.sid == text.sid]
    return kept


def as_message(world: World, job_id: int, body: str = "Hi", author: Person | None = None) -> NewMessage:
    """What a text becomes on a job."""
    who = author or world.ana
    return NewMessage(job_id, Kind.REPLY, who, (DISPATCH,), body, world.clock(), fresh("inbound"))


def send_all(world: World) -> None:
    """The carrier accepts whatever is due."""
    while (text := world.writers.outbox.claim("one")) is not None:
        world.writers.outbox.record(text, Accepted(fresh("SM"), "queued", State.ACCEPTED))


def test_a_text_is_kept_as_it_came(world: World) -> None:
    body = "  ñ 👍\r\n[red]bold[/red] \x1b[2J "
    text = incoming(world, body)
    assert keep(world, text).text == text


def test_the_same_text_heard_twice_is_kept_once(world: World) -> None:
    """Polling and the webhook bring the same sid; the first words stand."""
    inbox, first = world.writers.inbox, incoming(world, "first", sid="SM1")
    assert inbox.keep([first, first]) == 1
    assert inbox.keep([incoming(world, "changed", sid="SM1"), incoming(world, "new", sid="SM2")]) == 1
    assert [k.text.body for k in inbox.new()] == ["first", "new"]
    assert inbox.known(["SM1", "SM2", "SM3"]) == {"SM1", "SM2"}
    assert inbox.keep([]) == 0


def test_programs_that_hear_the_same_texts_at_once_keep_each_once(world: World) -> None:
    texts = [incoming(world, str(i)) for i in range(40)]
    with another(world) as one, another(world) as two:
        kept = together(lambda: one.inbox.keep(texts), lambda: two.inbox.keep(texts))
    assert sum(kept) == 40
    assert [k.text for k in world.writers.inbox.new()] == texts


def test_texts_wait_in_the_order_of_the_carriers_time(world: World) -> None:
    late = incoming(world, "late")
    world.clock.advance(minutes=-5)
    early = incoming(world, "early")
    world.writers.inbox.keep([late, early])
    assert [k.text.body for k in world.writers.inbox.new()] == ["early", "late"]
    assert [k.text.body for k in world.writers.inbox.new(limit=1)] == ["early"]
    assert world.writers.inbox.newest_kept(OURS) == late.at
    assert world.writers.inbox.newest_kept(OURS_TOO) is None


def test_a_placed_text_is_a_message_on_the_job_and_waits_no_more(world: World) -> None:
    job, kept = world.job(), keep(world, incoming(world, "Where are you?"))
    assert world.writers.inbox.place(kept, as_message(world, job.id, "Where are you?"), "")
    assert world.writers.inbox.new() == []
    messages, _ = world.readers.threads.messages(world.ann, job.id)
    assert [m.body for m in messages] == ["Where are you?"]
    with world.writers.database.read() as session:
        row = session.exec(select(InboundRow)).one()
        assert (row.state, row.message_id) == (InboundState.PLACED, messages[0].id)


def test_a_text_is_placed_once_when_two_programs_try(world: World) -> None:
    job = world.job()

    def place(writers: Writers, kept: Kept) -> bool:
        return writers.inbox.place(kept, as_message(world, job.id), "")

    for _ in range(5):
        kept = keep(world, incoming(world))
        with another(world) as one, another(world) as two:
            placed = together(partial(place, one, kept), partial(place, two, kept))
        assert sorted(placed) == [False, True]
    messages, _ = world.readers.threads.messages(world.ann, job.id)
    assert len(messages) == 5


def test_a_text_already_in_the_tray_is_not_placed_by_a_late_program(world: World) -> None:
    job, kept = world.job(), keep(world, incoming(world))
    assert world.writers.inbox.place(kept, None, "unknown number")
    assert not world.writers.inbox.place(kept, as_message(world, job.id), "")
    assert world.readers.threads.messages(world.ann, job.id) == ([], False)


def test_stop_takes_effect_and_start_clears_it_with_the_record_kept(world: World) -> None:
    inbox = world.writers.inbox
    job = world.job()
    assert inbox.place(keep(world, incoming(world, " Stop ")), None, "opt-out", Keyword.STOP)
    site = world.read_job(job.id).site
    assert site is not None
    assert site.opted_out
    world.clock.advance(hours=1)
    assert inbox.place(keep(world, incoming(world, "STOP")), None, "opt-out", Keyword.STOP)
    world.clock.advance(hours=1)
    assert inbox.place(keep(world, incoming(world, "START")), None, "opt-in", Keyword.START)
    site = world.read_job(job.id).site
    assert site is not None
    assert not site.opted_out
    with world.writers.database.read() as session:
        (row,) = session.exec(select(OptOutRow)).all()
        assert (row.word, row.at, row.cleared_at) == (
            "Stop",
            world.clock() - timedelta(hours=2),
            world.clock(),
        )


def test_a_start_from_somebody_who_never_stopped_changes_nothing(world: World) -> None:
    assert world.writers.inbox.place(keep(world, incoming(world, "START")), None, "", Keyword.START)
    with world.writers.database.read() as session:
        assert session.exec(select(OptOutRow)).all() == []


def test_a_stop_placed_on_a_job_counts_and_stands_in_its_thread(world: World) -> None:
    job, kept = world.job(), keep(world, incoming(world, "STOP"))
    assert world.writers.inbox.place(kept, as_message(world, job.id, "STOP"), "", Keyword.STOP)
    site = world.read_job(job.id).site
    assert site is not None
    assert site.opted_out
    assert len(world.readers.threads.messages(world.ann, job.id)[0]) == 1


def test_a_stop_that_a_late_program_brings_again_does_not_undo_a_start(world: World) -> None:
    inbox, job = world.writers.inbox, world.job()
    stop = keep(world, incoming(world, "STOP"))
    assert inbox.place(stop, None, "", Keyword.STOP)
    assert inbox.place(keep(world, incoming(world, "START")), None, "", Keyword.START)
    assert not inbox.place(stop, None, "", Keyword.STOP)
    site = world.read_job(job.id).site
    assert site is not None
    assert not site.opted_out


def test_keywords_do_not_fill_the_tray(world: World) -> None:
    assert world.writers.inbox.place(keep(world, incoming(world, "STOP")), None, "", Keyword.STOP)
    assert world.writers.tray.waiting(world.ann) == []
    assert world.writers.inbox.new() == []


def test_the_tray_is_seen_only_by_dispatchers_with_chat_of_that_numbers_location(world: World) -> None:
    south_number = "+15550100009"
    south = world.writers.people.add_location("South", "US", "America/Denver", [south_number])
    both = world.user("Bo", Role.DISPATCHER, locations=(world.berlin, south))
    far = world.user("Fay", Role.DISPATCHER, locations=(south,))
    blind = world.user("Nia", Role.DISPATCHER, chat=False)
    inbox, tray = world.writers.inbox, world.writers.tray
    assert inbox.place(keep(world, incoming(world, "to North", "+15550109999")), None, "unknown number")
    assert inbox.place(keep(world, incoming(world, "to South", "+15550109998", south_number)), None, "too late")
    assert [t.body for t in tray.waiting(world.ann)] == ["to North"]
    assert [t.body for t in tray.waiting(far)] == ["to South"]
    assert [t.body for t in tray.waiting(both)] == ["to South", "to North"]
    assert [t.body for t in tray.waiting(both, limit=1)] == ["to South"]
    assert [tray.waiting(nobody) for nobody in (blind, world.marco)] == [[], []]
    (text,) = tray.waiting(world.ann)
    assert (text.sender, text.to, text.why, text.at) == ("+15550109999", OURS, "unknown number", world.clock())


def test_a_placed_text_and_one_not_looked_at_yet_are_not_in_the_tray(world: World) -> None:
    keep(world, incoming(world))
    assert world.writers.tray.waiting(world.ann) == []


def test_texted_names_the_newest_text_that_left_on_each_job(world: World) -> None:
    inbox = world.writers.inbox
    first, second = world.job(), world.job(world.mia)
    assert inbox.texted(ANA, OURS) == []
    world.text(first, dispatcher(world.ann), world.ana)
    assert inbox.texted(ANA, OURS) == [], "not before it left"
    send_all(world)
    began = world.clock()
    world.clock.advance(minutes=5)
    world.text(first, dispatcher(world.ann), world.ana)
    send_all(world)
    world.text(second, dispatcher(world.ann), world.ana)
    send_all(world)
    (one,) = inbox.texted(ANA, OURS)
    assert (one.job_id, one.at, one.closed_at, one.worker_id) == (first.id, world.clock(), None, world.marco.id)
    assert one.at > began
    (two,) = inbox.texted(ANA, OURS_TOO)
    assert (two.job_id, two.worker_id) == (second.id, world.mia.id)


def test_texted_knows_when_a_job_was_closed_and_who_has_it_now(world: World) -> None:
    job = world.job()
    world.text(job, dispatcher(world.ann), world.ana)
    send_all(world)
    world.change(job, worker_id=world.mia.id)
    world.clock.advance(days=1)
    world.change(job, status=Status.COMPLETED)
    (found,) = world.writers.inbox.texted(ANA, OURS)
    assert (found.worker_id, found.closed_at) == (world.mia.id, world.clock())


def test_a_text_that_the_carrier_refused_was_never_sent(world: World) -> None:
    world.text(world.job(), dispatcher(world.ann), world.ana)
    taken = world.writers.outbox.claim("one")
    assert taken is not None
    world.writers.outbox.record(taken, Rejected(30005))
    assert world.writers.inbox.texted(ANA, OURS) == []


def test_an_answer_belongs_to_the_last_one_addressed_of_those_who_share_a_phone(world: World) -> None:
    son = world.contact("Sam Silva", None)
    son = Person(Party.CONTACT, son.name, contact_id=son.contact_id, mobile=ANA)
    job, other = world.job(), world.job()
    inbox = world.writers.inbox
    assert inbox.answered(ANA, job.id) == (None, [])
    world.text(job, dispatcher(world.ann), world.ana, body="To Ana")
    world.text(job, dispatcher(world.abe), son, body="To Sam")
    world.text(other, dispatcher(world.ann), world.ana, body="Elsewhere")
    newest, people = inbox.answered(ANA, job.id)
    assert newest is not None
    assert (newest.body, newest.author.name) == ("To Sam", "Abe Cole")
    assert [p.name for p in people] == ["Sam Silva", "Ana Silva"]
    world.text(job, dispatcher(world.ann), world.ana, body="To Ana again")
    assert [p.name for p in inbox.answered(ANA, job.id)[1]] == ["Ana Silva", "Sam Silva"]


def test_customer_messages_exist_once_a_text_came_in(world: World) -> None:
    job = world.job()
    assert world.writers.inbox.place(keep(world, incoming(world)), as_message(world, job.id), "")
    since = world.clock()
    assert world.read_job(job.id).texting_since == since
    world.clock.advance(hours=1)
    assert world.writers.inbox.place(keep(world, incoming(world)), as_message(world, job.id), "")
    assert world.read_job(job.id).texting_since == since


def test_a_workers_own_text_makes_no_customer_messages(world: World) -> None:
    job = world.job()
    message = as_message(world, job.id, author=worker(world.marco))
    assert world.writers.inbox.place(keep(world, incoming(world, sender="+15550103001")), message, "")
    assert world.read_job(job.id).texting_since is None


def test_a_customers_text_waits_on_the_dispatcher(world: World) -> None:
    job = world.job()
    assert world.writers.inbox.place(keep(world, incoming(world, "Hi?")), as_message(world, job.id, "Hi?"), "")
    row = line(world, world.ann, job)
    assert (row.waiting_on.value, row.last_preview, row.unread) == ("dispatcher", "Hi?", True)


def test_a_workers_phone_is_known_by_its_number(world: World) -> None:
    with world.write() as session:
        session.get_one(UserRow, world.marco.id).mobile = "+15550103001"
        session.get_one(UserRow, world.mia.id).mobile = "+15550103002"
        session.get_one(UserRow, world.mia.id).active = False
    found = world.writers.inbox.worker_of_phone("+15550103001")
    assert found == Person(Party.WORKER, "Marco Diaz", world.marco.id, mobile="+15550103001")
    assert world.writers.inbox.worker_of_phone("+15550103002") is None
    assert world.writers.inbox.worker_of_phone(ANA) is None


def test_our_numbers_come_in_a_steady_order(world: World) -> None:
    assert world.writers.inbox.our_numbers() == [OURS, OURS_TOO]


def test_what_an_answer_needs_to_know_of_a_job(world: World) -> None:
    job = world.job()
    facts = world.writers.inbox.job_facts(job.id)
    assert (facts.location.name, facts.location.direct_reply, facts.number) == ("North", True, job.number)
    assert facts.worker == worker(world.marco)
    assert not facts.awaits_approval
    world.writers.people.set_direct_reply(world.berlin, on=False)
    facts = world.writers.inbox.job_facts(world.job(worker_id=None, status=Status.AWAITING_APPROVAL).id)
    assert (facts.location.direct_reply, facts.worker, facts.awaits_approval) == (False, None, True)


def test_a_failed_placing_leaves_the_text_waiting(world: World) -> None:
    """Nothing half-done: the opt-out, the message and the text's state stand or fall together."""
    job, kept = world.job(), keep(world, incoming(world, "STOP"))
    bad = as_message(world, job.id)
    bad = NewMessage(
        job.id, bad.kind, Person(Party.CONTACT, "Nobody", contact_id=999_999), (), "STOP", bad.at, bad.compose_id
    )
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        world.writers.inbox.place(kept, bad, "", Keyword.STOP)
    assert [k.id for k in world.writers.inbox.new()] == [kept.id]
    site = world.read_job(job.id).site
    assert site is not None
    assert not site.opted_out
    assert world.writers.inbox.place(kept, None, "", Keyword.STOP)


def test_an_answer_leaves_from_the_number_the_customer_wrote_to(world: World) -> None:
    job = world.job()
    kept = keep(world, incoming(world, to=OURS_TOO))
    assert world.writers.inbox.place(kept, as_message(world, job.id), "")
    world.text(job, dispatcher(world.ann), world.ana)
    taken = world.writers.outbox.claim("one")
    assert taken is not None
    assert taken.sender == OURS_TOO


def test_texts_being_placed_do_not_wait_for_each_other_for_ever(world: World) -> None:
    """Two programs place texts on two jobs while a third reads and marks them."""
    jobs = [world.job(), world.job()]
    texts = [[keep(world, incoming(world, f"{i}{j}")) for i in range(6)] for j in range(2)]
    with another(world) as one, another(world) as two:

        def place(which: int) -> int:
            inbox = (one, two)[which].inbox
            return sum(
                inbox.place(kept, as_message(world, jobs[(i + which) % 2].id, kept.text.body), "")
                for i, kept in enumerate(texts[which])
            )

        def read() -> int:
            for seq in range(1, 20):
                for job in jobs:
                    world.writers.conversations.see_at_desk(world.ann, job.id, seq)
                time.sleep(0.005)
            return 0

        assert together(lambda: place(0), lambda: place(1), read) == [6, 6, 0]
    with world.writers.database.read() as session:
        assert [session.get_one(JobRow, job.id).message_count for job in jobs] == [6, 6]
