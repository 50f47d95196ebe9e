"""Merging two contacts with the keys: the second, each value, what goes over, confirm, undo until sign-out."""

import pytest

from domain.people import User
from screens.ask import Confirm
from screens.contact_merge import MergeScreen
from screens.contact_second import SecondPicker
from screens.contacts import ContactsScreen
from tests.contacting import boxes, form, keeper, made, names, person_id
from tests.desk import Desk, at_desk, can_sign_in
from tests.screens.test_contacts import at_contacts, lines
from tests.screens.test_keys import cut
from tests.world import ANA, World, dispatcher


@pytest.fixture
def ann(small_world: World) -> User:
    """Ann, with the Contacts box."""
    return keeper(small_world)


async def at_merge(desk: Desk, second: str) -> MergeScreen:
    """From the list, with the cursor on the one that stays, choose who is the same person."""
    await desk.press("m")
    await desk.stands_at(SecondPicker)
    await desk.settles()
    await desk.types(second)
    await desk.until(lambda: len(_people(desk)) == 1, "one is left")
    await desk.press("enter")
    await desk.stands_at(MergeScreen)
    await desk.settles()
    screen = desk.app.screen
    assert isinstance(screen, MergeScreen)
    return screen


def _people(desk: Desk) -> list[str]:
    return [" ".join(line.split()) for line in desk.lines_of("#second") if line.strip()]


async def test_who_has_the_same_number_is_offered_first(small_world: World, ann: User) -> None:
    made(small_world, "Zoe", ANA)
    made(small_world, "Elsewhere", ANA, "Okafor Ltd")
    async with at_desk(small_world, ann) as desk:
        await at_contacts(desk, "m")
        await desk.stands_at(SecondPicker)
        await desk.until(lambda: _people(desk), "the others are read")
        assert _people(desk) == ["≈ Zoe +15550102001", "Ben Silva Foreman · +15550102002 · ben@example.com"]


async def test_each_value_is_chosen_and_confirmed_with_another_key(small_world: World, ann: User) -> None:
    made(small_world, "A. Silva", "+15550160001", title="Boss", groups=("Drivers",))
    job = small_world.job(site_contact_id=3, billing_contact_id=None)
    async with at_desk(small_world, ann) as desk:
        await at_contacts(desk, "down")
        await at_merge(desk, "a. silva")
        await desk.says("#both-names", "stays: Ana Silva goes: A. Silva")
        await desk.says("#values", "Name ▶ Ana Silva A. Silva")
        await desk.says("#moves", "Groups of both: Drivers. Goes over from the right: 1 job, 1 consent.")
        await desk.press("down", "right")
        await desk.says("#values", "Job title Owner ▶ Boss")
        await desk.press("left")
        await desk.says("#values", "Job title ▶ Owner Boss")
        await desk.press("space", "ctrl+s")
        await desk.stands_at(Confirm)
        await desk.press("enter")
        await desk.stands_at(MergeScreen)
        assert names(small_world) == ["A. Silva", "Ana Silva", "Ben Silva"]
        await desk.press("ctrl+s")
        await desk.shows("Over go: 1 job, 1 consent.")
        await desk.press("y")
        await desk.stands_at(ContactsScreen)
        await desk.until(lambda: len(lines(desk)) == 2, "one is left of the two")
        found = form(small_world, small_world.ana)
        assert (found.name, found.title, found.mobile, found.groups) == ("Ana Silva", "Boss", ANA, ("Drivers",))
        assert boxes(small_world.read_job(job.id))[0] == small_world.ana.contact_id
        await desk.press("u")
        await desk.until(lambda: len(lines(desk)) == 3, "two again")
        assert "Ana Silva: two contacts again, as before." in desk.toasts
        await desk.press("u")
        await desk.until(lambda: any("No merge to undo" in each for each in desk.toasts), "there was one merge")
    assert form(small_world, small_world.ana).title == "Owner"
    assert boxes(small_world.read_job(job.id))[0] == 3


async def test_a_field_that_is_the_same_has_nothing_to_choose(small_world: World, ann: User) -> None:
    async with at_desk(small_world, ann) as desk:
        await at_contacts(desk)
        await at_merge(desk, "ben")
        await desk.says("#values", "SMS on same")
        await desk.press("end", "right")
        assert "Time zone is the same on both sides." in desk.toasts
        assert cut(desk) == []
        await desk.press("escape")
        await desk.stands_at(ContactsScreen)
    assert names(small_world) == ["Ana Silva", "Ben Silva"]


async def test_a_merge_that_somebody_overtook_is_refused_beneath(small_world: World, ann: User) -> None:
    async with at_desk(small_world, ann) as desk:
        await at_contacts(desk)
        await at_merge(desk, "ben")
        small_world.writers.contacts.remove(person_id(small_world.ben), "Abe Cole")
        await desk.press("ctrl+s")
        await desk.stands_at(Confirm)
        await desk.press("y")
        await desk.says("#said", "This contact is not in your list any more")
        await desk.press("escape")
        await desk.stands_at(ContactsScreen)


async def test_an_undo_that_cannot_be_says_why(small_world: World, ann: User) -> None:
    job = small_world.job()
    async with at_desk(small_world, ann) as desk:
        await at_contacts(desk)
        await at_merge(desk, "ben")
        await desk.press("ctrl+s", "y")
        await desk.stands_at(ContactsScreen)
        small_world.text(job, dispatcher(small_world.ann), small_world.ana)
        await desk.press("u")
        why = "cannot be taken back any more: a message to them was written since"
        await desk.until(lambda: any(why in each for each in desk.toasts), "it is said")


async def test_the_undo_is_gone_with_the_sign_out(small_world: World, ann: User) -> None:
    can_sign_in(small_world, ann)
    async with at_desk(small_world) as desk:
        await desk.sign_in("Ann Lee")
        await at_contacts(desk)
        await at_merge(desk, "ben")
        await desk.press("ctrl+s", "y")
        await desk.stands_at(ContactsScreen)
        await desk.press("ctrl+o")
        await desk.sign_in("Ann Lee")
        await at_contacts(desk, "u")
        await desk.until(lambda: any("No merge to undo" in each for each in desk.toasts), "nothing to undo")
    assert names(small_world) == ["Ana Silva"]
