"""Who saves at the same moment on PostgreSQL waits for the other, never each for the other.

In each test one transaction goes half of its way, a second one begins and waits for it, then the first
goes the other half: had the second one taken a later lock before, PostgreSQL would end one of the two.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from domain.delivery import Channel, State
from domain.errors import Refusal
from domain.jobs import Job, Status
from domain.messages import NewDelivery, Person
from storage import feed
from storage.contact_doors import end_on_job
from storage.contact_journal import take_back_entries
from storage.contact_texts import lock_jobs_of
from storage.remaking import lock_job
from storage.tables.messages import DeliveryRow, MessageRow
from storage.tables.people import ContactRow, LocationRow
from tests.contacting import form, made, merge, person_id
from tests.linking import reached
from tests.messaging.line import until
from tests.storage.rows import delivery, state
from tests.world import ANA, OURS, World, dispatcher

NEW = "+15550180001"
BY = ("Abe Cole", "typed in Contacts")


@pytest.fixture
def world(postgres_company: Any) -> World:
    """The small company on a server: a file has one writer at a time, who never waits for a second one."""
    found = postgres_company.begin_again()
    assert isinstance(found, World)
    return found


@contextmanager
def halfway(world: World, takes: Callable[[Session], object], then: Callable[[], object]) -> Iterator[Session]:
    """A transaction that has taken its first locks, while somebody else waits for it in another thread.

    At its end both must have come through.
    """
    with ThreadPoolExecutor(1) as pool:
        with world.write() as session:
            takes(session)
            other: Future[object] = pool.submit(then)
            waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
            until(lambda: other.done() or world.readers.plain.row(waiting) != (0,))
            yield session
        other.result(10)


def held(world: World, job: Job, *people: Person) -> int:
    """A message that is out; its texts wait for the morning."""
    now = world.clock()
    due = now + timedelta(hours=9)
    texts = tuple(
        NewDelivery(place, Channel.SMS, person.mobile or "", State.HELD, due, due + timedelta(hours=1), "quiet hours")
        for place, person in enumerate(people)
    )
    return world.text(job, dispatcher(world.ann), *people, deliveries=texts)


def as_waking(session: Session) -> None:
    """Take what `Leaving.wake` takes before the feed."""
    texts = select(DeliveryRow).where(DeliveryRow.state == State.HELD).order_by(col(DeliveryRow.id))
    session.exec(texts.with_for_update()).all()


def another_number(world: World, job: Job) -> None:
    before = form(world, world.ana)
    world.writers.contacts.change(person_id(world.ana), before, replace(before, mobile=NEW), BY)
    assert job.id


def deleted(world: World, job: Job) -> None:
    world.writers.contacts.remove(person_id(world.ana), "Abe Cole")
    assert job.id


def merged(world: World, job: Job) -> None:
    merge(world, made(world, "A. Silva", NEW), world.ana)
    assert job.id


def closed(world: World, job: Job) -> None:
    world.change(job, status=Status.COMPLETED)


def number_removed(world: World, job: Job) -> None:
    world.writers.locations.remove_number(world.berlin, OURS)
    assert job.id


@pytest.mark.parametrize("act", [another_number, deleted, merged, closed, number_removed])
def test_held_texts_that_wake_do_not_meet_whoever_changes_what_they_wait_for(
    world: World, act: Callable[[World, Job], None]
) -> None:
    job = world.job()
    held(world, job, world.ana)
    with halfway(world, as_waking, lambda: act(world, job)) as session:
        feed.append(session, "delivery", job.id)


def test_a_number_is_removed_while_a_job_with_texts_from_it_is_closed(world: World) -> None:
    job = world.job()
    held(world, job, world.ana)

    def closing(session: Session) -> None:
        lock_job(session, job.id)
        feed.hold(session)

    with halfway(world, closing, lambda: number_removed(world, job)) as session:
        session.get_one(LocationRow, world.berlin, with_for_update=True)


def test_a_held_text_is_sent_now_while_two_contacts_are_merged(world: World) -> None:
    """What they wrote names the one that stays: messages that are out are written under the feed's lock."""
    message = held(world, world.job(), world.ana)
    with halfway(world, feed.hold, lambda: world.writers.leaving.send_held(message, "sent now")) as session:
        session.get_one(MessageRow, message).author_name = "Ann L."
        session.flush()
    assert state(world, message) is State.QUEUED


def test_a_link_is_ended_while_its_contact_is_taken_off_the_job(world: World) -> None:
    job, ana = world.job(), person_id(world.ana)
    world.writers.contact_links.issue(ana, job.id)

    def saving(session: Session) -> None:
        lock_job(session, job.id)
        feed.hold(session)

    with halfway(world, saving, lambda: world.writers.contact_links.revoke(ana, job.id)) as session:
        end_on_job(session, job.id, (ana,), world.clock())


def test_a_link_on_a_closed_job_is_ended_while_its_contact_gets_another_number(world: World) -> None:
    """That job is not locked: what waits for nobody is left alone."""
    job, ana = world.job(status=Status.COMPLETED), person_id(world.ana)
    world.writers.contact_links.issue(ana, job.id)
    with halfway(world, feed.hold, lambda: world.writers.contact_links.revoke(ana, job.id)) as session:
        end_on_job(session, job.id, (ana,), world.clock())


def test_a_text_that_gets_a_link_is_claimed_while_a_merge_is_taken_back(world: World) -> None:
    reached(world)
    other = made(world, "A. Silva", NEW)
    ids = person_id(world.ana), person_id(other)
    world.text(world.job(), dispatcher(world.ann), other, body="See [link]")
    done = merge(world, world.ana, other)

    def undoing(session: Session) -> None:
        lock_jobs_of(session, ids, closed_too=True)
        feed.hold(session)

    with (
        halfway(world, undoing, lambda: world.writers.outbox.claim("engine")) as session,
        pytest.raises(Refusal, match="a text that waited for them has left"),
    ):
        take_back_entries(session, done)


# --- What leaves at that moment --------------------------------------------------------------------------------------


def test_a_merge_is_not_taken_back_under_a_text_that_is_leaving(world: World) -> None:
    """Its row says where it went."""
    other = made(world, "A. Silva", NEW)
    message = world.text(world.job(), dispatcher(world.ann), other)
    done = merge(world, world.ana, other)
    with ThreadPoolExecutor(1) as pool:
        with world.write() as session:
            row = session.get_one(DeliveryRow, delivery(world, message).id, with_for_update=True)
            row.state = State.SENDING
            session.flush()
            undone = pool.submit(world.writers.contact_merging.undo, done)
            with pytest.raises(Refusal, match="a text that waited for them has left"):
                undone.result(10)
        assert delivery(world, message).to_address == ANA


def test_a_text_leaves_as_whoever_is_changing_its_job_leaves_it(world: World) -> None:
    job = world.job()
    message = world.text(job, dispatcher(world.ann), world.ana)

    def saving(session: Session) -> None:
        lock_job(session, job.id)

    with halfway(world, saving, lambda: world.writers.outbox.claim("engine")) as session:
        session.get_one(ContactRow, world.ana.contact_id).sms_on = False
    assert state(world, message) is State.BLOCKED
