"""The line at the bottom: the engine's own words, and what the screen has to say."""

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Label

from domain.account import EngineWords
from domain.text import one_line


class StatusBar(Horizontal):
    """Shows the engine's sentence; a symbol first where something is wrong."""

    DEFAULT_CSS = """
    StatusBar { height: 1; background: $surface; color: $text-muted; }
    StatusBar > .status-bar--engine { width: 1fr; height: 1; padding: 0 1; }
    StatusBar > .status-bar--engine.-trouble { color: $text-error; text-style: bold; }
    StatusBar > .status-bar--note { width: auto; padding: 0 1; color: $text-warning; text-style: bold; }
    """

    def compose(self) -> ComposeResult:
        """The engine's part and the screen's."""
        yield Label("", classes="status-bar--engine")
        yield Label("", classes="status-bar--note")

    def show(self, engine: EngineWords) -> None:
        """Show the engine's words."""
        well = engine.state in ("running", "starting")
        label = self.query_one(".status-bar--engine", Label)
        label.update(Content(("" if well else "! ") + one_line(engine.sentence)))
        label.set_class(not well, "-trouble")

    def note(self, words: str) -> None:
        """Show what the screen has to say, "" for nothing."""
        self.query_one(".status-bar--note", Label).update(Content(one_line(words)))
