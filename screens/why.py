"""Why an automatic text went out, and what was really texted to whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from domain.delivery import Delivery
from domain.text import display_text, one_line
from screens.times import clock_time

if TYPE_CHECKING:
    from messaging.alert_setup import Why


class WhyScreen(ModalScreen[None]):
    """Everything that is known of one text: the rule behind it, and what was added to its words."""

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

    def __init__(self, why: Why | None, deliveries: Sequence[Delivery] = ()) -> None:
        """`why` is None for what a person wrote; `deliveries` are those of its message."""
        super().__init__()
        self._why = why
        self._deliveries = deliveries

    def compose(self) -> ComposeResult:
        """Event, rule, wording, values, and what was folded."""
        with VerticalScroll() as box:
            box.border_title = "Why this text went out" if self._why else "What was texted"
            yield Static(told(self._why, self._deliveries))

    def action_close(self) -> None:
        """Back to the thread."""
        self.dismiss(None)


def told(why: Why | None, deliveries: Sequence[Delivery] = ()) -> Content:
    """Each fact with its name."""
    facts = [*(_facts(why) if why else ()), *_texted(deliveries)]
    return Content("\n").join([Content.assemble((f"{name:<10}", "$foreground 75%"), value) for name, value in facts])


def differs(deliveries: Iterable[Delivery]) -> bool:
    """Whether somebody was texted something else than the words of the message."""
    return any(delivery.text for delivery in deliveries)


def _texted(deliveries: Iterable[Delivery]) -> list[tuple[str, str]]:
    """What was really texted to whom, where that is not the message itself; an address stays `[link]`."""
    different = [delivery for delivery in deliveries if delivery.text]
    return [("As texted", f"to {one_line(d.name or d.to, 60)}: {display_text(d.text)}") for d in different]


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
