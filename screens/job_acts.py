"""What a person does with a job as a whole: alert, change, lead it, go on to the next."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from screens.alert import AlertScreen
from screens.contact_keys import ContactKeys
from screens.leading import Led
from screens.on_job import OnJob
from screens.quick_action_keys import QuickActionKeys


class JobActs(QuickActionKeys, ContactKeys, OnJob):
    """Acts on the job; quick actions, its owner and *done* come with QuickActionKeys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "alert", "Alert", id="job.alert", tooltip="Send the customer an alert"),
        Binding("e", "edit", "Edit", id="job.edit", show=False, tooltip="Change this job"),
        Binding("w", "next", "Next waiting", id="job.next-waiting", show=False, tooltip="Open the job waiting longest"),
        Binding("l", "planned", "Planned", id="job.planned", show=False, tooltip="Everything that is still to leave"),
    ]

    def seen_up_to(self) -> int:
        """The feed number of the newest message that was read from the database for this screen."""
        raise NotImplementedError

    def led(self) -> Led | None:
        """The job of this screen, as far as it was read."""
        return Led(self.job_id, self.job.number, self.seen_up_to()) if self.job else None

    def leaving(self) -> None:
        """Keep what is written before this screen goes."""
        raise NotImplementedError

    def action_alert(self) -> None:
        """Write an alert to the customer's contacts."""
        if not self.leads or self.job is None:
            return
        if not self.user.chat:
            self.notify("Sending needs the Chat box. Ask the administrator.")
            return
        self.app.push_screen(AlertScreen(self.job), lambda _: self.refresh_thread())

    def action_edit(self) -> None:
        """Change the job."""
        if self.leads:
            self.desk.edit_job(self.job_id)

    def action_planned(self) -> None:
        """Show everything that is still to leave."""
        from screens.planned import PlannedScreen

        self.leaving()
        self.app.push_screen(PlannedScreen())

    def action_next(self) -> None:
        """Open the next job that waits, in the order of the list."""
        self.leaving()
        self.ask(
            lambda: self.services.job_list.next_job(self.user, self.job_id, unread=False, order=self.desk.order),
            self._open_next,
            group="next",
            opening=True,
        )

    def _open_next(self, job_id: int | None) -> None:
        if job_id is None or job_id == self.job_id:
            self.notify("Nobody else is waiting for an answer.")
        else:
            self.desk.open_job(job_id)
