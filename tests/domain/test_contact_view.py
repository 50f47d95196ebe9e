"""How contacts see others: never a surname of staff, never a number."""

from hypothesis import given
from hypothesis import strategies as st

from domain.contact_view import about, masked_email, seen_as
from domain.messages import DISPATCH, SYSTEM, Party, Person

NUMBER = "+15550107777"
names = st.lists(st.sampled_from(["Ann", "Surname", "van", "der", "Jr.", NUMBER]), min_size=1, max_size=4).map(" ".join)


@given(
    role=st.sampled_from([Party.DISPATCHER, Party.WORKER]),
    first=st.sampled_from(["Ann", "Marco", "José"]),
    rest=names,
    other=st.none() | names,
)
def test_staff_keep_their_first_name_role_and_place_alone(
    role: Party, first: str, rest: str, other: str | None
) -> None:
    """Whatever stands behind the first name, in one name or in two (rule 9)."""
    name = f"{first} {rest}" + (f", through Zoe {other}" if other else "")
    seen = seen_as(Person(role, name, 7, mobile=NUMBER), "North")
    through = ", through Zoe" if other else ""
    assert seen == f"{first}{through} ({'worker' if role is Party.WORKER else 'dispatcher'}, North)"


@given(role=st.sampled_from(Party), name=names)
def test_nobodys_number_is_ever_in_it(role: Party, name: str) -> None:
    assert NUMBER not in seen_as(Person(role, name, 1, 2, NUMBER), "North")


def test_everybody_else_is_called_by_what_a_contact_knows() -> None:
    assert seen_as(DISPATCH, "North") == "Dispatch (North)"
    assert seen_as(SYSTEM, "North") == "North"
    assert seen_as(Person(Party.PHONE, NUMBER, mobile=NUMBER), "North") == "another phone"
    assert seen_as(Person(Party.CONTACT, "Ben Silva", contact_id=2), "North") == "Ben Silva"


def test_emails_and_numbers_are_told_apart_but_not_read() -> None:
    assert masked_email("ben.silva@example.com") == "b…@example.com"
    assert masked_email("no address") == masked_email("") == ""
    assert about("Foreman", NUMBER, "ben@example.com") == "Foreman · …7777 · b…@example.com"
