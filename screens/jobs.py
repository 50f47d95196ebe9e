"""The job list: what waits for an answer first, one line a job."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Label

from domain.errors import Refusal
from domain.jobs import AT_FIRST, JobFilter, JobPage, JobRow, View, Window
from domain.people import Role
from domain.permissions import Act, may
from domain.text import one_line
from screens.base import Changes, DeskScreen
from screens.bell import Ringing
from screens.job_views import READING, VIEW_KEYS, empty, head_line, views_of
from screens.leading import Led
from screens.quick_action_keys import QuickActionKeys
from screens.times import window
from widgets.job_list import JobList
from widgets.key_bar import KeyBar
from widgets.status_bar import StatusBar
from widgets.top_bar import TopBar

AROUND = 192
"""Rows brought around the cursor after a change: more than two screens to both sides."""
_MOVES_ROWS = frozenset({"message", "planned", "delivery", "job", "read", "people", "account", "presence", "event"})
"""Changes that a line of the list may show."""


class JobsScreen(DeskScreen[None], QuickActionKeys, Ringing):
    """The jobs of one view. It stays open beneath the others, so that coming back costs nothing."""

    CSS_PATH = "jobs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "slash", "filter", "Find", id="jobs.filter", key_display="/", tooltip="Show only jobs with these words"
        ),
        Binding("n", "next(True)", "Unread", id="jobs.next-unread", tooltip="Open the next job with news for you"),
        Binding("w", "next(False)", "Waiting", id="jobs.next-waiting", tooltip="Open the first job that waits for you"),
        Binding("v", "view(1)", "View", id="jobs.view", tooltip="Go on to the next view"),
        Binding("V", "view(-1)", "View before", id="jobs.view-before", show=False, tooltip="Go to the view before"),
        *VIEW_KEYS,
        Binding(
            "o",
            "order",
            "Order",
            id="jobs.order",
            show=False,
            tooltip="Sort by waiting, news, number or time",
        ),
        Binding("c", "create", "New", id="jobs.create", show=False, tooltip="Make a job"),
        Binding("e", "edit", "Edit", id="jobs.edit", show=False, tooltip="Change the job under the cursor"),
        Binding("t", "tray", "Tray", id="jobs.tray", tooltip="Texts that could not be placed on a job"),
        Binding("p", "phones", "Phones", id="jobs.phones", tooltip="Practice: type on the customers' phones"),
        Binding("C", "contacts", "Contacts", id="jobs.contacts", show=False, tooltip="Customers and their contacts"),
        Binding("A", "alerts", "Alerts", id="jobs.alerts", show=False, tooltip="Alerts > Setup: what is texted when"),
        Binding(
            "S", "settings", "Settings", id="jobs.settings", show=False, tooltip="Users, locations, saved replies …"
        ),
        Binding("escape", "unfilter", "All jobs", id="jobs.unfilter", show=False, tooltip="Show all open jobs again"),
    ]

    def __init__(self, first: JobPage | None) -> None:
        """`first` is the first page of AT_FIRST where it was read already; None has the screen read it."""
        super().__init__()
        self._first = first
        self.wanted = AT_FIRST
        self._shown = self.wanted
        self._total = first.total if first is not None else 0
        self._reading = self._stale = False

    def compose(self) -> ComposeResult:
        """Bars, filter, list, and one line about the job under the cursor."""
        who = f"{self.user.name} · {self.user.role.value}"
        yield TopBar(self.services.account.practice, "Jobline", who)
        yield Input(placeholder="Number, customer, worker, asset, contact …", id="filter", select_on_focus=False)
        yield Label("", id="heading")
        lines = self._kind_of_list()
        yield lines(self.services.clock, READING if self._first is None else empty(self.user, self.wanted), id="jobs")
        yield Label("", id="detail")
        yield StatusBar()
        yield KeyBar()

    def _kind_of_list(self) -> type[JobList]:
        """A worker's own; it is loaded for workers alone, since it stands before the first frame."""
        if self.user.role is not Role.WORKER:
            return JobList
        from widgets.my_jobs import MyJobs

        return MyJobs

    def on_mount(self) -> None:
        """Show the page that was read before the first frame."""
        self.watch(self.list, "moved", self.note_moved, init=False)
        self.list.focus()
        if self._first is not None:
            self.list.reset(self._first)
            self._head()
        else:
            self.load(self.wanted)
        self.set_interval(10, self._look_again)
        self.call_after_refresh(self._look_around)

    def on_resize(self, _event: events.Resize) -> None:
        """There may be room for the names of the views now."""
        self._head()

    def _look_around(self) -> None:
        """What can wait until the first frame is painted."""
        self.ask_engine()
        self.begin_to_listen()
        if self.user.dispatches:
            self.count_tray()

    def _look_again(self) -> None:
        """What no change tells: that the engine is silent, that somebody who was writing is gone."""
        self.ask_engine()
        if self.list.writers_shown:
            self.refresh_rows()

    @property
    def list(self) -> JobList:
        """The list itself."""
        return self.query_one(JobList)

    def changed(self, changes: Changes) -> None:
        """Bring the rows up to date where they stand; nothing moves under the cursor."""
        self.listen(changes)
        if changes.kinds & _MOVES_ROWS:
            self.refresh_rows()
        if "engine" in changes.kinds:
            self.ask_engine()
        if (changes.kinds & {"tray", "message"} and self.user.dispatches) or "people" in changes.kinds:
            self.count_tray()

    def refresh_rows(self) -> None:
        """Read a window around the cursor's job again; changes that come meanwhile are read together after it."""
        self._stale = self._reading
        if self._reading:
            return
        self._reading = True
        wanted, job, at, user = self.wanted, self.list.cursor_job, self.list.cursor_position, self.user

        def read() -> tuple[JobFilter, JobPage, int | None]:
            return wanted, *self.services.job_list.around(user, wanted, job.id if job else None, at, AROUND)

        self.ask(read, self._refresh, self._not_refreshed, group="refresh")

    def _refresh(self, answer: tuple[JobFilter, JobPage, int | None]) -> None:
        wanted, page, place = answer
        if wanted == self.wanted:
            self.list.refresh_rows(page, place)
            self._head(page.total)
        self._read_on()

    def _not_refreshed(self, refusal: Refusal) -> None:
        self.tell(refusal)
        self._stale = False
        self._read_on()

    def _read_on(self) -> None:
        self._reading = False
        if self._stale:
            self.refresh_rows()

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
            self._head(page.total)

    @on(JobList.Highlighted)
    def show_detail(self, event: JobList.Highlighted) -> None:
        """One line more about the job under the cursor."""
        self.query_one("#detail", Label).update(Content(_detail(event.row) if event.row else ""))

    @on(JobList.Opened)
    def open_job(self, event: JobList.Opened) -> None:
        """Open the job that was drawn under the cursor; while another view is being read, none is."""
        if self._shown == self.wanted:
            self.desk.open_job(event.job_id)

    def led(self) -> Led | None:
        """The job drawn under the cursor; none while another view is being read."""
        row = self.list.cursor_job if self._shown == self.wanted else None
        return Led(row.id, row.number, row.seq) if row is not None else None

    @on(Input.Changed, "#filter")
    def filter_jobs(self, event: Input.Changed) -> None:
        """Every letter narrows the list."""
        self.load(replace(self.wanted, words=event.value))

    @on(Input.Submitted, "#filter")
    def leave_filter(self) -> None:
        """Enter goes from the words to the list."""
        self.set_focus(self.list)

    def load(self, wanted: JobFilter) -> None:
        """Show another view, another order, or jobs with other words."""
        self.wanted = wanted
        self.desk.order = wanted.order
        user = self.user
        self.ask(lambda: (wanted, self.services.job_list.page(user, wanted)), self._reset, group="load")

    def _reset(self, answer: tuple[JobFilter, JobPage]) -> None:
        wanted, page = answer
        if wanted == self.wanted:
            self._shown = wanted
            self.list.empty_text = empty(self.user, wanted)
            self.list.reset(page)
            self._head(page.total)

    def count_tray(self) -> None:
        """Count the texts that wait to be placed, in the bar above."""
        self.ask(lambda: self.services.reads.in_tray(self.user), self._show_tray, group="tray")

    def _show_tray(self, count: int) -> None:
        waiting = f"{count} in the tray · " if count else ""
        self.query_one(TopBar).say(who=f"{waiting}{self.user.name} · {self.user.role.value}")

    def note_moved(self, moved: int) -> None:
        """Rows wait for the cursor to rest."""
        self.query_one(StatusBar).note(f"{moved} moved" if moved else "")

    def _head(self, total: int | None = None) -> None:
        """Say what is shown; the number is true at once, also while rows wait for the cursor to rest."""
        self._total = self._total if total is None else total
        label = self.query_one("#heading", Label)
        label.update(head_line(self.user, self._shown, self._total, self.size.width - 2))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that cannot act now are dimmed or away."""
        dispatching = ("create", "edit", "order", "view", "choose_view")
        if action in dispatching or (action == "next" and parameters == (False,)):
            return self.user.role is Role.DISPATCHER
        if action == "tray":
            return may(self.user, Act.SORT_TRAY)
        if action == "settings":
            return any(may(self.user, act) for act in (Act.TAKE_PART, Act.SET_UP_ALERTS, Act.SETTINGS))
        if action == "alerts":
            return may(self.user, Act.SET_UP_ALERTS)
        if action == "contacts":
            return may(self.user, Act.SEE_CONTACTS)
        if action == "phones":
            return self.services.account.practice
        return super().check_action(action, parameters)

    def action_filter(self) -> None:
        """Open the filter."""
        field = self.query_one("#filter", Input)
        field.display = True
        self.set_focus(field)  # at once: the next keys are letters for it

    def action_unfilter(self) -> None:
        """Close the filter; without one, go back to all open jobs."""
        field = self.query_one("#filter", Input)
        if not field.display and self.wanted.view is not View.OPEN and self.user.role is Role.DISPATCHER:
            self.load(replace(self.wanted, view=View.OPEN))
        field.display = False
        field.value = ""
        self.set_focus(self.list)

    def action_order(self) -> None:
        """Sort another way."""
        self.load(replace(self.wanted, order=self.wanted.order.following))

    def action_view(self, steps: int) -> None:
        """Show the next view, or the one before."""
        views = views_of(self.user)
        at = views.index(self.wanted.view) if self.wanted.view in views else 0
        self.load(replace(self.wanted, view=views[(at + steps) % len(views)]))

    def action_choose_view(self, view: str) -> None:
        """Show this view."""
        self.load(replace(self.wanted, view=View(view)))

    def action_next(self, unread: bool) -> None:
        """Open the next job that needs somebody, in the order shown."""
        row, order = self.list.cursor_job, self.wanted.order
        self.ask(
            lambda: self.services.job_list.next_job(self.user, row.id if row and unread else None, unread, order),
            lambda found: self._open_next(found, unread),
            group="next",
            opening=True,
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

    def action_settings(self) -> None:
        """Users, locations, templates, the account, saved replies."""
        self.desk.open_settings()

    def action_contacts(self) -> None:
        """Look at the customers' contacts."""
        self.desk.open_contacts(None)

    def action_alerts(self) -> None:
        """Set up what is texted when."""
        self.desk.open_alert_setup()

    def action_phones(self) -> None:
        """Look at the customers' phones."""
        self.desk.open_phones()


def _detail(row: JobRow) -> str:
    whose = "yours" if row.mine else row.owner and f"led by {row.owner}"
    parts = [
        row.writing and f"{row.writing} is writing",
        row.status.words,
        whose,
        row.done_by and f"done, says {row.done_by}",
        row.title,
        row.asset,
        row.location,
        window(row.window_start, row.window_end, row.zone),
    ]
    return one_line(" · ".join(part for part in parts if part))
