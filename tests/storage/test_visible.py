"""The visibility rule in SQL and in the domain say the same, and nothing else gives a hidden message away."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import product

from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, col, delete, select

from domain.account import Account
from domain.delivery import State
from domain.jobs import JobFilter, Order, Status, Waiting, Window
from domain.messages import (
    DISPATCH,
    SYSTEM,
    Kind,
    Message,
    Party,
    Person,
    Stage,
    has_worker,
    is_contact_message,
)
from domain.people import ContactViewer, Role, User
from domain.visibility import can_see, sees_job
from storage.jobs import save
from storage.people import customer_named
from storage.tables.jobs import AssignmentRow, JobRow, ReadMarkRow
from storage.tables.messages import DeliveryRow, MessageRow, RecipientRow
from storage.tables.people import AccountRow, LocationRow
from tests.storage.rows import examples, fresh, line, listed, put
from tests.world import ANA, World, dispatcher, worker

GRACE = Account().windows.grace
INSTANT = timedelta(microseconds=1)
# The moments that matter: just inside, exactly at, and just outside the grace time.
AGO = (timedelta(0), timedelta(hours=1), GRACE - INSTANT, GRACE, GRACE + INSTANT, timedelta(days=30))
PHONE_NAME = "a bare phone"
PHONE = Person(Party.PHONE, "+15550109999", mobile="+15550109999")


class Cast:
    """Everybody who may stand on a message or look at one."""

    def __init__(self, world: World) -> None:
        self.users = [world.ann, world.abe, world.marco, world.mia, world.user("Max Fox", Role.WORKER)]
        self.workers = [u for u in self.users if u.role is Role.WORKER]
        self.contacts = [world.ana, world.ben]
        as_people = [worker(u) if u.role is Role.WORKER else dispatcher(u) for u in self.users]
        self.authors = [*self.contacts, PHONE, SYSTEM, *as_people]
        self.recipients = [*self.contacts, PHONE, DISPATCH, *as_people]
        with world.write() as session:
            self.customer = customer_named(session, "Silva Farms")


@dataclass(frozen=True)
class Entry:
    """A message to be stored; people as positions in the cast."""

    author: int
    recipients: tuple[int, ...]
    kind: Kind
    stage: Stage
    dispatch_only: bool
    unsure: bool


@dataclass(frozen=True)
class Scene:
    """A job with its history and its messages, and the boxes each of the five users has."""

    elsewhere: bool
    worker: int | None
    former: tuple[tuple[int, timedelta], ...]
    closed_ago: timedelta | None
    three_way: bool
    messages: tuple[Entry, ...]
    boxes: tuple[tuple[bool, bool, int], ...]
    read: int


entries = st.builds(
    Entry,
    author=st.integers(0, 8),
    recipients=st.lists(st.integers(0, 8), max_size=3, unique=True).map(tuple),
    kind=st.sampled_from(Kind),
    stage=st.sampled_from([Stage.OUT, Stage.OUT, Stage.OUT, *Stage]),
    dispatch_only=st.sampled_from([False, False, False, True]),
    unsure=st.sampled_from([False, False, True]),
)
scenes = st.builds(
    Scene,
    elsewhere=st.booleans(),
    worker=st.sampled_from([None, 0, 0, 1, 2]),
    former=st.lists(st.tuples(st.integers(0, 2), st.sampled_from(AGO)), max_size=3).map(tuple),
    closed_ago=st.sampled_from([None, None, *AGO]),
    three_way=st.sampled_from([True, True, False]),
    messages=st.lists(entries, min_size=1, max_size=6).map(tuple),
    # active, chat, and the locations: 0 none, 1 North, 2 South, 3 both
    boxes=st.tuples(
        *[
            st.tuples(
                st.sampled_from([True] * 7 + [False]),
                st.sampled_from([True] * 5 + [False]),
                st.sampled_from([3, 3, 3, 3, 1, 2, 0]),
            )
        ]
        * 5
    ),
    read=st.integers(0, 6),
)


class Staged:
    """A scene put into the database: two locations with one job, its messages, and everybody who looks."""

    def __init__(self, world: World, cast: Cast, scene: Scene) -> None:
        self.world, self.cast, self.now = world, cast, world.clock()
        with world.write() as session:
            session.get_one(AccountRow, 1).three_way = scene.three_way
            here, elsewhere = (_location(session), _location(session))
            self.number = fresh("N").replace(" ", "-").lower()
            self.job_id = self._job(session, scene, elsewhere if scene.elsewhere else here)
            self.messages = [self._store(session, entry) for entry in scene.messages]
            self.read_seq = self.messages[scene.read - 1].seq if 0 < scene.read <= len(self.messages) else 0
            for user in cast.users:
                session.merge(ReadMarkRow(user_id=user.id, job_id=self.job_id, seq=self.read_seq))
        self.users: list[User] = [
            replace(user, active=active, chat=chat, location_ids=frozenset(_places(here, elsewhere, places)))
            for user, (active, chat, places) in zip(cast.users, scene.boxes, strict=True)
        ]
        self.contacts: list[ContactViewer] = [
            ContactViewer(person.contact_id or 0, job_id)
            for person in cast.contacts
            for job_id in (self.job_id, self.job_id + 1)
        ]
        self.viewers: list[User | ContactViewer] = [*self.users, *self.contacts]
        self.access = world.readers.threads.access(self.job_id)

    def visible(self, viewer: User | ContactViewer) -> list[Message]:
        """What the domain lets this viewer see."""
        return [m for m in self.messages if can_see(viewer, m, self.access, self.now)]

    def add(self, entry: Entry) -> Message:
        """Store one more message."""
        with self.world.write() as session:
            return self._store(session, entry)

    def now_held_by(
        self, worker: int | None, former: Iterable[tuple[int, timedelta]], closed: timedelta | None, three_way: bool
    ) -> None:
        """Give the job another history."""
        with self.world.write() as session:
            session.get_one(AccountRow, 1).three_way = three_way
            session.exec(delete(AssignmentRow).where(col(AssignmentRow.job_id) == self.job_id))
            self._hold(session, session.get_one(JobRow, self.job_id), worker, former, closed)
        self.access = self.world.readers.threads.access(self.job_id)

    def _job(self, session: Session, scene: Scene, place: int) -> int:
        row = JobRow(number=self.number, location_id=place, customer_id=self.cast.customer, created_at=self.now)
        job_id = save(session, row, None, Status.ASSIGNED, self.now)
        self._hold(session, row, scene.worker, scene.former, scene.closed_ago)
        return job_id

    def _hold(
        self,
        session: Session,
        row: JobRow,
        worker: int | None,
        former: Iterable[tuple[int, timedelta]],
        closed: timedelta | None,
    ) -> None:
        job_id = row.id or 0
        row.worker_id = self.cast.workers[worker].id if worker is not None else None
        row.closed_at = self.now - closed if closed is not None else None
        session.add(row)
        if row.worker_id is not None:
            session.add(AssignmentRow(job_id=job_id, worker_id=row.worker_id, since=self.now))
        for who, ago in former:
            until, worker_id = self.now - ago, self.cast.workers[who].id
            session.add(AssignmentRow(job_id=job_id, worker_id=worker_id, since=until - timedelta(1), until=until))

    def _store(self, session: Session, entry: Entry) -> Message:
        author = self.cast.authors[entry.author]
        recipients = tuple(self.cast.recipients[i] for i in entry.recipients)
        body = f"words {entry.author} {entry.recipients}"
        message_id, seq = put(
            session,
            self.world,
            self.job_id,
            author,
            *recipients,
            stage=entry.stage,
            kind=entry.kind,
            body=body,
            dispatch_only=entry.dispatch_only,
            unsure=entry.unsure,
        )
        return Message(
            id=message_id,
            job_id=self.job_id,
            seq=seq,
            kind=entry.kind,
            author=author,
            recipients=recipients,
            body=body,
            at=self.now,
            stage=entry.stage,
            dispatch_only=entry.dispatch_only,
            unsure=entry.unsure,
        )


def _location(session: Session) -> int:
    row = LocationRow(name=fresh("Branch"), country="US", time_zone="America/Denver")
    session.add(row)
    session.flush()
    return row.id or 0


def _places(here: int, elsewhere: int, places: int) -> list[int]:
    return [place for bit, place in ((1, here), (2, elsewhere)) if places & bit]


def without_numbers(message: Message) -> Message:
    """A message to compare by what is said and by whom; numbers are shown in full to dispatchers only (rule 9)."""
    bare = PHONE_NAME
    people = [replace(p, mobile=None, name=bare if p.role is Party.PHONE else p.name) for p in message.recipients]
    author = replace(message.author, mobile=None)
    if author.role is Party.PHONE:
        author = replace(author, name=bare)
    return replace(message, author=author, recipients=tuple(people))


def can_see_it(stage: Staged, viewer: User | ContactViewer, message: Message) -> bool:
    return can_see(viewer, message, stage.access, stage.now)


def test_every_reader_sees_exactly_what_the_rule_lets_them_see(world: World) -> None:
    cast = Cast(world)

    @examples(world, 100, 15)
    @given(scenes)
    def holds(scene: Scene) -> None:
        stage = Staged(world, cast, scene)
        threads = world.readers.threads
        for viewer in stage.viewers:
            expected = [without_numbers(m) for m in stage.visible(viewer)]
            found, older = threads.messages(viewer, stage.job_id)
            assert [without_numbers(m) for m in found] == expected, viewer
            assert not older
            for message in stage.messages:
                one = threads.message(viewer, stage.job_id, message.id)
                shown = without_numbers(one) if one else None
                assert shown == (without_numbers(message) if can_see_it(stage, viewer, message) else None), viewer
            tab, _ = threads.messages(viewer, stage.job_id, customer_tab=True)
            assert [m.id for m in tab] == [
                m.id
                for m in expected
                if is_contact_message(m.author, m.recipients) or has_worker(m.author, m.recipients)
            ]

    holds()


def _in_customer_messages(message: Message) -> bool:
    people = message.author, message.recipients
    return is_contact_message(*people) or has_worker(*people)


def test_every_kind_of_message_in_every_state_of_a_job_is_seen_as_the_rule_says(world: World) -> None:
    """All authors, audiences, stages and flags, with the job held, handed over, closed and without a worker."""
    cast = Cast(world)
    audiences = ((), (0,), (3,), (6,), (0, 6), (2,))  # nobody, Ana, Dispatch, Marco, Ana and Marco, a bare phone
    kinds = tuple(
        Entry(author, to, Kind.MESSAGE, stage, dispatch_only, unsure)
        for author, to, stage, (dispatch_only, unsure) in product(
            (0, 2, 3, 4, 6), audiences, Stage, ((False, False), (True, False), (False, True))
        )
        if stage in (Stage.OUT, Stage.RECALLABLE) or not (dispatch_only or unsure)
    )
    stage = Staged(world, cast, Scene(False, None, (), None, True, kinds, ((True, True, 3),) * 5, 0))
    hour = timedelta(hours=1)
    for holder, former, closed, three_way in product(
        (None, 0, 1), ((), ((0, hour),), ((0, GRACE),)), (None, hour, GRACE), (True, False)
    ):
        stage.now_held_by(holder, former, closed, three_way)
        for viewer in (stage.viewers[i] for i in (0, 2, 3, 5, 6)):
            found, _ = world.readers.threads.messages(viewer, stage.job_id, count=len(kinds))
            expected = [m.id for m in stage.visible(viewer)]
            assert [m.id for m in found] == expected, (viewer, holder, former, closed, three_way)


def test_a_job_is_in_somebodys_list_exactly_when_the_rule_says_so(world: World) -> None:
    cast = Cast(world)

    @examples(world, 50, 10)
    @given(scenes)
    def holds(scene: Scene) -> None:
        stage = Staged(world, cast, replace(scene, messages=scene.messages[:1]))
        for viewer in stage.users:
            expected = sees_job(viewer, stage.access, stage.now)
            lists = world.readers.job_list
            page = lists.page(viewer, JobFilter())
            assert [row.id for row in page.rows] == [stage.job_id] * expected, viewer
            assert page.total == expected
            assert (lists.position(viewer, JobFilter(), stage.job_id) is not None) == expected
            assert (world.readers.threads.job(viewer, stage.job_id) is not None) == expected
            assert (world.readers.threads.job_numbered(viewer, stage.number) is not None) == expected

    holds()


def test_a_workers_mark_and_preview_come_from_messages_they_may_see(world: World) -> None:
    cast = Cast(world)

    @examples(world, 60, 10)
    @given(scenes)
    def holds(scene: Scene) -> None:
        stage = Staged(world, cast, scene)
        for viewer in stage.users:
            if viewer.role is not Role.WORKER or not sees_job(viewer, stage.access, stage.now):
                continue
            expected = stage.visible(viewer)
            (row,) = listed(world, viewer)
            assert row.last_preview.removeprefix("→ ") == (expected[-1].body if expected else "")
            assert row.last_at == (expected[-1].at if expected else None)
            assert row.unread == any(m.seq > stage.read_seq and m.author.user_id != viewer.id for m in expected)
            assert row.waiting_on is Waiting.NOBODY
            assert row.waiting_since is None

    holds()


def everything(world: World, viewer: User | ContactViewer, job_id: int) -> str:
    """All that a viewer's list and thread say, letter by letter."""
    threads, lists = world.readers.threads, world.readers.job_list
    said: list[object] = [
        threads.messages(viewer, job_id),
        threads.messages(viewer, job_id, customer_tab=True),
        threads.messages(viewer, job_id, count=1),
    ]
    if isinstance(viewer, User):
        for order in Order:
            page = lists.page(viewer, JobFilter(order))
            said += [page, lists.position(viewer, JobFilter(order), job_id)]
        said += [lists.next_job(viewer, None, unread) for unread in (True, False)]
    return repr(said)


