"""What happens by a save of a job, and rules that may be saved. RULES 17, 21, 22, 28."""

import re
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.alerts import (
    OF_STATUS,
    Event,
    Planned,
    Rule,
    events_of,
    first_rule,
    furthest,
    known_window,
    moved_mark,
    window_mark,
    window_of,
)
from domain.errors import Refusal
from domain.hours import Lead
from domain.jobs import Status
from domain.placeholders import KNOWN, Unfillable, fill, fill_known, names_in, unknown_in
from domain.rule_checks import MAX_TEXT, checked, invites

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
planned = st.builds(
    Planned,
    status=st.sampled_from(list(Status)),
    worker_id=st.sampled_from([None, 1, 2]),
    window_start=st.sampled_from([None, NOON, NOON + timedelta(hours=1)]),
    window_end=st.sampled_from([None, NOON + timedelta(hours=2)]),
)


@given(planned, planned)
def test_what_a_change_brings(before: Planned, after: Planned) -> None:
    """Against the table of PRODUCT, "Alerts", written out once more."""
    found = events_of(before, after)
    assert (Event.ASSIGNED in found) == (after.worker_id is not None and after.worker_id != before.worker_id)
    window = (before.window_start, before.window_end) != (after.window_start, after.window_end)
    assert (Event.RESCHEDULED in found) == (window and None not in (before.window_start, after.window_start))
    for status, event in OF_STATUS.items():
        assert (event in found) == (after.status is status and before.status is not status)
    assert not set(found) & {Event.CREATED, Event.REMINDER}
    assert not any(event.is_quick_action for event in found)
    assert len(set(found)) == len(found)


@given(planned)
def test_what_a_new_job_brings(after: Planned) -> None:
    found = events_of(None, after)
    assert found[0] is Event.CREATED
    assert (Event.ASSIGNED in found) == (after.worker_id is not None)
    assert Event.RESCHEDULED not in found


def test_the_furthest_along_wins() -> None:
    assert furthest([Event.ASSIGNED, Event.CREATED]) is Event.ASSIGNED
    assert furthest([Event.ON_THE_WAY, Event.RESCHEDULED, Event.ASSIGNED]) is Event.ON_THE_WAY
    assert furthest([Event.STARTED, Event.CANCELLED, Event.COMPLETED]) is Event.CANCELLED


def test_a_mark_tells_windows_apart_in_any_zone() -> None:
    here = NOON.astimezone()
    assert window_mark(NOON, None) == window_mark(here, None)
    assert window_mark(NOON, None) != window_mark(NOON, NOON)
    mark = moved_mark(window_mark(NOON, None), window_mark(here, NOON))
    assert (known_window(mark), window_of(mark)) == (window_mark(NOON, None), window_mark(NOON, NOON))


# --- Placeholders -----------------------------------------------------------------------------------------------------


@given(st.text("{}ab \n", max_size=60))
def test_filling_leaves_no_known_placeholder_and_changes_nothing_else(text: str) -> None:
    values = {"a": "{b}", "ab": "1", "": "0"}
    missing = [name for name in names_in(text) if name not in values]
    if missing:
        with pytest.raises(Unfillable) as unfillable:
            fill(text, values)
        assert unfillable.value.names == tuple(missing)
    else:
        expected = text
        for name in sorted(values, key=len):
            expected = expected.replace(f"{{{name}}}", f"\0{name}\1")
        for name, value in values.items():
            expected = expected.replace(f"\0{name}\1", value)
        assert fill(text, values) == expected


def test_a_value_with_a_placeholder_in_it_is_not_filled_again() -> None:
    assert fill("{title}", {"title": "{worker} {title}", "worker": "Marco"}) == "{worker} {title}"


def test_an_empty_value_is_missing_and_stays_to_be_asked_for() -> None:
    with pytest.raises(Unfillable, match="date"):
        fill("on {date}", {"date": ""})
    assert fill_known("{job} on {date}", {"job": "7", "date": ""}) == "7 on {date}"
    assert unknown_in("{job} {jbo} {date}") == ("jbo",)


# --- Rules that may be saved ------------------------------------------------------------------------------------------


