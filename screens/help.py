"""Help: the keys of the screen beneath, made from its bindings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static


class HelpScreen(ModalScreen[None]):
    """Every key that works here, with what it does."""

    DEFAULT_CSS = """
    HelpScreen { align: center middle; }
    HelpScreen > VerticalScroll {
        width: 76; max-width: 98%; height: auto; max-height: 96%;
        border: round $primary; background: $surface; padding: 0 1;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,enter", "close", "Close", id="help.close", tooltip="Back to the screen"),
    ]

    def __init__(self, keys: Iterable[tuple[str, str, str]]) -> None:
        """`keys` are key, name and what it does."""
        super().__init__()
        self._keys = list(keys)

    def compose(self) -> ComposeResult:
        """One key a line."""
        lines = [
            Content.assemble((f"{key:<14}", "bold $text-accent"), f"{name:<15}", (what, "$foreground 75%"))
            for key, name, what in self._keys
        ]
        with VerticalScroll() as box:
            box.border_title = "Keys here"
            yield Static(Content("\n").join(lines))

    def action_close(self) -> None:
        """Back to the screen."""
        self.dismiss(None)
