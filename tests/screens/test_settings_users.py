"""Settings > Users with the keys: adding, ticking Chat, resetting a PIN, leaving."""

import pytest
from textual.widgets import Input

from domain.people import Role, User
from screens.ask import Confirm
from screens.settings import SettingsScreen
from screens.settings_user import UserForm
from screens.settings_users import UsersScreen
from storage.tables.system import LinkRow
from tests.desk import PIN, Desk, at_desk
from tests.messaging.test_administration import tick
from tests.screens.test_settings import open_part
from tests.world import World
from widgets.tick_box import TickBox


@pytest.fixture
def ann(small_world: World) -> User:
    """Ann, the one administrator."""
    return tick(small_world, small_world.ann, admin=True)


async def at_user(desk: Desk, name: str) -> UserForm:
    """Open somebody's form from the list with the keys."""
    await choose(desk, name)
    await desk.press("enter")
    await desk.stands_at(UserForm)
    await desk.settles()
    form = desk.app.screen
    assert isinstance(form, UserForm)
    return form


async def choose(desk: Desk, name: str) -> None:
    """Put the cursor on somebody in the list."""
    await desk.stands_at(UsersScreen)
    await desk.shows(name)
    users = desk.app.screen
    assert isinstance(users, UsersScreen)
    await desk.press("home")
    for _ in users.items:
        if users.chosen is not None and users.chosen.form.name == name:
            return
        await desk.press("j")
    raise AssertionError(f"{name} is not in the list")


def now(world: World, user: User) -> User:
    found = world.readers.reads.user(user.id)
    assert found is not None
    return found


async def test_unticking_chat_and_update_as_the_seed_says(small_world: World, ann: User) -> None:
    async with at_desk(small_world, ann) as desk:
        await open_part(desk, "Users")
        await at_user(desk, "Marco Diaz")
        await desk.shows("User Permissions", "[x] Chat")
        await desk.press(*["tab"] * 5, "space")
        await desk.shows("[ ] Chat")
        await desk.press("ctrl+s")
        await desk.stands_at(UsersScreen)
        assert "Marco Diaz was updated." in desk.toasts
        assert not now(small_world, small_world.marco).chat
        await desk.says("#lines", "Marco Diaz worker none")


async def test_everything_about_a_user_is_shown_and_saved(small_world: World, ann: User) -> None:
    async with at_desk(small_world, ann) as desk:
        await open_part(desk, "Users")
        form = await at_user(desk, "Abe Cole")
        form.query_one("#name", Input).value = "Abe B. Cole"
        form.query_one("#mobile", Input).value = "555 010 1234"
        form.query_one("#system_account", Input).value = "abe"
        form.query_one("#contacts", TickBox).value = True
        await desk.press("ctrl+s")
        await desk.stands_at(UsersScreen)
        found = now(small_world, small_world.abe)
        assert (found.name, found.mobile, found.contacts, found.chat) == ("Abe B. Cole", "+15550101234", True, True)
        await at_user(desk, "Abe B. Cole")
        await desk.shows("Abe B. Cole", "+15550101234", "[x] Contacts")


async def test_a_new_user_signs_in_with_the_pin_they_were_given(small_world: World, ann: User) -> None:
    async with at_desk(small_world, ann) as desk:
        await open_part(desk, "Users")
        await desk.press("n")
        await desk.stands_at(UserForm)
        await desk.settles()
        await desk.types("Zoe Ray")
        form = desk.app.screen
        for field in ("#pin", "#again"):
            form.query_one(field, Input).focus()
            await desk.types(PIN)
        await desk.hides(PIN)
        await desk.press("ctrl+s")
        await desk.stands_at(UsersScreen)
        await desk.says("#lines", "Zoe Ray worker Chat never")
    user = small_world.readers.reads.user_named("Zoe Ray")
    assert user is not None
    assert (user.role, user.location_ids) == (Role.WORKER, frozenset({small_world.berlin}))
    assert small_world.writers.pins.begin(user.id, "x").must_change


async def test_a_refusal_stands_beneath_and_nothing_typed_is_lost(small_world: World, ann: User) -> None:
    async with at_desk(small_world, ann) as desk:
        await open_part(desk, "Users")
        form = await at_user(desk, "Marco Diaz")
        form.query_one("#name", Input).value = "Ann Lee"
        form.query_one("#mobile", Input).value = "nonsense"
        await desk.press("ctrl+s")
        await desk.says("#said", "“nonsense” is not a phone number")
        await desk.focuses("#mobile")
        form.query_one("#mobile", Input).value = ""
        await desk.press("ctrl+s")
        await desk.says("#said", "already a user called Ann Lee")
        await desk.focuses("#name")
        assert form.query_one("#name", Input).value == "Ann Lee"


