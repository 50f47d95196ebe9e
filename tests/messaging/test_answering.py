"""Reply and Reply all: whom an answer reaches, who is left out with the reason, and to whom words are passed on."""

from dataclasses import replace

import pytest

from domain.delivery import Channel
from domain.messages import DISPATCH, Message, Person
from domain.people import Role, User
from messaging.answering import answer_to, pass_on_to
from messaging.choices import ON_JOB, TEAM, Choice, key_of
from tests.widgets.values import ANA, BOB, DORA, MARCO, message

ANN = User(4, "Dora", Role.DISPATCHER, location_ids=frozenset({1}))
WORKER = User(3, "Marco", Role.WORKER, location_ids=frozenset({1}))


def known(*people: Person, why_not: str = "") -> dict[str, Choice]:
    """Those who may be written to."""
    channels = {"contact": Channel.SMS, "worker": Channel.DESK}
    made = [
        Choice(
            key_of(p), p, ON_JOB if p.contact_id else TEAM, channels.get(p.role.value), "", why_not if p == BOB else ""
        )
        for p in people
    ]
    return {choice.key: choice for choice in made}


EVERYBODY = known(ANA, BOB, MARCO, DISPATCH)
ASKED = message(1, "Which gate?", author=ANA, recipients=(DISPATCH, MARCO))
TO_BOTH = message(2, "At ten", author=DORA, recipients=(ANA, BOB))


@pytest.mark.parametrize(
    ("what", "everyone", "keys"),
    [
        (ASKED, False, ("contact:1",)),
        (ASKED, True, ("contact:1", "worker:3")),
        (TO_BOTH, False, ("contact:1", "contact:2")),
        (message(3, author=MARCO, recipients=(DISPATCH,)), False, ("worker:3",)),
        (message(4, author=DORA, recipients=(DISPATCH,)), False, ("dispatch",)),
    ],
)
def test_a_dispatcher_answers(what: Message, everyone: bool, keys: tuple[str, ...]) -> None:
    assert answer_to(what, ANN, everyone, EVERYBODY) == (keys, ())


def test_who_cannot_be_reached_is_named_with_the_reason() -> None:
    answer = answer_to(TO_BOTH, ANN, True, known(ANA, BOB, why_not="opted out by STOP"))
    assert answer == (("contact:1",), (("Bob", "opted out by STOP"),))
    assert answer_to(TO_BOTH, ANN, True, known(ANA)).left_out == (("Bob", "no longer on this job"),)


def test_a_worker_who_writes_to_dispatch_alone_answers_everybody_there() -> None:
    assert answer_to(ASKED, WORKER, True, known(DISPATCH)) == (("dispatch",), ())


def test_a_worker_who_may_write_to_the_customer_answers_the_customer() -> None:
    able = known(ANA, DISPATCH)
    assert answer_to(ASKED, WORKER, False, able) == (("contact:1",), ())
    assert answer_to(ASKED, WORKER, True, able).keys == ("contact:1", "dispatch")


def test_words_are_passed_on_to_the_one_who_waits_or_the_only_one_there_is() -> None:
    assert pass_on_to([ASKED], EVERYBODY) == ("contact:1",)
    assert pass_on_to([], EVERYBODY) == ()
    assert pass_on_to([], known(ANA, MARCO)) == ("contact:1",)
    assert pass_on_to([ASKED], known(BOB)) == ()
    assert pass_on_to([ASKED, replace(ASKED, id=9, seq=9, author=BOB)], EVERYBODY) == ()
