"""One line asked for in a window: a reason, a time, or what stands in a placeholder."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Label

from domain.errors import Refusal
from domain.text import one_line
from screens.base import DeskModal

T = TypeVar("T")


class AskLine(DeskModal[T | None]):
    """Returns what was made of the line, or None; a refusal is said here and the line stays."""

    DEFAULT_CSS = """
    AskLine { align: center middle; }
    AskLine > Vertical {
        width: 72; max-width: 98%; height: auto; border: round $primary; background: $surface; padding: 0 1;
    }
    AskLine Label { width: 100%; height: auto; }
    AskLine #line, AskLine #line:focus { height: 1; border: none; background: $boost; margin: 1 0; }
    AskLine #line-said { color: $text-muted; }
    AskLine #line-said.-wrong { color: $text-error; text-style: bold; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Back", id="asking.cancel", tooltip="Leave it as it was"),
        Binding("ctrl+s", "take", "Take", id="asking.take", tooltip="Take this line, as enter does"),
    ]

    def __init__(
        self,
        title: str,
        question: str,
        make: Callable[[str], T],
        *,
        hint: Callable[[str], str] = lambda _: "enter takes it · esc back",
        value: str = "",
    ) -> None:
        """`make` runs in a thread and may raise Refusal; `hint` says at once what the line means so far."""
        super().__init__()
        self._title, self._question, self._make, self._hint, self._value = title, question, make, hint, value
        self._asking = False

    def compose(self) -> ComposeResult:
        """The question, the line, and what it means."""
        with Vertical() as box:
            box.border_title = Content(one_line(self._title))
            yield Label(Content(one_line(self._question)))
            yield Input(self._value, id="line", select_on_focus=False)
            yield Label("", id="line-said")

    def on_mount(self) -> None:
        """Begin to type."""
        self.query_one("#line").focus()
        self.explain()

    @on(Input.Changed, "#line")
    def explain(self) -> None:
        """Say what the line means so far."""
        self._say(self._hint(self.query_one("#line", Input).value), wrong=False)

    @on(Input.Submitted, "#line")
    def enter(self) -> None:
        """Enter takes the line."""
        self.action_take()

    def action_take(self) -> None:
        """Take the line, once."""
        if self._asking:
            return
        self._asking = True
        line = self.query_one("#line", Input).value
        self.ask(lambda: self._make(line), self.dismiss, self._refused, opening=True)

    def action_cancel(self) -> None:
        """Leave it as it was; while the line is being taken, stay until the answer is there."""
        if not self._asking:
            self.dismiss(None)

    def _refused(self, refusal: Refusal) -> None:
        self._asking = False
        self._say(f"! {refusal.sentence}", wrong=True)
        self.query_one("#line").focus()

    def _say(self, words: str, wrong: bool) -> None:
        said = self.query_one("#line-said", Label)
        said.update(Content(one_line(words)))
        said.set_class(wrong, "-wrong")
