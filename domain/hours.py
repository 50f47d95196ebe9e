"""Hours of the day at somebody's place: when an automatic text may leave, and when a reminder is due.

Most zones have days of 23 and 25 hours: a wall-clock time may be missing on a day, or come twice.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.errors import Refusal


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `begin` until `end` on the wall clock no automatic text leaves; over midnight where `begin` is later.

    Equal times mean that there are none.
    """

    begin: time = time(21)
    end: time = time(8)

    def covers(self, clock: time) -> bool:
        """Whether a wall-clock time lies within them."""
        if self.begin <= self.end:
            return self.begin <= clock < self.end
        return clock >= self.begin or clock < self.end


USUAL_QUIET_HOURS = QuietHours()
NO_QUIET_HOURS = QuietHours(time(0), time(0))


def leaves_at(due: datetime, zone: str, quiet: QuietHours) -> datetime:
    """The first moment from `due` (aware) on that lies outside the quiet hours of a zone; UTC.

    Where the clocks jump over the end of the hours, as long after the jump as it lies after its beginning.
    """
    here = due.astimezone(ZoneInfo(zone))
    if not quiet.covers(here.time()):
        return due.astimezone(UTC)
    day = here.date()
    if here.time() >= quiet.end:
        day += timedelta(days=1)
    opening = on_the_clock(day, quiet.end, zone)
    if opening <= due:  # where the clocks go back over the end of the hours, that end comes twice
        opening = datetime.combine(day, quiet.end.replace(fold=1), ZoneInfo(zone)).astimezone(UTC)
    return opening


@dataclass(frozen=True, slots=True)
class Lead:
    """How long before a job's start a reminder is due: a span of time, or days before at a wall-clock time."""

    before: timedelta = timedelta(hours=2)
    days: int = 0
    at: time | None = None

    def __str__(self) -> str:
        """As people type it: "2h", "90m", "1d 17:00"."""
        if self.at is not None:
            return f"{self.days}d {self.at:%H:%M}"
        minutes = int(self.before.total_seconds()) // 60
        return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"


_SPAN = re.compile(r"(\d{1,4})\s*([hm])")
_DAYS = re.compile(r"(\d{1,2})\s*d\s+(\d{1,2}):(\d{2})")


def read_lead(text: str) -> Lead:
    """Read "2h", "90m" or "1d 17:00"; Refusal (field "lead") for anything else."""
    typed = " ".join(text.casefold().split())
    if found := _SPAN.fullmatch(typed):
        hours = found[2] == "h"
        span = timedelta(hours=int(found[1])) if hours else timedelta(minutes=int(found[1]))
        if span > timedelta(0):
            return Lead(span)
    elif (found := _DAYS.fullmatch(typed)) and int(found[2]) < 24 and int(found[3]) < 60:
        return Lead(days=int(found[1]), at=time(int(found[2]), int(found[3])))
    raise Refusal(f"“{text[:20]}” is no time before the start. Write 2h, 90m, or 1d 17:00 for the day before.", "lead")


def reminder_at(start: datetime, lead: Lead, zone: str) -> datetime:
    """When a reminder of a start (aware) is due, in UTC; never later than the start itself."""
    if lead.at is None:
        return start.astimezone(UTC) - lead.before
    day = start.astimezone(ZoneInfo(zone)).date() - timedelta(days=lead.days)
    return min(on_the_clock(day, lead.at, zone), start.astimezone(UTC))


def on_the_clock(day: date, clock: time, zone: str) -> datetime:
    """The moment (UTC) when the clocks of a zone show this time on this day; the first one where they do twice.

    A time that the clocks jump over is taken as long after the jump as it lies after its beginning.
    """
    return datetime.combine(day, clock, ZoneInfo(zone)).astimezone(UTC)
