"""Contacts with the keys, at 80 by 24 and wide: found, made, changed, deleted, and the customers."""

from dataclasses import replace

import pytest
from textual.widgets import Input

from domain.people import User
from screens.ask import Confirm
from screens.contact_consents import Consents
from screens.contact_form import ContactForm
from screens.contact_screen import ContactScreen
from screens.contacts import ContactsScreen
from screens.contacts_customers import CustomersScreen
from screens.jobs import JobsScreen
from storage.opt_outs import opt_out
from tests.contacting import boxes, consents, form, keeper, made, names, person_id
from tests.desk import Desk, at_desk
from tests.messaging.test_administration import tick
from tests.screens.test_keys import cut, each_focus
from tests.world import ANA, World


@pytest.fixture
def ann(small_world: World) -> User:
    """Ann, with the Contacts box."""
    return keeper(small_world)


async def at_contacts(desk: Desk, *keys: str) -> ContactsScreen:
    """Open Contacts from the job list, and press some keys there."""
    await desk.press("C")
    await desk.stands_at(ContactsScreen)
    await desk.settles()
    screen = desk.app.screen
    assert isinstance(screen, ContactsScreen)
    await desk.press(*keys)
    await desk.settles()
    return screen


def lines(desk: Desk) -> list[str]:
    """The lines of the list, blanks as one."""
    return [" ".join(line.split()) for line in desk.lines_of("#lines") if line.strip()]


async def at_form(desk: Desk, key: str) -> ContactForm:
    """Open the form by a key and wait until it is filled."""
    await desk.press(key)
    await desk.stands_at(ContactForm)
    await desk.settles()
    screen = desk.app.screen
    assert isinstance(screen, ContactForm)
    return screen


def fill(screen: ContactForm, **values: str) -> None:
    """Write into fields."""
    for name, value in values.items():
        screen.query_one(f"#{name}", Input).value = value


async def test_the_list_says_who_and_narrows_with_every_letter(small_world: World, ann: User) -> None:
    made(small_world, "José Gómez", ANA, "Åse Bygg", title="Driver", groups=("Night",))
    small_world.job()
    async with at_desk(small_world, ann) as desk:
        await at_contacts(desk)
        assert lines(desk) == [
            "Ana Silva Silva Farms +15550102001 ≈ 1 Owner",
            "Ben Silva Silva Farms +15550102002 1 Foreman",
            "José Gómez Åse Bygg +15550102001 ≈ Driver · Night",
        ]
        await desk.says("#about", "3 contacts · ≈ same number as another: v shows them, m merges")
        await desk.press("/")
        await desk.types("gomez ase")
        await desk.until(lambda: len(lines(desk)) == 1, "one is left")
        await desk.press("enter")
        await desk.focuses("#lines")
        await desk.press("escape")
        await desk.until(lambda: len(lines(desk)) == 3, "everybody again")
        await desk.press("v")
        await desk.says("#about", "2 contacts that share a number")
        assert [line.split()[0] for line in lines(desk)] == ["Ana", "José"]
        await desk.press("escape", "escape")
        await desk.stands_at(JobsScreen)


async def test_a_list_of_many_goes_on_as_one_comes_near_its_end(small_world: World, ann: User) -> None:
    for i in range(230):
        made(small_world, f"Person {i:03}")
    async with at_desk(small_world, ann) as desk:
        screen = await at_contacts(desk)
        await desk.says("#about", "232 contacts")
        assert len(screen.items) == 200
        await desk.press("end")
        await desk.until(lambda: len(screen.items) == 232, "the rest is read")
        await desk.press("end")
        await desk.shows("Person 229")
        made(small_world, "Aaron")
        await desk.says("#about", "233 contacts")
        assert screen.chosen is not None
        assert screen.chosen.form.name == "Person 229", "the cursor stays on its contact"


async def test_everything_about_a_contact_stands_beside_a_wide_list(small_world: World, ann: User) -> None:
    job = small_world.job()
    with small_world.write() as session:
        opt_out(session, ANA, "STOP", small_world.clock())
    async with at_desk(small_world, ann, size=(200, 50)) as desk:
        await at_contacts(desk)
        await desk.says("#pane", "Texts opted out by STOP")
        await desk.says("#pane", "Consent")
        await desk.says("#pane", f"{job.number} Pump does not start · site contact · Assigned")
        await desk.press("down")
        await desk.says("#pane", "Job title Foreman")


