"""What goes out: one text claimed, handed to the carrier once, and its fate written down."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from domain.segments import count
from domain.texts import Accepted, NotTaken, Outcome, Outgoing

if TYPE_CHECKING:
    from domain.ports import Carrier
    from storage.outbox import Outbox

_RECORD_AGAIN_S = (0.2, 1.0, 2.0)
_LONGEST_PAUSE_S = 60.0
_log = logging.getLogger("jobline.sending")


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

    def free_in(self) -> float:
        """Seconds until the first number that waits may send again, 0 where none waits."""
        now = self._monotonic()
        return min((free - now for free in self._free_at.values() if free > now), default=0.0)

    def spend(self, number: str, segments: int) -> None:
        """Note segments that a number is about to send."""
        if self.per_second > 0:
            start = max(self._monotonic(), self._free_at.get(number, 0.0))
            self._free_at[number] = start + segments / self.per_second


class Patience:
    """Pauses for all texts together while the carrier takes none: 1, 2, 4 … 60 seconds, over with the first it takes.

    Wrong credentials or an outage must not make every waiting text knock at its door.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._pause_s = 0.0
        self._until = 0.0

    @property
    def holds(self) -> bool:
        """Whether to leave the carrier alone for now."""
        return self._monotonic() < self._until

    def note(self, outcome: Outcome) -> None:
        """Learn from an answer; those that come during a pause do not lengthen it."""
        if not isinstance(outcome, NotTaken):
            self._pause_s = 0.0
        elif not self.holds:
            self._pause_s = min(_LONGEST_PAUSE_S, max(1.0, 2 * self._pause_s))
            self._until = self._monotonic() + self._pause_s


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
    _write_down(outbox, text, outcome)
    return outcome


def _write_down(outbox: Outbox, text: Outgoing, outcome: Outcome) -> None:
    """Record an answer that cannot be had again: a busy database is asked more than once."""
    for pause_s in _RECORD_AGAIN_S:
        try:
            outbox.record(text, outcome)
        except Exception:
            _log.warning("what became of delivery %s could not be written yet", text.delivery_id, exc_info=True)
            time.sleep(pause_s)
        else:
            return
    outbox.record(text, outcome)


def trouble_of(outcome: Outcome | None) -> str | None:
    """The sentence for the status bar when the carrier is not taking texts, "" when it is, None if unknown."""
    if isinstance(outcome, NotTaken):
        return outcome.reason
    return "" if isinstance(outcome, Accepted) else None
