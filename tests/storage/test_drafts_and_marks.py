"""Unsent texts, how far somebody has read, and desk messages becoming seen."""

import time
from contextlib import ExitStack
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.delivery import Channel, State
from domain.errors import Refusal
from domain.jobs import Job
from domain.messages import DISPATCH, SYSTEM, Draft, Kind, NewMessage, Stage
from domain.people import User
from storage.conversations import Posted
from storage.tables.jobs import ReadMarkRow
from tests.storage.rows import another, delivery, examples, line, state, together
from tests.world import World, dispatcher, worker


def newest(world: World) -> int:
    return world.readers.reads.newest_change()


def mark(world: World, user_id: int, job_id: int) -> int | None:
    with world.writers.database.read() as session:
        row = session.get(ReadMarkRow, (user_id, job_id))
        return row.seq if row else None


# --- Drafts ----------------------------------------------------------------------------------------------------------


def test_a_draft_belongs_to_one_user_on_one_job(world: World) -> None:
    talk, first, second = world.writers.conversations, world.job(), world.job()
    talk.keep_draft(world.ann, first.id, Draft("Dear Ana,\n  we", ("contact:7", "worker:2")))
    talk.keep_draft(world.ann, second.id, Draft("Other", ()))
    talk.keep_draft(world.abe, first.id, Draft("Abe's", ("dispatch",)))
    assert talk.draft(world.ann, first.id) == Draft("Dear Ana,\n  we", ("contact:7", "worker:2"))
    assert talk.draft(world.ann, second.id) == Draft("Other", ())
    assert talk.draft(world.abe, first.id) == Draft("Abe's", ("dispatch",))
    assert talk.draft(world.abe, second.id) is None


def test_a_draft_is_replaced_and_forgotten(world: World) -> None:
    talk, job = world.writers.conversations, world.job()
    talk.keep_draft(world.ann, job.id, None)
    talk.keep_draft(world.ann, job.id, Draft("one", ("contact:1",)))
    talk.keep_draft(world.abe, job.id, Draft("Abe's", ()))
    talk.keep_draft(world.ann, job.id, Draft("two", ()))
    assert talk.draft(world.ann, job.id) == Draft("two", ())
    talk.keep_draft(world.ann, job.id, None)
    assert talk.draft(world.ann, job.id) is None
    assert talk.draft(world.abe, job.id) == Draft("Abe's", ())


def test_a_draft_shows_to_nobody_and_changes_nothing(world: World) -> None:
    job = world.job()
    before = newest(world)
    world.writers.conversations.keep_draft(world.ann, job.id, Draft("Secret", ()))
    assert newest(world) == before
    assert world.readers.threads.messages(world.abe, job.id) == ([], False)
    assert line(world, world.abe, job).last_preview == ""


def test_a_draft_survives_the_program(world: World) -> None:
    job = world.job()
    world.writers.conversations.keep_draft(world.ann, job.id, Draft("Kept", ()))
    with another(world) as later:
        assert later.conversations.draft(world.ann, job.id) == Draft("Kept", ())


# --- Read marks ------------------------------------------------------------------------------------------------------


def test_a_read_mark_only_moves_forward(world: World) -> None:
    @examples(world, 20, 5)
    @given(st.lists(st.integers(1, 9), min_size=1, max_size=6))
    def holds(seqs: list[int]) -> None:
        job = world.job()
        for i, seq in enumerate(seqs):
            world.writers.conversations.see_at_desk(world.ann, job.id, seq)
            assert mark(world, world.ann.id, job.id) == max(seqs[: i + 1])
        assert mark(world, world.abe.id, job.id) is None

    holds()


def test_a_mark_that_does_not_move_tells_nobody(world: World) -> None:
    job = world.job()
    world.writers.conversations.see_at_desk(world.ann, job.id, 5)
    before = newest(world)
    world.writers.conversations.see_at_desk(world.ann, job.id, 5)
    world.writers.conversations.see_at_desk(world.ann, job.id, 3)
    assert newest(world) == before


@pytest.mark.parametrize("before", [None, 5])
def test_a_read_mark_moves_forward_also_when_one_person_sits_at_two_desks(world: World, before: int | None) -> None:
    """One desk reads up to 10 while the other, a moment slower, has read up to 7."""
    job = world.job()
    if before is not None:
        world.writers.conversations.see_at_desk(world.ann, job.id, before)
    with another(world) as other, ExitStack() as stack:
        faster = stack.enter_context(other.database.write())
        faster.merge(ReadMarkRow(user_id=world.ann.id, job_id=job.id, seq=10))
        faster.flush()

        def end() -> None:
            time.sleep(0.4)
            stack.close()

        together(lambda: world.writers.conversations.see_at_desk(world.ann, job.id, 7), end)
    assert mark(world, world.ann.id, job.id) == 10


