"""A company lives: people write, jobs change hands, move and close, boxes are ticked and unticked.

After every step every reader of messages shows each person exactly what the table of the product
allows them, and what they may not see can change without a trace in anything they are shown.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import select

from domain.account import Account, WorkerWrites
from domain.delivery import State
from domain.errors import Refusal
from domain.jobs import JobFilter, Order, Status, View
from domain.links import ContactLink
from domain.messages import Kind, Party, Stage
from domain.people import ContactViewer, Role, User
from domain.texts import Accepted, Incoming
from messaging.contact_links import ContactVisitor
from messaging.conversation import Compose, Conversation, Sent
from messaging.export import conversation as exported
from messaging.leaving import let_out_due
from messaging.my_jobs import MyJobs
from messaging.planning import Planning
from messaging.receive import place_new
from messaging.saved_replies import SavedReplies
from messaging.tray import Tray
from storage.tables.messages import MessageRow, RecipientRow
from storage.tables.people import AccountRow, UserLocationRow, UserRow
from storage.worker_jobs import WorkerJobs
from tests.domain.test_visibility import CUSTOMER_ROWS, NOT_OUT, PRIVATE_ROWS, TABLE, Part, Stands
from tests.messaging.contact_page import page_of
from tests.world import ANA, BEN, World

GRACE = Account().windows.grace
JOBS, USERS = 3, 7
_numbers = count(1)


@dataclass
class Held:
    """What the test itself remembers of a job: where it is, who has it and had it, and when it was closed."""

    place: int
    worker: int | None
    closed_at: datetime | None = None
    former: dict[int, datetime] = field(default_factory=dict)


@dataclass(frozen=True)
class Written:
    """A stored message as it lies in its row: the oracle reads nothing but this."""

    id: int
    job_id: int
    author_user: int | None
    author_contact: int | None
    outside: bool
    to_users: frozenset[int]
    to_contacts: frozenset[int]
    stage: Stage
    dispatch_only: bool
    unsure: bool
    body: str


class Company(RuleBasedStateMachine):
    """Ann and Abe dispatch in the north, Bea in the south, Nia has no Chat; Marco, Mia and Sol work."""

    world: World

    @initialize()
    def opens(self) -> None:
        """Three jobs, and nobody has said anything."""
        world = self.world
        with world.write() as session:
            account = session.get_one(AccountRow, 1)
            account.three_way, account.undo_seconds, account.worker_writes = True, 5, WorkerWrites.OFF
        self.three_way = True
        self.north, self.south = (self._place(name) for name in ("North", "South"))
        n = next(_numbers)
        self.users: list[User] = [
            world.user(f"Ann {n}", Role.DISPATCHER, locations=(self.north,)),
            world.user(f"Abe {n}", Role.DISPATCHER, locations=(self.north, self.south)),
            world.user(f"Bea {n}", Role.DISPATCHER, locations=(self.south,)),
            world.user(f"Nia {n}", Role.DISPATCHER, chat=False, locations=(self.north, self.south)),
            world.user(f"Marco {n}", Role.WORKER, locations=(self.north, self.south)),
            world.user(f"Mia {n}", Role.WORKER, locations=(self.north,)),
            world.user(f"Sol {n}", Role.WORKER, chat=False, locations=(self.north,)),
        ]
        self.held: dict[int, Held] = {}
        world.ann = self._everywhere()
        for place, worker in ((self.north, 4), (self.north, 5), (self.south, 4)):
            job = world.job(self.users[worker], location_id=place)
            self.held[job.id] = Held(place, self.users[worker].id)
        readers = world.readers
        self.conversation = Conversation(readers.reads, readers.threads, world.writers.conversations, world.clock)
        self.planning = Planning(readers.reads, readers.threads, world.writers.leaving, world.clock)
        self.tray = Tray(readers.threads, world.writers.tray, world.writers.placing)
        self.phone = MyJobs(
            readers.reads,
            readers.job_list,
            readers.threads,
            WorkerJobs(readers.plain, world.clock),
            world.writers.conversations,
            SavedReplies(world.writers.saved_replies),
            world.clock,
        )

    # --- What happens -------------------------------------------------------------------------------------------

    @rule(
        who=st.integers(0, USERS - 1),
        which=st.integers(0, JOBS - 1),
        to=st.lists(st.sampled_from(["site", "billing", "worker", "dispatch"]), min_size=1, max_size=3, unique=True),
        later=st.sampled_from([0, 0, 0, 3]),
    )
    def somebody_writes(self, who: int, which: int, to: list[str], later: int) -> None:
        """A user submits a message; what they may not do is refused and leaves nothing."""
        user, job_id = self.users[who], list(self.held)[which]
        at = self.world.clock() + timedelta(hours=later) if later else None
        keys = tuple(self._key(job_id, name) for name in to)
        self._tries(lambda: self._submit(user, job_id, keys, leave_at=at))

    @rule(
        which=st.integers(0, JOBS - 1),
        phone=st.sampled_from([ANA, BEN]),
        body=st.sampled_from(["Where are you?", "ok"]),
    )
    def a_customer_answers(self, which: int, phone: str, body: str) -> None:
        """A contact texts the number they were last texted from on this job."""
        row = self.world.readers.plain.row(
            "SELECT d.from_number FROM delivery d JOIN message m ON m.id = d.message_id"
            " WHERE m.job_id = :job AND d.to_address = :phone ORDER BY d.id DESC LIMIT 1",
            {"job": list(self.held)[which], "phone": phone},
        )
        if row is not None:
            text = Incoming(f"SM{next(_numbers):032}", phone, row[0], body, self.world.clock())
            self.world.writers.inbox.keep([text])
            place_new(self.world.writers.inbox, self.world.clock())

    @rule(which=st.integers(0, JOBS - 1), to=st.sampled_from([None, 4, 5]))
    def a_job_changes_hands(self, which: int, to: int | None) -> None:
        """A dispatcher gives the job to another worker, or to nobody."""
        job_id = list(self.held)[which]
        worker = self.users[to].id if to is not None else None
        held = self.held[job_id]
        if worker != held.worker:
            if held.worker is not None:
                held.former[held.worker] = self.world.clock()
            held.worker = worker
        self._change(job_id, worker_id=worker)

    @rule(which=st.integers(0, JOBS - 1), south=st.booleans())
    def a_job_moves(self, which: int, south: bool) -> None:
        """A job goes to the other location."""
        job_id = list(self.held)[which]
        self.held[job_id].place = self.south if south else self.north
        self._change(job_id, location_id=self.held[job_id].place)

    @rule(which=st.integers(0, JOBS - 1), status=st.sampled_from([Status.COMPLETED, Status.STARTED]))
    def a_job_is_closed_or_opened(self, which: int, status: Status) -> None:
        """A job is done, or begins again."""
        job_id = list(self.held)[which]
        held = self.held[job_id]
        held.closed_at = (held.closed_at or self.world.clock()) if status.closes else None
        self._change(job_id, status=status)

    @rule(which=st.integers(0, JOBS - 1), over=st.booleans())
    def a_job_lies_closed(self, which: int, over: bool) -> None:
        """A job that people wrote on is closed, and its grace time ends, or nearly does."""
        job_id = list(self.held)[which]
        for name in ("site", "worker"):
            self._tries(lambda name=name: self._submit(self.users[1], job_id, (self._key(job_id, name),)))  # type: ignore[misc]
        self._engine(6)
        self.a_job_is_closed_or_opened(which, Status.COMPLETED)
        self.world.clock.advance(seconds=GRACE.total_seconds() + (1 if over else -3600))

    @rule(which=st.integers(0, JOBS - 1), other=st.integers(0, JOBS - 1))
    def a_customer_of_two_jobs_answers(self, which: int, other: int) -> None:
        """Both jobs texted the same phone from one number: the answer is a guess (rule 32)."""
        for each in (which, other):
            job_id = list(self.held)[each]
            self._tries(lambda job_id=job_id: self._submit(self.users[1], job_id, (self._key(job_id, "site"),)))  # type: ignore[misc]
            self._engine(6)
        self.a_customer_answers(other, ANA, "Which of the two do you mean?")

    @rule(who=st.integers(0, USERS - 1), chat=st.booleans(), active=st.sampled_from([True, True, False]))
    def boxes_are_ticked(self, who: int, chat: bool, active: bool) -> None:
        """An administrator changes somebody's boxes."""
        with self.world.write() as session:
            row = session.get_one(UserRow, self.users[who].id)
            row.chat, row.active, row.mobile = chat, active, f"+155502{row.id:05d}"
        self.users[who] = replace(self.users[who], chat=chat, active=active)

    @rule(who=st.integers(0, USERS - 1), places=st.sampled_from([(True, False), (False, True), (True, True)]))
    def locations_change(self, who: int, places: tuple[bool, bool]) -> None:
        """Somebody works elsewhere from now on."""
        ids = [place for place, there in zip((self.north, self.south), places, strict=True) if there]
        user = self.users[who]
        with self.world.write() as session:
            for place in (self.north, self.south):
                row = session.get(UserLocationRow, (user.id, place))
                if row is not None:
                    session.delete(row)
            session.flush()
            session.add_all(UserLocationRow(user_id=user.id, location_id=place) for place in ids)
        self.users[who] = replace(user, location_ids=frozenset(ids))

    @rule(three_way=st.booleans(), writes=st.sampled_from(WorkerWrites))
    def the_account_changes(self, three_way: bool, writes: WorkerWrites) -> None:
        """Three-way messaging is switched, and whether workers write to customers."""
        with self.world.write() as session:
            account = session.get_one(AccountRow, 1)
            account.three_way, account.worker_writes = three_way, writes
        self.three_way = three_way

    @rule(hours=st.sampled_from([0.001, 1, 24, GRACE.total_seconds() / 3600 + 1]))
    def time_passes(self, hours: float) -> None:
        """The engine works, then time passes, then it works again."""
        self._engine()
        self.world.clock.advance(hours=hours)
        self._engine()

    @precondition(lambda self: bool(self._stored()))
    @rule(who=st.integers(0, USERS - 1), act=st.integers(0, 3), which=st.integers(0, 30))
    def somebody_acts_on_what_waits(self, who: int, act: int, which: int) -> None:
        """Call back, send now, release or refuse whatever there is; most of it is refused."""
        waiting = [message for message in self._stored() if message.stage in _NOT_OUT] or self._stored()
        message, user = waiting[which % len(waiting)], self.users[who]
        acts: list[Callable[[], object]] = [
            lambda: self.planning.call_back(user, message.job_id, message.id),
            lambda: self.planning.send_now(user, message.job_id, message.id, "why not"),
            lambda: self.planning.release(user, message.job_id, message.id),
            lambda: self.planning.refuse_release(user, message.job_id, message.id, "not now"),
        ]
        self._tries(acts[act])

    @precondition(lambda self: bool(self._stored()))
    @rule(who=st.integers(0, 3), which=st.integers(0, 30))
    def a_message_is_passed_on(self, who: int, which: int) -> None:
        """A dispatcher passes a worker's message on to the site contact."""
        private = [m for m in self._stored() if m.author_user and not m.outside and not m.to_contacts] or self._stored()
        message = private[which % len(private)]
        key = self._key(message.job_id, "site")
        self._tries(lambda: self._submit(self.users[who], message.job_id, (key,), passes_on=message.id))

    @rule(which=st.integers(0, JOBS - 1), on=st.booleans())
    def direct_reply_is_switched(self, which: int, on: bool) -> None:
        """An administrator says whether the job's location takes answers by text."""
        self.world.writers.people.set_direct_reply(list(self.held.values())[which].place, on)

    @rule(south=st.booleans())
    def a_stranger_texts(self, south: bool) -> None:
        """A text that belongs to no job lies in the tray of its location."""
        ours = self.world.readers.reads.location(self.south if south else self.north).numbers[0]
        text = Incoming(f"SM{next(_numbers):032}", "+15550107777", ours, f"Stray {ours}", self.world.clock())
        self.world.writers.inbox.keep([text])
        place_new(self.world.writers.inbox, self.world.clock())

    @rule(who=st.integers(0, USERS - 1), deed=st.integers(0, 6), which=st.integers(0, 30), to=st.integers(0, JOBS - 1))
    def somebody_sorts(self, who: int, deed: int, which: int, to: int) -> None:
        """Somebody decides about any text that ever came in; what they do not see is not theirs to decide."""
        ids = [row[0] for row in self.world.readers.plain.rows("SELECT id FROM inbound ORDER BY id DESC LIMIT 31")]
        user = self.users[who]
        text = self.world.writers.tray.one(user, ids[which % len(ids)]) if ids else None
        if text is None:
            return
        assert text.job_id is None or self._stands_to_job(user, text.job_id) is Stands.TEAM
        job_id = list(self.held)[to]
        deeds: list[Callable[[], object]] = [
            lambda: self.tray.place(user, text, job_id),
            lambda: self.tray.place(user, text, job_id),
            lambda: self.tray.decide(user, text),
            lambda: self.tray.correct(user, text),
            lambda: self.tray.dismiss(user, text),
            lambda: self.tray.bring_back(user, text),
            lambda: self.tray.name_sender(user, text, f"Stray {which}", "Silva Farms"),
        ]
        self._tries(deeds[deed])

    @rule(
        which=st.integers(0, JOBS - 1),
        other=st.integers(0, JOBS - 1),
        taken=st.booleans(),
        who=st.integers(0, 2),
        deed=st.integers(0, 2),
        to=st.integers(0, JOBS - 1),
    )
    def a_text_comes_and_is_sorted(self, which: int, other: int, taken: bool, who: int, deed: int, to: int) -> None:
        """A guess, or a text kept for dispatchers, is put on a job, confirmed or taken in at once."""
        self.direct_reply_is_switched(other, taken)
        self.a_customer_of_two_jobs_answers(which, other)
        self.somebody_sorts(who, deed, 0, to)

    # --- What everybody is shown --------------------------------------------------------------------------------

    @invariant()
    def everybody_sees_what_the_table_allows(self) -> None:
        """Threads, single messages, lists, what is planned, and exports."""
        stored = self._stored()
        for user in self.users:
            allowed = [m for m in stored if self._allowed(user, m)]
            for job_id in self.held:
                mine = [m.id for m in allowed if m.job_id == job_id]
                assert sorted(self._thread(user, job_id)) == sorted(mine), (user, job_id)
                assert sorted(self._export(user, job_id)) == (sorted(mine) if self._has(user, job_id) else [])
            one_by_one = [m.id for m in stored if self.world.readers.threads.message(user, m.job_id, m.id)]
            assert one_by_one == [m.id for m in allowed]
            planned = {p.message.id for p in self.world.readers.threads.not_out(user)}
            assert planned == {m.id for m in allowed if m.stage in _NOT_OUT}
            rows = {row.id: row for row in self._list(user)}
            assert set(rows) == {job_id for job_id in self.held if self._has(user, job_id)}
            self._bell_and_notices_tell_only(user, allowed)
            for job_id, row in rows.items():
                self._line_tells_only(row, [m for m in allowed if m.job_id == job_id])
        for contact in (self.world.ana, self.world.ben):
            for job_id in self.held:
                viewer = ContactViewer(contact.contact_id or 0, job_id)
                mine = [m.id for m in stored if m.job_id == job_id and self._allowed(viewer, m)]
                assert sorted(self._thread(viewer, job_id)) == sorted(mine)

    @invariant()
    def the_tray_holds_what_it_counts_and_no_text_is_lost(self) -> None:
        """The badge counts what the tray lists, of one's own locations alone; every placed text names its message."""
        if not hasattr(self, "held"):
            return
        for user in self.users:
            waiting = self.world.writers.tray.waiting(user)
            assert self.world.readers.reads.in_tray(user) == len(waiting)
            for text in waiting:
                assert text.job_id is None or self._stands_to_job(user, text.job_id) is Stands.TEAM
        apart = self.world.readers.plain.rows(
            "SELECT i.id FROM inbound i LEFT JOIN message m ON m.id = i.message_id WHERE i.state <> 'new'"
            " AND (i.state = 'placed') <> (m.id IS NOT NULL AND m.compose_id = 'in:' || i.sid)"
        )
        assert not apart

    @invariant()
    def what_is_hidden_leaves_no_trace(self) -> None:
        """The words and names of a hidden message may change; nothing that its strangers are shown does."""
        for message in self._stored()[-2:]:
            blind: list[User | ContactViewer] = [u for u in self.users if not self._allowed(u, message)]
            blind += [v for v in self._contacts(message.job_id) if not self._allowed(v, message)]
            before = [self._everything(viewer) for viewer in blind]
            with self._rewritten(message.id):
                after = [self._everything(viewer) for viewer in blind]
            assert after == before, message

    def _bell_and_notices_tell_only(self, user: User, allowed: list[Written]) -> None:
        """What rings, what a worker is texted about, and their page on the phone come from what they may see."""
        _, rang = self.world.readers.rings.since(user.id, 0)
        assert rang is None or rang.job_id in {m.job_id for m in allowed}, (user, rang)
        told = {news.message_id for news in self.world.writers.notices.due() if news.user_id == user.id}
        assert told <= {m.id for m in allowed}
        if user.role is Role.WORKER:
            for job_id in self.held:
                opened = self.phone.opened(user, job_id)
                shown = [m.id for m in opened.messages] if opened else []
                assert shown == ([m.id for m in allowed if m.job_id == job_id] if opened else [])

    def _line_tells_only(self, row: Any, allowed: list[Written]) -> None:
        """A line of the list repeats words of a message that its reader may see, and marks nothing else."""
        bodies = {m.body for m in allowed}
        assert not row.last_preview or row.last_preview.removeprefix("→ ") in bodies, (row, bodies)
        if not allowed:
            assert (row.unread, row.last_at, row.waiting_since) == (False, None, None)

    # --- The oracle: PRODUCT's table, read by what the test itself remembers ------------------------------------

    def _allowed(self, viewer: User | ContactViewer, m: Written) -> bool:
        stands, part = self._stands(viewer, m), _part(viewer, m)
        customer = m.outside or bool(m.to_contacts)
        row = CUSTOMER_ROWS[0] if customer else PRIVATE_ROWS[0]
        if part not in TABLE.get((row, stands), frozenset()):
            return False
        if m.stage is not Stage.OUT and part not in NOT_OUT.get((m.stage, stands), frozenset()):
            return False
        if m.dispatch_only and stands is not Stands.TEAM:
            return False
        if stands is Stands.ASSIGNED and customer:
            return self.three_way and not (m.unsure and part is not Part.AUTHOR)
        return True

    def _stands(self, viewer: User | ContactViewer, m: Written) -> Stands:
        if isinstance(viewer, ContactViewer):
            return Stands.CONTACT if viewer.job_id == m.job_id else Stands.NOBODY
        if not (viewer.active and viewer.chat):
            return Stands.NOBODY
        return self._stands_to_job(viewer, m.job_id)

    def _stands_to_job(self, user: User, job_id: int) -> Stands:
        held, now = self.held[job_id], self.world.clock()
        if held.place not in user.location_ids:
            return Stands.NOBODY
        if user.role is Role.DISPATCHER:
            return Stands.TEAM
        if held.worker == user.id:
            over = held.closed_at is not None and now - held.closed_at >= GRACE
            return Stands.NOBODY if over else Stands.ASSIGNED
        since = held.former.get(user.id)
        return Stands.FORMER if since is not None and now - since < GRACE else Stands.NOBODY

    def _has(self, user: User, job_id: int) -> bool:
        return user.active and self._stands_to_job(user, job_id) is not Stands.NOBODY

    # --- The readers --------------------------------------------------------------------------------------------

    def _thread(self, viewer: User | ContactViewer, job_id: int) -> list[int]:
        return [m.id for m in self.world.readers.threads.messages(viewer, job_id, count=500)[0]]

    def _export(self, user: User, job_id: int) -> list[int]:
        job = self.world.readers.threads.job(user, job_id)
        if job is None:
            return []
        return [m["id"] for m in exported(self.world.readers.threads, user, job)["messages"]]

    def _list(self, user: User, wanted: JobFilter | None = None) -> tuple[Any, ...]:
        return self.world.readers.job_list.page(user, wanted or JobFilter(view=View.ALL)).rows

    def _everything(self, viewer: User | ContactViewer) -> str:
        """All that somebody is shown, letter by letter."""
        threads, lists = self.world.readers.threads, self.world.readers.job_list
        said: list[object] = [threads.messages(viewer, job_id) for job_id in self.held]
        said += [threads.messages(viewer, job_id, customer_tab=True) for job_id in self.held]
        if isinstance(viewer, ContactViewer):
            link = ContactLink(0, viewer.contact_id, viewer.job_id, self.world.clock())
            return repr([said, page_of(self.world).opened(ContactVisitor(viewer, link))])
        for order in Order:
            said.append(self._list(viewer, JobFilter(order)))
        for view in View:
            said.append(self._list(viewer, JobFilter(view=view)))
        said += [lists.next_job(viewer, None, unread) for unread in (True, False)]
        said += [self.world.readers.rings.since(viewer.id, 0)[1]]
        said += [news for news in self.world.writers.notices.due() if news.user_id == viewer.id]
        if viewer.role is Role.WORKER:
            said += [self.phone.listed(viewer), [self.phone.opened(viewer, job_id) for job_id in self.held]]
        said += [threads.not_out(viewer), self.world.readers.reads.in_tray(viewer)]
        for job_id in self.held:
            job = threads.job(viewer, job_id)
            said.append(json.dumps(exported(threads, viewer, job)) if job else None)
        return repr(said)

    def _contacts(self, job_id: int) -> list[ContactViewer]:
        return [ContactViewer(p.contact_id or 0, job_id) for p in (self.world.ana, self.world.ben)]

    # --- Small change -------------------------------------------------------------------------------------------

    def _submit(self, user: User, job_id: int, keys: tuple[str, ...], **more: Any) -> Sent:
        compose = Compose(job_id, keys, f"words {next(_numbers)}", f"s{next(_numbers)}", kind=Kind.MESSAGE, **more)
        sent = self.conversation.send(user, compose)
        assert isinstance(sent, Sent)
        return sent

    def _place(self, name: str) -> int:
        n = next(_numbers)
        numbers = [f"+1555013{n:04d}"]
        return self.world.writers.people.add_location(f"{name} {n}", "US", "America/Denver", numbers)

    def _tries(self, act: Callable[[], object]) -> None:
        before = [(m.id, m.stage) for m in self._stored()]
        try:
            act()
        except Refusal:
            assert [(m.id, m.stage) for m in self._stored()] == before

    def _key(self, job_id: int, name: str) -> str:
        if name == "dispatch":
            return name
        if name == "worker":
            return f"worker:{self.held[job_id].worker or 0}"
        person = self.world.ana if name == "site" else self.world.ben
        return f"contact:{person.contact_id}"

    def _change(self, job_id: int, **changes: Any) -> None:
        job = self._as_program(job_id)
        fields = {"worker_id": self.held[job_id].worker, "location_id": self.held[job_id].place, **changes}
        self.world.change(job, **fields)

    def _as_program(self, job_id: int) -> Any:
        job = self.world.readers.threads.job(self._everywhere(), job_id)
        assert job is not None
        return job

    def _everywhere(self) -> User:
        return User(0, "command line", Role.DISPATCHER, location_ids=frozenset({self.north, self.south}))

    def _engine(self, after_s: float = 0) -> None:
        self.world.clock.advance(seconds=after_s)
        let_out_due(self.world.writers.leaving, self.world.writers.leaving.let_out)
        while (text := self.world.writers.outbox.claim("test")) is not None:
            sid = f"SM{next(_numbers):032}"
            self.world.writers.outbox.record(text, Accepted(sid, "queued", State.ACCEPTED))

    def _stored(self) -> list[Written]:
        if not hasattr(self, "held"):
            return []
        ids = ",".join(map(str, self.held))
        rows = self.world.readers.plain.rows(
            "SELECT id, job_id, author_user_id, author_contact_id, author_role, stage, dispatch_only, unsure, body"
            f" FROM message WHERE job_id IN ({ids}) ORDER BY seq"
        )
        people = self.world.readers.plain.rows(
            "SELECT r.message_id, r.role, r.user_id, r.contact_id FROM recipient r"
            f" JOIN message m ON m.id = r.message_id WHERE m.job_id IN ({ids})"
        )
        return [
            Written(
                id=r[0],
                job_id=r[1],
                author_user=r[2],
                author_contact=r[3],
                outside=r[4] in (Party.CONTACT, Party.PHONE),
                to_users=frozenset(p[2] for p in people if p[0] == r[0] and p[2]),
                to_contacts=frozenset(p[3] for p in people if p[0] == r[0] and p[1] == Party.CONTACT),
                stage=Stage(r[5]),
                dispatch_only=bool(r[6]),
                unsure=bool(r[7]),
                body=r[8],
            )
            for r in rows
        ]

    def _rewritten(self, message_id: int) -> "_Rewritten":
        return _Rewritten(self.world, message_id)


