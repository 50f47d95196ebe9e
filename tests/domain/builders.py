"""People, messages and jobs that the tests of the domain speak about, built in one line each."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import settings

from domain.jobs import Access
from domain.messages import DISPATCH, SYSTEM, Kind, Message, Party, Person
from domain.people import ContactViewer, Role, User

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)
JOB = 7
HERE, ELSEWHERE = 1, 2

modest = settings(max_examples=150, deadline=None)
"""Enough examples to find what is wrong, few enough to run on every save."""

ann = User(id=1, name="Ann Lee", role=Role.DISPATCHER, location_ids=frozenset({HERE}))
bob = User(id=2, name="Bob Moss", role=Role.DISPATCHER, location_ids=frozenset({HERE, ELSEWHERE}))
marco = User(id=3, name="Marco Ruiz", role=Role.WORKER, location_ids=frozenset({HERE}))
pia = User(id=4, name="Pia Holm", role=Role.WORKER, location_ids=frozenset({HERE}))

# Contact ids repeat the user ids on purpose: the two are different numberings.
gomez = ContactViewer(contact_id=1, job_id=JOB)
silva = ContactViewer(contact_id=3, job_id=JOB)
okafor = ContactViewer(contact_id=9, job_id=JOB)


def person(who: User | ContactViewer) -> Person:
    """Somebody as they stand on a message."""
    if isinstance(who, ContactViewer):
        return Person(Party.CONTACT, f"Contact {who.contact_id}", contact_id=who.contact_id, mobile="+15550101234")
    role = Party.DISPATCHER if who.role is Role.DISPATCHER else Party.WORKER
    return Person(role, who.name, user_id=who.id)


def message(author: User | ContactViewer | Person, *to: User | ContactViewer | Person, **more: Any) -> Message:
    """A message on JOB at noon; `more` overrides any field."""
    fields: dict[str, Any] = {
        "id": 1,
        "job_id": JOB,
        "seq": 1,
        "kind": Kind.MESSAGE,
        "author": author if isinstance(author, Person) else person(author),
        "recipients": tuple(p if isinstance(p, Person) else person(p) for p in to),
        "body": "The pump is in.",
        "at": NOON,
    }
    return Message(**{**fields, **more})


def job(worker: User | None = marco, **more: Any) -> Access:
    """A job of the location HERE with this worker."""
    fields: dict[str, Any] = {"location_id": HERE, "worker_id": worker.id if worker else None}
    return Access(**{**fields, **more})


__all__ = [
    "DAY",
    "DISPATCH",
    "ELSEWHERE",
    "HERE",
    "INSTANT",
    "JOB",
    "NOON",
    "SYSTEM",
    "ann",
    "bob",
    "gomez",
    "job",
    "marco",
    "message",
    "modest",
    "okafor",
    "person",
    "pia",
    "silva",
]
