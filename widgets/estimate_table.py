"""The lines of an estimate as a table: amounts at the right, sums beneath, and what was decided on each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Offset, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from domain.estimates import Choice
from widgets.estimate_cells import Column, TypedLine
from widgets.estimate_columns import Columns, columns, heading, line_spans
from widgets.wrapping import cut, shown, wrap

_HEAD = 1
"""Lines above the first one."""


class EstimateTable(ScrollView, can_focus=True):
    """Shows lines; the cursor is on a line, and where cells can be changed on one of its cells.

    It knows values, not stores: `show` brings them. All methods are for the screen's thread.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Next", id="lines.down", tooltip="Go to the next line", show=False),
        Binding("up,k", "move(-1)", "Previous", id="lines.up", tooltip="Go to the line above", show=False),
        Binding("right", "aside(1)", "Right", id="lines.right", tooltip="Go to the cell at the right", show=False),
        Binding("left", "aside(-1)", "Left", id="lines.left", tooltip="Go to the cell at the left", show=False),
        Binding("pagedown", "page(1)", "Page down", id="lines.page-down", tooltip="Go one screen down", show=False),
        Binding("pageup", "page(-1)", "Page up", id="lines.page-up", tooltip="Go one screen up", show=False),
        Binding("home", "edge(0)", "First", id="lines.first", tooltip="Go to the first line", show=False),
        Binding("end", "edge(1)", "Last", id="lines.last", tooltip="Go to the last line", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "lines--head",
        "lines--row",
        "lines--here",
        "lines--cell",
        "lines--wrong",
        "lines--approved",
        "lines--deferred",
        "lines--declined",
        "lines--sum",
        "lines--dim",
    }
    DEFAULT_CSS = """
    EstimateTable {
        height: 1fr;
        overflow-x: hidden;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
        background: $surface;
        color: $foreground;
    }
    EstimateTable > .lines--head { color: $text-muted; text-style: bold; }
    EstimateTable > .lines--here { text-style: bold; }
    EstimateTable > .lines--cell { background: $block-cursor-blurred-background; text-style: bold; }
    EstimateTable:focus > .lines--here { color: $text-primary; text-style: bold; }
    EstimateTable:focus > .lines--cell { background: $block-cursor-background; color: $block-cursor-foreground; }
    EstimateTable > .lines--wrong { color: $text-error; text-style: bold; }
    EstimateTable > .lines--approved { color: $text-success; }
    EstimateTable > .lines--deferred { color: $text-warning; }
    EstimateTable > .lines--declined { color: $text-error; }
    EstimateTable:light > .lines--deferred { color: $foreground; }
    EstimateTable > .lines--sum { text-style: bold; }
    EstimateTable > .lines--dim { color: $text-muted; }
    """

    @dataclass
    class Moved(Message):
        """The cursor came to another line or cell."""

    @dataclass
    class Chosen(Message):
        """Somebody clicked twice on the line or cell under the cursor."""

    class Rearranged(Message):
        """The lines stand elsewhere on the screen: it was scrolled, or has another size."""

    def __init__(self, empty_text: str = "No lines.", *, cells: bool = False, id: str | None = None) -> None:  # noqa: A002
        """`cells`: the cursor goes from cell to cell, not only from line to line."""
        super().__init__(id=id)
        self.empty_text = empty_text
        self.cells = cells
        self._lines: Sequence[TypedLine] = ()
        self._currency = ""
        self._choices: Mapping[int, Choice] | None = None
        self._sums: Sequence[str] = ()
        self._at = 0
        self._column = Column.OPERATION
        self._laid: tuple[int, Columns] | None = None

    @property
    def lines(self) -> Sequence[TypedLine]:
        """The lines that are shown."""
        return self._lines

    @property
    def cursor_place(self) -> int:
        """The line under the cursor, from 0."""
        return self._at

    @property
    def cursor_column(self) -> Column:
        """The column of the cursor."""
        return self._column

    @property
    def cursor_line(self) -> TypedLine | None:
        """The line under the cursor, None where there is none."""
        return self._lines[self._at] if self._lines else None

    @property
    def _rows_in_view(self) -> int:
        return max(1, self.size.height - _HEAD - len(self._sums))

    @property
    def _columns(self) -> Columns:
        """Found once for each width and set of lines: reading a hundred lines takes milliseconds."""
        if self._laid is None or self._laid[0] != self._width:
            found = columns(self._lines, self._currency, self._width, self._choices is not None)
            self._laid = (self._width, found)
        return self._laid[1]

    @property
    def _width(self) -> int:
        return max(20, self.scrollable_content_region.width)

    def show(
        self,
        lines: Sequence[TypedLine],
        currency: str,
        sums: Sequence[str],
        choices: Mapping[int, Choice] | None = None,
    ) -> None:
        """Show these lines with their sums; `choices` by line id, None where nothing can be decided yet."""
        self._lines, self._currency, self._sums, self._choices = lines, currency, sums, choices
        self._laid = None
        self._at = max(0, min(self._at, len(lines) - 1))
        self.virtual_size = Size(1, len(lines) + _HEAD + len(sums))
        self._reveal()
        self.refresh()

    def go(self, place: int, column: Column | None = None) -> None:
        """Put the cursor on a line, and on one of its cells."""
        self._at = max(0, min(place, len(self._lines) - 1))
        self._column = self._column if column is None else column
        self._reveal()
        self.refresh()
        self.post_message(self.Moved())

    def cell_region(self, column: Column) -> tuple[Offset, int] | None:
        """Where a cell of the cursor's line stands within the table, with its width; None when scrolled away."""
        y = self._at - self.scroll_offset.y
        if not 0 <= y < self._rows_in_view:
            return None
        x, width = self._columns.place(column)
        return Offset(x, y + _HEAD), width

    def render_line(self, y: int) -> Strip:
        """One line of the screen: the heads, a line of the estimate, or a sum."""
        width = self.size.width
        if y < _HEAD:
            return self._strip([("lines--head", heading(self._columns))], width)
        shown_rows = min(len(self._lines), self._rows_in_view)
        row = y - _HEAD
        if row < shown_rows:
            return self._row(row + self.scroll_offset.y, width)
        beneath = row - max(shown_rows, 1)
        if not self._lines and row < 2:
            words = wrap(shown(self.empty_text), self._width - 2)
            return self._strip([("lines--dim", f" {words[row]}" if row < len(words) else "")], width)
        if self._lines and beneath < len(self._sums):
            summed = cut(self._sums[beneath], self._width)
            return self._strip([("lines--sum", f"{summed:>{self._width}}")], width)
        return self._strip([], width)

    def _row(self, place: int, width: int) -> Strip:
        line, here = self._lines[place], place == self._at
        choice = self._choices.get(line.id) if self._choices else None
        cursor = self._column if here and self.cells else None
        spans = line_spans(self._columns, place, line, self._currency, choice, cursor, here)
        return self._strip([(f"lines--{span.look}", span.text) for span in spans], width)

    def _strip(self, pieces: Sequence[tuple[str, str]], width: int) -> Strip:
        segments = [Segment(text, self.get_component_rich_style(look)) for look, text in pieces]
        return Strip(segments).adjust_cell_length(width, self.rich_style)

    def _reveal(self) -> None:
        top = self.scroll_offset.y
        if self._at < top:
            self.scroll_to(y=self._at, animate=False, force=True)
        elif self._at >= top + self._rows_in_view:
            self.scroll_to(y=self._at - self._rows_in_view + 1, animate=False, force=True)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Say that the lines moved."""
        super().watch_scroll_y(old_value, new_value)
        self.post_message(self.Rearranged())

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        self._reveal()
        self.post_message(self.Rearranged())

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor, a second one chooses."""
        offset = event.get_content_offset(self)
        row = -1 if offset is None else offset.y - _HEAD
        if offset is None or not 0 <= row < min(len(self._lines), self._rows_in_view):
            return
        self.go(row + self.scroll_offset.y, self._columns.column_at(offset.x))
        if event.chain == 2:
            self.post_message(self.Chosen())

    def action_move(self, by: int) -> None:
        """Move the cursor by so many lines."""
        self.go(self._at + by)

    def action_aside(self, by: int) -> None:
        """Move the cursor to the cell beside."""
        if self.cells:
            self.go(self._at, Column(max(0, min(Column.TAX, self._column + by))))

    def action_page(self, screens: int) -> None:
        """Move the cursor by a screen, one line overlapping."""
        self.go(self._at + screens * max(1, self._rows_in_view - 1))

    def action_edge(self, end: int) -> None:
        """Move the cursor to the first (0) or the last line (1)."""
        self.go(len(self._lines) - 1 if end else 0)
