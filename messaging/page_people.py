"""Whom a contact may write to on their page, how they find them, and whom an answer goes to (rules 10 to 12)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from domain.contact_view import about, masked_email, seen_as, staff_first_name
from domain.errors import Refusal
from domain.messages import Message, Party, Person
from domain.people import Contact
from domain.phone import masked, parse, tail
from domain.text import fold

if TYPE_CHECKING:
    from storage.job_page import PageJob

ON_JOB, COMPANY, TEAM = "On this job", "My company", "The team"
GROUPS = ("Everybody", ON_JOB, COMPANY, TEAM)
"""What can be searched in; the provider's own groups of a company's contacts are not a contact's to read."""
MOST = 15
"""People a note may be sent to beside the team (rule 12)."""
_NOT_READING = "does not read this job's notes now; Dispatch does"


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Another contact as a visitor is shown them: number and email masked, `why_not` where no text reaches them."""

    id: int
    name: str
    group: str
    about: str
    why_not: str = ""


class Answering(NamedTuple):
    """Whom an answer goes to: staff beside the team, contacts by id, and those left out with the reason."""

    staff: tuple[Person, ...] = ()
    contacts: tuple[int, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()


def person_line(contact: Contact, job: PageJob) -> PersonLine:
    """A contact as another one is shown them."""
    return PersonLine(
        contact.id,
        masked(contact.name),
        ON_JOB if contact.id in job.on_job else COMPANY,
        about(masked(contact.title), contact.mobile, contact.email),
        why_not(contact, job),
    )


def why_not(contact: Contact, job: PageJob) -> str:
    """Why a contact cannot be written to from a page, "" where they can."""
    if contact.id in job.left:
        return "no longer on this job"
    return contact.why_no_text() or ""


def found(job: PageJob, company: Sequence[Contact], group: str, words: str) -> list[Contact]:
    """The contacts of a group that these words find, those on the job first."""
    if group == TEAM:
        return []
    fits = looked_for(words, job.location.country)
    people = [contact for contact in company if _in_group(contact, job, group) and fits(contact)]
    return sorted(people, key=lambda contact: contact.id not in job.on_job)


def looked_for(words: str, country: str) -> Callable[[Contact], bool]:
    """Whether words find a contact: by name, title and what is shown, or by phone or email written in full.

    What is masked is compared as a whole alone: nobody can find out a number digit by digit.
    """
    number, email = _number(words, country), words.strip().casefold()
    wanted = fold(words).split()

    def fits(contact: Contact) -> bool:
        if (number and contact.mobile == number) or (email and contact.email.casefold() == email):
            return True
        end = tail(contact.mobile) if contact.mobile else ""
        shown = (masked(contact.name), masked(contact.title), end, masked_email(contact.email))
        text = fold(" ".join(shown))
        return all(word in text for word in wanted)

    return fits


def answer_to(
    message: Message, everyone: bool, job: PageJob, company: Sequence[Contact], dispatches: Callable[[int], bool]
) -> Answering:
    """Reply (the author) or Reply all (author and contacts), without the visitor (rule 11).

    One's own note is followed up to whom it went.
    """
    known = {contact.id: contact for contact in company}
    staff: list[Person] = []
    contacts: list[int] = []
    left: list[tuple[str, str]] = []
    for person in _addressed(message, everyone, job.contact.id):
        if person.role is Party.CONTACT and person.contact_id and person.contact_id != job.contact.id:
            contact = known.get(person.contact_id)
            why = why_not(contact, job) if contact else "no longer there"
            if why:
                left.append((masked(person.name), why))
            else:
                contacts.append(person.contact_id)
        elif person.role is Party.DISPATCHER and person.user_id:
            if dispatches(person.user_id):
                staff.append(Person(Party.DISPATCHER, person.name.rpartition(", through ")[2], person.user_id))
            else:
                left.append((seen_as(person, job.location.name), "no longer in Dispatch"))
        elif person.role is Party.WORKER and (job.worker is None or person.user_id != job.worker.user_id):
            left.append((seen_as(person, job.location.name), _NOT_READING))
    return Answering(tuple(dict.fromkeys(staff)), tuple(dict.fromkeys(contacts)), tuple(dict.fromkeys(left)))


def team(job: PageJob) -> str:
    """Who the team is: Dispatch, and the worker who reads customers' messages."""
    return f"Dispatch and {staff_first_name(job.worker)}" if job.worker else "Dispatch"


def _addressed(message: Message, everyone: bool, me: int) -> Sequence[Person]:
    if message.author.contact_id == me:
        return message.recipients
    return (message.author, *message.recipients) if everyone else (message.author,)


def _in_group(contact: Contact, job: PageJob, group: str) -> bool:
    return group != ON_JOB or contact.id in job.on_job


def _number(words: str, country: str) -> str:
    try:
        return parse(words, country) if any(c.isdigit() for c in words) else ""
    except Refusal:
        return ""