# --- Desk deliveries -------------------------------------------------------------------------------------------------


def test_a_desk_message_becomes_seen_when_its_worker_reads_it(world: World) -> None:
    job, talk = world.job(), world.writers.conversations
    first = world.text(job, dispatcher(world.ann), worker(world.marco), body="first")
    read_to = newest(world)
    world.clock.advance(minutes=5)
    second = world.text(job, dispatcher(world.ann), worker(world.marco), body="second")
    assert (state(world, first), delivery(world, first).channel) == (State.WAITING, Channel.DESK)
    talk.see_at_desk(world.ann, job.id, newest(world))
    assert state(world, first) is State.WAITING, "somebody else reading it is not the worker"
    talk.see_at_desk(world.marco, job.id, read_to)
    assert (state(world, first), state(world, second)) == (State.SEEN, State.WAITING)
    seen = delivery(world, first).changed_at
    assert seen == world.clock()
    world.clock.advance(minutes=5)
    talk.see_at_desk(world.marco, job.id, newest(world))
    assert state(world, second) is State.SEEN
    assert delivery(world, first).changed_at == seen


def test_writing_an_answer_does_not_hide_what_the_program_told_a_worker(world: World) -> None:
    """An automatic message nobody has read stays unread, and is still seen when it is read."""
    job, talk = world.job(), world.writers.conversations
    told = world.text(job, SYSTEM, worker(world.marco), body="The visit was moved to nine")
    assert line(world, world.marco, job).unread
    world.text(job, worker(world.marco), DISPATCH, body="Running late")
    assert line(world, world.marco, job).unread
    talk.see_at_desk(world.marco, job.id, newest(world))
    assert state(world, told) is State.SEEN
    assert not line(world, world.marco, job).unread


def test_a_worker_who_answers_at_once_has_seen_what_they_answer(world: World) -> None:
    job, talk = world.job(), world.writers.conversations
    asked = world.text(job, dispatcher(world.ann), worker(world.marco), body="Where are you?")
    talk.see_at_desk(world.marco, job.id, newest(world))
    world.text(job, worker(world.marco), DISPATCH, body="At the gate")
    talk.see_at_desk(world.marco, job.id, newest(world))
    assert state(world, asked) is State.SEEN


def test_writing_marks_ones_own_words_read_and_nothing_else(world: World) -> None:
    first, second = world.job(), world.job()
    world.text(first, dispatcher(world.ann), world.ana)
    assert not line(world, world.ann, first).unread
    assert line(world, world.abe, first).unread
    world.text(second, world.ana, DISPATCH, body="Not read yet")
    world.text(second, dispatcher(world.ann), world.ana)
    assert line(world, world.ann, second).unread


def test_ones_own_words_are_not_unread_because_of_an_automatic_text_before(world: World) -> None:
    job = world.job()
    world.text(job, SYSTEM, world.ana, kind=Kind.ALERT, body="Your visit is planned")
    world.text(job, dispatcher(world.ann), world.ana, body="See you at nine")
    assert not line(world, world.ann, job).unread
    assert line(world, world.abe, job).unread


def test_reading_one_job_leaves_the_others_waiting(world: World) -> None:
    one, other = world.job(), world.job()
    world.text(one, dispatcher(world.ann), worker(world.marco))
    message = world.text(other, dispatcher(world.ann), worker(world.marco))
    world.writers.conversations.see_at_desk(world.marco, one.id, newest(world))
    assert state(world, message) is State.WAITING


def test_reading_moves_no_text_message(world: World) -> None:
    job = world.job()
    message = world.text(job, dispatcher(world.ann), world.ana)
    for user in (world.ann, world.marco):
        world.writers.conversations.see_at_desk(user, job.id, newest(world))
    assert state(world, message) is State.QUEUED


def test_a_former_workers_unread_message_stays_unread(world: World) -> None:
    """What they had not read before the hand-over is shown to the dispatcher as not read (rule 7)."""
    job = world.job()
    message = world.text(job, dispatcher(world.ann), worker(world.marco))
    world.change(job, worker_id=world.mia.id)
    world.writers.conversations.see_at_desk(world.mia, job.id, newest(world))
    assert state(world, message) is State.WAITING


# --- Submitting ------------------------------------------------------------------------------------------------------


def new(world: World, job_id: int, compose_id: str = "c1", body: str = "On our way") -> NewMessage:
    return NewMessage(job_id, Kind.NOTE, dispatcher(world.ann), (DISPATCH,), body, world.clock(), compose_id)


def test_a_repeated_submit_makes_one_message(world: World) -> None:
    talk, job = world.writers.conversations, world.job()
    first = talk.post(new(world, job.id))
    again = talk.post(new(world, job.id))
    assert isinstance(first, Posted)
    assert again == Posted(first.message_id, repeated=True)
    assert len(world.readers.threads.messages(world.ann, job.id)[0]) == 1


