"""Settings > Account: what holds for the whole database."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Label, Select

from domain.account import WorkerWrites
from messaging.settings_forms import read_account, show_account
from screens.settings_parts import FormScreen, box, choice, field

_WRITES = {
    WorkerWrites.OFF: "no, only to Dispatch",
    WorkerWrites.WITH_RELEASE: "yes, after a dispatcher releases it",
    WorkerWrites.ON: "yes, at once",
}
_THREE_WAY = (
    "On: worker, dispatcher and customer read one conversation. Off: workers see no customer message, "
    "from that moment on; customers and dispatchers go on as before. Nothing is sent by changing it."
)


class AccountScreen(FormScreen[None]):
    """One form; every value can be changed back."""

    def title_words(self) -> str:
        """The place."""
        return "Settings > Account"

    def fields(self) -> ComposeResult:
        """Three-way messaging first: it changes what people see."""
        account = self.account = self.services.account
        values = show_account(account)
        yield box("three_way", "Three-way messaging", account.three_way)
        yield Label(Content(_THREE_WAY), classes="hint")
        writes = [(words, value.value) for value, words in _WRITES.items()]
        yield choice("worker_writes", "Worker may text", writes, account.worker_writes.value)
        yield Label("Times", classes="heading")
        yield field("undo", "Undo, seconds", values["undo"], "0 to 60; 0 sends at once")
        yield field("lock", "Idle lock, minutes", values["lock"], "0 to 60: then a shared desk signs out; 0: never")
        yield field("reply", "Reply window, days", values["reply"], "1 to 90: so long answers find the last job")
        yield field("grace", "Grace time, days", values["grace"], "0 to 90: so long a closed job takes answers")
        yield field("use_by", "Use-by, hours", values["use_by"], "0.25 to 72: then a waiting text is dropped")
        yield box("holds_in_practice", "Practice holds texts in quiet hours too", account.holds_in_practice)

    def save(self) -> None:
        """*Update*: check every field, then save."""
        by, before, typed, ticked = self.user, self.account, self.typed(), self.ticked()
        writes = WorkerWrites(str(self.query_one("#worker_writes", Select).value))
        self.ask(
            lambda: self.services.administration.change_account(
                by, before, read_account(typed, ticked, writes, before)
            ),
            self._done,
            self.refused,
            lasting=True,
        )

    def _done(self, _answer: object) -> None:
        self.notify("The account was updated.", timeout=3)
        self.dismiss(None)
