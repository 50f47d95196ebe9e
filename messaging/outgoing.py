"""What goes out: one text claimed, handed to the carrier once, and its fate written down."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from domain.segments import count
from domain.texts import Accepted, NotTaken, Outcome

if TYPE_CHECKING:
    from domain.ports import Carrier
    from storage.outbox import Outbox


class Pace:
    """How fast each of our numbers may send: `per_second` segments, 0 for no limit.

    Carriers take about one segment a second from a long number and queue the rest.
    """

    def __init__(self, per_second: float, monotonic: Callable[[], float]) -> None:
        self.per_second = per_second
        self._monotonic = monotonic
        self._free_at: dict[str, float] = {}
        self.lock = threading.Lock()

    def at_limit(self) -> frozenset[str]:
        """The numbers that must wait now."""
        now = self._monotonic()
        return frozenset(number for number, free in self._free_at.items() if free > now)

    def spend(self, number: str, segments: int) -> None:
        """Note segments that a number is about to send."""
        if self.per_second > 0:
            start = max(self._monotonic(), self._free_at.get(number, 0.0))
            self._free_at[number] = start + segments / self.per_second


def send_next(outbox: Outbox, carrier: Carrier, engine: str, pace: Pace) -> Outcome | None:
    """Hand the next due text to the carrier; returns the outcome, or None where nothing may leave now.

    The claim is committed before the carrier is called. Whatever is not a clear answer leaves the
    text unconfirmed: the carrier may have taken it, and a blind retry would text twice.
    """
    with pace.lock:
        text = outbox.claim(engine, pace.at_limit())
        if text is None:
            return None
        pace.spend(text.sender, count(text.body).parts)
    outcome = carrier.send(text)
    outbox.record(text, outcome)
    return outcome


def trouble_of(outcome: Outcome | None) -> str | None:
    """The sentence for the status bar when the carrier is not taking texts, "" when it is, None if unknown."""
    if isinstance(outcome, NotTaken):
        return outcome.reason
    return "" if isinstance(outcome, Accepted) else None
