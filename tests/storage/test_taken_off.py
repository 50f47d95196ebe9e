"""Nobody who was taken off a job gets a text or a link there, and nobody loses theirs by it (rules 12, 13, 33, 50)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from domain.delivery import Channel, State
from domain.errors import Refusal
from domain.estimates import Choice
from domain.jobs import Job, Waiting
from domain.messages import NewDelivery, Person, Stage
from domain.people import StatedContact
from storage.people import customer_named, keep_contact
from storage.tables.estimates import ApprovalCodeRow
from storage.tables.messages import DeliveryRow, MessageRow, TakenOffRow
from storage.tables.people import ContactRow
from tests.contacting import form, made, merge, person_id
from tests.desk import Carrier
from tests.estimating import decide, shared
from tests.linking import reached
from tests.storage.rows import deliveries
from tests.world import ANA, BEN, OURS, World, dispatcher

CARA = "+15550170001"
OFF = "the contact was taken off the job"


@pytest.fixture
def office(world: World) -> World:
    """Texts carry links that phones reach."""
    reached(world)
    return world


def take_off(world: World, job: Job) -> None:
    """Ana is not the site contact any more; Cara is."""
    world.change(job, site_contact_id=made(world, "Cara Lopez", CARA).contact_id)


def waiting(world: World, job: Job, *to: Person, stage: Stage = Stage.HELD) -> int:
    """A message that leaves in an hour, one text for each phone."""
    at = world.clock() + timedelta(hours=1)
    phones = {person.mobile: place for place, person in reversed(list(enumerate(to)))}
    texts = tuple(NewDelivery(place, Channel.SMS, str(phone), State.HELD, at) for phone, place in phones.items())
    leaves_at = at if stage is not Stage.OUT else None
    return world.text(job, dispatcher(world.ann), *to, stage=stage, leaves_at=leaves_at, deliveries=texts)


def an_hour_later(world: World) -> list[str]:
    """Everything whose time has come leaves; returns what the carrier got."""
    world.clock.advance(hours=1, seconds=1)
    for due in world.writers.leaving.due():
        world.writers.leaving.let_out(due.message_id)
    world.writers.leaving.wake()
    return Carrier(world).takes()


def stands(world: World, message_id: int) -> list[tuple[str, State, str]]:
    """Each text of a message: phone, state and why."""
    return [(text.to_address, text.state, text.reason) for text in deliveries(world, message_id)]


def working(world: World, job: Job) -> set[int]:
    """Whose links to a job's page open it."""
    store = world.writers.contact_links
    links = [store.link(link.id) for link in store.of_job(job.id)]
    return {link.contact_id for link in links if link is not None and link.revoked_at is None}


# --- Taken off -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("direct_reply", [True, False])
def test_no_automatic_answer_gives_them_a_new_link(office: World, direct_reply: bool) -> None:
    office.writers.people.set_direct_reply(office.berlin, on=direct_reply)
    job = office.job()
    office.text(job, dispatcher(office.ann), office.ana, body="Your page: [link]")
    Carrier(office).takes()
    take_off(office, job)
    Carrier(office).receives("LINK")
    assert Carrier(office).takes() == []
    assert working(office, job) == set()
    office.text(job, dispatcher(office.ann), office.ana, body="Once more.")
    Carrier(office).takes()
    Carrier(office).receives("LINK")
    assert len(Carrier(office).takes()) == 1, "they were written to again on purpose"


@pytest.mark.parametrize("body", ["Come at ten", "Your page: [link]"])
def test_a_text_that_is_queued_is_stopped(office: World, body: str) -> None:
    job = office.job()
    message = office.text(job, dispatcher(office.ann), office.ana, office.ben, body=body)
    take_off(office, job)
    assert len(Carrier(office).takes()) == 1
    first, second = stands(office, message)
    assert (first, second[1]) == ((ANA, State.BLOCKED, OFF), State.ACCEPTED)
    assert person_id(office.ana) not in working(office, job)


