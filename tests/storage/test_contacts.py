"""Writing contacts: consent, two people at once, another number, deleting, taken off a job. Rules 13, 22, 23."""

import time
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from domain.alerts import Event
from domain.contacts import ContactForm
from domain.delivery import Channel, State
from domain.errors import Refusal
from domain.jobs import Status
from domain.messages import DISPATCH, NewDelivery, Person, Stage
from domain.people import StatedContact
from storage.people import customer_named, keep_contact
from tests.alerting import alerts, holds, rule, tell, template
from tests.contacting import boxes, consents, form, made, names, person_id
from tests.desk import Carrier
from tests.storage.rows import another, deliveries, together
from tests.world import ANA, BEN, World, dispatcher

NEW = "+15550180001"
BY = ("Abe Cole", "typed in Contacts")


def change(world: World, person: Person, **fields: Any) -> None:
    """Change some values of a contact."""
    before = form(world, person)
    world.writers.contacts.change(person_id(person), before, replace(before, **fields), BY)


def remove(world: World, person: Person) -> None:
    """Delete a contact."""
    world.writers.contacts.remove(person_id(person), "Abe Cole")


def planned(world: World, job_id: int, *people: Person) -> int:
    """A message for later, one text for each phone."""
    job, at = world.read_job(job_id), world.clock() + timedelta(hours=1)
    phones = {person.mobile: place for place, person in reversed(list(enumerate(people)))}
    texts = tuple(NewDelivery(p, Channel.SMS, phone or "", State.HELD, at) for phone, p in sorted(phones.items()))
    return world.text(job, dispatcher(world.ann), *people, stage=Stage.HELD, leaves_at=at, deliveries=texts)


def texts(world: World, message: int) -> list[tuple[str, State]]:
    """To which phones a message goes, and how each text stands."""
    return [(text.to_address, text.state) for text in deliveries(world, message)]


def doors(world: World, person: Person) -> tuple[int, int]:
    """How many links of a contact work, and on how many jobs they are invited."""
    mine = {"id": person.contact_id}
    links = world.readers.plain.row("SELECT count(*) FROM link WHERE contact_id = :id AND revoked_at IS NULL", mine)
    invited = world.readers.plain.row("SELECT count(*) FROM invitation WHERE contact_id = :id", mine)
    return (links or [0])[0], (invited or [0])[0]


# --- Made and changed ------------------------------------------------------------------------------------------------


def test_a_contact_is_made_with_everything_and_consent(world: World) -> None:
    whole = ContactForm("Cy", "Chef", "c@x.example", NEW, True, True, True, "Europe/Berlin", ("Drivers", "Night"))
    contact_id = world.writers.contacts.create("Okafor Ltd", whole, BY)
    cy = replace(world.ana, contact_id=contact_id)
    assert form(world, cy) == whole
    assert consents(world, cy) == [(NEW, *BY)]
    assert names(world, "okafor night 180001") == ["Cy"]


def test_consent_is_recorded_for_a_new_number_and_for_sms_switched_on_and_never_goes(world: World) -> None:
    change(world, world.ana, sms_on=False)
    change(world, world.ana, title="Boss")
    assert len(consents(world, world.ana)) == 1
    change(world, world.ana, sms_on=True)
    change(world, world.ana, mobile=NEW)
    change(world, world.ana, mobile=None)
    change(world, world.ana, mobile=NEW)
    remove(world, world.ana)
    assert [(number, who) for number, who, _ in consents(world, world.ana)] == [
        (ANA, "Ann Lee"),
        *[(number, "Abe Cole") for number in (ANA, NEW, NEW)],
    ]


def test_two_people_who_edit_at_once_do_not_undo_each_other(world: World) -> None:
    """Both opened the form before either saved."""
    seen = form(world, world.ana)
    with another(world) as two:
        change_one = replace(seen, title="Boss", groups=("Drivers",))
        change_two = replace(seen, email="new@example.com", groups=("Night",))
        store = world.writers.contacts
        together(
            lambda: store.change(person_id(world.ana), seen, change_one, BY),
            lambda: two.contacts.change(person_id(world.ana), seen, change_two, BY),
        )
    found = form(world, world.ana)
    assert (found.title, found.email, found.groups) == ("Boss", "new@example.com", ("Drivers", "Night"))


def test_an_import_and_an_edit_of_one_contact_do_not_wait_for_each_other_for_ever(world: World) -> None:
    jobs = [world.job() for _ in range(3)]
    with another(world) as two:

        def save_all() -> None:
            for job in jobs:
                world.change(job, title="Other")

        def edit() -> None:
            for title in ("a", "b", "c"):
                before = form(world, world.ana)
                two.contacts.change(person_id(world.ana), before, replace(before, title=title, mobile=NEW), BY)
                time.sleep(0.01)

        together(save_all, edit)
    assert form(world, world.ana).title == "c"


