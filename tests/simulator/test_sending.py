"""What happens to a text that the account sends."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import requests

from simulator.server import Simulator
from tests.simulator.carrier import ALSO_OURS, ANN, NOON, OURS, Carrier


def test_an_accepted_text_comes_back_as_twilio_describes_it(carrier: Carrier) -> None:
    sent = carrier.sends(body="On my way")
    assert sent.sid is not None
    assert (sent.sid[:2], len(sent.sid)) == ("SM", 34)
    assert (sent.from_, sent.to, sent.body) == (OURS, ANN, "On my way")
    assert (sent.status, sent.direction, sent.error_code) == ("queued", "outbound-api", None)
    assert (sent.num_segments, sent.num_media, sent.price) == ("1", "0", None)
    assert (sent.date_created, sent.date_sent) == (NOON, None)
    assert sent.account_sid == carrier.sim.account


def test_a_text_is_handed_on_and_then_delivered_as_time_passes(carrier: Carrier) -> None:
    sent = carrier.sends()
    carrier.clock.passes(0.2)
    assert sent.fetch().status == "queued"
    carrier.clock.passes(0.2)
    handed_on = sent.fetch()
    assert (handed_on.status, handed_on.date_sent) == ("sent", NOON)
    assert carrier.on_phone() == []
    carrier.clock.passes(5)
    delivered = sent.fetch()
    assert (delivered.status, delivered.date_updated) == ("delivered", NOON + timedelta(seconds=1))
    assert carrier.bodies_on() == ["On my way"]


@pytest.mark.parametrize(
    ("ending", "status", "error"),
    [("0003", "undelivered", 30003), ("0006", "undelivered", 30006), ("0009", "sent", None)],
)
def test_practice_numbers_end_as_their_last_digits_say(
    carrier: Carrier, ending: str, status: str, error: int | None
) -> None:
    sent = carrier.sends(to=f"+1555010{ending}")
    assert sent.status == "queued"
    carrier.clock.passes(0.5)
    assert (sent.fetch().status, sent.fetch().error_code) == ("sent", None)
    carrier.clock.passes(5)
    ended = sent.fetch()
    assert (ended.status, ended.error_code) == (status, error)
    assert (ended.error_message is not None) == (error is not None)
    assert carrier.bodies_on(f"+1555010{ending}") == ([] if error else ["On my way"])


@pytest.mark.parametrize(
    ("create", "code"),
    [
        ({"to": ""}, 21604),
        ({"to": "not a number"}, 21211),
        ({"to": ALSO_OURS}, 21211),
        ({"from_": "+15550199999"}, 21606),
        ({"from_": "Jobline"}, 21606),
        ({"from_": ""}, 21603),
        ({"body": ""}, 21602),
        ({"body": " \n"}, 21602),
        ({"body": "x" * 1601}, 21617),
        ({"body": "🚚" * 801}, 21617),
        ({"messaging_service_sid": "MG" + "0" * 32}, 21701),
        ({"schedule_type": "fixed"}, 35118),
        ({"media_url": ["https://example.com/a.png"]}, 21620),
        ({"from_": "+15005550001"}, 21212),
        ({"from_": "+15005550007"}, 21606),
        ({"from_": "+15005550008"}, 21611),
        ({"to": "+15005550001"}, 21211),
        ({"to": "+15005550002"}, 21612),
        ({"to": "+15005550003"}, 21408),
        ({"to": "+15005550004"}, 21610),
        ({"to": "+15005550009"}, 21614),
    ],
)
def test_what_twilio_refuses_is_refused_with_its_code(refusing: Carrier, create: dict[str, str], code: int) -> None:
    refusal = refusing.refuses(**create)
    assert (refusal.status, refusal.code) == (400, code)
    assert refusing.direct.messages.list() == []
    assert refusing.ask("GET", "/_truth").json() == []


def test_a_refusal_has_the_four_fields_of_twilio(refusing: Carrier) -> None:
    reply = requests.post(
        f"{refusing.sim.url}/2010-04-01/Accounts/{refusing.sim.account}/Messages.json",
        data={"To": ANN, "From": OURS},
        auth=(refusing.sim.account, refusing.sim.token),
        timeout=5,
    )
    assert reply.status_code == 400
    assert reply.json() == {
        "code": 21602,
        "message": "Message body is required.",
        "more_info": "https://www.twilio.com/docs/errors/21602",
        "status": 400,
    }


def test_the_magic_sender_always_works_and_the_longest_text_too(carrier: Carrier) -> None:
    sent = carrier.sends(from_="+15005550006", to="+15005550006", body="x" * 1600)
    carrier.clock.passes(5)
    assert sent.fetch().status == "delivered"


def test_a_number_is_read_as_people_write_it(carrier: Carrier) -> None:
    assert carrier.sends(to="(555) 010-9001").to == "+15550109001"


@pytest.mark.parametrize(
    ("body", "segments"), [("x" * 160, "1"), ("x" * 161, "2"), ("[" * 81, "2"), ("é" * 160, "1"), ("ç" * 71, "2")]
)
def test_segments_are_counted_as_they_travel(carrier: Carrier, body: str, segments: str) -> None:
    assert carrier.sends(body=body).num_segments == segments


def test_a_delay_holds_the_answer_back_and_not_the_acceptance(carrier: Carrier) -> None:
    assert carrier.ask("PUT", "/_settings", json={"delay_ms": 400}).status_code == 204
    with ThreadPoolExecutor() as pool:
        began = time.monotonic()
        answer = pool.submit(carrier.sends)
        while not carrier.ask("GET", "/_truth").json():
            assert not answer.done()
        sid = answer.result().sid
        assert time.monotonic() - began >= 0.4
    assert [entry["sid"] for entry in carrier.ask("GET", "/_truth").json()] == [sid]


def test_four_desks_are_served_at_once() -> None:
    with Simulator([OURS], delay_ms=50) as sim, ThreadPoolExecutor(4) as pool:
        url = f"{sim.url}/2010-04-01/Accounts/{sim.account}/Messages.json"

        def send(_: int) -> list[str]:
            with requests.Session() as desk:
                desk.auth = (sim.account, sim.token)
                form = {"To": ANN, "From": OURS, "Body": "hi"}
                return [desk.post(url, data=form, timeout=5).json()["sid"] for _ in range(10)]

        began = time.monotonic()
        sids = [sid for desk in pool.map(send, range(4)) for sid in desk]
        took = time.monotonic() - began
        assert len(set(sids)) == 40
        assert {entry["sid"] for entry in sim.ledger.truth()} == set(sids)
        assert 0.5 <= took < 1.5
