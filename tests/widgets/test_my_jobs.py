"""A worker's list: two lines a job, an alert beneath its number."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual import on
from textual.app import App, ComposeResult

from domain.jobs import JobPage
from tests.widgets.values import NOW, job, now
from widgets.my_jobs import MyJobs, _of_job, _of_message


class Harness(App[None]):
    """The list alone."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.page = JobPage(tuple(job(i, unread=i == 2) for i in range(1, count + 1)), 0, count)
        self.opened: list[int] = []

    def compose(self) -> ComposeResult:
        yield MyJobs(now, "No jobs.")

    def on_mount(self) -> None:
        self.jobs.reset(self.page)
        self.jobs.focus()

    @on(MyJobs.Opened)
    def note(self, event: MyJobs.Opened) -> None:
        self.opened.append(event.job_id)

    @property
    def jobs(self) -> MyJobs:
        return self.query_one(MyJobs)

    @property
    def lines(self) -> list[str]:
        return [self.jobs.render_line(y).text for y in range(self.jobs.size.height)]


@given(
    st.integers(1, 200),
    st.text(max_size=60),
    st.text(max_size=200),
    st.booleans(),
    st.booleans(),
    st.integers(0, 10**6),
)
def test_both_lines_fill_any_width_that_holds_them(
    width: int, by: str, said: str, unread: bool, handed_over: bool, minutes: int
) -> None:
    row = job(7, last_by=by, last_preview=said, unread=unread, handed_over=handed_over)
    row = row._replace(last_at=NOW - timedelta(minutes=minutes), title=said, customer=by)
    for make in (_of_job, _of_message):
        cells = sum(cell_len(span.text) for span in make(row, width, NOW))
        assert cells == width - 1 or width < MyJobs.EXACT


async def test_each_job_takes_two_lines_and_the_alert_stands_beneath_its_number() -> None:
    app = Harness(3)
    async with app.run_test(size=(80, 24)):
        first, _, second, alert = app.lines[:4]
        assert "J-000001" in first
        assert "J-000002" in second
        assert "New: " in alert
        assert "On my way" in alert
        assert alert.index("New") == second.index("J-000002")


@pytest.mark.parametrize("height", [24, 9])
async def test_the_cursor_walks_job_by_job_and_stays_in_view(height: int) -> None:
    app = Harness(40)
    async with app.run_test(size=(80, height)) as pilot:
        for place in range(40):
            shown = [line for line in app.lines if line.startswith("▌")]
            assert len(shown) == 2
            assert f"J-{place + 1:06}" in shown[0]
            await pilot.press("down")
        await pilot.press("home")
        assert "J-000001" in app.lines[0]
        await pilot.press("pagedown")
        assert app.jobs.cursor_position == height // 2 - 1
        await pilot.press("end")
        assert app.jobs.cursor_position == 39
        assert any("J-000040" in line for line in app.lines)


async def test_a_click_on_either_line_is_its_jobs() -> None:
    app = Harness(10)
    async with app.run_test(size=(80, 24)) as pilot:
        for y, place in ((0, 0), (1, 0), (6, 3), (7, 3), (22, 3)):
            await pilot.click(MyJobs, offset=(5, y))
            assert app.jobs.cursor_position == place
        await pilot.press("enter")
        assert app.opened == [4]


@pytest.mark.parametrize("width", [20, 43, 44, 80, 200])
async def test_every_line_is_as_wide_as_the_list(width: int) -> None:
    app = Harness(40)
    async with app.run_test(size=(width, 24)):
        widths = {app.jobs.render_line(y).cell_length for y in range(24)}
        assert widths == {width - app.jobs.scrollbar_size_vertical}


async def test_the_cursor_stays_on_its_job_and_its_line_when_the_order_changes() -> None:
    app = Harness(40)
    async with app.run_test(size=(80, 12)) as pilot:
        await pilot.press(*["down"] * 10)
        line = app.jobs.cursor_line
        rows = app.page.rows
        moved = (rows[30], *rows[:30], *rows[31:])
        app.jobs._pressed_at = -1e9
        app.jobs.refresh_rows(JobPage(moved, 0, 40), 11)
        await pilot.pause()
        assert app.jobs.cursor_job is not None
        assert app.jobs.cursor_job.id == 11
        assert app.jobs.cursor_line == line
