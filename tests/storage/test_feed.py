"""The change feed: in the order of commits, heard soon, missed by nobody."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager

import pytest
from sqlmodel import col, select

from domain.jobs import JobForm
from storage import feed
from storage.engine import Database
from storage.feed import prune
from storage.tables.system import ChangeRow
from storage.watch import Change, Watcher
from tests.storage.rows import another, together
from tests.world import DISPATCH, World, dispatcher


class Ears:
    """What a watcher told, in order, and a way to wait for it."""

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self.calls = 0
        self._more = threading.Condition()

    def __call__(self, changes: Sequence[Change]) -> None:
        with self._more:
            self.changes += changes
            self.calls += 1
            self._more.notify_all()

    def until(self, enough: Callable[[list[Change]], bool], seconds: float = 10) -> bool:
        """Whether enough was heard in time."""
        with self._more:
            return self._more.wait_for(lambda: enough(self.changes), seconds)


@contextmanager
def watching(world: World) -> Iterator[Ears]:
    """A watcher that listens for the length of a test."""
    ears = Ears()
    watcher = Watcher(world.readers.url, ears)
    watcher.start()
    try:
        yield ears
    finally:
        watcher.stop()


def append(world: World, count: int = 1) -> int:
    """Append changes in one transaction; returns the newest number."""
    with world.write() as session:
        feed.hold(session)
        rows = [ChangeRow(kind="test") for _ in range(count - 1)]
        session.add_all(rows)
        return feed.append(session, "test")


def test_every_change_has_a_higher_number_than_the_one_before(world: World) -> None:
    job = world.job()
    newest = world.readers.reads.newest_change()
    world.text(job, dispatcher(world.ann), world.ana)
    world.change(job, title="Other")
    world.writers.conversations.see_at_desk(world.abe, job.id, newest + 1)
    rows = world.readers.plain.rows("SELECT kind, job_id FROM change WHERE id > :n ORDER BY id", {"n": newest})
    assert [tuple(row) for row in rows] == [("message", job.id), ("job", job.id), ("read", job.id)]


def test_a_watcher_hears_soon_what_another_program_commits(world: World) -> None:
    job = world.job()
    with another(world) as other, watching(world) as ears:
        began = time.monotonic()
        other.jobs.change(job.id, job.version, _form(world, job.id), "Abe Cole")
        assert ears.until(lambda heard: [(c.kind, c.job_id) for c in heard] == [("job", job.id)])
        assert time.monotonic() - began < 3
        world.text(job, world.ana, DISPATCH)
        assert ears.until(lambda heard: [c.kind for c in heard] == ["job", "message"])
    assert [c.id for c in ears.changes] == sorted({c.id for c in ears.changes})


def _form(world: World, job_id: int) -> JobForm:
    job = world.read_job(job_id)
    worker_id = job.worker.id if job.worker else None
    return JobForm(job.number, job.template, "Other", job.status, job.location.id, job.customer, worker_id=worker_id)


def test_a_watcher_hears_nothing_of_what_was_before_or_came_to_nothing(world: World) -> None:
    world.job()
    with watching(world) as ears:
        with pytest.raises(RuntimeError):
            _roll_back(world)
        newest = append(world)
        assert ears.until(lambda heard: bool(heard))
        assert [c.id for c in ears.changes] == [newest]
        assert [c.kind for c in ears.changes] == ["test"]


def _roll_back(world: World) -> None:
    with world.write() as session:
        feed.append(session, "never")
        raise RuntimeError("rolled back")


def test_a_change_is_heard_only_once_it_is_committed(world: World) -> None:
    with watching(world) as ears:
        with world.write() as session:
            feed.append(session, "test")
            assert not ears.until(lambda heard: bool(heard), 0.3)
        assert ears.until(lambda heard: len(heard) == 1)


def test_a_stopped_watcher_says_no_more(world: World) -> None:
    with watching(world) as ears:
        append(world)
        assert ears.until(lambda heard: len(heard) == 1)
    append(world)
    assert not ears.until(lambda heard: len(heard) > 1, 0.3)


def test_a_very_large_commit_is_heard_whole(world: World) -> None:
    """An import of thousands of jobs is one commit: nothing may wait for the next one."""
    with watching(world) as ears:
        newest = append(world, 6_000)
        assert ears.until(lambda heard: bool(heard) and heard[-1].id == newest, 3)
    assert len(ears.changes) == 6_000


def test_a_watcher_outlives_a_database_server_that_drops_its_connections(database_url: str) -> None:
    if database_url.startswith("sqlite"):
        pytest.skip("a file drops no connections")
    with closing(World(database_url)) as world, watching(world) as ears:
        append(world)
        assert ears.until(lambda heard: len(heard) == 1)
        world.readers.plain.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        append(world)
        assert ears.until(lambda heard: len(heard) == 2)


def test_a_watcher_outlives_a_locked_file(small_world: World) -> None:
    world = small_world
    with watching(world) as ears:
        with world.writers.database.writer.begin() as connection:
            connection.exec_driver_sql("SELECT 1")
            time.sleep(0.2)
        append(world)
        assert ears.until(lambda heard: len(heard) == 1)


def test_a_reader_by_number_misses_nothing_of_several_writers(world: World) -> None:
    """A reader that has seen N never finds a lower number later."""
    seen: list[int] = []
    done = threading.Event()

    def read() -> int:
        with another(world) as other:
            last = 0
            while True:
                over = done.is_set()
                with other.database.read() as session:
                    newer = select(ChangeRow.id).where(col(ChangeRow.id) > last).order_by(col(ChangeRow.id))
                    rows = session.exec(newer).all()
                seen.extend(row for row in rows if row is not None)
                last = seen[-1] if seen else 0
                if over:
                    return 0

    def write(which: int) -> int:
        with another(world) as other:
            for i in range(40):
                with other.database.write() as session:
                    feed.append(session, f"writer {which}")
                    if i % 7 == which:
                        time.sleep(0.003)
        return 0

    def write_all() -> int:
        together(*(lambda n=n: write(n) for n in range(4)))
        done.set()
        return 0

    together(read, write_all)
    with world.writers.database.read() as session:
        kept = session.exec(select(ChangeRow.id)).all()
    assert len(kept) >= 160
    assert seen == sorted(i for i in kept if i is not None)


def test_pruning_keeps_the_newest_and_waits_until_it_is_worth_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "KEEP", 50)
    newest = append(world, 40)
    assert prune(world.writers.database) == 0
    newest = append(world, 100)
    assert prune(world.writers.database) > 0
    with world.writers.database.read() as session:
        left = sorted(i for i in session.exec(select(ChangeRow.id)).all() if i is not None)
    assert left == list(range(newest - 49, newest + 1))
    assert prune(world.writers.database) == 0
    assert world.readers.reads.newest_change() == newest


def test_numbers_go_on_growing_after_everything_was_pruned(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "KEEP", 1)
    before = append(world, 10)
    assert prune(world.writers.database) > 0
    with world.write() as session:
        for row in session.exec(select(ChangeRow)):
            session.delete(row)
    assert append(world) > before


def test_pruning_an_empty_feed_does_nothing(database_url: str) -> None:
    database = Database(database_url)
    assert prune(database) == 0
    database.close()


def test_an_engines_heartbeat_alone_wakes_nobody(world: World) -> None:
    engines = world.writers.engines
    engines.say("one", 1, "desk", "running", "Sending")
    newest = world.readers.reads.newest_change()
    world.clock.advance(seconds=5)
    engines.say("one", 1, "desk", "running", "Sending")
    assert world.readers.reads.newest_change() == newest
    engines.say("one", 1, "desk", "offline", "The carrier does not answer")
    assert world.readers.reads.newest_change() == newest + 1
    words = world.readers.reads.engine(world.clock())
    assert (words.state, words.sentence, words.alive) == ("offline", "The carrier does not answer", True)
    world.clock.advance(seconds=31)
    assert not world.readers.reads.engine(world.clock()).alive
    world.clock.advance(days=2)
    engines.forget_old()
    assert world.readers.reads.engine(world.clock()).state == "starting"
