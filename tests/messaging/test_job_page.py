"""A contact's page of a job: what it shows of whom, whom a note may go to, and what becomes of it."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Refusal
from domain.messages import DISPATCH, SYSTEM, Kind, Party, Person
from domain.people import Contact, Role
from messaging.job_page import Typed
from messaging.page_people import COMPANY, GROUPS, ON_JOB, TEAM, looked_for
from storage.opt_outs import opt_out
from storage.tables.people import UserRow
from tests.messaging.contact_page import page_of, sent, set_contact, stored, typed, visitor
from tests.storage.rows import examples, fresh
from tests.world import ANA, BEN, World, dispatcher, worker

# Reading


def test_notes_come_newest_first_with_from_and_to(small_world: World) -> None:
    world = small_world
    job = world.job()
    world.text(job, dispatcher(world.ann), world.ana, world.ben, body="We come at ten")
    world.text(job, world.ana, DISPATCH, worker(world.marco), body="Fine", kind=Kind.REPLY)
    world.text(job, SYSTEM, world.ana, body="On the way: [link]", kind=Kind.ALERT)
    opened = page_of(world).opened(visitor(world, world.ana, job))
    assert opened is not None
    assert [(note.author, note.to, note.body) for note in opened.notes] == [
        ("North", ("you",), "On the way."),
        ("You", ("Dispatch (North)", "Marco (worker, North)"), "Fine"),
        ("Ann (dispatcher, North)", ("you", "Ben Silva"), "We come at ten"),
    ]


def test_the_original_is_shown_only_to_who_may_see_it(small_world: World) -> None:
    world = small_world
    job = world.job()
    hidden = world.text(job, dispatcher(world.ann), world.ben, body="To Ben alone")
    world.text(job, dispatcher(world.ann), world.ana, body="About that", reply_to=hidden)
    seen = world.text(job, dispatcher(world.ann), world.ana, body="For you")
    world.text(job, world.ana, DISPATCH, body="Thank you for that", reply_to=seen)
    opened = page_of(world).opened(visitor(world, world.ana, job))
    assert opened is not None
    assert [note.original.body if note.original else None for note in opened.notes] == ["For you", None, None]


STAFF = ("Lee", "Diaz", "Cole", "Wong")


def test_no_page_ever_names_a_surname_of_staff_or_a_number(small_world: World) -> None:
    """Any people in any part of any note: what a contact is handed holds none of it (rule 9)."""

    @examples(small_world, 15, 5)
    @given(data=st.data())
    def holds(data: st.DataObject) -> None:
        said = _everything_said(small_world, data)
        for secret in (*STAFF, ANA, BEN, "+1555", "ben@example.com"):
            assert secret not in said

    holds()


def _everything_said(world: World, data: st.DataObject) -> str:
    """What a page hands out of notes by and to anybody."""
    job = world.job()
    phone = Person(Party.PHONE, "+15550107777", mobile="+15550107777")
    staff = [dispatcher(world.ann), dispatcher(world.abe), worker(world.marco), worker(world.mia)]
    passed = replace(dispatcher(world.ann), name="Marco Diaz, through Ann Lee")
    people = [*staff, passed, phone, world.ana, world.ben, DISPATCH]
    for _ in range(3):
        author = data.draw(st.sampled_from([*people, SYSTEM]))
        to = data.draw(st.lists(st.sampled_from(people), min_size=1, max_size=4, unique=True))
        world.text(job, author, world.ana, *to, body=fresh("words"), deliveries=())
    page, me = page_of(world), visitor(world, world.ana, job)
    opened = page.opened(me)
    assert opened is not None
    said = [repr(opened.notes)]
    for note in opened.notes:
        for everyone in (False, True):
            to_ids = page.answering(me, note.id, everyone)
            assert to_ids is not None
            writing = page.writing(me, note.id, everyone, to_ids, 0)
            assert writing is not None
            said.append(repr(replace(writing, job=None)))  # type: ignore[arg-type]
    picking = page.picking(me, (), "", "")
    assert picking is not None
    said.append(repr(replace(picking, job=None)))  # type: ignore[arg-type]
    return "".join(said)


def test_a_deleted_contact_has_no_page(small_world: World) -> None:
    world = small_world
    me = visitor(world, world.ana, world.job())
    set_contact(world, world.ana, removed_at=world.clock())
    assert page_of(world).opened(me) is None
    with pytest.raises(Refusal, match="has ended"):
        page_of(world).send(me, typed())


# People


def test_people_on_the_job_come_before_the_company_and_strangers_not_at_all(small_world: World) -> None:
    world = small_world
    job = world.job()
    cleo = world.contact(fresh("Cleo"), "+15550102003", "Buyer")
    world.contact(fresh("Otto"), "+15550102004", customer="Other Farms")
    lone = world.contact(fresh("Lone"), "+15550102005")
    set_contact(world, lone, one_time=True)
    picking = page_of(world).picking(visitor(world, world.ana, job), (), GROUPS[0], "")
    assert picking is not None
    assert [(line.name, line.group) for line in picking.found] == [("Ben Silva", ON_JOB), (cleo.name, COMPANY)]
    assert picking.found[0].about == "Foreman · …2002 · b…@example.com"
    assert picking.team == "Dispatch and Marco"


@pytest.mark.parametrize(
    ("group", "words", "names"),
    [
        (ON_JOB, "", ["Ben Silva"]),
        (COMPANY, "", ["Ben Silva", "Cléo Gómez"]),
        (TEAM, "", []),
        ("", "gomez", ["Cléo Gómez"]),
        ("", "buyer", ["Cléo Gómez"]),
        ("", "2003", ["Cléo Gómez"]),
        ("", "(555) 010-2003", ["Cléo Gómez"]),
        ("", "+1 555 010 2003", ["Cléo Gómez"]),
        ("", "CLÉO@example.com", ["Cléo Gómez"]),
        ("", "cléo@exam", []),
        ("", "0102003", []),
        ("", "555", []),
    ],
)
def test_people_are_found_by_what_is_shown_and_by_whole_numbers(
    small_world: World, group: str, words: str, names: list[str]
) -> None:
    """Digit by digit nobody's number can be found out (rule 10)."""
    world = small_world
    world.contact("Cléo Gómez", "+15550102003", "Buyer")
    picking = page_of(world).picking(visitor(world, world.ana, world.job()), (), group, words)
    assert picking is not None
    assert [line.name for line in picking.found] == names


