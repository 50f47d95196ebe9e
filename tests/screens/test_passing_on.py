"""A worker's words to the customer: passed on by a dispatcher, or written by the worker and released. Rule 49."""

from domain.account import WorkerWrites
from domain.messages import DISPATCH, Party, Stage
from screens.ask_line import AskLine
from screens.change_text import ChangeText
from screens.job import JobScreen
from tests.desk import Desk, at_desk, texted_job
from tests.screens.departing import settings
from tests.world import World, worker


async def selects(desk: Desk, words: str) -> None:
    """Move the cursor of the thread to the newest message with these words."""
    desk.thread.focus()
    await desk.press("end")
    for _ in desk.thread.messages:
        if desk.thread.selected is not None and words in desk.thread.selected.body:
            return
        await desk.press("up")
    raise AssertionError(f"no message with “{words}”")


async def test_one_key_puts_a_workers_words_into_the_composer_for_the_customer(small_world: World) -> None:
    job = texted_job(small_world, "When do you come?")
    small_world.text(job, worker(small_world.marco), DISPATCH, body="Half an hour")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await selects(desk, "Half an hour")
        await desk.press("f")
        await desk.until(lambda: desk.draft == "Half an hour", "his words stand there")
        await desk.says("#recipient", "Ana Silva (Owner)")
        await desk.shows("words of Marco Diaz, through Ann Lee")
        await desk.focuses("#contents")
        await desk.types(", he says")
        await desk.press("ctrl+s")
        await desk.thread_says("▶ Marco Diaz, through Ann Lee → Ana Silva", "Half an hour, he says")
        sent = desk.messages(job)[-1]
        assert sent.author.user_id == small_world.ann.id
        assert [m.body for m in desk.messages(job) if m.id == sent.passes_on] == ["Half an hour"]
        await desk.press("escape")
        await desk.press("end", "g")
        await desk.shows("Original note", "Marco Diaz → Dispatch")


async def test_with_several_contacts_and_nobody_waiting_nobody_is_chosen(small_world: World) -> None:
    job = texted_job(small_world)
    small_world.text(job, worker(small_world.marco), DISPATCH, body="Half an hour")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await selects(desk, "Half an hour")
        await desk.press("f")
        await desk.focuses("#recipient")
        await desk.says("#recipient", "nobody yet")
        assert desk.draft == "Half an hour"


async def test_an_unsent_text_is_not_overwritten(small_world: World) -> None:
    job = texted_job(small_world, "When do you come?")
    small_world.text(job, worker(small_world.marco), DISPATCH, body="Half an hour")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.types("Mine")
        await selects(desk, "Half an hour")
        await desk.press("f")
        await desk.until(lambda: any("unsent text stands" in toast for toast in desk.toasts), "it says so")
        assert desk.draft == "Mine"


