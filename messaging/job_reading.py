"""A job as somebody outside states it: every value checked, every error told with the name of its field.

A list (messaging/job_import.py) and a request (messaging/ingest.py) state jobs in the same words.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from domain import phone
from domain.account import Location
from domain.errors import Refusal
from domain.imported import FieldError, ImportedJob
from domain.jobs import Status
from domain.people import StatedContact
from domain.text import fold

_CONTACT_FIELDS = tuple(
    f"{who}_contact{part}" for who in ("site", "billing") for part in ("", "_title", "_mobile", "_email")
)
FIELDS = (
    *("number", "template", "title", "status", "location", "customer"),
    *_CONTACT_FIELDS,
    *("ad_hoc_mobile", "worker", "window_start", "window_end", "asset", "address"),
)
LASTING = ("customer", "location", "status")
"""What a job always keeps, beside its number."""
_LONGEST = 500


class JobReading:
    """One job while it is read; it gathers its errors.

    `values` has the stated fields alone: "" clears one, an absent one keeps what is stored.
    """

    def __init__(
        self,
        values: Mapping[str, str],
        locations: Sequence[Location],
        location_of: Callable[[str], int | None],
        line: int = 0,
    ) -> None:
        self.errors: list[FieldError] = []
        self._values = {field: value.strip() for field, value in values.items()}
        self._locations = locations
        self._location_of = location_of
        self._line = line

    def job(self) -> ImportedJob | None:
        """The job, as far as it can be read; None where it has no number."""
        number = self._text("number")
        if not number:
            self._wrong("number", "has no number")
            return None
        for field in LASTING:
            if self._values.get(field) == "":
                self._wrong(field, f"{field} cannot be cleared")
                del self._values[field]
        location = self._location(number)
        job = ImportedJob(
            line=self._line,
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
            self._wrong("window_end", "window_end is before window_start")
        return job

    def _wrong(self, field: str, sentence: str) -> None:
        self.errors.append(FieldError(field, sentence))

    def _text(self, field: str) -> str | None:
        value = self._values.get(field)
        if value is None:
            return None
        if len(value) > _LONGEST:
            self._wrong(field, f"{field} is longer than {_LONGEST} characters")
            return None
        if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
            self._wrong(field, f"{field} holds a character that is no text")
            return None
        return value

    def _location(self, number: str) -> Location | None:
        name = self._text("location")
        if name:
            found = next((place for place in self._locations if fold(place.name) == fold(name)), None)
            if found is None:
                known = ", ".join(place.name for place in self._locations) or "none yet"
                self._wrong("location", f"there is no location “{name}” (known: {known})")
            return found
        known_id = self._location_of(number)
        if known_id is None and len(self._locations) == 1:
            return self._locations[0]
        found = next((place for place in self._locations if place.id == known_id), None)
        if found is None:
            self._wrong("location", "is a new job and names no location")
        return found

    def _status(self) -> Status | None:
        text = self._text("status")
        if text is None:
            return None
        try:
            return Status(fold(text).replace(" ", "_"))
        except ValueError:
            self._wrong("status", f"there is no status “{text}” (known: {', '.join(Status)})")
            return None

    def _contact(self, field: str, location: Location | None) -> StatedContact:
        return StatedContact(
            self._text(field),
            self._text(f"{field}_title"),
            self._mobile(f"{field}_mobile", location),
            self._text(f"{field}_email"),
        )

    def _mobile(self, field: str, location: Location | None) -> str | None:
        text = self._text(field)
        if not text or location is None:
            return text
        try:
            return phone.parse(text, location.country)
        except Refusal as refusal:
            self._wrong(field, f"{field}: {refusal.sentence}")
            return None

    def _time(self, field: str, location: Location | None) -> datetime | bool | None:
        text = self._text(field)
        if text is None:
            return None
        if text == "":
            return False
        try:
            return read_time(text, location)
        except ValueError:
            self._wrong(field, f"{field}: “{text[:40]}” is not a time like 2026-03-02T09:00")
            return None


def read_time(text: str, location: Location | None) -> datetime | None:
    """A moment in UTC, on the location's clock where it names no offset; None where it has neither.

    Raises ValueError where it is no time, or one that no calendar has.
    """
    when = datetime.fromisoformat(text)
    if when.tzinfo is None and location is not None:
        when = when.replace(tzinfo=ZoneInfo(location.time_zone))
    try:
        return when.astimezone(UTC) if when.tzinfo else None
    except OverflowError:
        raise ValueError(text) from None
