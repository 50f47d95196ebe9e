"""Contacts: what may be typed, what two people changed at once, and what states consent. Rule 23."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.contact_merging import FIELDS, Moves, Side, differing, merged_form, proposed
from domain.contacts import (
    MOST_GROUPS,
    ContactForm,
    ContactRecord,
    changed,
    checked_email,
    checked_groups,
    is_new_consent,
    words_of,
)
from domain.errors import Refusal
from domain.text import fold
from tests.domain.builders import modest

ONE, TWO = "+15550160001", "+15550160002"
forms = st.builds(
    ContactForm,
    name=st.sampled_from(("Ana", "Ben")),
    title=st.sampled_from(("", "Owner", "Boss")),
    email=st.sampled_from(("", "a@example.com", "b@example.com")),
    mobile=st.sampled_from((None, ONE, TWO)),
    sms_on=st.booleans(),
    email_on=st.booleans(),
    one_time=st.booleans(),
    time_zone=st.sampled_from(("", "Europe/Berlin")),
    groups=st.sets(st.sampled_from(("Drivers", "Accounts", "Night"))).map(lambda names: tuple(sorted(names))),
)


@pytest.mark.parametrize(
    "typed", ["ana@example.com", " a.b+c@mail.example.co.uk ", "jürgen@müller.example", "o'hara@x.ie"]
)
def test_an_email_address_is_taken_as_typed(typed: str) -> None:
    assert checked_email(typed) == typed.strip()


def test_no_email_is_none() -> None:
    assert checked_email("  ") == ""


NO_EMAILS = (
    *("ana", "ana@", "@example.com", "ana@example", "a na@example.com", "ana@@example.com", "ana@-x.com", "ana@x..com"),
    *("ana@example.com, ben@example.com", "<ana@example.com>", "ana@exam\x07ple.com", "a" * 65 + "@example.com"),
    "ana@" + "e" * 250 + ".com",
)


@pytest.mark.parametrize("typed", NO_EMAILS)
def test_what_can_be_no_email_is_refused_with_its_field(typed: str) -> None:
    with pytest.raises(Refusal) as refused:
        checked_email(typed)
    assert refused.value.field == "email"


def test_groups_are_folded_into_those_there_are() -> None:
    known = ("Drivers", "Zoë's team")
    assert checked_groups(["drivers", " zoe's  team ", "New one", "NEW ONE", ""], known) == (
        "Drivers",
        "New one",
        "Zoë's team",
    )


@pytest.mark.parametrize("names", [["x" * 41], ["a\x07b"], ["a, b"], [f"g{i}" for i in range(MOST_GROUPS + 1)]])
def test_a_group_that_cannot_be_is_refused_with_its_field(names: list[str]) -> None:
    with pytest.raises(Refusal) as refused:
        checked_groups(names)
    assert refused.value.field == "groups"


@modest
@given(forms, forms, forms)
def test_two_who_edit_at_once_keep_each_others_fields(
    stored: ContactForm, before: ContactForm, after: ContactForm
) -> None:
    """Whatever I did not touch is as it is stored now; whatever I touched is mine; groups one by one."""
    found = changed(stored, before, after)
    for name in FIELDS:
        touched = getattr(before, name) != getattr(after, name)
        assert getattr(found, name) == getattr(after if touched else stored, name)
    for group in ("Drivers", "Accounts", "Night"):
        touched = (group in before.groups) != (group in after.groups)
        assert (group in found.groups) == (group in (after if touched else stored).groups)


@modest
@given(st.none() | forms, forms)
def test_rule_23_a_typed_number_and_sms_switched_on_state_consent(
    before: ContactForm | None, after: ContactForm
) -> None:
    new_number = after.mobile is not None and (before is None or before.mobile != after.mobile)
    switched_on = before is not None and after.mobile is not None and after.sms_on and not before.sms_on
    assert is_new_consent(before, after) == (new_number or switched_on)


def test_the_words_of_a_contact_begin_with_the_name() -> None:
    """Lists are sorted by them."""
    words = words_of("Zoë Ångström", "Chef", "zoe@example.com", ONE, ("Night",))
    assert words == "zoe angstrom chef zoe@example.com +15550160001 night"


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (ContactRecord(1, 1, "Silva", ContactForm("Ana", mobile=ONE)), ""),
        (ContactRecord(1, 1, "Silva", ContactForm("Ana")), "no mobile"),
        (ContactRecord(1, 1, "Silva", ContactForm("Ana", mobile=ONE, sms_on=False)), "switched off"),
        (ContactRecord(1, 1, "Silva", ContactForm("Ana", mobile=ONE), opted_out=True), "STOP"),
    ],
)
def test_a_line_says_why_somebody_cannot_be_texted(record: ContactRecord, why: str) -> None:
    assert (why in record.why_no_text) if why else not record.why_no_text


# --- Merging ---------------------------------------------------------------------------------------------------------


@modest
@given(forms, forms)
def test_the_proposal_keeps_what_only_one_of_them_says(kept: ContactForm, gone: ContactForm) -> None:
    found = merged_form(kept, gone, proposed(kept, gone))
    for name in ("title", "email", "mobile", "time_zone"):
        assert getattr(found, name) == (getattr(kept, name) or getattr(gone, name))
    assert found.sms_on == (kept.sms_on and gone.sms_on), "nobody is texted again by a merge"
    assert found.one_time == (kept.one_time and gone.one_time), "nobody vanishes from the picker by one"
    assert set(found.groups) == {*kept.groups, *gone.groups}


@modest
@given(forms, forms, st.fixed_dictionaries({name: st.sampled_from(Side) for name in FIELDS}))
def test_each_value_is_the_one_that_was_chosen(kept: ContactForm, gone: ContactForm, sides: dict[str, Side]) -> None:
    found = merged_form(kept, gone, sides)
    for name, side in sides.items():
        assert getattr(found, name) == getattr(gone if side is Side.GONE else kept, name)
    assert set(differing(kept, gone)) == {name for name in FIELDS if getattr(kept, name) != getattr(gone, name)}


def test_groups_that_differ_in_spelling_alone_are_one() -> None:
    found = merged_form(ContactForm("A", groups=("Drivers",)), ContactForm("B", groups=("drivers", "Night")), {})
    assert found.groups == ("Drivers", "Night")
    assert [fold(name) for name in found.groups] == ["drivers", "night"]


def test_what_goes_over_is_said_in_words() -> None:
    assert Moves().words == "nothing"
    assert Moves(jobs=1, messages=2, consents=1, decisions=3).words == (
        "1 job, 2 messages, 1 consent, 3 estimate decisions"
    )
