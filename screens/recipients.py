"""The recipient picker: search, tick, save."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from domain.delivery import Channel
from domain.text import fold, one_line
from messaging.conversation import Choice

_CHANNELS = {Channel.SMS: "SMS", Channel.DESK: "desk", Channel.PAGE: "page", None: "note"}


class RecipientPicker(ModalScreen[tuple[str, ...] | None]):
    """Returns the ticked people's keys, or None where nothing was changed.

    In the search a space types; in the list it ticks. Enter takes the highlighted person if none is ticked.
    """

    CSS_PATH = "recipients.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Back", id="picker.cancel", tooltip="Leave everything as it was"),
        Binding("ctrl+s", "save", "Save", id="picker.save", tooltip="Take the ticked people"),
    ]

    def __init__(
        self, people: Sequence[Choice], ticked: Sequence[str], explain: Callable[[Sequence[Choice]], str]
    ) -> None:
        """`people` are all who may be written to; `explain` says who will see a message to some of them."""
        super().__init__()
        self._people = {choice.key: choice for choice in people}
        self._ticked = [key for key in ticked if key in self._people]
        self._explain = explain

    def compose(self) -> ComposeResult:
        """Search, list, and what the ticks mean."""
        with Vertical(id="picker") as box:
            box.border_title = "Recipient"
            yield Input(placeholder="Search by name, job title, email or phone", id="search", select_on_focus=False)
            yield OptionList(id="people")
            yield Label("", id="chosen")
            yield Label("↓ list · space ticks · enter saves · esc back", id="help")

    def on_mount(self) -> None:
        """Show everybody."""
        self._fill("")
        self.query_one("#search", Input).focus()
        self._say()

    @on(Input.Changed, "#search")
    def search(self, event: Input.Changed) -> None:
        """Every letter narrows the list."""
        self._fill(event.value)

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

    def _fill(self, words: str) -> None:
        people = self.query_one(OptionList)
        keep = self._highlighted()
        found = [c for c in self._people.values() if _matches(c, words)]
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
        self.dismiss(tuple(self._ticked))

    def action_cancel(self) -> None:
        """Leave everything as it was."""
        self.dismiss(None)


def _matches(choice: Choice, words: str) -> bool:
    text = fold(f"{choice.person.name} {choice.about} {choice.group}")
    digits = "".join(c for c in text if c.isdigit())
    return all(word in text or (word.isdigit() and word in digits) for word in fold(words).split())
