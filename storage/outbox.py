"""The outbox: texts that are due, claimed one by one before the carrier is called, and what came of them."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import aliased
from sqlmodel import Session, and_, col, exists, func, or_, select

from domain.delivery import FINAL_AT_CARRIER, Channel, State, advance
from domain.final_text import LeavingWords
from domain.links import CODE_PLACE, with_address
from domain.messages import MAX_BODY, Kind
from domain.texts import Accepted, NotTaken, Outcome, Outgoing, Rejected, Report
from storage import feed
from storage.counters import recount_turn
from storage.engine import Database
from storage.final_texts import word
from storage.notices import why_no_notice
from storage.opt_outs import in_force, opt_out
from storage.remaking import wait_for_the_hour
from storage.shared_phones import give_on, why_no_text
from storage.tables.estimates import ApprovalCodeRow
from storage.tables.jobs import JobRow
from storage.tables.messages import DeliveryRow, MessageRow, RecipientRow
from storage.tables.people import ContactRow
from storage.tables.system import EngineRow, LinkRow

STOPPED = 21610
_TOO_LONG = f"with what is added for this person the text is longer than {MAX_BODY:,} characters"
FIRST_CHECK = timedelta(seconds=1)
LAST_CHECK = timedelta(minutes=10)
GIVE_UP_CHECKING = timedelta(days=1)


class Outbox:
    """Hands out due texts and records their fate. Each method is one transaction; safe from any thread.

    `leaving_words` gives what no stored text holds (rule 25): addresses of links, and codes.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self.database = database
        self.clock = clock
        self.leaving_words = LeavingWords()

    def claim(self, engine: str, skip: frozenset[str] = frozenset()) -> Outgoing | None:
        """Take the next due text for this engine, or None where nothing may leave now.

        Texts to one phone leave one after the other. Opt-out, SMS switched off and the use-by time
        are checked here, in the same transaction: such a text is stopped, not handed out (rules 18, 28).
        `skip` names sending numbers that are at their pace limit.
        """
        while True:
            with self.database.write() as session:
                row = self._next_due(session, skip)
                if row is None:
                    return None
                _hold_job(session, row)
                why = self._why_not(session, row)
                if why is None and wait_for_the_hour(session, row, self.clock()):
                    continue
                if why is None:
                    body = self._worded(session, row)
                    if len(body.encode("utf-16-le")) // 2 <= MAX_BODY:
                        return self._hand_out(session, row, engine, body)
                    why = State.BLOCKED, _TOO_LONG
                state, reason = why
                self._settle(session, row, state, reason=reason)

    def record(self, outgoing: Outgoing, outcome: Outcome) -> None:
        """Write down what the carrier answered to a claimed text."""
        with self.database.write() as session:
            row = session.get_one(DeliveryRow, outgoing.delivery_id, with_for_update=True)
            if isinstance(outcome, Accepted):
                self._accepted(session, row, outcome)
            elif isinstance(outcome, Rejected):
                self._rejected(session, row, outcome)
            elif isinstance(outcome, NotTaken):
                row.due_at = self.clock() + timedelta(seconds=min(60, 2**row.attempt))
                self._settle(session, row, State.QUEUED, reason=outcome.reason)
            else:
                self._settle(session, row, State.UNCONFIRMED, reason=outcome.reason)

    def give_up_claims(self, engine: str, alone: bool) -> int:
        """Mark texts claimed by engines that are gone as unconfirmed; returns how many.

        `alone`: every other engine is known to be gone (the kernel's lock says so). Otherwise an
        engine counts as gone when it has not written for half a minute.
        """
        living = select(EngineRow.id).where(col(EngineRow.beat_at) > self.clock() - timedelta(seconds=30))
        orphans = select(DeliveryRow.id).where(
            DeliveryRow.state == State.SENDING, col(DeliveryRow.claimed_by) != engine
        )
        if not alone:
            orphans = orphans.where(col(DeliveryRow.claimed_by).not_in(living))
        with self.database.read() as session:
            ids = session.exec(orphans).all()
        return sum(self._give_up(delivery_id) for delivery_id in ids)

    def _give_up(self, delivery_id: int | None) -> bool:
        """Each in a transaction of its own: one over several jobs could wait for a writer that waits for it."""
        with self.database.write() as session:
            row = session.get_one(DeliveryRow, delivery_id, with_for_update=True)
            if row.state is not State.SENDING:
                return False
            self._settle(session, row, State.UNCONFIRMED, reason="the program ended while it was leaving")
            return True

    def to_check(self, limit: int = 20) -> list[tuple[int, str]]:
        """Texts at the carrier whose state should be asked for now: delivery id and sid."""
        with self.database.read() as session:
            rows = session.exec(
                select(DeliveryRow)
                .where(col(DeliveryRow.check_at) <= self.clock())
                .order_by(col(DeliveryRow.check_at))
                .limit(limit)
            ).all()
            return [(row.id or 0, row.sid or "") for row in rows]

    def report(self, delivery_id: int, report: Report | None) -> None:
        """Merge what the carrier says of a text; None where it could not be asked (asked again later)."""
        with self.database.write() as session:
            row = session.get_one(DeliveryRow, delivery_id, with_for_update=True)
            now = self.clock()
            before = row.state
            if report is not None:
                row.carrier_word = report.word
                row.state = advance(row.state, report.state)
                if row.state is report.state:
                    row.error = report.error or row.error
            row.check_at = self._next_check(row, now)
            session.add(row)
            if row.state is not before:
                row.changed_at = now
                self._tell(session, row)

    def due_next(self) -> datetime | None:
        """When the next queued text falls due, or None."""
        with self.database.read() as session:
            return session.exec(select(func.min(DeliveryRow.due_at)).where(DeliveryRow.state == State.QUEUED)).one()

    def waiting(self) -> int:
        """How many texts have not left yet."""
        with self.database.read() as session:
            states = (State.QUEUED, State.SENDING, State.HELD)
            return session.exec(
                select(func.count()).select_from(DeliveryRow).where(col(DeliveryRow.state).in_(states))
            ).one()

    def _next_due(self, session: Session, skip: frozenset[str]) -> DeliveryRow | None:
        now = self.clock()
        other = aliased(DeliveryRow)
        ahead = exists().where(
            col(other.to_address) == DeliveryRow.to_address,
            col(other.channel) == Channel.SMS,
            or_(
                other.state == State.SENDING,
                and_(
                    other.state == State.QUEUED,
                    or_(col(other.due_at) <= now, col(other.attempt) > 0),
                    col(other.id) < DeliveryRow.id,
                ),
            ),
        )
        return session.exec(
            select(DeliveryRow)
            .where(
                DeliveryRow.state == State.QUEUED,
                DeliveryRow.channel == Channel.SMS,
                col(DeliveryRow.due_at) <= now,
                col(DeliveryRow.from_number).not_in(skip),
                ~ahead,
            )
            .order_by(col(DeliveryRow.due_at), col(DeliveryRow.id))
            .limit(1)
            .with_for_update(skip_locked=True)
        ).first()

    def _why_not(self, session: Session, row: DeliveryRow) -> tuple[State, str] | None:
        if row.use_by is not None and self.clock() > row.use_by:
            return State.EXPIRED, "it could not leave before its use-by time"
        if row.notice_to is not None:
            return why_no_notice(session, row)
        if in_force(session, row.to_address):
            return State.BLOCKED, "the customer opted out by STOP; only they can undo it, by texting START"
        if row.code_id is not None and _link_of_code(session, row).revoked_at is not None:
            return State.BLOCKED, "the link that the code was asked by was ended"
        contact = _contact_of(session, row)
        why = why_no_text(session, contact, row) if contact is not None else ""
        return (State.BLOCKED, why) if why and not give_on(session, row, self.clock()) else None

    def _worded(self, session: Session, row: DeliveryRow) -> str:
        """The text as the carrier gets it; what is kept of it holds no address and no code."""
        words = self.leaving_words
        body = word(session, row, words.links_out(), self.clock())
        if row.code_id is not None:
            body = body.replace(CODE_PLACE, words.code(row.code_id))
        if row.link_id is None:
            return body
        if row.notice_to is not None:
            return with_address(body, words.worker_link(row.link_id))
        message = session.get_one(MessageRow, row.message_id)
        opens_at = None if message.dispatch_only else message.id  # what they may not see is no place to begin
        return with_address(body, words.contact_link(row.link_id, opens_at))

    def _hand_out(self, session: Session, row: DeliveryRow, engine: str, body: str) -> Outgoing:
        now = self.clock()
        row.state, row.claimed_by, row.claimed_at, row.changed_at = State.SENDING, engine, now, now
        row.attempt += 1
        row.reason = ""
        session.add(row)
        assert row.id is not None
        return Outgoing(row.id, row.to_address, row.from_number, body, now, row.use_by)

    def _accepted(self, session: Session, row: DeliveryRow, answer: Accepted) -> None:
        now = self.clock()
        row.sid, row.carrier_word, row.sent_at = answer.sid, answer.word, now
        row.check_at = now + FIRST_CHECK
        if row.notice_to is None and row.message_id is not None:
            self._begin_texting(session, row, now)
        self._settle(session, row, advance(State.ACCEPTED, answer.state))

    def _begin_texting(self, session: Session, row: DeliveryRow, now: datetime) -> None:
        """Customer Messages come to be with the first text to a contact (rule 1)."""
        message = session.get_one(MessageRow, row.message_id)
        job = session.get_one(JobRow, message.job_id)
        if message.contact_message and job.texting_since is None:
            job.texting_since = now
            session.add(job)

    def _rejected(self, session: Session, row: DeliveryRow, answer: Rejected) -> None:
        row.error = answer.code
        if answer.code == STOPPED:
            opt_out(session, row.to_address, "STOP", self.clock())
        self._settle(session, row, State.FAILED)

    def _settle(self, session: Session, row: DeliveryRow, state: State, reason: str = "") -> None:
        row.state, row.reason, row.changed_at = state, reason, self.clock()
        session.add(row)
        self._tell(session, row)

    def _tell(self, session: Session, row: DeliveryRow) -> None:
        """Let the job's turn and every screen follow a delivery's new state."""
        session.flush()
        if row.message_id is None:
            feed.append(session, "people")
            return
        message = session.get_one(MessageRow, row.message_id)
        told = row.notice_to is not None or message.kind is Kind.ALERT
        if row.state not in (State.ACCEPTED, State.SENT, State.QUEUED) and not told:
            job = session.get_one(JobRow, message.job_id, with_for_update=True)
            recount_turn(session, job)
            session.add(job)
        feed.append(session, "delivery", message.job_id)

    def _next_check(self, row: DeliveryRow, now: datetime) -> datetime | None:
        """Growing pauses: a quarter of the time since it was sent, from one second to ten minutes, for a day."""
        if row.state in FINAL_AT_CARRIER or row.sent_at is None:
            return None
        age = now - row.sent_at
        if age > GIVE_UP_CHECKING:
            return None
        return now + min(LAST_CHECK, max(FIRST_CHECK, age / 4))


def _hold_job(session: Session, row: DeliveryRow) -> None:
    """Wait for whoever is changing a claimed text's job, so that what is read of its people is true when it leaves."""
    if row.message_id is not None:
        job = select(JobRow.id).join(MessageRow, col(MessageRow.job_id) == JobRow.id)
        mine = job.where(MessageRow.id == row.message_id)
        session.exec(mine.with_for_update(of=JobRow, key_share=True)).first()


def _contact_of(session: Session, row: DeliveryRow) -> ContactRow | None:
    """The contact a text is addressed to; None for a bare number."""
    if row.code_id is not None:
        contact_id = _link_of_code(session, row).contact_id
    else:
        contact_id = session.get_one(RecipientRow, row.recipient_id).contact_id
    return session.get(ContactRow, contact_id) if contact_id is not None else None


def _link_of_code(session: Session, row: DeliveryRow) -> LinkRow:
    return session.get_one(LinkRow, session.get_one(ApprovalCodeRow, row.code_id).link_id)
