"""One job as one line: which columns there are at a width, and the words in them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from zoneinfo import ZoneInfo

from domain.jobs import JobRow, Waiting
from widgets.spans import Span
from widgets.wrapping import fit, shown

CURSOR = "▌"
UNREAD = "●"
MINE, OWNED, WRITING = "◆", "◇", "✎"
"""I lead this job, a colleague does, a colleague is writing on it now."""
EXACT_FROM = 40
"""From this width on a job's line fills it exactly; a narrower list crops it."""
_MARKS = 3
_LAST_MIN = 16
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAY_NAME_HELPS = timedelta(days=27)
"""Farther away, "Mon 23" could be either of two months."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its least and greatest width, and the width of the list from which it is there."""

    name: str
    least: int
    most: int
    from_width: int = 0


COLUMNS = (
    Column("number", 9, 12),
    Column("customer", 15, 26),
    Column("worker", 10, 18, 76),
    Column("window", 12, 18, 62),
    Column("waiting", 10, 14),
    Column("status", 12, 17, 104),
    Column("title", 16, 34, 126),
    Column("asset", 14, 22, 150),
    Column("location", 14, 22, 168),
    Column("owner", 10, 18, 184),
)
"""In the order drawn; the last message takes what is left (rule 38)."""


def age(delta: timedelta) -> str:
    """How long something has lasted, in its largest whole unit: "12m", "3h", "2d"; below a minute "0m"."""
    minutes = max(0, int(delta.total_seconds())) // 60
    if minutes < 60:
        return f"{minutes}m"
    return f"{minutes // 60}h" if minutes < 60 * 24 else f"{minutes // (60 * 24)}d"


@lru_cache(16)
def columns(width: int) -> tuple[tuple[str, int], ...]:
    """Name and width of each column in a line of `width` cells; with the marks they fill it, from EXACT_FROM."""
    there = [column for column in COLUMNS if width >= column.from_width]
    widths = [column.least for column in there]
    spare = (width - _MARKS - sum(widths) - len(widths) - _LAST_MIN) // 2
    for i, column in enumerate(there):
        grown = max(0, min(spare, column.most - column.least))
        widths[i] += grown
        spare -= grown
    last = max(0, width - _MARKS - sum(widths) - len(widths))
    return (*((column.name, w) for column, w in zip(there, widths, strict=True)), ("last", last))


def job_spans(row: JobRow | None, width: int, now: datetime, cursor: bool) -> list[Span]:
    """A job's line as few pieces of plain text (None: not come yet); the caller styles and crops it."""
    bar = CURSOR if cursor else " "
    if row is None:
        return [Span(fit(f"{bar} …", width), "dim")]
    spans = [Span(bar), Span(UNREAD if row.unread else " ", "unread"), Span(*_led(row))]
    for name, cells in columns(width):
        text, look = _CELLS[name](row, now, cells)
        spans.append(Span(fit(text, cells) + ("" if name == "last" else " "), look))
    if cursor:
        return [Span("".join(span.text for span in spans))]
    return [Span("".join(span.text for span in run), look) for look, run in groupby(spans, key=attrgetter("look"))]


def _led(row: JobRow) -> tuple[str, str]:
    """Who leads it, as one cell; somebody writing on it just now goes before."""
    if row.writing:
        return WRITING, "waiting"
    if row.mine:
        return MINE, "unread"
    return (OWNED, "dim") if row.owner else (" ", "unread")


def window_words(row: JobRow, now: datetime, width: int) -> str:
    """The planned window in the row's own zone: its times today, else its day and start, with the end if it fits."""
    if row.window_start is None:
        return ""
    zone = zone_of(row.zone)
    start, today = row.window_start.astimezone(zone), now.astimezone(zone).date()
    clock = f"{start:%H:%M}"
    if row.window_end is not None and (start.date() == today or width >= 18):
        clock += f"–{_end_words(row.window_end.astimezone(zone), start)}"
    if start.date() == today:
        return clock
    if abs(start.date() - today) <= _DAY_NAME_HELPS:
        return f"{_DAYS[start.weekday()]} {start.day:02} {clock}"
    day = f"{start.day} {_MONTHS[start.month - 1]}"
    return f"{day} {start:%H:%M}" if start.year == today.year else f"{day} {start.year}"


def _end_words(end: datetime, start: datetime) -> str:
    return f"{end:%H:%M}" if end.date() == start.date() else f"{_DAYS[end.weekday()]} {end.day:02}"


def waiting_words(row: JobRow, now: datetime, width: int) -> tuple[str, str]:
    """Who has the next word and for how long, and its look."""
    since = age(now - row.waiting_since) if row.waiting_since else ""
    if row.waiting_on is Waiting.NOBODY:
        return (f"done {shown(row.done_by)}", "dim") if row.done_by else ("", "")
    if row.waiting_on is Waiting.DISPATCHER:
        return f"waits {since}".rstrip(), "waiting"
    words = f"→ {row.waiting_on} {since}".rstrip()
    shorter = (words, words.removeprefix("→ "), f"→ {row.waiting_on}")
    return next((each for each in shorter if len(each) <= width), words), "dim"


@lru_cache(256)
def zone_of(name: str) -> ZoneInfo:
    """The zone of that name, or UTC where there is none such."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


_CELLS: dict[str, Callable[[JobRow, datetime, int], tuple[str, str]]] = {
    "number": lambda row, _now, _width: (shown(row.number), ""),
    "customer": lambda row, _now, _width: (shown(row.customer), ""),
    "worker": lambda row, _now, _width: (shown(row.worker), ""),
    "window": lambda row, now, width: (window_words(row, now, width), ""),
    "waiting": waiting_words,
    "status": lambda row, _now, _width: (row.status.words, ""),
    "title": lambda row, _now, _width: (shown(row.title), ""),
    "asset": lambda row, _now, _width: (shown(row.asset), ""),
    "location": lambda row, _now, _width: (shown(row.location), ""),
    "owner": lambda row, _now, _width: (shown(row.owner), ""),
    "last": lambda row, _now, _width: (shown(row.last_preview), "dim"),
}
