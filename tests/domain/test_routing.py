"""Which job an inbound text belongs to: PRODUCT "Replies" 3, rules 29 and 32."""

from datetime import datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.routing import How, Placement, Texted, Windows, job_of_tag, place, tag_of
from tests.domain.builders import DAY, INSTANT, NOON, modest

WINDOWS = Windows()


def texted(job_id: int, days_ago: float = 1, worker: int | None = 3, closed_days_ago: float | None = None) -> Texted:
    closed = None if closed_days_ago is None else NOON - closed_days_ago * DAY
    return Texted(job_id, NOON - days_ago * DAY, closed, worker)


def flags(placed: Placement) -> set[str]:
    """What a placement is marked with."""
    marks = {"guessed": placed.guessed, "after closing": placed.after_closing, "unsure": placed.unsure}
    return {mark for mark, is_set in marks.items() if is_set}


def test_the_defaults_are_two_weeks_for_replies_and_one_week_of_grace() -> None:
    assert (WINDOWS.reply, WINDOWS.grace) == (timedelta(days=14), timedelta(days=7))


# --- The last text ------------------------------------------------------------------------------------------------


def test_an_answer_goes_to_the_job_that_texted() -> None:
    placed = place("running late", [texted(7)], NOON, WINDOWS)
    assert (placed.job_id, placed.how) == (7, How.LAST_TEXT)
    assert flags(placed) == set()


def test_an_answer_goes_to_the_job_of_the_last_text_whatever_the_order_of_the_list() -> None:
    three = [texted(7, days_ago=3), texted(8, days_ago=1), texted(9, days_ago=2)]
    for order in (three, three[::-1], [three[1], three[0], three[2]]):
        assert place("ok", order, NOON, WINDOWS).job_id == 8


def test_a_reply_counts_for_the_whole_window_and_no_longer() -> None:
    at_the_end = Texted(7, NOON - 14 * DAY, worker_id=3)
    assert place("ok", [at_the_end], NOON, WINDOWS).job_id == 7
    too_late = place("ok", [at_the_end], NOON + INSTANT, WINDOWS)
    assert (too_late.job_id, too_late.how) == (None, How.TOO_LATE)


def test_the_window_is_the_accounts_own() -> None:
    short, long = Windows(reply=DAY), Windows(reply=60 * DAY)
    assert place("ok", [texted(7, days_ago=2)], NOON, short).job_id is None
    assert place("ok", [texted(7, days_ago=59)], NOON, long).job_id == 7


def test_an_unknown_phone_goes_to_the_tray() -> None:
    placed = place("hello?", [], NOON, WINDOWS)
    assert (placed.job_id, placed.how) == (None, How.UNKNOWN)
    assert flags(placed) == set()


def test_a_tag_from_an_unknown_phone_goes_to_the_tray() -> None:
    assert place(f"{tag_of(7)} hello", [], NOON, WINDOWS).job_id is None


# --- Guesses ------------------------------------------------------------------------------------------------------


def test_two_open_jobs_make_it_a_guess_at_the_last_one() -> None:
    placed = place("ok", [texted(7, days_ago=2), texted(8, days_ago=1)], NOON, WINDOWS)
    assert (placed.job_id, placed.how, placed.guessed) == (8, How.GUESSED, True)


def test_rule_32_the_worker_waits_only_where_the_jobs_have_different_workers() -> None:
    same = place("ok", [texted(7, worker=3), texted(8, worker=3)], NOON, WINDOWS)
    assert flags(same) == {"guessed"}
    assert place("ok", [texted(7, worker=3), texted(8, worker=4)], NOON, WINDOWS).unsure
    assert place("ok", [texted(7, worker=3), texted(8, worker=None)], NOON, WINDOWS).unsure


def test_rule_32_one_different_worker_among_three_is_enough() -> None:
    three = [texted(7, days_ago=1), texted(8, days_ago=2), texted(9, days_ago=3, worker=4)]
    assert place("ok", three, NOON, WINDOWS).unsure


def test_a_job_that_texted_before_the_window_is_no_rival() -> None:
    placed = place("ok", [texted(7, days_ago=1), texted(8, days_ago=15, worker=4)], NOON, WINDOWS)
    assert (placed.job_id, placed.how) == (7, How.LAST_TEXT)
    assert flags(placed) == set()


def test_a_closed_job_that_texted_earlier_is_no_rival_of_the_open_one() -> None:
    earlier = texted(8, days_ago=2, worker=4, closed_days_ago=1)
    placed = place("ok", [texted(7, days_ago=1), earlier], NOON, WINDOWS)
    assert (placed.job_id, placed.how) == (7, How.LAST_TEXT)
    assert flags(placed) == set()


