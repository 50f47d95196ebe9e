"""Choosing who is the same person as a contact."""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from domain.contacts import ContactFilter, ContactRecord
from domain.text import one_line
from screens.base import DeskModal
from screens.contact_words import SAME_NUMBER


class SecondPicker(DeskModal[int | None]):
    """Returns another contact of the same customer, those with the same number first; None to leave it."""

    DEFAULT_CSS = """
    SecondPicker { align: center middle; }
    SecondPicker > Vertical {
        width: 90; max-width: 98%; height: 80%; max-height: 26;
        border: round $primary; background: $surface; padding: 0 1;
    }
    SecondPicker #search, SecondPicker #search:focus { height: 1; border: none; background: $boost; }
    SecondPicker OptionList, SecondPicker OptionList:focus { height: 1fr; border: none; background: $surface; }
    SecondPicker Label { width: 100%; height: auto; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Back", id="second.cancel", tooltip="Merge nobody"),
    ]

    def __init__(self, first: ContactRecord) -> None:
        super().__init__()
        self._first = first

    def compose(self) -> ComposeResult:
        """Search and list."""
        first = self._first
        with Vertical() as box:
            box.border_title = Content(f"Merge {one_line(first.form.name, 40)} with")
            yield Input(placeholder=f"Search at {one_line(first.customer, 50)}", id="search", select_on_focus=False)
            yield OptionList(id="second")
            yield Label("↓ list · enter chooses the one that is the same person · esc back")

    def on_mount(self) -> None:
        """Read the customer's contacts."""
        self.query_one("#search").focus()
        self._load("")

    @on(Input.Changed, "#search")
    def search(self, event: Input.Changed) -> None:
        """Every letter narrows the list."""
        self._load(event.value)

    def _load(self, words: str) -> None:
        by, wanted = self.user, ContactFilter(words, self._first.customer_id)
        self.ask(lambda: self.services.contacts.page(by, wanted).rows, self._show, group="second")

    def _show(self, rows: tuple[ContactRecord, ...]) -> None:
        people = self.query_one(OptionList)
        people.clear_options()
        first = self._first
        others = [each for each in rows if each.id != first.id]
        for each in sorted(others, key=lambda other: other.form.mobile != first.form.mobile or not first.form.mobile):
            same = SAME_NUMBER if first.form.mobile and each.form.mobile == first.form.mobile else " "
            about = one_line(" · ".join(part for part in (each.form.title, each.form.mobile, each.form.email) if part))
            line = Content.assemble((f"{same} ", "$text-warning"), (f"{one_line(each.form.name, 40)}  ", "bold"), about)
            people.add_option(Option(line, id=str(each.id)))
        if not others:
            people.add_option(Option(Content("Nobody else of this customer fits these words."), disabled=True))
        people.action_first()

    def on_key(self, event: events.Key) -> None:
        """Arrows go from the search to the list."""
        if event.key == "down" and self.query_one("#search").has_focus:
            self.query_one(OptionList).focus()
            event.stop()

    @on(Input.Submitted, "#search")
    def take_highlighted(self) -> None:
        """Enter takes the highlighted one from the search too."""
        self.query_one(OptionList).action_select()

    @on(OptionList.OptionSelected)
    def take(self, event: OptionList.OptionSelected) -> None:
        """This is the same person."""
        if event.option.id is not None:
            self.dismiss(int(event.option.id))

    def action_cancel(self) -> None:
        """Merge nobody."""
        self.dismiss(None)
