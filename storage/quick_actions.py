"""Quick actions: the status, the event, the message and the shared estimate in one transaction."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from domain.alerts import QUICK_ACTIONS, STATUS_OF, Event
from domain.errors import Refusal
from domain.estimates import Version
from domain.messages import Stage
from domain.people import User
from domain.quick_actions import Acted, Acting, Before
from storage.conversations import Conversations, same_again, store_message
from storage.engine import Database
from storage.estimate_rows import version_of
from storage.estimates import share
from storage.job_events import Saving, add_events
from storage.jobs import save
from storage.remaking import lock_job
from storage.tables.alerts import EventState, JobEventRow
from storage.tables.estimates import EstimateVersionRow
from storage.tables.jobs import JobRow
from storage.tables.messages import MessageRow

_ALIVE = (Stage.OUT, Stage.RECALLABLE, Stage.HELD)
_CHANGED = "Somebody else changed this job meanwhile. It was read again: look at it, then submit once more."


_wrote_it: Any = (col(MessageRow.compose_id) == JobEventRow.save_key) & (col(MessageRow.job_id) == JobEventRow.job_id)


class QuickActions:
    """Stores quick actions. Each method is one transaction; safe from any thread."""

    def __init__(self, database: Database, conversations: Conversations, clock: Callable[[], datetime]) -> None:
        self.database = database
        self.conversations = conversations
        self.clock = clock

    def do(self, acting: Acting, user: User, seen_seq: int | None = None) -> Acted | Before | int:
        """Do everything of a quick action or nothing of it, once for each `compose_id`.

        Nothing is stored either where contacts were told the same before (then that is returned, unless
        `again`), and where with `seen_seq` somebody else wrote meanwhile: then the feed number of that
        message (rule 41). Raises Refusal, with field "job" where somebody else changed the job since.
        """
        with self.database.write() as session:
            job = lock_job(session, acting.job_id)
            if job is None:
                raise Refusal("This job is no longer there. Go back to the list.")
            repeated = _repeated(session, acting)
            if repeated is not None:
                return repeated
            if job.version != acting.version:
                raise Refusal(_CHANGED, "job")
            if seen_seq is not None:
                newer = self.conversations.newer(session, acting.job_id, user, seen_seq)
                if newer is not None:
                    return newer
            before = None if acting.again else _told_before(session, acting)
            return before or self._store(session, job, acting, user)

    def before(self, job_id: int) -> dict[Event, Before]:
        """The quick actions of a job that were done already, each as it was done last."""
        with self.database.read() as session:
            rows = session.exec(
                select(JobEventRow)
                .where(JobEventRow.job_id == job_id, col(JobEventRow.event).in_(QUICK_ACTIONS))
                .order_by(col(JobEventRow.id))
            ).all()
            return {row.event: Before(row.at, row.by, row.state is EventState.TOLD) for row in rows}

    def event_of(self, message_id: int) -> Event | None:
        """The quick action that wrote a message, None for any other message."""
        with self.database.read() as session:
            wrote = select(JobEventRow).join(MessageRow, _wrote_it).where(MessageRow.id == message_id)
            row = session.exec(wrote).first()
            return row.event if row is not None else None

    def _store(self, session: Session, job: JobRow, acting: Acting, user: User) -> Acted:
        now = self.clock()
        # The status first: closing the job withdraws what waits, and must not withdraw what tells of it.
        save(session, job, job.worker_id, STATUS_OF[acting.event], now, user.name)
        message = acting.message
        message_id = store_message(session, message) if message is not None else None
        if acting.estimate is not None:
            _share(session, job, acting.estimate, message_id, now)
        for row in add_events(session, job, (acting.event,), None, Saving(user.name), now):
            row.save_key = acting.compose_id
            row.state, row.why = _outcome(acting)
            session.add(row)
        session.flush()
        return Acted(message_id)


def _share(session: Session, job: JobRow, seen: Version, message_id: int | None, now: datetime) -> None:
    """Share the draft that the user had before them, and no other words or amounts."""
    if message_id is None:
        raise Refusal("An estimate goes to a contact of the customer: pick who is to decide.", "recipient")
    row = session.get(EstimateVersionRow, seen.id, with_for_update=True)
    if row is not None:
        version = version_of(session, row)
        if (version.lines, version.note) != (seen.lines, seen.note):
            raise Refusal("Somebody changed the estimate meanwhile. Look at it again, then submit.", "estimate")
    share(session, job, seen.id, message_id, now)


def _outcome(acting: Acting) -> tuple[EventState, str]:
    """What became of the event: its form wrote the message, so that no alert does (rule 17)."""
    if acting.texts:
        return EventState.TOLD, "its form wrote the message"
    return EventState.QUIET, "no contact was chosen in its form"


def _told_before(session: Session, acting: Acting) -> Before | None:
    """The same told to contacts before, where this would text contacts; a new estimate is news (rule 17)."""
    if not acting.texts or acting.estimate is not None:
        return None
    row = session.exec(_living(acting.job_id, acting.event)).first()
    return Before(row.at, row.by, told=True) if row is not None else None


def _living(job_id: int, event: Event) -> Any:
    """Events of this kind whose message has left or still will, the newest first."""
    return (
        select(JobEventRow)
        .join(MessageRow, _wrote_it)
        .where(
            JobEventRow.job_id == job_id,
            JobEventRow.event == event,
            JobEventRow.state == EventState.TOLD,
            col(MessageRow.stage).in_(_ALIVE),
        )
        .order_by(col(JobEventRow.id).desc())
    )


def _repeated(session: Session, acting: Acting) -> Acted | None:
    """The answer to a Submit that was done already; Refusal where its reference was used for something else."""
    known = session.exec(
        select(JobEventRow).where(JobEventRow.job_id == acting.job_id, JobEventRow.save_key == acting.compose_id)
    ).first()
    stored = session.exec(select(MessageRow).where(MessageRow.compose_id == acting.compose_id)).first()
    if known is None and stored is None:
        return None
    if known is None or known.event is not acting.event or (stored is None) is not (acting.message is None):
        raise Refusal("This reference was already used for something else; give the new one its own.", "ref")
    if stored is not None and acting.message is not None:
        return Acted(same_again(session, stored, acting.message).message_id, repeated=True)
    return Acted(None, repeated=True)
