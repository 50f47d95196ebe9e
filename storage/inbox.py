"""The inbox: every text is kept as it came before anything is made of it."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, func, or_, select

from domain.account import Location
from domain.delivery import Channel
from domain.messages import Message, NewMessage, Party, Person
from domain.optout import Keyword
from domain.people import User
from domain.routing import Texted, Windows, tag_of
from domain.texts import Incoming
from storage import feed
from storage.conversations import store_message
from storage.counters import as_message
from storage.engine import Database
from storage.opt_outs import opt_in, opt_out
from storage.plain import Plain, at, numbers
from storage.reads import Reads
from storage.tables.jobs import JobRow
from storage.tables.messages import DeliveryRow, InboundRow, InboundState, MessageRow, RecipientRow
from storage.tables.people import LocationRow, SendingNumberRow, UserRow
from storage.upsert import insert


class Kept(NamedTuple):
    """A kept text that waits to be placed."""

    id: int
    text: Incoming


class Unplaced(NamedTuple):
    """A text in the tray: who sent it, to which of our numbers, and why it could not be placed."""

    id: int
    sender: str
    to: str
    body: str
    at: datetime
    why: str


class Inbox:
    """Keeps and places what customers and workers text. Each method is one transaction; safe from any thread."""

    def __init__(self, database: Database, plain: Plain, clock: Callable[[], datetime]) -> None:
        self.database = database
        self.plain = plain
        self.reads = Reads(plain)
        self.clock = clock

    def keep(self, texts: Iterable[Incoming]) -> int:
        """Store raw texts, each carrier sid once; returns how many were new."""
        new = 0
        texts = list(texts)
        if not texts:
            return 0
        with self.database.write() as session:
            for text in texts:
                statement = insert(session, InboundRow).values(
                    sid=text.sid,
                    from_number=text.sender,
                    to_number=text.to,
                    body=text.body,
                    at=text.at,
                    kept_at=self.clock(),
                    state=InboundState.NEW,
                    why="",
                )
                kept = statement.on_conflict_do_nothing(index_elements=["sid"]).returning(col(InboundRow.id))
                new += len(session.exec(kept).all())
        return new

    def known(self, sids: Iterable[str]) -> set[str]:
        """Which of these carrier sids are kept already."""
        with self.database.read() as session:
            return set(session.exec(select(InboundRow.sid).where(col(InboundRow.sid).in_(list(sids)))).all())

    def new(self, limit: int = 200) -> list[Kept]:
        """Kept texts that nothing has been made of yet, oldest first."""
        with self.database.read() as session:
            rows = session.exec(
                select(InboundRow)
                .where(InboundRow.state == InboundState.NEW)
                .order_by(col(InboundRow.at), col(InboundRow.id))
                .limit(limit)
            ).all()
            return [
                Kept(row.id or 0, Incoming(row.sid, row.from_number, row.to_number, row.body, row.at)) for row in rows
            ]

    def windows(self) -> Windows:
        """How long replies follow the last text, and how long a closed job still takes them."""
        return self.reads.account().windows

    def three_way(self) -> bool:
        """Whether workers take part in customer messages."""
        return self.reads.account().three_way

    def texted(self, phone: str, ours: str) -> list[Texted]:
        """The newest text on each job to this phone from this number of ours."""
        with self.database.read() as session:
            rows = session.exec(
                select(DeliveryRow.sent_at, JobRow)
                .join(MessageRow, col(MessageRow.id) == DeliveryRow.message_id)
                .join(JobRow, col(JobRow.id) == MessageRow.job_id)
                .join(RecipientRow, col(RecipientRow.id) == DeliveryRow.recipient_id, isouter=True)
                .where(
                    DeliveryRow.to_address == phone,
                    DeliveryRow.from_number == ours,
                    DeliveryRow.channel == Channel.SMS,
                    col(DeliveryRow.sent_at).is_not(None),
                    # A fixed number is nobody of the job: what comes from it goes to the tray (rule 22).
                    or_(col(RecipientRow.role).is_(None), col(RecipientRow.role) != Party.PHONE),
                )
                .order_by(col(DeliveryRow.id).desc())
                .limit(500)
            ).all()
        newest: dict[int, Texted] = {}
        for sent_at, job in rows:
            if sent_at is not None and job.id is not None:
                newest.setdefault(job.id, Texted(job.id, sent_at, job.closed_at, job.worker_id))
        return list(newest.values())

    def tagged(self, phone: str, ours: str) -> list[int]:
        """The jobs whose tag a text to this phone from this number carried."""
        with self.database.read() as session:
            rows = session.exec(
                select(MessageRow.job_id, MessageRow.body)
                .join(DeliveryRow, col(DeliveryRow.message_id) == MessageRow.id)
                .where(
                    DeliveryRow.to_address == phone,
                    DeliveryRow.from_number == ours,
                    col(MessageRow.body).contains("#"),
                )
            ).all()
        return sorted({job_id for job_id, body in rows if tag_of(job_id) in body})

    def answered(self, phone: str, job_id: int) -> tuple[Message | None, list[Person]]:
        """The newest message texted to this phone on this job, and the people who share the phone there.

        The last one addressed comes first (rule 33).
        """
        with self.database.read() as session:
            rows = session.exec(
                select(MessageRow, RecipientRow)
                .join(DeliveryRow, col(DeliveryRow.message_id) == MessageRow.id)
                .join(RecipientRow, col(RecipientRow.id) == DeliveryRow.recipient_id)
                .where(MessageRow.job_id == job_id, DeliveryRow.to_address == phone)
                .order_by(col(DeliveryRow.id).desc())
            ).all()
            people: dict[int | None, Person] = {}
            for _, person in rows:
                people.setdefault(person.contact_id, _person(person))
            for sharing in self._sharing(session, phone, [message.id for message, _ in rows]):
                people.setdefault(sharing.contact_id, _person(sharing))
            newest = as_message(session, rows[0][0]) if rows else None
            return newest, list(people.values())

    def _sharing(self, session: Session, phone: str, message_ids: Sequence[int | None]) -> Sequence[RecipientRow]:
        """Everybody those messages were for who has this phone: one text went to all of them (rule 33)."""
        return session.exec(
            select(RecipientRow)
            .where(col(RecipientRow.message_id).in_(message_ids), RecipientRow.mobile == phone)
            .order_by(col(RecipientRow.message_id).desc(), col(RecipientRow.place))
        ).all()

    def job_facts(self, job_id: int) -> tuple[Location, Person | None]:
        """The location of a job, and its worker as a recipient."""
        with self.database.read() as session:
            job = session.get_one(JobRow, job_id)
            place = session.get_one(LocationRow, job.location_id)
            worker = session.get(UserRow, job.worker_id) if job.worker_id else None
            location = Location(place.id or 0, place.name, place.country, place.time_zone, place.direct_reply)
            person = Person(Party.WORKER, worker.name, worker.id) if worker else None
            return location, person

    def worker_of_phone(self, phone: str) -> Person | None:
        """The active user whose own phone this is, as an author."""
        with self.database.read() as session:
            user = session.exec(select(UserRow).where(UserRow.mobile == phone, col(UserRow.active))).first()
            if user is None:
                return None
            return Person(Party(user.role.value), user.name, user.id, mobile=phone)

    def place(self, kept: Kept, message: NewMessage | None, why: str, keyword: Keyword | None = None) -> bool:
        """Make a message of a kept text, or put it into the tray with the reason, once.

        False where another engine was first. Opt-out words take effect in the same transaction.
        """
        with self.database.write() as session:
            row = session.get_one(InboundRow, kept.id, with_for_update=True)
            if row.state is not InboundState.NEW:
                return False
            if keyword is Keyword.STOP:
                opt_out(session, row.from_number, row.body.strip(), row.at)
            elif keyword is Keyword.START:
                opt_in(session, row.from_number, row.at)
            self._settle(session, row, message, why, keyword)
            return True

    def tray(self, viewer: User, limit: int = 200) -> list[Unplaced]:
        """Texts that wait to be placed, newest first, as this viewer may see them."""
        if not viewer.dispatches:
            return []
        rows = self.plain.rows(
            "SELECT i.id, i.from_number, i.to_number, i.body, i.at, i.why FROM inbound i"
            " JOIN sending_number s ON s.number = i.to_number"
            f" WHERE i.state = 'tray' AND s.location_id IN ({numbers(viewer.location_ids)})"
            f" ORDER BY i.id DESC LIMIT {limit}"
        )
        return [Unplaced(r[0], r[1], r[2], r[3], at(r[4]), r[5]) for r in rows]

    def our_numbers(self) -> list[str]:
        """Every number of ours, in a steady order."""
        with self.database.read() as session:
            return list(session.exec(select(SendingNumberRow.number).order_by(col(SendingNumberRow.id))).all())

    def newest_kept(self, number: str) -> datetime | None:
        """The carrier's time of the newest text kept for one of our numbers."""
        with self.database.read() as session:
            return session.exec(select(func.max(InboundRow.at)).where(InboundRow.to_number == number)).one()

    def _settle(
        self, session: Session, row: InboundRow, message: NewMessage | None, why: str, keyword: Keyword | None
    ) -> None:
        row.why = why
        if message is None:
            row.state = InboundState.HANDLED if keyword else InboundState.TRAY
            feed.append(session, "tray")
        else:
            row.message_id = store_message(session, message)
            row.state = InboundState.PLACED
            job = session.get_one(JobRow, message.job_id)
            if job.texting_since is None and message.author.role is not Party.WORKER:
                job.texting_since = self.clock()
                session.add(job)
        session.add(row)


def _person(row: RecipientRow) -> Person:
    return Person(row.role, row.name, row.user_id, row.contact_id, row.mobile)
