"""Receiving: kept as it came, then placed where those concerned see it. PRODUCT "Replies", rules 8 and 28 to 34."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from domain.account import Account
from domain.delivery import State
from domain.final_text import LeavingWords
from domain.jobs import Job, JobFilter, JobRow, Status, Waiting
from domain.links import TAKEN_OUT
from domain.messages import DISPATCH, SYSTEM, Kind, NewMessage, Party, Person
from domain.people import Role, User
from domain.ports import CarrierTrouble
from domain.routing import tag_of
from domain.texts import Incoming
from messaging import carrier as carrier_module
from messaging.contact_links import ContactLinks
from messaging.conversation import Compose
from messaging.receive import fetch, place_new
from storage.conversations import store_message
from storage.people import NewUser, customer_named
from storage.tables.messages import InboundRow
from storage.tables.people import ContactRow
from tests.messaging.line import Line
from tests.world import ANA, OURS, OURS_TOO, World

STRANGER = "+15550107777"


def kept(world: World) -> list[InboundRow]:
    """Every raw text, oldest first."""
    with world.writers.database.read() as session:
        return list(session.exec(select(InboundRow).order_by(col(InboundRow.id))))


def opted_out(world: World, phone: str = ANA) -> bool:
    """Whether the contacts of this phone count as opted out."""
    job = world.job()
    return next(c for c in world.readers.threads.candidates(world.ann, job) if c.mobile == phone).opted_out


# --- Placing ------------------------------------------------------------------------------------------------------


def test_an_answer_stands_on_the_job_before_worker_and_dispatcher(each_line: Line) -> None:
    line = each_line
    job = line.world.job()
    asked = line.texts(job, line.world.ana)
    line.types("Please ring twice")
    assert line.polls() == (1, 1)
    for viewer in (line.world.ann, line.world.abe, line.world.marco):
        reply = line.newest(job, viewer)
        assert (reply.body, reply.kind, reply.reply_to) == ("Please ring twice", Kind.REPLY, asked)
        number = "…2001" if viewer == line.world.marco else ANA
        assert (reply.author.role, reply.author.name, reply.author.mobile) == (Party.CONTACT, "Ana Silva", number)
    assert line.bodies(job, line.world.mia) == []
    assert line.tray() == []


def test_it_is_addressed_to_who_wrote_and_to_the_worker(line: Line) -> None:
    job = line.world.job()
    line.texts(job, line.world.ana, author=line.world.abe)
    line.answers("ok, come")
    assert [p.name for p in line.newest(job).recipients] == ["Abe Cole", "Marco Diaz"]


def test_an_answer_to_an_alert_is_addressed_to_dispatch(line: Line) -> None:
    job = line.world.job()
    w = line.world
    w.text(job, SYSTEM, w.ana, body="Job planned", kind=Kind.ALERT)
    line.leaves()
    line.answers("ok, come")
    assert line.newest(job).recipients[0] == DISPATCH


def test_the_job_of_the_last_text_gets_it_marked_as_a_guess(line: Line) -> None:
    """Two open jobs, one number: placed on the last one and shown as a guess."""
    first, second = _two_jobs_on_one_number(line)
    line.answers("running late")
    assert line.bodies(first) == ["We come at ten"]
    assert line.newest(second).body == "running late"
    assert line.newest(second).guessed
    assert not line.newest(second).unsure
    assert line.newest(second, line.world.marco).body == "running late"


def test_a_guess_between_two_workers_is_kept_from_the_worker(line: Line) -> None:
    _, second = _two_jobs_on_one_number(line, line.world.mia)
    line.answers("running late")
    assert line.newest(second).unsure
    assert line.bodies(second, line.world.mia) == ["We come at ten"]


def test_a_tag_in_the_text_settles_it(line: Line) -> None:
    first, second = _two_jobs_on_one_number(line)
    line.texts(first, line.world.ana, body=f"For this job write {tag_of(first.id)}")
    line.texts(second, line.world.ana, body="Hello")
    line.answers(f"running late {tag_of(first.id).lower()}")
    assert line.newest(first).body.startswith("running late")
    assert not line.newest(first).guessed
    assert line.bodies(second) == ["We come at ten", "Hello"]


def test_a_tag_that_was_added_when_the_text_left_settles_it_too(line: Line) -> None:
    """Nobody typed it: it stands in what was texted, not in the words of the message (rule 29)."""
    first, second = _two_jobs_on_one_number(line)
    line.texts(first, line.world.ana, body="Are you in?")
    line.texts(second, line.world.ana, body="Hello")
    assert line.accepted()[-2].endswith(f"{tag_of(first.id)})")
    line.answers(f"yes I am {tag_of(first.id)}")
    assert line.newest(first).body.startswith("yes I am")
    assert not line.newest(first).guessed
    assert line.bodies(second)[-1] == "Hello"


def test_a_number_sign_that_we_never_printed_is_no_tag(line: Line) -> None:
    """A customer's "unit #01" must not send the text to another job."""
    first, second = _two_jobs_on_one_number(line)
    line.answers(f"unit {tag_of(first.id)} please")
    assert line.newest(second).body.startswith("unit")
    assert line.newest(second).guessed


