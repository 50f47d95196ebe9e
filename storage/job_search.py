"""The words that jobs are found by, made anew when a name that stands on many jobs has changed."""

from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from domain.text import fold
from storage.engine import Database
from storage.tables.jobs import JobRow
from storage.tables.people import ContactRow, CustomerRow, LocationRow, UserRow

BATCH = 500
"""Jobs in one transaction, so that nobody who writes waits long."""


def rewrite(database: Database, which: Any) -> int:
    """Write the search words of these jobs anew, batch by batch; returns how many there were."""
    last = done = 0
    while True:
        with database.write() as session:
            rows = _batch(session, which, last)
            for row, *names in rows:
                row.search_text = fold(" ".join((*_own(row), *(name for name in names if name))))
                session.add(row)
        done += len(rows)
        if len(rows) < BATCH:
            return done
        last = rows[-1][0].id


def _own(row: JobRow) -> tuple[str, ...]:
    return row.number, row.title, row.asset, row.address, row.template


def _batch(session: Session, which: Any, last: int) -> list[Any]:
    site, billing, ad_hoc = aliased(ContactRow), aliased(ContactRow), aliased(ContactRow)
    names = (CustomerRow.name, LocationRow.name, UserRow.name, site.name, billing.name, ad_hoc.name)
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
