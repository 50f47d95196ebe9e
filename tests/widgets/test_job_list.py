"""The list keeps its cursor on its job, holds a few pages, and opens what is drawn."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from domain.jobs import JobPage
from tests.widgets.values import Order, job, now
from widgets.job_list import JobList
from widgets.job_rows import MAX_PAGES

HEIGHT = 12


class Desk(App[None]):
    """A screen that answers the list from an order."""

    def __init__(self, order: Order, rest_s: float = 0.0, answers: bool = True) -> None:
        super().__init__()
        self.order, self.answers = order, answers
        self.jobs = JobList(now, "No jobs here. Press n for a new one.", rest_s=rest_s)
        self.heard: list[object] = []

    def compose(self) -> ComposeResult:
        yield self.jobs

    def on_mount(self) -> None:
        self.jobs.focus()
        self.jobs.show(self.order.page())

    def on_job_list_page_wanted(self, event: JobList.PageWanted) -> None:
        self.heard.append(event)
        if self.answers:
            self.jobs.show(self.order.page(event.start, event.count))

    def on_job_list_opened(self, event: JobList.Opened) -> None:
        self.heard.append(event)

    def on_job_list_highlighted(self, event: JobList.Highlighted) -> None:
        self.heard.append(event)

    def on_job_list_refresh_wanted(self, event: JobList.RefreshWanted) -> None:
        self.heard.append(event)
        self.refresh_jobs()

    def refresh_jobs(self) -> None:
        current = self.jobs.cursor_job
        self.jobs.refresh_rows(*self.order.around(current.id if current else None, self.jobs.cursor_position))

    def highlighted(self) -> list[int | None]:
        return [e.row.id if e.row else None for e in self.heard if isinstance(e, JobList.Highlighted)]

    def opened(self) -> list[int]:
        return [e.job_id for e in self.heard if isinstance(e, JobList.Opened)]

    def lines(self) -> list[str]:
        return [self.jobs.render_line(y).text for y in range(HEIGHT)]

    def drawn_under_cursor(self) -> int:
        """The job number on the line with the cursor's bar; fails when not exactly one line has it."""
        [line] = [line for line in self.lines() if line.startswith("▌")]
        found = re.search(r"J-(\d+)", line)
        assert found, line
        return int(found[1])


@asynccontextmanager
async def desk(
    ids: range | list[int], rest_s: float = 0.0, width: int = 80, answers: bool = True
) -> AsyncIterator[tuple[Desk, Pilot[None]]]:
    app = Desk(Order(list(ids)), rest_s, answers)
    async with app.run_test(size=(width, HEIGHT)) as pilot:
        await pilot.pause()
        yield app, pilot


async def test_the_first_job_is_highlighted_and_enter_opens_it() -> None:
    async with desk(range(1000)) as (app, pilot):
        assert app.drawn_under_cursor() == 0
        await pilot.press("enter")
        assert app.opened() == [0]
        assert app.highlighted() == [0]


async def test_every_key_moves_the_cursor_and_says_where() -> None:
    async with desk(range(1000)) as (app, pilot):
        page = HEIGHT - 1
        await pilot.press("down", "j", "k", "up", "pagedown", "pageup", "end", "home")
        await pilot.pause()
        told = [number for number in app.highlighted() if number is not None]
        assert told == [0, 1, 2, 1, 0, page, 0, 999, 0]
        assert app.drawn_under_cursor() == 0


async def test_far_away_rows_are_asked_for_once_and_opened_only_when_they_came() -> None:
    async with desk(range(100_000), answers=False) as (app, pilot):
        await pilot.press("end", "enter")
        await pilot.pause()
        wanted = [e for e in app.heard if isinstance(e, JobList.PageWanted)]
        assert [(e.start, e.count, e.before, e.after) for e in wanted] == [(99_968, 32, None, None)]
        assert all("…" in line for line in app.lines())
        assert app.jobs.cursor_job is None
        assert app.opened() == []
        app.jobs.show(app.order.page(99_968, 32))
        await pilot.press("enter")
        assert app.drawn_under_cursor() == 99_999
        assert app.opened() == [99_999]
        assert app.highlighted() == [0, None, 99_999]


