"""Notes that contacts write on their page, stored: once, counted, and never against what the database knows by then."""

import pytest

from domain.errors import Refusal
from domain.jobs import Job
from domain.messages import DISPATCH, Kind, NewMessage, NewPhoto, Party, Person
from domain.people import ContactViewer
from storage.conversations import Posted
from storage.counters import recount
from storage.job_page import PageReads
from storage.page_notes import NOTES_AN_HOUR, PageNotes
from storage.tables.estimates import EstimateVersionRow
from storage.tables.jobs import JobRow
from storage.tables.people import ContactRow
from tests.storage.rows import fresh, together
from tests.world import BEN, World, dispatcher, worker


def note(world: World, job: Job, *to: Person, **changes: object) -> NewMessage:
    """A note by Ana to the team and others."""
    fields: dict[str, object] = {
        "job_id": job.id,
        "kind": Kind.MESSAGE,
        "author": Person(Party.CONTACT, "Ana Silva", contact_id=world.ana.contact_id),
        "recipients": (DISPATCH, worker(world.marco), *to),
        "body": "Hello",
        "at": world.clock(),
        "compose_id": fresh("contact"),
    }
    return NewMessage(**{**fields, **changes})  # type: ignore[arg-type]


def post(world: World, new: NewMessage, seen: int | None = None, link_id: int = 0) -> Posted | int:
    """Store it, as it comes by Ana's link."""
    link = link_id or world.writers.contact_links.issue(world.ana.contact_id or 0, new.job_id)
    phones = {BEN: [p.contact_id or 0 for p in new.recipients if p.contact_id]}
    notes = PageNotes(world.writers.database, world.clock)
    return notes.post(link, new, seen, phones if phones[BEN] else {})


def test_the_same_form_from_two_places_at_once_makes_one_note(world: World) -> None:
    job = world.job()
    new = note(world, job, photos=(NewPhoto(b"x", "image/jpeg", 1, 1),))
    link = world.writers.contact_links.issue(world.ana.contact_id or 0, job.id)
    posted = together(*[lambda: post(world, new, link_id=link)] * 4)
    assert {p.message_id for p in posted if isinstance(p, Posted)} == {posted[0].message_id}  # type: ignore[union-attr]
    messages, _ = world.readers.threads.messages(world.ann, job.id)
    assert [len(m.photos) for m in messages] == [1]


def test_the_limit_holds_however_many_come_at_once(world: World) -> None:
    job = world.job()
    link = world.writers.contact_links.issue(world.ana.contact_id or 0, job.id)

    def one() -> bool:
        try:
            post(world, note(world, job, world.ben), link_id=link)
        except Refusal:
            return False
        return True

    assert [one() for _ in range(NOTES_AN_HOUR - 2)] == [True] * (NOTES_AN_HOUR - 2)
    assert sorted(together(one, one, one, one)) == [False, False, True, True]


def test_the_counters_of_the_job_stay_true(world: World) -> None:
    job = world.job()
    post(world, note(world, job))
    with world.writers.database.read() as session:
        row = session.get_one(JobRow, job.id)
        assert {name: getattr(row, name) for name in recount(session, job.id)} == recount(session, job.id)
        assert row.texting_since == world.clock()


def test_only_what_the_author_may_see_stops_a_note(world: World) -> None:
    job = world.job()
    first = world.text(job, dispatcher(world.ann), world.ana)
    seen = world.readers.threads.messages(world.ann, job.id)[0][-1].seq
    world.text(job, dispatcher(world.ann), world.ben, body="Not for Ana")
    world.text(job, dispatcher(world.ann), DISPATCH, body="Nor this")
    assert isinstance(post(world, note(world, job, reply_to=first), seen), Posted)
    world.text(job, dispatcher(world.ann), world.ana, body="For Ana")
    newest = world.readers.threads.messages(world.ann, job.id)[0][-1].seq
    assert post(world, note(world, job), seen) == newest


def test_what_ended_meanwhile_stores_nothing(world: World) -> None:
    job = world.job()
    link = world.writers.contact_links.issue(world.ana.contact_id or 0, job.id)
    world.writers.contact_links.revoke(world.ana.contact_id or 0, job.id)
    with pytest.raises(Refusal, match="has ended"):
        post(world, note(world, job), link_id=link)
    with world.write() as session:
        session.get_one(ContactRow, world.ana.contact_id).removed_at = world.clock()
    with pytest.raises(Refusal, match="has ended"):
        post(world, note(world, job))
    assert world.readers.threads.messages(world.ann, job.id)[0] == []


def test_an_estimate_is_named_to_others_and_opened_by_its_recipients(world: World) -> None:
    """Rule 50: amounts are for the recipients of that Request approval alone."""
    job = world.job()
    message = world.text(job, dispatcher(world.ann), world.ben, kind=Kind.QUICK_ACTION)
    with world.write() as session:
        session.add(
            EstimateVersionRow(
                job_id=job.id,
                number=1,
                currency="USD",
                made_by="Ann Lee",
                made_at=world.clock(),
                shared_at=world.clock(),
                message_id=message,
            )
        )
    reads = PageReads(world.readers.plain, world.clock)
    ana, ben = (ContactViewer(p.contact_id or 0, job.id) for p in (world.ana, world.ben))
    assert reads.estimate_went_to(ana) == ("Ben Silva",)
    assert reads.estimates_of(ana, [message]) == frozenset()
    assert reads.estimate_went_to(ben) == ()
    assert reads.estimates_of(ben, [message]) == {message}


def test_a_job_of_another_customer_offers_nobody(world: World) -> None:
    """Who keeps a link from before must not read the new customer's people."""
    job = world.job()
    reads = PageReads(world.readers.plain, world.clock)
    moved = world.change(job, customer="Other Farms", billing_contact_id=None)
    page = reads.job(ContactViewer(world.ana.contact_id or 0, moved.id))
    assert page is not None
    assert reads.company(page) == []