@given(
    name=st.sampled_from(["Ben Silva", "Cleo"]),
    email=st.sampled_from(["secret@example.com", ""]),
    words=st.text(alphabet="0123456789secrt@+ -()", max_size=14),
)
def test_a_search_tells_nothing_of_what_is_masked_until_it_is_whole(name: str, email: str, words: str) -> None:
    contact = Contact(1, 1, name, "Foreman", email, "+15550172468")
    other = replace(contact, email="somebody@example.com" if email else "", mobile="+14449992468")
    whole = words.strip().casefold() in ("secret@example.com", "somebody@example.com")
    digits = "".join(c for c in words if c.isdigit())
    if not whole and digits not in ("5550172468", "15550172468", "4449992468", "14449992468"):
        assert looked_for(words, "US")(contact) == looked_for(words, "US")(other)


def test_who_cannot_be_reached_is_listed_with_the_reason_and_not_taken(small_world: World) -> None:
    world = small_world
    job = world.job()
    page, me = page_of(world), visitor(world, world.ana, job)
    with world.write() as session:
        opt_out(session, BEN, "STOP", world.clock())
    picking = page.picking(me, (), "", "")
    assert picking is not None
    assert picking.found[0].why_not.startswith("opted out")
    with pytest.raises(Refusal, match="Ben Silva cannot be reached: opted out") as refused:
        page.send(me, typed(to=(world.ben,)))
    assert refused.value.field == "recipient"


def test_who_was_taken_off_the_job_is_not_texted_from_the_page(small_world: World) -> None:
    world = small_world
    job = world.job()
    note = world.text(job, dispatcher(world.ann), world.ana, world.ben)
    visitor(world, world.ben, job)
    world.change(job, billing_contact_id=None)
    me = visitor(world, world.ana, job)
    writing = page_of(world).writing(me, note, True, page_of(world).answering(me, note, True) or (), 0)
    assert writing is not None
    assert writing.people == ()
    assert writing.left_out == (("Ben Silva", "no longer on this job"),)


REPLIES: dict[str, tuple[Callable[[World], tuple[Person, ...]], bool, list[str], list[str]]] = {
    "reply to a dispatcher": (lambda w: (dispatcher(w.ann), w.ana, w.ben), False, ["Ann"], []),
    "reply all to a dispatcher": (lambda w: (dispatcher(w.ann), w.ana, w.ben), True, ["Ann"], ["Ben"]),
    "reply to an alert": (lambda w: (SYSTEM, w.ana, w.ben), False, [], []),
    "reply all to an alert": (lambda w: (SYSTEM, w.ana, w.ben), True, [], ["Ben"]),
    "reply to another contact": (lambda w: (w.ben, DISPATCH, w.ana), False, [], ["Ben"]),
    "reply to the worker": (lambda w: (worker(w.marco), w.ana), False, [], []),
    "follow one's own note up": (lambda w: (w.ana, dispatcher(w.ann), w.ben), False, ["Ann"], ["Ben"]),
    "a message passed on": (
        lambda w: (replace(dispatcher(w.ann), name="Marco Diaz, through Ann Lee"), w.ana),
        False,
        ["Ann"],
        [],
    ),
}


@pytest.mark.parametrize("case", REPLIES)
def test_reply_and_reply_all_go_to_whom_they_should(small_world: World, case: str) -> None:
    people, everyone, staff, contacts = REPLIES[case]
    world = small_world
    job = world.job()
    author, *to = people(world)
    note = world.text(job, author, *to, deliveries=())
    page, me = page_of(world), visitor(world, world.ana, job)
    ids = page.answering(me, note, everyone)
    assert ids is not None
    writing = page.writing(me, note, everyone, ids, 0)
    assert writing is not None
    assert [line.name.split()[0] for line in writing.people] == contacts
    assert [name.split()[0] for name in writing.staff] == staff
    page.send(me, Typed("Hello", ids, "a" * 32, 10**9, reply_to=note))
    names = [person.name for person in stored(world, job).recipients]
    assert [name.split()[0] for name in names] == [*staff, "Dispatch", "Marco", *contacts]


def test_staff_who_left_are_named_with_the_reason(small_world: World) -> None:
    world = small_world
    job = world.job()
    abe = world.user(fresh("Abel"), Role.DISPATCHER)
    first = world.text(job, dispatcher(abe), world.ana)
    second = world.text(job, worker(world.mia), world.ana, deliveries=())
    with world.write() as session:
        session.get_one(UserRow, abe.id).chat = False
    page, me = page_of(world), visitor(world, world.ana, job)
    left = [page.writing(me, note, False, (), 0).left_out for note in (first, second)]  # type: ignore[union-attr]
    assert left[0] == (("Abel (dispatcher, North)", "no longer in Dispatch"),)
    assert left[1] == (("Mia (worker, North)", "does not read this job's notes now; Dispatch does"),)
    assert [p.role for p in sent(world, job, typed(reply_to=first)).recipients] == [Party.DISPATCH, Party.WORKER]
