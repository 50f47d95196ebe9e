"""Tries at PINs as they are stored: counted before they are judged, for their user and their terminal."""

from datetime import timedelta

import pytest
from sqlmodel import select

from domain.pins import KeptPin, Tries
from storage.pins import Pins
from storage.tables.people import UserRow
from storage.tables.system import TerminalRow
from tests.storage.rows import another, together
from tests.world import World

HASH = KeptPin("p1 a hash", 8)
NONE = timedelta(0)


def terminals(world: World) -> dict[str, int]:
    """Wrong tries by terminal."""
    with world.writers.database.read() as session:
        return {row.name: row.failed for row in session.exec(select(TerminalRow)).all()}


def test_a_try_is_counted_until_it_turns_out_right(world: World) -> None:
    pins, who = world.writers.pins, world.ann.id
    pins.put(who, HASH, must_change=True)
    assert pins.begin(who, "tty1") == (NONE, HASH.hash, True, 0)
    assert pins.begin(who, "tty1") == (NONE, HASH.hash, True, 1)
    assert (pins.tries(who).failed, terminals(world)) == (2, {"tty1": 2})
    pins.right(who, "tty1", 1)
    assert (pins.tries(who).failed, pins.tries(who).until, terminals(world)) == (0, None, {"tty1": 0})
    assert pins.tries(who).in_hour == 1, "the slip before it still counts for the hour"


def test_a_try_during_a_pause_is_not_counted(world: World) -> None:
    pins, who = world.writers.pins, world.ann.id
    for _ in range(5):
        assert not pins.begin(who, "tty1").wait
    for terminal in ("tty1", "tty2"):
        assert pins.begin(who, terminal) == (timedelta(minutes=1), None, False, 0)
    assert pins.tries(who).failed == 5
    assert pins.begin(world.abe.id, "tty1").wait == timedelta(minutes=1), "the terminal waits for everybody"
    assert not pins.begin(world.abe.id, "tty2").wait


def test_a_try_at_nobody_counts_for_the_terminal(world: World) -> None:
    assert world.writers.pins.begin(4711, "tty1") == (NONE, None, False, 0)
    assert terminals(world) == {"tty1": 1}


@pytest.mark.parametrize("must_change", [True, False])
def test_a_new_pin_ends_its_users_pause_and_an_administrators_every_terminals(world: World, must_change: bool) -> None:
    pins, who = world.writers.pins, world.ann.id
    for _ in range(5):
        pins.begin(who, "tty1")
    pins.put(who, HASH, must_change)
    assert pins.tries(who) == Tries()
    assert bool(terminals(world)) is not must_change
    with world.writers.database.read() as session:
        row = session.get_one(UserRow, who)
        assert (row.pin_hash, row.pin_length, row.pin_change) == (*HASH, must_change)


def test_wrong_pins_typed_at_two_desks_are_both_counted(world: World) -> None:
    """Of ten tries at the same moment, from two programs, five are let in: each of them counts."""
    with another(world) as one, another(world) as two:
        let_in: list[bool] = []

        def guess(pins: Pins) -> None:
            let_in.extend(not pins.begin(world.ann.id, "tty1").wait for _ in range(5))

        together(lambda: guess(one.pins), lambda: guess(two.pins))
    assert (let_in.count(True), world.writers.pins.tries(world.ann.id).failed) == (5, 5)
    assert terminals(world) == {"tty1": 5}


def test_a_worker_shows_when_they_last_signed_in(world: World) -> None:
    job = world.job()
    assert job.worker is not None
    assert job.worker.signed_in_at is None
    world.writers.pins.signed_in(world.marco.id)
    found = world.read_job(job.id).worker
    assert found is not None
    assert found.signed_in_at == world.clock()


def test_the_first_secret_used_leaves_its_mark(world: World) -> None:
    pins = world.writers.pins
    assert pins.mark("one") == "one"
    assert pins.mark("two") == "one"
    pins.replace_mark("two")
    assert pins.mark("one") == "two"


def test_of_two_machines_that_begin_at_once_one_secret_wins(world: World) -> None:
    with another(world) as one, another(world) as two:
        found: set[str] = set()
        together(lambda: found.add(one.pins.mark("one")), lambda: found.add(two.pins.mark("two")))
    assert len(found) == 1


def test_settings_kept_again_leave_the_mark_alone(world: World) -> None:
    world.writers.pins.mark("one")
    world.writers.people.set_up(world.readers.reads.account())
    assert world.writers.pins.mark("two") == "one"
