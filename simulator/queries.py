"""What a list request asks for: filters, page size and the position to go on from."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from simulator.ledger import Wanted
from simulator.rules import Refused
from simulator.texts import Text

FILTERS = ("To", "From", "DateSent", "DateSent>", "DateSent<")
_DAY = 86_400_000_000
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Paging:
    """`size` items, of which this is page `number`; an empty `token` is the beginning."""

    size: int
    number: int
    token: str


def paging(query: Mapping[str, str]) -> Paging:
    """Read PageSize (50 unless said, at most 1000), Page and PageToken."""
    size, number, token = _whole(query, "PageSize", 50), _whole(query, "Page", 0), query.get("PageToken", "")
    if size > 1000:
        raise Refused(20007, "Page size must be at most 1000")
    if size < 1:
        raise Refused(20001, "Page size must be at least 1")
    if number and not token:
        raise Refused(20001, "PageToken is required")
    return Paging(size, number, token)


def wanted(query: Mapping[str, str]) -> Wanted:
    """Read the filters; dates count as whole days, GMT, and both ends are included."""
    first, last = _day(query, "DateSent>"), _day(query, "DateSent<")
    only = _day(query, "DateSent")
    firsts = [day for day in (first, only) if day is not None]
    lasts = [day + _DAY for day in (last, only) if day is not None]
    return Wanted(
        to=query.get("To") or None,
        sender=query.get("From") or None,
        sent_from=max(firsts, default=None),
        sent_before=min(lasts, default=None),
    )


def token_after(text: Text) -> str:
    """The PageToken of the page that begins just below this text."""
    return f"PT{text.created_at:x}-{text.n:x}"


def position(token: str) -> tuple[int, int] | None:
    """The place a PageToken stands for (created_at, n), or None for the beginning."""
    if not token:
        return None
    place = re.fullmatch("PT([0-9a-f]{1,15})-([0-9a-f]{1,15})", token)
    if place is None:
        raise Refused(20001, "PageToken is invalid")
    return int(place[1], 16), int(place[2], 16)


def _whole(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Refused(20001, f"{name} must be a whole number")
    return int(text)


def _day(query: Mapping[str, str], name: str) -> int | None:
    """The start of a GMT day in microseconds; what follows the date is not looked at."""
    text = query.get(name, "")
    if not text:
        return None
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        raise Refused(20001, f"{name} is not a date") from None
    return (day - _EPOCH) // timedelta(days=1) * _DAY
