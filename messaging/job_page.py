"""A contact's page of one job: reading its notes, choosing people, writing. Everything as that contact, now."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from domain.account import Account
from domain.contact_view import seen_as
from domain.delivery import Channel
from domain.errors import Refusal
from domain.messages import DISPATCH, Kind, Message, NewDelivery, NewMessage, NewPhoto, Party, Person
from domain.people import Contact
from domain.phone import masked
from messaging.choices import Choice
from messaging.contact_links import ContactVisitor
from messaging.conversation import Crossed, by_phone, checked_body
from messaging.departure import Wish, depart_at_once
from messaging.page_people import MOST, Answering, PersonLine, answer_to, found, person_line, team, why_not
from messaging.page_view import Note, note_of

if TYPE_CHECKING:
    from storage.job_page import PageJob, PageReads
    from storage.page_notes import PageNotes
    from storage.reads import Reads
    from storage.threads import Threads

PAGE = 30
"""Notes on one page."""
MOST_LISTED = 100
"""People listed at once; the others are found by searching."""
MOST_PHOTOS = 4
_FORM = re.compile(r"[0-9a-f]{32}")
_GONE = "This page has ended. Copy your text before you leave it."


@dataclass(frozen=True, slots=True)
class Opened:
    """The notes of a page, newest first.

    `newest` is the feed number of the newest one of all. `estimate_went_to` are those to whom the newest
    estimate went, where that is not this contact.
    """

    job: PageJob
    notes: tuple[Note, ...]
    older: bool
    newest: int
    estimate_went_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Writing:
    """A note about to be written: what it answers, whom it goes to beside the team, and who is left out of it.

    `staff` are those of the team it answers. `newer` are the notes that came since it was begun, newest
    first, up to the feed number `newest`.
    """

    job: PageJob
    original: Note | None
    team: str
    staff: tuple[str, ...]
    people: tuple[PersonLine, ...]
    left_out: tuple[tuple[str, str], ...]
    newer: tuple[Note, ...]
    newest: int


@dataclass(frozen=True, slots=True)
class Picking:
    """The people a note may go to: those found, those ticked beside them, and how many more there are."""

    job: PageJob
    team: str
    found: tuple[PersonLine, ...]
    beside: tuple[PersonLine, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Typed:
    """What a contact sends. `form_id` was made with the form, so that sending it twice makes one note."""

    body: str
    to: tuple[int, ...]
    form_id: str
    seen_seq: int
    reply_to: int | None = None
    photos: tuple[NewPhoto, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """The note was stored."""

    message_id: int


class JobPage:
    """The use cases of a contact's page. A page whose contact is gone is None; writing raises Refusal."""

    def __init__(
        self, reads: Reads, page_reads: PageReads, threads: Threads, notes: PageNotes, clock: Callable[[], datetime]
    ) -> None:
        self.reads = reads
        self.page_reads = page_reads
        self.threads = threads
        self.notes = notes
        self.clock = clock

    def opened(self, visitor: ContactVisitor, before: int | None = None) -> Opened | None:
        """The newest notes, or those before a feed number."""
        job = self.page_reads.job(visitor.viewer)
        if job is None:
            return None
        newest = self._newest(visitor)
        messages, older = self.threads.messages(visitor.viewer, job.id, before, PAGE)
        went_to = self.page_reads.estimate_went_to(visitor.viewer)
        return Opened(job, self._notes(visitor, job, messages), older, newest, went_to)

    def note(self, visitor: ContactVisitor, message_id: int) -> Note | None:
        """One note, None where this contact may not see it."""
        job = self.page_reads.job(visitor.viewer)
        message = self.threads.message(visitor.viewer, job.id, message_id) if job else None
        return self._notes(visitor, job, [message])[0] if job and message else None

    def answering(self, visitor: ContactVisitor, message_id: int, everyone: bool) -> tuple[int, ...] | None:
        """The contacts whom Reply or Reply all ticks, None where there is no such note for this contact."""
        job = self.page_reads.job(visitor.viewer)
        answer = self._answer(visitor, job, message_id, everyone) if job else None
        return answer.contacts if answer else None

    def writing(
        self, visitor: ContactVisitor, reply_to: int | None, everyone: bool, to: Sequence[int], since: int
    ) -> Writing | None:
        """How a note to these people stands; `since` is the newest feed number there was when it was begun."""
        job = self.page_reads.job(visitor.viewer)
        if job is None:
            return None
        newest, newer = self._newest(visitor), self._newer(visitor, job, since)
        company = {contact.id: contact for contact in self.page_reads.company(job)}
        answer = self._answer(visitor, job, reply_to, everyone) if reply_to else None
        unable = [company[i] for i in dict.fromkeys(to) if i in company and why_not(company[i], job)]
        left = [*(answer.left_out if answer else ()), *((masked(c.name), why_not(c, job)) for c in unable)]
        able = [company[i] for i in dict.fromkeys(to) if i in company and not why_not(company[i], job)]
        return Writing(
            job=job,
            original=self.note(visitor, reply_to) if reply_to else None,
            team=team(job),
            staff=tuple(seen_as(person, job.location.name) for person in (answer.staff if answer else ())),
            people=tuple(person_line(contact, job) for contact in able),
            left_out=tuple(dict.fromkeys(left)),
            newer=newer,
            newest=newest,
        )

    def picking(self, visitor: ContactVisitor, to: Sequence[int], group: str, words: str) -> Picking | None:
        """The people of a group whom these words find, for ticking."""
        job = self.page_reads.job(visitor.viewer)
        if job is None:
            return None
        company = self.page_reads.company(job)
        fits = found(job, company, group, words)
        listed = fits[:MOST_LISTED]
        ids = {contact.id for contact in listed}
        beside = [contact for contact in company if contact.id in to and contact.id not in ids]
        return Picking(
            job,
            team(job),
            tuple(person_line(contact, job) for contact in listed),
            tuple(line for line in (person_line(contact, job) for contact in beside) if not line.why_not),
            len(fits) - len(listed),
        )

    def send(self, visitor: ContactVisitor, typed: Typed) -> Written | Crossed:
        """Write a note to the team and to other contacts; Crossed where somebody wrote meanwhile (rule 41).

        It is the customer's word whether the location takes answers by text or not, and for somebody who
        opted out of texts too.
        """
        job = self.page_reads.job(visitor.viewer)
        if job is None:
            raise Refusal(_GONE)
        if _FORM.fullmatch(typed.form_id) is None:
            raise Refusal("This form is not whole. Go back to the notes and write from there.", "contents")
        if len(typed.photos) > MOST_PHOTOS:
            raise Refusal(f"{MOST_PHOTOS} photos are the most for one note. Take some out.", "photos")
        original = self._original(visitor, job, typed.reply_to)
        chosen = self._chosen(visitor, job, original, typed)
        new = NewMessage(
            job_id=job.id,
            kind=Kind.REPLY if original else Kind.MESSAGE,
            author=Person(Party.CONTACT, job.contact.name, contact_id=job.contact.id),
            recipients=tuple(choice.person for choice in chosen),
            body=_body(typed),
            at=self.clock(),
            compose_id=f"contact:{visitor.link.id}:{typed.form_id}",
            reply_to=original.id if original else None,
            after_closing=job.closed_at is not None,
            deliveries=self._deliveries(job, chosen),
            photos=typed.photos,
        )
        posted = self.notes.post(visitor.link.id, new, typed.seen_seq, by_phone(chosen))
        return Crossed(posted) if isinstance(posted, int) else Written(posted.message_id)

    def photo(self, visitor: ContactVisitor, photo_id: int) -> tuple[str, bytes] | None:
        """The media type and bytes of a picture on a note that this contact may see."""
        return self.threads.photo(visitor.viewer, visitor.viewer.job_id, photo_id)

    def _deliveries(self, job: PageJob, chosen: Sequence[Choice]) -> tuple[NewDelivery, ...]:
        account, now = self.reads.account(), self.clock()
        return depart_at_once(chosen, Wish(heard=self._heard(job, chosen, account)), account, job.location, now)

    def _heard(self, job: PageJob, chosen: Sequence[Choice], account: Account) -> dict[int, datetime]:
        """When each reader last wrote: a person's answer is not held for the hour (rule 27)."""
        ids = [choice.person.contact_id for choice in chosen if choice.person.contact_id]
        return self.threads.last_heard(job.id, ids) if account.holds and ids else {}

    def _chosen(self, visitor: ContactVisitor, job: PageJob, original: Message | None, typed: Typed) -> list[Choice]:
        """The team, always, and the contacts that were ticked."""
        ids = list(dict.fromkeys(typed.to))
        if len(ids) > MOST:
            raise Refusal(f"{len(ids)} people are ticked; {MOST} beside the team is the most.", "recipient")
        company = {contact.id: contact for contact in self.page_reads.company(job)} if ids else {}
        staff = self._staff(job, original)
        people = [_reader(job, company.get(contact_id)) for contact_id in ids]
        if people and not job.location.numbers:
            raise Refusal("Other people cannot be texted from here now. Send it to the team alone.", "recipient")
        return [*staff, *people]

    def _staff(self, job: PageJob, original: Message | None) -> list[Choice]:
        answer = answer_to(original, False, job, (), self._dispatches(job)) if original else Answering()
        worker = [Choice("", job.worker, "", Channel.DESK)] if job.worker else []
        return [*(Choice("", person, "", None) for person in answer.staff), Choice("", DISPATCH, "", None), *worker]

    def _original(self, visitor: ContactVisitor, job: PageJob, reply_to: int | None) -> Message | None:
        return self.threads.message(visitor.viewer, job.id, reply_to) if reply_to else None

    def _answer(self, visitor: ContactVisitor, job: PageJob, message_id: int, everyone: bool) -> Answering | None:
        message = self.threads.message(visitor.viewer, job.id, message_id)
        if message is None:
            return None
        return answer_to(message, everyone, job, self.page_reads.company(job), self._dispatches(job))

    def _dispatches(self, job: PageJob) -> Callable[[int], bool]:
        return lambda user_id: self.page_reads.dispatches(user_id, job.location.id)

    def _newer(self, visitor: ContactVisitor, job: PageJob, since: int) -> tuple[Note, ...]:
        """The notes of others after a feed number, newest first."""
        messages, _ = self.threads.messages(visitor.viewer, job.id, None, PAGE)
        return self._notes(
            visitor, job, [m for m in messages if m.seq > since and m.author.contact_id != job.contact.id]
        )

    def _newest(self, visitor: ContactVisitor) -> int:
        messages, _ = self.threads.messages(visitor.viewer, visitor.viewer.job_id, count=1)
        return messages[-1].seq if messages else 0

    def _notes(self, visitor: ContactVisitor, job: PageJob, messages: Sequence[Message]) -> tuple[Note, ...]:
        """Messages as notes, newest first, each with the one it answers where this contact may see that too."""
        estimates = self.page_reads.estimates_of(visitor.viewer, [message.id for message in messages])
        shown = {message.id: message for message in messages}
        notes = []
        for message in reversed(messages):
            original = shown.get(message.reply_to or 0) or self._original(visitor, job, message.reply_to)
            notes.append(note_of(message, job, note_of(original, job) if original else None, estimates))
        return tuple(notes)


def _reader(job: PageJob, contact: Contact | None) -> Choice:
    """A ticked contact as a recipient; Refusal where they cannot be texted."""
    if contact is None:
        raise Refusal("Somebody ticked is not there any more: choose the people again.", "recipient")
    why = why_not(contact, job)
    if why:
        raise Refusal(f"{contact.name} cannot be reached: {why}.", "recipient")
    person = Person(Party.CONTACT, contact.name, contact_id=contact.id, mobile=contact.mobile)
    return Choice("", person, "", Channel.SMS, zone=contact.time_zone)


def _body(typed: Typed) -> str:
    """The words; photos alone say what they are."""
    if not typed.body.strip() and typed.photos:
        return "(photo)" if len(typed.photos) == 1 else f"({len(typed.photos)} photos)"
    return checked_body(typed.body)
