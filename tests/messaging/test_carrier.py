"""The carrier client: every kind of answer, and nothing handed over twice. Source: carrier facts, 0, 1 and 12."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests
import urllib3

from domain.delivery import State
from domain.ports import CarrierTrouble
from domain.texts import Accepted, NotTaken, Outgoing, Rejected, Unclear
from messaging import carrier as module
from messaging.carrier import Credentials, TwilioCarrier
from tests.messaging import scripted as script
from tests.messaging.line import Line
from tests.messaging.scripted import Answer, Scripted, reply, scripted, trouble
from tests.world import ANA, BEN, NOON, OURS

ACCOUNT = "AC" + "0" * 32
TEXT = Outgoing(1, ANA, OURS, "We come at ten", NOON)
GOOD = {
    "sid": "SM" + "0" * 32,
    "status": "queued",
    "body": "We come at ten",
    "to": ANA,
    "from": OURS,
    "direction": "outbound-api",
    "error_code": None,
}


def at(url: str) -> TwilioCarrier:
    """The client, pointed at an address of this machine."""
    return TwilioCarrier(Credentials(ACCOUNT, ACCOUNT, "secret", url))


@contextmanager
def facing(answer: Answer) -> Iterator[tuple[TwilioCarrier, Scripted]]:
    """The client before a carrier that always answers like this."""
    with scripted(answer) as server:
        yield at(server.url), server


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time-outs that a test can wait for."""
    monkeypatch.setattr(module, "CONNECT_SECONDS", 0.3)
    monkeypatch.setattr(module, "READ_SECONDS", 0.3)


# --- Sending, to the simulator ------------------------------------------------------------------------------------


def test_an_accepted_text_comes_back_with_the_carriers_id(line: Line) -> None:
    outcome = line.carrier.send(TEXT)
    (truth,) = line.sim.ledger.truth()
    assert outcome == Accepted(truth["sid"], "queued", State.ACCEPTED)
    assert (truth["to"], truth["from"], truth["body"]) == (ANA, OURS, "We come at ten")


@pytest.mark.parametrize("body", ["  two blanks  ", "grün + 100% & more = ✓", "👩‍👩‍👧 family", "a\nb", "'; DROP TABLE"])
def test_the_words_arrive_as_they_were_written(line: Line, body: str) -> None:
    line.carrier.send(Outgoing(1, ANA, OURS, body, NOON))
    assert line.accepted() == [body]


@pytest.mark.parametrize(
    ("to", "sender", "body", "code"),
    [
        ("+15005550001", OURS, "hi", 21211),
        ("+15005550003", OURS, "hi", 21408),
        ("+15005550009", OURS, "hi", 21614),
        (ANA, "+15550199999", "hi", 21606),
        (ANA, OURS, "x" * 1601, 21617),
    ],
)
def test_a_refused_text_carries_the_carriers_code(line: Line, to: str, sender: str, body: str, code: int) -> None:
    assert line.carrier.send(Outgoing(1, to, sender, body, NOON)) == Rejected(code)
    assert line.accepted() == []


def test_a_phone_that_sent_stop_is_refused_with_its_own_code(line: Line) -> None:
    line.types("STOP")
    assert line.carrier.send(TEXT) == Rejected(21610)


def test_wrong_credentials_mean_that_it_was_never_taken(line: Line) -> None:
    wrong = TwilioCarrier(line.credentials._replace(password="wrong"))
    outcome = wrong.send(TEXT)
    assert isinstance(outcome, NotTaken)
    assert "credentials" in outcome.reason
    assert line.accepted() == []


def test_an_api_key_signs_in_for_the_account(line: Line) -> None:
    with facing(reply(201, GOOD)) as (_, server):
        keyed = TwilioCarrier(Credentials(ACCOUNT, "SK1", "secret", server.url))
        assert isinstance(keyed.send(TEXT), Accepted)
    assert f"/Accounts/{ACCOUNT}/Messages.json" in server.asked[0]


