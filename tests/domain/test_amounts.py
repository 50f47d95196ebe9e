"""Money as people type it becomes the amount they meant, or a sentence; never another amount."""

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.amounts import LARGEST, LARGEST_TAX, money, plain_money, show_money, tax
from domain.errors import Refusal
from tests.domain.builders import modest

PLACES = {"USD": 2, "EUR": 2, "JPY": 0, "KWD": 3}
currencies = st.sampled_from(sorted(PLACES))
amounts = st.integers(-LARGEST, LARGEST)


@modest
@given(amounts, currencies)
def test_what_is_shown_can_be_typed_again(amount: int, currency: str) -> None:
    assert money(plain_money(amount, currency), currency) == amount
    shown = show_money(amount, currency)
    assert money(shown.replace(f"{currency} ", ""), currency) == amount
    assert Decimal(plain_money(amount, currency)) * 10 ** PLACES[currency] == amount


@modest
@given(amounts, st.sampled_from(["USD", "EUR"]))
def test_decimal_comma_and_dots_between_thousands_mean_the_same(amount: int, currency: str) -> None:
    english = plain_money(amount, currency, grouped=True)
    german = english.translate({ord(","): ".", ord("."): ","})
    assert money(german, currency) == money(english, currency) == amount
    assert money(english.replace(",", "\u202f"), currency) == amount


@pytest.mark.parametrize(
    ("typed", "currency", "meant"),
    [
        ("", "USD", 0),
        ("12", "USD", 1200),
        ("12,5", "USD", 1250),
        ("12.5", "USD", 1250),
        ("1,234", "USD", 123_400),
        ("1.234,50", "EUR", 123_450),
        ("1'234.50", "EUR", 123_450),
        ("1.234.567", "EUR", 123_456_700),
        ("12.3400", "USD", 1234),
        ("\u221220", "USD", -2000),
        ("+3", "USD", 300),
        (".5", "USD", 50),
        ("1,234", "JPY", 1234),
        ("1.5", "KWD", 1500),
    ],
)
def test_amounts_are_read_as_they_are_meant(typed: str, currency: str, meant: int) -> None:
    assert money(typed, currency) == meant


_NO_WORDS = ("x", ".", "-", "--5", "1,23,456", "12,345,6", "1e5", "NaN", "sNaN", "Infinity", "1_000", "1,234.5.6")
_NOT_EXACT = ("1.234", "1.500", "0.001", "1." + "0" * 40 + "1", "1.234,5,6", "9" * 60, str(LARGEST))


@pytest.mark.parametrize("typed", [*_NO_WORDS, *_NOT_EXACT])
def test_what_may_mean_two_amounts_or_none_is_refused_in_words(typed: str) -> None:
    with pytest.raises(Refusal) as refused:
        money(typed, "USD", "parts")
    assert refused.value.field == "parts"
    assert len(refused.value.sentence) < 120


@modest
@given(st.text(alphabet="0123456789.,+-'\u2212 eExX%", max_size=24), currencies)
def test_nothing_that_is_typed_raises_anything_but_a_sentence(typed: str, currency: str) -> None:
    with suppress(Refusal):
        assert abs(money(typed, currency)) <= LARGEST
    with suppress(Refusal):
        assert 0 <= tax(typed) <= LARGEST_TAX


@pytest.mark.parametrize(("typed", "meant"), [("", 0), ("19", 1900), ("7.5 %", 750), ("7,5", 750), ("100", 10_000)])
def test_a_tax_is_read_in_percent(typed: str, meant: int) -> None:
    assert tax(typed) == meant


@pytest.mark.parametrize("typed", ["100.01", "-1", "0.001", "x", "1,000", "1" * 50])
def test_a_tax_that_is_none_is_refused(typed: str) -> None:
    with pytest.raises(Refusal) as refused:
        tax(typed)
    assert refused.value.field == "tax"
