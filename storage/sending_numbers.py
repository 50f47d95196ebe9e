"""From which of our numbers a text to a phone leaves."""

from sqlmodel import Session, col, select

from domain.delivery import Channel
from domain.errors import Refusal
from storage.tables.jobs import JobRow
from storage.tables.messages import DeliveryRow, InboundRow, MessageRow
from storage.tables.people import SendingNumberRow

_IN_USE = col(SendingNumberRow.retired).is_(False)


def number_for(session: Session, job: JobRow, phone: str) -> str:
    """The number that a text on this job to this phone leaves from.

    The one the customer last wrote to on this job; else the one they were last texted from on it;
    else one of the location's numbers that no other open job uses with this phone, so that replies
    are exact (rules 3 of Replies, 29); else the location's first. Never a number that was retired.
    """
    asked = _written_to(session, job, phone) or _texted_from(session, job, phone)
    if asked is not None:
        return asked
    ours = session.exec(
        select(SendingNumberRow.number)
        .where(SendingNumberRow.location_id == job.location_id, _IN_USE)
        .order_by(col(SendingNumberRow.id))
    ).all()
    if not ours:
        raise Refusal("This job's location has no number to text from. Ask the administrator to add one.", "recipient")
    taken = _taken(session, job, phone)
    return next((number for number in ours if number not in taken), ours[0])


def still_in_use(session: Session, job: JobRow, number: str, phone: str) -> str:
    """The number that a text left from, or the one that it leaves from now that this one was retired."""
    known = session.exec(select(SendingNumberRow.id).where(SendingNumberRow.number == number, _IN_USE)).first()
    return number if known is not None else number_for(session, job, phone)


def _written_to(session: Session, job: JobRow, phone: str) -> str | None:
    return session.exec(
        select(InboundRow.to_number)
        .join(MessageRow, col(MessageRow.id) == InboundRow.message_id)
        .join(SendingNumberRow, col(SendingNumberRow.number) == InboundRow.to_number)
        .where(MessageRow.job_id == job.id, InboundRow.from_number == phone, _IN_USE)
        .order_by(col(InboundRow.id).desc())
    ).first()


def _texted_from(session: Session, job: JobRow, phone: str) -> str | None:
    return session.exec(
        select(DeliveryRow.from_number)
        .join(MessageRow, col(MessageRow.id) == DeliveryRow.message_id)
        .join(SendingNumberRow, col(SendingNumberRow.number) == DeliveryRow.from_number)
        .where(
            MessageRow.job_id == job.id, DeliveryRow.to_address == phone, DeliveryRow.channel == Channel.SMS, _IN_USE
        )
        .order_by(col(DeliveryRow.id).desc())
    ).first()


def _taken(session: Session, job: JobRow, phone: str) -> set[str]:
    return set(
        session.exec(
            select(DeliveryRow.from_number)
            .join(MessageRow, col(MessageRow.id) == DeliveryRow.message_id)
            .join(JobRow, col(JobRow.id) == MessageRow.job_id)
            .where(DeliveryRow.to_address == phone, JobRow.id != job.id, col(JobRow.closed_at).is_(None))
        ).all()
    )