# --- Sending, to carriers with faults -----------------------------------------------------------------------------

NOT_TAKEN = {
    "too many requests at once": trouble(429, 20429),
    "too many requests, with a time": reply(429, {"code": 20429, "message": "slow down"}, Retry_After="7"),
    "credentials refused": trouble(401, 20003),
    "credentials forbidden": trouble(403, 20003),
    "busy in HTML": reply(429, "<h1>Too many</h1>"),
}
UNCLEAR = {
    "its own trouble": trouble(500, 20500),
    "not available": trouble(503, 20503),
    "a gateway's HTML": reply(502, "<html>Bad Gateway</html>"),
    "a gateway that gave up": reply(504, ""),
    "accepted in HTML": reply(201, "<html>Sign in to the hotel</html>"),
    "accepted with nothing": reply(201, ""),
    "accepted with a list": reply(201, []),
    "accepted without an id": reply(201, {**GOOD, "sid": None}),
    "a portal's page": reply(200, "<html>Welcome</html>"),
    "sent elsewhere": reply(302, "<html>moved</html>", Location="http://127.0.0.1:9/"),
    "hung up": script.close,
    "cut": script.reset,
    "half an answer": script.half,
}
REJECTED = {
    "landline": (trouble(400, 21614), 21614),
    "opted out": (trouble(400, 21610), 21610),
    "country switched off, forbidden": (trouble(403, 21408), 21408),
    "in the newer form": (
        reply(400, {"type": "x", "title": "Bad", "status": 400, "code": 21211, "detail": "no"}),
        21211,
    ),
    "without a code": (reply(400, "<html>Bad Request</html>"), 0),
    "a code that is no number": (trouble(400, "many"), 0),
    "no code": (trouble(400, None), 0),
}


@pytest.mark.parametrize("fault", NOT_TAKEN)
def test_what_was_never_processed_may_be_tried_again(fault: str) -> None:
    with facing(NOT_TAKEN[fault]) as (carrier, server):
        outcome = carrier.send(TEXT)
    assert isinstance(outcome, NotTaken)
    assert outcome.reason.endswith((".", "!"))
    assert server.posts == 1


@pytest.mark.parametrize("fault", UNCLEAR)
def test_what_may_have_been_taken_is_unclear_and_never_repeated(fault: str) -> None:
    with facing(UNCLEAR[fault]) as (carrier, server):
        assert isinstance(carrier.send(TEXT), Unclear)
    assert server.posts == 1
    assert len(server.asked) == 1


@pytest.mark.parametrize("fault", REJECTED)
def test_a_refusal_is_final(fault: str) -> None:
    answer, code = REJECTED[fault]
    with facing(answer) as (carrier, server):
        assert carrier.send(TEXT) == Rejected(code)
    assert server.posts == 1


@pytest.mark.usefixtures("impatient")
def test_no_answer_in_time_is_unclear_and_never_repeated() -> None:
    with facing(script.hang) as (carrier, server):
        assert isinstance(carrier.send(TEXT), Unclear)
    assert server.posts == 1


def test_nobody_at_the_address_means_that_it_was_never_taken() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        outcome = at(f"http://127.0.0.1:{unused.getsockname()[1]}").send(TEXT)
    assert isinstance(outcome, NotTaken)


def test_a_name_that_does_not_resolve_means_that_it_was_never_taken() -> None:
    assert isinstance(at("http://carrier.invalid").send(TEXT), NotTaken)


@pytest.mark.usefixtures("impatient")
def test_a_connection_that_is_never_made_means_that_it_was_never_taken() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        try:
            assert isinstance(at(f"http://127.0.0.1:{port}").send(TEXT), NotTaken)
        finally:
            for one in waiting:
                one.close()


def test_a_proxy_that_is_away_means_that_it_was_never_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        for name in ("HTTP_PROXY", "http_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{unused.getsockname()[1]}")
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        assert isinstance(at("http://carrier.invalid").send(TEXT), NotTaken)


