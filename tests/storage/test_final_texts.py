"""What is added when a text is claimed: the invitation, the link, the job's tag (rules 12, 24, 25, 26, 29)."""

import pytest

from domain.delivery import State
from domain.final_text import LeavingWords
from domain.jobs import Job, Status
from domain.links import PLACE, Kind, link_of
from domain.messages import Kind as MessageKind
from domain.messages import Person
from domain.texts import Accepted, Outgoing, Rejected
from messaging.contact_links import ContactLinks
from storage.final_texts import invited
from storage.tables.messages import DeliveryRow
from storage.tables.people import ContactRow, LocationRow
from tests.world import ANA, World, dispatcher

KEY = b"k" * 32
BASE = "https://jobs.example"
INVITES = "North writes to you here about job {}; text STOP to get no more."


@pytest.fixture
def strangers(world: World) -> World:
    """Nobody was told yet who writes; texts carry links."""
    world.strangers = True
    links = ContactLinks(world.writers.contact_links, world.clock, lambda: BASE, KEY)
    world.writers.outbox.leaving_words = LeavingWords(contact_link=links.address_of, links_out=lambda: True)
    return world


def texts(world: World, job: Job, *to: Person, body: str = "Hello", kind: MessageKind = MessageKind.MESSAGE) -> str:
    """Ann texts somebody, and it is with the carrier; returns what the carrier got."""
    world.text(job, dispatcher(world.ann), *to, body=body, kind=kind)
    return taken(world).body


def taken(world: World) -> Outgoing:
    """The next text leaves."""
    text = world.writers.outbox.claim("one")
    assert text is not None
    world.writers.outbox.record(text, Accepted(f"SM{text.delivery_id:032}", "sent", State.SENT))
    return text


def bodies(world: World) -> list[str]:
    """What is kept of each text beside its message, oldest first."""
    return [row[0] for row in world.readers.plain.rows("SELECT body FROM delivery ORDER BY id")]


def change(world: World, person: Person, **columns: object) -> None:
    """Change a contact behind everybody's back."""
    with world.write() as session:
        row = session.get_one(ContactRow, person.contact_id)
        for name, value in columns.items():
            setattr(row, name, value)
        session.add(row)


def test_the_first_text_of_a_job_invites_with_a_link_and_the_second_does_not(strangers: World) -> None:
    job = strangers.job()
    first = texts(strangers, job, strangers.ana)
    before, _, where = first.rpartition(" ")
    assert before == f"Hello. {INVITES.format(job.number)} Your page:"
    assert where.startswith(f"{BASE}/c/")
    assert texts(strangers, job, strangers.ana, body="Again") == "Again"
    assert "text STOP" in texts(strangers, strangers.job(), strangers.ana), "every job invites anew"


def test_the_link_opens_for_that_contact_on_that_job_at_that_message(strangers: World) -> None:
    job = strangers.job()
    address = texts(strangers, job, strangers.ana).rpartition(" ")[2]
    token, message = address.removeprefix(f"{BASE}/c/").split("/")
    links = ContactLinks(strangers.writers.contact_links, strangers.clock, lambda: BASE, KEY)
    visitor = links.visitor(token)
    assert visitor is not None
    assert (visitor.viewer.contact_id, visitor.viewer.job_id) == (strangers.ana.contact_id, job.id)
    found = strangers.readers.threads.message(visitor.viewer, job.id, int(message))
    assert found is not None
    assert found.body == "Hello"


def test_no_stored_text_holds_an_address(strangers: World) -> None:
    token = texts(strangers, strangers.job(), strangers.ana).rpartition(" ")[2].split("/")[-2]
    assert link_of(KEY, Kind.CONTACT, token) is not None
    assert bodies(strangers)[0].endswith(f"Your page: {PLACE}")
    for (table,) in strangers.readers.plain.rows(_TABLES[strangers.writers.database.is_sqlite]):
        for row in strangers.readers.plain.rows(f"SELECT * FROM {table}"):
            assert token[-22:] not in str(row), table


_TABLES = {
    True: "SELECT name FROM sqlite_master WHERE type = 'table'",
    False: "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()",
}


def test_who_shares_a_phone_gets_one_invitation_for_both(strangers: World) -> None:
    change(strangers, strangers.ben, mobile=ANA)
    ben = Person(strangers.ben.role, strangers.ben.name, contact_id=strangers.ben.contact_id, mobile=ANA)
    job = strangers.job()
    strangers.text(job, dispatcher(strangers.ann), strangers.ana, ben, deliveries=_one_delivery(strangers, job))
    assert "text STOP" in taken(strangers).body
    assert texts(strangers, job, ben, body="Again") == "Again"


def _one_delivery(world: World, job: Job) -> tuple[object, ...]:
    from domain.delivery import Channel
    from domain.messages import NewDelivery

    return (NewDelivery(0, Channel.SMS, ANA, State.QUEUED, world.clock()),)


