"""Storing what other programs post: the job, its events and the answer in one transaction, once."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlmodel import Session, select

from domain.alerts import STATUS_OF, Event
from domain.imported import FieldError, ImportedJob
from domain.ingest import Answer, ApiToken, Asked, Raised, Saved, no_such_job, refuse_elsewhere, wrong_fields
from storage.api_requests import ApiRequests
from storage.engine import Database
from storage.job_events import Saving, add_events, record
from storage.job_import import JobImport, Taken, location_of, lock_jobs
from storage.jobs import happen, save
from storage.tables.alerts import JobEventRow
from storage.tables.jobs import JobRow
from storage.telling import outlook

_SOURCE = "posted by a program"


class Ingested:
    """Stores what is posted. Each method is one transaction; safe from any thread."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self.database = database
        self.clock = clock
        self.requests = ApiRequests(database, clock)

    def location_of(self, number: str) -> int | None:
        """The location of the job of this number, or None where there is no such job."""
        return location_of(self.database, number)

    def answered(self, asked: Asked) -> Answer | None:
        """What was answered to this request before, if anything. Raises KeyTaken."""
        return self.requests.answered(asked)

    def check_job(self, token: ApiToken, job: ImportedJob) -> list[FieldError]:
        """What would be wrong with a job if it were stored; nothing is."""

        def look(session: Session) -> list[FieldError]:
            return self._take(session, token, job)[1]

        return self.requests.rehearse(look)

    def save_job(
        self, asked: Asked, job: ImportedJob, notify: bool, dry_run: bool, answer: Callable[[Saved], Answer]
    ) -> Answer:
        """Store a job and what is answered to that; with `dry_run` only find out what would be. Raises NotAccepted."""

        def work(session: Session) -> Answer:
            return answer(self._save_job(session, asked.token, job, notify))

        return self.requests.rehearse(work) if dry_run else self.requests.once(asked, work)

    def save_event(
        self,
        asked: Asked,
        number: str,
        event: Event,
        at: datetime,
        again: bool,
        dry_run: bool,
        answer: Callable[[Saved], Answer],
    ) -> Answer:
        """Record what happened to a job and what is answered to that; with `dry_run` only find out what would be.

        Raises NotAccepted.
        """

        def work(session: Session) -> Answer:
            return answer(self._save_event(session, asked.token, number, event, at, again))

        return self.requests.rehearse(work) if dry_run else self.requests.once(asked, work)

    def _save_job(self, session: Session, token: ApiToken, job: ImportedJob, notify: bool) -> Saved:
        taken, errors = self._take(session, token, job)
        if errors or taken is None:
            raise wrong_fields(errors)
        rows = record(session, taken.row, taken.before, Saving(token.name, notify), self.clock())
        return _saved(session, taken.row, rows, created=taken.before is None)

    def _take(self, session: Session, token: ApiToken, job: ImportedJob) -> tuple[Taken | None, list[FieldError]]:
        lock_jobs(session, [job.number])
        where = session.exec(select(JobRow.location_id).where(JobRow.number == job.number)).first()
        refuse_elsewhere(token, job.number, where)
        importing = JobImport(self.clock(), (token.name, _SOURCE))
        taken = importing.take(session, job)
        return taken, [FieldError(error.field, error.sentence) for error in importing.errors]

    def _save_event(
        self, session: Session, token: ApiToken, number: str, event: Event, at: datetime, again: bool
    ) -> Saved:
        lock_jobs(session, [number])
        job = session.exec(select(JobRow).where(JobRow.number == number)).first()
        if job is None or not token.works_at(job.location_id):
            raise no_such_job(number)
        saving = Saving(token.name, again=frozenset({event}) if again else frozenset())
        if event in STATUS_OF and job.closed_at is not None and not STATUS_OF[event].closes:
            raise wrong_fields([FieldError("event", _CLOSED)])
        if event.is_quick_action:
            return _saved(session, job, self._quick_action(session, job, event, saving, at))
        return _saved(session, job, happen(session, job, event, saving, self.clock(), at))

    def _quick_action(
        self, session: Session, job: JobRow, event: Event, saving: Saving, at: datetime
    ) -> list[JobEventRow]:
        """A quick action texts from its form alone, where a person chooses whom; from outside its status follows."""
        now = self.clock()
        if job.status is not STATUS_OF[event]:
            save(session, job, job.worker_id, STATUS_OF[event], now, saving.by)
        rows = add_events(session, job, (event,), None, saving, now, at)
        for row in rows:
            row.why = "a quick action texts from its form at the desk alone"
            session.add(row)
        session.flush()
        return rows


_CLOSED = "the job is closed; open it again first, by posting it with its status"


def _saved(session: Session, job: JobRow, rows: Sequence[JobEventRow], created: bool = False) -> Saved:
    seen = outlook(session, job, rows)
    raised = tuple(Raised(each.event, each.told, each.why) for each in seen.raised)
    return Saved(created, raised, len(seen.going), seen.phones)
