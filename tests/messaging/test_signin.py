"""Signing in with a PIN: rules of RULES 44 and of RELIABILITY 4.7 on a shared terminal."""

from datetime import timedelta

import pytest
from sqlmodel import col, update

from domain.errors import Refusal
from domain.people import Role, User
from messaging.signin import SignIn, hashed
from storage.people import NewUser
from storage.tables.people import UserRow
from tests.world import World

PIN, WRONG = "246813", "000000"
HASH = hashed(PIN)


def gate(world: World) -> SignIn:
    """The sign-in of a world."""
    return SignIn(world.readers.reads, world.writers.people, world.clock)


def member(world: World, name: str = "Pia Pin", pin_hash: str | None = HASH, must_change: bool = False) -> User:
    """A user with a PIN."""
    user_id = world.writers.people.add_user(NewUser(name, Role.WORKER, pin_hash=pin_hash, pin_change=must_change))
    found = world.readers.reads.user(user_id)
    assert found is not None
    return found


def wrong(world: World, user: User, pin: str = WRONG) -> str:
    """Try a wrong PIN; returns the sentence."""
    with pytest.raises(Refusal) as refused:
        gate(world).with_pin(user.id, pin)
    assert refused.value.field == "pin"
    return refused.value.sentence


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hash that costs nothing, for tests that try many PINs."""
    monkeypatch.setattr("messaging.signin._fits", lambda _hash, pin: pin == PIN)


def test_the_right_pin_signs_in(world: World) -> None:
    pia = member(world)
    assert gate(world).with_pin(pia.id, PIN) == (pia, False)


@pytest.mark.parametrize("pin", [WRONG, "", PIN + "0", PIN[:-1], f" {PIN}", "x" * 10_000], ids=range(6))
def test_any_other_does_not(small_world: World, pin: str) -> None:
    wrong(small_world, member(small_world), pin)


@pytest.mark.parametrize("pin", ["12345", "", "abcdef", "12345a", "１２３４５６", "12 456", "-123456", "123456\n"])
def test_a_pin_has_at_least_six_digits_and_nothing_else(pin: str) -> None:
    with pytest.raises(Refusal) as refused:
        hashed(pin)
    assert refused.value.field == "pin"
    if pin.strip():
        assert pin.strip() not in refused.value.sentence


def test_a_pin_is_kept_as_a_hash_with_its_own_salt() -> None:
    assert hashed(PIN) != hashed(PIN)
    assert PIN not in hashed(PIN)
    assert hashed(PIN).startswith("$argon2id$")


def test_nothing_tells_which_part_was_wrong(small_world: World) -> None:
    """A wrong PIN, somebody without one, and somebody who left all read the same."""
    w = small_world
    gone = member(w, "Gus Gone")
    with w.write() as session:
        session.exec(update(UserRow).where(col(UserRow.id) == gone.id).values(active=False))
    sentences = {wrong(w, member(w)), wrong(w, member(w, "Nora None", None)), wrong(w, gone, PIN), wrong(w, gone)}
    assert len(sentences) == 1


@pytest.mark.usefixtures("quick")
def test_wrong_tries_bring_growing_pauses(small_world: World) -> None:
    w = small_world
    pia = member(w)
    for _ in range(5):
        assert "Too many" not in wrong(w, pia)
    pauses = []
    for _ in range(7):
        locked = w.writers.people.pin(pia.id).locked_until
        assert locked is not None
        pauses.append((locked - w.clock()).total_seconds() / 60)
        assert f"Wait {pauses[-1]:.0f} min" in wrong(w, pia)
        w.clock.now = locked
        assert "Too many" not in wrong(w, pia)
    assert pauses == [1, 2, 4, 8, 15, 15, 15]


def test_during_a_pause_even_the_right_pin_waits_and_costs_nothing(small_world: World) -> None:
    w = small_world
    pia = member(w)
    for _ in range(5):
        wrong(w, pia)
    for _ in range(3):
        assert "Too many" in wrong(w, pia, PIN)
    w.clock.advance(seconds=61)
    assert gate(w).with_pin(pia.id, PIN)[0] == pia


def test_a_hundred_wrong_tries_are_still_paused(small_world: World) -> None:
    """A pause that grew without bound once ended in an error instead of a refusal."""
    w = small_world
    pia = member(w)
    with w.write() as session:
        session.exec(update(UserRow).where(col(UserRow.id) == pia.id).values(failed_pins=99))
    wrong(w, pia)
    assert w.writers.people.pin(pia.id).locked_until == w.clock() + timedelta(minutes=15)
    assert "Too many" in wrong(w, pia)


def test_the_right_pin_forgets_wrong_tries(world: World) -> None:
    pia = member(world)
    for _ in range(4):
        wrong(world, pia)
    gate(world).with_pin(pia.id, PIN)
    for _ in range(4):
        assert "Too many" not in wrong(world, pia)


@pytest.mark.usefixtures("quick")
def test_one_persons_tries_pause_nobody_else(small_world: World) -> None:
    w = small_world
    pia, other = member(w), member(w, "Olga Other")
    for _ in range(6):
        wrong(w, pia)
    assert gate(w).with_pin(other.id, PIN)[0] == other


@pytest.mark.usefixtures("quick")
def test_a_day_of_guessing_stays_under_the_limit(small_world: World) -> None:
    """No more than a hundred failures for one account and hour (ASVS)."""
    w = small_world
    pia, guesses = member(w), 0
    for _ in range(24 * 60):
        guesses += "Too many" not in wrong(w, pia)
        w.clock.advance(minutes=1)
    assert guesses <= 5 + 24 * 4 + 4


def test_the_first_sign_in_asks_for_a_new_pin(world: World) -> None:
    pia = member(world, must_change=True)
    user, must_change = gate(world).with_pin(pia.id, PIN)
    assert must_change
    gate(world).change_pin(user, "135790", "135790")
    assert gate(world).with_pin(pia.id, "135790") == (pia, False)
    wrong(world, pia, PIN)


@pytest.mark.parametrize(("pin", "again"), [("135790", "135791"), ("13579", "13579"), (PIN, PIN), ("abcdef", "abcdef")])
def test_a_new_pin_is_typed_twice_long_enough_and_new(small_world: World, pin: str, again: str) -> None:
    pia = member(small_world, must_change=True)
    with pytest.raises(Refusal) as refused:
        gate(small_world).change_pin(pia, pin, again)
    assert refused.value.field == "pin"
    assert gate(small_world).with_pin(pia.id, PIN)[1]


def test_a_reset_by_an_administrator_ends_the_pause(small_world: World) -> None:
    w = small_world
    pia = member(w)
    for _ in range(6):
        wrong(w, pia) if w.writers.people.pin(pia.id).locked_until is None else None
    w.writers.people.set_pin(pia.id, hashed("112233"), must_change=True)
    assert gate(w).with_pin(pia.id, "112233") == (pia, True)


def test_somebody_whom_the_system_vouches_for_needs_no_pin(small_world: World) -> None:
    assert gate(small_world).without_pin(small_world.ann) == small_world.ann


def test_a_sign_in_is_noted(small_world: World) -> None:
    """The composer tells when the worker was last at the desk (rule 47)."""
    w = small_world
    pia = member(w)
    job = w.job(pia)
    gate(w).with_pin(pia.id, PIN)
    seen = w.read_job(job.id).worker
    assert seen is not None
    assert seen.signed_in_at == w.clock()
