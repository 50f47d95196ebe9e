"""An answer given on the phone, recorded on the customer's behalf and marked so."""

from textual.widgets import Input

from domain.estimates import Choice, Decision
from domain.jobs import Job
from screens.ask import Confirm
from screens.estimate import EstimateScreen
from screens.estimate_record import RecordScreen
from screens.job import JobScreen
from tests.desk import Desk, at_desk, can_sign_in, texted_job
from tests.estimating import APPROVED, DECLINED, DEFERRED, LINES, decided, shared
from tests.screens.estimating import at_estimate, at_record, opens_estimate
from tests.screens.test_hostile import HOSTILE, assert_harmless
from tests.screens.test_keys import each_focus
from tests.world import World
from widgets.estimate_table import EstimateTable


def decision_on(world: World, job: Job) -> Decision:
    """The one decision on a job's newest estimate."""
    (decision,) = world.writers.estimates.history(job.id)[-1].decisions
    return decision


def cursor(desk: Desk) -> int:
    """The line of the form that the cursor is on."""
    return desk.app.screen.query_one("#choices", EstimateTable).cursor_place


async def test_an_answer_is_recorded_line_by_line_after_a_second_step(small_world: World) -> None:
    job = texted_job(small_world)
    shared(small_world, job, small_world.ana, small_world.ben)
    async with at_desk(small_world, small_world.ann) as desk:
        await opens_estimate(desk, job)
        await desk.press("r")
        await at_record(desk)
        await desk.press("ctrl+s")
        await desk.says("#record-said", "Choose who answered")
        await desk.focuses("#who")
        await desk.press("enter", "down", "down", "enter")
        desk.app.screen.query_one("#choices").focus()
        await desk.press("a", "f", "ctrl+s")
        await desk.says("#record-said", "One line has no choice yet")
        assert cursor(desk) == 2
        await desk.press("x")
        await desk.shows("✓ approved Replace pump", "… deferred New hose", "✗ declined Discount")
        await desk.shows("approved: net 320.00 · tax 60.80 · total USD 380.80")
        await desk.press("tab")
        await desk.types("PO 7")
        await desk.press("ctrl+s")
        await desk.stands_at(Confirm)
        await desk.shows(
            "Record for Ben Silva, by phone:", "USD 380.80 of USD 396.85", "Order PO 7", "Nobody is texted"
        )
        await desk.press("ctrl+s")
        assert isinstance(desk.app.screen, Confirm)
        await desk.press("y")
        await at_estimate(desk)
        await desk.says("#story", "Ann Lee recorded for Ben Silva, by phone: approved 1 line, deferred 1, declined 1")
    decision = decision_on(small_world, job)
    assert (decision.by, decision.recorded_by, decision.how) == ("Ben Silva", "Ann Lee", "by phone")
    assert list(decision.choices.values()) == [APPROVED, DEFERRED, DECLINED]
    assert decision.purchase_order == "PO 7"
    told = [message.body for message in small_world.readers.threads.messages(small_world.ann, job.id)[0]]
    assert any("Recorded by Ann for Ben Silva" in body for body in told)


async def test_one_key_approves_all_and_esc_records_nothing(small_world: World) -> None:
    job = texted_job(small_world)
    shared(small_world, job)
    can_sign_in(small_world, small_world.ann)
    async with at_desk(small_world, small_world.ann) as desk:
        await opens_estimate(desk, job)
        await desk.press("r")
        await at_record(desk)
        await desk.press("A", "end", "x")
        await desk.shows("✓ approved Replace pump", "✗ declined")
        await desk.press("escape")
        await desk.stands_at(EstimateScreen)
        assert small_world.writers.estimates.history(job.id)[0].decisions == ()
        await desk.press("ctrl+o")
        await desk.sign_in("Ann Lee")
        await opens_estimate(desk, job)
        await desk.press("r")
        await at_record(desk)
        await desk.shows("✓ approved Replace pump", "✗ declined")
        await desk.press("A", "ctrl+s", "y")
        await at_estimate(desk)
    assert set(decision_on(small_world, job).choices.values()) == {Choice.APPROVED}