# --- After closing --------------------------------------------------------------------------------------------------


def test_a_job_closed_within_the_grace_time_takes_the_text_and_flags_it() -> None:
    placed = place("thanks", [texted(7, closed_days_ago=1)], NOON, WINDOWS)
    assert (placed.job_id, placed.how, placed.after_closing) == (7, How.AFTER_CLOSING, True)
    assert flags(placed) == {"after closing"}


def test_the_grace_time_counts_whole_and_no_longer() -> None:
    closed = Texted(7, NOON - DAY, closed_at=NOON - 7 * DAY)
    assert place("thanks", [closed], NOON, WINDOWS).job_id == 7
    placed = place("thanks", [closed], NOON + INSTANT, WINDOWS)
    assert (placed.job_id, placed.how, placed.after_closing) == (None, How.TOO_LATE, False)


def test_the_grace_time_is_the_accounts_own() -> None:
    assert place("thanks", [texted(7, closed_days_ago=2)], NOON, Windows(grace=DAY)).job_id is None


def test_a_closed_job_past_its_grace_time_is_no_rival() -> None:
    over = texted(8, days_ago=2, worker=4, closed_days_ago=8)
    placed = place("ok", [texted(7), over], NOON, WINDOWS)
    assert (placed.job_id, flags(placed)) == (7, set())


# --- Tags ---------------------------------------------------------------------------------------------------------


def test_a_tag_wins_over_the_last_text_and_is_no_guess() -> None:
    placed = place(f"{tag_of(7)} gate is open", [texted(7, days_ago=3, worker=4), texted(8)], NOON, WINDOWS)
    assert (placed.job_id, placed.how) == (7, How.TAG)
    assert flags(placed) == set()


@pytest.mark.parametrize("body", ["{} yes", "yes {}", "re {}, yes", "({})", "{}!", "first line\n{}"])
def test_a_tag_is_found_anywhere_in_the_text_in_any_case(body: str) -> None:
    both = [texted(999, days_ago=3), texted(8)]
    assert place(body.format(tag_of(999)), both, NOON, WINDOWS).how is How.TAG
    assert place(body.format(tag_of(999).lower()), both, NOON, WINDOWS).job_id == 999


def test_a_tag_of_a_job_that_never_texted_this_phone_is_ignored() -> None:
    foreign = place(f"{tag_of(4711)} gate is open", [texted(7)], NOON, WINDOWS)
    assert foreign == place("gate is open", [texted(7)], NOON, WINDOWS)


def test_a_foreign_tag_does_not_hide_the_right_one() -> None:
    body = f"not {tag_of(4711)} but {tag_of(7)}"
    placed = place(body, [texted(7, days_ago=2), texted(8)], NOON, WINDOWS)
    assert (placed.job_id, placed.how) == (7, How.TAG)


def test_a_tag_of_a_job_closed_within_grace_is_placed_and_flagged() -> None:
    placed = place(f"{tag_of(7)} squeaks", [texted(7, days_ago=3, closed_days_ago=2), texted(8)], NOON, WINDOWS)
    assert (placed.job_id, placed.how, placed.after_closing) == (7, How.TAG, True)


def test_a_tag_of_a_job_long_closed_never_reopens_it() -> None:
    assert place(f"{tag_of(7)} squeaks", [texted(7, closed_days_ago=8)], NOON, WINDOWS).job_id is None


def test_a_tag_needs_its_hash() -> None:
    body = tag_of(999).removeprefix("#")
    assert place(body, [texted(999, days_ago=3), texted(8)], NOON, WINDOWS).job_id == 8


def test_the_tag_of_the_example_reads_as_printed() -> None:
    job_id = job_of_tag("K7")
    assert job_id is not None
    assert tag_of(job_id) == "#K7"


@modest
@given(st.integers(min_value=1, max_value=2**27 - 1))
def test_a_tag_leads_back_to_its_job_in_either_case(job_id: int) -> None:
    tag = tag_of(job_id)
    assert tag.startswith("#")
    assert len(tag) >= 3
    assert job_of_tag(tag[1:]) == job_id
    assert job_of_tag(tag[1:].lower()) == job_id
    assert place(f"{tag} ok", [texted(job_id)], NOON, WINDOWS).how is How.TAG


@modest
@given(st.integers(min_value=1, max_value=2**27 - 1), st.integers(min_value=1, max_value=2**27 - 1))
def test_two_jobs_never_share_a_tag(one: int, other: int) -> None:
    assert (tag_of(one) == tag_of(other)) is (one == other)


