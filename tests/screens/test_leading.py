"""Leading jobs from the list by keys: mine, a colleague's, done, and who is writing."""

import pytest

from domain.jobs import Job
from domain.people import Bell
from screens.colleagues import ColleaguePicker
from screens.jobs import JobsScreen
from tests.desk import Desk, at_desk, can_sign_in, texted_job
from tests.world import World, dispatcher


def owner(world: World, job: Job) -> str:
    """Who leads a job."""
    return world.read_job(job.id).owner


async def test_i_takes_a_job_and_gives_it_back(small_world: World) -> None:
    job = small_world.job()
    async with at_desk(small_world, small_world.ann) as desk:
        assert "◆" not in desk.rows[0]
        await desk.press("i")
        await desk.until(lambda: "◆" in desk.rows[0], "it is marked as mine")
        assert owner(small_world, job) == "Ann Lee"
        await desk.says("#detail", "Assigned · yours")
        await desk.press("i")
        await desk.until(lambda: "◆" not in desk.rows[0], "the mark is gone")
        assert owner(small_world, job) == ""


async def test_what_a_colleague_takes_is_marked_at_once(small_world: World) -> None:
    job = small_world.job()
    async with at_desk(small_world, small_world.ann) as desk:
        small_world.writers.job_leads.set_owner(job.id, small_world.abe.id, None)
        await desk.until(lambda: "◇" in desk.rows[0], "it is marked as a colleague's")
        await desk.says("#detail", "led by Abe Cole")


async def test_a_wide_list_names_the_owner(small_world: World) -> None:
    job = small_world.job()
    small_world.writers.job_leads.set_owner(job.id, small_world.abe.id, None)
    async with at_desk(small_world, small_world.ann, size=(200, 50)) as desk:
        assert "Abe Cole" in desk.rows[0]


async def test_a_job_is_handed_over_by_name(small_world: World) -> None:
    job = small_world.job()
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.press("I")
        await desk.stands_at(ColleaguePicker)
        await desk.shows(f"Who leads {job.number}?", "Abe Cole", "Ann Lee", "Nobody")
        await desk.press("n", "a", "enter")
        await desk.stands_at(JobsScreen)
        await desk.until(lambda: owner(small_world, job) == "Abe Cole", "it is Abe's")
        await desk.until(lambda: "◇" in desk.rows[0], "the list says so")
        await desk.press("I")
        await desk.stands_at(ColleaguePicker)
        await desk.shows("◆ Abe Cole")
        await desk.press("escape")
        await desk.stands_at(JobsScreen)
        assert owner(small_world, job) == "Abe Cole"
        await desk.press("I")
        await desk.stands_at(ColleaguePicker)
        await desk.press("n", "enter")
        await desk.until(lambda: owner(small_world, job) == "", "nobody's")


async def test_d_ends_the_wait_and_d_again_brings_it_back(small_world: World) -> None:
    job = texted_job(small_world, "Never mind, I found it")
    async with at_desk(small_world, small_world.ann) as desk:
        assert "waits 0m" in desk.rows[0]
        await desk.press("d")
        await desk.until(lambda: "done Ann" in desk.rows[0], "the list says who did it")
        await desk.says("StatusBar", f"{job.number} is done; d again takes it back")
        await desk.says("#detail", "done, says Ann Lee")
        await desk.press("d")
        await desk.until(lambda: "waits 0m" in desk.rows[0], "it waits as before")
        await desk.says("StatusBar", f"{job.number} waits again as before")


async def test_after_a_new_text_d_is_a_new_done(small_world: World) -> None:
    job = texted_job(small_world, "Never mind")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.press("d")
        await desk.until(lambda: "done Ann" in desk.rows[0], "done")
        desk.carrier.receives("It is on fire")
        await desk.until(lambda: "waits 0m" in desk.rows[0], "it waits again")
        await desk.press("d")
        await desk.until(lambda: "done Ann" in desk.rows[0], "done again, not taken back")
    assert desk.world.read_job(job.id)


async def test_done_empties_needs_reply_for_everybody(small_world: World) -> None:
    texted_job(small_world, "Never mind")
    async with at_desk(small_world, small_world.abe) as abe:
        await abe.press("2")
        await abe.says("#heading", "Needs reply: 1 job")
        async with at_desk(small_world, small_world.ann) as ann:
            await ann.press("2", "d")
            await ann.says("JobList", "Nobody waits for an answer.")
        await abe.says("JobList", "Nobody waits for an answer.")


async def test_a_dispatcher_clears_ten_waiting_replies_without_the_mouse(small_world: World) -> None:
    for i in range(10):
        texted_job(small_world, f"Never mind {i}")
    async with at_desk(small_world, small_world.ann) as desk:
        desk.jobs.rest_s = 0.01
        await desk.press("2")
        for left in range(10, 0, -1):
            await desk.says("#heading", f"Needs reply: {left} job")
            await desk.press("d")
        await desk.says("JobList", "Nobody waits for an answer.")


