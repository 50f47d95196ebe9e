"""Contacts > Customers: the companies that jobs are for. Add one, rename one, see who is there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events, on
from textual._path import CSSPathType
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Label, OptionList

from domain.contacts import CustomerRecord
from domain.errors import Refusal
from domain.permissions import Act, demand, may
from domain.text import one_line
from screens.settings_parts import AskLines, ListScreen
from widgets.key_bar import KeyBar
from widgets.top_bar import TopBar
from widgets.wrapping import fit, shown

_MOST = 1000
"""So many customers are listed; words find the others."""


class CustomersScreen(ListScreen[CustomerRecord]):
    """Every customer of the user, by name. Enter shows who is there."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["settings.tcss", "contacts.tcss"]
    TITLE_WORDS = "Contacts > Customers"
    EMPTY = "No customer has such a name. Press esc, then n, to add one."
    KINDS: ClassVar[frozenset[str]] = frozenset({"people", "job"})
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "find", "Find", id="customers.find", key_display="/", tooltip="Find a customer by name"),
        Binding("n", "add", "New", id="customers.add", tooltip="Add a customer"),
        Binding("r", "rename", "Rename", id="customers.rename", tooltip="Give this customer another name"),
        Binding("c", "contact", "New contact", id="customers.contact", tooltip="A new contact of this customer"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._words = ""

    def compose(self) -> ComposeResult:
        """Search, and the list."""
        who = f"{self.user.name} · {self.user.role.value}"
        yield TopBar(self.services.account.practice, self.TITLE_WORDS, who)
        yield Input(placeholder="/ finds a customer by name", id="search", select_on_focus=False)
        yield Label("", id="about")
        yield Label(Content(f"{'Customer':<41}{'Contacts':<10}Open jobs"), id="heads")
        yield OptionList(id="lines")
        yield KeyBar()

    def read(self) -> Sequence[CustomerRecord]:
        """Those whose name fits."""
        return self.services.contacts.customers(self.user, self._words)

    def fill(self, items: Sequence[CustomerRecord]) -> None:
        """Show them, and say how many there are."""
        more = f"; the first {_MOST:,} are shown: / finds the others" if len(items) > _MOST else ""
        words = f"{len(items):,} customer{'' if len(items) == 1 else 's'}{more}. Enter shows the contacts."
        self.query_one("#about", Label).update(Content(words))
        super().fill(items[:_MOST])

    def heads(self) -> str:
        """They stand above the list always."""
        return "Customer"

    def key(self, item: CustomerRecord) -> str:
        """Its id."""
        return str(item.id)

    def line(self, item: CustomerRecord) -> Content:
        """Name and counts."""
        counts = f"{item.contacts or '—':<10}{item.open_jobs or '—'}"
        return Content.assemble((f"{fit(shown(item.name), 40)} ", "bold"), counts)

    def open_item(self, item: CustomerRecord) -> None:
        """Who is there."""
        self.desk.open_contacts(item.id)

    @on(Input.Changed, "#search")
    def search(self, event: Input.Changed) -> None:
        """Every letter narrows the list."""
        self._words = event.value
        self.load()

    @on(Input.Submitted, "#search")
    def leave_search(self) -> None:
        """Enter goes from the words to the list."""
        self.query_one("#lines").focus()

    def on_key(self, event: events.Key) -> None:
        """The arrow goes from the words to the list."""
        if event.key == "down" and self.query_one("#search").has_focus:
            self.query_one("#lines").focus()
            event.stop()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Changing needs the Contacts box."""
        if action in ("add", "rename", "contact"):
            return may(self.user, Act.CONTACTS)
        return super().check_action(action, parameters)

    def action_find(self) -> None:
        """Go to the words."""
        self.query_one("#search").focus()

    def action_add(self) -> None:
        """Ask for the name."""
        by = self.user
        self.app.push_screen(
            AskLines(
                "New customer",
                "The name of the company.",
                ("Silva Farms",),
                lambda name: self.services.contacts.add_customer(by, name),
            ),
            lambda typed: self._done("was added", typed),
        )

    def action_rename(self) -> None:
        """Ask for another name; the jobs show it at once."""
        record, by = self.chosen, self.user
        if record is None:
            return
        self.app.push_screen(
            AskLines(
                "Rename customer",
                f"{record.name} is called so from now on, on old jobs too.",
                ("",),
                lambda name: self.services.contacts.rename_customer(by, record, name),
                value=record.name,
            ),
            lambda typed: self._done("is the name now", typed),
        )

    def _done(self, what: str, typed: tuple[str, ...] | None) -> None:
        if typed is not None:
            self.notify(f"{one_line(typed[0], 60)} {what}.", markup=False, timeout=3)

    def action_contact(self) -> None:
        """A new contact of the customer under the cursor."""
        from screens.contact_form import ContactForm

        try:
            demand(self.user, Act.CONTACTS)
        except Refusal as refusal:
            self.tell(refusal)
            return
        if self.chosen is not None:
            self.app.push_screen(ContactForm(None, self.chosen.id))

    def action_back(self) -> None:
        """First out of the words, then back."""
        search = self.query_one("#search", Input)
        if search.value or search.has_focus:
            search.value = ""
            self.query_one("#lines").focus()
        else:
            self.dismiss(None)
