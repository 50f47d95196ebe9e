"""Saved replies: find one, and fill in what the job does not say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from domain.errors import Refusal
from domain.placeholders import KNOWN, fill_known
from domain.saved_replies import SavedReply
from domain.text import fold, one_line
from screens.ask_line import AskLine

if TYPE_CHECKING:
    from textual.app import App

    from domain.jobs import Job
    from messaging.choices import Choice
    from screens.base import Asking


class ReplyPicker(ModalScreen[SavedReply | None]):
    """Returns the chosen reply. Letters search, arrows move, Enter takes the highlighted one."""

    DEFAULT_CSS = """
    ReplyPicker { align: center middle; }
    ReplyPicker > Vertical {
        width: 90%; max-width: 100; height: 80%; max-height: 24;
        border: round $primary; background: $surface; padding: 0 1;
    }
    ReplyPicker #reply-search, ReplyPicker #reply-search:focus { height: 1; border: none; background: $boost; }
    ReplyPicker OptionList, ReplyPicker OptionList:focus { height: 1fr; border: none; background: $surface; }
    ReplyPicker Label { width: 100%; height: auto; max-height: 4; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Back", id="saved.cancel", tooltip="Insert nothing"),
        Binding("enter", "take", "Insert", id="saved.take", tooltip="Insert the highlighted reply"),
    ]

    def __init__(self, replies: Sequence[SavedReply]) -> None:
        super().__init__()
        self._replies = replies

    def compose(self) -> ComposeResult:
        """Search, list, and the words of the highlighted reply."""
        with Vertical() as box:
            box.border_title = "Saved replies"
            yield Input(placeholder="Search by name or words", id="reply-search", select_on_focus=False)
            yield OptionList(id="replies")
            yield Label("", id="reply-words")

    def on_mount(self) -> None:
        """Show all of them."""
        self._fill("")
        self.query_one("#reply-search").focus()

    @on(Input.Changed)
    def search(self, event: Input.Changed) -> None:
        """Every letter narrows the list."""
        self._fill(event.value)

    @on(Input.Submitted)
    @on(OptionList.OptionSelected)
    def enter(self) -> None:
        """Enter takes the highlighted one, wherever the cursor is."""
        self.action_take()

    @on(OptionList.OptionHighlighted)
    def show_words(self, event: OptionList.OptionHighlighted) -> None:
        """The words of the highlighted reply."""
        reply = self._of(event.option.id)
        self.query_one("#reply-words", Label).update(Content(one_line(reply.body) if reply else ""))

    def on_key(self, event: events.Key) -> None:
        """Arrows move in the list while one searches; letters typed in the list go to the search."""
        search, replies = self.query_one("#reply-search", Input), self.query_one(OptionList)
        if search.has_focus and event.key in ("down", "up"):
            replies.action_cursor_down() if event.key == "down" else replies.action_cursor_up()
            event.stop()
        elif replies.has_focus and event.is_printable and event.character:
            search.focus()
            search.value += event.character
            search.cursor_position = len(search.value)
            event.stop()

    def _fill(self, words: str) -> None:
        replies = self.query_one(OptionList)
        replies.clear_options()
        found = [reply for reply in self._replies if _matches(reply, words)]
        for reply in found:
            whose = "yours" if reply.own else "team"
            replies.add_option(
                Option(
                    Content.assemble(
                        f"{one_line(reply.name, 30):<24} ",
                        (f"{whose:<6} {one_line(reply.body, 80)}", "$foreground 75%"),
                    ),
                    id=str(reply.id),
                )
            )
        if not found:
            nothing = "No reply has these words." if self._replies else "No replies are saved yet."
            replies.add_option(Option(Content(nothing), disabled=True))
            self.query_one("#reply-words", Label).update("")
        replies.action_first()

    def _of(self, option_id: str | None) -> SavedReply | None:
        return next((reply for reply in self._replies if str(reply.id) == option_id), None)

    def action_take(self) -> None:
        """Take the highlighted reply."""
        option = self.query_one(OptionList).highlighted_option
        if option is not None and (reply := self._of(option.id)) is not None:
            self.dismiss(reply)

    def action_cancel(self) -> None:
        """Take none."""
        self.dismiss(None)


def offer_replies(asking: Asking, job: Job, chosen: Sequence[Choice], insert: Callable[[str], None]) -> None:
    """Let somebody find a reply, ask for what the job does not say, and insert it."""
    user, services = asking.user, asking.services
    contacts = [choice.person.name for choice in chosen if choice.person.contact_id]
    contact = contacts[0] if len(contacts) == 1 else ""

    def picked(reply: SavedReply | None) -> None:
        if reply is not None:
            asking.ask(
                lambda: services.saved_replies.filled(user, job, reply, contact),
                lambda found: fill_in(asking.app, *found, insert),
                group="saved",
                opening=True,
            )

    asking.ask(
        lambda: services.saved_replies.offered(user, job),
        lambda replies: asking.app.push_screen(ReplyPicker(replies), picked),
        group="saved",
        opening=True,
    )


def fill_in(app: App[object], text: str, missing: Sequence[str], done: Callable[[str], None]) -> None:
    """Ask for what is missing, one after the other, then hand on the text; escape leaves the rest open in it."""
    if not missing:
        done(text)
        return
    name, *rest = missing

    def make(line: str) -> str:
        if not line.strip():
            raise Refusal("Type what should stand there, or press esc to fill it in yourself.", name)
        return " ".join(line.split())

    def answered(value: str | None) -> None:
        if value is None:
            done(text)
        else:
            fill_in(app, fill_known(text, {name: value}), rest, done)

    what = f": {KNOWN[name]}" if name in KNOWN else ""
    app.push_screen(AskLine("Fill in the reply", f"{{{name}}}{what}", make), answered)


def _matches(reply: SavedReply, words: str) -> bool:
    text = fold(f"{reply.name} {reply.body}")
    return all(word in text for word in fold(words).split())
