"""A worker at the shared desk: the same screens, limited by what they may see. Rules 3, 7, 36, 48."""

import pytest

from app import typing_ahead
from domain.messages import DISPATCH, Kind
from screens.job import JobScreen
from screens.jobs import JobsScreen
from screens.signin import SignInScreen
from tests.desk import PIN, at_desk, can_sign_in, texted_job
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


# --- My jobs (rule 48) -----------------------------------------------------------------------------------------------


async def test_an_alert_stands_under_the_number_of_its_job(small_world: World) -> None:
    quiet, job = small_world.job(), texted_job(small_world, "Which gate is it?")
    async with at_desk(small_world, small_world.marco) as desk:
        await desk.shows("My jobs: 2 jobs, unread first")
        number, alert, other = desk.rows[:3]
        assert job.number in number
        assert "●" in number
        assert "New: Ana Silva: Which gate is it?" in alert
        assert quiet.number in other
        assert "●" not in other
        await desk.press("enter")
        await desk.at_job(job)
        await desk.thread_says("We come at ten", "Which gate is it?")
        await desk.press("escape", "escape")
        await desk.stands_at(JobsScreen)
        await desk.until(lambda: "●" not in desk.text, "it is read")
        await desk.shows("Ana Silva: Which gate is it?")
        assert "New:" not in desk.text


async def test_an_alert_comes_by_itself_and_by_words_not_by_colour_alone(small_world: World) -> None:
    job = small_world.job()
    async with at_desk(small_world, small_world.marco) as desk:
        await desk.shows(job.number)
        small_world.text(job, dispatcher(small_world.ann), worker(small_world.marco), body="Bring the ladder")
        await desk.shows("New: Ann Lee: Bring the ladder")


async def test_jobs_handed_over_stand_last_and_say_so(small_world: World) -> None:
    given, kept, read = texted_job(small_world, "Which gate?"), small_world.job(), small_world.job()
    small_world.text(given, dispatcher(small_world.ann), worker(small_world.marco), body="Bring the ladder")
    small_world.text(kept, dispatcher(small_world.ann), worker(small_world.marco), body="Call me")
    small_world.change(given, worker_id=small_world.mia.id)
    async with at_desk(small_world, small_world.marco) as desk:
        await desk.shows("3 jobs, unread first")
        lines = [line for line in desk.rows if any(job.number in line for job in (given, kept, read))]
        assert [kept.number in lines[0], read.number in lines[1], given.number in lines[2]] == [True] * 3
        assert "Handed over" in lines[2]
        assert "Handed over" not in lines[0] + lines[1]
        assert "gate" not in desk.text, "the customer's words went with the job (rule 7)"
        await desk.opens(given)
        await desk.thread_says("Bring the ladder")
        assert "Send Message" not in desk.text


async def test_a_single_unread_job_opens_itself_after_a_worker_signs_in(small_world: World) -> None:
    can_sign_in(small_world, small_world.marco)
    job = texted_job(small_world, "Which gate?")
    small_world.job()
    async with at_desk(small_world) as desk:
        await desk.sign_in("Marco Diaz")
        await desk.at_job(job)
        await desk.thread_says("Which gate?")
        await desk.press("escape", "escape")
        await desk.stands_at(JobsScreen)
        await desk.shows("My jobs: 2 jobs")


async def test_with_none_or_several_unread_the_list_stays(small_world: World) -> None:
    can_sign_in(small_world, small_world.marco, small_world.mia, small_world.ann)
    texted_job(small_world, "Which gate?")
    texted_job(small_world, "When?")
    small_world.job(worker=small_world.mia)
    async with at_desk(small_world) as desk:
        for name in ("Marco Diaz", "Mia Wong"):
            await desk.sign_in(name)
            assert isinstance(desk.app.screen, JobsScreen)
            await desk.press("ctrl+o")


async def test_a_dispatchers_only_unread_job_does_not_open_itself(small_world: World) -> None:
    can_sign_in(small_world, small_world.ann)
    texted_job(small_world, "Which gate?")
    async with at_desk(small_world) as desk:
        await desk.sign_in("Ann Lee")
        assert isinstance(desk.app.screen, JobsScreen)


async def test_a_worker_signs_in_answers_and_signs_out_in_three_keys(small_world: World) -> None:
    """Issue 3: under ten key presses beyond the PIN and the text, and no mouse."""
    can_sign_in(small_world, small_world.marco)
    job = texted_job(small_world, "Which gate?")
    keys = 0
    async with at_desk(small_world) as desk:

        async def press(*pressed: str) -> None:
            nonlocal keys
            keys += len(pressed)
            await desk.press(*pressed)

        await desk.stands_at(SignInScreen)
        await press("3")
        await desk.types(PIN)
        await desk.at_job(job)
        await desk.types("The north one")
        await press("ctrl+s")
        await desk.until(lambda: "The north one" in desk.bodies(job), "it is sent")
        await press("ctrl+o")
        await desk.stands_at(SignInScreen)
    assert keys == 3


async def test_from_several_unread_jobs_it_takes_one_key_more(
    small_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typing_ahead, "DROPPED_WITHIN_S", 0.0)  # no Enter by habit, but one that is meant
    can_sign_in(small_world, small_world.marco)
    job = texted_job(small_world, "Which gate?")
    texted_job(small_world, "When?")
    async with at_desk(small_world) as desk:
        await desk.press("3")
        await desk.types(PIN)
        await desk.stands_at(JobsScreen)
        await desk.press("enter")
        await desk.at_job(job)
        await desk.types("The north one")
        await desk.press("ctrl+s", "ctrl+o")
        await desk.stands_at(SignInScreen)
        await desk.until(lambda: "The north one" in desk.bodies(job), "it is sent")
