"""The line that says that the desk is about to sign out."""

from textual.content import Content
from textual.widgets import Static


class IdleLine(Static):
    """Stands above everything, modal windows too."""

    DEFAULT_CSS = """
    IdleLine {
        layer: _toastrack;
        dock: top;
        width: 100%;
        height: 1;
        text-align: center;
        background: $warning;
        color: auto 90%;
        text-style: bold;
    }
    """

    def say(self, seconds: int) -> None:
        """Say how many seconds are left."""
        self.update(Content(f"Signing out in {seconds} s: press any key"))
