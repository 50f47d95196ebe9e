"""What a person does with a message that is not out yet: send it now, release, change, refuse it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from domain.delivery import State
from domain.errors import Refusal
from domain.messages import Message, Stage
from domain.text import one_line
from screens.ask_line import AskLine
from screens.base import Asking
from screens.change_text import ChangeText

_NOT_WAITING = "The selected message is not waiting to leave."


class LeavingActs(Asking):
    """The acts themselves; whoever has them says which message is meant and shows what became of it."""

    def waiting(self) -> Message | None:
        """The message that is meant, or None."""
        raise NotImplementedError

    def acted(self) -> None:
        """Something was done: show it."""
        raise NotImplementedError

    def action_send_now(self) -> None:
        """Let the message out: release a worker's, or send what is planned or held before its time."""
        message = self.waiting()
        if message is None or not is_waiting(message):
            self.notify(_NOT_WAITING)
        elif message.stage is Stage.WAITING_RELEASE:
            services, user = self.services, self.user
            self._do(lambda: services.planning.release(user, message.job_id, message.id))
        else:
            self._do(lambda: self._let_out(message, ""), lambda refusal: self._ask_reason(message, refusal))

    def action_change(self) -> None:
        """Change the words of a message that waits; a worker's is released with them."""
        message = self.waiting()
        if message is None or message.stage not in (Stage.HELD, Stage.WAITING_RELEASE):
            self.notify(_NOT_WAITING)
            return
        services, user = self.services, self.user
        releases = message.stage is Stage.WAITING_RELEASE

        def save(words: str, at: datetime | None) -> None:
            if releases:
                services.planning.release(user, message.job_id, message.id, words)
            else:
                assert at is not None
                services.planning.change_planned(user, message.job_id, message.id, words, at)

        title = f"Release words of {message.author.name}" if releases else "Change what is planned"
        window = ChangeText(title, message.body, save, None if releases else message.leaves_at or self.services.clock())
        self.app.push_screen(window, lambda changed: self.acted() if changed else None)

    def action_refuse(self) -> None:
        """Refuse a worker's message to the customer, with a reason that the worker reads."""
        message = self.waiting()
        if message is None or message.stage is not Stage.WAITING_RELEASE:
            self.notify("The selected message does not wait for release.")
            return
        services, user = self.services, self.user

        def make(why: str) -> bool:
            services.planning.refuse_release(user, message.job_id, message.id, why)
            return True

        question = f"Why should “{one_line(message.body, 40)}” not go out? {message.author.name} reads it."
        window = AskLine("Refuse", question, make)
        self.app.push_screen(window, lambda refused: self.acted() if refused else None)

    def _let_out(self, message: Message, reason: str) -> bool:
        """For threads."""
        self.services.planning.send_now(self.user, message.job_id, message.id, reason)
        return True

    def _ask_reason(self, message: Message, refusal: Refusal) -> None:
        """In quiet hours a reason is asked for; every other refusal is shown."""
        if refusal.field != "reason":
            self.tell(refusal)
            return
        window = AskLine("Send now", refusal.sentence, lambda reason: self._let_out(message, reason))
        self.app.push_screen(window, lambda sent: self.acted() if sent else None)

    def _do(self, work: Callable[[], object], refused: Callable[[Refusal], object] | None = None) -> None:
        def failed(refusal: Refusal) -> None:
            (refused or self.tell)(refusal)
            self.acted()

        self.ask(work, lambda _: self.acted(), failed, group="leaving", opening=True)


def is_waiting(message: Message) -> bool:
    """Whether it has not left, as a whole or for somebody who has quiet hours."""
    if message.stage in (Stage.RECALLABLE, Stage.HELD, Stage.WAITING_RELEASE):
        return True
    return message.stage is Stage.OUT and any(d.state is State.HELD for d in message.deliveries)
