"""Whose turn it is: rule 36, with rules 34 and 49."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.jobs import Waiting
from domain.messages import Kind, Message, Party, Person, Stage
from domain.waiting import Turn, is_thanks, next_turn, unanswered
from tests.domain.builders import DISPATCH, NOON, SYSTEM, ann, bob, gomez, marco, message, modest, silva

HOUR = timedelta(hours=1)
LATER = NOON + HOUR
PHONE = Person(Party.PHONE, "+15550107777", mobile="+15550107777")

customer_asks = message(gomez, DISPATCH, marco, body="When will you be here?", at=NOON)
dispatcher_answers = message(ann, gomez, body="At nine.", at=LATER)
dispatcher_asks_worker = message(ann, marco, body="When will you be there?", at=LATER)
worker_answers = message(marco, DISPATCH, body="At nine.", at=LATER + HOUR)


def after(*entries: Message, start: Turn | None = None) -> Turn:
    turn = start or Turn()
    for entry in entries:
        turn = next_turn(turn, entry)
    return turn


def test_a_new_job_waits_on_nobody() -> None:
    assert Turn() == Turn(Waiting.NOBODY, None)


def test_a_contacts_message_waits_on_the_dispatcher_from_when_it_came() -> None:
    assert after(customer_asks) == Turn(Waiting.DISPATCHER, NOON)


def test_a_text_from_a_phone_nobody_knows_waits_on_the_dispatcher() -> None:
    assert after(message(PHONE, DISPATCH, at=NOON)) == Turn(Waiting.DISPATCHER, NOON)


def test_the_age_is_that_of_the_oldest_text_without_an_answer() -> None:
    again = message(gomez, DISPATCH, body="Hello?", at=LATER)
    assert after(customer_asks, again) == Turn(Waiting.DISPATCHER, NOON)


def test_an_answer_waits_on_the_customer() -> None:
    assert after(customer_asks, dispatcher_answers).on is Waiting.CUSTOMER


def test_the_age_starts_anew_after_an_answer() -> None:
    again = message(gomez, DISPATCH, body="And now?", at=LATER + HOUR)
    assert after(customer_asks, dispatcher_answers, again) == Turn(Waiting.DISPATCHER, LATER + HOUR)


@pytest.mark.parametrize("on", [Waiting.CUSTOMER, Waiting.NOBODY])
def test_an_age_from_before_the_answer_does_not_count(on: Waiting) -> None:
    answered = Turn(on, NOON - 24 * HOUR)
    assert after(customer_asks, start=answered) == Turn(Waiting.DISPATCHER, NOON)
    assert after(dispatcher_asks_worker, start=answered) == Turn(Waiting.WORKER, LATER)


def test_a_workers_text_to_the_contact_waits_on_the_customer_too() -> None:
    assert after(customer_asks, message(marco, gomez, at=LATER)).on is Waiting.CUSTOMER


def test_an_answer_that_fails_leaves_the_job_with_the_dispatcher() -> None:
    waiting = after(customer_asks)
    assert next_turn(waiting, dispatcher_answers, failed=True) == waiting


def test_a_private_question_waits_on_the_worker_and_the_age_still_counts_from_the_customers_text() -> None:
    assert after(customer_asks, dispatcher_asks_worker) == Turn(Waiting.WORKER, NOON)


def test_a_private_question_of_our_own_waits_on_the_worker_from_when_it_was_asked() -> None:
    assert after(dispatcher_asks_worker) == Turn(Waiting.WORKER, LATER)


def test_the_workers_answer_comes_back_to_the_dispatcher_with_the_customers_age() -> None:
    assert after(customer_asks, dispatcher_asks_worker, worker_answers) == Turn(Waiting.DISPATCHER, NOON)


def test_a_customer_who_writes_while_the_worker_is_asked_waits_from_their_own_text() -> None:
    asked = message(ann, marco, at=NOON - 24 * HOUR)
    assert after(asked, customer_asks) == Turn(Waiting.DISPATCHER, NOON)


def test_a_private_question_while_the_customer_has_the_word_counts_from_the_question() -> None:
    asked = message(ann, marco, at=LATER + HOUR)
    assert after(customer_asks, dispatcher_answers, asked) == Turn(Waiting.WORKER, LATER + HOUR)


def test_a_message_to_worker_and_contact_is_an_answer_to_the_contact() -> None:
    assert after(customer_asks, message(ann, marco, gomez, at=LATER)).on is Waiting.CUSTOMER


def test_rule_34_a_kept_text_counts_as_waiting() -> None:
    assert after(message(gomez, DISPATCH, at=NOON, dispatch_only=True)) == Turn(Waiting.DISPATCHER, NOON)


def test_a_decision_waits_on_the_dispatcher_like_any_word_of_the_customers() -> None:
    decides = message(gomez, DISPATCH, kind=Kind.DECISION, body="Approved 2 lines.", at=NOON)
    assert after(decides) == Turn(Waiting.DISPATCHER, NOON)


def test_a_decision_told_by_phone_leaves_nobody_waiting_but_answers_no_question() -> None:
    recorded = message(ann, gomez, kind=Kind.DECISION, body="Recorded by Ann.", at=LATER)
    assert after(dispatcher_answers, recorded) == Turn()
    assert after(recorded) == Turn()
    assert after(customer_asks, recorded) == Turn(Waiting.DISPATCHER, NOON)
    assert unanswered([customer_asks, recorded]) == (gomez.contact_id,)


def test_rule_12_a_contact_writing_to_another_contact_waits_on_the_dispatcher() -> None:
    assert after(message(gomez, silva, DISPATCH, at=NOON)) == Turn(Waiting.DISPATCHER, NOON)


moments = st.integers(0, 72).map(lambda hours: NOON - timedelta(hours=hours))
turns = st.one_of(
    st.just(Turn()),
    st.just(Turn(Waiting.CUSTOMER)),
    st.builds(Turn, st.sampled_from((Waiting.DISPATCHER, Waiting.WORKER)), moments),
)
AUTOMATIC = [
    message(SYSTEM, gomez, kind=Kind.ALERT),
    message(SYSTEM, gomez, kind=Kind.QUICK_ACTION),
    message(SYSTEM, marco),
    message(SYSTEM),
    message(SYSTEM, gomez, silva, kind=Kind.ALERT, at=LATER),
]
NOTES = [message(ann, kind=Kind.NOTE), message(ann, bob, kind=Kind.NOTE), message(ann, DISPATCH, kind=Kind.NOTE)]


@modest
@given(turns, st.sampled_from(AUTOMATIC))
def test_automatic_texts_change_nothing(turn: Turn, entry: Message) -> None:
    assert next_turn(turn, entry) == turn


@modest
@given(turns, st.sampled_from(NOTES))
def test_dispatchers_notes_among_themselves_change_nothing(turn: Turn, entry: Message) -> None:
    assert next_turn(turn, entry) == turn


@modest
@given(turns, st.sampled_from([dispatcher_answers, message(marco, gomez)]))
def test_a_failed_text_never_waits_on_the_customer(turn: Turn, entry: Message) -> None:
    assert next_turn(turn, entry, failed=True) == turn


def test_rule_49_a_workers_text_waiting_for_release_is_not_yet_the_customers_turn() -> None:
    unreleased = message(marco, gomez, at=LATER, stage=Stage.WAITING_RELEASE)
    assert after(customer_asks, unreleased) == Turn(Waiting.DISPATCHER, NOON)


@pytest.mark.parametrize("stage", [Stage.CALLED_BACK, Stage.REFUSED])
def test_a_text_that_was_called_back_or_refused_is_no_answer(stage: Stage) -> None:
    never_left = message(marco, gomez, at=LATER, stage=stage)
    assert after(customer_asks, never_left) == Turn(Waiting.DISPATCHER, NOON)


# --- Who is still waiting for an answer ------------------------------------------------------------------------------

silva_asks = message(silva, DISPATCH, body="And the other pump?", at=NOON)
gomez_thanks = message(gomez, DISPATCH, body="Thanks!", at=LATER)


@pytest.mark.parametrize(
    ("thread", "waiting"),
    [
        ([], set()),
        ([customer_asks], {gomez.contact_id}),
        ([customer_asks, silva_asks], {gomez.contact_id, silva.contact_id}),
        ([customer_asks, silva_asks, dispatcher_answers], {silva.contact_id}),
        ([customer_asks, dispatcher_answers, customer_asks], {gomez.contact_id}),
        ([customer_asks, dispatcher_answers, gomez_thanks], set()),
        ([customer_asks, gomez_thanks], {gomez.contact_id}),
        ([customer_asks, dispatcher_asks_worker, worker_answers], {gomez.contact_id}),
        ([customer_asks, message(marco, gomez, at=LATER)], set()),
        ([customer_asks, *NOTES, *AUTOMATIC], {gomez.contact_id}),
        ([customer_asks, silva_asks, message(ann, gomez, silva, at=LATER)], set()),
        (
            [customer_asks, message(silva, gomez, DISPATCH, body="I know.", at=LATER)],
            {gomez.contact_id, silva.contact_id},
        ),
        ([message(PHONE, DISPATCH, at=NOON)], set()),
        ([dispatcher_answers], set()),
    ],
)
def test_rule_39_who_waits_is_whoever_wrote_and_got_no_answer(thread: list[Message], waiting: set[int]) -> None:
    assert set(unanswered(thread)) == waiting
    assert len(unanswered(thread)) == len(waiting)


@pytest.mark.parametrize("stage", [Stage.WAITING_RELEASE, Stage.CALLED_BACK, Stage.REFUSED])
def test_rule_39_a_text_that_never_left_answers_nobody(stage: Stage) -> None:
    assert unanswered([customer_asks, message(marco, gomez, at=LATER, stage=stage)]) == (gomez.contact_id,)


# --- Thanks and reactions -----------------------------------------------------------------------------------------

THANKS = ["Thanks", "thanks!", "THANK YOU", "Thank you.", "ok", "OK!", "Ok, thanks", "👍", "👍🏽", "🙏", "❤️"]
REACTIONS = [
    "Liked “We are on our way.”",
    "Loved “The pump is in.”",
    "Emphasized “At nine.”",
    "Laughed at “At nine.”",
    "Reacted 👍 to “At nine.”",
    'Liked "At nine."',
]
NOT_THANKS = [
    "",
    "yes",
    "ok?",
    "no thanks, please cancel the visit",
    "thanks, but when will you come?",
    "thank you for nothing, it leaks again",
    "ok come at nine",
    "I like it",
    "👎",
    "Reacted badly to the cleaning agent, please call",
    'Loved "the new look" but the brakes squeak',
    "Liked your work, can you come again on Monday?",
]


@pytest.mark.parametrize("body", [*THANKS, *REACTIONS])
def test_thanks_and_reactions_do_not_ring(body: str) -> None:
    assert is_thanks(body)
    assert after(message(gomez, DISPATCH, body=body)) == Turn()


@pytest.mark.parametrize("body", NOT_THANKS)
def test_anything_that_asks_or_tells_rings(body: str) -> None:
    assert not is_thanks(body)
    assert after(message(gomez, DISPATCH, body=body)).on is Waiting.DISPATCHER


@modest
@given(turns, st.sampled_from([*THANKS, *REACTIONS]))
def test_thanks_never_take_an_open_question_off_the_list(turn: Turn, body: str) -> None:
    assert next_turn(turn, message(gomez, DISPATCH, body=body)) == turn


@modest
@given(
    st.lists(st.sampled_from([customer_asks, dispatcher_asks_worker, worker_answers, *AUTOMATIC, *NOTES]), max_size=6)
)
def test_whoever_has_the_word_in_the_house_has_it_since_some_moment(entries: list[Message]) -> None:
    turn = after(*entries)
    if turn.on in (Waiting.DISPATCHER, Waiting.WORKER):
        assert isinstance(turn.since, datetime)
        assert turn.since <= max(entry.at for entry in entries)
    if customer_asks in entries:
        assert turn.on in (Waiting.DISPATCHER, Waiting.WORKER)
