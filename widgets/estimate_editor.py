"""Changing the lines of an estimate in their place, cell by cell, with the keyboard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Label

from domain.estimates import MOST_LINES
from domain.text import one_line
from widgets.estimate_cells import Column, TypedLine, sums, wrong_cells
from widgets.estimate_columns import sum_line
from widgets.estimate_table import EstimateTable

_EMPTY = "No lines yet. Press n to add one, or i to read them from a CSV file."
_STARTS_AMOUNT = frozenset("0123456789-.,")
_REMEMBERED = 200
"""Steps that can be undone."""


class CellInput(Input):
    """The field that stands over the cell being changed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,tab", "go(1)", "Next cell", id="cell.next", tooltip="Keep it and go to the next cell"),
        Binding("shift+tab", "go(-1)", "Cell before", id="cell.before", show=False, tooltip="Go to the cell before"),
        Binding("down", "line(1)", "Line below", id="cell.below", show=False, tooltip="The same cell one line down"),
        Binding("up", "line(-1)", "Line above", id="cell.above", show=False, tooltip="The same cell one line up"),
        Binding("escape", "leave", "Leave cell", id="cell.leave", tooltip="Keep what is typed and leave the cell"),
    ]
    DEFAULT_CSS = """
    CellInput, CellInput:focus {
        layer: cell; display: none; height: 1; border: none; padding: 0; background: $boost; color: $foreground;
    }
    """

    class Pasted(Message):
        """Several lines were pasted: more than one cell can hold."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def _on_paste(self, event: events.Paste) -> None:
        if len(event.text.strip().splitlines()) > 1:
            event.prevent_default()
            event.stop()
            self.post_message(self.Pasted(event.text))

    def action_go(self, by: int) -> None:
        """Go on to the next cell, or to the one before."""
        self._editor.next_cell(by)

    def action_line(self, by: int) -> None:
        """Go to the same cell of another line."""
        self._editor.next_line(by)

    def action_leave(self) -> None:
        """Leave the cell with what is typed in it."""
        self._editor.stop_typing()

    @property
    def _editor(self) -> EstimateEditor:
        assert isinstance(self.parent, EstimateEditor)
        return self.parent


class EstimateEditor(Widget):
    """The table with its keys. What is typed is kept as it is typed, right or wrong; undo goes back step by step."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "add", "New line", id="estline.add", tooltip="Add a line below this one"),
        Binding("enter", "change", "Change", id="estline.change", tooltip="Type in this cell"),
        Binding("d,delete", "delete", "Delete", id="estline.delete", tooltip="Delete this line; u brings it back"),
        Binding("u", "undo", "Undo", id="estline.undo", show=False, tooltip="Take back the last change of the lines"),
        Binding(
            "K,shift+up", "shift(-1)", "Move up", id="estline.move-up", show=False, tooltip="Move this line up by one"
        ),
        Binding(
            "J,shift+down",
            "shift(1)",
            "Move down",
            id="estline.move-down",
            show=False,
            tooltip="Move this line down by one",
        ),
    ]
    DEFAULT_CSS = """
    EstimateEditor { height: 1fr; layers: table cell; }
    EstimateEditor > Vertical { layer: table; height: 1fr; }
    EstimateEditor #lines-said { width: 100%; height: auto; max-height: 3; padding: 0 1; color: $text-muted; }
    EstimateEditor #lines-said.-wrong { color: $text-error; text-style: bold; }
    """

    class Edited(Message):
        """Something was typed or changed."""

    def __init__(self, currency: str, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.currency = currency
        self._lines: list[TypedLine] = []
        self._undo: list[tuple[list[TypedLine], int, Column]] = []
        self._typing = False

    def compose(self) -> ComposeResult:
        """The table, what is to be said about it, and the field that stands over a cell."""
        with Vertical():
            yield EstimateTable(_EMPTY, cells=True, id="editor-table")
            yield Label("", id="lines-said")
        yield CellInput(id="cell", select_on_focus=False)

    @property
    def table(self) -> EstimateTable:
        """The lines."""
        return self.query_one(EstimateTable)

    @property
    def lines(self) -> tuple[TypedLine, ...]:
        """What is typed now, the open cell included."""
        return tuple(self._lines)

    @property
    def is_typing(self) -> bool:
        """Whether a cell is open."""
        return self._typing

    @property
    def is_typing_amount(self) -> bool:
        """Whether a cell is open that holds a figure."""
        return self._typing and self.table.cursor_column is not Column.OPERATION

    @property
    def _field(self) -> CellInput:
        return self.query_one(CellInput)

    def show(self, lines: Sequence[TypedLine], currency: str) -> None:
        """Begin with these lines; nothing before can be undone."""
        self.currency = currency
        self._lines, self._undo = list(lines), []
        if self._typing:
            self.table.focus()
        self._close()
        self._draw()

    def remember(self, lines: Sequence[TypedLine]) -> None:
        """Let undo bring these lines back, which stood here before."""
        self._undo.append((list(lines), 0, Column.OPERATION))

    def append(self, lines: Sequence[TypedLine]) -> None:
        """Add lines at the end; one undo takes them all away again."""
        self.stop_typing()
        self._change([*self._lines, *lines], len(self._lines), Column.OPERATION)

    def go_to_wrong(self) -> bool:
        """Put the cursor on the first cell that is wrong and say so; False where none is."""
        found = next(iter(wrong_cells(self._lines, self.currency)), None)
        if found is None:
            return False
        self.stop_typing()
        self.table.focus()
        self.table.go(*found)
        return True

    # Typing in a cell

    def action_change(self) -> None:
        """Open the cell under the cursor, or add the first line."""
        if self._lines:
            self._open()
        else:
            self.action_add()

    def on_key(self, event: events.Key) -> None:
        """A figure begins an amount at once, in place of what stood there."""
        amount = self.table.has_focus and self._lines and self.table.cursor_column is not Column.OPERATION
        if amount and event.character in _STARTS_AMOUNT:
            event.stop()
            self._open(event.character)

    @on(EstimateTable.Chosen)
    def change_clicked(self, event: EstimateTable.Chosen) -> None:
        """A double click opens the cell."""
        event.stop()
        self.action_change()

    def _open(self, begun: str | None = None) -> None:
        self._remember()
        place, column = self.table.cursor_place, self.table.cursor_column
        self._typing = True
        field = self._field
        with field.prevent(Input.Changed):
            field.value = self._lines[place].cells[column]
        if begun is not None:
            field.value = begun
        field.display = True
        self._place_field()
        field.focus()
        field.cursor_position = len(field.value)
        self._say()

    def _place_field(self) -> None:
        """Put the field over its cell, wide enough for what is typed where there is room."""
        region = self.table.cell_region(self.table.cursor_column) if self._typing else None
        if region is None:
            return
        offset, width = region
        field = self._field
        wide = min(max(width, cell_len(field.value) + 1), max(width, self.size.width - offset.x - 1))
        field.styles.offset, field.styles.width = (offset.x, offset.y), wide

    @on(EstimateTable.Rearranged)
    def follow_table(self, event: EstimateTable.Rearranged) -> None:
        """The table was scrolled or resized: the open cell goes with it."""
        event.stop()
        self.call_after_refresh(self._place_field)

    @on(Input.Changed, "#cell")
    def take_letters(self, event: Input.Changed) -> None:
        """Every letter counts at once, so that nothing is lost wherever the writer goes."""
        event.stop()
        if self._typing:
            place, column = self.table.cursor_place, self.table.cursor_column
            self._lines[place] = self._lines[place].put(column, event.value)
            self._draw()
            self._place_field()
            self.post_message(self.Edited())

    @on(CellInput.Pasted)
    def paste_lines(self, event: CellInput.Pasted) -> None:
        """What was pasted goes into this cell as one line."""
        event.stop()
        self._field.insert_text_at_cursor(" ".join(event.text.splitlines()))

    def stop_typing(self) -> None:
        """Leave the open cell with what is typed; a line without a word goes."""
        if not self._typing:
            return
        place = self.table.cursor_place
        self._close()
        if self._lines[place].is_blank:
            del self._lines[place]
            self.post_message(self.Edited())
        self._forget_unchanged()
        self.table.focus()
        self._draw()

    def _close(self) -> None:
        self._typing = False
        self._field.display = False

    def next_cell(self, by: int) -> None:
        """Go on to the next cell; behind the last one a new line begins, and a blank one ends the typing."""
        place, column = self.table.cursor_place, self.table.cursor_column
        last = place == len(self._lines) - 1
        if self._lines[place].is_blank and last and by > 0:
            self.stop_typing()
        elif by > 0 and column is Column.TAX and last:
            self._forget_unchanged()
            self.action_add()
        else:
            step = (place * len(Column) + column) + by
            self._open_at(step // len(Column), Column(step % len(Column))) if step >= 0 else self.stop_typing()

    def next_line(self, by: int) -> None:
        """Go to the same cell of another line."""
        place = self.table.cursor_place + by
        if 0 <= place < len(self._lines):
            self._open_at(place, self.table.cursor_column)

    def _open_at(self, place: int, column: Column) -> None:
        """Open another cell; a line left without a word goes."""
        left = self.table.cursor_place
        if left != place and self._lines[left].is_blank:
            del self._lines[left]
            place -= place > left
        self._forget_unchanged()
        self._draw()
        self.table.go(place, column)
        self._open()
        if column is not Column.OPERATION:
            self._field.select_all()  # a figure that is typed here takes the place of the old amount

    # Lines

    def action_add(self) -> None:
        """Add a line below the cursor, with the tax of the line before, and type in it."""
        if len(self._lines) >= MOST_LINES:
            self._say(f"An estimate has at most {MOST_LINES} lines. Put some together.", wrong=True)
            return
        self._remember()
        place = min(self.table.cursor_place + 1, len(self._lines))
        tax = self._lines[place - 1].tax if place else ""
        self._lines.insert(place, TypedLine(tax=tax))
        self._draw()
        self.table.go(place, Column.OPERATION)
        self._open()
        self._undo.pop()

    def action_delete(self) -> None:
        """Delete the line under the cursor."""
        if self._lines:
            place = self.table.cursor_place
            self._change(self._lines[:place] + self._lines[place + 1 :], place, self.table.cursor_column)
            self._say("The line is deleted. u brings it back.")

    def action_shift(self, by: int) -> None:
        """Move the line under the cursor."""
        place = self.table.cursor_place
        if self._lines and 0 <= place + by < len(self._lines):
            moved = list(self._lines)
            moved.insert(place + by, moved.pop(place))
            self._change(moved, place + by, self.table.cursor_column)

    def action_undo(self) -> None:
        """Take back the last change."""
        if not self._undo:
            self._say("Nothing to take back.")
            return
        self._lines, place, column = self._undo.pop()
        self._draw()
        self.table.go(place, column)
        self.post_message(self.Edited())

    def _change(self, lines: list[TypedLine], place: int, column: Column) -> None:
        self._remember()
        self._lines = lines
        self._draw()
        self.table.go(place, column)
        self.post_message(self.Edited())

    def _remember(self) -> None:
        self._undo = [
            *self._undo[-_REMEMBERED:],
            (list(self._lines), self.table.cursor_place, self.table.cursor_column),
        ]

    def _forget_unchanged(self) -> None:
        """A cell that was opened and left as it was is no step to take back."""
        if self._undo and self._undo[-1][0] == self._lines:
            self._undo.pop()

    # What is said

    def _draw(self) -> None:
        words = sum_line("", sums(self._lines, self.currency), self.currency)
        wrong = wrong_cells(self._lines, self.currency)
        self.table.show(self.lines, self.currency, [f"without what is wrong: {words}" if wrong else words])
        self._say()

    @on(EstimateTable.Moved)
    def say_here(self, event: EstimateTable.Moved) -> None:
        """The cursor came elsewhere."""
        event.stop()
        self._say()

    def _say(self, words: str = "", wrong: bool = False) -> None:
        """Say `words`, or else what is wrong first under the cursor and then anywhere, or else the whole operation."""
        if not words:
            words, wrong = self._complaint(), True
        if not words:
            line = self.table.cursor_line
            words, wrong = (line.operation if line is not None and not self._typing else ""), False
        label = self.query_one("#lines-said", Label)
        label.update(Content(f"! {one_line(words)}" if wrong else one_line(words)))
        label.set_class(wrong, "-wrong")

    def _complaint(self) -> str:
        """What is wrong, the cell under the cursor first; one that is being typed is passed over."""
        at = (self.table.cursor_place, self.table.cursor_column)
        found = wrong_cells(self._lines, self.currency)
        if not self._typing and at in found:
            return found[at]
        return next((sentence for cell, sentence in found.items() if not (self._typing and cell == at)), "")
