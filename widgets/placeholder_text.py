"""The field of a text with placeholders: typing "{" offers them, letters narrow the list."""

import re
from collections.abc import Mapping

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Offset
from textual.widgets import OptionList, TextArea
from textual.widgets.option_list import Option

from domain.placeholders import KNOWN
from widgets.contents import Contents

_BEGUN = re.compile(r"\{([a-z_]{0,40})$", re.IGNORECASE)
_REST = re.compile(r"[a-z_]*\}", re.IGNORECASE)


def begun(before: str) -> str | None:
    """The letters of a placeholder that was begun just before the cursor; None where none was."""
    found = _BEGUN.search(before)
    return found[1] if found else None


def fitting(letters: str, known: Mapping[str, str] = KNOWN) -> list[str]:
    """The placeholders that these letters may become: those beginning with them, then those holding them."""
    wanted = letters.casefold()
    first = [name for name in known if name.startswith(wanted)]
    return first + [name for name in known if wanted in name and name not in first]


class _Offered(OptionList, can_focus=False):
    """The list under the cursor; the text keeps the focus."""

    DEFAULT_CSS = """
    _Offered, _Offered:focus {
        display: none; overlay: screen; constrain: inside inflect; margin: 1 0;
        width: 48; height: auto; max-height: 10; border: round $primary; background: $surface; padding: 0;
    }
    """


class _Text(Contents):
    """Hands the keys of an open list to it, and all others on."""

    def _on_key(self, event: events.Key) -> None:  # type: ignore[override]
        field = self.parent
        if isinstance(field, PlaceholderText) and field.use_key(event.key):
            event.stop()
            event.prevent_default()


class PlaceholderText(Vertical):
    """A text field that completes placeholders. Its list takes arrows, Enter, Tab and Escape only while it is open."""

    DEFAULT_CSS = """
    PlaceholderText { height: auto; }
    PlaceholderText Contents { height: 4; }
    """

    def __init__(self, text: str = "", known: Mapping[str, str] = KNOWN, *, field_id: str | None = None) -> None:
        """`known` maps each placeholder to what it stands for."""
        super().__init__(id=field_id)
        self._first, self._known = text, known
        self._shut_at: tuple[int, int] | None = None
        """Where the brace stands whose list was closed by hand: it stays closed."""

    def compose(self) -> ComposeResult:
        """The text and the list that opens in it."""
        yield _Text(self._first, soft_wrap=True, show_line_numbers=False, highlight_cursor_line=False)
        yield _Offered()

    @property
    def area(self) -> TextArea:
        """The field itself."""
        return self.query_one(_Text)

    @property
    def text(self) -> str:
        """What is written."""
        return self.area.text

    @property
    def is_offering(self) -> bool:
        """Whether the list is open."""
        return bool(self._list.display)

    @property
    def _list(self) -> _Offered:
        return self.query_one(_Offered)

    def use_key(self, key: str) -> bool:
        """Let the open list use a key; false where the key is not for it."""
        if not self.is_offering:
            return False
        if key == "escape":
            self._shut_at = self._brace
            self._close()
            return True
        if self._list.highlighted_option is None:
            return False
        if key in ("up", "down"):
            self._list.action_cursor_up() if key == "up" else self._list.action_cursor_down()
            return True
        if key in ("enter", "tab"):
            self._insert(str(self._list.highlighted_option.id))
            return True
        return False

    @on(TextArea.Changed)
    def offer(self) -> None:
        """Open, narrow or close the list after each letter."""
        letters = self._letters()
        if letters is None:
            self._shut_at = None
        if letters is None or self._shut_at == self._brace or not self.area.has_focus:
            self._close()
            return
        names = fitting(letters, self._known)
        options = [Option(self._line(name), id=name) for name in names]
        nothing = Option(Content(f"No placeholder has “{letters}” in it"), disabled=True)
        self._list.set_options(options or [nothing])
        self._list.highlighted = 0 if options else None
        x, y = self.area.cursor_screen_offset
        self._list.absolute_offset = Offset(x - len(letters) - 1, y)
        self._list.display = True

    @on(TextArea.SelectionChanged)
    def follow_cursor(self) -> None:
        """A cursor that left the placeholder closes its list."""
        if self._letters() is None:
            self._close()

    @on(events.DescendantBlur)
    def leave(self) -> None:
        """Another field has the focus."""
        self._close()

    @on(OptionList.OptionSelected)
    def click(self, event: OptionList.OptionSelected) -> None:
        """A click on a line of the list."""
        event.stop()
        if event.option.id is not None:
            self._insert(event.option.id)

    @on(OptionList.OptionHighlighted)
    def keep_to_itself(self, event: OptionList.OptionHighlighted) -> None:
        """The list is nobody else's business."""
        event.stop()

    def _close(self) -> None:
        self._list.display = False

    def _line(self, name: str) -> Content:
        return Content.assemble((f"{{{name}}}".ljust(13), "bold"), (self._known[name], "$foreground 75%"))

    @property
    def _brace(self) -> tuple[int, int]:
        row, column = self.area.cursor_location
        return row, column - len(self._letters() or "")

    def _letters(self) -> str | None:
        row, column = self.area.cursor_location
        return begun(self.area.document.get_line(row)[:column])

    def _insert(self, name: str) -> None:
        """Put the chosen name in place of its first letters, and of what is left of an older one."""
        row, column = self.area.cursor_location
        rest = _REST.match(self.area.document.get_line(row)[column:])
        self.area.replace(f"{name}}}", self._brace, (row, column + (rest.end() if rest else 0)))
        self._close()
