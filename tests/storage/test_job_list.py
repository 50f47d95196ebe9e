"""The job list: every order, every window, every filter gives the rows that one big read gives."""

import itertools
import time
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.jobs import JobFilter, JobForm, JobRow, Order, Status, View, Waiting, Window
from domain.messages import DISPATCH, SYSTEM, Person
from domain.people import Role, User
from storage import feed
from storage.jobs import save
from storage.people import customer_named
from storage.tables.jobs import JobRow as Row
from storage.tables.people import LocationRow, UserLocationRow, UserRow
from tests.storage.rows import another, examples, fresh, line, listed, put, together
from tests.world import DISPATCH as TEAM
from tests.world import World, dispatcher, worker


@dataclass(frozen=True)
class Spec:
    """A job to be made: its window in hours from now, whether it is closed, and who wrote on it, hours ago."""

    window: int | None
    status: Status
    written: tuple[str, ...]
    hours_ago: int


specs = st.lists(
    st.builds(
        Spec,
        window=st.sampled_from([None, -30, 0, 0, 5, 5, 700]),
        status=st.sampled_from([Status.ASSIGNED, Status.STARTED, Status.COMPLETED]),
        written=st.lists(st.sampled_from(["ana", "ann", "marco", "system"]), max_size=2).map(tuple),
        hours_ago=st.sampled_from([0, 1, 1, 2, 48]),
    ),
    max_size=9,
)


def make(world: World, jobs: list[Spec]) -> User:
    """Jobs of a location of their own, and a dispatcher who sees only these."""
    now = world.clock()
    with world.write() as session:
        place = LocationRow(name=fresh("Branch"), country="US", time_zone="UTC")
        session.add(place)
        session.flush()
        customer = customer_named(session, "Silva Farms")
        for spec in jobs:
            row = Row(number=fresh("N"), location_id=place.id or 0, customer_id=customer, created_at=now, version=0)
            row.window_start = now + timedelta(hours=spec.window) if spec.window is not None else None
            save(session, row, None, spec.status, now)
            world.clock.advance(hours=-spec.hours_ago)
            for name in spec.written:
                author, to = _author(world, name)
                put(session, world, row.id or 0, author, to)
            world.clock.now = now
    return replace(world.ann, location_ids=frozenset({place.id or 0}))


def _author(world: World, name: str) -> tuple[Person, Person]:
    return {
        "ana": (world.ana, TEAM),
        "ann": (dispatcher(world.ann), world.ana),
        "marco": (worker(world.marco), DISPATCH),
        "system": (SYSTEM, world.ana),
    }[name]


def test_every_window_of_every_order_is_a_piece_of_one_big_read(world: World) -> None:
    """Forwards, backwards, from the middle and at the end, by position and by the neighbour's key."""
    lists = world.readers.job_list

    @examples(world, 20, 4)
    @given(specs, st.integers(1, 4))
    def holds(jobs: list[Spec], count: int) -> None:
        viewer = make(world, jobs)
        for order, view in itertools.product(Order, View):
            wanted = JobFilter(order, view=view)
            whole = lists.page(viewer, wanted)
            rows = whole.rows
            assert len(rows) == whole.total
            assert len(rows) == len(jobs) or view is not View.ALL
            assert len({row.key for row in rows}) == len(rows)
            for i in range(len(rows) + 2):
                page = lists.page(viewer, wanted, Window(i, count))
                assert page.rows == rows[i : i + count], (order, i)
                assert (page.start, page.total) == (i, len(rows))
            for i, row in enumerate(rows):
                after = lists.page(viewer, wanted, Window(i + 1, count, after=row.key))
                assert after.rows == rows[i + 1 : i + 1 + count], (order, i)
                before = lists.page(viewer, wanted, Window(max(0, i - count), count, before=row.key))
                assert before.rows == rows[max(0, i - count) : i], (order, i)
                assert lists.position(viewer, wanted, row.id) == i
                around, place = lists.around(viewer, wanted, row.id, 0, count)
                assert (place, around.start, around.total) == (i, max(0, i - count), len(rows))
                assert around.rows == rows[max(0, i - count) : max(0, i - count) + 2 * count]
            assert lists.around(viewer, wanted, None, 1, 1)[0].rows == rows[0:2]

    holds()


