"""What ends for contacts who are taken off a job, or lose their number: links, and that they were invited (rule 13)."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, col, delete, update

from storage.contact_links import revoke
from storage.tables.messages import InvitationRow
from storage.tables.system import LinkRow


def end_on_job(session: Session, job_id: int, contact_ids: Collection[int], now: datetime) -> None:
    """End these contacts' links on a job; should one be written to there again, that text invites anew."""
    revoke(session, job_id, contact_ids, now)
    theirs = (col(InvitationRow.job_id) == job_id) & col(InvitationRow.contact_id).in_(contact_ids)
    session.exec(delete(InvitationRow).where(theirs))


def end_links(session: Session, contact_id: int, now: datetime) -> None:
    """End every link of a contact; the next text on each job invites anew. The caller holds the feed."""
    links = update(LinkRow).where(col(LinkRow.contact_id) == contact_id, col(LinkRow.revoked_at).is_(None))
    session.exec(links.values(revoked_at=now))
    session.exec(delete(InvitationRow).where(col(InvitationRow.contact_id) == contact_id))
