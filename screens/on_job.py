"""What the acts of a job's screen stand on; the screen itself says how each of these is done."""

from __future__ import annotations

from domain.jobs import Job
from domain.messages import Message
from domain.people import Role
from screens.base import Asking
from screens.send_message import SendMessage
from widgets.thread import ThreadView


class OnJob(Asking):
    """A part of the screen of one job."""

    job_id: int
    job: Job | None = None

    @property
    def thread(self) -> ThreadView:
        """The conversation."""
        return self.query_one(ThreadView)

    @property
    def sending(self) -> SendMessage:
        """Send Message."""
        return self.query_one(SendMessage)

    @property
    def leads(self) -> bool:
        """Whether this user dispatches here; a worker has no keys for what only dispatchers do."""
        return self.user.role is Role.DISPATCHER

    @property
    def selected(self) -> Message | None:
        """The message under the cursor of the thread."""
        return self.thread.selected

    def may_write(self) -> bool:
        """Whether this user takes part in the conversation; a former worker reads only (rule 7)."""
        if self.job is None:
            return False
        return self.user.chat and (self.leads or self.job.access.worker_id == self.user.id)

    def refresh_thread(self) -> None:
        """Read the newest messages again."""
        raise NotImplementedError
