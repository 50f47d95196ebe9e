"""Writing to people on a job: who can be written to, and the message itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from domain.delivery import Channel, State
from domain.errors import Refusal
from domain.jobs import Job
from domain.messages import DISPATCH, MAX_BODY, Kind, Message, NewDelivery, NewMessage, Party, Person
from domain.people import Contact, Role, User

if TYPE_CHECKING:
    from storage.conversations import Conversations
    from storage.reads import Reads
    from storage.threads import Threads

ON_JOB, COMPANY, TEAM = "On this job", "At the company", "Our team"
_MAX_RECIPIENTS = 15


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody who may be written to. `why_not` is the reason they cannot be texted, "" if they can.

    `key` names them in the composer and in drafts ("contact:7", "worker:2", "dispatch").
    """

    key: str
    person: Person
    group: str
    channel: Channel | None
    about: str = ""
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Compose:
    """What a person submits. `seen_seq` is the newest message they had before them when they wrote (rule 41)."""

    job_id: int
    recipients: tuple[str, ...]
    body: str
    compose_id: str
    seen_seq: int | None = None
    reply_to: int | None = None
    kind: Kind = Kind.MESSAGE


@dataclass(frozen=True, slots=True)
class Sent:
    """The message was stored; `people` are those it is for."""

    message_id: int
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Crossed:
    """Nothing was stored: somebody wrote meanwhile, in the message of this feed number."""

    seq: int


class Conversation:
    """The use cases of writing. They raise Refusal with the field it belongs to; a draft is never lost by it."""

    def __init__(
        self, reads: Reads, threads: Threads, conversations: Conversations, clock: Callable[[], datetime]
    ) -> None:
        self.reads = reads
        self.threads = threads
        self.conversations = conversations
        self.clock = clock

    def choices(self, viewer: User, job: Job, words: str = "") -> list[Choice]:
        """Everybody this user may write to on this job: first those on the job, then the company, then the team."""
        found = self.threads.candidates(viewer, job, words)
        known = {contact.id for contact in found}
        here = [] if words else [contact for contact in job.people() if contact.id not in known]
        return choices(viewer, job, [*here, *found], words)

    def send(self, author: User, compose: Compose) -> Sent | Crossed:
        """Write a message: by text to contacts, at the desk to the worker, as a note to Dispatch."""
        job = self._job(author, compose.job_id)
        body = checked_body(compose.body)
        chosen = self._chosen(author, job, compose.recipients)
        people = tuple(choice.person for choice in chosen)
        return self._post(
            NewMessage(
                job_id=job.id,
                kind=_kind(author, compose, people),
                author=Person(Party(author.role.value), author.name, author.id),
                recipients=people,
                body=body,
                at=self.clock(),
                compose_id=compose.compose_id,
                reply_to=compose.reply_to,
                deliveries=self._deliveries(chosen),
            ),
            author,
            compose.seen_seq,
        )

    def send_as_program(self, job: Job, contact_or_worker: Person, body: str, compose_id: str) -> Sent | Crossed:
        """Write a message from the command line, under no person's name."""
        choice = Choice("", contact_or_worker, "", _channel(contact_or_worker))
        return self._post(
            NewMessage(
                job_id=job.id,
                kind=Kind.MESSAGE,
                author=Person(Party.SYSTEM, "command line"),
                recipients=(contact_or_worker,),
                body=checked_body(body),
                at=self.clock(),
                compose_id=compose_id,
                deliveries=self._deliveries([choice]),
            ),
            None,
            None,
        )

    def resend(self, user: User, job_id: int, delivery_id: int) -> None:
        """Send a text that did not get there once more; Refusal when that cannot be done now."""
        self._job(user, job_id)
        if user.role is not Role.DISPATCHER or not self.conversations.resend(job_id, delivery_id):
            raise Refusal("This text cannot be sent again: it is on its way, arrived, or was sent again already.")

    def _job(self, author: User, job_id: int) -> Job:
        job = self.threads.job(author, job_id)
        if job is None:
            raise Refusal("This job is not in your list any more. Go back to the list.")
        if not author.chat:
            raise Refusal("Your account may not take part in messages. Ask the administrator for the Chat box.")
        if author.role is Role.WORKER and job.access.worker_id != author.id:
            raise Refusal("This job was handed over; you can read it but no longer write on it.")
        return job

    def _chosen(self, author: User, job: Job, keys: Sequence[str]) -> list[Choice]:
        if not keys:
            raise Refusal("Nobody is chosen yet: pick a recipient.", "recipient")
        if len(keys) > _MAX_RECIPIENTS:
            raise Refusal(f"{len(keys)} recipients are chosen; {_MAX_RECIPIENTS} is the most.", "recipient")
        ids = [int(key[8:]) for key in keys if key.startswith("contact:") and key[8:].isdecimal()]
        known = {c.key: c for c in choices(author, job, self.threads.chosen(author, job, ids))}
        chosen = []
        for key in dict.fromkeys(keys):
            choice = known.get(key)
            if choice is None:
                raise Refusal("Somebody chosen is not on this job any more: pick the recipients again.", "recipient")
            if choice.why_not:
                raise Refusal(f"{choice.person.name} cannot be texted: {choice.why_not}.", "recipient")
            chosen.append(choice)
        return chosen

    def _deliveries(self, chosen: Sequence[Choice]) -> tuple[NewDelivery, ...]:
        """One text for each phone, however many of the recipients share it (rule 33)."""
        now = self.clock()
        use_by = now + self.reads.account().use_by
        made: list[NewDelivery] = []
        for place, choice in enumerate(chosen):
            mobile = choice.person.mobile
            if choice.channel is Channel.SMS and mobile and all(d.to != mobile for d in made):
                made.append(NewDelivery(place, Channel.SMS, mobile, State.QUEUED, now, use_by))
            elif choice.channel is Channel.DESK:
                made.append(NewDelivery(place, Channel.DESK, choice.person.name, State.WAITING, now))
        return tuple(made)

    def _post(self, new: NewMessage, author: User | None, seen_seq: int | None) -> Sent | Crossed:
        posted = self.conversations.post(new, author, seen_seq)
        return Crossed(posted) if isinstance(posted, int) else Sent(posted.message_id, new.recipients)


