"""The tray and texts on a job, sorted by keys on a terminal of 80 columns and 24 lines."""

import pytest

from domain.jobs import Job, Status
from domain.messages import Message, Party
from screens.ask import Confirm
from screens.job import JobScreen
from screens.jobs import JobsScreen
from screens.placing import PlacingScreen
from screens.placing_sender import NameSender
from screens.tray import TrayScreen
from storage.tables.people import ContactRow
from tests.desk import Desk, at_desk, texted_job
from tests.world import ANA, OURS, World

STRANGER = "+15550107777"


def two_jobs(world: World) -> tuple[Job, Job]:
    """Marco's and Mia's job texted Ana from one number: what she answers is a guess on Mia's."""
    first = texted_job(world)
    world.change(first, status=Status.COMPLETED)
    world.clock.advance(minutes=1)
    second = texted_job(world, worker=world.mia)
    world.change(first, status=Status.STARTED)
    return world.read_job(first.id), second


def the_text(desk: Desk, job: Job) -> Message:
    """The newest message of a job."""
    return desk.messages(job)[-1]


async def to_tray(desk: Desk) -> None:
    """Open the tray."""
    await desk.press("t")
    await desk.stands_at(TrayScreen)
    await desk.settles()


async def selects(desk: Desk, words: str) -> None:
    """Put the cursor of the thread on a message."""
    desk.thread.focus()
    await desk.pilot.pause()
    await desk.press("end")
    for _ in desk.thread.messages:
        if desk.thread.selected is not None and words in desk.thread.selected.body:
            return
        await desk.press("up")
    raise AssertionError(f"no message says “{words}”")


async def test_an_unknown_number_becomes_a_contact_and_its_text_goes_on_a_job(small_world: World) -> None:
    world = small_world
    job = world.job()
    async with at_desk(world, world.ann) as desk:
        desk.carrier.receives_at(OURS, "Which gate is it?", STRANGER)
        await to_tray(desk)
        await desk.shows("+1 555-010-7777", "Which gate is it?", "enter chooses a job, c makes a contact")
        await desk.press("c")
        await desk.stands_at(NameSender)
        await desk.press("enter", "enter")
        await desk.shows("! Type the name of the person.")
        await desk.types("Joe Hill")
        await desk.press("enter")
        await desk.types("Silva Farms")
        await desk.press("enter")
        await desk.stands_at(PlacingScreen)
        await desk.shows(f"{job.number} · Silva Farms", "Joe Hill is of this customer")
        await desk.press("enter")
        await desk.stands_at(TrayScreen)
        await desk.shows("The tray is empty")
        placed = the_text(desk, job)
        assert (placed.body, placed.author.name) == ("Which gate is it?", "Joe Hill")
        await desk.press("escape")
        await desk.stands_at(JobsScreen)
        assert "tray" not in desk.header


async def test_one_key_puts_a_text_on_the_job_that_is_offered_first(small_world: World) -> None:
    world = small_world
    job = world.job()
    async with at_desk(world, world.ann) as desk:
        desk.carrier.receives_at(OURS, "When do you come?", ANA)
        await to_tray(desk)
        await desk.shows("Ana Silva (Silva Farms)", f"y puts it on {job.number} · Silva Farms")
        await desk.press("y")
        await desk.shows("The tray is empty")
        assert the_text(desk, job).author.name == "Ana Silva"


async def test_a_guess_is_counted_said_to_be_right_or_moved(small_world: World) -> None:
    world = small_world
    first, second = two_jobs(world)
    async with at_desk(world, world.ann) as desk:
        for words in ("For the pump", "For the gate"):
            desk.carrier.receives(words)
        await desk.says("TopBar", "2 in the tray")
        await to_tray(desk)
        await desk.shows(f"Guessed: {second.number} · Silva Farms")
        await desk.press("y")
        await desk.hides("For the gate")
        assert not the_text(desk, second).guessed
        await desk.press("enter")
        await desk.stands_at(PlacingScreen)
        await desk.types(first.number)
        await desk.shows(first.number)
        await desk.settles()
        await desk.press("enter")
        await desk.shows("The tray is empty")
        assert desk.bodies(first)[-1] == "For the pump"
        assert "For the pump" not in desk.bodies(second)


async def test_a_text_is_dismissed_after_a_second_word_and_brought_back(small_world: World) -> None:
    world = small_world
    async with at_desk(world, world.ann) as desk:
        desk.carrier.receives_at(OURS, "Wrong number, sorry", STRANGER)
        await to_tray(desk)
        await desk.press("x")
        await desk.stands_at(Confirm)
        await desk.press("x", "enter")
        await desk.stands_at(TrayScreen)
        await desk.shows("Wrong number, sorry")
        await desk.press("x", "d")
        await desk.shows("The tray is empty")
        await desk.press("v")
        await desk.shows("Wrong number, sorry", "Dismissed by Ann Lee")
        await desk.press("b")
        await desk.shows("Nothing was dismissed")
        await desk.press("v")
        await desk.shows("Wrong number, sorry")


