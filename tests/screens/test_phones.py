"""Practice phones: a text goes out, is read on the phone, answered there, and comes back by itself."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from messaging.carrier import Credentials, TwilioCarrier
from messaging.engine import Engine, EngineSettings
from screens import phones
from screens.jobs import JobsScreen
from screens.phones import PhonesScreen
from simulator.customers import Customers, Plan
from simulator.server import Simulator
from storage.watch import Watcher
from tests.desk import at_desk
from tests.screens.tour import STRANGER, FakePhones
from tests.world import ANA, OURS, OURS_TOO, World, dispatcher


@contextmanager
def practice(world: World) -> Iterator[tuple[Simulator, Engine]]:
    """The practice carrier and the engine, as a desk has them behind it."""
    with Simulator(numbers=[OURS, OURS_TOO], now=world.clock) as sim:
        carrier = TwilioCarrier(Credentials(sim.account, sim.account, sim.token, sim.url))
        w = world.writers
        settings = EngineSettings(poll_seconds=600, carrier_url=sim.url)
        engine = Engine(w.outbox, w.inbox, w.engines, carrier, world.clock, settings)
        watcher = Watcher(world.readers.url, lambda changes: engine.heard([change.kind for change in changes]))
        watcher.start()
        engine.start()
        try:
            yield sim, engine
        finally:
            watcher.stop()
            engine.stop()


async def test_an_alert_is_answered_on_the_phone_and_comes_back(small_world: World) -> None:
    job = small_world.job()
    with practice(small_world) as (sim, engine):
        async with at_desk(small_world, small_world.ann) as desk:
            await desk.opens(job)
            desk.thread.focus()
            await desk.press("a")
            await desk.shows("Who should we notify")
            await desk.press("ctrl+s")
            await desk.thread_says("With the carrier")
            small_world.clock.advance(seconds=5)
            desk.thread.focus()
            await desk.press("escape", "p")
            await desk.stands_at(PhonesScreen)
            await desk.says("#phones", "Ana Silva")
            await desk.press("enter")
            await desk.says("#texts", "us 12:00")
            await desk.says("#phone-title", "Ana Silva")
            await desk.until(lambda: sim.ledger.phones.is_attended(ANA), "the phone is attended")
            small_world.clock.advance(seconds=5)
            await desk.types("Use the north gate")
            await desk.press("enter")
            await desk.says("#texts", "Use the north gate")
            assert desk.part("#typing") == "Type on this phone, Enter sends"
            engine.poll_now()
            await desk.press("escape")
            await desk.until(lambda: not sim.ledger.phones.is_attended(ANA), "the phone is put down")
            await desk.press("escape")
            await desk.stands_at(JobsScreen)
            await desk.until(lambda: "Use the north…" in desk.rows[0] or "Use the north" in desk.rows[0], "it came")
            await desk.opens(job)
            await desk.thread_says("Delivered", "◀ Ana Silva → Dispatch, Marco Diaz", "Use the north gate")


async def test_nobody_answers_by_himself_on_a_phone_that_is_open(small_world: World) -> None:
    job = small_world.job()
    with practice(small_world) as (sim, _):
        customers = Customers(Plan(answers=("Fine",), delay_s=(1, 1)), sim.ledger)
        async with at_desk(small_world, small_world.ann) as desk:
            small_world.text(job, dispatcher(small_world.ann), small_world.ana, body="One")
            await desk.until(lambda: sim.ledger.truth(), "it is with the carrier")
            small_world.clock.advance(seconds=5)
            await desk.press("p")
            await desk.says("#phones", "Ana Silva")
            await desk.press("enter")
            await desk.until(lambda: sim.ledger.phones.is_attended(ANA), "the phone is attended")
            for _ in range(5):
                customers.step()
                small_world.clock.advance(seconds=2)
            await desk.says("#texts", "One")
            assert "Fine" not in desk.text


async def test_without_the_practice_carrier_it_says_so(small_world: World) -> None:
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.press("p")
        await desk.says("#phone-title", "The practice carrier does not answer")
        await desk.press("escape")
        await desk.stands_at(JobsScreen)


async def test_no_phone_yet_says_what_to_do(small_world: World) -> None:
    with practice(small_world):
        async with at_desk(small_world, small_world.ann, size=(120, 24)) as desk:
            await desk.press("p")
            await desk.says("#phones", "No phone has had a text yet.")


async def test_a_phone_without_a_text_of_ours_has_nobody_to_answer(
    small_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phones, "Handsets", FakePhones)
    monkeypatch.setattr(FakePhones, "texts", lambda *_: [])
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.press("p")
        await desk.says("#phones", STRANGER)
        await desk.press("down", "enter")
        await desk.focuses("#typing")
        await desk.types("Hello")
        await desk.press("enter")
        await desk.until(lambda: any("nobody to answer" in toast for toast in desk.toasts), "it says so")
        assert desk.part("#typing") == "Hello"
