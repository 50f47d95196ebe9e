"""Why an automatic text went out: what happened, by which rule, and with which values."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from domain.text import display_text, one_line
from screens.times import clock_time

if TYPE_CHECKING:
    from messaging.alert_setup import Why


class WhyScreen(ModalScreen[None]):
    """Everything that is known of one automatic text."""

    DEFAULT_CSS = """
    WhyScreen { align: center middle; }
    WhyScreen > VerticalScroll {
        width: 90%; max-width: 100; height: auto; max-height: 96%;
        border: round $primary; background: $surface; padding: 0 1;
    }
    WhyScreen Static { width: 100%; height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,y", "close", "Close", id="why.close", tooltip="Back to the thread"),
    ]

    def __init__(self, why: Why) -> None:
        super().__init__()
        self._why = why

    def compose(self) -> ComposeResult:
        """Event, rule, wording, values, and what was folded."""
        with VerticalScroll() as box:
            box.border_title = "Why this text went out"
            yield Static(told(self._why))

    def action_close(self) -> None:
        """Back to the thread."""
        self.dismiss(None)


def told(why: Why) -> Content:
    """Each fact with its name."""
    lines = [Content.assemble((f"{name:<10}", "$foreground 75%"), value) for name, value in _facts(why)]
    return Content("\n").join(lines)


def _facts(why: Why) -> list[tuple[str, str]]:
    facts = [
        ("Event", f"{why.event.words}, {clock_time(why.at)}, by {one_line(why.by, 60)}"),
        ("Rule", f"version {why.version}"),
        ("Wording", display_text(why.wording)),
    ]
    values = [(f"{{{one_line(name, 20)}}}", one_line(value, 200)) for name, value in why.values.items()]
    width = max((len(name) for name, _ in values), default=0)
    for at, (name, value) in enumerate(values):
        facts.append(("Values" if at == 0 else "", f"{name:<{width}}  {value}"))
    if why.folded:
        facts.append(("Folded", display_text(why.folded)))
    return facts