async def test_next_pages_are_fetched_by_key_before_they_are_seen() -> None:
    async with desk(range(1000)) as (app, pilot):
        while app.jobs.cursor_position < 120:
            await pilot.press("pagedown")
            assert not any(line[1:].strip() == "…" for line in app.lines())
        wanted = next(e for e in app.heard if isinstance(e, JobList.PageWanted))
        assert (wanted.start, wanted.after, wanted.before) == (128, 127, None)


async def test_rows_rest_while_keys_are_pressed_and_move_by_themselves_afterwards() -> None:
    async with desk(range(1000), rest_s=0.4) as (app, pilot):
        await pilot.press("down", "down", "down")
        app.order.ids.insert(0, app.order.ids.pop(6))
        app.order.ids.insert(0, app.order.ids.pop(8))
        before = app.lines()
        app.refresh_jobs()
        assert app.lines() == before
        assert app.jobs.moved == 2
        await asyncio.sleep(0.6)
        await pilot.pause()
        assert app.jobs.moved == 0
        assert app.drawn_under_cursor() == 3
        assert app.jobs.cursor_position == 5
        assert app.jobs.scroll_offset.y == 2


async def test_values_change_at_once_without_moving() -> None:
    async with desk(range(200), rest_s=60) as (app, pilot):
        await pilot.press("down")
        rows = [job(i, customer=f"New {i}", last_preview="fresh") for i in reversed(range(200))]
        app.jobs.refresh_rows(JobPage(tuple(rows), 0, 200), 198)
        assert [re.search(r"New (\d+)", line)[1] for line in app.lines()] == [str(i) for i in range(HEIGHT)]  # type: ignore[index]
        await pilot.pause()
        assert app.highlighted() == [0, 1, 1]


async def test_a_list_without_the_focus_is_at_rest() -> None:
    async with desk(range(200), rest_s=60) as (app, pilot):
        await pilot.press("down")
        app.order.ids.reverse()
        app.refresh_jobs()
        assert app.jobs.cursor_position == 1
        app.screen.set_focus(None)
        await pilot.pause()
        assert app.jobs.cursor_position == 198
        assert app.drawn_under_cursor() == 1


async def test_a_cursor_that_left_the_fresh_window_asks_for_another() -> None:
    async with desk(range(10_000), rest_s=60) as (app, pilot):
        await pilot.press("down")
        app.order.ids.insert(0, 10_000)
        app.refresh_jobs()
        await pilot.press("end")
        await pilot.pause()
        current = app.jobs.cursor_job
        assert current is not None
        app.jobs.rest_s = 0
        app.screen.set_focus(None)
        await pilot.pause()
        assert any(isinstance(e, JobList.RefreshWanted) for e in app.heard)
        assert app.drawn_under_cursor() == current.id


async def test_when_its_job_is_gone_the_cursor_goes_to_the_neighbour() -> None:
    async with desk(range(200)) as (app, pilot):
        await pilot.press("down", "down")
        app.order.ids.remove(2)
        app.order.ids.insert(0, 500)
        app.refresh_jobs()
        await pilot.press("enter")
        await pilot.pause()
        assert app.drawn_under_cursor() == 3
        assert app.opened() == [3]
        assert app.highlighted()[-1] == 3


async def test_reset_goes_to_the_top_or_keeps_the_job() -> None:
    async with desk(range(1000)) as (app, pilot):
        await pilot.press("pagedown", "pagedown")
        app.jobs.reset(Order(range(2000, 2100)).page())
        assert app.drawn_under_cursor() == 2000
        assert app.jobs.scroll_offset.y == 0
        await pilot.press("down")
        app.jobs.reset(Order(range(1980, 2100)).page())
        assert app.drawn_under_cursor() == 2001