@pytest.mark.parametrize("stage", [Stage.RECALLABLE, Stage.HELD, Stage.WAITING_RELEASE, Stage.OUT])
def test_what_waits_for_them_does_not_leave(office: World, stage: Stage) -> None:
    job = office.job()
    message = waiting(office, job, office.ana, stage=stage)
    take_off(office, job)
    assert [state for _, state, _ in stands(office, message)] == [State.CANCELLED]
    assert an_hour_later(office) == []
    row = office.readers.plain.row("SELECT waiting_on FROM job WHERE id = :id", {"id": job.id})
    assert row is not None
    assert row[0] == Waiting.NOBODY


def test_what_is_written_to_them_afterwards_goes_and_invites(office: World) -> None:
    office.strangers = True
    job = office.job()
    office.text(job, dispatcher(office.ann), office.ana)
    Carrier(office).takes()
    take_off(office, job)
    office.text(job, dispatcher(office.ann), office.ana, body="Your key is here.")
    (text,) = Carrier(office).takes()
    assert text.startswith("Your key is here.")
    assert "writes to you here" in text
    assert working(office, job) == {office.ana.contact_id}


def test_who_is_on_the_job_again_gets_texts_again(office: World) -> None:
    job = office.job()
    office.text(job, dispatcher(office.ann), office.ana)
    take_off(office, job)
    office.change(job, site_contact_id=office.ana.contact_id)
    assert len(Carrier(office).takes()) == 1


def test_a_failed_text_is_not_sent_to_them_again(office: World) -> None:
    job = office.job()
    message = office.text(job, dispatcher(office.ann), office.ana)
    Carrier(office).refuses(30003)
    take_off(office, job)
    (text,) = deliveries(office, message)
    with pytest.raises(Refusal, match="Ana Silva was taken off the job"):
        office.writers.conversations.resend(job.id, text.id or 0)
    assert len(deliveries(office, message)) == 1


def test_a_failed_text_is_sent_again_to_who_shares_the_phone(office: World) -> None:
    abi = made(office, "Abi Silva", ANA)
    job = office.job(billing_contact_id=abi.contact_id)
    text = NewDelivery(0, Channel.SMS, ANA, State.QUEUED, office.clock())
    message = office.text(job, dispatcher(office.ann), office.ana, abi, body="Page [link]", deliveries=(text,))
    Carrier(office).refuses(30003)
    take_off(office, job)
    assert office.writers.conversations.resend(job.id, deliveries(office, message)[0].id or 0)
    assert len(Carrier(office).takes()) == 1
    assert working(office, job) == {abi.contact_id}


def test_who_is_off_before_the_estimate_leaves_does_not_decide_on_it(office: World) -> None:
    job = office.job()
    version = shared(office, job, office.ana, office.ben, stage=Stage.HELD)
    with office.write() as session:
        session.get_one(MessageRow, version.message_id).leaves_at = office.clock() + timedelta(hours=1)
    take_off(office, job)
    an_hour_later(office)
    found = office.writers.estimates.version(version.id)
    assert found is not None
    assert found.recipients == {office.ben.contact_id}
    office.text(job, dispatcher(office.ann), office.ana, body="Sorry, see [link]")
    Carrier(office).takes()
    with pytest.raises(Refusal):
        decide(office, office.ana, version, Choice.APPROVED)
    decide(office, office.ben, version, Choice.APPROVED)


def test_a_code_for_a_link_that_was_ended_does_not_leave(office: World) -> None:
    job = office.job()
    version = shared(office, job, office.ana, office.ben)
    now = office.clock()
    link = office.writers.contact_links.issue(person_id(office.ana), job.id)
    with office.write() as session:
        code = ApprovalCodeRow(link_id=link, version_id=version.id, choices="", made_at=now, expires_at=now)
        session.add(code)
        session.flush()
        text = DeliveryRow(channel=Channel.SMS, state=State.QUEUED, due_at=now, changed_at=now, to_address=ANA)
        text.from_number, text.code_id, text.body = OURS, code.id, "[code]"
        session.add(text)
    take_off(office, job)
    assert Carrier(office).takes() == []


