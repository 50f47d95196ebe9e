"""The line at the top: what this is, whether texts are real, who is signed in, and what waits."""

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Label

from domain.text import one_line


class TopBar(Horizontal):
    """Always says LIVE or PRACTICE, in words first and colour second."""

    DEFAULT_CSS = """
    TopBar { height: 1; background: $panel; color: $foreground; }
    TopBar > .top-bar--mode { width: auto; padding: 0 1; text-style: bold; background: $success-muted; color: $text; }
    TopBar > .top-bar--mode.-live { background: $error-muted; color: $text; }
    TopBar > .top-bar--title { width: 1fr; padding: 0 1; text-style: bold; height: 1; }
    TopBar > .top-bar--who { width: auto; padding: 0 1; }
    """

    def __init__(self, practice: bool, title: str = "Jobline", who: str = "") -> None:
        super().__init__()
        self._practice = practice
        self._title = title
        self._who = who

    def compose(self) -> ComposeResult:
        """The three parts."""
        mode = Label("PRACTICE" if self._practice else "LIVE", classes="top-bar--mode")
        mode.set_class(not self._practice, "-live")
        yield mode
        yield Label(Content(one_line(self._title)), classes="top-bar--title")
        yield Label(Content(one_line(self._who)), classes="top-bar--who")

    def say(self, title: str | None = None, who: str | None = None) -> None:
        """Change the title or the right-hand part."""
        if title is not None:
            self._title = title
            self.query_one(".top-bar--title", Label).update(Content(one_line(title)))
        if who is not None:
            self._who = who
            self.query_one(".top-bar--who", Label).update(Content(one_line(who)))
