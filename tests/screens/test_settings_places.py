"""Settings > Locations, Templates, Account and Saved replies with the keys."""

from datetime import time, timedelta

import pytest
from textual.widgets import Input

from domain.account import WorkerWrites
from domain.people import Role, User
from domain.saved_replies import NEW, SavedReply
from screens.settings import SettingsScreen
from screens.settings_account import AccountScreen
from screens.settings_locations import LocationScreen, LocationsScreen, NumbersScreen
from screens.settings_parts import AskLines
from screens.settings_replies import RepliesScreen, ReplyScreen
from screens.settings_templates import TemplatesScreen
from tests.desk import Desk, at_desk, texted_job
from tests.linking import goes_live
from tests.messaging.test_administration import tick
from tests.screens.test_settings import open_part
from tests.world import OURS, OURS_TOO, World
from widgets.tick_box import TickBox


@pytest.fixture
def ann(small_world: World) -> User:
    """Ann with every box."""
    return tick(small_world, small_world.ann, admin=True, alerts=True)


async def writes(desk: Desk, field: str, text: str) -> None:
    """Write something else into a field."""
    found = desk.app.screen.query_one(f"#{field}", Input)
    found.focus()
    found.value = ""
    await desk.pilot.pause()
    await desk.types(text)


# --- Locations -------------------------------------------------------------------------------------------------------


async def test_a_location_is_added_with_its_zone_proposed(small_world: World, ann: User) -> None:
    async with at_desk(small_world, ann) as desk:
        await open_part(desk, "Locations")
        await desk.press("n")
        await desk.stands_at(LocationScreen)
        await desk.settles()
        for field, text in (("name", "South"), ("country", "gb"), ("currency", "gbp"), ("time_zone", "london")):
            await writes(desk, field, text)
        await desk.shows("Europe/London")
        await desk.press("ctrl+s")
        await desk.says("#said", "Did you mean Europe/London")
        await desk.focuses("#time_zone")
        await writes(desk, "time_zone", "europe/lo")
        await desk.pilot.pause()
        await desk.until(lambda: "europe/london" in desk.part("#time_zone").casefold(), "the rest is proposed")
        await desk.press("right", "ctrl+s")
        await desk.stands_at(LocationsScreen)
        await desk.says("#lines", "South Europe/London")
    (south,) = [place for place in small_world.readers.reads.locations() if place.name == "South"]
    assert (south.country, south.currency, south.time_zone) == ("GB", "GBP", "Europe/London")
    found = small_world.readers.reads.user(ann.id)
    assert found is not None
    assert south.id in found.location_ids


async def test_quiet_hours_and_direct_reply_are_changed(small_world: World, ann: User) -> None:
    async with at_desk(small_world, ann) as desk:
        await open_part(desk, "Locations")
        await desk.press("enter")
        await desk.stands_at(LocationScreen)
        await desk.settles()
        await writes(desk, "quiet_begin", "20:30")
        await writes(desk, "callback_phone", "555 010 0000")
        desk.app.screen.query_one("#direct_reply", TickBox).focus()
        await desk.press("space", "ctrl+s")
        await desk.stands_at(LocationsScreen)
        await desk.says("#lines", "20:30–08:00 off 2")
    north = small_world.readers.reads.location(small_world.berlin)
    assert (north.quiet.begin, north.direct_reply, north.callback_phone) == (time(20, 30), False, "+15550100000")


async def test_numbers_are_added_removed_and_retired(small_world: World, ann: User) -> None:
    texted_job(small_world)
    async with at_desk(small_world, ann) as desk:
        await open_part(desk, "Locations")
        await desk.press("s")
        await desk.stands_at(NumbersScreen)
        await desk.shows("Sending numbers of North", "+1 555-010-0001")
        await desk.press("n")
        await desk.stands_at(AskLines)
        await desk.types("call me")
        await desk.press("enter")
        await desk.shows("“call me” is not a phone number")
        await desk.press(*["backspace"] * 7)
        await desk.types("555 010 0003")
        await desk.press("enter")
        await desk.stands_at(NumbersScreen)
        await desk.says("#lines", "+1 555-010-0003")
        await desk.press("home", "d", "y")
        await desk.says("#lines", "retired: receives only")
        assert small_world.readers.reads.location(small_world.berlin).numbers == (OURS_TOO, "+15550100003")
        await desk.press("end", "a")
        await desk.until(
            lambda: OURS in small_world.readers.reads.location(small_world.berlin).numbers, "it is used again"
        )


