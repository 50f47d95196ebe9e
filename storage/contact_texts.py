"""Texts that have not left yet, when their contact has another number now, or is gone."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, or_, select

from domain.delivery import FAILURES, Channel, State
from domain.messages import NOT_OUT, Stage
from storage.leaving import lock_held, take_back
from storage.tables.jobs import JobRow
from storage.tables.messages import DeliveryRow, MessageRow, RecipientRow

NO_NUMBER = "withdrawn: the contact has no mobile number any more"
_WAITS = (State.HELD, State.QUEUED)
_BOXES = (JobRow.site_contact_id, JobRow.billing_contact_id, JobRow.ad_hoc_contact_id)


class ChangedMeanwhile(Exception):
    """A job came to a contact while the locks were taken; the caller begins again."""


def on_boxes(contact_ids: Collection[int]) -> ColumnElement[bool]:
    """The condition that a job names one of these contacts."""
    return or_(*(col(box).in_(contact_ids) for box in _BOXES))


def lock_jobs_of(session: Session, contact_ids: Collection[int], closed_too: bool = False) -> list[JobRow]:
    """Lock the jobs of these contacts with all that waits on them; then the caller locks the contacts.

    Those are the open jobs that name them, closed ones only on demand, and any with a text to them that
    has not left. In the order that everybody keeps (`storage.remaking`).
    """
    ids = job_ids_of(session, contact_ids, closed_too)
    waiting = select(MessageRow.id).where(col(MessageRow.job_id).in_(ids), col(MessageRow.stage).in_(NOT_OUT))
    session.exec(waiting.order_by(col(MessageRow.id)).with_for_update()).all()
    jobs = select(JobRow).where(col(JobRow.id).in_(ids)).order_by(col(JobRow.id)).with_for_update()
    rows = list(session.exec(jobs).all())
    lock_held(session, ids)
    return rows


def job_ids_of(session: Session, contact_ids: Collection[int], closed_too: bool = False) -> list[int]:
    """The jobs that `lock_jobs_of` locks."""
    named = select(JobRow.id).where(on_boxes(contact_ids))
    if not closed_too:
        named = named.where(col(JobRow.closed_at).is_(None))
    waiting = (
        select(MessageRow.job_id)
        .join(RecipientRow, col(RecipientRow.message_id) == MessageRow.id)
        .join(DeliveryRow, col(DeliveryRow.message_id) == MessageRow.id, isouter=True)
        .where(
            col(RecipientRow.contact_id).in_(contact_ids),
            or_(col(MessageRow.stage).in_(NOT_OUT), col(DeliveryRow.state).in_(_WAITS)),
        )
    )
    return sorted({*session.exec(named).all(), *session.exec(waiting).all()} - {None})


def redirect(
    session: Session, contact_id: int, to: str | None, why: str, now: datetime, free_only: bool = False
) -> None:
    """Send every text to a contact that has not left yet to another number, or to nobody with None.

    A text that others with the former number get too stays theirs (rule 33). The caller holds the locks
    of their jobs, or leaves alone with `free_only` what others hold at this moment; what is leaving just now
    is not stopped any more.
    """
    theirs = (
        select(RecipientRow, MessageRow)
        .join(MessageRow, col(MessageRow.id) == RecipientRow.message_id)
        .where(RecipientRow.contact_id == contact_id, _not_left())
        .order_by(col(RecipientRow.id))
    )
    for person, message in session.exec(theirs).all():
        before = person.mobile
        if before == to:
            continue
        texts = _texts(session, message, free_only)
        text = next((text for text in texts if text.to_address == before), None)
        if message.stage in NOT_OUT or text is not None:
            person.mobile = to
            session.add(person)
        if text is not None:
            _readdress(session, message, person, text, why, now)
        session.flush()


def withdraw_from(session: Session, jobs: Sequence[JobRow], contact_id: int, why: str, now: datetime) -> None:
    """Take back everything that waits for a contact alone; what others get too leaves for them."""
    by_id = {job.id: job for job in jobs}
    waiting = (
        select(MessageRow)
        .join(RecipientRow, col(RecipientRow.message_id) == MessageRow.id)
        .where(RecipientRow.contact_id == contact_id, col(MessageRow.stage).in_(NOT_OUT))
        .order_by(col(MessageRow.id))
    )
    for message in session.exec(waiting).all():
        people = session.exec(select(RecipientRow).where(RecipientRow.message_id == message.id)).all()
        if {person.contact_id for person in people if person.contact_id or person.mobile} == {contact_id}:
            stage = Stage.REFUSED if message.stage is Stage.WAITING_RELEASE else Stage.CALLED_BACK
            take_back(session, by_id[message.job_id], message, stage, why, now)
    redirect(session, contact_id, None, why, now)


def _not_left() -> ColumnElement[bool]:
    texts = select(DeliveryRow.message_id).where(col(DeliveryRow.state).in_(_WAITS))
    return or_(col(MessageRow.stage).in_(NOT_OUT), col(MessageRow.id).in_(texts))


def _texts(session: Session, message: MessageRow, free_only: bool) -> list[DeliveryRow]:
    """The texts of a message that wait; those that an engine is just taking are left to it."""
    mine = select(DeliveryRow).where(DeliveryRow.message_id == message.id, DeliveryRow.channel == Channel.SMS)
    mine = mine.where(col(DeliveryRow.notice_to).is_(None)).order_by(col(DeliveryRow.id))
    held = session.exec(mine.where(DeliveryRow.state == State.HELD).with_for_update(skip_locked=free_only)).all()
    queued = session.exec(mine.where(DeliveryRow.state == State.QUEUED).with_for_update(skip_locked=True)).all()
    return [*held, *queued]


def _readdress(
    session: Session,
    message: MessageRow,
    person: RecipientRow,
    text: DeliveryRow,
    why: str,
    now: datetime,
) -> None:
    """Give a person's text their new number, one text for each phone."""
    has_one = person.mobile is None or _has_text(session, message, person.mobile)
    sharing = select(RecipientRow).where(
        RecipientRow.message_id == message.id,
        RecipientRow.mobile == text.to_address,
        RecipientRow.id != person.id,
    )
    other = session.exec(sharing.order_by(col(RecipientRow.place))).first()
    # Whatever was made of it for its former reader is made anew when it is claimed.
    text.changed_at, text.body, text.link_id = now, "", None
    if other is not None:
        text.recipient_id = other.id
        if not has_one:
            session.add(_like(text, person, now))
    elif has_one:
        text.state, text.reason = State.CANCELLED, why
    else:
        assert person.mobile is not None
        text.to_address = person.mobile
    session.add(text)


def _has_text(session: Session, message: MessageRow, phone: str) -> bool:
    """Whether a text of a message is for this phone, waiting or gone, and did not fail."""
    mine = select(DeliveryRow.id).where(
        DeliveryRow.message_id == message.id,
        DeliveryRow.to_address == phone,
        DeliveryRow.channel == Channel.SMS,
        col(DeliveryRow.notice_to).is_(None),
        col(DeliveryRow.state).not_in((*FAILURES, State.CANCELLED)),
    )
    return session.exec(mine.limit(1)).first() is not None


def _like(text: DeliveryRow, person: RecipientRow, now: datetime) -> DeliveryRow:
    """A text of its own for somebody whose text went with another's."""
    assert person.mobile is not None
    return DeliveryRow(
        message_id=text.message_id,
        recipient_id=person.id,
        channel=Channel.SMS,
        to_address=person.mobile,
        from_number=text.from_number,
        state=text.state,
        reason=text.reason,
        due_at=text.due_at,
        use_by=text.use_by,
        changed_at=now,
    )