def test_a_longer_number_that_begins_like_a_tag_is_none(line: Line) -> None:
    """ "Order #0123456" is no answer to job #01, however often that tag was printed."""
    first, second = _two_jobs_on_one_number(line)
    line.texts(first, line.world.ana, body=f"For this job write {tag_of(first.id)}")
    line.texts(second, line.world.ana, body="Hello")
    line.answers(f"our order is {tag_of(first.id)}23456")
    assert line.newest(second).body.startswith("our order")
    assert line.newest(second).guessed


def test_a_text_that_quotes_our_link_is_kept_without_it(each_line: Line) -> None:
    """Phones react by quoting the whole text; nobody who reads it may have the customer's page (rule 25)."""
    world, job = each_line.world, each_line.world.job()
    links = ContactLinks(world.writers.contact_links, world.clock, lambda: "https://jobs.example", b"k" * 32)
    world.writers.outbox.leaving_words = LeavingWords(contact_link=links.address_of, links_out=lambda: True)
    each_line.texts(job, world.ana, body="Look: [link]")
    sent = str(each_line.sim.ledger.truth()[-1]["body"])
    assert "https://jobs.example/c/" in sent
    each_line.answers(f"Loved “{sent}”")
    assert each_line.newest(job).body == f"Loved “Look: {TAKEN_OUT}”"
    assert [row.body for row in kept(world)] == [f"Loved “Look: {TAKEN_OUT}”"]


def test_the_second_job_of_a_phone_has_another_number_so_that_answers_are_exact(line: Line) -> None:
    first, second = line.world.job(), line.world.job()
    line.texts(first, line.world.ana)
    line.texts(second, line.world.ana)
    assert [text["from"] for text in line.sim.ledger.truth()] == [OURS, OURS_TOO]
    line.types("for the second", to=OURS_TOO)
    line.answers("for the first", to=OURS)
    assert line.bodies(first) == ["We come at ten", "for the first"]
    assert line.bodies(second) == ["We come at ten", "for the second"]
    assert not any(m.guessed for job in (first, second) for m in line.thread(job))


def test_our_answer_leaves_from_the_number_that_the_customer_wrote_to(line: Line) -> None:
    first, second = line.world.job(), line.world.job()
    line.texts(first, line.world.ana)
    line.texts(second, line.world.ana)
    line.answers("for the second", to=OURS_TOO)
    line.texts(second, line.world.ana, body="Fine")
    assert line.sim.ledger.truth()[-1]["from"] == OURS_TOO


