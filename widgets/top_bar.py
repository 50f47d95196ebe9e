"""The line at the top: what this is, whether texts are real, who is signed in, and what waits."""

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from domain.text import one_line


class TopBar(Widget):
    """Always says LIVE or PRACTICE, in words first and colour second."""

    DEFAULT_CSS = "TopBar { height: 1; background: $panel; color: $foreground; }"

    def __init__(self, practice: bool, title: str = "Jobline", who: str = "") -> None:
        super().__init__()
        self._practice = practice
        self._title = one_line(title)
        self._who = one_line(who)

    def render(self) -> Content:
        """The mode and the title at the left, the rest at the right."""
        mode, look = ("PRACTICE", "bold $text on $success-muted") if self._practice else ("LIVE", _LIVE)
        left = f" {self._title} "
        gap = self.size.width - cell_len(f" {mode} {left}{self._who} ")
        return Content.assemble((f" {mode} ", look), (left, "bold"), " " * max(0, gap), f"{self._who} ")

    def say(self, title: str | None = None, who: str | None = None) -> None:
        """Change the title or the right-hand part."""
        self._title = self._title if title is None else one_line(title)
        self._who = self._who if who is None else one_line(who)
        self.refresh()


_LIVE = "bold $text on $error-muted"
