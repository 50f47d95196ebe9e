"""The few rows that are held, and what is asked for."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.widgets.values import Order
from widgets.job_rows import MAX_PAGES, PAGE, Gap, JobRows

ORDER = Order(range(10_000))


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 9_999), st.integers(1, 500)), max_size=30))
def test_never_more_than_the_limit_and_every_row_in_its_place(pages: list[tuple[int, int]]) -> None:
    rows = JobRows()
    for start, count in pages:
        rows.fill(ORDER.page(start, count), near=start)
        assert rows.pages <= MAX_PAGES
        assert rows.get(start) is not None
    assert all(row.id == position for position, row in rows)


def test_the_farthest_page_goes_first() -> None:
    rows = JobRows()
    for block in range(MAX_PAGES + 1):
        rows.fill(ORDER.page(block * PAGE, PAGE), near=block * PAGE)
    assert rows.get(0) is None
    assert rows.get(PAGE) is not None


def test_a_gap_names_the_keys_around_it() -> None:
    rows = JobRows()
    rows.fill(ORDER.page(0, PAGE), 0)
    rows.fill(ORDER.page(2 * PAGE, PAGE), 0)
    assert rows.gaps(100, 300) == [Gap(PAGE, PAGE, after=PAGE - 1, before=2 * PAGE)]


def test_far_from_every_held_row_only_the_position_is_known() -> None:
    rows = JobRows()
    rows.fill(ORDER.page(0, PAGE), 0)
    assert rows.gaps(9_990, 10_040) == [Gap(9_984, 16, after=None, before=None)]


def test_the_same_gap_is_not_asked_for_twice_at_once() -> None:
    rows = JobRows()
    rows.clear(1000)
    assert rows.gaps(0, 10)
    assert rows.gaps(0, 10) == []
    rows.clear(1000)
    assert rows.gaps(0, 10)


def test_half_a_block_is_asked_for_from_its_first_missing_row() -> None:
    rows = JobRows()
    rows.fill(ORDER.page(0, 50), 0)
    assert rows.gaps(0, 60) == [Gap(50, PAGE - 50, after=49, before=None)]


def test_held_rows_keep_their_place_when_a_page_overlaps() -> None:
    rows = JobRows()
    rows.fill(ORDER.page(0, 10), 0)
    rows.fill(Order(range(500, 520)).page(0, 20), 0)
    assert [row.id for _, row in rows] == [*range(10), *range(510, 520)]
