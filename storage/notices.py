"""Texts that tell a worker of a new message: who is due one, and making it (rule 47)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from domain.account import Account
from domain.delivery import Channel, State
from domain.people import User
from domain.waiting import is_thanks
from storage import feed
from storage.engine import Database
from storage.links import issue
from storage.opt_outs import in_force
from storage.plain import Plain, Row, at, numbers
from storage.reads import Reads
from storage.sending_numbers import number_for
from storage.tables.jobs import JobRow, ReadMarkRow
from storage.tables.messages import DeliveryRow, MessageRow
from storage.tables.people import UserRow
from storage.tables.system import LinkRow
from storage.visible import visible

RIPE = timedelta(seconds=10)
"""How old a message is before its worker is texted: whoever has the job before them has read it by then."""
APART = timedelta(minutes=10)
PAST = timedelta(days=1)
"""Older messages are no news: a number that is entered today brings no texts about last week."""
LOOKING = timedelta(seconds=45)
"""How long somebody who has the job before them at a desk counts as looking at it."""

NOT_TOLD = frozenset({State.BLOCKED, State.EXPIRED, State.CANCELLED, State.CANCELED, State.FAILED, State.UNDELIVERED})
"""States of a notice that certainly did not reach the worker; the next message is told again."""

_WORKERS = (
    "SELECT DISTINCT u.id FROM message m JOIN job j ON j.id = m.job_id JOIN user_account u ON u.id = j.worker_id"
    " LEFT JOIN read_mark k ON k.job_id = j.id AND k.user_id = u.id"
    " WHERE m.seq > :floor AND m.seq > coalesce(k.seq, 0) AND u.role = 'worker' AND u.active AND u.chat"
    " AND u.mobile IS NOT NULL AND NOT EXISTS"
    " (SELECT 1 FROM opt_out o WHERE o.phone = u.mobile AND o.cleared_at IS NULL)"
)
_NEWS = (
    "SELECT j.id, m.id, m.seq, m.body, j.number, c.name, j.location_id FROM message m JOIN job j ON j.id = m.job_id"
    " JOIN customer c ON c.id = j.customer_id LEFT JOIN read_mark k ON k.job_id = j.id AND k.user_id = :v_id"
    " WHERE {seen} AND j.worker_id = :v_id AND m.seq > :floor AND m.at <= :ripe AND m.seq > coalesce(k.seq, 0)"
    " AND (m.author_user_id IS NULL OR m.author_user_id <> :v_id)"
    " AND (NOT m.contact_message OR m.author_role IN ('contact', 'phone') OR EXISTS"
    " (SELECT 1 FROM recipient r WHERE r.message_id = m.id AND r.user_id = :v_id))"
    " AND NOT EXISTS (SELECT 1 FROM presence p WHERE p.user_id = :v_id AND p.job_id = j.id AND p.at > :looking)"
    " ORDER BY m.seq"
)
_LAST = (
    "SELECT m.job_id, m.seq, d.state, coalesce(d.sent_at, d.due_at), coalesce(k.seq, 0) FROM delivery d"
    " JOIN message m ON m.id = d.message_id LEFT JOIN read_mark k ON k.job_id = m.job_id AND k.user_id = d.notice_to"
    " WHERE d.notice_to = :me AND m.job_id IN ({jobs}) ORDER BY d.id"
)


class News(NamedTuple):
    """The newest message of a job that its worker has not read and is to be told of."""

    user_id: int
    job_id: int
    message_id: int
    seq: int
    number: str
    customer: str


class Notices:
    """Finds who is due a text about new messages, and queues it. Safe from any thread."""

    def __init__(self, database: Database, plain: Plain, clock: Callable[[], datetime]) -> None:
        self.database = database
        self.plain = plain
        self.reads = Reads(plain)
        self.clock = clock

    def due(self) -> list[News]:
        """What workers are to be told of now, at most one message for each worker and job."""
        account, now = self.reads.account(), self.clock()
        floor = self._floor(now)
        awake = self._awake(account, now)
        found: list[News] = []
        for row in self.plain.rows(_WORKERS, {"floor": floor}):
            worker = self.reads.user(row[0])
            if worker is not None:
                found += self._of(worker, account, now, floor, awake)
        return found

    def make(self, news: News, body: str) -> bool:
        """Queue one notice; False where it is not due any more: told, read or handed over meanwhile.

        Raises Refusal where the location has no number to text from.
        """
        with self.database.write() as session:
            now = self.clock()
            job = session.get_one(JobRow, news.job_id, with_for_update=True)
            user = session.get_one(UserRow, news.user_id)
            if job.worker_id != user.id or not user.mobile or not self._still_due(session, news, now):
                return False
            sender = number_for(session, job, user.mobile)
            session.add(
                DeliveryRow(
                    message_id=news.message_id,
                    notice_to=news.user_id,
                    channel=Channel.SMS,
                    to_address=user.mobile,
                    from_number=sender,
                    state=State.QUEUED,
                    due_at=now,
                    use_by=now + self.reads.account().use_by,
                    changed_at=now,
                    body=body,
                    link_id=issue(session, news.user_id, now),
                )
            )
            feed.append(session, "delivery", news.job_id)
            return True

    def make_link(self, user: User, sender: str, body: str) -> int:
        """Queue a text that brings a worker their link, belonging to no job; returns the link."""
        assert user.mobile is not None
        with self.database.write() as session:
            now = self.clock()
            link_id = issue(session, user.id, now)
            session.add(
                DeliveryRow(
                    notice_to=user.id,
                    channel=Channel.SMS,
                    to_address=user.mobile,
                    from_number=sender,
                    state=State.QUEUED,
                    due_at=now,
                    use_by=now + self.reads.account().use_by,
                    changed_at=now,
                    body=body,
                    link_id=link_id,
                )
            )
            feed.append(session, "delivery")
            return link_id

    def last_link_text(self, user_id: int) -> tuple[State, str, datetime] | None:
        """How the newest text that brought a worker their link fares: state, reason, since when."""
        row = self.plain.row(
            "SELECT state, reason, changed_at FROM delivery WHERE notice_to = :user AND message_id IS NULL"
            " ORDER BY id DESC LIMIT 1",
            {"user": user_id},
        )
        return (State(row[0]), row[1], at(row[2])) if row else None

    def stopped(self, phone: str) -> bool:
        """Whether this phone takes no texts of ours (rule 28)."""
        with self.database.read() as session:
            return in_force(session, phone)

    def _floor(self, now: datetime) -> int:
        """The feed number of the newest message that is too old to be news."""
        row = self.plain.row(
            "SELECT m.seq FROM message m WHERE m.at < :past ORDER BY m.seq DESC LIMIT 1", {"past": now - PAST}
        )
        return int(row[0]) if row else 0

    def _awake(self, account: Account, now: datetime) -> frozenset[int]:
        """The locations where it is no quiet hour now; practice holds nothing for the hour unless set so."""
        places = self.reads.locations()
        if not account.holds:
            return frozenset(place.id for place in places)
        return frozenset(
            place.id for place in places if not place.quiet.covers(now.astimezone(ZoneInfo(place.time_zone)).time())
        )

    def _of(self, worker: User, account: Account, now: datetime, floor: int, awake: frozenset[int]) -> list[News]:
        seen, parameters = visible(worker, account, now)
        parameters |= {"v_id": worker.id, "floor": floor, "ripe": now - RIPE, "looking": now - LOOKING}
        newest: dict[int, News] = {}
        for row in self.plain.rows(_NEWS.format(seen=seen), parameters):
            if row[6] in awake and not is_thanks(row[3]):
                newest[row[0]] = News(worker.id, row[0], row[1], row[2], row[4], row[5])
        rows = self.plain.rows(_LAST.format(jobs=numbers(frozenset(newest))), {"me": worker.id})
        last = {row[0]: row for row in rows}
        return [news for news in newest.values() if _due(last.get(news.job_id), news, now)]

    def _still_due(self, session: Session, news: News, now: datetime) -> bool:
        """Asked again under the job's lock: another engine may have been first."""
        last = session.exec(
            select(DeliveryRow, MessageRow.seq)
            .join(MessageRow, col(MessageRow.id) == DeliveryRow.message_id)
            .where(DeliveryRow.notice_to == news.user_id, MessageRow.job_id == news.job_id)
            .order_by(col(DeliveryRow.id).desc())
        ).first()
        mark = session.get(ReadMarkRow, (news.user_id, news.job_id))
        read = mark.seq if mark else 0
        if read >= news.seq:
            return False
        if last is None:
            return True
        told, seq = last
        return _due((news.job_id, seq, told.state, told.sent_at or told.due_at, read), news, now)


