"""The inbox: every text is kept as it came before anything is made of it."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, func, or_, select

from domain.account import Account, Location
from domain.delivery import Channel
from domain.inbound import NOT_ANSWERED, asks_for_link
from domain.links import without_secrets
from domain.messages import Message, NewMessage, Party, Person
from domain.optout import Keyword
from domain.routing import Texted, Windows, tag_of
from domain.texts import Incoming
from storage import feed, phone_people
from storage.alert_facts import location_of
from storage.auto_answers import awaits_approval, store_answer
from storage.conversations import store_message
from storage.engine import Database
from storage.opt_outs import in_force, opt_in, opt_out
from storage.plain import Plain
from storage.reads import Reads
from storage.tables.jobs import JobRow
from storage.tables.messages import DeliveryRow, InboundRow, InboundState, MessageRow, RecipientRow
from storage.tables.people import ContactRow, SendingNumberRow, UserRow
from storage.upsert import insert


class Kept(NamedTuple):
    """A kept text that waits to be placed."""

    id: int
    text: Incoming


class JobFacts(NamedTuple):
    """What placing asks of a job. `awaits_approval`: an answer to a request for approval is outstanding."""

    location: Location
    worker: Person | None
    number: str
    awaits_approval: bool


class Inbox:
    """Keeps and places what customers and workers text. Each method is one transaction; safe from any thread."""

    def __init__(self, database: Database, plain: Plain, clock: Callable[[], datetime]) -> None:
        self.database = database
        self.plain = plain
        self.reads = Reads(plain)
        self.clock = clock

    def keep(self, texts: Iterable[Incoming]) -> int:
        """Store raw texts, each carrier sid once; returns how many were new.

        They are kept as they came, but for addresses of our pages and codes that they quote.
        """
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
                    body=without_secrets(text.body),
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

    def account(self) -> Account:
        """The account's settings."""
        return self.reads.account()

    def links_out(self) -> bool:
        """Whether texts carry links now, as the engine says (rule 26)."""
        return bool(self.reads.engine(self.clock()).page_url)

    def stopped(self, phone: str) -> bool:
        """Whether this phone takes no texts of ours (rule 28)."""
        with self.database.read() as session:
            return in_force(session, phone)

    def zone_of(self, contact_id: int | None) -> str:
        """The contact's own time zone, "" for that of the location."""
        with self.database.read() as session:
            contact = session.get(ContactRow, contact_id) if contact_id else None
            return contact.time_zone if contact else ""

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
        """The jobs whose tag a text to this phone from this number carried: in its words, or added when it left."""
        with self.database.read() as session:
            rows = session.exec(
                select(MessageRow.job_id, MessageRow.body, DeliveryRow.body)
                .join(DeliveryRow, col(DeliveryRow.message_id) == MessageRow.id)
                .where(
                    DeliveryRow.to_address == phone,
                    DeliveryRow.from_number == ours,
                    or_(col(MessageRow.body).contains("#"), col(DeliveryRow.body).contains("#")),
                )
            ).all()
        return sorted({job_id for job_id, words, texted in rows if tag_of(job_id) in f"{words} {texted}"})

    def answered(self, phone: str, job_id: int) -> tuple[Message | None, list[Person]]:
        """The newest message texted to this phone on this job, and the people who share the phone there.

        The last one addressed comes first (rule 33).
        """
        with self.database.read() as session:
            return phone_people.answered(session, phone, job_id)

    def job_facts(self, job_id: int) -> JobFacts:
        """What placing asks of a job."""
        with self.database.read() as session:
            job = session.get_one(JobRow, job_id)
            worker = session.get(UserRow, job.worker_id) if job.worker_id else None
            person = Person(Party.WORKER, worker.name, worker.id) if worker else None
            return JobFacts(location_of(session, job.location_id), person, job.number, awaits_approval(session, job))

    def worker_of_phone(self, phone: str) -> Person | None:
        """The active user whose own phone this is, as an author."""
        with self.database.read() as session:
            return phone_people.user_of(session, phone)

    def place(
        self,
        kept: Kept,
        message: NewMessage | None,
        why: str,
        keyword: Keyword | None = None,
        answer: NewMessage | None = None,
    ) -> bool:
        """Make a message of a kept text, or put it into the tray with the reason, once.

        False where another engine was first. Opt-out words take effect in the same transaction, and so
        does the automatic `answer`, unless that phone must not have one now.
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
            if answer is not None and row.message_id is not None:
                answered = store_answer(session, answer, row.message_id, self.clock())
                if not answered and asks_for_link(row.body):
                    kept_message = session.get_one(MessageRow, row.message_id)
                    kept_message.notice = " ".join(part for part in (kept_message.notice, NOT_ANSWERED) if part)
                    session.add(kept_message)
            return True

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
        session.flush()
