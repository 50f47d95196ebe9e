"""Show original note: the message that another one answers."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from domain.messages import Message
from domain.text import display_text, one_line
from screens.times import clock_time


class Original(ModalScreen[None]):
    """One message, whole."""

    DEFAULT_CSS = """
    Original { align: center middle; }
    Original > VerticalScroll {
        width: 80%; max-width: 90; height: auto; max-height: 80%;
        border: round $primary; background: $surface; padding: 0 1;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,g", "close", "Close", id="original.close", tooltip="Back to the thread"),
    ]

    def __init__(self, message: Message) -> None:
        super().__init__()
        self._message = message

    def compose(self) -> ComposeResult:
        """From, to, when, and the words."""
        m = self._message
        to = ", ".join(one_line(person.name) for person in m.recipients)
        with VerticalScroll() as box:
            box.border_title = "Original note"
            yield Static(Content(f"{one_line(m.author.name)} → {to} · {clock_time(m.at)}\n\n{display_text(m.body)}"))

    def action_close(self) -> None:
        """Back to the thread."""
        self.dismiss(None)
