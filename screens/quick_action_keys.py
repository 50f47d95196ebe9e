"""The key for quick actions, in the list and on the job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from domain.people import Role
from screens.leading import LeadKeys

if TYPE_CHECKING:
    from domain.alerts import Event
    from domain.jobs import Job
    from domain.quick_actions import Before


class QuickActionKeys(LeadKeys):
    """Opens the menu of the four for the job that `led` names, then the form of the chosen one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "q", "quick_action", "Action", id="lead.quick-action", show=False, tooltip="Check-in, Request approval …"
        ),
    ]

    def action_quick_action(self) -> None:
        """Choose what is done with the job."""
        led = self.led()
        if led is not None:
            self.ask(
                lambda: self.services.quick_actions.before(self.user, led.job_id),
                lambda found: self._choose_action(*found),
                group="quick-action",
                opening=True,
            )

    def _choose_action(self, job: Job, before: Mapping[Event, Before]) -> None:
        from screens.quick_action import open_quick_action
        from screens.quick_action_menu import QuickActionMenu

        def chosen(event: Event | None) -> None:
            if event is not None:
                open_quick_action(self, job.id, event)

        self.app.push_screen(QuickActionMenu(job, before), chosen)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Quick actions are for dispatchers; without the Chat box they change the status alone (rule 14)."""
        if action == "quick_action":
            return self.user.role is Role.DISPATCHER
        return super().check_action(action, parameters)
