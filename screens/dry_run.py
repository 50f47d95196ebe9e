"""Dry run: which texts a rule would have sent on a past day. Nothing is sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Label, OptionList, Static
from textual.widgets.option_list import Option

from domain.alerts import Rule
from domain.errors import Refusal
from domain.text import display_text, one_line
from screens.base import DeskScreen
from screens.times import clock_time
from widgets.key_bar import KeyBar
from widgets.top_bar import TopBar
from widgets.wrapping import fit, shown

if TYPE_CHECKING:
    from messaging.alert_setup import DryText

_FIRST_YEAR = 2000
_NOTHING = "Nothing happened on this day that this alert would have told. Try another day with ctrl+b."


def read_day(typed: str, today: date) -> date:
    """A past day as somebody typed it. Raises Refusal (field "day")."""
    words = typed.strip()
    try:
        day = date.fromisoformat(words)
    except ValueError:
        raise Refusal(f"“{words[:20]}” is no day like {today - timedelta(days=1)}.", "day") from None
    if day >= today:
        raise Refusal(f"{day} is not over yet: choose a day before today, {today}.", "day")
    if day.year < _FIRST_YEAR:
        raise Refusal(f"{day} is before any job there can be: choose a day from {_FIRST_YEAR} on.", "day")
    return day


def summed_up(texts: Sequence[DryText]) -> str:
    """How many texts to how many phones, and how many would not have gone."""
    gone = [text for text in texts if not text.why_not]
    phones = len({text.phone for text in gone})
    words = f"{_number(len(gone), 'text')} to {_number(phones, 'phone')} would have gone out"
    kept = len(texts) - len(gone)
    return f"{words}, {kept} would not." if kept else f"{words}."


class DryRunScreen(DeskScreen[None]):
    """One line a text, with the reason where it would not have gone; the whole of it below."""

    CSS_PATH = "dry_run.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+b", "day(-1)", "Day before", id="dryrun.before", tooltip="Go one day back"),
        Binding("ctrl+n", "day(1)", "Day after", id="dryrun.after", tooltip="Go one day on"),
        Binding("escape", "back", "Back", id="dryrun.back", tooltip="Back to the alert"),
    ]

    def __init__(self, rule: Rule) -> None:
        """`rule` is tried as it stands on the page, saved or not."""
        super().__init__()
        self.rule = rule
        self._texts: Sequence[DryText] = ()
        self._day: date | None = None

    def compose(self) -> ComposeResult:
        """The day, the sum, the list, and the text under the cursor."""
        yield TopBar(self.services.account.practice, "Dry run", f"{self.user.name} · {self.user.role.value}")
        words = f"{one_line(self.rule.template, 40)} · {self.rule.event.words} · as it stands on the page"
        yield Label(Content(words), id="dry-heading")
        with Horizontal(id="dry-day"):
            yield Label("Past day")
            yield Input(str(self._today() - timedelta(days=1)), id="day", select_on_focus=False)
            yield Label("Enter shows it. Nothing is sent.", id="dry-nothing")
        yield Label("", id="dry-sum")
        yield OptionList(id="dry-texts")
        with VerticalScroll(id="dry-whole", can_focus=False):
            yield Static("", id="dry-detail")
        yield KeyBar()

    def on_mount(self) -> None:
        """Show yesterday."""
        self.query_one("#day").focus()
        self._look()

    def _today(self) -> date:
        return self.services.clock().astimezone().date()

    @property
    def list(self) -> OptionList:
        """The texts."""
        return self.query_one("#dry-texts", OptionList)

    @on(Input.Submitted, "#day")
    def look_at_day(self) -> None:
        """Enter shows the typed day, then goes to the texts."""
        self.list.focus()
        self._look()

    def on_key(self, event: events.Key) -> None:
        """The arrow goes from the day to the texts, as in every list with a field above it."""
        if event.key == "down" and self.query_one("#day").has_focus:
            self.list.focus()
            event.stop()

    def _look(self) -> None:
        try:
            day = read_day(self.query_one("#day", Input).value, self._today())
        except Refusal as refusal:
            self._refused(refusal)
            return
        self._say("Looking …")
        user, rule = self.user, self.rule
        self.ask(
            lambda: (day, self.services.alert_setup.dry_run(user, rule, day)), self._show, self._refused, group="dry"
        )

    def _show(self, answer: tuple[date, Sequence[DryText]]) -> None:
        self._day, self._texts = answer
        self._say(f"{self._day:%A} {self._day}: {summed_up(self._texts)}")
        self._draw()
        self.list.highlighted = 0 if self._texts else None
        self._show_whole(0)

    def _draw(self) -> None:
        width = max(40, self.list.scrollable_content_region.width)
        options = [Option(_line(text, width)) for text in self._texts]
        if not options and self._day is not None:
            options = [Option(Content(_NOTHING), disabled=True)]
        self.list.set_options(options)

    def _refused(self, refusal: Refusal) -> None:
        self._texts, self._day = (), None
        self._draw()
        self._show_whole(0)
        self._say(f"! {refusal.sentence}", wrong=True)
        self.query_one("#day").focus()

    def _say(self, words: str, wrong: bool = False) -> None:
        said = self.query_one("#dry-sum", Label)
        said.update(Content(one_line(words)))
        said.set_class(wrong, "-wrong")

    def on_resize(self, _event: events.Resize) -> None:
        """The columns follow the width."""
        keep = self.list.highlighted
        self._draw()
        self.list.highlighted = keep

    @on(OptionList.OptionHighlighted, "#dry-texts")
    def show_whole(self, event: OptionList.OptionHighlighted) -> None:
        """The whole text under the cursor."""
        self._show_whole(event.option_index)

    def _show_whole(self, at: int) -> None:
        found = self._texts[at] if at < len(self._texts) else None
        self.query_one("#dry-detail", Static).update(_whole(found) if found else "")

    def action_day(self, step: int) -> None:
        """Look at the day before or after."""
        field = self.query_one("#day", Input)
        try:
            day = self._day or read_day(field.value, self._today())
        except Refusal:
            day = self._today() - timedelta(days=1 + step)
        if day + timedelta(days=step) < self._today():
            field.value = str(day + timedelta(days=step))
            self._look()

    def action_back(self) -> None:
        """Back to the alert."""
        self.dismiss(None)


def _line(text: DryText, width: int) -> Content:
    when, job = f"{text.at.astimezone():%H:%M}", fit(shown(text.number), 9)
    to = fit(shown(text.to) or "nobody", max(14, min(30, width // 4)))
    words = f"not sent: {text.why_not}" if text.why_not else text.text
    head = f"{when} {job} {to} "
    line = head + fit(shown(words), max(4, width - cell_len(head)))
    return Content.styled(line, "$foreground 75%") if text.why_not else Content(line)


def _whole(text: DryText) -> Content:
    lines = [f"Job {one_line(text.number)}, to {one_line(text.to) or 'nobody'}, happened {clock_time(text.at)}"]
    if text.why_not:
        lines.append(f"Would not have gone out: {one_line(text.why_not)}")
    else:
        lines[0] += f", would have left {clock_time(text.leaves)}"
    return Content("\n".join([*lines, display_text(text.text)]))


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
