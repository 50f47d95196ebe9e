"""Signing in with a PIN: RULES 44 and 47, and RELIABILITY A-45 on a shared terminal."""

import time
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from threading import Barrier, Thread
from unittest.mock import patch

import pytest
from sqlmodel import col, update

from domain.errors import Refusal
from domain.people import Role, User
from domain.pins import KeptPin
from domain.secret import Secret
from messaging.pins import PinMaker, hashed
from messaging.signin import SignIn
from storage.people import NewUser
from storage.tables.people import AccountRow, UserRow
from tests.world import World

PIN, WRONG = "246813", "000000"
SECRET = Secret(b"a secret for the tests, 32 bytes!", "office:/state/secret.key")
OTHER = Secret(b"another one, made by another disk", "depot:/state/secret.key")
SPACE = 10**6
DAY = timedelta(hours=24)


@cache
def kept(pin: str = PIN) -> KeptPin:
    """What is kept of a PIN."""
    return hashed(pin, SECRET)


def gate(world: World, terminal: str = "office tty1", secret: Secret = SECRET) -> SignIn:
    """The sign-in at one terminal."""
    maker = PinMaker(world.writers.pins, lambda: secret)
    return SignIn(world.readers.reads, world.writers.pins, maker, terminal)


def member(world: World, name: str = "Pia Pin", pin: KeptPin | None = None, must_change: bool = False) -> User:
    """A user with a PIN."""
    user_id = world.writers.people.add_user(NewUser(name, Role.WORKER, pin=pin or kept(), pin_change=must_change))
    found = world.readers.reads.user(user_id)
    assert found is not None
    return found


def without(world: World, name: str) -> User:
    """A user without a PIN."""
    return world.user(name, Role.WORKER)


def wrong(world: World, user: User, pin: str = WRONG, terminal: str = "office tty1") -> str:
    """Try a PIN that is refused; returns the sentence."""
    with pytest.raises(Refusal) as refused:
        gate(world, terminal).with_pin(user.id, pin)
    assert refused.value.field == "pin"
    return refused.value.sentence