def expected(rows: tuple[JobRow, ...], order: Order) -> list[int]:
    """The same jobs sorted as the product describes the order."""
    never = timedelta(days=99_999)

    def window(row: JobRow) -> float:
        return row.window_start.timestamp() if row.window_start else never.total_seconds() * 1000

    def waiting(row: JobRow) -> tuple[int, float, int]:
        if row.waiting_on is Waiting.DISPATCHER and row.waiting_since is not None:
            return 0, row.waiting_since.timestamp(), row.id
        return (2 if row.status.closes else 1), window(row), row.id

    if order is Order.WAITING:
        return [row.id for row in sorted(rows, key=waiting)]
    return [row.id for row in sorted(rows, key=lambda row: (window(row), row.id))]


def test_jobs_waiting_on_the_dispatcher_come_first_and_longest_first_then_windows_then_closed(world: World) -> None:
    @examples(world, 25, 5)
    @given(specs)
    def holds(jobs: list[Spec]) -> None:
        viewer = make(world, jobs)
        for order in (Order.WAITING, Order.WINDOW):
            rows = listed(world, viewer, order)
            assert [row.id for row in rows] == expected(rows, order)

    holds()


def test_the_order_in_plain_words(world: World) -> None:
    hour = timedelta(hours=1)
    closed = world.job(status=Status.COMPLETED, window_start=world.clock() - hour)
    late = world.job(window_start=world.clock() + 9 * hour)
    never = world.job(window_start=None)
    early = world.job(window_start=world.clock() + hour)
    world.text(late, world.ana, DISPATCH, body="First to ask")
    world.clock.advance(minutes=1)
    world.text(never, world.ana, DISPATCH, body="Second to ask")
    world.clock.advance(minutes=1)
    world.text(late, world.ana, DISPATCH, body="Asking again moves nobody back")
    answered = world.job(window_start=world.clock() + 2 * hour)
    world.text(answered, world.ana, DISPATCH, body="?")
    world.text(answered, dispatcher(world.ann), world.ana)
    names = {late.id: "late", never.id: "never", early.id: "early", answered.id: "answered", closed.id: "closed"}
    orders = {order: [names[row.id] for row in listed(world, world.ann, order)] for order in Order}
    assert orders[Order.WAITING] == ["late", "never", "early", "answered", "closed"]
    assert orders[Order.WINDOW] == ["closed", "early", "answered", "late", "never"]
    assert orders[Order.ACTIVITY] == ["answered", "late", "never", "early", "closed"]
    assert orders[Order.NUMBER] == ["closed", "late", "never", "early", "answered"]


def test_a_closed_job_with_an_unanswered_text_still_comes_first(world: World) -> None:
    """A customer who writes after closing is waiting like anybody else."""
    world.job()
    closed = world.job(status=Status.COMPLETED)
    world.text(closed, world.ana, DISPATCH, body="It is broken again")
    assert listed(world, world.ann)[0].id == closed.id


def test_changing_a_window_moves_a_job_and_writing_does_not(world: World) -> None:
    first, second = world.job(), world.job(window_start=world.clock() + timedelta(hours=2))
    assert [row.id for row in listed(world, world.ann, Order.WINDOW)] == [first.id, second.id]
    world.text(second, world.ana, DISPATCH)
    assert [row.id for row in listed(world, world.ann, Order.WINDOW)] == [first.id, second.id]
    world.change(first, window_start=world.clock() + timedelta(hours=3))
    assert [row.id for row in listed(world, world.ann, Order.WINDOW)] == [second.id, first.id]


def test_a_longer_number_comes_after_a_shorter_one(world: World) -> None:
    """People count: 9999 before 10000."""
    for number in ("10000", "9999", "10001"):
        world.job(number=number)
    assert [row.number for row in listed(world, world.ann, Order.NUMBER)] == ["9999", "10000", "10001"]


def test_numbers_that_read_alike_are_still_paged_without_a_gap(world: World) -> None:
    """The key of a window's edge must tell two jobs apart, whatever their numbers look like."""
    for number in ("7", "07", "007", "A7", "a7", "A 7", "A-7", "7A", "", "É7", "x" * 60 + "1", "9" * 40, "٧"):
        world.job(number=number)
    lists, wanted = world.readers.job_list, JobFilter(Order.NUMBER)
    rows = lists.page(world.ann, wanted).rows
    assert len({row.key for row in rows}) == len(rows) == 13
    for i, row in enumerate(rows):
        assert lists.page(world.ann, wanted, Window(i + 1, 3, after=row.key)).rows == rows[i + 1 : i + 4]
        assert lists.page(world.ann, wanted, Window(max(0, i - 3), 3, before=row.key)).rows == rows[max(0, i - 3) : i]
        assert lists.position(world.ann, wanted, row.id) == i


