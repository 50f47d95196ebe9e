"""The undo window: what was just sent waits a few seconds, and one key brings it back. Rule 16."""

from domain.messages import Stage
from screens.job import JobScreen
from screens.jobs import JobsScreen
from tests.desk import at_desk, texted_job
from tests.screens.departing import UNDO, let_out, settings
from tests.world import World


async def test_a_sent_text_counts_down_in_its_authors_thread_alone(small_world: World) -> None:
    settings(small_world, undo=UNDO)
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.says("#count", "leaves in 5 s")
        await desk.types("North")
        await desk.press("ctrl+s")
        await desk.thread_says("North", "leaves in 5 s · u calls it back")
        assert desk.toasts == []
        small_world.clock.advance(seconds=2)
        await desk.thread_says("leaves in 3 s · u calls it back")
        assert "Waiting to leave" not in desk.text
    async with at_desk(small_world, small_world.abe) as desk:
        await desk.opens(job)
        await desk.thread_says("Which gate?")
        assert "North" not in desk.text


async def test_when_its_time_has_come_it_leaves_and_stands_at_the_end(small_world: World) -> None:
    settings(small_world, undo=UNDO)
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.types("North")
        await desk.press("ctrl+s")
        await desk.thread_says("leaves in 5 s")
        desk.carrier.receives("Hello?")
        await desk.thread_says("Hello?")
        assert let_out(small_world, seconds=6) == 1
        await desk.thread_says("Waiting to leave")
        assert [m.body for m in desk.thread.messages][-2:] == ["Hello?", "North"]
        assert "calls it back" not in desk.part("ThreadView")
        desk.carrier.takes()
        await desk.thread_says("With the carrier")


async def test_u_brings_the_newest_back_with_words_and_recipients(small_world: World) -> None:
    settings(small_world, undo=UNDO)
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.press("escape", "r")
        await desk.types("The first")
        await desk.press("ctrl+s")
        await desk.thread_says("The first")
        await desk.types("The second,\nin two lines")
        await desk.press("ctrl+s")
        await desk.thread_says("in two lines")
        await desk.press("escape")
        await desk.focuses("ThreadView")
        await desk.press("u")
        await desk.until(lambda: desk.draft == "The second,\nin two lines", "its words are back")
        await desk.says("#recipient", "Ana Silva (Owner)")
        await desk.focuses("#contents")
        await desk.thread_says("called back", "u brings its words back")
        assert [m.stage for m in desk.messages(job)][-2:] == [Stage.RECALLABLE, Stage.CALLED_BACK]
        let_out(small_world, seconds=6)
        assert desk.carrier.takes() == ["The first"]


async def test_the_answered_message_comes_back_with_the_words(small_world: World) -> None:
    settings(small_world, undo=UNDO)
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        desk.thread.focus()
        await desk.press("r")
        await desk.types("Nort")
        await desk.press("ctrl+s")
        await desk.thread_says("leaves in 5 s")
        await desk.press("ctrl+z")
        await desk.until(lambda: desk.draft == "Nort", "its words are back")
        await desk.shows("answer to Ana Silva, “Which gate?”")
        await desk.types("h")
        await desk.press("ctrl+s")
        await desk.until(lambda: desk.bodies(job)[-1] == "North", "it is sent again")
        asked = next(m for m in desk.messages(job) if m.body == "Which gate?")
        assert desk.messages(job)[-1].reply_to == asked.id


async def test_ctrl_z_undoes_typing_first_and_calls_back_only_from_an_empty_field(small_world: World) -> None:
    settings(small_world, undo=UNDO)
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.types("North")
        await desk.press("ctrl+s")
        await desk.thread_says("leaves in 5 s")
        await desk.pastes("Something else")
        await desk.press("ctrl+u")
        await desk.until(lambda: desk.draft == "", "it is deleted")
        await desk.press("ctrl+z")
        await desk.until(lambda: desk.draft == "Something else", "the deleted words are back")
        assert desk.messages(job)[-1].stage is Stage.RECALLABLE


async def test_another_text_is_never_overwritten_and_the_called_back_one_waits(small_world: World) -> None:
    settings(small_world, undo=UNDO)
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.types("North")
        await desk.press("ctrl+s")
        await desk.thread_says("leaves in 5 s")
        await desk.types("Another")
        await desk.press("escape", "u")
        await desk.says("#count", "Called back: “North”. Press ctrl+z in empty Contents to get it here.")
        assert desk.draft == "Another"
        assert desk.messages(job)[-1].stage is Stage.CALLED_BACK
        await desk.press("m", "ctrl+s")
        await desk.until(lambda: desk.bodies(job)[-1] == "Another", "the other one is sent")
        await desk.until(lambda: desk.draft == "", "the field is empty")
        await desk.press("ctrl+z")
        await desk.until(lambda: desk.draft == "North", "its words are back")
        assert desk.messages(job)[-1].stage is Stage.RECALLABLE


async def test_the_words_of_a_called_back_message_can_be_had_again_later(small_world: World) -> None:
    settings(small_world, undo=UNDO)
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.types("North")
        await desk.press("ctrl+s")
        await desk.thread_says("leaves in 5 s")
        await desk.press("ctrl+z")
        await desk.until(lambda: desk.draft == "North", "its words are back")
        await desk.press("ctrl+u", "escape", "escape")
        await desk.opens(job)
        await desk.press("escape")
        await desk.press("end", "u")
        await desk.until(lambda: desk.draft == "North", "its words are back once more")
        await desk.says("#recipient", "Ana Silva (Owner)")


async def test_after_submit_and_next_u_brings_back_the_text_of_the_job_before(small_world: World) -> None:
    settings(small_world, undo=UNDO)
    first, second = texted_job(small_world, "Which gate?"), texted_job(small_world, "Are you coming?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(first)
        await desk.types("Yes, at ten")
        await desk.press("ctrl+n")
        await desk.until(lambda: "On its way to Ana Silva: u calls it back" in desk.toasts, "it says so")
        await desk.until(lambda: isinstance(desk.app.screen, JobScreen), "a job is open")
        await desk.stands_at(JobScreen)
        await desk.at_job(second) if desk.app.screen.job_id == second.id else None  # type: ignore[attr-defined]
        await desk.press("escape", "u")
        await desk.at_job(first)
        await desk.until(lambda: desk.draft == "Yes, at ten", "its words are the draft there")
        await desk.says("#recipient", "Ana Silva (Owner)")
        assert desk.messages(first)[-1].stage is Stage.CALLED_BACK


async def test_leaving_or_signing_out_does_not_call_back(small_world: World) -> None:
    settings(small_world, undo=UNDO)
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.types("North")
        await desk.press("ctrl+s")
        await desk.thread_says("leaves in 5 s")
        await desk.press("escape", "escape")
        await desk.stands_at(JobsScreen)
        await desk.press("ctrl+o")
        await desk.until(lambda: desk.app.user is None, "signed out")
        assert desk.messages(job)[-1].stage is Stage.RECALLABLE
        let_out(small_world, seconds=6)
        assert desk.carrier.takes() == ["North"]


async def test_what_has_left_is_not_called_back(small_world: World) -> None:
    settings(small_world, undo=UNDO)
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.types("North")
        await desk.press("ctrl+s")
        await desk.thread_says("leaves in 5 s")
        let_out(small_world, seconds=6)
        await desk.thread_says("Waiting to leave")
        await desk.press("ctrl+z")
        await desk.until(lambda: any("Nothing of yours waits" in toast for toast in desk.toasts), "it says so")
        assert desk.draft == ""
        assert desk.carrier.takes() == ["North"]
