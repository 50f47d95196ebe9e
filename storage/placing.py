"""What dispatchers decide about texts that came in: placed, moved, confirmed, taken in, dismissed.

Locks are taken in one order: the text that came in, jobs by their ids, notices, then the change feed.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from sqlmodel import Session, col, delete, select

from domain.delivery import State
from domain.errors import Refusal
from domain.inbound import next_author
from domain.messages import NewMessage, Party, Person, Stage, has_worker, is_contact_message
from domain.people import Role, User
from domain.placing import TrayText
from storage import feed
from storage.auto_answers import AUTO
from storage.conversations import keep_up, move_mark, store_message
from storage.counters import as_message, recount_all
from storage.engine import Database
from storage.filing import Filed, contact_of_sender, customer_like, filed
from storage.leaving import take_back
from storage.phone_people import everybody_at
from storage.tables.jobs import JobRow, ReadMarkRow
from storage.tables.messages import DeliveryRow, InboundRow, InboundState, MessageRow, RecipientRow
from storage.tables.people import UserRow


class Placing:
    """Writes what was decided about texts. Each method is one transaction; safe from any thread.

    Every method takes the text as the dispatcher had it before them, and raises Refusal where somebody
    else decided about it since.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self.database = database
        self.clock = clock

    def put(self, text: TrayText, job_id: int, by: User) -> int:
        """Put a text on a job, out of the tray or from another job; returns its message."""
        with self.database.write() as session:
            row = self._as_seen(session, text)
            answers = _answers_waiting(session, row)
            jobs = lock_jobs(session, {job_id, text.job_id} - {None})
            target = jobs.get(job_id)
            if target is None:
                raise Refusal("This job is no longer there. Choose another one.")
            becomes = filed(session, row, target)
            if row.message_id is None:
                row.message_id = self._new(session, row, target, becomes, by)
                feed.append(session, "tray")
            else:
                message = session.get_one(MessageRow, row.message_id)
                for answer in answers:
                    take_back(session, jobs[answer.job_id], answer, Stage.CALLED_BACK, _MOVED, self.clock())
                self._move(session, message, jobs[message.job_id], target, becomes, by)
            row.state = InboundState.PLACED
            self._sorted(session, row, by)
            return row.message_id

    def confirm(self, text: TrayText, by: User) -> None:
        """A guess was right: it is none any more, and the worker sees it (rule 32)."""
        with self.database.write() as session:
            row, job, message = self._message(session, text)
            hidden, message.guessed, message.unsure = message.unsure, False, False
            session.add(message)
            if hidden and not message.dispatch_only:
                self._news(session, job, message)
            else:
                feed.append(session, "message", job.id)
            self._sorted(session, row, by)

    def take_in(self, text: TrayText, by: User) -> None:
        """A text kept for dispatchers becomes a message like any other (rule 34); a guess is confirmed by it."""
        with self.database.write() as session:
            row, job, message = self._message(session, text)
            message.dispatch_only = message.guessed = message.unsure = False
            people = filed(session, row, job, taken_in=True).recipients
            self._address(session, message, as_message(session, message).author, people)
            self._news(session, job, message)
            self._sorted(session, row, by)

    def correct(self, text: TrayText, by: User) -> str:
        """File a text from a shared phone under the next of those who share it; returns the name (rule 33)."""
        with self.database.write() as session:
            row, job, message = self._message(session, text)
            found = next_author(
                everybody_at(session, job, row.from_number), as_message(session, message).author, row.from_number
            )
            if message.author_role not in (Party.CONTACT, Party.PHONE) or found is None:
                raise Refusal("Nobody else on this job has the phone that this text came from.")
            self._write_author(session, message, found)
            feed.append(session, "message", job.id)
            self._sorted(session, row, by)
            return found.name

    def name_sender(self, text: TrayText, name: str, customer: str, by: User) -> bool:
        """Make the sender of a text a contact of a customer, with the consent that they texted us.

        On a job of that customer the text is theirs from now on. Returns whether the customer is new.
        """
        with self.database.write() as session:
            row = self._as_seen(session, text)
            jobs = lock_jobs(session, {text.job_id} - {None})
            customer_id, fresh = customer_like(session, customer)
            contact_id = contact_of_sender(session, customer_id, name, row, by, self.clock())
            message = session.get(MessageRow, row.message_id) if row.message_id else None
            theirs = message is not None and message.author_role in (Party.CONTACT, Party.PHONE)
            if message is not None and theirs and jobs[message.job_id].customer_id == customer_id:
                author = Person(Party.CONTACT, name, contact_id=contact_id, mobile=row.from_number)
                self._write_author(session, message, author)
                feed.append(session, "message", message.job_id)
            feed.append(session, "people")
            self._sorted(session, row, by, decided=False)
            return fresh

    def dismiss(self, text: TrayText, by: User) -> None:
        """Take a text out of the tray without a job; it stays among the dismissed ones."""
        with self.database.write() as session:
            row = self._as_seen(session, text)
            if row.state is not InboundState.TRAY:
                raise Refusal("Only a text that waits in the tray can be dismissed; this one is on a job.")
            row.state = InboundState.HANDLED
            self._sorted(session, row, by)
            feed.append(session, "tray")

    def bring_back(self, text: TrayText) -> None:
        """Put a dismissed text back into the tray."""
        with self.database.write() as session:
            row = self._as_seen(session, text)
            if row.state is not InboundState.HANDLED:
                raise Refusal("This text waits in the tray already.")
            row.state, row.sorted_by, row.sorted_at = InboundState.TRAY, "", None
            session.add(row)
            feed.append(session, "tray")

    # --- Inside a transaction -----------------------------------------------------------------------------------

    def _as_seen(self, session: Session, text: TrayText) -> InboundRow:
        """The locked text, where nobody decided about it since it was read."""
        row = session.get(InboundRow, text.id, with_for_update=True)
        if row is None:
            raise Refusal("This text is no longer there.")
        message = session.get(MessageRow, row.message_id) if row.message_id else None
        now = (message.id, message.seq, message.guessed, message.dispatch_only) if message else (None, 0, False, False)
        seen = (text.message_id, text.seq, text.guessed, text.dispatch_only)
        if now != seen or row.sorted_by != text.sorted_by or (message and message.author_name != text.name):
            raise Refusal(_other(session, row, message))
        return row

    def _message(self, session: Session, text: TrayText) -> tuple[InboundRow, JobRow, MessageRow]:
        """A text that stands on a job, with the locks of both."""
        row = self._as_seen(session, text)
        if row.message_id is None or text.job_id is None:
            raise Refusal("This text stands on no job yet. Place it first.")
        job = lock_jobs(session, {text.job_id})[text.job_id]
        return row, job, session.get_one(MessageRow, row.message_id)

    def _new(self, session: Session, row: InboundRow, job: JobRow, filed: Filed, by: User) -> int:
        assert job.id is not None
        up_to_date = _has_read_all(session, job, by.id)
        message_id = store_message(
            session,
            NewMessage(
                job_id=job.id,
                kind=filed.kind,
                author=filed.author,
                recipients=filed.recipients,
                body=row.body,
                at=row.at,
                compose_id=f"in:{row.sid}",
                reply_to=filed.reply_to,
                dispatch_only=filed.dispatch_only,
                after_closing=filed.after_closing,
                notice=filed.notice,
            ),
        )
        if up_to_date:
            move_mark(session, by.id, job.id, job.person_seq)
        self._begin(session, job, filed.author)
        return message_id

    def _move(
        self, session: Session, message: MessageRow, source: JobRow, target: JobRow, filed: Filed, by: User
    ) -> None:
        """Give a message to another job: all that followed from it there is worked out anew, on both jobs."""
        assert target.id is not None
        _drop_notices(session, message)
        up_to_date = _has_read_all(session, target, by.id)
        message.kind, message.reply_to = filed.kind, filed.reply_to
        message.guessed = message.unsure = False
        message.dispatch_only, message.after_closing = filed.dispatch_only, filed.after_closing
        message.notice, message.job_id = filed.notice, target.id
        self._address(session, message, filed.author, filed.recipients)
        if source is not target:
            feed.append(session, "message", source.id)
        message.seq = feed.append(session, "message", target.id)
        session.add(message)
        session.flush()
        keep_up(session, target, filed.author, message.seq)
        if up_to_date:
            move_mark(session, by.id, target.id, message.seq)
        recount_all(session, source)
        recount_all(session, target)
        target.activity_seq = message.seq
        self._begin(session, target, filed.author)

    def _news(self, session: Session, job: JobRow, message: MessageRow) -> None:
        """A message that more people see now is news to them; who had read everything has read it still."""
        assert job.id is not None
        session.flush()
        readers = session.exec(
            select(ReadMarkRow.user_id)
            .join(UserRow, col(UserRow.id) == ReadMarkRow.user_id)
            .where(
                ReadMarkRow.job_id == job.id,
                ReadMarkRow.seq >= job.person_seq,
                UserRow.role == Role.DISPATCHER,
            )
            .order_by(col(ReadMarkRow.user_id))
        ).all()
        message.seq = feed.append(session, "message", job.id)
        session.add(message)
        session.flush()
        for user_id in readers:
            move_mark(session, user_id, job.id, message.seq)
        recount_all(session, job)
        job.activity_seq = message.seq
        session.add(job)

    def _address(self, session: Session, message: MessageRow, author: Person, people: tuple[Person, ...]) -> None:
        """Write whom a message is for anew; nothing was delivered to anybody by it."""
        session.exec(delete(RecipientRow).where(col(RecipientRow.message_id) == message.id))
        assert message.id is not None
        session.add_all(
            RecipientRow(
                message_id=message.id,
                place=place,
                role=person.role,
                name=person.name,
                user_id=person.user_id,
                contact_id=person.contact_id,
                mobile=person.mobile,
            )
            for place, person in enumerate(people)
        )
        self._write_author(session, message, author)
        message.contact_message = is_contact_message(author, people)
        message.with_worker = has_worker(author, people)
        session.flush()

    def _write_author(self, session: Session, message: MessageRow, author: Person) -> None:
        message.author_role, message.author_name = author.role, author.name
        message.author_user_id, message.author_contact_id = author.user_id, author.contact_id
        message.author_mobile = author.mobile
        session.add(message)

    def _begin(self, session: Session, job: JobRow, author: Person) -> None:
        """Customer Messages come to be with the first text that is placed there (rule 1)."""
        if job.texting_since is None and author.role is not Party.WORKER:
            job.texting_since = self.clock()
        session.add(job)

    def _sorted(self, session: Session, row: InboundRow, by: User, decided: bool = True) -> None:
        row.sorted_at = self.clock()
        row.sorted_by = by.name if decided or row.state is not InboundState.TRAY else ""
        session.add(row)


