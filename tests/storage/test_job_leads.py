"""Owners, and done without answering: kept once for all dispatchers, whoever does it at the same moment."""

from datetime import timedelta

from domain.jobs import AT_FIRST, Job, JobRow, Waiting
from domain.messages import DISPATCH
from domain.people import Role
from storage.job_leads import Done
from tests.storage.rows import another, together
from tests.storage.test_counters import check
from tests.world import World, dispatcher


def row(world: World, job: Job) -> JobRow:
    """The job's line as Ann sees it."""
    (found,) = [line for line in world.readers.job_list.page(world.ann, AT_FIRST).rows if line.id == job.id]
    return found


def changes(world: World, since: int) -> list[tuple[str, int | None]]:
    """What was told to every screen after a feed number."""
    rows = world.readers.plain.rows("SELECT kind, job_id FROM change WHERE id > :since ORDER BY id", {"since": since})
    return [(kind, job_id) for kind, job_id in rows]


def done(world: World, job: Job) -> Done:
    """Abe says done on what there is."""
    return world.writers.job_leads.done(job.id, world.abe.id, row(world, job).seq)


def test_done_leaves_nobody_waiting_until_something_new_comes(world: World) -> None:
    job = world.job()
    world.text(job, world.ana, DISPATCH, body="Which gate?")
    assert row(world, job).waiting_on is Waiting.DISPATCHER
    newest = world.readers.reads.newest_change()
    done(world, job)
    after = row(world, job)
    assert (after.waiting_on, after.waiting_since, after.done_by) == (Waiting.NOBODY, None, "Abe Cole")
    assert changes(world, newest) == [("job", job.id)]
    check(world, job.id)
    world.clock.advance(minutes=5)
    world.text(job, world.ana, DISPATCH, body="Hello?")
    again = row(world, job)
    assert (again.waiting_on, again.waiting_since, again.done_by) == (Waiting.DISPATCHER, world.clock(), "")
    check(world, job.id)


def test_done_says_nothing_about_what_came_after_it_was_looked_at(world: World) -> None:
    """The list shows the first text; the second comes before the key is pressed."""
    job = world.job()
    world.text(job, world.ana, DISPATCH, body="Which gate?")
    seen = row(world, job).seq
    world.clock.advance(minutes=1)
    world.text(job, world.ana, DISPATCH, body="It is on fire")
    world.writers.job_leads.done(job.id, world.ann.id, seen)
    after = row(world, job)
    assert (after.waiting_on, after.waiting_since, after.done_by) == (Waiting.DISPATCHER, world.clock(), "")
    check(world, job.id)


def test_done_never_reaches_beyond_what_there_is(world: World) -> None:
    job = world.job()
    world.text(job, world.ana, DISPATCH, body="Which gate?")
    world.writers.job_leads.done(job.id, world.ann.id, 10**12)
    world.text(job, world.ana, DISPATCH, body="Hello?")
    assert (row(world, job).waiting_on, row(world, job).done_by) == (Waiting.DISPATCHER, "")
    check(world, job.id)


def test_taking_done_back_brings_the_same_wait_with_its_age(world: World) -> None:
    job = world.job()
    world.text(job, world.ana, DISPATCH, body="Old question")
    first = done(world, job)
    world.clock.advance(minutes=5)
    asked = world.clock()
    world.text(job, world.ana, DISPATCH, body="New question")
    world.clock.advance(minutes=5)
    second = done(world, job)
    assert world.writers.job_leads.take_back(second)
    back = row(world, job)
    assert (back.waiting_on, back.waiting_since) == (Waiting.DISPATCHER, asked), "not since the old one"
    check(world, job.id)
    assert not world.writers.job_leads.take_back(second), "it is back already"
    assert world.writers.job_leads.take_back(first)
    assert row(world, job).waiting_since == asked - timedelta(minutes=5)


def test_done_is_not_taken_back_over_a_colleagues_done(world: World) -> None:
    job = world.job()
    world.text(job, world.ana, DISPATCH, body="Which gate?")
    mine = done(world, job)
    world.text(job, world.ana, DISPATCH, body="Hello?")
    world.writers.job_leads.done(job.id, world.ann.id, row(world, job).seq)
    assert not world.writers.job_leads.take_back(mine)
    assert row(world, job).waiting_on is Waiting.NOBODY


def test_done_ends_a_wait_for_the_worker_and_the_customer_too(world: World) -> None:
    from tests.world import worker

    asked, answered = world.job(), world.job()
    world.text(asked, dispatcher(world.ann), worker(world.marco), body="Where are you?")
    world.text(answered, dispatcher(world.ann), world.ana, body="We come at ten")
    for job in (asked, answered):
        assert row(world, job).waiting_on is not Waiting.NOBODY
        done(world, job)
        assert row(world, job).waiting_on is Waiting.NOBODY
        check(world, job.id)


def test_of_two_who_take_a_job_at_once_one_is_told(world: World) -> None:
    job = world.job()

    def take(user_id: int) -> str | None:
        with another(world) as writers:
            return writers.job_leads.set_owner(job.id, user_id, None)

    told = together(lambda: take(world.ann.id), lambda: take(world.abe.id))
    owner = world.read_job(job.id).owner
    assert sorted(told, key=str) == sorted([None, owner], key=str)
    assert owner in ("Ann Lee", "Abe Cole")


def test_an_owner_who_left_stands_in_nobodys_way(world: World) -> None:
    job = world.job()
    gone = world.user("Gus Orr", Role.DISPATCHER)
    assert world.writers.job_leads.set_owner(job.id, gone.id, None) is None
    assert world.read_job(job.id).owner == "Gus Orr"
    world.writers.users.set_active(0, gone.id, False)
    assert world.read_job(job.id).owner_id is None
    newest = world.readers.reads.newest_change()
    assert world.writers.job_leads.set_owner(job.id, world.ann.id, None) is None
    assert changes(world, newest) == [("job", job.id)]
    assert world.read_job(job.id).owner == "Ann Lee"


def test_colleagues_are_the_dispatchers_with_chat_of_the_location(world: World) -> None:
    south = world.writers.people.add_location("South", "US", "America/Denver", [])
    world.user("Sid Orr", Role.DISPATCHER, chat=False)
    world.user("Sam Orr", Role.DISPATCHER, locations=(south,))
    assert [name for _, name in world.writers.job_leads.colleagues(world.berlin)] == ["Abe Cole", "Ann Lee"]
    assert [name for _, name in world.writers.job_leads.colleagues(south)] == ["Sam Orr"]
