"""Merging two contacts: each value is chosen, then what moves is said, then it is confirmed."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from domain.contact_merging import FIELDS, Side
from domain.errors import Refusal
from domain.text import one_line
from messaging.contacts import Merging
from screens.ask import Confirm
from screens.base import DeskScreen
from screens.contact_words import FIELDS as LABELS
from screens.contact_words import value_words
from widgets.key_bar import KeyBar
from widgets.top_bar import TopBar
from widgets.wrapping import fit

_LABEL = 14


class MergeScreen(DeskScreen[Any]):
    """Returns the merge that was done (`storage.contact_journal.Merge`), None where nothing was.

    Up and down go through the fields; the arrows to the sides choose whose value is taken.
    """

    CSS_PATH = ["settings.tcss", "contacts.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "choose('kept')", "Left", id="merge.left", priority=True, tooltip="Take the value at the left"),
        Binding(
            "right", "choose('gone')", "Right", id="merge.right", priority=True, tooltip="Take the value at the right"
        ),
        Binding("space", "swap", "Other", id="merge.swap", show=False, tooltip="Take the other value"),
        Binding("ctrl+s", "merge", "Merge", id="merge.merge", tooltip="Make one contact of both; asks first"),
        Binding("escape", "cancel", "Back", id="merge.cancel", tooltip="Merge nobody"),
    ]

    def __init__(self, kept_id: int, gone_id: int) -> None:
        super().__init__()
        self._ids = kept_id, gone_id
        self._merging: Merging | None = None
        self._sides: dict[str, Side] = {}
        self._at_work = False

    def compose(self) -> ComposeResult:
        """Both contacts side by side, and what goes over."""
        yield TopBar(self.services.account.practice, "Contacts > Merge", f"{self.user.name} · {self.user.role.value}")
        yield Label("", id="both-names")
        yield OptionList(id="values")
        yield Label("", id="moves")
        yield Label("", id="said")
        yield KeyBar()

    def on_mount(self) -> None:
        """Read both."""
        by, ids = self.user, self._ids
        self.query_one("#values").focus()
        self.ask(lambda: self.services.contacts.look_at_both(by, *ids), self._show, self._leave, opening=True)

    def _leave(self, refusal: Refusal) -> None:
        self.tell(refusal)
        self.dismiss(None)

    def _show(self, merging: Merging) -> None:
        self._merging, self._sides = merging, dict(merging.choices)
        self._draw()
        values = self.query_one(OptionList)
        first = next(iter(merging.differing), None)
        values.highlighted = FIELDS.index(first) if first else 0

    def on_resize(self) -> None:
        """There is more room, or less, for the values."""
        if self._merging is not None:
            self._draw()

    def _draw(self) -> None:
        assert self._merging is not None
        kept, gone = self._merging.kept, self._merging.gone
        room = self._room()
        names = f"{'':<{_LABEL}}{fit(one_line('  stays: ' + kept.form.name), room)}  goes: {one_line(gone.form.name)}"
        self.query_one("#both-names", Label).update(Content(names))
        values = self.query_one(OptionList)
        at = values.highlighted
        values.clear_options()
        values.add_options(Option(self._line(name, room), id=name) for name in FIELDS)
        values.highlighted = at or 0
        groups = ", ".join(self._merging.merged(self._sides).groups) or "none"
        words = f"Groups of both: {one_line(groups, 200)}. Goes over from the right: {self._merging.moves.words}."
        self.query_one("#moves", Label).update(Content(words))

    def _room(self) -> int:
        return max(20, (self.size.width - _LABEL - 4) // 2)

    def _line(self, name: str, room: int) -> Content:
        assert self._merging is not None
        left, right = value_words(self._merging.kept.form, name), value_words(self._merging.gone.form, name)
        if left == right:
            return Content.assemble((f"{LABELS[name]:<{_LABEL}}", "$foreground 75%"), f"  {fit(left, room - 2)}  same")
        taken = self._sides[name]
        return Content.assemble(
            (f"{LABELS[name]:<{_LABEL}}", "$foreground 75%"),
            self._value(left, taken is Side.KEPT, room),
            self._value(right, taken is Side.GONE, room),
        )

    def _value(self, words: str, taken: bool, room: int) -> tuple[str, str]:
        return (f"{'▶' if taken else ' '} {fit(words, room - 3)} ", "bold" if taken else "dim")

    def action_choose(self, side: str) -> None:
        """Take the value of this side."""
        option = self.query_one(OptionList).highlighted_option
        if self._merging is None or option is None or option.id is None:
            return
        if option.id not in self._merging.differing:
            self.say_once(f"{LABELS[option.id]} is the same on both sides.", timeout=2)
            return
        self._sides[option.id] = Side(side)
        self._draw()

    def action_swap(self) -> None:
        """Take the value of the other side."""
        option = self.query_one(OptionList).highlighted_option
        if option is not None and option.id in self._sides:
            self.action_choose((Side.GONE if self._sides[option.id] is Side.KEPT else Side.KEPT).value)

    def action_merge(self) -> None:
        """Ask once more, with another key, then merge."""
        merging, sides = self._merging, dict(self._sides)
        if merging is None or self._at_work:
            return
        name = one_line(merging.merged(sides).name, 40)
        gone = one_line(merging.gone.form.name, 40)
        moves = merging.moves.words
        both = f"{one_line(merging.kept.form.name, 40)} and {gone}"
        question = f"Make one contact of {both}, called {name}? Over go: {moves}. u undoes it until sign-out."

        def answered(yes: bool | None) -> None:
            if yes:
                self._do(merging, sides)

        self.app.push_screen(Confirm(question, "y", "Merge"), answered)

    def _do(self, merging: Merging, sides: dict[str, Side]) -> None:
        self._at_work = True
        by = self.user
        self.ask(lambda: self.services.contacts.merge(by, merging, sides), self.dismiss, self._refused, lasting=True)

    def _refused(self, refusal: Refusal) -> None:
        self._at_work = False
        self.query_one("#said", Label).update(Content(f"! {one_line(refusal.sentence, 300)}"))

    def action_cancel(self) -> None:
        """Merge nobody."""
        if not self._at_work:
            self.dismiss(None)