async def test_only_a_workers_private_words_are_passed_on(small_world: World) -> None:
    job = texted_job(small_world, "When do you come?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await selects(desk, "When do you come?")
        await desk.press("f")
        await desk.until(lambda: any("Only a worker's message" in toast for toast in desk.toasts), "it says so")
        assert desk.draft == ""


async def test_what_is_passed_on_survives_a_restart_as_such(small_world: World) -> None:
    job = texted_job(small_world, "When do you come?")
    small_world.text(job, worker(small_world.marco), DISPATCH, body="Half an hour")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await selects(desk, "Half an hour")
        await desk.press("f")
        await desk.until(lambda: desk.kept_draft(small_world.ann, job), "the draft is kept")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.shows("words of Marco Diaz, through Ann Lee")
        await desk.press("ctrl+s")
        await desk.thread_says("Marco Diaz, through Ann Lee → Ana Silva")


async def test_a_worker_who_may_writes_to_the_customer(small_world: World) -> None:
    settings(small_world, worker_writes=WorkerWrites.ON)
    job = texted_job(small_world, "When do you come?")
    async with at_desk(small_world, small_world.marco) as desk:
        await desk.opens(job)
        await desk.says("#recipient", "Dispatch")
        await selects(desk, "When do you come?")
        await desk.press("r")
        await desk.says("#recipient", "Ana Silva")
        await desk.says("#audience", "Ana Silva by SMS; Dispatch sees it")
        await desk.types("At ten")
        await desk.press("ctrl+s")
        await desk.thread_says("◆ Marco Diaz → Ana Silva", "At ten", "Waiting to leave")
        assert desk.carrier.takes() == ["At ten"]


async def with_release(desk: Desk, words: str) -> None:
    """Marco answers the customer."""
    await selects(desk, "When do you come?")
    await desk.press("r")
    await desk.says("#recipient", "Ana Silva")
    await desk.says("#count", "waits until a dispatcher releases it")
    await desk.types(words)
    await desk.press("ctrl+s")
    await desk.thread_says(words, "waits until a dispatcher releases it")


async def test_a_dispatcher_releases_with_one_key(small_world: World) -> None:
    settings(small_world, worker_writes=WorkerWrites.WITH_RELEASE)
    job = texted_job(small_world, "When do you come?")
    async with at_desk(small_world, small_world.marco) as desk:
        await desk.opens(job)
        await with_release(desk, "At ten")
        assert desk.carrier.takes() == []
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.thread_says("At ten", "waits for you: s releases it, E changes its words first, X refuses it")
        await selects(desk, "At ten")
        await desk.press("s")
        await desk.thread_says("Waiting to leave", "Released by Ann Lee.")
        assert desk.carrier.takes() == ["At ten"]


async def test_a_dispatcher_changes_the_words_and_releases(small_world: World) -> None:
    settings(small_world, worker_writes=WorkerWrites.WITH_RELEASE)
    job = texted_job(small_world, "When do you come?")
    async with at_desk(small_world, small_world.marco) as desk:
        await desk.opens(job)
        await with_release(desk, "At ten")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await selects(desk, "At ten")
        await desk.press("E")
        await desk.stands_at(ChangeText)
        await desk.shows("Release words of Marco Diaz")
        await desk.types(" or so")
        await desk.press("ctrl+s")
        await desk.stands_at(JobScreen)
        await desk.thread_says("At ten or so", "Released by Ann Lee, who changed its words.")
        assert desk.carrier.takes() == ["At ten or so"]


async def test_a_refusal_needs_a_reason_and_the_worker_reads_it(small_world: World) -> None:
    settings(small_world, worker_writes=WorkerWrites.WITH_RELEASE)
    job = texted_job(small_world, "When do you come?")
    async with at_desk(small_world, small_world.marco) as desk:
        await desk.opens(job)
        await with_release(desk, "Never")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await selects(desk, "Never")
        await desk.press("X")
        await desk.stands_at(AskLine)
        await desk.press("enter")
        await desk.says("#line-said", "! Say why, so that the worker knows.")
        await desk.types("too blunt")
        await desk.press("enter")
        await desk.thread_says("refused", "Refused by Ann Lee: too blunt")
    async with at_desk(small_world, small_world.marco) as desk:
        await desk.opens(job)
        await desk.thread_says("Never", "Refused by Ann Lee: too blunt")
        assert desk.carrier.takes() == []


async def test_a_worker_calls_back_what_waits_for_release(small_world: World) -> None:
    settings(small_world, worker_writes=WorkerWrites.WITH_RELEASE)
    job = texted_job(small_world, "When do you come?")
    async with at_desk(small_world, small_world.marco) as desk:
        await desk.opens(job)
        await with_release(desk, "At ten")
        await selects(desk, "At ten")
        await desk.press("u")
        await desk.until(lambda: desk.draft == "At ten", "his words are back")
        stages = [m.stage for m in desk.messages(job, small_world.marco) if m.author.role is Party.WORKER]
        assert stages == [Stage.CALLED_BACK]


async def test_handing_the_job_over_withdraws_what_waits(small_world: World) -> None:
    settings(small_world, worker_writes=WorkerWrites.WITH_RELEASE)
    job = texted_job(small_world, "When do you come?")
    async with at_desk(small_world, small_world.marco) as desk:
        await desk.opens(job)
        await with_release(desk, "At ten")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        small_world.change(job, worker_id=small_world.mia.id)
        await desk.thread_says("Handed over from Marco Diaz to Mia Wong, by Ann Lee.", "withdrawn: the job was handed")
        await selects(desk, "At ten")
        await desk.press("s")
        await desk.until(lambda: any("is not waiting to leave" in toast for toast in desk.toasts), "it says so")
