"""Links cannot be guessed, and nothing that is stored holds one (rule 25)."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.links import (
    PLACE,
    TAKEN_OUT,
    Kind,
    address,
    base_of,
    code,
    form_fits,
    form_token,
    link_of,
    token,
    with_address,
    without_secrets,
)
from tests.domain.builders import modest

KEY = bytes(range(32))
OTHER = bytes(range(1, 33))
ids = st.integers(1, 2**31 - 1)
kinds = st.sampled_from(Kind)


@modest
@given(kinds, ids)
def test_a_token_names_its_row_to_whoever_has_the_key(kind: Kind, link_id: int) -> None:
    assert link_of(KEY, kind, token(KEY, kind, link_id)) == link_id


@modest
@given(kinds, ids)
def test_a_token_holds_128_bits_that_nobody_can_guess(kind: Kind, link_id: int) -> None:
    number, _, seal = token(KEY, kind, link_id).partition("-")
    assert int(number) == link_id
    assert len(base64.urlsafe_b64decode(f"{seal}==")) == 16


@modest
@given(kinds, ids, st.integers(0, 200), st.characters(codec="utf-8"))
def test_changing_any_one_character_makes_it_no_link(kind: Kind, link_id: int, place: int, other: str) -> None:
    right = token(KEY, kind, link_id)
    place %= len(right)
    wrong = right[:place] + other + right[place + 1 :]
    assert (link_of(KEY, kind, wrong) is not None) == (wrong == right)


@modest
@given(st.text(max_size=60))
def test_anything_else_is_no_link(given_: str) -> None:
    assert link_of(KEY, Kind.WORKER, given_) is None


@modest
@given(kinds, kinds, ids, ids)
def test_a_token_opens_its_own_row_of_its_own_kind_with_its_own_key(a: Kind, b: Kind, one: int, two: int) -> None:
    moved = token(KEY, a, one).replace(f"{one}-", f"{two}-", 1)
    assert (link_of(KEY, b, moved) is not None) == ((a, one) == (b, two))
    assert link_of(OTHER, a, token(KEY, a, one)) is None


@modest
@given(kinds, ids)
def test_a_phone_makes_the_whole_address_tappable(kind: Kind, link_id: int) -> None:
    """Many leave punctuation at the end of an address out."""
    assert address("https://x.example", KEY, kind, link_id)[-1].isalnum()


@pytest.mark.parametrize("given_", ["1-\ud800", "0-" + "A" * 22, "-1-" + "A" * 22, "١-" + "A" * 22, "1-" + "A" * 23])
def test_strange_tokens_are_no_links(given_: str) -> None:
    assert link_of(KEY, Kind.WORKER, given_) is None


def test_a_form_fits_its_own_link_and_act_alone() -> None:
    seal = form_token(KEY, 7, "reply 12")
    assert form_fits(KEY, 7, "reply 12", seal)
    assert not form_fits(KEY, 8, "reply 12", seal)
    assert not form_fits(KEY, 7, "reply 13", seal)
    assert not form_fits(KEY, 7, "end 12", seal)
    assert not form_fits(OTHER, 7, "reply 12", seal)
    assert not form_fits(KEY, 7, "reply 12", "")


def test_the_address_is_put_in_where_the_text_leaves() -> None:
    assert with_address(f"Read and answer: {PLACE}", "https://x.example/w/1-a") == (
        "Read and answer: https://x.example/w/1-a"
    )


def test_without_an_address_the_text_reads_well() -> None:
    assert with_address(f"New message on job 1 (A). Read and answer: {PLACE}", "") == (
        "New message on job 1 (A). Read and answer."
    )
    assert with_address(f"Come at ten {PLACE}", "") == "Come at ten"


@pytest.mark.parametrize(
    ("practice", "public", "own", "base"),
    [
        (True, "", "http://127.0.0.1:8645", "http://127.0.0.1:8645"),
        (True, "https://x.example", "http://127.0.0.1:8645", "https://x.example"),
        (True, "", "", ""),
        (False, "https://x.example", "http://127.0.0.1:8645", "https://x.example"),
        (False, "", "http://127.0.0.1:8645", ""),
        (False, "http://localhost:8645", "http://127.0.0.1:8645", ""),
    ],
)
def test_live_links_need_a_public_https_address(practice: bool, public: str, own: str, base: str) -> None:
    assert base_of(practice, public, own) == base


@given(link=st.integers(1, 10**9), message=st.integers(1, 10**9), key=st.binary(min_size=16, max_size=32))
def test_what_somebody_quotes_opens_nothing(link: int, message: int, key: bytes) -> None:
    """A phone's reaction quotes the whole text; whoever reads it must not have the link, or the code (rules 25, 52)."""
    for base in ("https://jobs.example", "http://127.0.0.1:8080/desk", "jobs.example"):
        for kind in Kind:
            sent = address(base, key, kind, link, message if kind is Kind.CONTACT else None)
            kept = without_secrets(f"Loved “We come at ten. Your page: {sent}”")
            assert kept == f"Loved “We come at ten. Your page: {TAKEN_OUT}”"
            assert without_secrets(f"{sent}") == TAKEN_OUT
    asked = f"{code(key, link)} is your code to approve USD 900.00 of estimate 1 on job 7."
    assert without_secrets(asked) == "(code) is your code to approve USD 900.00 of estimate 1 on job 7."


@pytest.mark.parametrize("words", ["The code is 471123", "https://other.example/c/about", "a/c/12-x", "1/w/2", PLACE])
def test_what_is_no_secret_of_ours_stays(words: str) -> None:
    assert without_secrets(words) == words
