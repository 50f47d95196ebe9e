"""Writing into a conversation: one message with its recipients and deliveries in one transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, select

from domain.delivery import RESENDABLE, Channel, State
from domain.errors import Refusal
from domain.final_text import Additions
from domain.messages import (
    COUNTED,
    Draft,
    Kind,
    NewDelivery,
    NewMessage,
    Party,
    Person,
    Stage,
    has_worker,
    is_contact_message,
)
from domain.people import User
from storage import feed
from storage.counters import as_message, count_message, recount_turn
from storage.engine import Database
from storage.final_texts import Writing, additions, counted_address
from storage.plain import Plain
from storage.reads import Reads
from storage.sending_numbers import number_for, still_in_use
from storage.tables.jobs import DraftRow, JobRow, ReadMarkRow
from storage.tables.messages import DeliveryRow, MessageRow, PhotoRow, RecipientRow
from storage.tables.people import ContactRow
from storage.taken_off import was_taken_off
from storage.upsert import insert
from storage.visible import visible


class Posted(NamedTuple):
    """What became of a message: its id, and whether it had been stored before (a repeated Submit)."""

    message_id: int
    repeated: bool


class Conversations:
    """Stores what people write. Safe from any thread; every method is one transaction."""

    def __init__(self, database: Database, plain: Plain, clock: Callable[[], datetime]) -> None:
        self.database = database
        self.reads = Reads(plain)
        self.clock = clock

    def post(self, new: NewMessage, author: User | None = None, seen_seq: int | None = None) -> Posted | int:
        """Store a message with its deliveries, once for each `compose_id`.

        With `seen_seq`, a newer message by somebody else that the author may see stops it: then
        nothing is stored and that message's feed number is returned (rule 41).
        Raises Refusal when the same `compose_id` was used for other words.
        """
        try:
            return self._post(new, author, seen_seq)
        except IntegrityError:  # the same Submit came from another desk at the same moment
            return self._post(new, author, seen_seq)

    def _post(self, new: NewMessage, author: User | None, seen_seq: int | None) -> Posted | int:
        with self.database.write() as session:
            known = session.exec(select(MessageRow).where(MessageRow.compose_id == new.compose_id)).first()
            if known is not None:
                return same_again(session, known, new)
            if author is not None and seen_seq is not None:
                newer = self.newer(session, new.job_id, author, seen_seq)
                if newer is not None:
                    return newer
            posted = Posted(store_message(session, new), repeated=False)
            draft = session.get(DraftRow, (author.id, new.job_id)) if author is not None else None
            if draft is not None:  # what is sent is no draft any more, whatever becomes of the screen
                session.delete(draft)
            return posted

    def additions(
        self, job_id: int, phones: Mapping[str, Sequence[int]], kind: Kind, base: str
    ) -> tuple[Additions, ...]:
        """What a staff message would carry beside its words for each phone, if it left now.

        `phones` are the contacts behind each, `base` is where phones reach our pages, "" for nowhere.
        """
        with self.database.read() as session:
            job = session.get(JobRow, job_id)
            if job is None or not phones:
                return ()
            like = counted_address(session, base)
            writing = Writing(kind, Party.DISPATCHER)
            found = (additions(session, job, ids, phone, writing, bool(base)) for phone, ids in phones.items())
            return tuple(replace(added, address=like) for added in found)

    def repeated(self, compose_id: str, job_id: int, body: str) -> int | None:
        """The message that this reference made before, if it was this text on this job."""
        with self.database.read() as session:
            known = session.exec(select(MessageRow).where(MessageRow.compose_id == compose_id)).first()
            same = known is not None and known.job_id == job_id and known.body == body.strip()
            return known.id if known is not None and same else None

    def resend(self, job_id: int, delivery_id: int) -> bool:
        """Queue a text of this job that did not get there once more, as a new attempt; False when it cannot be now."""
        with self.database.write() as session:
            old = session.get(DeliveryRow, delivery_id, with_for_update=True)
            if old is None or old.message_id is None or old.state not in RESENDABLE or old.channel is not Channel.SMS:
                return False
            again = select(DeliveryRow.id).where(DeliveryRow.resend_of == delivery_id)
            message = session.get(MessageRow, old.message_id)
            if message is None or message.job_id != job_id or session.exec(again).first() is not None:
                return False
            now, reader = self.clock(), _reader_now(session, old, message)
            phone = _phone_now(session, old, reader)
            session.add(
                DeliveryRow(
                    message_id=old.message_id,
                    recipient_id=reader,
                    channel=Channel.SMS,
                    to_address=phone,
                    from_number=still_in_use(session, session.get_one(JobRow, job_id), old.from_number, phone),
                    state=State.QUEUED,
                    due_at=now,
                    use_by=now + self.reads.account().use_by,
                    changed_at=now,
                    body=old.body,
                    link_id=old.link_id,
                    notice_to=old.notice_to,
                    resend_of=delivery_id,
                )
            )
            session.flush()
            job = session.get_one(JobRow, message.job_id, with_for_update=True)
            recount_turn(session, job)
            feed.append(session, "delivery", message.job_id)
            return True

    def see_at_desk(self, user: User, job_id: int, seq: int) -> None:
        """Move the user's read mark on a job forward, and their waiting desk deliveries to seen."""
        with self.database.write() as session:
            mark = session.get(ReadMarkRow, (user.id, job_id))
            if mark is not None and mark.seq >= seq:
                return
            # A first mark looks at its job: whoever writes there and waits for the feed must not wait for us.
            job = select(JobRow.id).where(JobRow.id == job_id)
            session.exec(job.with_for_update(read=True, key_share=True)).first()
            feed.hold(session)  # before the mark, as those who write a message take them
            move_mark(session, user.id, job_id, seq)
            mine = (
                select(DeliveryRow)
                .join(RecipientRow, col(RecipientRow.id) == DeliveryRow.recipient_id)
                .join(MessageRow, col(MessageRow.id) == DeliveryRow.message_id)
                .where(
                    DeliveryRow.state == State.WAITING,
                    RecipientRow.user_id == user.id,
                    MessageRow.job_id == job_id,
                    MessageRow.stage == Stage.OUT,
                    MessageRow.seq <= seq,
                )
            )
            for delivery in session.exec(mine):
                delivery.state, delivery.changed_at = State.SEEN, self.clock()
                session.add(delivery)
            feed.append(session, "read", job_id)

    def draft(self, user: User, job_id: int) -> Draft | None:
        """This user's unsent text on this job, or None."""
        with self.database.read() as session:
            row = session.get(DraftRow, (user.id, job_id))
            if row is None:
                return None
            return Draft(row.body, tuple(row.recipients.split()), row.reply_to, row.passes_on, row.leave_at)

    def keep_draft(self, user: User, job_id: int, draft: Draft | None) -> None:
        """Keep an unsent text, or forget it with None. Nobody else ever sees it."""
        with self.database.write() as session:
            row = session.get(DraftRow, (user.id, job_id))
            if draft is None:
                if row is not None:
                    session.delete(row)
                return
            session.merge(
                DraftRow(
                    user_id=user.id,
                    job_id=job_id,
                    body=draft.body,
                    recipients=" ".join(draft.recipients),
                    reply_to=draft.reply_to,
                    passes_on=draft.passes_on,
                    leave_at=draft.leave_at,
                    changed_at=self.clock(),
                )
            )

    def newer(self, session: Session, job_id: int, author: User, seen_seq: int) -> int | None:
        """The newest message of a job after a feed number that somebody else wrote and this author may see."""
        where, parameters = visible(author, self.reads.account(), self.clock())
        found = session.connection().execute(
            text(
                f"SELECT max(m.seq) FROM message m JOIN job j ON j.id = m.job_id WHERE m.job_id = :job AND {where}"
                " AND m.seq > :seen AND (m.author_user_id IS NULL OR m.author_user_id <> :me)"
            ),
            _bound({**parameters, "job": job_id, "seen": seen_seq, "me": author.id}, self.database.is_sqlite),
        )
        newest = found.scalar()
        return int(newest) if newest is not None else None


