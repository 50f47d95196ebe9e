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

from widgets.wrapping import wrap

_KEY, _NAME, _WHAT = 14, 15, 44
"""The columns: key, name, and what it does, which goes on beneath itself."""


class HelpScreen(ModalScreen[None]):
    """Every key that works here, with what it does."""

    DEFAULT_CSS = """
    HelpScreen { align: center middle; }
    HelpScreen > VerticalScroll {
        width: 78; max-width: 98%; height: auto; max-height: 96%; scrollbar-size-vertical: 1;
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
        lines = [line for key, name, what in self._keys for line in _lines(key, name, what)]
        with VerticalScroll() as box:
            box.border_title = "Keys here"
            yield Static(Content("\n").join(lines))

    def action_close(self) -> None:
        """Back to the screen."""
        self.dismiss(None)


def _lines(key: str, name: str, what: str) -> list[Content]:
    """A key in as many lines as it needs; each goes on in its own column."""
    first, *more = wrap(what, _WHAT)
    head = Content.assemble((f"{key:<{_KEY}}", "bold $text-accent"), f"{name:<{_NAME}}", (first, "$foreground 75%"))
    return [head, *(Content.styled(" " * (_KEY + _NAME) + line, "$foreground 75%") for line in more)]
