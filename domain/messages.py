"""One entry in a job's conversation, and the people on it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.delivery import Channel, Delivery, State

MAX_BODY = 1600
"""Characters in one text, links and tags included. Source: Twilio error 21617."""


class Kind(StrEnum):
    """What sort of entry it is."""

    ALERT = "alert"
    MESSAGE = "message"
    REPLY = "reply"
    NOTE = "note"
    QUICK_ACTION = "quick_action"
    DECISION = "decision"
    HAND_OVER = "hand_over"


class Party(StrEnum):
    """Who somebody is on a message. DISPATCH is the whole team of rule 5, DISPATCHER one person of it."""

    CONTACT = "contact"
    WORKER = "worker"
    DISPATCHER = "dispatcher"
    DISPATCH = "dispatch"
    SYSTEM = "system"
    PHONE = "phone"


class Stage(StrEnum):
    """How far a message is on its way out of its author's hands."""

    OUT = "out"
    RECALLABLE = "recallable"
    """In the undo window: only the author sees it (rule 16)."""
    HELD = "held"
    """Planned for later, or waiting for the end of quiet hours; dispatchers see it."""
    WAITING_RELEASE = "waiting_release"
    """A worker's text to a contact that a dispatcher must release (rule 49)."""
    CALLED_BACK = "called_back"
    REFUSED = "refused"


NOT_OUT = frozenset({Stage.RECALLABLE, Stage.HELD, Stage.WAITING_RELEASE})
"""Stages of a message that may still leave."""

COUNTED = frozenset({Stage.OUT, Stage.WAITING_RELEASE, Stage.REFUSED})
"""Stages in which a message is news for the dispatchers of its job: counted, previewed, unread."""


@dataclass(frozen=True, slots=True)
class Person:
    """An author or a recipient, named as they were when it was written.

    `user_id` for workers and dispatchers, `contact_id` for contacts; DISPATCH and SYSTEM have neither.
    `mobile` is E.164, and only there where a text could go to it.
    """

    role: Party
    name: str
    user_id: int | None = None
    contact_id: int | None = None
    mobile: str | None = None


DISPATCH = Person(Party.DISPATCH, "Dispatch")
SYSTEM = Person(Party.SYSTEM, "Jobline")


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture on a message; its bytes are read apart. `width` and `height` in pixels, `size` in bytes."""

    id: int
    media_type: str
    width: int
    height: int
    size: int


@dataclass(frozen=True, slots=True)
class NewPhoto:
    """A picture to be stored with a message: made anew by us, so that nothing but pixels is in it."""

    data: bytes
    media_type: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Message:
    """One entry, with everything the visibility rule needs. `seq` only grows, over all jobs together."""

    id: int
    job_id: int
    seq: int
    kind: Kind
    author: Person
    recipients: tuple[Person, ...]
    body: str
    at: datetime
    reply_to: int | None = None
    stage: Stage = Stage.OUT
    dispatch_only: bool = False
    """Kept for dispatchers alone: a text to a location that takes no direct replies (rule 34)."""
    unsure: bool = False
    """A guess whose candidate jobs have different workers: the worker waits for a dispatcher (rule 32)."""
    guessed: bool = False
    after_closing: bool = False
    notice: str = ""
    """What the program adds for staff, in words ("Opted out …"); never sent to anybody."""
    deliveries: tuple[Delivery, ...] = ()
    leaves_at: datetime | None = None
    """When a message that is not out yet leaves; None where a person must act."""
    passes_on: int | None = None
    """The worker's private message that this one passes on to a contact."""
    photos: tuple[Photo, ...] = ()

    @property
    def is_contact_message(self) -> bool:
        """Whether a contact wrote it or is among its recipients (rule 4)."""
        return is_contact_message(self.author, self.recipients)


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A delivery to be made: `recipient` is the position in the message's recipients.

    `to` is E.164 for SMS. `state` is QUEUED, HELD or WAITING; it leaves at `due_at` and never after `use_by`.
    `reason` says why it is held. `body` is what is texted where that is not the message itself, with
    `[link]` for the address of the link `link_id`.
    """

    recipient: int
    channel: Channel
    to: str
    state: State
    due_at: datetime
    use_by: datetime | None = None
    reason: str = ""
    body: str = ""
    link_id: int | None = None


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to be stored with its deliveries in one transaction.

    `compose_id` is made once where it is written, so that a repeated Submit makes one message.
    """

    job_id: int
    kind: Kind
    author: Person
    recipients: tuple[Person, ...]
    body: str
    at: datetime
    compose_id: str
    reply_to: int | None = None
    dispatch_only: bool = False
    unsure: bool = False
    guessed: bool = False
    after_closing: bool = False
    notice: str = ""
    deliveries: tuple[NewDelivery, ...] = ()
    stage: Stage = Stage.OUT
    leaves_at: datetime | None = None
    passes_on: int | None = None
    photos: tuple[NewPhoto, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """An unsent text with the composer's recipient keys; it belongs to its job and its writer.

    `reply_to` is the message it answers, `passes_on` the worker's one that it passes on, `leave_at`
    the time it is planned for.
    """

    body: str
    recipients: tuple[str, ...] = ()
    reply_to: int | None = None
    passes_on: int | None = None
    leave_at: datetime | None = None


def is_contact_message(author: Person, recipients: Iterable[Person]) -> bool:
    """Whether a contact (or a bare phone standing for one) is on it, as author or recipient (rule 4)."""
    return author.role in _OUTSIDE or any(p.role in _OUTSIDE for p in recipients)


def has_worker(author: Person, recipients: Iterable[Person]) -> bool:
    """Whether a worker wrote or got it: such messages stand in Customer Messages too (rule 1)."""
    return author.role is Party.WORKER or any(p.role is Party.WORKER for p in recipients)


_OUTSIDE = frozenset({Party.CONTACT, Party.PHONE})
