"""Writing to people on a job."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from domain.account import WorkerWrites
from domain.delivery import Channel
from domain.errors import Refusal
from domain.final_text import Additions, counted_text
from domain.jobs import Job
from domain.links import without_secrets
from domain.messages import MAX_BODY, Kind, NewMessage, Party, Person, Stage
from domain.people import Role, User
from domain.permissions import Act, demand
from domain.placeholders import names_in
from messaging.choices import Choice, choices
from messaging.departure import Departure, Wish, depart

if TYPE_CHECKING:
    from storage.conversations import Conversations
    from storage.reads import Reads
    from storage.threads import Threads

_MAX_RECIPIENTS = 15


@dataclass(frozen=True, slots=True)
class Compose:
    """What a person submits. `seen_seq` is the newest message they had before them when they wrote (rule 41).

    `leave_at` plans it for later, `reason` sends it in quiet hours too. `passes_on` is the worker's
    private message that it passes on to a contact. `quick`: one key sent it. `at_once`: nobody is there
    to call it back, so it has no undo window.
    """

    job_id: int
    recipients: tuple[str, ...]
    body: str
    compose_id: str
    seen_seq: int | None = None
    reply_to: int | None = None
    kind: Kind = Kind.MESSAGE
    leave_at: datetime | None = None
    reason: str = ""
    passes_on: int | None = None
    quick: bool = False
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """The message was stored; `people` are those it is for. `leaves_at` is set where it has not left yet."""

    message_id: int
    people: tuple[Person, ...]
    stage: Stage = Stage.OUT
    leaves_at: datetime | None = None


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
        return choices(viewer, job, [*here, *found], words, self.reads.account().worker_writes)

    def send(self, author: User, compose: Compose) -> Sent | Crossed:
        """Write a message: by text to contacts, at the desk to the worker, as a note to Dispatch."""
        job = self._job(author, compose.job_id)
        if compose.kind is Kind.ALERT:
            demand(author, Act.SEND_ALERTS)
        body = filled(checked_body(compose.body))
        chosen = self.chosen(author, job, compose.recipients)
        people = tuple(choice.person for choice in chosen)
        leaving = self._departure(author, job, chosen, compose)
        fits(body, leaving.added)
        return self._post(
            NewMessage(
                job_id=job.id,
                kind=_kind(author, compose, people),
                author=self._author(author, job, compose, people),
                recipients=people,
                body=body,
                at=self.clock(),
                compose_id=compose.compose_id,
                reply_to=compose.reply_to,
                deliveries=leaving.deliveries,
                stage=leaving.stage,
                leaves_at=leaving.leaves_at,
                passes_on=compose.passes_on,
                notice=f"Sent in quiet hours by {author.name}: {compose.reason}" if compose.reason else "",
            ),
            author,
            compose.seen_seq,
        )

    def when(
        self,
        author: User,
        job: Job,
        keys: Sequence[str],
        leave_at: datetime | None = None,
        kind: Kind = Kind.MESSAGE,
    ) -> Departure:
        """How a message to these people would leave now, for the composer's line; Refusal as `send` gives it."""
        chosen = self.chosen(author, job, keys)
        return self._departure(author, job, chosen, Compose(job.id, tuple(keys), "", "", kind=kind, leave_at=leave_at))

    def send_as_program(self, job: Job, contact_or_worker: Person, body: str, compose_id: str) -> Sent | Crossed:
        """Write a message from the command line, under no person's name; held for the hour like an alert."""
        person = contact_or_worker
        known = [c for c in self.threads.to_text(job, [person.contact_id or 0]) if c.id == person.contact_id]
        zone = known[0].time_zone if known else ""
        choice = Choice("", person, "", _channel(person), zone=zone)
        leaving = depart([choice], Wish(), self.reads.account(), job.location, self.clock())
        return self._post(
            NewMessage(
                job_id=job.id,
                kind=Kind.MESSAGE,
                author=Person(Party.SYSTEM, "command line"),
                recipients=(person,),
                body=checked_body(body),
                at=self.clock(),
                compose_id=compose_id,
                deliveries=leaving.deliveries,
                stage=leaving.stage,
                leaves_at=leaving.leaves_at,
            ),
            None,
            None,
        )

    def resend(self, user: User, job_id: int, delivery_id: int) -> None:
        """Send a text that did not get there once more; Refusal when that cannot be done now."""
        self._job(user, job_id)
        demand(user, Act.RESEND)
        if not self.conversations.resend(job_id, delivery_id):
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

    def chosen(self, author: User, job: Job, keys: Sequence[str]) -> list[Choice]:
        """Whom these keys of the composer mean; Refusal (field "recipient") where one of them cannot be written to."""
        if not keys:
            raise Refusal("Nobody is chosen yet: pick a recipient.", "recipient")
        if len(keys) > _MAX_RECIPIENTS:
            raise Refusal(f"{len(keys)} recipients are chosen; {_MAX_RECIPIENTS} is the most.", "recipient")
        ids = [int(key[8:]) for key in keys if key.startswith("contact:") and key[8:].isdecimal()]
        contacts = self.threads.to_text(job, ids)
        known = {c.key: c for c in choices(author, job, contacts, "", self.reads.account().worker_writes)}
        chosen = []
        for key in dict.fromkeys(keys):
            choice = known.get(key)
            if choice is None:
                raise Refusal("Somebody chosen is not on this job any more: pick the recipients again.", "recipient")
            if choice.why_not:
                raise Refusal(f"{choice.person.name} cannot be texted: {choice.why_not}.", "recipient")
            chosen.append(choice)
        return chosen

    def _departure(self, author: User, job: Job, chosen: Sequence[Choice], compose: Compose) -> Departure:
        account, now = self.reads.account(), self.clock()
        contacts = [choice.person.contact_id for choice in chosen if choice.person.contact_id]
        wish = Wish(
            at=checked_time(compose.leave_at, now),
            undo=timedelta(0) if compose.at_once else account.undo,
            reason=compose.reason,
            needs_release=bool(contacts)
            and author.role is Role.WORKER
            and account.worker_writes is WorkerWrites.WITH_RELEASE,
            heard=self.threads.last_heard(job.id, contacts) if account.holds else {},
            quick=compose.quick,
        )
        leaving = depart(chosen, wish, account, job.location, now)
        base = self.reads.engine(now).page_url
        phones = by_phone(chosen)
        return replace(leaving, added=self.conversations.additions(job.id, phones, compose.kind, base))

    def _author(self, author: User, job: Job, compose: Compose, people: Sequence[Person]) -> Person:
        """The author; of a message passed on, the worker too: "Marco Diaz, through Ann Lee" (rule 49)."""
        me = Person(Party(author.role.value), author.name, author.id)
        if compose.passes_on is None:
            return me
        demand(author, Act.PASS_ON)
        original = self.threads.message(author, job.id, compose.passes_on)
        if original is None or original.author.role is not Party.WORKER or original.is_contact_message:
            raise Refusal("Only a worker's message to Dispatch can be passed on. Select one in the thread.")
        if not all(person.role is Party.CONTACT for person in people):
            raise Refusal("A message is passed on to the customer's contacts alone: pick only them.", "recipient")
        return replace(me, name=f"{original.author.name}, through {author.name}")

    def _post(self, new: NewMessage, author: User | None, seen_seq: int | None) -> Sent | Crossed:
        posted = self.conversations.post(new, author, seen_seq)
        if isinstance(posted, int):
            return Crossed(posted)
        return Sent(posted.message_id, new.recipients, new.stage, new.leaves_at)


