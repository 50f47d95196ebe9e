"""Writing jobs: making and changing them, and assigning them."""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select, update

from domain import phone
from domain.alerts import OF_STATUS, Event
from domain.delivery import State
from domain.errors import Refusal
from domain.jobs import JobForm, Status
from domain.messages import DISPATCH, SYSTEM, Kind, NewMessage, Party, Person, Stage
from domain.people import StatedContact
from domain.text import fold
from storage import feed
from storage.alert_facts import planned_of
from storage.contact_doors import end_on_job
from storage.conversations import store_message
from storage.counters import sort_keys
from storage.engine import Database
from storage.job_events import Saving, add_events, record
from storage.job_people import Stood, drop_deleted, gone_from, stood
from storage.job_search import write_words
from storage.leaving import withdraw_all, withdraw_for, withdraw_of, withdraw_texts
from storage.people import customer_named, keep_ad_hoc, keep_contact, living
from storage.remaking import lock_job, remake_held
from storage.reminders import keep_reminder
from storage.rule_versions import keep_template
from storage.tables.alerts import JobEventRow
from storage.tables.jobs import AssignmentRow, JobRow
from storage.tables.messages import DeliveryRow, MessageRow, RecipientRow
from storage.tables.people import ContactRow, LocationRow, UserLocationRow, UserRow
from storage.taken_off import put_on, take_off
from storage.telling import Outlook, outlook