def rule(**changes: object) -> Rule:
    return replace(first_rule("Repair", Event.ON_THE_WAY), **{"on": True, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("event", list(Event))
def test_every_text_to_begin_from_may_be_saved(event: Event) -> None:
    begins = replace(first_rule("Repair", event), on=True)
    assert checked(begins, "US") == begins
    assert not unknown_in(begins.text)


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"text": "  "}, "text", "no text yet"),
        ({"to_site": False}, "recipients", "Nobody is ticked"),
        ({"text": "{job} {worke} and {jbo}"}, "text", "{worke} and {jbo} are no placeholder"),
        ({"text": "see {link}", "to_site": False, "fixed_number": "+15550101234"}, "text", "{link} can never be"),
        ({"text": "{contact}!", "to_site": False, "to_ad_hoc": True}, "text", "{contact} can never be filled"),
        ({"text": "{contact}!", "to_site": False, "fixed_number": "+15550101234"}, "text", "{contact} can never"),
        ({"text": "job {job"}, "text", "without its other half"),
        ({"text": "job job}"}, "text", "without its other half"),
        ({"text": "x" * (MAX_TEXT + 1)}, "text", "Shorten it by 1"),
        ({"text": "bad \x00"}, "text", "broken character"),
        ({"fixed_number": "twelve"}, "number", "not a phone number"),
        ({"text": "Reply YES to agree"}, "text", "YES"),
        ({"text": "Reply with cancel to call it off"}, "text", "CANCEL"),
        ({"text": "text 'end' to us"}, "text", "END"),
        ({"event": Event.CHECK_IN, "to_ad_hoc": True}, "recipients", "quick action"),
        ({"event": Event.CHECK_IN, "fixed_number": "+15550101234"}, "number", "quick action"),
        ({"use_by": timedelta(0)}, "use_by", "between 1 minute"),
        ({"event": Event.REMINDER, "lead": Lead(timedelta(days=30))}, "lead", "at most 14 days"),
        ({"event": Event.REMINDER, "lead": Lead(days=40, at=time(9))}, "lead", "at most 14 days"),
    ],
)
def test_what_may_not_be_saved_is_refused_at_its_field(changes: dict[str, object], field: str, says: str) -> None:
    with pytest.raises(Refusal) as refused:
        checked(rule(**changes), "US")
    assert says in refused.value.sentence
    assert refused.value.field == field


def test_a_rule_that_is_off_may_be_unfinished_but_not_wrong() -> None:
    off = rule(on=False, text="", to_site=False)
    assert checked(off, "US") == off
    with pytest.raises(Refusal, match="no placeholder"):
        checked(replace(off, text="{nobody}"), "US")


@pytest.mark.parametrize("ticked", ["to_site", "to_billing", "to_ad_hoc"])
def test_a_link_stands_wherever_somebody_gets_one_beside_a_fixed_number(ticked: str) -> None:
    boxes = {"to_site": False, "fixed_number": "+15550101234", ticked: True}
    assert checked(rule(text="See {link}", **boxes), "US").text == "See {link}"


def test_a_fixed_number_is_read_as_typed_at_home() -> None:
    assert checked(rule(fixed_number="(555) 010-1234"), "US").fixed_number == "+15550101234"


@pytest.mark.parametrize(
    "text",
    [
        "Job {job} was cancelled.",
        "Call us to cancel.",
        "We text you at the end of the job.",
        "We answer by the end of the day.",
        "Yes, we have your job.",
        "Reply here to reach us.",
        "{company} sends {worker}.",
        "The weekend trip ends today.",
    ],
)
def test_plain_words_invite_nothing(text: str) -> None:
    assert invites(text) == ""


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Answer yes or no", "YES"),
        ("reply “Yes”.", "YES"),
        ("Just text back cancel", "CANCEL"),
        ("Send the word END", "END"),
        ("type: end", "END"),
        ("YES or NO?", "YES"),
    ],
)
def test_what_invites_an_answer_that_decides_nothing(text: str, word: str) -> None:
    assert invites(text) == word


def test_the_page_about_alerts_explains_every_placeholder() -> None:
    page = (Path(__file__).parents[2] / "docs" / "alerts.md").read_text(encoding="utf-8")
    assert dict(re.findall(r"^\| `\{(\w+)\}` \| (.+) \|$", page, re.MULTILINE)) == KNOWN
