"""Making a contact of whoever sent a text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.suggester import SuggestFromList
from textual.widgets import Input, Label

from domain import phone
from domain.errors import Refusal
from domain.text import one_line
from screens.base import DeskModal

if TYPE_CHECKING:
    from domain.placing import TrayText
    from messaging.tray import Sorted


_KEYS = "enter goes on · → takes the suggestion · ctrl+s saves · esc back"


class NameSender(DeskModal["Sorted | None"]):
    """Returns what was done, None where nobody was named; a refusal is said here and what was typed stays."""

    DEFAULT_CSS = """
    NameSender { align: center middle; }
    NameSender > Vertical {
        width: 72; max-width: 98%; height: auto; border: round $primary; background: $surface; padding: 0 1;
    }
    NameSender Label { width: 100%; height: auto; }
    NameSender Input, NameSender Input:focus { height: 1; border: none; background: $boost; margin-bottom: 1; }
    NameSender #sender-said { color: $text-muted; }
    NameSender #sender-said.-wrong { color: $text-error; text-style: bold; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save", id="sender.save", tooltip="Make the contact"),
        Binding("escape", "cancel", "Back", id="sender.cancel", tooltip="Make no contact"),
    ]

    def __init__(
        self, text: TrayText, customer: str, customers: Sequence[str], save: Callable[[str, str], Sorted]
    ) -> None:
        """`customer` is written in already; `save` runs in a thread with name and customer."""
        super().__init__()
        self._text, self._customer, self._customers, self._save = text, customer, list(customers), save
        self._saving = False

    def compose(self) -> ComposeResult:
        """The number, the two names, and what came of saving."""
        with Vertical() as box:
            box.border_title = "New contact"
            yield Label(Content(f"{phone.show(self._text.sender)} wrote: “{one_line(self._text.body, 150)}”"))
            yield Label("Name")
            yield Input(placeholder="First name and surname", id="sender-name", select_on_focus=False)
            yield Label("Customer")
            yield Input(
                self._customer,
                placeholder="The company, or the person's own name",
                id="sender-customer",
                suggester=SuggestFromList(self._customers, case_sensitive=False),
                select_on_focus=False,
            )
            yield Label(_KEYS, id="sender-said")

    def on_mount(self) -> None:
        """Begin with the name."""
        self.query_one("#sender-name").focus()

    @on(Input.Changed)
    def typed_on(self) -> None:
        """Whoever types mends what was wrong."""
        said = self.query_one("#sender-said", Label)
        if said.has_class("-wrong"):
            said.update(_KEYS)
            said.remove_class("-wrong")

    @on(Input.Submitted, "#sender-name")
    def go_on(self) -> None:
        """Enter goes from the name to the customer; where that is written already it saves."""
        if self._customer and self.query_one("#sender-customer", Input).value == self._customer:
            self.action_save()
        else:
            self.query_one("#sender-customer").focus()

    @on(Input.Submitted, "#sender-customer")
    def enter(self) -> None:
        """Enter saves."""
        self.action_save()

    def action_save(self) -> None:
        """Make the contact, once."""
        if self._saving:
            return
        self._saving = True
        name, customer = (self.query_one(f"#sender-{each}", Input).value for each in ("name", "customer"))
        self.ask(lambda: self._save(name, customer), self.dismiss, self._refused, opening=True)

    def action_cancel(self) -> None:
        """Make none; while it is being made, stay until the answer is there."""
        if not self._saving:
            self.dismiss(None)

    def _refused(self, refusal: Refusal) -> None:
        self._saving = False
        said = self.query_one("#sender-said", Label)
        said.update(Content(f"! {one_line(refusal.sentence)}"))
        said.add_class("-wrong")
        self.query_one("#sender-customer" if refusal.field == "customer" else "#sender-name").focus()