async def test_a_text_about_it_goes_only_where_asked(small_world: World) -> None:
    job = texted_job(small_world)
    shared(small_world, job)
    async with at_desk(small_world, small_world.ann) as desk:
        await opens_estimate(desk, job)
        desk.carrier.takes()
        await desk.press("r")
        await at_record(desk)
        await desk.press("A")
        desk.app.screen.query_one("#tell").focus()
        await desk.press("space", "ctrl+s")
        await desk.shows("They get", "text about it")
        await desk.press("y")
        await at_estimate(desk)
        assert any("Recorded by Ann" in body for body in desk.carrier.takes())


async def test_what_the_customer_does_meanwhile_is_said_and_nothing_chosen_is_lost(small_world: World) -> None:
    job = texted_job(small_world)
    version = shared(small_world, job, small_world.ana, small_world.ben)
    async with at_desk(small_world, small_world.ann) as desk:
        await opens_estimate(desk, job)
        await desk.press("r")
        await at_record(desk)
        await desk.press("enter", "down", "down", "enter")
        desk.app.screen.query_one("#choices").focus()
        await desk.press("A")
        decided(small_world, small_world.ana, version, APPROVED, DECLINED, DECLINED)
        await desk.says("#record-said", "Ana Silva has decided meanwhile: approved 1 line, declined 2.")
        await desk.press("ctrl+s", "y")
        await desk.says("#record-said", "Ana Silva has decided on this estimate")
        await desk.shows("✓ approved Discount")
        shared(small_world, job, lines=LINES[:1])
        await desk.says("#record-said", "is superseded")
        await desk.press("ctrl+s")
        assert isinstance(desk.app.screen, RecordScreen)
    assert decision_on_first(small_world, job).by == "Ana Silva"


def decision_on_first(world: World, job: Job) -> Decision:
    """The one decision on a job's first estimate."""
    (decision,) = world.writers.estimates.history(job.id)[0].decisions
    return decision


async def test_from_a_text_that_says_yes_its_author_is_chosen(small_world: World) -> None:
    job = texted_job(small_world)
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        desk.thread.focus()
        await desk.press("V")
        await desk.until(lambda: desk.toasts, "a sentence")
        assert "No estimate was shared" in desk.toasts[0]
        shared(small_world, job, small_world.ana, small_world.ben)
        desk.carrier.takes()
        desk.carrier.receives("Yes, go ahead")
        await desk.thread_says("Yes, go ahead")
        await desk.press("end")
        while desk.thread.selected and desk.thread.selected.author.name != "Ana Silva":
            await desk.press("up")
        await desk.press("V")
        await at_record(desk)
        assert "Ana Silva" in desk.part("#who")
        assert desk.app.screen.query_one("#how", Input).value == "by text"
        await desk.press("A", "escape")  # what was chosen for one message is not there for another
        await desk.stands_at(JobScreen)
        await desk.press("up", "V")
        await at_record(desk)
        assert desk.app.screen.query_one("#how", Input).value == "by phone"
        await desk.hides("✓ approved")
        await desk.press("escape")
        await desk.stands_at(JobScreen)
        await desk.press("down", "V")
        await at_record(desk)
        await desk.shows("✓ approved")
        await desk.press("ctrl+s", "y")
        await desk.stands_at(JobScreen)
        await desk.press("end")
        await desk.thread_says("Recorded by Ann for Ana Silva")
    assert decision_on(small_world, job).by == "Ana Silva"


async def test_the_form_fits_and_shows_hostile_words_as_words(small_world: World) -> None:
    job = texted_job(small_world)
    shared(small_world, job, small_world.ana, small_world.ben)
    async with at_desk(small_world, small_world.ann) as desk:
        await opens_estimate(desk, job)
        await desk.press("r")
        await at_record(desk)
        await desk.press("A")
        desk.app.screen.query_one("#how").focus()
        await desk.pastes(HOSTILE)
        assert await each_focus(desk) == []
        assert_harmless(desk, "record")
        await desk.press("ctrl+s")
        await desk.says("#record-said", "Choose who answered")
