"""Reading a job list from CSV: every cell checked, every error told with its line.

Columns in any order; an absent column or an empty cell keeps what is stored, "-" clears it (rule 45).
"""

import csv
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from domain import phone
from domain.account import Location
from domain.errors import Refusal
from domain.imported import ImportedJob, LineError
from domain.jobs import Status
from domain.people import StatedContact
from domain.text import fold

CLEAR = "-"
_CONTACT_COLUMNS = tuple(
    f"{who}_contact{part}" for who in ("site", "billing") for part in ("", "_title", "_mobile", "_email")
)
COLUMNS = (
    *("number", "template", "title", "status", "location", "customer"),
    *_CONTACT_COLUMNS,
    *("ad_hoc_mobile", "worker", "window_start", "window_end", "asset", "address"),
)
_LONGEST_CELL = 500


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
            _read_line(_Line(rows.line_num, header, cells, locations, location_of), jobs, errors, seen)
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


def _read_line(line: "_Line", jobs: list[ImportedJob], errors: list[LineError], seen: dict[str, int]) -> None:
    if not any(cell.strip() for cell in line.cells):
        return
    job = line.job()
    errors.extend(LineError(line.number, sentence) for sentence in line.errors)
    if job is None:
        return
    if job.number in seen:
        errors.append(LineError(line.number, f"job {job.number} stands on line {seen[job.number]} already"))
    seen[job.number] = line.number
    jobs.append(job)


class _Line:
    """One line while it is read; it gathers its errors."""

    def __init__(
        self,
        number: int,
        header: list[str],
        cells: list[str],
        locations: Sequence[Location],
        location_of: Callable[[str], int | None],
    ) -> None:
        self.number = number
        self.cells = cells
        self.errors: list[str] = []
        self._locations = locations
        self._location_of = location_of
        if len(cells) > len(header):
            self.errors.append(f"has {len(cells)} cells, the first line only {len(header)}; is a comma unquoted?")
        self._values = dict(zip(header, (cell.strip() for cell in cells), strict=False))

    def job(self) -> ImportedJob | None:
        """The line as a job, or None where it has no number."""
        number = self._text("number")
        if not number:
            self.errors.append("has no number")
            return None
        for column in ("customer", "location", "status"):
            if self._values.get(column) == CLEAR:
                self.errors.append(f"{column} cannot be cleared")
                del self._values[column]
        location = self._location(number)
        job = ImportedJob(
            line=self.number,
            number=number,
            location_id=location.id if location else None,
            template=self._text("template"),
            title=self._text("title"),
            status=self._status(),
            customer=self._text("customer"),
            site=self._contact("site_contact", location),
            billing=self._contact("billing_contact", location),
            ad_hoc_mobile=self._mobile("ad_hoc_mobile", location),
            worker=self._text("worker"),
            window_start=self._time("window_start", location),
            window_end=self._time("window_end", location),
            asset=self._text("asset"),
            address=self._text("address"),
        )
        start, end = job.window_start, job.window_end
        if isinstance(start, datetime) and isinstance(end, datetime) and end < start:
            self.errors.append("window_end is before window_start")
        return job

    def _text(self, column: str) -> str | None:
        value = self._values.get(column, "")
        if len(value) > _LONGEST_CELL:
            self.errors.append(f"{column} is longer than {_LONGEST_CELL} characters")
            return None
        if "\x00" in value:
            self.errors.append(f"{column} holds a character that is no text")
            return None
        if value == CLEAR:
            return ""
        return value or None

    def _location(self, number: str) -> Location | None:
        name = self._text("location")
        if name:
            found = next((place for place in self._locations if fold(place.name) == fold(name)), None)
            if found is None:
                known = ", ".join(place.name for place in self._locations) or "none yet"
                self.errors.append(f"there is no location “{name}” (known: {known})")
            return found
        known_id = self._location_of(number)
        if known_id is None and len(self._locations) == 1:
            return self._locations[0]
        found = next((place for place in self._locations if place.id == known_id), None)
        if found is None:
            self.errors.append("is a new job and names no location")
        return found

    def _status(self) -> Status | None:
        text = self._text("status")
        if text is None:
            return None
        try:
            return Status(fold(text).replace(" ", "_"))
        except ValueError:
            self.errors.append(f"there is no status “{text}” (known: {', '.join(Status)})")
            return None

    def _contact(self, column: str, location: Location | None) -> StatedContact:
        return StatedContact(
            self._text(column),
            self._text(f"{column}_title"),
            self._mobile(f"{column}_mobile", location),
            self._text(f"{column}_email"),
        )

    def _mobile(self, column: str, location: Location | None) -> str | None:
        text = self._text(column)
        if not text or location is None:
            return text
        try:
            return phone.parse(text, location.country)
        except Refusal as refusal:
            self.errors.append(f"{column}: {refusal.sentence}")
            return None

    def _time(self, column: str, location: Location | None) -> datetime | bool | None:
        text = self._text(column)
        if text is None:
            return None
        if text == "":
            return False
        try:
            when = datetime.fromisoformat(text)
        except ValueError:
            self.errors.append(f"{column}: “{text[:40]}” is not a time like 2026-03-02T09:00")
            return None
        if when.tzinfo is None and location is not None:
            when = when.replace(tzinfo=ZoneInfo(location.time_zone))
        return when.astimezone(UTC) if when.tzinfo else None
