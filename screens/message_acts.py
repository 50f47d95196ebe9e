"""What a person does with a message of a job: answer it, pass it on, send it again, look behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from domain.delivery import RESENDABLE, Delivery, State
from domain.messages import Message, Party
from screens.ask import Confirm
from screens.on_job import OnJob
from screens.original import Original
from screens.why import WhyScreen, differs

if TYPE_CHECKING:
    from messaging.alert_setup import Why

_READ_ONLY = "You can read this job only."


class MessageActs(OnJob):
    """Acts on the selected message."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "reply(False)", "Reply", id="job.reply", tooltip="Answer the author of the selected message"),
        Binding(
            "R",
            "reply(True)",
            "Reply all",
            id="job.reply-all",
            show=False,
            tooltip="Answer everybody on the selected message",
        ),
        Binding("m", "write", "Write", id="job.write", show=False, tooltip="Write a message"),
        Binding(
            "f", "pass_on", "Pass on", id="job.pass-on", show=False, tooltip="Pass a worker's words to the customer"
        ),
        Binding("x", "resend", "Resend", id="job.resend", show=False, tooltip="Send a failed text once more"),
        Binding("g", "original", "Original", id="job.original", show=False, tooltip="Show original note"),
        Binding("y", "why", "Why", id="job.why", show=False, tooltip="Why it went out, and what was texted"),
    ]

    def action_write(self) -> None:
        """Go to the composer."""
        if self.may_write():
            self.sending.start()

    def action_reply(self, everyone: bool) -> None:
        """Answer the selected message."""
        message = self.selected
        if message is None or not self.may_write():
            self.notify("There is no message to answer yet." if message is None else _READ_ONLY)
            return
        self.sending.reply(message, everyone)

    def action_pass_on(self) -> None:
        """Put a worker's private words into the composer, for the customer (rule 49)."""
        message = self.selected
        if message is None or message.author.role is not Party.WORKER or message.is_contact_message:
            self.notify("Only a worker's message to Dispatch can be passed on. Select one in the thread.")
        elif not self.may_write():
            self.notify(_READ_ONLY)
        else:
            self.sending.pass_on(message, self.thread.messages)

    def action_original(self) -> None:
        """Show the message that the selected one answers or passes on."""
        message = self.selected
        wanted = (message.passes_on or message.reply_to) if message else None
        if wanted is None:
            self.notify("This message answers no other.")
            return
        self.ask(
            lambda: self.services.threads.message(self.user, self.job_id, wanted),
            self._original,
            group="original",
            opening=True,
        )

    def _original(self, found: Message | None) -> None:
        if found is None:
            self.notify("There is nothing to show.")
        else:
            self.app.push_screen(Original(found))

    def action_why(self) -> None:
        """Show why the selected text went out, and what was really texted to whom."""
        message = self.selected
        if message is None:
            self.notify("There is no message yet.")
            return
        self.ask(
            lambda: self.services.alert_setup.why(self.user, self.job_id, message.id),
            lambda found: self._why(found, message),
            group="why",
            opening=True,
        )

    def _why(self, found: Why | None, message: Message) -> None:
        if found is None and not differs(message.deliveries):
            self.notify("No alert stands behind the selected message.")
        else:
            self.app.push_screen(WhyScreen(found, message.deliveries))

    def action_resend(self) -> None:
        """Send a failed text of the selected message again; an unconfirmed one only after a second word."""
        failed = _failed(self.selected)
        if failed is None:
            self.notify("The selected message has no failed text.")
        elif failed.state is State.UNCONFIRMED:
            question = f"{failed.name} may have got this text already. Sending again could text them twice."
            self.app.push_screen(
                Confirm(question, "s", "Send again"), lambda yes: self._resend(failed) if yes else None
            )
        else:
            self._resend(failed)

    def _resend(self, failed: Delivery) -> None:
        self.ask(
            lambda: self.services.conversation.resend(self.user, self.job_id, failed.id),
            lambda _: self.refresh_thread(),
            group="resend",
        )


def _failed(message: Message | None) -> Delivery | None:
    deliveries = message.deliveries if message else ()
    return next((d for d in reversed(deliveries) if d.state in RESENDABLE), None)
