"""What a text that came in becomes on a job, worked out inside the transaction that puts it there."""

from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, select

from domain.inbound import SAYS_YES, addressed_to, author_of, is_shared, says_yes
from domain.messages import DISPATCH, Kind, Party, Person
from domain.people import StatedContact, User
from domain.text import fold
from storage.alert_facts import account_of
from storage.auto_answers import awaits_approval
from storage.people import customer_named, keep_contact
from storage.phone_people import answered, everybody_at, user_of, writers_of
from storage.tables.jobs import JobRow
from storage.tables.messages import InboundRow, MessageRow
from storage.tables.people import ContactRow, CustomerRow, LocationRow, UserRow


class Filed(NamedTuple):
    """What a text becomes on a job: whose it is, for whom, what it answers, and what is said about it."""

    kind: Kind
    author: Person
    recipients: tuple[Person, ...]
    reply_to: int | None
    dispatch_only: bool
    after_closing: bool
    notice: str


def filed(session: Session, row: InboundRow, job: JobRow, taken_in: bool = False) -> Filed:
    """What a text becomes on a job by a person's decision (rules 8, 33, 34)."""
    assert job.id is not None
    after_closing = job.closed_at is not None and row.at > job.closed_at
    user = user_of(session, row.from_number)
    if user is not None and user.role is Party.WORKER:
        return Filed(Kind.MESSAGE, user, (DISPATCH,), None, False, after_closing, "")
    replied, _ = answered(session, row.from_number, job.id, by=row.at)
    message = session.get(MessageRow, row.message_id) if row.message_id else None
    kept = _is_kept(session, row, job, message)
    worker = _worker(session, job) if taken_in or not kept else None
    return Filed(
        Kind.REPLY,
        _author(session, row, job, message),
        addressed_to(replied, worker),
        replied.id if replied else None,
        kept,
        after_closing,
        _notice(session, row, job, message.notice if message else ""),
    )


def _is_kept(session: Session, row: InboundRow, job: JobRow, message: MessageRow | None) -> bool:
    """Whether a text is for dispatchers alone on this job (rule 34); what somebody took in stays so on another job."""
    direct = session.get_one(LocationRow, job.location_id).direct_reply
    if message is None:
        return not direct
    if message.job_id == job.id:
        return message.dispatch_only
    return not direct and (message.dispatch_only or not row.sorted_by)


def _worker(session: Session, job: JobRow) -> Person | None:
    """The worker of a job as a recipient of customers' texts, None where workers take no part in them."""
    if job.worker_id is None or not account_of(session).three_way:
        return None
    return Person(Party.WORKER, session.get_one(UserRow, job.worker_id).name, job.worker_id)


def _author(session: Session, row: InboundRow, job: JobRow, message: MessageRow | None) -> Person:
    """Who wrote it; what somebody corrected by hand stays so on another job where that contact is known."""
    phone = row.from_number
    if message is not None and row.sorted_by and not is_shared(message.author_name):
        for person in everybody_at(session, job, phone):
            if person.contact_id == message.author_contact_id:
                return author_of((person,), phone)
    return author_of(writers_of(session, job, phone), phone)


def _notice(session: Session, row: InboundRow, job: JobRow, before: str) -> str:
    """What staff were told about a text, and that it says yes only where an approval is awaited."""
    rest = before.replace(SAYS_YES, "").strip()
    yes = SAYS_YES if awaits_approval(session, job) and says_yes(row.body) else ""
    return " ".join(part for part in (yes, rest) if part)


def customer_like(session: Session, name: str) -> tuple[int, bool]:
    """The customer of this name, in any case and with any accents, and whether they were made now."""
    known = session.exec(select(CustomerRow.id, CustomerRow.name).order_by(col(CustomerRow.id))).all()
    same = [row for row in known if row[1] == name] or [row for row in known if fold(row[1]) == fold(name)]
    if same and same[0][0] is not None:
        return same[0][0], False
    return customer_named(session, name), True


def contact_of_sender(session: Session, customer_id: int, name: str, row: InboundRow, by: User, now: datetime) -> int:
    """The customer's contact of this name and number, or a new one who shares it with nobody's name but their own."""
    same = session.exec(
        select(ContactRow).where(
            ContactRow.customer_id == customer_id,
            ContactRow.mobile == row.from_number,
            col(ContactRow.removed_at).is_(None),
        )
    ).all()
    known = next((contact.id for contact in same if fold(contact.name) == fold(name)), None)
    if known is not None:
        return known
    stated = (by.name, f"their own text to {row.to_number}")
    contact_id = keep_contact(session, customer_id, None, StatedContact(name), stated, now)
    return keep_contact(session, customer_id, contact_id, StatedContact(mobile=row.from_number), stated, now)
