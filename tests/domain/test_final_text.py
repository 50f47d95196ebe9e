"""What a text finally says, against sentences written by hand (rules 12, 24, 25, 26, 29)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.final_text import Additions, counted_text, final_text, invitation, is_linked, tag_words
from domain.links import PLACE, address, address_like, code, code_fits, link_of
from domain.links import Kind as Link
from domain.messages import Kind, Party

INVITES = invitation("North", "1001")
ADDRESS = address_like("https://jobs.example", 12, 345)


@pytest.mark.parametrize(
    ("added", "text"),
    [
        (Additions(), "We come at ten"),
        (Additions(linked=True), "We come at ten [link]"),
        (Additions(tag="Pump 7 #07"), "We come at ten (Pump 7 #07)"),
        (Additions(said_by="Ana Silva", linked=True), "Ana Silva: We come at ten [link]"),
        (
            Additions(invites=INVITES, linked=True),
            "We come at ten. North writes to you here about job 1001; text STOP to get no more. Your page: [link]",
        ),
        (
            Additions(invites=INVITES, wish=True, linked=True),
            "We come at ten. North writes to you here about job 1001; text STOP to get no more."
            " Your page, where you can add your email: [link]",
        ),
        (
            Additions(invites=INVITES, wish=True),
            "We come at ten. North writes to you here about job 1001; text STOP to get no more,"
            " and please tell us your email address.",
        ),
        (
            Additions(tag="Pump 7 #07", invites=INVITES),
            "We come at ten (Pump 7 #07). North writes to you here about job 1001; text STOP to get no more.",
        ),
    ],
)
def test_what_is_added(added: Additions, text: str) -> None:
    assert final_text("We come at ten", added) == text


def test_a_link_among_the_words_stays_there_and_is_not_added_again() -> None:
    words = f"See {PLACE} for the plan."
    assert final_text(words, Additions(linked=True)) == words
    invited = final_text(words, Additions(invites=INVITES, wish=True, linked=True))
    assert invited == f"{words} {INVITES}. Please add your email on your page."


def test_a_link_that_somebody_put_into_the_words_stays_where_texts_carry_none_by_themselves() -> None:
    assert final_text("See [link]", Additions(may_link=True)) == "See [link]"
    assert final_text("We come at ten", Additions(may_link=True)) == "We come at ten"
    assert counted_text("See [link]", Additions(may_link=True, address=ADDRESS)) == f"See {ADDRESS}"


def test_where_no_link_may_go_out_none_is_left_in_the_words() -> None:
    assert final_text(f"Write to us: {PLACE}", Additions()) == "Write to us."
    assert final_text(f"See {PLACE} for the plan.", Additions()) == "See for the plan."


@given(words=st.text(min_size=1), wish=st.booleans(), tag=st.sampled_from(["", "Pump 7 #07"]), linked=st.booleans())
def test_the_words_stand_whole_in_every_text_and_one_link_at_most(
    words: str, wish: bool, tag: str, linked: bool
) -> None:
    added = Additions(tag=tag, invites=INVITES, wish=wish, linked=linked, address=ADDRESS)
    text = final_text(words, added)
    if PLACE not in words:
        assert text.startswith(words.rstrip())
        assert text.count(PLACE) == (1 if linked else 0)
    assert "text STOP to get no more" in text
    assert PLACE not in counted_text(words, added)


@pytest.mark.parametrize("kind", list(Kind))
def test_which_texts_carry_a_link(kind: Kind) -> None:
    always = {Kind.ALERT, Kind.QUICK_ACTION, Kind.DECISION}
    assert is_linked(kind, Party.DISPATCHER, False, False) == (kind in always)
    assert is_linked(kind, Party.DISPATCHER, True, False), "a first text on a job"
    assert is_linked(kind, Party.DISPATCHER, False, True), "where the location wants it"
    assert is_linked(kind, Party.CONTACT, False, False), "an answer by text would not reach them"


def test_a_tag_stands_beside_the_assets_name() -> None:
    assert tag_words(7, " Pump\n7 ") == "Pump 7 #07"
    assert tag_words(7, "") == "#07"


@given(key=st.binary(min_size=16, max_size=32), link=st.integers(1, 10**9), message=st.integers(1, 10**9))
def test_what_is_counted_is_as_long_as_the_address_and_opens_nothing(key: bytes, link: int, message: int) -> None:
    base = "https://jobs.example/desk"
    real, like = address(base, key, Link.CONTACT, link, message), address_like(base, link, message)
    assert len(real) == len(like)
    assert link_of(key, Link.CONTACT, real.split("/")[-2]) == link
    assert link_of(key, Link.WORKER, real.split("/")[-2]) is None
    assert link_of(key, Link.CONTACT, like.split("/")[-2]) is None


@given(key=st.binary(min_size=16, max_size=32), row=st.integers(1, 10**9))
def test_a_code_has_six_digits_that_another_key_does_not_know(key: bytes, row: int) -> None:
    digits = code(key, row)
    assert len(digits) == 6
    assert digits.isdecimal()
    assert code_fits(key, row, f" {digits} ")
    wrong = f"{(int(digits) + 1) % 10**6:06}"
    assert not code_fits(key, row, wrong)
    assert not code_fits(key, row, "")
    assert not code_fits(key, row, "１２３４５６")
