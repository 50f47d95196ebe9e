"""Locations as Settings changes them; a number that was used is retired, and no answer to it is lost."""

from dataclasses import replace
from datetime import time

import pytest

from domain.account import Location
from domain.administration import LocationForm, OurNumber, form_of_location
from domain.delivery import State
from domain.errors import Refusal
from domain.hours import QuietHours
from domain.people import Role
from domain.texts import Accepted, Incoming, Rejected
from messaging.receive import place_new
from tests.storage.rows import another, deliveries, listed, together
from tests.world import ANA, OURS, OURS_TOO, World, dispatcher

SOUTH = LocationForm(
    "South", "GB", "GBP", "Europe/London", "+442079460000", QuietHours(time(20, 30), time(7)), False, True, True, 12_345
)
THIRD = "+15550100003"


def place(world: World, location_id: int) -> Location:
    return world.readers.reads.location(location_id)


def change(world: World, location_id: int, **values: object) -> None:
    """Change something about a location as a form does that was just opened."""
    before = form_of_location(place(world, location_id))
    world.writers.locations.change(location_id, before, replace(before, **values))  # type: ignore[arg-type]


def answers(world: World, ours: str, body: str = "Which gate?") -> None:
    """Ana texts one of our numbers, and it is placed."""
    world.clock.advance(seconds=1)
    sid = f"SM{world.clock().timestamp():032.0f}"
    world.writers.inbox.keep([Incoming(sid, ANA, ours, body, world.clock())])
    place_new(world.writers.inbox, world.clock())


def text(world: World, body: str = "We come at ten") -> tuple[int, str]:
    """Ann texts Ana on a new job, and the carrier takes it; the job and the number it left from."""
    job = world.job()
    message = world.text(job, dispatcher(world.ann), world.ana, body=body)
    outgoing = world.writers.outbox.claim("test")
    assert outgoing is not None
    world.writers.outbox.record(outgoing, Accepted(f"SM{message:032}", "queued", State.ACCEPTED))
    return job.id, outgoing.sender


# --- The location itself ---------------------------------------------------------------------------------------------


def test_a_location_is_read_back_as_it_was_set(world: World) -> None:
    assert form_of_location(place(world, world.writers.locations.add(SOUTH))) == SOUTH


def test_administrators_have_a_new_location_and_others_do_not(world: World) -> None:
    before = world.writers.users.one(world.ann.id).form
    world.writers.users.change(0, world.ann.id, before, replace(before, admin=True))
    south = world.writers.locations.add(SOUTH)
    reads = world.readers.reads
    assert {user.name for user in (reads.user(u.id) for u in (world.ann, world.abe, world.marco)) if user
            and south in user.location_ids} == {"Ann Lee"}  # fmt: skip


def test_a_limit_and_a_currency_changed_at_two_desks_keep_the_figure(world: World) -> None:
    before = form_of_location(place(world, world.berlin))
    world.writers.locations.change(world.berlin, before, replace(before, approve_up_to=75_000))
    world.writers.locations.change(world.berlin, before, replace(before, currency="JPY", approve_up_to=500))
    now = place(world, world.berlin)
    assert (now.currency, now.approve_up_to) == ("JPY", 750)


@pytest.mark.parametrize("name", ["North", "north", "Nórth"])
def test_a_name_is_taken_in_any_spelling(world: World, name: str) -> None:
    south = world.writers.locations.add(SOUTH)
    for wrong in (
        lambda: world.writers.locations.add(replace(SOUTH, name=name)),
        lambda: change(world, south, name=name),
    ):
        with pytest.raises(Refusal, match="already a location called") as refused:
            wrong()
        assert refused.value.field == "name"
    change(world, world.berlin, name="NORTH")


def test_two_who_change_a_location_do_not_undo_each_other(world: World) -> None:
    before = form_of_location(place(world, world.berlin))
    world.writers.locations.change(world.berlin, before, replace(before, currency="CAD"))
    world.writers.locations.change(world.berlin, before, replace(before, worker_sees_numbers=True))
    now = place(world, world.berlin)
    assert (now.currency, now.worker_sees_numbers) == ("CAD", True)


def test_jobs_are_found_under_the_new_name(world: World) -> None:
    job = world.job()
    change(world, world.berlin, name="Würzburg")
    assert [row.id for row in listed(world, world.ann, words="wurzburg")] == [job.id]
    assert listed(world, world.ann, words="north") == ()


# --- Sending numbers -------------------------------------------------------------------------------------------------


def test_a_number_belongs_to_one_location(world: World) -> None:
    south, store = world.writers.locations.add(SOUTH), world.writers.locations
    store.add_number(south, THIRD)
    for number, whose in ((OURS, "North"), (THIRD, "South")):
        with pytest.raises(Refusal, match=f"already belongs to {whose}") as refused:
            store.add_number(south, number)
        assert refused.value.field == "number"
    assert store.numbers(south) == [OurNumber(THIRD)]


