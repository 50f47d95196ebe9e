"""Storing an imported job list: all of it, or nothing with every error told."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, select

from domain.alerts import Planned
from domain.imported import ImportedJob, LineError
from domain.jobs import Status
from domain.messages import NOT_OUT
from domain.people import Role, StatedContact
from domain.text import fold
from storage.alert_facts import planned_of
from storage.engine import Database
from storage.job_people import stood
from storage.jobs import save, worker_at
from storage.leaving import lock_held
from storage.people import customer_named, keep_ad_hoc, keep_contact
from storage.tables.jobs import JobRow
from storage.tables.messages import MessageRow
from storage.tables.people import UserRow

_AT_ONCE = 500


class Imported(NamedTuple):
    """How many jobs were made and how many changed."""

    created: int
    changed: int


class ImportRefused(Exception):
    """Some lines could not be stored; nothing was. `errors` tells why, by line."""

    def __init__(self, errors: Sequence[LineError]) -> None:
        super().__init__("import refused")
        self.errors = list(errors)


def location_of(database: Database, number: str) -> int | None:
    """The location of the job of this number, or None where there is no such job."""
    with database.read() as session:
        return session.exec(select(JobRow.location_id).where(JobRow.number == number)).first()


def store(
    database: Database, jobs: Sequence[ImportedJob], clock: Callable[[], datetime], by: str, source: str
) -> Imported:
    """Make or change every job in one transaction. Raises ImportRefused and stores nothing where one is wrong."""
    importing = JobImport(clock(), (by, source))
    with database.write() as session:
        lock_jobs(session, sorted({job.number for job in jobs}))
        for job in jobs:
            importing.take(session, job)
        if importing.errors:
            raise ImportRefused(importing.errors)
    return Imported(importing.created, importing.changed)


def lock_jobs(session: Session, numbers: Sequence[str]) -> None:
    """Take the locks of these jobs with all that waits on them, in the order that everybody keeps.

    All of them before the first one is saved: saving takes the feed's lock, which comes after the rows.
    """
    for start in range(0, len(numbers), _AT_ONCE):
        mine = col(JobRow.number).in_(numbers[start : start + _AT_ONCE])
        ids = select(JobRow.id).where(mine)
        waiting = select(MessageRow.id).where(col(MessageRow.job_id).in_(ids), col(MessageRow.stage).in_(NOT_OUT))
        session.exec(waiting.order_by(col(MessageRow.id)).with_for_update()).all()
        session.exec(ids.order_by(col(JobRow.id)).with_for_update()).all()
        lock_held(session, ids)


class Taken(NamedTuple):
    """A job that was stored, and the part of it that events come from, as it was before; None for a new one."""

    row: JobRow
    before: Planned | None


class JobImport:
    """Stores jobs as somebody outside states them; it gathers errors and counts."""

    def __init__(self, now: datetime, stated: tuple[str, str]) -> None:
        """`stated` is who said that the people may be texted, and from what source (rule 23)."""
        self.now = now
        self.stated = stated
        self.errors: list[LineError] = []
        self.created = self.changed = 0

    def take(self, session: Session, job: ImportedJob) -> Taken | None:
        """Store one job, or note what is wrong with it. The caller holds its locks."""
        row = session.exec(select(JobRow).where(JobRow.number == job.number)).first()
        before, was = (planned_of(row), stood(row)) if row else (None, None)
        row = row or self._new(session, job)
        if row is None:
            return None
        fresh = row.id is None
        worker_id = self._worker(session, job, row)
        stored = row.model_dump()
        self._columns(session, job, row)
        status = self._status(job, row, worker_id)
        columns = stored != row.model_dump()
        if fresh or columns or worker_id != row.worker_id or status is not row.status or _states_people(job):
            save(session, row, worker_id, status, self.now, self.stated[0], was)
        self.created += fresh
        self.changed += not fresh
        return Taken(row, before)

    def _new(self, session: Session, job: ImportedJob) -> JobRow | None:
        if not job.customer:
            self._wrong(job, "customer", "is a new job and names no customer")
        if job.location_id is None and job.worker and not _is_worker(session, job.worker):
            self._wrong(job, "worker", f"there is no worker “{job.worker}”")
        if not job.customer or job.location_id is None:
            return None
        return JobRow(
            number=job.number,
            location_id=job.location_id,
            customer_id=customer_named(session, job.customer),
            created_at=self.now,
            version=0,
            status=Status.NEW,
        )

    def _wrong(self, job: ImportedJob, field: str, sentence: str) -> None:
        self.errors.append(LineError(job.line, sentence, field))

    def _columns(self, session: Session, job: ImportedJob, row: JobRow) -> None:
        if job.location_id is not None:
            row.location_id = job.location_id
        if job.customer:
            self._move(row, customer_named(session, job.customer))
        for name in ("template", "title", "asset", "address"):
            value = getattr(job, name)
            if value is not None:
                setattr(row, name, value)
        for name in ("window_start", "window_end"):
            value = getattr(job, name)
            if value is not None:
                setattr(row, name, value or None)
        if row.window_start and row.window_end and row.window_end < row.window_start:
            self._wrong(job, "window_end", "window_end is before the stored window_start")
        self._people(session, job, row)

    def _move(self, row: JobRow, customer_id: int) -> None:
        """A job that goes to another customer leaves the former one's contacts behind: they must not be texted."""
        if row.customer_id != customer_id:
            row.site_contact_id = row.billing_contact_id = row.ad_hoc_contact_id = None
        row.customer_id = customer_id

    def _people(self, session: Session, job: ImportedJob, row: JobRow) -> None:
        for column, known, stated in (
            ("site_contact", row.site_contact_id, job.site),
            ("billing_contact", row.billing_contact_id, job.billing),
        ):
            if known is None and stated.stated and stated.name is None and not stated.mobile:
                self._wrong(job, column, f"{column} has no name yet; fill that column too")
                return
        row.site_contact_id = self._contact(session, row, row.site_contact_id, job.site)
        row.billing_contact_id = self._contact(session, row, row.billing_contact_id, job.billing, row.site_contact_id)
        if job.ad_hoc_mobile == "":
            row.ad_hoc_contact_id = None
        elif job.ad_hoc_mobile is not None:
            row.ad_hoc_contact_id = keep_ad_hoc(session, row.customer_id, job.ad_hoc_mobile, self.stated, self.now)

    def _contact(
        self, session: Session, row: JobRow, contact_id: int | None, stated: StatedContact, beside: int | None = None
    ) -> int | None:
        if not stated.stated:
            return contact_id
        if stated.name == "":
            return None
        return keep_contact(session, row.customer_id, contact_id, stated, self.stated, self.now, beside)

    def _worker(self, session: Session, job: ImportedJob, row: JobRow) -> int | None:
        if job.worker is None:
            return row.worker_id
        if job.worker == "":
            return None
        found = worker_at(session, job.worker, job.location_id or row.location_id)
        if found is None:
            self._wrong(job, "worker", f"there is no worker “{job.worker}” at this location")
        return found

    def _status(self, job: ImportedJob, row: JobRow, worker_id: int | None) -> Status:
        if job.status is not None:
            return job.status
        return Status.ASSIGNED if row.id is None and worker_id else row.status


def _is_worker(session: Session, name: str) -> bool:
    """Whether an active worker of this name is anywhere, where it is not known at which location to look."""
    names = session.exec(select(UserRow.name).where(UserRow.role == Role.WORKER, col(UserRow.active))).all()
    return any(fold(known) == fold(name) for known in names)


def _states_people(job: ImportedJob) -> bool:
    return job.site.stated or job.billing.stated
