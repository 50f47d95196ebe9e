"""A shared desk that nobody uses signs out, and nothing of whoever sat there stays. RELIABILITY 4.7."""

import sqlite3
from dataclasses import replace
from datetime import timedelta
from threading import Event

import pytest
from textual.events import MouseDown, Paste
from textual.widgets import Input

from app.idle import Idle
from domain.account import Account
from domain.errors import Refusal
from messaging.conversation import Conversation, Crossed
from screens.job import JobScreen
from screens.jobs import JobsScreen
from screens.send_message import SendMessage
from screens.signin import SignInScreen
from tests.desk import PIN, Desk, at_desk, can_sign_in, kept_pin, texted_job
from tests.world import World
from widgets.idle_line import IdleLine


class Watch:
    """The idle clock of a desk, which moves when told."""

    def __init__(self) -> None:
        self.now = 0.0
        self.idle = Idle(lambda: self.now)

    def advance(self, seconds: float) -> None:
        """Let time pass in which nobody does anything."""
        self.now += seconds


@pytest.fixture
def watch() -> Watch:
    """A clock that stands still."""
    return Watch()


async def warned(desk: Desk) -> None:
    """Wait for the line that warns."""
    await desk.shows("Signing out in", "press any key")


async def locked(desk: Desk) -> None:
    """Wait for the sign-in list."""
    await desk.stands_at(SignInScreen)
    await desk.focuses("#names")


async def test_after_two_minutes_a_shared_desk_signs_out(small_world: World, watch: Watch) -> None:
    can_sign_in(small_world, small_world.ann)
    job = texted_job(small_world, "Which gate is it?")
    async with at_desk(small_world, idle=watch.idle) as desk:
        await desk.sign_in("Ann Lee")
        await desk.opens(job)
        watch.advance(104)
        await desk.settles()
        assert "Signing out" not in desk.text
        watch.advance(1.5)
        await desk.shows("Signing out in 15 s: press any key")
        watch.advance(10)
        await desk.shows("Signing out in 5 s: press any key")
        watch.advance(5)
        await locked(desk)
        for secret in ("gate", job.number, "Silva", "Ann Lee ·", "Signing out"):
            assert secret not in desk.text
        assert desk.toasts == []


@pytest.mark.parametrize("sign", ["key", "paste", "mouse"])
async def test_whoever_is_there_stays_signed_in(small_world: World, watch: Watch, sign: str) -> None:
    can_sign_in(small_world, small_world.ann)
    async with at_desk(small_world, idle=watch.idle) as desk:
        await desk.sign_in("Ann Lee")
        for _ in range(3):
            watch.advance(110)
            await warned(desk)
            if sign == "key":
                await desk.press("down")
            elif sign == "paste":
                desk.app.post_message(Paste("x"))
            else:
                desk.app.post_message(MouseDown(None, 5, 5, 0, 0, 1, False, False, False))
            await desk.hides("Signing out")
        assert isinstance(desk.app.screen, JobsScreen)
        assert not desk.app.screen.query(IdleLine)


async def test_the_key_that_answers_the_warning_does_nothing_else(small_world: World, watch: Watch) -> None:
    can_sign_in(small_world, small_world.ann)
    texted_job(small_world, "Which gate?")
    async with at_desk(small_world, idle=watch.idle) as desk:
        await desk.sign_in("Ann Lee")
        watch.advance(110)
        await warned(desk)
        await desk.press("enter")
        await desk.hides("Signing out")
        assert isinstance(desk.app.screen, JobsScreen)
        await desk.press("enter")
        await desk.stands_at(JobScreen)


async def test_a_letter_of_a_text_is_not_lost_to_the_warning(small_world: World, watch: Watch) -> None:
    can_sign_in(small_world, small_world.ann)
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, idle=watch.idle) as desk:
        await desk.sign_in("Ann Lee")
        await desk.opens(job)
        await desk.types("No")
        watch.advance(110)
        await warned(desk)
        await desk.types("rth")
        await desk.hides("Signing out")
        assert desk.draft == "North"


@pytest.mark.parametrize("window", ["ctrl+r", "?", "ctrl+p", "a"])
async def test_an_open_window_does_not_prevent_it_and_the_draft_is_kept(
    small_world: World, watch: Watch, window: str
) -> None:
    can_sign_in(small_world, small_world.ann)
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, idle=watch.idle) as desk:
        await desk.sign_in("Ann Lee")
        await desk.opens(job)
        await desk.types("The north")
        if window in ("?", "a"):
            desk.thread.focus()
        await desk.press(window)
        await desk.until(lambda: len(desk.app.screen_stack) > 2, "a window is open")
        watch.advance(110)
        await warned(desk)
        watch.advance(15)
        await locked(desk)
        assert "north" not in desk.text
        await desk.until(lambda: desk.kept_draft(small_world.ann, job), "the draft is kept")
        await desk.sign_in("Ann Lee")
        await desk.opens(job)
        assert desk.draft == "The north"


