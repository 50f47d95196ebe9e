"""People and places: names are unique, contacts are matched by phone, numbers carry consent."""

import time

import pytest
from sqlmodel import col, select

from app.wiring import Readers, Writers
from domain.account import Account
from domain.errors import Refusal
from domain.messages import Person
from domain.people import Role, StatedContact
from domain.phone import tail
from storage.people import NewUser, customer_named, keep_contact
from storage.tables.people import ConsentRow, ContactRow
from tests.storage.rows import another, together
from tests.world import ANA, OURS, World

NEW = "+15550105001"
STATED = ("Abe Cole", "typed in contacts")


def keep(world: World, contact_id: int | None, details: StatedContact, customer: str = "Silva Farms") -> ContactRow:
    with world.write() as session:
        owner = customer_named(session, customer)
        found = keep_contact(session, owner, contact_id, details, STATED, world.clock())
        return session.get_one(ContactRow, found)


def consents(world: World, contact_id: int | None) -> list[ConsentRow]:
    with world.writers.database.read() as session:
        mine = select(ConsentRow).where(ConsentRow.contact_id == contact_id).order_by(col(ConsentRow.id))
        return list(session.exec(mine))


def candidates(world: World, words: str) -> list[str]:
    return [c.name for c in world.readers.threads.candidates(world.ann, world.job(), words)]


# --- Contacts --------------------------------------------------------------------------------------------------------


def test_a_contact_is_matched_by_mobile_within_the_customer(world: World) -> None:
    """Importing the same person under another spelling changes them; elsewhere it is somebody else."""
    same = keep(world, None, StatedContact(name="Ana Maria Silva", mobile=ANA))
    assert (same.id, same.name, same.title) == (world.ana.contact_id, "Ana Maria Silva", "Owner")
    other = keep(world, None, StatedContact(name="Ana Silva", mobile=ANA), customer="Okafor Ltd")
    assert other.id != world.ana.contact_id


def test_what_is_not_said_is_kept_and_an_empty_word_clears(world: World) -> None:
    assert world.ana.contact_id is not None
    kept = keep(world, world.ana.contact_id, StatedContact(title="Director"))
    assert (kept.name, kept.title, kept.mobile, kept.email) == ("Ana Silva", "Director", ANA, "ana@example.com")
    kept = keep(world, world.ana.contact_id, StatedContact(title="", email=""))
    assert (kept.title, kept.email) == ("", "")
    kept = keep(world, world.ana.contact_id, StatedContact(mobile=""))
    assert (kept.name, kept.mobile) == ("Ana Silva", None)


def test_another_number_is_another_person(world: World) -> None:
    """A number that changes hands must not take consent and history with it."""
    made = keep(world, world.ana.contact_id, StatedContact(name="Ana Silva", mobile=NEW))
    assert made.id != world.ana.contact_id
    assert keep(world, world.ana.contact_id, StatedContact()).mobile == ANA


def test_consent_is_recorded_for_a_new_number_and_once(world: World) -> None:
    (first,) = consents(world, world.ana.contact_id)
    assert (first.mobile, first.wording, first.stated_by) == (ANA, "stated by the provider", "Ann Lee")
    assert (first.source, first.at) == ("test", world.clock())
    keep(world, None, StatedContact(name="Ana", mobile=ANA))
    assert len(consents(world, world.ana.contact_id)) == 1
    silent = keep(world, None, StatedContact(name="Sam Silva"))
    assert consents(world, silent.id) == []
    world.clock.advance(days=1)
    keep(world, silent.id, StatedContact(mobile=NEW))
    (later,) = consents(world, silent.id)
    assert (later.mobile, later.stated_by, later.source, later.at) == (NEW, *STATED, world.clock())


def test_contacts_are_found_by_name_title_email_and_phone_without_accents(world: World) -> None:
    keep(world, None, StatedContact("José Gómez", "Jefe 100%", NEW, "jose@gomez.example"))
    keep(world, None, StatedContact("Olga Okafor", "Director", "+15550105002", ""), customer="Okafor Ltd")
    for words in ("jose", "GÓMEZ", "jefe", "100%", "gomez.example", "105001", "gomez jose"):
        assert candidates(world, words) == ["José Gómez"], words
    assert candidates(world, "") == ["Ana Silva", "Ben Silva", "José Gómez"]
    assert candidates(world, "olga") == []
    assert candidates(world, "_") == []
    assert candidates(world, "nobody") == []


