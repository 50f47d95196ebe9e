"""The tray: texts that no rule could place on a job with certainty."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from domain import phone
from domain.text import display_text
from screens.base import Changes, DeskScreen
from screens.times import clock_time
from widgets.key_bar import KeyBar
from widgets.status_bar import StatusBar
from widgets.top_bar import TopBar

if TYPE_CHECKING:
    from storage.inbox import Unplaced


class TrayScreen(DeskScreen[None]):
    """Every waiting text whole: who sent it, to which of our numbers, when, and why it waits."""

    DEFAULT_CSS = """
    TrayScreen OptionList, TrayScreen OptionList:focus { height: 1fr; border: none; }
    TrayScreen #what { height: auto; padding: 0 1; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,t", "back", "Back", id="tray.back", tooltip="Back to the jobs"),
    ]

    def compose(self) -> ComposeResult:
        """Bars, one sentence, and the texts."""
        yield TopBar(self.services.account.practice, "Tray", f"{self.user.name} · {self.user.role.value}")
        yield Label("Texts that could not be placed on a job. Nothing is lost: they stay here.", id="what")
        yield OptionList(id="texts")
        yield StatusBar()
        yield KeyBar()

    def on_mount(self) -> None:
        """Read the tray."""
        self.query_one(OptionList).focus()
        self._load()

    def changed(self, changes: Changes) -> None:
        """Another text may have come."""
        if changes.kinds & {"tray", "message"}:
            self._load()

    def _load(self) -> None:
        self.ask(lambda: self.services.inbox.tray(self.user), self._show, group="tray")
        self.ask_engine()

    def _show(self, texts: Sequence[Unplaced]) -> None:
        shown = self.query_one(OptionList)
        keep = shown.highlighted_option.id if shown.highlighted_option else None
        shown.clear_options()
        for text in texts:
            head = f"{phone.show(text.sender)} → {phone.show(text.to)} · {clock_time(text.at)}"
            line = Content.assemble(
                (head, "bold"), f"\n{display_text(text.body)}\n", (f"{text.why}\n", "$foreground 75%")
            )
            shown.add_option(Option(line, id=str(text.id)))
        if not texts:
            shown.add_option(Option(Content("The tray is empty: every text found its job. Press esc to go back.")))
        ids = [option.id for option in shown.options]
        shown.highlighted = ids.index(keep) if keep in ids else 0

    def action_back(self) -> None:
        """Back to the jobs."""
        self.dismiss(None)