def test_a_new_name_and_number_are_found_on_the_jobs(world: World) -> None:
    job = world.job()
    change(world, world.ana, name="Ana Okafor", mobile=NEW)
    (row,) = world.readers.plain.rows("SELECT search_text, search_numbers FROM job")
    assert "ana okafor" in row[0]
    assert row[1] == f"{NEW} {BEN}"
    assert world.read_job(job.id).version == job.version, "nothing of the job itself"


def test_the_job_form_keeps_the_groups_findable(world: World) -> None:
    change(world, world.ana, groups=("Drivers",))
    with world.write() as session:
        owner = customer_named(session, "Silva Farms")
        keep_contact(session, owner, world.ana.contact_id, StatedContact(title="Boss"), BY, world.clock())
    assert names(world, "boss drivers") == ["Ana Silva"]


def test_an_ad_hoc_number_is_found_by_its_number(world: World) -> None:
    world.job(ad_hoc_mobile=NEW)
    assert names(world, "180001") == ["Ad hoc …0001"]


# --- Another number --------------------------------------------------------------------------------------------------


def test_what_waits_goes_to_the_new_number(world: World) -> None:
    job = world.job()
    both, alone = planned(world, job.id, world.ana, world.ben), planned(world, job.id, world.ana)
    change(world, world.ana, mobile=NEW)
    assert texts(world, both) == [(NEW, State.HELD), (BEN, State.HELD)]
    assert texts(world, alone) == [(NEW, State.HELD)]
    change(world, world.ana, mobile=BEN)
    assert sorted(texts(world, both)) == [(BEN, State.HELD), (NEW, State.CANCELLED)], "one text for each phone"
    change(world, world.ana, mobile=None)
    assert texts(world, alone) == [(BEN, State.CANCELLED)]
    assert (BEN, State.HELD) in texts(world, both), "Ben's own"


def test_a_phone_that_two_share_stays_the_others(world: World) -> None:
    change(world, world.ben, mobile=ANA)
    shared = planned(world, world.job().id, replace(world.ana), replace(world.ben, mobile=ANA))
    assert texts(world, shared) == [(ANA, State.HELD)]
    change(world, world.ana, mobile=NEW)
    assert texts(world, shared) == [(ANA, State.HELD), (NEW, State.HELD)]
    world.clock.advance(hours=1)
    assert len(world.writers.leaving.due()) == 1


def test_a_text_that_left_says_where_it_went(world: World) -> None:
    message = world.text(world.job(), dispatcher(world.ann), world.ana)
    Carrier(world).takes()
    change(world, world.ana, mobile=NEW)
    (found,), _ = world.readers.threads.messages(world.ann, world.read_job(1).id)
    assert (texts(world, message)[0][0], found.recipients[0].mobile) == (ANA, ANA)


def test_another_number_ends_the_links_that_went_to_the_former_one(world: World) -> None:
    """Whoever has that phone now opens nothing; the next text invites the new one."""
    job = world.job()
    world.text(job, dispatcher(world.ann), world.ana)
    Carrier(world).takes()
    world.writers.contact_links.issue(person_id(world.ana), job.id)
    assert doors(world, world.ana) == (1, 1)
    change(world, world.ana, title="Boss")
    assert doors(world, world.ana) == (1, 1)
    change(world, world.ana, mobile=NEW)
    assert doors(world, world.ana) == (0, 0)


def test_a_held_alert_is_made_anew_for_the_new_number(world: World) -> None:
    holds(world)
    template(world)
    rule(world, Event.CREATED, text="Job {job} is planned, {contact}.")
    job = world.job()
    world.clock.advance(minutes=3)
    tell(world)
    (held,) = alerts(world, job)
    assert (held.stage, texts(world, held.id)) == (Stage.HELD, [(ANA, State.HELD)])
    change(world, world.ana, mobile=NEW, name="Maria Silva")
    (found,) = alerts(world, job)
    assert (found.stage, "Maria" in found.body, texts(world, found.id)) == (Stage.HELD, True, [(NEW, State.HELD)])


# --- Deleted ---------------------------------------------------------------------------------------------------------


