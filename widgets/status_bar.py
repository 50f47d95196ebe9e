"""The line at the bottom: the engine's own words, and what the screen has to say."""

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from domain.account import EngineWords
from domain.text import one_line
from widgets.wrapping import fit


class StatusBar(Widget):
    """Shows the engine's sentence; a symbol first where something is wrong."""

    DEFAULT_CSS = "StatusBar { height: 1; background: $surface; color: $text-muted; }"

    def __init__(self) -> None:
        super().__init__()
        self._engine = ""
        self._well = True
        self._note = ""
        self._rang = ""

    def render(self) -> Content:
        """The engine's words at the left, what rang and the screen's note at the right."""
        note, rang = (f" {words} " if words else "" for words in (self._note, self._rang))
        words = fit(f" {self._engine}", max(0, self.size.width - cell_len(rang + note)))
        look = "" if self._well else "bold $text-error"
        return Content.assemble((words, look), (rang, "bold $text-accent"), (note, "bold $text-warning"))

    def show(self, engine: EngineWords) -> None:
        """Show the engine's words."""
        self._well = engine.state in ("running", "starting")
        self._engine = ("" if self._well else "! ") + one_line(engine.sentence)
        self.refresh()

    def rang(self, words: str) -> None:
        """Show whose message the bell rang for, "" for nobody's."""
        self._rang = one_line(words)
        self.refresh()

    @property
    def noted(self) -> str:
        """What the screen has to say now."""
        return self._note

    def note(self, words: str) -> None:
        """Show what the screen has to say, "" for nothing."""
        self._note = one_line(words)
        self.refresh()