def test_an_answer_after_closing_is_placed_and_says_so(line: Line) -> None:
    job = line.world.job()
    line.texts(job, line.world.ana)
    line.world.change(job, status=Status.COMPLETED)
    line.world.clock.advance(days=6)
    line.answers("It drips again")
    assert line.newest(job).after_closing
    assert line.newest(job, line.world.marco).body == "It drips again"


def test_an_answer_after_the_grace_time_waits_in_the_tray(line: Line) -> None:
    job = line.world.job()
    line.texts(job, line.world.ana)
    line.world.change(job, status=Status.COMPLETED)
    line.world.clock.advance(days=8)
    line.answers("It drips again")
    assert line.bodies(job) == ["We come at ten"]
    assert line.tray() == [(ANA, "It drips again")]


def test_an_answer_after_the_reply_window_waits_in_the_tray(line: Line) -> None:
    job = line.world.job()
    line.texts(job, line.world.ana)
    line.world.clock.advance(days=15)
    line.answers("Hello?")
    assert line.tray() == [(ANA, "Hello?")]


def test_an_unknown_phone_waits_in_the_tray(each_line: Line) -> None:
    line = each_line
    line.answers("Do you mend pumps?", phone=STRANGER)
    assert line.tray() == [(STRANGER, "Do you mend pumps?")]


def test_a_contact_whom_we_never_texted_waits_in_the_tray(line: Line) -> None:
    line.world.job()
    line.answers("When do you come?")
    assert line.tray() == [(ANA, "When do you come?")]


def test_the_tray_is_for_dispatchers_of_the_location(line: Line) -> None:
    line.answers("Do you mend pumps?", phone=STRANGER)
    elsewhere = line.world.writers.people.add_location("South", "US", "America/Chicago", ["+15550100009"])
    other = line.world.user("Sue South", Role.DISPATCHER, locations=(elsewhere,))
    mute = line.world.user("Max Mute", Role.DISPATCHER, chat=False)
    for viewer in (other, mute, line.world.marco):
        assert line.world.writers.tray.waiting(viewer) == []


def test_an_answer_waits_on_the_dispatcher(line: Line) -> None:
    job = line.world.job()
    line.texts(job, line.world.ana)
    line.answers("When?")
    (row,) = [r for r in _page(line) if r.id == job.id]
    assert (row.waiting_on, row.unread) == (Waiting.DISPATCHER, True)


def test_thanks_does_not_ring(line: Line) -> None:
    job = line.world.job()
    line.texts(job, line.world.ana)
    line.answers("Thanks!")
    (row,) = [r for r in _page(line) if r.id == job.id]
    assert row.waiting_on is Waiting.CUSTOMER


# --- Direct reply off, three-way off ------------------------------------------------------------------------------


def test_direct_reply_off_keeps_the_text_for_dispatchers_alone(each_line: Line) -> None:
    line = each_line
    job = line.world.job()
    line.texts(job, line.world.ana)
    line.world.writers.people.set_direct_reply(line.world.berlin, on=False)
    line.answers("Can you hear me?")
    kept_text = line.thread(job)[1]
    assert kept_text.body == "Can you hear me?"
    assert kept_text.dispatch_only
    assert line.bodies(job, line.world.marco) == ["We come at ten"]
    assert all(p.role is not Party.WORKER for p in kept_text.recipients)


def test_three_way_off_reaches_the_dispatcher_and_not_the_worker(line: Line) -> None:
    job = line.world.job()
    line.world.writers.people.set_up(Account(three_way=False))
    line.texts(job, line.world.ana)
    line.answers("Hello")
    assert line.newest(job).body == "Hello"
    assert line.bodies(job, line.world.marco) == []
    assert all(p.role is not Party.WORKER for p in line.newest(job).recipients)


