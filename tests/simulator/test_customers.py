"""Customers that answer by themselves."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.errors import Refusal
from simulator.customers import Customers, Plan
from simulator.ledger import Ledger
from simulator.server import Simulator
from simulator.texts import Pace
from tests.simulator.carrier import ANN, BEN, OURS, Clock


class Scene:
    """A ledger with customers on it, and a clock that moves in small steps."""

    def __init__(self, clock: Clock, **plan: Any) -> None:
        self.clock = clock
        self.ledger = Ledger.open(numbers=[OURS], now=clock)
        self.customers = Customers(Plan.read({"delay_s": [4, 9], **plan}), self.ledger)

    def texts(self, phone: str = ANN, body: str = "Are you in?") -> None:
        self.ledger.create({"To": phone, "From": OURS, "Body": body})

    def passes(self, seconds: int) -> None:
        for _ in range(seconds):
            self.clock.passes(1)
            self.customers.step()

    def said(self, phone: str = ANN) -> list[str]:
        return [m["body"] for m in self.ledger.phones.messages(phone) if m["direction"] == "out"]


@pytest.fixture
def scenes(clock: Clock) -> Iterator[list[Scene]]:
    opened: list[Scene] = []
    yield opened
    for scene in opened:
        scene.ledger.close()


def scene(opened: list[Scene], clock: Clock, **plan: Any) -> Scene:
    opened.append(Scene(clock, **plan))
    return opened[-1]


def test_a_customer_answers_a_delivered_text_after_a_while(scenes: list[Scene], clock: Clock) -> None:
    play = scene(scenes, clock, answers=["Fine"])
    play.texts()
    play.passes(4)
    assert play.said() == []
    play.passes(7)
    assert play.said() == ["Fine"]
    play.passes(60)
    assert play.said() == ["Fine"]


def test_their_own_lines_come_first_and_two_in_ten_minutes_are_enough(scenes: list[Scene], clock: Clock) -> None:
    play = scene(scenes, clock, answers=["Fine"], by_phone={ANN: ["Yes, at home", "Bye"]}, at_most=2)
    for _ in range(4):
        play.texts()
        play.passes(30)
    assert play.said() == ["Yes, at home", "Bye"]
    play.passes(600)
    play.texts()
    play.passes(30)
    assert play.said() == ["Yes, at home", "Bye", "Fine"]


def test_nobody_answers_on_a_phone_that_somebody_holds(scenes: list[Scene], clock: Clock) -> None:
    play = scene(
        scenes,
        clock,
        answers=["Fine"],
        first=[
            {"from": ANN, "to": OURS, "body": "Hello?", "after_s": 5},
            {"from": BEN, "to": OURS, "body": "Anyone?", "after_s": 3},
        ],
    )
    play.ledger.phones.attend(ANN, True)
    play.texts(ANN)
    play.texts(BEN)
    play.passes(2)
    play.ledger.phones.attend(BEN, True)
    play.passes(30)
    assert play.said(ANN) == []
    assert play.said(BEN) == []


def test_a_first_text_comes_at_its_time(scenes: list[Scene], clock: Clock) -> None:
    play = scene(scenes, clock, first=[{"from": ANN, "to": OURS, "body": "Hello?", "after_s": 12}])
    play.passes(11)
    assert play.said() == []
    play.passes(1)
    assert play.said() == ["Hello?"]
    assert play.ledger.newest(_everything(), 5)[0].body == "Hello?"


def test_silent_and_opted_out_phones_and_carrier_answers_stay_unanswered(scenes: list[Scene], clock: Clock) -> None:
    play = scene(scenes, clock, answers=["Fine"], silent=[BEN])
    play.texts(BEN)
    play.texts(ANN)
    play.passes(2)
    play.clock.passes(1)
    play.ledger.phones.type(ANN, OURS, "STOP")
    play.ledger.phones.type("+15550109003", OURS, "HELP")
    play.passes(30)
    assert (play.said(ANN), play.said(BEN), play.said("+15550109003")) == (["STOP"], [], ["HELP"])


def test_a_text_that_fails_is_answered_by_nobody(scenes: list[Scene], clock: Clock) -> None:
    play = scene(scenes, clock, answers=["Fine"])
    play.texts("+15550100003")
    play.passes(30)
    assert play.said("+15550100003") == []


def test_the_same_seed_tells_the_same_story(scenes: list[Scene]) -> None:
    stories = []
    for seed in (1, 1, 2):
        play = scene(scenes, Clock(), seed=seed, answers=[f"{n}" for n in range(50)], at_most=9)
        for _ in range(5):
            play.texts()
            play.passes(12)
        stories.append([(m["at"], m["body"]) for m in play.ledger.phones.messages(ANN)])
    assert len(stories[0]) == 10
    assert stories[0] == stories[1] != stories[2]


def test_a_running_simulator_plays_its_customers() -> None:
    plan = Plan.read({"answers": ["Fine"], "delay_s": [0, 0]})
    with Simulator([OURS], customers=plan, pace=Pace(0, 0)) as sim:
        sim.ledger.create({"To": ANN, "From": OURS, "Body": "Are you in?"})
        end = time.monotonic() + 5
        while len(sim.ledger.phones.messages(ANN)) < 2 and time.monotonic() < end:
            time.sleep(0.02)
        assert [m["body"] for m in sim.ledger.phones.messages(ANN)] == ["Are you in?", "Fine"]


@pytest.mark.parametrize(
    "given",
    [
        "not json",
        "[]",
        json.dumps({"sed": 1}),
        json.dumps({"delay_s": [9, 4]}),
        json.dumps({"silent": ["Ann"]}),
        json.dumps({"first": [{"from": ANN}]}),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_its_name(tmp_path: Path, given: str) -> None:
    path = tmp_path / "customers.json"
    path.write_text(given)
    with pytest.raises(Refusal) as caught:
        Plan.load(path)
    assert "customers.json" in caught.value.sentence


def test_a_first_text_needs_a_number_of_the_account() -> None:
    plan = Plan.read({"first": [{"from": ANN, "to": BEN, "body": "Hello?", "after_s": 1}]})
    with pytest.raises(Refusal) as caught:
        Simulator([OURS], customers=plan)
    assert BEN in caught.value.sentence


def _everything() -> Any:
    from simulator.ledger import Wanted

    return Wanted()
