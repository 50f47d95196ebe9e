"""Who sits at the desk: names, PINs, and nothing of the former user left behind. Rules 44, 48."""

import sqlite3
from threading import Event

import pytest

from app import typing_ahead
from domain.people import Role
from domain.secret import Secret
from screens import signin
from screens.job import JobScreen
from screens.jobs import JobsScreen
from screens.signin import SignInScreen
from storage.pins import PinTry
from storage.reads import SignInName
from tests.desk import PIN, at_desk, can_sign_in, kept_pin, texted_job
from tests.world import World


async def test_a_digit_picks_a_name_and_the_pin_opens_the_jobs(small_world: World) -> None:
    can_sign_in(small_world, small_world.ann, small_world.marco)
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world) as desk:
        await desk.shows("Who are you?", "Ann Lee", "Marco Diaz", "nobody signed in")
        await desk.sign_in("Ann Lee")
        await desk.shows(job.number, "Ann Lee · dispatcher")
        assert desk.app.user == small_world.ann


async def test_arrows_and_enter_pick_a_name_too(small_world: World) -> None:
    can_sign_in(small_world, small_world.ann)
    async with at_desk(small_world) as desk:
        assert desk.lines_of("#names")[0].split()[1:3] == ["Abe", "Cole"]
        await desk.press("down", "enter")
        await desk.focuses("#pin")
        await desk.types(PIN)
        await desk.stands_at(JobsScreen)
        assert desk.app.user == small_world.ann


async def test_a_pin_is_never_drawn(small_world: World) -> None:
    can_sign_in(small_world, small_world.ann)
    async with at_desk(small_world) as desk:
        await desk.picks("Ann Lee")
        await desk.types(PIN[:-1])
        assert desk.part("#pin") == "•" * (len(PIN) - 1)
        assert not any(digit in desk.part("#pin") for digit in PIN)


async def test_a_wrong_pin_is_said_at_the_field_and_can_be_typed_again(small_world: World) -> None:
    can_sign_in(small_world, small_world.ann)
    async with at_desk(small_world) as desk:
        await desk.picks("Ann Lee")
        await desk.types("111111")
        await desk.says("#said", "That PIN does not fit")
        await desk.focuses("#pin")
        assert desk.part("#pin") == "PIN: its last digit enters", "the field is empty"
        assert desk.app.user is None
        await desk.types(PIN)
        await desk.stands_at(JobsScreen)


async def test_somebody_without_a_pin_gets_the_same_words(small_world: World) -> None:
    async with at_desk(small_world) as desk:
        await desk.picks("Ann Lee")
        await desk.types(PIN)
        await desk.says("#said", "That PIN does not fit. Try again.")


async def test_five_wrong_tries_bring_a_pause_in_words(small_world: World) -> None:
    can_sign_in(small_world, small_world.ann)
    for turn in range(4):
        small_world.writers.pins.begin(small_world.ann.id, f"tty{turn}")
    async with at_desk(small_world) as desk:
        await desk.picks("Ann Lee")
        await desk.types("1")
        await desk.press("enter")
        await desk.says("#said", "That PIN does not fit")
        await desk.types(PIN)
        await desk.says("#said", "Too many wrong tries. Wait 1 min")
        small_world.clock.advance(minutes=1)
        await desk.types(PIN)
        await desk.stands_at(JobsScreen)


async def test_the_first_sign_in_asks_for_a_new_pin(small_world: World) -> None:
    can_sign_in(small_world, small_world.ann, must_change=True)
    async with at_desk(small_world) as desk:
        await desk.picks("Ann Lee")
        await desk.types(PIN)
        await desk.says("#said", "Choose your own PIN")
        for new, again, complaint in (
            ("1234", "1234", "at least 6 digits"),
            ("739104", "739105", "The two PINs differ"),
            (PIN, PIN, "That is the old PIN"),
        ):
            await desk.focuses("#new-pin")
            await desk.types(new)
            await desk.press("enter")
            await desk.types(again)
            await desk.press("enter")
            await desk.says("#said", complaint)
            assert desk.app.user is None
        await desk.focuses("#new-pin")
        await desk.types("739104")
        await desk.press("enter")
        await desk.types("739104")
        await desk.press("enter")
        await desk.stands_at(JobsScreen)
        await desk.press("ctrl+o")
        await desk.sign_in("Ann Lee", "739104")