def numbers(world: World, words: str, viewer: User | None = None) -> list[str]:
    return [row.number for row in listed(world, viewer or world.ann, Order.NUMBER, words)]


def test_search_folds_accents_and_case_both_ways(world: World) -> None:
    world.job(number="A1", title="Visita de Gómez", asset="Ölpumpe")
    world.job(number="A2", title="GOMEZ again")
    assert numbers(world, "gomez") == ["A1", "A2"]
    assert numbers(world, "GÓMEZ") == ["A1", "A2"]
    assert numbers(world, "olpumpe") == ["A1"]
    assert numbers(world, "ölpumpe") == ["A1"]


def test_search_takes_percent_underscore_and_backslash_as_they_are(world: World) -> None:
    for number, title in (("A1", "100% done"), ("A2", "100 done"), ("A3", "a_b"), ("A4", "axb"), ("A5", "c\\d")):
        world.job(number=number, title=title)
    assert numbers(world, "100%") == ["A1"]
    assert numbers(world, "%") == ["A1"]
    assert numbers(world, "a_b") == ["A3"]
    assert numbers(world, "_") == ["A3"]
    assert numbers(world, "c\\d") == ["A5"]
    assert numbers(world, "\\") == ["A5"]
    assert numbers(world, "100% DONE") == ["A1"]
    assert numbers(world, "'") == []
    assert numbers(world, ":word0") == []


def test_all_words_must_stand_somewhere_in_the_job(world: World) -> None:
    world.job(number="A1", title="Pump", address="5 Hill Street")
    world.job(number="A2", worker=world.mia, title="Pump")
    for words in ("pump", "silva", "ana", "north", "repair", "farms pump"):
        assert numbers(world, words) == ["A1", "A2"], words
    assert numbers(world, "marco pump") == ["A1"]
    assert numbers(world, "hill pump") == ["A1"]
    assert numbers(world, "wong") == ["A2"]
    assert numbers(world, "a2") == ["A2"]
    assert numbers(world, "mia hill") == []
    assert numbers(world, "  ") == ["A1", "A2"]


def test_search_follows_a_change(world: World) -> None:
    job = world.job(title="Pump")
    world.change(job, title="Boiler", worker_id=world.mia.id)
    assert numbers(world, "pump does") == []
    assert numbers(world, "boiler mia") == [job.number]
    assert numbers(world, "marco") == []


def test_a_filtered_list_is_paged_like_any_other(world: World) -> None:
    for i in range(9):
        world.job(title="Odd" if i % 2 else "Even")
    wanted, lists = JobFilter(Order.NUMBER, "odd"), world.readers.job_list
    whole = lists.page(world.ann, wanted)
    assert whole.total == 4
    assert lists.page(world.ann, wanted, Window(1, 2)).rows == whole.rows[1:3]
    assert lists.page(world.ann, wanted, Window(2, 9, after=whole.rows[1].key)).rows == whole.rows[2:]
    assert lists.page(world.ann, wanted, Window(0, 2, before=whole.rows[2].key)).rows == whole.rows[:2]
    assert [lists.position(world.ann, wanted, row.id) for row in whole.rows] == [0, 1, 2, 3]
    even = listed(world, world.ann, Order.NUMBER, "even")[0]
    assert lists.position(world.ann, wanted, even.id) is None


def test_dispatchers_see_the_jobs_of_their_locations_only(world: World) -> None:
    south = world.writers.people.add_location("South", "US", "America/Denver", [])
    north_only = world.user("No", Role.DISPATCHER, locations=(world.berlin,))
    south_only = world.user("So", Role.DISPATCHER, locations=(south,))
    nowhere = replace(south_only, location_ids=frozenset())
    both = world.ann = replace(world.ann, location_ids=frozenset({world.berlin, south}))
    here, there = world.job(), world.job(location_id=south)
    assert [row.id for row in listed(world, north_only)] == [here.id]
    assert [row.id for row in listed(world, south_only)] == [there.id]
    assert sorted(row.id for row in listed(world, both)) == [here.id, there.id]
    assert listed(world, nowhere) == ()
    assert world.readers.job_list.position(south_only, JobFilter(), here.id) is None
    world.text(here, world.ana, DISPATCH)
    assert world.readers.job_list.next_job(south_only, None, unread=False) is None


