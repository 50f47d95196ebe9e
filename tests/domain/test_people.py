"""Users and contacts: rules 5, 9 and 28."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.people import Contact, Role, first_name
from tests.domain.builders import ann, marco, modest

ana = Contact(id=1, customer_id=1, name="Ana Gómez", mobile="+15550101234")


def test_a_contact_with_a_mobile_and_sms_on_can_be_texted() -> None:
    assert ana.why_no_text() is None
    assert replace(ana, one_time=True).why_no_text() is None


@pytest.mark.parametrize("mobile", [None, ""])
def test_without_a_mobile_nobody_can_be_texted(mobile: str | None) -> None:
    assert "mobile" in (replace(ana, mobile=mobile).why_no_text() or "")


def test_rule_28_only_the_contact_can_undo_stop() -> None:
    why = replace(ana, opted_out=True).why_no_text() or ""
    assert "STOP" in why
    assert "START" in why


def test_sms_switched_off_is_said() -> None:
    assert "off" in (replace(ana, sms_on=False).why_no_text() or "")


@modest
@given(st.booleans(), st.booleans(), st.booleans())
def test_exactly_one_kind_of_contact_can_be_texted(has_mobile: bool, sms_on: bool, opted_out: bool) -> None:
    contact = replace(ana, mobile="+15550101234" if has_mobile else None, sms_on=sms_on, opted_out=opted_out)
    assert (contact.why_no_text() is None) is (has_mobile and sms_on and not opted_out)


def test_stop_is_named_even_where_sms_is_switched_off_too() -> None:
    assert "STOP" in (replace(ana, sms_on=False, opted_out=True).why_no_text() or "")


def test_rule_5_dispatch_is_every_active_dispatcher_with_chat() -> None:
    assert ann.dispatches
    assert not replace(ann, chat=False).dispatches
    assert not replace(ann, active=False).dispatches
    assert not marco.dispatches
    assert not replace(marco, admin=True).dispatches


def test_the_roles() -> None:
    assert {r.value for r in Role} == {"dispatcher", "worker"}


@pytest.mark.parametrize(
    ("name", "first"),
    [("Ann Lee", "Ann"), ("  Ann   Lee ", "Ann"), ("Ann", "Ann"), ("José Ruiz Gil", "José"), ("", "")],
)
def test_rule_9_contacts_see_a_first_name_never_a_surname(name: str, first: str) -> None:
    assert first_name(name) == first
