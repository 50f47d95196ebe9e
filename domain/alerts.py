"""Alerts: what happens to a job, and the rules by which a text goes out for it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from domain.hours import Lead
from domain.jobs import Status


class Event(StrEnum):
    """Something that happens to a job and may be told to the customer."""

    CREATED = "created"
    ASSIGNED = "assigned"
    REMINDER = "reminder"
    RESCHEDULED = "rescheduled"
    ON_THE_WAY = "on_the_way"
    CHECK_IN = "check_in"
    STARTED = "started"
    REQUEST_APPROVAL = "request_approval"
    ASSET_READY = "asset_ready"
    ASSET_IN_SERVICE = "asset_in_service"
    COMPLETED = "completed"
    CANCELLED = "cancelled"

    @property
    def words(self) -> str:
        """The event as people read it."""
        return _WORDS[self]

    @property
    def is_quick_action(self) -> bool:
        """Whether it is one of the four quick actions: their rule only fills the form (rule 17)."""
        return self in QUICK_ACTIONS


QUICK_ACTIONS = frozenset({Event.CHECK_IN, Event.REQUEST_APPROVAL, Event.ASSET_READY, Event.ASSET_IN_SERVICE})

_WORDS = {
    Event.CREATED: "Created",
    Event.ASSIGNED: "Assigned",
    Event.REMINDER: "Reminder before start",
    Event.RESCHEDULED: "Delayed or rescheduled",
    Event.ON_THE_WAY: "On the way",
    Event.CHECK_IN: "Check-in",
    Event.STARTED: "Started",
    Event.REQUEST_APPROVAL: "Request approval",
    Event.ASSET_READY: "Asset ready",
    Event.ASSET_IN_SERVICE: "Asset in service",
    Event.COMPLETED: "Completed",
    Event.CANCELLED: "Cancelled",
}

OF_STATUS = {
    Status.ON_THE_WAY: Event.ON_THE_WAY,
    Status.STARTED: Event.STARTED,
    Status.COMPLETED: Event.COMPLETED,
    Status.CANCELLED: Event.CANCELLED,
}
"""The events of a job that comes into a status; those of quick actions are acts of their own."""

STATUS_OF = {event: status for status, event in OF_STATUS.items()} | {
    Event.CHECK_IN: Status.CHECKED_IN,
    Event.REQUEST_APPROVAL: Status.AWAITING_APPROVAL,
    Event.ASSET_READY: Status.READY,
    Event.ASSET_IN_SERVICE: Status.IN_SERVICE,
}
"""The status that an event brings a job into (rule 43); the others bring none."""

BEFORE_START = frozenset({Status.NEW, Status.ASSIGNED})
"""Statuses in which somebody may still be reminded of the start."""

EDITING = timedelta(minutes=2)
"""Edits of a job's window within this time are told once (rule 17)."""


class Box(StrEnum):
    """A tick under *Who should we notify by SMS?*"""

    SITE = "site"
    BILLING = "billing"
    AD_HOC = "ad_hoc"
    FIXED = "fixed"

    @property
    def words(self) -> str:
        """Whom it means."""
        return _BOXES[self]


_BOXES = {
    Box.SITE: "site contact",
    Box.BILLING: "billing contact",
    Box.AD_HOC: "ad hoc number",
    Box.FIXED: "fixed number",
}

_FURTHEST = {event: place for place, event in enumerate(Event)}


def progress(event: Event) -> int:
    """How far along an event is, to compare it with others."""
    return _FURTHEST[event]


def furthest(events: Iterable[Event]) -> Event:
    """Of several events of one save the one furthest along, which alone is told (rule 17)."""
    return max(events, key=_FURTHEST.__getitem__)


def window_mark(start: datetime | None, end: datetime | None) -> str:
    """A planned window as the mark of an event, which tells a repetition from something new.

    Reminders mark the start alone.
    """
    return "/".join(moment.astimezone(UTC).isoformat(timespec="minutes") if moment else "" for moment in (start, end))


