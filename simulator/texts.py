"""One text at the carrier, and what has become of it by a given moment.

Nothing moves a text: its times are fixed when it is accepted, and its status is read off the clock.
Times are whole microseconds since 1970 UTC, so that they sort and compare exactly.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(at: datetime) -> int:
    """An aware time as microseconds since 1970 UTC."""
    return (at - _EPOCH) // _MICROSECOND


def moment(at: int) -> datetime:
    """The UTC time of so many microseconds since 1970."""
    return _EPOCH + at * _MICROSECOND


class Direction(StrEnum):
    """Who wrote a text. A CARRIER answer is seen on the phone but is in no account's list."""

    INBOUND = "inbound"
    OUTBOUND = "outbound-api"
    CARRIER = "carrier"


@dataclass(frozen=True, slots=True)
class Pace:
    """How long after acceptance a text is handed on, and how long after acceptance it ends. Seconds."""

    sent_s: float = 0.3
    delivered_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Text:
    """`sent_at` is None for a text that never leaves; `outcome` holds from `final_at` on."""

    n: int
    sid: str
    sender: str
    recipient: str
    body: str
    direction: Direction
    created_at: int
    sent_at: int | None
    final_at: int
    outcome: str
    error: int | None
    edited_at: int

    def status(self, now: int) -> str:
        """Twilio's word for where the text is: queued, sent, or its outcome."""
        if now >= self.final_at:
            return self.outcome
        return "queued" if self.date_sent(now) is None else "sent"

    def date_sent(self, now: int) -> int | None:
        """When it was handed on, or None if that has not happened."""
        return self.sent_at if self.sent_at is not None and self.sent_at <= now else None

    def date_updated(self, now: int) -> int:
        """The latest change up to now."""
        times = (self.created_at, self.sent_at, self.final_at, self.edited_at)
        return max(at for at in times if at is not None and (at <= now or at == self.created_at))

    def error_code(self, now: int) -> int | None:
        """Why it failed, once it has."""
        return self.error if now >= self.final_at else None
