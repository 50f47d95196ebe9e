"""Users as Settings changes them: boxes, locations, leaving; the last administrator stays, whatever happens at once."""

import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from app.wiring import Writers
from domain.administration import UserForm, UserRecord
from domain.errors import Refusal
from domain.jobs import Status
from domain.people import Bell, Role, User
from domain.pins import KeptPin
from storage.tables.jobs import JobRow
from storage.tables.people import UserRow
from storage.tables.system import LinkRow
from storage.users import _hold_administrators
from tests.storage.rows import another, listed, together
from tests.world import World

PIN = KeptPin("hash", 6)
COMMAND_LINE = 0


def record(world: World, user: User) -> UserRecord:
    return world.writers.users.one(user.id)


def change(world: World, user: User, by: int = COMMAND_LINE, writers: Writers | None = None, **values: object) -> None:
    """Change something about a user as a form does that was just opened."""
    before = record(world, user).form
    users = (writers or world.writers).users
    users.change(by, user.id, before, replace(before, **values))  # type: ignore[arg-type]


def administrators(world: World, *users: User) -> None:
    for user in users:
        change(world, user, admin=True)


def now(world: World, user: User) -> User:
    found = world.readers.reads.user(user.id)
    assert found is not None
    return found


# --- Adding and changing ---------------------------------------------------------------------------------------------


def test_a_user_is_added_with_boxes_locations_and_a_pin_to_change(world: World) -> None:
    south = world.writers.people.add_location("South", "US", "America/Denver", [])
    form = UserForm(
        "Zoe Ray", Role.DISPATCHER, "+15550107777", frozenset({south}), chat=False, alerts=True, bell=Bell.ALL
    )
    user_id = world.writers.users.add(COMMAND_LINE, form, PIN)
    found = world.readers.reads.user(user_id)
    assert found == User(
        user_id,
        "Zoe Ray",
        Role.DISPATCHER,
        chat=False,
        alerts=True,
        mobile="+15550107777",
        location_ids=frozenset({south}),
        bell=Bell.ALL,
    )
    kept = world.writers.users.one(user_id)
    assert (kept.form, kept.has_pin, kept.active, kept.signed_in_at) == (form, True, True, None)


def test_everybody_is_listed_with_those_who_left_last(world: World) -> None:
    world.writers.users.set_active(COMMAND_LINE, world.abe.id, active=False)
    names = [(each.form.name, each.active) for each in world.writers.users.all()]
    assert names == [("Ann Lee", True), ("Marco Diaz", True), ("Mia Wong", True), ("Abe Cole", False)]


@pytest.mark.parametrize("name", ["Ann Lee", "ann lee", "ÁNN LEE"])
def test_a_name_is_taken_in_any_spelling(world: World, name: str) -> None:
    with pytest.raises(Refusal, match=r"already a user called Ann Lee.*surname") as refused:
        change(world, world.abe, name=name)
    assert refused.value.field == "name"
    change(world, world.ann, name="Ann Léé")
    assert now(world, world.ann).name == "Ann Léé", "their own name is theirs"


def test_a_system_account_signs_in_one_person(world: World) -> None:
    change(world, world.ann, system_account="ann")
    with pytest.raises(Refusal, match="Ann Lee signs in by that system account") as refused:
        change(world, world.abe, system_account="ann")
    assert refused.value.field == "system_account"
    change(world, world.ann, system_account=None)
    change(world, world.abe, system_account="ann")
    found = world.readers.reads.user_of_system("ann")
    assert found is not None
    assert found.name == "Abe Cole"


def test_two_who_work_on_the_same_user_do_not_undo_each_other(world: World) -> None:
    users, before = world.writers.users, record(world, world.marco).form
    users.change(COMMAND_LINE, world.marco.id, before, replace(before, mobile="+15550107777"))
    users.change(COMMAND_LINE, world.marco.id, before, replace(before, chat=False))
    found = now(world, world.marco)
    assert (found.mobile, found.chat) == ("+15550107777", False)


def test_a_new_name_is_found_on_the_jobs_and_the_old_one_is_not(world: World) -> None:
    job = world.job()
    change(world, world.marco, name="Márco Rossi")
    assert [row.id for row in listed(world, world.ann, words="marco rossi")] == [job.id]
    assert listed(world, world.ann, words="diaz") == ()
    assert [row.id for row in listed(world, world.ann, words="silva pump north repair")] == [job.id], "all else stays"


def test_a_worker_with_open_jobs_keeps_role_and_location(world: World) -> None:
    south = world.writers.people.add_location("South", "US", "America/Denver", [])
    job = world.job()
    both = frozenset({world.berlin, south})
    change(world, world.marco, location_ids=both)
    ways: dict[str, dict[str, object]] = {
        "role": {"role": Role.DISPATCHER},
        "locations": {"location_ids": frozenset({south})},
    }
    for field, values in ways.items():
        with pytest.raises(Refusal, match=f"still has 1 open job .{job.number}. there: hand over") as refused:
            change(world, world.marco, **values)  # type: ignore[arg-type]
        assert refused.value.field == field
    change(world, world.marco, location_ids=frozenset({world.berlin}))
    world.change(job, worker_id=None)
    change(world, world.marco, role=Role.DISPATCHER)


