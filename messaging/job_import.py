"""Reading a job list from CSV: every cell checked, every error told with its line.

Columns in any order; an absent column or an empty cell keeps what is stored, "-" clears it (rule 45).
"""

import csv
from collections.abc import Callable, Iterable, Sequence

from domain.account import Location
from domain.errors import Refusal
from domain.imported import ImportedJob, LineError
from messaging.job_reading import FIELDS, JobReading

CLEAR = "-"
COLUMNS = FIELDS


def read(
    lines: Iterable[str], locations: Sequence[Location], location_of: Callable[[str], int | None]
) -> tuple[list[ImportedJob], list[LineError]]:
    """Read a CSV text with a header line. `location_of` tells the location of a job that exists already.

    Raises Refusal where the header is wrong. Lines count from 1, the header's.
    """
    rows = csv.reader(lines)
    try:
        header = [cell.strip().lower().lstrip("\ufeff") for cell in next(rows)]
    except StopIteration:
        raise Refusal("The file is empty. Its first line names the columns; see docs/import.md.") from None
    except (csv.Error, UnicodeDecodeError) as error:
        raise Refusal(f"The file is not a CSV text in UTF-8: {error}.") from None
    _check_header(header)
    jobs: list[ImportedJob] = []
    errors: list[LineError] = []
    seen: dict[str, int] = {}
    try:
        for cells in rows:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) > len(header):
                errors.append(_too_many(rows.line_num, len(cells), len(header)))
            line = JobReading(_stated(header, cells), locations, location_of, rows.line_num)
            _keep(line.job(), jobs, errors, seen)
            errors.extend(LineError(rows.line_num, sentence, field) for field, sentence in line.errors)
    except (csv.Error, UnicodeDecodeError) as error:
        errors.append(LineError(rows.line_num + 1, f"cannot be read: {error}"))
    return jobs, errors


def _check_header(header: list[str]) -> None:
    unknown = [name for name in header if name not in COLUMNS]
    if unknown:
        raise Refusal(f"There is no column called “{unknown[0][:40]}”. The columns are: {', '.join(COLUMNS)}.")
    twice = next((name for name in header if header.count(name) > 1), None)
    if twice:
        raise Refusal(f"The column “{twice}” stands twice in the first line. Keep one of them.")
    if "number" not in header:
        raise Refusal("The column “number” is missing; it tells which job a line is about.")


def _stated(header: list[str], cells: list[str]) -> dict[str, str]:
    """What a line says: an empty cell says nothing, the sign for clearing says that nothing shall stand there."""
    values = zip(header, (cell.strip() for cell in cells), strict=False)
    return {column: "" if cell == CLEAR else cell for column, cell in values if cell}


def _too_many(line: int, cells: int, columns: int) -> LineError:
    return LineError(line, f"has {cells} cells, the first line only {columns}; is a comma unquoted?")


def _keep(job: ImportedJob | None, jobs: list[ImportedJob], errors: list[LineError], seen: dict[str, int]) -> None:
    """Take a job into the list; its number may stand there once."""
    if job is None:
        return
    if job.number in seen:
        errors.append(LineError(job.line, f"job {job.number} stands on line {seen[job.number]} already"))
    seen[job.number] = job.line
    jobs.append(job)