def test_a_hidden_message_may_change_and_nobody_notices(world: World) -> None:
    """Changing or adding what a viewer may not see leaves their list and their thread byte-identical."""
    cast = Cast(world)
    changed_at = world.clock() + timedelta(hours=5)

    @examples(world, 25, 6)
    @given(scenes, entries)
    def holds(scene: Scene, added: Entry) -> None:
        stage = Staged(world, cast, scene)
        viewers = stage.viewers
        for message in stage.messages:
            blind = [v for v in viewers if not can_see(v, message, stage.access, stage.now)]
            before = [everything(world, v, stage.job_id) for v in blind]
            _rewrite(world, message.id, changed_at)
            assert [everything(world, v, stage.job_id) for v in blind] == before
        before_all = {repr(v): everything(world, v, stage.job_id) for v in viewers}
        extra = stage.add(added)
        for viewer in viewers:
            counts_all = isinstance(viewer, User) and viewer.dispatches and extra.stage is Stage.RECALLABLE
            if not can_see(viewer, extra, stage.access, stage.now) and not counts_all:
                assert everything(world, viewer, stage.job_id) == before_all[repr(viewer)], viewer

    holds()


def _rewrite(world: World, message_id: int, at: datetime) -> None:
    with world.write() as session:
        row = session.get_one(MessageRow, message_id)
        row.body, row.at, row.notice, row.guessed = row.body + " rewritten", at, "changed", True
        session.add(row)
        for person in session.exec(select(RecipientRow).where(RecipientRow.message_id == message_id)):
            person.name += " renamed"
            session.add(person)


