"""A worker's jobs: two lines each, what the job is, and beneath its number what was last said on it."""

from datetime import datetime
from itertools import groupby
from operator import attrgetter

from domain.jobs import JobRow
from widgets.job_line import CURSOR, UNREAD, age, window_words
from widgets.job_list import JobList
from widgets.spans import Span
from widgets.wrapping import fit, shown

HANDED_OVER = "Handed over"
_INDENT = 3
_NUMBER, _STATUS = 9, 17


class MyJobs(JobList):
    """The job list of a worker. A new message stands as an alert under its job's number; Enter opens the job."""

    LINES = 2
    EXACT = 44

    def spans(self, row: JobRow | None, part: int, width: int, cursor: bool) -> list[Span]:
        """The job's own line, then the line of its newest message."""
        pieces = [Span(CURSOR if cursor else " ")]
        if row is None:
            pieces.append(Span(fit(" …" if part == 0 else "", width - 1), "dim"))
        else:
            pieces += _of_job(row, width, self.now()) if part == 0 else _of_message(row, width, self.now())
        if cursor:
            return [Span("".join(piece.text for piece in pieces))]
        return [Span("".join(piece.text for piece in run), look) for look, run in groupby(pieces, attrgetter("look"))]


def _of_job(row: JobRow, width: int, now: datetime) -> list[Span]:
    """Mark, number, window, status, customer, and what it is about as far as there is room."""
    look = "dim" if row.handed_over else ""
    window = 18 if width >= 100 else 12
    status = HANDED_OVER if row.handed_over else row.status.words
    left = max(0, width - _INDENT - _NUMBER - window - _STATUS - 3)
    customer = min(left, max(15, left // 2))
    about = " · ".join(part for part in (shown(row.asset), shown(row.title)) if part)
    return [
        Span(f"{UNREAD} " if row.unread else "  ", "unread"),
        Span(f"{fit(shown(row.number), _NUMBER)} ", look or ("unread" if row.unread else "")),
        Span(f"{fit(window_words(row, now, window), window)} ", look),
        Span(f"{fit(status, _STATUS)} ", look),
        Span(fit(f"{fit(shown(row.customer), customer)} {about}", left), look),
    ]


def _of_message(row: JobRow, width: int, now: datetime) -> list[Span]:
    """The newest message with its author and age; a new one is marked in words, for terminals without colour."""
    if not row.last_preview:
        return [Span(" " * (width - 1))]
    since = age(now - row.last_at) if row.last_at is not None else ""
    said = f"{'New: ' if row.unread else ''}{shown(row.last_by)}: {shown(row.last_preview)}"
    room = max(0, width - _INDENT - len(since) - 2)
    return [
        Span(" " * (_INDENT - 1)),
        Span(f"{fit(said, room)} ", "unread" if row.unread else "dim"),
        Span(f"{since} ", "dim"),
    ]