async def test_a_contact_opens_and_leads_to_its_jobs(small_world: World, ann: User) -> None:
    job = small_world.job()
    async with at_desk(small_world, ann) as desk:
        await at_contacts(desk, "enter")
        await desk.stands_at(ContactScreen)
        await desk.shows("Ana Silva", "Mobile +1 555-010-2001", "can be texted", job.number)
        await desk.press("h")
        await desk.stands_at(Consents)
        await desk.shows("stated by the provider, by Ann Lee, test, for +1 555-010-2001")
        await desk.press("escape", "enter")
        await desk.at_job(job)


async def test_a_new_contact_is_typed_and_stands_in_the_list(small_world: World, ann: User) -> None:
    made(small_world, "Dee", groups=("Drivers",))
    async with at_desk(small_world, ann) as desk:
        await at_contacts(desk)
        screen = await at_form(desk, "n")
        await desk.focuses("#name")
        assert screen.query_one("#customer", Input).value == "Silva Farms"
        await desk.types("Cy Silva")
        fill(screen, mobile="555 010 7001")
        screen.query_one("#groups").focus()
        await desk.types("dri")
        await desk.until(lambda: screen.query_one("#groups", Input)._suggestion, "a group is proposed")
        await desk.press("right", "ctrl+s")
        await desk.stands_at(ContactsScreen)
        assert "Cy Silva was added to Silva Farms." in desk.toasts
        await desk.until(lambda: any(line.startswith("Cy Silva") for line in lines(desk)), "it stands in the list")
    cy = replace(small_world.ana, contact_id=4)
    found = form(small_world, cy)
    assert (found.name, found.mobile, found.groups) == ("Cy Silva", "+15550107001", ("Drivers",))
    assert consents(small_world, cy) == [("+15550107001", "Ann Lee", "typed in Contacts")]


async def test_a_refusal_stands_beneath_and_nothing_typed_is_lost(small_world: World, ann: User) -> None:
    async with at_desk(small_world, ann) as desk:
        await at_contacts(desk)
        screen = await at_form(desk, "e")
        fill(screen, email="ana@", mobile="gate")
        await desk.press("ctrl+s")
        await desk.says("#said", "is no email address")
        await desk.focuses("#email")
        fill(screen, email="ana@silva.example")
        await desk.press("ctrl+s")
        await desk.says("#said", "“gate” is not a phone number")
        await desk.focuses("#mobile")
        assert screen.query_one("#email", Input).value == "ana@silva.example"
        await desk.press("escape")
        await desk.stands_at(Confirm)
        await desk.press("escape")
        fill(screen, mobile="")
        await desk.press("ctrl+s")
        await desk.stands_at(ContactsScreen)
    found = form(small_world, small_world.ana)
    assert (found.email, found.mobile) == ("ana@silva.example", None)


async def test_a_number_that_somebody_has_is_said_before_it_is_kept(small_world: World, ann: User) -> None:
    async with at_desk(small_world, ann) as desk:
        await at_contacts(desk)
        screen = await at_form(desk, "n")
        fill(screen, name="Ana S.", mobile=ANA)
        await desk.press("ctrl+s")
        await desk.says("#said", "Ana Silva of Silva Farms has this number already")
        assert names(small_world) == ["Ana Silva", "Ben Silva"]
        await desk.press("ctrl+s")
        await desk.stands_at(ContactsScreen)
    assert names(small_world, duplicates=True) == ["Ana S.", "Ana Silva"]


async def test_deleting_takes_another_key_than_the_one_that_asked(small_world: World, ann: User) -> None:
    job = small_world.job()
    async with at_desk(small_world, ann) as desk:
        await at_contacts(desk, "d")
        await desk.stands_at(Confirm)
        await desk.shows("Delete Ana Silva of Silva Farms? They come off 1 open job", f"({job.number})")
        await desk.press("d", "enter")
        await desk.stands_at(ContactsScreen)
        assert names(small_world) == ["Ana Silva", "Ben Silva"], "Enter is Cancel"
        await desk.press("d")
        await desk.stands_at(Confirm)
        await desk.press("y")
        await desk.until(lambda: len(lines(desk)) == 1, "she is gone")
        assert "Ana Silva was deleted." in desk.toasts
    assert boxes(small_world.read_job(job.id))[0] is None


