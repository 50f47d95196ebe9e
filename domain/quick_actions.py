"""Check-in, Request approval, Asset ready, Asset in service: what one of them does to a job, and what it says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.alerts import STATUS_OF, Event
from domain.estimates import Version
from domain.jobs import Status
from domain.messages import NewMessage, Person

IN_ORDER = (Event.CHECK_IN, Event.REQUEST_APPROVAL, Event.ASSET_READY, Event.ASSET_IN_SERVICE)
"""The quick actions as work goes along."""


@dataclass(frozen=True, slots=True)
class Acting:
    """A quick action as it is stored, everything together.

    `version` is that of the job which `by` had before them. `message` None changes the status alone.
    `estimate` is the draft that the message shares, as it was seen. `again`: a person said to tell it
    once more. `compose_id` as on a message: a repeated Submit acts once.
    """

    job_id: int
    version: int
    event: Event
    compose_id: str
    message: NewMessage | None = None
    estimate: Version | None = None
    again: bool = False

    @property
    def texts(self) -> bool:
        """Whether a contact is told."""
        return self.message is not None and any(person.contact_id for person in self.message.recipients)


@dataclass(frozen=True, slots=True)
class Acted:
    """What was stored: the message, if there is one, and whether the same Submit had done all this before."""

    message_id: int | None
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Before:
    """A quick action that was done before: when, by whom, and whether a contact was told."""

    at: datetime
    by: str
    told: bool


def status_words(event: Event, now: Status) -> str:
    """What becomes of the status of a job that is in `now`, as the form says it."""
    after = STATUS_OF[event]
    words = f"Status {'stays' if after is now else 'becomes'} {after.words}"
    if after.closes and not now.closes:
        return f"{words} and the job closes"
    return f"{words}, the job opens again" if now.closes and not after.closes else words


def notice_of(event: Event, estimate: Version | None = None) -> str:
    """What stands beneath the message for staff: which quick action wrote it, and what else it did."""
    shared = f"; estimate {estimate.number} goes with it" if estimate is not None else ""
    return f"{event.words}: status {STATUS_OF[event].words}{shared}."


def names_of(people: Sequence[Person]) -> str:
    """Names as a list in a sentence."""
    names = [person.name for person in people]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
