"""Several people on one job: crossing, who else is there, hand-over, who is left out. Rules 7, 11, 41."""

import pytest

from domain.messages import DISPATCH, Kind
from domain.people import Role
from screens.jobs import JobsScreen
from tests.desk import at_desk, texted_job
from tests.world import World, dispatcher, worker


async def test_what_crossed_is_marked_as_new_until_the_text_is_sent(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.types("The north gate")
        desk.carrier.receives("Never mind, found it")
        await desk.thread_says("Never mind, found it")
        assert "NEW" not in desk.part("ThreadView")
        await desk.press("ctrl+s")
        await desk.thread_says("NEW 12:01")
        assert desk.part("ThreadView").count("NEW") == 1
        assert desk.draft == "The north gate"
        await desk.press("ctrl+s")
        await desk.thread_says("Waiting to leave")
        await desk.until(lambda: "NEW" not in desk.part("ThreadView"), "the mark is gone")


async def test_a_note_that_crossed_is_marked_where_it_stands(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.types("The north gate")
        small_world.text(job, dispatcher(small_world.abe), DISPATCH, body="Ask Marco first", kind=Kind.NOTE)
        await desk.press("ctrl+s")
        await desk.thread_says("Ask Marco first", "NEW · Note")


async def test_what_a_writer_may_not_see_does_not_cross(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.marco) as desk:
        await desk.opens(job)
        await desk.types("At the gate")
        small_world.text(job, dispatcher(small_world.abe), DISPATCH, body="He is slow", kind=Kind.NOTE)
        await desk.press("ctrl+s")
        await desk.thread_says("At the gate")
        assert "Somebody wrote" not in desk.text
        assert "slow" not in desk.text


async def test_who_else_is_there_shows_beside_the_job(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        assert "looking" not in desk.part("#summary")
        small_world.writers.presence.here(small_world.abe.id, job.id, False)
        await desk.says("#summary", "Abe Cole is looking")
        small_world.writers.presence.here(small_world.abe.id, job.id, True)
        await desk.says("#summary", "Abe Cole is writing")
        small_world.writers.presence.left(small_world.abe.id, job.id)
        await desk.until(lambda: "Abe" not in desk.part("#summary"), "he left")


async def test_being_there_and_writing_is_told_to_colleagues(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")

    def others() -> list[tuple[str, bool]]:
        return [(name, typing) for name, typing in small_world.writers.presence.others(small_world.abe.id, job.id)]

    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.until(lambda: others() == [("Ann Lee", False)], "she looks")
        await desk.types("N")
        await desk.until(lambda: others() == [("Ann Lee", True)], "she writes")
        await desk.press("escape", "escape")
        await desk.stands_at(JobsScreen)
        await desk.until(lambda: others() == [], "she left")


async def test_a_job_is_done_without_an_answer_and_waits_again(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.press("escape", "d")
        await desk.says("StatusBar", "is done; d again takes it back")
        assert small_world.readers.job_list.next_job(small_world.ann, None, unread=False) is None
        await desk.press("d")
        await desk.until(
            lambda: small_world.readers.job_list.next_job(small_world.ann, None, unread=False) == job.id, "it waits"
        )


async def test_a_job_is_owned_and_the_owner_stands_in_its_line(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann, size=(120, 30)) as desk:
        await desk.opens(job)
        await desk.press("escape", "i")
        await desk.says("#summary", "Ann Lee owns it")
        await desk.press("i")
        await desk.until(lambda: "owns it" not in desk.part("#summary"), "she gave it back")


async def test_a_job_handed_over_while_open_can_be_read_only_and_says_so(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    small_world.text(job, dispatcher(small_world.ann), worker(small_world.marco), body="Bring the ladder")
    async with at_desk(small_world, small_world.marco) as desk:
        await desk.opens(job)
        await desk.thread_says("Which gate?", "Bring the ladder")
        await desk.types("I am")
        small_world.change(job, worker_id=small_world.mia.id)
        await desk.hides("Which gate?", "Send Message")
        await desk.thread_says("Bring the ladder")
        await desk.until(lambda: any("This job was handed over." in toast for toast in desk.toasts), "it says so")
        for key in ("r", "m", "u", "1"):
            await desk.press(key)
        await desk.settles()
        assert "Send Message" not in desk.text
        small_world.change(job, worker_id=small_world.marco.id)
        await desk.shows("Send Message", "Which gate?")
        assert desk.draft == "I am"


async def test_a_hand_over_is_a_quiet_line_and_names_what_was_not_read(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    small_world.text(job, dispatcher(small_world.ann), worker(small_world.marco), body="Bring the ladder")
    small_world.change(job, worker_id=small_world.mia.id)
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.thread_says(
            "─ Handed over from Marco Diaz to Mia Wong, by Ann Lee. 12:01",
            "Waiting at the desk: not read before the hand-over",
        )


async def test_a_person_who_is_gone_is_named_as_left_out(small_world: World) -> None:
    job = texted_job(small_world)
    small_world.text(job, dispatcher(small_world.ann), small_world.ana, worker(small_world.marco), body="Both of you")
    small_world.change(job, worker_id=small_world.mia.id)
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        desk.thread.focus()
        for _ in desk.thread.messages:
            if desk.thread.selected and desk.thread.selected.body == "Both of you":
                break
            await desk.press("up")
        await desk.press("R")
        await desk.says("#recipient", "Ana Silva (Owner)")
        await desk.says("#audience", "Left out: Marco Diaz, no longer on this job")


async def test_a_chosen_worker_who_loses_the_job_is_taken_out_and_named(small_world: World) -> None:
    job = texted_job(small_world)
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.picks_recipient("Marco")
        await desk.writes("Bring the ladder")
        small_world.change(job, worker_id=small_world.mia.id)
        await desk.says("#audience", "! Marco Diaz: no longer on this job, taken out")
        await desk.focuses("#contents")
        assert desk.draft == "Bring the ladder"


@pytest.mark.parametrize(("typed", "found"), [("zoe 250", "Zoé Number 250"), ("zoé 250", "Zoé Number 250")])
async def test_the_picker_finds_people_beyond_those_first_read(small_world: World, typed: str, found: str) -> None:
    for i in range(201):
        small_world.contact(f"Carl {i:03}", f"+1555020{i:04}")
    small_world.contact("Zoé Number 250", "+15550299999")
    job = texted_job(small_world)
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.press("ctrl+r")
        await desk.shows("Search by name")
        await desk.types(typed)
        await desk.says("#people", found)
        await desk.press("down", "space", "ctrl+s")
        await desk.says("#recipient", found)
        small_world.change(job, asset="Crane 3")
        await desk.says("#summary", "Crane 3")
        await desk.says("#recipient", found)
        await desk.writes("Hello Zoé")
        await desk.press("ctrl+s")
        await desk.until(lambda: desk.bodies(job)[-1] == "Hello Zoé", "it is sent")


async def test_without_chat_nobody_is_told_that_one_looks(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    eve = small_world.user("Eve Hill", Role.DISPATCHER, chat=False)
    async with at_desk(small_world, eve) as desk:
        await desk.opens(job)
        await desk.settles()
        assert small_world.writers.presence.others(small_world.ann.id, job.id) == []
