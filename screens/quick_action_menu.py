"""The menu of quick actions: what can be done with a job, and what was done already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from domain.alerts import STATUS_OF, Event
from domain.jobs import Job
from domain.quick_actions import IN_ORDER, Before
from domain.text import one_line
from messaging.quick_words import before_words
from screens.times import clock_time


class QuickActionMenu(ModalScreen[Event | None]):
    """Returns the chosen quick action, None where nothing is to be done."""

    DEFAULT_CSS = """
    QuickActionMenu { align: center middle; }
    QuickActionMenu > Vertical {
        width: 70; max-width: 98%; height: auto; border: round $primary; background: $surface; padding: 0 1;
    }
    QuickActionMenu OptionList, QuickActionMenu OptionList:focus { height: auto; border: none; background: $surface; }
    QuickActionMenu Label { width: 100%; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(str(place), f"choose({place})", f"Action {place}", id=f"actions.{place}", tooltip=event.words)
            for place, event in enumerate(IN_ORDER, 1)
        ),
        Binding("escape,q", "cancel", "Back", id="actions.cancel", tooltip="Do nothing with the job"),
    ]

    def __init__(self, job: Job, before: Mapping[Event, Before]) -> None:
        """`before` are those that were done on the job already."""
        super().__init__()
        self._job, self._before = job, before

    def compose(self) -> ComposeResult:
        """The four, each with its digit and when it was done."""
        with Vertical() as box:
            box.border_title = Content(f"Job {one_line(self._job.number, 20)}: {self._job.status.words}")
            yield OptionList(*(self._option(place, event) for place, event in enumerate(IN_ORDER, 1)), id="actions")
            yield Label("a digit or enter chooses · esc back")

    def on_mount(self) -> None:
        """Begin after what was done last."""
        done = [place for place, event in enumerate(IN_ORDER) if event in self._before]
        menu = self.query_one(OptionList)
        menu.highlighted = min(len(IN_ORDER) - 1, max(done, default=-1) + 1)
        menu.focus()

    @on(OptionList.OptionSelected)
    def take(self, event: OptionList.OptionSelected) -> None:
        """Enter takes the highlighted one."""
        self.action_choose(event.option_index + 1)

    def action_choose(self, place: int) -> None:
        """Take this one."""
        self.dismiss(IN_ORDER[place - 1])

    def action_cancel(self) -> None:
        """Do nothing."""
        self.dismiss(None)

    def _option(self, place: int, event: Event) -> Option:
        before = self._before.get(event)
        about = before_words(before, clock_time) if before else f"status becomes {STATUS_OF[event].words}"
        return Option(
            Content.assemble((f"{place} ", "bold"), f"{event.words:<18}", (one_line(about, 60), "$foreground 75%")),
            id=event.value,
        )
