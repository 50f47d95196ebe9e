"""What strangers write is shown harmless and complete, on every screen. Reliability 3.4, A-30 to A-33."""

import re

import pytest
from rich.console import Console
from sqlmodel import select
from textual.widgets import Input

from domain.messages import DISPATCH, Kind
from domain.text import one_line
from screens.recipients import RecipientPicker
from storage.tables.messages import DeliveryRow
from storage.tables.people import ContactRow, CustomerRow, LocationRow, UserRow
from tests.desk import Desk, at_desk, clickable, texted_job
from tests.screens.tour import FakePhones, everywhere, furnish
from tests.world import World, dispatcher

ESCAPES = "\x1b]0;owned\x07\x1b[31mred\x1b[2J\x1b]52;c;aGk=\x07\x9b31m\x1b]8;;https://e\x1b\\link\x1b]8;;\x1b\\\x00\x7f\u202e\u200b\u2066"
CLICKS = '[@click=app.quit]T[/] [link=https://e.example]L[/link] [@click="app.bell"]B[/]'
BRACKETS = "[URGENT] [/] [/b] [b [[[ ]] [$primary] [@] [@click] [link=] [#zz] [on] \\[x] [/red]"
HOSTILE = f"{ESCAPES} {CLICKS} {BRACKETS}"
FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
ODD = (
    "[", "]", "[]", "[/]", "[/b]", "[b", "b]", "[[b]]", "[b][/i]", "[@click=x]", "[@click=app.quit()]go[/]",
    "[link=https://e]x", '[link="https://e"]x[/link]', "[$primary]", "[not a style]", "[#12]", "[rgb(1)]",
    "[on red]", "[bold red on]", "\\[b]", "[/link]", "[=]", "[a=b]", "[@]", "[ ]", ":smile:", "{x} %s {0!r}",
)  # fmt: skip


def assert_harmless(desk: Desk, where: str) -> None:
    """Nothing drawn now commands the terminal, links anywhere or acts on a click."""
    console = Console(color_system="truecolor", force_terminal=True, legacy_windows=False)
    for strip in desk.strips:
        assert FORBIDDEN.search(strip.text) is None, f"{where}: {strip.text!r}"
        drawn = strip.render(console)
        assert re.sub("\x1b\\[[0-9;]*m", "", drawn).isprintable(), f"{where}: {drawn!r}"
        assert not clickable(strip), f"{where}: {strip.text}"


def poison(world: World) -> None:
    """Every name that somebody could state holds everything at once."""
    with world.write() as session:
        for table in (ContactRow, CustomerRow, UserRow, LocationRow):
            for i in range(1, 5):
                row = session.get(table, i)
                if row is not None:
                    row.name = f"N{i}{HOSTILE}"
                    session.add(row)
        for i in (1, 2):
            contact = session.get_one(ContactRow, i)
            contact.title, contact.email = HOSTILE, HOSTILE


async def test_no_screen_lets_a_strangers_words_through(small_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    poison(small_world)
    world = small_world
    for name in ("ann", "abe", "marco", "mia"):
        setattr(world, name, world.readers.reads.user(getattr(world, name).id))
    job = furnish(world, HOSTILE)
    job = world.change(job, title=HOSTILE, asset=HOSTILE, template=HOSTILE, number=f"7{HOSTILE}")
    with world.write() as session:
        for row in session.exec(select(DeliveryRow)):
            row.reason = HOSTILE
    monkeypatch.setattr(FakePhones, "body", HOSTILE)
    world.writers.engines.say("e", 1, "host", "running", HOSTILE)
    async with at_desk(world, world.ann, size=(120, 40)) as desk:
        async for name in everywhere(desk, job, monkeypatch):
            await desk.settles()
            assert_harmless(desk, name)
            assert "owned" in desk.text or name in ("help", "confirm"), f"{name} hides a stranger's words"


async def test_the_sign_in_list_shows_any_name(small_world: World) -> None:
    poison(small_world)
    async with at_desk(small_world) as desk:
        assert_harmless(desk, "sign in")
        assert "owned" in desk.text


async def test_a_body_is_shown_to_its_last_character(small_world: World) -> None:
    job = texted_job(small_world, HOSTILE)
    async with at_desk(small_world, small_world.ann, size=(100, 40)) as desk:
        await desk.opens(job)
        drawn = "".join(desk.lines_of("ThreadView")).replace("▌", "")
        for word in (CLICKS, BRACKETS, "\u241b]0;owned\u2407\u241b[31mred\u241b[2J"):
            assert word.replace(" ", "") in drawn.replace(" ", "")
        assert drawn.count("\u2423") >= 4
        assert_harmless(desk, "job")


async def test_a_click_on_any_words_of_a_stranger_does_nothing(small_world: World) -> None:
    job = texted_job(small_world, CLICKS)
    async with at_desk(small_world, small_world.ann) as desk:
        screen = await desk.opens(job)
        await desk.pilot.click("#thread", offset=(4, 5))
        await desk.pilot.click("#summary", offset=(10, 0))
        await desk.pilot.click("#recipient", offset=(4, 0))
        await desk.stands_at(RecipientPicker)
        await desk.press("escape")
        assert desk.app.screen is screen
        assert desk.app.return_code is None


async def test_odd_brackets_crash_nothing(small_world: World) -> None:
    job = texted_job(small_world)
    for i, body in enumerate(ODD):
        small_world.text(job, dispatcher(small_world.ann), DISPATCH, body=f"{i}:{body}", kind=Kind.NOTE)
    async with at_desk(small_world, small_world.ann, size=(80, 60)) as desk:
        await desk.opens(job)
        desk.thread.focus()
        await desk.press("2")
        await desk.settles()
        seen = desk.text
        await desk.press("pageup")
        seen += desk.text
        await desk.press("pageup")
        seen += desk.text
        for i, body in enumerate(ODD):
            assert one_line(f"{i}:{body}") in seen
        assert_harmless(desk, "notes")


async def test_what_is_pasted_is_shown_harmless_in_every_field(small_world: World) -> None:
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.press("/")
        await desk.pastes(HOSTILE)
        await desk.settles()
        assert_harmless(desk, "filter")
        await desk.press("escape", "c")
        await desk.settles()
        for field in desk.app.screen.query(Input):
            field.value = HOSTILE
        await desk.press("ctrl+s")
        await desk.settles()
        assert_harmless(desk, "form")
