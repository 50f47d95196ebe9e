"""Send later, quiet hours, and the list of everything that is still to leave. Rules 18, 27, 42."""

from datetime import timedelta

from domain.messages import Message, Stage
from messaging.conversation import Compose, Conversation, Sent
from screens.ask_line import AskLine
from screens.change_text import ChangeText
from screens.job import JobScreen
from screens.jobs import JobsScreen
from screens.planned import PlannedScreen
from tests.desk import Desk, at_desk, texted_job
from tests.screens.departing import let_out, settings
from tests.world import World


def at_night(world: World) -> None:
    """It is three in the morning in New York, eight in London; practice holds texts as live does."""
    settings(world, holds_in_practice=True)
    world.clock.advance(hours=20)


async def plans(desk: Desk, when: str) -> None:
    """Say when the message in the composer should leave."""
    await desk.press("ctrl+t")
    await desk.stands_at(AskLine)
    await desk.types(when)
    await desk.press("enter")
    await desk.stands_at(JobScreen)


def newest(desk: Desk, world: World) -> Message:
    """The newest message of the first job."""
    return desk.messages(world.read_job(1))[-1]


async def test_a_message_is_planned_and_leaves_when_its_time_has_come(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.types("See you soon")
        await plans(desk, "14:30")
        await desk.says("#count", "leaves 14:30")
        assert desk.draft == "See you soon"
        await desk.press("ctrl+s")
        await desk.thread_says("See you soon", "not sent yet", "leaves 14:30 · s sends it now, E changes it")
        assert desk.carrier.takes() == []
        await desk.says("#count", "leaves now")
        desk.carrier.receives("Ok?")
        await desk.thread_says("Ok?")
        assert let_out(small_world, hours=2, minutes=30) == 1
        await desk.thread_says("Waiting to leave")
        assert desk.thread.messages[-1].body == "See you soon"
        assert desk.carrier.takes() == ["See you soon"]


async def test_the_time_is_said_on_both_clocks_while_one_types(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.press("ctrl+t")
        await desk.stands_at(AskLine)
        await desk.types("tomorrow 14:30")
        await desk.says("#line-said", "Leaves Tue 3 Mar 14:30; Tue 09:30 for Ana Silva (America/New_York)")
        await desk.press(*["backspace"] * 14)
        await desk.types("soon")
        await desk.says("#line-said", "“soon” is no time that can be read")
        await desk.press("enter")
        await desk.says("#line-said", "! “soon” is no time")
        assert isinstance(desk.app.screen, AskLine)
        assert desk.part("#line") == "soon"


async def test_an_empty_time_sends_at_once_after_all(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.types("Now then")
        await plans(desk, "+2h")
        await desk.says("#count", "leaves 14:01")
        await plans(desk, "")
        await desk.says("#count", "leaves now")
        await desk.press("ctrl+s")
        await desk.until(lambda: newest(desk, small_world).stage is Stage.OUT, "it is out")


async def test_the_plan_and_the_answer_survive_a_restart_with_the_draft(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        desk.thread.focus()
        await desk.press("r")
        await desk.types("See you")
        await plans(desk, "14:30")
        await desk.press("escape", "escape")
        await desk.stands_at(JobsScreen)
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        assert desk.draft == "See you"
        await desk.says("#count", "leaves 14:30")
        await desk.shows("answer to Ana Silva, “Which gate?”")
        await desk.press("ctrl+s")
        await desk.until(lambda: newest(desk, small_world).stage is Stage.HELD, "it is planned")
        assert newest(desk, small_world).reply_to is not None


async def test_the_composer_says_quiet_hours_before_it_is_sent(small_world: World) -> None:
    job = texted_job(small_world)
    at_night(small_world)
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.picks_recipient("Ana")
        await desk.says("#count", "held until Tue 3 Mar 13:00 (quiet hours for Ana Silva)")
        await desk.writes("Good morning")
        await desk.press("ctrl+s")
        await desk.thread_says("Good morning", "Held until Tue 3 Mar 13:00: quiet hours for Ana Silva")
        assert desk.carrier.takes() == []


async def test_what_is_held_is_sent_now_only_with_a_reason_that_stays(small_world: World) -> None:
    job = texted_job(small_world)
    at_night(small_world)
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.picks_recipient("Ana")
        await desk.writes("Water in the hall")
        await desk.press("ctrl+s")
        await desk.thread_says("Held until")
        await desk.press("escape", "end", "s")
        await desk.stands_at(AskLine)
        await desk.shows("It is quiet hours for somebody. Say why this text cannot wait.")
        await desk.press("enter")
        await desk.says("#line-said", "! It is quiet hours for somebody.")
        await desk.types("pipe burst")
        await desk.press("enter")
        await desk.thread_says("Waiting to leave", "Sent before its time by Ann Lee: pipe burst.")
        assert desk.carrier.takes() == ["Water in the hall"]


async def test_an_answer_within_the_hour_is_not_held(small_world: World) -> None:
    settings(small_world, holds_in_practice=True)
    small_world.clock.advance(hours=20)
    job = texted_job(small_world, "Are you up?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.says("#count", "leaves now")


def plan(world: World, body: str, hours: float) -> int:
    """A message of Ann's that waits for its time, on a job of its own."""
    job = world.job()
    conversation = Conversation(world.readers.reads, world.readers.threads, world.writers.conversations, world.clock)
    at = world.clock() + timedelta(hours=hours)
    sent = conversation.send(
        world.ann, Compose(job.id, (f"contact:{world.ana.contact_id}",), body, f"plan-{body}", leave_at=at)
    )
    assert isinstance(sent, Sent)
    return sent.message_id


def lines(desk: Desk) -> list[str]:
    """The lines of the list."""
    return [" ".join(line.split()) for line in desk.lines_of("#planned") if line.strip()]


async def at_planned(desk: Desk, world: World) -> None:
    """Open the list from a job."""
    job = world.job()
    await desk.opens(job)
    desk.thread.focus()
    await desk.press("l")
    await desk.stands_at(PlannedScreen)
    await desk.settles()


async def test_everything_that_waits_stands_in_one_list_the_soonest_first(small_world: World) -> None:
    plan(small_world, "Second", 3)
    plan(small_world, "First", 2)
    async with at_desk(small_world, small_world.abe) as desk:
        await at_planned(desk, small_world)
        assert lines(desk) == [
            "14:00 planned 1002 Silva Farms → Ana Silva: First",
            "15:00 planned 1001 Silva Farms → Ana Silva: Second",
        ]
        await desk.says("#planned-words", "Ann Lee → Ana Silva First leaves 14:00")
        await desk.press("down")
        await desk.says("#planned-words", "Second")
        await desk.press("enter")
        await desk.stands_at(JobScreen)
        await desk.thread_says("Second")


async def test_the_list_is_live_and_the_cursor_stays_on_its_message(small_world: World) -> None:
    plan(small_world, "Late", 3)
    async with at_desk(small_world, small_world.abe) as desk:
        await at_planned(desk, small_world)
        assert len(lines(desk)) == 1
        plan(small_world, "Early", 2)
        await desk.until(lambda: len(lines(desk)) == 2, "the new one appears")
        await desk.says("#planned-words", "Late")
        let_out(small_world, hours=2, minutes=1)
        await desk.until(lambda: len(lines(desk)) == 1, "the one that left is gone")
        await desk.says("#planned-words", "Late")
        let_out(small_world, hours=1)
        await desk.says("#planned", "Nothing waits to leave. In a job, ctrl+t plans a message for later.")


async def test_words_and_time_of_a_planned_message_are_changed(small_world: World) -> None:
    message = plan(small_world, "See you", 2)
    async with at_desk(small_world, small_world.abe) as desk:
        await at_planned(desk, small_world)
        await desk.press("E")
        await desk.stands_at(ChangeText)
        await desk.types(" soon")
        await desk.press("tab")
        await desk.types("16:45")
        await desk.press("ctrl+s")
        await desk.stands_at(PlannedScreen)
        await desk.until(lambda: lines(desk) == ["16:45 planned 1001 Silva Farms → Ana Silva: See you soon"], "changed")
        found = small_world.readers.threads.message(small_world.ann, 1, message)
        assert found is not None
        assert found.body == "See you soon"


async def test_a_change_that_is_refused_keeps_what_was_typed(small_world: World) -> None:
    plan(small_world, "See you", 2)
    async with at_desk(small_world, small_world.abe) as desk:
        await at_planned(desk, small_world)
        await desk.press("E")
        await desk.stands_at(ChangeText)
        await desk.types("!")
        await desk.press("tab")
        await desk.types("today 9:00")
        await desk.press("enter")
        await desk.says("#change-said", "! That time is past.")
        await desk.focuses("#time")
        assert desk.draft == "See you!"
        desk.app.screen.query_one("#words").focus()
        await desk.press("ctrl+u", "ctrl+s")
        await desk.says("#change-said", "! That time is past.")
        desk.app.screen.query_one("#time").value = ""  # type: ignore[attr-defined]
        await desk.press("ctrl+s")
        await desk.says("#change-said", "! There is nothing to send yet")


async def test_escape_does_not_drop_changed_words_at_once(small_world: World) -> None:
    plan(small_world, "See you", 2)
    async with at_desk(small_world, small_world.abe) as desk:
        await at_planned(desk, small_world)
        await desk.press("E")
        await desk.stands_at(ChangeText)
        await desk.types("!")
        await desk.press("escape")
        await desk.says("#change-said", "The words were changed")
        assert isinstance(desk.app.screen, ChangeText)
        await desk.press("escape")
        await desk.stands_at(PlannedScreen)
        assert "See you!" not in desk.text


async def test_a_cancelled_one_becomes_the_draft_of_its_job(small_world: World) -> None:
    plan(small_world, "See you", 2)
    async with at_desk(small_world, small_world.ann) as desk:
        await at_planned(desk, small_world)
        await desk.press("u")
        await desk.until(lambda: any("Its words are your draft" in toast for toast in desk.toasts), "it says so")
        await desk.says("#planned", "Nothing waits to leave")
        await desk.press("escape", "escape")
        await desk.stands_at(JobsScreen)
        await desk.opens(small_world.read_job(1))
        assert desk.draft == "See you"
        await desk.says("#recipient", "Ana Silva (Owner)")
        await desk.says("#count", "leaves 14:00")


async def test_a_planned_one_is_sent_now(small_world: World) -> None:
    plan(small_world, "See you", 2)
    async with at_desk(small_world, small_world.abe) as desk:
        await at_planned(desk, small_world)
        await desk.press("s")
        await desk.says("#planned", "Nothing waits to leave")
        assert desk.carrier.takes() == ["See you"]


async def test_a_worker_has_only_their_own_in_the_list(small_world: World) -> None:
    plan(small_world, "Not for Marco", 2)
    async with at_desk(small_world, small_world.marco) as desk:
        await at_planned(desk, small_world)
        await desk.says("#planned", "Nothing waits to leave")
        assert "Not for Marco" not in desk.text
        assert not any("Refuse" in key for key in desk.footer)


async def test_the_only_planned_text_of_a_job_is_called_back_whatever_is_selected(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.types("See you")
        await plans(desk, "14:30")
        await desk.press("ctrl+s")
        await desk.until(lambda: newest(desk, small_world).stage is Stage.HELD, "it is planned")
        await desk.press("escape", "home", "u")
        await desk.until(lambda: desk.draft == "See you", "its words are back")
        await desk.until(lambda: newest(desk, small_world).stage is Stage.CALLED_BACK, "it is called back")