def test_a_number_added_twice_at_the_same_moment_is_added_once(world: World) -> None:
    south = world.writers.locations.add(SOUTH)
    with another(world) as one, another(world) as two:

        def add(store: object, location_id: int) -> bool:
            try:
                store.add_number(location_id, THIRD)  # type: ignore[attr-defined]
            except Refusal:
                return False
            return True

        done = together(lambda: add(one.locations, south), lambda: add(two.locations, world.berlin))
    assert sorted(done) == [False, True]


def test_a_number_that_was_never_used_is_removed_and_free_again(world: World) -> None:
    store = world.writers.locations
    assert not store.remove_number(world.berlin, OURS_TOO)
    assert store.numbers(world.berlin) == [OurNumber(OURS)]
    store.add_number(store.add(SOUTH), OURS_TOO)


def test_the_last_number_stays(world: World) -> None:
    store = world.writers.locations
    store.remove_number(world.berlin, OURS_TOO)
    with pytest.raises(Refusal, match="add another one first"):
        store.remove_number(world.berlin, OURS)
    with pytest.raises(Refusal, match="not in use"):
        store.remove_number(world.berlin, OURS_TOO)


def test_answers_to_a_retired_number_still_find_their_job(world: World) -> None:
    job_id, sender = text(world)
    assert sender == OURS
    assert world.writers.locations.remove_number(world.berlin, OURS)
    assert place(world, world.berlin).numbers == (OURS_TOO,)
    assert OURS in world.writers.inbox.our_numbers(), "texts to it are still fetched"
    answers(world, OURS)
    assert [m.body for m in world.readers.threads.messages(world.ann, job_id)[0]] == ["We come at ten", "Which gate?"]


def test_a_text_to_a_retired_number_that_finds_no_job_is_in_the_tray(world: World) -> None:
    text(world)
    world.writers.locations.remove_number(world.berlin, OURS)
    world.writers.inbox.keep([Incoming("SMx", "+15550109999", OURS, "Hello?", world.clock())])
    place_new(world.writers.inbox, world.clock())
    assert [each.body for each in world.writers.tray.waiting(world.ann)] == ["Hello?"]


def test_nothing_leaves_from_a_retired_number(world: World) -> None:
    """Not the next text, not the answer to somebody who wrote to it, and not what waited when it was retired."""
    job_id, _ = text(world)
    job = world.read_job(job_id)
    waiting = world.text(job, dispatcher(world.ann), world.ana, body="Still here?")
    assert deliveries(world, waiting)[0].from_number == OURS
    world.writers.locations.remove_number(world.berlin, OURS)
    assert deliveries(world, waiting)[0].from_number == OURS_TOO
    answers(world, OURS)
    answer = world.text(job, dispatcher(world.ann), world.ana, body="The north gate")
    assert deliveries(world, answer)[0].from_number == OURS_TOO
    new = world.text(world.job(), dispatcher(world.ann), world.ana)
    assert deliveries(world, new)[0].from_number == OURS_TOO


def test_a_text_that_failed_is_sent_again_from_a_number_in_use(world: World) -> None:
    job = world.job()
    message = world.text(job, dispatcher(world.ann), world.ana)
    outgoing = world.writers.outbox.claim("test")
    assert outgoing is not None
    world.writers.outbox.record(outgoing, Rejected(30003))
    world.writers.locations.remove_number(world.berlin, OURS)
    failed = deliveries(world, message)[0]
    assert failed.from_number == OURS, "what happened is not rewritten"
    assert world.writers.conversations.resend(job.id, failed.id or 0)
    assert deliveries(world, message)[1].from_number == OURS_TOO


def test_a_retired_number_can_be_used_again_by_its_location_alone(world: World) -> None:
    store = world.writers.locations
    text(world)
    store.remove_number(world.berlin, OURS)
    south = store.add(SOUTH)
    with pytest.raises(Refusal, match="already belongs to North"):
        store.add_number(south, OURS)
    assert store.numbers(world.berlin) == [OurNumber(OURS_TOO), OurNumber(OURS, retired=True)]
    store.add_number(world.berlin, OURS)
    assert place(world, world.berlin).numbers == (OURS, OURS_TOO)


def test_a_number_that_was_only_written_to_counts_as_used(world: World) -> None:
    answers(world, OURS_TOO, "Hello")
    assert world.writers.locations.remove_number(world.berlin, OURS_TOO)


def test_a_new_dispatcher_may_be_given_a_new_location(world: World) -> None:
    south = world.writers.locations.add(SOUTH)
    assert world.user("Sue", Role.DISPATCHER, locations=(south,)).location_ids == {south}
