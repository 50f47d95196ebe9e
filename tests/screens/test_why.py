"""Why a text went out: one key on an automatic text shows what stands behind it."""

from datetime import UTC, datetime

from domain.alerts import Event
from domain.jobs import Status
from domain.messages import Kind
from messaging.alert_setup import Why
from screens.job import JobScreen
from screens.why import WhyScreen
from tests.alerting import alerts, rule, tell
from tests.desk import Carrier, at_desk, can_sign_in
from tests.linking import PAGES, reached
from tests.world import World, dispatcher


async def test_one_key_on_an_automatic_text_shows_event_rule_wording_and_values(small_world: World) -> None:
    job = small_world.job()
    rule(small_world, Event.STARTED, text="{worker} has begun job {job}")
    rule(small_world, Event.STARTED, text="{worker} began job {job}")
    small_world.change(job, status=Status.STARTED)
    assert tell(small_world) == 1
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        desk.thread.focus()
        await desk.thread_says(f"Marco began job {job.number}")
        await desk.press("end", "y")
        await desk.stands_at(WhyScreen)
        await desk.shows(
            "Why this text went out",
            "Started, 12:00, by Ann Lee",
            "version 2",
            "{worker} began job {job}",
            "{worker} Marco",
            f"{{job}} {job.number}",
        )
        await desk.press("y")
        await desk.stands_at(JobScreen)


async def test_what_a_person_wrote_has_no_rule_behind_it(small_world: World) -> None:
    job = small_world.job()
    small_world.text(job, dispatcher(small_world.ann), small_world.ana, body="We come at ten")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        desk.thread.focus()
        await desk.press("y")
        await desk.until(lambda: desk.toasts, "it is said")
        assert desk.toasts == ["No alert stands behind the selected message."]
        await desk.stands_at(JobScreen)


async def test_the_assigned_worker_may_see_why_and_nobody_learns_of_a_text_they_do_not_see(small_world: World) -> None:
    job = small_world.job()
    rule(small_world, Event.STARTED)
    small_world.change(job, status=Status.STARTED)
    tell(small_world)
    (text,) = alerts(small_world, job)
    can_sign_in(small_world, small_world.marco)
    async with at_desk(small_world, small_world.marco) as desk:
        await desk.opens(job)
        desk.thread.focus()
        await desk.press("y")
        await desk.stands_at(WhyScreen)
        assert desk.app.services.alert_setup.why(small_world.mia, job.id, text.id) is None


async def test_what_was_folded_is_told_and_names_are_only_names(small_world: World) -> None:
    values = {"company": "North", "worker": "Marco [b]Diaz[/b]"}
    at = datetime(2026, 3, 2, 11, 30, tzinfo=UTC)
    why = Why(Event.STARTED, at, "Ann Lee", 3, "{company}: hello", values, "Assigned, of the same save")
    async with at_desk(small_world, small_world.ann) as desk:
        desk.app.push_screen(WhyScreen(why))
        await desk.stands_at(WhyScreen)
        await desk.shows("Started, 11:30, by Ann Lee", "Marco [b]Diaz[/b]", "Folded Assigned, of the same save")
        await desk.press("escape")
        await desk.until(lambda: not isinstance(desk.app.screen, WhyScreen), "it is closed")


async def test_what_was_really_texted_to_whom_is_told_where_it_differs_from_the_words(small_world: World) -> None:
    """Also for what a person wrote; an address stays `[link]`, on the screen as in the database."""
    small_world.strangers = True
    reached(small_world)
    job = small_world.job()
    small_world.text(job, dispatcher(small_world.ann), small_world.ana, small_world.ben, body="We come at ten")
    texts = Carrier(small_world).takes()
    assert len(texts) == 2
    assert all(PAGES in text for text in texts)
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        desk.thread.focus()
        await desk.thread_says("We come at ten")
        await desk.press("y")
        await desk.stands_at(WhyScreen)
        for name in ("Ana Silva", "Ben Silva"):
            await desk.says("WhyScreen Static", f"As texted to {name}: We come at ten. North writes to you here")
        await desk.says("WhyScreen Static", "text STOP to get no more. Your page: [link]")
        await desk.shows("What was texted")
        assert PAGES not in desk.text
        await desk.press("y")
        await desk.stands_at(JobScreen)


async def test_an_automatic_text_tells_both_its_rule_and_what_was_texted(small_world: World) -> None:
    reached(small_world)
    job = small_world.job()
    rule(small_world, Event.STARTED, text="We began")
    small_world.change(job, status=Status.STARTED)
    tell(small_world)
    Carrier(small_world).takes()
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        desk.thread.focus()
        await desk.press("y")
        await desk.stands_at(WhyScreen)
        await desk.shows("Why this text went out", "version 1", "As texted to Ana Silva: We began [link]")


async def test_a_worker_is_not_told_what_was_texted(small_world: World) -> None:
    reached(small_world)
    job = small_world.job()
    small_world.text(job, dispatcher(small_world.ann), small_world.ana, body="We come", kind=Kind.ALERT)
    Carrier(small_world).takes()
    async with at_desk(small_world, small_world.marco) as desk:
        await desk.opens(job)
        desk.thread.focus()
        await desk.press("y")
        await desk.until(lambda: desk.toasts == ["No alert stands behind the selected message."], "nothing is told")