def choices(viewer: User, job: Job, contacts: Sequence[Contact], words: str = "") -> list[Choice]:
    """Everybody a user may write to, grouped. Workers write to Dispatch alone."""
    if viewer.role is Role.WORKER:
        return [Choice("dispatch", DISPATCH, TEAM, None, "the dispatchers of this location")]
    on_job = {contact.id for contact in job.people()}
    people = [_contact_choice(c, ON_JOB if c.id in on_job else COMPANY) for c in contacts]
    people.sort(key=lambda choice: (choice.group != ON_JOB, choice.person.name))
    return people + [choice for choice in _team(job) if _matches(choice, words)]


def checked_body(body: str) -> str:
    """The body as it will be sent; Refusal (field "contents") when it is empty, too long or no text."""
    body = body.strip()
    if not body:
        raise Refusal("There is nothing to send yet: write a message.", "contents")
    if "\x00" in body or any("\ud800" <= c <= "\udfff" for c in body):
        raise Refusal("The message holds a broken character that cannot be sent: take it out.", "contents")
    length = len(body.encode("utf-16-le")) // 2
    if length > MAX_BODY:
        raise Refusal(
            f"{length:,} characters are too many: a text holds {MAX_BODY:,}. Shorten it by {length - MAX_BODY:,}.",
            "contents",
        )
    return body


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
    return Choice(f"contact:{contact.id}", person, group, Channel.SMS, about, contact.why_no_text() or "")


def _team(job: Job) -> list[Choice]:
    team = [Choice("dispatch", DISPATCH, TEAM, None, "a note for dispatchers; nobody else sees it")]
    if job.worker is None:
        return team
    worker = Person(Party.WORKER, job.worker.name, job.worker.id)
    return [Choice(f"worker:{job.worker.id}", worker, TEAM, Channel.DESK, "the worker of this job, at the desk"), *team]


def _matches(choice: Choice, words: str) -> bool:
    text = f"{choice.person.name} {choice.about}".casefold()
    return all(word in text for word in words.casefold().split())


def _channel(person: Person) -> Channel:
    return Channel.SMS if person.role is Party.CONTACT else Channel.DESK


def _kind(author: User, compose: Compose, people: Sequence[Person]) -> Kind:
    if compose.kind is not Kind.MESSAGE:
        return compose.kind
    if author.role is Role.DISPATCHER and all(p.role is Party.DISPATCH for p in people):
        return Kind.NOTE
    return Kind.REPLY if compose.reply_to else Kind.MESSAGE
