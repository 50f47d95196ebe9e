"""Who leads a job, and that it is done without an answer. Both are shared by all dispatchers (rules 5, 6)."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session

from storage import feed
from storage.counters import recount_turn
from storage.engine import Database
from storage.plain import Plain
from storage.tables.jobs import JobRow
from storage.tables.people import UserRow


class Done(NamedTuple):
    """That somebody said done on a job, up to the message `seq`; the rest is how it was before, for taking it back."""

    job_id: int
    seq: int
    seq_before: int
    by_before: int | None
    at_before: datetime | None


class JobLeads:
    """Writes owners and done. Each method is one transaction; safe from any thread."""

    def __init__(self, database: Database, plain: Plain, clock: Callable[[], datetime]) -> None:
        self.database = database
        self.plain = plain
        self.clock = clock

    def colleagues(self, location_id: int) -> list[tuple[int, str]]:
        """Everybody who may lead a job of this location: id and name, by name."""
        rows = self.plain.rows(
            "SELECT u.id, u.name FROM user_account u JOIN user_location l ON l.user_id = u.id"
            " WHERE l.location_id = :location AND u.role = 'dispatcher' AND u.chat AND u.active ORDER BY u.name",
            {"location": location_id},
        )
        return [(row[0], row[1]) for row in rows]

    def set_owner(self, job_id: int, owner_id: int | None, instead_of: int | None) -> str | None:
        """Give a job another owner, None for nobody.

        Where it has not the owner `instead_of` any more nothing is done, and the name of the present
        one is returned, "" for nobody. Returns None when it was done.
        """
        with self.database.write() as session:
            job = session.get_one(JobRow, job_id, with_for_update=True)
            now = self._owner_of(session, job)
            if now != instead_of:
                return session.get_one(UserRow, now).name if now is not None else ""
            job.owner_id = owner_id
            session.add(job)
            feed.append(session, "job", job_id)
            return None

    def done(self, job_id: int, by: int, seen_seq: int) -> Done:
        """Let nobody wait any more for an answer to what was seen; what came after that still waits."""
        with self.database.write() as session:
            job = session.get_one(JobRow, job_id, with_for_update=True)
            before = (job.done_seq, job.done_by_id, job.done_at)
            job.done_seq = max(job.done_seq, min(seen_seq, job.activity_seq))
            job.done_by_id, job.done_at = by, self.clock()
            self._settle(session, job)
            return Done(job_id, job.done_seq, *before)

    def take_back(self, done: Done) -> bool:
        """Let the job wait as it did before it was called done; False where somebody said it again since."""
        with self.database.write() as session:
            job = session.get_one(JobRow, done.job_id, with_for_update=True)
            if job.done_seq != done.seq:
                return False
            job.done_seq, job.done_by_id, job.done_at = done.seq_before, done.by_before, done.at_before
            self._settle(session, job)
            return True

    def _settle(self, session: Session, job: JobRow) -> None:
        session.add(job)
        session.flush()
        recount_turn(session, job)
        session.add(job)
        feed.append(session, "job", job.id)

    def _owner_of(self, session: Session, job: JobRow) -> int | None:
        """Who owns a job in fact: not somebody who left, or who does not dispatch at its location any more."""
        if job.owner_id is None:
            return None
        able = [user_id for user_id, _ in self.colleagues(job.location_id)]
        return job.owner_id if job.owner_id in able else None
