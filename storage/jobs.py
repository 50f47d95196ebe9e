"""Writing jobs: making and changing them, and assigning them."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import inspect
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select, update

from domain import phone
from domain.errors import Refusal
from domain.jobs import JobForm, Status
from domain.people import StatedContact
from domain.text import fold
from storage import feed
from storage.counters import sort_keys
from storage.engine import Database
from storage.people import customer_named, keep_contact
from storage.tables.jobs import AssignmentRow, JobRow
from storage.tables.people import ContactRow, CustomerRow, LocationRow, UserLocationRow, UserRow


class Jobs:
    """Stores jobs. Each method is one transaction; safe from any thread."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self.database = database
        self.clock = clock

    def create(self, form: JobForm, by: str) -> int:
        """Make a job; Refusal (field "number") where the number is taken."""
        try:
            with self.database.write() as session:
                if session.exec(select(JobRow.id).where(JobRow.number == form.number)).first():
                    raise _taken(form.number)
                return self._write(session, None, form, by)
        except IntegrityError:  # another desk took it at the same moment
            raise _taken(form.number) from None

    def change(self, job_id: int, version: int, form: JobForm, by: str) -> None:
        """Change a job; Refusal where somebody else changed it since `version` was read."""
        with self.database.write() as session:
            row = session.get_one(JobRow, job_id, with_for_update=True)
            if row.version != version:
                raise Refusal("Somebody else changed this job meanwhile. Look at it again, then change it.")
            other = session.exec(select(JobRow.id).where(JobRow.number == form.number, JobRow.id != job_id)).first()
            if other:
                raise _taken(form.number)
            self._write(session, row, form, by)

    def add_ad_hoc(self, job_id: int, number: str, by: str) -> int:
        """Put an ad hoc number, as typed, on a job; returns its contact. Refusal (field "mobile") if unreadable."""
        with self.database.write() as session:
            row = session.get_one(JobRow, job_id, with_for_update=True)
            country = session.get_one(LocationRow, row.location_id).country
            mobile = phone.parse(number, country)
            row.ad_hoc_contact_id = keep_ad_hoc(session, row, mobile, (by, "typed on an alert"), self.clock())
            save(session, row, row.worker_id, row.status, self.clock())
            assert row.ad_hoc_contact_id is not None
            return row.ad_hoc_contact_id

    def next_number(self) -> str:
        """A number for a new job: one above the highest plain number there is."""
        with self.database.read() as session:
            newest = session.exec(select(JobRow.number).order_by(col(JobRow.id).desc()).limit(200)).all()
        return str(max((int(n) for n in newest if n.isdigit()), default=1000) + 1)

    def _write(self, session: Session, row: JobRow | None, form: JobForm, by: str) -> int:
        now = self.clock()
        customer_id = customer_named(session, form.customer)
        if row is None:
            row = JobRow(
                number=form.number, location_id=form.location_id, customer_id=customer_id, created_at=now, version=0
            )
        row.number, row.template, row.title = form.number, form.template, form.title
        row.location_id, row.customer_id = form.location_id, customer_id
        row.site_contact_id = self._contact(session, row, form.site_contact_id, form.site, by)
        row.billing_contact_id = self._contact(
            session, row, form.billing_contact_id, form.billing, by, beside=row.site_contact_id
        )
        row.window_start, row.window_end = form.window_start, form.window_end
        row.asset, row.address = form.asset, form.address
        row.ad_hoc_contact_id = self._ad_hoc(session, row, form, by)
        return save(session, row, form.worker_id, form.status, now)

    def _contact(
        self,
        session: Session,
        row: JobRow,
        contact_id: int | None,
        stated: StatedContact | None,
        by: str,
        beside: int | None = None,
    ) -> int | None:
        if stated is None:
            return contact_id
        if not (stated.name or stated.mobile):
            return None
        return keep_contact(
            session, row.customer_id, contact_id, stated, (by, "typed on the job"), self.clock(), beside
        )

    def _ad_hoc(self, session: Session, row: JobRow, form: JobForm, by: str) -> int | None:
        """A number on the job becomes a one-time contact there (rule 22)."""
        if not form.ad_hoc_mobile:
            return None
        return keep_ad_hoc(session, row, form.ad_hoc_mobile, (by, "typed on the job"), self.clock())


def _taken(number: str) -> Refusal:
    return Refusal(f"There is already a job {number}; choose another number.", "number")


def keep_ad_hoc(session: Session, row: JobRow, mobile: str, stated: tuple[str, str], at: datetime) -> int:
    """The contact behind a job's ad hoc number: somebody the customer has, else a one-time contact."""
    known = session.exec(
        select(ContactRow.id).where(ContactRow.customer_id == row.customer_id, ContactRow.mobile == mobile)
    ).first()
    contact_id = keep_contact(session, row.customer_id, known, StatedContact(mobile=mobile), stated, at)
    if known is None:
        contact = session.get_one(ContactRow, contact_id)
        contact.one_time, contact.name = True, f"Ad hoc {phone.tail(mobile)}"
        contact.search_text = fold(contact.name)
        session.add(contact)
    return contact_id


def save(session: Session, row: JobRow, worker_id: int | None, status: Status, now: datetime) -> int:
    """Write a job row with everything that follows from its columns: hand-over, closing, keys, search, feed."""
    row.status = status
    row.closed_at = (row.closed_at or now) if row.status.closes else None
    row.version += 1
    fresh = row.id is None
    came_from = None if fresh else inspect(row).attrs.location_id.history.deleted
    if fresh:
        feed.hold(session)
        newest = session.exec(select(JobRow.id).order_by(col(JobRow.id).desc()).limit(1)).first() or 0
        row.waiting_key = row.window_key = row.activity_seq = -(newest + 1)
    session.add(row)
    session.flush()
    assert row.id is not None
    if fresh or came_from:
        _count(session, row.location_id, 1)
    if came_from:
        _count(session, came_from[0], -1)
    before, row.worker_id = row.worker_id, worker_id
    if before != worker_id or fresh:
        _hand_over(session, row, now)
    sort_keys(row)
    row.search_text, row.search_numbers = _search_text(session, row), _search_numbers(session, row)
    seq = feed.append(session, "job", row.id)
    if row.activity_seq <= 0:
        row.activity_seq = seq
    session.add(row)
    session.flush()
    return row.id


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


def _count(session: Session, location_id: int, by: int) -> None:
    """Keep a location's number of jobs; under the feed's lock, so that two programs never wait for each other."""
    feed.hold(session)
    place = update(LocationRow).where(col(LocationRow.id) == location_id)
    session.exec(place.values(job_count=LocationRow.job_count + by))


def _search_text(session: Session, row: JobRow) -> str:
    names = [row.number, row.title, row.asset, row.address, row.template]
    names.append(session.get_one(CustomerRow, row.customer_id).name)
    names.append(session.get_one(LocationRow, row.location_id).name)
    if row.worker_id:
        names.append(session.get_one(UserRow, row.worker_id).name)
    for contact_id in {row.site_contact_id, row.billing_contact_id, row.ad_hoc_contact_id} - {None}:
        names.append(session.get_one(ContactRow, contact_id).name)
    return fold(" ".join(names))


def _search_numbers(session: Session, row: JobRow) -> str:
    """The job's phone numbers, found by dispatchers alone (rule 9)."""
    people = {row.site_contact_id, row.billing_contact_id, row.ad_hoc_contact_id} - {None}
    return " ".join(session.get_one(ContactRow, contact_id).mobile or "" for contact_id in people)
