"""What a contact's page of one job needs to know beside the messages."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import NamedTuple

from domain.account import Location
from domain.jobs import Status
from domain.messages import Party, Person
from domain.people import Contact, ContactViewer
from domain.phone import masked
from storage.contact_rows import contacts_where
from storage.plain import Plain, moment, numbers
from storage.reads import Reads

_JOB = (
    "SELECT j.id, j.number, j.title, j.asset, j.status, j.window_start, j.window_end, j.closed_at, j.location_id,"
    " j.customer_id, j.site_contact_id, j.billing_contact_id, j.ad_hoc_contact_id, u.id, u.name"
    " FROM job j LEFT JOIN user_account u ON u.id = j.worker_id AND u.active AND u.chat AND u.role = 'worker'"
    " AND EXISTS (SELECT 1 FROM user_location p WHERE p.user_id = u.id AND p.location_id = j.location_id)"
    " WHERE j.id = :job"
)
_MOST_PEOPLE = 5000
"""Contacts of one company that are looked through; a company has far fewer."""


class PageJob(NamedTuple):
    """A job as the page of one of its contacts is made from it.

    `contact` is whose page it is. `worker` is the one who reads customers' messages now, None where
    nobody does. `on_job` are the contacts on it, `left` those whom it was closed for (rule 13).
    """

    id: int
    number: str
    title: str
    asset: str
    status: Status
    window_start: datetime | None
    window_end: datetime | None
    closed_at: datetime | None
    location: Location
    customer_id: int
    contact: Contact
    worker: Person | None
    on_job: frozenset[int]
    left: frozenset[int]

    @property
    def zone(self) -> str:
        """The zone that this contact reads times in (rule 42)."""
        return self.contact.time_zone or self.location.time_zone


class PageReads:
    """Reads for contacts' pages. Safe from any thread."""

    def __init__(self, plain: Plain, clock: Callable[[], datetime]) -> None:
        self.plain = plain
        self.reads = Reads(plain)
        self.clock = clock

    def job(self, viewer: ContactViewer) -> PageJob | None:
        """The job of a page, None where the contact was deleted."""
        row = self.plain.row(_JOB, {"job": viewer.job_id})
        mine = contacts_where(self.plain, "p.id = :me AND p.removed_at IS NULL", {"me": viewer.contact_id})
        if row is None or not mine:
            return None
        on_job = frozenset(contact for contact in row[10:13] if contact)
        return PageJob(
            id=row[0],
            number=row[1],
            title=row[2],
            asset=row[3],
            status=Status(row[4]),
            window_start=moment(row[5]),
            window_end=moment(row[6]),
            closed_at=moment(row[7]),
            location=self.reads.location(row[8]),
            customer_id=row[9],
            contact=mine[0],
            worker=self._worker(row[13], row[14], moment(row[7])),
            on_job=on_job,
            left=self._left(viewer.job_id) - on_job,
        )

    def company(self, job: PageJob) -> list[Contact]:
        """The other contacts of the customer, by name; one-time ones only on their own job (rule 22).

        Nobody where the job went to another customer meanwhile.
        """
        if job.contact.customer_id != job.customer_id:
            return []
        return contacts_where(
            self.plain,
            "p.customer_id = :customer AND p.id <> :me AND p.removed_at IS NULL"
            f" AND (NOT p.one_time OR p.id IN ({numbers(job.on_job)})) ORDER BY p.name, p.id LIMIT {_MOST_PEOPLE}",
            {"customer": job.customer_id, "me": job.contact.id},
        )

    def dispatches(self, user_id: int, location_id: int) -> bool:
        """Whether somebody is part of Dispatch at a location now (rule 5)."""
        user = self.reads.user(user_id)
        return user is not None and user.dispatches and location_id in user.location_ids

    def estimates_of(self, viewer: ContactViewer, message_ids: Collection[int]) -> frozenset[int]:
        """Which of these messages shared a version of the estimate with this contact (rule 50)."""
        rows = self.plain.rows(
            "SELECT v.message_id FROM estimate_version v JOIN recipient r ON r.message_id = v.message_id"
            f" WHERE v.message_id IN ({numbers(frozenset(message_ids))}) AND v.shared_at IS NOT NULL"
            " AND r.contact_id = :me",
            {"me": viewer.contact_id},
        )
        return frozenset(row[0] for row in rows)

    def estimate_went_to(self, viewer: ContactViewer) -> tuple[str, ...]:
        """To whom the newest shared version went, where that is not this contact; without any amount (rule 50)."""
        newest = self.plain.row(
            "SELECT v.message_id FROM estimate_version v JOIN message m ON m.id = v.message_id"
            " WHERE v.job_id = :job AND v.shared_at IS NOT NULL AND m.stage = 'out' ORDER BY v.number DESC LIMIT 1",
            {"job": viewer.job_id},
        )
        people = self.plain.rows(
            "SELECT c.id, c.name FROM recipient r JOIN contact c ON c.id = r.contact_id"
            " WHERE r.message_id = :message ORDER BY r.place",
            {"message": newest[0] if newest else 0},
        )
        mine = any(row[0] == viewer.contact_id for row in people)
        return () if mine else tuple(masked(row[1]) for row in people)

    def _worker(self, user_id: int | None, name: str | None, closed_at: datetime | None) -> Person | None:
        """The worker as a recipient, while they see customers' messages of the job (rules 7, 15)."""
        account = self.reads.account()
        over = closed_at is not None and self.clock() >= closed_at + account.windows.grace
        if user_id is None or name is None or over or not account.three_way:
            return None
        return Person(Party.WORKER, name, user_id)

    def _left(self, job_id: int) -> frozenset[int]:
        """The contacts who had a link on a job and have none that works."""
        rows = self.plain.rows(
            "SELECT contact_id FROM link WHERE job_id = :job AND contact_id IS NOT NULL GROUP BY contact_id"
            " HAVING count(*) = count(revoked_at)",
            {"job": job_id},
        )
        return frozenset(row[0] for row in rows)
