"""The sign-in list: pick a name, type the PIN."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Footer, Input, Label, OptionList
from textual.widgets.option_list import Option

from domain.errors import Refusal
from domain.people import Role, User
from domain.text import one_line
from screens.base import Changes, DeskScreen
from widgets.status_bar import StatusBar
from widgets.top_bar import TopBar


class Name(NamedTuple):
    """One line of the list."""

    id: int
    name: str
    role: Role


class SignInScreen(DeskScreen[None]):
    """Shows nobody's messages; it is what a shared terminal shows while nobody works at it."""

    CSS_PATH = "signin.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "names", "Names", id="signin.names", tooltip="Back to the list of names"),
        Binding("ctrl+q", "app.quit", "Quit", id="signin.quit", tooltip="Leave Jobline"),
    ]

    def __init__(self, names: Sequence[Name]) -> None:
        """`names` are read before the first frame."""
        super().__init__()
        self._names = list(names)
        self._user_id: int | None = None
        self._new_pin: User | None = None

    def compose(self) -> ComposeResult:
        """The names, the PIN fields, and what to do."""
        yield TopBar(self.services.account.practice, "Jobline", "nobody signed in")
        with Vertical(id="middle"), Vertical(id="sign-in") as box:
            box.border_title = "Who are you?"
            yield OptionList(id="names")
            yield Input(placeholder="PIN, then Enter", password=True, id="pin")
            yield Input(placeholder="New PIN, at least six digits", password=True, id="new-pin")
            yield Input(placeholder="The new PIN again, then Enter", password=True, id="again")
            yield Label("", id="said")
            yield Label(Content(self.services.account.demo_hint), id="hint")
        yield StatusBar()
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Show the names."""
        self._fill()
        self.action_names()
        self.ask_engine()

    def _fill(self) -> None:
        people = self.query_one("#names", OptionList)
        people.clear_options()
        for place, name in enumerate(self._names, start=1):
            digit = f"{place}" if place <= 9 else " "
            line = Content.assemble(
                (f"{digit} ", "bold $text-accent"), f"{one_line(name.name, 40):<28}", (name.role, "$foreground 75%")
            )
            people.add_option(Option(line, id=str(name.id)))
        if not self._names:
            people.add_option(Option(Content("Nobody can sign in yet: jobline user add"), disabled=True))
        people.action_first()

    def changed(self, changes: Changes) -> None:
        """Somebody was added, or the engine has something to say."""
        if "engine" in changes.kinds:
            self.ask_engine()
        if "people" in changes.kinds and self._user_id is None:
            self.ask(self.services.reads.sign_in_names, self._take_names, group="names")

    def _take_names(self, names: Sequence[object]) -> None:
        self._names = [Name(*name) for name in names]  # type: ignore[misc]
        self._fill()

    def on_key(self, event: events.Key) -> None:
        """A digit picks a name."""
        if self.query_one("#names").has_focus and event.character and event.character in "123456789":
            place = int(event.character) - 1
            if place < len(self._names):
                self._pick(self._names[place].id)
                event.stop()

    @on(OptionList.OptionSelected, "#names")
    def pick_name(self, event: OptionList.OptionSelected) -> None:
        """Enter picks the highlighted name."""
        if event.option.id is not None:
            self._pick(int(event.option.id))

    def _pick(self, user_id: int) -> None:
        self._user_id = user_id
        people = self.query_one("#names", OptionList)
        people.highlighted = people.get_option_index(str(user_id))
        self._say("")
        self._show_fields("pin")

    @on(Input.Submitted, "#pin")
    def try_pin(self, event: Input.Submitted) -> None:
        """Judge the PIN."""
        user_id, pin = self._user_id, event.value
        if user_id is None or not pin:
            return
        event.input.value = ""
        self.ask(lambda: self.services.sign_in.with_pin(user_id, pin), lambda found: self._in(*found), self._refused)

    def _in(self, user: User, must_change: bool) -> None:
        if must_change:
            self._new_pin = user
            self._say("Choose your own PIN before you go on.")
            self._show_fields("new-pin", "again")
        else:
            self.desk.signed_in(user)

    @on(Input.Submitted, "#new-pin")
    def to_again(self) -> None:
        """From the new PIN to its repetition."""
        self.query_one("#again", Input).focus()

    @on(Input.Submitted, "#again")
    def change_pin(self) -> None:
        """Keep the new PIN."""
        if self._new_pin is None:
            return
        user = self._new_pin
        new, again = (self.query_one(name, Input).value for name in ("#new-pin", "#again"))
        self.ask(
            lambda: self.services.sign_in.change_pin(user, new, again),
            lambda _: self.desk.signed_in(user),
            self._refused,
        )

    def _refused(self, refusal: Refusal) -> None:
        self._say(refusal.sentence)
        first = next(field for field in self.query(Input) if field.display)
        for field in self.query(Input):
            field.value = ""
        first.focus()

    def _say(self, sentence: str) -> None:
        self.query_one("#said", Label).update(Content(one_line(sentence)))

    def _show_fields(self, *shown: str) -> None:
        for field in self.query(Input):
            field.value = ""
            field.display = field.id in shown
        self.set_focus(self.query_one(f"#{shown[0]}" if shown else "#names"))  # at once: the next key is meant for it

    def action_names(self) -> None:
        """Back to the list of names."""
        self._user_id, self._new_pin = None, None
        self._say("")
        self._show_fields()
