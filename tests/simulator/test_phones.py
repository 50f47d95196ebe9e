"""The phones at the other end, and what stands beside Twilio's API for people and tests."""

from datetime import timedelta
from typing import Any

import pytest

from tests.simulator.carrier import ANN, BEN, NOON, OURS, Carrier


def test_a_text_typed_on_a_phone_arrives_in_the_account(carrier: Carrier) -> None:
    sid = carrier.types("Where are you?")
    received = carrier.client.messages(sid).fetch()
    assert (received.from_, received.to, received.body) == (ANN, OURS, "Where are you?")
    assert (received.direction, received.status) == ("inbound", "received")


def test_a_phone_shows_its_conversation_from_its_own_side(carrier: Carrier) -> None:
    sid = carrier.types("Where are you?")
    carrier.clock.passes(1)
    reply = carrier.sends(body="At the gate")
    carrier.clock.passes(1)
    assert carrier.on_phone() == [
        {
            "sid": sid,
            "from": ANN,
            "to": OURS,
            "body": "Where are you?",
            "at": NOON.isoformat(),
            "direction": "out",
            "status": "sent",
        },
        {
            "sid": reply.sid,
            "from": OURS,
            "to": ANN,
            "body": "At the gate",
            "at": (NOON + timedelta(seconds=2)).isoformat(),
            "direction": "in",
            "status": "received",
        },
    ]


def test_phones_are_listed_by_their_newest_activity(carrier: Carrier) -> None:
    carrier.types("first", phone=BEN)
    carrier.sends(to="+15550100003", body="never arrives")
    carrier.clock.passes(1)
    carrier.sends(to=ANN, body="hello")
    carrier.clock.passes(1)
    assert [p["number"] for p in carrier.phones()] == [ANN, BEN, "+15550100003"]
    ann, ben, off = carrier.phones()
    assert (ann["last_body"], ann["last_direction"], ann["unread"]) == ("hello", "in", 1)
    assert (ben["last_body"], ben["last_direction"], ben["unread"]) == ("first", "out", 0)
    assert (off["last_body"], off["last_at"], off["last_direction"], off["unread"]) == (None, None, None, 0)


def test_opening_a_phone_reads_it_and_says_that_somebody_holds_it(carrier: Carrier) -> None:
    carrier.sends()
    carrier.clock.passes(2)
    assert (carrier.phones()[0]["unread"], carrier.phones()[0]["attended"]) == (1, False)
    assert carrier.ask("PUT", "/_phones/%2B15550109001", json={"attended": True}).status_code == 204
    carrier.sends()
    carrier.clock.passes(2)
    assert (carrier.phones()[0]["unread"], carrier.phones()[0]["attended"]) == (0, True)
    carrier.ask("PUT", "/_phones/%2B15550109001", json={"attended": False})
    carrier.sends()
    carrier.clock.passes(2)
    assert (carrier.phones()[0]["unread"], carrier.phones()[0]["attended"]) == (1, False)


@pytest.mark.parametrize(
    ("method", "path", "given", "status"),
    [
        ("POST", "/_phones/%2B15550109001/messages", {"to": "+15550199999", "body": "hi"}, 404),
        ("POST", "/_phones/%2B15550109001/messages", {"to": OURS, "body": " "}, 400),
        ("POST", "/_phones/%2B15550109001/messages", {"to": OURS, "body": "\ud800"}, 400),
        ("POST", "/_phones/%2B15550109001/messages", [1], 400),
        ("GET", "/_truth?after=" + "9" * 19, None, 400),
        ("POST", "/_phones/%2B15550100001/messages", {"to": OURS, "body": "hi"}, 400),
        ("POST", "/_phones/Ann/messages", {"to": OURS, "body": "hi"}, 400),
        ("PUT", "/_phones/%2B15550109001", {"attended": "yes"}, 400),
        ("PUT", "/_settings", {"delay_ms": -1}, 400),
        ("PUT", "/_settings", {"delay_ms": True}, 400),
        ("PUT", "/_faults", {"faults": []}, 400),
        ("PUT", "/_faults", {"seed": 1, "faults": {}}, 400),
        ("GET", "/_nothing", None, 404),
        ("DELETE", "/_phones", None, 405),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    refusing: Carrier, method: str, path: str, given: Any, status: int
) -> None:
    reply = refusing.ask(method, path, json=given)
    assert (reply.status_code, list(reply.json())) == (status, ["error"])
    assert refusing.phones() == []


def test_an_empty_plan_of_faults_is_taken_and_any_fault_is_refused_by_name(carrier: Carrier) -> None:
    assert carrier.ask("PUT", "/_faults", json={"seed": 7, "faults": []}).status_code == 204
    refused = carrier.ask("PUT", "/_faults", json={"seed": 7, "faults": [{"kind": "drop"}]})
    assert refused.status_code == 400
    assert "drop" in refused.json()["error"]


def test_the_truth_is_every_accepted_create_in_order(carrier: Carrier) -> None:
    sids = [carrier.sends(body=f"{n}").sid for n in range(3)]
    carrier.refuses(body="")
    carrier.types("not a create")
    truth = carrier.ask("GET", "/_truth").json()
    assert [(entry["n"], entry["sid"]) for entry in truth] == list(enumerate(sids, 1))
    assert truth[0] == {"n": 1, "sid": sids[0], "from": OURS, "to": ANN, "body": "0", "at": NOON.isoformat()}
    assert carrier.ask("GET", "/_truth?after=2").json() == truth[2:]


@pytest.mark.parametrize(
    "headers", [{"Host": "jobline.example:8010"}, {"Host": "127.0.0.1.example"}, {"Origin": "https://example.com"}]
)
def test_a_web_page_cannot_reach_it(carrier: Carrier, headers: dict[str, str]) -> None:
    carrier.sends()
    for path in ("/_phones", "/_truth", "/2010-04-01/Accounts.json"):
        refused = carrier.ask("GET", path, headers=headers)
        assert refused.status_code == 403
        assert ANN not in refused.text
    assert carrier.ask("GET", "/_phones", headers={"Host": "localhost:8010"}).status_code == 200
