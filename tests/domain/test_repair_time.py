"""The estimated time of repair: what people type, and what the customer reads."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Refusal
from domain.repair_time import FIELD, read_repair_time, repair_sentence

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""A Monday, seven in the morning in New York."""
ZONE = "America/New_York"


def said(typed: str, now: datetime = NOW) -> str:
    """The sentence without its beginning."""
    repair = read_repair_time(typed, now, ZONE)
    assert repair is not None
    return repair_sentence(repair, ZONE).removeprefix("Estimated time of repair: ")


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("3 h", "about 3 hours."),
        ("3h", "about 3 hours."),
        ("+3h", "about 3 hours."),
        ("1 hour", "about 1 hour."),
        ("1.5 h", "about 1 hour 30 minutes."),
        ("1,5 hours", "about 1 hour 30 minutes."),
        ("90 min", "about 1 hour 30 minutes."),
        ("2 hours and 15 minutes", "about 2 hours 15 minutes."),
        ("2 days", "about 2 days."),
        ("1 d 4h", "about 1 day 4 hours."),
        ("1 week", "about 1 week."),
        ("Fri 16:00", "Fri 6 Mar, 16:00."),
        ("16:30", "Mon 2 Mar, 16:30."),
        ("4 pm", "Mon 2 Mar, 16:00."),
        ("mon 6:00", "Mon 9 Mar, 06:00."),
        ("tomorrow", "Tue 3 Mar."),
        ("fri", "Fri 6 Mar."),
        ("2026-03-06", "Fri 6 Mar."),
        ("today", "Mon 2 Mar."),
        ("Fri 16:00, 3 h", "Fri 6 Mar, 16:00 (about 3 hours)."),
        ("3 h, until Fri 16:00", "Fri 6 Mar, 16:00 (about 3 hours)."),
        ("tomorrow 9:00 / 2 h", "Tue 3 Mar, 09:00 (about 2 hours)."),
        ("friday (about 2 days)", "Fri 6 Mar (about 2 days)."),
    ],
)
def test_what_is_typed_is_read_at_the_location(typed: str, read: str) -> None:
    assert said(typed) == read
    assert said(f"  {typed.upper()} ") == read


@pytest.mark.parametrize("typed", ["", "   ", "\n"])
def test_an_empty_field_says_nothing(typed: str) -> None:
    assert read_repair_time(typed, NOW, ZONE) is None


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("soon", "no time that can be read"),
        ("3 h maybe", "no time that can be read"),
        ("16:00 17:00", "no time that can be read"),
        ("0 h", "no time at all"),
        ("2026-03-01", "That time is past"),
        ("2026-03-02 01:00", "That time is past"),
        ("2028-01-01", "more than a year away"),
        ("400 days", "more than a year"),
        ("60 weeks", "more than a year"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_next_step(typed: str, why: str) -> None:
    with pytest.raises(Refusal, match=why) as refused:
        read_repair_time(typed, NOW, ZONE)
    assert refused.value.field == FIELD


@given(st.integers(0, 300), st.integers(0, 23), st.integers(0, 59))
def test_a_span_reads_back_as_long_as_it_was_typed(days: int, hours: int, minutes: int) -> None:
    typed = " ".join(f"{n}{u}" for n, u in ((days, "d"), (hours, "h"), (minutes, "m")) if n)
    if not typed:
        return
    words = said(typed).rstrip(".").split()[1:]
    units = {"day": timedelta(days=1), "hour": timedelta(hours=1), "minute": timedelta(minutes=1)}
    total = sum((int(n) * units[u.rstrip("s")] for n, u in zip(words[::2], words[1::2], strict=True)), timedelta(0))
    assert total == timedelta(days=days, hours=hours, minutes=minutes)


@given(st.integers(0, 365 * 24 * 60), st.integers(1, 300 * 24 * 60))
def test_a_moment_is_the_one_that_the_clocks_there_show(begins: int, minutes: int) -> None:
    now = NOW + timedelta(minutes=begins)
    here = (now + timedelta(minutes=minutes)).astimezone(ZoneInfo(ZONE))
    repair = read_repair_time(f"{here:%Y-%m-%d %H:%M}", now - timedelta(hours=2), ZONE)
    assert repair is not None
    assert repair.at is not None
    assert repair.at.astimezone(ZoneInfo(ZONE)).strftime("%Y-%m-%d %H:%M") == f"{here:%Y-%m-%d %H:%M}"


@given(st.text(max_size=40) | st.text("0123456789:. hdmfri,+", max_size=20))
def test_anything_typed_is_understood_or_refused(typed: str) -> None:
    field = FIELD
    try:
        repair = read_repair_time(typed, NOW, ZONE)
        assert repair is None or repair_sentence(repair, ZONE).endswith(".")
    except Refusal as refusal:
        field = refusal.field or ""
    assert field == FIELD
