"""Who stands on a job, who stood there before it was changed, and who is gone from it."""

from collections.abc import Collection
from typing import NamedTuple

from sqlmodel import Session

from storage.people import living
from storage.tables.jobs import JobRow
from storage.taken_off import of_other_customers


class Stood(NamedTuple):
    """Where a job was, whose it was and who was on it before its columns were changed."""

    location_id: int
    customer_id: int
    contact_ids: frozenset[int]


def stood(row: JobRow) -> Stood:
    """What to hand to `save` once the columns are changed; the row itself forgets it with the first flush."""
    contacts = (row.site_contact_id, row.billing_contact_id, row.ad_hoc_contact_id)
    return Stood(row.location_id, row.customer_id, frozenset(contact for contact in contacts if contact))


def gone_from(session: Session, row: JobRow, was: Stood) -> Collection[int]:
    """Who is not on a job any more; of one that went to another customer, everybody of the former one."""
    gone = was.contact_ids - stood(row).contact_ids
    return gone if was.customer_id == row.customer_id else gone | of_other_customers(session, row)


def drop_deleted(session: Session, row: JobRow) -> None:
    """Contacts that were deleted while a job was closed are not on it when it opens again."""
    for name in ("site_contact_id", "billing_contact_id", "ad_hoc_contact_id"):
        contact = living(session, getattr(row, name)) if getattr(row, name) else None
        setattr(row, name, contact.id if contact else None)
