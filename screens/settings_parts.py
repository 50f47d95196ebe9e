"""What the screens of Settings are made of: a list, a form, and a question with lines to type."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from textual import on
from textual._path import CSSPathType
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Checkbox, Input, Label, OptionList, Select
from textual.widgets.option_list import Option

from domain.errors import Refusal
from domain.text import one_line
from screens.ask import Confirm
from screens.base import Changes, DeskModal, DeskScreen
from widgets.key_bar import KeyBar
from widgets.tick_box import TickBox
from widgets.top_bar import TopBar

T = TypeVar("T")
R = TypeVar("R")


class ListScreen(DeskScreen[None], Generic[T]):
    """A list under a heading; the cursor stays on its line's subject through every refresh."""

    CSS_PATH: ClassVar[CSSPathType | None] = "settings.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "move(1)", "Down", id="listed.down", show=False, tooltip="The next line"),
        Binding("k", "move(-1)", "Up", id="listed.up", show=False, tooltip="The line before"),
        Binding("escape", "back", "Back", id="listed.back", tooltip="Back to where you came from"),
    ]
    TITLE_WORDS = ""
    ABOUT = ""
    EMPTY = ""
    KINDS: ClassVar[frozenset[str]] = frozenset({"people"})
    """The kinds of commits after which the list is read again."""

    def __init__(self) -> None:
        super().__init__()
        self.items: dict[str, T] = {}

    def compose(self) -> ComposeResult:
        """The bar, one sentence, the heads of the columns, and the list."""
        who = f"{self.user.name} · {self.user.role.value}"
        yield TopBar(self.services.account.practice, self.TITLE_WORDS, who)
        yield Label(Content(self.ABOUT), id="about")
        yield Label(Content(self.heads()), id="heads")
        yield OptionList(id="lines")
        yield KeyBar()

    def on_mount(self) -> None:
        """Read the list."""
        self.query_one("#heads").display = bool(self.heads())
        self.query_one("#lines").focus()
        self.load()

    def changed(self, changes: Changes) -> None:
        """Somebody changed something here."""
        if changes.kinds & self.KINDS:
            self.load()

    def load(self) -> None:
        """Read the list again."""
        self.ask(self.read, self.fill, self.tell, group="list")

    def read(self) -> Sequence[T]:
        """What is listed; called in a thread."""
        raise NotImplementedError

    def heads(self) -> str:
        """The heads of the columns, "" for none."""
        return ""

    def key(self, item: T) -> str:
        """What tells an item from the others."""
        raise NotImplementedError

    def line(self, item: T) -> Content:
        """An item's line."""
        raise NotImplementedError

    @property
    def chosen(self) -> T | None:
        """The item under the cursor."""
        option = self.query_one("#lines", OptionList).highlighted_option
        return self.items.get(option.id) if option is not None and option.id else None

    def fill(self, items: Sequence[T]) -> None:
        """Show these."""
        shown = self.query_one("#lines", OptionList)
        keep = shown.highlighted_option.id if shown.highlighted_option else None
        self.items = {self.key(item): item for item in items}
        shown.clear_options()
        shown.add_options(Option(self.line(item), id=key) for key, item in self.items.items())
        if not items:
            shown.add_option(Option(Content(self.EMPTY), disabled=True))
            return
        shown.highlighted = list(self.items).index(keep) if keep in self.items else 0

    @on(OptionList.OptionSelected, "#lines")
    def open_line(self, event: OptionList.OptionSelected) -> None:
        """Enter opens the line under the cursor."""
        if event.option.id in self.items:
            self.open_item(self.items[event.option.id])

    def open_item(self, item: T) -> None:
        """What Enter does."""

    def action_move(self, by: int) -> None:
        """Move the cursor."""
        shown = self.query_one("#lines", OptionList)
        if by > 0:
            shown.action_cursor_down()
        else:
            shown.action_cursor_up()

    def action_back(self) -> None:
        """Close the list."""
        self.dismiss(None)


