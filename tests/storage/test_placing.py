"""Texts that dispatchers sort: history and visibility follow, nobody waits for ever, and one decision wins."""

from functools import partial
from itertools import cycle

import pytest
from sqlmodel import select

from app.wiring import Writers
from domain.delivery import State
from domain.errors import Refusal
from domain.jobs import Job, Status, Waiting
from domain.messages import DISPATCH, Kind, Party
from domain.people import ContactViewer, User
from domain.placing import TrayText
from domain.texts import Accepted, Incoming
from messaging.receive import place_new
from messaging.worker_notices import tell_workers
from storage.tables.messages import InboundRow, InboundState
from storage.tables.people import ConsentRow, ContactRow, UserRow
from tests.storage.rows import another, fresh, line, together
from tests.storage.test_counters import check
from tests.world import ANA, OURS, World, dispatcher, worker

STRANGER = "+15550107777"


def send_all(world: World) -> None:
    """The carrier accepts whatever is due."""
    while (text := world.writers.outbox.claim("one")) is not None:
        world.writers.outbox.record(text, Accepted(fresh("SM"), "queued", State.ACCEPTED))


def texted(world: World, *jobs: Job) -> None:
    """Ann texts Ana on jobs; a minute later all of it has left."""
    for job in jobs:
        world.text(job, dispatcher(world.ann), world.ana, body="We come at ten")
        send_all(world)
    world.clock.advance(minutes=1)


def comes(
    world: World, body: str = "Which gate?", phone: str = ANA, to: str = OURS, seen_by: User | None = None
) -> TrayText:
    """A text comes in and is placed by the rules; as Ann, or somebody else, sees it then."""
    world.clock.advance(seconds=1)
    world.writers.inbox.keep([Incoming(fresh("SM"), phone, to, body, world.clock())])
    place_new(world.writers.inbox, world.clock())
    row = world.readers.plain.row("SELECT max(id) FROM inbound")
    assert row is not None
    return now(world, row[0], seen_by)


def now(world: World, inbound_id: int, seen_by: User | None = None) -> TrayText:
    """A text as Ann, or somebody else, sees it now."""
    found = world.writers.tray.one(seen_by or world.ann, inbound_id)
    assert found is not None
    return found


def bodies(world: World, job: Job, viewer: object = None) -> list[str]:
    """What the messages of a job say to somebody."""
    return [m.body for m in world.readers.threads.messages(viewer or world.ann, job.id)[0]]  # type: ignore[arg-type]


def test_a_moved_text_leaves_no_trace_on_its_old_job_and_is_news_on_the_new_one(world: World) -> None:
    first, second = world.job(), world.job(world.mia)
    texted(world, first)
    text = comes(world)
    before = line(world, world.ann, second)
    assert line(world, world.ann, first).waiting_on is Waiting.DISPATCHER
    world.writers.placing.put(text, second.id, world.ann)
    for viewer in (world.ann, world.marco, ContactViewer(world.ana.contact_id or 0, first.id)):
        assert "Which gate?" not in bodies(world, first, viewer)
    for viewer in (world.abe, world.mia, ContactViewer(world.ana.contact_id or 0, second.id)):
        assert bodies(world, second, viewer) == ["Which gate?"]
    old, new = line(world, world.abe, first), line(world, world.abe, second)
    assert (old.waiting_on, old.last_preview) == (Waiting.CUSTOMER, "→ We come at ten")
    assert (new.waiting_on, new.waiting_since, new.unread) == (Waiting.DISPATCHER, text.at, True)
    assert before.waiting_on is Waiting.NOBODY
    assert not line(world, world.ann, second).unread, "who placed it has read it"
    assert line(world, world.mia, second).unread
    assert world.read_job(second.id).texting_since is not None
    for job in (first, second):
        check(world, job.id)
    with world.writers.database.read() as session:
        (row,) = session.exec(select(InboundRow)).all()
        assert (row.body, row.state, row.sorted_by) == ("Which gate?", InboundState.PLACED, "Ann Lee")
        assert row.message_id == text.message_id