_NOT_OUT = (Stage.RECALLABLE, Stage.HELD, Stage.WAITING_RELEASE)


def _part(viewer: User | ContactViewer, m: Written) -> Part:
    if isinstance(viewer, ContactViewer):
        author, to, me = m.author_contact, m.to_contacts, viewer.contact_id
    else:
        author, to, me = m.author_user, m.to_users, viewer.id
    if author == me:
        return Part.AUTHOR
    return Part.ADDRESSED if me in to else Part.NEITHER


class _Rewritten:
    """A message with other words and names, for as long as somebody looks."""

    def __init__(self, world: World, message_id: int) -> None:
        self.world, self.message_id = world, message_id

    def __enter__(self) -> None:
        self._put(" rewritten")

    def __exit__(self, *_: object) -> None:
        self._put("")

    def _put(self, more: str) -> None:
        with self.world.write() as session:
            row = session.get_one(MessageRow, self.message_id)
            row.body = row.body.removesuffix(" rewritten") + more
            row.author_name = row.author_name.removesuffix(" rewritten") + more
            session.add(row)
            for person in session.exec(select(RecipientRow).where(RecipientRow.message_id == self.message_id)):
                person.name = person.name.removesuffix(" rewritten") + more
                session.add(person)


def test_everybody_sees_exactly_what_they_may_whatever_happens(world: World) -> None:
    few = world.writers.database.is_sqlite
    ann = world.ann

    class OnThisWorld(Company):
        def __init__(self) -> None:
            super().__init__()
            self.world = world

        def teardown(self) -> None:
            world.ann = ann

    run_state_machine_as_test(
        OnThisWorld,
        settings=settings(
            max_examples=30 if few else 5,
            stateful_step_count=14,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
