"""What an estimate comes to, held against a table worked out in decimals; and what binds a decision to it."""

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.deciding import checked_order, confirmed_part, decision_words, message_words
from domain.errors import Refusal
from domain.estimates import (
    LARGEST,
    Choice,
    Deciding,
    Line,
    Version,
    approved_totals,
    checked,
    decided,
    digest_of,
    in_words,
    totals,
)
from tests.domain.builders import NOON, modest

money = st.integers(-1_000_000, 1_000_000) | st.integers(-LARGEST, LARGEST)
taxes = st.integers(0, 10_000) | st.sampled_from([0, 700, 1900, 825])
lines = st.lists(
    st.builds(Line, st.text(min_size=1, max_size=8), money, money, taxes, st.integers(1, 50)),
    min_size=1,
    max_size=8,
    unique_by=lambda line: line.id,
).map(tuple)
choices = st.sampled_from(Choice)


def table(found: tuple[Line, ...]) -> tuple[Decimal, Decimal, Decimal]:
    """Net, tax and total as somebody with a decimal calculator would add them up, rounding each line's tax."""
    net = sum((Decimal(line.parts) + Decimal(line.labour) for line in found), Decimal(0))
    tax = Decimal(0)
    for line in found:
        exact = (Decimal(line.parts) + Decimal(line.labour)) * Decimal(line.tax) / Decimal(10_000)
        tax += exact.quantize(Decimal(1), ROUND_HALF_UP)
    return net, tax, net + tax


@modest
@given(lines)
def test_totals_are_those_of_the_calculator(found: tuple[Line, ...]) -> None:
    sums = totals(found)
    assert tuple(map(Decimal, (sums.net, sums.tax, sums.total))) == table(found)
    assert sums.total == sum(line.total for line in found)
    assert sums.total == sums.parts + sums.labour + sums.tax


@modest
@given(lines, st.data())
def test_tax_is_on_the_approved_lines_alone(found: tuple[Line, ...], data: st.DataObject) -> None:
    chosen = {line.id: data.draw(choices) for line in found}
    sums = approved_totals(found, chosen)
    assert tuple(map(Decimal, (sums.net, sums.tax, sums.total))) == table(
        tuple(x for x in found if chosen[x.id] is Choice.APPROVED)
    )


def test_a_discount_is_a_negative_line_that_takes_its_tax_along() -> None:
    work, discount = Line("Work", 10_000, 0, 1900, 1), Line("Discount", -1_000, 0, 1900, 2)
    assert totals([work, discount]).total == 11_900 - 1_190
    assert approved_totals([work, discount], {1: Choice.APPROVED, 2: Choice.DECLINED}).total == 11_900
    assert Line("Half", 5, 0, 1000).tax_amount == 1
    assert Line("Half", -5, 0, 1000).tax_amount == -1, "half a cent goes away from zero on both sides"


def version(*found: Line, **more: object) -> Version:
    """A version that is to be shared."""
    fields: dict[str, object] = {
        "id": 4,
        "job_id": 7,
        "number": 2,
        "currency": "USD",
        "lines": found,
        "note": "Valid for a week",
        "made_by": "Ann Lee",
        "made_at": NOON,
    }
    return Version(**{**fields, **more})  # type: ignore[arg-type]


CHANGES: list[dict[str, Any]] = [
    {"id": 5},
    {"job_id": 8},
    {"number": 3},
    {"currency": "EUR"},
    {"note": "Valid for two weeks"},
    {"lines": ()},
]
LINE_CHANGES: list[dict[str, Any]] = [{"operation": "Hoses"}, {"parts": 101}, {"labour": 51}, {"tax": 701}, {"id": 2}]