# --- STOP and its kin ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "notice"),
    [
        ("STOP", "Opted out. No more texts to this phone until it sends START."),
        (" stop ", "Opted out. No more texts to this phone until it sends START."),
        ("Cancel", "Opted out; may have meant the job: call. Only START from that phone undoes it."),
        ("END", "Opted out; may have meant the job: call. Only START from that phone undoes it."),
    ],
)
def test_a_stop_word_is_shown_with_its_notice_and_blocks_the_next_text(line: Line, word: str, notice: str) -> None:
    job = line.world.job()
    line.texts(job, line.world.ana)
    line.answers(word)
    assert line.newest(job).notice == notice
    assert opted_out(line.world)
    line.texts(job, line.world.ana, body="One more")
    assert line.delivery(job).state is State.BLOCKED
    assert "START" in line.delivery(job).reason
    assert "One more" not in line.accepted()


def test_stop_on_one_number_blocks_all_of_them(each_line: Line) -> None:
    line = each_line
    first, second = line.world.job(), line.world.job()
    line.texts(first, line.world.ana)
    line.texts(second, line.world.ana)
    line.answers("STOP", to=OURS)
    line.texts(second, line.world.ana, body="From the other number")
    assert line.delivery(second).state is State.BLOCKED


def test_start_undoes_it(each_line: Line) -> None:
    line = each_line
    job = line.world.job()
    line.texts(job, line.world.ana)
    line.answers("STOP")
    line.answers("START")
    assert line.newest(job).notice == "Takes texts again."
    assert not opted_out(line.world)
    line.texts(job, line.world.ana, body="Welcome back")
    assert line.delivery(job).state is State.ACCEPTED


def test_stop_and_start_in_one_round_end_as_they_were_typed(line: Line) -> None:
    line.types("STOP")
    line.types("START")
    line.polls()
    assert not opted_out(line.world)
    line.types("START")
    line.types("STOP")
    line.polls()
    assert opted_out(line.world)


def test_stop_from_a_phone_without_a_job_takes_effect_and_is_nobodys_task(line: Line) -> None:
    line.answers("STOP")
    assert opted_out(line.world)
    assert line.tray() == []
    assert [row.state for row in kept(line.world)] == ["handled"]


@pytest.mark.parametrize("body", ["Please stop by at nine", "STOP PLEASE", "yes please"])
def test_a_word_inside_a_sentence_opts_nobody_out(line: Line, body: str) -> None:
    job = line.world.job()
    line.texts(job, line.world.ana)
    line.answers(body)
    assert line.newest(job).notice == ""
    assert not opted_out(line.world)


def test_a_refusal_by_the_carrier_is_an_opt_out_too(line: Line) -> None:
    """The STOP reached the carrier before we heard of it."""
    job = line.world.job()
    line.types("STOP")
    line.texts(job, line.world.ana)
    assert (line.delivery(job).state, line.delivery(job).error) == (State.FAILED, 21610)
    assert opted_out(line.world)


# --- Who wrote ----------------------------------------------------------------------------------------------------


def test_a_shared_phone_names_both_filed_under_the_last_addressed(line: Line) -> None:
    ben = _on_the_same_phone(line.world)
    job = line.world.job()
    line.texts(job, ben)
    line.texts(job, line.world.ana)
    line.answers("Who is there?")
    author = line.newest(job).author
    assert author.name == "Ana Silva or Ben Lopez (same phone)"
    assert author.contact_id == line.world.ana.contact_id


def test_one_text_to_two_people_on_one_phone_is_answered_by_either(line: Line) -> None:
    """Both were addressed by the one text that the phone got (rule 33)."""
    ben = _on_the_same_phone(line.world)
    job = line.world.job()
    keys = (f"contact:{line.world.ana.contact_id}", f"contact:{ben.contact_id}")
    line.conversation.send(line.world.ann, Compose(job.id, keys, "Who will be there?", "c1"))
    assert len(line.leaves()) == 1
    line.answers("I will")
    assert sorted(line.newest(job).author.name.removesuffix(" (same phone)").split(" or ")) == [
        "Ana Silva",
        "Ben Lopez",
    ]


