"""What a contact is answered by the program itself: when, in which words, and never so that it goes on for ever."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import update

from domain.delivery import State
from domain.jobs import Job, JobFilter, Status, Waiting
from domain.messages import SYSTEM, Kind, Message, Party, Stage
from domain.people import ContactViewer, Role
from domain.texts import Accepted, Incoming
from messaging.receive import fetch, place_new
from storage.people import NewUser
from storage.tables.messages import DeliveryRow
from storage.tables.people import AccountRow, ContactRow, LocationRow
from tests.estimating import decided, shared
from tests.messaging.line import Line
from tests.storage.rows import another, examples, fresh, together
from tests.world import ANA, BEN, OURS, OURS_TOO, World

OFF = "does not take direct replies by text"


@pytest.fixture
def off(line: Line) -> Line:
    """A line whose location takes no direct replies."""
    line.world.writers.people.set_direct_reply(line.world.berlin, on=False)
    return line


def with_pages(world: World) -> None:
    """Phones reach our pages from now on, so that texts carry links."""
    world.writers.engines.say("e", 1, "host", "running", "Running", page_url="https://pages.example")


def texted(line: Line, **job: Any) -> Job:
    """A job that texted Ana."""
    found = line.world.job(**job)
    line.texts(found, line.world.ana)
    return found


def answers(line: Line, job: Job) -> list[Message]:
    """The automatic answers on a job."""
    return [m for m in line.thread(job) if m.author == SYSTEM]


def row(line: Line, job: Job) -> Any:
    """The job's line in Ann's list."""
    page = line.world.readers.job_list.page(line.world.ann, JobFilter())
    return next(found for found in page.rows if found.id == job.id)


# --- The location takes no direct replies -------------------------------------------------------------------------


def test_the_contact_is_told_once_where_to_write_instead(each_line: Line) -> None:
    line = each_line
    line.world.writers.people.set_direct_reply(line.world.berlin, on=False)
    with_pages(line.world)
    job = texted(line)
    line.answers("Can you hear me?")
    (answer,) = answers(line, job)
    assert answer.body == f"North {OFF}. Please write to us on your page: [link]"
    assert (answer.kind, [p.name for p in answer.recipients]) == (Kind.ALERT, ["Ana Silva"])
    assert answer.reply_to == line.thread(job)[-2].id
    line.leaves()
    assert OFF in line.accepted()[-1]
    line.answers("Hello?")
    assert len(answers(line, job)) == 1


def test_without_a_page_it_says_whom_to_call(off: Line) -> None:
    job = texted(off)
    off.answers("Can you hear me?")
    assert answers(off, job)[0].body == f"North {OFF}. Please call us."
    with off.world.write() as session:
        session.get_one(LocationRow, off.world.berlin).callback_phone = "+15550109111"
    off.world.clock.advance(hours=2)
    off.answers("Can you hear me?")
    assert answers(off, job)[1].body.endswith("Please call us: +1 555-010-9111")


def test_the_answer_is_nobodys_turn_and_stays_among_dispatchers(off: Line) -> None:
    job = texted(off)
    off.answers("Can you hear me?")
    kept_text, answer = off.thread(job)[-2:]
    assert kept_text.dispatch_only
    assert answer.dispatch_only
    found = row(off, job)
    assert (found.waiting_on, found.waiting_since) == (Waiting.DISPATCHER, kept_text.at)
    threads = off.world.readers.threads
    assert off.bodies(job, off.world.marco) == ["We come at ten"]
    assert [m.body for m in threads.messages(ContactViewer(off.world.ana.contact_id or 0, job.id), job.id)[0]] == [
        "We come at ten"
    ]


def test_where_direct_replies_are_taken_nothing_is_answered(line: Line) -> None:
    job = texted(line)
    line.answers("Can you hear me?")
    assert answers(line, job) == []


# --- At most one an hour, and to whom never -----------------------------------------------------------------------


def test_one_an_hour_over_all_our_numbers_and_all_kinds(off: Line) -> None:
    first, second = off.world.job(), off.world.job()
    for job in (first, second):
        off.texts(job, off.world.ana)
    off.answers("One", to=OURS)
    off.answers("Two", to=OURS_TOO)
    off.answers("LINK", to=OURS_TOO)
    assert (len(answers(off, first)), len(answers(off, second))) == (1, 0)
    off.world.clock.advance(minutes=61)
    off.answers("Three", to=OURS_TOO)
    assert (len(answers(off, first)), len(answers(off, second))) == (1, 1)


@pytest.mark.parametrize("word", ["STOP", "cancel", "HELP", "Info", "START", "UNSTOP", "YES"])
def test_the_carriers_words_are_the_carriers_to_answer(off: Line, word: str) -> None:
    job = texted(off)
    off.answers(word)
    assert answers(off, job) == []


def test_a_phone_that_stopped_gets_none(off: Line) -> None:
    job = texted(off)
    off.answers("STOP")
    off.answers("Are you there?")
    assert answers(off, job) == []


def test_our_own_people_and_numbers_short_codes_and_silenced_contacts_get_none(off: Line) -> None:
    world = off.world
    own = "+15550103001"
    world.writers.people.add_user(NewUser("Dora Own", Role.DISPATCHER, mobile=own))
    for phone in (own, OURS_TOO, "72345"):
        job = world.job()
        world.text(job, SYSTEM, world.contact(f"At {phone}", phone), body="Planned")
        world.clock.advance(seconds=1)
        world.writers.outbox.claim("x")
        with world.write() as session:
            session.exec(update(DeliveryRow).values(sent_at=world.clock(), state=State.SENT))
        sender = world.readers.plain.row("SELECT from_number FROM delivery ORDER BY id DESC LIMIT 1")
        assert sender is not None
        world.writers.inbox.keep([Incoming(fresh("SM"), phone, sender[0], "Hello?", world.clock())])
        place_new(world.writers.inbox, world.clock())
        assert off.newest(job).body == "Hello?", phone
    job = texted(off)
    with world.write() as session:
        session.get_one(ContactRow, world.ana.contact_id).sms_on = False
    off.answers("Hello?")
    assert off.newest(job).body == "Hello?"


def test_a_workers_own_phone_gets_none(off: Line) -> None:
    own = "+15550103001"
    off.world.writers.people.add_user(NewUser("Wim Own", Role.WORKER, mobile=own))
    job = off.world.job()
    off.texts(job, off.world.contact("Wim at work", own))
    off.answers("The part is wrong", phone=own)
    assert off.newest(job).author.name == "Wim Own"


def test_an_unknown_number_is_told_nothing(off: Line) -> None:
    off.answers("Who are you?", phone="+15550107777")
    off.leaves()
    assert off.accepted() == []


def test_what_was_under_way_too_long_is_left_to_people(off: Line) -> None:
    """The engine was away over a weekend: nobody gets a robot's answer to what they asked on Friday."""
    job = texted(off)
    off.types("Can you hear me?")
    off.world.clock.advance(hours=5)
    off.polls()
    assert answers(off, job) == []


