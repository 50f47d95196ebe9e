"""The estimate on one line of the Request approval form: whether it goes with it, and the way to it."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from domain.text import one_line


class ShareLine(Widget, can_focus=True):
    """Space ticks or unticks the draft, Enter asks for the estimate itself."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "tick", "Share", id="quickact.share", tooltip="Send the estimate with it, or not"),
        Binding("enter", "open", "Open", id="quickact.estimate", tooltip="Open the estimate"),
    ]
    DEFAULT_CSS = """
    ShareLine { height: 1; width: 1fr; background: $boost; padding: 0 1; }
    ShareLine:focus { background: $block-cursor-background; color: $block-cursor-foreground; }
    """

    class Ticked(Message):
        """The draft goes with the message now, or no longer."""

    class Wanted(Message):
        """Somebody wants to see the estimate."""

    value: reactive[bool] = reactive(False)

    def __init__(self) -> None:
        super().__init__(id="share")
        self._words = ""
        self._has_draft = False

    def show(self, words: str, has_draft: bool) -> None:
        """Say what there is; without a draft there is nothing to tick."""
        self._words, self._has_draft = one_line(words), has_draft
        if not has_draft:
            self.value = False
        self.refresh()

    def render(self) -> Content:
        """The box, the estimate, and the keys."""
        if not self._has_draft:
            return Content(self._words)
        return Content.assemble(
            ("[x]" if self.value else "[ ]", "bold"), f" {self._words} · space ticks, enter opens it"
        )

    def action_tick(self) -> None:
        """Send it along, or not."""
        if self._has_draft:
            self.value = not self.value
            self.post_message(self.Ticked())

    def action_open(self) -> None:
        """Go to the estimate."""
        self.post_message(self.Wanted())

    def on_click(self) -> None:
        """A click ticks."""
        self.action_tick()
