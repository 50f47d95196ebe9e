"""What a dispatcher does with the estimate from the job: open it, record an answer, see how it stands."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from domain.estimates import History
from domain.messages import Message, Party, Person
from domain.permissions import Act, may
from screens.base import Changes
from screens.estimate_words import on_one_line
from screens.on_job import OnJob

_NONE_YET = "none yet: v begins one"


class EstimateActs(OnJob):
    """The keys of the estimate on a job; workers have none of them, since they never see amounts (rule 9)."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "estimate", "Estimate", id="job.estimate", show=False, tooltip="Open the estimate of this job"),
        Binding(
            "V",
            "record_answer",
            "Record answer",
            id="job.record-answer",
            show=False,
            tooltip="Record an answer given by text or phone",
        ),
    ]
    estimate_line = ""
    """How the estimate stands, for Details; "" for who may not know."""

    def action_estimate(self) -> None:
        """Open the estimate: its draft, or else the newest version."""
        from screens.estimate import EstimateScreen

        if self._may():
            self.app.push_screen(EstimateScreen(self.job_id), lambda _: self.refresh_thread())

    def action_record_answer(self) -> None:
        """Record what the author of the selected message said, on the version that waits for an answer (rule 35)."""
        message, job = self.selected, self.job
        if not self._may() or job is None:
            return
        user, services = self.user, self.services

        def read() -> tuple[History | None, list[Person]]:
            found = [each for each in services.estimating.history(user, job.id) if not each.version.is_draft]
            newest = found[-1] if found else None
            people = services.estimating.deciders(user, job.id, newest.version.id) if newest is not None else []
            return newest, people

        self.ask(read, lambda found: self._record(found, message), group="record", opening=True)

    def _record(self, found: tuple[History | None, list[Person]], message: Message | None) -> None:
        from screens.estimate_record import RecordScreen
        from screens.estimate_shared import why_closed

        history, people = found
        if history is None or self.job is None:
            self.notify("No estimate was shared on this job, so there is nothing to record. Press v to make one.")
        elif why_closed(history):
            self.notify(why_closed(history), markup=False)
        else:
            wrote = message if message is not None and message.author.role is Party.CONTACT else None
            self.app.push_screen(RecordScreen(self.job, history, people, wrote), lambda _: self.refresh_thread())

    def _may(self) -> bool:
        if not self.leads or self.job is None:
            return False
        if not may(self.user, Act.ESTIMATES):
            self.notify("Estimates need the Chat box. Ask the administrator.")
            return False
        return True

    def find_estimate(self, changes: Changes | None = None) -> None:
        """Read how the estimate stands, at first and when something about it changed."""
        about = changes is None or (self.job_id in changes.job_ids and changes.kinds & {"estimate", "message"})
        if not (about or (changes is not None and "people" in changes.kinds)) or self.job is None:
            return
        if not (self.leads and may(self.user, Act.ESTIMATES)):
            self._show_estimate("")
            return
        user, services = self.user, self.services
        self.ask(
            lambda: on_one_line(services.estimating.history(user, self.job_id)) or _NONE_YET,
            self._show_estimate,
            lambda _: None,
            group="estimate-line",
        )

    def _show_estimate(self, line: str) -> None:
        if line != self.estimate_line:
            self.estimate_line = line
            self.show_details()

    def show_details(self) -> None:
        """Draw the Details tab anew."""
        raise NotImplementedError
