"""Send Message: Recipient, Contents, Submit, and what will happen when it is pressed."""

from dataclasses import dataclass
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Button, Label, TextArea
from textual.widgets.text_area import Location, Selection

from domain.placeholders import PLACEHOLDER
from domain.text import one_line
from widgets.contents import LONGEST_PASTE, Contents
from widgets.wrapping import wrap_parts

_MOST_LINES = 3
"""What is said at a field has room for so many."""


class RecipientField(Widget, can_focus=True):
    """Who the message is for; Enter opens the picker, and so does a letter, which begins the search there.

    So no word that was meant for Contents acts as the keys of the screen: "take" would begin an alert.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", id="recipient.leave", tooltip="Go to the thread; again goes back"),
        Binding("enter,space,down", "pick", "Pick", id="recipient.pick", tooltip="Choose who the message is for"),
    ]
    DEFAULT_CSS = """
    RecipientField { height: 1; width: 1fr; background: $boost; padding: 0 1; }
    RecipientField:focus { background: $block-cursor-background; color: $block-cursor-foreground; }
    """

    @dataclass
    class Picked(Message):
        """Somebody wants to choose; `begun` is what they typed already."""

        begun: str = ""

    class Left(Message):
        """The writer pressed escape."""

    def __init__(self) -> None:
        super().__init__(id="recipient")
        self.names = ""

    def show(self, names: str) -> None:
        """Show who is chosen, "" for nobody."""
        self.names = one_line(names)
        self.refresh()

    def render(self) -> Content:
        """The names, or what to do."""
        return Content(self.names or "nobody yet: type a name, or press Enter to choose")

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Letters and figures are for the search, not for the keys of the screen."""
        return character is not None and character.isalnum()

    def on_key(self, event: events.Key) -> None:
        """A letter opens the picker and begins the search."""
        if event.character is not None and event.character.isalnum():
            event.stop()
            self.post_message(self.Picked(event.character))

    def on_click(self) -> None:
        """A click opens the picker too."""
        self.action_pick()

    def action_pick(self) -> None:
        """Ask for the picker."""
        self.post_message(self.Picked())

    def action_leave(self) -> None:
        """Go to the thread."""
        self.post_message(self.Left())


