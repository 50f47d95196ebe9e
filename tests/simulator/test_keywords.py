"""STOP, START and HELP, which the carrier answers by itself."""

import pytest

from simulator.handsets import CARRIER_ANSWERS
from tests.simulator.carrier import ALSO_OURS, ANN, BEN, OURS, Carrier


@pytest.mark.parametrize("word", ["STOP", " stop\n", "Cancel"])
def test_after_stop_a_text_to_that_phone_is_refused_until_start(carrier: Carrier, word: str) -> None:
    carrier.types(word)
    assert carrier.refuses().code == 21610
    assert len(carrier.ask("GET", "/_truth").json()) == 0
    carrier.types("START")
    assert carrier.sends().status == "queued"


def test_stop_holds_for_one_number_and_one_phone(carrier: Carrier) -> None:
    carrier.types("STOP")
    assert carrier.sends(from_=ALSO_OURS).status == "queued"
    assert carrier.sends(to=BEN).status == "queued"
    assert [p["opted_out"] for p in carrier.phones() if p["number"] == ANN] == [[OURS]]


def test_a_sentence_with_the_word_in_it_is_an_ordinary_text(carrier: Carrier) -> None:
    carrier.types("Stop at the gate")
    assert carrier.sends().status == "queued"
    assert len(carrier.on_phone()) == 1


@pytest.mark.parametrize("word", ["STOP", "HELP"])
def test_the_answer_is_on_the_phone_and_not_in_the_account(carrier: Carrier, word: str) -> None:
    carrier.types(word)
    shown = carrier.on_phone()
    assert [(m["direction"], m["from"]) for m in shown] == [("out", ANN), ("in", OURS)]
    assert shown[1]["body"] == CARRIER_ANSWERS[word.lower()]  # type: ignore[index]
    assert [m.body for m in carrier.client.messages.list()] == [word]


def test_the_carrier_says_each_thing_once(carrier: Carrier) -> None:
    for word in ("Yes", "STOP", "STOP", "START", "START"):
        carrier.types(word)
    answers = [m["body"][:40] for m in carrier.on_phone() if m["direction"] == "in"]
    assert answers == ["You have successfully been unsubscribed.", "You have successfully been re-subscribed"]
