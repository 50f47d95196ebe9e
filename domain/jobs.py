"""Jobs: the unit of work that a conversation belongs to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from domain.account import Location
from domain.people import Contact, StatedContact


class Status(StrEnum):
    """Where the work stands (rule 43)."""

    NEW = "new"
    ASSIGNED = "assigned"
    ON_THE_WAY = "on_the_way"
    CHECKED_IN = "checked_in"
    STARTED = "started"
    AWAITING_APPROVAL = "awaiting_approval"
    READY = "ready"
    IN_SERVICE = "in_service"
    COMPLETED = "completed"
    CANCELLED = "cancelled"

    @property
    def closes(self) -> bool:
        """Whether a job in this status is closed."""
        return self in (Status.IN_SERVICE, Status.COMPLETED, Status.CANCELLED)

    @property
    def words(self) -> str:
        """The status as people read it."""
        return self.value.replace("_", " ").capitalize()


class Waiting(StrEnum):
    """Who has the next word on a job (rule 36)."""

    NOBODY = ""
    DISPATCHER = "dispatcher"
    WORKER = "worker"
    CUSTOMER = "customer"


class Order(StrEnum):
    """How the job list is sorted; each has one unique key stored with the job."""

    WAITING = "waiting"
    ACTIVITY = "activity"
    NUMBER = "number"
    WINDOW = "window"

    @property
    def following(self) -> "Order":
        """The next one, as the `o` key goes round."""
        orders = list(Order)
        return orders[(orders.index(self) + 1) % len(orders)]


class View(StrEnum):
    """Which jobs the list shows."""

    OPEN = "open"
    NEEDS_REPLY = "needs_reply"
    UNREAD = "unread"
    MINE = "mine"
    HELD = "held"
    FAILED = "failed"
    ALL = "all"

    @property
    def words(self) -> str:
        """The view as people read it."""
        return _VIEWS[self]


_VIEWS = {
    View.OPEN: "All open",
    View.NEEDS_REPLY: "Needs reply",
    View.UNREAD: "Unread",
    View.MINE: "Mine",
    View.HELD: "Held",
    View.FAILED: "Failed",
    View.ALL: "Closed ones too",
}


@dataclass(frozen=True, slots=True)
class Access:
    """What the visibility rule needs to know of a job.

    `former` maps each former worker to the moment they handed the job over.
    """

    location_id: int
    worker_id: int | None = None
    closed_at: datetime | None = None
    three_way: bool = True
    grace: timedelta = timedelta(days=7)
    former: Mapping[int, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Worker:
    """The worker of a job, as a recipient. `signed_in_at` is their last sign-in at a desk.

    `told_by_text`: a text with their page's link tells them of a new message (rule 47).
    """

    id: int
    name: str
    mobile: str | None = None
    signed_in_at: datetime | None = None
    told_by_text: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """Everything about one job that its screens show. `version` guards against two people editing at once.

    `texting_since` is when Customer Messages came to be (rule 1), None before.
    """

    id: int
    number: str
    template: str
    title: str
    status: Status
    location: Location
    customer_id: int
    customer: str
    asset: str
    address: str
    window_start: datetime | None
    window_end: datetime | None
    site: Contact | None
    billing: Contact | None
    ad_hoc: Contact | None
    worker: Worker | None
    created_at: datetime
    closed_at: datetime | None
    texting_since: datetime | None
    version: int
    access: Access
    owner_id: int | None = None
    owner: str = ""

    def people(self) -> tuple[Contact, ...]:
        """The contacts on this job, each once: site, billing, ad hoc; without those that were deleted."""
        found = {c.id: c for c in (self.site, self.billing, self.ad_hoc) if c and not c.removed}
        return tuple(found.values())


@dataclass(frozen=True, slots=True)
class JobForm:
    """What a person may set on a job.

    A contact is an id, or stated by name, title, mobile and email: then one of the customer's with
    that mobile is taken, or made. `ad_hoc_mobile` is E.164 or "".
    """

    number: str
    template: str
    title: str
    status: Status
    location_id: int
    customer: str
    site_contact_id: int | None = None
    billing_contact_id: int | None = None
    ad_hoc_mobile: str = ""
    worker_id: int | None = None
    window_start: datetime | None = None
    window_end: datetime | None = None
    asset: str = ""
    address: str = ""
    site: StatedContact | None = None
    billing: StatedContact | None = None


class JobRow(NamedTuple):
    """One line of the job list, as this viewer may see it.

    `key` sorts it and is unique in its order. `zone` is the location's time zone; windows are shown
    in it. Marks, preview and waiting are empty for a viewer who sees no messages.

    For workers: `last_by` wrote the last message; `handed_over` is theirs no more, until the grace time ends.
    `owner` and `mine` say which dispatcher leads it, `writing` which colleague is typing on it now,
    `done_by` who called it done since its last message. `seq` is the feed number of its newest change.
    """

    id: int
    key: int | str
    number: str
    title: str
    status: Status
    location: str
    zone: str
    customer: str
    asset: str
    worker: str
    window_start: datetime | None
    window_end: datetime | None
    waiting_on: Waiting = Waiting.NOBODY
    waiting_since: datetime | None = None
    unread: bool = False
    last_preview: str = ""
    last_at: datetime | None = None
    owner: str = ""
    mine: bool = False
    writing: str = ""
    done_by: str = ""
    seq: int = 0
    last_by: str = ""
    handed_over: bool = False


@dataclass(frozen=True, slots=True)
class JobFilter:
    """What the list shows: a view, an order, and words that must all stand somewhere in the job.

    Words in View.OPEN are looked for in closed jobs too, which then come last.
    """

    order: Order = Order.WAITING
    words: str = ""
    view: View = View.ALL


AT_FIRST = JobFilter(view=View.OPEN)
"""What a job list begins with; a worker's has no views, so for them it is simply theirs."""


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of the list: from position `start`, found by the neighbour's key where one is known."""

    start: int = 0
    count: int = 128
    after: int | str | None = None
    before: int | str | None = None