async def test_escape_goes_back_to_the_names(small_world: World) -> None:
    can_sign_in(small_world, small_world.ann)
    async with at_desk(small_world) as desk:
        await desk.picks("Ann Lee")
        await desk.types("12")
        await desk.press("escape")
        await desk.focuses("#names")
        await desk.picks("Ann Lee")
        await desk.says("#pin", "PIN: its last digit enters")


async def test_after_signing_out_nothing_of_the_former_user_is_shown(small_world: World) -> None:
    can_sign_in(small_world, small_world.ann, small_world.mia)
    job = texted_job(small_world, "Which gate is it?")
    async with at_desk(small_world) as desk:
        await desk.sign_in("Ann Lee")
        await desk.opens(job)
        await desk.thread_says("Which gate is it?")
        await desk.types("North")
        await desk.press("ctrl+s")
        await desk.until(lambda: desk.toasts, "a notice is up")
        await desk.press("ctrl+o")
        await desk.stands_at(SignInScreen)
        for secret in ("gate", job.number, "Silva", "dispatcher signed in", "Ann Lee ·"):
            assert secret not in desk.text
        assert desk.toasts == []
        await desk.sign_in("Mia Wong")
        await desk.shows("No jobs are assigned to you")
        for secret in ("gate", job.number, "Silva", "Ann"):
            assert secret not in desk.text


async def test_nobody_signs_out_of_the_list_of_names(small_world: World) -> None:
    async with at_desk(small_world) as desk:
        await desk.press("ctrl+o")
        assert isinstance(desk.app.screen, SignInScreen)


async def test_a_new_name_appears_by_itself(small_world: World) -> None:
    async with at_desk(small_world) as desk:
        small_world.user("Zoe Ray", Role.WORKER)
        await desk.says("#names", "Zoe Ray")


async def test_signing_out_in_the_middle_of_a_word_keeps_the_draft(small_world: World) -> None:
    can_sign_in(small_world, small_world.ann)
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world) as desk:
        await desk.sign_in("Ann Lee")
        await desk.opens(job)
        await desk.types("The north gate")
        await desk.press("ctrl+o")
        await desk.stands_at(SignInScreen)
        await desk.until(lambda: desk.kept_draft(small_world.ann, job), "the draft is kept")
        await desk.sign_in("Ann Lee")
        await desk.opens(job)
        assert desk.draft == "The north gate"
        assert isinstance(desk.app.screen, JobScreen)


async def test_signing_out_works_beneath_a_modal_window(small_world: World) -> None:
    can_sign_in(small_world, small_world.ann)
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world) as desk:
        await desk.sign_in("Ann Lee")
        await desk.opens(job)
        await desk.types("The north gate")
        await desk.press("ctrl+r")
        await desk.shows("Search by name")
        desk.app.sign_out()
        await desk.stands_at(SignInScreen)
        assert "gate" not in desk.text
        await desk.until(lambda: desk.kept_draft(small_world.ann, job), "the draft is kept")


# --- Names, digits and Enter (rule 48) -------------------------------------------------------------------------------


async def test_letters_narrow_the_list_so_that_a_digit_reaches_every_name(small_world: World) -> None:
    for i in range(12):
        small_world.user(f"Worker {chr(ord('A') + i)}", Role.WORKER)
    last = small_world.user("Željko Ćorić", Role.WORKER)
    can_sign_in(small_world, last)
    async with at_desk(small_world) as desk:
        await desk.types("zel")
        await desk.shows("1 Željko Ćorić", "“zel”: backspace widens")
        await desk.hides("Worker A", "Ann Lee")
        await desk.press("1")
        await desk.focuses("#pin")
        await desk.types(PIN)
        await desk.stands_at(JobsScreen)
        assert desk.app.user == last


async def test_backspace_and_escape_widen_the_list_again(small_world: World) -> None:
    async with at_desk(small_world) as desk:
        await desk.types("mix")
        await desk.says("#names", "Nobody’s name has these letters")
        await desk.press("backspace")
        await desk.says("#names", "1 Mia Wong")
        assert "Marco" not in desk.part("#names")
        await desk.press("escape")
        await desk.says("#names", "4 Mia Wong")


