"""Contacts as use cases: only with the box as it is now, only one's own customers, every refusal at its field."""

from dataclasses import replace

import pytest

from domain.contacts import ContactFilter, ContactForm
from domain.errors import Refusal
from domain.jobs import JobForm, Status
from domain.people import Role, User
from messaging.contacts import Contacts
from tests.contacting import consents, form, keeper, made, names, person_id
from tests.desk import make_app
from tests.messaging.test_administration import tick
from tests.world import ANA, World

TYPED = {"customer": "Silva Farms", "name": "Cy Silva", "mobile": "555 010 7001", "groups": "drivers, Night"}


@pytest.fixture
def use(small_world: World) -> Contacts:
    """The use cases."""
    return make_app(small_world).services.contacts


@pytest.fixture
def ann(small_world: World) -> User:
    """Ann, with the Contacts box."""
    return keeper(small_world)


def test_what_is_typed_is_understood_at_the_location(small_world: World, use: Contacts, ann: User) -> None:
    made(small_world, "Dee", groups=("Drivers",))
    customer, found = use.read(ann, {**TYPED, "customer": " silva  FARMS "}, {"sms_on", "one_time"}, None)
    assert customer == "Silva Farms", "the one there is, not another one"
    assert found == ContactForm("Cy Silva", mobile="+15550107001", one_time=True, groups=("Drivers", "Night"))
    contact_id = use.create(ann, customer, found)
    assert use.file(ann, contact_id).record.form == found
    assert consents(small_world, replace(small_world.ana, contact_id=contact_id)) == [
        ("+15550107001", "Ann Lee", "typed in Contacts")
    ]


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("customer", " ", "Type the customer's name"),
        ("name", "", "Type the contact's name"),
        ("name", "x" * 81, "80 is the most"),
        ("title", "x" * 81, "80 is the most"),
        ("title", "a\x07b", "cannot be shown"),
        ("mobile", "gate", "is not a phone number"),
        ("email", "ana@", "is no email address"),
        ("time_zone", "Berlni", "is no time zone"),
        ("groups", "x" * 41, "too long"),
    ],
)
def test_every_refusal_names_its_field(use: Contacts, ann: User, field: str, typed: str, says: str) -> None:
    with pytest.raises(Refusal, match=says) as refused:
        use.read(ann, {**TYPED, field: typed}, {"sms_on"}, None)
    assert refused.value.field == field


def test_emails_are_wanted_only_where_there_is_an_address(use: Contacts, ann: User) -> None:
    with pytest.raises(Refusal, match="Type the email address too") as refused:
        use.read(ann, TYPED, {"email_on"}, None)
    assert refused.value.field == "email"


def test_switching_sms_on_says_so_in_the_consent(small_world: World, use: Contacts, ann: User) -> None:
    before = form(small_world, small_world.ana)
    off = replace(before, sms_on=False)
    use.change(ann, person_id(small_world.ana), before, off)
    use.change(ann, person_id(small_world.ana), off, before)
    assert consents(small_world, small_world.ana)[1:] == [(ANA, "Ann Lee", "SMS switched on in Contacts")]


def test_the_box_counts_as_it_is_now(small_world: World, use: Contacts, ann: User) -> None:
    """A form that was opened with it does not keep it; looking needs Chat or the box."""
    ana = person_id(small_world.ana)
    tick(small_world, ann, contacts=False)
    with pytest.raises(Refusal, match="may not change customers and contacts: that needs the contacts box"):
        use.remove(ann, ana)
    assert use.page(ann, ContactFilter()).total == 2
    tick(small_world, ann, chat=False)
    with pytest.raises(Refusal, match="needs to be a dispatcher with the Chat box or the contacts box"):
        use.page(ann, ContactFilter())
    tick(small_world, ann, contacts=True)
    assert use.page(ann, ContactFilter()).total == 2
    with pytest.raises(Refusal):
        use.file(small_world.marco, ana)


def test_somebody_elses_customer_is_as_if_it_were_not_there(small_world: World, use: Contacts) -> None:
    """The same words as for a contact that never was."""
    south = small_world.writers.people.add_location("South", "US", "America/Denver", [])
    sue = keeper(small_world, small_world.user("Sue", Role.DISPATCHER, locations=(south,)))
    small_world.job()
    ana, customer = person_id(small_world.ana), small_world.read_job(1).customer_id
    said = set()
    for contact_id in (ana, 4711):
        for act in (
            lambda c=contact_id: use.file(sue, c),
            lambda c=contact_id: use.remove(sue, c),
            lambda c=contact_id: use.change(sue, c, ContactForm("a"), ContactForm("b")),
            lambda c=contact_id: use.begin(sue, None, c),
        ):
            with pytest.raises(Refusal) as refused:
                act()
            said.add(refused.value.sentence)
    assert said == {"This contact is not in your list any more. Go back to the list."}
    with pytest.raises(Refusal, match="customer is not in your list"):
        use.begin(sue, customer, None)
    assert names(small_world) == ["Ana Silva", "Ben Silva"]


def test_what_is_told_before_deleting_is_what_happens(small_world: World, use: Contacts, ann: User) -> None:
    first, second = small_world.job(), small_world.job()
    small_world.job(status=Status.COMPLETED)
    ana = person_id(small_world.ana)
    assert [job.number for job in use.open_jobs(ann, ana)] == [second.number, first.number]
    use.remove(ann, ana)
    assert [small_world.read_job(job.id).site for job in (first, second)] == [None, None]


def test_two_contacts_side_by_side(small_world: World, use: Contacts, ann: User) -> None:
    job = small_world.job()
    small_world.text(job, small_world.ben, small_world.ana)
    both = use.look_at_both(ann, person_id(small_world.ana), person_id(small_world.ben))
    assert set(both.differing) == {"name", "title", "email", "mobile"}
    assert both.moves.words == "1 job, 1 message, 1 consent"
    done = use.merge(ann, both, both.choices)
    assert names(small_world) == ["Ana Silva"]
    use.undo_merge(ann, done)
    assert names(small_world) == ["Ana Silva", "Ben Silva"]


def test_who_belongs_to_another_customer_is_named_before_anything_is_chosen(
    small_world: World, use: Contacts, ann: User
) -> None:
    other = made(small_world, "Ana Silva", ANA, "Okafor Ltd")
    with pytest.raises(Refusal, match="Ana Silva is of Silva Farms, Ana Silva of Okafor Ltd") as refused:
        use.look_at_both(ann, person_id(small_world.ana), person_id(other))
    assert refused.value.field == "second"


def test_customers_are_added_and_renamed(small_world: World, use: Contacts, ann: User) -> None:
    use.add_customer(ann, " Okafor   Ltd ")
    (okafor,) = use.customers(ann, "okafor")
    use.rename_customer(ann, okafor, "Okafor & Co")
    assert [each.name for each in use.customers(ann)] == ["Okafor & Co", "Silva Farms"]
    with pytest.raises(Refusal, match="Type the customer's name"):
        use.add_customer(ann, " ")


def test_a_new_customer_comes_with_their_first_contact(small_world: World, use: Contacts, ann: User) -> None:
    customer, found = use.read(ann, {**TYPED, "customer": "New Yard"}, {"sms_on"}, None)
    use.create(ann, customer, found)
    assert names(small_world, "new yard") == ["Cy Silva"]
    form_of_job = JobForm("Y1", "", "", Status.NEW, small_world.berlin, "New Yard")
    assert small_world.writers.jobs.create(form_of_job, "Ann Lee")
    assert len(use.customers(ann, "new yard")) == 1
