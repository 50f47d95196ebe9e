"""Keys typed faster than the desk answers: they wait for the screen they are meant for."""

from threading import Event

import pytest

from app import typing_ahead
from app.typing_ahead import TypingAhead
from domain.jobs import Job
from domain.people import User
from screens.help import HelpScreen
from screens.job import JobScreen
from screens.jobs import JobsScreen
from screens.signin import SignInScreen
from tests.desk import PIN, at_desk, can_sign_in, texted_job
from tests.world import World

ANSWER = "are you in? Xx 1234 rest?"
"""Most of these letters are commands somewhere."""


async def test_an_answer_typed_right_after_enter_goes_into_the_answer(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        desk.types_ahead("enter", *("space" if c == " " else c for c in ANSWER))
        await desk.at_job(job)
        await desk.until(lambda: desk.draft == ANSWER, f"the composer holds “{ANSWER}”")


async def test_a_whole_visit_can_be_typed_ahead(small_world: World) -> None:
    can_sign_in(small_world, small_world.marco)
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world) as desk:
        desk.types_ahead("3", *PIN, *"north", "ctrl+s", "ctrl+o", "4")
        await desk.until(lambda: "north" in desk.bodies(job), "the answer is sent")
        await desk.stands_at(SignInScreen)
        await desk.focuses("#pin")


async def test_keys_after_escape_act_on_the_list(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        desk.types_ahead("escape", "escape", "/", *"silva")
        await desk.stands_at(JobsScreen)
        await desk.says("#filter", "silva")


async def test_they_wait_while_a_job_is_slow_to_come(small_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    job = texted_job(small_world, "Which gate?")
    threads, come = small_world.readers.threads, Event()
    read = threads.job

    def slowly(viewer: User, job_id: int) -> Job | None:
        come.wait(10)
        return read(viewer, job_id)

    monkeypatch.setattr(threads, "job", slowly)
    monkeypatch.setattr(typing_ahead, "LONGEST_WAIT_S", 30.0)
    async with at_desk(small_world, small_world.ann) as desk:
        desk.types_ahead("enter", *"area")
        await desk.stands_at(JobScreen)
        assert not desk.app.typing.is_empty
        assert len(desk.app.screen_stack) == 2, "no letter was taken for a command"
        come.set()
        await desk.at_job(job)
        await desk.until(lambda: desk.draft == "area", "the composer holds what was typed")


async def test_a_screen_that_never_comes_does_not_take_the_keyboard(
    small_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typing_ahead, "LONGEST_WAIT_S", 0.1)
    async with at_desk(small_world, small_world.ann) as desk:
        desk.app.hold_keys()
        desk.types_ahead("?")
        await desk.stands_at(HelpScreen)


async def test_a_key_at_rest_acts_at_once(small_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It costs a single key nothing: it is never put off."""
    put_off = []
    real = TypingAhead._let_in_turn

    def noted(self: TypingAhead) -> object:
        put_off.append(1)
        return real(self)

    monkeypatch.setattr(TypingAhead, "_let_in_turn", noted)
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.settles()
        monkeypatch.setattr(typing_ahead, "AT_REST_S", 0.0)
        for key in ("down", "up", "/"):
            desk.types_ahead(key)
            await desk.pilot.pause()
        assert put_off == []


# --- Keys that work everywhere ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("window", ["ctrl+r", "?", "ctrl+p"])
async def test_signing_out_and_help_work_in_modal_windows(small_world: World, window: str) -> None:
    can_sign_in(small_world, small_world.ann)
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world) as desk:
        await desk.sign_in("Ann Lee")
        await desk.opens(job)
        if window == "?":
            desk.thread.focus()
        await desk.press(window)
        await desk.until(lambda: desk.app.screen.is_modal, "a window is open")
        await desk.press("ctrl+o")
        await desk.stands_at(SignInScreen)
        await desk.hides("gate")


async def test_help_opens_over_a_question_and_closes_again(small_world: World) -> None:
    async with at_desk(small_world) as desk:
        await desk.press("ctrl+q")
        await desk.shows("End Jobline on this terminal?")
        await desk.press("?")
        await desk.stands_at(HelpScreen)
        await desk.shows("Leave it as it is", "Leave Jobline")
        await desk.press("?")
        await desk.until(lambda: not isinstance(desk.app.screen, HelpScreen), "help is closed")
        await desk.shows("End Jobline on this terminal?")


async def test_a_question_mark_in_a_text_is_a_letter(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.types("Ten?")
        assert desk.draft == "Ten?"