def why_no_notice(session: Session, row: DeliveryRow) -> tuple[State, str] | None:
    """Why a text to a worker must not leave now, asked inside its claim; None where it may."""
    if in_force(session, row.to_address):
        return State.BLOCKED, "the worker opted out by STOP; only they can undo it, by texting START"
    user = session.get_one(UserRow, row.notice_to)
    link = session.get(LinkRow, row.link_id) if row.link_id else None
    if not (user.active and user.chat) or user.mobile != row.to_address:
        return State.CANCELLED, "the worker has another number, or takes no part any more"
    if link is not None and link.revoked_at is not None:
        return State.CANCELLED, "the link was revoked before it left"
    if row.message_id is None:
        return None
    message = session.get_one(MessageRow, row.message_id)
    mark = session.get(ReadMarkRow, (row.notice_to, message.job_id))
    if mark is not None and mark.seq >= message.seq:
        return State.CANCELLED, "read before it left"
    if session.get_one(JobRow, message.job_id).worker_id != row.notice_to:
        return State.CANCELLED, "the job was handed over"
    return None


def _due(last: Row | None, news: News, now: datetime) -> bool:
    """Whether news are to be told, given the job's last notice: one until it was read, ten minutes apart."""
    if last is None:
        return True
    _, seq, state, when, read = last
    if at(when) > now - APART:
        return False
    return seq <= read or (state in NOT_TOLD and news.seq > seq)
