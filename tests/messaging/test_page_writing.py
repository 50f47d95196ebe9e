"""Writing on a contact's page of a job: whom a note reaches, when, and what is refused."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.delivery import Channel, State
from domain.errors import Refusal
from domain.jobs import Status, Waiting
from domain.messages import DISPATCH, Kind, NewPhoto, Party, Person
from messaging.conversation import Crossed
from messaging.job_page import Typed, Written
from storage.opt_outs import opt_out
from storage.page_notes import NOTES_AN_HOUR
from storage.tables.people import AccountRow, LocationRow, UserRow
from tests.messaging.contact_page import page_of, sent, typed, visitor
from tests.storage.rows import deliveries, fresh, listed
from tests.world import ANA, BEN, World, dispatcher


def test_a_note_is_the_customers_word_and_waits_on_the_dispatcher(small_world: World) -> None:
    world = small_world
    job = world.job()
    message = sent(world, job, typed("When do you come?"))
    assert (message.author.role, message.author.contact_id) == (Party.CONTACT, world.ana.contact_id)
    assert (message.kind, message.recipients[0]) == (Kind.MESSAGE, DISPATCH)
    assert not any((message.dispatch_only, message.guessed, message.unsure, message.after_closing))
    (line,) = [row for row in listed(world, world.ann) if row.id == job.id]
    assert (line.waiting_on, line.unread) == (Waiting.DISPATCHER, True)
    _, rang = world.readers.rings.since(world.ann.id, 0)
    assert rang is not None
    assert rang.name == "Ana Silva"
    assert world.read_job(job.id).texting_since == world.clock()


def test_the_worker_finds_it_at_the_desk_and_is_told(small_world: World) -> None:
    world = small_world
    with world.write() as session:
        session.get_one(UserRow, world.marco.id).mobile = "+15550103001"
    job = world.job()
    message = sent(world, job, typed())
    (desk,) = message.deliveries
    assert (desk.channel, desk.state, desk.name) == (Channel.DESK, State.WAITING, "Marco Diaz")
    world.clock.advance(seconds=30)
    assert [news.message_id for news in world.writers.notices.due()] == [message.id]


def test_with_three_way_off_the_worker_is_not_addressed(small_world: World) -> None:
    world = small_world
    with world.write() as session:
        session.get_one(AccountRow, 1).three_way = False
    assert sent(world, world.job(), typed()).recipients == (DISPATCH,)


def test_it_is_taken_whatever_direct_reply_says_and_after_stop(small_world: World) -> None:
    world = small_world
    job = world.job()
    with world.write() as session:
        session.get_one(LocationRow, world.berlin).direct_reply = False
        opt_out(session, ANA, "STOP", world.clock())
    assert not sent(world, job, typed("I still read here")).dispatch_only


def test_after_closing_it_is_marked_and_after_the_grace_the_worker_is_left_out(small_world: World) -> None:
    world = small_world
    job = world.job()
    world.change(job, status=Status.COMPLETED)
    message = sent(world, job, typed())
    assert message.after_closing
    assert message.recipients[-1].role is Party.WORKER
    world.clock.advance(days=8)
    assert sent(world, job, typed()).recipients == (DISPATCH,)


def test_other_contacts_get_one_text_a_phone_at_once(small_world: World) -> None:
    world = small_world
    cleo = world.contact(fresh("Cleo"), BEN)
    job = world.job()
    message = sent(world, job, typed("The gate is open", to=(world.ben, cleo)))
    texts = [d for d in deliveries(world, message.id) if d.channel is Channel.SMS]
    assert [(d.to_address, d.state, d.use_by) for d in texts] == [
        (BEN, State.QUEUED, world.clock() + timedelta(hours=4))
    ]
    text = world.writers.outbox.claim("test")
    assert text is not None
    assert text.body.startswith("Ana Silva: The gate is open")


def test_at_night_the_team_reads_it_at_once_and_only_the_texts_wait(small_world: World) -> None:
    world = small_world
    with world.write() as session:
        session.get_one(AccountRow, 1).holds_in_practice = True
    world.clock.advance(hours=16)  # 23:00 in New York
    job = world.job()
    message = sent(world, job, typed(to=(world.ben,)))
    text = next(d for d in deliveries(world, message.id) if d.channel is Channel.SMS)
    assert (message.stage.value, text.state) == ("out", State.HELD)
    opened = page_of(world).opened(visitor(world, world.ana, job))
    assert opened is not None
    assert [name for name, _ in opened.notes[0].late] == ["Ben Silva"]
    world.clock.now = text.due_at
    assert world.writers.leaving.wake() == 1


def test_a_third_contact_never_sees_it(small_world: World) -> None:
    world = small_world
    job = world.job(ad_hoc_mobile="+15550102009")
    third = next(c for c in job.people() if c.id not in (world.ana.contact_id, world.ben.contact_id))
    sent(world, job, typed("Between us", to=(world.ben,)))
    found = [
        [note.body for note in page_of(world).opened(visitor(world, person, job)).notes]  # type: ignore[union-attr]
        for person in (world.ben, Person(Party.CONTACT, third.name, contact_id=third.id))
    ]
    assert found == [["Between us"], []]


def test_fifteen_people_are_the_most(small_world: World) -> None:
    world = small_world
    people = [world.contact(fresh("Person"), f"+1555020{i:04}") for i in range(16)]
    job = world.job()
    with pytest.raises(Refusal, match="16 people are ticked; 15"):
        page_of(world).send(visitor(world, world.ana, job), typed(to=tuple(people)))
    assert len(sent(world, job, typed(to=tuple(people[:15]))).recipients) == 17


def test_ten_notes_an_hour_go_to_others_and_any_number_to_the_team(small_world: World) -> None:
    world = small_world
    job = world.job()
    for _ in range(NOTES_AN_HOUR):
        sent(world, job, typed(to=(world.ben,)))
        world.clock.advance(minutes=1)
    with pytest.raises(Refusal, match="team alone") as refused:
        page_of(world).send(visitor(world, world.ana, job), typed(to=(world.ben,)))
    assert refused.value.field == "recipient"
    sent(world, job, typed("To the team"))
    world.clock.advance(minutes=51)
    sent(world, job, typed(to=(world.ben,)))


def test_what_crosses_is_shown_first(small_world: World) -> None:
    world = small_world
    job = world.job()
    page, me = page_of(world), visitor(world, world.ana, job)
    begun = page.opened(me)
    assert begun is not None
    world.text(job, dispatcher(world.ann), world.ben, body="Not for Ana")
    sent(world, job, typed("By Ana herself"))
    world.text(job, dispatcher(world.ann), world.ana, body="Stay where you are")
    crossed = page.send(me, typed("I leave now", seen_seq=begun.newest))
    assert isinstance(crossed, Crossed)
    writing = page.writing(me, None, False, (), begun.newest)
    assert writing is not None
    assert [note.body for note in writing.newer] == ["Stay where you are"]
    assert isinstance(page.send(me, typed("I stay", seen_seq=writing.newest)), Written)


def test_the_same_form_makes_one_note_and_other_words_are_not_swallowed(small_world: World) -> None:
    world = small_world
    job = world.job()
    page, me = page_of(world), visitor(world, world.ana, job)
    form = typed("Once")
    assert page.send(me, form) == page.send(me, form)
    with pytest.raises(Refusal, match="sent already") as refused:
        page.send(me, replace(form, body="Twice"))
    assert refused.value.field == "ref"
    assert [m.body for m in world.readers.threads.messages(world.ann, job.id)[0]] == ["Once"]


@pytest.mark.parametrize(
    ("what", "words"),
    [
        (typed(""), "write a message"),
        (typed("x" * 1601), "Shorten it by 1"),
        (typed(form_id="short"), "not whole"),
        (typed(photos=(NewPhoto(b"x", "image/jpeg", 1, 1),) * 5), "4 photos are the most"),
    ],
)
def test_what_cannot_be_sent_says_why(small_world: World, what: Typed, words: str) -> None:
    world = small_world
    with pytest.raises(Refusal, match=words):
        page_of(world).send(visitor(world, world.ana, world.job()), what)


def test_a_long_note_may_go_to_the_team_but_not_into_a_text(small_world: World) -> None:
    world = small_world
    job = world.job()
    sent(world, job, typed("x" * 1600))
    with pytest.raises(Refusal, match="too long"):
        page_of(world).send(visitor(world, world.ana, job), typed("x" * 1600, to=(world.ben,)))


def test_photos_alone_are_a_note(small_world: World) -> None:
    world = small_world
    job = world.job()
    photo = NewPhoto(b"pixels", "image/jpeg", 4, 3)
    message = sent(world, job, typed("", photos=(photo,)))
    assert (message.body, len(message.photos)) == ("(photo)", 1)
    page = page_of(world)
    assert page.photo(visitor(world, world.ana, job), message.photos[0].id) == ("image/jpeg", b"pixels")
    assert page.photo(visitor(world, world.ben, job), message.photos[0].id) is None


def test_an_ended_link_writes_nothing(small_world: World) -> None:
    world = small_world
    job = world.job()
    me = visitor(world, world.ana, job)
    world.writers.contact_links.revoke(me.viewer.contact_id, job.id)
    with pytest.raises(Refusal, match="has ended"):
        page_of(world).send(me, typed())
