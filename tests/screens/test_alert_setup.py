"""Alerts > Setup: templates, their events, and who may come here."""

import pytest
from textual.widgets import OptionList

from domain.alerts import Event, Rule
from screens.alert_rule import AlertRuleScreen
from screens.alert_setup import AlertSetupScreen
from screens.jobs import JobsScreen
from tests.alerting import rule
from tests.desk import at_desk
from tests.screens.setting_up import at_alert, at_setup, stored, tick, with_alerts
from tests.world import World
from widgets.rule_list import who


@pytest.mark.parametrize(
    ("alert", "words"),
    [
        (Rule("Repair", Event.STARTED), "site"),
        (Rule("Repair", Event.STARTED, to_billing=True, to_ad_hoc=True), "site, billing, ad hoc"),
        (Rule("Repair", Event.STARTED, to_site=False, fixed_number="+15550101234"), "+15550101234"),
        (Rule("Repair", Event.STARTED, to_site=False), "nobody"),
        (Rule("Repair", Event.CHECK_IN, to_ad_hoc=True, fixed_number="+15550101234"), "site"),
    ],
)
def test_who_gets_it_is_said_in_a_few_words(alert: Rule, words: str) -> None:
    assert who(alert) == words


async def test_every_event_of_the_template_stands_there_with_its_state_people_and_text(small_world: World) -> None:
    small_world.job()
    async with at_desk(small_world, with_alerts(small_world)) as desk:
        await at_setup(desk)
        await desk.says("#templates", "Repair")
        lines = [line for line in desk.lines_of("RuleList") if line.strip()]
        assert len(lines) == len(Event)
        for event, line in zip(Event, lines, strict=True):
            assert event.words in line
            assert "site" in line
        await desk.press("right", "home")
        await desk.says("#setup-detail", "{company}: we have your job {job} ({title}).")


async def test_another_template_has_alerts_of_its_own(small_world: World) -> None:
    async with at_desk(small_world, with_alerts(small_world, "Delivery", "Repair")) as desk:
        await at_alert(desk, Event.STARTED, "Delivery")
        await tick(desk, "on")
        await desk.press("ctrl+s")
        await desk.says("#rule-said", "Saved as version")
        assert stored(desk, Event.STARTED, "Delivery").on
        assert not stored(desk, Event.STARTED, "Repair").on
        await desk.press("escape")
        await desk.stands_at(AlertSetupScreen)
        await desk.until(lambda: "on " in next(x for x in desk.lines_of("RuleList") if "Started" in x), "it is on")
        await desk.press("left", "down")
        await desk.settles()
        await desk.until(
            lambda: "off" in next(x for x in desk.lines_of("RuleList") if "Started" in x), "Repair's is off"
        )


async def test_keys_lead_in_and_out_step_by_step(small_world: World) -> None:
    async with at_desk(small_world, with_alerts(small_world, "Delivery", "Repair")) as desk:
        setup = await at_setup(desk)
        await desk.focuses("#templates")
        await desk.press("enter")
        await desk.focuses("#rules")
        await desk.press("left")
        await desk.focuses("#templates")
        await desk.press("right", "end", "enter")
        await desk.stands_at(AlertRuleScreen)
        assert desk.app.screen.rule.event is Event.CANCELLED  # type: ignore[attr-defined]
        await desk.press("escape")
        await desk.stands_at(AlertSetupScreen)
        await desk.settles()
        assert setup.rules.chosen is not None
        assert setup.rules.chosen.event is Event.CANCELLED
        await desk.press("escape", "escape")
        await desk.stands_at(JobsScreen)


async def test_somebody_without_the_box_does_not_come_here(small_world: World) -> None:
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.press("A")
        await desk.settles()
        await desk.stands_at(JobsScreen)
        desk.app.open_alert_setup()
        await desk.until(lambda: desk.toasts, "it is said why")
        assert "may not set up alerts" in desk.toasts[0]
        await desk.stands_at(JobsScreen)


async def test_a_template_with_markup_in_its_name_is_only_a_name(small_world: World) -> None:
    async with at_desk(small_world, with_alerts(small_world, "[red]Pump[/red]")) as desk:
        await at_setup(desk)
        await desk.says("#templates", "[red]Pump")


async def test_without_a_template_the_list_says_what_to_do(small_world: World) -> None:
    user = with_alerts(small_world)
    async with at_desk(small_world, user) as desk:
        desk.app.services.alert_setup.templates(user)
        setup = AlertSetupScreen()
        desk.app.push_screen(setup)
        await desk.stands_at(AlertSetupScreen)
        await desk.settles()
        setup._show_templates([])
        await desk.says("#templates", "No job template yet.")
        await desk.press("right", "enter")
        await desk.stands_at(AlertSetupScreen)
        assert setup.query_one("#templates", OptionList).highlighted is None


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_every_event_is_on_the_screen_and_wide_ones_show_whole_texts(
    small_world: World, size: tuple[int, int]
) -> None:
    async with at_desk(small_world, with_alerts(small_world), size=size) as desk:
        await at_setup(desk)
        for event in Event:
            await desk.says("RuleList", event.words)
        whole = "{company}: {worker} will take care of job {job} ({title})." in desk.part("RuleList")
        assert whole == (size[0] == 200)


async def test_a_wider_terminal_shows_more_and_keeps_the_event_under_the_cursor(small_world: World) -> None:
    async with at_desk(small_world, with_alerts(small_world)) as desk:
        setup = await at_setup(desk)
        await desk.press("right", "home", "down", "down")
        await desk.says("#setup-detail", "Reminder before start")
        await desk.pilot.resize_terminal(160, 40)
        await desk.says("RuleList", "{company}: {worker} has started on job {job}.")
        assert setup.rules.chosen is not None
        assert setup.rules.chosen.event is Event.REMINDER
        heading = desk.lines_of("#columns")[0]
        line = next(line for line in desk.lines_of("RuleList") if "Started" in line)
        assert heading.index("Text") == line.index("{company}")


async def test_an_alert_that_a_colleague_saves_appears_by_itself(small_world: World) -> None:
    async with at_desk(small_world, with_alerts(small_world)) as desk:
        await at_setup(desk)
        await desk.says("RuleList", "Started off")
        rule(small_world, Event.STARTED)
        await desk.says("RuleList", "Started on")
