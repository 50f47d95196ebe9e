"""What counts as read: only what was before somebody's eyes, on the tab that they looked at. Rules 1, 5."""

from domain.jobs import Job
from domain.messages import DISPATCH, Kind
from domain.people import User
from tests.desk import Desk, at_desk, texted_job
from tests.world import World, dispatcher, worker


def unread(world: World, user: User, job: Job) -> list[str]:
    """What somebody has not read on a job."""
    seqs = {news.seq for news in world.readers.threads.unread(user, job.id)}
    return [m.body for m in world.readers.threads.messages(user, job.id, count=200)[0] if m.seq in seqs]


async def read(desk: Desk, user: User, job: Job, *left: str) -> None:
    """Wait until only these are unread."""
    await desk.until(lambda: unread(desk.world, user, job) == list(left), f"only {left} is unread")


async def test_a_job_whose_only_news_is_a_note_opens_in_notes(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await read(desk, small_world.ann, job)
    small_world.text(job, dispatcher(small_world.abe), DISPATCH, body="She pays late", kind=Kind.NOTE)
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.thread_says("She pays late", "Which gate?")
        await read(desk, small_world.ann, job)


async def test_a_note_is_not_read_by_reading_customer_messages(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    small_world.text(job, dispatcher(small_world.abe), DISPATCH, body="She pays late", kind=Kind.NOTE)
    small_world.text(job, worker(small_world.marco), DISPATCH, body="I am near")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.thread_says("Which gate?", "I am near")
        assert "She pays late" not in desk.text
        await read(desk, small_world.ann, job, "She pays late", "I am near")
        await desk.says("#tabs", "Notes ● 1")
        assert small_world.readers.job_list.next_job(small_world.ann, None, unread=True) == job.id
        await desk.press("escape", "2")
        await desk.thread_says("She pays late")
        await read(desk, small_world.ann, job)
        await desk.until(lambda: "●" not in desk.part("#tabs"), "nothing is unread in Notes")


async def test_more_news_than_fits_begin_with_the_oldest_and_are_read_as_they_are_seen(small_world: World) -> None:
    questions = [f"Question {i:02}" for i in range(12)]
    job = texted_job(small_world, *questions)
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.thread_says("Question 00")
        assert "Question 11" not in desk.text
        await desk.until(lambda: 0 < len(unread(small_world, small_world.ann, job)) < 12, "some are read")
        seen = [q for q in questions if q not in unread(small_world, small_world.ann, job)]
        assert all(question in desk.text for question in seen)
        desk.thread.focus()
        await desk.press("pagedown", "pagedown", "pagedown", "pagedown")
        await desk.thread_says("Question 11")
        await read(desk, small_world.ann, job)


async def test_what_was_jumped_over_stays_unread(small_world: World) -> None:
    questions = [f"Question {i:02}" for i in range(20)]
    job = texted_job(small_world, *questions)
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.thread_says("Question 00")
        desk.thread.focus()
        await desk.press("end")
        await desk.thread_says("Question 19")
        await desk.settles()
        left = unread(small_world, small_world.ann, job)
        assert "Question 10" in left
        assert "Question 00" not in left


async def test_details_read_nothing(small_world: World) -> None:
    job = texted_job(small_world)
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        desk.thread.focus()
        await desk.press("1")
        await desk.shows("Site contact")
        desk.carrier.receives("Which gate?")
        await desk.until(lambda: len(desk.thread.messages) == 2, "it is there")
        await desk.settles()
        assert unread(small_world, small_world.ann, job) == ["Which gate?"]
        await desk.press("3")
        await read(desk, small_world.ann, job)


async def test_private_words_to_the_worker_are_seen_when_they_were_in_view(small_world: World) -> None:
    job = small_world.job()
    for i in range(14):
        small_world.text(job, dispatcher(small_world.ann), worker(small_world.marco), body=f"Step {i:02}")
    async with at_desk(small_world, small_world.marco) as desk:
        await desk.opens(job)
        await desk.thread_says("Step 00")
        await desk.until(lambda: len(unread(small_world, small_world.marco, job)) < 14, "some are seen")
        states = [m.deliveries[0].state.value for m in desk.messages(job)]
        assert states[0] == "seen"
        assert states[-1] == "waiting"
