"""The words of automatic texts: the values of their placeholders."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from domain.links import PLACE
from domain.people import first_name
from domain.phone import is_e164, show

if TYPE_CHECKING:
    from domain.telling import Facts


def values_of(facts: "Facts", names: Sequence[str] = ()) -> dict[str, str]:
    """What every placeholder stands for on this job, "" where it has no value; times as the job's location has them.

    `names` are the first names of those whom the text is for.
    """
    zone = ZoneInfo(facts.location.time_zone)
    start = facts.window_start.astimezone(zone) if facts.window_start else None
    end = facts.window_end.astimezone(zone) if facts.window_end else None
    values = {
        "company": facts.location.name,
        "job": facts.number,
        "title": facts.title,
        "asset": facts.asset,
        "address": facts.address,
        "customer": facts.customer,
        "contact": " and ".join(names) if all(names) else "",
        "worker": first_name(facts.worker),
        "dispatcher": first_name(facts.dispatcher),
        "date": day_words(start) if start else "",
        "time": _from_until(start, end) if start else "",
        "start": f"{day_words(start)}, {start:%H:%M}" if start else "",
        "status": facts.status.words.lower(),
        "callback": _phone(facts.location.callback_phone),
        "link": PLACE,
    }
    return {name: " ".join(value.split()) for name, value in values.items()}


def joined(text: str, sentence: str) -> str:
    """A text with one more sentence after it."""
    text = text.rstrip()
    return f"{text} {sentence}" if text.endswith((".", "!", "?")) else f"{text}. {sentence}"


def day_words(here: datetime) -> str:
    """A day as a customer reads it: "Tue 3 Mar"."""
    return f"{_DAYS[here.weekday()]} {here.day} {_MONTHS[here.month - 1]}"


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _from_until(start: datetime, end: datetime | None) -> str:
    if end is None or end <= start:
        return f"{start:%H:%M}"
    day = f"{day_words(end)}, " if end.date() != start.date() else ""
    return f"{start:%H:%M} to {day}{end:%H:%M}"


def _phone(number: str) -> str:
    return show(number) if is_e164(number) else number
