"""Choosing the job that a text belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from domain.text import one_line
from screens.base import DeskModal

if TYPE_CHECKING:
    from domain.placing import Offer, TrayText


class PlacingScreen(DeskModal["Offer | None"]):
    """Returns the chosen job. Letters search, arrows move, Enter takes the highlighted job: the likeliest at first."""

    DEFAULT_CSS = """
    PlacingScreen { align: center middle; }
    PlacingScreen > Vertical {
        width: 94%; max-width: 110; height: 80%; max-height: 26;
        border: round $primary; background: $surface; padding: 0 1;
    }
    PlacingScreen #job-search, PlacingScreen #job-search:focus { height: 1; border: none; background: $boost; }
    PlacingScreen OptionList, PlacingScreen OptionList:focus { height: 1fr; border: none; background: $surface; }
    PlacingScreen Label { width: 100%; height: auto; max-height: 3; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Back", id="placing.cancel", tooltip="Leave the text where it is"),
        Binding("enter", "take", "Place", id="placing.take", tooltip="Put the text on the highlighted job"),
    ]

    def __init__(self, text: TrayText) -> None:
        super().__init__()
        self._text = text
        self._offers: Sequence[Offer] = ()
        self._wanted = self._shown = ""

    def compose(self) -> ComposeResult:
        """The text, search, and the jobs."""
        with Vertical() as box:
            box.border_title = "Move to another job" if self._text.placed else "Place on a job"
            yield Label(Content(f"“{one_line(self._text.body, 150)}”"), id="placing-text")
            yield Input(
                placeholder="Search by number, customer, title or phone", id="job-search", select_on_focus=False
            )
            yield OptionList(id="offers")
            yield Label("↑ ↓ choose · enter puts it there · esc back")

    def on_mount(self) -> None:
        """Show the likeliest jobs."""
        self.query_one("#job-search").focus()
        self._search("")

    @on(Input.Changed, "#job-search")
    def search(self, event: Input.Changed) -> None:
        """Every letter narrows the list."""
        self._search(event.value)

    @on(Input.Submitted, "#job-search")
    @on(OptionList.OptionSelected, "#offers")
    def enter(self) -> None:
        """Enter takes the highlighted job, wherever the cursor is."""
        self.action_take()

    def on_key(self, event: events.Key) -> None:
        """Arrows move in the list while one searches; letters typed in the list go to the search."""
        search, offers = self.query_one("#job-search", Input), self.query_one(OptionList)
        if search.has_focus and event.key in ("down", "up"):
            offers.action_cursor_down() if event.key == "down" else offers.action_cursor_up()
            event.stop()
        elif offers.has_focus and event.is_printable and event.character:
            search.focus()
            search.value += event.character
            search.cursor_position = len(search.value)
            event.stop()

    def _search(self, words: str) -> None:
        self._wanted, user, text = words, self.user, self._text
        self.ask(lambda: self.services.tray.offers(user, text, words), lambda found: self._show(words, found))

    def _show(self, words: str, found: Sequence[Offer]) -> None:
        self._offers, self._shown = found, words
        offers = self.query_one(OptionList)
        offers.clear_options()
        for offer in found:
            offers.add_option(Option(offer_line(offer), id=str(offer.job_id)))
        if not found:
            offers.add_option(Option(Content("No job of yours has these words."), disabled=True))
        offers.action_first()

    def action_take(self) -> None:
        """Take the highlighted job; none while another search is being read."""
        option = self.query_one(OptionList).highlighted_option
        chosen = next((offer for offer in self._offers if option and str(offer.job_id) == option.id), None)
        if chosen is not None and self._shown == self._wanted:
            self.dismiss(chosen)

    def action_cancel(self) -> None:
        """Leave it."""
        self.dismiss(None)


def offer_line(offer: Offer) -> Content:
    """A job on two lines: what it is, and why it is offered."""
    what = " · ".join(part for part in (offer.number, offer.customer, offer.title) if part)
    about = " · ".join(part for part in (offer.why, offer.status, offer.worker) if part)
    return Content.assemble((one_line(what, 100), "bold"), (f"\n  {one_line(about, 100)}", "$foreground 75%"))