def test_two_programs_making_the_same_customer_make_one(world: World) -> None:
    with another(world) as one, another(world) as two:

        def make(writers: Writers, wait: float, stay: float) -> int:
            time.sleep(wait)
            with writers.database.write() as session:
                made = customer_named(session, "Okafor Ltd")
                time.sleep(stay)
                return made

        made = together(lambda: make(one, 0, 0.4), lambda: make(two, 0.1, 0))
    assert made[0] == made[1]


# --- Users -----------------------------------------------------------------------------------------------------------


def test_user_names_are_unique_and_the_refusal_says_what_to_do(world: World) -> None:
    with pytest.raises(Refusal, match=r"already a user called Ann Lee.*surname or an initial") as refused:
        world.writers.people.add_user(NewUser("Ann Lee", Role.WORKER))
    assert refused.value.field == "name"


def test_users_are_listed_dispatchers_first_then_by_name(world: World) -> None:
    names = [found.name for found in world.readers.reads.sign_in_names()]
    assert names == ["Abe Cole", "Ann Lee", "Marco Diaz", "Mia Wong"]


def test_a_user_without_stated_locations_sees_all_there_are(world: World) -> None:
    south = world.writers.people.add_location("South", "US", "America/Denver", [])
    assert world.user("All", Role.DISPATCHER).location_ids == {world.berlin, south}
    assert world.user("One", Role.DISPATCHER, locations=(south,)).location_ids == {south}
    assert world.ann.location_ids == {world.berlin}


def test_a_user_is_found_by_name_and_by_the_computers_account(world: World) -> None:
    reads = world.readers.reads
    user_id = world.writers.people.add_user(NewUser("Ada", Role.DISPATCHER, admin=True, system_account="ada"))
    found = reads.user_of_system("ada")
    assert found is not None
    assert (found.id, found.admin, found.chat) == (user_id, True, True)
    assert reads.user_named("Ada") == found
    assert [reads.user_named("ada"), reads.user_of_system("eve"), reads.user(4711)] == [None, None, None]


def test_the_workers_of_a_location(world: World) -> None:
    south = world.writers.people.add_location("South", "US", "America/Denver", [])
    world.user("Sue", Role.WORKER, locations=(south,))
    names = {place: [name for _, name in world.readers.reads.workers(place)] for place in (world.berlin, south)}
    assert names == {world.berlin: ["Marco Diaz", "Mia Wong"], south: ["Sue"]}


# --- Places and the account ------------------------------------------------------------------------------------------


def test_a_locations_name_and_numbers_belong_to_one_location(world: World) -> None:
    people = world.writers.people
    with pytest.raises(Refusal, match="already a location called North") as refused:
        people.add_location("North", "US", "America/Denver", [])
    assert refused.value.field == "location"
    with pytest.raises(Refusal, match="already belongs to a location") as refused:
        people.add_location("South", "US", "America/Denver", ["+15550100008", OURS])
    assert refused.value.field == "number"
    assert [place.name for place in world.readers.reads.locations()] == ["North"], "half of it was not kept"


def test_a_database_belongs_to_one_carrier_account(world: World) -> None:
    people = world.writers.people
    people.set_up(Account(three_way=False))
    assert not world.readers.reads.account().three_way
    with pytest.raises(Refusal, match=r"belongs to PRACTICE.*new database"):
        people.set_up(Account(carrier="AC123"))
    assert world.readers.reads.account().practice


def test_a_database_without_an_account_says_what_to_run(sqlite_url: str) -> None:

    readers = Readers(sqlite_url)
    with pytest.raises(Refusal, match="jobline init"):
        readers.reads.account()
    readers.close()


def test_a_person_keeps_their_name_on_what_they_wrote(world: World) -> None:
    """Messages name people as they were when it was written."""
    job = world.job()
    world.text(job, world.ana, Person(world.ben.role, "Ben Silva", contact_id=world.ben.contact_id))
    keep(world, world.ana.contact_id, StatedContact(name="Ana Married"))
    (message,), _ = world.readers.threads.messages(world.ann, job.id)
    assert message.author.name == "Ana Silva"
    site = world.read_job(job.id).site
    assert site is not None
    assert (site.name, tail(site.mobile or "")) == ("Ana Married", "…2001")
