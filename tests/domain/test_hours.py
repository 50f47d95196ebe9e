"""Quiet hours and reminders, over every zone there is and every change of its clocks. RULES 21 and 27; A-52."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Refusal
from domain.hours import NO_QUIET_HOURS, Lead, QuietHours, leaves_at, on_the_clock, read_lead, reminder_at

BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
END = BEGIN + timedelta(days=5 * 365 + 2)
ZONES = sorted(available_timezones())
QUIET = (
    QuietHours(),
    QuietHours(time(22, 30), time(6, 15)),
    QuietHours(time(1), time(3)),
    QuietHours(time(2), time(2)),
)
LEADS = (
    Lead(),
    Lead(timedelta(minutes=90)),
    Lead(days=1, at=time(17)),
    Lead(days=0, at=time(2, 30)),
    Lead(days=2, at=time(0)),
)


@cache
def changes(zone: str) -> tuple[datetime, ...]:
    """Every moment within five years at which the clocks of a zone change."""
    here = ZoneInfo(zone)
    found = []
    for first in _steps(timedelta(days=9)):
        last = first + timedelta(days=9)
        if first.astimezone(here).utcoffset() != last.astimezone(here).utcoffset():
            found.append(_narrowed(first, last, here))
    return tuple(found)


def _steps(step: timedelta) -> Iterator[datetime]:
    moment = BEGIN
    while moment < END:
        yield moment
        moment += step


def _narrowed(first: datetime, last: datetime, here: ZoneInfo) -> datetime:
    """The first second with the new clock."""
    before = first.astimezone(here).utcoffset()
    while last - first > timedelta(seconds=1):
        middle = first + (last - first) // 2
        if middle.astimezone(here).utcoffset() == before:
            first = middle
        else:
            last = middle
    return last.replace(microsecond=0)


def around(zone: str, hours: tuple[float, ...]) -> Iterator[datetime]:
    """Moments around every change of a zone's clocks."""
    for change in changes(zone):
        for hour in hours:
            yield change + timedelta(hours=hour)


def test_the_clocks_of_most_places_change_within_five_years() -> None:
    """The tests below look at real changes, not at none."""
    assert sum(len(changes(zone)) for zone in ZONES) > 1000
    assert len(changes("America/New_York")) == 10
    assert changes("America/New_York")[0] == datetime(2024, 3, 10, 7, tzinfo=UTC)


def test_a_reminder_is_due_before_the_start_and_says_so_on_the_wall_clock() -> None:
    """None lost, none after its start, none on another day than asked for, at every change of every zone."""
    wrong = []
    for zone in ZONES:
        here = ZoneInfo(zone)
        for start in around(zone, (-30, -3, -1, -0.25, 0, 0.25, 0.75, 1.5, 3, 26, 50)):
            for lead in LEADS:
                due = reminder_at(start, lead, zone)
                if not _right(due, start, lead, here):
                    wrong.append((zone, start, lead, due))
    assert not wrong


def _right(due: datetime, start: datetime, lead: Lead, here: ZoneInfo) -> bool:
    if lead.at is None:
        return start - due == lead.before
    return due == start or (due < start and _as_asked(due.astimezone(here), start, lead, here))


def _as_asked(due: datetime, start: datetime, lead: Lead, here: ZoneInfo) -> bool:
    """Whether a reminder comes at its time of day so many days before; where that time is jumped over, just after."""
    assert lead.at is not None
    day = start.astimezone(here).date() - timedelta(days=lead.days)
    if (due.date(), due.time()) == (day, lead.at):
        return True
    wanted = datetime.combine(day, lead.at, here)
    jumped_over = wanted.astimezone(UTC).astimezone(here).replace(tzinfo=None) != wanted.replace(tzinfo=None)
    # A jump is an hour nearly everywhere, half of one on Lord Howe Island, a whole day nowhere in these years.
    return jumped_over and timedelta(0) < due.replace(tzinfo=None) - wanted.replace(tzinfo=None) <= timedelta(hours=3)


def test_a_later_start_is_never_reminded_of_earlier() -> None:
    """Two jobs are reminded of in the order of their starts, so that no change of clocks swaps or doubles one."""
    for zone in ZONES:
        for change in changes(zone):
            starts = [change + timedelta(minutes=15 * i) for i in range(-12, 13)]
            for lead in LEADS:
                due = [reminder_at(start, lead, zone) for start in starts]
                assert due == sorted(due), (zone, change, lead)


def test_nothing_automatic_leaves_inside_quiet_hours_anywhere() -> None:
    """A-52, and nothing waits longer than until they are over: a day at most."""
    for zone in ZONES:
        here = ZoneInfo(zone)
        for due in around(zone, (-25, -13, -9, -2, -0.5, -1 / 3600, 0, 0.5, 1, 2, 7, 13)):
            for quiet in QUIET:
                leaves = leaves_at(due, zone, quiet)
                clock = leaves.astimezone(here).time()
                assert not quiet.covers(clock), (zone, due, quiet, leaves)
                assert due <= leaves <= due + timedelta(hours=26), (zone, due, quiet, leaves)
                if leaves != due:
                    assert quiet.covers(due.astimezone(here).time())


def test_a_text_leaves_at_the_first_open_minute() -> None:
    """An independent walk over the wall clock, minute by minute, finds the same moment."""
    for zone in ("America/New_York", "Europe/Dublin", "Australia/Lord_Howe", "Asia/Kolkata", "Africa/Casablanca"):
        here = ZoneInfo(zone)
        for due in around(zone, (-8, -1, 0, 1)) if changes(zone) else (BEGIN,):
            quiet = QuietHours(time(22, 30), time(6, 15))
            walked = due
            while quiet.covers(walked.astimezone(here).time()):
                walked += timedelta(minutes=1)
            assert leaves_at(due, zone, quiet) == walked


@given(st.integers(0, 5 * 365 * 24 * 60), st.sampled_from(ZONES), st.times(), st.times())
def test_any_hours_in_any_zone_end(minutes: int, zone: str, begin: time, end: time) -> None:
    quiet = QuietHours(begin.replace(second=0, microsecond=0), end.replace(second=0, microsecond=0))
    due = BEGIN + timedelta(minutes=minutes)
    leaves = leaves_at(due, zone, quiet)
    assert leaves >= due
    assert not quiet.covers(leaves.astimezone(ZoneInfo(zone)).time())
    assert leaves_at(leaves, zone, quiet) == leaves


def test_equal_times_are_no_quiet_hours() -> None:
    assert not any(NO_QUIET_HOURS.covers(time(hour)) for hour in range(24))


def test_a_time_that_comes_twice_is_the_first_one() -> None:
    assert on_the_clock(date(2026, 11, 1), time(1, 30), "America/New_York") == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "lead"),
    [
        ("2h", Lead()),
        (" 90 m", Lead(timedelta(minutes=90))),
        ("1D 17:00", Lead(days=1, at=time(17))),
        ("0d 7:30", Lead(days=0, at=time(7, 30))),
    ],
)
def test_leads_are_read_as_people_type_them(typed: str, lead: Lead) -> None:
    assert read_lead(typed) == lead
    assert read_lead(str(lead)) == lead


@pytest.mark.parametrize("typed", ["", "soon", "0h", "2", "1d", "1d 25:00", "-2h", "1d 12:60", "99999h"])
def test_what_is_no_lead_is_refused_at_its_field(typed: str) -> None:
    with pytest.raises(Refusal, match="no time before the start") as refused:
        read_lead(typed)
    assert refused.value.field == "lead"
