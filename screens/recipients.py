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
from domain.permissions import Act, may
from domain.text import fold, one_line
from messaging.choices import COMPANY, ON_JOB, TEAM, Choice, matches
from screens.base import DeskModal

_SECTIONS = (ON_JOB, COMPANY, TEAM)
_GROUPS = "Groups: space ticks everybody in one"
_GROUP = "group:"
"""How the ids of the lines of groups begin."""
_CHANNELS = {Channel.SMS: "SMS", Channel.DESK: "desk", Channel.PAGE: "page", None: "note"}


class RecipientPicker(DeskModal[tuple[Choice, ...] | None]):
    """Returns the ticked people, or None where nothing was changed.

    In the search a space types; in the list it ticks. Enter takes the highlighted person if none is ticked.
    Groups of the customer have a line each, which stands for everybody in it who can be texted.
    """

    CSS_PATH = "recipients.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Back", id="picker.cancel", tooltip="Leave everything as it was"),
        Binding("ctrl+s", "save", "Save", id="picker.save", tooltip="Take the ticked people"),
        Binding("ctrl+n", "create", "New contact", id="picker.create", tooltip="A new contact, ticked at once"),
    ]

    def __init__(
        self,
        people: Sequence[Choice],
        ticked: Sequence[str],
        explain: Callable[[Sequence[Choice]], str],
        search: Callable[[str], Sequence[Choice]],
        begun: str = "",
        customer_id: int | None = None,
    ) -> None:
        """`people` are known already; `explain` says who will see a message to some of them.

        `begun` is what was typed before the picker opened, `customer_id` whose contact a new one is.

        `search` asks the store, in a thread: a company can have more people than were read.
        """
        super().__init__()
        self._people = {choice.key: choice for choice in people}
        self._search = search
        self._begun, self._customer_id = begun, customer_id
        self._ticked = [key for key in ticked if key in self._people]
        self._explain = explain

    def compose(self) -> ComposeResult:
        """Search, list, and what the ticks mean."""
        with Vertical(id="picker") as box:
            box.border_title = "Recipient"
            yield Input(
                self._begun,
                placeholder="Search by name, job title, email, phone or group",
                id="search",
                select_on_focus=False,
            )
            yield OptionList(id="people")
            yield Label("", id="chosen")
            new = " · ^n new contact" if self.check_action("create", ()) else ""
            yield Label(f"↓ list · space ticks · enter saves{new} · esc back", id="help")

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
            (c for c in self._people.values() if matches(c, words)), key=lambda choice: _SECTIONS.index(choice.group)
        )
        people.clear_options()
        section = ""
        for choice in found:
            if choice.group != section:
                section = choice.group
                people.add_option(Option(Content(f"── {section}"), disabled=True))
            people.add_option(Option(self._line(choice), id=choice.key, disabled=bool(choice.why_not)))
        groups = self._groups(words)
        if groups:
            people.add_option(Option(Content(f"── {_GROUPS}"), disabled=True))
            people.add_options(Option(self._group_line(name), id=f"{_GROUP}{name}") for name in groups)
        if not (found or groups):
            people.add_option(Option(Content("Nobody fits these words. Shorten them, or press esc."), disabled=True))
        ids = [option.id for option in people.options]
        if keep in ids and keep is not None:
            people.highlighted = ids.index(keep)
        else:
            people.action_first()

    def _line(self, choice: Choice) -> Content:
        mark = "[x]" if choice.key in self._ticked else "[ ]"
        how = f"cannot be texted: {choice.why_not}" if choice.why_not else _CHANNELS[choice.channel]
        name = one_line(choice.person.name, 40)
        about = one_line(" · ".join(part for part in (choice.about, *choice.groups) if part), 80)
        return Content.assemble((mark, "bold"), f" {name}  ", (f"{about}  ", "$foreground 75%"), (how, "$text-accent"))

    def _highlighted(self) -> str | None:
        option = self.query_one(OptionList).highlighted_option
        return option.id if option is not None else None

    def _tick(self) -> None:
        key = self._highlighted()
        if key is None:
            return
        if key.startswith(_GROUP):
            self._tick_group(key.removeprefix(_GROUP))
            return
        if key in self._ticked:
            self._ticked.remove(key)
        else:
            self._ticked.append(key)
        people = self.query_one(OptionList)
        people.replace_option_prompt(key, self._line(self._people[key]))
        self._say()

    def _groups(self, words: str) -> list[str]:
        """The groups among the people known, whose name holds all words."""
        names = {name for choice in self._people.values() for name in choice.groups}
        fitting = (name for name in names if all(word in fold(name) for word in fold(words).split()))
        return sorted(fitting, key=fold)

    def _members(self, name: str) -> list[str]:
        """Everybody in a group who can be texted, as far as they are known."""
        return [each.key for each in self._people.values() if name in each.groups and not each.why_not]

    def _group_line(self, name: str) -> Content:
        members = self._members(name)
        ticked = bool(members) and set(members) <= set(self._ticked)
        count = f"{len(members)} {'person' if len(members) == 1 else 'people'}"
        mark = "[x]" if ticked else "[ ]"
        return Content.assemble((mark, "bold"), f" {one_line(name, 40)}  ", (count, "$foreground 75%"))

    def _tick_group(self, name: str, then_save: bool = False) -> None:
        """Tick everybody of a group, or nobody if all were; the store knows those who were not read yet."""

        def take(found: Sequence[Choice]) -> None:
            self._people |= {each.key: each for each in found if each.key not in self._people}
            members = self._members(name)
            if members and set(members) <= set(self._ticked):
                self._ticked = [key for key in self._ticked if key not in members]
            else:
                self._ticked += [key for key in members if key not in self._ticked]
            self._fill(self.query_one("#search", Input).value)
            self._say()
            if then_save and self._ticked:
                self.action_save()

        self.ask(lambda: self._search(name), take, group="group", opening=then_save)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A new contact needs the Contacts box, and a customer."""
        if action == "create":
            return self._customer_id is not None and may(self.user, Act.CONTACTS)
        return super().check_action(action, parameters)

    def action_create(self) -> None:
        """A new contact of the customer, who is ticked when they were saved."""
        from screens.contact_form import ContactForm

        def made(contact_id: int | None) -> None:
            by = self.user
            if contact_id is not None:
                self.ask(
                    lambda: self._search(self.services.contacts.file(by, contact_id).record.form.name),
                    lambda found: self._take_new(f"contact:{contact_id}", found),
                    group="new",
                )

        self.app.push_screen(ContactForm(None, self._customer_id), made)

    def _take_new(self, key: str, found: Sequence[Choice]) -> None:
        new = next((choice for choice in found if choice.key == key), None)
        if new is None:
            return
        self._people[key] = new
        if new.why_not:
            self.notify(f"{one_line(new.person.name)} cannot be texted: {new.why_not}.", markup=False, timeout=8)
        elif key not in self._ticked:
            self._ticked.append(key)
        self.query_one("#search", Input).value = ""
        self._fill("")
        self._say()

    def _say(self) -> None:
        chosen = [self._people[key] for key in self._ticked]
        self.query_one("#chosen", Label).update(Content(one_line(self._explain(chosen))))

    def _enter(self) -> None:
        if not self._ticked:
            key = self._highlighted()
            if key is None:
                return
            if key.startswith(_GROUP):
                self._tick_group(key.removeprefix(_GROUP), then_save=True)
                return
            self._ticked.append(key)
        self.action_save()

    def action_save(self) -> None:
        """Take the ticked people."""
        self.dismiss(tuple(self._people[key] for key in self._ticked))

    def action_cancel(self) -> None:
        """Leave everything as it was."""
        self.dismiss(None)