_MOVED = "withdrawn: the text that it answers was moved to another job"


def _answers_waiting(session: Session, row: InboundRow) -> Sequence[MessageRow]:
    """The locked automatic answers to a text that wait for the hour; they speak of the job that it leaves."""
    if row.message_id is None:
        return ()
    waiting = select(MessageRow).where(
        MessageRow.reply_to == row.message_id,
        MessageRow.stage == Stage.HELD,
        col(MessageRow.compose_id).startswith(AUTO, autoescape=True),
    )
    return session.exec(waiting.order_by(col(MessageRow.id)).with_for_update()).all()


def lock_jobs(session: Session, ids: Collection[int | None]) -> dict[int, JobRow]:
    """Lock jobs in the order of their ids, so that two people who move texts crosswise never wait for each other."""
    rows = session.exec(select(JobRow).where(col(JobRow.id).in_(ids)).order_by(col(JobRow.id)).with_for_update()).all()
    return {row.id: row for row in rows if row.id is not None}


def _other(session: Session, row: InboundRow, message: MessageRow | None) -> str:
    """Who decided about a text meanwhile, and where it is now."""
    who = row.sorted_by or "Somebody"
    if message is not None:
        number = session.exec(select(JobRow.number).where(JobRow.id == message.job_id)).one()
        return f"{who} sorted this text since you looked: it is on {number}. Look at it again."
    if row.state is InboundState.HANDLED:
        return f"{who} dismissed this text since you looked. Press v in the tray to see what was dismissed."
    return "This text was brought back into the tray since you looked. Look at it again."


def _drop_notices(session: Session, message: MessageRow) -> None:
    """Take back texts that were to tell a worker of a message where it was; whoever it concerns now is told anew."""
    queued = select(DeliveryRow).where(
        DeliveryRow.message_id == message.id,
        col(DeliveryRow.notice_to).is_not(None),
        DeliveryRow.state == State.QUEUED,
    )
    for notice in session.exec(queued.order_by(col(DeliveryRow.id)).with_for_update(skip_locked=True)).all():
        session.delete(notice)
    session.flush()


def _has_read_all(session: Session, job: JobRow, user_id: int) -> bool:
    mark = session.get(ReadMarkRow, (user_id, job.id))
    return (mark.seq if mark else 0) >= job.person_seq
