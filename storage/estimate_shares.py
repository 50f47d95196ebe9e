"""Sharing a version of an estimate with the recipients of a Request approval, inside the caller's transaction."""

from datetime import datetime

from sqlmodel import Session, select

from domain.errors import Refusal
from domain.estimates import digest_of
from storage.estimate_rows import version_of
from storage.tables.estimates import EstimateVersionRow
from storage.tables.jobs import JobRow
from storage.tables.messages import MessageRow


def share(session: Session, job: JobRow, version_id: int, message_id: int, now: datetime) -> None:
    """Freeze the draft of a job and bind it to the message that shares it; the caller holds the job's lock.

    The recipients of that message, as they are stored, alone see amounts and decide (rule 50). While the
    message has not left, nobody sees the version; taken back, it is a draft again.
    Raises Refusal with field "estimate" where that version is no draft of this job any more, and with
    field "recipient" where no contact is among the recipients.
    """
    row = session.get(EstimateVersionRow, version_id)
    if row is None or row.job_id != job.id or row.shared_at is not None:
        raise Refusal("This estimate was shared or discarded meanwhile. Look at the estimate again.", "estimate")
    row.shared_at, row.message_id = now, message_id
    session.flush()
    version = version_of(session, row)
    if not version.recipients:
        raise Refusal("An estimate goes to a contact of the customer: pick who is to decide.", "recipient")
    row.digest = digest_of(version)
    session.add(row)
    session.flush()


def unshare(session: Session, message: MessageRow) -> None:
    """Make a draft again of what a message that was taken back would have shared."""
    for row in session.exec(select(EstimateVersionRow).where(EstimateVersionRow.message_id == message.id)).all():
        row.shared_at, row.message_id, row.digest = None, None, ""
        session.add(row)
