"""Statuses of rule 43 and the order of rule 37."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.jobs import Access, Order, Status, Waiting, waiting_key, window_key
from tests.domain.builders import DAY, NOON, modest

DISPATCHER, WORKER, CUSTOMER, NOBODY = Waiting.DISPATCHER, Waiting.WORKER, Waiting.CUSTOMER, Waiting.NOBODY

# --- Statuses -------------------------------------------------------------------------------------------------------


def test_rule_43_the_statuses() -> None:
    assert [s.value for s in Status] == [
        "new",
        "assigned",
        "on_the_way",
        "checked_in",
        "started",
        "awaiting_approval",
        "ready",
        "in_service",
        "completed",
        "cancelled",
    ]


@pytest.mark.parametrize("status", Status)
def test_rule_43_the_last_three_close_the_job(status: Status) -> None:
    assert status.closes is (status in list(Status)[-3:])


@pytest.mark.parametrize("status", Status)
def test_a_status_reads_as_words(status: Status) -> None:
    assert "_" not in status.words
    assert status.words[0].isupper()
    assert status.words.lower() == status.value.replace("_", " ")


def test_the_grace_time_is_seven_days_unless_the_account_says_otherwise() -> None:
    assert Access(location_id=1).grace == timedelta(days=7)
    assert Access(location_id=1).three_way


def test_rule_37_one_key_goes_round_all_orders() -> None:
    assert Order.WAITING.following is Order.ACTIVITY
    assert Order.ACTIVITY.following is Order.NUMBER
    assert Order.NUMBER.following is Order.WINDOW
    assert Order.WINDOW.following is Order.WAITING


# --- The order of the list -------------------------------------------------------------------------------------------


def key(
    job_id: int = 1,
    on: Waiting = NOBODY,
    since: datetime | None = None,
    window: datetime | None = None,
    closed: bool = False,
) -> int:
    return waiting_key(job_id, on, since, window, closed)


def test_rule_37_a_job_waiting_on_the_dispatcher_comes_before_every_other() -> None:
    waiting = key(9, DISPATCHER, NOON, NOON + 90 * DAY)
    for on in (WORKER, CUSTOMER, NOBODY):
        assert waiting < key(1, on, NOON - 9 * DAY, NOON - 9 * DAY)
    assert waiting < key(1)


def test_rule_37_the_longest_waiting_comes_first_whatever_its_window() -> None:
    assert key(9, DISPATCHER, NOON - DAY, NOON + 9 * DAY) < key(1, DISPATCHER, NOON, NOON - 9 * DAY)


def test_rule_37_then_by_window_start_however_long_others_wait() -> None:
    assert key(9, CUSTOMER, NOON, NOON) < key(1, WORKER, NOON - 9 * DAY, NOON + DAY)


def test_a_job_without_a_window_comes_after_those_with_one() -> None:
    assert key(9, window=datetime(2200, 1, 1, tzinfo=UTC)) < key(1)


def test_a_closed_job_comes_after_the_open_ones() -> None:
    assert key(9) < key(1, window=NOON, closed=True)


def test_a_closed_job_whose_customer_waits_is_still_waiting_on_the_dispatcher() -> None:
    assert key(9, DISPATCHER, NOON, closed=True) < key(1, window=NOON)


moments = st.integers(0, 2**33).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
few_moments = st.integers(0, 4).map(lambda days: NOON + days * DAY)
jobs = st.tuples(
    st.integers(1, 2**27 - 1),
    st.sampled_from(Waiting),
    few_moments | moments,
    st.none() | few_moments | moments,
    st.booleans(),
)


@modest
@given(st.lists(jobs, max_size=8, unique_by=lambda job: job[0]))
def test_rule_37_sorting_by_the_key_is_sorting_by_the_rule(
    listed: list[tuple[int, Waiting, datetime, datetime | None, bool]],
) -> None:
    def by_rule(job: tuple[int, Waiting, datetime, datetime | None, bool]) -> tuple[object, ...]:
        job_id, on, since, window, closed = job
        if on is DISPATCHER:
            return (0, False, since, job_id)
        return (2 if closed else 1, window is None, window or NOON, job_id)

    assert sorted(listed, key=lambda job: waiting_key(*job)) == sorted(listed, key=by_rule)


@modest
@given(jobs, jobs)
def test_no_two_jobs_share_a_key(
    one: tuple[int, Waiting, datetime, datetime | None, bool],
    other: tuple[int, Waiting, datetime, datetime | None, bool],
) -> None:
    if one[0] != other[0]:
        assert waiting_key(*one) != waiting_key(*other)
        assert window_key(one[0], one[3]) != window_key(other[0], other[3])


@modest
@given(
    st.integers(1, 2**27 - 1),
    st.sampled_from(Waiting),
    st.none() | st.datetimes(timezones=st.just(UTC)),
    st.none() | st.datetimes(timezones=st.just(UTC)),
    st.booleans(),
)
def test_a_key_is_an_integer_every_database_holds(
    job_id: int, on: Waiting, since: datetime | None, window: datetime | None, closed: bool
) -> None:
    assert 0 <= waiting_key(job_id, on, since, window, closed) < 2**63
    assert 0 <= window_key(job_id, window) < 2**63


def test_a_key_depends_on_the_moment_not_on_the_zone_it_is_written_in() -> None:
    there = NOON.astimezone(timezone(timedelta(hours=9)))
    assert key(1, DISPATCHER, there) == key(1, DISPATCHER, NOON)


@modest
@given(st.integers(1, 2**27 - 1), moments, st.integers(1, 2**27 - 1), moments)
def test_the_window_order_is_by_planned_start_and_jobs_without_one_come_last(
    one: int, early: datetime, other: int, late: datetime
) -> None:
    if early < late:
        assert window_key(one, early) < window_key(other, late)
    assert window_key(one, early) < window_key(other, None)
