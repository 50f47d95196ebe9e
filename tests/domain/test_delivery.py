"""The life of a text: PRODUCT "Sending"."""

from datetime import datetime, timedelta
from itertools import permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.delivery import CARRIER_ORDER, FAILURES, RESENDABLE, Channel, Delivery, State, advance, reported, wording
from tests.domain.builders import NOON, modest

OURS = {"queued", "sending", "held", "blocked", "expired", "cancelled", "unconfirmed"}
CARRIERS = ["accepted", "sent", "canceled", "failed", "undelivered", "delivered"]

TWILIO = {
    "accepted": State.ACCEPTED,
    "scheduled": State.ACCEPTED,
    "queued": State.ACCEPTED,
    "sending": State.ACCEPTED,
    "sent": State.SENT,
    "canceled": State.CANCELED,
    "failed": State.FAILED,
    "undelivered": State.UNDELIVERED,
    "delivered": State.DELIVERED,
    "read": State.DELIVERED,
}
BEFORE_THE_CARRIER = [State.QUEUED, State.SENDING, State.HELD, State.UNCONFIRMED]

states = st.sampled_from(State)
words = st.one_of(
    st.sampled_from([*TWILIO, "partially_delivered", "receiving", "received", "Delivered", ""]), st.text(max_size=12)
)


def test_the_states_are_ours_the_carriers_and_the_desks() -> None:
    assert {s.value for s in State} == OURS | set(CARRIERS) | {"waiting", "seen"}


def test_the_carriers_order_is_the_products() -> None:
    assert [s.value for s in CARRIER_ORDER] == CARRIERS


# --- What a carrier's word means ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("word", "state"), TWILIO.items())
def test_twilios_words(word: str, state: State) -> None:
    assert reported(word) is state


@pytest.mark.parametrize("word", ["", "partially_delivered", "receiving", "received", "unknown", "held", "expired"])
def test_other_words_mean_nothing_here(word: str) -> None:
    assert reported(word) is None


@modest
@given(words)
def test_no_word_puts_a_text_back_in_our_hands(word: str) -> None:
    state = reported(word)
    assert state is None or state.value in CARRIERS
    assert (state is None) is (word not in TWILIO)


# --- Merging reports ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("lower", "higher"), [(a, b) for i, a in enumerate(CARRIERS) for b in CARRIERS[i + 1 :]])
def test_the_higher_report_wins_whichever_comes_last(lower: str, higher: str) -> None:
    assert advance(State(lower), State(higher)) is State(higher)
    assert advance(State(higher), State(lower)) is State(higher)


@pytest.mark.parametrize(("current", "report"), product(BEFORE_THE_CARRIER, CARRIERS))
def test_any_report_of_the_carrier_moves_a_text_that_was_ours(current: State, report: str) -> None:
    assert advance(current, State(report)) is State(report)


@modest
@given(states)
def test_no_report_changes_nothing(current: State) -> None:
    assert advance(current, None) is current
    assert advance(current, current) is current


@modest
@given(states, states)
def test_a_report_never_moves_a_text_back_to_queued_or_sending(current: State, report: State) -> None:
    after = advance(current, report)
    if after in (State.QUEUED, State.SENDING):
        assert current is after


@modest
@given(states, states)
def test_only_the_carriers_states_are_ever_taken_from_a_report(current: State, report: State) -> None:
    after = advance(current, report)
    assert after is current or (after is report and report.value in CARRIERS)


@modest
@given(st.sampled_from(BEFORE_THE_CARRIER), st.lists(words, max_size=5))
def test_every_order_of_arrival_ends_alike(start: State, arriving: list[str]) -> None:
    ends = set()
    for order in permutations(arriving):
        state = start
        for word in order:
            state = advance(state, reported(word))
        ends.add(state)
    ranks = [CARRIERS.index(TWILIO[w].value) for w in arriving if w in TWILIO]
    assert ends == {State(CARRIERS[max(ranks)]) if ranks else start}


@modest
@given(st.sampled_from(BEFORE_THE_CARRIER), st.lists(words, max_size=8))
def test_a_report_that_comes_twice_counts_once(start: State, arriving: list[str]) -> None:
    once = twice = start
    for word in arriving:
        once = advance(once, reported(word))
        twice = advance(advance(twice, reported(word)), reported(word))
    assert once is twice


# --- What a person may do about it -----------------------------------------------------------------------------------