def test_a_workers_own_phone_writes_to_the_dispatcher(line: Line) -> None:
    own = "+15550103001"
    line.world.writers.people.add_user(NewUser("Wim Own", Role.WORKER, mobile=own))
    job = line.world.job()
    line.texts(job, line.world.contact("Wim at work", own))
    line.answers("The part is wrong", phone=own)
    message = line.newest(job)
    assert (message.author.role, message.author.name) == (Party.WORKER, "Wim Own")
    assert message.recipients == (DISPATCH,)
    assert not message.is_contact_message
    assert line.bodies(job, line.world.marco) == ["We come at ten"]


def test_a_workers_phone_that_we_never_texted_waits_in_the_tray(line: Line) -> None:
    own = "+15550103001"
    line.world.writers.people.add_user(NewUser("Wim Own", Role.WORKER, mobile=own))
    line.world.job()
    line.answers("The part is wrong", phone=own)
    assert line.tray() == [(own, "The part is wrong")]


# --- Nothing lost, nothing twice ----------------------------------------------------------------------------------


def test_a_second_round_changes_nothing(each_line: Line) -> None:
    line = each_line
    job = line.world.job()
    line.texts(job, line.world.ana)
    line.types("One")
    line.types("Two", phone=STRANGER)
    assert line.polls() == (2, 2)
    before = line.world.readers.reads.newest_change()
    assert line.polls() == (0, 0)
    assert line.polls(to_the_end=True) == (0, 0)
    assert line.world.readers.reads.newest_change() == before
    assert line.bodies(job) == ["We come at ten", "One"]


def test_it_reads_on_until_a_whole_page_is_known(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrier_module, "PAGE", 4)
    for n in range(10):
        line.types(f"text {n}")
    assert line.polls() == (10, 10)
    for n in range(10, 13):
        line.types(f"text {n}")
    asked = _count_pages(line, monkeypatch)
    assert line.polls() == (3, 3)
    assert asked() == 2
    assert [row.body for row in kept(line.world)] == [f"text {n}" for n in range(13)]


def test_the_deep_round_finds_what_appeared_behind_known_pages(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrier_module, "PAGE", 3)
    for n in range(9):
        line.types(f"text {n}")
    line.polls()
    late = line.world.clock() - timedelta(hours=20)
    line.sim.ledger.record(STRANGER, OURS, "listed late", late, "inbound", "received")
    assert line.polls() == (0, 0)
    assert line.polls(to_the_end=True) == (1, 1)
    assert (STRANGER, "listed late") in line.tray()


def test_a_week_without_a_program_loses_nothing(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrier_module, "PAGE", 3)
    job = line.world.job()
    line.texts(job, line.world.ana)
    line.answers("before")
    for day in range(7):
        line.world.clock.advance(days=1)
        line.types(f"day {day}")
    line.polls()
    assert line.bodies(job) == ["We come at ten", "before", *(f"day {day}" for day in range(7))]


