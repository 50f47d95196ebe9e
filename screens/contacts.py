"""Contacts: everybody at the customers, found as one types, with everything about the one under the cursor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual import events, on
from textual._path import CSSPathType
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Label, OptionList, Static
from textual.widgets.option_list import Option

from domain.contacts import PAGE, ContactFile, ContactFilter, ContactPage, ContactRecord
from domain.errors import Refusal
from domain.permissions import Act, may
from domain.text import one_line
from screens.contact_acts import ContactActs
from screens.contact_words import SAME_NUMBER, columns, contact_line, facts, jobs
from screens.settings_parts import ListScreen
from widgets.key_bar import KeyBar
from widgets.top_bar import TopBar

WIDE = 150
"""From so many columns on, everything about the contact under the cursor stands beside the list."""
_NEAR = 40
"""So many lines before its end the list goes on."""


class ContactsScreen(ListScreen[ContactRecord], ContactActs):
    """The contacts of one customer, or of all. It goes on as one comes near its end."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["settings.tcss", "contacts.tcss"]
    TITLE_WORDS = "Contacts"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "find", "Find", id="contacts.find", key_display="/", tooltip="Find by name, number, group …"),
        Binding("v", "duplicates", "Same number", id="contacts.duplicates", tooltip="Only numbers that several have"),
        Binding(
            "c",
            "customers",
            "Customers",
            id="contacts.customers",
            show=False,
            tooltip="Customers; add and rename them",
        ),
    ]

    def __init__(self, customer_id: int | None = None) -> None:
        super().__init__()
        self.wanted = ContactFilter(customer_id=customer_id)
        self._after: tuple[str | int, ...] | None = None
        self._total = 0
        self._reading_on = False
        self._go_to = 0
        """The contact to stand on once the list was read."""

    def compose(self) -> ComposeResult:
        """Search, what is listed, the list, and at its side the contact under the cursor."""
        who = f"{self.user.name} · {self.user.role.value}"
        yield TopBar(self.services.account.practice, self.TITLE_WORDS, who)
        yield Input(
            placeholder="/ finds by name, job title, email, phone, group or customer",
            id="search",
            select_on_focus=False,
        )
        yield Label("", id="about")
        with Horizontal(id="both"):
            with Vertical(id="listed"):
                yield Label("", id="heads")
                yield OptionList(id="lines")
            with VerticalScroll(id="pane", can_focus=False):
                yield Static("", id="facts")
        yield KeyBar()

    def on_resize(self, event: events.Resize) -> None:
        """There may be room for the contact beside the list now."""
        self.set_class(event.size.width >= WIDE, "-wide")
        self.call_after_refresh(self._draw)

    @property
    def _lines(self) -> OptionList:
        return self.query_one("#lines", OptionList)

    @property
    def _room(self) -> int:
        """The cells of a line, beside the place of the scrollbar."""
        return self._lines.scrollable_content_region.width or 77

    def contact(self) -> ContactRecord | None:
        """The contact under the cursor."""
        return self.chosen

    def whose(self) -> int | None:
        """A new contact belongs to the customer whose list this is, else to that of the one under the cursor."""
        return self.wanted.customer_id or super().whose()

    def merged_into(self, contact_id: int) -> None:
        """Stand on the contact that stayed."""
        self._go_to = contact_id

    # Reading

    def heads(self) -> str:
        """The columns, as wide as there is room."""
        return columns(self._room)

    def load(self) -> None:
        """Read the list again, as far as it was read."""
        more = PAGE if self._after is None else 0  # where all was read, all is read again
        by, wanted, count = self.user, self.wanted, max(PAGE, len(self.items) + more if self.items else 0)
        self.ask(
            lambda: (wanted, self.services.contacts.page(by, wanted, count=count)), self._show, self._away, group="list"
        )

    def _show(self, answer: tuple[ContactFilter, ContactPage]) -> None:
        wanted, page = answer
        if wanted != self.wanted:
            return
        keep, self._go_to = str(self._go_to) if self._go_to else None, 0
        self.items = {str(record.id): record for record in page.rows}
        self._after, self._total = page.after, page.total
        self._draw(keep)

    def _draw(self, keep: str | None = None) -> None:
        """Draw the lines at the width there is now."""
        lines = self._lines
        keep = keep or (lines.highlighted_option.id if lines.highlighted_option else None)
        at = lines.highlighted or 0
        self.query_one("#heads", Label).update(Content(self.heads()))
        lines.clear_options()
        lines.add_options(self._options(list(self.items.values())))
        if self.items:
            ids = list(self.items)
            lines.highlighted = ids.index(keep) if keep in self.items else min(at, len(ids) - 1)
        else:
            lines.add_option(Option(Content(self._empty()), disabled=True))
            self._show_pane(None)
        self._say()

    def _options(self, records: Sequence[ContactRecord]) -> list[Option]:
        room = self._room
        return [Option(contact_line(record, room), id=str(record.id)) for record in records]

    def _empty(self) -> str:
        if self.wanted.words:
            return "Nobody fits these words. Shorten them, or press esc."
        if self.wanted.duplicates:
            return "No number belongs to two contacts. Press v for everybody."
        return "No contacts yet. Press n to add the first one."

    def _say(self) -> None:
        """What is listed, in words; what the mark means where it is shown."""
        records = list(self.items.values())
        whose = f" of {records[0].customer}" if self.wanted.customer_id is not None and records else ""
        shared = "that share a number" if self.wanted.duplicates else ""
        count = f"{self._total:,} contact{'' if self._total == 1 else 's'}"
        marks = any(record.twins for record in records)
        mark = f" · {SAME_NUMBER} same number as another: v shows them, m merges" if marks else ""
        words = " ".join(part for part in (f"{count}{whose}", shared) if part)
        self.query_one("#about", Label).update(Content(one_line(f"{words}{mark}")))

    @on(OptionList.OptionHighlighted, "#lines")
    def go_on(self, event: OptionList.OptionHighlighted) -> None:
        """Show the contact beside the list, and read on near its end."""
        if self.has_class("-wide"):
            self._read_pane()
        near = event.option_index >= len(self.items) - _NEAR
        if near and self._after is not None and not self._reading_on:
            self._reading_on = True
            by, wanted, after = self.user, self.wanted, self._after
            self.ask(
                lambda: (wanted, self.services.contacts.page(by, wanted, after)), self._add, self._away, group="more"
            )

    def _add(self, answer: tuple[ContactFilter, ContactPage]) -> None:
        self._reading_on = False
        wanted, page = answer
        if wanted != self.wanted:
            return
        new = [record for record in page.rows if str(record.id) not in self.items]
        self.items |= {str(record.id): record for record in new}
        self._after = page.after
        self._lines.add_options(self._options(new))

    def _read_pane(self) -> None:
        record, by = self.chosen, self.user
        if record is not None:
            self.ask(
                lambda: self.services.contacts.file(by, record.id), self._show_pane, lambda _: None, group="contact"
            )

    def _show_pane(self, found: ContactFile | None) -> None:
        pane = self.query_one("#facts", Static)
        if found is None:
            pane.update("")
        elif self.chosen is not None and self.chosen.id == found.record.id:
            pane.update(Content("\n").join([facts(found), Content(""), jobs(found.jobs)]))

    def _away(self, refusal: Refusal) -> None:
        self._reading_on = False
        self.tell(refusal)

    # Searching

    @on(Input.Changed, "#search")
    def search(self, event: Input.Changed) -> None:
        """Every letter narrows the list."""
        self.want(replace(self.wanted, words=event.value))

    @on(Input.Submitted, "#search")
    def leave_search(self) -> None:
        """Enter goes from the words to the list."""
        self._lines.focus()

    def on_key(self, event: events.Key) -> None:
        """The arrow goes from the words to the list."""
        if event.key == "down" and self.query_one("#search").has_focus:
            self._lines.focus()
            event.stop()

    def want(self, wanted: ContactFilter) -> None:
        """Show other contacts, from the first one on."""
        if wanted != self.wanted:
            self.wanted, self.items, self._after = wanted, {}, None
            self.load()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While words are typed, letters are theirs."""
        if action == "customers":
            return may(self.user, Act.SEE_CONTACTS)
        return super().check_action(action, parameters)

    def open_item(self, item: ContactRecord) -> None:
        """Everything about the contact."""
        from screens.contact_screen import ContactScreen

        self.app.push_screen(ContactScreen(item.id))

    def action_find(self) -> None:
        """Go to the words."""
        self.query_one("#search").focus()

    def action_duplicates(self) -> None:
        """Only those whose number somebody else has too, or everybody again."""
        self.want(replace(self.wanted, duplicates=not self.wanted.duplicates))

    def action_customers(self) -> None:
        """The customers."""
        from screens.contacts_customers import CustomersScreen

        self.app.push_screen(CustomersScreen())

    def action_back(self) -> None:
        """Step by step: the words, the duplicates, the one customer, then back."""
        search = self.query_one("#search", Input)
        if search.value or search.has_focus:
            search.value = ""
            self._lines.focus()
        elif self.wanted.duplicates:
            self.want(replace(self.wanted, duplicates=False))
        else:
            self.dismiss(None)
