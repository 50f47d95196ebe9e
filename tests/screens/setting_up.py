"""Somebody with the alerts box at Alerts > Setup: the ways there, for the tests of its screens."""

from dataclasses import replace

from sqlmodel import select

from domain.alerts import Event, Rule
from domain.people import User
from messaging.alert_setup import AlertSetup
from screens.alert_rule import AlertRuleScreen
from screens.alert_setup import AlertSetupScreen
from storage.tables.alerts import TemplateRow
from storage.tables.people import UserRow
from tests.desk import Desk
from tests.world import World
from widgets.contents import Contents

TEMPLATE = "Repair"


def with_alerts(world: World, *templates: str) -> User:
    """Ann with the alerts box, and templates to set alerts up for."""
    with world.write() as session:
        session.get_one(UserRow, world.ann.id).alerts = True
        for name in templates or (TEMPLATE,):
            if session.exec(select(TemplateRow).where(TemplateRow.name == name)).first() is None:
                session.add(TemplateRow(name=name))
    return replace(world.ann, alerts=True)


def use_case(desk: Desk) -> AlertSetup:
    """What stands behind the screens."""
    return desk.app.services.alert_setup


def stored(desk: Desk, event: Event, template: str = TEMPLATE) -> Rule:
    """A rule as it is kept."""
    user = desk.app.user
    assert user is not None
    return next(rule for rule in use_case(desk).rules(user, template) if rule.event is event)


async def at_setup(desk: Desk) -> AlertSetupScreen:
    """Open Alerts > Setup from the job list."""
    await desk.press("A")
    await desk.stands_at(AlertSetupScreen)
    await desk.settles()
    assert isinstance(desk.app.screen, AlertSetupScreen)
    return desk.app.screen


async def at_alert(desk: Desk, event: Event, template: str = TEMPLATE) -> AlertRuleScreen:
    """Open the alert of one event of a template."""
    setup = await at_setup(desk)
    await desk.press("left", "home", *["down"] * use_case(desk).templates(setup.user).index(template))
    await desk.until(lambda: setup.rules.chosen and setup.rules.chosen.template == template, "its events are there")
    await desk.press("right", "home", *["down"] * list(Event).index(event), "enter")
    await desk.stands_at(AlertRuleScreen)
    await desk.settles()
    assert isinstance(desk.app.screen, AlertRuleScreen)
    return desk.app.screen


async def write_text(desk: Desk, text: str) -> None:
    """Put a text in place of the one that is there."""
    area = desk.one(Contents)
    area.focus()
    await desk.pilot.pause()
    area.text = ""
    await desk.pastes(text)
    await desk.settles()


async def tick(desk: Desk, *names: str) -> None:
    """Change boxes with the space bar."""
    for name in names:
        desk.app.screen.query_one(f"#{name}").focus()
        await desk.focuses(f"#{name}")
        await desk.press("space")