async def test_a_contact_that_somebody_else_deletes_closes(small_world: World, ann: User) -> None:
    async with at_desk(small_world, ann) as desk:
        await at_contacts(desk, "enter")
        await desk.stands_at(ContactScreen)
        small_world.writers.contacts.remove(person_id(small_world.ana), "Abe Cole")
        await desk.stands_at(ContactsScreen)
        assert any("not in your list any more" in each for each in desk.toasts)


async def test_customers_are_added_renamed_and_lead_to_their_contacts(small_world: World, ann: User) -> None:
    async with at_desk(small_world, ann) as desk:
        await at_contacts(desk, "c")
        await desk.stands_at(CustomersScreen)
        await desk.says("#lines", "Silva Farms 2")
        await desk.press("r")
        await desk.shows("Silva Farms is called so from now on")
        await desk.types(" & Sons")
        await desk.press("enter")
        await desk.says("#lines", "Silva Farms & Sons")
        await desk.press("n")
        await desk.shows("The name of the company.")
        await desk.types("silva farms & sons")
        await desk.press("enter")
        await desk.shows("already a customer called Silva Farms & Sons")
        await desk.press("escape", "c")
        await desk.stands_at(ContactForm)
        await desk.settles()
        assert desk.app.screen.query_one("#customer", Input).value == "Silva Farms & Sons"
        await desk.press("escape", "enter")
        await desk.stands_at(ContactsScreen)
        await desk.says("#about", "2 contacts of Silva Farms & Sons")


async def test_without_the_box_contacts_are_only_looked_at(small_world: World) -> None:
    async with at_desk(small_world, small_world.ann) as desk:
        await at_contacts(desk, "n", "e", "d", "m", "u")
        await desk.stands_at(ContactsScreen)
        assert not any(key.split()[0] in "nedmu" for key in desk.footer)
        await desk.press("enter")
        await desk.stands_at(ContactScreen)
    plain = tick(small_world, small_world.ann, chat=False)
    async with at_desk(small_world, plain) as desk:
        await desk.press("C")
        await desk.settles()
        await desk.stands_at(JobsScreen)


async def test_the_footer_fits_on_every_screen_of_contacts(small_world: World, ann: User) -> None:
    small_world.job()
    async with at_desk(small_world, ann) as desk:
        await at_contacts(desk)
        assert await each_focus(desk) == []
        desk.app.screen.query_one("#lines").focus()
        for key, screen in (("c", CustomersScreen), ("escape", ContactsScreen), ("enter", ContactScreen)):
            await desk.press(key)
            await desk.stands_at(screen)
            await desk.settles()
            assert cut(desk) == [], screen
        await at_form(desk, "e")
        assert cut(desk) == []


async def test_a_hostile_name_is_drawn_and_does_nothing(small_world: World, ann: User) -> None:
    hostile = "[bold]\x1b[31mRed[/] [@click=app.quit]x[/]"
    made(small_world, hostile, "+15550109001", f"Co {hostile}", title=hostile, groups=("[b]",))
    async with at_desk(small_world, ann, size=(160, 40)) as desk:
        await at_contacts(desk, "home")
        await desk.shows("[bold]␛[31mRed[/]")
        for key in ("enter", "h", "escape", "m", "escape", "d", "escape", "e", "escape"):
            await desk.press(key)
            await desk.settles()
        await desk.shows("[bold]␛[31mRed[/]")


async def test_every_contact_has_one_line_and_what_is_too_long_ends_in_dots(small_world: World, ann: User) -> None:
    long = "Fleet maintenance and spare parts"
    for i in range(30):
        made(small_world, f"Person {i:02} {long}", ANA, f"Customer {long}", title=long, groups=(long, "Night"))
    async with at_desk(small_world, ann) as desk:
        screen = await at_contacts(desk)
        shown = [line for line in desk.lines_of("#lines") if line.strip()]
        assert [line.split()[0] for line in shown] == ["Ana", "Ben"] + ["Person"] * (len(shown) - 2)
        assert all(line.count("…") == 3 for line in shown[2:]), "name, customer and the rest"
        assert screen.query_one("#lines").virtual_size.height == 32
