"""Before a message is out: called back, changed, sent now, released or refused; and let out when its time comes."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.account import Account, WorkerWrites
from domain.delivery import State
from domain.errors import Refusal
from domain.jobs import Status, Waiting
from domain.messages import DISPATCH, Message, Party, Stage
from domain.people import User
from messaging.conversation import Compose, Conversation, Sent
from messaging.leaving import let_out_due
from messaging.planning import Planning
from storage.counters import recount
from storage.tables.people import LocationRow
from tests.storage.rows import deliveries, line, listed
from tests.world import NOON, World, dispatcher, worker

NIGHT = NOON.replace(hour=4)
"""23:00 in New York, where the jobs are."""
MORNING = datetime(2026, 3, 2, 8, tzinfo=ZoneInfo("America/New_York"))


class Office:
    """Everybody at work on one job, with the account set as a test says."""

    def __init__(self, world: World, **account: object) -> None:
        self.world = world
        world.writers.people.set_up(Account(**{"undo": timedelta(0), **account}))  # type: ignore[arg-type]
        readers = world.readers
        self.conversation = Conversation(readers.reads, readers.threads, world.writers.conversations, world.clock)
        self.planning = Planning(readers.reads, readers.threads, world.writers.leaving, world.clock)
        self.job = world.job()
        self._count = 0

    def submits(self, author: User, *to: str, body: str = "Hello", **more: object) -> Sent:
        """Submit a message that must be taken."""
        self._count += 1
        compose = Compose(self.job.id, to, body, f"c{self._count}", **more)  # type: ignore[arg-type]
        sent = self.conversation.send(author, compose)
        assert isinstance(sent, Sent)
        return sent

    def to_ana(self, author: User | None = None, **more: object) -> Sent:
        """Submit a message to Ana, by Ann unless said otherwise."""
        return self.submits(author or self.world.ann, f"contact:{self.world.ana.contact_id}", **more)  # type: ignore[arg-type]

    def message(self, sent: Sent, viewer: User | None = None) -> Message | None:
        """A message as somebody may see it, Ann unless said otherwise."""
        return self.world.readers.threads.message(viewer or self.world.ann, self.job.id, sent.message_id)

    def stage(self, sent: Sent) -> Stage:
        """How far a message is."""
        found = self.message(sent) or self.message(sent, self.world.marco)
        assert found is not None
        return found.stage

    def texts(self) -> list[str]:
        """What the carrier would get now."""
        bodies = []
        while (text := self.world.writers.outbox.claim("test")) is not None:
            bodies.append(text.body)
        return bodies

    def runs(self) -> int:
        """One round of the engine's duty."""
        return let_out_due(self.world.writers.leaving, self.world.writers.leaving.let_out)

    def counts_agree(self) -> bool:
        """Whether the kept counters say what the messages say."""
        with self.world.writers.database.read() as session:
            found = recount(session, self.job.id)
        row = line(self.world, self.world.ann, self.job)
        return (row.last_preview, row.waiting_on) == (found["last_preview"], found["waiting_on"])


def test_in_the_undo_window_only_the_author_sees_it_and_nothing_leaves(world: World) -> None:
    office = Office(world, undo=timedelta(seconds=5))
    before = listed(world, world.abe)
    sent = office.to_ana(body="Oops")
    assert (sent.stage, sent.leaves_at) == (Stage.RECALLABLE, NOON + timedelta(seconds=5))
    assert [office.message(sent, user) is not None for user in (world.ann, world.abe, world.marco)] == [
        True,
        False,
        False,
    ]
    assert listed(world, world.abe) == before
    world.clock.advance(seconds=4)
    assert office.runs() == 0
    assert office.texts() == []


def test_after_the_undo_window_it_is_out_and_news_to_whoever_read_on_meanwhile(world: World) -> None:
    office = Office(world, undo=timedelta(seconds=5))
    office.to_ana(body="We come at ten")
    world.text(office.job, world.ana, DISPATCH, body="Hello?")
    newest = world.readers.threads.messages(world.abe, office.job.id)[0][-1].seq
    world.writers.conversations.see_at_desk(world.abe, office.job.id, newest)
    world.clock.advance(seconds=5)
    assert office.runs() == 1
    assert office.runs() == 0
    assert office.texts() == ["We come at ten"]
    assert [m.body for m in world.readers.threads.messages(world.abe, office.job.id)[0]] == ["Hello?", "We come at ten"]
    assert line(world, world.abe, office.job).unread
    assert line(world, world.ann, office.job).waiting_on is Waiting.CUSTOMER
    assert office.counts_agree()