def store_message(session: Session, new: NewMessage) -> int:
    """Write a message inside the caller's transaction: rows, counters, feed. Returns its id."""
    job = session.get(JobRow, new.job_id, with_for_update=True)
    if job is None:
        raise Refusal("This job is no longer there. Go back to the list.")
    seq = feed.append(session, "message" if new.stage is Stage.OUT else "planned", new.job_id)
    row = MessageRow(
        job_id=new.job_id,
        seq=seq,
        kind=new.kind,
        author_role=new.author.role,
        author_name=new.author.name,
        author_user_id=new.author.user_id,
        author_contact_id=new.author.contact_id,
        author_mobile=new.author.mobile,
        body=new.body,
        at=new.at,
        compose_id=new.compose_id,
        reply_to=new.reply_to,
        contact_message=is_contact_message(new.author, new.recipients),
        with_worker=has_worker(new.author, new.recipients),
        dispatch_only=new.dispatch_only,
        unsure=new.unsure,
        guessed=new.guessed,
        after_closing=new.after_closing,
        notice=new.notice,
        stage=new.stage,
        leaves_at=new.leaves_at,
        passes_on=new.passes_on,
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    _add_people(session, row.id, job, new)
    _add_photos(session, row.id, new)
    if new.stage in COUNTED:
        keep_up(session, job, new.author, seq)
    count_message(job, as_message(session, row), seq)
    session.add(job)
    return row.id


def keep_up(session: Session, job: JobRow, author: Person, seq: int) -> None:
    """An author has read what they write; their mark moves on if nothing else was unread to them.

    A dispatcher's marks count what people wrote, a worker's everything addressed to them.
    """
    if author.user_id is None or job.id is None:
        return
    mark = session.get(ReadMarkRow, (author.user_id, job.id))
    newest = job.person_seq
    if author.role is Party.WORKER:
        before = select(func.max(MessageRow.seq)).where(MessageRow.job_id == job.id, MessageRow.seq < seq)
        newest = session.exec(before).one() or 0
    if (mark.seq if mark else 0) >= newest:
        move_mark(session, author.user_id, job.id, seq)


def move_mark(session: Session, user_id: int, job_id: int, seq: int) -> None:
    """Move a read mark forward, never back, whoever else moves it at the same moment."""
    new = insert(session, ReadMarkRow).values(user_id=user_id, job_id=job_id, seq=seq)
    session.exec(
        new.on_conflict_do_update(
            index_elements=["user_id", "job_id"],
            set_={"seq": new.excluded.seq},
            where=col(ReadMarkRow.seq) < new.excluded.seq,
        )
    )


def _add_people(session: Session, message_id: int, job: JobRow, new: NewMessage) -> None:
    people = [
        RecipientRow(
            message_id=message_id,
            place=place,
            role=person.role,
            name=person.name,
            user_id=person.user_id,
            contact_id=person.contact_id,
            mobile=person.mobile,
        )
        for place, person in enumerate(new.recipients)
    ]
    session.add_all(people)
    session.flush()
    for delivery in new.deliveries:
        session.add(_delivery(session, message_id, people[delivery.recipient], job, delivery, new.at))
    session.flush()


def _phone_now(session: Session, old: DeliveryRow, reader: int | None) -> str:
    """Where a text goes when it is sent once more: to the number that its reader has now."""
    person = session.get(RecipientRow, reader) if reader else None
    contact = session.get(ContactRow, person.contact_id) if person and person.contact_id else None
    return (contact.mobile if contact else None) or old.to_address


def _reader_now(session: Session, old: DeliveryRow, message: MessageRow) -> int | None:
    """Who reads a text that is sent once more: never somebody who was taken off the job since (rule 13).

    Then it is for the next with the same phone (rule 33); Refusal where there is none.
    """
    person = session.get(RecipientRow, old.recipient_id) if old.recipient_id else None
    if person is None or not was_taken_off(session, person.contact_id, message):
        return old.recipient_id
    sharing = select(RecipientRow).where(
        RecipientRow.message_id == old.message_id,
        RecipientRow.mobile == old.to_address,
        RecipientRow.id != person.id,
        col(RecipientRow.contact_id).is_not(None),
    )
    for other in session.exec(sharing.order_by(col(RecipientRow.place))).all():
        if not was_taken_off(session, other.contact_id, message):
            return other.id
    raise Refusal(f"{person.name} was taken off the job: write them a new message if it is still for them.")


def _add_photos(session: Session, message_id: int, new: NewMessage) -> None:
    for photo in new.photos:
        session.add(
            PhotoRow(
                message_id=message_id,
                media_type=photo.media_type,
                width=photo.width,
                height=photo.height,
                size=len(photo.data),
                data=photo.data,
            )
        )


def _delivery(
    session: Session, message_id: int, person: RecipientRow, job: JobRow, new: NewDelivery, now: datetime
) -> DeliveryRow:
    assert person.id is not None
    return DeliveryRow(
        message_id=message_id,
        recipient_id=person.id,
        channel=new.channel,
        to_address=new.to,
        from_number=_from(session, job, new),
        state=new.state,
        due_at=new.due_at,
        use_by=new.use_by,
        reason=new.reason,
        body=new.body,
        link_id=new.link_id,
        changed_at=now,
    )


def _from(session: Session, job: JobRow, new: NewDelivery) -> str:
    """The number that a text leaves from, "" for what never leaves as a text."""
    leaves = new.channel is Channel.SMS and new.state is not State.BLOCKED
    return number_for(session, job, new.to) if leaves else ""


def same_again(session: Session, known: MessageRow, new: NewMessage) -> Posted:
    """The answer to a repeated Submit; Refusal where its reference was used for other words or other people."""
    to = [(p.role, p.user_id, p.contact_id) for p in as_message(session, known).recipients]
    same = known.body == new.body and known.job_id == new.job_id
    if not same or to != [(p.role, p.user_id, p.contact_id) for p in new.recipients]:
        raise Refusal("This reference was already used for another text; give the new one its own reference.", "ref")
    assert known.id is not None
    return Posted(known.id, repeated=True)


def _bound(parameters: dict[str, object], is_sqlite: bool) -> dict[str, object]:
    """Times as SQLite keeps them, for a statement that SQLAlchemy does not type."""
    if not is_sqlite:
        return parameters
    return {
        k: v.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds") if isinstance(v, datetime) else v
        for k, v in parameters.items()
    }
