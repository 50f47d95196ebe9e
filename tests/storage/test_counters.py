"""What a job keeps of its conversation equals what its messages say, whatever happened in whatever order."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, delete, select, update

from domain.delivery import Channel, State
from domain.errors import Refusal
from domain.jobs import Status, waiting_key, window_key
from domain.messages import DISPATCH, SYSTEM, Kind, NewDelivery, NewMessage, Party, Person
from domain.texts import Accepted, Incoming, NotTaken, Outcome, Rejected, Report, Unclear
from storage.counters import recount
from storage.job_leads import Done
from storage.tables.jobs import JobRow
from storage.tables.messages import DeliveryRow, InboundRow, MessageRow
from storage.tables.people import OptOutRow
from tests.storage.rows import another, examples, fresh, together
from tests.world import ANA, OURS, World, dispatcher, worker

PHONE = Person(Party.PHONE, "+15550109999", mobile="+15550109999")
WRITERS = ("ana", "ana thanks", "phone", "ann", "ann to both", "ann to marco", "ann note", "marco", "system", "alert")
DECIDERS = ("ana decides", "ann records")
OUTCOMES = ("accepted", "delivered at once", "busy", "rejected", "stopped", "unclear")
REPORTS = {
    "sent": State.SENT,
    "delivered": State.DELIVERED,
    "undelivered": State.UNDELIVERED,
    "failed": State.FAILED,
    "canceled": State.CANCELED,
    "odd": None,
}

steps = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.sampled_from(WRITERS + DECIDERS)),
        st.tuples(st.just("claim"), st.sampled_from(OUTCOMES)),
        st.tuples(st.just("report"), st.sampled_from(sorted(REPORTS))),
        st.tuples(st.just("resend"), st.integers(0, 5).map(str)),
        st.tuples(st.just("wait"), st.sampled_from(["1", "90", "300"])),
        st.tuples(st.just("change"), st.sampled_from(["close", "reopen", "move"])),
        st.tuples(st.just("give up"), st.just("")),
        st.tuples(st.just("done"), st.sampled_from(["now", "seen", "take back"])),
        st.tuples(st.just("comes in"), st.sampled_from(["guess", "hidden guess", "kept", "lost", "thanks"])),
        st.tuples(st.just("sort"), st.sampled_from(["here", "there", "confirm", "take in", "correct", "dismiss"])),
    ),
    max_size=14,
)


class Story:
    """One job on which things happen, and another one that texts are moved to and back from."""

    def __init__(self, world: World) -> None:
        self.world, self.job, self.other = world, world.job(), world.job()
        self.last_done: Done | None = None
        self.texts: list[int] = []

    def do(self, what: str, how: str) -> None:
        """One thing happens."""
        acts = {
            "write": self._write,
            "claim": self._claim,
            "report": self._report,
            "resend": self._resend,
            "wait": lambda minutes: self.world.clock.advance(minutes=int(minutes)),
            "change": self._change,
            "give up": self._give_up,
            "done": self._done,
            "comes in": self._comes_in,
            "sort": self._sort,
        }
        acts[what](how)

    def _report(self, how: str) -> None:
        for row in self._deliveries():
            if row.sid is not None:
                self.world.writers.outbox.report(row.id or 0, Report(how, REPORTS[how], 30003))

    def _resend(self, which: str) -> None:
        found = self._deliveries()
        if found:
            chosen = found[int(which) % len(found)]
            self.world.writers.conversations.resend(self.job.id, chosen.id or 0)

    def _give_up(self, _: str) -> None:
        self.world.writers.outbox.claim("gone")
        self.world.writers.outbox.give_up_claims("me", alone=True)

    def _done(self, how: str) -> None:
        """Done with all there is, or with what there was before the newest message; or taken back."""
        leads = self.world.writers.job_leads
        if how == "take back":
            if self.last_done is not None:
                leads.take_back(self.last_done)
            return
        with self.world.writers.database.read() as session:
            newest = session.get_one(JobRow, self.job.id).activity_seq
        self.last_done = leads.done(self.job.id, self.world.abe.id, newest if how == "now" else newest - 1)

    def _comes_in(self, how: str) -> None:
        """Ana texts, and it is placed on the job in one way or another, or lies in the tray."""
        world, inbox = self.world, self.world.writers.inbox
        body = "Thanks!" if how == "thanks" else "Which gate?"
        inbox.keep([Incoming(fresh("SM"), ANA, OURS, body, world.clock())])
        kept = inbox.new()[-1]
        new = NewMessage(
            job_id=self.job.id,
            kind=Kind.REPLY,
            author=world.ana,
            recipients=(DISPATCH,),
            body=body,
            at=world.clock(),
            compose_id=fresh("in"),
            guessed="guess" in how,
            unsure=how == "hidden guess",
            dispatch_only=how == "kept",
        )
        inbox.place(kept, None if how == "lost" else new, "")
        self.texts.append(kept.id)

    def _sort(self, how: str) -> None:
        """Ann decides about the newest text that came in; what cannot be decided is refused."""
        placing, ann = self.world.writers.placing, self.world.ann
        text = self.world.writers.tray.one(ann, self.texts[-1]) if self.texts else None
        if text is None:
            return
        deeds: dict[str, Callable[[], object]] = {
            "here": lambda: placing.put(text, self.job.id, ann),
            "there": lambda: placing.put(text, self.other.id, ann),
            "confirm": lambda: placing.confirm(text, ann),
            "take in": lambda: placing.take_in(text, ann),
            "correct": lambda: placing.correct(text, ann),
            "dismiss": lambda: placing.dismiss(text, ann),
        }
        with suppress(Refusal):
            deeds[how]()

    def _write(self, how: str) -> None:
        world, ann = self.world, dispatcher(self.world.ann)
        held = NewDelivery(0, Channel.SMS, ANA, State.HELD, world.clock())
        stories: dict[str, tuple[Person, tuple[Person, ...], str, dict[str, object]]] = {
            "ana": (world.ana, (DISPATCH,), "Where are you?", {}),
            "ana thanks": (world.ana, (DISPATCH,), "Thanks!", {}),
            "phone": (PHONE, (DISPATCH,), "Who is this?", {"kind": Kind.REPLY}),
            "ann": (ann, (world.ana,), "On our way", {}),
            "ann to both": (ann, (world.ana, world.ben), "Both\nof you", {}),
            "ann to marco": (ann, (worker(world.marco),), "Call me", {}),
            "ann note": (ann, (), "Note to myself", {"kind": Kind.NOTE}),
            "marco": (worker(world.marco), (DISPATCH,), "x" * 300, {}),
            "system": (SYSTEM, (world.ana,), "Your visit", {"deliveries": (held,)}),
            "alert": (SYSTEM, (world.ana,), "Planned", {"kind": Kind.ALERT}),
            "ana decides": (world.ana, (DISPATCH,), "Ana Silva approved 1 line", {"kind": Kind.DECISION}),
            "ann records": (ann, (world.ana,), "Recorded by Ann", {"kind": Kind.DECISION, "deliveries": ()}),
        }
        author, to, body, more = stories[how]
        world.text(self.job, author, *to, body=body, **more)

    def _claim(self, how: str) -> None:
        taken = self.world.writers.outbox.claim("me")
        if taken is None:
            return
        outcomes: dict[str, Outcome] = {
            "accepted": Accepted(fresh("SM"), "queued", State.ACCEPTED),
            "delivered at once": Accepted(fresh("SM"), "delivered", State.DELIVERED),
            "busy": NotTaken("busy"),
            "rejected": Rejected(30005),
            "stopped": Rejected(21610),
            "unclear": Unclear("no answer"),
        }
        self.world.writers.outbox.record(taken, outcomes[how])

    def _change(self, how: str) -> None:
        if how == "move":
            self.world.change(self.job, window_start=self.world.clock() + timedelta(days=1))
        else:
            self.world.change(self.job, status=Status.COMPLETED if how == "close" else Status.STARTED)

    def _deliveries(self) -> list[DeliveryRow]:
        with self.world.writers.database.read() as session:
            mine = select(DeliveryRow).join(MessageRow, col(MessageRow.id) == DeliveryRow.message_id)
            return list(session.exec(mine.where(MessageRow.job_id == self.job.id).order_by(col(DeliveryRow.id))))


def check(world: World, job_id: int) -> None:
    """The job's row says what its messages say, its sort keys follow, and what was texted is shown (rule 1)."""
    with world.writers.database.read() as session:
        row = session.get_one(JobRow, job_id)
        counted = recount(session, job_id)
        assert {name: getattr(row, name) for name in counted} == counted
        closed = row.closed_at is not None
        assert row.waiting_key == waiting_key(job_id, row.waiting_on, row.waiting_since, row.window_start, closed)
        assert row.window_key == window_key(job_id, row.window_start)
        assert row.activity_seq >= row.person_seq
        texted = select(InboundRow.id).join(MessageRow, col(MessageRow.id) == InboundRow.message_id)
        texted = texted.where(MessageRow.job_id == job_id, MessageRow.author_role != Party.WORKER)
        if session.exec(texted).first() is not None:
            assert row.texting_since is not None