async def test_escape_asks_before_it_throws_away(small_world: World, ann: User) -> None:
    async with at_desk(small_world, ann) as desk:
        await open_part(desk, "Users")
        await at_user(desk, "Marco Diaz")
        await desk.press("escape")
        await desk.stands_at(UsersScreen)
        await at_user(desk, "Marco Diaz")
        await desk.types("x")
        await desk.press("escape")
        await desk.stands_at(Confirm)
        await desk.press("escape")
        await desk.stands_at(UserForm)
        await desk.press("escape")
        await desk.stands_at(Confirm)
        await desk.press("l")
        await desk.stands_at(UsersScreen)
    assert now(small_world, small_world.marco).name == "Marco Diaz"


async def test_the_last_administrator_cannot_go(small_world: World, ann: User) -> None:
    async with at_desk(small_world, ann) as desk:
        await open_part(desk, "Users")
        form = await at_user(desk, "Ann Lee")
        form.query_one("#admin", TickBox).value = False
        await desk.press("ctrl+s")
        await desk.says("#said", "Ann Lee is the last active administrator")
        await desk.press("escape", "l")
        await choose(desk, "Ann Lee")
        await desk.press("d", "y")
        await desk.until(lambda: any("last active administrator" in each for each in desk.toasts), "it is refused")
    assert now(small_world, ann).admin


async def test_somebody_with_open_jobs_is_deactivated_after_they_were_named(small_world: World, ann: User) -> None:
    first, second = small_world.job(), small_world.job()
    async with at_desk(small_world, ann) as desk:
        await open_part(desk, "Users")
        await choose(desk, "Marco Diaz")
        await desk.press("d")
        await desk.shows(f"Marco Diaz has 2 open jobs ({first.number}, {second.number}). Hand them over")
        await desk.press("enter")
        await desk.stands_at(UsersScreen)
        assert now(small_world, small_world.marco).active, "Enter is Cancel"
        await desk.press("d")
        await desk.shows("Hand them over")
        await desk.press("y")
        await desk.says("#lines", "deactivated")
        assert not now(small_world, small_world.marco).active
        await choose(desk, "Marco Diaz")
        await desk.press("a")
        await desk.until(lambda: now(small_world, small_world.marco).active, "Marco is back")


async def test_a_pin_is_reset_unseen(small_world: World, ann: User) -> None:
    async with at_desk(small_world, ann) as desk:
        await open_part(desk, "Users")
        await choose(desk, "Marco Diaz")
        await desk.press("p")
        await desk.shows("New PIN for Marco Diaz")
        await desk.types(PIN)
        await desk.press("enter")
        await desk.types("739105")
        await desk.press("enter")
        await desk.shows("The two PINs differ")
        assert desk.app.screen.query_one("#line-0", Input).value == ""
        await desk.types(PIN)
        await desk.press("enter")
        await desk.types(PIN)
        assert PIN not in desk.text
        await desk.press("enter")
        await desk.stands_at(UsersScreen)
        assert "Marco Diaz has a new PIN and changes it at the next sign-in." in desk.toasts
    assert small_world.writers.pins.begin(small_world.marco.id, "x").must_change


async def test_somebody_added_elsewhere_appears_and_the_cursor_stays(small_world: World, ann: User) -> None:
    async with at_desk(small_world, ann) as desk:
        await open_part(desk, "Users")
        await choose(desk, "Marco Diaz")
        small_world.user("Aaron Ames", Role.WORKER)
        await desk.says("#lines", "Aaron Ames")
        users = desk.app.screen
        assert isinstance(users, UsersScreen)
        assert users.chosen is not None
        assert users.chosen.form.name == "Marco Diaz"
        await desk.press("escape")
        await desk.stands_at(SettingsScreen)


async def test_a_workers_phone_link_is_sent_and_ended_after_a_second_word(small_world: World, ann: User) -> None:
    async with at_desk(small_world, ann) as desk:
        await open_part(desk, "Users")
        await choose(desk, "Marco Diaz")
        await desk.press("l")
        await desk.shows("No link. Text Marco Diaz a link to their phone page?")
        await desk.press("y")
        await desk.until(lambda: desk.toasts, "it is said what is missing")
        assert "web.public_url" in desk.toasts[-1] or "no mobile number" in desk.toasts[-1]
        with small_world.write() as session:
            session.add(LinkRow(user_id=small_world.marco.id, made_at=small_world.clock()))
        await desk.press("x")
        await desk.shows("End every link of Marco Diaz at once?")
        await desk.press("y")
        await desk.until(lambda: any("have ended" in each for each in desk.toasts), "they have ended")
    row = small_world.readers.plain.row("SELECT revoked_at IS NOT NULL FROM link")
    assert row is not None
    assert row[0]
