"""The job list: windows of rows by keyset, as each viewer may see them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from domain.jobs import JobFilter, JobPage, JobRow, Order, Status, Waiting, Window
from domain.people import Role, User
from domain.text import fold, one_line
from storage.plain import Plain, Row, moment, numbers
from storage.reads import Reads
from storage.visible import jobs_of, visible

_FROM = (
    " FROM job j JOIN location l ON l.id = j.location_id JOIN customer c ON c.id = j.customer_id"
    " LEFT JOIN user_account w ON w.id = j.worker_id"
)
_COLUMNS = (
    "SELECT j.id, {key}, j.number, j.title, j.status, l.name, l.time_zone, c.name, j.asset, coalesce(w.name, ''),"
    " j.window_start, j.window_end"
)
_MARKS = ", j.waiting_on, j.waiting_since, j.person_seq > coalesce(k.seq, 0), j.last_preview, j.last_at"
_MARKS_FROM = " LEFT JOIN read_mark k ON k.job_id = j.id AND k.user_id = :me"
_NO_MARKS = ", '', NULL, 1 = 0, '', NULL"

PREVIEW = 120
_KEYS = {
    Order.WAITING: ("j.waiting_key", False),
    Order.ACTIVITY: ("j.activity_seq", True),
    Order.NUMBER: ("j.number_key", False),
    Order.WINDOW: ("j.window_key", False),
}


class JobList:
    """Reads the job list. Safe from any thread."""

    def __init__(self, plain: Plain, clock: Callable[[], datetime]) -> None:
        self.plain = plain
        self.reads = Reads(plain)
        self.clock = clock

    def page(self, viewer: User, wanted: JobFilter, window: Window | None = None) -> JobPage:
        """One window of the jobs this viewer may see, in the wanted order."""
        window = window or Window()
        if viewer.role is Role.WORKER:
            rows = self._of_worker(viewer, wanted)
            return JobPage(tuple(rows[window.start : window.start + window.count]), window.start, len(rows))
        total = self._total(viewer, wanted)
        return JobPage(tuple(self._of_dispatcher(viewer, wanted, window, total)), window.start, total)

    def position(self, viewer: User, wanted: JobFilter, job_id: int) -> int | None:
        """Where a job stands in the list, from 0; None when the viewer's list does not hold it."""
        if viewer.role is Role.WORKER:
            ids = [row.id for row in self._of_worker(viewer, wanted)]
            return ids.index(job_id) if job_id in ids else None
        key, descending = _order(viewer, wanted)
        where, parameters = self._where(viewer, wanted)
        found = self.plain.row(f"SELECT {key} FROM job j WHERE {where} AND j.id = :job", {**parameters, "job": job_id})
        if found is None:
            return None
        beyond = ">" if descending else "<"
        count = self.plain.row(
            f"SELECT count(*) FROM job j WHERE {where} AND {key} {beyond} :key", {**parameters, "key": found[0]}
        )
        return int(count[0]) if count else None

    def next_job(self, viewer: User, after: int | None, unread: bool) -> int | None:
        """The next job with unread messages, or waiting on the dispatcher, after one job; round to the first again."""
        if viewer.role is Role.WORKER:
            jobs = [row.id for row in self._of_worker(viewer, JobFilter()) if row.unread or not unread]
        else:
            where, parameters = jobs_of(viewer, self.reads.account(), self.clock())
            if not viewer.dispatches:
                return None
            wanted = "j.person_seq > coalesce(k.seq, 0)" if unread else "j.waiting_on = 'dispatcher'"
            rows = self.plain.rows(
                f"SELECT j.id FROM job j{_MARKS_FROM} WHERE {where} AND {wanted} ORDER BY j.waiting_key LIMIT 1000",
                {**parameters, "me": viewer.id},
            )
            jobs = [row[0] for row in rows]
        if after in jobs:
            jobs = jobs[jobs.index(after) + 1 :] + jobs[: jobs.index(after)]
        return jobs[0] if jobs else None

    def _total(self, viewer: User, wanted: JobFilter) -> int:
        if wanted.words.strip() or not viewer.active:
            where, parameters = self._where(viewer, wanted)
            row = self.plain.row(f"SELECT count(*) FROM job j WHERE {where}", parameters)
        else:
            row = self.plain.row(f"SELECT sum(job_count) FROM location WHERE id IN ({numbers(viewer.location_ids)})")
        return int(row[0] or 0) if row else 0

    def _of_dispatcher(self, viewer: User, wanted: JobFilter, window: Window, total: int) -> list[JobRow]:
        key, descending = _order(viewer, wanted)
        where, parameters = self._where(viewer, wanted)
        count, backwards, tail = window.count, False, ""
        if window.after is not None:
            where += f" AND {key} {'<' if descending else '>'} :edge"
            parameters["edge"] = window.after
        elif window.before is not None:
            where += f" AND {key} {'>' if descending else '<'} :edge"
            parameters["edge"], backwards = window.before, True
        elif window.start > total // 2:
            count = max(0, min(count, total - window.start))
            backwards, tail = True, f" OFFSET {max(0, total - window.start - count)}"
        else:
            tail = f" OFFSET {window.start}"
        marks, marks_from = (_MARKS, _MARKS_FROM) if viewer.dispatches else (_NO_MARKS, "")
        if viewer.dispatches:
            parameters["me"] = viewer.id
        direction = "DESC" if descending != backwards else "ASC"
        rows = self.plain.rows(
            f"{_COLUMNS.format(key=key)}{marks}{_FROM}{marks_from} WHERE {where}"
            f" ORDER BY {key} {direction} LIMIT {count}{tail}",
            parameters,
        )
        return [_row(row) for row in (reversed(rows) if backwards else rows)]

    def _of_worker(self, viewer: User, wanted: JobFilter) -> list[JobRow]:
        """A worker's own jobs, few enough to read whole: unread first, then by window (rule 48)."""
        account, now = self.reads.account(), self.clock()
        seen, seen_parameters = visible(viewer, account, now)
        where, parameters = self._where(viewer, wanted)
        newest = f"SELECT m.{{}} FROM message m WHERE m.job_id = j.id AND {seen} ORDER BY m.seq DESC LIMIT 1"
        unread = (
            f"EXISTS (SELECT 1 FROM message m WHERE m.job_id = j.id AND {seen} AND m.seq > coalesce(k.seq, 0)"
            " AND (m.author_user_id IS NULL OR m.author_user_id <> :me))"
        )
        rows = self.plain.rows(
            f"{_COLUMNS.format(key='j.window_key')}, '', NULL, {unread}, ({newest.format('body')}),"
            f" ({newest.format('at')}){_FROM}{_MARKS_FROM} WHERE {where} ORDER BY j.window_key LIMIT 1000",
            {**parameters, **seen_parameters, "me": viewer.id},
        )
        found = [row._replace(last_preview=one_line(row.last_preview, PREVIEW)) for row in map(_row, rows)]
        return sorted(found, key=lambda row: (not row.unread, row.key))

    def _where(self, viewer: User, wanted: JobFilter) -> tuple[str, dict[str, Any]]:
        where, parameters = jobs_of(viewer, self.reads.account(), self.clock())
        for i, word in enumerate(fold(wanted.words).split()):
            found = f"j.search_text LIKE :word{i} ESCAPE '\\'"
            if viewer.role is Role.DISPATCHER:
                found = f"({found} OR j.search_numbers LIKE :word{i} ESCAPE '\\')"
            where += f" AND {found}"
            parameters[f"word{i}"] = "%" + _literal(word) + "%"
        return where, parameters


def _order(viewer: User, wanted: JobFilter) -> tuple[str, bool]:
    """The key column and whether it goes down; orders made of messages are not for those who see none."""
    tells = wanted.order in (Order.WAITING, Order.ACTIVITY)
    return _KEYS[Order.WINDOW if tells and not viewer.dispatches else wanted.order]


def _literal(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


_STATUS = {status.value: status for status in Status}
_WAITING = {waiting.value: waiting for waiting in Waiting}


def _row(row: Row) -> JobRow:
    """A row in the order of JobRow's fields, made of plain look-ups: it runs for every line of every page."""
    return JobRow(
        row[0],
        row[1],
        row[2],
        row[3],
        _STATUS[row[4]],
        row[5],
        row[6],
        row[7],
        row[8],
        row[9],
        moment(row[10]),
        moment(row[11]),
        _WAITING[row[12]],
        moment(row[13]),
        bool(row[14]),
        row[15] or "",
        moment(row[16]),
    )