def test_it_can_be_moved_on_and_back_whenever_somebody_finds_out(world: World) -> None:
    jobs = [world.job(), world.job(world.mia), world.job()]
    texted(world, jobs[0])
    text = comes(world)
    for target in (jobs[1], jobs[2], jobs[0], jobs[2]):
        world.clock.advance(days=3)
        world.writers.placing.put(now(world, text.id), target.id, world.abe)
        assert [bodies(world, job)[-1:] == ["Which gate?"] for job in jobs] == [job is target for job in jobs]
        for job in jobs:
            check(world, job.id)


def test_a_texts_recipients_are_those_of_its_new_job(world: World) -> None:
    """Rule 8: the author of the text it answers there, and the worker there."""
    first, second = world.job(), world.job(world.mia)
    texted(world, first)
    asked = world.text(second, dispatcher(world.abe), world.ana, body="Which pump is it?")
    send_all(world)
    world.clock.advance(minutes=1)
    text = comes(world)
    world.clock.advance(seconds=1)
    world.text(second, dispatcher(world.ann), world.ana, body="Written after it came")
    send_all(world)
    world.writers.placing.put(text, second.id, world.ann)
    moved = world.readers.threads.message(world.ann, second.id, text.message_id or 0)
    assert moved is not None
    assert [p.name for p in moved.recipients] == ["Abe Cole", "Mia Wong"]
    assert moved.reply_to == asked


def test_a_guess_that_is_confirmed_is_news_to_its_worker_alone(world: World) -> None:
    first = world.job()
    texted(world, first)
    world.change(first, status=Status.COMPLETED)
    second = world.job(world.mia)
    texted(world, second)
    world.change(first, status=Status.STARTED)
    text = comes(world)
    assert text.guessed
    assert bodies(world, second, world.mia) == ["We come at ten"]
    newest = line(world, world.ann, second).seq
    world.writers.conversations.see_at_desk(world.ann, second.id, newest)
    world.writers.conversations.see_at_desk(world.mia, second.id, newest)
    world.writers.placing.confirm(text, world.ann)
    assert bodies(world, second, world.mia) == ["We come at ten", "Which gate?"]
    assert line(world, world.mia, second).unread
    assert not line(world, world.ann, second).unread, "she had read everything before"
    assert line(world, world.abe, second).unread
    assert world.readers.reads.in_tray(world.ann) == 0
    check(world, second.id)


def test_a_kept_text_that_is_taken_in_is_seen_by_its_author_and_the_worker(world: World) -> None:
    job = world.job()
    texted(world, job)
    world.writers.people.set_direct_reply(world.berlin, on=False)
    text = comes(world)
    ana = ContactViewer(world.ana.contact_id or 0, job.id)
    assert "Which gate?" not in bodies(world, job, world.marco) + bodies(world, job, ana)
    world.writers.conversations.see_at_desk(world.marco, job.id, line(world, world.ann, job).seq)
    world.writers.placing.take_in(text, world.ann)
    assert "Which gate?" in bodies(world, job, world.marco)
    assert "Which gate?" in bodies(world, job, ana)
    assert line(world, world.marco, job).unread
    (message,) = [m for m in world.readers.threads.messages(world.ann, job.id)[0] if m.body == "Which gate?"]
    assert message.recipients == (dispatcher(world.ann), worker(world.marco))
    check(world, job.id)


