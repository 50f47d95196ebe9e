"""The page of one alert: its fields, the preview with every letter, Update, and leaving."""

from datetime import timedelta

import pytest
from textual.widgets import Input

from domain.alerts import Event
from domain.errors import Refusal
from domain.hours import Lead
from domain.people import Role
from domain.text import one_line
from screens.alert_form import read_use_by
from screens.alert_rule import AlertRuleScreen
from screens.alert_setup import AlertSetupScreen
from screens.ask import Confirm
from screens.skipped import Skipped
from screens.try_job import TryJob
from tests.alerting import rule
from tests.desk import at_desk
from tests.screens.setting_up import at_alert, at_setup, stored, tick, with_alerts, write_text
from tests.screens.test_keys import each_focus
from tests.world import World
from widgets.contents import Contents
from widgets.tick_box import TickBox


@pytest.mark.parametrize(("typed", "minutes"), [("", None), ("  ", None), ("30", 30), (" 1 ", 1), ("10080", 10080)])
def test_use_by_is_minutes_or_empty(typed: str, minutes: int | None) -> None:
    assert read_use_by(typed) == (None if minutes is None else timedelta(minutes=minutes))


@pytest.mark.parametrize("typed", ["0", "-5", "soon", "1.5", "10081", "²", "9" * 400])
def test_anything_else_is_refused_at_its_field(typed: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_use_by(typed)
    assert refused.value.field == "use_by"


async def test_update_saves_every_field_and_says_the_version(small_world: World) -> None:
    async with at_desk(small_world, with_alerts(small_world)) as desk:
        page = await at_alert(desk, Event.REMINDER)
        await tick(desk, "on", "to_site", "to_billing", "to_ad_hoc", "quiet")
        page.query_one("#number", Input).value = "+1 555 010 7001"
        page.query_one("#lead", Input).value = "1d 17:00"
        page.query_one("#use_by", Input).value = "90"
        await write_text(desk, "Job {job}: {date}.")
        await desk.press("ctrl+s")
        await desk.says("#rule-said", "Saved as version 1. It counts for events from now on.")
        await desk.says("#rule-heading", "Repair · Reminder before start · version 1")
        kept = stored(desk, Event.REMINDER)
        assert (kept.on, kept.to_site, kept.to_billing, kept.to_ad_hoc, kept.quiet) == (True, False, True, True, False)
        assert kept.fixed_number == "+15550107001"
        assert str(kept.lead) == "1d 17:00"
        assert kept.use_by == timedelta(minutes=90)
        assert kept.text == "Job {job}: {date}."
        await write_text(desk, "Job {job} on {date}.")
        await desk.press("ctrl+s")
        await desk.says("#rule-said", "Saved as version 2.")
        await desk.press("escape", "escape")
        await desk.stands_at(AlertSetupScreen)


async def test_the_button_saves_too_and_two_presses_save_once(small_world: World) -> None:
    async with at_desk(small_world, with_alerts(small_world)) as desk:
        page = await at_alert(desk, Event.STARTED)
        await tick(desk, "on")
        page.query_one("#update").focus()
        page.press_update()
        page.press_update()
        await desk.says("#rule-said", "Saved as version 1")
        await desk.press("enter")
        await desk.says("#rule-said", "Saved as version 2")
        assert stored(desk, Event.STARTED).version == 2


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("lead", "tomorrow", "“tomorrow” is no time before the start."),
        ("use_by", "soon", "“soon” is no number of minutes from 1 to 10,080."),
        ("number", "abc", ""),
    ],
)
async def test_each_refusal_stands_at_its_field_and_keeps_what_was_typed(
    small_world: World, field: str, value: str, complaint: str
) -> None:
    async with at_desk(small_world, with_alerts(small_world)) as desk:
        page = await at_alert(desk, Event.REMINDER)
        await tick(desk, "on")
        page.query_one(f"#{field}", Input).value = value
        await desk.press("ctrl+s")
        await desk.says(f"#wrong-{field}", f"! {complaint}")
        await desk.focuses(f"#{field}")
        assert page.query_one(f"#{field}", Input).value == value
        assert stored(desk, Event.REMINDER).version == 0
        await desk.press("backspace")
        await desk.until(lambda: not desk.lines_of(f"#wrong-{field}"), "the complaint is gone")


