"""Keys: each has an id, a name, a sentence in help, a place in the footer, and does something."""

import importlib
import inspect
import pkgutil
from collections import Counter
from collections.abc import Iterator

import pytest
from textual.binding import Binding
from textual.dom import DOMNode
from textual.widget import Widget

import screens
import widgets
from app.desk_app import DeskApp
from app.sittings import Sittings
from screens.help import HelpScreen
from screens.jobs import JobsScreen
from tests.desk import Desk, at_desk, can_sign_in, texted_job
from tests.screens.tour import everywhere, furnish
from tests.world import World
from widgets.key_bar import KeyBar


def ours() -> Iterator[type[DOMNode]]:
    """Every class of ours that can have keys."""
    yield from (DeskApp, Sittings)
    for package in (screens, widgets):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            for _, kind in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
                if kind.__module__ == module.name and issubclass(kind, DOMNode):
                    yield kind


def bindings() -> list[tuple[type[DOMNode], Binding]]:
    """Every key of ours with the class it belongs to."""
    return [(kind, key) for kind in ours() for key in kind.__dict__.get("BINDINGS", ())]


def test_every_key_has_an_id_of_its_own_and_says_what_it_does() -> None:
    found = bindings()
    assert len(found) > 40
    for kind, key in found:
        assert isinstance(key, Binding), f"{kind.__name__}: {key}"
        assert key.id, f"{kind.__name__}: {key.key} has no id"
        assert "." in key.id, key.id
        assert key.description, key.id
        assert key.tooltip, key.id
    twice = [name for name, number in Counter(key.id for _, key in found).items() if number > 1]
    assert twice == []


def test_every_key_stands_on_one_line_of_help() -> None:
    assert [key.id for _, key in bindings() if len(key.tooltip) > 43 or len(key.description) > 14] == []


def test_every_key_has_something_to_do() -> None:
    for kind, key in bindings():
        action = key.action.partition("(")[0]
        owner = DeskApp if action.startswith("app.") else kind
        assert hasattr(owner, f"action_{action.removeprefix('app.')}"), f"{key.id} of {kind.__name__} does nothing"


def cut(desk: Desk) -> list[str]:
    """The keys of the footer that do not fit the terminal."""
    return [f"{key.shown} {key.name}" for bar in desk.app.screen.query(KeyBar) for key in bar.left_out]


async def each_focus(desk: Desk) -> list[str]:
    """Put the focus on every widget of the screen that can have it; which footers are cut, and where."""
    found = []
    places = [w for w in desk.app.screen.query(Widget) if w.focusable and w.display]
    for place in places:
        place.focus()
        await desk.until(lambda place=place: desk.app.focused is place, f"{place} has the focus")  # type: ignore[misc]
        await desk.pilot.pause()
        found += [f"{place}: {key}" for key in cut(desk)]
    return found


async def test_the_footer_fits_on_every_screen_and_at_every_focus(
    small_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = furnish(small_world)
    async with at_desk(small_world, small_world.ann) as desk:
        async for name in everywhere(desk, job, monkeypatch):
            if desk.app.screen.query(KeyBar):
                await desk.until(lambda: desk.footer, f"{name} has keys")
            if name in ("form", "tray", "phones"):
                assert cut(desk) == [], name
            else:
                assert await each_focus(desk) == [], name


async def test_the_footer_fits_for_a_worker_and_at_the_sign_in(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    can_sign_in(small_world, small_world.marco)
    async with at_desk(small_world) as desk:
        assert cut(desk) == []
        await desk.sign_in("Marco Diaz")
        await desk.at_job(job)
        assert cut(desk) == []
        await desk.press("escape", "escape")
        await desk.stands_at(JobsScreen)
        assert cut(desk) == []
        names = " ".join(desk.footer)
        assert "Open" in names
        assert not any(word in names for word in ("New", "Tray", "Waiting"))
        await desk.opens(job)
        assert await each_focus(desk) == []


async def test_help_lists_every_key_that_works_here(small_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = {key.id for _, key in bindings()}
    job = furnish(small_world)
    async with at_desk(small_world, small_world.ann, size=(100, 50)) as desk:
        for keys in (["/", "escape"], ["t"], ["p"], ["enter", "escape"]):
            await desk.press("escape") if not isinstance(desk.app.screen, JobsScreen) else None
            await desk.stands_at(JobsScreen)
            await desk.press(*keys)
            await desk.settles()
            active = [a.binding for a in desk.app.active_bindings.values() if a.binding.id in ids]
            assert len(active) > 3
            await desk.press("?")
            await desk.stands_at(HelpScreen)
            shown = desk.text
            if desk.app.screen_stack[-2].query("JobList"):
                assert "↓ j Next" in shown
            for key in active:
                assert f"{key.description} {key.tooltip}" in shown, f"{key.id} is not in help"
            await desk.press("?")
            await desk.until(lambda: not isinstance(desk.app.screen, HelpScreen), "help is closed")
    assert job


async def test_every_input_of_the_form_keeps_the_footer_whole(small_world: World) -> None:
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.press("c")
        await desk.settles()
        assert await each_focus(desk) == []