def test_a_text_on_its_way_shows_nothing_to_those_who_may_not_see_it(world: World) -> None:
    blind = world.user("Nia No", Role.DISPATCHER, chat=False)
    job = world.job(world.mia)
    viewers: list[User | ContactViewer] = [blind, world.marco, ContactViewer(world.ben.contact_id or 0, job.id)]
    before = [everything(world, v, job.id) for v in viewers]
    world.text(job, dispatcher(world.ann), world.ana)
    taken = world.writers.outbox.claim("one")
    assert taken is not None
    with world.write() as session:
        row = session.get_one(DeliveryRow, taken.delivery_id)
        row.state, row.error = State.UNDELIVERED, 30003
        session.add(row)
    assert [everything(world, v, job.id) for v in viewers] == before


def test_a_dispatcher_without_chat_gets_no_marks_previews_or_waiting(world: World) -> None:
    blind = world.user("Nia No", Role.DISPATCHER, chat=False)
    job = world.job()
    world.text(job, world.ana, DISPATCH, body="Where are you?")
    row = line(world, blind, job)
    assert (row.waiting_on, row.waiting_since, row.unread) == (Waiting.NOBODY, None, False)
    assert (row.last_preview, row.last_at) == ("", None)
    assert line(world, world.ann, job).waiting_on is Waiting.DISPATCHER
    assert [world.readers.job_list.next_job(blind, None, unread) for unread in (True, False)] == [None, None]


