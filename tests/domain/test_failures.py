"""Carrier error codes in a dispatcher's words: carrier facts, section 5."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.failures import explain
from tests.domain.builders import modest

# code -> a word or two without which the sentence would not tell the dispatcher what the facts say
GIST = {
    20003: "credentials",
    21211: "not valid",
    21408: "switched off",
    21603: "set up wrongly",
    21606: "set up wrongly",
    21212: "set up wrongly",
    21608: "verified",
    21610: "START",
    21611: "too many texts",
    21612: "cannot be reached",
    21614: "landline",
    21635: "landline",
    21703: "cannot reach",
    30001: "waited too long",
    30002: "suspended",
    30003: "phone off or out of reach",
    30004: "blocked",
    30005: "exist",
    30006: "call",
    30007: "filtered",
    30022: "daily limit",
    30023: "daily limit",
    30032: "registered",
    30034: "registered",
    30035: "registered",
    30036: "in time",
    30450: "fraud",
}


@pytest.mark.parametrize(("code", "gist"), GIST.items())
def test_each_code_says_what_the_dispatcher_should_know(code: int, gist: str) -> None:
    assert gist in explain(code)


@pytest.mark.parametrize("code", [21614, 21635, 30003, 30006])
def test_who_cannot_get_texts_is_to_be_called(code: int) -> None:
    assert "call" in explain(code)


@pytest.mark.parametrize("code", [30008, 30410])
def test_a_failure_without_a_reason_says_so(code: int) -> None:
    assert explain(code) == explain(None)
    assert "no reason" in explain(code)


@pytest.mark.parametrize("code", [None, 0, 99_999, -1])
def test_an_unknown_code_has_a_sentence_too(code: int | None) -> None:
    assert "no reason" in explain(code)


@pytest.mark.parametrize("code", [502, 404])
def test_a_plain_http_status_is_not_looked_up(code: int) -> None:
    assert explain(code) == explain(None)


@modest
@given(st.sampled_from(sorted(GIST)) | st.integers())
def test_no_sentence_shows_a_code_or_an_underscore(code: int) -> None:
    said = explain(code)
    assert said
    assert "_" not in said
    assert not any(c.isdigit() for c in said)
