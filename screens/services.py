"""What a desk can ask and do. Reading works at once; writing waits until its half of the program is loaded."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from domain.account import Account

if TYPE_CHECKING:
    from messaging.conversation import Conversation
    from messaging.signin import SignIn
    from storage.conversations import Conversations
    from storage.inbox import Inbox
    from storage.job_list import JobList
    from storage.jobs import Jobs
    from storage.people import People
    from storage.reads import Reads
    from storage.threads import Threads

    class Reading(Protocol):
        """The half that is there before the first frame."""

        reads: Reads
        job_list: JobList

        @property
        def threads(self) -> Threads:
            """Reads single jobs."""

    class Writing(Protocol):
        """The half that is loaded behind the first frame."""

        people: People
        jobs: Jobs
        conversations: Conversations
        inbox: Inbox


class Services:
    """The stores and use cases of one desk.

    Everything under `reads`, `job_list` and `threads` answers in about a millisecond from any thread.
    The others wait for `writers`, so they are for worker threads only.
    """

    def __init__(
        self,
        readers: Reading,
        writers: Future[Any],
        clock: Callable[[], datetime],
        account: Account,
        in_words: Callable[[Exception], str],
    ) -> None:
        self.reads = readers.reads
        self.job_list = readers.job_list
        self._readers = readers
        self.clock = clock
        self.account = account
        self.in_words = in_words
        self._writers: Future[Writing] = writers

    @property
    def threads(self) -> Threads:
        """Reads single jobs."""
        return self._readers.threads

    @property
    def sign_in(self) -> SignIn:
        """Judges PINs."""
        from messaging.signin import SignIn

        return SignIn(self.reads, self._writers.result().people, self.clock)

    @property
    def conversation(self) -> Conversation:
        """Writes to people."""
        from messaging.conversation import Conversation

        return Conversation(self.reads, self.threads, self.conversations, self.clock)

    @property
    def conversations(self) -> Conversations:
        """Drafts and read marks."""
        return self._writers.result().conversations

    @property
    def jobs(self) -> Jobs:
        """Makes and changes jobs."""
        return self._writers.result().jobs

    @property
    def inbox(self) -> Inbox:
        """The tray."""
        return self._writers.result().inbox
