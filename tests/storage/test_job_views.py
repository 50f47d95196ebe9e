"""The views of the job list hold exactly the jobs that they say, and show nobody what they may not see."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from domain.alerts import Event
from domain.delivery import FAILURES, Channel, State
from domain.jobs import AT_FIRST, Job, JobFilter, Order, Status, View, Waiting, Window
from domain.messages import COUNTED, DISPATCH, SYSTEM, Kind, NewDelivery, Party, Stage
from domain.people import Role, User
from storage.counters import recount
from storage.tables.alerts import EventState, JobEventRow
from storage.tables.jobs import JobRow, ReadMarkRow
from storage.tables.messages import DeliveryRow, MessageRow
from storage.tables.people import UserRow
from tests.storage.rows import examples, fresh
from tests.world import ANA, World, dispatcher, worker

WRITES = ("", "question", "thanks", "answered", "to marco", "marco")
WAITS = ("", "planned", "hour", "release", "undo of abe", "undo of ann", "refused")
FAILS = (
    "",
    "failed",
    "blocked",
    "unconfirmed",
    "delivered",
    "resent",
    "failed, done",
    "event",
    "event, done",
    "notice",
)


@dataclass(frozen=True)
class Facts:
    """What happened to one job; `closed` is how many days ago, -1 for an open one."""

    closed: int
    wrote: str
    waits: str
    fails: str
    owner: str
    read: bool


facts = st.lists(
    st.builds(
        Facts,
        closed=st.sampled_from([-1, -1, 0, 6, 8]),
        wrote=st.sampled_from(WRITES),
        waits=st.sampled_from(WAITS),
        fails=st.sampled_from(FAILS),
        owner=st.sampled_from(["", "ann", "abe"]),
        read=st.booleans(),
    ),
    min_size=1,
    max_size=7,
)


def happen(world: World, story: Facts) -> int:
    """A job on which all this happened."""
    job = world.job()
    if story.closed >= 0:
        job = world.change(job, status=Status.COMPLETED)
    _write(world, job, story.wrote)
    _fail(world, job, story.fails)
    _wait(world, job, story.waits)
    if story.read:
        newest = world.readers.reads.newest_change()
        world.writers.conversations.see_at_desk(world.ann, job.id, newest)
    with world.write() as session:
        row = session.get_one(JobRow, job.id)
        row.owner_id = {"ann": world.ann.id, "abe": world.abe.id}.get(story.owner)
        if story.closed >= 0:
            row.closed_at = world.clock() - timedelta(days=story.closed)
    return job.id


def _write(world: World, job: Job, wrote: str) -> None:
    if wrote in ("question", "thanks", "answered"):
        world.text(job, world.ana, DISPATCH, body="Thanks!" if wrote == "thanks" else "Which gate?")
    if wrote == "answered":
        world.text(job, dispatcher(world.ann), world.ana, body="The left one")
    if wrote == "to marco":
        world.text(job, dispatcher(world.abe), worker(world.marco), body="Which gate was it?")
    if wrote == "marco":
        world.text(job, worker(world.marco), DISPATCH, body="The key is missing")


def _wait(world: World, job: Job, waits: str) -> None:
    held = (NewDelivery(0, Channel.SMS, ANA, State.HELD, world.clock() + timedelta(hours=9)),)
    author, stage = {
        "planned": (dispatcher(world.abe), Stage.HELD),
        "hour": (SYSTEM, Stage.OUT),
        "release": (worker(world.marco), Stage.WAITING_RELEASE),
        "refused": (worker(world.marco), Stage.REFUSED),
        "undo of abe": (dispatcher(world.abe), Stage.RECALLABLE),
        "undo of ann": (dispatcher(world.ann), Stage.RECALLABLE),
    }.get(waits, (SYSTEM, Stage.OUT))
    if waits:
        world.text(job, author, world.ana, body="Later", stage=stage, deliveries=held)


def _fail(world: World, job: Job, fails: str) -> None:
    world.clock.advance(seconds=1)
    if fails.startswith("event"):
        _fail_event(world, job)
    elif fails:
        message_id = world.text(job, SYSTEM, world.ana, body="We come at ten", kind=Kind.ALERT)
        word = {"resent": "failed", "failed, done": "failed", "notice": "failed"}.get(fails, fails)
        with world.write() as session:
            text = session.exec(select(DeliveryRow).where(DeliveryRow.message_id == message_id)).one()
            text.state, text.changed_at = State(word), world.clock()
            text.notice_to = world.marco.id if fails == "notice" else None
            delivery_id = text.id or 0
        if fails == "resent":
            assert world.writers.conversations.resend(job.id, delivery_id)
    if fails.endswith("done"):
        world.clock.advance(seconds=1)
        world.writers.job_leads.done(job.id, world.abe.id, world.readers.reads.newest_change())


def _fail_event(world: World, job: Job) -> None:
    with world.write() as session:
        session.add(
            JobEventRow(
                job_id=job.id,
                event=Event.COMPLETED,
                at=world.clock(),
                due_at=world.clock(),
                by="Ann Lee",
                save_key=fresh("save"),
                state=EventState.FAILED,
                why="the site contact has no mobile",
            )
        )


def expected(world: World, stories: dict[int, Facts], view: View) -> set[int]:
    """The jobs of a view, worked out from single rows in plain words."""
    return {job_id for job_id, story in stories.items() if _holds(world, job_id, story, view)}


def _holds(world: World, job_id: int, story: Facts, view: View) -> bool:
    with world.writers.database.read() as session:
        waits = recount(session, job_id)["waiting_on"] is Waiting.DISPATCHER
        mark = session.get(ReadMarkRow, (world.ann.id, job_id))
        rows = session.exec(select(MessageRow).where(MessageRow.job_id == job_id)).all()
    persons = [m.seq for m in rows if m.stage in COUNTED and m.author_role is not Party.SYSTEM]
    live = story.closed < 0 or waits
    current = live or story.closed < 7
    return {
        View.OPEN: live,
        View.NEEDS_REPLY: waits,
        View.UNREAD: current and max(persons, default=0) > (mark.seq if mark else 0),
        View.MINE: story.owner == "ann" and live,
        View.HELD: story.waits in ("planned", "hour", "release"),
        View.FAILED: current and story.fails in ("failed", "blocked", "unconfirmed", "event"),
        View.ALL: True,
    }[view]


def shown(world: World, viewer: User, view: View, order: Order = Order.WAITING, words: str = "") -> list[int]:
    """The ids of a view, in its order."""
    page = world.readers.job_list.page(viewer, JobFilter(order, words, view), Window(count=10_000))
    assert page.total == len(page.rows)
    return [row.id for row in page.rows]


def test_every_view_holds_what_it_says_in_every_order(world: World) -> None:
    before: set[int] = set()

    @examples(world, 40, 8)
    @given(facts)
    def holds(stories: list[Facts]) -> None:
        known = {happen(world, story): story for story in stories}
        for view in View:
            for order in Order:
                found = set(shown(world, world.ann, view, order)) - before
                assert found == expected(world, known, view), (view, order)
        before.update(known)

    holds()


def test_each_failure_counts_until_it_is_sent_again(world: World) -> None:
    jobs = {}
    for state in sorted(FAILURES):
        jobs[state] = happen(world, Facts(-1, "", "", state.value, "", True))
    assert set(shown(world, world.ann, View.FAILED)) == set(jobs.values())
    with world.writers.database.read() as session:
        mine = select(DeliveryRow.id).join(MessageRow, col(MessageRow.id) == DeliveryRow.message_id)
        failed = session.exec(mine.where(MessageRow.job_id == jobs[State.FAILED])).one()
    assert world.writers.conversations.resend(jobs[State.FAILED], failed or 0)
    assert jobs[State.FAILED] not in shown(world, world.ann, View.FAILED)


def test_what_fails_after_somebody_said_done_counts_again(world: World) -> None:
    job_id = happen(world, Facts(-1, "", "", "failed, done", "", True))
    assert shown(world, world.ann, View.FAILED) == []
    world.clock.advance(minutes=1)
    _fail(world, world.read_job(job_id), "failed")
    assert shown(world, world.ann, View.FAILED) == [job_id]


def test_without_chat_there_are_no_views_about_messages(world: World) -> None:
    """Nor does anything in the others follow messages: the same jobs in the same order, whatever was written."""
    silent = world.user("Sid Orr", Role.DISPATCHER, chat=False)
    for story in (Facts(-1, "", "", "", "", False), Facts(0, "", "", "", "", False)):
        happen(world, story)
    before = [world.readers.job_list.page(silent, JobFilter(order, view=view)) for view in View for order in Order]
    (open_id, closed_id) = sorted(shown(world, world.ann, View.ALL))
    for job_id in (open_id, closed_id):
        job = world.read_job(job_id)
        for happens in ("question", "marco"):
            _write(world, job, happens)
        _wait(world, job, "planned")
        _fail(world, job, "failed")
    after = [world.readers.job_list.page(silent, JobFilter(order, view=view)) for view in View for order in Order]
    assert before == after
    assert shown(world, silent, View.OPEN) == [open_id]
    assert all(
        shown(world, silent, view) == [] for view in (View.NEEDS_REPLY, View.UNREAD, View.MINE, View.HELD, View.FAILED)
    )


def test_no_view_shows_a_job_of_another_location(world: World) -> None:
    south = world.writers.people.add_location("South", "US", "America/Denver", [])
    sam = world.user("Sam Orr", Role.DISPATCHER, locations=(south,))
    job_id = happen(world, Facts(-1, "question", "planned", "failed", "ann", False))
    with world.write() as session:
        session.get_one(JobRow, job_id).owner_id = sam.id
    for view in View:
        assert shown(world, sam, view) == []
        assert (shown(world, world.ann, view) == [job_id]) is (view is not View.MINE)


def test_a_worker_has_one_list_whatever_the_view(world: World) -> None:
    job_id = happen(world, Facts(-1, "", "", "", "", False))
    assert all(shown(world, world.marco, view) == [job_id] for view in View)


def test_a_closed_job_with_a_waiting_customer_is_among_the_open_ones(world: World) -> None:
    """Nobody looks at closed jobs; who writes on one must not be lost there."""
    job_id = happen(world, Facts(8, "question", "", "", "", False))
    assert shown(world, world.ann, View.OPEN) == [job_id]
    world.writers.job_leads.done(job_id, world.ann.id, world.readers.reads.newest_change())
    assert shown(world, world.ann, View.OPEN) == []


def test_words_in_all_open_find_closed_jobs_too_which_come_last(world: World) -> None:
    closed = world.job(title="Red pump", window_start=world.clock() - timedelta(days=3), number="0001")
    late = world.job(title="Red lift", window_start=world.clock() + timedelta(days=3), number="9999")
    world.job(title="Blue")
    world.change(closed, status=Status.COMPLETED)
    world.text(closed, dispatcher(world.ann), world.ana, body="It is done")
    lists = world.readers.job_list
    for order in Order:
        assert shown(world, world.ann, View.OPEN, order, "red") == [late.id, closed.id], order
        wanted = JobFilter(order, "red", View.OPEN)
        assert [lists.position(world.ann, wanted, job.id) for job in (late, closed)] == [0, 1]
        assert shown(world, world.ann, View.MINE, order, "red") == []
        assert closed.id not in shown(world, world.ann, View.OPEN, order)


def test_a_line_names_the_owner_only_while_they_can_lead(world: World) -> None:
    job_id = happen(world, Facts(-1, "question", "", "", "abe", False))

    def line() -> tuple[str, bool]:
        (row,) = world.readers.job_list.page(world.ann, AT_FIRST).rows
        job = world.read_job(job_id)
        assert (job.owner, job.owner_id is not None) == (row.owner, bool(row.owner))
        return row.owner, row.mine

    assert line() == ("Abe Cole", False)
    (mine,) = world.readers.job_list.page(world.abe, AT_FIRST).rows
    assert (mine.owner, mine.mine) == ("Abe Cole", True)
    for change in ({"active": False}, {"chat": False}, {"role": Role.WORKER}):
        with world.write() as session:
            row = session.get_one(UserRow, world.abe.id)
            for name, value in change.items():
                setattr(row, name, value)
        assert line() == ("", False)
        with world.write() as session:
            row = session.get_one(UserRow, world.abe.id)
            row.active, row.chat, row.role = True, True, Role.DISPATCHER
    south = world.writers.people.add_location("South", "US", "America/Denver", [])
    world.ann = replace(world.ann, location_ids=world.ann.location_ids | {south})
    world.change(world.read_job(job_id), location_id=south)
    assert line() == ("", False)


@pytest.mark.parametrize("view", [View.UNREAD, View.NEEDS_REPLY])
def test_the_next_job_follows_the_order_that_is_shown(world: World, view: View) -> None:
    hour = timedelta(hours=1)
    jobs = [world.job(window_start=world.clock() + start * hour) for start in (3, 1, 2)]
    for job in (jobs[1], jobs[0], jobs[2]):
        world.clock.advance(minutes=1)
        world.text(job, world.ana, DISPATCH)
    lists, unread = world.readers.job_list, view is View.UNREAD
    for order in Order:
        ring = shown(world, world.ann, view, order)
        assert len(ring) == 3
        assert lists.next_job(world.ann, None, unread, order) == ring[0]
        assert [lists.next_job(world.ann, i, unread, order) for i in ring] == [ring[1], ring[2], ring[0]]