async def test_enter_pressed_by_habit_after_the_last_digit_opens_nothing(small_world: World) -> None:
    can_sign_in(small_world, small_world.ann)
    texted_job(small_world, "Which gate?")
    async with at_desk(small_world) as desk:
        await desk.picks("Ann Lee")
        desk.types_ahead(*PIN, "enter")
        await desk.stands_at(JobsScreen)
        await desk.settles()
        assert isinstance(desk.app.screen, JobsScreen)
        desk.types_ahead("enter")
        await desk.stands_at(JobScreen)


async def test_a_longer_pin_enters_with_its_own_last_digit(small_world: World) -> None:
    small_world.writers.pins.put(small_world.ann.id, kept_pin("48291576"), must_change=False)
    async with at_desk(small_world) as desk:
        await desk.picks("Ann Lee")
        await desk.types("482915")
        await desk.settles()
        assert desk.part("#pin") == "•" * 6
        await desk.types("76")
        await desk.stands_at(JobsScreen)


async def test_only_digits_go_into_a_pin(small_world: World) -> None:
    async with at_desk(small_world) as desk:
        await desk.picks("Ann Lee")
        await desk.types("1a?2-")
        assert desk.part("#pin") == "••"


async def test_who_went_back_to_the_names_is_not_signed_in_by_a_late_answer(
    small_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    can_sign_in(small_world, small_world.ann)
    async with at_desk(small_world) as desk:
        await desk.picks("Ann Lee")
        judged = Event()
        begin = small_world.writers.pins.begin

        def slowly(user_id: int, terminal: str) -> PinTry:
            judged.wait(10)
            return begin(user_id, terminal)

        monkeypatch.setattr(small_world.writers.pins, "begin", slowly)
        monkeypatch.setattr(typing_ahead, "LONGEST_WAIT_S", 0.05)
        await desk.types(PIN)
        await desk.press("escape")
        await desk.focuses("#names")
        judged.set()
        await desk.settles()
        assert desk.app.user is None
        assert isinstance(desk.app.screen, SignInScreen)


# --- The secret and the database away --------------------------------------------------------------------------------


async def test_another_machines_secret_is_told_in_the_list(small_world: World) -> None:
    can_sign_in(small_world, small_world.ann)
    small_world.writers.pins.replace_mark(Secret(bytes(32), "office:/keys/secret.key").mark)
    async with at_desk(small_world) as desk:
        await desk.picks("Ann Lee")
        await desk.types(PIN)
        await desk.says("#said", "copy office:/keys/secret.key to")
        assert desk.app.user is None


async def test_a_database_that_is_away_at_sign_out_does_not_end_the_desk(
    small_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    can_sign_in(small_world, small_world.ann)
    monkeypatch.setattr(signin, "RETRY_S", 0.05)
    away, reads = True, small_world.readers.reads
    names = reads.sign_in_names

    def read() -> list[SignInName]:
        if away:
            raise sqlite3.OperationalError("unable to open database file")
        return names()

    async with at_desk(small_world) as desk:
        await desk.sign_in("Ann Lee")
        monkeypatch.setattr(reads, "sign_in_names", read)
        await desk.press("ctrl+o")
        await desk.stands_at(SignInScreen)
        await desk.says("#names", "cannot be opened")
        await desk.says("#names", "Trying again")
        assert "Silva" not in desk.text
        away = False
        await desk.says("#names", "Ann Lee")
        await desk.sign_in("Ann Lee")


async def test_a_database_that_goes_away_while_somebody_signs_in_is_told(
    small_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    can_sign_in(small_world, small_world.ann)
    async with at_desk(small_world) as desk:
        await desk.picks("Ann Lee")
        with monkeypatch.context() as broken:

            def fail(*_: object) -> None:
                raise sqlite3.OperationalError("unable to open database file")

            broken.setattr(small_world.writers.pins, "begin", fail)
            await desk.types(PIN)
            await desk.says("#said", "cannot be opened")
        await desk.types(PIN)
        await desk.stands_at(JobsScreen)