async def test_an_unknown_placeholder_is_refused_by_name(small_world: World) -> None:
    async with at_desk(small_world, with_alerts(small_world)) as desk:
        await at_alert(desk, Event.STARTED)
        await tick(desk, "on")
        await write_text(desk, "Hello {wrker}")
        await desk.press("ctrl+s")
        await desk.says("#wrong-text", "wrker")
        await desk.focuses("#text Contents")
        assert desk.one(Contents).text == "Hello {wrker}"
        assert stored(desk, Event.STARTED).version == 0


async def test_nobody_ticked_is_refused_at_the_boxes(small_world: World) -> None:
    async with at_desk(small_world, with_alerts(small_world)) as desk:
        await at_alert(desk, Event.STARTED)
        await tick(desk, "on", "to_site")
        await desk.press("ctrl+s")
        await desk.says("#wrong-recipients", "! ")
        await desk.focuses("#to_site")


@pytest.mark.parametrize(
    ("event", "there", "away"),
    [
        (Event.REMINDER, ["lead", "number", "to_ad_hoc", "quiet", "use_by"], []),
        (Event.STARTED, ["number", "to_ad_hoc", "quiet", "use_by"], ["lead"]),
        (Event.CHECK_IN, ["to_site", "to_billing"], ["lead", "number", "to_ad_hoc", "quiet", "use_by"]),
    ],
)
async def test_an_event_has_the_fields_that_it_has_a_use_for(
    small_world: World, event: Event, there: list[str], away: list[str]
) -> None:
    async with at_desk(small_world, with_alerts(small_world)) as desk:
        page = await at_alert(desk, event)
        assert all(page.query(f"#{name}") for name in there)
        assert not any(page.query(f"#{name}") for name in away)
        for words in ("Who should we notify by SMS?", "Send to Customer's Site Contact"):
            await desk.shows(words)
        assert ("Ad hoc SMS recipient" in desk.text) == ("to_ad_hoc" in there)


async def test_the_preview_follows_every_letter_on_a_real_job(small_world: World) -> None:
    job = small_world.job()
    async with at_desk(small_world, with_alerts(small_world)) as desk:
        await at_alert(desk, Event.STARTED)
        await desk.says("#try-job", job.number)
        await desk.says("#preview-text", f"North: Marco has started on job {job.number}.")
        await desk.says("#preview-facts", "Ana Silva")
        await desk.says("#preview-facts", "GSM-7")
        await write_text(desk, "Job ")
        await desk.types("{jo")
        await desk.press("tab")
        await desk.types("!")
        await desk.says("#preview-text", f"Job {job.number}!")
        await tick(desk, "to_billing")
        await desk.says("#preview-facts", "Ben Silva")


async def test_the_preview_names_the_dear_character_and_what_has_no_value(small_world: World) -> None:
    small_world.job(asset="")
    async with at_desk(small_world, with_alerts(small_world)) as desk:
        await at_alert(desk, Event.STARTED)
        await write_text(desk, "Gómez ó")
        await desk.says("#preview-facts", "“ó” in “Gómez”: 70 per part")
        await write_text(desk, "Your {asset}")
        await desk.says("#preview-facts", "! Would not go out:")
        await desk.says("#preview-facts", "asset")


async def test_another_job_is_chosen_by_number_or_customer(small_world: World) -> None:
    first = small_world.job()
    other = small_world.job(customer="Oak Yard", site_contact_id=None, billing_contact_id=None)
    small_world.job(template="Delivery")
    async with at_desk(small_world, with_alerts(small_world)) as desk:
        await at_alert(desk, Event.STARTED)
        await desk.press("ctrl+t")
        await desk.stands_at(TryJob)
        await desk.says("#jobs-to-try", first.number)
        assert "1003" not in desk.part("#jobs-to-try")
        await desk.types("oak")
        await desk.until(lambda: first.number not in desk.part("#jobs-to-try"), "the list is narrowed")
        await desk.press("down", "enter")
        await desk.stands_at(AlertRuleScreen)
        await desk.says("#try-job", other.number)
        await desk.says("#preview-text", other.number)
        await desk.says("#preview-facts", "! Would not go out")
        await desk.press("ctrl+t")
        await desk.stands_at(TryJob)
        await desk.types("zebra")
        await desk.says("#jobs-to-try", "No job of this template has these words.")
        await desk.press("enter", "escape")
        await desk.stands_at(AlertRuleScreen)
        await desk.says("#try-job", other.number)