def test_what_was_not_delivered_can_be_sent_again() -> None:
    assert {State.FAILED, State.UNDELIVERED} <= RESENDABLE


@pytest.mark.parametrize(
    "state", [State.QUEUED, State.SENDING, State.ACCEPTED, State.SENT, State.DELIVERED, State.HELD]
)
def test_what_is_under_way_or_there_is_never_sent_again(state: State) -> None:
    assert state not in RESENDABLE
    assert state not in FAILURES


def test_what_the_recipient_blocked_is_a_failure_that_no_key_sends_again() -> None:
    assert State.BLOCKED in FAILURES
    assert State.BLOCKED not in RESENDABLE


def test_rule_19_what_could_not_go_stands_among_the_failures() -> None:
    assert {State.FAILED, State.UNDELIVERED, State.EXPIRED, State.BLOCKED, State.UNCONFIRMED} <= FAILURES
    assert State.CANCELLED not in FAILURES


# --- In words ---------------------------------------------------------------------------------------------------------


def clock(moment: datetime) -> str:
    return f"{moment:%H:%M}"


def delivery(
    state: State,
    error: int | None = None,
    reason: str = "",
    due_at: datetime | None = None,
    changed_at: datetime | None = None,
) -> Delivery:
    return Delivery(1, "+15550101234", Channel.SMS, state, "SM1", error, reason, due_at, changed_at)


@pytest.mark.parametrize("state", State)
def test_every_state_has_words(state: State) -> None:
    said = wording(delivery(state), clock)
    assert said[:1].isupper()
    assert said.strip() == said
    assert said.casefold() != state.value.casefold() or state in (State.HELD, State.SEEN, State.DELIVERED)


@modest
@given(
    states,
    st.none() | st.sampled_from([20003, 21610, 21614, 30003, 30005, 30007, 30008, 30036]) | st.integers(0, 70_000),
    st.none() | st.just(NOON),
)
def test_words_never_show_a_code_or_an_underscore(state: State, error: int | None, moment: datetime | None) -> None:
    said = wording(delivery(state, error, due_at=moment, changed_at=moment), lambda _: "then")
    assert "_" not in said
    assert not any(c.isdigit() for c in said)


def test_no_two_states_of_one_text_read_alike() -> None:
    said = [wording(delivery(s), clock) for s in State if s not in (State.FAILED, State.BLOCKED)]
    assert len(set(said)) == len(said)


def test_a_phone_out_of_reach_is_said_in_words() -> None:
    assert "phone off or out of reach" in wording(delivery(State.UNDELIVERED, error=30003), clock).lower()


def test_accepted_by_the_carrier_is_not_called_delivered() -> None:
    for state in set(State) - {State.DELIVERED}:
        assert not wording(delivery(state), clock).startswith("Delivered")
    assert wording(delivery(State.DELIVERED), clock) == "Delivered"


def test_a_held_text_says_until_when() -> None:
    assert "12:00" in wording(delivery(State.HELD, due_at=NOON), clock)
    assert wording(delivery(State.HELD), clock)


def test_rule_47_at_the_desk_it_is_waiting_then_seen_at_a_time() -> None:
    assert wording(delivery(State.WAITING), clock).lower() == "waiting at the desk"
    seen = delivery(State.SEEN, changed_at=NOON - timedelta(hours=4, minutes=19))
    assert wording(seen, clock).lower() == "seen 07:41"


@pytest.mark.parametrize(
    "state", [State.QUEUED, State.HELD, State.BLOCKED, State.EXPIRED, State.CANCELLED, State.FAILED]
)
def test_rules_1_and_19_what_did_not_go_stands_there_with_its_reason(state: State) -> None:
    assert "outside the opening hours" in wording(delivery(state, reason="outside the opening hours"), clock)


def test_the_carriers_reason_is_the_one_shown_where_it_gave_one() -> None:
    assert "landline" in wording(delivery(State.FAILED, error=21614, reason="held over night"), clock)


@pytest.mark.parametrize("state", [State.SENDING, State.ACCEPTED, State.SENT, State.DELIVERED])
def test_a_reason_of_earlier_on_is_gone_once_a_text_is_under_way(state: State) -> None:
    assert wording(delivery(state, reason="held over night"), clock) == wording(delivery(state), clock)


def test_a_failure_without_a_code_has_words_too() -> None:
    assert wording(delivery(State.FAILED), clock)
    assert wording(delivery(State.FAILED, error=99_999), clock) == wording(delivery(State.FAILED), clock)