def test_an_email_is_wished_for_where_none_is_on_file(strangers: World) -> None:
    change(strangers, strangers.ana, email="")
    assert "Your page, where you can add your email: http" in texts(strangers, strangers.job(), strangers.ana)


def test_a_first_text_that_never_arrived_is_no_invitation(strangers: World) -> None:
    job = strangers.job()
    strangers.text(job, dispatcher(strangers.ann), strangers.ana)
    refused = strangers.writers.outbox.claim("one")
    assert refused is not None
    strangers.writers.outbox.record(refused, Rejected(30003))
    assert "text STOP" in texts(strangers, job, strangers.ana, body="Again")
    with strangers.write() as session:
        assert invited(session, strangers.ana.contact_id or 0, job.id, ANA)
        assert not invited(session, strangers.ana.contact_id or 0, job.id, "+15550109999"), "another phone was not told"


def test_a_text_that_is_tried_again_invites_still(strangers: World) -> None:
    from domain.texts import NotTaken

    strangers.text(strangers.job(), dispatcher(strangers.ann), strangers.ana)
    first = strangers.writers.outbox.claim("one")
    assert first is not None
    strangers.writers.outbox.record(first, NotTaken("busy"))
    strangers.clock.advance(minutes=2)
    assert taken(strangers).body == first.body


def test_without_an_address_texts_carry_no_link(strangers: World) -> None:
    strangers.writers.outbox.leaving_words = LeavingWords()
    job = strangers.job()
    assert texts(strangers, job, strangers.ana) == f"Hello. {INVITES.format(job.number)}"
    assert texts(strangers, job, strangers.ana, body=f"Look: {PLACE}", kind=MessageKind.ALERT) == "Look."
    assert not strangers.writers.contact_links.of_job(job.id)


def test_typed_words_carry_a_link_where_the_location_wants_it_and_quick_actions_always(strangers: World) -> None:
    job = strangers.job()
    texts(strangers, job, strangers.ana)
    assert texts(strangers, job, strangers.ana, kind=MessageKind.QUICK_ACTION).startswith("Hello http")
    with strangers.write() as session:
        place = session.get_one(LocationRow, strangers.berlin)
        place.links_in_texts = True
        session.add(place)
    assert texts(strangers, job, strangers.ana).startswith("Hello http")


def test_the_tag_is_printed_while_the_phone_has_several_open_jobs(world: World) -> None:
    job, other = world.job(), world.job(asset="Gate 1")
    assert texts(world, job, world.ana) == "Hello"
    assert texts(world, other, world.ana) == "Hello (Gate 1 #02)"
    assert texts(world, job, world.ana) == "Hello (Pump 7 #01)"
    assert texts(world, job, world.ben) == "Hello", "another phone"
    world.change(other, status=Status.COMPLETED)
    assert texts(world, job, world.ana) == "Hello"


def test_a_number_that_was_changed_or_a_contact_who_was_deleted_stops_the_text(world: World) -> None:
    job = world.job()
    world.text(job, dispatcher(world.ann), world.ana)
    world.text(job, dispatcher(world.ann), world.ben)
    change(world, world.ana, mobile="+15550109999")
    change(world, world.ben, removed_at=world.clock())
    assert world.writers.outbox.claim("one") is None
    with world.write() as session:
        rows = [session.get_one(DeliveryRow, number) for number in (1, 2)]
        assert [row.state for row in rows] == [State.BLOCKED] * 2
        assert "another number" in rows[0].reason
        assert "deleted" in rows[1].reason


def test_a_failed_text_is_sent_again_to_the_number_on_file_now(world: World) -> None:
    job = world.job()
    world.text(job, dispatcher(world.ann), world.ana)
    first = world.writers.outbox.claim("one")
    assert first is not None
    world.writers.outbox.record(first, Rejected(30005))
    change(world, world.ana, mobile="+15550109999")
    assert world.writers.conversations.resend(job.id, first.delivery_id)
    assert taken(world).to == "+15550109999"


def test_what_would_be_too_long_with_what_is_added_is_stopped_and_says_so(strangers: World) -> None:
    strangers.text(strangers.job(), dispatcher(strangers.ann), strangers.ana, body="x" * 1590)
    assert strangers.writers.outbox.claim("one") is None
    with strangers.write() as session:
        row = session.get_one(DeliveryRow, 1)
        assert row.state is State.BLOCKED
        assert "longer than 1,600" in row.reason


def test_dispatchers_alone_read_what_was_really_texted(strangers: World) -> None:
    job = strangers.job()
    texts(strangers, job, strangers.ana)
    for viewer, sees in ((strangers.ann, True), (strangers.marco, False)):
        found, _ = strangers.readers.threads.messages(viewer, job.id)
        assert (PLACE in found[-1].deliveries[0].text) is sees
