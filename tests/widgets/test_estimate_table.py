"""The table of an estimate: typed in by keyboard, summed at once, nothing cut and nothing lost."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual import events
from textual.app import App, ComposeResult
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.strip import Strip

from domain.estimates import LARGEST, Choice, Line, show_money, totals
from tests.desk import clickable
from widgets.estimate_cells import Column, TypedLine, as_typed, read_lines
from widgets.estimate_columns import columns, heading, line_spans
from widgets.estimate_editor import EstimateEditor
from widgets.estimate_table import EstimateTable

PUMP = TypedLine("Replace pump", "100", "50", "19", 1)
SEAL = TypedLine("Seal", "7.5", "", "19", 2)


class Bench(App[None]):
    """A terminal with nothing but the table in it."""

    def __init__(self, lines: Sequence[TypedLine], currency: str = "USD") -> None:
        super().__init__()
        self.first, self.currency = lines, currency

    def compose(self) -> ComposeResult:
        yield EstimateEditor(self.currency)

    def on_mount(self) -> None:
        self.editor.show(self.first, self.currency)
        self.editor.table.focus()

    @property
    def editor(self) -> EstimateEditor:
        return self.query_one(EstimateEditor)

    @property
    def typed(self) -> list[tuple[str, str, str, str]]:
        return [line.cells for line in self.editor.lines]

    @property
    def strips(self) -> list[Strip]:
        update = self.screen._compositor.render_update(full=True)
        return [Strip.join(pieces) for pieces in update.strips]  # type: ignore[union-attr]

    @property
    def text(self) -> str:
        return " ".join(" ".join(strip.text for strip in self.strips).split())


class Keys:
    """A keyboard that is as fast as the program; the pilot's own waits for the whole process after each key."""

    def __init__(self, app: Bench, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot

    async def press(self, *keys: str) -> None:
        for key in keys:
            named = len(key) > 1
            self.app.post_message(events.Key(key if named else _character_to_key(key), None if named else key))
            quiet = 0
            while quiet < 4:
                await asyncio.sleep(0)
                widgets = [self.app, *self.app.screen.walk_children(with_self=True)]
                quiet = quiet + 1 if all(w.message_queue_size == 0 for w in widgets) else 0
        await self.pilot.pause()


@asynccontextmanager
async def bench(
    *lines: TypedLine, currency: str = "USD", size: tuple[int, int] = (80, 20)
) -> AsyncIterator[tuple[Bench, Keys]]:
    app = Bench(lines, currency)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield app, Keys(app, pilot)


async def test_a_whole_estimate_is_typed_without_leaving_the_keys() -> None:
    async with bench() as (app, keys):
        await keys.press("n")
        await keys.press(*"Replace pump")
        await keys.press("tab", *"1,234.50", "tab", *"50", "tab", *"19", "enter")
        await keys.press(*"Discount")
        await keys.press("enter", *"-20", "enter", "enter", "enter", "enter")
        assert app.typed == [("Replace pump", "1,234.50", "50", "19"), ("Discount", "-20", "", "19")]
        assert not app.editor.is_typing
        assert read_lines(app.editor.lines, "USD") == (
            Line("Replace pump", 123450, 5000, 1900),
            Line("Discount", -2000, 0, 1900),
        )
        assert "net 1,264.50 · tax 240.26 · total USD 1,504.76" in app.text


async def test_sums_follow_every_letter() -> None:
    async with bench(PUMP) as (app, keys):
        await keys.press("right", "2")
        assert "total USD 61.88" in app.text
        await keys.press("0", "0")
        assert "total USD 297.50" in app.text


async def test_a_wrong_amount_stays_as_typed_and_says_so() -> None:
    async with bench(PUMP, SEAL) as (app, keys):
        await keys.press("right", *"12.345", "enter")
        assert app.typed[0][1] == "12.345"
        assert "! Line 1, parts: “12.345” has more than 2 decimal places, which USD does not have." in app.text
        assert "!12.345" in app.text
        assert "without what is wrong: net 7.50" in app.text
        assert read_lines(app.editor.lines, "USD") is None
        await keys.press("escape", "left", "enter", "backspace", "escape")
        assert app.typed[0][1] == "12.34"
        assert "!" not in app.text


async def test_a_cell_that_is_being_typed_is_not_scolded() -> None:
    async with bench(PUMP) as (app, keys):
        await keys.press("right", "-")
        assert "! Line" not in app.text
        await keys.press("escape")
        assert "! Line 1, parts: “-” is no amount." in app.text


async def test_a_deleted_line_comes_back_and_lines_change_places() -> None:
    async with bench(PUMP, SEAL) as (app, keys):
        await keys.press("d")
        assert app.typed == [SEAL.cells]
        await keys.press("u")
        assert app.typed == [PUMP.cells, SEAL.cells]
        assert app.editor.table.cursor_place == 0
        await keys.press("J")
        assert app.typed == [SEAL.cells, PUMP.cells]
        assert app.editor.table.cursor_line == PUMP
        await keys.press("J", "K", "u", "u", "u")
        assert app.typed == [PUMP.cells, SEAL.cells]


async def test_every_change_of_a_cell_is_taken_back_step_by_step() -> None:
    async with bench(PUMP) as (app, keys):
        await keys.press("right", *"77", "tab", *"88", "tab", "escape")
        assert app.typed == [("Replace pump", "77", "88", "19")]
        await keys.press("u")
        assert app.typed == [("Replace pump", "77", "50", "19")]
        await keys.press("u")
        assert app.typed == [PUMP.cells]
        await keys.press("enter", "escape", "n", "escape", "u")
        assert app.typed == [PUMP.cells]


async def test_a_new_line_stands_below_the_cursor_with_the_tax_above_it() -> None:
    async with bench(PUMP, SEAL) as (app, keys):
        await keys.press("n", "x", "escape")
        assert app.typed == [PUMP.cells, ("x", "", "", "19"), SEAL.cells]
        await keys.press("u")
        await keys.press("u")
        assert app.typed == [PUMP.cells, SEAL.cells]


async def test_arrows_and_shift_tab_go_between_open_cells() -> None:
    async with bench(PUMP, SEAL) as (app, keys):
        await keys.press("right", "enter", "down", *"8", "shift+tab", *"s", "up", *"s", "shift+tab")
        assert app.typed == [("Replace pumps", "100", "50", "19"), ("Seals", "8", "", "19")]
        assert not app.editor.is_typing


async def test_several_pasted_lines_stay_in_their_cell() -> None:
    async with bench(PUMP) as (app, keys):
        await keys.press("enter")
        app.post_message(events.Paste(" and\nseal"))
        await keys.press()
        assert app.typed[0][0] == "Replace pump and seal"


async def test_a_hundred_lines_are_scrolled_and_more_are_refused() -> None:
    lines = [TypedLine(f"Operation {i}", "1", "", "19", i) for i in range(1, 101)]
    async with bench(*lines) as (app, keys):
        await keys.press("end", "enter", "s", "escape")
        assert app.typed[99][0] == "Operation 100s"
        assert "100 Operation 100s" in app.text
        assert "net 100.00" in app.text
        await keys.press("n")
        assert len(app.typed) == 100
        assert "at most 100 lines" in app.text
        await keys.press("home", "pagedown")
        assert app.editor.table.cursor_place == 16
        assert "17 Operation 17" in app.text


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_the_widest_amounts_are_drawn_whole(size: tuple[int, int]) -> None:
    line = as_typed(Line("Everything at once, in one very long operation", -LARGEST, -LARGEST, 10_000, 1), "USD")
    async with bench(line, size=size) as (app, keys):
        await keys.press()
        drawn = app.strips[1].text
        assert drawn.count("-10,000,000,000.00") == 2
        assert "-40,000,000,000.00" in drawn
        assert "100" in drawn
        assert "Every" in drawn
        assert "Everything at once, in one very long operation" in app.text


async def test_a_strangers_words_stay_words() -> None:
    words = "[@click=app.quit]T[/] \x1b[31mred\u202e [/b] [link=https://e]L[/link]"
    async with bench(PUMP, TypedLine(words, "1\x1b[2J", "1", "19", 2)) as (app, keys):
        await keys.press("down", "enter", "escape")
        for strip in app.strips:
            assert not clickable(strip)
            assert strip.text.isprintable()
        assert "[@click=app.quit]T[/] ␛[31mred" in app.text
        assert "!1␛[2J" in app.text


async def test_choices_stand_as_marks_with_words() -> None:
    table = EstimateTable()

    class Decided(App[None]):
        def compose(self) -> ComposeResult:
            yield table

    third = TypedLine("Paint", "1", "", "", 3)
    async with Decided().run_test(size=(80, 10)) as pilot:
        table.show(
            [PUMP, SEAL, third], "USD", ["approved: 1"], {1: Choice.APPROVED, 2: Choice.DEFERRED, 3: Choice.DECLINED}
        )
        await pilot.pause()
        drawn = [table.render_line(y).text for y in range(5)]
        assert "Decision" in drawn[0]
        assert "✓ approved Replace pump" in drawn[1]
        assert "… deferred Seal" in drawn[2]
        assert "✗ declined Paint" in drawn[3]
        assert drawn[4].rstrip().endswith("approved: 1")


AMOUNTS = st.integers(-LARGEST, LARGEST)
LINES = st.lists(
    st.builds(Line, st.text("abc €é漢", min_size=1, max_size=40), AMOUNTS, AMOUNTS, st.integers(0, 10_000)),
    min_size=1,
    max_size=6,
)


@settings(max_examples=60)
@given(LINES, st.integers(79, 199), st.booleans())
def test_every_line_fills_its_columns_and_shows_its_amounts_whole(
    lines: list[Line], width: int, with_choices: bool
) -> None:
    typed = [as_typed(line, "USD") for line in lines]
    at = columns(typed, "USD", width, with_choices)
    choice = Choice.DEFERRED if with_choices else None
    for place, (line, each) in enumerate(zip(lines, typed, strict=True)):
        drawn = "".join(span.text for span in line_spans(at, place, each, "USD", choice, None, False))
        assert cell_len(drawn) == cell_len(heading(at)) <= width
        if line.operation.strip():
            assert drawn.endswith(show_money(totals([line]).total, "").replace(" ", ""))


@given(LINES, st.sampled_from(["USD", "JPY", "KWD"]))
def test_a_line_that_is_typed_again_is_the_same_line(lines: list[Line], currency: str) -> None:
    lines = [line for line in lines if line.operation.strip()]
    read = read_lines([as_typed(line, currency) for line in lines], currency)
    assert read == tuple(
        Line(" ".join(line.operation.split()), line.parts, line.labour, line.tax)
        for line in lines
        if line.operation.strip()
    )


def test_every_column_has_a_place_of_its_own() -> None:
    at = columns([PUMP], "USD", 79, True)
    for column in Column:
        assert at.column_at(at.place(column)[0]) is column