def test_the_digest_changes_with_everything_that_is_shown() -> None:
    line = Line("Hose", 100, 50, 700, 1)
    other = Line("Clamp", 10, 5, 700, 9)
    first = version(line, other)
    changed = [replace(first, **change) for change in CHANGES]
    changed += [replace(first, lines=(replace(line, **change), other)) for change in LINE_CHANGES]
    changed += [replace(first, lines=(replace(line, parts=10, labour=140), other))]
    changed += [replace(first, lines=(other, line)), replace(first, lines=(line,))]
    assert len({digest_of(v) for v in [first, *changed]}) == len(changed) + 1
    assert digest_of(first) == digest_of(replace(first, made_by="Abe Cole", taken_by="Ann Lee", digest="x"))


@modest
@given(lines, lines)
def test_two_estimates_share_a_digest_only_if_they_are_the_same(one: tuple[Line, ...], two: tuple[Line, ...]) -> None:
    assert (digest_of(version(*one)) == digest_of(version(*two))) == (one == two)


def test_a_code_confirms_one_version_as_shown_with_one_set_of_choices() -> None:
    parts = [
        confirmed_part(1, "d", {1: Choice.APPROVED, 2: Choice.DEFERRED}),
        confirmed_part(1, "d", {1: Choice.DEFERRED, 2: Choice.APPROVED}),
        confirmed_part(1, "e", {1: Choice.APPROVED, 2: Choice.DEFERRED}),
        confirmed_part(2, "d", {1: Choice.APPROVED, 2: Choice.DEFERRED}),
    ]
    assert len(set(parts)) == len(parts)
    assert parts[0] == confirmed_part(1, "d", {2: Choice.DEFERRED, 1: Choice.APPROVED})


def test_every_line_needs_a_choice() -> None:
    one, two = Line("Hose", 1, id=1), Line("Clamp", 1, id=2)
    shown = version(one, two)
    with pytest.raises(Refusal, match="“Clamp” has no choice yet") as refused:
        decided(shown, Deciding(4, "", {1: Choice.APPROVED}))
    assert refused.value.field == "choices"
    full = {1: Choice.APPROVED, 2: Choice.DECLINED, 99: Choice.APPROVED}
    assert decided(shown, Deciding(4, "", full)) == {1: Choice.APPROVED, 2: Choice.DECLINED}, "of these lines alone"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ((), "at least one line"),
        (tuple(Line(f"x{i}") for i in range(101)), "101 lines are too many"),
        ((Line("Hose"), Line(" \t")), "Line 2 says nothing"),
        ((Line("x" * 201),), "Line 1 is longer"),
        ((Line("Hose", LARGEST + 1),), "too large"),
        ((Line("Hose", tax=10_001),), "between 0 and 100"),
    ],
)
def test_lines_that_cannot_be_kept_are_named(wrong: tuple[Line, ...], words: str) -> None:
    with pytest.raises(Refusal, match=words) as refused:
        checked(wrong)
    assert refused.value.field == "lines"


def test_lines_are_kept_without_what_a_database_refuses() -> None:
    (line,) = checked([Line("Hose\x00 \ud800 new\n", 5)])
    assert line.operation == "Hose ? new"
    assert checked_order(" PO\x00 7 ") == "PO 7"
    with pytest.raises(Refusal) as refused:
        checked_order("7" * 61)
    assert refused.value.field == "purchase_order"


@modest
@given(st.lists(choices, max_size=8))
def test_a_decision_reads_without_amounts(found: list[Choice]) -> None:
    words = in_words(found)
    for choice in Choice:
        count = found.count(choice)
        assert (f"{choice.value} {count}" in words) == bool(count)


def test_what_a_dispatcher_recorded_says_so_and_names_them_by_first_name() -> None:
    words = decision_words(3, {1: Choice.APPROVED, 2: Choice.APPROVED, 3: Choice.DECLINED}, "PO-7")
    assert message_words("Ana Silva", words) == ("Ana Silva approved 2 lines, declined 1 of estimate 3. Order: PO-7")
    recorded = message_words("Ana Silva", words, "Ann Lee", "by phone")
    assert (
        recorded == "Recorded by Ann for Ana Silva, by phone: approved 2 lines, declined 1 of estimate 3. Order: PO-7"
    )
