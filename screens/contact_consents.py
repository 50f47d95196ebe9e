"""What was said about texting a contact: every consent, STOP and START."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label, Static

from domain.contacts import ContactFile
from domain.text import one_line
from screens.contact_words import history


class Consents(ModalScreen[None]):
    """The record of consents, which nobody can change."""

    DEFAULT_CSS = """
    Consents { align: center middle; }
    Consents > Vertical {
        width: 100; max-width: 98%; height: auto; max-height: 90%;
        border: round $primary; background: $surface; padding: 0 1;
    }
    Consents VerticalScroll { height: auto; max-height: 1fr; }
    Consents Label { width: 100%; color: $text-muted; margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,h", "close", "Close", id="consents.close", tooltip="Back to the contact"),
    ]

    def __init__(self, found: ContactFile) -> None:
        super().__init__()
        self._found = found

    def compose(self) -> ComposeResult:
        """One line for each thing that was said, the newest first."""
        with Vertical() as box:
            box.border_title = Content(f"Texting {one_line(self._found.record.form.name, 60)}")
            with VerticalScroll(can_focus=True):
                yield Static(history(self._found.permissions))
            yield Label(Content(f"Now: {self._found.record.why_no_text or 'can be texted'} · esc back"))

    def action_close(self) -> None:
        """Back to the contact."""
        self.dismiss(None)