def test_the_length_of_a_list_follows_jobs_made_and_moved(world: World) -> None:
    south = world.writers.people.add_location("South", "US", "America/Denver", [])
    both = world.ann = replace(world.ann, location_ids=frozenset({world.berlin, south}))
    here, there = (replace(world.ann, location_ids=frozenset({place})) for place in (world.berlin, south))
    jobs = [world.job() for _ in range(3)]
    for moved, (north_jobs, south_jobs) in ((0, (2, 1)), (1, (1, 2)), (1, (1, 2))):
        world.change(jobs[moved], location_id=south)
        assert [_total(world, viewer) for viewer in (here, there, both)] == [north_jobs, south_jobs, 3]
    world.change(jobs[0], location_id=world.berlin, status=Status.COMPLETED)
    assert [_total(world, viewer) for viewer in (here, there, both)] == [2, 1, 3]


def test_the_length_of_a_list_is_right_when_several_programs_make_and_move_jobs(world: World) -> None:
    south = world.writers.people.add_location("South", "US", "America/Denver", [])
    world.ann = replace(world.ann, location_ids=frozenset({world.berlin, south}))
    mine = [[world.job() for _ in range(5)] for _ in range(2)]

    def work(which: int) -> None:
        for job in mine[which]:
            world.change(job, location_id=south)
            world.job()

    together(lambda: work(0), lambda: work(1))
    for place in (world.berlin, south):
        viewer = replace(world.ann, location_ids=frozenset({place}))
        assert _total(world, viewer) == 10


def test_the_length_counts_jobs_that_others_make_during_a_long_import(world: World) -> None:
    """An import looks the location up first and writes its jobs later."""
    if world.writers.database.is_sqlite:
        pytest.skip("one writer at a time: nothing happens meanwhile")
    with world.write() as session:
        session.get_one(LocationRow, world.berlin)
        with another(world) as other:
            other.jobs.create(JobForm("N1", "", "", Status.NEW, world.berlin, "Silva Farms"), "Abe Cole")
        customer = customer_named(session, "Silva Farms")
        row = Row(number="N2", location_id=world.berlin, customer_id=customer, created_at=world.clock(), version=0)
        save(session, row, None, Status.NEW, world.clock())
    assert _total(world, world.ann) == 2


def test_a_new_user_and_a_new_job_at_the_same_moment_do_not_wait_for_each_other_for_ever(world: World) -> None:
    """Adding a user holds the location; making a job holds the feed and counts at the location."""
    if world.writers.database.is_sqlite:
        pytest.skip("one writer at a time: nothing to wait for")
    with another(world) as other:

        def add_user() -> None:
            with other.database.write() as session:
                row = UserRow(name="Uma", role=Role.WORKER)
                session.add(row)
                session.flush()
                session.add(UserLocationRow(user_id=row.id or 0, location_id=world.berlin))
                session.flush()
                time.sleep(0.5)
                feed.append(session, "people")

        def make() -> None:
            time.sleep(0.2)
            world.job()

        together(add_user, make)


def _total(world: World, viewer: User) -> int:
    page = world.readers.job_list.page(viewer, JobFilter())
    assert page.total == len(page.rows)
    return page.total


def test_a_workers_list_holds_their_own_jobs_unread_first_then_by_window(world: World) -> None:
    hour = timedelta(hours=1)
    late = world.job(window_start=world.clock() + 5 * hour)
    early = world.job(window_start=world.clock() + 1 * hour)
    world.job(world.mia)
    unread = world.job(window_start=world.clock() + 9 * hour)
    world.text(unread, dispatcher(world.ann), worker(world.marco), body="Bring the long ladder")
    page = world.readers.job_list.page(world.marco, JobFilter())
    assert [row.id for row in page.rows] == [unread.id, early.id, late.id]
    assert page.total == 3
    assert [row.unread for row in page.rows] == [True, False, False]
    lists = world.readers.job_list
    assert [lists.position(world.marco, JobFilter(), row.id) for row in page.rows] == [0, 1, 2]
    assert lists.page(world.marco, JobFilter(), Window(1, 1)).rows == page.rows[1:2]
    assert [row.id for row in listed(world, world.marco, words="pump")] == [unread.id, early.id, late.id]
    assert listed(world, world.marco, words="wong") == ()


