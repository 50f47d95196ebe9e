"""A carrier that is only its answers, for the logic of the loops."""

import threading
from collections.abc import Callable, Iterator
from datetime import date

from domain.delivery import State
from domain.texts import Accepted, Incoming, Outcome, Outgoing, Report


def taken(text: Outgoing) -> Outcome:
    """Every text is taken."""
    return Accepted(f"SM{text.delivery_id:032}", "queued", State.ACCEPTED)


class FakeCarrier:
    """Answers sends with `answer`, lists nothing, and reports what `reports` says."""

    def __init__(
        self,
        answer: Callable[[Outgoing], Outcome] = taken,
        report: Callable[[str], Report | None] = lambda _sid: Report("delivered", State.DELIVERED),
    ) -> None:
        self.answer = answer
        self.report = report
        self.sent: list[Outgoing] = []
        self.asked: list[str] = []
        self._lock = threading.Lock()

    def send(self, text: Outgoing) -> Outcome:
        """Hand one over."""
        with self._lock:
            self.sent.append(text)
        return self.answer(text)

    def inbound(self, number: str, since: date) -> Iterator[list[Incoming]]:
        """Nobody writes."""
        yield from ()

    def status(self, sid: str) -> Report | None:
        """What became of a text."""
        with self._lock:
            self.asked.append(sid)
        return self.report(sid)
