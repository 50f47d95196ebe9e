"""Texting about what happens to jobs: told when it is due, made anew before it leaves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from domain.alerts import Event
from domain.jobs import Job, JobForm
from domain.people import User
from domain.permissions import Act, demand

if TYPE_CHECKING:
    from storage.job_events import JobEvents
    from storage.jobs import Jobs


@dataclass(frozen=True, slots=True)
class Expected:
    """What saving a job would text (rule 20). `why_not` says for each person why they would get nothing.

    `told_already` are events of this save that texted before: they do so again only if a person says so.
    """

    texts: int = 0
    phones: int = 0
    people: tuple[str, ...] = ()
    why_not: tuple[str, ...] = ()
    told_already: frozenset[Event] = frozenset()

    @property
    def words(self) -> str:
        """How many texts to how many phones, as people read it."""
        if not self.texts:
            return "no text goes out"
        return f"{_number(self.texts, 'text')} to {_number(self.phones, 'phone')}"


class Alerting:
    """The engine's half of alerts, and what a desk asks before it saves a job."""

    def __init__(self, events: JobEvents, jobs: Jobs) -> None:
        self.events = events
        self.jobs = jobs

    def next_at(self) -> datetime | None:
        """When the next event is due to be told, or None."""
        return self.events.next_at()

    def tell_due(self, now: datetime) -> int:
        """Text about what is due: one round, job by job; returns how many texts were made.

        A second run changes nothing. A job that somebody else is at is left for the next round. One that
        fails holds up no other; its error is raised at the end.
        """
        texts, trouble = 0, None
        for job_id in self.events.due_jobs(now):
            try:
                texts += self.events.tell(job_id, now) or 0
            except Exception as error:  # told on after the others
                trouble = trouble or error
        if trouble is not None:
            raise trouble
        return texts

    def release(self, message_id: int, at_once: bool = False, notice: str = "") -> bool:
        """Make a waiting automatic text anew and let it out, or withdraw it with its reason (rule 18).

        False where it is gone already, or its hour has not come. `at_once`: a person sends it in quiet
        hours too; `notice` says why.
        """
        return self.events.release(message_id, at_once, notice)

    def expected(
        self, user: User, form: JobForm, job: Job | None = None, again: frozenset[Event] = frozenset()
    ) -> Expected:
        """What making this job, or changing `job` like this, would text; nothing is kept. Raises as saving does."""
        demand(user, Act.EDIT_JOBS)
        job_id, version = (job.id, job.version) if job else (None, 0)
        found = self.jobs.expected(form, user.name, job_id, version, again)
        return Expected(
            texts=len(found.going),
            phones=found.phones,
            people=tuple(dict.fromkeys(person.name for text in found.going for person in text.people)),
            why_not=tuple(
                f"{person.name}: {text.reason}" for text in found.texts if not text.goes for person in text.people
            ),
            told_already=frozenset(raised.event for raised in found.raised if raised.told_already),
        )


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
