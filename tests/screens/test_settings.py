"""Settings: who may open what, and what happens to an open desk when somebody's boxes are changed."""

from dataclasses import replace

import pytest
from textual.screen import Screen

from domain.account import Account
from domain.people import Bell, Role, User
from screens.alert_setup import AlertSetupScreen
from screens.job import JobScreen
from screens.jobs import JobsScreen
from screens.settings import PARTS, SettingsScreen
from screens.settings_account import AccountScreen
from screens.settings_locations import LocationsScreen
from screens.settings_replies import RepliesScreen
from screens.settings_templates import TemplatesScreen
from screens.settings_user import UserForm
from screens.settings_users import UsersScreen
from screens.signin import SignInScreen
from screens.tokens import TokensScreen
from tests.desk import Desk, at_desk, can_sign_in, texted_job
from tests.messaging.test_administration import tick
from tests.world import World

ALL = {"admin": True, "alerts": True, "contacts": True}
SCREENS: dict[str, type[Screen[None]]] = {
    "Users": UsersScreen,
    "Locations": LocationsScreen,
    "Templates": TemplatesScreen,
    "Account": AccountScreen,
    "Alerts > Setup": AlertSetupScreen,
    "Saved replies": RepliesScreen,
    "API tokens": TokensScreen,
}


async def open_part(desk: Desk, name: str) -> None:
    """Open a part of Settings from the job list with the keys."""
    await desk.stands_at(JobsScreen)
    await desk.press("S")
    await desk.stands_at(SettingsScreen)
    await desk.press(*["down"] * [part.name for part in PARTS].index(name), "enter")
    await desk.settles()


@pytest.fixture
def ann(small_world: World) -> User:
    """Ann with every box; Abe is an administrator too, so that Ann is not the last one."""
    tick(small_world, small_world.abe, admin=True)
    return tick(small_world, small_world.ann, **ALL)


def at(desk: Desk, screen: type[Screen[None]]) -> bool:
    """Whether a screen of this kind is on top."""
    return isinstance(desk.app.screen, screen)


async def settings_of(world: World, user: User) -> set[str]:
    """The parts that somebody can open, by trying each with the keys."""
    opened = set()
    async with at_desk(world, user) as desk:
        await desk.press("S")
        await desk.pilot.pause()
        if at(desk, JobsScreen):
            return set()
        for name, screen in SCREENS.items():
            index = [part.name for part in PARTS].index(name)
            await desk.press("home", *["down"] * index, "enter")
            await desk.settles()
            if at(desk, screen):
                opened.add(name)
                await desk.press("escape")
            else:
                await desk.until(lambda: desk.toasts, "it is said why not")
                assert "may not" in desk.toasts[-1], name
            await desk.stands_at(SettingsScreen)
    return opened


@pytest.mark.parametrize(
    ("role", "boxes", "parts"),
    [
        (Role.DISPATCHER, {"chat": True}, {"Saved replies"}),
        (Role.DISPATCHER, {"chat": False}, set()),
        (Role.DISPATCHER, {"chat": False, "alerts": True}, {"Alerts > Setup"}),
        (Role.DISPATCHER, {"chat": False, "admin": True}, {*SCREENS} - {"Alerts > Setup", "Saved replies"}),
        (Role.DISPATCHER, {"chat": True, "alerts": True, "admin": True}, {*SCREENS}),
        (Role.WORKER, {"chat": True}, {"Saved replies"}),
        (Role.WORKER, {"chat": False}, set()),
    ],
)
async def test_each_box_opens_its_parts_and_the_others_say_why_not(
    small_world: World, role: Role, boxes: dict[str, bool], parts: set[str]
) -> None:
    somebody = tick(small_world, small_world.user("Sue", role), **boxes)
    assert await settings_of(small_world, somebody) == parts


async def test_the_bell_changes_in_place(small_world: World) -> None:
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.press("S")
        await desk.stands_at(SettingsScreen)
        await desk.shows("rings for customers on the jobs you own")
        await desk.press("end", "enter")
        await desk.shows("rings for every customer")
        assert desk.app.user is not None
        assert desk.app.user.bell is Bell.ALL


# --- What an open desk does when somebody's boxes are changed --------------------------------------------------------


