"""What the simulator still knows after it was ended or killed, and the past that can be written into it."""

import signal
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from domain.errors import Refusal
from simulator.ledger import Ledger
from simulator.server import Simulator
from tests.simulator.carrier import ANN, BEN, NOON, OURS, Carrier, Clock, running
from tests.simulator.test_command import start


def test_a_restart_forgets_nothing(tmp_path: Path, clock: Clock) -> None:
    state = tmp_path / "carrier.db"
    with running(clock, None, state=state) as before:
        sid = before.sends().sid
        before.types("STOP", phone=BEN)
        truth = before.ask("GET", "/_truth").json()
    clock.passes(5)
    with running(clock, None, state=state, numbers=[]) as after:
        assert after.ask("GET", "/_truth").json() == truth
        assert {m.sid: m.status for m in after.client.messages.list()}[sid] == "delivered"
        assert after.bodies_on(ANN) == ["On my way"]
        assert after.refuses(to=BEN).code == 21610
        after.sends(body="second")
        assert [entry["n"] for entry in after.ask("GET", "/_truth").json()] == [1, 2]


def test_a_killed_simulator_knows_every_text_it_answered_for(tmp_path: Path, clock: Clock) -> None:
    state = tmp_path / "carrier.db"
    with start(f"numbers=['{OURS}'], state=Path({str(state)!r})") as running_now:
        carrier = Carrier(running_now, clock, None)  # type: ignore[arg-type]
        sids = [carrier.sends(body=f"{n}").sid for n in range(5)]
        carrier.close()
        running_now.process.send_signal(signal.SIGKILL)
        running_now.process.wait(5)
    ledger = Ledger.open(state)
    assert [entry["sid"] for entry in ledger.truth()] == sids
    ledger.close()


def test_a_past_can_be_written_before_the_start(tmp_path: Path, clock: Clock) -> None:
    state = tmp_path / "carrier.db"
    ledger = Ledger.open(state, numbers=[OURS], now=clock)
    yesterday = NOON - timedelta(days=1)
    with ledger.bulk():
        asked = ledger.record(ANN, OURS, "When?", yesterday, "inbound", "received")
        failed = ledger.record(OURS, ANN, "At 9", yesterday, "outbound-api", "undelivered", 30003)
        answered = ledger.record(OURS, ANN, "At 10", yesterday, "outbound-api", "delivered")
    ledger.phones.opt_out(BEN, OURS)
    ledger.close()
    with running(clock, None, state=state) as carrier:
        listed = {m.sid: m for m in carrier.client.messages.list()}
        assert set(listed) == {asked, failed, answered}
        assert {m.date_sent for m in listed.values()} == {yesterday}
        assert (listed[failed].status, listed[failed].error_code) == ("undelivered", 30003)
        assert [(m["direction"], m["body"]) for m in carrier.on_phone()] == [("out", "When?"), ("in", "At 10")]
        assert carrier.phones()[0]["unread"] == 0
        assert carrier.refuses(to=BEN).code == 21610
        assert carrier.ask("GET", "/_truth").json() == []


def test_a_past_that_breaks_off_leaves_nothing() -> None:
    ledger = Ledger.open(numbers=[OURS])
    with pytest.raises(ValueError, match="sideways"), ledger.bulk():
        _half_a_past(ledger)
    assert ledger.phones.all() == []
    ledger.record(ANN, OURS, "whole", NOON, "inbound", "received")
    assert [p["last_body"] for p in ledger.phones.all()] == ["whole"]
    ledger.close()


def test_a_file_of_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    state = tmp_path / "letter.txt"
    state.write_text("Dear Ann, " * 200)
    with pytest.raises(Refusal) as caught:
        Simulator(state=state)
    assert "letter.txt" in caught.value.sentence
    assert state.read_text() == "Dear Ann, " * 200
    with pytest.raises(sqlite3.Error):
        Ledger.open(tmp_path / "no folder" / "carrier.db")


def test_numbers_and_accounts_that_cannot_be_are_refused() -> None:
    with pytest.raises(Refusal, match="0155"):
        Ledger.open(numbers=["0155"])
    with pytest.raises(Refusal, match="AC1"):
        Ledger.open(account="AC1")


def _half_a_past(ledger: Ledger) -> None:
    ledger.record(ANN, OURS, "half", NOON, "inbound", "received")
    ledger.record(ANN, OURS, "the other half", NOON, "sideways", "received")
