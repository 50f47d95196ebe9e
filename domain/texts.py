"""A text on its way out or in, as the engine handles it."""

from dataclasses import dataclass
from datetime import datetime

from domain.delivery import State


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A text that an engine has claimed and may hand to the carrier. Numbers are E.164."""

    delivery_id: int
    to: str
    sender: str
    body: str
    claimed_at: datetime
    use_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The carrier took it: its id, and the state its word means (None for a word we do not know)."""

    sid: str
    word: str
    state: State | None


@dataclass(frozen=True, slots=True)
class Rejected:
    """The carrier refused it for good; `code` is the carrier's."""

    code: int


@dataclass(frozen=True, slots=True)
class NotTaken:
    """The carrier certainly never had it (busy, out of reach): it may be tried again."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """No answer that tells: it may or may not have been sent. Never repeated by itself."""

    reason: str


Outcome = Accepted | Rejected | NotTaken | Unclear


@dataclass(frozen=True, slots=True)
class Incoming:
    """A text as the carrier lists it. `at` is the carrier's time."""

    sid: str
    sender: str
    to: str
    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Report:
    """What the carrier says of a text it has: its word, what that means here, and an error code."""

    word: str
    state: State | None
    error: int | None = None
