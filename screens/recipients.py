"""The recipient picker: search, tick, save."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from domain.delivery import Channel
from domain.text import one_line
from messaging.choices import COMPANY, ON_JOB, TEAM, Choice, matches
from screens.base import DeskModal

_GROUPS = (ON_JOB, COMPANY, TEAM)
_CHANNELS = {Channel.SMS: "SMS", Channel.DESK: "desk", Channel.PAGE: "page", None: "note"}


class RecipientPicker(DeskModal[tuple[Choice, ...] | None]):
    """Returns the ticked people, or None where nothing was changed.

    In the search a space types; in the list it ticks. Enter takes the highlighted person if none is ticked.
    """

    CSS_PATH = "recipients.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Back", id="picker.cancel", tooltip="Leave everything as it was"),
        Binding("ctrl+s", "save", "Save", id="picker.save", tooltip="Take the ticked people"),
    ]

    def __init__(
        self,
        people: Sequence[Choice],
        ticked: Sequence[str],
        explain: Callable[[Sequence[Choice]], str],
        search: Callable[[str], Sequence[Choice]],
        begun: str = "",
    ) -> None:
        """`people` are known already; `explain` says who will see a message to some of them.

        `begun` is what was typed before the picker opened.

        `search` asks the store, in a thread: a company can have more people than were read.
        """
        super().__init__()
        self._people = {choice.key: choice for choice in people}
        self._search = search
        self._begun = begun
        self._ticked = [key for key in ticked if key in self._people]
        self._explain = explain

    def compose(self) -> ComposeResult:
        """Search, list, and what the ticks mean."""
        with Vertical(id="picker") as box:
            box.border_title = "Recipient"
            yield Input(
                self._begun, placeholder="Search by name, job title, email or phone", id="search", select_on_focus=False
            )
            yield OptionList(id="people")
            yield Label("", id="chosen")
            yield Label("↓ list · space ticks · enter saves · esc back", id="help")

    def on_mount(self) -> None:
        """Show everybody."""
        self._fill(self._begun)
        self.query_one("#search", Input).focus()
        self._say()

    @on(Input.Changed, "#search")
    def search(self, event: Input.Changed) -> None:
        """Every letter narrows the list: at once among those known, then among all there are."""
        words = event.value
        self._fill(words)
        if words.strip():
            self.ask(lambda: self._search(words), lambda found: self._take_in(words, found), group="search")

    @on(Input.Submitted, "#search")
    def enter_in_search(self) -> None:
        """Enter saves from the search too."""
        self._enter()

    @on(OptionList.OptionSelected)
    def enter_in_list(self) -> None:
        """Enter saves from the list."""
        self._enter()

    def on_key(self, event: events.Key) -> None:
        """Arrows go between search and list; letters typed in the list go to the search."""
        search, people = self.query_one("#search", Input), self.query_one(OptionList)
        if search.has_focus and event.key == "down":
            people.focus()
            if people.highlighted is None:
                people.action_first()
            event.stop()
        elif people.has_focus and event.key == "space":
            self._tick()
            event.stop()
        elif people.has_focus and event.is_printable and event.character:
            search.focus()
            search.value += event.character
            search.cursor_position = len(search.value)
            event.stop()

    def _take_in(self, words: str, found: Sequence[Choice]) -> None:
        unknown = [choice for choice in found if choice.key not in self._people]
        self._people.update({choice.key: choice for choice in unknown})
        if unknown and self.query_one("#search", Input).value == words:
            self._fill(words)

    def _fill(self, words: str) -> None:
        people = self.query_one(OptionList)
        keep = self._highlighted()
        found = sorted(
            (c for c in self._people.values() if matches(c, words)), key=lambda choice: _GROUPS.index(choice.group)
        )
        people.clear_options()
        group = ""
        for choice in found:
            if choice.group != group:
                group = choice.group
                people.add_option(Option(Content(f"── {group}"), disabled=True))
            people.add_option(Option(self._line(choice), id=choice.key, disabled=bool(choice.why_not)))
        if not found:
            people.add_option(Option(Content("Nobody fits these words. Shorten them, or press esc."), disabled=True))
        ids = [option.id for option in people.options]
        if keep in ids and keep is not None:
            people.highlighted = ids.index(keep)
        else:
            people.action_first()

    def _line(self, choice: Choice) -> Content:
        mark = "[x]" if choice.key in self._ticked else "[ ]"
        how = f"cannot be texted: {choice.why_not}" if choice.why_not else _CHANNELS[choice.channel]
        name, about = one_line(choice.person.name, 40), one_line(choice.about, 80)
        return Content.assemble((mark, "bold"), f" {name}  ", (f"{about}  ", "$foreground 75%"), (how, "$text-accent"))

    def _highlighted(self) -> str | None:
        option = self.query_one(OptionList).highlighted_option
        return option.id if option is not None else None

    def _tick(self) -> None:
        key = self._highlighted()
        if key is None:
            return
        if key in self._ticked:
            self._ticked.remove(key)
        else:
            self._ticked.append(key)
        people = self.query_one(OptionList)
        people.replace_option_prompt(key, self._line(self._people[key]))
        self._say()

    def _say(self) -> None:
        chosen = [self._people[key] for key in self._ticked]
        self.query_one("#chosen", Label).update(Content(one_line(self._explain(chosen))))

    def _enter(self) -> None:
        if not self._ticked:
            key = self._highlighted()
            if key is None:
                return
            self._ticked.append(key)
        self.action_save()

    def action_save(self) -> None:
        """Take the ticked people."""
        self.dismiss(tuple(self._people[key] for key in self._ticked))

    def action_cancel(self) -> None:
        """Leave everything as it was."""
        self.dismiss(None)
