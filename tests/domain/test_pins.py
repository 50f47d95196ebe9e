"""What wrong PINs cost: pauses that grow, a limit for each hour, and nothing that a sign-in beside them undoes."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import pins
from domain.errors import Refusal
from domain.pins import Tries, pause_after
from tests.world import NOON

SPACE = 10**6


def guess_for(hours: int, right_every: int = 0, start: int = 0) -> list[timedelta]:
    """The moments of every wrong try of somebody who never waits longer than they must."""
    tries, now, end = Tries(), timedelta(minutes=start), timedelta(hours=hours, minutes=start)
    made: list[timedelta] = []
    while now < end and len(made) < 0.001 * SPACE:
        wait = tries.pause(NOON + now)
        if wait:
            now += wait
            continue
        tries = tries.wrong(NOON + now)
        made.append(now)
        if right_every and len(made) % right_every == 0:
            tries = tries.wrong(NOON + now).right()
        now += timedelta(milliseconds=100)
    return made


@pytest.mark.parametrize(("failed", "minutes"), [(1, 0), (4, 0), (5, 1), (6, 2), (7, 4), (8, 8), (9, 15), (10, 15)])
def test_pauses_grow(failed: int, minutes: int) -> None:
    assert pause_after(failed) == timedelta(minutes=minutes)


@given(st.integers(0, 10**9))
def test_a_pause_never_grows_beyond_a_quarter_of_an_hour_nor_shrinks(failed: int) -> None:
    assert pause_after(failed) <= pause_after(failed + 1) <= timedelta(minutes=15)


@given(st.integers(1, 4), st.integers(0, 59))
def test_a_day_of_guessing_stays_under_the_limit_even_beside_a_user_who_signs_in(right_every: int, start: int) -> None:
    """However often the right PIN comes between: under 0.05 % of the PINs in a day, at most 100 in any hour."""
    made = guess_for(24, right_every, start)
    assert len(made) < 0.0005 * SPACE
    hour = timedelta(hours=1)
    assert max(sum(begin <= other < begin + hour for other in made) for begin in made) <= 100


def test_a_day_of_guessing_at_one_account_is_a_hundred_tries() -> None:
    assert 90 <= len(guess_for(24)) <= 110


def test_a_right_try_is_no_wrong_one() -> None:
    tries = Tries()
    for _ in range(200):
        tries = tries.wrong(NOON).right()
        assert not tries.pause(NOON)
    assert tries.in_hour == 0


def test_the_hours_limit_ends_with_the_hour() -> None:
    tries = Tries()
    for _ in range(pins.MOST_IN_AN_HOUR):
        tries = tries.wrong(NOON).wrong(NOON).right()
    assert tries.pause(NOON + timedelta(minutes=20)) == timedelta(minutes=40)
    assert not tries.pause(NOON + timedelta(hours=1))


def test_a_terminal_forgives_ones_own_slips_and_nobody_elses() -> None:
    tries = Tries()
    for _ in range(4):
        tries = tries.wrong(NOON)
    after_two_own_slips = tries.wrong(NOON).wrong(NOON).wrong(NOON).forgiven(3, NOON)
    assert after_two_own_slips.failed == 4
    assert not after_two_own_slips.pause(NOON)
    assert Tries(1).forgiven(5, NOON).failed == 0


def test_a_terminal_forgets_after_a_quiet_hour() -> None:
    tries = Tries()
    for _ in range(6):
        tries = tries.wrong(NOON)
    assert tries.remembered(NOON + timedelta(minutes=61)) is tries, "the hour begins when the pause ends"
    assert tries.remembered(NOON + timedelta(minutes=62)) == Tries()


@pytest.mark.parametrize("pin", ["12345", "", "abcdef", "12345a", "１２３４５６", "12 456", "-123456", "123456\n"])
def test_a_pin_has_at_least_six_digits_and_nothing_else(pin: str) -> None:
    with pytest.raises(Refusal) as refused:
        pins.check(pin)
    assert refused.value.field == "pin"
    if pin.strip():
        assert pin.strip() not in refused.value.sentence


@pytest.mark.parametrize("pin", ["123456", "000000", "1" * 40])
def test_any_six_digits_will_do(pin: str) -> None:
    pins.check(pin)
