"""What a fresh order of jobs means for the rows on the screen."""

from bisect import bisect_left
from collections.abc import Iterable

from domain.jobs import JobPage, JobRow

Placed = tuple[int, JobRow]
"""A job with its position."""


def place_of(job: JobRow | None, page: JobPage) -> int | None:
    """Where a job stands in the order, or None where the page does not hold it."""
    return None if job is None else _places(page).get(job.id)


def moved_among(shown: Iterable[Placed], page: JobPage) -> int:
    """How many of the shown jobs change place among each other, or are gone from where the page reaches.

    The fewest that must be lifted out for the rest to keep their order: one job going to the top is
    one moved, however many slide down.
    """
    places, reach = _places(page), range(page.start, page.start + len(page.rows))
    known, gone = [], 0
    for position, row in shown:
        if row.id in places:
            known.append(places[row.id])
        else:
            gone += position in reach
    return len(known) - _longest_rising(known) + gone


def nearest(held: Iterable[Placed], at: int, page: JobPage) -> int:
    """Where the cursor goes when its job at position `at` is gone: to the closest old neighbour still there."""
    places = _places(page)
    for _, row in sorted(held, key=lambda placed: (abs(placed[0] - at), placed[0] < at)):
        if row.id in places:
            return places[row.id]
    return max(0, min(at, page.total - 1))


def _places(page: JobPage) -> dict[int, int]:
    return {row.id: position for position, row in enumerate(page.rows, start=page.start)}


def _longest_rising(numbers: list[int]) -> int:
    ends: list[int] = []
    for number in numbers:
        i = bisect_left(ends, number)
        ends[i : i + 1] = [number]
    return len(ends)
