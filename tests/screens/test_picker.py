"""The recipient picker: search, tick, save, and why somebody cannot be texted. Rules 4, 40."""

import pytest

from screens.job import JobScreen
from screens.recipients import RecipientPicker
from storage.opt_outs import opt_out
from tests.desk import Desk, at_desk, texted_job
from tests.world import World


async def at_picker(desk: Desk, world: World, *answers: str) -> None:
    """Open the picker on a job that was texted about."""
    job = texted_job(world, *answers)
    await desk.opens(job)
    await desk.press("ctrl+r")
    await desk.stands_at(RecipientPicker)
    await desk.focuses("#search")


def people(desk: Desk) -> list[str]:
    """The lines of the list, with what marks and says who."""
    return [" ".join(line.split()) for line in desk.lines_of("#people") if line.strip()]


async def test_everybody_stands_in_their_group_with_the_channel(small_world: World) -> None:
    small_world.contact("Carl Dorn", "+15550102003", "Driver")
    async with at_desk(small_world, small_world.ann, size=(100, 24)) as desk:
        await at_picker(desk, small_world)
        assert people(desk) == [
            "── On this job",
            "[ ] Ana Silva Owner · +15550102001 · ana@example.com SMS",
            "[ ] Ben Silva Foreman · +15550102002 · ben@example.com SMS",
            "── At the company",
            "[ ] Carl Dorn Driver · +15550102003 · carl@example.com SMS",
            "── Our team",
            "[ ] Marco Diaz the worker of this job, at the desk desk",
            "[ ] Dispatch a note for dispatchers; nobody else sees it note",
        ]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("ben", "Ben Silva"),
        ("FOREMAN", "Ben Silva"),
        ("ben@exam", "Ben Silva"),
        ("2002", "Ben Silva"),
        ("silva fore", "Ben Silva"),
        ("marco", "Marco Diaz"),
        ("our team note", "Dispatch"),
    ],
)
async def test_a_search_by_any_field_finds_one(small_world: World, words: str, found: str) -> None:
    async with at_desk(small_world, small_world.ann) as desk:
        await at_picker(desk, small_world)
        await desk.types(words)
        await desk.until(lambda: len([line for line in people(desk) if line.startswith("[")]) == 1, "one is left")
        assert found in people(desk)[1]
        await desk.press("enter")
        await desk.stands_at(JobScreen)
        await desk.says("#recipient", found)


async def test_a_search_for_nobody_says_what_to_do(small_world: World) -> None:
    async with at_desk(small_world, small_world.ann) as desk:
        await at_picker(desk, small_world)
        await desk.types("zebra")
        await desk.says("#people", "Nobody fits these words. Shorten them, or press esc.")
        await desk.press("enter")
        assert isinstance(desk.app.screen, RecipientPicker)


async def test_space_types_in_the_search_and_ticks_in_the_list(small_world: World) -> None:
    async with at_desk(small_world, small_world.ann) as desk:
        await at_picker(desk, small_world)
        await desk.types("ana s")
        assert desk.part("#search") == "ana s"
        await desk.press(*["backspace"] * 5, "down", "space")
        await desk.says("#people", "[x] Ana Silva")
        await desk.says("#chosen", "Ana Silva by SMS; Marco Diaz and Dispatch see it")
        await desk.press("down", "space")
        await desk.says("#chosen", "Ana Silva and Ben Silva by SMS")
        await desk.press("space")
        await desk.says("#people", "[ ] Ben Silva")
        await desk.press("enter")
        await desk.stands_at(JobScreen)
        await desk.says("#recipient", "Ana Silva (Owner)")


async def test_ticks_stay_while_one_searches_on(small_world: World) -> None:
    async with at_desk(small_world, small_world.ann) as desk:
        await at_picker(desk, small_world)
        await desk.press("down", "space")
        await desk.types("foreman")
        await desk.focuses("#search")
        assert desk.part("#search") == "foreman"
        await desk.press("down", "space", "enter")
        await desk.stands_at(JobScreen)
        await desk.says("#recipient", "Ana Silva (Owner), Ben Silva (Foreman)")
        await desk.focuses("#contents")


async def test_enter_takes_the_highlighted_person_if_none_is_ticked(small_world: World) -> None:
    async with at_desk(small_world, small_world.ann) as desk:
        await at_picker(desk, small_world)
        await desk.press("down", "down", "enter")
        await desk.stands_at(JobScreen)
        await desk.says("#recipient", "Ben Silva (Foreman)")


async def test_escape_leaves_everything_as_it_was(small_world: World) -> None:
    async with at_desk(small_world, small_world.ann) as desk:
        await at_picker(desk, small_world, "Which gate?")
        await desk.press("down", "space", "down", "space", "escape")
        await desk.stands_at(JobScreen)
        await desk.says("#recipient", "Ana Silva (Owner)")


async def test_who_cannot_be_texted_says_why_and_cannot_be_ticked(small_world: World) -> None:
    small_world.contact("Nora Pine", None)
    with small_world.write() as session:
        opt_out(session, small_world.ben.mobile or "", "STOP", small_world.clock())
    async with at_desk(small_world, small_world.ann, size=(140, 30)) as desk:
        await at_picker(desk, small_world)
        await desk.says(
            "#people", "Ben Silva Foreman · +15550102002 · ben@example.com cannot be texted: opted out by STOP"
        )
        await desk.says("#people", "Nora Pine nora@example.com cannot be texted: no mobile number on file")
        await desk.types("nora")
        await desk.press("down", "space", "enter")
        assert isinstance(desk.app.screen, RecipientPicker)
        await desk.says("#chosen", "Choose a recipient")


async def test_the_reason_is_read_at_eighty_columns_too(small_world: World) -> None:
    with small_world.write() as session:
        opt_out(session, small_world.ben.mobile or "", "STOP", small_world.clock())
    async with at_desk(small_world, small_world.ann) as desk:
        await at_picker(desk, small_world)
        await desk.until(lambda: "opted out by STOP" in " ".join(people(desk)), "the reason is whole")


async def test_worker_and_customer_together_is_no_private_word(small_world: World) -> None:
    async with at_desk(small_world, small_world.ann) as desk:
        await at_picker(desk, small_world)
        await desk.press("down", "space", "end", "up", "space")
        await desk.says("#chosen", "(a customer message: not private)")


async def test_a_letter_in_recipient_begins_the_search_and_no_word_acts_as_keys(small_world: World) -> None:
    """ "Take" would begin an alert, "we" open another job, "edit" change this one."""
    job = texted_job(small_world)
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.focuses("#recipient")
        await desk.types("we take a ladder")
        await desk.stands_at(RecipientPicker)
        assert desk.part("#search") == "we take a ladder"
        await desk.press("ctrl+s")
        await desk.stands_at(JobScreen)
        await desk.press("escape")
        await desk.focuses("ThreadView")
        assert small_world.read_job(job.id).title == job.title
        assert len(desk.messages(job)) == 1


async def test_a_name_typed_in_recipient_is_chosen_with_enter(small_world: World) -> None:
    job = texted_job(small_world)
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.types("ben")
        await desk.stands_at(RecipientPicker)
        await desk.press("enter")
        await desk.stands_at(JobScreen)
        await desk.says("#recipient", "Ben Silva (Foreman)")
        await desk.focuses("#contents")
