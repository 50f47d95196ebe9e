"""Reminders that were past already when their alert was saved: they are skipped, and listed here (rule 21)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from domain.text import one_line


class Skipped(ModalScreen[None]):
    """One job a line, with the reason."""

    DEFAULT_CSS = """
    Skipped { align: center middle; }
    Skipped > VerticalScroll {
        width: 76; max-width: 98%; height: auto; max-height: 80%;
        border: round $primary; background: $surface; padding: 0 1;
    }
    Skipped Static { width: 100%; height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter", "close", "Close", id="skipped.close", tooltip="Back to the alert"),
    ]

    def __init__(self, jobs: Sequence[tuple[str, str]]) -> None:
        """`jobs` are number and reason."""
        super().__init__()
        self._jobs = jobs

    def compose(self) -> ComposeResult:
        """How many, and which."""
        count = f"{len(self._jobs)} reminder{'s are' if len(self._jobs) > 1 else ' is'}"
        lines = [f"{one_line(number, 20):<12}{one_line(reason)}" for number, reason in self._jobs]
        with VerticalScroll() as box:
            box.border_title = "Skipped reminders"
            box.border_subtitle = "enter closes"
            yield Static(Content("\n".join([f"{count} past already and will not be sent:", *lines])))

    def action_close(self) -> None:
        """Back to the alert."""
        self.dismiss(None)
