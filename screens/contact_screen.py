"""One contact: who it is, how they are reached, what was said about it, and the jobs they stand on."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Label, OptionList, Static
from textual.widgets.option_list import Option

from domain.contacts import ContactFile, ContactRecord
from domain.errors import Refusal
from domain.text import one_line
from screens.base import Changes, DeskScreen
from screens.contact_acts import ContactActs
from screens.contact_words import facts, job_line
from widgets.key_bar import KeyBar
from widgets.top_bar import TopBar

_NO_JOBS = "On no job of your locations."


class ContactScreen(DeskScreen[None], ContactActs):
    """Everything about one contact; it closes when somebody deletes them."""

    CSS_PATH = ["settings.tcss", "contacts.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", id="contact.back", tooltip="Back to the list"),
    ]

    def __init__(self, contact_id: int) -> None:
        super().__init__()
        self.contact_id = contact_id
        self._found: ContactFile | None = None

    def compose(self) -> ComposeResult:
        """The facts, and the jobs beneath."""
        yield TopBar(self.services.account.practice, "Contacts", f"{self.user.name} · {self.user.role.value}")
        yield Static("", id="facts")
        yield Label("Jobs: enter opens one", id="of-jobs")
        yield OptionList(id="jobs")
        yield KeyBar()

    def on_mount(self) -> None:
        """Read the contact."""
        self.query_one("#jobs").focus()
        self._load()

    def changed(self, changes: Changes) -> None:
        """Somebody changed a contact or a job."""
        if changes.kinds & {"people", "job"}:
            self._load()

    def contact(self) -> ContactRecord | None:
        """The contact of this screen, as far as it was read."""
        return self._found.record if self._found is not None else None

    def merged_into(self, contact_id: int) -> None:
        """Show the contact that stayed."""
        self.contact_id = contact_id
        self._load()

    def _load(self) -> None:
        by, contact_id = self.user, self.contact_id
        self.ask(lambda: self.services.contacts.file(by, contact_id), self._show, self._gone, group="contact")

    def _show(self, found: ContactFile) -> None:
        self._found = found
        self.query_one("#facts", Static).update(
            Content("\n").join([Content.assemble((one_line(found.record.form.name), "bold")), facts(found)])
        )
        listed = self.query_one("#jobs", OptionList)
        keep = listed.highlighted_option.id if listed.highlighted_option else None
        listed.clear_options()
        listed.add_options(Option(job_line(job), id=str(job.id)) for job in found.jobs)
        if not found.jobs:
            listed.add_option(Option(Content(_NO_JOBS), disabled=True))
        ids = [option.id for option in listed.options]
        listed.highlighted = ids.index(keep) if keep in ids else 0

    def _gone(self, refusal: Refusal) -> None:
        self.notify(refusal.sentence, severity="warning", markup=False)
        self.pop_until_active()
        self.dismiss(None)

    @on(OptionList.OptionSelected, "#jobs")
    def open_job(self, event: OptionList.OptionSelected) -> None:
        """Open the job under the cursor."""
        if event.option.id is not None:
            self.desk.open_job(int(event.option.id))

    def action_back(self) -> None:
        """Back to the list."""
        self.dismiss(None)