def moved_mark(before: str, after: str) -> str:
    """The mark of a rescheduling: the window that the customer knew, and the one that it is now."""
    return f"{before} > {after}"


def known_window(mark: str) -> str:
    """The window that the customer knew before a rescheduling."""
    return mark.partition(" > ")[0]


def window_of(mark: str) -> str:
    """The window that a rescheduling led to."""
    return mark.rpartition(" > ")[2]


@dataclass(frozen=True, slots=True)
class Planned:
    """The part of a job that events come from."""

    status: Status
    worker_id: int | None = None
    window_start: datetime | None = None
    window_end: datetime | None = None


def events_of(before: Planned | None, after: Planned) -> tuple[Event, ...]:
    """What happened by one save of a job; `before` is None for a new one."""
    if before is None:
        assigned = (Event.ASSIGNED,) if after.worker_id else ()
        return (Event.CREATED, *assigned, *_of_status(None, after))
    found: list[Event] = []
    if after.worker_id and after.worker_id != before.worker_id:
        found.append(Event.ASSIGNED)
    moved = (before.window_start, before.window_end) != (after.window_start, after.window_end)
    if moved and before.window_start and after.window_start:
        found.append(Event.RESCHEDULED)
    return (*found, *_of_status(before.status, after))


def _of_status(before: Status | None, after: Planned) -> tuple[Event, ...]:
    event = OF_STATUS.get(after.status)
    return (event,) if event and before is not after.status else ()


@dataclass(frozen=True, slots=True)
class Rule:
    """What is texted to whom when an event happens on jobs of a template.

    `use_by` None: the account's use-by time counts from when it leaves. Set, it counts from the event,
    and a text that cannot leave by then is dropped ("on my way" is of no use tomorrow). It is a whole
    number of minutes. `fixed_number` (E.164 or "") gets a copy without a link (rule 22). `version` grows
    with every Update.
    """

    template: str
    event: Event
    on: bool = False
    to_site: bool = True
    to_billing: bool = False
    to_ad_hoc: bool = False
    fixed_number: str = ""
    text: str = ""
    quiet: bool = True
    use_by: timedelta | None = None
    lead: Lead = field(default_factory=Lead)
    version: int = 0
    id: int | None = None

    @property
    def notifies_somebody(self) -> bool:
        """Whether any box under *Who should we notify by SMS?* is ticked."""
        return self.to_site or self.to_billing or self.to_ad_hoc or bool(self.fixed_number)


_TEXTS = {
    Event.CREATED: "{company}: we have your job {job} ({title}).",
    Event.ASSIGNED: "{company}: {worker} will take care of job {job} ({title}).",
    Event.REMINDER: "{company}: job {job} ({title}) is planned for {date}, {time}.",
    Event.RESCHEDULED: "{company}: job {job} is now planned for {date}, {time}.",
    Event.ON_THE_WAY: "{company}: {worker} is on the way to you for job {job}.",
    Event.CHECK_IN: "{company}: your {asset} has arrived with us, job {job}.",
    Event.STARTED: "{company}: {worker} has started on job {job}.",
    Event.REQUEST_APPROVAL: "{company}: job {job} needs your approval before we go on.",
    Event.ASSET_READY: "{company}: your {asset} is ready, job {job}.",
    Event.ASSET_IN_SERVICE: "{company}: your {asset} is back in service, job {job}.",
    Event.COMPLETED: "{company}: job {job} is done. Thank you.",
    Event.CANCELLED: "{company}: job {job} was called off.",
}


def first_rule(template: str, event: Event) -> Rule:
    """What Setup shows for an event that has no rule yet: off, with a text to begin from."""
    rule = Rule(template, event, text=_TEXTS[event])
    return replace(rule, use_by=timedelta(minutes=30)) if event is Event.ON_THE_WAY else rule
