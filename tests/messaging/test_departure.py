"""When a message leaves: at once, after the undo window, as planned, for the hour, or when a dispatcher says so."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.account import Account, Location
from domain.delivery import Channel, State
from domain.hours import QuietHours
from domain.messages import DISPATCH, Party, Person, Stage
from messaging.choices import ON_JOB, TEAM, Choice
from messaging.departure import Departure, Wish, depart
from tests.world import ANA, BEN

NEW_YORK, TOKYO = "America/New_York", "Asia/Tokyo"
PLACE = Location(1, "North", "US", NEW_YORK, quiet=QuietHours(time(21), time(8)))
LIVE = Account(carrier="AC1", undo=timedelta(0))
UNDO = Account(carrier="AC1", undo=timedelta(seconds=5))
NOON = datetime(2026, 3, 2, 17, tzinfo=UTC)
"""Noon in New York, and the night before."""
NIGHT = NOON.replace(hour=4)


def contact(name: str, mobile: str = ANA, zone: str = "", contact_id: int = 1) -> Choice:
    """A contact as a recipient."""
    person = Person(Party.CONTACT, name, contact_id=contact_id, mobile=mobile)
    return Choice(f"contact:{contact_id}", person, ON_JOB, Channel.SMS, zone=zone)


MARCO = Choice("worker:2", Person(Party.WORKER, "Marco", 2), TEAM, Channel.DESK)
NOTE = Choice("dispatch", DISPATCH, TEAM, None)


def leaves(*chosen: Choice, wish: Wish | None = None, account: Account = LIVE, now: datetime = NOON) -> Departure:
    """Plan a message of today."""
    return depart(chosen, wish or Wish(), account, PLACE, now)


def test_by_day_a_text_leaves_at_once() -> None:
    found = leaves(contact("Ana"))
    assert (found.stage, found.leaves_at, found.why) == (Stage.OUT, None, "")
    (text,) = found.deliveries
    assert (text.state, text.due_at, text.use_by) == (State.QUEUED, NOON, NOON + LIVE.use_by)


def test_a_text_can_be_called_back_for_some_seconds_but_a_word_to_the_worker_is_there_at_once() -> None:
    found = leaves(contact("Ana"), wish=Wish(undo=UNDO.undo), account=UNDO)
    assert (found.stage, found.leaves_at) == (Stage.RECALLABLE, NOON + UNDO.undo)
    assert [d.state for d in found.deliveries] == [State.HELD]
    for alone in (MARCO, NOTE):
        assert leaves(alone, wish=Wish(undo=UNDO.undo), account=UNDO).stage is Stage.OUT


def test_in_quiet_hours_a_text_waits_for_the_morning_of_its_recipient() -> None:
    found = leaves(contact("Ana"), now=NIGHT)
    morning = datetime(2026, 3, 2, 8, tzinfo=ZoneInfo(NEW_YORK))
    assert (found.stage, found.leaves_at) == (Stage.HELD, morning)
    assert found.why == "quiet hours for Ana"
    assert found.deliveries[0].use_by == morning + LIVE.use_by
    assert leaves(contact("Ana", zone=TOKYO), now=NIGHT).stage is Stage.OUT


def test_of_two_recipients_the_one_who_sleeps_waits_and_the_other_does_not() -> None:
    found = leaves(contact("Ana"), contact("Ben", BEN, TOKYO, 2), MARCO, now=NIGHT)
    assert found.stage is Stage.OUT
    assert [(d.recipient, d.state) for d in found.deliveries] == [
        (0, State.HELD),
        (1, State.QUEUED),
        (2, State.WAITING),
    ]
    assert found.deliveries[0].due_at > NIGHT


def test_an_answer_within_the_hour_and_a_reason_go_in_quiet_hours_too() -> None:
    def at_night(wish: Wish) -> Stage:
        return leaves(contact("Ana"), wish=wish, now=NIGHT).stage

    assert at_night(Wish(heard={1: NIGHT - timedelta(hours=1)})) is Stage.OUT
    assert at_night(Wish(heard={1: NIGHT - timedelta(hours=1, seconds=1)})) is Stage.HELD
    assert at_night(Wish(heard={2: NIGHT})) is Stage.HELD
    assert at_night(Wish(reason="the gate is open")) is Stage.OUT


def test_practice_holds_nothing_unless_it_is_switched_on() -> None:
    assert leaves(contact("Ana"), account=Account(), now=NIGHT).stage is Stage.OUT
    assert leaves(contact("Ana"), account=Account(holds_in_practice=True), now=NIGHT).stage is Stage.HELD


def test_a_planned_text_leaves_at_its_time_or_in_the_morning_after() -> None:
    later = NOON + timedelta(hours=3)
    found = leaves(contact("Ana"), MARCO, wish=Wish(at=later, undo=UNDO.undo))
    assert (found.stage, found.leaves_at) == (Stage.HELD, later)
    assert [d.state for d in found.deliveries] == [State.HELD, State.WAITING]
    night = leaves(contact("Ana"), wish=Wish(at=NIGHT + timedelta(days=1)))
    assert night.leaves_at == datetime(2026, 3, 3, 8, tzinfo=ZoneInfo(NEW_YORK))


def test_what_waits_for_release_has_no_time_and_no_use_by() -> None:
    found = leaves(contact("Ana"), wish=Wish(needs_release=True, undo=UNDO.undo))
    assert (found.stage, found.leaves_at) == (Stage.WAITING_RELEASE, None)
    assert [(d.state, d.use_by) for d in found.deliveries] == [(State.HELD, None)]


def test_one_phone_gets_one_text_however_many_share_it() -> None:
    found = leaves(contact("Ana"), contact("Ben", ANA, contact_id=2))
    assert [d.recipient for d in found.deliveries] == [0]


moments = st.integers(0, 366 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@settings(max_examples=300, deadline=None)
@given(
    now=moments, ahead=st.integers(0, 72 * 60), zone=st.sampled_from(["", TOKYO, "Pacific/Chatham", "Asia/Kathmandu"])
)
def test_no_text_leaves_in_its_recipients_quiet_hours_nor_before_its_time(now: datetime, ahead: int, zone: str) -> None:
    at = now + timedelta(minutes=ahead) if ahead else None
    found = leaves(contact("Ana", zone=zone), wish=Wish(at=at), now=now)
    (text,) = found.deliveries
    there = text.due_at.astimezone(ZoneInfo(zone or NEW_YORK))
    assert time(8) <= there.time() < time(21)
    assert text.due_at >= (at or now)
    assert (found.stage is Stage.OUT) is (text.due_at <= now)
    assert (text.state is State.QUEUED) is (found.stage is Stage.OUT)
