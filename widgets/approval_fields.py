"""What Request approval asks for beside the message: the estimate that goes with it, and how long the repair takes."""

from collections.abc import Callable
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Label

from domain.errors import Refusal
from domain.repair_time import EXAMPLES
from domain.text import one_line
from widgets.share_line import ShareLine


class ApprovalFields(Vertical):
    """Two lines, and beneath them what the customer will read of the repair time."""

    DEFAULT_CSS = """
    ApprovalFields { height: auto; }
    ApprovalFields Horizontal { height: 1; }
    ApprovalFields .approval--name { width: 13; height: 1; padding: 0 1; color: $text-muted; }
    ApprovalFields #repair, ApprovalFields #repair:focus { width: 1fr; height: 1; border: none; background: $boost; }
    ApprovalFields #repair-said { width: 100%; height: auto; padding: 0 1; color: $text-muted; }
    ApprovalFields #repair-said.-wrong { color: $text-error; text-style: bold; }
    """

    @dataclass
    class Edited(Message):
        """Something was changed here."""

    def __init__(self, sentence: Callable[[str], str]) -> None:
        """`sentence` makes of what is typed what is sent, "" for nothing; it raises Refusal for what it cannot read."""
        super().__init__()
        self._sentence = sentence

    def compose(self) -> ComposeResult:
        """The estimate, and the repair time."""
        with Horizontal():
            yield Label("Estimate", classes="approval--name")
            yield ShareLine()
        with Horizontal():
            yield Label("Repair time", classes="approval--name")
            yield Input(id="repair", select_on_focus=False)
        yield Label("", id="repair-said")

    @property
    def repair(self) -> str:
        """The repair time as typed."""
        return self.query_one("#repair", Input).value

    @property
    def shares(self) -> bool:
        """Whether the draft goes with the message."""
        return self.query_one(ShareLine).value

    @shares.setter
    def shares(self, value: bool) -> None:
        self.query_one(ShareLine).value = value

    @property
    def sentence(self) -> str:
        """What the customer reads of the repair time; "" while it is empty or cannot be read."""
        try:
            return self._sentence(self.repair)
        except Refusal:
            return ""

    def put(self, repair: str, shares: bool) -> None:
        """Fill the fields."""
        with self.prevent(Input.Changed):
            self.query_one("#repair", Input).value = repair
        self.shares = shares
        self._say()

    def show_estimate(self, words: str, has_draft: bool) -> None:
        """Say what estimate there is."""
        self.query_one(ShareLine).show(words, has_draft)

    def focus_repair(self) -> None:
        """Go to the repair time; what is wrong with it stands beneath."""
        self.query_one("#repair").focus()

    @on(ShareLine.Ticked)
    def note_tick(self, event: ShareLine.Ticked) -> None:
        """The estimate goes with it now, or no longer."""
        event.stop()
        self.post_message(self.Edited())

    @on(Input.Changed, "#repair")
    def note_repair(self, event: Input.Changed) -> None:
        """Say at once how the time is understood."""
        event.stop()
        self._say()
        self.post_message(self.Edited())

    def _say(self) -> None:
        said = self.query_one("#repair-said", Label)
        try:
            sentence, wrong = self._sentence(self.repair), False
        except Refusal as refusal:
            sentence, wrong = f"! {refusal.sentence}", True
        words = sentence if wrong else f"adds “{sentence}”" if sentence else f"for example {EXAMPLES}"
        said.update(Content(one_line(words)))
        said.set_class(wrong, "-wrong")
