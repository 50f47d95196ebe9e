"""Messages that are not out yet: called back, changed, withdrawn, or let out when their time has come.

In its undo window, planned for later, held for the hour or waiting for release, a message has no
place in anybody's counts. When it goes out it gets a new feed number, so that it is news to everybody
who may see it, whatever they have read meanwhile.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlmodel import Session, col, func, select

from domain.delivery import Channel, State
from domain.messages import NOT_OUT, Stage
from storage import feed
from storage.conversations import keep_up
from storage.counters import as_message, count_message, recount_all
from storage.engine import Database
from storage.plain import Plain
from storage.reads import Reads
from storage.tables.alerts import AlertTextRow
from storage.tables.jobs import JobRow
from storage.tables.messages import DeliveryRow, MessageRow

_BY_TIME = (Stage.RECALLABLE, Stage.HELD)


class Due(NamedTuple):
    """A message whose time has come; `automatic` ones are made anew before they leave (rule 18)."""

    message_id: int
    automatic: bool


class Leaving:
    """Moves messages from not-out to out, or takes them back. Each method is one transaction."""

    def __init__(self, database: Database, plain: Plain, clock: Callable[[], datetime]) -> None:
        self.database = database
        self.reads = Reads(plain)
        self.clock = clock

    def next_at(self) -> datetime | None:
        """When the next message or held text leaves by itself, or None."""
        with self.database.read() as session:
            message = session.exec(select(func.min(MessageRow.leaves_at)).where(col(MessageRow.stage).in_(_BY_TIME)))
            text = session.exec(_held_texts(func.min(DeliveryRow.due_at)))
            return min((moment for moment in (message.one(), text.one()) if moment is not None), default=None)

    def due(self, limit: int = 50) -> list[Due]:
        """Messages whose time has come, the oldest first."""
        with self.database.read() as session:
            rows = session.exec(
                select(MessageRow.id, AlertTextRow.message_id)
                .join(AlertTextRow, col(AlertTextRow.message_id) == MessageRow.id, isouter=True)
                .where(col(MessageRow.stage).in_(_BY_TIME), col(MessageRow.leaves_at) <= self.clock())
                .order_by(col(MessageRow.leaves_at), col(MessageRow.id))
                .limit(limit)
            ).all()
            return [Due(message_id or 0, alert is not None) for message_id, alert in rows]

    def let_out(self, message_id: int, notice: str = "", body: str | None = None, at_once: bool = False) -> bool:
        """Let a message go out; False where it is out or taken back already.

        `body` takes the place of its words, `notice` is added for staff. `at_once` sends also what is
        held for the hour.
        """
        with self.database.write() as session:
            row = session.get_one(MessageRow, message_id, with_for_update=True)
            if row.stage not in NOT_OUT:
                return False
            job = session.get_one(JobRow, row.job_id, with_for_update=True)
            row.body = row.body if body is None else body
            row.notice = " ".join(part for part in (row.notice, notice) if part)
            self._queue(session, row, at_once)
            go_out(session, job, row)
            return True

    def wake(self) -> int:
        """Queue the held texts of messages that are out when their hour has come; returns how many."""
        with self.database.write() as session:
            due = session.exec(_held_texts(DeliveryRow).where(col(DeliveryRow.due_at) <= self.clock())).all()
            for text in due:
                text.state, text.reason, text.changed_at = State.QUEUED, "", self.clock()
                session.add(text)
            for job_id in sorted({session.get_one(MessageRow, text.message_id).job_id for text in due}):
                feed.append(session, "delivery", job_id)
            return len(due)

    def take_back(self, message_id: int, stage: Stage, why: str, only: Sequence[Stage] = tuple(NOT_OUT)) -> bool:
        """Call back (CALLED_BACK) or refuse (REFUSED) a message that is not out; False where it is too late."""
        with self.database.write() as session:
            row = session.get_one(MessageRow, message_id, with_for_update=True)
            if row.stage not in only:
                return False
            job = session.get_one(JobRow, row.job_id, with_for_update=True)
            take_back(session, job, row, stage, why, self.clock())
            return True

    def has_held(self, message_id: int) -> bool:
        """Whether a text of a message that is out still waits for its recipient's hour."""
        with self.database.read() as session:
            mine = _held_texts(DeliveryRow.id).where(DeliveryRow.message_id == message_id)
            return session.exec(mine).first() is not None

    def send_held(self, message_id: int, notice: str) -> bool:
        """Queue the held texts of a message that is out; False where none is held any more."""
        with self.database.write() as session:
            row = session.get_one(MessageRow, message_id, with_for_update=True)
            texts = _texts(session, row) if row.stage is Stage.OUT else []
            if not texts:
                return False
            row.notice = " ".join(part for part in (row.notice, notice) if part)
            session.add(row)
            self._queue(session, row, at_once=True)
            feed.append(session, "delivery", row.job_id)
            return True

    def hold(self, message_id: int, leaves_at: datetime, notice: str, body: str | None) -> bool:
        """Let a released message wait for the hour; False where it waits for release no more."""
        with self.database.write() as session:
            row = session.get_one(MessageRow, message_id, with_for_update=True)
            if row.stage is not Stage.WAITING_RELEASE:
                return False
            job = session.get_one(JobRow, row.job_id, with_for_update=True)
            row.stage, row.leaves_at, row.notice = Stage.HELD, leaves_at, notice
            row.body = row.body if body is None else body
            session.add(row)
            self._plan(session, row, leaves_at)
            recount_all(session, job)
            feed.append(session, "planned", row.job_id)
            return True

    def plan_anew(self, message_id: int, body: str, leaves_at: datetime) -> bool:
        """Give a planned message other words or another time; False where it is too late."""
        with self.database.write() as session:
            row = session.get_one(MessageRow, message_id, with_for_update=True)
            if row.stage is not Stage.HELD:
                return False
            row.body, row.leaves_at = body, leaves_at
            session.add(row)
            self._plan(session, row, leaves_at)
            feed.append(session, "planned", row.job_id)
            return True

    def _plan(self, session: Session, row: MessageRow, leaves_at: datetime) -> None:
        use_by = leaves_at + self.reads.account().use_by
        for text in _texts(session, row):
            text.due_at, text.use_by, text.reason, text.changed_at = leaves_at, use_by, "", self.clock()
            session.add(text)

    def _queue(self, session: Session, row: MessageRow, at_once: bool) -> None:
        """What is due leaves now; what is held for its recipient's hour keeps waiting."""
        now = self.clock()
        for text in _texts(session, row):
            if text.due_at <= now or at_once or text.use_by is None:
                text.due_at = min(text.due_at, now)
                text.use_by = text.use_by or now + self.reads.account().use_by
                text.state, text.reason, text.changed_at = State.QUEUED, "", now
                session.add(text)


