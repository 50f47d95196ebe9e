"""The field a message is written in."""

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import TextArea

LONGEST_PASTE = 5000
"""A larger paste would stop the keyboard for seconds (measured: 100 kB take 2.2 s), and no text can hold it."""


class Contents(TextArea):
    """Several lines of text; Enter makes a new line, sending is another key."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", id="contents.leave", tooltip="Go from the text to the thread"),
    ]

    DEFAULT_CSS = """
    Contents { height: 4; border: none; padding: 0 1; background: $boost; }
    Contents:focus { border: none; background: $surface; }
    """

    class Left(Message):
        """The writer pressed escape."""

    class NothingToUndo(Message):
        """The writer asked to undo where nothing is written: perhaps what was just sent."""

    class PasteRefused(Message):
        """More was pasted than any text can hold; nothing was inserted."""

    async def _on_paste(self, event: events.Paste) -> None:
        if len(event.text) > LONGEST_PASTE:
            event.prevent_default()
            event.stop()
            self.post_message(self.PasteRefused())

    def action_undo(self) -> None:
        """Take back the last change; with nothing written and nothing to take back, say so."""
        before = self.text
        super().action_undo()
        if not before and not self.text:
            self.post_message(self.NothingToUndo())

    def action_leave(self) -> None:
        """Say that the writer is done here for now."""
        self.post_message(self.Left())
