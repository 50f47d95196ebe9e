"""What stands at the edges with more than one thing behind it."""

from collections.abc import Iterator
from datetime import date
from typing import Protocol

from domain.texts import Incoming, Outcome, Outgoing, Report


class CarrierTrouble(Exception):
    """The carrier could not be asked. `sentence` says so to a person; nothing was lost."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Carrier(Protocol):
    """Something that texts for us: Twilio, or whatever speaks like it."""

    def send(self, text: Outgoing) -> Outcome:
        """Hand one text over. Never raises: what went wrong is the outcome."""
        ...

    def inbound(self, number: str, since: date) -> Iterator[list[Incoming]]:
        """Texts to one of our numbers since a day (UTC), newest first, page by page. Raises CarrierTrouble."""
        ...

    def status(self, sid: str) -> Report | None:
        """What became of a text, or None where the carrier has no such text. Raises CarrierTrouble."""
        ...
