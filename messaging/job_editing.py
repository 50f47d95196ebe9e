"""Making and changing jobs at a desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.alerts import Event
from domain.errors import Refusal
from domain.jobs import Job, JobForm
from domain.people import User
from domain.permissions import Act, demand

if TYPE_CHECKING:
    from storage.jobs import Jobs
    from storage.reads import Reads


class JobEditing:
    """The use cases of editing jobs: every dispatcher, for the locations they have."""

    def __init__(self, reads: Reads, jobs: Jobs) -> None:
        self._reads = reads
        self._jobs = jobs

    def next_number(self, user: User) -> str:
        """A number for a new job."""
        demand(user, Act.EDIT_JOBS)
        return self._jobs.next_number()

    def create(self, user: User, form: JobForm) -> int:
        """Make a job; returns its id."""
        self._demand(user, form.location_id)
        return self._jobs.create(form, user.name)

    def change(self, user: User, job: Job, form: JobForm, again: frozenset[Event] = frozenset()) -> None:
        """Change a job as it was read; Refusal where somebody else changed it meanwhile.

        `again` are events that were told before and are to be told once more (rule 17).
        """
        self._demand(user, job.location.id, form.location_id)
        self._jobs.change(job.id, job.version, form, user.name, again=again)

    def add_ad_hoc(self, user: User, job: Job, number: str) -> int:
        """Put an ad hoc number, as typed, on a job; returns its contact. Refusal (field "mobile") if unreadable."""
        self._demand(user, job.location.id)
        return self._jobs.add_ad_hoc(job.id, number, user.name)

    def _demand(self, user: User, *locations: int) -> None:
        """What the user may do now counts, not what they might when the form was opened (rule 14)."""
        now = self._reads.user(user.id) or user
        demand(now, Act.EDIT_JOBS)
        if not set(locations) <= now.location_ids:
            raise Refusal("This location is not among yours any more. Choose another one.", "location")
