"""Who leads a job, and done without answering, as people do it; and who may not."""

from collections.abc import Callable

import pytest

from domain.errors import Refusal
from domain.jobs import AT_FIRST, Job, JobRow, Waiting
from domain.messages import DISPATCH
from domain.people import Role, User
from messaging.leading import Colleague, Leading
from messaging.presence import Presence, Present, in_words
from tests.world import World


@pytest.fixture
def leading(small_world: World) -> Leading:
    """The use cases over a small company."""
    return Leading(small_world.readers.threads, small_world.writers.job_leads)


@pytest.fixture
def presence(small_world: World) -> Presence:
    """Who is where in it."""
    return Presence(small_world.readers.threads, small_world.writers.presence)


def row(world: World, job: Job) -> JobRow:
    """The job's line as Ann sees it."""
    (found,) = [line for line in world.readers.job_list.page(world.ann, AT_FIRST).rows if line.id == job.id]
    return found


def test_a_job_is_taken_given_back_and_taken_over(small_world: World, leading: Leading) -> None:
    job = small_world.job()
    assert leading.own(small_world.ann, job.id) == f"{job.number} is yours now."
    assert small_world.read_job(job.id).owner == "Ann Lee"
    assert leading.own(small_world.ann, job.id) == f"You gave {job.number} back: nobody owns it."
    assert small_world.read_job(job.id).owner == ""
    leading.own(small_world.abe, job.id)
    assert leading.own(small_world.ann, job.id) == f"{job.number} is yours now, taken over from Abe Cole."


def test_a_job_is_handed_to_a_colleague_or_to_nobody(small_world: World, leading: Leading) -> None:
    job, ann, abe = small_world.job(), small_world.ann, small_world.abe
    assert leading.colleagues(ann, job.id) == [Colleague(abe.id, "Abe Cole"), Colleague(ann.id, "Ann Lee")]
    assert leading.hand(ann, job.id, abe.id, None) == f"{job.number} belongs to Abe Cole now."
    assert leading.colleagues(ann, job.id)[0] == Colleague(abe.id, "Abe Cole", owns=True)
    with pytest.raises(Refusal, match=f"Abe Cole owns {job.number} since a moment ago"):
        leading.hand(ann, job.id, ann.id, None)
    assert leading.hand(ann, job.id, None, abe.id) == f"Nobody owns {job.number} now."


def test_a_job_goes_only_to_somebody_who_can_lead_it(small_world: World, leading: Leading) -> None:
    job = small_world.job()
    south = small_world.writers.people.add_location("South", "US", "America/Denver", [])
    strangers = (
        small_world.user("Sid Orr", Role.DISPATCHER, chat=False),
        small_world.user("Sam Orr", Role.DISPATCHER, locations=(south,)),
        small_world.marco,
    )
    for stranger in strangers:
        with pytest.raises(Refusal, match="no part in messages at North"):
            leading.hand(small_world.ann, job.id, stranger.id, None)
    assert small_world.read_job(job.id).owner_id is None


def test_done_and_back(small_world: World, leading: Leading) -> None:
    job = small_world.job()
    small_world.text(job, small_world.ana, DISPATCH, body="Which gate?")
    done = leading.done(small_world.ann, job.id, row(small_world, job).seq)
    assert row(small_world, job).waiting_on is Waiting.NOBODY
    leading.take_back(small_world.abe, done)
    assert row(small_world, job).waiting_on is Waiting.DISPATCHER
    with pytest.raises(Refusal, match="stays done"):
        leading.take_back(small_world.ann, done)


def test_only_dispatchers_with_chat_lead_and_only_jobs_they_have(small_world: World, leading: Leading) -> None:
    job = small_world.job()
    south = small_world.writers.people.add_location("South", "US", "America/Denver", [])
    sid = small_world.user("Sid Orr", Role.DISPATCHER, chat=False)
    sam = small_world.user("Sam Orr", Role.DISPATCHER, locations=(south,))
    done = leading.done(small_world.abe, job.id, 1)
    acts: list[Callable[[User], object]] = [
        lambda user: leading.own(user, job.id),
        lambda user: leading.colleagues(user, job.id),
        lambda user: leading.hand(user, job.id, small_world.abe.id, None),
        lambda user: leading.done(user, job.id, 1),
        lambda user: leading.take_back(user, done),
    ]
    for act in acts:
        for user in (sid, small_world.marco):
            with pytest.raises(Refusal, match="may not lead a job"):
                act(user)
        with pytest.raises(Refusal, match="not in your list"):
            act(sam)
    assert small_world.read_job(job.id).owner_id is None


def test_dispatchers_see_who_else_is_on_a_job(small_world: World, presence: Presence) -> None:
    job = small_world.job()
    presence.here(small_world.abe, job.id, True)
    presence.here(small_world.marco, job.id, False)
    others = presence.others(small_world.ann, job.id)
    assert others == [Present("Abe Cole", True), Present("Marco Diaz", False)]
    assert in_words(others) == "Abe Cole is writing · Marco Diaz is looking"
    presence.left(small_world.abe, job.id)
    assert in_words(presence.others(small_world.ann, job.id)) == "Marco Diaz is looking"
    assert in_words([]) == ""


def test_presence_is_not_for_everybody(small_world: World, presence: Presence) -> None:
    job = small_world.job()
    south = small_world.writers.people.add_location("South", "US", "America/Denver", [])
    sid = small_world.user("Sid Orr", Role.DISPATCHER, chat=False)
    sam = small_world.user("Sam Orr", Role.DISPATCHER, locations=(south,))
    for hidden in (sid, sam, small_world.mia):
        presence.here(hidden, job.id, True)
    assert presence.others(small_world.ann, job.id) == [], "who may not see the job is not on it"
    presence.here(small_world.abe, job.id, True)
    for viewer in (sid, sam, small_world.marco, small_world.mia):
        assert presence.others(viewer, job.id) == []
