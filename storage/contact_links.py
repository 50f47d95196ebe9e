"""Contacts' links to their page of one job: issued, revoked; what is missing of them is in no database (rule 25)."""

from collections.abc import Callable, Collection
from datetime import datetime

from sqlmodel import Session, col, select

from domain.links import ContactLink
from storage import feed
from storage.engine import Database
from storage.plain import Plain, Row, at, moment
from storage.tables.jobs import JobRow
from storage.tables.system import LinkRow

_LINK = (
    "SELECT l.id, l.contact_id, l.job_id, l.made_at, j.closed_at, l.revoked_at FROM link l"
    " JOIN job j ON j.id = l.job_id JOIN contact c ON c.id = l.contact_id"
)


class ContactLinks:
    """Keeps contacts' links. Each method is one transaction; safe from any thread."""

    def __init__(self, database: Database, plain: Plain, clock: Callable[[], datetime]) -> None:
        self.database = database
        self.plain = plain
        self.clock = clock

    def link(self, link_id: int) -> ContactLink | None:
        """A contact's link as it is kept, working or not.

        None where its contact was deleted, or the job is another customer's now.
        """
        theirs = "c.removed_at IS NULL AND c.customer_id = j.customer_id"
        row = self.plain.row(f"{_LINK} WHERE l.id = :id AND {theirs}", {"id": link_id})
        return _link(row) if row else None

    def of_job(self, job_id: int) -> list[ContactLink]:
        """The newest link of each contact on a job."""
        rows = self.plain.rows(f"{_LINK} WHERE l.job_id = :job ORDER BY l.id", {"job": job_id})
        return list({row[1]: _link(row) for row in rows}.values())

    def issue(self, contact_id: int, job_id: int) -> int:
        """The number of the link of this contact on this job, made where none works."""
        with self.database.write() as session:
            return issue(session, contact_id, job_id, self.clock())

    def revoke(self, contact_id: int, job_id: int) -> int:
        """End every link of a contact on a job at once; returns how many worked. Open pages end too."""
        with self.database.write() as session:
            session.get(JobRow, job_id, with_for_update=True)
            ended = revoke(session, job_id, (contact_id,), self.clock())
            feed.append(session, "people", job_id)
            return ended


def issue(session: Session, contact_id: int, job_id: int, now: datetime) -> int:
    """`ContactLinks.issue` inside the caller's transaction."""
    mine = select(LinkRow).where(
        LinkRow.contact_id == contact_id, LinkRow.job_id == job_id, col(LinkRow.revoked_at).is_(None)
    )
    row = session.exec(mine.order_by(col(LinkRow.id).desc())).first()
    if row is None:
        row = LinkRow(contact_id=contact_id, job_id=job_id, made_at=now)
        session.add(row)
        session.flush()
    assert row.id is not None
    return row.id


def revoke(session: Session, job_id: int, contact_ids: Collection[int], now: datetime) -> int:
    """End the links of these contacts on a job inside the caller's transaction; returns how many worked.

    Contacts' links are ended under the feed's lock. A text that is leaving with one is not waited for.
    """
    feed.hold(session)
    mine = select(LinkRow).where(
        LinkRow.job_id == job_id, col(LinkRow.contact_id).in_(contact_ids), col(LinkRow.revoked_at).is_(None)
    )
    rows = session.exec(mine.order_by(col(LinkRow.id)).with_for_update(key_share=True)).all()
    for row in rows:
        row.revoked_at = now
        session.add(row)
    return len(rows)


def _link(row: Row) -> ContactLink:
    return ContactLink(row[0], row[1], row[2], at(row[3]), moment(row[4]), moment(row[5]))
