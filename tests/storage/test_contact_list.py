"""The list of contacts: found by anything, as far as one may see, page by page; and the customers."""

import pytest
from sqlmodel import select

from domain.contacts import ContactFilter, ContactRecord
from domain.errors import Refusal
from domain.jobs import JobForm, Status
from domain.people import Role, User
from storage.opt_outs import opt_out
from storage.tables.people import ContactRow, CustomerRow
from tests.contacting import boxes, file, made, merge, names, person_id
from tests.world import ANA, World

NEW = "+15550170001"


def record(world: World, name: str, viewer: User | None = None) -> ContactRecord:
    """The one line with this name."""
    page = world.writers.contact_list.page(viewer or world.ann, ContactFilter(name))
    return next(row for row in page.rows if row.form.name == name)


def test_a_contact_is_found_by_anything_without_accents(world: World) -> None:
    made(world, "José Gómez", NEW, "Åse Bygg", title="Jefe 100%", email="jose@gomez.example", groups=("Noche",))
    for words in ("jose", "GÓMEZ", "jefe", "100%", "gomez.example", "170001", "noche", "ase bygg", "gomez noche ase"):
        assert names(world, words) == ["José Gómez"], words
    assert names(world, "_") == []
    assert names(world, "gomez silva") == []
    assert names(world) == ["Ana Silva", "Ben Silva", "José Gómez"]
    assert names(world, "silva farms") == ["Ana Silva", "Ben Silva"]


def test_a_line_has_everything_that_a_list_shows(world: World) -> None:
    made(world, "Cy", ANA, title="Driver", groups=("Night", "Drivers"), time_zone="Europe/Berlin", email_on=True)
    world.job()
    world.job(site_contact_id=None)
    with world.write() as session:
        opt_out(session, ANA, "STOP", world.clock())
    ana, cy = record(world, "Ana Silva"), record(world, "Cy")
    assert (ana.customer, ana.opted_out, ana.open_jobs, ana.twins) == ("Silva Farms", True, 1, 1)
    assert (cy.form.groups, cy.form.time_zone, cy.form.email_on) == (("Drivers", "Night"), "Europe/Berlin", True)
    assert (cy.open_jobs, cy.twins) == (0, 1)
    assert record(world, "Ben Silva").open_jobs == 2


def test_duplicates_by_number_stand_next_to_each_other(world: World) -> None:
    made(world, "Zed", ANA, "Okafor Ltd")
    made(world, "Amy", NEW)
    assert names(world, duplicates=True) == ["Ana Silva", "Zed"]
    assert names(world, "okafor", duplicates=True) == ["Zed"]
    (twin,) = file(world, world.ana).twins
    assert (twin.form.name, twin.customer) == ("Zed", "Okafor Ltd")


def test_pages_follow_one_another_without_a_gap(world: World) -> None:
    with world.write() as session:
        owner = session.exec(select(CustomerRow.id).where(CustomerRow.name == "Silva Farms")).one()
        for i in range(450):
            word = f"person {i % 9}"
            session.add(ContactRow(customer_id=owner or 0, name=f"Person {i}", mobile=ANA, search_text=word))
    for wanted in (ContactFilter("person"), ContactFilter("person", duplicates=True)):
        found: list[int] = []
        page = world.writers.contact_list.page(world.ann, wanted)
        assert (len(page.rows), page.total) == (200, 450)
        while True:
            found += [row.id for row in page.rows]
            if page.after is None:
                break
            page = world.writers.contact_list.page(world.ann, wanted, page.after)
        assert len(found) == len(set(found)) == 450


def test_one_sees_customers_with_jobs_at_ones_places_and_those_without_any(world: World) -> None:
    south = world.writers.people.add_location("South", "US", "America/Denver", [])
    sue = world.user("Sue", Role.DISPATCHER, locations=(south,))
    world.job()
    made(world, "Sam", NEW, "South Oil")
    made(world, "Twin", ANA, "South Oil")
    assert names(world, viewer=sue) == ["Sam", "Twin"], "nobody is at the other place"
    world.writers.jobs.create(JobForm("S1", "", "", Status.NEW, south, "South Oil"), "Sue")
    assert names(world, viewer=sue) == ["Sam", "Twin"]
    assert names(world) == ["Ana Silva", "Ben Silva"]
    assert record(world, "Twin", sue).twins == 0, "absence and refusal look the same"
    assert names(world, duplicates=True, viewer=sue) == []
    listed = world.writers.contact_list
    assert [customer.name for customer in listed.customers(sue)] == ["South Oil"]
    assert listed.record(sue, person_id(world.ana)) is None
    assert listed.with_number(sue, ANA)[0].form.name == "Twin"
    assert world.writers.contact_files.file(sue, person_id(world.ana)) is None