def test_called_back_it_never_leaves_and_its_words_come_back(world: World) -> None:
    office = Office(world, undo=timedelta(seconds=5))
    sent = office.to_ana(body="Oops")
    with pytest.raises(Refusal):
        office.planning.call_back(world.abe, office.job.id, sent.message_id)
    draft = office.planning.call_back(world.ann, office.job.id, sent.message_id)
    assert (draft.body, draft.recipients) == ("Oops", (f"contact:{world.ana.contact_id}",))
    world.clock.advance(minutes=1)
    assert office.runs() == 0
    assert office.texts() == []
    assert office.stage(sent) is Stage.CALLED_BACK
    assert [row.state for row in deliveries(world, sent.message_id)] == [State.CANCELLED]
    with pytest.raises(Refusal, match="too late"):
        office.planning.call_back(world.ann, office.job.id, sent.message_id)
    assert office.counts_agree()


def test_what_has_left_is_not_called_back(world: World) -> None:
    office = Office(world, undo=timedelta(seconds=5))
    sent = office.to_ana()
    world.clock.advance(seconds=6)
    office.runs()
    with pytest.raises(Refusal, match="too late"):
        office.planning.call_back(world.ann, office.job.id, sent.message_id)
    assert office.texts() == ["Hello"]


def test_a_planned_message_is_seen_by_dispatchers_alone_and_leaves_at_its_time(world: World) -> None:
    office = Office(world)
    at = NOON + timedelta(hours=2)
    sent = office.to_ana(body="See you at four", leave_at=at)
    assert [office.message(sent, user) is not None for user in (world.ann, world.abe, world.marco)] == [
        True,
        True,
        False,
    ]
    assert [(p.message.body, p.number) for p in office.planning.planned(world.abe)] == [
        ("See you at four", office.job.number)
    ]
    assert office.planning.planned(world.marco) == []
    assert world.writers.leaving.next_at() == at
    world.clock.advance(hours=2)
    office.runs()
    assert office.texts() == ["See you at four"]
    assert office.planning.planned(world.abe) == []
    assert world.writers.leaving.next_at() is None


def test_a_planned_message_is_changed_moved_and_sent_at_once_by_a_colleague(world: World) -> None:
    office = Office(world)
    sent = office.to_ana(leave_at=NOON + timedelta(hours=2))
    later = NOON + timedelta(hours=5)
    office.planning.change_planned(world.abe, office.job.id, sent.message_id, "Other words", later)
    world.clock.advance(hours=3)
    assert (office.runs(), office.texts()) == (0, [])
    for wrong in ("", " "):
        with pytest.raises(Refusal):
            office.planning.change_planned(world.abe, office.job.id, sent.message_id, wrong, later)
    with pytest.raises(Refusal, match="past"):
        office.planning.change_planned(world.abe, office.job.id, sent.message_id, "x", NOON)
    office.planning.send_now(world.abe, office.job.id, sent.message_id)
    assert office.texts() == ["Other words"]
    found = office.message(sent)
    assert found is not None
    assert found.notice == "Sent before its time by Abe Cole."


def test_closing_the_job_withdraws_what_was_planned(world: World) -> None:
    office = Office(world)
    sent = office.to_ana(leave_at=NOON + timedelta(hours=2))
    world.change(office.job, status=Status.CANCELLED)
    world.clock.advance(hours=3)
    office.runs()
    assert office.texts() == []
    found = office.message(sent)
    assert found is not None
    assert (found.stage, found.notice) == (Stage.CALLED_BACK, "withdrawn: the job was closed before it left")


