"""Contacts in tests: made whole in one line, read back as they are stored, and every act of their use case."""

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

import sqlalchemy
from sqlmodel import SQLModel, col, select

from domain.contact_merging import Moves, proposed
from domain.contacts import ContactFile, ContactFilter, ContactForm, CustomerRecord
from domain.jobs import Job
from domain.messages import Party, Person
from domain.people import User
from messaging.contacts import Contacts, Merging
from storage.contact_journal import Merge
from storage.tables.people import ConsentRow
from tests.messaging.test_administration import tick
from tests.world import World

STATED = ("Ann Lee", "typed in Contacts")
_ids = count(1)


def made(world: World, name: str, mobile: str | None = None, customer: str = "Silva Farms", **more: Any) -> Person:
    """A contact with any values, as a recipient."""
    contact_id = world.writers.contacts.create(customer, ContactForm(name, mobile=mobile, **more), STATED)
    return Person(Party.CONTACT, name, contact_id=contact_id, mobile=mobile)


def person_id(person: Person) -> int:
    """The contact behind a recipient."""
    assert person.contact_id is not None
    return person.contact_id


def form(world: World, person: Person) -> ContactForm:
    """A contact's values as they are stored."""
    return file(world, person).record.form


def file(world: World, person: Person) -> ContactFile:
    """Everything about a contact, as Ann sees it."""
    found = world.writers.contact_files.file(world.ann, person_id(person))
    assert found is not None
    return found


def names(world: World, words: str = "", viewer: User | None = None, **wanted: Any) -> list[str]:
    """Who is listed, in the order of the list."""
    page = world.writers.contact_list.page(viewer or world.ann, ContactFilter(words, **wanted))
    assert page.total == len(page.rows)
    return [record.form.name for record in page.rows]


def merge(world: World, kept: Person, gone: Person, values: ContactForm | None = None) -> Merge:
    """Merge two; the one that stays keeps its values unless others are given."""
    seen = {person_id(person): form(world, person) for person in (kept, gone)}
    ids = person_id(kept), person_id(gone)
    return world.writers.contact_merging.merge(*ids, seen, values or seen[ids[0]])


def consents(world: World, person: Person) -> list[tuple[str, str, str]]:
    """What was recorded: number, who, how."""
    with world.writers.database.read() as session:
        mine = select(ConsentRow).where(ConsentRow.contact_id == person.contact_id).order_by(col(ConsentRow.id))
        return [(row.mobile, row.stated_by, row.source) for row in session.exec(mine)]


Rows = dict[str, dict[tuple[Any, ...], dict[str, Any]]]


def whole(world: World) -> Rows:
    """Every row of every table but the feed, by table and primary key."""
    found: Rows = {}
    with world.writers.database.read() as session:
        for table in SQLModel.metadata.sorted_tables:
            if table.name != "change":
                keys = [column.name for column in table.primary_key.columns]
                rows = [dict(row._mapping) for row in session.connection().execute(sqlalchemy.select(table))]
                found[table.name] = {tuple(row[key] for key in keys): row for row in rows}
    return found


def boxes(job: Job) -> tuple[int | None, ...]:
    """Who stands on a job, by id: site, billing, ad hoc."""
    return tuple(contact.id if contact else None for contact in (job.site, job.billing, job.ad_hoc))


def keeper(world: World, user: User | None = None) -> User:
    """Somebody with the Contacts box, Ann unless said otherwise."""
    return tick(world, user or world.ann, contacts=True)


def seeing(world: World, use: Contacts, by: User) -> Sequence[Callable[[], object]]:
    """Every way of looking at contacts."""
    ana = person_id(world.ana)
    return [
        lambda: use.page(by, ContactFilter()),
        lambda: use.file(by, ana),
        lambda: use.customers(by),
        lambda: use.with_number(by, "+15550102001"),
    ]


def changing(world: World, use: Contacts, by: User) -> Sequence[Callable[[], object]]:
    """Everything that changes contacts and customers, and what leads there."""
    new = [made(world, f"Person {next(_ids)}", f"+1555017{next(_ids):04}") for _ in range(5)]
    ids = [person_id(person) for person in new]
    before = form(world, new[0])
    files = world.writers.contact_files
    kept, gone = (files.contacts.record(world.ann, each) for each in ids[1:3])
    assert kept is not None
    assert gone is not None
    merging = Merging(kept, gone, proposed(kept.form, gone.form), Moves())
    undone = merge(world, new[3], new[4])
    name = f"Customer {next(_ids)}"
    customer = CustomerRecord(world.writers.customers.add(name), name)
    return [
        lambda: use.begin(by, None, ids[0]),
        lambda: use.open_jobs(by, ids[0]),
        lambda: use.read(by, {"customer": "Silva Farms", "name": "Zoe"}, {"sms_on"}, None),
        lambda: use.create(by, "Silva Farms", ContactForm(f"Zoe {next(_ids)}")),
        lambda: use.change(by, ids[0], before, before),
        lambda: use.look_at_both(by, ids[1], ids[2]),
        lambda: use.merge(by, merging, merging.choices),
        lambda: use.undo_merge(by, undone),
        lambda: use.remove(by, ids[0]),
        lambda: use.add_customer(by, f"Customer {next(_ids)}"),
        lambda: use.rename_customer(by, customer, f"Customer {next(_ids)}"),
    ]