def test_the_file_has_jobs_consents_and_every_stop(world: World) -> None:
    first, second = world.job(), world.job(billing_contact_id=world.ana.contact_id)
    world.clock.advance(hours=1)
    with world.write() as session:
        opt_out(session, ANA, "stop", world.clock())
    found = file(world, world.ana)
    assert [(job.number, job.box, job.closed) for job in found.jobs] == [
        (second.number, "site contact, billing contact", False),
        (first.number, "site contact", False),
    ]
    assert [(said.wording, said.by) for said in found.permissions] == [
        ("opted out (stop)", "the contact"),
        ("stated by the provider", "Ann Lee"),
    ]
    assert "STOP" in found.record.why_no_text


def test_who_was_deleted_or_merged_is_offered_nowhere(world: World) -> None:
    """Lists, the picker, matching by number, the practice phones."""
    gone, cy = made(world, "Gone", NEW), made(world, "Cy", "+15550170002")
    job = world.job()
    world.writers.contacts.remove(person_id(gone), "Ann Lee")
    merge(world, cy, world.ben)
    threads = world.readers.threads
    for words in ("", "gone", "ben", "170001"):
        assert not {"Gone", "Ben Silva"} & {*names(world, words)}
        assert not {"Gone", "Ben Silva"} & {contact.name for contact in threads.candidates(world.ann, job, words)}
    assert threads.to_text(job, [person_id(gone), person_id(world.ben)]) == []
    assert NEW not in world.readers.reads.names_of_phones()
    again = world.change(job, ad_hoc_mobile=NEW)
    assert again.ad_hoc is not None
    assert again.ad_hoc.id != gone.contact_id
    assert boxes(again)[1] == cy.contact_id


# --- Customers -------------------------------------------------------------------------------------------------------


def test_customers_are_listed_by_name_with_their_counts(world: World) -> None:
    world.job()
    world.writers.customers.add("Åse Bygg")
    found = world.writers.contact_list.customers(world.ann)
    assert [(each.name, each.contacts, each.open_jobs) for each in found] == [("Åse Bygg", 0, 0), ("Silva Farms", 2, 1)]
    assert [each.name for each in world.writers.contact_list.customers(world.ann, "ase")] == ["Åse Bygg"]


def test_a_customers_new_name_stands_on_its_jobs_and_finds_them(world: World) -> None:
    job = world.job()
    owner = world.read_job(job.id).customer_id
    world.writers.customers.rename(owner, "Silva Farms", "Silva & Sons")
    after = world.read_job(job.id)
    assert (after.customer, after.version) == ("Silva & Sons", job.version + 1), "an open form would bring it back"
    assert names(world, "sons") == ["Ana Silva", "Ben Silva"]
    (row,) = world.readers.plain.rows("SELECT search_text FROM job")
    assert "silva & sons" in row[0]
    with pytest.raises(Refusal, match="named this customer Silva & Sons meanwhile"):
        world.writers.customers.rename(owner, "Silva Farms", "Other")


def test_a_customers_name_belongs_to_one(world: World) -> None:
    for act in (
        lambda: world.writers.customers.add("silva farms"),
        lambda: world.writers.customers.rename(world.writers.customers.add("New"), "New", "SILVA FARMS"),
    ):
        with pytest.raises(Refusal, match="already a customer called Silva Farms") as refused:
            act()
        assert refused.value.field == "name"


def test_numbers_are_read_where_the_customer_is(world: World) -> None:
    london = world.writers.people.add_location("London", "GB", "Europe/London", [])
    both = world.user("Both", Role.DISPATCHER)
    job_id = world.writers.jobs.create(JobForm("L1", "", "", Status.NEW, london, "Thames Ltd"), "Both")
    job = world.readers.threads.job(both, job_id)
    assert job is not None
    countries = [world.writers.contact_list.country(both, customer) for customer in (None, job.customer_id)]
    assert countries == ["US", "GB"]