def test_a_workers_text_is_told_of_on_the_new_job_and_not_on_the_old_one(world: World) -> None:
    """The notice that was about to leave for the wrong worker does not; the right one is told."""
    with world.write() as session:
        for user, mobile in ((world.marco, "+15550103001"), (world.mia, "+15550103002")):
            session.get_one(UserRow, user.id).mobile = mobile
    first, second = world.job(), world.job(world.mia)
    texted(world, first)
    text = comes(world)
    world.clock.advance(seconds=30)
    notices = world.writers.notices
    tell_workers(notices, lambda: True)
    world.writers.placing.put(text, second.id, world.ann)
    tell_workers(notices, lambda: True)
    told = world.readers.plain.rows(
        "SELECT d.notice_to, m.job_id FROM delivery d JOIN message m ON m.id = d.message_id"
        " WHERE d.notice_to IS NOT NULL AND d.state = 'queued'"
    )
    assert [tuple(row) for row in told] == [(world.mia.id, second.id)]


def test_of_two_who_sort_the_same_text_one_wins_and_the_other_reads_who_did(world: World) -> None:
    jobs = [world.job() for _ in range(3)]
    for turn in range(4):
        text = comes(world, f"Hello {turn}", STRANGER)

        def sort(writers: Writers, user: object, job: Job, text: TrayText) -> str:
            try:
                writers.placing.put(text, job.id, user)  # type: ignore[arg-type]
            except Refusal as refusal:
                return refusal.sentence
            return "done"

        with another(world) as one, another(world) as two:
            said = together(partial(sort, one, world.ann, jobs[0], text), partial(sort, two, world.abe, jobs[1], text))
        won = said.index("done")
        who, where = (("Ann Lee", jobs[0]), ("Abe Cole", jobs[1]))[won]
        assert said[1 - won] == f"{who} sorted this text since you looked: it is on {where.number}. Look at it again."
        assert [f"Hello {turn}" in bodies(world, job) for job in jobs] == [job is where for job in jobs]
    with pytest.raises(Refusal, match="sorted this text since"):
        world.writers.placing.dismiss(text, world.ann)


def test_texts_moved_crosswise_while_others_come_in_never_wait_for_each_other(world: World) -> None:
    jobs = [world.job(), world.job(world.mia)]
    texted(world, *jobs)
    ids = [comes(world, f"Text {i}", ANA, to).id for i, to in enumerate((OURS, OURS))]

    def moves(inbound_id: int, first: int) -> None:
        targets = cycle((jobs[first], jobs[1 - first]))
        with another(world) as writers:
            for _ in range(8):
                text = writers.tray.one(world.ann, inbound_id)
                assert text is not None
                writers.placing.put(text, next(targets).id, world.ann)

    def come_in() -> None:
        with another(world) as writers:
            for i in range(8):
                writers.inbox.keep([Incoming(fresh("SM"), ANA, OURS, f"More {i}", world.clock())])
                place_new(writers.inbox, world.clock())

    together(partial(moves, ids[0], 0), partial(moves, ids[1], 1), come_in)
    for job in jobs:
        check(world, job.id)
    assert sum(len(bodies(world, job)) for job in jobs) == 2 + 2 + 8


def test_who_sent_a_text_becomes_a_contact_with_the_consent_that_they_wrote(world: World) -> None:
    job = world.job()
    text = comes(world, "Do you mend pumps?", STRANGER)
    world.writers.placing.put(text, job.id, world.ann)
    text = now(world, text.id)
    (message,) = world.readers.threads.messages(world.ann, job.id)[0]
    assert (message.author.role, message.author.name) == (Party.PHONE, STRANGER)
    assert not world.writers.placing.name_sender(text, "Joe Hill", "silva farms", world.ann)
    (message,) = world.readers.threads.messages(world.ann, job.id)[0]
    assert (message.author.role, message.author.name) == (Party.CONTACT, "Joe Hill")
    with world.writers.database.read() as session:
        contact = session.get_one(ContactRow, message.author.contact_id)
        consent = session.exec(select(ConsentRow).where(ConsentRow.contact_id == contact.id)).one()
        assert (contact.name, contact.mobile, contact.one_time) == ("Joe Hill", STRANGER, False)
        assert (consent.stated_by, consent.source) == ("Ann Lee", f"their own text to {OURS}")
    assert world.writers.placing.name_sender(comes(world, "Me too", "+15550107778"), "Al", "New Company", world.ann)


