"""Automatic answers to texts: stored with the text they answer, and never so that two machines talk for ever."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from domain.delivery import Channel, State
from domain.errors import Refusal
from domain.jobs import Status
from domain.messages import NewMessage, Stage
from domain.phone import is_e164
from storage import feed
from storage.conversations import store_message
from storage.estimate_rows import decisions_of, newest_out
from storage.opt_outs import in_force
from storage.phone_people import is_ours, user_of
from storage.sending_numbers import number_for
from storage.tables.jobs import JobRow
from storage.tables.messages import DeliveryRow, MessageRow
from storage.tables.people import ContactRow
from storage.taken_off import stays_off

AUTO = "auto:"
"""How the reference of every automatic answer begins."""
APART = timedelta(hours=1)
"""A phone gets at most one of them in this time, whatever it texts and to which of our numbers."""


def store_answer(session: Session, answer: NewMessage, message_id: int, now: datetime) -> bool:
    """Store an automatic answer to a message inside the transaction that places it; False where none may go."""
    feed.hold(session)  # of two engines that answer one phone at this moment the second sees the first one's answer
    phone = answer.deliveries[0].to
    contact_id = answer.recipients[0].contact_id
    if not _may_answer(session, phone, contact_id, now) or not _has_number(session, answer.job_id, phone):
        return False
    if stays_off(session, contact_id, answer.job_id):
        return False
    if answer.stage is Stage.HELD and _one_waits(session, phone):
        return False
    store_message(session, replace(answer, reply_to=message_id))
    return True


def awaits_approval(session: Session, job: JobRow) -> bool:
    """Whether a job waits for somebody to approve: by its status, or by an estimate that nobody decided yet."""
    if job.status is Status.AWAITING_APPROVAL:
        return True
    newest = None if job.closed_at is not None or job.id is None else newest_out(session, job.id)
    return newest is not None and not decisions_of(session, newest.id or 0)


def _may_answer(session: Session, phone: str, contact_id: int | None, now: datetime) -> bool:
    """Whether this phone may have an automatic answer now: no short code, nobody of ours, nobody who stopped."""
    contact = session.get(ContactRow, contact_id) if contact_id else None
    if contact is None or contact.removed_at is not None or not contact.sms_on or not is_e164(phone):
        return False
    if in_force(session, phone) or is_ours(session, phone) or user_of(session, phone) is not None:
        return False
    lately = (
        select(MessageRow.id)
        .join(DeliveryRow, col(DeliveryRow.message_id) == MessageRow.id)
        .where(
            DeliveryRow.to_address == phone,
            DeliveryRow.channel == Channel.SMS,
            col(MessageRow.compose_id).startswith(AUTO, autoescape=True),
            col(MessageRow.at) > now - APART,
        )
    )
    return session.exec(lately.limit(1)).first() is None


def _one_waits(session: Session, phone: str) -> bool:
    """Whether an automatic answer to this phone waits for the hour already: in the morning one is enough."""
    waiting = (
        select(MessageRow.id)
        .join(DeliveryRow, col(DeliveryRow.message_id) == MessageRow.id)
        .where(
            DeliveryRow.to_address == phone,
            DeliveryRow.state == State.HELD,
            col(MessageRow.compose_id).startswith(AUTO, autoescape=True),
        )
    )
    return session.exec(waiting.limit(1)).first() is not None


def _has_number(session: Session, job_id: int, phone: str) -> bool:
    """Whether the job has a number to text from; without one a text is placed all the same."""
    try:
        return bool(number_for(session, session.get_one(JobRow, job_id), phone))
    except Refusal:
        return False