class Composer(Vertical):
    """Shows and edits one message; it never decides who may get it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "pick", "Recipient", id="composer.pick", show=False, tooltip="Choose who the message is for"),
    ]

    DEFAULT_CSS = """
    Composer { height: auto; border-top: solid $primary; border-title-color: $text-primary; }
    Composer .composer--row { height: auto; }
    Composer .composer--name { width: 11; height: 1; padding: 0 1; color: $text-muted; }
    Composer .composer--said { height: auto; max-height: 3; padding: 0 1; width: 1fr; color: $text-muted; }
    Composer .composer--said.-wrong { color: $text-error; text-style: bold; }
    Composer Button { min-width: 10; }
    Composer Contents { width: 1fr; }
    Composer .composer--text { height: 4; }
    """

    class Submitted(Message):
        """The button was pressed."""

    class Edited(Message):
        """The text was changed by its writer."""

    @dataclass
    class PickWanted(Message):
        """The writer wants to choose recipients; `begun` is what they typed already."""

        begun: str = ""

    class Left(Message):
        """The writer went back to the thread."""

    class CallBackWanted(Message):
        """The writer wants back what was just sent."""

    def compose(self) -> ComposeResult:
        """Recipient, contents, and two lines of what will happen."""
        with Horizontal(classes="composer--row"):
            yield Label("Recipient", classes="composer--name")
            yield RecipientField()
        yield Label("", id="audience", classes="composer--said")
        with Horizontal(classes="composer--text"):
            yield Label("Contents", classes="composer--name")
            yield Contents(id="contents", soft_wrap=True, show_line_numbers=False, highlight_cursor_line=False)
        with Horizontal(classes="composer--row"):
            yield Label("", id="count", classes="composer--said")
            yield Button("Submit", id="submit", variant="primary", compact=True)

    def on_mount(self) -> None:
        """Name the section as everybody calls it."""
        self.border_title = "Send Message"

    @property
    def body(self) -> str:
        """What is written."""
        return self.query_one(Contents).text

    def write(self, body: str) -> None:
        """Put a text into the field, its writer's place at the end."""
        field = self.query_one(Contents)
        with self.prevent(TextArea.Changed):
            field.load_text(body)
        field.move_cursor(field.document.end)

    def insert(self, words: str) -> None:
        """Put words in where the writer is, and leave the cursor on the first placeholder that is still open."""
        field = self.query_one(Contents)
        field.insert(words)
        field.focus()
        self.point_at_placeholder()

    def point_at_placeholder(self) -> bool:
        """Select the first placeholder that is still open; False where there is none."""
        field = self.query_one(Contents)
        found = PLACEHOLDER.search(field.text)
        if found is None:
            return False
        field.selection = Selection(_place(field.text, found.start()), _place(field.text, found.end()))
        return True

    def show_recipients(self, names: str, audience: str) -> None:
        """Show who is chosen and who will see it."""
        self.query_one(RecipientField).show(names)
        self.say("recipient", audience, wrong=False)

    def show_count(self, words: str) -> None:
        """Show what sending costs."""
        self.say("contents", words, wrong=False)

    @property
    def complains(self) -> bool:
        """Whether something wrong is said beneath the text; it stays until the writer goes on."""
        return self.query_one("#count").has_class("-wrong")

    def say(self, field: str | None, words: str, wrong: bool = True, focus: bool = True) -> None:
        """Say something at a field; what is wrong is marked with a word and a colour, and gets the focus."""
        recipient = field == "recipient"
        label = self.query_one("#audience" if recipient else "#count", Label)
        label.update(Content(_in_lines(("! " if wrong else "") + one_line(words), label.size.width)))
        label.set_class(wrong, "-wrong")
        if wrong and focus:
            self.query_one(RecipientField if recipient else Contents).focus()

    def title(self, words: str) -> None:
        """Name the section, for example by whom it answers."""
        self.border_title = Content(one_line(words))

    def start(self, at_recipient: bool) -> None:
        """Put the cursor where the writer begins (rule 39)."""
        self.query_one(RecipientField if at_recipient else Contents).focus()

    @on(TextArea.Changed)
    def note_edit(self, event: TextArea.Changed) -> None:
        """The writer typed."""
        event.stop()
        self.post_message(self.Edited())

    @on(RecipientField.Picked)
    def want_pick(self, event: RecipientField.Picked) -> None:
        """The writer wants to choose."""
        self.post_message(self.PickWanted(event.begun))

    @on(RecipientField.Left)
    @on(Contents.Left)
    def leave(self) -> None:
        """The writer goes back to the thread."""
        self.post_message(self.Left())

    @on(Contents.NothingToUndo)
    def want_back(self) -> None:
        """An empty field has nothing to undo: what was just sent is meant."""
        self.post_message(self.CallBackWanted())

    @on(Contents.PasteRefused)
    def refuse_paste(self) -> None:
        """Say why nothing was inserted."""
        self.say("contents", f"Nothing was inserted: more than {LONGEST_PASTE:,} characters were pasted.")

    @on(Button.Pressed, "#submit")
    def press_submit(self, event: Button.Pressed) -> None:
        """Ask for it to be sent."""
        event.stop()
        self.post_message(self.Submitted())

    def action_pick(self) -> None:
        """Ask for the picker."""
        self.post_message(self.PickWanted())


def _in_lines(words: str, width: int) -> str:
    """The words broken at " · ", unless that takes more lines than there are."""
    lines = wrap_parts(words, width) if width else []
    return "\n".join(lines) if len(lines) <= _MOST_LINES and lines else words


def _place(text: str, index: int) -> Location:
    """Row and column of a character in a text."""
    before = text[:index]
    return before.count("\n"), index - (before.rfind("\n") + 1)
