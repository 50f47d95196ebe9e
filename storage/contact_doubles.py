"""Texts that two contacts were to get each, who turn out to be one person: that person gets them once (rule 17)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func
from sqlmodel import Session, col, select

from domain.delivery import FAILURES, Channel, State
from domain.messages import Stage
from storage import feed
from storage.leaving import take_back
from storage.tables.alerts import AlertTextRow
from storage.tables.jobs import JobRow
from storage.tables.messages import DeliveryRow, MessageRow, RecipientRow

_GOT = "withdrawn: the same person got it already"
_TWICE = "withdrawn: the same person gets this already"
_WAITS = (State.HELD, State.QUEUED)


class _Text(NamedTuple):
    """A text that somebody was to get."""

    contact_id: int
    message: MessageRow
    event_id: int | None
    phone: str
    delivery_id: int
    state: State

    @property
    def told(self) -> tuple[str, int | None]:
        """What it tells: an event that each phone has a message of its own for, else its message."""
        return ("event", self.event_id) if self.event_id is not None else ("message", self.message.id)


def withdraw_got(session: Session, jobs: Sequence[JobRow], ids: tuple[int, int], now: datetime) -> None:
    """Withdraw what still waits for one of two contacts after the other one got it, before they become one.

    A phone that somebody else of that message shares keeps its text (rule 33). The caller holds the locks
    of the jobs, and the feed's.
    """
    told: defaultdict[tuple[str, int | None], list[_Text]] = defaultdict(list)
    for text in _texts(session, ids):
        told[text.told].append(text)
    for texts in told.values():
        got = {text.contact_id for text in texts if text.state not in (*FAILURES, *_WAITS, State.CANCELLED)}
        for text in texts:
            others = got - {text.contact_id}
            if others and text.state in _WAITS and not _shared(session, text, ids):
                _withdraw(session, jobs, text, _GOT, now)
    session.flush()


def withdraw_doubles(session: Session, jobs: Sequence[JobRow], kept_id: int, now: datetime) -> None:
    """Withdraw what waits for one phone twice, once the two are one contact: alerts of the same event."""
    told: dict[tuple[int, str], int] = {}
    waiting = [text for text in _texts(session, (kept_id,)) if text.event_id is not None and text.state in _WAITS]
    # What is out already leaves first.
    for text in sorted(waiting, key=lambda text: (text.message.stage is not Stage.OUT, text.delivery_id)):
        assert text.event_id is not None
        if told.setdefault((text.event_id, text.phone), text.delivery_id) != text.delivery_id:
            _withdraw(session, jobs, text, _TWICE, now)
    session.flush()


def _texts(session: Session, ids: Sequence[int]) -> list[_Text]:
    """The texts to these contacts, of all messages of which one still waits."""
    waiting = select(DeliveryRow.message_id).where(col(DeliveryRow.state).in_(_WAITS))
    events = select(AlertTextRow.event_id).where(col(AlertTextRow.message_id).in_(waiting))
    rows: Any = session.exec(
        select(RecipientRow, MessageRow, AlertTextRow.event_id, DeliveryRow.id, DeliveryRow.state)  # type: ignore[call-overload]
        .join(MessageRow, col(MessageRow.id) == RecipientRow.message_id)
        .join(
            DeliveryRow,
            (col(DeliveryRow.message_id) == MessageRow.id) & (col(DeliveryRow.to_address) == RecipientRow.mobile),
        )
        .join(AlertTextRow, col(AlertTextRow.message_id) == MessageRow.id, isouter=True)
        .where(
            col(RecipientRow.contact_id).in_(ids),
            col(DeliveryRow.channel) == Channel.SMS,
            col(DeliveryRow.notice_to).is_(None),
            col(MessageRow.id).in_(waiting) | col(AlertTextRow.event_id).in_(events),
        )
        .order_by(col(DeliveryRow.id), col(RecipientRow.place))
    )
    return [
        _Text(person.contact_id, message, event, person.mobile, delivery_id, state)
        for person, message, event, delivery_id, state in rows
    ]


def _shared(session: Session, text: _Text, ids: Sequence[int]) -> bool:
    """Whether somebody else reads a text on the same phone."""
    others = select(func.count()).where(
        col(RecipientRow.message_id) == text.message.id,
        col(RecipientRow.mobile) == text.phone,
        func.coalesce(col(RecipientRow.contact_id), 0).not_in(ids),
    )
    return session.exec(others).one() > 0


def _withdraw(session: Session, jobs: Sequence[JobRow], text: _Text, why: str, now: datetime) -> None:
    """Withdraw a text, with its message where that has not left; what is leaving at this moment is not stopped."""
    job = next((job for job in jobs if job.id == text.message.job_id), None)
    if text.message.stage is Stage.HELD and job is not None:
        take_back(session, job, text.message, Stage.CALLED_BACK, why, now)
        return
    mine = select(DeliveryRow).where(DeliveryRow.id == text.delivery_id, col(DeliveryRow.state).in_(_WAITS))
    row = session.exec(mine.with_for_update(skip_locked=True)).first()
    if row is not None and text.message.stage is Stage.OUT:
        row.state, row.reason, row.changed_at = State.CANCELLED, why, now
        session.add(row)
        feed.append(session, "delivery", text.message.job_id)