def test_two_engines_that_place_two_texts_of_a_phone_at_once_answer_it_once(each_line: Line) -> None:
    line = each_line
    world = line.world
    world.writers.people.set_direct_reply(world.berlin, on=False)
    first, second = world.job(), world.job()
    for job in (first, second):
        line.texts(job, world.ana)
    for _ in range(3):
        world.clock.advance(hours=2)
        line.types("One", to=OURS)
        line.types("Two", to=OURS_TOO)
        before = len(answers(line, first) + answers(line, second))
        with another(world) as one, another(world) as two:
            fetch(one.inbox, line.carrier, world.clock())
            together(
                lambda: place_new(one.inbox, world.clock()),
                lambda: place_new(two.inbox, world.clock()),
            )
        assert len(answers(line, first) + answers(line, second)) == before + 1


def test_the_text_and_its_answer_are_stored_together_or_not_at_all(
    each_line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = each_line
    line.world.writers.people.set_direct_reply(line.world.berlin, on=False)
    job = texted(line)
    line.types("Can you hear me?")

    def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr("storage.auto_answers.store_message", fails)
        line.polls()
    assert line.bodies(job) == ["We come at ten"]
    line.polls()
    assert [m.author.role for m in line.thread(job)[1:]] == [Party.CONTACT, Party.SYSTEM]
    line.polls()
    assert len(line.thread(job)) == 3


steps = st.lists(
    st.tuples(
        st.sampled_from(["Hello?", "LINK", "yes", "STOP", "START", "Thanks", "HELP"]),
        st.sampled_from([ANA, BEN]),
        st.sampled_from([1, 20, 59, 61, 180]),
    ),
    min_size=1,
    max_size=8,
)


def test_no_phone_ever_gets_two_in_an_hour_and_none_that_stopped_gets_any(small_world: World) -> None:
    """Whatever is typed: the first text that asks for an answer gets one, the next ones of that hour none."""

    world = small_world

    @examples(world, 12, 0)
    @given(steps)
    def holds(happens: list[tuple[str, str, int]]) -> None:
        world.writers.people.set_direct_reply(world.berlin, on=False)
        world.clock.advance(days=2)
        job = world.job(status=Status.AWAITING_APPROVAL)
        world.text(job, SYSTEM, world.ana, world.ben, body="Planned")
        _send(world)
        ours = world.readers.plain.row("SELECT from_number FROM delivery ORDER BY id DESC LIMIT 1")
        assert ours is not None
        last: dict[str, Any] = {}
        stopped: set[str] = set()
        for body, phone, minutes in happens:
            world.clock.advance(minutes=minutes)
            world.writers.inbox.keep([Incoming(fresh("SM"), phone, ours[0], body, world.clock())])
            before = _automatic(world, job)
            place_new(world.writers.inbox, world.clock())
            was_out = phone in stopped
            stopped = (
                (stopped | {phone}) if body == "STOP" else stopped - ({phone} if body in ("START", "yes") else set())
            )
            asks = body in ("Hello?", "LINK", "Thanks") or (body == "yes" and not was_out)
            free = phone not in last or world.clock() - last[phone] >= timedelta(hours=1)
            answered = asks and free and phone not in stopped
            assert _automatic(world, job) - before == int(answered), (body, phone)
            if answered:
                last[phone] = world.clock()
        world.clock.advance(days=1)
        for phone in stopped:
            world.writers.inbox.keep([Incoming(fresh("SM"), phone, ours[0], "START", world.clock())])
        place_new(world.writers.inbox, world.clock())

    holds()


def _send(world: World) -> None:
    while (text := world.writers.outbox.claim("one")) is not None:
        world.writers.outbox.record(text, Accepted(fresh("SM"), "queued", State.ACCEPTED))


def _automatic(world: World, job: Job) -> int:
    found = world.readers.plain.row(
        "SELECT count(*) FROM message WHERE job_id = :job AND compose_id LIKE 'auto:%'", {"job": job.id}
    )
    return int(found[0]) if found else 0


# --- Yes decides nothing ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", ["Yes", "ok", "Approved, go ahead"])
def test_a_yes_decides_nothing_is_marked_waits_and_is_answered(each_line: Line, body: str) -> None:
    line = each_line
    with_pages(line.world)
    job = texted(line, status=Status.AWAITING_APPROVAL)
    line.answers(body)
    said, answer = line.thread(job)[-2:]
    assert said.notice == "Says yes by text; that decides nothing. V records it on their behalf."
    assert answer.body.endswith("approves nothing yet. Please decide on your page: [link]")
    assert not answer.dispatch_only
    assert line.world.read_job(job.id).status is Status.AWAITING_APPROVAL
    assert row(line, job).waiting_on is Waiting.DISPATCHER
    assert line.bodies(job, line.world.marco)[-2:] == [body, answer.body]


def test_a_yes_on_a_job_that_awaits_nothing_is_a_text_like_any_other(line: Line) -> None:
    job = texted(line)
    line.answers("ok")
    assert (line.newest(job).body, line.newest(job).notice) == ("ok", "")


def test_an_estimate_that_nobody_decided_awaits_a_decision_whatever_the_status(line: Line) -> None:
    world = line.world
    job = texted(line)
    version = shared(world, job)
    world.change(job, status=Status.STARTED)
    facts = world.writers.inbox.job_facts
    assert facts(job.id).awaits_approval
    line.answers("Yes")
    assert line.thread(job)[-2].notice.startswith("Says yes")
    decided(world, world.ana, version)
    assert not facts(job.id).awaits_approval


def test_a_yes_of_a_phone_that_had_stopped_opts_in_and_is_the_carriers_to_answer(line: Line) -> None:
    job = texted(line, status=Status.AWAITING_APPROVAL)
    line.answers("STOP")
    line.answers("Yes")
    assert line.newest(job).notice == (
        "Says yes by text; that decides nothing. V records it on their behalf. Takes texts again."
    )
    assert answers(line, job) == []


# --- LINK ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", ["LINK", " link ", "Link."])
def test_who_texts_link_gets_theirs_for_that_job(line: Line, body: str) -> None:
    with_pages(line.world)
    job = texted(line)
    line.answers(body)
    (answer,) = answers(line, job)
    assert answer.body == f"North: your page for job {job.number}: [link]"


def test_link_where_there_are_no_pages_says_so(line: Line) -> None:
    job = texted(line)
    line.answers("LINK")
    assert answers(line, job)[0].body == f"North has no page for job {job.number} just now. Please call us."


# --- The hour -----------------------------------------------------------------------------------------------------


def test_in_quiet_hours_what_nobody_asked_for_waits_and_a_link_leaves(off: Line) -> None:
    world = off.world
    with world.write() as session:
        session.get_one(AccountRow, 1).holds_in_practice = True
    job = texted(off)
    world.clock.advance(hours=15)  # 22:00 in New York
    off.answers("Can you hear me?")
    (answer,) = answers(off, job)
    assert (answer.stage, answer.deliveries[0].state) == (Stage.HELD, State.HELD)
    assert answer.deliveries[0].reason == "quiet hours for Ana Silva"
    other = world.job()
    off.texts(other, world.ben)
    off.answers("LINK", phone=BEN, to=str(off.sim.ledger.truth()[-1]["from"]))
    assert answers(off, other)[0].stage is Stage.OUT


def test_a_machine_that_texts_all_night_gets_one_answer_in_the_morning(off: Line) -> None:
    world = off.world
    with world.write() as session:
        session.get_one(AccountRow, 1).holds_in_practice = True
    job = texted(off)
    world.clock.advance(hours=15)  # 22:00 in New York
    for _ in range(5):
        off.answers("I am a machine too")
        world.clock.advance(minutes=61)
    assert [answer.stage for answer in answers(off, job)] == [Stage.HELD]


def test_the_answer_that_waits_goes_with_the_text_that_is_moved(off: Line) -> None:
    world = off.world
    with world.write() as session:
        session.get_one(AccountRow, 1).holds_in_practice = True
    job, other = texted(off), world.job()
    world.clock.advance(hours=15)
    off.answers("Which gate is it?")
    tray = world.readers.plain.rows("SELECT id FROM inbound")
    text = world.writers.tray.one(world.ann, tray[-1][0])
    assert text is not None
    world.writers.placing.put(text, other.id, world.ann)
    (answer,) = answers(off, job)
    assert answer.stage is Stage.CALLED_BACK
    assert "moved to another job" in answer.notice


def test_a_second_link_within_the_hour_is_left_to_a_person_and_says_so(line: Line) -> None:
    job = texted(line)
    line.answers("LINK")
    line.answers("link")
    assert len(answers(line, job)) == 1
    first, second = (message for message in line.thread(job) if message.author.role is Party.CONTACT)
    assert first.notice == ""
    assert "L, then s sends it" in second.notice