def go_out(session: Session, job: JobRow, row: MessageRow) -> None:
    """Give a message its place in the thread inside the caller's transaction: it is news from now on."""
    counted = row.stage is Stage.WAITING_RELEASE
    row.stage, row.leaves_at = Stage.OUT, None
    session.add(row)
    row.seq = feed.append(session, "message", row.job_id)
    session.flush()
    message = as_message(session, row)
    keep_up(session, job, message.author, row.seq)
    if counted:
        recount_all(session, job)
        job.activity_seq = row.seq
    else:
        count_message(job, message, row.seq)
    session.add(job)


def take_back(session: Session, job: JobRow, row: MessageRow, stage: Stage, why: str, now: datetime) -> None:
    """Take a message back inside the caller's transaction; its texts never leave, and say why."""
    counted = row.stage is Stage.WAITING_RELEASE
    row.stage, row.leaves_at = stage, None
    row.notice = " ".join(part for part in (row.notice, why) if part)
    session.add(row)
    for text in _texts(session, row):
        text.state, text.reason, text.changed_at = State.CANCELLED, why, now
        session.add(text)
    if counted:
        recount_all(session, job)
    feed.append(session, "planned", row.job_id)


def withdraw_all(session: Session, job: JobRow, stages: Sequence[Stage], why: str, now: datetime) -> None:
    """Take back every message of a job that waits in these stages (rules 18, 49)."""
    waiting = select(MessageRow).where(MessageRow.job_id == job.id, col(MessageRow.stage).in_(stages))
    for row in session.exec(waiting).all():
        stage = Stage.REFUSED if row.stage is Stage.WAITING_RELEASE else Stage.CALLED_BACK
        take_back(session, job, row, stage, why, now)


def _texts(session: Session, row: MessageRow) -> Sequence[DeliveryRow]:
    held = select(DeliveryRow).where(DeliveryRow.message_id == row.id, DeliveryRow.channel == Channel.SMS)
    return session.exec(held.where(DeliveryRow.state == State.HELD)).all()


def _held_texts(what: Any) -> Any:
    """Texts of messages that are out, held for their recipient's hour."""
    return (
        select(what)
        .join(MessageRow, col(MessageRow.id) == DeliveryRow.message_id)
        .where(DeliveryRow.state == State.HELD, MessageRow.stage == Stage.OUT)
    )