@modest
@given(st.integers(min_value=1, max_value=2**27 - 1))
def test_a_tag_holds_no_letter_that_looks_like_a_digit(job_id: int) -> None:
    assert not set("ILOU") & set(tag_of(job_id))


@modest
@given(st.text(max_size=8))
@example("")
@example("ß")
@example("I0")
@example("-1")
def test_what_is_no_tag_is_no_job(text: str) -> None:
    if not text or set(text) - set("0123456789ABCDEFGHJKMNPQRSTVWXYZabcdefghjkmnpqrstvwxyz"):
        assert job_of_tag(text) is None


# --- For any phone --------------------------------------------------------------------------------------------------

hours = st.integers(min_value=0, max_value=20 * 24).map(lambda h: NOON - timedelta(hours=h))


@st.composite
def phones(draw: st.DrawFn) -> list[Texted]:
    """What texted one phone: each job once, no two at the same moment."""
    moments = draw(st.lists(hours, max_size=5, unique=True))
    jobs = draw(st.lists(st.integers(1, 40), min_size=len(moments), max_size=len(moments), unique=True))
    closed = st.none() | hours
    workers = st.none() | st.integers(1, 2)
    return [Texted(j, at, draw(closed), draw(workers)) for j, at in zip(jobs, moments, strict=True)]


bodies = st.one_of(
    st.text(max_size=12),
    st.integers(1, 60).map(lambda j: f"re {tag_of(j)}: ok"),
    st.sampled_from(["ok", "#", "##07", "#07#08", "gate code #1234"]),
)


def within_grace(job: Texted, now: datetime) -> bool:
    return job.closed_at is None or now - job.closed_at <= WINDOWS.grace


@modest
@given(bodies, phones())
def test_a_text_never_lands_on_a_job_that_did_not_text_that_phone(body: str, phone: list[Texted]) -> None:
    placed = place(body, phone, NOON, WINDOWS)
    assert placed.job_id is None or placed.job_id in {t.job_id for t in phone}


@modest
@given(bodies, phones())
def test_a_text_never_lands_on_a_job_past_its_grace_time(body: str, phone: list[Texted]) -> None:
    placed = place(body, phone, NOON, WINDOWS)
    for job in phone:
        if placed.job_id == job.job_id:
            assert within_grace(job, NOON)
            assert placed.after_closing is (job.closed_at is not None)


@modest
@given(bodies, phones())
def test_without_a_tag_it_is_the_newest_text_that_still_counts(body: str, phone: list[Texted]) -> None:
    placed = place(body.replace("#", ""), phone, NOON, WINDOWS)
    counting = [t for t in phone if NOON - t.at <= WINDOWS.reply]
    if not counting:
        assert placed.job_id is None
    elif within_grace(newest := max(counting, key=lambda t: t.at), NOON):
        assert placed.job_id == newest.job_id


@modest
@given(bodies, phones())
def test_it_is_a_guess_exactly_when_several_open_jobs_qualify(body: str, phone: list[Texted]) -> None:
    qualifying = [t for t in phone if t.closed_at is None and NOON - t.at <= WINDOWS.reply]
    placed = place(body.replace("#", ""), phone, NOON, WINDOWS)
    if not placed.after_closing:
        assert placed.guessed is (len(qualifying) > 1)
        assert placed.unsure is (placed.guessed and len({t.worker_id for t in qualifying}) > 1)


@modest
@given(bodies, phones())
def test_a_text_in_the_tray_carries_no_flag_and_a_guess_says_so(body: str, phone: list[Texted]) -> None:
    placed = place(body, phone, NOON, WINDOWS)
    if placed.job_id is None:
        assert placed.how in (How.UNKNOWN, How.TOO_LATE)
        assert flags(placed) == set()
    assert placed.guessed is (placed.how is How.GUESSED)
    assert placed.guessed or not placed.unsure


@modest
@given(st.integers(41, 60), phones())
def test_a_foreign_tag_changes_nothing(job_id: int, phone: list[Texted]) -> None:
    assert place(f"re {tag_of(job_id)}: ok", phone, NOON, WINDOWS) == place("re: ok", phone, NOON, WINDOWS)


@modest
@given(bodies, phones())
def test_the_order_of_the_list_does_not_matter(body: str, phone: list[Texted]) -> None:
    again = sorted(phone, key=lambda t: (t.job_id * 7919) % 41)
    assert place(body, again, NOON, WINDOWS) == place(body, phone, NOON, WINDOWS)
