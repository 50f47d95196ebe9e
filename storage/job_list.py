"""The job list: windows of rows by keyset, as each viewer may see them."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from domain.jobs import KEY_BAND, JobFilter, JobPage, JobRow, Order, Status, View, Waiting, Window
from domain.people import Role, User
from domain.text import fold, one_line
from storage.job_views import holds_all, in_view, is_walked, puts_closed_last
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
_LED = (
    ", j.location_id, j.owner_id, CASE WHEN j.done_seq >= j.person_seq THEN j.done_by_id ELSE NULL END, j.activity_seq"
)
_LED_UNSEEN = ", j.location_id, j.owner_id, NULL, 0"
_NOT_LED = ", 0, NULL, NULL, 0"

PREVIEW = 120
PRESENT_FOR = timedelta(seconds=45)
"""How long somebody counts as being on a job without saying so again."""
_KEYS = {
    Order.WAITING: ("j.waiting_key", False),
    Order.ACTIVITY: ("j.activity_seq", True),
    Order.NUMBER: ("j.number_key", False),
    Order.WINDOW: ("j.window_key", False),
}
_CLOSED = "(CASE WHEN j.closed_at IS NULL THEN 0 ELSE 1 END)"
_CLOSED_LAST = {
    Order.ACTIVITY: f"(j.activity_seq - {_CLOSED} * {KEY_BAND})",
    Order.NUMBER: "((CASE WHEN j.closed_at IS NULL THEN '0 ' ELSE '1 ' END) || j.number_key)",
    Order.WINDOW: f"(j.window_key + {_CLOSED} * {KEY_BAND})",
}


class JobList:
    """Reads the job list. Safe from any thread."""

    def __init__(self, plain: Plain, clock: Callable[[], datetime]) -> None:
        self.plain = plain
        self.reads = Reads(plain)
        self.clock = clock

    def page(self, viewer: User, wanted: JobFilter, window: Window | None = None) -> JobPage:
        """One window of the jobs this viewer may see, in the wanted view and order."""
        window = window or Window()
        if viewer.role is Role.WORKER:
            rows = self._of_worker(viewer, wanted)
            return JobPage(tuple(rows[window.start : window.start + window.count]), window.start, len(rows))
        if is_walked(viewer, wanted):
            total = self._total(viewer, wanted)
            return JobPage(tuple(self._walked(viewer, wanted, window, total)), window.start, total)
        gathered = self._gathered(viewer, wanted)
        start, stop = _piece(gathered, window, _order(viewer, wanted)[1])
        return JobPage(self._told(viewer, gathered[start:stop]), window.start, len(gathered))

    def around(
        self, viewer: User, wanted: JobFilter, job_id: int | None, at: int, reach: int
    ) -> tuple[JobPage, int | None]:
        """A window reaching so far to both sides of a job, and where the job stands; of position `at` without it."""
        if viewer.role is not Role.WORKER and not is_walked(viewer, wanted):
            gathered = self._gathered(viewer, wanted)
            place = _index(gathered, job_id)
            start = max(0, (at if place is None else place) - reach)
            return JobPage(self._told(viewer, gathered[start : start + 2 * reach]), start, len(gathered)), place
        place = self.position(viewer, wanted, job_id) if job_id is not None else None
        start = max(0, (at if place is None else place) - reach)
        return self.page(viewer, wanted, Window(start, 2 * reach)), place

    def position(self, viewer: User, wanted: JobFilter, job_id: int) -> int | None:
        """Where a job stands in the list, from 0; None when the viewer's list does not hold it."""
        if viewer.role is Role.WORKER:
            ids = [row.id for row in self._of_worker(viewer, wanted)]
            return ids.index(job_id) if job_id in ids else None
        if not is_walked(viewer, wanted):
            return _index(self._gathered(viewer, wanted), job_id)
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

    def next_job(self, viewer: User, after: int | None, unread: bool, order: Order = Order.WAITING) -> int | None:
        """The next job with unread messages, or waiting on the dispatcher, after one job; round to the first again."""
        if viewer.role is Role.WORKER:
            jobs = [row.id for row in self._of_worker(viewer, JobFilter()) if row.unread or not unread]
        elif viewer.dispatches:
            wanted = JobFilter(order, view=View.UNREAD if unread else View.NEEDS_REPLY)
            jobs = [row[0] for row in self._gathered(viewer, wanted)]
        else:
            return None
        if after in jobs:
            jobs = jobs[jobs.index(after) + 1 :] + jobs[: jobs.index(after)]
        return jobs[0] if jobs else None

    def _total(self, viewer: User, wanted: JobFilter) -> int:
        if wanted.words.strip() or not viewer.active or not holds_all(viewer, wanted):
            where, parameters = self._where(viewer, wanted)
            row = self.plain.row(f"SELECT count(*) FROM job j WHERE {where}", parameters)
        else:
            row = self.plain.row(f"SELECT sum(job_count) FROM location WHERE id IN ({numbers(viewer.location_ids)})")
        return int(row[0] or 0) if row else 0

    def _walked(self, viewer: User, wanted: JobFilter, window: Window, total: int) -> Sequence[JobRow]:
        """A window of an order that an index has."""
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
        direction = "DESC" if descending != backwards else "ASC"
        rows = self._lines(viewer, key, f"{where} ORDER BY {key} {direction} LIMIT {count}{tail}", parameters)
        return list(reversed(rows)) if backwards else rows

    def _gathered(self, viewer: User, wanted: JobFilter) -> list[Row]:
        """Id and key of every job of a view that is a small part of all, in its order: sorted once, cut afterwards."""
        key, descending = _order(viewer, wanted)
        where, parameters = self._where(viewer, wanted)
        rows = self.plain.rows(f"SELECT j.id, {key} FROM job j WHERE {where}", parameters)
        return sorted(rows, key=_key, reverse=descending)

    def _told(self, viewer: User, places: Sequence[Row]) -> tuple[JobRow, ...]:
        """The lines of gathered jobs, with the keys they were sorted by."""
        ids = numbers(frozenset(place[0] for place in places))
        lines = {row.id: row for row in self._lines(viewer, "0", f"j.id IN ({ids})", {})}
        return tuple(lines[place[0]]._replace(key=place[1]) for place in places if place[0] in lines)

    def _lines(self, viewer: User, key: str, where: str, parameters: dict[str, Any]) -> list[JobRow]:
        if not viewer.dispatches:
            sql = f"{_COLUMNS.format(key=key)}{_NO_MARKS}{_LED_UNSEEN}{_FROM} WHERE {where}"
            return self._with_people(viewer, self.plain.rows(sql, parameters))
        sql = f"{_COLUMNS.format(key=key)}{_MARKS}{_LED}{_FROM}{_MARKS_FROM} WHERE {where}"
        rows = self._with_people(viewer, self.plain.rows(sql, {**parameters, "me": viewer.id}))
        if not (writing := self._writing(viewer)):
            return rows
        return [row._replace(writing=writing[row.id]) if row.id in writing else row for row in rows]

    def _with_people(self, viewer: User, rows: Sequence[Row]) -> list[JobRow]:
        """Name whoever leads the jobs or called them done; most lists need one small look-up, or none."""
        ids = frozenset({row[18] for row in rows} | {row[19] for row in rows}) - {None}
        lines = [_row(row) for row in rows]
        if not ids:
            return lines
        names, places = self._users(ids)
        for i, row in enumerate(rows):
            owner = names.get(row[18], "") if (row[18], row[17]) in places else ""
            if owner or row[19] is not None:
                mine = bool(owner) and row[18] == viewer.id
                lines[i] = lines[i]._replace(owner=owner, mine=mine, done_by=names.get(row[19], ""))
        return lines

    def _users(self, ids: frozenset[int]) -> tuple[dict[int, str], set[tuple[int, int]]]:
        """Names by id; and at which locations each of them dispatches now, which is where they can own a job."""
        rows = self.plain.rows(
            "SELECT u.id, u.name, u.active AND u.chat AND u.role = 'dispatcher', p.location_id FROM user_account u"
            f" LEFT JOIN user_location p ON p.user_id = u.id WHERE u.id IN ({numbers(ids)})"
        )
        return {row[0]: row[1] for row in rows}, {(row[0], row[3]) for row in rows if row[2]}

    def _writing(self, viewer: User) -> dict[int, str]:
        """On which job which colleague is writing now."""
        rows = self.plain.rows(
            "SELECT p.job_id, u.name FROM presence p JOIN user_account u ON u.id = p.user_id"
            " WHERE p.typing AND p.at > :fresh AND p.user_id <> :me AND u.active ORDER BY p.at",
            {"fresh": self.clock() - PRESENT_FOR, "me": viewer.id},
        )
        return {row[0]: row[1] for row in rows}

    def _of_worker(self, viewer: User, wanted: JobFilter) -> list[JobRow]:
        """A worker's own jobs, few enough to read whole: unread first, then by window, handed over last (rule 48)."""
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
            f" ({newest.format('at')}){_NOT_LED}, ({newest.format('author_name')}), coalesce(j.worker_id, 0) <> :me"
            f"{_FROM}{_MARKS_FROM} WHERE {where} ORDER BY j.window_key LIMIT 1000",
            {**parameters, **seen_parameters, "me": viewer.id},
        )
        found = [
            line._replace(
                last_preview=one_line(line.last_preview, PREVIEW), last_by=row[21] or "", handed_over=bool(row[22])
            )
            for row, line in zip(rows, map(_row, rows), strict=True)
        ]
        return sorted(found, key=lambda row: (row.handed_over, not row.unread, row.key))

    def _where(self, viewer: User, wanted: JobFilter) -> tuple[str, dict[str, Any]]:
        account, now = self.reads.account(), self.clock()
        where, parameters = jobs_of(viewer, account, now)
        view, view_parameters = in_view(viewer, wanted, now - account.windows.grace)
        if view:
            where, parameters = f"{where} AND {view}", {**parameters, **view_parameters}
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
    order = Order.WINDOW if tells and not viewer.dispatches else wanted.order
    key, descending = _KEYS[order]
    return _CLOSED_LAST.get(order, key) if puts_closed_last(viewer, wanted) else key, descending


