"""The lines of an estimate as they are typed: cells of text, what each means, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from domain import estimates
from domain.errors import Refusal
from domain.estimates import LONGEST_OPERATION, MOST_LINES, Line


class Column(IntEnum):
    """The cells of a line that can be typed in, from left to right."""

    OPERATION = 0
    PARTS = 1
    LABOUR = 2
    TAX = 3

    @property
    def words(self) -> str:
        """The head of the column."""
        return ("Operation", "Parts", "Labour", "Tax %")[self]


@dataclass(frozen=True, slots=True)
class TypedLine:
    """One line as somebody typed it; `id` as in `domain.estimates.Line`."""

    operation: str = ""
    parts: str = ""
    labour: str = ""
    tax: str = ""
    id: int = 0

    @property
    def cells(self) -> tuple[str, str, str, str]:
        """The cells in the order of Column."""
        return (self.operation, self.parts, self.labour, self.tax)

    @property
    def is_blank(self) -> bool:
        """Whether nothing at all is typed in it; the tax alone says nothing."""
        return not any(cell.strip() for cell in self.cells[:3])

    def put(self, column: Column, text: str) -> TypedLine:
        """The line with another text in one cell."""
        operation, parts, labour, tax = (text if at == column else cell for at, cell in enumerate(self.cells))
        return TypedLine(operation, parts, labour, tax, self.id)


def as_typed(line: Line, currency: str) -> TypedLine:
    """A line as one would type it."""
    parts, labour = (estimates.plain_money(amount, currency) for amount in (line.parts, line.labour))
    return TypedLine(line.operation, parts, labour, tax_words(line.tax), line.id)


def tax_words(tax: int) -> str:
    """Hundredths of a percent as they are typed: "19", "7.5"."""
    return f"{tax // 100}.{tax % 100:02}".rstrip("0").rstrip(".")


@lru_cache(2048)
def cell_wrong(line: TypedLine, column: Column, currency: str) -> str:
    """What is wrong with one cell, in a sentence; "" where nothing is."""
    try:
        _read(line, column, currency)
    except Refusal as refusal:
        return refusal.sentence
    return ""


def wrong_cells(lines: Sequence[TypedLine], currency: str) -> dict[tuple[int, Column], str]:
    """What is wrong where, by line from 0 and column, each in a sentence; blank lines are passed over."""
    return {
        (place, column): f"Line {place + 1}, {column.words.lower()}: {sentence}"
        for place, line in enumerate(lines)
        for column in Column
        if not line.is_blank and (sentence := cell_wrong(line, column, currency))
    }


@lru_cache(512)
def read_line(line: TypedLine, currency: str) -> Line | None:
    """What a line means, None while any of its cells is wrong or nothing is typed."""
    if line.is_blank:
        return None
    try:
        operation, parts, labour, tax = (_read(line, column, currency) for column in Column)
    except Refusal:
        return None
    return Line(str(operation), int(parts), int(labour), int(tax), line.id)


def read_lines(lines: Iterable[TypedLine], currency: str) -> tuple[Line, ...] | None:
    """What all lines mean, blank ones left out; None while any cell is wrong."""
    filled = [line for line in lines if not line.is_blank]
    found = [read_line(line, currency) for line in filled]
    return None if len(filled) > MOST_LINES or None in found else tuple(line for line in found if line is not None)


def sums(lines: Iterable[TypedLine], currency: str) -> estimates.Totals:
    """The sums of the lines that can be read."""
    return estimates.totals(line for each in lines if (line := read_line(each, currency)) is not None)


def shown_cell(line: TypedLine, column: Column, currency: str) -> str:
    """A cell as it is drawn: an amount in its usual form, and anything wrong exactly as it was typed."""
    typed = line.cells[column]
    if column is Column.OPERATION or cell_wrong(line, column, currency):
        return typed
    if column is Column.TAX:
        return tax_words(estimates.tax(typed)) if typed.strip() else ""
    return estimates.plain_money(estimates.money(typed, currency), currency, grouped=True) if typed.strip() else ""


def _read(line: TypedLine, column: Column, currency: str) -> str | int:
    typed = line.cells[column]
    if column is Column.TAX:
        return estimates.tax(typed)
    if column is not Column.OPERATION:
        return estimates.money(typed, currency, column.name.lower())
    operation = " ".join(typed.split())
    if not operation:
        raise Refusal("name what is to be done.", "operation")
    if len(operation) > LONGEST_OPERATION:
        raise Refusal(
            f"{len(operation)} characters are too many: {LONGEST_OPERATION} is the most. Shorten it.", "operation"
        )
    return operation