class FormScreen(DeskScreen[R]):
    """A form, one field a line; what is wrong is said beneath and the cursor goes there."""

    CSS_PATH = "settings.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "update", "Update", id="setting.update", tooltip="Save what stands here"),
        Binding("escape", "cancel", "Back", id="setting.cancel", tooltip="Leave it as it was"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._saving = False
        self._before: Sequence[Any] = ()

    def title_words(self) -> str:
        """What the bar says."""
        raise NotImplementedError

    def fields(self) -> ComposeResult:
        """The fields, from top to bottom."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """The bar, the fields, and what is wrong with them."""
        who = f"{self.user.name} · {self.user.role.value}"
        yield TopBar(self.services.account.practice, self.title_words(), who)
        with VerticalScroll(id="fields", can_focus=False):
            yield from self.fields()
            yield Button("Update", id="update", compact=True)
        yield Label("", id="said")
        yield KeyBar()

    def on_mount(self) -> None:
        """Remember how it began."""
        self.call_after_refresh(self.begin_here)

    def begin_here(self) -> None:
        """From now on, what differs was typed."""
        self._before = self._values()

    def _values(self) -> Sequence[Any]:
        kinds = (Input, Select, Checkbox)
        return [widget.value for widget in self.query("#fields *") if isinstance(widget, kinds)]

    def typed(self) -> dict[str, str]:
        """What stands in the inputs, by id."""
        return {field.id or "": field.value for field in self.query(Input)}

    def ticked(self) -> set[str]:
        """The ids of the boxes that are ticked."""
        return {box.id or "" for box in self.query(TickBox) if box.value}

    @on(Button.Pressed, "#update")
    def press_update(self) -> None:
        """The button does what ctrl+s does."""
        self.action_update()

    def action_update(self) -> None:
        """Save, once; nothing that was typed is lost by a refusal."""
        if not self._saving:
            self._saving = True
            self.query_one("#said", Label).update("")
            self.save()

    def save(self) -> None:
        """Start saving: ask with `saved` and `refused`."""
        raise NotImplementedError

    def refused(self, refusal: Refusal) -> None:
        """Say what is wrong, and go there."""
        self._saving = False
        self.query_one("#said", Label).update(Content(f"! {one_line(refusal.sentence, 300)}"))
        for widget in self.query(f"#{refusal.field}") if refusal.field else ():
            if not widget.focusable:
                widget = next((inner for inner in widget.query("*") if inner.focusable), widget)
            widget.focus()

    def action_cancel(self) -> None:
        """Leave, after a second word where something was typed."""
        if self._before and self._values() != self._before:
            question = "Leave without saving? What you changed here is lost."
            self.app.push_screen(Confirm(question, "l", "Leave"), self._leave_or_stay)
        else:
            self.dismiss(None)

    def _leave_or_stay(self, leave: bool | None) -> None:
        if leave:
            self.dismiss(None)


def field(name: str, label: str, value: str = "", example: str = "", **how: Any) -> Horizontal:
    """A line of a form to type in."""
    return Horizontal(
        Label(label, classes="name"),
        Input(value, id=name, select_on_focus=False, placeholder=example, **how),
    )


def choice(name: str, label: str, options: Iterable[tuple[str, str]], value: str) -> Horizontal:
    """A line of a form to choose in."""
    select: Select[str] = Select(list(options), id=name, compact=True, allow_blank=False, value=value)
    return Horizontal(Label(label, classes="name"), select)


def box(name: str, label: str, value: bool, about: str = "") -> Widget:
    """A box to tick, with what it means."""
    words = (
        Content.assemble(f"{one_line(label, 60):<12}", (f" {about}", "$foreground 75%")) if about else Content(label)
    )
    return TickBox(words, value=value, id=name)


class AskLines(DeskModal[tuple[str, ...] | None]):
    """A question with one line or more to type; returns what was typed, None where nothing was to be done."""

    CSS_PATH = "settings.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "done", "Done", id="line.done", tooltip="Take what is typed"),
        Binding("escape", "cancel", "Cancel", id="line.cancel", tooltip="Leave it as it was"),
    ]

    def __init__(
        self, title: str, about: str, lines: Sequence[str], work: Any, value: str = "", secret: bool = False
    ) -> None:
        """`lines` are the examples in each line. `work` is called in a thread with what is typed; it may refuse."""
        super().__init__()
        self._title, self._about, self._lines = title, about, lines
        self._work, self._value, self._secret = work, value, secret

    def compose(self) -> ComposeResult:
        """A sentence and the lines."""
        with Vertical() as frame:
            frame.border_title = Content(one_line(self._title, 60))
            yield Label(Content(self._about))
            for place, example in enumerate(self._lines):
                value = "" if place else self._value
                yield Input(
                    value, placeholder=example, password=self._secret, id=f"line-{place}", select_on_focus=False
                )
            yield Label("", id="said")

    @on(Input.Submitted)
    def go_on(self, event: Input.Submitted) -> None:
        """Enter goes to the next line, and from the last one takes it."""
        fields = list(self.query(Input))
        place = fields.index(event.input)
        if place + 1 < len(fields):
            fields[place + 1].focus()
        else:
            self.action_done()

    def action_done(self) -> None:
        """Do it; a refusal is said here and what was typed stays, unless it is a secret."""
        typed = tuple(each.value for each in self.query(Input))
        self.ask(lambda: self._work(*typed), lambda _: self.dismiss(typed), self._refused, group="line")

    def _refused(self, refusal: Refusal) -> None:
        self.query_one("#said", Label).update(Content(f"! {one_line(refusal.sentence, 300)}"))
        if self._secret:
            for each in self.query(Input):
                each.value = ""
        self.query(Input).first().focus()

    def action_cancel(self) -> None:
        """Leave it."""
        self.dismiss(None)
