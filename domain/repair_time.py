"""The estimated time of repair as a dispatcher types it: how long it takes, when it is done, or both."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from domain.errors import Refusal
from domain.moments import read_moment
from domain.wording import day_words

EXAMPLES = "3 h, 2 days, Fri 16:00, tomorrow, or both: Fri 16:00, 3 h"
FIELD = "repair"
LONGEST_DAYS = 366

_UNITS = {"w": 7 * 24 * 60, "d": 24 * 60, "h": 60, "m": 1}
_PART = r"(\d{1,4}(?:[.,]\d{1,2})?)\s*(weeks?|w|days?|d|hours?|hrs?|h|minutes?|mins?|m)\b"
_SPAN = re.compile(rf"(?:about|\+)?\s*{_PART}(?:\s*(?:and\s*)?{_PART})*", re.IGNORECASE)
_ONE = re.compile(_PART, re.IGNORECASE)
_CLOCK = re.compile(r"\d[:.]\d\d|\d\s*[ap]m\b", re.IGNORECASE)
_LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)
_EDGES = " ,;/()"
_JOINING = re.compile(r"^(?:and|or|until|by|on|at)\b|\b(?:and|or|in|within|takes)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RepairTime:
    """What was understood. `span` is in words ("3 hours"), `at` in UTC; `day` where a day alone was said."""

    span: str = ""
    at: datetime | None = None
    day: date | None = None


def read_repair_time(typed: str, now: datetime, zone: str) -> RepairTime | None:
    """What somebody means who types this at a place in this zone; None for an empty field.

    Refusal (field "repair") for what cannot be read, and for what is past or more than a year away.
    """
    words = " ".join(typed.split())
    if not words:
        return None
    found = _SPAN.search(words)
    span = _span(found[0], typed) if found else ""
    rest = _trimmed(f"{words[: found.start()]} {words[found.end() :]}" if found else words)
    if not rest:
        return RepairTime(span)
    at, whole_day = _moment(rest, typed, now, ZoneInfo(zone))
    if (at - now).days > LONGEST_DAYS:
        raise Refusal("That is more than a year away. Type an earlier time.", FIELD)
    day = at.astimezone(ZoneInfo(zone)).date() if whole_day else None
    return RepairTime(span, None if whole_day else at, day)


def repair_sentence(repair: RepairTime, zone: str) -> str:
    """The sentence that a customer reads, with times as the clocks of the job's location show them."""
    return f"Estimated time of repair: {_words(repair, zone)}."


def _words(repair: RepairTime, zone: str) -> str:
    when = ""
    if repair.at is not None:
        here = repair.at.astimezone(ZoneInfo(zone))
        when = f"{day_words(here)}, {here:%H:%M}"
    elif repair.day is not None:
        when = day_words(datetime.combine(repair.day, datetime.min.time()))
    if when and repair.span:
        return f"{when} (about {repair.span})"
    return when or f"about {repair.span}"


def _span(words: str, typed: str) -> str:
    """A span in full words: "1.5 h" is "1 hour 30 minutes"; days and weeks stay as they were typed."""
    amounts = dict.fromkeys(_UNITS, Decimal(0))
    for amount, unit in _ONE.findall(words):
        amounts[unit[0].lower()] += Decimal(amount.replace(",", "."))
    minutes = int(amounts["h"] * 60 + amounts["m"])
    total = sum(int(amount * _UNITS[unit]) for unit, amount in amounts.items())
    if total <= 0:
        raise Refusal(f"“{typed.strip()[:30]}” is no time at all. Type it like {EXAMPLES}.", FIELD)
    if total > LONGEST_DAYS * _UNITS["d"]:
        raise Refusal("That is more than a year. Type a shorter time.", FIELD)
    hours, rest = Decimal(minutes // 60), Decimal(minutes % 60)
    parts = [(amounts["w"], "week"), (amounts["d"], "day"), (hours, "hour"), (rest, "minute")]
    return " ".join(_counted(amount, name) for amount, name in parts if amount)


def _counted(amount: Decimal, name: str) -> str:
    return f"{amount.normalize():f} {name}{'' if amount == 1 else 's'}"


def _trimmed(words: str) -> str:
    """What is left beside the span, without the words and signs that joined them."""
    before = None
    while words != before:
        before = words
        words = _JOINING.sub("", words.strip(_EDGES)).strip(_EDGES)
    return words


def _moment(words: str, typed: str, now: datetime, zone: ZoneInfo) -> tuple[datetime, bool]:
    """The moment that is meant, and whether a day alone was said."""
    whole_day = _CLOCK.search(words) is None
    said = f"{words} 23:59" if whole_day else words
    try:
        return read_moment(said, now, zone), whole_day
    except Refusal:
        if _reads(said, zone):
            raise Refusal("That time is past. Type when the repair will be done.", FIELD) from None
    raise Refusal(f"“{typed.strip()[:30]}” is no time that can be read. Type it like {EXAMPLES}.", FIELD)


def _reads(words: str, zone: ZoneInfo) -> bool:
    """Whether this names a moment at all, be it past."""
    try:
        return bool(read_moment(words, _LONG_AGO, zone))
    except Refusal:
        return False