async def test_a_send_in_flight_finishes(small_world: World, watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    can_sign_in(small_world, small_world.ann)
    job, go_on = texted_job(small_world, "Which gate?"), Event()
    send = Conversation.send

    def slowly(self: Conversation, *of: object, **how: object) -> object:
        go_on.wait(10)
        return send(self, *of, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(Conversation, "send", slowly)
    async with at_desk(small_world, idle=watch.idle) as desk:
        await desk.sign_in("Ann Lee")
        await desk.opens(job)
        await desk.types("The north one")
        await desk.press("ctrl+s")
        watch.advance(130)
        await locked(desk)
        go_on.set()
        await desk.until(lambda: "The north one" in desk.bodies(job), "it was sent")
        await desk.settles()
        assert desk.toasts == [], "nobody else is told"
        assert "north" not in desk.text
        assert not desk.kept_draft(small_world.ann, job)


@pytest.mark.parametrize("how", ["crossed", "refused", "broken"])
async def test_what_could_not_be_sent_after_the_lock_stays_a_draft(
    small_world: World, watch: Watch, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    can_sign_in(small_world, small_world.ann)
    job, go_on = texted_job(small_world, "Which gate?"), Event()

    asked = []

    def slowly(*_of: object, **_how: object) -> Crossed:
        asked.append(1)
        go_on.wait(10)
        if how == "refused":
            raise Refusal("No.", "contents")
        if how == "broken":
            raise sqlite3.OperationalError("database is locked")
        return Crossed(99)

    monkeypatch.setattr(Conversation, "send", slowly)
    async with at_desk(small_world, idle=watch.idle) as desk:
        await desk.sign_in("Ann Lee")
        await desk.opens(job)
        monkeypatch.setattr(type(desk.app.screen.query_one(SendMessage)), "keep_draft", lambda _self: None)
        await desk.types("The north one")
        await desk.press("ctrl+s")
        assert asked == [1]
        watch.advance(130)
        await locked(desk)
        go_on.set()
        await desk.until(lambda: desk.kept_draft(small_world.ann, job), "it is kept")
        await desk.settles()
        assert desk.toasts == []
    kept = small_world.writers.conversations.draft(small_world.ann, job.id)
    assert kept is not None
    assert kept.body == "The north one"


async def test_a_time_of_zero_never_signs_out(small_world: World, watch: Watch) -> None:
    can_sign_in(small_world, small_world.ann)
    never = replace(small_world.readers.reads.account(), lock=timedelta(0))
    async with at_desk(small_world, idle=watch.idle, account=never) as desk:
        await desk.sign_in("Ann Lee")
        watch.advance(10**6)
        await desk.settles()
        assert isinstance(desk.app.screen, JobsScreen)
        assert "Signing out" not in desk.text


async def test_the_time_is_the_accounts(small_world: World, watch: Watch) -> None:
    can_sign_in(small_world, small_world.ann)
    small_world.writers.people.set_up(Account(undo=timedelta(0), lock=timedelta(minutes=10)))
    async with at_desk(small_world, idle=watch.idle) as desk:
        await desk.sign_in("Ann Lee")
        watch.advance(9 * 60)
        await desk.settles()
        assert "Signing out" not in desk.text
        watch.advance(50)
        await warned(desk)


async def test_whom_the_system_vouches_for_is_not_locked_out_of_their_own_desk(
    small_world: World, watch: Watch
) -> None:
    can_sign_in(small_world, small_world.ann)
    async with at_desk(small_world, small_world.ann, idle=watch.idle) as desk:
        watch.advance(10**6)
        await desk.settles()
        assert isinstance(desk.app.screen, JobsScreen)
        await desk.press("ctrl+o")
        await desk.sign_in("Ann Lee")
        watch.advance(121)
        await locked(desk)


async def test_whoever_signed_in_by_pin_at_a_personal_desk_is_locked_too(small_world: World, watch: Watch) -> None:
    can_sign_in(small_world, small_world.ann)
    async with at_desk(small_world, idle=watch.idle, shared=False) as desk:
        await desk.sign_in("Ann Lee")
        watch.advance(121)
        await locked(desk)


@pytest.mark.parametrize("must_change", [False, True])
async def test_who_went_away_while_signing_in_leaves_a_fresh_list(
    small_world: World, watch: Watch, must_change: bool
) -> None:
    """Above all no form that would give somebody else's account a new PIN."""
    small_world.writers.pins.put(small_world.ann.id, kept_pin(), must_change)
    async with at_desk(small_world, idle=watch.idle) as desk:
        await desk.picks("Ann Lee")
        await desk.types(PIN if must_change else PIN[:-1])
        if must_change:
            await desk.focuses("#new-pin")
        watch.advance(121)
        await desk.focuses("#names")
        assert not any(field.display or field.value for field in desk.app.screen.query(Input))


# --- Two people at one terminal --------------------------------------------------------------------------------------


async def test_two_people_at_one_terminal_never_meet(small_world: World) -> None:
    """Drafts, messages, notices, filter words and what was copied stay with whoever they belong to."""
    can_sign_in(small_world, small_world.ann, small_world.abe, small_world.mia)
    job = texted_job(small_world, "Which gate is it?")
    async with at_desk(small_world) as desk:
        await desk.sign_in("Ann Lee")
        await desk.press("/")
        await desk.types("silva")
        await desk.press("enter")
        await desk.opens(job)
        await desk.types("My own words")
        await desk.press("shift+home", "ctrl+c")
        assert desk.app.clipboard == "My own words"
        desk.app.notify("Only for Ann")
        await desk.press("ctrl+o")
        await locked(desk)
        assert desk.app.clipboard == ""
        for other in ("Abe Cole", "Mia Wong"):
            await desk.sign_in(other)
            assert desk.toasts == []
            assert "Only for Ann" not in desk.text
            assert not any(field.value for field in desk.app.screen.query(Input))
            if other == "Abe Cole":
                await desk.opens(job)
                assert desk.draft == ""
                await desk.press("ctrl+v")
                assert desk.draft == ""
                await desk.thread_says("Which gate is it?")
            else:
                assert "gate" not in desk.text
                assert "Silva" not in desk.text
            await desk.press("ctrl+o")
            await locked(desk)
        await desk.sign_in("Ann Lee")
        await desk.opens(job)
        assert desk.draft == "My own words"


async def test_a_question_still_open_at_sign_out_tells_the_next_one_nothing(
    small_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    can_sign_in(small_world, small_world.ann, small_world.mia)
    job, go_on = texted_job(small_world, "Which gate?"), Event()
    lists = small_world.readers.job_list
    find = lists.next_job

    def slowly(*of: object, **how: object) -> int | None:
        go_on.wait(10)
        return find(*of, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(lists, "next_job", slowly)
    async with at_desk(small_world) as desk:
        await desk.sign_in("Ann Lee")
        desk.types_ahead("w")
        await desk.pilot.pause()
        desk.app.sign_out()
        await desk.stands_at(SignInScreen)
        go_on.set()
        await desk.sign_in("Mia Wong")
        await desk.settles()
        assert isinstance(desk.app.screen, JobsScreen)
        assert job.number not in desk.text


# --- The circle ------------------------------------------------------------------------------------------------------


async def test_nobody_leaves_a_shared_desk_from_inside_a_sitting(small_world: World) -> None:
    can_sign_in(small_world, small_world.ann)
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world) as desk:
        await desk.sign_in("Ann Lee")
        for open_it in (None, job):
            if open_it is not None:
                await desk.opens(open_it)
            await desk.press("ctrl+q")
            await desk.until(lambda: any("ctrl+o signs you out" in toast for toast in desk.toasts), "it says so")
            assert desk.app.is_running
            desk.app.clear_notifications()


async def test_a_shared_desk_is_ended_at_the_list_of_names_with_a_second_key(small_world: World) -> None:
    async with at_desk(small_world) as desk:
        await desk.press("ctrl+q")
        await desk.shows("End Jobline on this terminal?")
        await desk.press("enter")
        await desk.focuses("#names")
        assert desk.app.is_running
        await desk.press("ctrl+q", "ctrl+q")
        await desk.shows("End Jobline on this terminal?")
        assert len(desk.app.screen_stack) == 2
        await desk.press("e")
        await desk.until(lambda: not desk.app.is_running, "it ended")


async def test_a_personal_desk_is_left_at_once_until_it_was_signed_out_of(small_world: World) -> None:
    can_sign_in(small_world, small_world.ann)
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.press("ctrl+q")
        await desk.until(lambda: not desk.app.is_running, "it ended")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.press("ctrl+o")
        await desk.sign_in("Ann Lee")
        await desk.press("ctrl+q")
        await desk.until(lambda: desk.toasts, "it says that the desk is shared")
        assert desk.app.is_running


async def test_the_palette_offers_a_shared_desk_no_pictures(small_world: World) -> None:
    can_sign_in(small_world, small_world.ann)
    async with at_desk(small_world) as desk:
        await desk.sign_in("Ann Lee")
        titles = [command.title for command in desk.app.get_system_commands(desk.app.screen)]
        assert "Screenshot" not in titles
        assert "Theme" in titles
