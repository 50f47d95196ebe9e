"""How the lines of an estimate stand in columns: widths that fit the amounts, and the pieces of each line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from domain.estimates import Choice, Totals, plain_money, show_money
from widgets.estimate_cells import Column, TypedLine, cell_wrong, read_line, shown_cell
from widgets.spans import Span
from widgets.wrapping import fit, shown

MARKS = {Choice.APPROVED: "✓", Choice.DEFERRED: "…", Choice.DECLINED: "✗"}
_NARROWEST = 14
"""Cells that an operation should have; below, choices are shown by their mark alone."""
_AMOUNT, _TAX = 8, 6


def choice_words(choice: Choice | None) -> str:
    """A choice as it is shown, with its mark before the word."""
    return f"{MARKS[choice]} {choice.value}" if choice else "  not yet"


@dataclass(frozen=True, slots=True)
class Columns:
    """Where everything of a line stands; `choice` 0 where no choices are shown."""

    number: int
    choice: int
    operation: int
    parts: int
    labour: int
    tax: int
    total: int

    def place(self, column: Column) -> tuple[int, int]:
        """The first cell and the width of a column on its line."""
        first = 1 + self.number + 1 + (self.choice + 1 if self.choice else 0)
        widths = (self.operation, self.parts, self.labour, self.tax)
        return first + sum(widths[:column]) + column, widths[column]

    def column_at(self, x: int) -> Column:
        """The column at a cell of the line."""
        return next((column for column in reversed(Column) if x >= self.place(column)[0]), Column.OPERATION)


def columns(lines: Sequence[TypedLine], currency: str, width: int, with_choices: bool) -> Columns:
    """Widths for these lines on so many cells; amounts are never cut, the operations give way."""
    parts, labour, tax = (_widest(lines, column, currency) for column in (Column.PARTS, Column.LABOUR, Column.TAX))
    total = max([_AMOUNT, *(len(total_words(line, currency)) for line in lines)])
    number = max(2, len(str(len(lines))))
    left = width - (1 + number + 1 + 1 + parts + 1 + labour + 1 + tax + 1 + total)
    choice = 0
    if with_choices:
        words = max(len(choice_words(each)) for each in Choice)
        choice = words if left - words - 1 >= _NARROWEST else 1
        left -= choice + 1
    return Columns(number, choice, max(1, left), parts, labour, tax, total)


def heading(at: Columns) -> str:
    """The heads of the columns."""
    choice = fit("Decision" if at.choice > 1 else "", at.choice) + " " if at.choice else ""
    return (
        f" {'#':>{at.number}} {choice}{fit(Column.OPERATION.words, at.operation)} {Column.PARTS.words:>{at.parts}}"
        f" {Column.LABOUR.words:>{at.labour}} {Column.TAX.words:>{at.tax}} {'Total':>{at.total}}"
    )


def line_spans(
    at: Columns, place: int, line: TypedLine, currency: str, choice: Choice | None, cursor: Column | None, here: bool
) -> list[Span]:
    """One line in pieces; `here` where the cursor is on it, `cursor` where it is on one of its cells."""
    look = "here" if here else "row"
    pieces = [Span("▌" if here else " ", look), Span(f"{place + 1:>{at.number}} ", look)]
    if at.choice:
        words = choice_words(choice) if at.choice > 1 else choice_words(choice)[0]
        pieces += [Span(fit(words, at.choice), choice.value if choice else look), Span(" ", look)]
    for column in Column:
        width = at.place(column)[1]
        text, wrong = _cell(line, column, currency)
        drawn = fit(text, width) if column is Column.OPERATION else _right(text, width)
        pieces += [Span(drawn, "cell" if column is cursor else "wrong" if wrong else look), Span(" ", look)]
    return [*pieces, Span(_right(total_words(line, currency), at.total), look)]


def total_words(line: TypedLine, currency: str) -> str:
    """The total of a line, "" while it cannot be told."""
    read = read_line(line, currency)
    return plain_money(read.total, currency, grouped=True) if read else ""


def sum_line(name: str, totals: Totals, currency: str) -> str:
    """A line of sums: net, tax, and the total with its currency."""
    net, tax = (plain_money(amount, currency, grouped=True) for amount in (totals.net, totals.tax))
    return f"{name}net {net} · tax {tax} · total {show_money(totals.total, currency)}"


def _widest(lines: Iterable[TypedLine], column: Column, currency: str) -> int:
    least = _TAX if column is Column.TAX else _AMOUNT
    texts = (_cell(line, column, currency) for line in lines)
    return max([least, *(min(20, cell_len(text)) for text, _ in texts)])


def _cell(line: TypedLine, column: Column, currency: str) -> tuple[str, bool]:
    """The words of a cell, and whether they are wrong: then a mark stands before them."""
    wrong = not line.is_blank and bool(cell_wrong(line, column, currency))
    text = shown(shown_cell(line, column, currency))
    return (f"!{text}" if wrong else text), wrong


def _right(text: str, width: int) -> str:
    """The text at the right end of its column."""
    drawn = fit(text, width).rstrip()
    return " " * (width - cell_len(drawn)) + drawn
