"""Workers' links as they are kept: made, renewed, revoked, expired."""

from datetime import timedelta

from domain.links import LASTS
from storage.feed import append
from tests.storage.rows import together
from tests.world import World


def test_a_worker_has_one_link_however_often_it_is_sent(world: World) -> None:
    links = world.writers.links
    first = links.issue(world.marco.id)
    assert links.issue(world.marco.id) == first
    assert links.issue(world.mia.id) != first
    found = links.link(first)
    assert found is not None
    assert (found.user_id, found.expires_at) == (world.marco.id, world.clock() + LASTS)


def test_sending_it_again_renews_it(world: World) -> None:
    links = world.writers.links
    first = links.issue(world.marco.id)
    world.clock.advance(days=60)
    assert links.issue(world.marco.id) == first
    found = links.working(world.marco.id)
    assert found is not None
    assert found.expires_at == world.clock() + LASTS


def test_an_expired_link_is_never_woken(world: World) -> None:
    links = world.writers.links
    first = links.issue(world.marco.id)
    world.clock.now += LASTS
    kept = links.link(first)
    assert kept is not None
    assert not kept.works(world.clock())
    assert kept.works(world.clock() - timedelta(seconds=1))
    assert not links.renew(first)
    assert links.working(world.marco.id) is None
    assert links.issue(world.marco.id) != first


def test_a_revoked_link_stays_revoked(world: World) -> None:
    links = world.writers.links
    first = links.issue(world.marco.id)
    assert links.revoke(first)
    assert not links.revoke(first)
    assert not links.renew(first)
    second = links.issue(world.marco.id)
    assert second != first
    assert links.revoke_all(world.marco.id) == 1
    assert links.working(world.marco.id) is None


def test_renewing_lets_it_last_its_whole_time_again(world: World) -> None:
    links = world.writers.links
    first = links.issue(world.marco.id)
    world.clock.advance(days=89)
    assert links.renew(first)
    found = links.link(first)
    assert found is not None
    assert found.expires_at == world.clock() + LASTS


def test_open_pages_hear_that_a_link_was_revoked(world: World) -> None:
    first = world.writers.links.issue(world.marco.id)
    with world.write() as session:
        before = append(session, "test")
    world.writers.links.revoke(first)
    changes = world.readers.plain.rows("SELECT kind FROM change WHERE id > :id", {"id": before})
    assert [row[0] for row in changes] == ["people"]


def test_two_programs_renewing_at_once_leave_one_link(world: World) -> None:
    first = world.writers.links.issue(world.marco.id)
    issue = world.writers.links.issue
    assert set(together(*[lambda: issue(world.marco.id) for _ in range(4)])) == {first}


def test_a_link_of_nobody_is_not_there(world: World) -> None:
    assert world.writers.links.link(99) is None
    assert world.writers.links.working(world.marco.id) is None