def checked_body(body: str) -> str:
    """The body as it will be sent; Refusal (field "contents") when it is empty, too long or no text."""
    body = without_secrets(body.strip())
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


def fits(body: str, added: Sequence[Additions]) -> None:
    """Refusal (field "contents") where somebody's text would be too long with what is added for them."""
    longest = max((len(counted_text(body, more).encode("utf-16-le")) // 2 for more in added), default=0)
    if longest > MAX_BODY:
        raise Refusal(
            f"With invitation and link the text has {longest:,} characters; {MAX_BODY:,} is the most. "
            f"Shorten it by {longest - MAX_BODY:,}.",
            "contents",
        )


def by_phone(chosen: Sequence[Choice]) -> dict[str, tuple[int, ...]]:
    """The contacts behind each phone that a message is texted to, in their order."""
    phones: dict[str, tuple[int, ...]] = {}
    for choice in chosen:
        person = choice.person
        if choice.channel is Channel.SMS and person.mobile and person.contact_id:
            phones[person.mobile] = (*phones.get(person.mobile, ()), person.contact_id)
    return phones


def filled(body: str) -> str:
    """The body, refused (field "contents") while a placeholder of a saved reply still stands in it."""
    open_names = [name for name in names_in(body) if name.replace("_", " ").replace(" ", "").isalpha()]
    if open_names:
        raise Refusal(f"Put something in the place of {{{open_names[0]}}}, or take the braces out.", "contents")
    return body


def checked_time(at: datetime | None, now: datetime) -> datetime | None:
    """A planned time; Refusal (field "time") where it is past or more than a year away."""
    if at is None:
        return None
    if at <= now:
        raise Refusal("That time is past. Plan a later one, or send now.", "time")
    if at - now > timedelta(days=366):
        raise Refusal("That is more than a year away. Plan an earlier time.", "time")
    return at


def _channel(person: Person) -> Channel:
    return Channel.SMS if person.role is Party.CONTACT else Channel.DESK


def _kind(author: User, compose: Compose, people: Sequence[Person]) -> Kind:
    if compose.kind is not Kind.MESSAGE:
        return compose.kind
    if author.role is Role.DISPATCHER and all(p.role is Party.DISPATCH for p in people):
        return Kind.NOTE
    return Kind.REPLY if compose.reply_to else Kind.MESSAGE
