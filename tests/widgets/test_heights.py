"""Prefix sums against a plain list."""

from hypothesis import given
from hypothesis import strategies as st

from widgets.heights import Heights

SIZES = st.lists(st.integers(1, 9), max_size=8)
STEPS = st.lists(st.tuples(st.sampled_from(["prepend", "append", "measure"]), SIZES, st.integers(0, 20)), max_size=8)


@given(SIZES, STEPS)
def test_tops_are_the_sums_of_the_heights_before(first: list[int], steps: list[tuple[str, list[int], int]]) -> None:
    heights, plain = Heights(first), list(first)
    for step, sizes, n in steps:
        if step == "prepend":
            heights.prepend(sizes)
            plain[:0] = sizes
        elif step == "append":
            heights.append(n + 1)
            plain.append(n + 1)
        elif plain:
            heights.measure({n % len(plain): 5})
            plain[n % len(plain)] = 5
    assert [heights.top(i) for i in range(len(plain) + 1)] == [sum(plain[:i]) for i in range(len(plain) + 1)]
    assert heights.total == sum(plain)
    assert [heights.at(line) for line in range(heights.total)] == [i for i, h in enumerate(plain) for _ in range(h)]


def test_an_estimate_is_known_from_a_measure() -> None:
    heights = Heights([3, 3])
    heights.append(4)
    assert heights.unmeasured == 1
    heights.measure({1: 2})
    assert heights.unmeasured == 0
    heights.measure({0: 2})
    assert heights.unmeasured == -1