def test_one_reference_is_never_used_for_two_texts(world: World) -> None:
    talk, job, other = world.writers.conversations, world.job(), world.job()
    talk.post(new(world, job.id))
    for wrong in (new(world, job.id, body="Other words"), new(world, other.id)):
        with pytest.raises(Refusal, match="already used for another text"):
            talk.post(wrong)


def test_what_arrived_meanwhile_stops_the_first_submit(world: World) -> None:
    talk, job = world.writers.conversations, world.job()
    seen = newest(world)
    world.text(job, world.ana, DISPATCH, body="Wait!")
    arrived = newest(world)
    assert talk.post(new(world, job.id), world.ann, seen_seq=seen) == arrived
    assert len(world.readers.threads.messages(world.ann, job.id)[0]) == 1
    assert isinstance(talk.post(new(world, job.id), world.ann, seen_seq=arrived), Posted)


def test_ones_own_words_and_those_one_may_not_see_stop_no_submit(world: World) -> None:
    talk, job = world.writers.conversations, world.job()
    seen = newest(world)
    world.text(job, dispatcher(world.ann), world.ana)
    assert isinstance(talk.post(new(world, job.id), world.ann, seen_seq=seen), Posted)
    world.text(job, dispatcher(world.abe), body="A note to nobody", kind=Kind.NOTE)
    private = NewMessage(
        job.id, Kind.MESSAGE, worker(world.mia), (DISPATCH,), "Private", world.clock(), "c2", dispatch_only=True
    )
    talk.post(private)
    from_marco = NewMessage(job.id, Kind.MESSAGE, worker(world.marco), (DISPATCH,), "Here", world.clock(), "c3")
    seen_by_marco = seen
    world.writers.conversations.see_at_desk(world.marco, job.id, seen)
    first = talk.post(from_marco, world.marco, seen_seq=seen_by_marco)
    assert isinstance(first, int), "Ann's text to Ana is in Marco's thread"
    assert isinstance(talk.post(from_marco, world.marco, seen_seq=first), Posted)


def test_a_message_on_a_job_that_is_gone_is_refused(world: World) -> None:
    with pytest.raises(Refusal, match="no longer there"):
        world.writers.conversations.post(new(world, 4711))


def test_a_draft_keeps_what_it_is_besides_its_words(world: World) -> None:
    talk, job = world.writers.conversations, world.job()
    asked = world.text(job, worker(world.marco), DISPATCH, body="Half an hour")
    later = world.clock() + timedelta(hours=3)
    draft = Draft("Half an hour", ("contact:1",), reply_to=asked, passes_on=asked, leave_at=later)
    talk.keep_draft(world.ann, job.id, draft)
    assert talk.draft(world.ann, job.id) == draft
    talk.keep_draft(world.ann, job.id, Draft("Plain", ()))
    assert talk.draft(world.ann, job.id) == Draft("Plain", ())


# --- News ------------------------------------------------------------------------------------------------------------


def news(world: World, user: User, job: Job) -> list[tuple[str, bool]]:
    """What is unread: the words, and whether they stand in Customer Messages."""
    threads = world.readers.threads
    words = {m.seq: m.body for m in threads.messages(user, job.id, count=50)[0]}
    return [(words[item.seq], item.in_customer_tab) for item in threads.unread(user, job.id)]


def test_news_are_what_others_wrote_since_oldest_first_and_on_which_tab(world: World) -> None:
    job, talk = world.job(), world.writers.conversations
    world.text(job, dispatcher(world.abe), DISPATCH, body="Note", kind=Kind.NOTE)
    world.text(job, worker(world.marco), DISPATCH, body="Near")
    world.text(job, dispatcher(world.ann), world.ana, body="Mine")
    world.text(job, SYSTEM, world.ana, body="Alert", kind=Kind.ALERT)
    assert news(world, world.ann, job) == [("Note", False), ("Near", True)]
    assert news(world, world.marco, job) == [("Mine", True), ("Alert", True)]
    assert news(world, world.mia, job) == []
    first = world.readers.threads.unread(world.ann, job.id)[0]
    talk.see_at_desk(world.ann, job.id, first.seq)
    assert news(world, world.ann, job) == [("Near", True)]
    assert [item.seq for item in world.readers.threads.unread(world.abe, job.id, limit=1)] == [newest(world) - 2]


def test_what_is_not_out_is_no_news(world: World) -> None:
    job = world.job()
    later = world.clock() + timedelta(hours=3)
    world.text(job, dispatcher(world.abe), world.ana, body="Later", stage=Stage.HELD, leaves_at=later)
    world.text(job, worker(world.marco), world.ana, body="Please", stage=Stage.WAITING_RELEASE)
    assert news(world, world.ann, job) == [("Please", True)]
