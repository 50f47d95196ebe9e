"""Contacts who were taken off a job: what was written before is not texted to them any more (rule 13)."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, col, delete, func, or_, select

from domain.messages import Stage
from storage.tables.jobs import JobRow
from storage.tables.messages import InvitationRow, MessageRow, RecipientRow, TakenOffRow
from storage.tables.people import ContactRow
from storage.tables.system import LinkRow
from storage.upsert import insert


def take_off(session: Session, job_id: int, contact_ids: Collection[int], now: datetime) -> None:
    """Note that these contacts are not on a job any more. The caller holds the job's lock."""
    newest = session.exec(select(func.max(MessageRow.id)).where(MessageRow.job_id == job_id)).one() or 0
    for contact_id in sorted(contact_ids):
        new = insert(session, TakenOffRow).values(contact_id=contact_id, job_id=job_id, message_id=newest, at=now)
        changed = {"message_id": new.excluded.message_id, "at": new.excluded.at}
        session.exec(new.on_conflict_do_update(index_elements=["contact_id", "job_id"], set_=changed))


def put_on(session: Session, job: JobRow) -> None:
    """Forget it of those who stand on the job (again)."""
    there = [each for each in (job.site_contact_id, job.billing_contact_id, job.ad_hoc_contact_id) if each]
    mine = (col(TakenOffRow.job_id) == job.id) & col(TakenOffRow.contact_id).in_(there)
    session.exec(delete(TakenOffRow).where(mine))


def was_taken_off(session: Session, contact_id: int | None, message: MessageRow) -> bool:
    """Whether a contact was taken off the job after this message was written; what is written later is meant so."""
    row = _of(session, contact_id, message.job_id)
    return row is not None and message.id is not None and message.id <= row.message_id


def stays_off(session: Session, contact_id: int | None, job_id: int) -> bool:
    """Whether a contact was taken off a job, and nobody wrote to them there since."""
    row = _of(session, contact_id, job_id)
    if row is None:
        return False
    since = (
        select(MessageRow.id)
        .join(RecipientRow, col(RecipientRow.message_id) == MessageRow.id)
        .where(
            MessageRow.job_id == job_id,
            col(MessageRow.id) > row.message_id,
            MessageRow.stage == Stage.OUT,
            RecipientRow.contact_id == contact_id,
        )
    )
    return session.exec(since.limit(1)).first() is None


def follow_merge(session: Session, kept_id: int, gone_id: int) -> None:
    """Of two contacts who become one, the one that stays is off where either was, unless the other was let in."""
    let_in = select(InvitationRow.job_id).where(col(InvitationRow.contact_id).in_((kept_id, gone_id)))
    inside = set(session.exec(let_in).all())
    both = select(TakenOffRow).where(col(TakenOffRow.contact_id).in_((kept_id, gone_id)))
    newest: dict[int, tuple[int, datetime]] = {}
    for row in session.exec(both).all():
        newest[row.job_id] = max(newest.get(row.job_id, (0, row.at)), (row.message_id, row.at))
        session.delete(row)
    session.flush()
    for job_id, (message_id, at) in newest.items():
        if job_id not in inside:
            session.add(TakenOffRow(contact_id=kept_id, job_id=job_id, message_id=message_id, at=at))
    session.flush()


def of_other_customers(session: Session, job: JobRow) -> set[int]:
    """Who was written to or let in on a job and is not of its customer."""
    written_to = (
        select(RecipientRow.contact_id)
        .join(MessageRow, col(MessageRow.id) == RecipientRow.message_id)
        .where(MessageRow.job_id == job.id)
    )
    told = select(InvitationRow.contact_id).where(InvitationRow.job_id == job.id)
    linked = select(LinkRow.contact_id).where(LinkRow.job_id == job.id)
    theirs = select(ContactRow.id).where(
        ContactRow.customer_id != job.customer_id,
        or_(*(col(ContactRow.id).in_(each) for each in (written_to, told, linked))),
    )
    return {contact_id for contact_id in session.exec(theirs).all() if contact_id is not None}


def _of(session: Session, contact_id: int | None, job_id: int) -> TakenOffRow | None:
    if contact_id is None:
        return None
    mine = select(TakenOffRow).where(TakenOffRow.contact_id == contact_id, TakenOffRow.job_id == job_id)
    return session.exec(mine.execution_options(populate_existing=True)).first()