def test_a_deleted_contact_is_off_the_open_jobs_and_stays_on_the_closed_ones(world: World) -> None:
    first, second = world.job(), world.job(billing_contact_id=world.ana.contact_id)
    closed = world.job(status=Status.COMPLETED)
    world.text(first, world.ana, DISPATCH)
    remove(world, world.ana)
    assert boxes(world.read_job(first.id)) == (None, world.ben.contact_id, None)
    assert boxes(world.read_job(second.id)) == (None, None, None)
    after = world.read_job(closed.id)
    assert after.site is not None
    assert (after.site.name, after.site.why_no_text()) == ("Ana Silva", "deleted from the contacts")
    assert [contact.name for contact in after.people()] == ["Ben Silva"], "nor offered there"
    (message,), _ = world.readers.threads.messages(world.ann, first.id)
    assert message.author.name == "Ana Silva"
    with pytest.raises(Refusal, match="deleted or merged meanwhile"):
        remove(world, world.ana)
    with pytest.raises(Refusal, match="deleted or merged meanwhile"):
        world.writers.contacts.change(person_id(world.ana), ContactForm("x"), ContactForm("y"), BY)


def test_their_texts_are_withdrawn_and_the_others_keep_theirs(world: World) -> None:
    job, elsewhere = world.job(), world.job(site_contact_id=None)
    alone, both = planned(world, job.id, world.ana), planned(world, elsewhere.id, world.ana, world.ben)
    queued = world.text(elsewhere, dispatcher(world.ann), world.ana)
    remove(world, world.ana)
    stages = {m.id: m.stage for m in world.readers.threads.messages(world.ann, elsewhere.id)[0]}
    assert stages == {both: Stage.HELD, queued: Stage.OUT}
    ((message,), _) = world.readers.threads.messages(world.ann, job.id)
    assert (message.stage, "the contact was deleted" in message.notice) == (Stage.CALLED_BACK, True)
    assert texts(world, alone) == [(ANA, State.CANCELLED)]
    assert sorted(texts(world, both)) == [(ANA, State.CANCELLED), (BEN, State.HELD)]
    assert texts(world, queued) == [(ANA, State.CANCELLED)]
    assert Carrier(world).takes() == []


def test_their_links_end(world: World) -> None:
    job = world.job()
    link = world.writers.contact_links.issue(person_id(world.ana), job.id)
    remove(world, world.ana)
    assert doors(world, world.ana) == (0, 0)
    assert world.writers.contact_links.link(link) is None


def test_a_job_that_opens_again_does_not_bring_them_back(world: World) -> None:
    closed = world.job(status=Status.COMPLETED)
    remove(world, world.ana)
    opened = world.change(closed, status=Status.ASSIGNED, site_contact_id=world.ana.contact_id)
    assert boxes(opened)[0] is None


def test_saving_a_closed_job_does_not_make_them_anew(world: World) -> None:
    """Its form still holds their name."""
    closed = world.job(status=Status.COMPLETED)
    remove(world, world.ana)
    ana = world.read_job(closed.id).site
    assert ana is not None
    stated = StatedContact(ana.name, ana.title, ana.mobile, ana.email)
    after = world.change(closed, title="Other", site_contact_id=ana.id, site=stated)
    assert boxes(after)[0] == world.ana.contact_id
    assert names(world) == ["Ben Silva"]


def test_a_job_that_is_made_at_the_same_moment_does_not_keep_them(world: World) -> None:
    with another(world) as two:
        for _ in range(4):
            cy = made(world, "Cy", NEW)
            make = partial(world.job, site_contact_id=cy.contact_id, billing_contact_id=None)
            job = together(make, partial(two.contacts.remove, person_id(cy), "Abe Cole"))[0]
            assert job is not None
            assert boxes(world.read_job(job.id))[0] is None


# --- Taken off a job (rule 13) ---------------------------------------------------------------------------------------


def test_rule_13_taking_a_contact_off_a_job_closes_their_link_there_alone(world: World) -> None:
    here, there = world.job(), world.job()
    for job in (here, there):
        world.text(job, dispatcher(world.ann), world.ana)
        Carrier(world).takes()
        world.writers.contact_links.issue(person_id(world.ana), job.id)
    assert doors(world, world.ana) == (2, 2)
    world.change(here, site_contact_id=world.ben.contact_id)
    assert doors(world, world.ana) == (1, 1)
    assert [link.revoked_at is None for link in world.writers.contact_links.of_job(there.id)] == [True]
    world.change(there, site_contact_id=None, billing_contact_id=world.ana.contact_id)
    assert doors(world, world.ana) == (1, 1), "still on it, as somebody else"


def test_the_next_text_there_invites_anew(world: World) -> None:
    world.strangers = True
    job = world.job()

    def text() -> str:
        world.text(job, dispatcher(world.ann), world.ana, body="We come at ten.")
        return Carrier(world).takes()[0]

    first, second = text(), text()
    world.change(job, site_contact_id=None)
    assert "STOP" in first
    assert "STOP" not in second
    assert "STOP" in text()
