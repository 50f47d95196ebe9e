"""A worker's own jobs on their phone: what there is, one job with its messages, and answering."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from domain.account import Account, WorkerWrites
from domain.errors import Refusal
from domain.jobs import Job, JobFilter, JobRow, Window
from domain.messages import Message
from domain.people import User
from messaging.choices import Choice
from messaging.conversation import Compose, Conversation, Crossed, Sent

if TYPE_CHECKING:
    from messaging.saved_replies import SavedReplies
    from storage.conversations import Conversations
    from storage.job_list import JobList
    from storage.reads import Reads
    from storage.threads import Threads
    from storage.worker_jobs import WorkerJobs

PAGE = 50
"""Messages, and jobs, on one page."""
_FORM = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Line:
    """One job in the list. `asked_at`: since when Dispatch waits for the worker's answer."""

    row: JobRow
    address: str
    closed: bool
    asked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the list: the worker's own jobs, those they handed over, and how many there are in all."""

    mine: tuple[Line, ...]
    former: tuple[Line, ...]
    start: int
    total: int


@dataclass(frozen=True, slots=True)
class Quick:
    """A reply that is sent with one tap, or one that asks for something first (`asks` not empty)."""

    id: int
    name: str
    body: str
    asks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """One job as its worker may see it. Without `choices` it is read-only.

    `read_up_to` is the feed number of the newest message they had read. `originals` are the messages
    that others answer and that this worker may see, by id.
    """

    job: Job
    held: bool
    messages: tuple[Message, ...]
    older: bool
    read_up_to: int
    choices: tuple[Choice, ...]
    quick: tuple[Quick, ...]
    originals: dict[int, Message]
    needs_release: bool

    @property
    def newest(self) -> int:
        """The feed number of the newest message shown, 0 for none."""
        return self.messages[-1].seq if self.messages else 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker typed. `form_id` was made with the form, so that sending it twice makes one message."""

    recipients: tuple[str, ...]
    body: str
    form_id: str
    seen_seq: int


class MyJobs:
    """The use cases of a worker's page. Everything is read and written as that worker, at that moment."""

    def __init__(
        self,
        reads: Reads,
        job_list: JobList,
        threads: Threads,
        kept: WorkerJobs,
        conversations: Conversations,
        saved: SavedReplies,
        clock: Callable[[], datetime],
    ) -> None:
        self.reads = reads
        self.job_list = job_list
        self.threads = threads
        self.kept = kept
        self.conversations = conversations
        self.conversation = Conversation(reads, threads, conversations, clock)
        self.saved = saved

    def account(self) -> Account:
        """The account's settings."""
        return self.reads.account()

    def listed(self, worker: User, start: int = 0) -> Listed:
        """The worker's jobs: unread first, then by window; those handed over apart (rules 7, 48)."""
        page = self.job_list.page(worker, JobFilter(), Window(start, PAGE))
        kept = self.kept.of(worker, [row.id for row in page.rows])
        mine: list[Line] = []
        former: list[Line] = []
        for row in page.rows:
            more = kept.get(row.id)
            if more is not None:
                (mine if more.held else former).append(Line(row, more.address, more.closed, more.asked_at))
        return Listed(tuple(mine), tuple(former), start, page.total)

    def opened(self, worker: User, job_id: int, before: int | None = None) -> Opened | None:
        """One job with its newest messages, or those before a feed number; None where the worker has it not."""
        job = self.threads.job(worker, job_id)
        if job is None:
            return None
        messages, older = self.threads.messages(worker, job_id, before, PAGE)
        held = job.access.worker_id == worker.id
        writes = self.reads.account().worker_writes
        return Opened(
            job=job,
            held=held,
            messages=tuple(messages),
            older=older,
            read_up_to=self.kept.read_up_to(worker, job_id),
            choices=tuple(self.conversation.choices(worker, job)) if held else (),
            quick=tuple(self._quick(worker, job)) if held else (),
            originals=self._originals(worker, job_id, messages),
            needs_release=writes is WorkerWrites.WITH_RELEASE,
        )

    def reply(self, worker: User, job_id: int, answer: Answer) -> Sent | Crossed:
        """Write on a job. Raises Refusal; Crossed where somebody wrote meanwhile and nothing was stored (rule 41).

        The messages that the worker had before them count as read with it.
        """
        sent = self.conversation.send(
            worker,
            Compose(
                job_id=job_id,
                recipients=answer.recipients,
                body=answer.body,
                compose_id=_compose_id(worker, answer.form_id),
                seen_seq=answer.seen_seq,
            ),
        )
        if isinstance(sent, Sent):
            self.seen(worker, job_id, answer.seen_seq)
        return sent

    def quick_reply(self, worker: User, job_id: int, reply_id: int, form_id: str, seen_seq: int) -> Sent | Crossed:
        """Send a quick reply to Dispatch as it stands. Raises Refusal, also where it has to be filled in first."""
        job = self.threads.job(worker, job_id)
        known = [quick for quick in self._quick(worker, job) if quick.id == reply_id] if job else []
        if not known:
            raise Refusal("This quick reply is not there any more. Choose another one, or type.", "contents")
        if known[0].asks:
            raise Refusal(f"Put something in the place of {{{known[0].asks[0]}}} first.", "contents")
        return self.reply(worker, job_id, Answer(("dispatch",), known[0].body, form_id, seen_seq))

    def photo(self, worker: User, job_id: int, photo_id: int) -> tuple[str, bytes] | None:
        """The media type and bytes of a picture on a message that the worker may see."""
        return self.threads.photo(worker, job_id, photo_id)

    def seen(self, worker: User, job_id: int, seq: int) -> None:
        """The worker had messages up to this feed number before their eyes; never further than they may see."""
        newest, _ = self.threads.messages(worker, job_id, count=1)
        if newest and seq > 0:
            self.conversations.see_at_desk(worker, job_id, min(seq, newest[-1].seq))

    def _quick(self, worker: User, job: Job) -> list[Quick]:
        found = []
        for reply in self.saved.offered(worker, job):
            body, asks = self.saved.filled(worker, job, reply)
            found.append(Quick(reply.id, reply.name, body, asks))
        return found

    def _originals(self, worker: User, job_id: int, messages: Sequence[Message]) -> dict[int, Message]:
        """What the messages answer, where it is the worker's to see (rule 11)."""
        shown = {message.id: message for message in messages}
        found: dict[int, Message] = {}
        for original in {message.reply_to for message in messages if message.reply_to}:
            message = shown.get(original) or self.threads.message(worker, job_id, original)
            if message is not None:
                found[original] = message
        return found


def _compose_id(worker: User, form_id: str) -> str:
    if _FORM.fullmatch(form_id) is None:
        raise Refusal("This form is not whole. Open the job again and send your text from there.", "contents")
    return f"page:{worker.id}:{form_id}"
