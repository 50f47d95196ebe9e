"""Moments as people type them, on days of 23, 24 and 25 hours."""

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Refusal
from domain.moments import read_moment

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
MONDAY = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
"""Noon in Berlin, six in the morning in New York."""


def at(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "zone", "meant"),
    [
        ("14:30", BERLIN, "2026-03-02 13:30"),
        ("14.30", BERLIN, "2026-03-02 13:30"),
        (" 9:00 ", BERLIN, "2026-03-03 08:00"),
        ("12:00", BERLIN, "2026-03-03 11:00"),
        ("9:00", NEW_YORK, "2026-03-02 14:00"),
        ("2:30pm", BERLIN, "2026-03-02 13:30"),
        ("2 pm", BERLIN, "2026-03-02 13:00"),
        ("12am", BERLIN, "2026-03-02 23:00"),
        ("12 PM", NEW_YORK, "2026-03-02 17:00"),
        ("today 23:59", BERLIN, "2026-03-02 22:59"),
        ("tomorrow 9:00", BERLIN, "2026-03-03 08:00"),
        ("Tomorrow, 9:00", BERLIN, "2026-03-03 08:00"),
        ("mon 13:00", BERLIN, "2026-03-02 12:00"),
        ("mon 11:00", BERLIN, "2026-03-09 10:00"),
        ("Friday 8:15", BERLIN, "2026-03-06 07:15"),
        ("sun 8am", BERLIN, "2026-03-08 07:00"),
        ("2026-03-02 14:30", BERLIN, "2026-03-02 13:30"),
        ("2026-7-1 14:30", BERLIN, "2026-07-01 12:30"),
        ("+2h", BERLIN, "2026-03-02 13:00"),
        ("+90m", BERLIN, "2026-03-02 12:30"),
        ("+ 1h 30m", BERLIN, "2026-03-02 12:30"),
        ("+45min", BERLIN, "2026-03-02 11:45"),
        ("+1d", BERLIN, "2026-03-03 11:00"),
        ("+1d2h", BERLIN, "2026-03-03 13:00"),
    ],
)
def test_a_moment_is_read_as_people_type_it(typed: str, zone: tzinfo, meant: str) -> None:
    assert read_moment(typed, MONDAY, zone) == at(meant)


@pytest.mark.parametrize(
    "typed",
    [
        *("", "  ", "soon", "25:00", "14:60", "13pm", "0am", "tomorrow", "9", "2026-02-30 9:00", "2026-13-01 9:00"),
        *("+", "+2", "+h", "+0h", "-2h", "yesterday 9:00", "2026-03-02", "14:30 tomorrow x", "9:00:00", "٣:٣٠x"),
    ],
)
def test_what_is_no_time_is_refused_with_examples(typed: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_moment(typed, MONDAY, BERLIN)
    assert refused.value.field == "time"
    assert len(refused.value.sentence) > 20


@pytest.mark.parametrize("typed", ["today 11:59", "2026-03-02 12:00", "2020-01-01 9:00"])
def test_what_is_past_is_refused(typed: str) -> None:
    with pytest.raises(Refusal, match=r"past"):
        read_moment(typed, MONDAY, BERLIN)


def test_a_time_that_the_clocks_jump_over_lies_as_long_after_the_jump() -> None:
    before = at("2026-03-28 22:00")
    assert read_moment("2026-03-29 02:30", before, BERLIN) == at("2026-03-29 01:30")
    assert read_moment("tomorrow 3:00", at("2026-03-28 12:00"), BERLIN) == at("2026-03-29 01:00")


def test_of_a_time_that_comes_twice_the_first_still_to_come_is_meant() -> None:
    assert read_moment("2026-10-25 02:30", at("2026-10-24 12:00"), BERLIN) == at("2026-10-25 00:30")
    assert read_moment("02:30", at("2026-10-25 00:45"), BERLIN) == at("2026-10-25 01:30")
    assert read_moment("02:30", at("2026-10-25 01:30"), BERLIN) == at("2026-10-26 01:30")


def test_a_day_keeps_to_the_clock_and_an_hour_to_the_time_that_passes() -> None:
    evening = at("2026-03-28 17:00")
    assert read_moment("+1d", evening, BERLIN) == at("2026-03-29 16:00")
    assert read_moment("+24h", evening, BERLIN) == at("2026-03-29 17:00")


@given(
    now=st.integers(0, 5 * 365 * 24 * 60).map(lambda minutes: at("2024-01-01 00:00") + timedelta(minutes=minutes)),
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
    zone=st.sampled_from([BERLIN, NEW_YORK, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Asia/Kathmandu"), UTC]),
)
def test_the_next_such_time_is_within_a_day_and_shows_on_the_clock(
    now: datetime, hour: int, minute: int, zone: tzinfo
) -> None:
    meant = read_moment(f"{hour}:{minute:02}", now, zone)
    assert now < meant <= now + timedelta(hours=26)
    shown = meant.astimezone(zone)
    assert (shown.hour, shown.minute) == (hour, minute) or _jumped(shown, hour, minute, zone)


def _jumped(shown: datetime, hour: int, minute: int, zone: tzinfo) -> bool:
    """Whether the clocks of that zone never show this time on that day."""
    wall = shown.replace(hour=hour, minute=minute, second=0, microsecond=0, tzinfo=None)
    there = wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    return there != wall
