"""Calling back what was just sent, wherever it was sent, and what waits under the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.binding import Binding, BindingType

from domain.alerts import Event
from domain.errors import Refusal
from domain.messages import Draft, Kind, Message, Stage
from domain.people import User
from messaging.choices import key_of
from screens.base import Asking
from screens.leaving_acts import LeavingActs
from screens.on_job import OnJob

if TYPE_CHECKING:
    from screens.services import Services


class CalledBack(NamedTuple):
    """What was called back, whether its words became the draft of its job, and which quick action wrote it."""

    message: Message
    draft: Draft
    kept: bool
    event: Event | None = None


class CallingBack(LeavingActs, OnJob):
    """The keys for messages of a job that have not left yet."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("u", "call_back", "Call back", id="job.call-back", show=False, tooltip="Call back what was sent last"),
        Binding(
            "s", "send_now", "Send now", id="job.send-now", show=False, tooltip="Send what waits now, or release it"
        ),
        Binding("E", "change", "Change text", id="job.change", show=False, tooltip="Change the words of what waits"),
        Binding("X", "refuse", "Refuse", id="job.refuse", show=False, tooltip="Refuse a worker's text, saying why"),
    ]

    def waiting(self) -> Message | None:
        """The selected message."""
        return self.selected

    def acted(self) -> None:
        """Show what became of it."""
        self.refresh_thread()

    def action_call_back(self) -> None:
        """Bring back what was sent last, on this job or another, else the selected message that waits."""
        selected, user, services = self.selected, self.user, self.services
        self.ask(
            lambda: call_back(services, user, self.job_id, selected),
            self._came_back,
            self._too_late,
            group="call-back",
            opening=True,
        )

    def _too_late(self, refusal: Refusal) -> None:
        self.tell(refusal)
        self.refresh_thread()

    def _came_back(self, found: CalledBack | None) -> None:
        if found is None:
            self._words_again()
        elif found.event is not None:
            self.notify(words_to_form(self, found.message.job_id, found.event, found.draft), timeout=8)
            self.refresh_thread()
        elif found.message.job_id == self.job_id:
            self.sending.take_back(found.draft, self.thread.messages)
            self.refresh_thread()
        else:
            self.notify("Called back. " + ("Its words are here." if found.kept else "Its words stand in the thread."))
            self.desk.open_job(found.message.job_id)

    def _words_again(self) -> None:
        """Nothing waits: the words of a selected message that was called back before."""
        message = self.selected
        if message is None or message.stage is not Stage.CALLED_BACK or message.author.user_id != self.user.id:
            self.notify("Nothing of yours waits to leave. What has left cannot be called back.")
        elif self.may_write():
            keys = tuple(key for key in map(key_of, message.recipients) if key)
            draft = Draft(message.body, keys, message.reply_to, message.passes_on)
            if message.kind is Kind.QUICK_ACTION:
                self._form_again(message, draft)
            else:
                self.sending.take_back(draft, self.thread.messages)

    def _form_again(self, message: Message, draft: Draft) -> None:
        """The words of a quick action go back into its form."""
        user, services = self.user, self.services

        def found(event: Event | None) -> None:
            if event is not None:
                from screens.quick_action import open_quick_action

                words_to_form(self, message.job_id, event, draft)
                open_quick_action(self, message.job_id, event)

        self.ask(
            lambda: services.quick_actions.event_of(user, message.job_id, message.id),
            found,
            group="call-back",
            opening=True,
        )


def call_back(services: Services, user: User, here: int, selected: Message | None) -> CalledBack | None:
    """For threads: take back the user's newest text in its undo window, else the selected one that waits.

    Where the selected one does not wait, the only one that the user planned on this job is meant.
    On another job than `here` its words become the draft there, unless there is one.
    """
    planned = [item.message for item in services.planning.planned(user)]
    mine = [m for m in planned if m.stage is Stage.RECALLABLE and m.author.user_id == user.id]
    chosen = [m for m in planned if selected and m.id == selected.id]
    held = [m for m in planned if (m.job_id, m.author.user_id, m.stage) == (here, user.id, Stage.HELD)]
    message = max(mine, key=lambda m: m.id) if mine else next(iter(chosen or (held if len(held) == 1 else [])), None)
    if message is None:
        return None
    event = services.quick_actions.event_of(user, message.job_id, message.id)
    draft = services.planning.call_back(user, message.job_id, message.id)
    elsewhere = event is None and message.job_id != here
    kept = elsewhere and keep_if_none(services, user, message.job_id, draft)
    return CalledBack(message, draft, kept, event)


def words_to_form(asking: Asking, job_id: int, event: Event, draft: Draft) -> str:
    """Put what was called back into the form of its quick action; returns what to say of it."""
    from screens.quick_action import put_back

    put_back(asking, job_id, event, draft.body, draft.recipients)
    return f"Called back: no text leaves. The job's status stays as it is. Its words are under q, {event.words}."


def keep_if_none(services: Services, user: User, job_id: int, draft: Draft) -> bool:
    """For threads: make it the draft of its job, unless another text is begun there."""
    if services.conversations.draft(user, job_id) is not None:
        return False
    services.conversations.keep_draft(user, job_id, draft)
    return True