def test_the_order_of_a_dispatcher_without_chat_tells_nothing(world: World) -> None:
    blind = world.user("Nia No", Role.DISPATCHER, chat=False)
    jobs = [world.job(window_start=world.clock() + timedelta(hours=h)) for h in (5, 1, 3)]
    by_window = [jobs[1].id, jobs[2].id, jobs[0].id]
    world.text(jobs[0], world.ana, DISPATCH, body="Where are you?")
    for order in (Order.WAITING, Order.ACTIVITY, Order.WINDOW):
        rows = listed(world, blind, order)
        assert [row.id for row in rows] == by_window
        positions = [world.readers.job_list.position(blind, JobFilter(order), i) for i in by_window]
        assert positions == [0, 1, 2]
        after = world.readers.job_list.page(blind, JobFilter(order), Window(1, 10, after=rows[0].key))
        assert [row.id for row in after.rows] == by_window[1:]
    assert listed(world, world.ann)[0].id == jobs[0].id
    assert listed(world, world.ann, Order.ACTIVITY)[0].id == jobs[0].id


def test_a_worker_without_chat_has_jobs_but_no_messages(world: World) -> None:
    silent = world.user("Sol No", Role.WORKER, chat=False)
    job = world.job(silent)
    world.text(job, dispatcher(world.ann), worker(silent), body="Call me")
    row = line(world, silent, job)
    assert (row.last_preview, row.unread) == ("", False)
    assert world.readers.threads.messages(silent, job.id) == ([], False)


