"""The sign-in list: pick a name, type the PIN."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from domain.errors import Refusal
from domain.jobs import AT_FIRST, JobPage
from domain.people import Role, User
from domain.text import fold, one_line
from screens.base import Changes, DeskScreen
from widgets.key_bar import KeyBar
from widgets.status_bar import StatusBar
from widgets.top_bar import TopBar

RETRY_S = 2.0
"""So long after the names could not be read they are asked for again."""
_READING = "Reading the names …"
_NOBODY = "Nobody can sign in yet: jobline user add"
_PIN, _PIN_ENTER = "PIN: its last digit enters", "PIN, then Enter"
_DIGITS = r"[0-9]*"


class Name(NamedTuple):
    """One line of the list. `pin_length` is how many digits enter by themselves, 0 where Enter is needed."""

    id: int
    name: str
    role: Role
    pin_length: int


class SignedIn(NamedTuple):
    """Somebody whose PIN fitted, with the first page of their jobs, read in the same thread."""

    user: User
    must_change: bool
    first: JobPage


class SignInScreen(DeskScreen[None]):
    """Shows nobody's messages; it is what a shared terminal shows while nobody works at it."""

    CSS_PATH = "signin.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "names", "Names", id="signin.names", tooltip="Back to the list of all names"),
        Binding("ctrl+q", "app.quit", "Quit", id="signin.quit", priority=True, tooltip="Leave Jobline"),
    ]

    def __init__(self, names: Sequence[tuple[int, str, Role, int]] | None) -> None:
        """`names` are read before the first frame; None to read them behind it."""
        super().__init__()
        self._names = None if names is None else [Name(*name) for name in names]
        self._trouble = ""
        self._letters = ""
        self._picked: Name | None = None
        self._new_pin: User | None = None
        self._turn = 0

    def compose(self) -> ComposeResult:
        """The names, the PIN fields, and what to do."""
        yield TopBar(self.services.account.practice, "Jobline", "nobody signed in")
        with Vertical(id="middle"), Vertical(id="sign-in") as box:
            box.border_title = "Who are you?"
            yield OptionList(id="names")
            yield Input(password=True, restrict=_DIGITS, id="pin")
            yield Input(placeholder="New PIN, at least six digits", password=True, restrict=_DIGITS, id="new-pin")
            yield Input(placeholder="The new PIN again, then Enter", password=True, restrict=_DIGITS, id="again")
            yield Label("", id="said")
            yield Label(Content(self.services.account.demo_hint), id="hint")
        yield StatusBar()
        yield KeyBar()

    def on_mount(self) -> None:
        """Show the names."""
        self.action_names()
        self.ask_engine()
        if self._names is None:
            self._read_names()

    def changed(self, changes: Changes) -> None:
        """Somebody was added, or the engine has something to say."""
        if "engine" in changes.kinds:
            self.ask_engine()
        if "people" in changes.kinds:
            self._read_names()

    # The list of names

    def _read_names(self) -> None:
        self.ask(self.services.reads.sign_in_names, self._take_names, self._no_names, group="names")

    def _take_names(self, names: Sequence[tuple[int, str, Role, int]]) -> None:
        before, self._names, self._trouble = self._names, [Name(*name) for name in names], ""
        if self._names != before:
            self._fill()

    def _no_names(self, refusal: Refusal) -> None:
        """The database is away: say so, and try until it is back."""
        self._trouble = f"{refusal.sentence} Trying again …"
        if not self._names:
            self._fill()
        self.set_timer(RETRY_S, self._read_names)

    @property
    def _shown(self) -> list[Name]:
        """The names that hold what was typed."""
        return [name for name in self._names or () if fold(self._letters) in fold(name.name)]

    def _fill(self) -> None:
        people = self.query_one("#names", OptionList)
        people.clear_options()
        for place, name in enumerate(self._shown, start=1):
            digit = f"{place}" if place <= 9 else " "
            line = Content.assemble(
                (f"{digit} ", "bold $text-accent"), f"{one_line(name.name, 40):<28}", (name.role, "$foreground 75%")
            )
            people.add_option(Option(line, id=str(name.id)))
        if not self._shown:
            people.add_option(Option(Content(self._why_empty()), disabled=True))
        people.action_first()
        typed = f" “{one_line(self._letters, 30)}”: backspace widens, esc shows all " if self._letters else ""
        self.query_one("#sign-in").border_subtitle = Content(typed)

    def _why_empty(self) -> str:
        if self._names:
            return "Nobody’s name has these letters: press esc for all names"
        return self._trouble or (_READING if self._names is None else _NOBODY)

    def on_key(self, event: events.Key) -> None:
        """A digit picks a name; letters narrow the list, so that a digit reaches every name."""
        if not self.query_one("#names").has_focus:
            return
        if event.character and event.character in "123456789":
            if int(event.character) <= len(self._shown):
                self._pick(self._shown[int(event.character) - 1])
        elif event.key == "backspace" and self._letters:
            self._narrow(self._letters[:-1])
        elif event.character and (event.character.isalpha() or (self._letters and event.character in " -'.’")):
            self._narrow(self._letters + event.character)
        else:
            return
        event.stop()

    def _narrow(self, letters: str) -> None:
        self._letters = letters
        self._fill()

    @on(OptionList.OptionSelected, "#names")
    def pick_name(self, event: OptionList.OptionSelected) -> None:
        """Enter picks the highlighted name."""
        found = [name for name in self._shown if str(name.id) == event.option.id]
        if found:
            self._pick(found[0])

    def _pick(self, name: Name) -> None:
        self._picked = name
        people = self.query_one("#names", OptionList)
        people.highlighted = people.get_option_index(str(name.id))
        self._say("")
        self.query_one("#pin", Input).placeholder = _PIN if name.pin_length else _PIN_ENTER
        self._show_fields("pin")

    def forget(self) -> None:
        """Whoever began to sign in went away: the next person begins anew."""
        if self._picked is not None or self._letters:
            self.action_names()

    def action_names(self) -> None:
        """Back to the list of all names; whatever was begun is dropped."""
        self._picked, self._new_pin, self._letters = None, None, ""
        self._turn += 1
        self._say("")
        self._fill()
        self._show_fields()

    # The PIN

    @on(Input.Changed, "#pin")
    def enter_by_last_digit(self, event: Input.Changed) -> None:
        """The last digit enters (rule 48); whoever presses Enter by habit does no harm."""
        if self._picked is not None and event.value and len(event.value) == self._picked.pin_length:
            self.desk.drop_enter()
            self._try_pin()

    @on(Input.Submitted, "#pin")
    def enter(self) -> None:
        """Enter enters too."""
        self._try_pin()

    def _try_pin(self) -> None:
        field = self.query_one("#pin", Input)
        name, pin = self._picked, field.value
        if name is None or not pin:
            return
        field.value = ""

        def judge() -> SignedIn:
            user, must_change = self.services.sign_in.with_pin(name.id, pin)
            return SignedIn(user, must_change, self.services.job_list.page(user, AT_FIRST))

        turn = self._turn = self._turn + 1
        self.ask(judge, lambda found: self._in(turn, found), self._refused, group="pin", opening=True)

    def _in(self, turn: int, found: SignedIn) -> None:
        if turn != self._turn:  # they went back to the names meanwhile
            return
        if found.must_change:
            self._new_pin = found.user
            self._say("Choose your own PIN before you go on.")
            self._show_fields("new-pin", "again")
        else:
            self.desk.signed_in(found.user, found.first)

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

        def change() -> SignedIn:
            self.services.sign_in.change_pin(user, new, again)
            return SignedIn(user, False, self.services.job_list.page(user, AT_FIRST))

        turn = self._turn = self._turn + 1
        self.ask(change, lambda found: self._in(turn, found), self._refused, group="pin", opening=True)

    def _refused(self, refusal: Refusal) -> None:
        if self._picked is None:  # they went back to the names meanwhile
            return
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
