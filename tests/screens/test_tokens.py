"""Settings > API tokens with the keys: made, read once, revoked."""

from dataclasses import replace

import pytest

from domain.errors import Refusal
from domain.ingest import TokenLine
from domain.people import User
from messaging.tokens import Tokens
from screens.ask import Confirm
from screens.tokens import TokenForm, TokenShown, TokensScreen
from tests.desk import Desk, at_desk
from tests.messaging.test_administration import tick
from tests.screens.test_settings import open_part
from tests.world import World


@pytest.fixture
def ann(small_world: World) -> User:
    """Ann with the admin box."""
    return tick(small_world, small_world.ann, admin=True)


def kept(world: World) -> list[TokenLine]:
    """Every token there is."""
    return world.writers.api_tokens.listed()


async def makes(desk: Desk, name: str) -> str:
    """Make a token; returns it as it is shown."""
    await desk.press("n")
    await desk.stands_at(TokenForm)
    await desk.focuses("#name")
    await desk.types(name)
    await desk.press("ctrl+s")
    await desk.stands_at(TokenShown)
    return desk.part("#token").strip()


async def test_a_token_is_made_shown_once_and_works(small_world: World, ann: User) -> None:
    async with at_desk(small_world, ann) as desk:
        await open_part(desk, "API tokens")
        await desk.shows("No token yet. Press n to make one.")
        token = await makes(desk, "FleetSoft")
        found = small_world.writers.api_tokens.holder(token)
        assert found is not None
        assert found.name == "FleetSoft"
        await desk.press("escape")
        await desk.stands_at(TokensScreen)
        await desk.says("#lines", "FleetSoft every location")
        assert token not in desk.text
        await desk.press("enter")
        await desk.until(lambda: any("by Ann Lee" in toast for toast in desk.toasts), "who made it")
    assert [line.made_by for line in kept(small_world)] == ["Ann Lee"]


async def test_it_can_be_copied(small_world: World, ann: User) -> None:
    async with at_desk(small_world, ann) as desk:
        await open_part(desk, "API tokens")
        token = await makes(desk, "FleetSoft")
        await desk.press("c")
        assert desk.app.clipboard == token


async def test_it_can_be_limited_to_locations(small_world: World, ann: User) -> None:
    south = small_world.writers.people.add_location("South", "US", "America/Chicago", [])
    async with at_desk(small_world, ann) as desk:
        await open_part(desk, "API tokens")
        await desk.press("n")
        await desk.stands_at(TokenForm)
        await desk.focuses("#name")
        await desk.types("Boards")
        await desk.press("tab", "space", "tab", "space", "ctrl+s")
        await desk.says("#said", "Tick a location")
        assert kept(small_world) == []
        await desk.press("tab", "space", "ctrl+s")
        await desk.stands_at(TokenShown)
        await desk.press("escape")
        await desk.says("#lines", "Boards South")
    assert [line.token.location_ids for line in kept(small_world)] == [{south}]


async def test_a_name_that_is_taken_is_said_and_what_was_typed_stays(small_world: World, ann: User) -> None:
    small_world.writers.api_tokens.make("FleetSoft", "Abe Cole")
    async with at_desk(small_world, ann) as desk:
        await open_part(desk, "API tokens")
        await desk.press("n")
        await desk.focuses("#name")
        await desk.types("FleetSoft")
        await desk.press("ctrl+s")
        await desk.says("#said", "already a token called FleetSoft")
        await desk.focuses("#name")
        assert "FleetSoft" in desk.part("#name")
        await desk.types("2")
        await desk.press("ctrl+s")
        await desk.stands_at(TokenShown)
    assert [line.token.name for line in kept(small_world)] == ["FleetSoft", "FleetSoft2"]


async def test_one_is_revoked_with_a_second_word(small_world: World, ann: User) -> None:
    token = small_world.writers.api_tokens.make("FleetSoft", "Abe Cole")
    async with at_desk(small_world, ann) as desk:
        await open_part(desk, "API tokens")
        await desk.says("#lines", "FleetSoft")
        await desk.press("d")
        await desk.stands_at(Confirm)
        await desk.press("enter")
        await desk.stands_at(TokensScreen)
        assert small_world.writers.api_tokens.holder(token) is not None
        await desk.press("d")
        await desk.stands_at(Confirm)
        await desk.press("y")
        await desk.says("#lines", "FleetSoft revoked 12:00")
        assert small_world.writers.api_tokens.holder(token) is None
        await desk.press("d")
        await desk.until(lambda: "This token was revoked already." in desk.toasts, "it says so")


async def test_what_another_desk_makes_appears(small_world: World, ann: User) -> None:
    async with at_desk(small_world, ann) as desk:
        await open_part(desk, "API tokens")
        await desk.shows("No token yet")
        small_world.writers.api_tokens.make("Boards [red]", "Abe Cole")
        await desk.says("#lines", "Boards [red]")


def test_without_the_box_nothing_is_made_or_told(small_world: World, ann: User) -> None:
    """The box may be lost while the screen is open: each use case asks again."""
    tokens = Tokens(small_world.writers.api_tokens)
    found = tokens.make(ann, "FleetSoft")
    (line,) = tokens.listed(ann)
    for user in (replace(ann, admin=False), replace(ann, active=False), small_world.marco):
        for act in (
            lambda user=user: tokens.make(user, "Boards"),
            lambda user=user: tokens.listed(user),
            lambda user=user: tokens.revoke(user, line.token.id),
            lambda user=user: tokens.named(user, "FleetSoft"),
        ):
            with pytest.raises(Refusal, match="may not change settings"):
                act()
    assert small_world.writers.api_tokens.holder(found) is not None
    assert len(kept(small_world)) == 1
