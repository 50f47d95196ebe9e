"""Contacts from a job: a new one who is written to at once, the customer's, and whole groups in the picker. Rule 40."""

import pytest
from textual.widgets import Input

from domain.people import User
from screens.contact_form import ContactForm
from screens.contacts import ContactsScreen
from screens.job import JobScreen
from screens.recipients import RecipientPicker
from tests.contacting import keeper, made, names
from tests.desk import Desk, at_desk, texted_job
from tests.screens.test_picker import at_picker, people
from tests.world import World


@pytest.fixture
def ann(small_world: World) -> User:
    """Ann, with the Contacts box."""
    return keeper(small_world)


async def save_contact(desk: Desk, **values: str) -> None:
    """Fill the form and save it."""
    await desk.stands_at(ContactForm)
    await desk.settles()
    for name, value in values.items():
        desk.app.screen.query_one(f"#{name}", Input).value = value
    await desk.press("ctrl+s")


async def test_a_new_contact_of_the_job_is_chosen_as_recipient(small_world: World, ann: User) -> None:
    job = texted_job(small_world)
    async with at_desk(small_world, ann) as desk:
        await desk.opens(job)
        await desk.press("escape", "c")
        await save_contact(desk, name="Cy Silva", mobile="555 010 7001")
        await desk.stands_at(JobScreen)
        await desk.says("#recipient", "Cy Silva")
        await desk.settles()
        await desk.pastes("Hello Cy")
        await desk.press("ctrl+s")
        await desk.thread_says("Hello Cy")
    assert names(small_world, "silva farms cy") == ["Cy Silva"]


async def test_one_who_cannot_be_texted_is_made_and_not_chosen(small_world: World, ann: User) -> None:
    job = texted_job(small_world)
    async with at_desk(small_world, ann) as desk:
        await desk.opens(job)
        await desk.press("escape", "c")
        await save_contact(desk, name="Cy Silva")
        await desk.stands_at(JobScreen)
        await desk.until(lambda: any("no mobile number on file" in each for each in desk.toasts), "it is said")
        await desk.says("#recipient", "nobody yet")


async def test_the_customers_contacts_are_one_key_away(small_world: World, ann: User) -> None:
    made(small_world, "Elsewhere", customer="Okafor Ltd")
    job = texted_job(small_world)
    async with at_desk(small_world, ann) as desk:
        await desk.opens(job)
        await desk.press("escape", "C")
        await desk.stands_at(ContactsScreen)
        await desk.says("#about", "2 contacts of Silva Farms")
        await desk.press("escape")
        await desk.at_job(job)


async def test_without_the_box_there_is_no_new_contact(small_world: World) -> None:
    job = texted_job(small_world)
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.press("escape", "c", "m", "ctrl+r")
        await desk.stands_at(RecipientPicker)
        await desk.press("ctrl+n")
        assert isinstance(desk.app.screen, RecipientPicker)


async def test_a_new_contact_from_the_picker_is_ticked(small_world: World, ann: User) -> None:
    async with at_desk(small_world, ann, size=(110, 30)) as desk:
        await at_picker(desk, small_world)
        await desk.press("down", "space", "ctrl+n")
        await save_contact(desk, name="Cy Silva", mobile="555 010 7001")
        await desk.stands_at(RecipientPicker)
        await desk.says("#people", "[x] Cy Silva")
        await desk.says("#people", "[x] Ana Silva")
        await desk.press("ctrl+s")
        await desk.stands_at(JobScreen)
        await desk.says("#recipient", "Ana Silva (Owner), Cy Silva")


async def test_people_are_found_by_the_name_of_their_group(small_world: World, ann: User) -> None:
    made(small_world, "Cy", "+15550107001", groups=("Nachtschicht Süd",))
    async with at_desk(small_world, ann, size=(110, 30)) as desk:
        await at_picker(desk, small_world)
        await desk.types("sud")
        await desk.until(lambda: len(people(desk)) == 4, "one person and their group are left")
        assert people(desk) == [
            "── At the company",
            "[ ] Cy +15550107001 · Nachtschicht Süd SMS",
            "── Groups: space ticks everybody in one",
            "[ ] Nachtschicht Süd 1 person",
        ]


async def test_one_key_ticks_a_whole_group_and_again_nobody(small_world: World, ann: User) -> None:
    for i in range(3):
        made(small_world, f"Driver {i}", f"+1555010710{i}", groups=("Drivers",))
    made(small_world, "Walker", groups=("Drivers",))
    async with at_desk(small_world, ann, size=(120, 40)) as desk:
        await at_picker(desk, small_world)
        await desk.types("drivers")
        await desk.says("#people", "[ ] Drivers 3 people")
        await desk.press("down", "end", "space")
        await desk.says("#people", "[x] Drivers 3 people")
        await desk.says("#chosen", "Driver 0, Driver 1 and Driver 2 by SMS")
        await desk.press("space")
        await desk.says("#people", "[ ] Drivers 3 people")
        await desk.press("enter")
        await desk.stands_at(JobScreen)
        await desk.says("#recipient", "Driver 2 (+15550107102)")


async def test_a_group_is_whole_although_its_company_is_too_large_to_be_read(small_world: World, ann: User) -> None:
    for i in range(205):
        made(small_world, f"Person {i:03}")
    made(small_world, "Zoe", "+15550107001", groups=("Night",))
    made(small_world, "Amy", "+15550107002", groups=("Night",))
    async with at_desk(small_world, ann, size=(120, 40)) as desk:
        await at_picker(desk, small_world)
        await desk.types("amy")
        await desk.until(lambda: any("Amy" in line for line in people(desk)), "one of them is known")
        await desk.press(*["backspace"] * 3)
        await desk.types("night")
        await desk.press("down", "end", "space")
        await desk.says("#chosen", "Amy and Zoe by SMS")
