"""Phone numbers: E.164 inside, read as people type them (carrier facts, section 10)."""

import re
import unicodedata
from contextlib import suppress

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Refusal
from domain.phone import is_country, is_e164, parse, show, tail
from tests.domain.builders import modest


@pytest.mark.parametrize(
    ("typed", "country", "e164"),
    [
        ("(555) 010-1234", "US", "+15550101234"),
        ("555.010.1234", "US", "+15550101234"),
        ("1 555 010 1234", "US", "+15550101234"),
        (" 555 010 1234\n", "US", "+15550101234"),
        ("020 7946 0018", "GB", "+442079460018"),
        ("07700 900123", "GB", "+447700900123"),
        ("030 901820", "DE", "+4930901820"),
        ("0151 23456789", "DE", "+4915123456789"),
        ("912 34 56 78", "ES", "+34912345678"),
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("0491 570 156", "AU", "+61491570156"),
    ],
)
def test_a_national_number_is_read_in_its_country(typed: str, country: str, e164: str) -> None:
    assert parse(typed, country) == e164


@pytest.mark.parametrize("country", ["US", "GB", "DE", "ES"])
def test_an_international_number_is_the_same_in_every_country(country: str) -> None:
    assert parse("+44 20 7946 0018", country) == "+442079460018"
    assert parse("+1 (555) 010-1234", country) == "+15550101234"


@pytest.mark.parametrize("number", ["+15550101234", "+15550100000", "+15559999999", "+15005550006"])
def test_practice_numbers_are_accepted_as_they_are(number: str) -> None:
    assert parse(number, "US") == number
    assert is_e164(number)


@pytest.mark.parametrize(
    "typed",
    ["", " ", "abc", "call me", "123", "12", "+", "+1", "+1 555", "555 010 1234 5678", "+999 123 4567", "a@b.example"],
)
def test_what_cannot_be_read_is_refused_with_a_sentence_that_says_what_to_do(typed: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse(typed, "US")
    assert refused.value.field == "mobile"
    assert "country code" in refused.value.sentence
    assert re.search(r"\+\d", refused.value.sentence), "an example helps"
    assert refused.value.sentence.endswith(".")
    assert typed.strip() in refused.value.sentence


@pytest.mark.parametrize("typed", ["555-0123", "555 0123"])
def test_a_number_without_its_area_code_reaches_nobody_and_is_refused(typed: str) -> None:
    with pytest.raises(Refusal):
        parse(typed, "US")


@pytest.mark.parametrize("typed", ["+1 555 010 1234 ext. 5", "(555) 010-1234 x5"])
def test_an_extension_cannot_be_texted(typed: str) -> None:
    with pytest.raises(Refusal):
        parse(typed, "US")


@pytest.mark.parametrize("typed", ["\x1b]0;owned\x07", "\x9b31m", "x\u202eabc", "a\r\nb"])
def test_the_sentence_of_a_refusal_can_be_shown_as_it_is(typed: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse(typed, "US")
    hidden = {c for c in refused.value.sentence if unicodedata.category(c) in ("Cc", "Cf")}
    assert hidden == set()


def test_a_refusal_never_repeats_a_whole_novel() -> None:
    with pytest.raises(Refusal) as refused:
        parse("x" * 5_000, "US")
    assert len(refused.value.sentence) < 200


def test_more_than_fifteen_digits_are_no_number() -> None:
    with pytest.raises(Refusal):
        parse("10000000000000", "DE")


@pytest.mark.parametrize(("typed", "country"), [("000 1471 5743", "GB"), ("000000", "DE")])
def test_a_number_is_read_back_as_itself_or_refused(typed: str, country: str) -> None:
    number = "refused"
    with suppress(Refusal):
        number = parse(typed, country)
    if number != "refused":
        assert parse(number, country) == number


@modest
@given(
    st.text(max_size=20) | st.text(alphabet="+0123456789 ()-.", max_size=20),
    st.sampled_from(["US", "GB", "DE", "ES", "IT", "NU", "SH"]),
)
def test_whatever_is_typed_becomes_e164_or_is_refused(typed: str, country: str) -> None:
    number = "refused"
    with suppress(Refusal):
        number = parse(typed, country)
    if number != "refused":
        assert re.fullmatch(r"\+[1-9][0-9]{1,14}", number)
        assert parse(number, "US") == number


@pytest.mark.parametrize("country", ["US", "GB", "DE", "FR", "ES", "AU", "IT", "NZ", "NU", "TK"])
def test_the_form_a_number_is_stored_in_is_always_the_inside_form(country: str) -> None:
    example = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.FIXED_LINE)
    assert example is not None
    national = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.NATIONAL)
    assert is_e164(parse(national, country))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+",
        "15550101234",
        "+0555010123",
        "+1 555 010 1234",
        "+1555010123456789",
        "+1555x101234",
        "+15550101234\n",
        "62662",
        "ACME",
        "+١٥٥٥٠١٠١٢٣٤",
    ],
)
def test_anything_else_is_not_the_inside_form(text: str) -> None:
    assert not is_e164(text)


@pytest.mark.parametrize("text", ["+15550101234", "+442079460018", "+123456789012345"])
def test_the_inside_form(text: str) -> None:
    assert is_e164(text)


def test_people_read_a_number_with_spaces() -> None:
    assert show("+442079460018") == "+44 20 7946 0018"
    assert show("+15550101234").startswith("+1 ")


@pytest.mark.parametrize("sender", ["62662", "ACME", ""])
def test_a_sender_that_is_no_number_is_shown_as_it_is(sender: str) -> None:
    assert show(sender) == sender


def test_a_masked_number_shows_its_last_four_digits_only() -> None:
    assert [c for c in tail("+15550101234") if c.isdigit()] == ["1", "2", "3", "4"]


def test_countries_by_their_two_letters() -> None:
    assert is_country("US")
    assert is_country("DE")
    assert not is_country("XX")
    assert not is_country("USA")
    assert not is_country("")
