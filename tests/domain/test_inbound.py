"""What a text says, whose it is and for whom."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.inbound import (
    SAYS_YES,
    addressed_to,
    asks_for_link,
    author_of,
    is_shared,
    next_author,
    notice_of,
    says_yes,
)
from domain.messages import DISPATCH, Kind, Message, Party, Person
from domain.optout import START_WORDS, STOP_WORDS
from tests.world import ANA, NOON

PEOPLE = [Person(Party.CONTACT, name, contact_id=i, mobile=ANA) for i, name in enumerate(("Ana", "Ben", "Eve"), 1)]


@pytest.mark.parametrize(
    "body",
    [
        *("Yes", "YES!", "yes please", "Ok", "OK.", "okay, go ahead", "Approved", "approve it all", "I approve"),
        *("Sí", "👍", "👍🏽", "Yes, go ahead with the pump", "Liked “Please approve the repair”", "Sounds good"),
    ],
)
def test_what_reads_like_an_approval(body: str) -> None:
    assert says_yes(body)


@pytest.mark.parametrize(
    "body",
    [
        *("", "No", "Yesterday it dripped", "ok but not the tyres", "Yes if it is below 500", "Is it ok?", "Why?"),
        *("Not approved", "okra", "Disliked “Please approve the repair”", "Yes I will be there at nine with the key"),
    ],
)
def test_what_does_not(body: str) -> None:
    assert not says_yes(body)


@pytest.mark.parametrize("body", ["LINK", "link", " Link. ", "“link”", "Link!"])
def test_one_word_asks_for_the_link(body: str) -> None:
    assert asks_for_link(body)


@pytest.mark.parametrize("body", ["The link does not work", "linked", "l i n k", ""])
def test_other_words_do_not(body: str) -> None:
    assert not asks_for_link(body)


@given(st.sampled_from(sorted(STOP_WORDS | START_WORDS | {"OK", "Hello"})), st.booleans(), st.booleans())
def test_staff_are_told_of_a_stop_of_a_start_and_of_a_yes(body: str, awaits: bool, stopped: bool) -> None:
    """A yes is marked only where an approval is awaited; as a start it counts where the phone had stopped."""
    notice = notice_of(body, awaits, stopped)
    yes = awaits and body in ("YES", "OK")
    assert (SAYS_YES in notice) == yes
    assert ("Opted out" in notice) == (body in STOP_WORDS)
    assert ("Takes texts again." in notice) == (body in START_WORDS and (stopped or not yes))
    assert bool(notice) == (yes or body in STOP_WORDS | START_WORDS)


def test_one_person_is_named_alone_and_several_with_the_phone_they_share() -> None:
    assert author_of(PEOPLE[:1], ANA).name == "Ana"
    assert author_of(PEOPLE[:2], ANA).name == "Ana or Ben (same phone)"
    assert author_of(PEOPLE[:2], ANA).contact_id == 1
    assert author_of((), ANA) == Person(Party.PHONE, ANA, mobile=ANA)
    assert is_shared(author_of(PEOPLE, ANA).name)
    assert not is_shared("Ana")


@given(st.integers(2, 3))
def test_one_step_goes_to_the_next_and_round_to_all_of_them(count: int) -> None:
    people = PEOPLE[:count]
    now, seen = author_of(people, ANA), []
    for _ in range(count):
        found = next_author(people, now, ANA)
        assert found is not None
        now = found
        seen.append(found.name)
    assert seen == [person.name for person in (*people[1:], people[0])]


def test_nobody_else_can_have_written_where_one_alone_has_the_phone() -> None:
    assert next_author(PEOPLE[:1], author_of(PEOPLE[:1], ANA), ANA) is None
    assert next_author((), Person(Party.PHONE, ANA), ANA) is None
    assert next_author(PEOPLE[:1], Person(Party.PHONE, ANA), ANA) == PEOPLE[0]


@pytest.mark.parametrize(
    ("author", "kind", "to"),
    [
        (Person(Party.DISPATCHER, "Abe", 2), Kind.MESSAGE, "Abe"),
        (Person(Party.DISPATCHER, "Abe", 2), Kind.ALERT, "Dispatch"),
        (Person(Party.SYSTEM, "Jobline"), Kind.MESSAGE, "Dispatch"),
        (None, Kind.MESSAGE, "Dispatch"),
    ],
)
def test_a_text_is_for_who_wrote_what_it_answers(author: Person | None, kind: Kind, to: str) -> None:
    answered = Message(1, 1, 1, kind, author, (PEOPLE[0],), "Hello", NOON) if author else None
    worker = Person(Party.WORKER, "Marco", 3)
    assert [person.name for person in addressed_to(answered, None)] == [to]
    assert addressed_to(answered, worker)[1:] == (worker,)
    assert addressed_to(None, None) == (DISPATCH,)