def test_in_quiet_hours_it_is_held_and_says_for_whom_until_a_reason_sends_it(world: World) -> None:
    world.clock.now = NIGHT
    office = Office(world, holds_in_practice=True)
    sent = office.to_ana()
    assert (sent.stage, sent.leaves_at) == (Stage.HELD, MORNING)
    (text,) = deliveries(world, sent.message_id)
    assert (text.state, text.reason) == (State.HELD, "quiet hours for Ana Silva")
    with pytest.raises(Refusal) as refused:
        office.planning.send_now(world.ann, office.job.id, sent.message_id)
    assert refused.value.field == "reason"
    office.planning.send_now(world.ann, office.job.id, sent.message_id, "the gate stands open")
    assert office.texts() == ["Hello"]
    found = office.message(sent)
    assert found is not None
    assert found.notice == "Sent before its time by Ann Lee: the gate stands open."


def test_what_is_held_for_one_of_two_leaves_for_the_other_and_in_the_morning_for_both(world: World) -> None:
    world.clock.now = NIGHT
    office = Office(world, holds_in_practice=True)
    world.text(office.job, world.ana, DISPATCH, body="Can you come now?")
    ana, ben = (f"contact:{p.contact_id}" for p in (world.ana, world.ben))
    sent = office.submits(world.ann, ana, ben, body="On our way")
    assert sent.stage is Stage.OUT
    assert office.texts() == ["On our way"]
    assert [d.state for d in deliveries(world, sent.message_id)] == [State.SENDING, State.HELD]
    assert world.writers.leaving.next_at() == MORNING
    world.clock.now = MORNING
    assert office.runs() == 1
    assert office.texts() == ["On our way"]


def test_the_other_one_can_be_texted_at_once_with_a_reason(world: World) -> None:
    world.clock.now = NIGHT
    office = Office(world, holds_in_practice=True)
    world.text(office.job, world.ana, DISPATCH)
    ana, ben = (f"contact:{p.contact_id}" for p in (world.ana, world.ben))
    sent = office.submits(world.ann, ana, ben)
    office.texts()
    office.planning.send_now(world.ann, office.job.id, sent.message_id, "he has the key")
    assert office.texts() == ["Hello"]


def test_a_worker_writes_to_the_customer_as_the_account_says(world: World) -> None:
    office = Office(world)
    with pytest.raises(Refusal):
        office.to_ana(world.marco)
    office = Office(world, worker_writes=WorkerWrites.ON)
    office.to_ana(world.marco, body="I am at the gate")
    assert office.texts() == ["I am at the gate"]
    assert line(world, world.ann, office.job).waiting_on is Waiting.CUSTOMER
    office = Office(world, worker_writes=WorkerWrites.ON, three_way=False)
    with pytest.raises(Refusal):
        office.to_ana(world.marco)


def test_with_release_it_waits_for_a_dispatcher_who_may_change_the_words(world: World) -> None:
    office = Office(world, worker_writes=WorkerWrites.WITH_RELEASE)
    sent = office.to_ana(world.marco, body="i m here")
    assert (sent.stage, office.texts()) == (Stage.WAITING_RELEASE, [])
    assert line(world, world.ann, office.job).waiting_on is Waiting.DISPATCHER
    assert line(world, world.abe, office.job).unread
    with pytest.raises(Refusal):
        office.planning.release(world.marco, office.job.id, sent.message_id)
    office.planning.release(world.abe, office.job.id, sent.message_id, "I am here.")
    assert office.texts() == ["I am here."]
    found = office.message(sent, world.marco)
    assert found is not None
    assert (found.author.name, found.notice) == ("Marco Diaz", "Released by Abe Cole, who changed its words.")
    assert line(world, world.ann, office.job).waiting_on is Waiting.CUSTOMER
    assert office.counts_agree()
    with pytest.raises(Refusal, match="too late"):
        office.planning.release(world.ann, office.job.id, sent.message_id)
    assert office.texts() == []


def test_refused_it_never_leaves_and_the_worker_reads_why(world: World) -> None:
    office = Office(world, worker_writes=WorkerWrites.WITH_RELEASE)
    sent = office.to_ana(world.marco)
    with pytest.raises(Refusal) as refused:
        office.planning.refuse_release(world.ann, office.job.id, sent.message_id, " ")
    assert refused.value.field == "reason"
    office.planning.refuse_release(world.ann, office.job.id, sent.message_id, "we call her")
    found = office.message(sent, world.marco)
    assert found is not None
    assert (found.stage, found.notice) == (Stage.REFUSED, "Refused by Ann Lee: we call her")
    assert office.texts() == []
    assert line(world, world.ann, office.job).waiting_on is Waiting.NOBODY
    assert office.counts_agree()


