"""Saved replies where one writes: found, filled in, asked for, and never sent with something open. Rule 48."""

from domain.messages import DISPATCH, Stage
from domain.saved_replies import NEW, SavedReply
from screens.ask_line import AskLine
from screens.job import JobScreen
from screens.reply_picker import ReplyPicker
from tests.desk import Desk, at_desk, texted_job
from tests.screens.departing import UNDO, let_out, settings
from tests.world import World


def keeps(world: World, owner: int, name: str, body: str, *, own: bool = True, for_workers: bool = False) -> None:
    """Keep a saved reply."""
    world.writers.saved_replies.keep(owner, SavedReply(NEW, name, body, own, for_workers))


async def finds(desk: Desk, words: str) -> None:
    """Open the saved replies and take the one found by these words."""
    await desk.press("ctrl+l")
    await desk.stands_at(ReplyPicker)
    await desk.types(words)
    await desk.press("enter")


async def test_a_reply_is_found_filled_in_and_inserted_at_the_cursor(small_world: World) -> None:
    keeps(small_world, small_world.ann.id, "Coming", "we come to {asset} for job {job}, {contact}")
    keeps(small_world, small_world.ann.id, "Déjà vu", "again", own=False)
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.types("Yes, !")
        await desk.press("left")
        await finds(desk, "com")
        await desk.stands_at(JobScreen)
        await desk.until(lambda: desk.draft == "Yes, we come to Pump 7 for job 1001, Ana!", "it is inserted")
        await desk.focuses("#contents")
        await desk.press("ctrl+s")
        await desk.until(lambda: desk.bodies(job)[-1].startswith("Yes, we come to Pump 7"), "it is sent")


async def test_the_search_folds_accents_and_shows_whose_they_are(small_world: World) -> None:
    keeps(small_world, small_world.ann.id, "Coming", "we come")
    keeps(small_world, small_world.ann.id, "Déjà vu", "again and again", own=False)
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.press("ctrl+l")
        await desk.stands_at(ReplyPicker)
        await desk.says("#replies", "Coming yours we come")
        await desk.says("#replies", "Déjà vu team again and again")
        await desk.types("deja")
        await desk.until(lambda: "Coming" not in desk.part("#replies"), "one is left")
        await desk.types("xx")
        await desk.says("#replies", "No reply has these words.")
        await desk.press("enter", "escape")
        await desk.stands_at(JobScreen)
        assert desk.draft == ""


async def test_what_the_job_does_not_say_is_asked_for_one_by_one(small_world: World) -> None:
    keeps(small_world, small_world.ann.id, "Order", "Order {order_number} is at {address}.")
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await finds(desk, "order")
        await desk.stands_at(AskLine)
        await desk.shows("{order_number}")
        await desk.press("enter")
        await desk.says("#line-said", "! Type what should stand there")
        await desk.types("B-17")
        await desk.press("enter")
        await desk.shows("{address}: where")
        await desk.types("the mill")
        await desk.press("enter")
        await desk.until(lambda: desk.draft == "Order B-17 is at the mill.", "it is inserted")


async def test_what_is_left_open_never_goes_out_and_has_the_cursor_on_it(small_world: World) -> None:
    keeps(small_world, small_world.ann.id, "Order", "Order {order number} comes")
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        before = desk.bodies(job)
        await finds(desk, "order")
        await desk.stands_at(AskLine)
        await desk.press("escape")
        await desk.until(lambda: desk.draft == "Order {order number} comes", "it is inserted open")
        await desk.press("end", "ctrl+s")
        await desk.says("#count", "! Put something in the place of {order number}")
        assert desk.bodies(job) == before
        await desk.types("B-17")
        await desk.until(lambda: desk.draft == "Order B-17 comes", "typing takes its place")
        await desk.press("ctrl+s")
        await desk.until(lambda: desk.bodies(job)[-1] == "Order B-17 comes", "it is sent")


async def test_with_none_saved_the_list_says_so(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.press("ctrl+l")
        await desk.says("#replies", "No replies are saved yet.")


async def test_a_workers_digit_tells_dispatch(small_world: World) -> None:
    keeps(small_world, small_world.ann.id, "On my way", "On my way to {asset}", own=False, for_workers=True)
    keeps(small_world, small_world.ann.id, "Late", "I am {minutes} late", own=False, for_workers=True)
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.marco) as desk:
        await desk.opens(job)
        await desk.says("#quick", "1 On my way · 2 Late")
        await desk.press("escape")
        await desk.focuses("ThreadView")
        await desk.press("1")
        await desk.thread_says("◆ Marco Diaz → Dispatch", "On my way to Pump 7")
        assert desk.messages(job)[-1].recipients == (DISPATCH,)
        await desk.press("2")
        await desk.stands_at(AskLine)
        await desk.types("ten minutes")
        await desk.press("enter")
        await desk.thread_says("I am ten minutes late")
        await desk.press("3")
        await desk.settles()
        assert len(desk.messages(job)) == 4


async def test_a_digit_pressed_by_mistake_is_called_back(small_world: World) -> None:
    settings(small_world, undo=UNDO)
    keeps(small_world, small_world.ann.id, "Done", "All done here", own=False, for_workers=True)
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.marco) as desk:
        await desk.opens(job)
        await desk.press("escape", "1")
        await desk.thread_says("All done here", "leaves in 5 s · u calls it back")
        assert "All done here" not in desk.bodies(job)
        await desk.press("u")
        await desk.until(lambda: desk.draft == "All done here", "its words are back")
        let_out(small_world, seconds=6)
        assert [m.stage for m in desk.messages(job)][-1] is Stage.CALLED_BACK


async def test_digits_type_while_one_writes_and_are_tabs_for_dispatchers(small_world: World) -> None:
    keeps(small_world, small_world.ann.id, "On my way", "On my way", own=False, for_workers=True)
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.marco) as desk:
        await desk.opens(job)
        await desk.types("1")
        assert desk.draft == "1"
        assert len(desk.messages(job)) == 2
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        assert desk.lines_of("#quick") == []
        await desk.press("escape", "1")
        await desk.shows("Site contact Ana Silva")
        assert len(desk.messages(job)) == 2


async def test_brackets_turn_the_tabs_for_everybody(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    for user in (small_world.ann, small_world.marco):
        async with at_desk(small_world, user) as desk:
            await desk.opens(job)
            await desk.press("escape", "]")
            await desk.shows("Site contact Ana Silva")
            await desk.press("[")
            await desk.thread_says("Which gate?")
