"""Choosing which dispatcher leads a job."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from domain.text import fold, one_line

if TYPE_CHECKING:
    from messaging.leading import Colleague

NOBODY = 0
"""Returned where nobody shall own the job."""


class ColleaguePicker(ModalScreen[int | None]):
    """Returns a colleague's id, NOBODY, or None where all stays as it is. A letter goes to the next such name."""

    DEFAULT_CSS = """
    ColleaguePicker { align: center middle; }
    ColleaguePicker > Vertical {
        width: 50; max-width: 98%; height: auto; max-height: 90%;
        border: round $primary; background: $surface; padding: 0 1;
    }
    ColleaguePicker OptionList, ColleaguePicker OptionList:focus { height: auto; max-height: 14; border: none; }
    ColleaguePicker Label { width: 100%; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,I", "cancel", "Back", id="colleague.cancel", tooltip="Leave the job with whom it is"),
    ]

    def __init__(self, number: str, colleagues: Sequence[Colleague]) -> None:
        super().__init__()
        self._number = number
        self._colleagues = list(colleagues)

    def compose(self) -> ComposeResult:
        """The names, and nobody."""
        with Vertical() as box:
            box.border_title = f"Who leads {one_line(self._number, 20)}?"
            yield OptionList(*(self._option(colleague) for colleague in self._colleagues), id="colleagues")
            yield Label("enter chooses · a letter finds · esc back")

    def on_mount(self) -> None:
        """Begin at whoever owns it now."""
        people = self.query_one(OptionList)
        people.add_option(Option(Content("Nobody"), id=str(NOBODY)))
        people.focus()
        people.highlighted = next((i for i, one in enumerate(self._colleagues) if one.owns), 0)

    def on_key(self, event: events.Key) -> None:
        """Go to the next name that begins with this letter."""
        if event.character is None or not event.character.isalnum():
            return
        people = self.query_one(OptionList)
        names = [fold(colleague.name) for colleague in self._colleagues] + ["nobody"]
        at = (people.highlighted or 0) + 1
        places = [*range(at, len(names)), *range(at)]
        people.highlighted = next((i for i in places if names[i].startswith(fold(event.character))), people.highlighted)

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        """Enter gives the job to the highlighted one."""
        self.dismiss(int(event.option.id or NOBODY))

    def action_cancel(self) -> None:
        """Leave it."""
        self.dismiss(None)

    def _option(self, colleague: Colleague) -> Option:
        mark = "◆ " if colleague.owns else "  "
        return Option(Content(f"{mark}{one_line(colleague.name, 40)}"), id=str(colleague.id))
