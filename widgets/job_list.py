"""The list of jobs: hundreds of thousands of them, of which a few pages are held and one screenful is drawn."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from domain.jobs import JobPage, JobRow
from widgets.job_line import EXACT_FROM, job_spans
from widgets.job_order import Placed, moved_among, nearest, place_of
from widgets.job_rows import JobRows, Key
from widgets.spans import Span
from widgets.wrapping import shown, wrap

if TYPE_CHECKING:
    from textual.timer import Timer

AGES_S = 30.0
"""How often ages are drawn anew."""


class JobList(ScrollView, can_focus=True):
    """Jobs in their order; the cursor stays on its job through every refresh.

    It knows values, not stores: it asks by PageWanted and is answered by `show`. All methods are for
    the screen's thread.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Next", id="jobs.down", tooltip="Go to the next job", show=False),
        Binding("up,k", "move(-1)", "Previous", id="jobs.up", tooltip="Go to the job above", show=False),
        Binding("pagedown", "page(1)", "Page down", id="jobs.page-down", tooltip="Go one screen down", show=False),
        Binding("pageup", "page(-1)", "Page up", id="jobs.page-up", tooltip="Go one screen up", show=False),
        Binding("home", "edge(0)", "First", id="jobs.first", tooltip="Go to the first job", show=False),
        Binding("end", "edge(1)", "Last", id="jobs.last", tooltip="Go to the last job", show=False),
        Binding("enter", "open", "Open", id="jobs.open", tooltip="Open the job under the cursor"),
    ]

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "job-list--row",
        "job-list--cursor",
        "job-list--unread",
        "job-list--waiting",
        "job-list--dim",
    }

    DEFAULT_CSS = """
    JobList {
        height: 1fr;
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
        background: $surface;
        color: $foreground;
    }
    JobList > .job-list--cursor { background: $block-cursor-blurred-background; color: $foreground; text-style: bold; }
    JobList:focus > .job-list--cursor {
        background: $block-cursor-background;
        color: $block-cursor-foreground;
        text-style: bold;
    }
    JobList > .job-list--unread { color: $text-accent; text-style: bold; }
    JobList > .job-list--waiting { color: $text-warning; text-style: bold; }
    JobList:light > .job-list--unread { color: $text-primary; }
    JobList:light > .job-list--waiting { color: $foreground; }
    JobList > .job-list--dim { color: $text-muted; }
    """

    LINES: ClassVar[int] = 1
    """How many lines of the screen each job takes."""
    EXACT: ClassVar[int] = EXACT_FROM
    """From this width on the lines fill it exactly."""

    @dataclass
    class Opened(Message):
        """The dispatcher chose the job under the cursor."""

        job_id: int

    @dataclass
    class Highlighted(Message):
        """The cursor came to another job, or its job has new values; None while nothing is there yet."""

        row: JobRow | None

    @dataclass
    class PageWanted(Message):
        """Rows from position `start` are about to be seen; answer with `show`.

        `after` and `before` are the sort keys of the rows just above and just below the wanted ones,
        None where they are not held: then only the position helps.
        """

        start: int
        before: Key | None
        after: Key | None
        count: int

    class RefreshWanted(Message):
        """The rest is over, but the cursor has left the window last brought; answer with `refresh_rows`."""

    moved: reactive[int] = reactive(0, repaint=False)
    """How many of the shown jobs have another place in an order that waits for the cursor to rest (rule 37)."""

    def __init__(
        self,
        now: Callable[[], datetime],
        empty_text: str = "No jobs.",
        *,
        rest_s: float = 2.0,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        """`now` gives an aware moment; `rest_s` is how long no key must be pressed before rows may move."""
        super().__init__(id=id, classes=classes)
        self.now = now
        self.empty_text = empty_text
        self.rest_s = rest_s
        self._rows = JobRows()
        self._at = 0
        self._job: JobRow | None = None
        self._height = 0
        self._pressed_at = -1e9
        self._fresh: tuple[JobPage, int | None, int | None] | None = None
        self._rest: Timer | None = None

    @property
    def cursor_job(self) -> JobRow | None:
        """The job under the cursor; None in an empty list and while its row has not come."""
        return self._job

    @property
    def cursor_position(self) -> int:
        """The cursor's place in the order, from 0."""
        return self._at

    @property
    def cursor_line(self) -> int:
        """The screen line of the cursor within the list; negative or beyond the height when scrolled away."""
        return self._at * self.LINES - self.scroll_offset.y

    @property
    def _top(self) -> int:
        """The position whose row stands first on the screen."""
        return self.scroll_offset.y // self.LINES

    @property
    def _in_view(self) -> int:
        """How many rows the screen shows, also those cut at its edge."""
        return -(-self.size.height // self.LINES)

    @property
    def total(self) -> int:
        """How many jobs the list has, held or not."""
        return self._rows.total

    @property
    def writers_shown(self) -> bool:
        """Whether a held row says that somebody is writing; such a mark goes stale by itself."""
        return any(row.writing for _, row in self._rows)

    def show(self, page: JobPage) -> None:
        """Take in rows that were asked for (or the first ones); nothing that is seen changes its place."""
        self._rows.fill(page, self._top)
        self._resize_content()
        self._settle_cursor(page)
        self._ask()
        self.refresh()

    def reset(self, page: JobPage) -> None:
        """Begin anew with another filter or order: at the top, or on the cursor's job if the page has it."""
        self._forget_fresh()
        kept = place_of(self._job, page)
        self._rows.clear(page.total)
        self._rows.fill(page, kept or page.start)
        self._at = page.start if kept is None else kept
        self._resize_content()
        self.scroll_to(y=0, animate=False, force=True)
        self._reveal()
        self._take_job(self._rows.get(self._at))
        self._ask()
        self.refresh()

    def refresh_rows(self, page: JobPage, cursor_at: int | None) -> None:
        """Bring a fresh window after a change, `cursor_at` being the new place of the cursor's job, None when gone.

        The window should reach a screen's height to both sides of `cursor_at`. Until the cursor has
        rested, only values change; then the order is applied, the cursor staying on its job.
        """
        job_id = self._job.id if self._job else None
        self._fresh = (page, cursor_at, job_id)
        if self._rest_left() <= 0:
            self._rested()
            return
        self._update_values(page)
        self.moved = moved_among(self._shown(), page)
        self._wait_for_rest()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of the screen, always exactly as wide as the list."""
        width = self.size.width - self.scrollbar_size_vertical
        position, part = divmod(y + self.scroll_offset.y, self.LINES)
        if position >= self._rows.total:
            return self._blank(y, width)
        cursor = position == self._at
        spans = self.spans(self._rows.get(position), part, width, cursor)
        segments = [Segment(text, self._style("cursor" if cursor else look or "row")) for text, look in spans]
        return Strip(segments, width) if width >= self.EXACT else Strip(segments).crop(0, width)

    def spans(self, row: JobRow | None, part: int, width: int, cursor: bool) -> list[Span]:
        """One line of a job's row (None: not come yet) as pieces of plain text."""
        return job_spans(row, width, self.now(), cursor)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Ask for what comes into view."""
        super().watch_scroll_y(old_value, new_value)
        self._ask()

    def on_mount(self) -> None:
        """Keep the ages true."""
        self.set_interval(AGES_S, self.refresh)

    def on_resize(self) -> None:
        """Keep the cursor in view if it was."""
        seen, self._height = 0 <= self.cursor_line < self._height, self.size.height
        if seen:
            self._reveal()
        self._ask()

    def on_key(self) -> None:
        """A key press keeps rows in their places for a while."""
        self._pressed_at = monotonic()

    def on_blur(self) -> None:
        """A list without the focus is at rest."""
        self._rested()

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor, a second one opens."""
        self._pressed_at = monotonic()
        offset = event.get_content_offset(self)
        position = -1 if offset is None else (offset.y + self.scroll_offset.y) // self.LINES
        if not 0 <= position < self.total:
            return
        self._go(position)
        if event.chain == 2:
            self.action_open()

    def action_move(self, rows: int) -> None:
        """Move the cursor by so many rows."""
        self._go(self._at + rows)

    def action_page(self, screens: int) -> None:
        """Move the cursor by a screen, one row overlapping."""
        self._go(self._at + screens * max(1, self.size.height // self.LINES - 1))

    def action_edge(self, end: int) -> None:
        """Move the cursor to the first (0) or the last job (1)."""
        self._go(self.total - 1 if end else 0)

    def action_open(self) -> None:
        """Open the job that is drawn under the cursor, if its row has come."""
        if self._job is not None:
            self.post_message(self.Opened(self._job.id))

    def _go(self, position: int) -> None:
        old, top = self._at, self.scroll_offset.y
        self._at = max(0, min(self.total - 1, position))
        self._reveal()
        if self.scroll_offset.y == top:
            for part in range(self.LINES):
                self.refresh_line(old * self.LINES + part)
                self.refresh_line(self._at * self.LINES + part)
        if self._at != old:
            self._take_job(self._rows.get(self._at))
            self._ask()

    def _reveal(self) -> None:
        line, height = self.cursor_line, max(self.LINES, self.size.height)
        if not 0 <= line <= height - self.LINES:
            top = self._at * self.LINES - (0 if line < 0 else height - self.LINES)
            self.scroll_to(y=top, animate=False, force=True)

    def _take_job(self, row: JobRow | None) -> None:
        if row != self._job:
            self._job = row
            self.post_message(self.Highlighted(row))

    def _settle_cursor(self, page: JobPage) -> None:
        """Put the cursor on its job, or on the row that is drawn there when the job did not come."""
        self._at = max(0, min(self._at, self.total - 1))
        drawn, place = self._rows.get(self._at), place_of(self._job, page)
        if drawn and self._job and drawn.id != self._job.id and place is not None:
            self._at, drawn = place, self._rows.get(place)
        if drawn is not None or not self.total:
            self._take_job(drawn)

    def _ask(self) -> None:
        """Ask for missing rows on the screen and one screen to both sides."""
        height, top = self._in_view, self._top
        if height:
            for gap in self._rows.gaps(top - height, top + 2 * height):
                self.post_message(self.PageWanted(gap.start, gap.before, gap.after, gap.count))

    def _resize_content(self) -> None:
        self.virtual_size = Size(1, self.total * self.LINES)

    def _shown(self) -> list[Placed]:
        return [(p, row) for p in range(self._top, self._top + self._in_view) if (row := self._rows.get(p)) is not None]

    def _update_values(self, page: JobPage) -> None:
        """New values in old places; sort keys stay too, since they tell where the held rows stand."""
        fresh = {row.id: row for row in page.rows}
        for position, row in list(self._rows):
            if row.id in fresh:
                self._rows.replace(position, fresh[row.id]._replace(key=row.key))
        if self._job is not None and (drawn := self._rows.get(self._at)) is not None:
            self._take_job(drawn)

    def _rest_left(self) -> float:
        return self.rest_s - (monotonic() - self._pressed_at) if self.has_focus else 0.0

    def _wait_for_rest(self) -> None:
        if self._rest is not None:
            self._rest.stop()
        self._rest = self.set_timer(max(0.01, self._rest_left()), self._check_rest)

    def _check_rest(self) -> None:
        if self._rest_left() > 0:
            self._wait_for_rest()
        else:
            self._rested()

    def _rested(self) -> None:
        if self._fresh is not None:
            self._apply(*self._fresh)

    def _forget_fresh(self) -> None:
        self._fresh, self.moved = None, 0
        if self._rest is not None:
            self._rest.stop()
            self._rest = None

    def _apply(self, page: JobPage, cursor_at: int | None, job_id: int | None) -> None:
        """Let the fresh order take the place of the one shown."""
        self._forget_fresh()
        place = place_of(self._job, page)
        if place is None and self._job is not None:
            if self._job.id != job_id:
                self.post_message(self.RefreshWanted())
                return
            place = cursor_at
        kept = self._job
        if place is None:
            place = min(self._at, page.total - 1) if kept is None else nearest(self._rows, self._at, page)
            kept = None
        self._replace_rows(page, max(0, place), kept)

    def _replace_rows(self, page: JobPage, place: int, kept: JobRow | None) -> None:
        """Draw the page with the cursor at `place`, on the screen line it was on."""
        line = self.cursor_line
        top = place * self.LINES - line if 0 <= line < self.size.height else self.scroll_offset.y
        self._rows.clear(page.total)
        self._rows.fill(page, place)
        self._at = place
        self._resize_content()
        self.scroll_to(y=top, animate=False, force=True)
        self._take_job(self._rows.get(place) or kept)
        self._ask()
        self.refresh()

    def _style(self, look: str) -> Style:
        return self.get_component_rich_style(f"job-list--{look}")

    def _blank(self, y: int, width: int) -> Strip:
        lines = [] if self.total else wrap(shown(self.empty_text), width - 2)
        text = f" {lines[y]}" if y < len(lines) else ""
        return Strip([Segment(text, self._style("dim"))]).adjust_cell_length(width, self._style("row"))
