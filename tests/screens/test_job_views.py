"""The views of the job list by keys: going round them, choosing one, what the heading and an empty one say."""

from datetime import timedelta

import pytest

from domain.delivery import Channel, State
from domain.jobs import Status, View
from domain.messages import DISPATCH, NewDelivery, Stage
from domain.people import Role
from screens.job_views import views_of
from screens.jobs import JobsScreen
from tests.desk import Desk, at_desk, texted_job
from tests.screens.test_jobs import numbers
from tests.world import ANA, World, dispatcher


def company(world: World) -> dict[View, list[str]]:
    """A job for each view; the numbers that each view shows, in its order."""
    waiting = texted_job(world, "Which gate?")
    held, failed, mine, closed = (world.job(title=title) for title in ("Held", "Failed", "Mine", "Closed"))
    text = NewDelivery(0, Channel.SMS, ANA, State.HELD, world.clock() + timedelta(hours=9))
    world.text(held, dispatcher(world.abe), world.ana, stage=Stage.HELD, deliveries=(text,))
    world.text(failed, dispatcher(world.ann), world.ana)
    Desk(world, None, None).carrier.refuses(30005)  # type: ignore[arg-type]
    world.writers.job_leads.set_owner(mine.id, world.ann.id, None)
    world.change(closed, status=Status.COMPLETED)
    return {
        View.OPEN: [job.number for job in (waiting, held, failed, mine)],
        View.NEEDS_REPLY: [waiting.number],
        View.UNREAD: [waiting.number],
        View.MINE: [mine.number],
        View.HELD: [held.number],
        View.FAILED: [failed.number],
        View.ALL: [job.number for job in (waiting, held, failed, mine, closed)],
    }


async def is_shown(desk: Desk, view: View, expected: list[str]) -> None:
    """Wait until the heading and the rows are those of a view."""
    jobs = f"{len(expected)} job{'s' if len(expected) != 1 else ''}"
    await desk.says("#heading", f"{view.words}: {jobs}, longest waiting first")
    assert numbers(desk.rows) == expected, view


async def test_v_goes_round_the_views_and_back(small_world: World) -> None:
    expected = company(small_world)
    async with at_desk(small_world, small_world.ann) as desk:
        await is_shown(desk, View.OPEN, expected[View.OPEN])
        for view in (*list(View)[1:], View.OPEN):
            await desk.press("v")
            await is_shown(desk, view, expected[view])
        for view in reversed(View):
            await desk.press("V")
            await is_shown(desk, view, expected[view])


async def test_a_digit_chooses_a_view_and_escape_goes_back_to_all_open(small_world: World) -> None:
    expected = company(small_world)
    async with at_desk(small_world, small_world.ann) as desk:
        for digit, view in enumerate(View, start=1):
            await desk.press(str(digit))
            await is_shown(desk, view, expected[view])
        await desk.press("escape")
        await is_shown(desk, View.OPEN, expected[View.OPEN])


async def test_a_wide_screen_names_every_view_with_its_digit(small_world: World) -> None:
    company(small_world)
    async with at_desk(small_world, small_world.ann, size=(200, 50)) as desk:
        await desk.says("#heading", "1 All open 2 Needs reply 3 Unread 4 Mine 5 Held 6 Failed 7 Closed ones too")
    async with at_desk(small_world, small_world.ann, size=(80, 24)) as desk:
        assert "Needs reply" not in desk.part("#heading")


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ("1", "No open jobs. Press c to make one, 7 to see closed ones too"),
        ("2", "Nobody waits for an answer. Press 1"),
        ("3", "Nothing unread: you have seen it all. Press 1"),
        ("4", "No open job is yours. Press 1 to see all open jobs, then i on one"),
        ("5", "No text waits for its hour or for its release. Press 1"),
        ("6", "No text has failed. Press 1"),
        ("7", "No jobs yet. Press c to make one"),
    ],
)
async def test_each_empty_view_has_its_own_sentence_with_the_next_key(
    small_world: World, key: str, sentence: str
) -> None:
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.press(key)
        await desk.says("JobList", sentence)


async def test_words_in_all_open_find_closed_jobs_and_say_so(small_world: World) -> None:
    expected = company(small_world)
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.press("/")
        await desk.types("pump")
        await desk.says("#heading", "All open: 5 jobs found, closed ones too and last, longest waiting first")
        assert numbers(desk.rows) == expected[View.ALL]
        await desk.press("enter", "5")
        await desk.says("#heading", "Held: 1 job found, longest waiting first")
        await desk.press("6", "/", *"zebra")
        await desk.says("JobList", "No job of this view has these words. Press 1 to look through all jobs")


async def test_without_chat_there_are_only_open_jobs_and_all(small_world: World) -> None:
    expected = company(small_world)
    sid = small_world.user("Sid Orr", Role.DISPATCHER, chat=False)
    assert views_of(sid) == (View.OPEN, View.ALL)
    async with at_desk(small_world, sid) as desk:
        await desk.says("#heading", "All open: 4 jobs, by planned time")
        await desk.press("v")
        await desk.says("#heading", "Closed ones too: 5 jobs, by planned time")
        assert sorted(numbers(desk.rows)) == sorted(expected[View.ALL])
        await desk.press("3")
        await desk.says("JobList", "Ask for the Chat box, or press 1")
        await desk.press("v")
        await desk.says("#heading", "Closed ones too")
        await desk.press("i", "d", "I")
        assert isinstance(desk.app.screen, JobsScreen)


async def test_a_worker_has_no_views(small_world: World) -> None:
    company(small_world)
    async with at_desk(small_world, small_world.marco, size=(200, 50)) as desk:
        before = desk.part("#heading")
        assert before.endswith("unread first")
        await desk.press("v", "2", "V", "4")
        await desk.settles()
        assert desk.part("#heading") == before


async def test_an_answered_job_leaves_needs_reply_and_the_cursor_goes_to_its_neighbour(small_world: World) -> None:
    first, second = texted_job(small_world, "Which gate?"), texted_job(small_world, "How much?")
    async with at_desk(small_world, small_world.ann) as desk:
        desk.jobs.rest_s = 0.05
        await desk.press("2")
        await desk.says("#heading", "Needs reply: 2 jobs")
        await desk.highlight(first.number)
        small_world.text(first, dispatcher(small_world.abe), small_world.ana, body="The left one")
        await desk.says("#heading", "Needs reply: 1 job,")
        await desk.until(lambda: second.number in desk.highlighted, "the cursor is on the other one")


async def test_the_order_stays_when_the_view_changes_and_w_follows_it(small_world: World) -> None:
    jobs = [small_world.job() for _ in range(2)]
    for job in reversed(jobs):
        small_world.clock.advance(minutes=1)
        small_world.text(job, small_world.ana, DISPATCH, body="Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.press("o", "o")
        await desk.says("#heading", "All open: 2 jobs, by number")
        await desk.press("2")
        await desk.says("#heading", "Needs reply: 2 jobs, by number")
        assert numbers(desk.rows) == [job.number for job in jobs]
        await desk.press("w")
        await desk.at_job(jobs[0])


async def test_w_on_a_job_that_waits_goes_on_to_the_next_one(small_world: World) -> None:
    first, second = texted_job(small_world, "Which gate?"), texted_job(small_world, "How much?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.press("w")
        await desk.at_job(first)
        await desk.press("escape", "w")
        await desk.at_job(second)
        await desk.press("escape", "w")
        await desk.at_job(first)
