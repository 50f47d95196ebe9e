"""Saved replies as they are kept: whose they are, and their order."""

from dataclasses import replace

import pytest

from domain.errors import Refusal
from domain.saved_replies import NEW, SavedReply
from tests.world import World


def names(world: World, user_id: int) -> list[str]:
    return [reply.name for reply in world.writers.saved_replies.of(user_id)]


def test_everybody_has_their_own_and_the_teams(world: World) -> None:
    store = world.writers.saved_replies
    store.keep(world.ann.id, SavedReply(NEW, "Mine", "I call you."))
    store.keep(world.ann.id, SavedReply(NEW, "Ours", "We call you.", own=False))
    assert names(world, world.ann.id) == ["Mine", "Ours"]
    assert names(world, world.abe.id) == ["Ours"]


def test_quick_replies_stand_in_the_order_of_their_digits(world: World) -> None:
    store = world.writers.saved_replies
    for name in ("Yes", "On my way", "Late"):
        store.keep(world.ann.id, SavedReply(NEW, name, name, own=False, for_workers=True))
    assert [(r.name, r.place) for r in store.of(world.marco.id)] == [("Yes", 1), ("On my way", 2), ("Late", 3)]
    late = store.of(world.marco.id)[2]
    store.keep(world.ann.id, replace(late, place=0))
    assert names(world, world.marco.id) == ["Late", "Yes", "On my way"]


def test_a_changed_reply_stays_one(world: World) -> None:
    store = world.writers.saved_replies
    reply_id = store.keep(world.ann.id, SavedReply(NEW, "Mine", "I call you."))
    store.keep(world.ann.id, SavedReply(reply_id, "Ours", "We call you.", own=False))
    assert store.one(reply_id, world.abe.id) == SavedReply(reply_id, "Ours", "We call you.", own=False)
    store.remove(reply_id)
    store.remove(reply_id)
    assert names(world, world.ann.id) == []


def test_what_is_somebody_elses_is_as_good_as_gone(world: World) -> None:
    store = world.writers.saved_replies
    reply_id = store.keep(world.ann.id, SavedReply(NEW, "Mine", "I call you."))
    assert store.one(reply_id, world.abe.id) is None
    for wrong in (reply_id, 4711):
        with pytest.raises(Refusal, match="not there any more"):
            store.keep(world.abe.id, SavedReply(wrong, "Theirs", "x"))
    assert names(world, world.ann.id) == ["Mine"]