async def test_an_empty_list_says_so() -> None:
    async with desk([]) as (app, pilot):
        await pilot.press("down", "enter", "end", "pageup")
        assert app.lines()[0].strip() == "No jobs here. Press n for a new one."
        assert app.opened() == []
        app.order.ids = [7]
        app.refresh_jobs()
        assert app.drawn_under_cursor() == 7
        app.order.ids = []
        app.refresh_jobs()
        await pilot.pause()
        assert app.jobs.cursor_job is None
        assert app.highlighted() == [7, None]


async def test_a_click_highlights_and_a_second_opens() -> None:
    async with desk(range(100)) as (app, pilot):
        await pilot.click(JobList, offset=(5, 4))
        assert app.drawn_under_cursor() == 4
        await pilot.click(JobList, offset=(5, 4), times=2)
        assert app.opened() == [4]


@pytest.mark.parametrize(("count", "free"), [(5, 80), (500, 79)])
async def test_80_columns_are_filled_exactly_beside_the_scrollbar(count: int, free: int) -> None:
    async with desk(range(count)) as (app, _):
        assert {app.jobs.render_line(y).cell_length for y in range(HEIGHT)} == {free}
        assert app.lines()[0].startswith("▌● J-000000  Customer 0")


async def test_hostile_text_is_drawn_as_it_stands() -> None:
    hostile = ("[/] hi", "[@click=app.quit]x[/]", "\x1b[2J\x1b]0;t\x07", "\u202eabc", "a\u200bb", "x" * 100_000)
    async with desk(range(3)) as (app, _):
        rows = [job(i, customer=text, title=text, last_preview=text, number=text) for i, text in enumerate(hostile)]
        app.jobs.reset(JobPage(tuple(rows), 0, len(rows)))
        drawn = "".join(app.lines())
        assert "[/] hi" in drawn
        assert "[@click" in drawn
        assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u200b]", drawn)


async def test_other_heights_keep_the_cursor_in_view() -> None:
    async with desk(range(1000)) as (app, pilot):
        await pilot.press(*["down"] * (HEIGHT - 1))
        await pilot.resize_terminal(60, 5)
        await pilot.pause()
        assert 0 <= app.jobs.cursor_line < 5


CHANGES = st.lists(
    st.tuples(st.sampled_from(["insert", "remove", "move", "cursor gone", "press", "page"]), st.integers(0, 400)),
    max_size=10,
)


async def test_the_cursor_keeps_its_job_through_any_refresh() -> None:
    async with desk(range(300)) as (app, _):

        @settings(max_examples=40, deadline=None)
        @given(CHANGES)
        def check(changes: list[tuple[str, int]]) -> None:
            app.order = Order(range(300))
            app.jobs.reset(app.order.page(0, 300))
            for n, (change, at) in enumerate(changes):
                kept = change_order(app, change, at, n)
                app.refresh_jobs()
                current = app.jobs.cursor_job
                if current is not None:
                    assert app.order.ids[app.jobs.cursor_position] == current.id
                    assert app.drawn_under_cursor() == current.id
                    assert kept in (None, current.id)
                assert app.jobs._rows.pages <= MAX_PAGES

        check()


def change_order(app: Desk, change: str, at: int, n: int) -> int | None:
    """Make one change; the id that must be under the cursor afterwards, None where its job is gone."""
    ids, current = app.order.ids, app.jobs.cursor_job
    kept = current.id if current else None
    if change == "insert":
        ids.insert(at % (len(ids) + 1), 1000 + n)
    elif change == "move":
        ids.insert(at % len(ids), ids.pop(at * 7 % len(ids)))
    elif change == "remove":
        gone = ids.pop(at % len(ids))
        return None if gone == kept else kept
    elif change == "cursor gone" and kept is not None:
        ids.remove(kept)
        return None
    elif change in ("press", "page"):
        app.jobs.action_move(at % 30) if change == "press" else app.jobs.action_page(-1 if at % 2 else 1)
        moved_to = app.jobs.cursor_job
        return moved_to.id if moved_to else None
    return kept
