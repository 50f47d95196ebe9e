"""The job list: what waits for an answer first, one line a job."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Footer, Input, Label

from domain.jobs import JobFilter, JobPage, JobRow, Order, Window
from domain.people import Role
from domain.text import one_line
from screens.base import Changes, DeskScreen
from screens.times import window
from widgets.job_list import JobList
from widgets.status_bar import StatusBar
from widgets.top_bar import TopBar

_ORDERS = {
    Order.WAITING: "longest waiting first",
    Order.ACTIVITY: "newest message first",
    Order.NUMBER: "by number",
    Order.WINDOW: "by planned time",
}
_EMPTY = {
    Role.DISPATCHER: "No jobs yet. Press c to make one, or import a list with: jobline import jobs.csv",
    Role.WORKER: "No jobs are assigned to you. When a dispatcher assigns one, it appears here.",
}
AROUND = 192
"""Rows brought around the cursor after a change: more than two screens to both sides."""


class JobsScreen(DeskScreen[None]):
    """Every job this user sees. It stays open beneath the others, so that coming back costs nothing."""

    CSS_PATH = "jobs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "slash", "filter", "Filter", id="jobs.filter", key_display="/", tooltip="Show only jobs with these words"
        ),
        Binding("n", "next(True)", "Unread", id="jobs.next-unread", tooltip="Open the next job with news for you"),
        Binding("w", "next(False)", "Waiting", id="jobs.next-waiting", tooltip="Open the job waiting longest"),
        Binding(
            "o",
            "order",
            "Order",
            id="jobs.order",
            show=False,
            tooltip="Sort by waiting, news, number or time",
        ),
        Binding("c", "create", "New", id="jobs.create", tooltip="Make a job"),
        Binding("e", "edit", "Edit", id="jobs.edit", show=False, tooltip="Change the job under the cursor"),
        Binding("t", "tray", "Tray", id="jobs.tray", tooltip="Texts that could not be placed on a job"),
        Binding("p", "phones", "Phones", id="jobs.phones", tooltip="Practice: type on the customers' phones"),
        Binding("escape", "unfilter", "All jobs", id="jobs.unfilter", show=False, tooltip="Show all jobs again"),
    ]

    def __init__(self, first: JobPage) -> None:
        """`first` is the first page, read before the first frame."""
        super().__init__()
        self._first = first
        self.wanted = JobFilter()
        self._shown = self.wanted

    def compose(self) -> ComposeResult:
        """Bars, filter, list, and one line about the job under the cursor."""
        who = f"{self.user.name} · {self.user.role.value}"
        yield TopBar(self.services.account.practice, "Jobline", who)
        yield Input(placeholder="Number, customer, worker, asset, contact …", id="filter", select_on_focus=False)
        yield Label("", id="heading")
        yield JobList(self.services.clock, _EMPTY[self.user.role], id="jobs")
        yield Label("", id="detail")
        yield StatusBar()
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Show the page that was read before the first frame."""
        self.watch(self.list, "moved", self.note_moved, init=False)
        self.list.reset(self._first)
        self.list.focus()
        self._head()
        self.set_interval(10, self.ask_engine)
        self.call_after_refresh(self._look_around)

    def _look_around(self) -> None:
        """What can wait until the first frame is painted."""
        self.ask_engine()
        if self.user.dispatches:
            self.count_tray()

    @property
    def list(self) -> JobList:
        """The list itself."""
        return self.query_one(JobList)

    def changed(self, changes: Changes) -> None:
        """Bring the rows up to date where they stand; nothing moves under the cursor."""
        if changes.kinds & {"message", "delivery", "job", "read", "people", "account"}:
            self.refresh_rows()
        if "engine" in changes.kinds:
            self.ask_engine()
        if changes.kinds & {"tray", "message"} and self.user.dispatches:
            self.count_tray()

    def refresh_rows(self) -> None:
        """Read a window around the cursor's job again."""
        wanted, job = self.wanted, self.list.cursor_job

        def read() -> tuple[JobFilter, JobPage, int | None]:
            lists = self.services.job_list
            place = lists.position(self.user, wanted, job.id) if job else 0
            start = max(0, (self.list.cursor_position if place is None else place) - AROUND)
            return wanted, lists.page(self.user, wanted, Window(start, 2 * AROUND)), place

        self.ask(read, self._refresh, group="refresh")

    def _refresh(self, answer: tuple[JobFilter, JobPage, int | None]) -> None:
        wanted, page, place = answer
        if wanted == self.wanted:
            self.list.refresh_rows(page, place)
            self._head()

    @on(JobList.RefreshWanted)
    def bring_again(self) -> None:
        """The cursor went elsewhere while the order waited."""
        self.refresh_rows()

    @on(JobList.PageWanted)
    def bring_page(self, event: JobList.PageWanted) -> None:
        """Rows are about to come into view."""
        wanted = self.wanted
        part = Window(event.start, event.count, event.after, event.before if event.after is None else None)
        self.ask(
            lambda: (wanted, self.services.job_list.page(self.user, wanted, part)),
            self._show_page,
            group=f"page{event.start}",
        )

    def _show_page(self, answer: tuple[JobFilter, JobPage]) -> None:
        wanted, page = answer
        if wanted == self.wanted:
            self.list.show(page)

    @on(JobList.Highlighted)
    def show_detail(self, event: JobList.Highlighted) -> None:
        """One line more about the job under the cursor."""
        self.query_one("#detail", Label).update(Content(_detail(event.row) if event.row else ""))

    @on(JobList.Opened)
    def open_job(self, event: JobList.Opened) -> None:
        """Open the job that was drawn under the cursor; while another filter is being read, none is."""
        if self._shown == self.wanted:
            self.desk.open_job(event.job_id)

    @on(Input.Changed, "#filter")
    def filter_jobs(self, event: Input.Changed) -> None:
        """Every letter narrows the list."""
        self._load(JobFilter(self.wanted.order, event.value))

    @on(Input.Submitted, "#filter")
    def leave_filter(self) -> None:
        """Enter goes from the words to the list."""
        self.set_focus(self.list)

    def _load(self, wanted: JobFilter) -> None:
        self.wanted = wanted
        self.list.empty_text = (
            "No job has these words. Press escape to see all jobs." if wanted.words else _EMPTY[self.user.role]
        )
        self.ask(lambda: (wanted, self.services.job_list.page(self.user, wanted)), self._reset, group="load")

    def _reset(self, answer: tuple[JobFilter, JobPage]) -> None:
        wanted, page = answer
        if wanted == self.wanted:
            self._shown = wanted
            self.list.reset(page)
            self._head()

    def count_tray(self) -> None:
        """Count the texts that wait to be placed, in the bar above."""
        self.ask(lambda: self.services.reads.in_tray(self.user), self._show_tray, group="tray")

    def _show_tray(self, count: int) -> None:
        waiting = f"{count} in the tray · " if count else ""
        self.query_one(TopBar).say(who=f"{waiting}{self.user.name} · {self.user.role.value}")

    def note_moved(self, moved: int) -> None:
        """Rows wait for the cursor to rest."""
        self.query_one(StatusBar).note(f"{moved} moved" if moved else "")

    def _head(self) -> None:
        order = "unread first" if self.user.role is Role.WORKER else _ORDERS[self.wanted.order]
        number = f"{self.list.total:,} job{'s' if self.list.total != 1 else ''}"
        self.query_one("#heading", Label).update(Content(f"{number}, {order}"))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that cannot act now are dimmed or away."""
        if action in ("create", "edit", "tray", "order") or (action == "next" and parameters == (False,)):
            return self.user.role is Role.DISPATCHER
        if action == "phones":
            return self.services.account.practice
        return True

    def action_filter(self) -> None:
        """Open the filter."""
        field = self.query_one("#filter", Input)
        field.display = True
        self.set_focus(field)  # at once: the next keys are letters for it

    def action_unfilter(self) -> None:
        """Close the filter and show all jobs."""
        field = self.query_one("#filter", Input)
        field.display = False
        field.value = ""
        self.set_focus(self.list)

    def action_order(self) -> None:
        """Sort another way."""
        self._load(JobFilter(self.wanted.order.following, self.wanted.words))

    def action_next(self, unread: bool) -> None:
        """Open the next job that needs somebody."""
        row = self.list.cursor_job
        self.ask(
            lambda: self.services.job_list.next_job(self.user, row.id if row and unread else None, unread),
            lambda found: self._open_next(found, unread),
            group="next",
        )

    def _open_next(self, job_id: int | None, unread: bool) -> None:
        if job_id is None:
            self.notify("Nothing unread: you have seen it all." if unread else "Nobody is waiting for an answer.")
        else:
            self.desk.open_job(job_id)

    def action_create(self) -> None:
        """Make a job."""
        self.desk.edit_job(None)

    def action_edit(self) -> None:
        """Change the job under the cursor."""
        if self.list.cursor_job is not None:
            self.desk.edit_job(self.list.cursor_job.id)

    def action_tray(self) -> None:
        """Look at texts that could not be placed."""
        self.desk.open_tray()

    def action_phones(self) -> None:
        """Look at the customers' phones."""
        self.desk.open_phones()


def _detail(row: JobRow) -> str:
    parts = [row.status.words, row.title, row.asset, row.location, window(row.window_start, row.window_end, row.zone)]
    return one_line(" · ".join(part for part in parts if part))
