"""The life of one text to one person: states, how a carrier's report is merged, and the words for it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.failures import explain


class Channel(StrEnum):
    """How a message reaches one recipient."""

    SMS = "sms"
    DESK = "desk"
    PAGE = "page"


class State(StrEnum):
    """Where a delivery stands. The first group is ours alone, the second the carrier's, the third the desk's."""

    QUEUED = "queued"
    SENDING = "sending"
    HELD = "held"
    BLOCKED = "blocked"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    UNCONFIRMED = "unconfirmed"

    ACCEPTED = "accepted"
    SENT = "sent"
    CANCELED = "canceled"
    FAILED = "failed"
    UNDELIVERED = "undelivered"
    DELIVERED = "delivered"

    WAITING = "waiting"
    SEEN = "seen"


CARRIER_ORDER = (
    State.ACCEPTED,
    State.SENT,
    State.CANCELED,
    State.FAILED,
    State.UNDELIVERED,
    State.DELIVERED,
)
"""One total order; the higher wins, so every order of arrival ends alike (PRODUCT, "Sending")."""

_RANK = {state: rank for rank, state in enumerate(CARRIER_ORDER, start=1)}

_CARRIER_WORDS = {
    "accepted": State.ACCEPTED,
    "scheduled": State.ACCEPTED,
    "queued": State.ACCEPTED,
    "sending": State.ACCEPTED,
    "sent": State.SENT,
    "delivered": State.DELIVERED,
    "read": State.DELIVERED,
    "undelivered": State.UNDELIVERED,
    "failed": State.FAILED,
    "canceled": State.CANCELED,
}

FAILURES = frozenset({State.BLOCKED, State.EXPIRED, State.CANCELED, State.FAILED, State.UNDELIVERED, State.UNCONFIRMED})
"""States a person should look at."""

RESENDABLE = frozenset({State.EXPIRED, State.CANCELED, State.FAILED, State.UNDELIVERED, State.UNCONFIRMED})
"""States from which one key sends again; after UNCONFIRMED only when a person says so twice."""

FINAL_AT_CARRIER = frozenset({State.CANCELED, State.FAILED, State.UNDELIVERED, State.DELIVERED})
REACHED_CARRIER = frozenset(CARRIER_ORDER)


def reported(word: str) -> State | None:
    """What a carrier's word means here, or None for a word we do not know (kept, changes nothing)."""
    return _CARRIER_WORDS.get(word)


def advance(current: State, report: State | None) -> State:
    """Merge a carrier report that may arrive late, twice, or out of order.

    One total order, the higher wins, so every order of arrival ends alike. A report never moves a
    row back to `queued` or `sending`: those are not in the carrier's order at all.
    Source: carrier facts, "statuses"; cases in tests/domain/test_delivery.py.
    """
    if report is None or _RANK.get(report, 0) <= _RANK.get(current, 0):
        return current
    return report


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one recipient over one channel. `to` is E.164 for SMS, `name` the person's.

    `notice`: it only tells a worker that the message is there (rule 47). `text` is what was really
    texted where that is not the message itself, with `[link]` for an address; for dispatchers alone.
    """

    id: int
    to: str
    channel: Channel
    state: State
    sid: str | None = None
    error: int | None = None
    reason: str = ""
    due_at: datetime | None = None
    changed_at: datetime | None = None
    name: str = ""
    notice: bool = False
    text: str = ""


_WORDS = {
    State.QUEUED: "Waiting to leave",
    State.SENDING: "Leaving now",
    State.CANCELLED: "Called back",
    State.UNCONFIRMED: "Not confirmed: may or may not have been sent",
    State.ACCEPTED: "With the carrier",
    State.SENT: "Handed to the phone network",
    State.CANCELED: "Cancelled at the carrier",
    State.DELIVERED: "Delivered",
    State.WAITING: "Waiting at the desk",
    State.HELD: "Held",
    State.SEEN: "Seen",
}


_WITH_REASON = frozenset({State.QUEUED, State.WAITING, State.HELD, State.CANCELLED, State.CANCELED, State.UNCONFIRMED})


def wording(delivery: Delivery, clock_time: Callable[[datetime], str]) -> str:
    """One delivery in words a dispatcher reads; `clock_time` writes a moment in the viewer's zone."""
    state = delivery.state
    if state in (State.FAILED, State.UNDELIVERED):
        return f"Not delivered: {explain(delivery.error) if delivery.error else delivery.reason or explain(None)}"
    if state in (State.BLOCKED, State.EXPIRED):
        return f"Not sent: {delivery.reason or 'it could not leave in time'}"
    words = _WORDS[state]
    if state is State.HELD and delivery.due_at is not None:
        words = f"Held until {clock_time(delivery.due_at)}"
    if state is State.SEEN and delivery.changed_at is not None:
        words = f"Seen {clock_time(delivery.changed_at)}"
    return f"{words}: {delivery.reason}" if delivery.reason and state in _WITH_REASON else words