def test_a_round_that_breaks_off_is_made_good_by_the_next(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies behind the page that was read must not count as known."""
    monkeypatch.setattr(carrier_module, "PAGE", 3)
    line.answers("before", phone=STRANGER)
    line.world.clock.advance(days=5)
    for n in range(9):
        line.types(f"text {n}")
    real = line.carrier.inbound

    def breaks_off(number: str, since: date) -> Iterator[list[Incoming]]:
        for page, texts in enumerate(real(number, since)):
            if page == 1:
                raise CarrierTrouble("The line broke.")
            yield texts

    with monkeypatch.context() as broken:
        broken.setattr(line.carrier, "inbound", breaks_off)
        with pytest.raises(CarrierTrouble):
            line.polls()
    line.world.clock.advance(days=4)
    line.polls()
    assert sorted(row.body for row in kept(line.world)) == ["before", *(f"text {n}" for n in range(9))]


def test_trouble_at_one_number_is_told_and_keeps_the_others(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    line.types("to the first", to=OURS)
    real = line.carrier.inbound

    def second_fails(number: str, since: date) -> Iterator[list[Incoming]]:
        if number == OURS_TOO:
            raise CarrierTrouble("Away.")
        return real(number, since)

    monkeypatch.setattr(line.carrier, "inbound", second_fails)
    with pytest.raises(CarrierTrouble):
        fetch(line.world.writers.inbox, line.carrier, line.world.clock())
    assert [row.body for row in kept(line.world)] == ["to the first"]


def test_the_raw_text_is_kept_though_placing_fails_and_placed_later(
    each_line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = each_line
    job = line.world.job()
    line.texts(job, line.world.ana)
    line.types("Hello")

    def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError("placing is broken")

    with monkeypatch.context() as broken:
        broken.setattr("storage.inbox.store_message", fails)
        _polls_whatever(line)
    assert [(row.body, row.state) for row in kept(line.world)] == [("Hello", "new")]
    assert line.bodies(job) == ["We come at ten"]
    line.polls()
    assert line.bodies(job) == ["We come at ten", "Hello"]


def test_one_text_that_cannot_be_placed_does_not_stop_the_others(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    job = line.world.job()
    line.texts(job, line.world.ana)
    line.types("poison")
    line.types("good")
    real = store_message

    def poisoned(session: Session, new: NewMessage) -> int:
        if new.body == "poison":
            raise RuntimeError("this one cannot be placed")
        return real(session, new)

    with monkeypatch.context() as broken:
        broken.setattr("storage.inbox.store_message", poisoned)
        for _ in range(2):
            _polls_whatever(line)
        assert line.bodies(job) == ["We come at ten", "good"]
    place_new(line.world.writers.inbox, line.world.clock())
    assert line.bodies(job) == ["We come at ten", "good", "poison"]


def test_texts_are_kept_as_they_came(each_line: Line) -> None:
    body = "  \x1b[31mred\x1b[0m [@click=app.quit]x[/] \u202eback\u202c 👩‍👩‍👧 \r\n'; --"
    each_line.types(body)
    each_line.polls()
    (row,) = kept(each_line.world)
    assert row.body == body


def _polls_whatever(line: Line) -> None:
    """A round as the engine makes it: an exception ends the round, not the engine."""
    with suppress(RuntimeError):
        line.polls()


def _on_the_same_phone(world: World) -> Person:
    """Ben Lopez, another contact of Ana's company who has Ana's phone."""
    with world.write() as session:
        customer_id = customer_named(session, "Silva Farms")
        row = ContactRow(customer_id=customer_id, name="Ben Lopez", mobile=ANA, search_text="ben lopez")
        session.add(row)
        session.flush()
        return Person(Party.CONTACT, row.name, contact_id=row.id, mobile=ANA)


def _page(line: Line) -> tuple[JobRow, ...]:
    return line.world.readers.job_list.page(line.world.ann, JobFilter()).rows


def _two_jobs_on_one_number(line: Line, second_worker: User | None = None) -> tuple[Job, Job]:
    """Both jobs text Ana from the first number: the second came when the first was closed, which then reopened."""
    first = line.world.job()
    line.texts(first, line.world.ana)
    line.world.change(first, status=Status.COMPLETED)
    line.world.clock.advance(minutes=1)
    second = line.world.job(second_worker)
    line.texts(second, line.world.ana)
    line.world.change(first, status=Status.ASSIGNED)
    assert {text["from"] for text in line.sim.ledger.truth()} == {OURS}
    return first, second


def _count_pages(line: Line, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    real = line.carrier.inbound
    pages: list[int] = []

    def counted(number: str, since: date) -> Iterator[list[Incoming]]:
        for page in real(number, since):
            if number == OURS:
                pages.append(1)
            yield page

    monkeypatch.setattr(line.carrier, "inbound", counted)
    return lambda: len(pages)
