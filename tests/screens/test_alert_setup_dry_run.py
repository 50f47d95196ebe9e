"""Dry run: what a rule would have sent on a past day."""

from datetime import date, timedelta

import pytest

from domain.alerts import Event
from domain.errors import Refusal
from domain.jobs import JobFilter, JobRow, Status
from messaging.alert_setup import DryText
from screens.alert_rule import AlertRuleScreen
from screens.dry_run import DryRunScreen, read_day, summed_up
from tests.desk import Desk, at_desk
from tests.screens.setting_up import at_alert, with_alerts, write_text
from tests.world import NOON, World

TODAY = date(2026, 3, 2)


def test_a_day_that_is_over_is_read() -> None:
    assert read_day(" 2026-03-01 ", TODAY) == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ("", "“” is no day like 2026-03-01."),
        ("yesterday", "“yesterday” is no day like 2026-03-01."),
        ("2026-02-30", "“2026-02-30” is no day like 2026-03-01."),
        ("2026-03-02", "2026-03-02 is not over yet: choose a day before today, 2026-03-02."),
        ("0001-01-01", "0001-01-01 is before any job there can be: choose a day from 2000 on."),
        ("2027-01-01", "2027-01-01 is not over yet: choose a day before today, 2026-03-02."),
    ],
)
def test_any_other_day_is_refused(typed: str, complaint: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_day(typed, TODAY)
    assert refused.value.sentence == complaint
    assert refused.value.field == "day"


def dry(phone: str = "+15550102001", why_not: str = "") -> DryText:
    """One text of a dry run; everybody is called Ana Silva."""
    return DryText("1001", NOON, "Ana Silva", "Hello", NOON, why_not, phone)


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ([], "0 texts to 0 phones would have gone out."),
        ([dry()], "1 text to 1 phone would have gone out."),
        ([dry(), dry(), dry("+15550102002")], "3 texts to 2 phones would have gone out."),
        ([dry(), dry(why_not="opted out")], "1 text to 1 phone would have gone out, 1 would not."),
    ],
)
def test_the_sum_counts_texts_and_phones(texts: list[DryText], words: str) -> None:
    assert summed_up(texts) == words


async def at_dry_run(desk: Desk, event: Event, text: str = "Job {job} has begun") -> DryRunScreen:
    """Open the dry run of an alert as it stands on its page, not saved."""
    await at_alert(desk, event)
    await write_text(desk, text)
    await desk.press("f5")
    await desk.stands_at(DryRunScreen)
    await desk.settles()
    assert isinstance(desk.app.screen, DryRunScreen)
    return desk.app.screen


def busy_yesterday(world: World) -> list[str]:
    """Two jobs that were started yesterday, one of them with nobody to tell; it is noon of today now."""
    world.clock.now = NOON - timedelta(days=1)
    told = world.job()
    silent = world.job(site_contact_id=None, billing_contact_id=None)
    for job in (told, silent):
        world.change(job, status=Status.STARTED)
    world.clock.now = NOON
    return [told.number, silent.number]


async def test_yesterdays_texts_stand_there_with_their_reasons_and_nothing_is_sent(small_world: World) -> None:
    told, silent = busy_yesterday(small_world)
    async with at_desk(small_world, with_alerts(small_world)) as desk:
        desk.carrier.takes()
        before = [desk.bodies(small_world.read_job(row.id)) for row in jobs(small_world)]
        await at_dry_run(desk, Event.STARTED)
        await desk.shows("Nothing is sent.")
        await desk.says("#dry-sum", "Sunday 2026-03-01: 1 text to 1 phone would have gone out, 1 would not.")
        lines = desk.lines_of("#dry-texts")
        assert any(told in line and f"Job {told} has begun" in line for line in lines)
        assert any(silent in line and "not sent:" in line for line in lines)
        await desk.press("down")
        await desk.says("#dry-detail", f"Job {told} has begun")
        await desk.press("escape")
        await desk.stands_at(AlertRuleScreen)
        assert desk.carrier.takes() == []
        assert [desk.bodies(small_world.read_job(row.id)) for row in jobs(small_world)] == before


def jobs(world: World) -> tuple[JobRow, ...]:
    """Every row of Ann's list."""
    return world.readers.job_list.page(world.ann, JobFilter()).rows


async def test_keys_go_from_day_to_day_and_never_into_today(small_world: World) -> None:
    busy_yesterday(small_world)
    async with at_desk(small_world, with_alerts(small_world)) as desk:
        await at_dry_run(desk, Event.STARTED)
        await desk.press("ctrl+b")
        await desk.says("#dry-sum", "Saturday 2026-02-28: 0 texts")
        await desk.says("#dry-texts", "Nothing happened on this day")
        await desk.press("ctrl+n")
        await desk.says("#dry-sum", "Sunday 2026-03-01: 1 text")
        await desk.press("ctrl+n")
        await desk.settles()
        await desk.says("#dry-sum", "Sunday 2026-03-01")


async def test_a_wrong_day_is_refused_where_it_is_typed(small_world: World) -> None:
    async with at_desk(small_world, with_alerts(small_world)) as desk:
        await at_dry_run(desk, Event.STARTED)
        await desk.focuses("#day")
        await desk.press("end", "backspace", "5", "enter")
        await desk.says("#dry-sum", "! 2026-03-05 is not over yet")
        await desk.focuses("#day")


async def test_d_opens_it_from_a_box_and_is_a_letter_in_a_field(small_world: World) -> None:
    async with at_desk(small_world, with_alerts(small_world)) as desk:
        page = await at_alert(desk, Event.STARTED)
        page.query_one("#number").focus()
        await desk.press("d")
        await desk.settles()
        await desk.stands_at(AlertRuleScreen)
        await desk.press("backspace")
        page.query_one("#quiet").focus()
        await desk.press("d")
        await desk.stands_at(DryRunScreen)


async def test_a_quick_action_sends_nothing_by_itself_and_says_so(small_world: World) -> None:
    async with at_desk(small_world, with_alerts(small_world)) as desk:
        await at_alert(desk, Event.CHECK_IN)
        await desk.press("f5")
        await desk.settles()
        await desk.stands_at(AlertRuleScreen)
        await desk.says("#rule-said", "A quick action sends nothing by itself")