def test_the_kept_counters_equal_a_recount_after_whatever_happens(world: World) -> None:
    @examples(world, 60, 10)
    @given(steps)
    def holds(happens: list[tuple[str, str]]) -> None:
        story = Story(world)
        with world.write() as session:  # what an earlier example left behind is none of this story
            session.exec(
                update(DeliveryRow).values(state=State.CANCELLED).where(col(DeliveryRow.state) == State.QUEUED)
            )
            session.exec(delete(OptOutRow))
        for what, how in happens:
            story.do(what, how)
            check(world, story.job.id)
            check(world, story.other.id)

    holds()


def test_people_writing_at_once_lose_no_count(world: World) -> None:
    """Three programs write on one job while an engine sends: every message is counted, every turn right."""
    job = world.job()

    def write(author: Person, to: Person) -> None:
        for i in range(8):
            world.text(job, author, to, body=f"{author.name} {i}")

    def send() -> None:
        with another(world) as writers:
            for i in range(30):
                taken = writers.outbox.claim("one")
                if taken is not None:
                    bad = Rejected(30005) if i % 2 else Accepted(fresh("SM"), "queued", State.ACCEPTED)
                    writers.outbox.record(taken, bad)

    together(
        lambda: write(dispatcher(world.ann), world.ana),
        lambda: write(world.ana, DISPATCH),
        lambda: write(worker(world.marco), DISPATCH),
        send,
    )
    with world.writers.database.read() as session:
        assert session.get_one(JobRow, job.id).message_count == 24
    check(world, job.id)


def test_a_new_job_counts_nothing(world: World) -> None:
    check(world, world.job().id)