def is_paused(sentence: str) -> bool:
    """Whether a refusal was a pause rather than a judgement."""
    return "Too many" in sentence


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hash that costs nothing, for tests that try many PINs."""
    monkeypatch.setattr(PinMaker, "fits", lambda _self, pin_hash, pin: pin_hash is not None and pin == PIN)


def test_the_right_pin_signs_in(world: World) -> None:
    pia = member(world)
    assert gate(world).with_pin(pia.id, PIN) == (pia, False)


@pytest.mark.parametrize("pin", [WRONG, "", PIN + "0", PIN[:-1], f" {PIN}", "x" * 10_000], ids=range(6))
def test_any_other_does_not(small_world: World, pin: str) -> None:
    wrong(small_world, member(small_world), pin)


def test_a_pin_is_kept_as_a_hash_with_its_own_salt_and_its_length() -> None:
    one, two = hashed(PIN, SECRET), hashed(PIN, SECRET)
    assert one.hash != two.hash
    assert PIN not in one.hash
    assert "$argon2id$" in one.hash
    assert (one.length, hashed("12345678", SECRET).length) == (6, 8)


# --- Nothing tells which part was wrong ------------------------------------------------------------------------------


def test_a_wrong_pin_no_pin_somebody_who_left_and_nobody_read_the_same(small_world: World) -> None:
    w = small_world
    gone = member(w, "Gus Gone")
    with w.write() as session:
        session.exec(update(UserRow).where(col(UserRow.id) == gone.id).values(active=False))
    nobody = User(4711, "Nobody", Role.WORKER)
    tries = (
        (member(w), WRONG),
        (without(w, "Nora None"), WRONG),
        (gone, PIN),
        (gone, WRONG),
        (nobody, PIN),
    )
    assert len({wrong(w, user, pin, f"tty{i}") for i, (user, pin) in enumerate(tries)}) == 1


def test_they_take_the_same_work_too(small_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """One argon2 of the same cost each: counted, and its cost compared by the clock with room to spare."""
    from argon2 import PasswordHasher

    w, works, costs = small_world, [], []
    for name in ("hash", "verify"):
        real = getattr(PasswordHasher, name)

        def counted(self: PasswordHasher, *args: object, real: Callable[..., object] = real) -> object:
            works.append(1)
            return real(self, *args)

        monkeypatch.setattr(PasswordHasher, name, counted)
    users = (member(w), without(w, "Nora None"), User(4711, "Nobody", Role.WORKER))
    for i, user in enumerate(users):
        works.clear()
        began = time.perf_counter()
        wrong(w, user, terminal=f"tty{i}")
        costs.append(time.perf_counter() - began)
        assert len(works) == 1
    assert max(costs) < 10 * min(costs)


# --- Pauses -----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("quick")
def test_wrong_tries_bring_growing_pauses(small_world: World) -> None:
    w = small_world
    pia, pauses = member(w), []
    for turn in range(12):
        assert not is_paused(wrong(w, pia, terminal=f"tty{turn}"))
        pause = w.writers.pins.tries(pia.id).pause(w.clock())
        if turn >= 4:
            pauses.append(pause.total_seconds() / 60)
            assert f"Wait {pauses[-1]:.0f} min" in wrong(w, pia, terminal=f"tty{turn}")
        w.clock.now += pause
    assert pauses == [1, 2, 4, 8, 15, 15, 15, 15]


@pytest.mark.usefixtures("quick")
def test_during_a_pause_even_the_right_pin_waits_and_costs_nothing(small_world: World) -> None:
    w = small_world
    pia = member(w)
    for _ in range(5):
        wrong(w, pia)
    for _ in range(3):
        assert is_paused(wrong(w, pia, PIN))
    w.clock.advance(seconds=61)
    assert gate(w).with_pin(pia.id, PIN)[0] == pia


@pytest.mark.usefixtures("quick")
def test_the_right_pin_forgets_wrong_tries(world: World) -> None:
    pia = member(world)
    for _ in range(3):
        for _ in range(4):
            assert not is_paused(wrong(world, pia))
        gate(world).with_pin(pia.id, PIN)


@pytest.mark.usefixtures("quick")
def test_wrong_tries_pause_their_terminal_whoever_they_were_meant_for(small_world: World) -> None:
    w = small_world
    people = [member(w, f"Worker {i}") for i in range(6)]
    for user in people[:5]:
        assert not is_paused(wrong(w, user))
    assert is_paused(wrong(w, people[5], PIN)), "at this terminal everybody waits"
    assert gate(w, "office tty2").with_pin(people[5].id, PIN)[0] == people[5], "at another nobody does"


@pytest.mark.usefixtures("quick")
def test_slips_before_ones_own_right_pin_do_not_pause_a_busy_terminal(small_world: World) -> None:
    w = small_world
    for i in range(10):
        user = member(w, f"Worker {i}")
        for _ in range(2):
            assert not is_paused(wrong(w, user))
        gate(w).with_pin(user.id, PIN)


@pytest.mark.usefixtures("quick")
def test_somebody_with_a_pin_of_their_own_cannot_take_the_pause_from_a_terminal(small_world: World) -> None:
    w = small_world
    insider, victims, tried = member(w, "Ida Inside"), [member(w, f"Worker {i}") for i in range(8)], 0
    for user in victims:
        tried += not is_paused(wrong(w, user))
        if not w.writers.pins.begin(insider.id, "office tty1").wait:
            w.writers.pins.right(insider.id, "office tty1", 0)
    assert tried <= 5


@pytest.mark.parametrize("again", ["the same", "another"])
@pytest.mark.usefixtures("quick")
def test_two_tries_at_once_count_twice(world: World, again: str) -> None:
    """On both engines, at one terminal and at two: counted before they are judged, never both as one."""
    pia, ready = member(world), Barrier(10)

    def guess(turn: int) -> None:
        ready.wait()
        wrong(world, pia, terminal="tty0" if again == "the same" else f"tty{turn}")

    threads = [Thread(target=guess, args=(turn,)) for turn in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert world.writers.pins.tries(pia.id).failed == 5, "the fifth brought the pause, the others were not judged"


@pytest.mark.usefixtures("quick")
def test_a_day_of_guessing_at_one_account_from_ever_new_terminals(small_world: World) -> None:
    """A-45 for one account: under 0.05 % of the PINs in a day, at most 100 in an hour; then the owner gets in."""
    w = small_world
    pia = member(w)
    _attack(w, [pia], new_terminals=True)
    _recovers(w, pia)


@pytest.mark.usefixtures("quick")
def test_a_day_of_guessing_at_every_account_of_a_company(small_world: World) -> None:
    """A-45 for all accounts, from as many terminals as the attacker likes."""
    w = small_world
    people = [member(w, f"Worker {i}") for i in range(4)]
    _attack(w, people, new_terminals=True)
    _recovers(w, people[0])


@pytest.mark.usefixtures("quick")
def test_a_day_of_guessing_at_one_terminal_is_one_accounts_worth_for_all(small_world: World) -> None:
    w = small_world
    people = [member(w, f"Worker {i}") for i in range(8)]
    assert _attack(w, people, new_terminals=False) < 0.0005 * SPACE
    _recovers(w, people[0])


def _attack(w: World, people: list[User], new_terminals: bool) -> int:
    """Guess for a day, each account as soon as it may be tried; returns how many guesses were judged in all."""
    end, turn = w.clock() + DAY, 0
    judged: dict[int, list[float]] = {user.id: [] for user in people}
    while w.clock() < end:
        for user in people:
            turn += 1
            if not is_paused(wrong(w, user, terminal=f"tty{turn}" if new_terminals else "office tty1")):
                judged[user.id].append(w.clock().timestamp())
        w.clock.advance(seconds=60)
    for moments in judged.values():
        assert len(moments) < 0.0005 * SPACE
        assert max((sum(one <= other < one + 3600 for other in moments) for one in moments), default=0) <= 100
    total = sum(len(moments) for moments in judged.values())
    assert total > 50, "the attack was one"
    return total


def _recovers(w: World, user: User) -> None:
    """In the middle of the pauses the owner of database and secret gives a new PIN, and it lets its user in."""
    for turn in range(6):
        wrong(w, user, terminal="office tty1" if turn % 2 else "tty-last")
    w.writers.pins.put(user.id, kept("975310"), must_change=True)
    with patch.object(PinMaker, "fits", lambda _self, _hash, pin: pin == "975310"):
        assert gate(w).with_pin(user.id, "975310") == (user, True)


# --- Choosing and getting a PIN --------------------------------------------------------------------------------------


def test_the_first_sign_in_asks_for_a_new_pin(world: World) -> None:
    pia = member(world, must_change=True)
    user, must_change = gate(world).with_pin(pia.id, PIN)
    assert must_change
    gate(world).change_pin(user, "13579024", "13579024")
    assert gate(world).with_pin(pia.id, "13579024") == (pia, False)
    wrong(world, pia, PIN)
    (name,) = [name for name in world.readers.reads.sign_in_names() if name.id == pia.id]
    assert name.pin_length == 8, "so many digits enter by themselves from now on"


@pytest.mark.parametrize(("pin", "again"), [("135790", "135791"), ("13579", "13579"), (PIN, PIN), ("abcdef", "abcdef")])
def test_a_new_pin_is_typed_twice_long_enough_and_new(small_world: World, pin: str, again: str) -> None:
    pia = member(small_world, must_change=True)
    with pytest.raises(Refusal) as refused:
        gate(small_world).change_pin(pia, pin, again)
    assert refused.value.field == "pin"
    assert gate(small_world).with_pin(pia.id, PIN)[1]


def test_a_new_pin_from_an_administrator_ends_every_pause_in_its_way(world: World) -> None:
    pia = member(world)
    for _ in range(5):
        wrong(world, pia)
    assert is_paused(wrong(world, pia, PIN))
    world.writers.pins.put(pia.id, kept("112233"), must_change=True)
    assert gate(world).with_pin(pia.id, "112233") == (pia, True)


# --- The secret outside the database ---------------------------------------------------------------------------------


def test_the_database_alone_does_not_tell_whether_a_pin_fits(small_world: World) -> None:
    """With the hashes and another secret not even the right PIN can be found."""
    stored = kept().hash
    assert PinMaker(small_world.writers.pins, lambda: SECRET).fits(stored, PIN)
    with small_world.write() as session:
        session.exec(update(AccountRow).values(secret_mark=""))
    assert not PinMaker(small_world.writers.pins, lambda: OTHER).fits(stored, PIN)


def test_a_machine_with_another_secret_says_which_file_to_copy_and_pauses_nobody(world: World) -> None:
    pia = member(world)
    gate(world).with_pin(pia.id, PIN)
    for _ in range(7):
        with pytest.raises(Refusal, match=r"copy office:/state/secret\.key to /state/secret\.key on this one"):
            gate(world, secret=OTHER).with_pin(pia.id, PIN)
    assert world.writers.pins.tries(pia.id).failed == 0
    assert gate(world).with_pin(pia.id, PIN) == (pia, False)


def test_no_pin_is_given_with_another_secret(small_world: World) -> None:
    member(small_world)
    PinMaker(small_world.writers.pins, lambda: SECRET).kept(PIN)
    with pytest.raises(Refusal, match=r"secret\.key"):
        PinMaker(small_world.writers.pins, lambda: OTHER).kept("112233")


def test_a_changed_file_on_the_same_machine_is_to_be_put_back(small_world: World) -> None:
    pia = member(small_world)
    gate(small_world).with_pin(pia.id, PIN)
    changed = Secret(OTHER.value, SECRET.place)
    with pytest.raises(Refusal, match=r"/state/secret\.key holds now: put that file back"):
        gate(small_world, secret=changed).with_pin(pia.id, PIN)


def test_a_lost_secret_can_be_replaced(world: World) -> None:
    pia = member(world)
    gate(world).with_pin(pia.id, PIN)
    maker = PinMaker(world.writers.pins, lambda: OTHER)
    maker.take_new_secret()
    world.writers.pins.put(pia.id, maker.kept("112233"), must_change=True)
    assert gate(world, secret=OTHER).with_pin(pia.id, "112233") == (pia, True)
    with pytest.raises(Refusal, match="copy depot:"):
        gate(world).with_pin(pia.id, "112233")


def test_pins_from_before_there_was_a_secret_still_fit_and_are_made_anew(world: World) -> None:
    from argon2 import PasswordHasher

    pia = member(world, pin=KeptPin(PasswordHasher().hash("12345678"), 6))
    lengths = {name.id: name.pin_length for name in world.readers.reads.sign_in_names()}
    assert lengths[pia.id] == 0, "nobody knows how long it is, so Enter is needed"
    assert gate(world).with_pin(pia.id, "12345678") == (pia, False)
    assert (world.writers.pins.pin_hash(pia.id) or "").startswith("p1$argon2id$")
    lengths = {name.id: name.pin_length for name in world.readers.reads.sign_in_names()}
    assert lengths[pia.id] == 8
    assert gate(world).with_pin(pia.id, "12345678") == (pia, False)


# --- Without a PIN, and noting it ------------------------------------------------------------------------------------


def test_somebody_whom_the_system_vouches_for_needs_no_pin_nor_secret(small_world: World) -> None:
    w = small_world
    w.writers.pins.mark(SECRET.mark)
    assert gate(w, secret=OTHER).without_pin(w.ann) == w.ann
    with w.write() as session:
        session.exec(update(UserRow).where(col(UserRow.id) == w.ann.id).values(active=False))
    with pytest.raises(Refusal, match="Ann Lee cannot sign in any more"):
        gate(w).without_pin(w.ann)


@pytest.mark.parametrize("with_pin", [True, False])
def test_a_sign_in_is_noted(small_world: World, with_pin: bool) -> None:
    """The composer tells when the worker was last at the desk (rule 47)."""
    w = small_world
    pia = member(w)
    job = w.job(pia)
    gate(w).with_pin(pia.id, PIN) if with_pin else gate(w).without_pin(pia)
    seen = w.read_job(job.id).worker
    assert seen is not None
    assert seen.signed_in_at == w.clock()


def test_signing_in_without_a_pin_takes_no_wrong_tries_back(small_world: World) -> None:
    w = small_world
    pia = member(w)
    for _ in range(3):
        wrong(w, pia)
    gate(w).without_pin(pia)
    assert w.writers.pins.tries(pia.id).failed == 3
