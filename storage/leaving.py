"""Messages that are not out yet: called back, changed, withdrawn, or let out when their time has come.

In its undo window, planned for later, held for the hour or waiting for release, a message has no
place in anybody's counts. When it goes out it gets a new feed number, so that it is news to everybody
who may see it, whatever they have read meanwhile.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select
from sqlmodel import Session, col, func, or_, select

from domain.delivery import Channel, State
from domain.messages import NOT_OUT, Stage
from storage import feed
from storage.conversations import keep_up
from storage.counters import as_message, count_message, recount_all
from storage.engine import Database
from storage.estimate_shares import unshare
from storage.plain import Plain
from storage.reads import Reads
from storage.shared_phones import give_on
from storage.tables.alerts import AlertTextRow
from storage.tables.jobs import JobRow
from storage.tables.messages import DeliveryRow, MessageRow, RecipientRow

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
            held = _held_texts(DeliveryRow).where(col(DeliveryRow.due_at) <= self.clock())
            # Another engine or a person may be at it: what they hold is theirs.
            held = held.order_by(col(DeliveryRow.id)).with_for_update(of=DeliveryRow, skip_locked=True)
            due = session.exec(held).all()
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
            job_id = session.get_one(MessageRow, message_id).job_id
            session.get_one(JobRow, job_id, with_for_update=True)
            row = session.get_one(MessageRow, message_id, populate_existing=True)
            texts = _texts(session, row) if row.stage is Stage.OUT else []
            if not texts:
                return False
            feed.hold(session)  # before the message, as those who merge two contacts take what is out
            row = session.get_one(MessageRow, message_id, with_for_update=True)
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

    def plan_anew(
        self, message_id: int, body: str, leaves_at: datetime, hours: Mapping[str, tuple[datetime, str]]
    ) -> bool:
        """Give a planned message other words or another time; False where it is too late.

        `hours` tells for each phone when a text may leave from that time on, and why later. Where the
        time stays the same, each text keeps its own hour.
        """
        with self.database.write() as session:
            row = session.get_one(MessageRow, message_id, with_for_update=True)
            if row.stage is not Stage.HELD:
                return False
            moved, row.body = row.leaves_at != leaves_at, body
            if moved:
                row.leaves_at = min((due for due, _ in hours.values()), default=leaves_at)
                self._plan(session, row, leaves_at, hours)
            session.add(row)
            feed.append(session, "planned", row.job_id)
            return True

    def _plan(
        self,
        session: Session,
        row: MessageRow,
        leaves_at: datetime,
        hours: Mapping[str, tuple[datetime, str]] | None = None,
    ) -> None:
        for text in _texts(session, row):
            due, why = (hours or {}).get(text.to_address, (leaves_at, ""))
            text.due_at, text.use_by, text.reason = due, due + self.reads.account().use_by, why
            text.changed_at = self.clock()
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
    _cancel(_texts(session, row), session, why, now)
    unshare(session, row)
    if counted:
        recount_all(session, job)
    feed.append(session, "planned", row.job_id)


def withdraw_all(session: Session, job: JobRow, stages: Sequence[Stage], why: str, now: datetime) -> None:
    """Take back every message of a job that waits in these stages (rules 18, 49)."""
    waiting = select(MessageRow).where(MessageRow.job_id == job.id, col(MessageRow.stage).in_(stages))
    for row in session.exec(waiting).all():
        stage = Stage.REFUSED if row.stage is Stage.WAITING_RELEASE else Stage.CALLED_BACK
        take_back(session, job, row, stage, why, now)


def withdraw_of(session: Session, job: JobRow, user_id: int, why: str, now: datetime) -> None:
    """Take back what a user wrote for later on a job, and what was planned for them alone to read."""
    for_them = select(RecipientRow.message_id).where(RecipientRow.user_id == user_id)
    mine = or_(MessageRow.author_user_id == user_id, col(MessageRow.id).in_(for_them))
    held = select(MessageRow).where(MessageRow.job_id == job.id, MessageRow.stage == Stage.HELD, mine)
    for row in session.exec(held.order_by(col(MessageRow.id))).all():
        take_back(session, job, row, Stage.CALLED_BACK, why, now)


def withdraw_for(session: Session, job: JobRow, contact_ids: Collection[int], why: str, now: datetime) -> None:
    """Take back what has not left for contacts who are not on the job any more (rule 13).

    A message that is for others too leaves for them alone, and a text that somebody shares the phone of
    is theirs (rule 33). Alerts that wait are made anew elsewhere; what is queued is stopped when it is claimed.
    """
    automatic = select(AlertTextRow.message_id)
    waiting = select(MessageRow).where(
        MessageRow.job_id == job.id,
        col(MessageRow.stage).in_(NOT_OUT),
        col(MessageRow.id).not_in(automatic),
    )
    for row in session.exec(waiting.order_by(col(MessageRow.id))).all():
        people = session.exec(select(RecipientRow).where(RecipientRow.message_id == row.id)).all()
        contacts = {person.contact_id for person in people if person.contact_id}
        if contacts and contacts <= set(contact_ids):
            stage = Stage.REFUSED if row.stage is Stage.WAITING_RELEASE else Stage.CALLED_BACK
            take_back(session, job, row, stage, why, now)
            continue
        _leave_out(session, row, [person for person in people if person.contact_id in contact_ids], now)
    theirs = select(RecipientRow.id).where(col(RecipientRow.contact_id).in_(contact_ids))
    held = _held_texts(DeliveryRow).where(MessageRow.job_id == job.id, col(DeliveryRow.recipient_id).in_(theirs))
    # Whoever is just queueing one waits for the feed, which we may hold; queued it is stopped in the claim.
    held = held.order_by(col(DeliveryRow.id)).with_for_update(of=DeliveryRow, skip_locked=True)
    lost = [text for text in session.exec(held).all() if not give_on(session, text, now)]
    if lost:
        _cancel(lost, session, why, now)
        recount_all(session, job)
        feed.append(session, "delivery", job.id)


def _leave_out(session: Session, row: MessageRow, people: Sequence[RecipientRow], now: datetime) -> None:
    """Let a message that is not out be for the others alone: these neither read it nor decide by it."""
    if not people:
        return
    ids = {person.id for person in people}
    for text in _texts(session, row):
        if text.recipient_id in ids:
            give_on(session, text, now)
    for text in session.exec(select(DeliveryRow).where(col(DeliveryRow.recipient_id).in_(ids))).all():
        session.delete(text)
    session.flush()
    for person in people:
        session.delete(person)
    names = ", ".join(person.name for person in people)
    row.notice = " ".join(part for part in (row.notice, f"Not for {names}: taken off the job.") if part)
    session.add(row)
    session.flush()
    feed.append(session, "planned", row.job_id)


def lock_held(session: Session, jobs: Collection[int] | Select[Any]) -> None:
    """Lock the texts of these jobs that are held for an hour, before anybody here holds the feed's lock."""
    theirs = select(MessageRow.id).where(col(MessageRow.job_id).in_(jobs))
    held = select(DeliveryRow.id).where(DeliveryRow.state == State.HELD, col(DeliveryRow.message_id).in_(theirs))
    session.exec(held.order_by(col(DeliveryRow.id)).with_for_update()).all()


def withdraw_texts(session: Session, job: JobRow, why: str, now: datetime) -> None:
    """Cancel the held texts of a job's messages that are out already."""
    held = _held_texts(DeliveryRow).where(MessageRow.job_id == job.id).order_by(col(DeliveryRow.id))
    _cancel(session.exec(held.with_for_update(of=DeliveryRow)).all(), session, why, now)


def _cancel(texts: Sequence[DeliveryRow], session: Session, why: str, now: datetime) -> None:
    for text in texts:
        text.state, text.reason, text.changed_at = State.CANCELLED, why, now
        session.add(text)


def _texts(session: Session, row: MessageRow) -> Sequence[DeliveryRow]:
    held = select(DeliveryRow).where(DeliveryRow.message_id == row.id, DeliveryRow.channel == Channel.SMS)
    held = held.where(DeliveryRow.state == State.HELD).order_by(col(DeliveryRow.id))
    return session.exec(held.with_for_update()).all()


def _held_texts(what: Any) -> Any:
    """Texts of messages that are out, held for their recipient's hour."""
    return (
        select(what)
        .join(MessageRow, col(MessageRow.id) == DeliveryRow.message_id)
        .where(DeliveryRow.state == State.HELD, MessageRow.stage == Stage.OUT)
    )
