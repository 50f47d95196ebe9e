"""Asking once more before something that cannot be taken back."""

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Label

from domain.text import one_line


class Confirm(ModalScreen[bool]):
    """Yes takes another key than the one that asked; the focus starts on Cancel."""

    DEFAULT_CSS = """
    Confirm { align: center middle; }
    Confirm > Vertical { width: 64; height: auto; border: round $warning; background: $surface; padding: 1 2; }
    Confirm Horizontal { height: 3; align-horizontal: right; margin-top: 1; }
    Confirm Label { width: 100%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "no", "Cancel", id="confirm.no", tooltip="Leave it as it is"),
    ]

    def __init__(self, question: str, key: str, yes: str) -> None:
        """`key` is the letter that says yes, `yes` the words on its button."""
        super().__init__()
        self._question, self._key, self._yes = question, key, yes

    def compose(self) -> ComposeResult:
        """The question and two buttons."""
        with Vertical():
            yield Label(Content(one_line(self._question)))
            with Horizontal():
                yield Button("Cancel", id="no")
                yield Button(f"{self._yes} ({self._key})", id="yes", variant="warning")

    def on_mount(self) -> None:
        """Cancel is what Enter does."""
        self.query_one("#no").focus()

    def on_key(self, event: events.Key) -> None:
        """The letter that says yes."""
        if event.key == self._key:
            event.stop()
            self.dismiss(True)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """A button was pressed."""
        self.dismiss(event.button.id == "yes")

    def action_no(self) -> None:
        """Leave it."""
        self.dismiss(False)
