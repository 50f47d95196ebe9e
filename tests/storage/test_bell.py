"""What rings for whom: customers, and never thanks, oneself, or what one may not see."""

from dataclasses import replace

import pytest

from domain.jobs import Job
from domain.messages import DISPATCH, SYSTEM, Kind, Stage
from domain.people import Bell, Role, User
from storage.bell import Rang
from tests.world import World, dispatcher, worker


def rings(world: World, user: User, since: int) -> Rang | None:
    """What rings for somebody after a feed number."""
    newest, rang = world.readers.rings.since(user.id, since)
    assert newest == world.readers.reads.newest_change()
    assert world.readers.rings.since(user.id, newest) == (newest, None), "once only"
    return rang


def owned(world: World, owner: User | None) -> Job:
    """A job that somebody leads."""
    job = world.job()
    if owner is not None:
        world.writers.job_leads.set_owner(job.id, owner.id, None)
    return job


@pytest.mark.parametrize(
    ("bell", "heard"),
    [(Bell.MINE, {"mine", "nobody's"}), (Bell.ALL, {"mine", "abe's", "nobody's"}), (Bell.NONE, set())],
)
def test_a_customers_text_rings_as_one_chose(world: World, bell: Bell, heard: set[str]) -> None:
    world.writers.users.set_bell(world.ann.id, bell)
    jobs = {"mine": owned(world, world.ann), "abe's": owned(world, world.abe), "nobody's": owned(world, None)}
    for whose, job in jobs.items():
        newest = world.readers.reads.newest_change()
        world.text(job, world.ana, DISPATCH, body="Which gate?")
        expected = Rang(job.id, job.number, "Ana Silva") if whose in heard else None
        assert rings(world, world.ann, newest) == expected, whose


def test_the_job_of_somebody_who_left_rings_as_nobodys(world: World) -> None:
    job = owned(world, world.abe)
    newest = world.readers.reads.newest_change()
    world.text(job, world.ana, DISPATCH, body="Which gate?")
    assert rings(world, world.ann, newest) is None
    world.writers.users.set_active(0, world.abe.id, False)
    assert rings(world, world.ann, newest) == Rang(job.id, job.number, "Ana Silva")
    assert rings(world, world.abe, newest) is None


@pytest.mark.parametrize("body", ["Thanks!", "ok", "👍", "Liked “We come at ten”"])
def test_thanks_and_reactions_do_not_ring(world: World, body: str) -> None:
    job = world.job()
    newest = world.readers.reads.newest_change()
    world.text(job, world.ana, DISPATCH, body=body)
    assert all(rings(world, user, newest) is None for user in (world.ann, world.marco))


def test_thanks_do_not_hide_the_question_before_them(world: World) -> None:
    job, thanked = world.job(), world.job()
    newest = world.readers.reads.newest_change()
    world.text(job, world.ana, DISPATCH, body="Which gate?")
    world.text(thanked, world.ben, DISPATCH, body="Thanks")
    assert rings(world, world.ann, newest) == Rang(job.id, job.number, "Ana Silva")


def test_only_customers_ring_for_dispatchers(world: World) -> None:
    job = world.job()
    newest = world.readers.reads.newest_change()
    world.text(job, dispatcher(world.abe), world.ana, body="We come at ten")
    world.text(job, worker(world.marco), DISPATCH, body="The key is missing")
    world.text(job, SYSTEM, world.ana, body="Your visit", kind=Kind.ALERT)
    assert rings(world, world.ann, newest) is None


def test_for_a_worker_everything_new_rings_that_they_may_see(world: World) -> None:
    job = world.job()
    for author, to, heard in (
        (world.ana, DISPATCH, True),
        (dispatcher(world.ann), worker(world.marco), True),
        (dispatcher(world.ann), world.ana, True),
        (worker(world.marco), DISPATCH, False),
        (dispatcher(world.ann), worker(world.mia), False),
        (dispatcher(world.ann), DISPATCH, False),
        (SYSTEM, world.ana, False),
    ):
        newest = world.readers.reads.newest_change()
        world.text(job, author, to, body="Which gate?")
        assert (rings(world, world.marco, newest) is not None) is heard, (author, to)
        assert rings(world, world.mia, newest) is None
    world.writers.users.set_bell(world.marco.id, Bell.NONE)
    newest = world.readers.reads.newest_change()
    world.text(job, world.ana, DISPATCH, body="Which gate?")
    assert rings(world, world.marco, newest) is None


def test_a_job_that_is_handed_to_a_worker_rings_for_them(world: World) -> None:
    job = world.job()
    newest = world.readers.reads.newest_change()
    world.change(job, worker_id=world.mia.id)
    assert rings(world, world.mia, newest) is not None
    assert rings(world, world.marco, newest) is None
    assert rings(world, world.ann, newest) is None


def test_a_number_in_place_of_a_name_is_masked_for_a_worker(world: World) -> None:
    job = world.job()
    newest = world.readers.reads.newest_change()
    world.text(job, replace(world.ana, name="+15550102001"), DISPATCH, body="Which gate?")
    assert rings(world, world.ann, newest) == Rang(job.id, job.number, "+15550102001")
    found = rings(world, world.marco, newest)
    assert found is not None
    assert "555010" not in found.name


def test_what_one_may_not_see_does_not_ring(world: World) -> None:
    south = world.writers.people.add_location("South", "US", "America/Denver", [])
    sam = world.user("Sam Orr", Role.DISPATCHER, locations=(south,))
    silent = world.user("Sid Orr", Role.DISPATCHER, chat=False)
    job = world.job()
    newest = world.readers.reads.newest_change()
    world.text(job, world.ana, DISPATCH, body="Which gate?")
    world.text(job, worker(world.mia), world.ana, body="May I?", stage=Stage.WAITING_RELEASE)
    assert all(rings(world, user, newest) is None for user in (sam, silent, world.mia))


def test_many_at_once_are_one_ring_for_the_newest(world: World) -> None:
    newest = world.readers.reads.newest_change()
    jobs = [world.job() for _ in range(3)]
    for job in jobs:
        world.text(job, world.ana, DISPATCH, body="Which gate?")
    assert rings(world, world.ann, newest) == Rang(jobs[2].id, jobs[2].number, "Ana Silva")