def test_handing_the_job_over_withdraws_what_waits_for_release(world: World) -> None:
    office = Office(world, worker_writes=WorkerWrites.WITH_RELEASE)
    sent = office.to_ana(world.marco)
    world.change(office.job, worker_id=world.mia.id)
    found = office.message(sent)
    assert found is not None
    assert (found.stage, found.notice) == (Stage.REFUSED, "withdrawn: the job was handed over")
    assert office.counts_agree()


def test_released_at_night_it_waits_for_the_morning(world: World) -> None:
    world.clock.now = NIGHT
    office = Office(world, worker_writes=WorkerWrites.WITH_RELEASE, holds_in_practice=True)
    sent = office.to_ana(world.marco)
    office.planning.release(world.ann, office.job.id, sent.message_id)
    assert office.stage(sent) is Stage.HELD
    world.clock.now = MORNING
    office.runs()
    assert office.texts() == ["Hello"]


def test_a_workers_message_is_passed_on_with_both_authors_and_keeps_its_own_audience(world: World) -> None:
    office = Office(world)
    private = world.text(office.job, worker(world.marco), DISPATCH, body="Two hours more")
    sent = office.to_ana(body="It takes two hours more", passes_on=private)
    found = office.message(sent, world.marco)
    assert found is not None
    assert (found.author.name, found.author.user_id, found.passes_on) == (
        "Marco Diaz, through Ann Lee",
        world.ann.id,
        private,
    )
    assert office.texts() == ["It takes two hours more"]
    original = world.readers.threads.message(world.ann, office.job.id, private)
    assert original is not None
    assert [p.role for p in original.recipients] == [Party.DISPATCH]


def test_only_a_workers_private_message_is_passed_on_and_only_to_contacts(world: World) -> None:
    office = Office(world)
    private = world.text(office.job, worker(world.marco), DISPATCH)
    other = world.text(office.job, dispatcher(world.ann), world.ana)
    with pytest.raises(Refusal):
        office.to_ana(passes_on=other)
    with pytest.raises(Refusal):
        office.submits(world.ann, f"worker:{world.marco.id}", passes_on=private)
    with pytest.raises(Refusal):
        office.submits(world.marco, "dispatch", passes_on=private)


def test_an_open_placeholder_never_goes_out(world: World) -> None:
    office = Office(world)
    with pytest.raises(Refusal) as refused:
        office.to_ana(body="We come at {time}")
    assert refused.value.field == "contents"
    assert "{time}" in refused.value.sentence
    office.to_ana(body="Code {4711} {}")
    assert office.texts() == ["Code {4711} {}"]


def test_nobody_acts_on_what_they_may_not_see(world: World) -> None:
    office = Office(world)
    with world.write() as session:
        session.add(LocationRow(id=99, name="Elsewhere", country="US", time_zone="UTC"))
    stranger = world.user("Sue Far", world.ann.role, locations=(99,))
    silent = world.user("Sam Mute", world.ann.role, chat=False)
    sent = office.to_ana(leave_at=NOON + timedelta(hours=1))
    for user in (stranger, silent, world.marco):
        for act in (
            lambda u: office.planning.call_back(u, office.job.id, sent.message_id),
            lambda u: office.planning.send_now(u, office.job.id, sent.message_id, "why"),
            lambda u: office.planning.change_planned(u, office.job.id, sent.message_id, "x", NOON + timedelta(hours=9)),
        ):
            with pytest.raises(Refusal):
                act(user)
    assert office.stage(sent) is Stage.HELD


def test_a_use_by_time_counts_from_release(world: World) -> None:
    office = Office(world)
    at = NOON + timedelta(hours=10)
    sent = office.to_ana(leave_at=at)
    (text,) = deliveries(world, sent.message_id)
    assert text.use_by == at + Account().use_by
    world.clock.now = at + Account().use_by + timedelta(minutes=1)
    office.runs()
    assert office.texts() == []
    assert deliveries(world, sent.message_id)[0].state is State.EXPIRED


