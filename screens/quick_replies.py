"""A worker's quick replies: one digit tells Dispatch (rule 48)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Label

from domain.messages import Stage
from domain.people import Role
from domain.saved_replies import SavedReply
from domain.text import one_line
from messaging.conversation import Compose, Crossed, Sent
from screens.composer_words import sent_words
from screens.on_job import OnJob

DIGITS = tuple("123456789")
_TABS = {"1": "tab-details", "2": "tab-notes", "3": "tab-customer"}
_NAMES = {"1": "Details", "2": "Notes", "3": "Messages"}


def digit_keys() -> list[BindingType]:
    """Digits are a worker's quick replies and a dispatcher's tabs."""
    found: list[BindingType] = []
    for digit in DIGITS:
        if digit in _TABS:
            name = _NAMES[digit]
            what = f"Show {'Customer Messages' if digit == '3' else 'the ' + name.lower()}"
            action = f"tab('{_TABS[digit]}')"
            found.append(Binding(digit, action, name, id=f"job.{name.lower()}", show=False, tooltip=what))
        found.append(
            Binding(
                digit,
                f"quick({digit})",
                f"Quick {digit}",
                id=f"quick.{digit}",
                show=False,
                tooltip=f"A worker's quick reply {digit} to Dispatch",
            )
        )
    return found


class QuickReplies(OnJob):
    """The line of quick replies and their digits; for the worker who holds the job."""

    _quick: Sequence[SavedReply] = ()

    def has_quick(self, digit: int) -> bool:
        """Whether this digit sends something."""
        return self.user.role is Role.WORKER and self.may_write() and digit <= len(self._quick)

    def find_quick(self) -> None:
        """Read the replies, when the job or they have changed."""
        job, user = self.job, self.user
        if user.role is not Role.WORKER or job is None or not user.chat:
            return
        self.ask(lambda: self.services.saved_replies.offered(user, job), self._show_quick, group="quick")

    def _show_quick(self, replies: Sequence[SavedReply]) -> None:
        self._quick = [reply for reply in replies if reply.for_workers][: len(DIGITS)]
        line = self.query_one("#quick", Label)
        line.update(Content(" · ".join(f"{i} {one_line(r.name, 20)}" for i, r in enumerate(self._quick, start=1))))
        self.set_class(bool(self._quick), "-quick")
        self.refresh_bindings()

    def action_quick(self, digit: int) -> None:
        """Tell Dispatch with one key; what the job does not say is asked for first."""
        from screens.reply_picker import fill_in

        if not self.has_quick(digit) or self.job is None:
            return
        reply, job, user = self._quick[digit - 1], self.job, self.user
        self.ask(
            lambda: self.services.saved_replies.filled(user, job, reply),
            lambda found: fill_in(self.app, *found, self._tell_dispatch),
            group="quick",
            opening=True,
        )

    def _tell_dispatch(self, text: str) -> None:
        compose = Compose(self.job_id, ("dispatch",), text, uuid.uuid4().hex, quick=True)
        user = self.user
        self.ask(lambda: self.services.conversation.send(user, compose), self._told, group="quick")

    def _told(self, sent: Sent | Crossed) -> None:
        if isinstance(sent, Sent) and sent.stage is Stage.OUT:
            self.notify(sent_words(sent), markup=False, timeout=3)
        self.refresh_thread()