def test_a_merge_keeps_who_was_taken_off_and_undoing_it_too(office: World) -> None:
    abi = made(office, "Abi Silva", CARA)
    office.strangers = True
    job, other = office.job(), office.job(billing_contact_id=abi.contact_id)
    late = [office.text(each, dispatcher(office.ann), office.ana) for each in (job, other)]
    for each in (job, other):
        office.change(each, site_contact_id=None)
    merged = merge(office, abi, office.ana, replace(form(office, abi), mobile=ANA))
    with office.write() as session:
        off = [(row.contact_id, row.job_id) for row in session.exec(select(TakenOffRow)).all()]
    assert off == [(abi.contact_id, job.id)], "on the other job they stand"
    office.writers.contact_merging.undo(merged)
    Carrier(office).takes()
    assert [stands(office, each) for each in late] == [[(ANA, State.BLOCKED, OFF)]] * 2


# --- A phone that two share ------------------------------------------------------------------------------------------


def both(world: World, job: Job, abi: Person, state: State, stage: Stage) -> int:
    """One text to Ana and Abi, addressed to Ana."""
    at = world.clock() + timedelta(hours=1 if state is State.HELD else 0)
    text = NewDelivery(0, Channel.SMS, ANA, state, at)
    leaves_at = at if stage is not Stage.OUT else None
    to, author = (world.ana, abi), dispatcher(world.ann)
    return world.text(job, author, *to, body="Page [link]", stage=stage, leaves_at=leaves_at, deliveries=(text,))


@pytest.mark.parametrize(
    ("state", "stage"), [(State.HELD, Stage.HELD), (State.HELD, Stage.OUT), (State.QUEUED, Stage.OUT)]
)
@pytest.mark.parametrize("how", ["taken off", "SMS off", "deleted", "moved"])
def test_the_other_takes_the_text_over(office: World, state: State, stage: Stage, how: str) -> None:
    office.strangers = True
    abi = made(office, "Abi Silva", ANA)
    job = office.job(billing_contact_id=abi.contact_id)
    message = both(office, job, abi, state, stage)
    if how == "taken off":
        take_off(office, job)
    elif how == "deleted":
        office.writers.contacts.remove(person_id(office.ana), "Ann Lee")
    else:
        with office.write() as session:
            row = session.get_one(ContactRow, office.ana.contact_id)
            row.sms_on, row.mobile = how != "SMS off", CARA if how == "moved" else ANA
    assert len(an_hour_later(office)) == 1
    assert [(phone, state) for phone, state, _ in stands(office, message)] == [(ANA, State.ACCEPTED)]
    assert working(office, job) == {abi.contact_id}
    if how == "taken off":
        invited = office.readers.plain.rows("SELECT contact_id FROM invitation WHERE job_id = :id", {"id": job.id})
        assert [row[0] for row in invited] == [abi.contact_id]


def test_nobody_takes_over_who_may_not_be_texted_either_or_has_one(office: World) -> None:
    abi = made(office, "Abi Silva", ANA)
    job = office.job(billing_contact_id=abi.contact_id)
    message = both(office, job, abi, State.QUEUED, Stage.OUT)
    office.change(job, site_contact_id=None, billing_contact_id=None)
    assert Carrier(office).takes() == []
    assert stands(office, message) == [(ANA, State.BLOCKED, OFF)]
    twice = office.text(office.job(), dispatcher(office.ann), office.ana, abi)
    with office.write() as session:
        session.get_one(ContactRow, office.ana.contact_id).sms_on = False
    assert len(Carrier(office).takes()) == 1
    assert [state for _, state, _ in stands(office, twice)] == [State.BLOCKED, State.ACCEPTED]


