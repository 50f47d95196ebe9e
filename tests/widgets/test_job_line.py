"""One job as one line."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from domain.jobs import Waiting
from tests.widgets.values import NOW, job
from widgets.job_line import age, job_spans, waiting_words, window_words, zone_of


def line(width: int, **values: object) -> str:
    return "".join(span.text for span in job_spans(job(7, **values), width, NOW, cursor=False))


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (-5, "0m"),
        (0, "0m"),
        (12, "12m"),
        (59, "59m"),
        (60, "1h"),
        (200, "3h"),
        (1439, "23h"),
        (1440, "1d"),
        (3000, "2d"),
    ],
)
def test_age(minutes: int, words: str) -> None:
    assert age(timedelta(minutes=minutes)) == words


def test_80_columns_are_number_customer_worker_window_waiting_and_last_message() -> None:
    drawn = line(80)
    parts = ["J-000007", "Customer 7", "Marco", "12:00–14:00", "waits 12m", "On my way"]
    places = [drawn.index(part) for part in parts]
    assert places == sorted(places)
    assert cell_len(drawn) == 80


def test_200_columns_add_status_title_asset_and_location() -> None:
    drawn = line(200)
    assert all(part in drawn for part in ("Started", "Repair 7", "Lift 7", "Lisbon"))


@given(st.integers(40, 260), st.text(max_size=60), st.text(max_size=60))
def test_a_line_fills_its_width_exactly(width: int, customer: str, preview: str) -> None:
    assert cell_len(line(width, customer=customer, last_preview=preview)) == width


def test_an_unread_job_is_marked_by_a_symbol() -> None:
    assert "●" in line(80, unread=True)
    assert "●" not in line(80, unread=False)


@pytest.mark.parametrize(
    ("start", "end", "width", "words"),
    [
        (NOW, NOW + timedelta(hours=2), 12, "12:00–14:00"),
        (NOW, None, 12, "12:00"),
        (NOW + timedelta(days=3), NOW + timedelta(days=3, hours=2), 12, "Mon 23 12:00"),
        (NOW + timedelta(days=3), NOW + timedelta(days=3, hours=2), 18, "Mon 23 12:00–14:00"),
        (NOW, NOW + timedelta(days=1), 12, "12:00–Sat 21"),
        (NOW + timedelta(days=40), None, 12, "30 Dec 12:00"),
        (NOW - timedelta(days=365), None, 12, "20 Nov 2025"),
        (None, None, 12, ""),
    ],
)
def test_window(start: datetime | None, end: datetime | None, width: int, words: str) -> None:
    assert window_words(job(1, window_start=start, window_end=end), NOW, width) == words


def test_today_is_judged_in_the_rows_zone() -> None:
    late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    row = job(1, zone="Asia/Tokyo", window_start=datetime(2026, 11, 21, 0, 0, tzinfo=UTC), window_end=None)
    assert window_words(row, late, 12) == "09:00"
    assert window_words(row, NOW, 12) == "Sat 21 09:00"


@pytest.mark.parametrize("name", ["", "No/Such", "../etc/passwd", "\x00"])
def test_a_zone_nobody_knows_is_utc(name: str) -> None:
    assert zone_of(name).key == "UTC"


@pytest.mark.parametrize(
    ("on", "width", "words"),
    [
        (Waiting.DISPATCHER, 10, ("waits 12m", "waiting")),
        (Waiting.CUSTOMER, 10, ("→ customer", "dim")),
        (Waiting.WORKER, 14, ("→ worker 12m", "dim")),
        (Waiting.WORKER, 10, ("worker 12m", "dim")),
        (Waiting.WORKER, 9, ("→ worker", "dim")),
        (Waiting.NOBODY, 10, ("", "")),
    ],
)
def test_waiting(on: Waiting, width: int, words: tuple[str, str]) -> None:
    assert waiting_words(job(1, waiting_on=on), NOW, width) == words


def test_done_says_by_whom_until_somebody_waits_again() -> None:
    done = {"waiting_on": Waiting.NOBODY, "waiting_since": None, "done_by": "Abe Cole"}
    assert waiting_words(job(1, **done), NOW, 14) == ("done Abe Cole", "dim")
    assert waiting_words(job(1, **{**done, "waiting_on": Waiting.DISPATCHER}), NOW, 14)[0] == "waits"


@pytest.mark.parametrize(
    ("values", "mark"),
    [
        ({}, " "),
        ({"owner": "Abe Cole"}, "◇"),
        ({"owner": "Ann Lee", "mine": True}, "◆"),
        ({"owner": "Ann Lee", "mine": True, "writing": "Abe Cole"}, "✎"),
    ],
)
def test_one_cell_says_who_leads_it_or_that_somebody_writes(values: dict[str, object], mark: str) -> None:
    drawn = line(80, unread=True, **values)
    assert drawn[1:3] == f"●{mark}"
    assert cell_len(drawn) == 80


def test_a_very_wide_line_names_the_owner() -> None:
    assert "Abe Cole" in line(200, owner="Abe Cole")
    assert "Abe Cole" not in line(150, owner="Abe Cole")
