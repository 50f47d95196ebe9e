"""Placeholders are completed while typing: what the list offers, and which keys are its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import Input

from domain.placeholders import KNOWN
from widgets.contents import Contents
from widgets.placeholder_text import PlaceholderText, _Offered, begun, fitting


@pytest.mark.parametrize(
    ("before", "letters"),
    [
        ("", None),
        ("{", ""),
        ("we are {wo", "wo"),
        ("{job} and {", ""),
        ("{job}", None),
        ("{job} is", None),
        ("{two words", None),
        ("{WORK", "WORK"),
    ],
)
def test_a_placeholder_is_begun_by_a_brace_and_letters(before: str, letters: str | None) -> None:
    assert begun(before) == letters


def test_letters_narrow_the_offer_and_beginnings_come_first() -> None:
    assert fitting("") == list(KNOWN)
    assert fitting("d") == ["dispatcher", "date", "address"]
    assert fitting("ER") == ["customer", "worker", "dispatcher"]
    assert fitting("xyz") == []


class Page(App[None]):
    """The field between two others."""

    left = 0

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self.first = text

    def compose(self) -> ComposeResult:
        """A field before, the text, a field after."""
        yield Input(id="before")
        yield PlaceholderText(self.first)
        yield Input(id="after")

    def on_contents_left(self) -> None:
        """Escape left the text."""
        self.left += 1


class Typing:
    """Somebody typing in the field."""

    def __init__(self, app: Page, pilot: Pilot[Any]) -> None:
        self.app, self.pilot = app, pilot
        self.field = app.query_one(PlaceholderText)

    async def types(self, *keys: str) -> None:
        """Press keys; a run of letters may be given as one word of more than one letter with a leading quote."""
        for key in keys:
            await self.pilot.press(*(key[1:] if key.startswith("'") else [key]))

    @property
    def offer(self) -> list[str]:
        """The names in the open list, nothing where it is closed."""
        found = self.app.query_one(_Offered)
        return [str(option.id) for option in found.options if option.id] if found.display else []


@asynccontextmanager
async def typing(text: str = "") -> AsyncIterator[Typing]:
    """A page with the cursor in the field, at the end of its text."""
    app = Page(text)
    async with app.run_test(size=(80, 24)) as pilot:
        area = app.query_one(Contents)
        area.focus()
        area.move_cursor(area.document.end)
        await pilot.pause()
        yield Typing(app, pilot)


async def test_a_brace_opens_the_list_and_enter_inserts_the_chosen_one() -> None:
    async with typing("Dear ") as at:
        await at.types("{")
        assert at.offer == list(KNOWN)
        await at.types("'wo")
        assert at.offer == ["worker"]
        await at.types("enter", "'!")
        assert at.field.text == "Dear {worker}!"
        assert at.offer == []


async def test_arrows_choose_and_tab_inserts() -> None:
    async with typing() as at:
        await at.types("'{d", "down", "down", "up", "tab")
        assert at.field.text == "{date}"
        assert at.app.focused is at.field.area


async def test_escape_closes_the_list_alone_and_it_stays_closed_for_this_placeholder() -> None:
    async with typing() as at:
        await at.types("'{wo", "escape")
        assert at.offer == []
        assert at.app.left == 0
        await at.types("'rk")
        assert at.offer == []
        await at.types("'er} {")
        assert at.offer == list(KNOWN)
        await at.types("escape", "escape")
        assert at.app.left == 1
        assert at.field.text == "{worker} {"


async def test_without_a_list_the_keys_mean_what_they_mean_in_any_text() -> None:
    async with typing("one") as at:
        await at.types("enter", "'two", "up", "'!")
        assert at.field.text == "one!\ntwo"
        await at.types("tab")
        assert at.app.focused is at.app.query_one("#after")


async def test_letters_that_fit_nothing_say_so_and_take_no_key() -> None:
    async with typing() as at:
        await at.types("'{zz")
        shown = at.app.query_one(_Offered)
        assert shown.display
        assert "zz" in str(shown.get_option_at_index(0).prompt)
        await at.types("enter")
        assert at.field.text == "{zz\n"


async def test_an_older_placeholder_is_replaced_whole() -> None:
    async with typing("Job {job}, soon") as at:
        at.field.area.move_cursor((0, 5))
        await at.types("'cu", "enter")
        assert at.field.text == "Job {customer}, soon"


async def test_moving_away_closes_the_list() -> None:
    async with typing("Dear ") as at:
        await at.types("{", "left")
        assert at.offer == []
        await at.types("end", "'t")
        assert "title" in at.offer
        at.app.query_one("#before").focus()
        await at.pilot.pause()
        assert at.offer == []


@pytest.mark.parametrize("lines", [1, 18])
async def test_the_list_stays_on_the_screen_and_off_the_line_that_is_typed(lines: int) -> None:
    async with typing() as at:
        at.app.query_one("#before").styles.height = lines
        await at.pilot.pause()
        await at.types("{")
        await at.pilot.pause()
        shown = at.app.query_one(_Offered).region
        assert at.app.screen.region.contains_region(shown)
        assert at.field.area.cursor_screen_offset.y not in range(shown.y, shown.bottom)
