"""Tokens: made once, told apart, ended at once; and of a token nothing is kept that would make it again."""

from datetime import timedelta
from itertools import pairwise

import pytest
from sqlmodel import select, update

from domain.errors import Refusal
from domain.people import Role
from storage.api_tokens import ApiTokens
from storage.tables.system import ApiTokenRow, ChangeRow
from tests.storage.rows import another
from tests.world import World


@pytest.fixture
def tokens(world: World) -> ApiTokens:
    """The company's tokens."""
    return world.writers.api_tokens


def used_at(tokens: ApiTokens) -> object:
    """When the only token was last used."""
    (line,) = tokens.listed()
    return line.used_at


def changes(world: World) -> list[str]:
    """What screens heard of."""
    with world.writers.database.read() as session:
        return list(session.exec(select(ChangeRow.kind).order_by(ChangeRow.id)).all())  # type: ignore[arg-type]


def test_a_token_is_known_by_its_whole_text_alone(tokens: ApiTokens) -> None:
    token = tokens.make("FleetSoft", "Ann Lee")
    found = tokens.holder(token)
    assert found is not None
    assert found.name == "FleetSoft"
    for wrong in ("", token[:-1], token + "a", token.upper(), token[3:], "jl_", "\udcff"):
        assert tokens.holder(wrong) is None


def test_a_token_has_256_random_bits_and_nothing_of_it_is_stored(world: World, tokens: ApiTokens) -> None:
    made = [tokens.make(f"Program {n}", "Ann Lee") for n in range(20)]
    assert all(token.startswith("jl_") and len(token) == 46 for token in made)
    assert len(set(made)) == 20
    assert all(sum(a != b for a, b in zip(one, other, strict=True)) > 20 for one, other in pairwise(made))
    with world.writers.database.read() as session:
        stored = " ".join(str(row.model_dump()) for row in session.exec(select(ApiTokenRow)).all())
    for token in made:
        assert token not in stored
        assert token[3:20] not in stored


def test_a_revoked_token_is_unknown_at_once_and_stays_in_the_list(tokens: ApiTokens) -> None:
    token, other = tokens.make("FleetSoft", "Ann Lee"), tokens.make("Boards", "Ann Lee")
    found = tokens.holder(token)
    assert found is not None
    assert tokens.revoke(found.id)
    assert tokens.holder(token) is None
    assert tokens.holder(other) is not None
    assert not tokens.revoke(found.id)
    assert not tokens.revoke(found.id + 1000)
    assert [(line.token.name, line.revoked_at is None) for line in tokens.listed()] == [
        ("Boards", True),
        ("FleetSoft", False),
    ]


def test_another_program_hears_of_a_revocation(world: World) -> None:
    token = world.writers.api_tokens.make("FleetSoft", "Ann Lee")
    with another(world) as writers:
        found = writers.api_tokens.holder(token)
        assert found is not None
        world.writers.api_tokens.revoke(found.id)
        assert writers.api_tokens.holder(token) is None


def test_a_name_belongs_to_one_token_or_person_for_good(world: World, tokens: ApiTokens) -> None:
    token = tokens.holder(tokens.make("FleetSoft", "Ann Lee"))
    assert token is not None
    for name in ("FleetSoft", "Ann Lee", "Marco Diaz"):
        with pytest.raises(Refusal) as refused:
            tokens.make(name, "Ann Lee")
        assert refused.value.field == "name"
    tokens.revoke(token.id)
    with pytest.raises(Refusal, match="carries its name"):
        tokens.make("FleetSoft", "Ann Lee")
    world.user("Late Comer", Role.WORKER)
    assert tokens.make("Late", "Ann Lee")


def test_its_use_is_noted_once_a_minute_at_most(world: World, tokens: ApiTokens) -> None:
    token = tokens.make("FleetSoft", "Ann Lee")
    assert used_at(tokens) is None
    first = world.clock()
    tokens.holder(token)
    for seconds in (20, 39):
        world.clock.advance(seconds=seconds)
        tokens.holder(token)
        assert used_at(tokens) == first
    world.clock.advance(seconds=1)
    tokens.holder(token)
    assert used_at(tokens) == first + timedelta(minutes=1)


def test_a_wrong_token_writes_nothing(world: World, tokens: ApiTokens) -> None:
    tokens.make("FleetSoft", "Ann Lee")
    tokens.holder("jl_wrong")
    assert used_at(tokens) is None


def test_a_token_works_everywhere_unless_it_is_limited(world: World, tokens: ApiTokens) -> None:
    south = world.writers.people.add_location("South", "US", "America/Chicago", [])
    free = tokens.holder(tokens.make("FleetSoft", "Ann Lee"))
    bound = tokens.holder(tokens.make("Boards", "Ann Lee", [south]))
    assert free is not None
    assert bound is not None
    assert (free.works_at(world.berlin), free.works_at(south)) == (True, True)
    assert (bound.works_at(world.berlin), bound.works_at(south)) == (False, True)


def test_screens_hear_of_a_new_and_of_a_revoked_token_but_not_of_its_use(world: World, tokens: ApiTokens) -> None:
    before = len(changes(world))
    token = tokens.holder(tokens.make("FleetSoft", "Ann Lee"))
    assert token is not None
    tokens.revoke(token.id)
    assert changes(world)[before:] == ["tokens", "tokens"]


def test_the_same_hash_under_another_name_is_not_taken_for_it(world: World, tokens: ApiTokens) -> None:
    """Only the hash of what was offered counts: whoever can read the database cannot use what stands there."""
    token = tokens.make("FleetSoft", "Ann Lee")
    with world.write() as session:
        stored = session.exec(select(ApiTokenRow.token_hash)).one()
    assert tokens.holder(stored) is None
    with world.write() as session:
        session.exec(update(ApiTokenRow).values(token_hash="0" * 64))
    assert tokens.holder(token) is None
