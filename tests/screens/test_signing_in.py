"""Who sits at the desk: names, PINs, and nothing of the former user left behind. Rules 44, 48."""

from domain.people import Role
from screens.job import JobScreen
from screens.jobs import JobsScreen
from screens.signin import SignInScreen
from tests.desk import PIN, at_desk, can_sign_in, texted_job
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
        await desk.press("enter")
        await desk.stands_at(JobsScreen)
        assert desk.app.user == small_world.ann


async def test_a_pin_is_never_drawn(small_world: World) -> None:
    can_sign_in(small_world, small_world.ann)
    async with at_desk(small_world) as desk:
        await desk.picks("Ann Lee")
        await desk.types(PIN)
        assert desk.part("#pin") == "•" * len(PIN)
        assert not any(digit in desk.part("#pin") for digit in PIN)


async def test_a_wrong_pin_is_said_at_the_field_and_can_be_typed_again(small_world: World) -> None:
    can_sign_in(small_world, small_world.ann)
    async with at_desk(small_world) as desk:
        await desk.picks("Ann Lee")
        await desk.types("111111")
        await desk.press("enter")
        await desk.says("#said", "That PIN does not fit")
        await desk.focuses("#pin")
        assert desk.app.user is None
        await desk.types(PIN)
        await desk.press("enter")
        await desk.stands_at(JobsScreen)


async def test_somebody_without_a_pin_gets_the_same_words(small_world: World) -> None:
    async with at_desk(small_world) as desk:
        await desk.picks("Ann Lee")
        await desk.types(PIN)
        await desk.press("enter")
        await desk.says("#said", "That PIN does not fit. Try again.")


async def test_five_wrong_tries_bring_a_pause_in_words(small_world: World) -> None:
    can_sign_in(small_world, small_world.ann)
    for _ in range(5):
        small_world.writers.people.pin_failed(small_world.ann.id, None)
    async with at_desk(small_world) as desk:
        await desk.picks("Ann Lee")
        await desk.types("1")
        await desk.press("enter")
        await desk.says("#said", "That PIN does not fit")
        await desk.types(PIN)
        await desk.press("enter")
        await desk.says("#said", "Too many wrong tries. Wait 2 min")
        small_world.clock.advance(minutes=2)
        await desk.types(PIN)
        await desk.press("enter")
        await desk.stands_at(JobsScreen)


async def test_the_first_sign_in_asks_for_a_new_pin(small_world: World) -> None:
    can_sign_in(small_world, small_world.ann, must_change=True)
    async with at_desk(small_world) as desk:
        await desk.picks("Ann Lee")
        await desk.types(PIN)
        await desk.press("enter")
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
        await desk.says("#pin", "PIN, then Enter")


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
