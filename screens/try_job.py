"""Choosing the job that an alert is tried on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from domain.text import one_line
from screens.base import DeskModal

NOTHING_FITS = "No job of this template has these words. Shorten them, or press esc."


class TryJob(DeskModal[tuple[int, str] | None]):
    """Returns the chosen job's id and name, None where nothing was chosen."""

    DEFAULT_CSS = """
    TryJob { align: center middle; }
    TryJob > Vertical {
        width: 90%; max-width: 90; height: 80%; max-height: 24;
        border: round $primary; background: $surface; padding: 0 1;
    }
    TryJob Input, TryJob Input:focus { height: 1; border: none; background: $boost; }
    TryJob OptionList, TryJob OptionList:focus { height: 1fr; border: none; background: $surface; }
    TryJob Label { width: 100%; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Back", id="tryjob.cancel", tooltip="Keep the job of the preview"),
    ]

    def __init__(self, template: str) -> None:
        super().__init__()
        self._template = template
        self._found: dict[int, str] = {}

    def compose(self) -> ComposeResult:
        """Search and list."""
        with Vertical() as box:
            box.border_title = Content(f"Preview on a job of {one_line(self._template, 40)}")
            yield Input(placeholder="Search by number or customer", id="job-words", select_on_focus=False)
            yield OptionList(id="jobs-to-try")
            yield Label("↓ list · enter takes · esc back")

    def on_mount(self) -> None:
        """Show the newest jobs."""
        self._search("")
        self.query_one("#job-words").focus()

    @on(Input.Changed, "#job-words")
    def search(self, event: Input.Changed) -> None:
        """Every letter narrows the list."""
        self._search(event.value)

    def _search(self, words: str) -> None:
        setup = self.services
        self.ask(lambda: (words, setup.alert_setup.jobs_to_try(self.user, self._template, words)), self._show)

    def _show(self, answer: tuple[str, Sequence[tuple[int, str]]]) -> None:
        words, found = answer
        if words != self.query_one("#job-words", Input).value:
            return
        self._found = dict(found)
        jobs = self.query_one(OptionList)
        options = [Option(Content(one_line(name, 120)), id=str(job_id)) for job_id, name in found]
        jobs.set_options(options or [Option(Content(NOTHING_FITS), disabled=True)])
        jobs.highlighted = 0 if options else None

    @on(Input.Submitted, "#job-words")
    def take_first(self) -> None:
        """Enter in the search takes the highlighted job."""
        option = self.query_one(OptionList).highlighted_option
        if option is not None and option.id is not None:
            self._take(option.id)

    @on(OptionList.OptionSelected)
    def take(self, event: OptionList.OptionSelected) -> None:
        """Enter in the list takes it."""
        if event.option.id is not None:
            self._take(event.option.id)

    def _take(self, key: str) -> None:
        self.dismiss((int(key), self._found[int(key)]))

    def on_key(self, event: events.Key) -> None:
        """Arrows go between search and list."""
        words, jobs = self.query_one("#job-words", Input), self.query_one(OptionList)
        if words.has_focus and event.key == "down":
            jobs.focus()
            event.stop()
        elif jobs.has_focus and event.key == "up" and not jobs.highlighted:
            words.focus()
            event.stop()
        elif jobs.has_focus and event.is_printable and event.character:
            words.focus()
            words.insert_text_at_cursor(event.character)
            event.stop()

    def action_cancel(self) -> None:
        """Keep the job that was there."""
        self.dismiss(None)
