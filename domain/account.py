"""The provider's account and its locations."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from domain.hours import USUAL_QUIET_HOURS, QuietHours
from domain.routing import Windows

PRACTICE = "PRACTICE"
"""The carrier stamp of a database whose texts never reach a real phone."""


class WorkerWrites(StrEnum):
    """Whether a worker may write to a contact of the job."""

    OFF = "off"
    WITH_RELEASE = "with_release"
    ON = "on"


@dataclass(frozen=True, slots=True)
class Account:
    """Settings that belong to the whole database. `carrier` is PRACTICE or a carrier account SID.

    `undo` is how long a text can be called back before it leaves, `lock` after how much idle time a
    shared desk signs out. `holds_in_practice`: practice holds texts in quiet hours as live does.
    """

    carrier: str = PRACTICE
    three_way: bool = True
    windows: Windows = field(default_factory=Windows)
    use_by: timedelta = timedelta(hours=4)
    demo_hint: str = ""
    undo: timedelta = timedelta(seconds=5)
    lock: timedelta = timedelta(minutes=2)
    worker_writes: WorkerWrites = WorkerWrites.OFF
    holds_in_practice: bool = False

    @property
    def practice(self) -> bool:
        """Whether no text of this database can reach a real phone."""
        return self.carrier == PRACTICE

    @property
    def holds(self) -> bool:
        """Whether texts wait for the end of quiet hours here."""
        return self.holds_in_practice or not self.practice


@dataclass(frozen=True, slots=True)
class Location:
    """A branch of the provider. `numbers` are the E.164 numbers it texts from, the first one preferred."""

    id: int
    name: str
    country: str
    time_zone: str
    direct_reply: bool = True
    numbers: tuple[str, ...] = ()
    quiet: QuietHours = USUAL_QUIET_HOURS
    callback_phone: str = ""
    currency: str = "USD"
    worker_sees_numbers: bool = False
    links_in_texts: bool = False
    """Typed messages carry the contact's link too; alerts, quick actions and first texts always do."""
    approve_up_to: int = 50_000
    """What the link alone may approve, in minor units; above it a code goes to the number on file (rule 52)."""


@dataclass(frozen=True, slots=True)
class EngineWords:
    """What the engine says of itself, for every status bar.

    `page_url` is where phones reach its pages, "" where no link may go out (rule 26).
    """

    state: str
    sentence: str
    alive: bool
    carrier_url: str = ""
    page_url: str = ""
