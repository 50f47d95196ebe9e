"""Asking before a customer is told the same once more."""

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Label

from domain.alerts import Event


class TellAgain(ModalScreen[bool | None]):
    """Returns whether to text again, or None to go back to the form; saving without a text has the focus."""

    DEFAULT_CSS = """
    TellAgain { align: center middle; }
    TellAgain > Vertical { width: 68; max-width: 96%; height: auto; border: round $warning; padding: 1 2; }
    TellAgain > Vertical { background: $surface; }
    TellAgain Horizontal { height: 1; align-horizontal: right; margin-top: 1; }
    TellAgain Button { margin-left: 1; }
    TellAgain Label { width: 100%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "answer(True)", "Text again", id="again.tell", tooltip="Save, and text the customer once more"),
        Binding("escape", "back", "Back", id="again.back", tooltip="Back to the form; nothing is saved"),
    ]

    def __init__(self, events: Iterable[Event]) -> None:
        """`events` were told on this job before."""
        super().__init__()
        self._events = ", ".join(sorted(event.words for event in events))

    def compose(self) -> ComposeResult:
        """The question, and two ways to save."""
        with Vertical() as box:
            box.border_title = "Told already"
            yield Label(Content(f"The customer has had this text before: {self._events}."))
            yield Label(Content("Save without a text, or press t to text again. Escape goes back to the form."))
            with Horizontal():
                yield Button("Save without a text", id="quietly", compact=True, variant="primary")
                yield Button("Text again (t)", id="again", compact=True, variant="warning")

    def on_mount(self) -> None:
        """Enter saves without a text."""
        self.query_one("#quietly").focus()

    @on(Button.Pressed)
    def press(self, event: Button.Pressed) -> None:
        """A button was pressed."""
        self.dismiss(event.button.id == "again")

    def action_answer(self, again: bool) -> None:
        """Save this way."""
        self.dismiss(again)

    def action_back(self) -> None:
        """Save nothing."""
        self.dismiss(None)