class Jobs:
    """Stores jobs. Each method is one transaction; safe from any thread."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self.database = database
        self.clock = clock

    def create(self, form: JobForm, by: str, tells: bool = True) -> int:
        """Make a job; Refusal (field "number") where the number is taken. `tells`: alerts go out for it."""
        try:
            with self.database.write() as session:
                return self._create(session, form, Saving(by, tells)).row.id or 0
        except IntegrityError:  # another desk took it at the same moment
            raise _taken(form.number) from None

    def change(
        self,
        job_id: int,
        version: int,
        form: JobForm,
        by: str,
        tells: bool = True,
        again: frozenset[Event] = frozenset(),
    ) -> None:
        """Change a job; Refusal where somebody else changed it since `version` was read.

        `tells`: alerts go out for it; those of `again` even if they went out before (rule 17).
        """
        with self.database.write() as session:
            self._change(session, job_id, version, form, Saving(by, tells, again))

    def expected(
        self,
        form: JobForm,
        by: str,
        job_id: int | None = None,
        version: int = 0,
        again: frozenset[Event] = frozenset(),
    ) -> Outlook:
        """What making or changing a job would bring, found out by doing it and taking it back. Raises as those do."""
        try:
            with self.database.write() as session:
                saving = Saving(by, again=again)
                if job_id is None:
                    saved = self._create(session, form, saving)
                else:
                    saved = self._change(session, job_id, version, form, saving)
                raise _TakenBack(outlook(session, *saved))
        except _TakenBack as tried:
            return tried.outlook
        except IntegrityError:
            raise _taken(form.number) from None

    def happened(self, job_id: int, event: Event, by: str, tells: bool = True, again: bool = False) -> None:
        """Record that something happened to a job: its status follows, and the alert goes out by its rule.

        Refusal for what nobody reports: reminders come from the clock, quick actions have a form.
        """
        with self.database.write() as session:
            row = lock_job(session, job_id)
            assert row is not None
            happen(session, row, event, Saving(by, tells, frozenset({event}) if again else frozenset()), self.clock())

    def add_ad_hoc(self, job_id: int, number: str, by: str) -> int:
        """Put an ad hoc number, as typed, on a job; returns its contact. Refusal (field "mobile") if unreadable."""
        with self.database.write() as session:
            row = lock_job(session, job_id)
            assert row is not None
            country = session.get_one(LocationRow, row.location_id).country
            mobile = phone.parse(number, country)
            row.ad_hoc_contact_id = keep_ad_hoc(
                session, row.customer_id, mobile, (by, "typed on an alert"), self.clock()
            )
            save(session, row, row.worker_id, row.status, self.clock(), by)
            assert row.ad_hoc_contact_id is not None
            return row.ad_hoc_contact_id

    def next_number(self) -> str:
        """A number for a new job: one above the highest plain number there is."""
        with self.database.read() as session:
            newest = session.exec(select(JobRow.number).order_by(col(JobRow.id).desc()).limit(200)).all()
        return str(max((int(n) for n in newest if n.isdigit()), default=1000) + 1)

    def _create(self, session: Session, form: JobForm, saving: Saving) -> "_Saved":
        if session.exec(select(JobRow.id).where(JobRow.number == form.number)).first():
            raise _taken(form.number)
        return self._write(session, None, form, saving)

    def _change(self, session: Session, job_id: int, version: int, form: JobForm, saving: Saving) -> "_Saved":
        row = lock_job(session, job_id)
        if row is None or row.version != version:
            raise Refusal("Somebody else changed this job meanwhile. Look at it again, then change it.")
        other = session.exec(select(JobRow.id).where(JobRow.number == form.number, JobRow.id != job_id)).first()
        if other:
            raise _taken(form.number)
        return self._write(session, row, form, saving)

    def _write(self, session: Session, row: JobRow | None, form: JobForm, saving: Saving) -> "_Saved":
        now, by = self.clock(), saving.by
        before, was = (planned_of(row), stood(row)) if row is not None else (None, None)
        customer_id = customer_named(session, form.customer)
        if row is None:
            row = JobRow(
                number=form.number, location_id=form.location_id, customer_id=customer_id, created_at=now, version=0
            )
        row.number, row.template, row.title = form.number, form.template, form.title
        row.location_id, row.customer_id = form.location_id, customer_id
        moved = was is not None and was.customer_id != customer_id
        row.site_contact_id = self._contact(session, row, form.site_contact_id, form.site, by, moved)
        row.billing_contact_id = self._contact(
            session, row, form.billing_contact_id, form.billing, by, moved, beside=row.site_contact_id
        )
        row.window_start, row.window_end = form.window_start, form.window_end
        row.asset, row.address = form.asset, form.address
        row.ad_hoc_contact_id = self._ad_hoc(session, row, form, by)
        save(session, row, form.worker_id, form.status, now, by, was)
        return _Saved(row, record(session, row, before, saving, now))

    def _contact(
        self,
        session: Session,
        row: JobRow,
        contact_id: int | None,
        stated: StatedContact | None,
        by: str,
        moved: bool,
        beside: int | None = None,
    ) -> int | None:
        if stated is None:
            found = living(session, contact_id) if contact_id else None
            # A job that goes to another customer leaves the former one's contacts behind.
            return found.id if found and (not moved or found.customer_id == row.customer_id) else None
        if not (stated.name or stated.mobile):
            return None
        if contact_id and _is_deleted_as_stated(session, contact_id, stated):
            return contact_id
        return keep_contact(
            session, row.customer_id, contact_id, stated, (by, "typed on the job"), self.clock(), beside
        )

    def _ad_hoc(self, session: Session, row: JobRow, form: JobForm, by: str) -> int | None:
        """A number on the job becomes a one-time contact there (rule 22)."""
        if not form.ad_hoc_mobile:
            return None
        return keep_ad_hoc(session, row.customer_id, form.ad_hoc_mobile, (by, "typed on the job"), self.clock())


def _is_deleted_as_stated(session: Session, contact_id: int, stated: StatedContact) -> bool:
    """Whether a form only repeats a contact who was deleted: then saving must not make them anew."""
    row = session.get(ContactRow, contact_id)
    if row is None or row.removed_at is None or row.merged_into is not None:
        return False
    return all(value is None or value == (getattr(row, name) or "") for name, value in stated._asdict().items())


class _Saved(NamedTuple):
    """A job that was written, and what happened by it."""

    row: JobRow
    events: Sequence[JobEventRow]


class _TakenBack(Exception):
    """Ends a transaction that only tried something out."""

    def __init__(self, outlook: Outlook) -> None:
        super().__init__()
        self.outlook = outlook


def _taken(number: str) -> Refusal:
    return Refusal(f"There is already a job {number}; choose another number.", "number")


def save(
    session: Session,
    row: JobRow,
    worker_id: int | None,
    status: Status,
    now: datetime,
    by: str = "",
    was: Stood | None = None,
) -> int:
    """Write a job row with everything that follows from its columns; `was` is how it stood before them.

    That is hand-over, closing, its reminder, texts that wait, keys, search, feed. What happened by it is
    recorded apart (`storage.job_events.record`). The caller holds the locks (`storage.remaking.lock_job`).
    """
    fresh = row.id is None
    came_from = was.location_id if was is not None and was.location_id != row.location_id else None
    if row.closed_at is not None and not status.closes:
        drop_deleted(session, row)
    row.status = status
    _withdraw_for_gone(session, row, was, now)
    row.closed_at = (row.closed_at or now) if row.status.closes else None
    row.version += 1
    if fresh:
        _begin(session, row)
    session.add(row)
    session.flush()
    assert row.id is not None
    _count_place(session, row, fresh, came_from)
    before, row.worker_id = row.worker_id, worker_id
    if before != worker_id or fresh:
        _hand_over(session, row, now)
    if before is not None and before != worker_id and not fresh:
        _tell_hand_over(session, row, before, now, by)
    sort_keys(row)
    write_words(session, row)
    keep_template(session, row.template)
    keep_reminder(session, row, now)
    if not fresh:
        remake_held(session, row, now)
    seq = feed.append(session, "job", row.id)
    if row.activity_seq <= 0:
        row.activity_seq = seq
    session.add(row)
    session.flush()
    return row.id


def _withdraw_for_gone(session: Session, row: JobRow, was: Stood | None, now: datetime) -> None:
    """What waits on a job that closes does not leave, nor what waits for contacts taken off it (rules 13, 18)."""
    if row.status.closes and row.closed_at is None and row.id is not None:
        withdraw_all(session, row, (Stage.HELD,), _CLOSED, now)
        withdraw_texts(session, row, _CLOSED, now)
    if row.id is not None:
        put_on(session, row)
    if was is not None and (gone := gone_from(session, row, was)):
        assert row.id is not None
        take_off(session, row.id, gone, now)
        withdraw_for(session, row, gone, "withdrawn: the contact was taken off the job", now)
        end_on_job(session, row.id, gone, now)


_CLOSED = "withdrawn: the job was closed before it left"
_HANDED_OVER = "withdrawn: the job was handed over"


def _begin(session: Session, row: JobRow) -> None:
    """Give a new row keys that no other has, until its id is known."""
    feed.hold(session)
    newest = session.exec(select(JobRow.id).order_by(col(JobRow.id).desc()).limit(1)).first() or 0
    row.waiting_key = row.window_key = row.activity_seq = -(newest + 1)


def happen(
    session: Session, row: JobRow, event: Event, saving: Saving, now: datetime, at: datetime | None = None
) -> list[JobEventRow]:
    """Record something that happened to a job (now, or `at` a moment past); its status follows.

    The caller holds the locks. Raises Refusal (field "event") for what nobody reports.
    """
    if event is Event.REMINDER or event.is_quick_action:
        raise Refusal(f"“{event.words}” cannot be reported: {_NOT_REPORTED[event is Event.REMINDER]}.", "event")
    status = next((status for status, found in OF_STATUS.items() if found is event), row.status)
    if status is not row.status:
        save(session, row, row.worker_id, status, now, saving.by)
    return add_events(session, row, (event,), None, saving, now, at)


_NOT_REPORTED = {True: "reminders come by the clock", False: "a quick action is done with its own form"}


def worker_at(session: Session, name: str, location_id: int) -> int | None:
    """The active worker of this name at a location, in any case."""
    rows = session.exec(
        select(UserRow)
        .join(UserLocationRow, col(UserLocationRow.user_id) == UserRow.id)
        .where(UserLocationRow.location_id == location_id, UserRow.role == "worker", col(UserRow.active))
    ).all()
    return next((r.id for r in rows if fold(r.name) == fold(name)), None)


def _hand_over(session: Session, row: JobRow, now: datetime) -> None:
    assert row.id is not None
    running: Sequence[AssignmentRow] = session.exec(
        select(AssignmentRow).where(AssignmentRow.job_id == row.id, col(AssignmentRow.until).is_(None))
    ).all()
    for assignment in running:
        assignment.until = now
        session.add(assignment)
    if row.worker_id is not None:
        session.add(AssignmentRow(job_id=row.id, worker_id=row.worker_id, since=now))


def _tell_hand_over(session: Session, row: JobRow, before: int, now: datetime, by: str) -> None:
    """Show staff in the thread that the job changed hands; what the former worker wrote and awaits release goes."""
    assert row.id is not None
    withdraw_all(session, row, (Stage.WAITING_RELEASE,), _HANDED_OVER, now)
    withdraw_of(session, row, before, _HANDED_OVER, now)
    _note_unread(session, row, before)
    former = session.get_one(UserRow, before).name
    present = session.get_one(UserRow, row.worker_id) if row.worker_id else None
    to = (DISPATCH, Person(Party.WORKER, present.name, present.id)) if present else (DISPATCH,)
    body = f"Handed over from {former} to {present.name}" if present else f"Taken from {former}; no worker yet"
    store_message(
        session,
        NewMessage(
            job_id=row.id,
            kind=Kind.HAND_OVER,
            author=SYSTEM,
            recipients=to,
            body=f"{body}, by {by}." if by else f"{body}.",
            at=now,
            compose_id=f"hand-over:{uuid.uuid4().hex}",
        ),
    )


def _note_unread(session: Session, row: JobRow, worker_id: int) -> None:
    """Say on what the former worker had not seen that it was so (rule 7)."""
    unseen = (
        select(DeliveryRow)
        .join(RecipientRow, col(RecipientRow.id) == DeliveryRow.recipient_id)
        .join(MessageRow, col(MessageRow.id) == DeliveryRow.message_id)
        .where(MessageRow.job_id == row.id, RecipientRow.user_id == worker_id, DeliveryRow.state == State.WAITING)
    )
    for delivery in session.exec(unseen).all():
        delivery.reason = "not read before the hand-over"
        session.add(delivery)


def _count_place(session: Session, row: JobRow, fresh: bool, came_from: int | None) -> None:
    if fresh or came_from is not None:
        _count(session, row.location_id, 1)
    if came_from is not None:
        _count(session, came_from, -1)


def _count(session: Session, location_id: int, by: int) -> None:
    """Keep a location's number of jobs; under the feed's lock, so that two programs never wait for each other."""
    feed.hold(session)
    place = update(LocationRow).where(col(LocationRow.id) == location_id)
    session.exec(place.values(job_count=LocationRow.job_count + by))
