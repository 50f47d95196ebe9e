"""Jobs and messages to draw."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from domain.delivery import Channel, Delivery, State
from domain.jobs import JobPage, JobRow, Status, Waiting
from domain.messages import DISPATCH, Kind, Message, Party, Person

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ANA = Person(Party.CONTACT, "Ana Silva", contact_id=1, mobile="+351910000001")
BOB = Person(Party.CONTACT, "Bob", contact_id=2, mobile="+351910000002")
MARCO = Person(Party.WORKER, "Marco", user_id=3, mobile="+351910000003")
DORA = Person(Party.DISPATCHER, "Dora", user_id=4)


def now() -> datetime:
    return NOW


def job(job_id: int, **values: object) -> JobRow:
    row: dict[str, object] = {
        "id": job_id,
        "key": job_id,
        "number": f"J-{job_id:06}",
        "title": f"Repair {job_id}",
        "status": Status.STARTED,
        "location": "Lisbon",
        "zone": "Europe/Lisbon",
        "customer": f"Customer {job_id}",
        "asset": "Lift 7",
        "worker": "Marco",
        "window_start": NOW,
        "window_end": NOW + timedelta(hours=2),
        "waiting_on": Waiting.DISPATCHER,
        "waiting_since": NOW - timedelta(minutes=12),
        "unread": job_id % 2 == 0,
        "last_preview": "On my way",
    }
    return JobRow(**{**row, **values})  # type: ignore[arg-type]


class Order:
    """A stand-in for the store: ids in their order, and pages of it."""

    def __init__(self, ids: Sequence[int]) -> None:
        self.ids = list(ids)

    def page(self, start: int = 0, count: int = 128) -> JobPage:
        start = max(0, start)
        return JobPage(tuple(job(i) for i in self.ids[start : start + count]), start, len(self.ids))

    def around(self, job_id: int | None, near: int = 0) -> tuple[JobPage, int | None]:
        """What a screen reads after a change: the window around the cursor's job, and its place."""
        place = self.ids.index(job_id) if job_id in self.ids else None
        return self.page((near if place is None else place) - 192, 384), place


def delivery(number: int, to: str, state: State, error: int | None = None) -> Delivery:
    return Delivery(number, to, Channel.SMS, state, error=error)


def message(seq: int, body: str = "On my way", **values: object) -> Message:
    entry: dict[str, object] = {
        "id": seq,
        "job_id": 1,
        "seq": seq,
        "kind": Kind.MESSAGE,
        "author": ANA,
        "recipients": (DISPATCH, MARCO),
        "body": body,
        "at": NOW + timedelta(minutes=seq),
    }
    return Message(**{**entry, **values})  # type: ignore[arg-type]


def clock(moment: datetime) -> str:
    return f"{moment:%H:%M}"
