"""A worker at the shared desk: the same screens, limited by what they may see. Rules 3, 7, 36, 48."""

from domain.messages import DISPATCH, Kind
from screens.job import JobScreen
from screens.jobs import JobsScreen
from tests.desk import at_desk, texted_job
from tests.world import World, dispatcher, worker


async def test_a_worker_has_only_their_own_jobs(small_world: World) -> None:
    mine, other = texted_job(small_world, "Which gate?"), small_world.job(worker=small_world.mia)
    async with at_desk(small_world, small_world.marco) as desk:
        await desk.shows(mine.number, "1 job, unread first")
        assert other.number not in desk.text
        await desk.press("c")
        await desk.press("e", "t", "w", "o")
        assert isinstance(desk.app.screen, JobsScreen)
        assert "tray" not in desk.text.lower()


async def test_a_worker_reads_the_customer_and_not_the_staff(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    small_world.text(job, dispatcher(small_world.abe), DISPATCH, body="She pays late", kind=Kind.NOTE)
    async with at_desk(small_world, small_world.marco) as desk:
        assert "●" in desk.highlighted
        assert "late" not in desk.text
        await desk.opens(job)
        await desk.thread_says("We come at ten", "Which gate?")
        desk.thread.focus()
        await desk.press("2")
        await desk.settles()
        assert "She pays late" not in desk.text


async def test_a_worker_writes_to_dispatch_alone(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.marco) as desk:
        await desk.opens(job)
        await desk.focuses("#contents")
        assert desk.part("#recipient") == "Dispatch"
        await desk.press("ctrl+r")
        await desk.shows("Dispatch", "Our team")
        assert "Ana" not in desk.part("#people")
        assert "Ben" not in desk.part("#people")
        await desk.press("escape")
        await desk.types("At the gate")
        await desk.press("ctrl+s")
        await desk.thread_says("◆ Marco Diaz → Dispatch", "At the gate")
        sent = desk.messages(job)[-1]
        assert sent.recipients == (DISPATCH,)
        assert sent.deliveries == ()


async def test_a_workers_reply_to_a_customer_goes_to_dispatch(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.marco) as desk:
        await desk.opens(job)
        for key in ("r", "R"):
            desk.thread.focus()
            await desk.press(key)
            await desk.says("#recipient", "Dispatch")
            await desk.focuses("#contents")
        await desk.types("It is the north one")
        await desk.press("ctrl+s")
        await desk.thread_says("It is the north one")
        assert desk.messages(job)[-1].recipients == (DISPATCH,)


async def test_a_worker_cannot_alert_resend_edit_or_go_on(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.marco) as desk:
        screen = await desk.opens(job)
        desk.thread.focus()
        await desk.press("a", "x", "e", "w")
        assert desk.app.screen is screen
        assert not any(word in " ".join(desk.footer) for word in ("Alert", "Edit"))


async def test_a_dispatchers_private_word_is_seen_when_it_is_read(small_world: World) -> None:
    job = small_world.job()
    small_world.text(job, dispatcher(small_world.ann), worker(small_world.marco), body="Bring the ladder")
    async with at_desk(small_world, small_world.marco) as desk:
        await desk.opens(job)
        await desk.thread_says("Bring the ladder", "Seen")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.thread_says("✓ Seen 12:00")


async def test_reassigning_takes_the_customer_thread_from_an_open_screen(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    small_world.text(job, worker(small_world.marco), DISPATCH, body="I am near")
    async with at_desk(small_world, small_world.marco) as desk:
        await desk.opens(job)
        await desk.thread_says("Which gate?", "I am near")
        small_world.change(job, worker_id=small_world.mia.id)
        await desk.hides("Which gate?", "We come at ten", "Send Message")
        await desk.thread_says("I am near")
        desk.thread.focus()
        await desk.press("r")
        await desk.until(lambda: "You can read this job only." in desk.toasts, "it says so")


async def test_a_dispatcher_without_chat_sees_no_messages_and_no_composer(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    eve = small_world.user("Eve Hill", small_world.ann.role, chat=False)
    async with at_desk(small_world, eve) as desk:
        await desk.shows(job.number)
        assert "gate" not in desk.text
        assert "●" not in desk.text
        assert "waits" not in desk.text
        assert "tray" not in desk.header
        await desk.opens(job)
        assert "gate" not in desk.text
        assert "Send Message" not in desk.text
        await desk.press("a")
        await desk.until(lambda: any("Chat box" in toast for toast in desk.toasts), "it says so")
        assert isinstance(desk.app.screen, JobScreen)
