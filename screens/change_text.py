"""Changing a message that is not out yet: its words, and the time of a planned one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Label

from domain.errors import Refusal
from domain.moments import EXAMPLES, read_moment
from domain.text import one_line
from screens.base import DeskModal
from screens.times import clock_time
from widgets.contents import LONGEST_PASTE, Contents


class ChangeText(DeskModal[bool]):
    """Returns whether it was changed; a refusal is said here, and nothing typed is lost."""

    DEFAULT_CSS = """
    ChangeText { align: center middle; }
    ChangeText > Vertical {
        width: 80; max-width: 98%; height: auto; border: round $primary; background: $surface; padding: 0 1;
    }
    ChangeText Label { width: 100%; height: auto; color: $text-muted; }
    ChangeText Contents { height: 6; }
    ChangeText #time, ChangeText #time:focus { height: 1; border: none; background: $boost; }
    ChangeText #change-said.-wrong { color: $text-error; text-style: bold; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save", id="change.save", tooltip="Take these words and this time"),
        Binding("escape", "cancel", "Back", id="change.cancel", tooltip="Leave it as it was"),
    ]

    def __init__(
        self, title: str, body: str, save: Callable[[str, datetime | None], None], leaves_at: datetime | None = None
    ) -> None:
        """`save` runs in a thread with the words and, where `leaves_at` was given, the time."""
        super().__init__()
        self._title, self._body, self._save, self._leaves_at = title, body, save, leaves_at
        self._saving = False

    def compose(self) -> ComposeResult:
        """The words, the time where there is one, and what came of saving."""
        with Vertical() as box:
            box.border_title = Content(one_line(self._title))
            yield Contents(self._body, id="words", soft_wrap=True, show_line_numbers=False)
            if self._leaves_at is not None:
                yield Label(Content(f"Leaves at (now {clock_time(self._leaves_at)}; empty keeps it)"))
                yield Input(placeholder=EXAMPLES, id="time", select_on_focus=False)
            yield Label("ctrl+s saves · esc back", id="change-said")

    def on_mount(self) -> None:
        """Begin at the end of the words."""
        words = self.query_one("#words", Contents)
        words.move_cursor(words.document.end)
        words.focus()

    @on(Contents.Left)
    def leave_words(self) -> None:
        """Escape in the words is meant as everywhere in this window, unless something was changed."""
        if self.query_one("#words", Contents).text == self._body:
            self.action_cancel()
        else:
            self._say("The words were changed: ctrl+s saves them, esc once more drops the change.", wrong=False)
            self.query_one("#change-said").can_focus = True
            self.query_one("#change-said").focus()

    @on(Contents.PasteRefused)
    def refuse_paste(self) -> None:
        """Say why nothing was inserted."""
        self._say(f"! Nothing was inserted: more than {LONGEST_PASTE:,} characters were pasted.", wrong=True)

    @on(Input.Submitted)
    def enter_in_time(self) -> None:
        """Enter in the time saves."""
        self.action_save()

    def action_save(self) -> None:
        """Take the words and the time, once."""
        if self._saving:
            return
        self._saving = True
        words, typed = self.query_one("#words", Contents).text, ""
        if self._leaves_at is not None:
            typed = self.query_one("#time", Input).value.strip()
        now, before = self.services.clock(), self._leaves_at

        def save() -> None:
            self._save(words, read_moment(typed, now) if typed else before)

        self.ask(save, lambda _: self.dismiss(True), self._refused, opening=True)

    def action_cancel(self) -> None:
        """Leave it as it was; while it is being saved, stay until the answer is there."""
        if not self._saving:
            self.dismiss(False)

    def _refused(self, refusal: Refusal) -> None:
        self._saving = False
        self._say(f"! {refusal.sentence}", wrong=True)
        self.query_one("#time" if refusal.field == "time" and self._leaves_at else "#words").focus()

    def _say(self, words: str, wrong: bool) -> None:
        said = self.query_one("#change-said", Label)
        said.update(Content(one_line(words)))
        said.set_class(wrong, "-wrong")
