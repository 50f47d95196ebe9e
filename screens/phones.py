"""Practice: the customers' phones, to read and to type on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Label, OptionList, Static
from textual.widgets.option_list import Option

from domain import phone
from domain.errors import Refusal
from domain.text import display_text, one_line
from screens.base import Changes, DeskScreen
from screens.handset import Handsets, Phone, PhoneText
from screens.times import clock_time
from widgets.key_bar import KeyBar
from widgets.top_bar import TopBar

LOOK_S = 1.0
_NO_PHONES = "No phone has had a text yet. Send an alert from a job, then come back."


class PhonesScreen(DeskScreen[None]):
    """All phones at the left, one of them open at the right. On an open phone nobody answers by himself."""

    CSS_PATH = "phones.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", id="phones.back", tooltip="Close the phone, then back to the jobs"),
        Binding("ctrl+l", "open_link", "Open link", id="phones.link", tooltip="The page behind the newest link here"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._names: dict[str, str] = {}
        self._open: str | None = None
        self._ours = ""
        self._shown: Sequence[PhoneText] = ()

    def compose(self) -> ComposeResult:
        """The list, and the open phone."""
        yield TopBar(True, "Phones", f"{self.user.name} · {self.user.role.value}")
        with Horizontal(id="both"):
            yield OptionList(id="phones")
            with Vertical(id="handset"):
                yield Label("Choose a phone and press Enter", id="phone-title")
                with VerticalScroll(id="on-phone", can_focus=False):
                    yield Static("", id="texts")
                yield Input(placeholder="Type on this phone, Enter sends", id="typing", disabled=True)
        yield KeyBar()

    def on_mount(self) -> None:
        """Look now and every second."""
        self.query_one("#phones").focus()
        self.set_interval(LOOK_S, self.look)
        self.look()

    def changed(self, changes: Changes) -> None:
        """A text moved on."""
        if changes.kinds & {"delivery", "message"}:
            self.look()

    def _handsets(self) -> Handsets:
        return Handsets(self.services.reads.engine(self.services.clock()).carrier_url)

    def look(self) -> None:
        """Read the phones, and the open one."""
        number = self._open

        def read() -> tuple[list[Phone], dict[str, str], str | None, list[PhoneText]]:
            handsets = self._handsets()
            texts = handsets.texts(number) if number else []
            return handsets.phones(), self.services.reads.names_of_phones(), number, texts

        self.ask(read, self._show, self._away, group="look")

    def _away(self, refusal: Refusal) -> None:
        self.query_one("#phone-title", Label).update(Content(refusal.sentence))

    def _show(self, found: tuple[list[Phone], dict[str, str], str | None, list[PhoneText]]) -> None:
        phones, self._names, number, texts = found
        shown = self.query_one("#phones", OptionList)
        keep = shown.highlighted_option.id if shown.highlighted_option else None
        shown.clear_options()
        for each in phones:
            last = f"{clock_time(each.last_at)} " if each.last_at else ""
            line = Content.assemble(
                (self._owner(each.number), "bold"), (f"\n{last}{one_line(each.last_body, 60)}", "$foreground 75%")
            )
            shown.add_option(Option(line, id=each.number))
        if not phones:
            shown.add_option(Option(Content(_NO_PHONES), disabled=True))
        ids = [option.id for option in shown.options]
        shown.highlighted = ids.index(keep) if keep in ids else 0
        if number == self._open and number is not None and texts != self._shown:
            self._show_texts(number, texts)

    def _show_texts(self, number: str, texts: list[PhoneText]) -> None:
        self._shown = texts
        self.query_one("#phone-title", Label).update(Content(f"{self._owner(number)} · {phone.show(number)}"))
        lines = []
        for text in texts:
            who, look = ("us", "$text-primary") if text.received else ("phone", "$text-success")
            link = ("→ ctrl+l opens the page\n", "bold $text-accent") if text.pages else ""
            lines.append(
                Content.assemble((f"{who} {clock_time(text.at)}\n", look), f"{display_text(text.body)}\n", link)
            )
        self.query_one("#texts", Static).update(Content("\n").join(lines))
        self.query_one("#on-phone", VerticalScroll).scroll_end(animate=False)
        received = [text.other for text in texts if text.received]
        self._ours = received[-1] if received else texts[-1].other if texts else ""

    def _owner(self, number: str) -> str:
        return one_line(self._names.get(number, number), 40)

    @on(OptionList.OptionSelected, "#phones")
    def open_phone(self, event: OptionList.OptionSelected) -> None:
        """Open the highlighted phone."""
        number = event.option.id
        if number is None:
            return
        before, self._open, self._shown = self._open, number, ()
        typing = self.query_one("#typing", Input)
        typing.disabled = False
        typing.focus()

        def attend() -> None:
            if before is not None:
                self._handsets().attend(before, False)
            self._handsets().attend(number, True)

        self.ask(attend, lambda _: self.look(), self._away, group="attend")

    @on(Input.Submitted, "#typing")
    def type_text(self, event: Input.Submitted) -> None:
        """Send what was typed on the phone."""
        number, ours, body = self._open, self._ours, event.value
        if not body.strip() or number is None:
            return
        if not ours:
            self.notify("This phone has had no text of ours yet, so there is nobody to answer.")
            return
        event.input.value = ""
        self.ask(lambda: self._handsets().type(number, ours, body), lambda _: self.look(), self._away, group="type")

    def action_open_link(self) -> None:
        """Show the page behind the newest link on the open phone, with its code; older links are one key away."""
        from screens.qr import QrScreen, Shown

        if self._open is None:
            self.notify("Open a phone first: choose one and press Enter.")
            return
        owner, shown = self._owner(self._open), reversed(self._shown)
        pages = [Shown(f"{owner}, text of {clock_time(text.at)}", page) for text in shown for page in text.pages]
        if pages:
            self.app.push_screen(QrScreen(pages))
        else:
            self.notify("No text on this phone holds a link.")

    def action_back(self) -> None:
        """Close the open phone; then back to the jobs."""
        number = self._open
        if number is None:
            self.dismiss(None)
            return
        self._open, self._shown = None, ()
        typing = self.query_one("#typing", Input)
        typing.value, typing.disabled = "", True
        self.query_one("#texts", Static).update("")
        self.query_one("#phone-title", Label).update("Choose a phone and press Enter")
        self.query_one("#phones").focus()
        self.ask(lambda: self._handsets().attend(number, False), lambda _: None, self._away, group="attend")
