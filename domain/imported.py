"""One line of an imported job list, checked and ready to be stored."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from domain.jobs import Status
from domain.people import StatedContact


@dataclass(frozen=True, slots=True)
class ImportedJob:
    """A line. None keeps what is stored, "" (or a False window) clears it; a new job needs a customer."""

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
    """What is wrong with a line, and how to mend it."""

    line: int
    sentence: str