def test_an_address_without_tls_means_that_it_was_never_taken() -> None:
    def plain(connection: socket.socket, _ended: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                plain(connection, threading.Event())

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        outcome = at(f"https://127.0.0.1:{listener.getsockname()[1]}").send(TEXT)
        thread.join(5)
    assert isinstance(outcome, NotTaken)


def test_a_tls_line_that_breaks_after_the_handshake_is_unclear(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: Any, **__: Any) -> requests.Response:
        try:
            raise ssl.SSLError(1, "[SSL: DECRYPTION_FAILED_OR_BAD_RECORD_MAC] bad record mac")
        except ssl.SSLError as error:
            wrapped = urllib3.exceptions.MaxRetryError(
                urllib3.connectionpool.HTTPSConnectionPool("carrier.invalid"),
                "/",
                urllib3.exceptions.SSLError(error),
            )
            raise requests.exceptions.SSLError(wrapped) from error

    monkeypatch.setattr("requests.adapters.HTTPAdapter.send", breaks)
    assert isinstance(at("https://carrier.invalid").send(TEXT), Unclear)


def test_no_exception_leaves_even_where_the_sdk_itself_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: Any, **__: Any) -> None:
        raise RuntimeError("a defect of the SDK")

    monkeypatch.setattr("requests.adapters.HTTPAdapter.send", breaks)
    assert isinstance(at("http://127.0.0.1:9").send(TEXT), Unclear)


def test_the_text_expires_at_the_carrier_when_it_would_with_us() -> None:
    with facing(reply(201, GOOD)) as (carrier, server):
        for left in (timedelta(minutes=10), timedelta(days=3), timedelta(0)):
            carrier.send(Outgoing(1, ANA, OURS, "hi", NOON, NOON + left))
        carrier.send(TEXT)
    forms = [parse_qs(form) for form in server.forms]
    assert [form.get("ValidityPeriod") for form in forms] == [["600"], ["36000"], ["1"], None]


def test_every_text_has_a_fresh_connection() -> None:
    """A kept one that the far end has just closed fails in a way that cannot be told from a taken text."""
    with facing(reply(201, GOOD)) as (carrier, server):
        assert [type(carrier.send(TEXT)) for _ in range(3)] == [Accepted] * 3
    assert server.posts == 3


@pytest.mark.parametrize("word", ["accepted", "scheduled", "sending", "sent", "undelivered", "something new"])
def test_every_word_of_the_carrier_is_taken(word: str) -> None:
    with facing(reply(201, {**GOOD, "status": word})) as (carrier, _):
        outcome = carrier.send(TEXT)
    assert isinstance(outcome, Accepted)
    assert outcome.word == word
    assert (outcome.state is None) == (word == "something new")


# --- Asking -------------------------------------------------------------------------------------------------------

ASKING_FAILS = {
    "credentials refused": (trouble(401, 20003), "credentials"),
    "forbidden": (trouble(403, 20003), "credentials"),
    "busy": (trouble(429, 20429), "busy"),
    "its own trouble": (trouble(503, 20503), "cannot be reached"),
    "HTML": (reply(502, "<html></html>"), "cannot be reached"),
    "a portal's page": (reply(200, "<html></html>"), "cannot be reached"),
    "an empty answer": (reply(200, ""), "cannot be reached"),
    "JSON of another kind": (reply(200, {"a": 1, "b": 2}), "cannot be reached"),
    "hung up": (script.close, "cannot be reached"),
}


@pytest.mark.parametrize("fault", ASKING_FAILS)
def test_a_failed_question_is_one_sentence(fault: str) -> None:
    answer, word = ASKING_FAILS[fault]
    with facing(answer) as (carrier, server):
        with pytest.raises(CarrierTrouble, match=word) as listing:
            list(carrier.inbound(OURS, NOON.date()))
        with pytest.raises(CarrierTrouble, match=word):
            carrier.status("SM" + "0" * 32)
    assert listing.value.sentence.endswith(".")
    assert len(server.asked) == 2


