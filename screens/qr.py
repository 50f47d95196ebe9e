"""A page's address with its QR code, for a phone's camera or for this machine's browser. Practice only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Label

from domain.text import display_text, one_line
from screens.base import DeskModal
from screens.browser import open_page
from widgets.qr import Qr


@dataclass(frozen=True, slots=True)
class Shown:
    """A page to show: whose it is, or where its link stands, and its address."""

    title: str
    address: str


class QrScreen(DeskModal[None]):
    """Shows one page; of several links the newest first, the others by left and right."""

    DEFAULT_CSS = """
    QrScreen { align: center middle; }
    QrScreen > Horizontal { width: 100%; max-width: 110; height: 100%; max-height: 30; background: $surface; }
    QrScreen VerticalScroll { width: 1fr; height: 100%; padding: 0 1; }
    QrScreen Label { width: 100%; height: auto; margin-bottom: 1; }
    QrScreen #said { color: $text-error; text-style: bold; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", id="qr.close", tooltip="Back to where you came from"),
        Binding("o", "open", "Open", id="qr.open", tooltip="Open the page in this machine's browser"),
        Binding("left", "turn(1)", "Earlier", id="qr.earlier", tooltip="The link of the text before"),
        Binding("right", "turn(-1)", "Later", id="qr.later", tooltip="The link of the text after"),
    ]

    def __init__(self, pages: Sequence[Shown]) -> None:
        """`pages` are the newest first, at least one."""
        super().__init__()
        self._pages = pages
        self._at = 0

    def compose(self) -> ComposeResult:
        """The code, and beside it whose it is, the address, and the keys."""
        with Horizontal():
            yield Qr()
            with VerticalScroll(can_focus=False):
                yield Label("", id="whose")
                yield Label("", id="address")
                yield Label("", id="keys")
                yield Label("", id="said")

    def on_mount(self) -> None:
        """Show the newest."""
        self._show()

    def on_resize(self) -> None:
        """Whether the code fits may have changed."""
        self._show()

    def _show(self) -> None:
        page, code = self._pages[self._at], self.query_one(Qr)
        code.show(page.address)
        code.display = len(code.lines) <= self.app.size.height
        self.query_one("#whose", Label).update(Content.styled(one_line(page.title, 200), "bold"))
        self.query_one("#address", Label).update(Content(display_text(page.address)))
        self.query_one("#keys", Label).update(Content(self._keys(code.display)))
        self.query_one("#said", Label).update("")

    def _keys(self, drawn: bool) -> str:
        words = ["Hold a phone's camera to the code." if drawn else "The code needs a larger window."]
        words.append("o  opens it in the browser")
        if len(self._pages) > 1:
            words.append(f"←  the link before ({self._at + 1} of {len(self._pages)})")
        return "\n".join([*words, "esc  closes this"])

    def action_turn(self, by: int) -> None:
        """Another link."""
        before, self._at = self._at, max(0, min(len(self._pages) - 1, self._at + by))
        if self._at != before:
            self._show()

    def action_open(self) -> None:
        """Open the page beside the desk."""
        address, said = self._pages[self._at].address, self.query_one("#said", Label)
        self.ask(
            lambda: open_page(address),
            lambda _: said.update(Content.styled("Opened in the browser.", "$text-success")),
            lambda refusal: said.update(Content(f"! {refusal.sentence}")),
            group="browser",
            lasting=True,
        )

    def action_close(self) -> None:
        """Back."""
        self.dismiss(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """With one link there is no other to turn to."""
        if action == "turn":
            return len(self._pages) > 1
        return super().check_action(action, parameters)