@dataclass(frozen=True, slots=True)
class JobPage:
    """A window of the job list: `rows` from position `start` of `total`."""

    rows: tuple[JobRow, ...]
    start: int
    total: int


_KEY_SECONDS_BITS = 34
_KEY_ID_BITS = 27
_FAR = (1 << _KEY_SECONDS_BITS) - 1
KEY_BAND = 1 << (_KEY_SECONDS_BITS + _KEY_ID_BITS)
"""Sort keys of jobs waiting on the dispatcher lie below it, those of other open jobs below twice as much."""


def waiting_key(job_id: int, on: Waiting, since: datetime | None, window: datetime | None, closed: bool) -> int:
    """The sort key of Order.WAITING: waiting on the dispatcher first, longest first, then by window start (rule 37).

    One integer below 2**63, unique by the job id in its lowest 27 bits; closed jobs come last.
    """
    if on is Waiting.DISPATCHER and since is not None:
        return _key(0, since, job_id)
    return _key(2 if closed else 1, window, job_id)


def number_key(number: str) -> str:
    """The sort key of Order.NUMBER: figures by their value (9999 before 10000), unique as the number is."""
    padded = re.sub(r"[0-9]+", lambda figures: figures[0].zfill(12), number.casefold())
    return f"{padded} {number}"


def window_key(job_id: int, window: datetime | None) -> int:
    """The sort key of Order.WINDOW: by planned start, jobs without one last."""
    return _key(0, window, job_id)


def _key(band: int, moment: datetime | None, job_id: int) -> int:
    seconds = _FAR if moment is None else max(0, min(_FAR, int(moment.timestamp())))
    return (((band << _KEY_SECONDS_BITS) | seconds) << _KEY_ID_BITS) | job_id
