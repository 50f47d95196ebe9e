"""A job as somebody outside states it (a line of a list, a request), checked and ready to be stored."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from domain.jobs import Status
from domain.people import StatedContact


@dataclass(frozen=True, slots=True)
class ImportedJob:
    """None keeps what is stored, "" (or a False window) clears it; a new job needs a customer.

    `line` is where it stands in a list, 0 for a job that stands alone.
    """

    line: int
    number: str
    location_id: int | None
    template: str | None
    title: str | None
    status: Status | None
    customer: str | None
    site: StatedContact
    billing: StatedContact
    ad_hoc_mobile: str | None
    worker: str | None
    window_start: datetime | bool | None
    window_end: datetime | bool | None
    asset: str | None
    address: str | None


class LineError(NamedTuple):
    """What is wrong with a line, and how to mend it; `field` is "" where it is about the whole line."""

    line: int
    sentence: str
    field: str = ""


class FieldError(NamedTuple):
    """What is wrong with one field of a job, and how to mend it."""

    field: str
    sentence: str
