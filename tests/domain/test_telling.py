"""Which texts an event brings to whom, against an independent reading of RULES 17 to 19, 22, 24, 27."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.account import Account, Location
from domain.alerts import Box, Event, Rule, moved_mark, window_mark
from domain.delivery import State
from domain.hours import QuietHours
from domain.jobs import Status
from domain.people import Contact
from domain.telling import Addressee, Facts, Happening, texts_of, why_moot
from domain.wording import day_words, joined, values_of

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
PHONES = ("+15550100011", "+15550100012")
ZONES = ("", "America/New_York", "Asia/Tokyo", "Pacific/Kiritimati")
PLACE = Location(1, "North", "US", "America/New_York", numbers=("+15550100001",), quiet=QuietHours(time(21), time(8)))

contacts = st.builds(
    Contact,
    id=st.integers(1, 3),
    customer_id=st.just(1),
    name=st.just("Ana Silva"),
    mobile=st.sampled_from([None, *PHONES]),
    email=st.sampled_from(["", "a@example.com"]),
    sms_on=st.booleans(),
    opted_out=st.booleans(),
    time_zone=st.sampled_from(ZONES),
)
addressees = st.builds(Addressee, contacts, stated=st.booleans(), invited=st.booleans())


@st.composite
def job_facts(draw: st.DrawFn) -> Facts:
    """A job with people in some of its boxes; one contact is one person, with one phone."""
    people: dict[int, Addressee] = {}
    boxes: dict[Box, Addressee] = {}
    for box in (Box.SITE, Box.BILLING, Box.AD_HOC):
        found = draw(st.none() | addressees)
        if found is not None:
            boxes[box] = people.setdefault(found.contact.id, found)
    account = Account(holds_in_practice=draw(st.booleans()), use_by=timedelta(hours=draw(st.integers(1, 8))))
    place = PLACE if draw(st.integers(0, 9)) else Location(1, "North", "US", "America/New_York")
    start = draw(st.sampled_from([None, NOW + timedelta(hours=3)]))
    return Facts(
        number="7",
        title="Pump",
        asset="",
        address="",
        customer="Silva Farms",
        status=Status.ASSIGNED,
        location=place,
        account=account,
        worker="Marco Diaz",
        window_start=start,
        people=boxes,
    )


rules = st.builds(
    Rule,
    template=st.just("Repair"),
    event=st.just(Event.ASSIGNED),
    on=st.just(True),
    to_site=st.booleans(),
    to_billing=st.booleans(),
    to_ad_hoc=st.booleans(),
    fixed_number=st.sampled_from(["", PHONES[0], "+15550109999"]),
    text=st.sampled_from(["Job {job}.", "Job {job} on {date}.", "Hello {contact}."]),
    quiet=st.booleans(),
    use_by=st.sampled_from([None, timedelta(minutes=30), timedelta(hours=20)]),
)
moments = st.integers(0, 3 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes))


@given(rules, job_facts(), moments, st.integers(0, 600))
def test_texts_go_to_whom_the_rule_says_and_to_nobody_else(rule: Rule, facts: Facts, at: datetime, late: int) -> None:
    now = at + timedelta(minutes=late)
    texts = texts_of(Happening(rule.event, at, at), rule, facts, now)
    going = [text for text in texts if text.goes]
    ticked = {
        Box.SITE: rule.to_site,
        Box.BILLING: rule.to_billing,
        Box.AD_HOC: rule.to_ad_hoc,
    }
    asked = [person for box, person in facts.people.items() if ticked[box]]
    fine = {p.contact.id: p for p in asked if p.contact.why_no_text() is None and p.stated}
    allowed = {p.contact.mobile for p in fine.values()} | ({rule.fixed_number} - {""})
    assert len({text.phone for text in going}) == len(going), "one text per phone"
    assert {text.phone for text in going} <= allowed
    for text in going:
        assert "{" not in text.body, "never sent unfilled"
        assert facts.location.numbers
        assert now <= text.leaves_at <= text.use_by
    for person in fine.values():  # everybody who may be texted has exactly one entry, going or with its reason
        assert sum(person.contact.id in [p.contact_id for p in text.people] for text in texts) == 1
    for person in asked:  # and so has everybody who may not, with the reason
        if person.contact.id not in fine:
            (entry,) = [text for text in texts if person.contact.id in [p.contact_id for p in text.people]]
            assert entry.state is State.BLOCKED
            assert entry.reason
    assert all(text.reason for text in texts if text.state is not State.QUEUED)


@given(rules, job_facts(), moments)
def test_no_text_leaves_in_quiet_hours_of_anybody_it_is_for(rule: Rule, facts: Facts, at: datetime) -> None:
    """A-52."""
    for text in texts_of(Happening(rule.event, at, at), rule, facts, at):
        if not (text.goes and rule.quiet and facts.account.holds):
            continue
        zones = {
            p.contact.time_zone or facts.location.time_zone
            for p in facts.people.values()
            if p.contact.id in [person.contact_id for person in text.people]
        }
        for zone in zones or {facts.location.time_zone}:
            clock = text.leaves_at.astimezone(ZoneInfo(zone)).time()
            assert time(8) <= clock < time(21) or len(zones) > 1


@given(rules, job_facts(), moments)
def test_who_was_not_invited_is_invited_and_nobody_twice(rule: Rule, facts: Facts, at: datetime) -> None:
    for text in texts_of(Happening(rule.event, at, at), rule, facts, at):
        if not text.goes:
            continue
        invited = [
            p.invited
            for p in {p.contact.id: p for p in facts.people.values()}.values()
            if p.contact.id in [person.contact_id for person in text.people]
        ]
        assert ("text STOP" in text.body) == (not all(invited))


@given(rules, job_facts(), moments)
def test_a_use_by_time_is_kept(rule: Rule, facts: Facts, at: datetime) -> None:
    for text in texts_of(Happening(rule.event, at, at), rule, facts, at):
        if rule.use_by is not None and text.goes:
            assert text.leaves_at <= at + rule.use_by
        if rule.use_by is None and text.state is State.EXPIRED:
            raise AssertionError("told at once, the account's use-by time counts from when it leaves")


def happening(event: Event, mark: str = "") -> Happening:
    return Happening(event, NOW, NOW, mark)


def facts(**changes: object) -> Facts:
    fields: dict[str, object] = {
        "number": "7",
        "title": "Pump",
        "asset": "Pump 7",
        "address": "Mill Road 1",
        "customer": "Silva Farms",
        "status": Status.ASSIGNED,
        "location": PLACE,
        "account": Account(),
        "worker": "Marco Diaz",
        "window_start": NOW + timedelta(hours=3),
        "window_end": NOW + timedelta(hours=5),
    }
    return Facts(**{**fields, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("status", list(Status))
def test_an_event_is_told_only_while_it_is_true(status: Status) -> None:
    job = facts(status=status)
    window = window_mark(job.window_start, job.window_end)
    told = {
        event
        for event, mark in [
            (Event.CREATED, ""),
            (Event.ASSIGNED, ""),
            (Event.REMINDER, window_mark(job.window_start, None)),
            (Event.RESCHEDULED, moved_mark("", window)),
            (Event.ON_THE_WAY, ""),
            (Event.STARTED, ""),
            (Event.COMPLETED, ""),
            (Event.CANCELLED, ""),
        ]
        if not why_moot(happening(event, mark), job, NOW)
    }
    still_open = {Event.CREATED, Event.ASSIGNED, Event.RESCHEDULED}
    assert (
        told
        == {
            Status.NEW: still_open | {Event.REMINDER},
            Status.ASSIGNED: still_open | {Event.REMINDER},
            Status.ON_THE_WAY: still_open | {Event.ON_THE_WAY},
            Status.CHECKED_IN: still_open,
            Status.STARTED: still_open | {Event.STARTED},
            Status.AWAITING_APPROVAL: still_open | {Event.STARTED},
            Status.READY: still_open | {Event.STARTED},
            Status.IN_SERVICE: set(),
            Status.COMPLETED: {Event.COMPLETED},
            Status.CANCELLED: {Event.CANCELLED},
        }[status]
    )


def test_a_reminder_is_of_no_use_once_the_start_has_come_or_moved() -> None:
    job = facts()
    mark = window_mark(job.window_start, None)
    assert why_moot(happening(Event.REMINDER, mark), job, NOW + timedelta(hours=3)) == "the planned start has passed"
    other = facts(window_start=NOW + timedelta(hours=4))
    assert why_moot(happening(Event.REMINDER, mark), other, NOW) == "the job was moved"
    assert why_moot(happening(Event.REMINDER, mark), facts(window_start=None), NOW) == "the job was moved"


def test_a_reminder_that_quiet_hours_hold_past_the_start_is_dropped() -> None:
    start = datetime(2026, 3, 3, 12, 30, tzinfo=UTC)  # half past seven in the morning
    job = facts(window_start=start, account=Account(holds_in_practice=True), people={Box.SITE: Addressee(ANA)})
    due = start - timedelta(hours=2)
    rule = Rule("Repair", Event.REMINDER, on=True, text="Soon: {start}.")
    (text,) = texts_of(Happening(Event.REMINDER, due, due, window_mark(start, None)), rule, job, due)
    assert (text.state, text.reason) == (State.EXPIRED, "it could not leave before the planned start")


ANA = Contact(1, 1, "Ana Silva", mobile=PHONES[0], email="a@example.com")


def test_times_are_those_of_the_jobs_location() -> None:
    values = values_of(facts(), ["Ana"])
    assert (values["date"], values["time"], values["start"]) == ("Mon 2 Mar", "10:00 to 12:00", "Mon 2 Mar, 10:00")
    over_night = facts(window_end=NOW + timedelta(hours=20))
    assert values_of(over_night)["time"] == "10:00 to Tue 3 Mar, 03:00"
    assert values_of(facts(window_end=None))["time"] == "10:00"
    assert values_of(facts(window_start=None))["time"] == ""


def test_values_stay_on_one_line() -> None:
    assert values_of(facts(title="Pump\ndoes  not\tstart"))["title"] == "Pump does not start"


def test_the_worker_is_named_by_first_name_alone() -> None:
    """Rule 9."""
    assert values_of(facts())["worker"] == "Marco"


def test_a_text_that_grows_too_long_fails_by_itself() -> None:
    job = facts(title="x" * 1700, people={Box.SITE: Addressee(ANA)})
    rule = Rule("Repair", Event.ASSIGNED, on=True, text="{title}")
    (text,) = texts_of(happening(Event.ASSIGNED), rule, job, NOW)
    assert (text.state, "longer than" in text.reason) == (State.BLOCKED, True)


def test_a_sentence_is_added_with_its_stop() -> None:
    assert joined("We come", "Bye.") == "We come. Bye."
    assert joined("We come! ", "Bye.") == "We come! Bye."
    assert day_words(NOW) == "Mon 2 Mar"
