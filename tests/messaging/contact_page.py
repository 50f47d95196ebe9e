"""A contact's page of a job, as its use cases have it."""

from domain.jobs import Job
from domain.links import ContactLink
from domain.messages import Message, Person
from domain.people import ContactViewer
from messaging.contact_links import ContactVisitor
from messaging.job_page import JobPage, Typed, Written
from storage.job_page import PageReads
from storage.page_notes import PageNotes
from storage.tables.people import ContactRow
from tests.world import World

FORMS = iter(range(1, 10**9))


def page_of(world: World) -> JobPage:
    """The use cases over a world."""
    r = world.readers
    notes = PageNotes(world.writers.database, world.clock)
    return JobPage(r.reads, PageReads(r.plain, world.clock), r.threads, notes, world.clock)


def visitor(world: World, contact: Person, job: Job) -> ContactVisitor:
    """A contact who came by their link of a job."""
    contact_id = contact.contact_id or 0
    link_id = world.writers.contact_links.issue(contact_id, job.id)
    return ContactVisitor(ContactViewer(contact_id, job.id), ContactLink(link_id, contact_id, job.id, world.clock()))


def typed(body: str = "Hello", to: tuple[Person, ...] = (), **more: object) -> Typed:
    """What a form sends; nothing crosses it unless said."""
    fields: dict[str, object] = {"form_id": f"{next(FORMS):032x}", "seen_seq": 10**9}
    ids = tuple(person.contact_id or 0 for person in to)
    return Typed(body, ids, **{**fields, **more})  # type: ignore[arg-type]


def stored(world: World, job: Job) -> Message:
    """The newest message of a job, as Ann sees it."""
    return world.readers.threads.messages(world.ann, job.id)[0][-1]


def set_contact(world: World, contact: Person, **values: object) -> None:
    """Change a contact\'s row."""
    with world.write() as session:
        row = session.get_one(ContactRow, contact.contact_id)
        for name, value in values.items():
            setattr(row, name, value)


def sent(world: World, job: Job, what: Typed, by: Person | None = None) -> Message:
    """Send a note as Ana, or as somebody else, and read it as Ann does."""
    done = page_of(world).send(visitor(world, by or world.ana, job), what)
    assert isinstance(done, Written)
    return stored(world, job)
