"""Every screen of the desk, opened one after the other with the keys."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from domain.jobs import Job
from domain.messages import DISPATCH, Kind, Stage
from domain.saved_replies import NEW, SavedReply
from screens import phones
from screens.alert import AlertScreen
from screens.ask import Confirm
from screens.ask_line import AskLine
from screens.change_text import ChangeText
from screens.handset import Phone, PhoneText
from screens.help import HelpScreen
from screens.job import JobScreen
from screens.job_form import JobForm
from screens.jobs import JobsScreen
from screens.original import Original
from screens.phones import PhonesScreen
from screens.placing import PlacingScreen
from screens.placing_sender import NameSender
from screens.planned import PlannedScreen
from screens.quick_action import QuickActionForm
from screens.quick_action_menu import QuickActionMenu
from screens.recipients import RecipientPicker
from screens.reply_picker import ReplyPicker
from screens.tray import TrayScreen
from tests.desk import Carrier, Desk, texted_job
from tests.world import ANA, NOON, OURS, World, dispatcher

STRANGER = "+15550109999"


class FakePhones:
    """Two phones, one of which has texts on it."""

    body = "Which gate is it?"

    def __init__(self, _url: str) -> None:
        self.at: datetime = NOON

    def phones(self) -> list[Phone]:
        """Ana's phone, and one that nobody knows."""
        return [Phone(ANA, self.body, self.at), Phone(STRANGER, "", None)]

    def texts(self, _number: str) -> list[PhoneText]:
        """One of ours, and one of hers."""
        return [PhoneText(OURS, "We come at ten", self.at, True), PhoneText(OURS, self.body, self.at, False)]

    def attend(self, _number: str, _attended: bool) -> None:
        """Nobody answers by himself here."""

    def type(self, _number: str, _to: str, _body: str) -> None:
        """Nothing is sent."""


def furnish(world: World, body: str = "Which gate is it?") -> Job:
    """A job with something on every tab and a text that failed, and a text in the tray."""
    job = texted_job(world, body)
    world.text(job, dispatcher(world.abe), DISPATCH, body=body, kind=Kind.NOTE)
    world.text(job, dispatcher(world.ann), world.ana, body=body)
    Carrier(world).is_silent()
    Carrier(world).receives_at(OURS, body, STRANGER)
    later = world.clock() + timedelta(hours=2)
    world.text(world.job(), dispatcher(world.ann), DISPATCH, body=body, stage=Stage.HELD, leaves_at=later)
    world.writers.saved_replies.keep(world.ann.id, SavedReply(NEW, body[:40], body))
    return world.read_job(job.id)


async def everywhere(desk: Desk, job: Job, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """Go through every screen a dispatcher can open; the name of each, while it is on top."""
    monkeypatch.setattr(phones, "Handsets", FakePhones)
    await desk.stands_at(JobsScreen)
    yield "jobs"
    await desk.press("/")
    await desk.focuses("#filter")
    yield "filter"
    await desk.press("escape", "?")
    await desk.stands_at(HelpScreen)
    yield "help"
    await desk.press("escape", "t")
    await desk.stands_at(TrayScreen)
    await desk.settles()
    yield "tray"
    await desk.press("p")
    await desk.stands_at(PlacingScreen)
    await desk.settles()
    yield "placing"
    await desk.press("escape", "c")
    await desk.stands_at(NameSender)
    yield "sender"
    await desk.press("escape")
    await desk.stands_at(TrayScreen)
    await desk.press("escape", "p")
    await desk.stands_at(PhonesScreen)
    await desk.says("#phones", STRANGER)
    await desk.press("enter")
    await desk.focuses("#typing")
    await desk.says("#texts", "us 12:00")
    yield "phones"
    await desk.press("escape", "escape")
    await desk.stands_at(JobsScreen)
    await desk.press("enter")
    await desk.at_job(job)
    yield "customer messages"
    async for name in in_job(desk):
        yield name
    await desk.press("e")
    await desk.stands_at(JobForm)
    await desk.settles()
    yield "form"
    await desk.press("escape")
    await desk.stands_at(JobScreen)


async def in_job(desk: Desk) -> AsyncIterator[str]:
    """The tabs of a job and the windows above it."""
    desk.thread.focus()
    await desk.press("2")
    await desk.settles()
    yield "notes"
    await desk.press("1")
    await desk.until(lambda: desk.lines_of("#detail-lines"), "the details")
    yield "details"
    await desk.press("3")
    await desk.settles()
    desk.thread.focus()
    await desk.press("x")
    await desk.stands_at(Confirm)
    yield "confirm"
    await desk.press("escape", "up", "g")
    await desk.stands_at(Original)
    yield "original"
    await desk.press("escape", "m", "ctrl+r")
    await desk.stands_at(RecipientPicker)
    yield "picker"
    await desk.press("escape")
    await desk.stands_at(JobScreen)
    await desk.press("ctrl+t")
    await desk.stands_at(AskLine)
    yield "later"
    await desk.press("escape")
    await desk.stands_at(JobScreen)
    await desk.press("ctrl+l")
    await desk.stands_at(ReplyPicker)
    yield "saved replies"
    await desk.press("escape")
    await desk.stands_at(JobScreen)
    desk.thread.focus()
    await desk.press("l")
    await desk.stands_at(PlannedScreen)
    await desk.settles()
    yield "planned"
    await desk.press("E")
    await desk.stands_at(ChangeText)
    yield "change"
    await desk.press("escape")
    await desk.stands_at(PlannedScreen)
    await desk.press("escape")
    await desk.stands_at(JobScreen)
    desk.thread.focus()
    await desk.press("a")
    await desk.stands_at(AlertScreen)
    await desk.settles()
    yield "alert"
    await desk.press("escape")
    await desk.stands_at(JobScreen)
    desk.thread.focus()
    await desk.press("q")
    await desk.stands_at(QuickActionMenu)
    yield "quick actions"
    await desk.press("2")
    await desk.stands_at(QuickActionForm)
    await desk.settles()
    yield "request approval"
    await desk.press("escape")
    await desk.stands_at(JobScreen)
