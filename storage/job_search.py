"""The words that jobs are found by, made anew when a job or a name that stands on it has changed."""

from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from domain.text import fold
from storage.engine import Database
from storage.tables.jobs import JobRow
from storage.tables.people import ContactRow, CustomerRow, LocationRow, UserRow

BATCH = 500
"""Jobs in one transaction, so that nobody who writes waits long."""


def write_words(session: Session, row: JobRow) -> None:
    """Write the words and the phone numbers that a job is found by; numbers by dispatchers alone (rule 9)."""
    worker = session.get(UserRow, row.worker_id) if row.worker_id else None
    ids = (row.site_contact_id, row.billing_contact_id, row.ad_hoc_contact_id)
    _put(
        row,
        session.get_one(CustomerRow, row.customer_id).name,
        session.get_one(LocationRow, row.location_id).name,
        worker.name if worker else None,
        [session.get_one(ContactRow, contact_id) for contact_id in ids if contact_id],
    )


def rewrite(database: Database, which: Any) -> int:
    """Write the search words of these jobs anew, batch by batch; returns how many there were."""
    last = done = 0
    while True:
        with database.write() as session:
            rows = _batch(session, which, last)
            for row, customer, location, worker, *people in rows:
                _put(row, customer, location, worker, [person for person in people if person is not None])
                session.add(row)
        done += len(rows)
        if len(rows) < BATCH:
            return done
        last = rows[-1][0].id


def _put(row: JobRow, customer: str, location: str, worker: str | None, people: list[ContactRow]) -> None:
    contacts = {person.id: person for person in people}.values()
    own = (row.number, row.title, row.asset, row.address, row.template, customer, location)
    row.search_text = fold(" ".join((*own, *((worker,) if worker else ()), *(person.name for person in contacts))))
    row.search_numbers = " ".join(person.mobile or "" for person in contacts)


def _batch(session: Session, which: Any, last: int) -> list[Any]:
    site, billing, ad_hoc = aliased(ContactRow), aliased(ContactRow), aliased(ContactRow)
    names = (CustomerRow.name, LocationRow.name, UserRow.name, site, billing, ad_hoc)
    return list(
        session.exec(
            select(JobRow, *names)  # type: ignore[call-overload]
            .join(CustomerRow, col(CustomerRow.id) == JobRow.customer_id)
            .join(LocationRow, col(LocationRow.id) == JobRow.location_id)
            .join(UserRow, col(UserRow.id) == JobRow.worker_id, isouter=True)
            .join(site, col(site.id) == JobRow.site_contact_id, isouter=True)
            .join(billing, col(billing.id) == JobRow.billing_contact_id, isouter=True)
            .join(ad_hoc, col(ad_hoc.id) == JobRow.ad_hoc_contact_id, isouter=True)
            .where(which, col(JobRow.id) > last)
            .order_by(col(JobRow.id))
            .limit(BATCH)
            .with_for_update(of=JobRow)
        ).all()
    )