async def test_links_in_texts_and_what_a_link_alone_may_approve(small_world: World, ann: User) -> None:
    async with at_desk(small_world, ann) as desk:
        await open_part(desk, "Locations")
        await desk.press("enter")
        await desk.stands_at(LocationScreen)
        await desk.settles()
        assert desk.part("#approve_up_to") == "500.00"
        await writes(desk, "approve_up_to", "a lot")
        desk.app.screen.query_one("#links_in_texts", TickBox).focus()
        await desk.press("space", "ctrl+s")
        await desk.says("#said", "“a lot” is no amount")
        await desk.focuses("#approve_up_to")
        await writes(desk, "approve_up_to", "1,250.50")
        await writes(desk, "currency", "eur")
        await desk.press("ctrl+s")
        await desk.stands_at(LocationsScreen)
    north = small_world.readers.reads.location(small_world.berlin)
    assert (north.links_in_texts, north.currency, north.approve_up_to) == (True, "EUR", 125_050)


async def test_live_without_a_public_address_the_form_says_that_no_link_goes_out(small_world: World, ann: User) -> None:
    goes_live(small_world)
    async with at_desk(small_world, ann) as desk:
        await open_part(desk, "Locations")
        await desk.press("enter")
        await desk.stands_at(LocationScreen)
        desk.app.screen.query_one("#links_in_texts", TickBox).focus()
        await desk.says("#no-links", "Texts carry no link yet")
        desk.app.screen.query_one("#direct_reply", TickBox).focus()
        await desk.press("space", "ctrl+s")
        await desk.says("#said", "Direct reply cannot be switched off")
    assert small_world.readers.reads.location(small_world.berlin).direct_reply
    async with at_desk(small_world, ann) as desk:
        desk.app.services.public_url = "https://jobs.example.com"
        await open_part(desk, "Locations")
        await desk.press("enter")
        await desk.stands_at(LocationScreen)
        assert not desk.app.screen.query("#no-links")


# --- Templates -------------------------------------------------------------------------------------------------------


async def test_templates_are_added_renamed_and_no_longer_offered(small_world: World, ann: User) -> None:
    job = small_world.job(template="Tow")
    if "Tow" not in [each.name for each in small_world.writers.templates.all()]:
        small_world.writers.templates.add("Tow")
    async with at_desk(small_world, ann) as desk:
        await open_part(desk, "Templates")
        await desk.says("#lines", "Tow")
        await desk.press("n")
        await desk.types("Check")
        await desk.press("enter")
        await desk.says("#lines", "Check 0 yes")
        await desk.press("end")
        while "Tow" not in (chosen := str(desk.app.screen.chosen)):  # type: ignore[attr-defined]
            assert chosen
            await desk.press("up")
        await desk.press("enter")
        await desk.shows("1 job and its alerts take the new name")
        await desk.press(*["backspace"] * 3)
        await desk.types("Towing")
        await desk.press("enter")
        await desk.says("#lines", "Towing 1 yes")
        await desk.press("d")
        await desk.says("#lines", "Towing 1 no longer")
        assert isinstance(desk.app.screen, TemplatesScreen)
    assert small_world.read_job(job.id).template == "Towing"


# --- The account -----------------------------------------------------------------------------------------------------