def test_a_worker_keeps_a_job_until_its_grace_time_ends(world: World) -> None:
    closed, handed_over = world.job(), world.job()
    world.change(closed, status=Status.COMPLETED)
    world.change(handed_over, worker_id=world.mia.id)
    world.clock.advance(days=6, hours=23)
    assert {row.id for row in listed(world, world.marco)} == {closed.id, handed_over.id}
    world.clock.advance(hours=1)
    assert listed(world, world.marco) == ()
    assert [row.id for row in listed(world, world.mia)] == [handed_over.id]


def test_reading_takes_the_mark_away_and_own_words_never_make_one_for_a_worker(world: World) -> None:
    job = world.job()
    world.text(job, dispatcher(world.ann), worker(world.marco))
    assert line(world, world.marco, job).unread
    newest = world.readers.reads.newest_change()
    world.writers.conversations.see_at_desk(world.marco, job.id, newest)
    assert not line(world, world.marco, job).unread
    world.text(job, worker(world.marco), DISPATCH, body="On my way")
    assert not line(world, world.marco, job).unread
    assert line(world, world.ann, job).unread
    assert line(world, world.abe, job).unread


def test_unread_is_per_person(world: World) -> None:
    job = world.job()
    world.text(job, world.ana, DISPATCH)
    world.writers.conversations.see_at_desk(world.ann, job.id, world.readers.reads.newest_change())
    assert not line(world, world.ann, job).unread
    assert line(world, world.abe, job).unread


def test_an_automatic_text_makes_no_mark(world: World) -> None:
    job = world.job()
    world.text(job, SYSTEM, world.ana, body="Your visit is planned")
    assert not line(world, world.ann, job).unread
    assert line(world, world.ann, job).last_preview == "→ Your visit is planned"


def test_the_next_job_goes_round_the_jobs_that_wait(world: World) -> None:
    lists, jobs = world.readers.job_list, [world.job() for _ in range(4)]
    for job in (jobs[2], jobs[0], jobs[3]):
        world.clock.advance(minutes=1)
        world.text(job, world.ana, DISPATCH)
    ring = [jobs[2].id, jobs[0].id, jobs[3].id]
    for unread in (True, False):
        assert lists.next_job(world.ann, None, unread) == ring[0]
        assert [lists.next_job(world.ann, job_id, unread) for job_id in ring] == [ring[1], ring[2], ring[0]]
    world.writers.conversations.see_at_desk(world.ann, jobs[0].id, world.readers.reads.newest_change())
    assert lists.next_job(world.ann, ring[0], unread=True) == ring[2]
    assert lists.next_job(world.ann, ring[0], unread=False) == ring[1]
    for job in (jobs[0], jobs[3]):
        world.text(job, dispatcher(world.ann), world.ana)
    assert lists.next_job(world.ann, ring[0], unread=False) is None, "the only one waiting is the one on screen"


def test_a_workers_next_job_is_one_with_something_unread(world: World) -> None:
    lists = world.readers.job_list
    first, second = world.job(), world.job()
    assert lists.next_job(world.marco, None, unread=True) is None
    world.text(second, dispatcher(world.ann), worker(world.marco))
    assert lists.next_job(world.marco, None, unread=True) == second.id
    assert lists.next_job(world.marco, first.id, unread=True) == second.id


def test_a_line_shows_what_the_job_is(world: World) -> None:
    job = world.job()
    row = line(world, world.ann, job)
    assert (row.number, row.title, row.status) == (job.number, "Pump does not start", Status.ASSIGNED)
    assert (row.location, row.zone, row.customer) == ("North", "America/New_York", "Silva Farms")
    assert (row.asset, row.worker) == ("Pump 7", "Marco Diaz")
    assert (row.window_start, row.window_end) == (job.window_start, job.window_end)


def test_a_preview_is_one_line_however_a_text_was_written(world: World) -> None:
    """The same for a worker as for a dispatcher: a list has one line for it."""
    job = world.job()
    world.text(job, world.ana, DISPATCH, body="Where\r\nare\nyou?\x1b[2J")
    previews = [line(world, viewer, job).last_preview for viewer in (world.ann, world.marco)]
    assert all("\n" not in text and "\x1b" not in text for text in previews), previews