async def test_who_comes_second_reads_who_was_first(small_world: World) -> None:
    world = small_world
    job, other = world.job(), world.job()
    async with at_desk(world, world.ann) as desk:
        desk.carrier.receives_at(OURS, "Which gate is it?", STRANGER)
        await to_tray(desk)
        await desk.shows("Which gate is it?")
        await desk.press("p")
        await desk.stands_at(PlacingScreen)
        await desk.types(job.number)
        await desk.shows(f"{job.number} · Silva Farms")
        (text,) = world.writers.tray.waiting(world.abe)
        world.writers.placing.put(text, other.id, world.abe)
        await desk.settles()
        await desk.press("enter")
        await desk.until(
            lambda: any(
                f"Abe Cole sorted this text since you looked: it is on {other.number}" in t for t in desk.toasts
            )
        )
        assert desk.bodies(job) == []
        await desk.shows("The tray is empty")


async def test_on_the_job_one_key_says_a_guess_is_right(small_world: World) -> None:
    world = small_world
    _, second = two_jobs(world)
    async with at_desk(world, world.ann) as desk:
        desk.carrier.receives("For the gate")
        await desk.opens(second)
        await selects(desk, "For the gate")
        await desk.thread_says("t: this is the right job · M moves it to another job")
        await desk.press("t")
        await desk.until(lambda: not the_text(desk, second).guessed)
        await desk.thread_says("For the gate")
        await desk.until(lambda: "guessed" not in desk.part("ThreadView"))


async def test_any_text_can_be_moved_later_from_its_job_with_one_key(small_world: World) -> None:
    world = small_world
    job, other = texted_job(world, "For the gate"), world.job()
    async with at_desk(world, world.ann) as desk:
        await desk.opens(job)
        await selects(desk, "For the gate")
        await desk.press("M")
        await desk.stands_at(PlacingScreen)
        await desk.shows(other.number)
        await desk.settles()
        await desk.press("enter")
        await desk.stands_at(JobScreen)
        await desk.until(lambda: "For the gate" not in desk.part("ThreadView"))
        assert desk.bodies(other) == ["For the gate"]
        await selects(desk, "We come at ten")
        await desk.press("M")
        await desk.until(lambda: any("Only what came in by text" in t for t in desk.toasts))


async def test_one_key_takes_in_what_was_kept_for_dispatchers(small_world: World) -> None:
    world = small_world
    world.writers.people.set_direct_reply(world.berlin, on=False)
    job = texted_job(world, "Which gate?")
    async with at_desk(world, world.ann) as desk:
        await desk.opens(job)
        await selects(desk, "Which gate?")
        await desk.thread_says("dispatchers only", "t makes it a message for all")
        await desk.press("t")
        await desk.until(lambda: "Which gate?" in [m.body for m in desk.messages(job, world.marco)])


async def test_one_key_says_that_the_other_one_on_the_phone_wrote_it(small_world: World) -> None:
    world = small_world
    ben = world.contact("Ben Lopez", None)
    with world.write() as session:
        session.get_one(ContactRow, ben.contact_id).mobile = ANA
    job = texted_job(world, "Which gate?")
    async with at_desk(world, world.ann) as desk:
        await desk.opens(job)
        await selects(desk, "Which gate?")
        await desk.press("b")
        await desk.thread_says("Ben Lopez →")
        assert the_text(desk, job).author.contact_id == ben.contact_id


async def test_a_bare_number_on_a_job_is_made_a_contact_there(small_world: World) -> None:
    world = small_world
    job = world.job()
    async with at_desk(world, world.ann) as desk:
        desk.carrier.receives_at(OURS, "Which gate?", STRANGER)
        (text,) = world.writers.tray.waiting(world.ann)
        world.writers.placing.put(text, job.id, world.ann)
        await desk.opens(job)
        assert the_text(desk, job).author.role is Party.PHONE
        await selects(desk, "Which gate?")
        await desk.thread_says("b makes a contact")
        await desk.press("b")
        await desk.stands_at(NameSender)
        await desk.types("Joe Hill")
        await desk.press("enter")
        await desk.stands_at(JobScreen)
        await desk.thread_says("Joe Hill →")


@pytest.mark.parametrize("key", ["t", "M", "b"])
async def test_beside_the_composers_fields_the_letters_are_for_the_text(small_world: World, key: str) -> None:
    world = small_world
    _, second = two_jobs(world)
    async with at_desk(world, world.ann) as desk:
        desk.carrier.receives("For the gate")
        await desk.opens(second)
        await desk.writes("Hello")
        await desk.press(key)
        assert desk.draft == f"Hello{key}"
        assert the_text(desk, second).guessed


async def test_what_was_wrong_with_a_name_is_gone_with_the_first_letter(small_world: World) -> None:
    world = small_world
    async with at_desk(world, world.ann) as desk:
        desk.carrier.receives_at(OURS, "Which gate is it?", STRANGER)
        await to_tray(desk)
        await desk.press("c")
        await desk.stands_at(NameSender)
        await desk.press("ctrl+s")
        await desk.says("#sender-said", "! Type the name of the person.")
        await desk.types("J")
        await desk.says("#sender-said", "ctrl+s saves")
