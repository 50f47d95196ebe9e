"""What a worker's own page tells of their jobs beside the list's lines, as that worker may see it."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import NamedTuple

from domain.people import User
from storage.plain import Plain, moment, numbers
from storage.reads import Reads
from storage.visible import jobs_of, visible


class WorkerJob(NamedTuple):
    """One of a worker's jobs. `held`: theirs now, not handed over. `asked_at`: Dispatch waits for an answer since."""

    address: str
    held: bool
    closed: bool
    asked_at: datetime | None = None


class WorkerJobs:
    """Reads jobs for workers' pages. Safe from any thread."""

    def __init__(self, plain: Plain, clock: Callable[[], datetime]) -> None:
        self.plain = plain
        self.reads = Reads(plain)
        self.clock = clock

    def of(self, worker: User, job_ids: Collection[int]) -> dict[int, WorkerJob]:
        """These jobs, as far as the worker has them."""
        account, now = self.reads.account(), self.clock()
        where, parameters = jobs_of(worker, account, now)
        rows = self.plain.rows(
            f"SELECT j.id, j.address, j.worker_id = :me, j.closed_at IS NOT NULL FROM job j"
            f" WHERE j.id IN ({numbers(frozenset(job_ids))}) AND {where}",
            {**parameters, "me": worker.id},
        )
        asked = self._asked(worker, [row[0] for row in rows])
        return {row[0]: WorkerJob(row[1], bool(row[2]), bool(row[3]), asked.get(row[0])) for row in rows}

    def read_up_to(self, worker: User, job_id: int) -> int:
        """The feed number of the newest message of a job that the worker has read, 0 for none."""
        row = self.plain.row(
            "SELECT seq FROM read_mark WHERE user_id = :me AND job_id = :job", {"me": worker.id, "job": job_id}
        )
        return int(row[0]) if row else 0

    def _asked(self, worker: User, job_ids: list[int]) -> dict[int, datetime]:
        """Since when Dispatch waits for the worker: the oldest private message that they have not answered."""
        seen, parameters = visible(worker, self.reads.account(), self.clock())
        rows = self.plain.rows(
            f"SELECT j.id, min(m.at) FROM message m JOIN job j ON j.id = m.job_id WHERE {seen}"
            f" AND j.id IN ({numbers(frozenset(job_ids))}) AND j.worker_id = :me AND NOT m.contact_message"
            " AND m.author_role = 'dispatcher' AND m.seq > coalesce((SELECT max(o.seq) FROM message o"
            " WHERE o.job_id = j.id AND o.author_user_id = :me), 0) GROUP BY j.id",
            {**parameters, "me": worker.id},
        )
        return {row[0]: when for row in rows if (when := moment(row[1])) is not None}
