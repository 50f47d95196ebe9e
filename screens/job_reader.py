"""What a job's screen shows, read in one go by a thread."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.jobs import Job
from domain.messages import Draft, Message
from domain.people import User
from messaging.choices import Choice, choices, key_of

if TYPE_CHECKING:
    from screens.services import Services
    from storage.threads import News

PAGE = 50
"""Messages that are read at first."""
FURTHEST = 200
"""So many are read where that many are unread; what is older counts as history."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was read for a job; `job` None where this user does not have it.

    `newest` is the feed number of the newest message on any tab, `people` whom this user may write to.
    """

    job: Job | None
    messages: Sequence[Message] = ()
    has_older: bool = False
    customer_tab: bool = False
    newest: int = 0
    unread: Sequence[News] = ()
    people: Sequence[Choice] = ()
    draft: Draft | None = None

    @property
    def first_unread(self) -> int | None:
        """The feed number of the oldest message that is news."""
        return self.unread[0].seq if self.unread else None


class JobReader:
    """Reads one job for one user; every method is for threads."""

    def __init__(self, services: Services, user: User, job_id: int) -> None:
        self.services = services
        self.user = user
        self.job_id = job_id

    def open(self) -> Loaded:
        """Everything, with the draft; the tab is the one that holds the oldest unread message."""
        unread = self._unread()
        job = self._job()
        customer = job is not None and job.texting_since is not None and (not unread or unread[0].in_customer_tab)
        draft = self.services.conversations.draft(self.user, self.job_id) if self.user.chat else None
        return self._read(job, unread, customer, min(FURTHEST, max(PAGE, len(unread) + 5)), draft, ())

    def again(self, customer_tab: bool, count: int = PAGE, keys: Iterable[str] = ()) -> Loaded:
        """The newest messages of a tab; `keys` are the recipients chosen in the composer."""
        return self._read(self._job(), self._unread(), customer_tab, count, None, keys)

    def older(self, customer_tab: bool, before: int) -> tuple[list[Message], bool]:
        """Messages before a feed number, and whether there are more."""
        return self.services.threads.messages(
            self.user, self.job_id, before=before, count=FURTHEST, customer_tab=customer_tab
        )

    def _job(self) -> Job | None:
        return self.services.threads.job(self.user, self.job_id)

    def _unread(self) -> list[News]:
        return self.services.threads.unread(self.user, self.job_id, FURTHEST)

    def _read(
        self,
        job: Job | None,
        unread: Sequence[News],
        customer: bool,
        count: int,
        draft: Draft | None,
        keys: Iterable[str],
    ) -> Loaded:
        if job is None:
            return Loaded(None)
        threads = self.services.threads
        messages, older = threads.messages(self.user, self.job_id, count=count, customer_tab=customer)
        newest, _ = threads.messages(self.user, self.job_id, count=1) if customer else (messages, False)
        wanted = {*keys, *(draft.recipients if draft else ()), *_keys_on(messages)}
        return Loaded(
            job,
            messages,
            older,
            customer,
            newest[-1].seq if newest else 0,
            unread,
            self._people(job, wanted) if self.user.chat else (),
            draft,
        )

    def _people(self, job: Job, wanted: Iterable[str]) -> list[Choice]:
        """Whom this user may write to; those already chosen or written to also where the company is too large."""
        found = self.services.conversation.choices(self.user, job)
        known = {choice.key for choice in found}
        missing = [int(key[8:]) for key in wanted if key.startswith("contact:") and key not in known]
        if not missing:
            return found
        contacts = self.services.threads.chosen(self.user, job, missing)
        writes = self.services.reads.account().worker_writes
        more = choices(self.user, job, contacts, worker_writes=writes)
        return found + [choice for choice in more if choice.key not in known]


def _keys_on(messages: Sequence[Message]) -> set[str]:
    people = (person for message in messages for person in (message.author, *message.recipients))
    return {key for key in map(key_of, people) if key}