@pytest.mark.usefixtures("impatient")
def test_a_question_without_an_answer_ends_in_time() -> None:
    with facing(script.hang) as (carrier, _), pytest.raises(CarrierTrouble):
        list(carrier.inbound(OURS, NOON.date()))


def test_wrong_credentials_on_listing_are_told_in_a_sentence(line: Line) -> None:
    wrong = TwilioCarrier(line.credentials._replace(password="wrong"))
    with pytest.raises(CarrierTrouble, match="credentials"):
        list(wrong.inbound(OURS, NOON.date()))


def test_a_text_that_the_carrier_does_not_have_is_no_trouble(line: Line) -> None:
    assert line.carrier.status("SM" + "1" * 32) is None


def test_a_report_carries_the_word_and_the_error(line: Line) -> None:
    sent = line.carrier.send(Outgoing(1, "+15550100003", OURS, "hi", NOON))
    assert isinstance(sent, Accepted)
    line.world.clock.advance(seconds=5)
    report = line.carrier.status(sent.sid)
    assert report is not None
    assert (report.word, report.state, report.error) == ("undelivered", State.UNDELIVERED, 30003)


def test_only_texts_to_the_number_are_listed_newest_first(line: Line) -> None:
    line.carrier.send(Outgoing(1, ANA, OURS, "ours, not theirs", NOON))
    line.types("first")
    line.types("second", phone=BEN)
    line.world.clock.advance(seconds=5)
    (page,) = line.carrier.inbound(OURS, NOON.date())
    assert [(text.sender, text.body) for text in page] == [(BEN, "second"), (ANA, "first")]
    assert all(text.at.tzinfo is not None and text.to == OURS for text in page)


def test_a_list_is_read_page_by_page(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGE", 3)
    for n in range(7):
        line.types(f"text {n}")
    pages = list(line.carrier.inbound(OURS, NOON.date()))
    assert [len(page) for page in pages] == [3, 3, 1]
    assert [text.body for page in pages for text in page] == [f"text {n}" for n in range(6, -1, -1)]


def test_the_day_before_is_asked_for_too() -> None:
    """Dates count as whole GMT days, and a text may be dated on either side of midnight."""
    with facing(reply(200, {"messages": [], "next_page_uri": None})) as (carrier, server):
        list(carrier.inbound(OURS, date(2026, 3, 2)))
    assert "DateSent%3E=2026-03-01T00%3A00%3A00Z" in server.asked[0]


@pytest.mark.parametrize(
    "odd",
    [{"date_created": "yesterday", "date_sent": None}, {"body": "a\x00b"}, {"body": "half \ud83d"}, {"body": None}],
)
def test_an_odd_record_does_not_hide_the_others(odd: dict[str, Any]) -> None:
    """One bad record must not stop the poll, and what cannot be stored must not come in."""
    good = {"direction": "inbound", "from": ANA, "to": OURS, "body": "hi", "date_created": None, "date_sent": None}
    records = [{**good, "sid": "SM1", **odd}, {**good, "sid": "SM2"}]
    with facing(reply(200, {"messages": records, "next_page_uri": None})) as (carrier, _):
        (page,) = carrier.inbound(OURS, NOON.date())
    assert [text.sid for text in page] == ["SM1", "SM2"]
    page[0].body.encode()
    assert "\x00" not in page[0].body


def test_nothing_of_the_credentials_can_be_seen(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    wrong = TwilioCarrier(line.credentials._replace(password="a-very-secret-token"))
    wrong.send(TEXT)
    with facing(reply(201, "<html>")) as (carrier, _):
        carrier.send(TEXT)
    assert "a-very-secret-token" not in caplog.text
    assert ANA not in caplog.text
