"""Lines of an estimate read from a CSV file: columns in any order, every row that is wrong told by its number."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.errors import Refusal
from domain.estimates import LONGEST_OPERATION, MOST_LINES, Line, money, storable, tax
from messaging.estimate_evidence import evidence_csv, evidence_text

__all__ = ["ReadLines", "evidence_csv", "evidence_text", "read_lines"]

MOST_BYTES = 1_000_000
_MOST_PROBLEMS = 20
_COLUMNS = {
    "operation": "operation",
    "description": "operation",
    "parts": "parts",
    "labour": "labour",
    "labor": "labour",
    "tax": "tax",
    "tax %": "tax",
    "vat": "tax",
}
_MARKS = (("\ufeff".encode(), "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True, slots=True)
class ReadLines:
    """The lines of a file, and a sentence for each row that could not be read ("Row 3: …")."""

    lines: tuple[Line, ...]
    problems: tuple[str, ...] = ()


def read_lines(data: bytes, currency: str) -> ReadLines:
    """The lines of a CSV file: operation, parts, labour and tax in any order, tax in percent.

    Commas, semicolons or tabs part the cells; UTF-8 or what older programs write. The first row names
    the columns; `operation` and one of `parts` and `labour` must be there. Rows count from 1, the header's.
    Raises Refusal with field "file" where it is no such file.
    """
    text = _text(data)
    rows = csv.reader(io.StringIO(text), delimiter=_delimiter(text))
    lines: list[Line] = []
    problems: list[str] = []
    try:
        columns = _columns(next((row for row in rows if _says(row)), []))
        for cells in rows:
            if _says(cells):
                _take(cells, columns, currency, rows.line_num, (lines, problems))
    except csv.Error as error:
        raise Refusal(f"The file is no CSV text: {error}, in row {rows.line_num}.", "file") from None
    if not lines and not problems:
        raise Refusal("The file has no lines under its first row.", "file")
    if len(lines) > MOST_LINES:
        problems.append(f"The file has {len(lines)} lines: {MOST_LINES} is the most. What comes after is left out.")
    hidden = len(problems) - _MOST_PROBLEMS
    more = [f"And {hidden} more."] if hidden > 0 else []
    return ReadLines(tuple(lines[:MOST_LINES]), (*problems[:_MOST_PROBLEMS], *more))


def _text(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise Refusal(f"The file is larger than {MOST_BYTES:,} bytes; an estimate has {MOST_LINES} lines.", "file")
    coding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(coding)
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    if "\x00" in text:
        raise Refusal("The file is no CSV text. Save the table as CSV, then import that.", "file")
    return text


def _delimiter(text: str) -> str:
    """What parts the cells of the first row, which has no amounts that could mislead."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=first.count)


def _columns(header: Sequence[str]) -> list[str]:
    names = [" ".join(cell.lower().split()) for cell in header]
    if not names:
        raise Refusal("The file is empty. Its first row names the columns: operation, parts, labour, tax.", "file")
    unknown = next((name for name in names if name and name not in _COLUMNS), None)
    if unknown is not None:
        raise Refusal(
            f"There is no column called “{unknown[:40]}”. The first row names them: operation, parts, labour, tax.",
            "file",
        )
    found = [_COLUMNS.get(name, "") for name in names]
    twice = next((name for name in found if name and found.count(name) > 1), None)
    if twice is not None:
        raise Refusal(f"The column “{twice}” stands twice in the first row. Keep one of them.", "file")
    if "operation" not in found or not {"parts", "labour"} & set(found):
        raise Refusal("The columns operation and parts, or operation and labour, must be there.", "file")
    return found


def _take(
    cells: Sequence[str], columns: Sequence[str], currency: str, row: int, into: tuple[list[Line], list[str]]
) -> None:
    lines, problems = into
    extra = [cell for cell in cells[len(columns) :] if cell.strip()]
    try:
        if extra:
            raise Refusal(
                f"it has more cells than the first row. Is “{extra[0].strip()[:40]}” an amount without quotes?"
            )
        lines.append(_line(dict(zip(columns, cells, strict=False)), currency))
    except Refusal as refusal:
        problems.append(f"Row {row}: {refusal.sentence}")


def _line(cells: Mapping[str, str], currency: str) -> Line:
    operation = " ".join(storable(cells.get("operation", "")).split())
    if not operation:
        raise Refusal("it names no operation.")
    if len(operation) > LONGEST_OPERATION:
        raise Refusal(f"its operation is longer than {LONGEST_OPERATION} characters.")
    parts, labour = money(cells.get("parts", ""), currency), money(cells.get("labour", ""), currency)
    return Line(operation, parts, labour, tax(cells.get("tax", "")))


def _says(cells: Sequence[str]) -> bool:
    return any(cell.strip() for cell in cells)