def test_a_worker_does_not_get_round_the_release_by_changing_what_was_released(world: World) -> None:
    world.clock.now = NIGHT
    office = Office(world, worker_writes=WorkerWrites.WITH_RELEASE, holds_in_practice=True)
    sent = office.to_ana(world.marco, body="I come at eight")
    office.planning.release(world.ann, office.job.id, sent.message_id)
    later = NIGHT + timedelta(minutes=5)
    with pytest.raises(Refusal):
        office.planning.change_planned(world.marco, office.job.id, sent.message_id, "Pay me in cash", later)
    with pytest.raises(Refusal):
        office.planning.send_now(world.marco, office.job.id, sent.message_id, "why not")
    world.clock.now = MORNING
    office.runs()
    assert office.texts() == ["I come at eight"]


def test_changing_what_is_held_keeps_it_out_of_everybodys_quiet_hours(world: World) -> None:
    world.clock.now = NIGHT
    office = Office(world, holds_in_practice=True)
    sent = office.to_ana(body="We come at ten")
    office.planning.change_planned(world.ann, office.job.id, sent.message_id, "We come at ten.", MORNING)
    assert deliveries(world, sent.message_id)[0].due_at == MORNING
    office.planning.change_planned(
        world.ann, office.job.id, sent.message_id, "We come at ten!", NIGHT + timedelta(minutes=1)
    )
    world.clock.advance(minutes=2)
    office.runs()
    assert office.texts() == []
    world.clock.now = MORNING
    office.runs()
    assert office.texts() == ["We come at ten!"]


def test_handing_a_job_over_withdraws_what_the_former_worker_planned_and_what_was_planned_for_them(
    world: World,
) -> None:
    office = Office(world, worker_writes=WorkerWrites.ON)
    later = NOON + timedelta(hours=2)
    mine = office.to_ana(world.marco, body="I come at four. Marco", leave_at=later)
    theirs = office.submits(world.ann, f"worker:{world.marco.id}", body="Key code 99", leave_at=later)
    other = office.to_ana(body="See you", leave_at=later)
    world.change(office.job, worker_id=world.mia.id)
    assert [office.stage(sent) for sent in (mine, theirs, other)] == [
        Stage.CALLED_BACK,
        Stage.CALLED_BACK,
        Stage.HELD,
    ]


def test_closing_a_job_cancels_what_is_held_for_one_of_two(world: World) -> None:
    world.clock.now = NIGHT
    office = Office(world, holds_in_practice=True)
    world.text(office.job, world.ana, DISPATCH)
    ana, ben = (f"contact:{p.contact_id}" for p in (world.ana, world.ben))
    sent = office.submits(world.ann, ana, ben, body="On our way")
    office.texts()
    world.change(office.job, status=Status.CANCELLED)
    world.clock.now = MORNING
    office.runs()
    assert office.texts() == []
    assert deliveries(world, sent.message_id)[1].state is State.CANCELLED


def test_taking_a_contact_off_the_job_withdraws_what_was_planned_for_them(world: World) -> None:
    office = Office(world)
    later = NOON + timedelta(hours=2)
    alone = office.to_ana(body="The code of the gate is 1234", leave_at=later)
    ana, ben = (f"contact:{p.contact_id}" for p in (world.ana, world.ben))
    both = office.submits(world.ann, ana, ben, body="See you both", leave_at=later)
    world.change(office.job, site_contact_id=None)
    assert (office.stage(alone), office.stage(both)) == (Stage.CALLED_BACK, Stage.HELD)
    world.clock.now = later
    office.runs()
    assert office.texts() == ["See you both"]
    assert [d.state for d in deliveries(world, both.message_id)] == [State.SENDING]
    message = office.message(both)
    assert message is not None
    assert message.notice == "Not for Ana Silva: taken off the job."


def test_what_a_worker_cannot_see_yet_is_not_seen(world: World) -> None:
    office = Office(world)
    planned = office.submits(world.ann, f"worker:{world.marco.id}", leave_at=NOON + timedelta(hours=2))
    office.submits(world.ann, f"worker:{world.marco.id}", body="Now")
    newest = world.readers.threads.messages(world.marco, office.job.id)[0][-1].seq
    world.writers.conversations.see_at_desk(world.marco, office.job.id, newest)
    assert deliveries(world, planned.message_id)[0].state is State.WAITING
