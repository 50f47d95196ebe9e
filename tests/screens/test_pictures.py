"""Each screen once, as it is drawn. `pytest --snapshot-update` after a change that was meant."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from domain.jobs import Status
from domain.messages import DISPATCH, Kind
from screens import phones
from tests.desk import Carrier, Desk, make_app, texted_job
from tests.screens.tour import STRANGER, FakePhones
from tests.world import OURS, World, dispatcher, worker

Compare = Callable[..., bool]
Act = Callable[[Desk], Awaitable[None]]


@pytest.fixture
def company(small_world: World) -> World:
    """A morning at work: somebody waits, somebody was answered, a text failed, and one found no job."""
    world, carrier = small_world, Carrier(small_world)
    texted_job(world, "Which gate is it? The one by the river was locked when your man came last time.")
    world.job(worker=world.mia, customer="Oak Yard", title="Door jams", asset="Gate 2", status=Status.NEW)
    world.job(customer="Mill & Sons", title="Yearly service", asset="Crane 12", status=Status.ON_THE_WAY)
    job = texted_job(world, "How long will it take?", title="Boiler leaks", asset="Boiler 3")
    world.clock.advance(minutes=2)
    world.text(job, worker(world.marco), DISPATCH, body="An hour, if the valve is in stock")
    world.text(job, dispatcher(world.abe), DISPATCH, body="She pays late: ask for the order number", kind=Kind.NOTE)
    world.clock.advance(minutes=1)
    world.text(job, dispatcher(world.ann), world.ana, body="About an hour. Is [B2] the right door?")
    carrier.is_silent()
    world.clock.advance(minutes=1)
    carrier.receives("Yes [B2], ask for Ben Gómez")
    carrier.receives_at(OURS, "Is this the plumber?", STRANGER)
    world.writers.engines.say("e", 1, "host", "running", "Practice: sending and receiving")
    return world


def of(world: World, act: Act) -> Callable[[Pilot[Any]], Awaitable[None]]:
    """What the picture taker lets happen before it takes the picture."""

    async def before(pilot: Pilot[Any]) -> None:
        app = pilot.app
        desk = Desk(world, app, pilot)  # type: ignore[arg-type]
        await desk.settles()
        await act(desk)
        await desk.settles()
        await pilot.pause()

    return before


async def jobs(desk: Desk) -> None:
    """The list, as it opens."""
    await desk.says("TopBar", "1 in the tray")
    await desk.says("StatusBar", "Practice: sending")


async def customer_messages(desk: Desk) -> None:
    """The job that was answered, its conversation."""
    await desk.press("down", "enter")
    await desk.focuses("#contents")
    await desk.press("escape", "end", "m")
    await desk.thread_says("ask for Ben Gómez")
    await desk.focuses("#contents")


async def notes(desk: Desk) -> None:
    """Its notes."""
    await customer_messages(desk)
    await desk.press("escape", "2")
    await desk.thread_says("She pays late")


async def details(desk: Desk) -> None:
    """Its details."""
    await customer_messages(desk)
    await desk.press("escape", "1")
    await desk.shows("Site contact")


async def picker(desk: Desk) -> None:
    """Who it may be written to."""
    await customer_messages(desk)
    await desk.press("ctrl+r", "down", "down", "space")
    await desk.says("#chosen", "Ana Silva and Ben Silva")


async def alert(desk: Desk) -> None:
    """A first alert."""
    await desk.press("end", "enter")
    await desk.shows("No messages on this job yet")
    await desk.settles()
    desk.thread.focus()
    await desk.press("a")
    await desk.says("#alert-said", "GSM-7")


async def form(desk: Desk) -> None:
    """A job being changed."""
    await desk.press("down", "e")
    await desk.says("#fields", "Boiler leaks")


async def tray(desk: Desk) -> None:
    """What found no job."""
    await desk.press("t")
    await desk.shows("Is this the plumber?")


async def handsets(desk: Desk) -> None:
    """A customer's phone."""
    await desk.press("p")
    await desk.says("#phones", STRANGER)
    await desk.press("enter")
    await desk.says("#texts", "Which gate is it?")


async def helping(desk: Desk) -> None:
    """The keys of the list."""
    await desk.press("?")
    await desk.shows("Keys here")


async def names(desk: Desk) -> None:
    """Who are you?"""
    await desk.says("StatusBar", "Practice: sending")


def test_sign_in(company: World, snap_compare: Compare) -> None:
    assert snap_compare(make_app(company), terminal_size=(80, 24), run_before=of(company, names))


@pytest.mark.parametrize(
    "act",
    [jobs, customer_messages, notes, details, picker, alert, form, tray, handsets, helping],
    ids=lambda act: act.__name__,
)
def test_at_eighty_columns(company: World, act: Act, snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phones, "Handsets", FakePhones)
    app = make_app(company, company.ann)
    assert snap_compare(app, terminal_size=(80, 24), run_before=of(company, act))


@pytest.mark.parametrize("act", [jobs, customer_messages], ids=lambda act: act.__name__)
@pytest.mark.parametrize(
    ("size", "theme"), [((120, 40), "textual-dark"), ((80, 24), "textual-light")], ids=["wide", "light"]
)
def test_wide_and_light(company: World, act: Act, size: tuple[int, int], theme: str, snap_compare: Compare) -> None:
    app = make_app(company, company.ann)
    app.theme = theme
    assert snap_compare(app, terminal_size=size, run_before=of(company, act))