async def test_who_loses_chat_sees_no_message_any_more_without_signing_out(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.thread_says("Which gate?")
        tick(small_world, small_world.ann, chat=False)
        await desk.hides("Which gate?")
        await desk.shows("takes no part in messages")
        assert desk.part("SendMessage") == ""
        await desk.press("escape")
        await desk.stands_at(JobsScreen)
        await desk.hides("Which gate?", "waits")
        tick(small_world, small_world.ann, chat=True)
        await desk.shows("Which gate?")


async def test_who_gets_chat_can_read_and_write_at_once(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    tick(small_world, small_world.ann, chat=False)
    ann = small_world.readers.reads.user(small_world.ann.id)
    async with at_desk(small_world, ann) as desk:
        await desk.opens(job)
        await desk.shows("takes no part in messages")
        tick(small_world, small_world.ann, chat=True)
        await desk.thread_says("Which gate?")
        await desk.until(lambda: desk.part("SendMessage"), "the composer is there")


async def test_an_open_list_of_users_closes_with_the_box(small_world: World, ann: User) -> None:
    async with at_desk(small_world, ann) as desk:
        await open_part(desk, "Users")
        await desk.press("enter")
        await desk.stands_at(UserForm)
        tick(small_world, ann, admin=False)
        await desk.stands_at(SettingsScreen)
        await desk.shows("needs the admin box")
        assert "You may not use this part" in " ".join(desk.toasts)


async def test_what_was_opened_with_the_box_cannot_be_saved_without_it(small_world: World, ann: User) -> None:
    """Even where the screen has not heard yet: the use case asks again."""
    async with at_desk(small_world, ann) as desk:
        await open_part(desk, "Users")
        await desk.press("enter")
        await desk.stands_at(UserForm)
        await desk.settles()
        form = desk.app.screen
        assert isinstance(form, UserForm)
        tick(small_world, ann, admin=False)
        form.save()
        await desk.stands_at(SettingsScreen)
        assert small_world.writers.users.one(small_world.abe.id).form.admin, "nothing was changed"


async def test_who_is_deactivated_is_signed_out_at_once(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.types("half a word")
        small_world.writers.users.set_active(0, small_world.ann.id, active=False)
        await desk.stands_at(SignInScreen)
        await desk.hides("Which gate?", "Silva", "Ann Lee")
        assert "This account was deactivated: you are signed out." in desk.toasts
        assert desk.app.user is None


async def test_another_role_begins_anew(small_world: World) -> None:
    sue = small_world.user("Sue", Role.WORKER)
    async with at_desk(small_world, sue) as desk:
        await desk.shows("Sue · worker")
        before = small_world.writers.users.one(sue.id).form
        small_world.writers.users.change(0, sue.id, before, replace(before, role=Role.DISPATCHER))
        await desk.shows("Sue · dispatcher", "No open jobs")


async def test_what_concerns_others_changes_nothing_here(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        tick(small_world, small_world.abe, chat=False)
        small_world.writers.users.set_active(0, small_world.mia.id, active=False)
        small_world.user("Zoe", Role.WORKER)
        await desk.settles()
        await desk.thread_says("Which gate?")
        assert isinstance(desk.app.screen, JobScreen)


async def test_three_way_messaging_switched_off_hides_customer_messages_from_an_open_worker(
    small_world: World,
) -> None:
    """Rule 15: it changes reading from that moment."""
    can_sign_in(small_world, small_world.marco)
    job = texted_job(small_world, "Which gate?")
    accounts, before = small_world.writers.accounts, small_world.readers.reads.account()
    async with at_desk(small_world) as desk:
        await desk.sign_in("Marco Diaz")
        await desk.at_job(job)
        await desk.thread_says("Which gate?")
        accounts.change(before, replace(before, three_way=False))
        await desk.hides("Which gate?")
        assert desk.app.services.account == replace(before, three_way=False)
        accounts.change(replace(before, three_way=False), before)
        await desk.thread_says("Which gate?")


async def test_the_account_of_an_open_desk_is_the_stored_one(small_world: World) -> None:
    before = small_world.readers.reads.account()
    async with at_desk(small_world, small_world.ann) as desk:
        after = replace(before, holds_in_practice=True)
        small_world.writers.accounts.change(before, after)
        await desk.until(lambda: desk.app.services.account == after, "the desk knows")
        assert isinstance(desk.app.services.account, Account)
