"""The line at the bottom: the engine's own words, and what the screen has to say."""

from rich.cells import cell_len, set_cell_size
from textual.content import Content
from textual.widget import Widget

from domain.account import EngineWords
from domain.text import one_line


class StatusBar(Widget):
    """Shows the engine's sentence; a symbol first where something is wrong."""

    DEFAULT_CSS = "StatusBar { height: 1; background: $surface; color: $text-muted; }"

    def __init__(self) -> None:
        super().__init__()
        self._engine = ""
        self._well = True
        self._note = ""

    def render(self) -> Content:
        """The engine's words at the left, the screen's note at the right."""
        note = f" {self._note} " if self._note else ""
        words = set_cell_size(f" {self._engine}", max(0, self.size.width - cell_len(note)))
        return Content.assemble((words, "" if self._well else "bold $text-error"), (note, "bold $text-warning"))

    def show(self, engine: EngineWords) -> None:
        """Show the engine's words."""
        self._well = engine.state in ("running", "starting")
        self._engine = ("" if self._well else "! ") + one_line(engine.sentence)
        self.refresh()

    def note(self, words: str) -> None:
        """Show what the screen has to say, "" for nothing."""
        self._note = one_line(words)
        self.refresh()