def test_older_messages_are_offered_only_where_the_viewer_has_some(world: World) -> None:
    """A page that says "there is more" must not count what the viewer may not see."""
    job = world.job()
    world.text(job, dispatcher(world.ann), world.ana, body="Hidden from Ben")
    world.text(job, dispatcher(world.ann), world.ana, body="Hidden from Ben too")
    world.text(job, dispatcher(world.ann), world.ben, body="For Ben")
    ben = ContactViewer(world.ben.contact_id or 0, job.id)
    found, older = world.readers.threads.messages(ben, job.id, count=1)
    assert ([m.body for m in found], older) == (["For Ben"], False)


def test_reading_a_thread_page_by_page_gives_every_visible_message_once(world: World) -> None:
    job = world.job()
    people = {"ann": dispatcher(world.ann), "marco": worker(world.marco), "ana": world.ana, "ben": world.ben}
    for i, name in enumerate(["ann", "marco", "ana", "ben", "marco", "ann", "ana", "ann", "ben", "marco"]):
        to = world.ana if i % 2 else worker(world.marco)
        world.text(job, people[name], to, body=f"{i} by {name}")
    viewers: list[User | ContactViewer] = [world.ann, world.marco, ContactViewer(world.ben.contact_id or 0, job.id)]
    for viewer in viewers:
        whole, _ = world.readers.threads.messages(viewer, job.id)
        for count in (1, 2, 3, 7):
            found: list[Message] = []
            before, more = None, True
            while more:
                page, more = world.readers.threads.messages(viewer, job.id, before=before, count=count)
                found, before = page + found, page[0].seq
            assert found == whole


def test_a_workers_thread_carries_no_customers_number(world: World) -> None:
    """Workers see names of contacts; numbers only where the location allows it (rule 9)."""
    job = world.job()
    world.text(job, world.ana, DISPATCH, body="Where are you?")
    world.text(job, dispatcher(world.ann), world.ana)
    world.text(job, PHONE, DISPATCH, body="Who are you?")
    found, _ = world.readers.threads.messages(world.marco, job.id)
    assert [m.author.name for m in found][:2] == ["Ana Silva", "Ann Lee"]
    one = world.readers.threads.message(world.marco, job.id, found[1].id)
    for number in (ANA, PHONE.name):
        assert number not in repr(found)
        assert number not in repr(one)
        assert number in repr(world.readers.threads.messages(world.ann, job.id))


def test_a_contacts_thread_carries_nobodys_number(world: World) -> None:
    job = world.job()
    world.text(job, world.ana, world.ben, DISPATCH)
    world.text(job, dispatcher(world.ann), world.ana, world.ben)
    found, _ = world.readers.threads.messages(ContactViewer(world.ben.contact_id or 0, job.id), job.id)
    assert len(found) == 2
    assert ANA not in repr(found)


def test_an_address_book_shows_a_worker_only_the_end_of_a_number(world: World) -> None:
    job = world.job()
    own = world.readers.threads.job(world.marco, job.id)
    assert own is not None
    assert [c.mobile for c in own.people()] == ["…2001", "…2002"]
    assert [c.mobile for c in world.readers.threads.candidates(world.marco, job)] == ["…2001", "…2002"]
    assert [c.email for c in world.readers.threads.candidates(world.marco, job)] == ["", ""]
    assert ANA in [c.mobile for c in world.readers.threads.candidates(world.ann, job)]