async def test_without_a_job_the_preview_says_so_and_the_alert_can_be_saved(small_world: World) -> None:
    async with at_desk(small_world, with_alerts(small_world)) as desk:
        await at_alert(desk, Event.STARTED)
        await desk.says("#preview-facts", "No job to try it on yet")
        await tick(desk, "on")
        await desk.press("ctrl+s")
        await desk.says("#rule-said", "Saved as version 1")


async def test_a_changed_job_changes_its_preview(small_world: World) -> None:
    job = small_world.job()
    async with at_desk(small_world, with_alerts(small_world)) as desk:
        await at_alert(desk, Event.STARTED)
        await desk.says("#preview-text", "Marco")
        small_world.change(job, worker_id=small_world.mia.id)
        await desk.says("#preview-text", "Mia")


async def test_leaving_asks_about_what_was_not_saved(small_world: World) -> None:
    async with at_desk(small_world, with_alerts(small_world)) as desk:
        await at_alert(desk, Event.STARTED)
        await write_text(desk, "Half a sentence")
        await desk.press("escape")
        await desk.focuses("#update")
        await desk.press("escape")
        await desk.stands_at(Confirm)
        await desk.press("enter")
        await desk.stands_at(AlertRuleScreen)
        assert desk.one(Contents).text == "Half a sentence"
        await desk.press("escape", "l")
        await desk.stands_at(AlertSetupScreen)
        assert stored(desk, Event.STARTED).version == 0


async def test_leaving_unchanged_asks_nothing(small_world: World) -> None:
    async with at_desk(small_world, with_alerts(small_world)) as desk:
        await at_alert(desk, Event.REMINDER)
        await tick(desk, "on")
        await desk.press("space", "escape")
        await desk.stands_at(AlertSetupScreen)


async def test_what_was_saved_is_shown_as_it_was_understood_and_needs_no_question(small_world: World) -> None:
    async with at_desk(small_world, with_alerts(small_world)) as desk:
        page = await at_alert(desk, Event.REMINDER)
        await tick(desk, "on")
        page.query_one("#lead", Input).value = " 120 M"
        page.query_one("#number", Input).value = "+1 555 010 7001"
        await desk.press("ctrl+s")
        await desk.says("#rule-said", "Saved as version 1")
        assert page.query_one("#lead", Input).value == "2h"
        assert page.query_one("#number", Input).value == "+15550107001"
        assert stored(desk, Event.REMINDER).lead == Lead(timedelta(hours=2))
        await desk.press("escape")
        await desk.stands_at(AlertSetupScreen)


async def test_switching_off_says_what_becomes_of_waiting_texts(small_world: World) -> None:
    async with at_desk(small_world, with_alerts(small_world)) as desk:
        page = await at_alert(desk, Event.STARTED)
        await tick(desk, "on")
        await desk.press("ctrl+s")
        await desk.says("#rule-said", "Saved as version 1")
        await tick(desk, "on")
        assert not page.query_one("#on", TickBox).value
        await desk.press("ctrl+s")
        await desk.says("#rule-said", "Off: texts still waiting for it are withdrawn.")
        assert not stored(desk, Event.STARTED).on


async def test_whoever_loses_the_box_meanwhile_saves_nothing(small_world: World) -> None:
    user = with_alerts(small_world)
    async with at_desk(small_world, user) as desk:
        await at_alert(desk, Event.STARTED)
        await tick(desk, "on")
        desk.app.user = small_world.ann
        await desk.press("ctrl+s")
        await desk.says("#rule-said", "! Ann Lee may not set up alerts")
        desk.app.user = user
        assert stored(desk, Event.STARTED).version == 0


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_every_field_comes_into_view_with_tab_alone(small_world: World, size: tuple[int, int]) -> None:
    small_world.job()
    async with at_desk(small_world, with_alerts(small_world), size=size) as desk:
        page = await at_alert(desk, Event.REMINDER)
        reached = []
        for _ in range(12):
            focused = desk.app.focused
            assert focused is not None
            reached.append(focused.id or "text")
            assert page.region.contains_region(focused.region), focused
            assert focused.region.height > 0
            await desk.press("tab")
            await desk.pilot.pause()
        boxes = ["on", "to_site", "to_billing", "to_ad_hoc", "number", "lead", "quiet", "use_by", "text"]
        assert reached == [*boxes, "try-job", "dry-run", "update"]
        beside = page.preview.region.y == page.form.region.y
        assert beside == (size[0] == 200)


