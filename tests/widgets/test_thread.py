"""The thread stays where its reader is, and draws every line of every message."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from domain.delivery import State
from domain.messages import Message
from tests.widgets.values import ANA, BOB, DORA, clock, delivery, message
from widgets.thread import ThreadView

HEIGHT = 20


class Desk(App[None]):
    """A screen that hears what the thread says."""

    def __init__(self, messages: Sequence[Message], has_older: bool) -> None:
        super().__init__()
        self.first, self.has_older = messages, has_older
        self.thread = ThreadView(clock, empty_text="Nothing said yet. Press m to write.")
        self.older_wanted: list[int] = []
        self.selected: list[int] = []

    def compose(self) -> ComposeResult:
        yield self.thread

    def on_mount(self) -> None:
        self.thread.focus()
        self.thread.show(self.first, self.has_older)

    def on_thread_view_older_wanted(self, event: ThreadView.OlderWanted) -> None:
        self.older_wanted.append(event.before_seq)

    def on_thread_view_selected(self, event: ThreadView.Selected) -> None:
        self.selected.append(event.message.seq)

    def lines(self) -> list[str]:
        return [self.thread.render_line(y).text.rstrip() for y in range(self.thread.size.height)]

    def barred(self) -> str:
        return " ".join(line[1:].strip() for line in self.lines() if line.startswith("▌"))

    def line_of_selected(self) -> int:
        return next(y for y, line in enumerate(self.lines()) if line.startswith("▌"))


@asynccontextmanager
async def desk(messages: Sequence[Message], has_older: bool = False) -> AsyncIterator[tuple[Desk, Pilot[None]]]:
    app = Desk(messages, has_older)
    async with app.run_test(size=(60, HEIGHT)) as pilot:
        await pilot.pause()
        yield app, pilot


def some(first: int, last: int) -> list[Message]:
    return [message(seq, f"text {seq} " + "and some more words " * (seq % 7)) for seq in range(first, last)]


async def test_a_thread_opens_at_its_newest_message() -> None:
    async with desk(some(0, 30)) as (app, _):
        assert app.thread.at_end
        assert app.thread.selected == app.first[-1]
        assert "text 29" in app.barred()
        assert app.lines()[-1] == ""
        assert app.selected == [29]


async def test_keys_walk_message_by_message() -> None:
    async with desk(some(0, 30)) as (app, pilot):
        await pilot.press("up", "k", "j", "end", "home")
        await pilot.pause()
        assert app.selected == [29, 28, 27, 28, 29, 0]
        assert "text 0" in app.barred()
        assert app.thread.scroll_offset.y == 0
        await pilot.press("pagedown", "pagedown", "pageup")
        assert app.thread.selected is not None
        assert f"text {app.thread.selected.seq}" in app.barred()


async def test_a_message_taller_than_the_screen_is_read_to_its_end_first() -> None:
    tall = message(1, "\n".join(f"line {n}" for n in range(60)))
    async with desk([message(0), tall, message(2)]) as (app, pilot):
        seen = set()
        await pilot.press("home", "down")
        for _ in range(10):
            seen.update(re.findall(r"line (\d+)", "\n".join(app.lines())))
            await pilot.press("down")
        assert seen == {str(n) for n in range(60)}
        assert app.thread.selected is not None
        assert app.thread.selected.seq == 2


async def test_older_messages_are_wanted_once_and_keep_what_is_seen_in_place() -> None:
    async with desk(some(1000, 1050), has_older=True) as (app, pilot):
        assert app.older_wanted == []
        await pilot.press("home", "pagedown", "pageup", "home")
        await pilot.pause()
        assert app.older_wanted == [1000]
        before = app.lines()
        app.thread.prepend(some(0, 1000), has_older=False)
        assert app.lines() == before
        assert app.thread.selected == app.first[0]
        while app.thread._body.heights.unmeasured >= 0:
            await asyncio.sleep(0.02)
        assert app.lines() == before
        await pilot.press("home")
        assert "text 0" in app.barred()
        assert app.older_wanted == [1000]


async def test_a_short_thread_asks_for_more_until_the_screen_is_full() -> None:
    async with desk([message(9)], has_older=True) as (app, pilot):
        assert app.older_wanted == [9]
        app.thread.prepend([message(8)], has_older=True)
        await pilot.pause()
        assert app.older_wanted == [9, 8]
        assert app.thread.selected == app.first[0]


async def test_a_reader_at_the_end_follows() -> None:
    async with desk(some(0, 30)) as (app, pilot):
        app.thread.append(message(30, "brand new"))
        await pilot.pause()
        assert any("brand new" in line for line in app.lines())
        assert app.thread.new_below == 0
        assert app.thread.selected == app.first[-1]


async def test_a_reader_further_up_is_told_what_came_below() -> None:
    async with desk(some(0, 30)) as (app, pilot):
        await pilot.press("pageup", "pageup")
        before = app.lines()
        app.thread.append(message(30))
        app.thread.append(message(31))
        assert app.lines() == before
        assert app.thread.new_below == 2
        await pilot.press("end")
        assert app.thread.new_below == 0
        assert app.thread.selected is not None
        assert app.thread.selected.seq == 31


async def test_a_message_that_comes_twice_is_there_once() -> None:
    async with desk(some(0, 3)) as (app, _):
        app.thread.append(message(2, "changed"))
        app.thread.prepend([message(0)], has_older=False)
        assert [m.seq for m in app.thread.messages] == [0, 1, 2]
        assert any("changed" in line for line in app.lines())


async def test_a_change_above_moves_nothing_that_is_seen() -> None:
    async with desk(some(0, 60)) as (app, pilot):
        await pilot.press("pageup", "pageup")
        before = app.lines()
        sent = (delivery(1, str(ANA.mobile), State.SENT), delivery(2, str(BOB.mobile), State.DELIVERED))
        app.thread.update([replace(m, author=DORA, recipients=(ANA, BOB), deliveries=sent) for m in app.first[:5]])
        assert app.lines() == before
        await pilot.press("home")
        assert any("✓ Bob: Delivered" in line for line in app.lines())


async def test_another_width_keeps_the_selected_message_on_its_line() -> None:
    async with desk(some(0, 300)) as (app, pilot):
        await pilot.press("pageup", "pageup", "up")
        line = app.line_of_selected()
        await pilot.resize_terminal(41, HEIGHT)
        await pilot.pause(0.05)
        assert app.line_of_selected() == line
        while app.thread._body.heights.unmeasured >= 0:
            await asyncio.sleep(0.02)
        assert app.line_of_selected() == line
        assert {app.thread.render_line(y).cell_length for y in range(HEIGHT)} == {40}


async def test_appending_wraps_nothing_else() -> None:
    async with desk(some(0, 400)) as (app, _):
        while app.thread._body.heights.unmeasured >= 0:
            await asyncio.sleep(0.02)
        timed: list[int] = []
        app.thread.clock_time = lambda moment: timed.append(moment.minute) or ""  # type: ignore[func-returns-value]
        app.thread.append(message(400))
        app.lines()
        assert timed == [message(400).at.minute]


async def test_an_empty_thread_says_so() -> None:
    async with desk([]) as (app, pilot):
        await pilot.press("up", "down", "home", "end", "pageup", "pagedown")
        assert app.lines()[0].strip() == "Nothing said yet. Press m to write."
        assert app.thread.selected is None
        app.thread.append(message(1, "first"))
        await pilot.pause()
        assert "first" in app.barred()
        assert app.selected == [1]


async def test_messages_that_were_not_measured_yet_are_walked_over_in_place() -> None:
    async with desk([]) as (app, _):
        app.thread.show([message(seq, " ".join(["w" * 30] * (seq % 9))) for seq in range(200)], has_older=False)
        for _ in range(60):
            app.thread.action_move(-1)
            check_lines(app)
        assert app.thread._body.heights.unmeasured >= 0


async def test_a_click_selects() -> None:
    async with desk(some(0, 30)) as (app, pilot):
        await pilot.click(ThreadView, offset=(5, 2))
        assert app.lines()[2].startswith("▌")


async def test_a_body_of_100_kb_is_drawn_without_a_control_byte() -> None:
    async with desk([message(0, "\x1b[2J[/] " * 14_000), message(1)]) as (app, pilot):
        await pilot.press("up")
        assert "␛[2J[/]" in app.lines()[3]
        assert not re.search(r"[\x00-\x1f\x7f-\x9f]", "".join(app.lines()))


STEPS = st.lists(
    st.tuples(st.sampled_from(["prepend", "append", "update", "move", "page", "edge"]), st.integers(0, 9)), max_size=12
)


async def test_every_line_is_drawn_from_its_message_whatever_happens() -> None:
    async with desk([]) as (app, _):

        @settings(max_examples=40, deadline=None)
        @given(STEPS)
        def check(steps: list[tuple[str, int]]) -> None:
            app.thread.show(some(5000, 5006), has_older=True)
            for n, (step, size) in enumerate(steps):
                act(app.thread, step, size, n)
                check_lines(app)

        check()


def act(view: ThreadView, step: str, size: int, n: int) -> None:
    """One step, and that the selection is still the same message unless a key moved it."""
    selected = view.selected
    assert selected is not None
    if step == "prepend":
        first = view.messages[0].seq
        view.prepend(some(first - size, first), has_older=True)
    elif step == "append":
        last = view.messages[-1].seq
        view.append(message(last + 1, "new words " * size))
    elif step == "update":
        view.update([replace(view.messages[size % len(view.messages)], body="\n" * n)])
    else:
        {"move": view.action_move, "page": view.action_page, "edge": view.action_edge}[step]((-1, 1)[size % 2])
        return
    assert view.selected is not None
    assert view.selected.id == selected.id


def check_lines(app: Desk) -> None:
    """Below the first header in view, each message begins as many lines further down as the one before is high."""
    view = app.thread
    drawn = [y for y, line in enumerate(app.lines()) if "◀ Ana Silva →" in line]
    tops = [view._body.heights.top(i) - view.scroll_offset.y for i in range(len(view.messages))]
    assert drawn == [top for top in tops if 0 <= top < HEIGHT]
    assert view.virtual_size.height == view._body.heights.total
    assert 0 <= view.scroll_offset.y <= view.max_scroll_y


async def test_it_begins_with_the_first_unread_message_at_the_top_where_not_all_fits() -> None:
    async with desk(some(0, 30)) as (app, pilot):
        app.thread.show(app.first, False, begin_at=10)
        await pilot.pause()
        assert "text 10 " in app.lines()[1]
        assert app.thread.selected == app.first[10]
        assert not app.thread.at_end


async def test_it_begins_at_the_newest_where_all_that_is_unread_fits() -> None:
    async with desk(some(0, 30)) as (app, pilot):
        app.thread.show(app.first, False, begin_at=29)
        await pilot.pause()
        assert app.thread.at_end
        assert app.thread.selected == app.first[-1]
        app.thread.append(message(30, "the next one"))
        await pilot.pause()
        assert "the next one" in " ".join(app.lines())


async def test_in_view_are_the_messages_whose_words_end_on_the_screen() -> None:
    async with desk(some(0, 30)) as (app, pilot):
        for key in ("home", "pagedown", "pagedown", "end", "pageup"):
            await pilot.press(key)
            await pilot.pause()
            seen = {m.seq for m in app.thread.in_view()}
            shown = "\n".join(app.lines())
            for entry in app.first:
                ends = entry.body.split()[-1] if len(entry.body) < 12 else None
                if entry.seq in seen:
                    assert f"text {entry.seq}" in shown or "more words" in shown
                elif ends:
                    assert f"{entry.body}\n" not in shown
            assert seen == set(range(min(seen), max(seen) + 1))


async def test_a_message_taller_than_the_screen_is_in_view_only_at_its_end() -> None:
    tall = message(1, "\n".join(f"line {i}" for i in range(60)))
    async with desk([tall]) as (app, pilot):
        assert app.thread.in_view() == [tall]
        await pilot.press("pageup")
        await pilot.pause()
        assert app.thread.in_view() == []


async def test_what_leaves_later_takes_its_place_and_the_reader_keeps_theirs() -> None:
    async with desk(some(0, 30)) as (app, pilot):
        await pilot.press("home", "down", "down")
        await pilot.pause()
        before, line = app.thread.selected, app.line_of_selected()
        left = replace(app.first[20], seq=99)
        app.thread.rearrange([*app.first[:20], *app.first[21:], left])
        await pilot.pause()
        assert app.thread.selected == before
        assert app.line_of_selected() == line
        assert app.thread.new_below == 1
        await pilot.press("end")
        await pilot.pause()
        assert app.thread.selected == left
        assert app.thread.new_below == 0


async def test_new_ones_are_marked_until_the_marks_are_taken_away() -> None:
    async with desk(some(0, 8)) as (app, pilot):
        await pilot.press("home")
        app.thread.mark_new([6, 7])
        await pilot.pause()
        assert sum("NEW" in line for line in app.lines()) == 2
        assert app.thread.selected == app.first[-1]
        app.thread.mark_new([])
        await pilot.pause()
        assert not any("NEW" in line for line in app.lines())
