"""Who may be written to on a job, and how the composer names them."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.account import WorkerWrites
from domain.delivery import Channel
from domain.jobs import Job
from domain.messages import DISPATCH, Message, Party, Person
from domain.people import Contact, Role, User
from domain.text import fold

ON_JOB, COMPANY, TEAM = "On this job", "At the company", "Our team"


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody who may be written to. `why_not` is the reason they cannot be texted, "" if they can.

    `key` names them in the composer and in drafts ("contact:7", "worker:2", "dispatch"). `zone` is the
    contact's own time zone, "" for the location's; `groups` are those of the customer that they are in.
    """

    key: str
    person: Person
    group: str
    channel: Channel | None
    about: str = ""
    why_not: str = ""
    zone: str = ""
    groups: tuple[str, ...] = ()


def choices(
    viewer: User,
    job: Job,
    contacts: Sequence[Contact],
    words: str = "",
    worker_writes: WorkerWrites = WorkerWrites.OFF,
) -> list[Choice]:
    """Everybody a user may write to, grouped. Workers write to Dispatch, and to the job's contacts where they may."""
    on_job = {contact.id for contact in job.people()}
    worker = viewer.role is Role.WORKER
    if worker:
        may = job.access.three_way and worker_writes is not WorkerWrites.OFF
        contacts = [contact for contact in contacts if may and contact.id in on_job]
    people = [_contact_choice(c, ON_JOB if c.id in on_job else COMPANY) for c in contacts]
    people.sort(key=lambda choice: (choice.group != ON_JOB, choice.person.name))
    team = [_DISPATCH_FOR_WORKERS] if worker else _team(job)
    return people + [choice for choice in team if matches(choice, words)]


def matches(choice: Choice, words: str) -> bool:
    """Whether all these words stand in somebody's name, job title, phone, email or group; accents do not count."""
    text = fold(" ".join((choice.person.name, choice.about, choice.group, *choice.groups)))
    digits = "".join(c for c in text if c.isdigit())
    return all(word in text or (word.isdigit() and word in digits) for word in fold(words).split())


def reply_recipients(message: Message, viewer: User, everyone: bool) -> tuple[str, ...]:
    """The composer's keys for Reply (the author) or Reply all (author and contacts, without the viewer; rule 11)."""
    people = [message.author, *(message.recipients if everyone else ())]
    if message.author.user_id == viewer.id or message.author.role is Party.SYSTEM:
        people = list(message.recipients)
    keys = [key_of(p) for p in people if p.user_id != viewer.id]
    return tuple(dict.fromkeys(key for key in keys if key))


def key_of(person: Person) -> str:
    """The composer's key for a person, "" for somebody who cannot be written to."""
    if person.role is Party.CONTACT and person.contact_id:
        return f"contact:{person.contact_id}"
    if person.role is Party.WORKER and person.user_id:
        return f"worker:{person.user_id}"
    return "dispatch" if person.role in (Party.DISPATCH, Party.DISPATCHER) else ""


def _contact_choice(contact: Contact, group: str) -> Choice:
    person = Person(Party.CONTACT, contact.name, contact_id=contact.id, mobile=contact.mobile)
    about = " · ".join(part for part in (contact.title, contact.mobile, contact.email) if part)
    why_not = contact.why_no_text() or ""
    key = f"contact:{contact.id}"
    return Choice(key, person, group, Channel.SMS, about, why_not, contact.time_zone, contact.groups)


_DISPATCH_FOR_WORKERS = Choice("dispatch", DISPATCH, TEAM, None, "the dispatchers of this location")


def _team(job: Job) -> list[Choice]:
    team = [Choice("dispatch", DISPATCH, TEAM, None, "a note for dispatchers; nobody else sees it")]
    if job.worker is None:
        return team
    worker = Person(Party.WORKER, job.worker.name, job.worker.id)
    return [Choice(f"worker:{job.worker.id}", worker, TEAM, Channel.DESK, "the worker of this job, at the desk"), *team]
