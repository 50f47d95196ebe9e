"""Storing an imported job list: all of it, or nothing with every error told."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, select

from domain.imported import ImportedJob, LineError
from domain.jobs import Status
from domain.people import StatedContact
from storage.engine import Database
from storage.jobs import keep_ad_hoc, save, worker_at
from storage.people import customer_named, keep_contact
from storage.tables.jobs import JobRow


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
    importing = _Import(clock(), (by, source))
    with database.write() as session:
        for job in jobs:
            importing.take(session, job)
        if importing.errors:
            raise ImportRefused(importing.errors)
    return Imported(importing.created, importing.changed)


class _Import:
    """One import while it runs; it gathers errors and counts."""

    def __init__(self, now: datetime, stated: tuple[str, str]) -> None:
        self.now = now
        self.stated = stated
        self.errors: list[LineError] = []
        self.created = self.changed = 0

    def take(self, session: Session, job: ImportedJob) -> None:
        """Store one line, or note what is wrong with it."""
        row = session.exec(select(JobRow).where(JobRow.number == job.number)).first()
        fresh = row is None
        if row is None:
            if not job.customer or job.location_id is None:
                self.errors.append(LineError(job.line, "is a new job and names no customer"))
                return
            customer_id = customer_named(session, job.customer)
            row = JobRow(
                number=job.number,
                location_id=job.location_id,
                customer_id=customer_id,
                created_at=self.now,
                version=0,
                status=Status.NEW,
            )
        worker_id = self._worker(session, job, row)
        before = row.model_dump()
        self._columns(session, job, row)
        if fresh or before != row.model_dump() or worker_id != row.worker_id or _states_people(job):
            save(session, row, worker_id, self._status(job, row, worker_id), self.now)
        self.created += fresh
        self.changed += not fresh

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
            self.errors.append(LineError(job.line, "window_end is before the stored window_start"))
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
                self.errors.append(LineError(job.line, f"{column} has no name yet; fill that column too"))
                return
        row.site_contact_id = self._contact(session, row, row.site_contact_id, job.site)
        row.billing_contact_id = self._contact(session, row, row.billing_contact_id, job.billing, row.site_contact_id)
        if job.ad_hoc_mobile == "":
            row.ad_hoc_contact_id = None
        elif job.ad_hoc_mobile is not None:
            row.ad_hoc_contact_id = keep_ad_hoc(session, row, job.ad_hoc_mobile, self.stated, self.now)

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
            self.errors.append(LineError(job.line, f"there is no worker “{job.worker}” at this location"))
        return found

    def _status(self, job: ImportedJob, row: JobRow, worker_id: int | None) -> Status:
        if job.status is not None:
            return job.status
        return Status.ASSIGNED if row.id is None and worker_id else row.status


def _states_people(job: ImportedJob) -> bool:
    return job.site.stated or job.billing.stated