def test_another_name_on_a_known_number_is_another_person(world: World) -> None:
    """Whoever types "Ben Lopez" for Ana's phone means Ben, and does not rename Ana (rule 33)."""
    text = comes(world, "Hello", ANA)
    world.writers.placing.name_sender(text, "Ben Lopez", "Silva Farms", world.ann)
    world.writers.placing.name_sender(text, "ana silva", "Silva Farms", world.ann)
    with world.writers.database.read() as session:
        names = session.exec(select(ContactRow.name).where(ContactRow.mobile == ANA)).all()
    assert sorted(names) == ["Ana Silva", "Ben Lopez"]


def test_one_step_files_a_text_under_the_other_one_of_a_shared_phone(world: World) -> None:
    job = world.job()
    ben = world.contact("Ben Lopez", None)
    with world.write() as session:
        session.get_one(ContactRow, ben.contact_id).mobile = ANA
    texted(world, job)
    text = comes(world)
    placing = world.writers.placing
    assert text.name == "Ana Silva"
    assert placing.correct(text, world.ann) == "Ben Lopez"
    bens, anas = (ContactViewer(p.contact_id or 0, job.id) for p in (ben, world.ana))
    assert "Which gate?" in bodies(world, job, bens)
    assert "Which gate?" not in bodies(world, job, anas)
    with pytest.raises(Refusal, match="Ann Lee sorted this text"):
        placing.correct(text, world.abe)
    other = world.job()
    placing.put(now(world, text.id), other.id, world.ann)
    assert now(world, text.id).name == "Ben Lopez", "what was corrected stays so on another job"
    assert placing.correct(now(world, text.id), world.abe) == "Ana Silva"
    lone = comes(world, "Just me", STRANGER)
    placing.put(lone, job.id, world.ann)
    with pytest.raises(Refusal, match="Nobody else"):
        placing.correct(now(world, lone.id), world.ann)


def test_what_is_dismissed_is_kept_named_and_can_be_brought_back(world: World) -> None:
    text = comes(world, "Wrong number", STRANGER)
    world.writers.placing.dismiss(text, world.abe)
    tray = world.writers.tray
    assert tray.waiting(world.ann) == []
    assert world.readers.reads.in_tray(world.ann) == 0
    (gone,) = tray.dismissed(world.ann)
    assert (gone.body, gone.sorted_by, gone.sorted_at) == ("Wrong number", "Abe Cole", world.clock())
    assert tray.dismissed(world.marco) == []
    with pytest.raises(Refusal, match="Abe Cole dismissed this text since"):
        world.writers.placing.put(text, world.job().id, world.ann)
    world.writers.placing.bring_back(gone)
    assert [t.body for t in tray.waiting(world.ann)] == ["Wrong number"]
    assert tray.dismissed(world.ann) == []
    with pytest.raises(Refusal, match="brought back"):
        world.writers.placing.bring_back(gone)


def test_a_workers_own_phone_stays_a_workers_message_wherever_it_goes(world: World) -> None:
    with world.write() as session:
        session.get_one(UserRow, world.marco.id).mobile = "+15550103001"
    job, other = world.job(), world.job(world.mia)
    text = comes(world, "The part is wrong", "+15550103001")
    world.writers.placing.put(text, job.id, world.ann)
    (message,) = world.readers.threads.messages(world.ann, job.id)[0]
    assert (message.author.role, message.recipients, message.kind) == (Party.WORKER, (DISPATCH,), Kind.MESSAGE)
    assert world.read_job(job.id).texting_since is None
    world.writers.placing.put(now(world, text.id), other.id, world.ann)
    assert bodies(world, other, world.mia) == []
    check(world, job.id)
    check(world, other.id)
