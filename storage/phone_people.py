"""Whose a phone is: the contacts who were texted at it on a job, and those of the job's customer who have it."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, or_, select

from domain.messages import Message, Party, Person
from storage.counters import as_message
from storage.tables.jobs import JobRow
from storage.tables.messages import DeliveryRow, MessageRow, RecipientRow
from storage.tables.people import ContactRow, SendingNumberRow, UserRow


def answered(
    session: Session, phone: str, job_id: int, by: datetime | None = None
) -> tuple[Message | None, list[Person]]:
    """The newest message texted to this phone on this job, and the people who share the phone there.

    The last one addressed comes first (rule 33). `by` asks for the newest message that had left by then;
    the people are those of all times.
    """
    rows = session.exec(
        select(MessageRow, RecipientRow, DeliveryRow.sent_at)
        .join(DeliveryRow, col(DeliveryRow.message_id) == MessageRow.id)
        .join(RecipientRow, col(RecipientRow.id) == DeliveryRow.recipient_id)
        .where(MessageRow.job_id == job_id, DeliveryRow.to_address == phone)
        .order_by(col(DeliveryRow.id).desc())
    ).all()
    people: dict[int | None, Person] = {}
    for _, person, _ in rows:
        people.setdefault(person.contact_id, _person(person))
    for sharing in _addressed_too(session, phone, [message.id for message, _, _ in rows]):
        people.setdefault(sharing.contact_id, _person(sharing))
    left = [message for message, _, sent_at in rows if by is None or (sent_at is not None and sent_at <= by)]
    return (as_message(session, left[0]) if left else None), list(people.values())


def on_file(session: Session, job: JobRow, phone: str) -> list[Person]:
    """The contacts of a job's customer who have this number now, those on the job first."""
    here = {job.site_contact_id, job.billing_contact_id, job.ad_hoc_contact_id} - {None}
    rows = session.exec(
        select(ContactRow)
        .where(
            ContactRow.customer_id == job.customer_id,
            ContactRow.mobile == phone,
            col(ContactRow.removed_at).is_(None),
            or_(~col(ContactRow.one_time), col(ContactRow.id).in_(here)),
        )
        .order_by(col(ContactRow.id))
    ).all()
    rows = sorted(rows, key=lambda row: row.id not in here)
    return [Person(Party.CONTACT, row.name, contact_id=row.id, mobile=phone) for row in rows]


def writers_of(session: Session, job: JobRow, phone: str) -> list[Person]:
    """Who wrote from this phone on this job as far as is known: those who were texted at it, else those on file."""
    assert job.id is not None
    texted = [person for person in answered(session, phone, job.id)[1] if person.role is Party.CONTACT]
    return texted or on_file(session, job, phone)


def everybody_at(session: Session, job: JobRow, phone: str) -> list[Person]:
    """Everybody who can have written from this phone on this job: those who were texted at it, then those on file."""
    people = [*writers_of(session, job, phone), *on_file(session, job, phone)]
    return list({person.contact_id: person for person in reversed(people)}.values())[::-1]


def user_of(session: Session, phone: str) -> Person | None:
    """The active user whose own phone this is, as an author."""
    user = session.exec(select(UserRow).where(UserRow.mobile == phone, col(UserRow.active))).first()
    return Person(Party(user.role.value), user.name, user.id, mobile=phone) if user is not None else None


def is_ours(session: Session, phone: str) -> bool:
    """Whether a phone is one of our own sending numbers."""
    return session.exec(select(SendingNumberRow.id).where(SendingNumberRow.number == phone)).first() is not None


def _addressed_too(session: Session, phone: str, message_ids: Sequence[int | None]) -> Sequence[RecipientRow]:
    """Everybody those messages were for who has this phone: one text went to all of them (rule 33)."""
    return session.exec(
        select(RecipientRow)
        .where(col(RecipientRow.message_id).in_(message_ids), RecipientRow.mobile == phone)
        .order_by(col(RecipientRow.message_id).desc(), col(RecipientRow.place))
    ).all()


def _person(row: RecipientRow) -> Person:
    return Person(row.role, row.name, row.user_id, row.contact_id, row.mobile)