async def test_the_account_is_changed_after_every_number_is_right(small_world: World, ann: User) -> None:
    async with at_desk(small_world, ann) as desk:
        await open_part(desk, "Account")
        await desk.stands_at(AccountScreen)
        await desk.shows("Three-way messaging", "workers see no customer message", "Nothing is sent by changing it")
        await writes(desk, "undo", "61")
        await desk.press("ctrl+s")
        await desk.says("#said", "The undo time is a whole number of seconds from 0 to 60.")
        await desk.focuses("#undo")
        await writes(desk, "undo", "30")
        await writes(desk, "use_by", "1,5")
        desk.app.screen.query_one("#three_way", TickBox).focus()
        await desk.press("space", "tab", "enter", "down", "enter", "ctrl+s")
        await desk.stands_at(SettingsScreen)
    account = small_world.readers.reads.account()
    assert (account.undo, account.use_by, account.three_way) == (
        timedelta(seconds=30),
        timedelta(minutes=90),
        False,
    )
    assert account.worker_writes is WorkerWrites.WITH_RELEASE


# --- Saved replies ---------------------------------------------------------------------------------------------------


async def test_a_reply_of_ones_own_is_written_with_a_placeholder_chosen(small_world: World) -> None:
    async with at_desk(small_world, small_world.marco) as desk:
        await desk.press("S")
        await desk.stands_at(SettingsScreen)
        await desk.press(*["down"] * 5, "enter")
        await desk.stands_at(RepliesScreen)
        await desk.shows("No saved reply yet. Press n to write the first one.")
        await desk.press("n")
        await desk.stands_at(ReplyScreen)
        await desk.settles()
        assert "the team" not in desk.part("#fields"), "no box to make it the team's"
        await desk.press("ctrl+s")
        await desk.says("#said", "Type a name to find it by")
        await desk.types("Late")
        await desk.press("ctrl+s")
        await desk.says("#said", "Write the text")
        await desk.types("At {ass")
        await desk.press("enter")
        await desk.types(" soon")
        await desk.press("ctrl+s")
        await desk.stands_at(RepliesScreen)
        await desk.says("#lines", "me Late At {asset} soon")
    assert [reply.body for reply in small_world.writers.saved_replies.of(small_world.marco.id)] == ["At {asset} soon"]


async def test_quick_replies_change_their_digits(small_world: World, ann: User) -> None:
    store = small_world.writers.saved_replies
    for name in ("Yes", "Late"):
        store.keep(ann.id, SavedReply(NEW, name, f"{name}.", own=False, for_workers=True))
    async with at_desk(small_world, ann) as desk:
        await open_part(desk, "Saved replies")
        await desk.says("#lines", "worker 1 Yes Yes. worker 2 Late Late.")
        await desk.press("down", "u")
        await desk.says("#lines", "worker 1 Late Late. worker 2 Yes Yes.")
    assert [reply.name for reply in store.of(small_world.marco.id)] == ["Late", "Yes"]


async def test_the_teams_replies_are_closed_to_others(small_world: World, ann: User) -> None:
    store = small_world.writers.saved_replies
    store.keep(ann.id, SavedReply(NEW, "Team", "We call you.", own=False))
    somebody = small_world.user("Sue", Role.DISPATCHER)
    async with at_desk(small_world, somebody) as desk:
        await open_part(desk, "Saved replies")
        await desk.says("#lines", "team Team We call you.")
        for key in ("enter", "d", "u"):
            before = len(desk.toasts)
            await desk.press(key)
            await desk.until(lambda before=before: len(desk.toasts) > before, "it is refused")  # type: ignore[misc]
            assert "needs the alerts box" in desk.toasts[-1]
            assert isinstance(desk.app.screen, RepliesScreen)
    assert len(store.of(somebody.id)) == 1


async def test_a_reply_is_thrown_away_after_a_second_word(small_world: World, ann: User) -> None:
    store = small_world.writers.saved_replies
    store.keep(ann.id, SavedReply(NEW, "Mine", "I call you."))
    async with at_desk(small_world, ann) as desk:
        await open_part(desk, "Saved replies")
        await desk.shows("Mine")
        await desk.press("d")
        await desk.shows("Throw away “Mine”?")
        await desk.press("enter")
        await desk.stands_at(RepliesScreen)
        assert len(store.of(ann.id)) == 1
        await desk.press("d", "y")
        await desk.shows("No saved reply yet")
    assert store.of(ann.id) == []
