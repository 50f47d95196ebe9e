"""Leading a job: owning it, handing it to a colleague, and calling it done without an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.errors import Refusal
from domain.jobs import Job
from domain.people import User
from domain.permissions import Act, demand

if TYPE_CHECKING:
    from storage.job_leads import Done, JobLeads
    from storage.threads import Threads

_GONE = "This job is not in your list any more. Go back to the list."


@dataclass(frozen=True, slots=True)
class Colleague:
    """A dispatcher of the job's location; `owns` where the job is theirs now."""

    id: int
    name: str
    owns: bool = False


class Leading:
    """The use cases of leading. All dispatchers of a location share what is written here (rules 5, 6)."""

    def __init__(self, threads: Threads, leads: JobLeads) -> None:
        self.threads = threads
        self.leads = leads

    def own(self, user: User, job_id: int) -> str:
        """Take a job, from whoever has it, or give one's own back; the sentence says which."""
        job = self._job(user, job_id)
        mine = job.owner_id == user.id
        self._give(job, None if mine else user.id)
        if mine:
            return f"You gave {job.number} back: nobody owns it."
        return f"{job.number} is yours now{f', taken over from {job.owner}' if job.owner else ''}."

    def colleagues(self, user: User, job_id: int) -> list[Colleague]:
        """Everybody who may own this job, the user too, by name."""
        job = self._job(user, job_id)
        found = self.leads.colleagues(job.location.id)
        return [Colleague(user_id, name, user_id == job.owner_id) for user_id, name in found]

    def hand(self, user: User, job_id: int, to: int | None, instead_of: int | None) -> str:
        """Give a job to a colleague, or to nobody; `instead_of` is the owner whom the user saw when they chose.

        Raises Refusal where the colleague may not lead it, or somebody gave it to another one meanwhile.
        """
        job = self._job(user, job_id)
        able = dict(self.leads.colleagues(job.location.id))
        if to is not None and to not in able:
            raise Refusal(f"They take no part in messages at {job.location.name} any more. Choose somebody else.")
        self._give(job, to, instead_of)
        return f"{job.number} belongs to {able[to]} now." if to is not None else f"Nobody owns {job.number} now."

    def done(self, user: User, job_id: int, seen_seq: int) -> Done:
        """Nobody waits any more for an answer to what was seen, up to this feed number; later texts still wait."""
        self._job(user, job_id)
        return self.leads.done(job_id, user.id, seen_seq)

    def take_back(self, user: User, done: Done) -> None:
        """The job waits again as before; Refusal where somebody called it done once more since."""
        self._job(user, done.job_id)
        if not self.leads.take_back(done):
            raise Refusal("Somebody called this job done again since. It stays done until something new comes.")

    def _job(self, user: User, job_id: int) -> Job:
        demand(user, Act.LEAD)
        job = self.threads.job(user, job_id)
        if job is None:
            raise Refusal(_GONE)
        return job

    def _give(self, job: Job, to: int | None, *seen: int | None) -> None:
        instead_of = seen[0] if seen else job.owner_id
        other = self.leads.set_owner(job.id, to, instead_of)
        if other is not None:
            now = f"{other} owns {job.number}" if other else f"Nobody owns {job.number}"
            raise Refusal(f"{now} since a moment ago. Look again before you change it.")