def _key(row: Row) -> Any:
    return row[1]


def _index(gathered: Sequence[Row], job_id: int | None) -> int | None:
    return next((i for i, row in enumerate(gathered) if row[0] == job_id), None)


def _piece(gathered: Sequence[Row], window: Window, descending: bool) -> tuple[int, int]:
    """Where a window of gathered jobs begins and ends, by the neighbour's key where one is known."""
    if window.after is None and window.before is None:
        return window.start, window.start + window.count
    keys = [row[1] for row in (reversed(gathered) if descending else gathered)]
    if window.after is not None:
        at = len(keys) - bisect_left(keys, window.after) if descending else bisect_right(keys, window.after)
        return at, at + window.count
    at = len(keys) - bisect_right(keys, window.before) if descending else bisect_left(keys, window.before)
    return max(0, at - window.count), at


def _literal(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


_STATUS = {status.value: status for status in Status}
_WAITING = {waiting.value: waiting for waiting in Waiting}


def _row(row: Row) -> JobRow:
    """A row in the order of JobRow's fields, made of plain look-ups: it runs for every line of every page.

    By `_make`, which takes a quarter less time than the constructor with its defaults.
    """
    return JobRow._make(
        (
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
            "",
            False,
            "",
            "",
            row[20],
            "",
            False,
        )
    )