def test_a_failed_text_goes_to_the_new_number_with_its_own_link(office: World) -> None:
    job = office.job()
    message = office.text(job, dispatcher(office.ann), office.ana, office.ben, body="Page [link]")
    failed = office.writers.outbox.claim("one")
    assert failed is not None
    with office.write() as session:
        session.get_one(DeliveryRow, failed.delivery_id).state = State.FAILED
        session.get_one(ContactRow, office.ana.contact_id).mobile = BEN
    Carrier(office).takes()
    assert office.writers.conversations.resend(job.id, failed.delivery_id)
    Carrier(office).takes()
    again = deliveries(office, message)[-1]
    assert again.to_address == BEN
    link = office.writers.contact_links.link(again.link_id or 0)
    assert link is not None
    assert link.contact_id == office.ana.contact_id


# --- Another customer, another number --------------------------------------------------------------------------------


def test_a_job_of_another_customer_is_closed_to_everybody_of_the_former_one(office: World) -> None:
    cara = made(office, "Cara Lopez", CARA)
    job = office.job()
    office.text(job, dispatcher(office.ann), office.ana, body="Page [link]")
    office.text(job, dispatcher(office.ann), cara, body="Page [link]")
    Carrier(office).takes()
    assert working(office, job) == {office.ana.contact_id, cara.contact_id}
    late = office.text(job, dispatcher(office.ann), cara, body="Page [link]")
    zed = made(office, "Zed", "+15550170002", customer="Other Co")
    moved = office.change(job, customer="Other Co", site_contact_id=zed.contact_id)
    assert (moved.site and moved.site.id, moved.billing) == (zed.contact_id, None), "nobody comes along"
    assert working(office, job) == set()
    assert Carrier(office).takes() == []
    assert stands(office, late) == [(CARA, State.BLOCKED, OFF)]
    assert all(link.revoked_at for link in office.writers.contact_links.of_job(job.id))


def test_the_same_person_at_the_other_customer_is_somebody_else(office: World) -> None:
    job = office.job()
    office.text(job, dispatcher(office.ann), office.ana, body="Page [link]")
    Carrier(office).takes()
    moved = office.change(job, customer="Other Co", site=StatedContact("Ana Silva", "Owner", ANA, "a@example.com"))
    assert moved.site is not None
    assert moved.site.id != office.ana.contact_id
    assert working(office, job) == set()


def test_a_link_opens_no_job_of_another_customer_however_that_came(office: World) -> None:
    job = office.job()
    zed = made(office, "Zed", "+15550170003", customer="Other Co")
    link = office.writers.contact_links.issue(person_id(zed), job.id)
    assert office.writers.contact_links.link(link) is None


@pytest.mark.parametrize("way", ["form", "import"])
def test_a_number_that_is_taken_away_with_a_job_ends_its_links_everywhere(office: World, way: str) -> None:
    job, other = office.job(), office.job()
    for each in (job, other):
        office.text(each, dispatcher(office.ann), office.ana, body="Page [link]")
    Carrier(office).takes()
    later = waiting(office, other, office.ana, office.ben, stage=Stage.OUT)
    nobody = StatedContact("Ana Silva", "Owner", "", "ana@example.com")
    if way == "form":
        office.change(job, site=nobody)
    else:
        with office.write() as session:
            stated = ("Ann Lee", "jobs.csv")
            customer = customer_named(session, "Silva Farms")
            keep_contact(session, customer, office.ana.contact_id, nobody, stated, office.clock())
    assert form(office, office.ana).mobile is None
    assert (working(office, job), working(office, other)) == (set(), set())
    assert sorted(state for phone, state, _ in stands(office, later) if phone == ANA) == [State.CANCELLED]
    assert len(an_hour_later(office)) == 1, "Ben's"
