"""The kept counters of a job, changed with each message and proved equal by `recount`."""

from collections.abc import Callable

from sqlmodel import Session, col, select

from domain.delivery import FAILURES, Channel, State
from domain.jobs import number_key, waiting_key, window_key
from domain.messages import COUNTED, Message, Party, Person
from domain.text import one_line
from domain.waiting import Turn, next_turn
from storage.tables.jobs import JobRow
from storage.tables.messages import DeliveryRow, MessageRow, RecipientRow

PREVIEW = 120


def sort_keys(job: JobRow) -> None:
    """Write the stored sort keys anew from the job's other columns."""
    assert job.id is not None
    closed = job.closed_at is not None
    job.waiting_key = waiting_key(job.id, job.waiting_on, job.waiting_since, job.window_start, closed)
    job.window_key = window_key(job.id, job.window_start)
    job.number_key = number_key(job.number)


def count_message(job: JobRow, message: Message, seq: int) -> None:
    """Take one new message into the job's counters, unless it is no news yet."""
    if message.stage not in COUNTED:
        return
    job.message_count += 1
    job.last_preview = preview(message)
    job.last_at = message.at
    job.activity_seq = seq
    if message.author.role is not Party.SYSTEM:
        job.person_seq = seq
    _take_turn(job, next_turn(Turn(job.waiting_on, job.waiting_since, job.waiting_customer), message))


def recount_turn(session: Session, job: JobRow) -> None:
    """Work out whose turn it is from the whole thread, after a text failed or arrived after all."""
    _take_turn(job, _turn_of(session, job.id))


def recount_all(session: Session, job: JobRow) -> None:
    """Bring every counter up to date from the whole thread, after a message changed its stage in the middle of it."""
    assert job.id is not None
    session.flush()
    for name, value in recount(session, job.id).items():
        setattr(job, name, value)
    sort_keys(job)
    session.add(job)


def recount(session: Session, job_id: int) -> dict[str, object]:
    """The counters of a job worked out from its messages alone, to compare with those kept."""
    counted = select(MessageRow).where(MessageRow.job_id == job_id, col(MessageRow.stage).in_(COUNTED))
    rows = session.exec(counted.order_by(col(MessageRow.seq))).all()
    messages = [as_message(session, row) for row in rows]
    turn = _turn_of(session, job_id)
    return {
        "message_count": len(messages),
        "last_preview": preview(messages[-1]) if messages else "",
        "last_at": messages[-1].at if messages else None,
        "person_seq": max((m.seq for m in messages if m.author.role is not Party.SYSTEM), default=0),
        "waiting_on": turn.on,
        "waiting_since": turn.since,
        "waiting_customer": turn.customer,
    }


def preview(message: Message) -> str:
    """The newest message on one line, with an arrow for what Dispatch wrote."""
    arrow = "" if message.author.role in (Party.CONTACT, Party.PHONE, Party.WORKER) else "→ "
    return arrow + one_line(message.body, PREVIEW)


def as_message(session: Session, row: MessageRow) -> Message:
    """A stored message as the domain knows it, without its deliveries."""
    assert row.id is not None
    people = session.exec(
        select(RecipientRow).where(RecipientRow.message_id == row.id).order_by(col(RecipientRow.place))
    )
    return Message(
        id=row.id,
        job_id=row.job_id,
        seq=row.seq,
        kind=row.kind,
        author=Person(row.author_role, row.author_name, row.author_user_id, row.author_contact_id, row.author_mobile),
        recipients=tuple(Person(p.role, p.name, p.user_id, p.contact_id, p.mobile) for p in people),
        body=row.body,
        at=row.at,
        reply_to=row.reply_to,
        stage=row.stage,
        dispatch_only=row.dispatch_only,
        unsure=row.unsure,
        guessed=row.guessed,
        after_closing=row.after_closing,
        notice=row.notice,
        leaves_at=row.leaves_at,
        passes_on=row.passes_on,
    )


def _turn_of(session: Session, job_id: int | None) -> Turn:
    turn = Turn()
    done = session.exec(select(JobRow.done_seq).where(JobRow.id == job_id)).one()
    rows = session.exec(
        select(MessageRow).where(MessageRow.job_id == job_id, MessageRow.seq > done).order_by(col(MessageRow.seq))
    )
    failed = _failed(session, job_id)
    for row in rows.all():
        turn = next_turn(turn, as_message(session, row), failed(row.id))
    return turn


def _failed(session: Session, job_id: int | None) -> Callable[[int | None], bool]:
    """Which messages reached nobody: every text of theirs ended in a failure, and none was sent again."""
    states: dict[int, list[State]] = {}
    rows = session.exec(
        select(DeliveryRow)
        .join(MessageRow, col(MessageRow.id) == DeliveryRow.message_id)
        .where(MessageRow.job_id == job_id, DeliveryRow.channel == Channel.SMS, col(DeliveryRow.notice_to).is_(None))
    )
    for row in rows:
        states.setdefault(row.message_id or 0, []).append(row.state)
    over = (FAILURES - {State.UNCONFIRMED}) | {State.CANCELLED}
    reached_nobody = {message for message, found in states.items() if all(s in over for s in found)}
    return lambda message_id: message_id in reached_nobody


def _take_turn(job: JobRow, turn: Turn) -> None:
    job.waiting_on, job.waiting_since, job.waiting_customer = turn.on, turn.since, turn.customer
    sort_keys(job)