# --- Leaving ---------------------------------------------------------------------------------------------------------


def test_somebody_deactivated_vanishes_from_the_lists_and_can_come_back(world: World) -> None:
    users, reads = world.writers.users, world.readers.reads
    change(world, world.marco, system_account="marco")
    users.set_active(COMMAND_LINE, world.marco.id, active=False)
    assert "Marco Diaz" not in [name.name for name in reads.sign_in_names()]
    assert "Marco Diaz" not in [name for _, name in reads.workers(world.berlin)]
    assert [reads.user_named("Marco Diaz"), reads.user_of_system("marco")] == [None, None]
    assert not now(world, world.marco).active
    users.set_active(COMMAND_LINE, world.marco.id, active=True)
    assert "Marco Diaz" in [name.name for name in reads.sign_in_names()]


def test_leaving_ends_the_links_to_the_phone_page_for_good(world: World) -> None:
    with world.write() as session:
        for user in (world.marco, world.mia):
            session.add(LinkRow(user_id=user.id, made_at=world.clock()))
    world.clock.advance(minutes=1)
    world.writers.users.set_active(COMMAND_LINE, world.marco.id, active=False)
    world.writers.users.set_active(COMMAND_LINE, world.marco.id, active=True)
    rows = world.readers.plain.rows("SELECT user_id, revoked_at IS NOT NULL FROM link ORDER BY id")
    assert [(row[0], bool(row[1])) for row in rows] == [(world.marco.id, True), (world.mia.id, False)]


def test_open_jobs_are_those_worked_on_and_owned(world: World) -> None:
    first, second = world.job(), world.job(worker=world.mia)
    closed = world.change(world.job(), status=Status.COMPLETED)
    assert closed.closed_at is not None
    assert world.writers.users.open_jobs(world.marco.id) == [first.number]
    with world.write() as session:
        session.get_one(JobRow, second.id).owner_id = world.ann.id
    assert world.writers.users.open_jobs(world.ann.id) == [second.number]


# --- Administrators --------------------------------------------------------------------------------------------------


def _untick(world: World, writers: Writers, by: User, whom: User) -> None:
    change(world, whom, by=by.id, writers=writers, admin=False)


def _demote(world: World, writers: Writers, by: User, whom: User) -> None:
    change(world, whom, by=by.id, writers=writers, role=Role.WORKER, admin=False)


def _deactivate(_world: World, writers: Writers, by: User, whom: User) -> None:
    writers.users.set_active(by.id, whom.id, active=False)


WAYS = [_untick, _demote, _deactivate]
Way = Callable[[World, Writers, User, User], None]


@pytest.mark.parametrize("way", WAYS)
def test_the_last_administrator_stays_one(world: World, way: Way) -> None:
    administrators(world, world.ann)
    with pytest.raises(Refusal, match=r"Ann Lee is the last active administrator\. Give somebody else the Admin box"):
        way(world, world.writers, world.ann, world.ann)
    assert now(world, world.ann).admin
    administrators(world, world.abe)
    way(world, world.writers, world.ann, world.ann)
    with pytest.raises(Refusal, match="Abe Cole is the last"):
        way(world, world.writers, world.abe, world.abe)


def test_an_administrator_who_left_does_not_count(world: World) -> None:
    administrators(world, world.ann, world.abe)
    world.writers.users.set_active(world.ann.id, world.abe.id, active=False)
    with pytest.raises(Refusal, match="last active"):
        change(world, world.ann, by=world.ann.id, admin=False)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("turn", range(3))
def test_two_administrators_cannot_remove_each_other_at_the_same_moment(world: World, way: Way, turn: int) -> None:
    administrators(world, world.ann, world.abe)
    with another(world) as one, another(world) as two:

        def remove(writers: Writers, by: User, whom: User) -> str:
            try:
                way(world, writers, by, whom)
            except Refusal as refusal:
                return refusal.sentence
            return ""

        said = together(
            lambda: remove(one, world.ann, world.abe),
            lambda: remove(two, world.abe, world.ann),
        )
    left = [user for user in (now(world, world.ann), now(world, world.abe)) if user.active and user.admin]
    assert len(left) == 1
    assert sorted(said)[0] == ""
    assert "no administrator any more" in sorted(said)[1]


def test_a_removal_waits_for_the_one_that_is_under_way(world: World) -> None:
    """The rows of every administrator are locked: what the first one did is seen by the second."""
    administrators(world, world.ann, world.abe)
    with another(world) as one, another(world) as two:

        def slowly() -> str:
            with one.database.write() as session:
                _hold_administrators(session, world.ann.id)
                time.sleep(0.4)
                session.get_one(UserRow, world.abe.id).admin = False
            return ""

        def meanwhile() -> str:
            time.sleep(0.1)
            with pytest.raises(Refusal, match="no administrator any more"):
                change(world, world.ann, by=world.abe.id, writers=two, admin=False)
            return ""

        together(slowly, meanwhile)
    assert now(world, world.ann).admin
