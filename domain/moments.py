"""A moment as people type it: "14:30", "tomorrow 9:00", "2026-03-02 14:30", "+2h"."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from domain.errors import Refusal

EXAMPLES = "14:30, tomorrow 9:00, fri 8:15, 2026-03-02 14:30 or +2h"

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})(?:\s*(am|pm))?|(\d{1,2})\s*(am|pm)")
_SPAN = re.compile(r"\+\s*(?=\d)(?:(\d{1,3})\s*d)?\s*(?:(\d{1,3})\s*h)?\s*(?:(\d{1,4})\s*m(?:in)?)?")


def read_moment(typed: str, now: datetime, zone: tzinfo | None = None) -> datetime:
    """The moment (UTC) that somebody means who types this in a zone; None is the zone of this computer.

    A time without a day is the next one that the clocks show. Of a time that the clocks show twice
    the first that is still to come is taken; one that they jump over lies as long after the jump.
    Refusal (field "time") for anything else, and for what is past.
    """
    words = " ".join(typed.casefold().replace(",", " ").split())
    if not words:
        raise Refusal(f"Say when: {EXAMPLES}.", "time")
    if words.startswith("+"):
        return _after(words, typed, now, zone)
    day, clock = _split(words)
    at = _clock(clock)
    if at is None:
        raise Refusal(f"“{typed.strip()[:30]}” is no time that can be read. Write {EXAMPLES}.", "time")
    here = now.astimezone(zone).date()
    if not day:
        return _next((here, here + timedelta(days=1)), at, now, zone)
    if day in _DAYS or day in _WEEKDAYS:
        index = _DAYS.index(day) if day in _DAYS else _WEEKDAYS.index(day)
        first = here + timedelta(days=(index - here.weekday()) % 7)
        return _next((first, first + timedelta(days=7)), at, now, zone)
    return _next((_date(day, here, typed),), at, now, zone)


def moment_on(day: date, clock: time, zone: tzinfo | None, after: datetime | None = None) -> datetime:
    """The moment (UTC) when the clocks of a zone show this; of two such moments the first one after `after`."""
    first, second = (datetime.combine(day, clock.replace(fold=fold), zone).astimezone(UTC) for fold in (0, 1))
    return second if after is not None and first <= after < second else first


def _after(words: str, typed: str, now: datetime, zone: tzinfo | None) -> datetime:
    """A span from now; days keep to the clock, hours and minutes to the time that passes."""
    found = _SPAN.fullmatch(words)
    if found is None:
        raise Refusal(f"“{typed.strip()[:30]}” is no span of time. Write +2h, +90m, +1h30m or +1d.", "time")
    days, hours, minutes = (int(part or 0) for part in found.groups())
    here = now.astimezone(zone)
    begin = moment_on(here.date() + timedelta(days=days), here.time(), zone, now) if days else now.astimezone(UTC)
    moment = begin + timedelta(hours=hours, minutes=minutes)
    if moment <= now:
        raise Refusal("That is now. Submit without a time to send at once.", "time")
    return moment


def _next(days: tuple[date, ...], clock: time, now: datetime, zone: tzinfo | None) -> datetime:
    for day in days:
        moment = moment_on(day, clock, zone, now)
        if moment > now:
            return moment
    raise Refusal("That time is past. Plan a later one, or submit without a time to send at once.", "time")


def _split(words: str) -> tuple[str, str]:
    """The day and the time of day; the day is "" where none is said."""
    day, _, rest = words.partition(" ")
    if any(c.isalpha() for c in day[:1]) or re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}", day):
        return day, rest
    return "", words


def _clock(words: str) -> time | None:
    found = _CLOCK.fullmatch(words)
    if found is None:
        return None
    hour, minute, half = int(found[1] or found[4]), int(found[2] or 0), found[3] or found[5]
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _date(day: str, here: date, typed: str) -> date:
    if day in ("today", "tomorrow"):
        return here + timedelta(days=day == "tomorrow")
    try:
        return date(*(int(part) for part in day.split("-")))
    except (ValueError, TypeError):
        raise Refusal(f"“{typed.strip()[:30]}” names no day that can be read. Write {EXAMPLES}.", "time") from None