async def test_hostile_names_are_shown_and_nothing_else(small_world: World) -> None:
    bad = "[red]Eve\x1b[31m[/red]"
    eve = small_world.user(bad, Role.WORKER)
    small_world.job(worker=eve)
    async with at_desk(small_world, with_alerts(small_world)) as desk:
        await at_alert(desk, Event.STARTED)
        await desk.says("#preview-text", one_line("[red]Eve\x1b[31m[/red]"))


async def test_reminders_that_are_past_already_are_listed_at_update(small_world: World) -> None:
    near = small_world.job()
    far = small_world.job(window_start=small_world.clock() + timedelta(days=2))
    async with at_desk(small_world, with_alerts(small_world)) as desk:
        await at_alert(desk, Event.REMINDER)
        await tick(desk, "on")
        await desk.press("ctrl+s")
        await desk.stands_at(Skipped)
        await desk.says("VerticalScroll", "1 reminder is past already and will not be sent:")
        assert near.number in desk.part("VerticalScroll")
        assert far.number not in desk.part("VerticalScroll")
        await desk.press("enter")
        await desk.stands_at(AlertRuleScreen)
        await desk.says("#rule-said", "Saved as version 1")


async def test_somebody_elses_version_is_not_overwritten(small_world: World) -> None:
    async with at_desk(small_world, with_alerts(small_world)) as desk:
        await at_alert(desk, Event.STARTED)
        await tick(desk, "on")
        rule(small_world, Event.STARTED, text="Theirs")
        await desk.press("ctrl+s")
        await desk.says("#rule-said", "! Somebody else changed this alert meanwhile.")
        assert stored(desk, Event.STARTED).text == "Theirs"


async def test_the_link_is_offered_and_what_is_no_placeholder_is_not(small_world: World) -> None:
    async with at_desk(small_world, with_alerts(small_world)) as desk:
        await at_alert(desk, Event.STARTED)
        await write_text(desk, "")
        await desk.types("{li")
        await desk.shows("{link} the contact's link")
        await desk.types("x")
        await desk.shows("No placeholder has “lix” in it")
        await desk.press("backspace", "backspace", "backspace", "c")
        await desk.shows("{customer}")
        await desk.press("escape")
        await desk.hides("{customer}")
        await desk.stands_at(AlertRuleScreen)


async def test_a_quick_actions_alert_fills_the_form_and_sends_nothing(small_world: World) -> None:
    job = small_world.job()
    async with at_desk(small_world, with_alerts(small_world)) as desk:
        await at_alert(desk, Event.CHECK_IN)
        await desk.shows("On: fills in people and text of this quick action")
        await desk.says("#preview-text", f"North: your Pump 7 has arrived with us, job {job.number}.")
        await desk.says("#preview-facts", "Leaves when its form is submitted")
        await tick(desk, "on")
        await desk.press("ctrl+s")
        await desk.says("#rule-said", "Saved as version 1. It fills the form from now on.")
        assert desk.carrier.takes() == []


async def test_the_keys_fit_the_bar_at_every_focus(small_world: World) -> None:
    small_world.job()
    async with at_desk(small_world, with_alerts(small_world)) as desk:
        await at_setup(desk)
        assert await each_focus(desk) == []
        await desk.press("escape", "escape")
        await at_alert(desk, Event.REMINDER)
        assert await each_focus(desk) == []
        for key, words in (("ctrl+t", "Search by number"), ("f5", "Nothing is sent.")):
            await desk.press(key)
            await desk.shows(words)
            await desk.settles()
            assert await each_focus(desk) == []
            await desk.press("escape")
            await desk.stands_at(AlertRuleScreen)
