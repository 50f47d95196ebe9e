"""The account's settings: read back as set, and two who change them do not undo each other."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.account import Account, WorkerWrites
from domain.routing import Windows
from tests.world import World

CHANGES: dict[str, object] = {
    "three_way": False,
    "windows": Windows(timedelta(days=3), timedelta(days=1)),
    "use_by": timedelta(minutes=90),
    "undo": timedelta(seconds=30),
    "lock": timedelta(minutes=7),
    "worker_writes": WorkerWrites.WITH_RELEASE,
    "holds_in_practice": True,
}


def account(world: World) -> Account:
    return world.readers.reads.account()


@pytest.mark.parametrize("field", CHANGES)
def test_each_setting_is_read_back_and_alone_changed(world: World, field: str) -> None:
    before = account(world)
    after = replace(before, **{field: CHANGES[field]})  # type: ignore[arg-type]
    assert after != before
    world.writers.accounts.change(before, after)
    assert account(world) == after


def test_two_who_change_the_account_do_not_undo_each_other(world: World) -> None:
    before = account(world)
    for field, value in CHANGES.items():
        world.writers.accounts.change(before, replace(before, **{field: value}))  # type: ignore[arg-type]
    assert account(world) == replace(before, **CHANGES)  # type: ignore[arg-type]


def test_the_carrier_account_never_changes_here(world: World) -> None:
    before = account(world)
    world.writers.accounts.change(before, replace(before, carrier="AC0", undo=timedelta(seconds=9)))
    assert (account(world).carrier, account(world).undo) == (before.carrier, timedelta(seconds=9))