async def test_a_job_that_a_colleague_writes_on_is_marked_and_the_mark_goes_by_itself(small_world: World) -> None:
    job = small_world.job()
    async with at_desk(small_world, small_world.ann) as desk:
        small_world.writers.presence.here(small_world.abe.id, job.id, True)
        await desk.until(lambda: "✎" in desk.rows[0], "somebody writes")
        await desk.says("#detail", "Abe Cole is writing")
        small_world.clock.advance(seconds=50)
        screen = desk.app.screen
        assert isinstance(screen, JobsScreen)
        screen._look_again()  # what happens every ten seconds
        await desk.until(lambda: "✎" not in desk.rows[0], "the mark is gone")


async def test_who_opens_a_job_is_seen_by_a_colleague(small_world: World) -> None:
    job = small_world.job()
    async with at_desk(small_world, small_world.ann) as ann, at_desk(small_world, small_world.abe) as abe:
        await abe.opens(job)
        await ann.opens(job)
        await ann.shows("Abe Cole is looking")
        await abe.writes("On our way")
        await ann.shows("Abe Cole is writing")
        await abe.press("escape", "escape")
        await abe.stands_at(JobsScreen)
        await ann.hides("Abe Cole is")


class Ears:
    """How often a terminal rang."""

    def __init__(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        self.rang = 0
        monkeypatch.setattr(desk.app, "bell", self.ring)

    def ring(self) -> None:
        """Once more."""
        self.rang += 1


async def test_a_customers_text_rings_and_ctrl_g_goes_there(
    small_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, other = texted_job(small_world), small_world.job()
    async with at_desk(small_world, small_world.ann) as desk:
        ears = Ears(desk, monkeypatch)
        await desk.press("ctrl+g")
        await desk.until(lambda: "Nothing has rung" in " ".join(desk.toasts), "nothing yet")
        await desk.opens(other)
        await desk.writes("Half a sen")
        desk.carrier.receives("Which gate?")
        await desk.says("StatusBar", f"♪ Ana Silva on {job.number}: ctrl+g")
        assert ears.rang == 1
        await desk.press("ctrl+g")
        await desk.at_job(job)
        await desk.until(lambda: "♪" not in desk.status, "it was found")
        await desk.until(lambda: desk.kept_draft(small_world.ann, other) is not None, "the draft is kept")


async def test_several_texts_at_once_ring_once(small_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    texted_job(small_world)
    async with at_desk(small_world, small_world.ann) as desk:
        ears = Ears(desk, monkeypatch)
        for body in ("Which gate?", "Hello?", "Anybody?"):
            desk.carrier.receives(body)
        await desk.until(lambda: ears.rang, "it rings")
        await desk.settles()
        assert ears.rang == 1


async def test_thanks_and_colleagues_do_not_ring(small_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    job = texted_job(small_world)
    async with at_desk(small_world, small_world.ann) as desk:
        ears = Ears(desk, monkeypatch)
        desk.carrier.receives("Thanks!")
        small_world.text(job, dispatcher(small_world.abe), small_world.ana, body="You are welcome")
        await desk.until(lambda: "→ You are" in desk.text, "they are in the list")
        await desk.settles()
        assert ears.rang == 0
        assert "♪" not in desk.status


async def test_b_goes_round_the_choices_and_they_are_kept(small_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def chosen() -> Bell:
        user = small_world.readers.reads.user(small_world.ann.id)
        assert user is not None
        return user.bell

    texted_job(small_world)
    async with at_desk(small_world, small_world.ann) as desk:
        ears = Ears(desk, monkeypatch)
        for bell, sentence in (
            (Bell.ALL, "every customer of your locations"),
            (Bell.NONE, "The bell is silent."),
            (Bell.MINE, "of jobs that nobody owns"),
            (Bell.ALL, "every customer of your locations"),
            (Bell.NONE, "The bell is silent."),
        ):
            await desk.press("b")
            await desk.until(lambda bell=bell: chosen() is bell, bell)  # type: ignore[misc]
            await desk.until(lambda s=sentence: s in " ".join(desk.toasts), sentence)  # type: ignore[misc]
            await desk.until(lambda bell=bell: desk.app.user and desk.app.user.bell is bell, "the desk knows")  # type: ignore[misc]
        desk.carrier.receives("Which gate?")
        await desk.until(lambda: "Which gate?" in desk.text, "it is in the list")
        await desk.settles()
        assert ears.rang == 0


async def test_nothing_rings_at_the_sign_in_list_and_nothing_is_left_for_the_next(
    small_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    texted_job(small_world)
    can_sign_in(small_world, small_world.mia)
    async with at_desk(small_world, small_world.ann) as desk:
        ears = Ears(desk, monkeypatch)
        desk.carrier.receives("Which gate?")
        await desk.says("StatusBar", "♪ Ana Silva")
        await desk.press("ctrl+o")
        await desk.shows("Who are you?")
        await desk.hides("♪", "Ana Silva")
        desk.carrier.receives("Hello?")
        await desk.settles()
        await desk.press("ctrl+g")
        await desk.sign_in("Mia Wong")
        await desk.stands_at(JobsScreen)
        await desk.settles()
        assert ears.rang == 1
        assert "♪" not in desk.text
