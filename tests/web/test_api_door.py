"""Who is let in, what is read, and what is never told: tokens, keys, bodies, headers, logs."""

import json
import logging
from collections.abc import Iterator

import pytest

from app.pages import pages_of
from domain.alerts import Event
from domain.errors import Refusal
from domain.ingest import Busy
from domain.jobs import Status
from tests.web.caller import Caller, broken, calling, counts, job, rule, tell, texts
from tests.world import ANA, BEN, NOON, World
from web.app import Pages

CAL = "+15550104444"


# --- Tokens -------------------------------------------------------------------------------------------------------


def test_wrong_revoked_and_missing_tokens_are_answered_alike(api: Caller, small_world: World) -> None:
    tokens = small_world.writers.api_tokens
    ended = tokens.make("Boards", "Ann Lee")
    holder = tokens.holder(ended)
    assert holder is not None
    tokens.revoke(holder.id)
    answers = [
        api.post("/api/jobs", {"number": "J", "customer": "C"}, Authorization=authorization)
        for authorization in (None, "Bearer jl_wrong", f"Bearer {ended}", "Basic abc", "Bearer", "Bearer é", "jl_x")
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert {answer.headers["WWW-Authenticate"] for answer in answers} == {"Bearer"}
    assert small_world.readers.threads.job_numbered(small_world.ann, "J") is None


def test_a_token_comes_before_everything_else(api: Caller) -> None:
    """Who has none hears nothing of what else would be wrong."""
    for body, headers in ((b"{", {}), (b"x" * 70_000, {}), (b"{}", {"Content-Type": "text/plain"})):
        assert api.post("/api/jobs", body, Authorization=None, **headers).status_code == 401
    assert api.post("/api/jobs/none/events", {}, Authorization=None).status_code == 401


def test_a_revoked_token_is_refused_at_once(api: Caller, small_world: World) -> None:
    assert api.job(number="J", customer="C").status_code == 201
    (line,) = small_world.writers.api_tokens.listed()
    assert line.used_at == NOON
    small_world.writers.api_tokens.revoke(line.token.id)
    assert api.job(number="J", title="T").status_code == 401


def test_a_token_can_read_nothing(api: Caller, small_world: World) -> None:
    known = small_world.job()
    held = {"Authorization": f"Bearer {api.token}"}
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        for path in ("/api/jobs", f"/api/jobs/{known.number}/events"):
            answer = api.ask(method, path, headers=held)
            assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    for path in (f"/api/jobs/{known.number}", "/api/messages", "/api/", "/api", "/api/jobs/"):
        answer = api.ask("POST", path, headers=held)
        assert (answer.status_code, set(answer.json())) == (404, {"error", "fields"})
    said = api.job(number=known.number).text + api.job(number=known.number, dry_run=True, title=known.title).text
    for secret in (known.title, known.customer, "Ana", "Ben", ANA, BEN, "Marco", "Pump"):
        assert secret not in said


def test_a_limited_token_works_at_its_locations_alone(api: Caller, small_world: World) -> None:
    south = small_world.writers.people.add_location("South", "US", "America/Chicago", [])
    here = small_world.job()
    limited = Caller(api.address, small_world.writers.api_tokens.make("Boards", "Ann Lee", [south]))
    before = counts(small_world)
    assert set(limited.job(number=here.number, title="Mine").json()["fields"]) >= {"number"}
    assert set(limited.job(number=here.number, location="South").json()["fields"]) == {"number"}
    assert set(limited.job(number="J", customer="C", location="North").json()["fields"]) == {"location"}
    there, nowhere = limited.event(here.number, event="started"), limited.event("9998", event="started")
    assert (there.status_code, there.text) == (404, nowhere.text.replace("9998", here.number))
    assert counts(small_world) == before
    assert limited.job(number="J", customer="C").status_code == 201
    assert job(small_world, here.number) == here


# --- Idempotency --------------------------------------------------------------------------------------------------


def test_the_same_request_gets_the_same_bytes(api: Caller, small_world: World) -> None:
    first = api.job(number="J", customer="Müller", key="k")
    small_world.clock.advance(days=3)
    api.job(number="J", status="completed")
    second = api.job(number="J", customer="Müller", key="k")
    assert (first.status_code, first.content) == (second.status_code, second.content) == (201, first.content)
    assert job(small_world, "J").status is Status.COMPLETED


def test_the_same_event_twice_is_told_once(api: Caller, small_world: World) -> None:
    rule(small_world, Event.ON_THE_WAY)
    known = small_world.job()
    asked = {"event": "on_the_way", "again": True}
    assert api.event(known.number, key="k", **asked).content == api.event(known.number, key="k", **asked).content
    tell(small_world)
    assert len(texts(small_world, known.number)) == 1


def test_a_key_used_for_something_else_is_refused(api: Caller, small_world: World) -> None:
    known = small_world.job()
    api.job(number="J", customer="C", key="k")
    assert api.job(number="J", customer="D", key="k").status_code == 409
    assert api.event("J", event="started", key="k").status_code == 409
    api.event("J", event="started", key="e")
    assert api.event(known.number, event="started", key="e").status_code == 409
    assert job(small_world, "J").customer == "C"
    assert job(small_world, known.number) == known


def test_a_key_of_a_refused_request_may_be_used_again(api: Caller) -> None:
    assert api.job(number="J", key="k").status_code == 422
    assert api.event("J", event="started", key="e").status_code == 404
    assert api.job(number="J", customer="C", key="k").status_code == 201
    assert api.event("J", event="started", key="e").status_code == 200


def test_another_programs_key_is_its_own(api: Caller, small_world: World) -> None:
    other = Caller(api.address, small_world.writers.api_tokens.make("Boards", "Ann Lee"))
    assert api.job(number="J", customer="C", key="k").status_code == 201
    assert other.job(number="K", customer="C", key="k").status_code == 201


@pytest.mark.parametrize("key", ["a b", "a\tb", "é", "x" * 201])
def test_a_key_that_is_none_is_refused(api: Caller, key: str) -> None:
    answer = api.post("/api/jobs", {"number": "J", "customer": "C"}, Idempotency_Key=key)
    assert (answer.status_code, set(answer.json()["fields"])) == (400, {"Idempotency-Key"})


def test_the_longest_key_and_no_key(api: Caller) -> None:
    assert api.job(number="J", customer="C", key="x" * 200).status_code == 201
    assert api.post("/api/jobs", {"number": "J"}, Idempotency_Key=None).status_code == 400


# --- The door -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'"x"', b"null", b"3", b"\xff{}", b"[" * 60_000, b'{"number":"J","number":"K"}',
     b'{"number":' + b"9" * 5000 + b"x}", b"\xef\xbb\xbf{}"],
)  # fmt: skip
def test_what_is_no_json_object_is_refused(api: Caller, body: bytes) -> None:
    answer = api.post("/api/jobs", body)
    assert answer.status_code == 400
    assert answer.json()["error"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", None])
def test_only_json_is_taken(api: Caller, kind: str | None) -> None:
    assert api.post("/api/jobs", {"number": "J", "customer": "C"}, Content_Type=kind).status_code == 415


def test_json_may_name_its_character_set(api: Caller) -> None:
    kind = "application/json; charset=utf-8"
    assert api.post("/api/jobs", {"number": "J", "customer": "C"}, Content_Type=kind).status_code == 201


def test_a_body_may_have_64_kilobytes_and_not_one_more(api: Caller) -> None:
    head = json.dumps({"number": "J", "customer": "C"}).encode()
    full = head + b" " * (64 * 1024 - len(head))
    assert api.post("/api/jobs", full).status_code == 201
    assert api.post("/api/jobs", full + b" ").status_code == 413


def test_a_body_of_unknown_length_is_counted_as_it_comes(api: Caller) -> None:
    def pieces(count: int) -> Iterator[bytes]:
        yield b'{"number": "J", "customer": "C"}'
        yield from (b" " * 1000 for _ in range(count))

    sent = {
        "Authorization": f"Bearer {api.token}",
        "Content-Type": "application/json",
        "Connection": "close",
    }
    assert api.ask("POST", "/api/jobs", data=pieces(3), headers={**sent, "Idempotency-Key": "a"}).status_code == 201
    assert api.ask("POST", "/api/jobs", data=pieces(70), headers={**sent, "Idempotency-Key": "b"}).status_code == 413


def test_every_answer_keeps_to_itself(api: Caller) -> None:
    answers = [
        api.job(number="J", customer="C"),
        api.job(number="J", location="x"),
        api.ask("GET", "/api/openapi.json"),
        api.ask("GET", "/nothing"),
        api.ask("GET", "/health"),
    ]
    for answer in answers:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "server" not in {name.lower() for name in answer.headers}


def test_a_failure_is_one_sentence_and_its_words_are_not_logged(
    small_world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with calling(small_world, broken(small_world, ValueError(f"bad {ANA} 555 010 2001 <secret>"))) as api:
        for answer in (api.job(number="J"), api.event("J", event="started")):
            assert answer.status_code == 500
            assert set(answer.json()) == {"error", "fields"}
            for word in ("Traceback", "secret", "ValueError", "2001"):
                assert word not in answer.text
    logged = "\n".join(caplog.messages) + caplog.text
    assert "ValueError" in logged
    for word in ("secret", "2001", "Traceback"):
        assert word not in logged


def test_any_refusal_is_told_with_its_field(small_world: World) -> None:
    with calling(small_world, broken(small_world, Refusal("There is already a job J.", "number"))) as api:
        answer = api.job(number="J")
        assert (answer.status_code, answer.json()["fields"]) == (422, {"number": "There is already a job J."})


def test_a_busy_database_says_when_to_come_again(small_world: World) -> None:
    with calling(small_world, broken(small_world, Busy("Busy. Send it again."))) as api:
        answer = api.job(number="J")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
        assert api.event("J").status_code == 503


def test_nothing_of_what_is_posted_is_logged(api: Caller, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    api.job(number="J-77", customer="Secret Ltd", site_contact="Zoe", site_contact_mobile=CAL)
    api.job(number="J-77", location="Secretville", site_contact_mobile="5550104444x")
    api.post("/api/jobs", b'{"number": "J-77", "site_contact_mobile": "+15550104444"')
    api.post("/api/jobs", {"number": "J-77"}, Idempotency_Key="+15550104444 a")
    api.event("J-77", event="Secret")
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("urllib3")]
    for word in ("J-77", "Secret", "Zoe", "0104444", api.token):
        assert [line for line in ours if word in line] == []


def test_without_a_database_to_ingest_into_there_is_no_api(small_world: World) -> None:
    only_health = Pages(words=pages_of(small_world.readers, small_world.writers).words)
    with calling(small_world, only_health) as api:
        assert api.job(number="J").status_code == 404
        assert api.ask("GET", "/api/openapi.json").status_code == 404
