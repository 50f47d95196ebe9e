"""A desk with somebody at its keyboard: what a person does and sees, as the tests of screens say it.

`async with at_desk(world, world.ann) as desk` opens one in a terminal of 80 by 24, over a real database
and the real watcher of changes. Everything is waited for by condition, never for a time.
"""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import Future
from contextlib import asynccontextmanager
from functools import cache
from itertools import count
from typing import Any, TypeVar, cast

from rich.style import Style
from sqlalchemy.exc import SQLAlchemyError
from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widget import Widget

from app.desk_app import DeskApp
from app.idle import Idle
from domain.account import Account
from domain.delivery import State
from domain.jobs import Job
from domain.messages import Draft, Kind, Message
from domain.people import User
from domain.pins import KeptPin
from domain.secret import Secret
from domain.texts import Accepted, Incoming, Outcome, Rejected, Unclear
from messaging.pins import hashed
from messaging.receive import place_new
from screens.base import Changes
from screens.job import JobScreen
from screens.jobs import JobsScreen
from screens.services import Services
from screens.signin import SignInScreen
from storage.engine import in_words
from storage.watch import Change, Watcher
from tests.world import ANA, World, dispatcher
from widgets.contents import Contents
from widgets.job_list import JobList
from widgets.key_bar import KeyBar
from widgets.thread import ThreadView

PIN = "482915"
SECRET = Secret(b"a secret for the tests, 32 bytes!", "here:secret.key")
TERMINAL = "here /dev/tty1"
LIMIT_S = 10.0
_CHARACTERS = {"space": " ", "enter": "\r", "tab": "\t"}
_T = TypeVar("_T", bound=Widget)
_sids = count(1)


@cache
def kept_pin(pin: str = PIN) -> KeptPin:
    """What is kept of a PIN; made once, since it takes long on purpose."""
    return hashed(pin, SECRET)


class Carrier:
    """The phone company and the customers behind it, done by hand, one step at a time."""

    def __init__(self, world: World) -> None:
        self.world = world

    def takes(self) -> list[str]:
        """Take every text that is due; returns their bodies."""
        return self._answers(lambda: Accepted(f"SM{next(_sids):032}", "queued", State.ACCEPTED))

    def refuses(self, code: int) -> list[str]:
        """Refuse every text that is due for good."""
        return self._answers(lambda: Rejected(code))

    def is_silent(self) -> list[str]:
        """Take every text that is due, perhaps: no answer comes."""
        return self._answers(lambda: Unclear("the phone company did not answer"))

    def receives(self, body: str, phone: str = ANA) -> None:
        """A customer answers the newest text to their phone, a second later; it is placed at once."""
        ours = self.world.readers.plain.row(
            "SELECT from_number FROM delivery WHERE to_address = :phone ORDER BY id DESC", {"phone": phone}
        )
        self.receives_at(ours[0] if ours else "", body, phone)

    def receives_at(self, ours: str, body: str, phone: str) -> None:
        """A phone texts one of our numbers."""
        self.world.clock.advance(seconds=1)
        text = Incoming(f"SM{next(_sids):032}", phone, ours, body, self.world.clock())
        self.world.writers.inbox.keep([text])
        place_new(self.world.writers.inbox, self.world.clock())

    def _answers(self, outcome: Callable[[], Outcome]) -> list[str]:
        outbox, bodies = self.world.writers.outbox, []
        while (text := outbox.claim("test")) is not None:
            bodies.append(text.body)
            outbox.record(text, outcome())
        return bodies


class Desk:
    """One running desk: press keys, look at the screen, wait for what should appear."""

    def __init__(self, world: World, app: DeskApp, pilot: Pilot[Any]) -> None:
        self.world = world
        self.app = app
        self.pilot = pilot
        self.carrier = Carrier(world)

    async def press(self, *keys: str) -> None:
        """Press keys one after the other, each when the one before was dealt with.

        The pilot's own press waits until the whole process is idle, which takes ten times as long.
        """
        for key in keys:
            if len(key) == 1:
                self.app.post_message(events.Key(_character_to_key(key), key))
            else:
                self.app.post_message(events.Key(key, _CHARACTERS.get(key)))
            await self._is_quiet()

    def types_ahead(self, *keys: str) -> None:
        """Press keys faster than anything can happen on the screen."""
        for key in keys:
            character = key if len(key) == 1 else _CHARACTERS.get(key)
            self.app.post_message(events.Key(_character_to_key(key) if len(key) == 1 else key, character))

    async def _is_quiet(self) -> None:
        """Wait until no widget has anything left to deal with."""
        quiet, end = 0, time.monotonic() + LIMIT_S
        while quiet < 4 and time.monotonic() < end:
            await asyncio.sleep(0.001)
            widgets = [self.app, *self.app.screen.walk_children(with_self=True)]
            quiet = quiet + 1 if self.app.typing.is_empty and all(w.message_queue_size == 0 for w in widgets) else 0

    async def types(self, words: str) -> None:
        """Type words, letter by letter."""
        await self.press(*("enter" if c == "\n" else c for c in words))

    async def pastes(self, words: str) -> None:
        """Paste into whatever has the focus."""
        self.app.post_message(events.Paste(words))
        await self.pilot.pause()

    async def until(self, true: Callable[[], object], what: str = "") -> None:
        """Return as soon as something is true; fail with the screen where it never is."""
        end = time.monotonic() + LIMIT_S
        while not true():
            if time.monotonic() > end:
                screen = "\n".join(self.lines)
                raise AssertionError(f"not within {LIMIT_S:.0f} s: {what}\n{screen}")
            await asyncio.sleep(0.01)

    async def shows(self, *words: str) -> None:
        """Wait until all these words stand on the screen, however they are wrapped."""
        for each in words:
            await self.until(lambda each=each: each in self.text, f"the screen shows “{each}”")  # type: ignore[misc]

    async def hides(self, *words: str) -> None:
        """Wait until none of these words stands on the screen."""
        for each in words:
            await self.until(lambda each=each: each not in self.text, f"the screen hides “{each}”")  # type: ignore[misc]

    async def says(self, selector: str, words: str) -> None:
        """Wait until a part of the screen says something."""
        await self.until(lambda: words in self.part(selector), f"{selector} says “{words}”")

    async def focuses(self, selector: str) -> None:
        """Wait until a widget has the focus."""
        await self.until(lambda: self.app.focused in list(self.app.screen.query(selector)), f"{selector} has the focus")

    async def stands_at(self, screen: type[Widget]) -> None:
        """Wait until a screen of this kind is on top and drawn."""
        await self.until(lambda: isinstance(self.app.screen, screen), screen.__name__)
        await self.pilot.pause()

    async def settles(self) -> None:
        """Wait until every thread's answer was taken and nothing is left to draw."""
        await self.until(lambda: all(w.is_finished for w in self.app.workers), "no question is open")
        await self.pilot.pause()

    @property
    def strips(self) -> list[Strip]:
        """What the terminal would be sent now, line by line, modal windows and what is beneath them together."""
        screen = self.app.screen
        update = screen._compositor.render_update(full=True, screen_stack=self.app._background_screens)
        return [Strip.join(pieces) for pieces in update.strips]  # type: ignore[union-attr]

    @property
    def lines(self) -> list[str]:
        """The screen, line by line."""
        return [strip.text for strip in self.strips]

    @property
    def text(self) -> str:
        """The whole screen, every run of white space one space."""
        return " ".join(" ".join(self.lines).split())

    def part(self, selector: str) -> str:
        """What stands in the region of one widget, as text in one line."""
        return " ".join(" ".join(self.lines_of(selector)).split())

    def lines_of(self, selector: str) -> list[str]:
        """What stands in the region of the first such widget, line by line; nothing where it is not shown."""
        found = self.app.screen.query(selector)
        if not found or not found.first().display:
            return []
        region = found.first().region
        return [strip.crop(region.x, region.right).text for strip in self.strips[region.y : region.bottom]]

    def one(self, kind: type[_T]) -> _T:
        """The one widget of this kind on the screen."""
        return self.app.screen.query_one(kind)

    @property
    def header(self) -> str:
        """The line at the top."""
        return self.part("TopBar")

    @property
    def status(self) -> str:
        """The line at the bottom, above the keys."""
        return self.part("StatusBar")

    @property
    def footer(self) -> list[str]:
        """The keys at the bottom, each with its name."""
        return [f"{key.shown} {key.name}" for bar in self.app.screen.query(KeyBar) for key in bar.keys]

    @property
    def toasts(self) -> list[str]:
        """The notices that are up."""
        return [notice.message for notice in self.app._notifications]

    @property
    def rows(self) -> list[str]:
        """The lines of the job list that hold a job."""
        return [line for line in self.lines_of("JobList") if line.strip()]

    @property
    def highlighted(self) -> str:
        """The line under the cursor of the job list."""
        return next((line for line in self.rows if line.startswith("▌")), "")

    @property
    def draft(self) -> str:
        """What is written in the composer."""
        return self.one(Contents).text

    async def sign_in(self, name: str, pin: str = PIN) -> None:
        """Pick a name by its digit, type the PIN, and wait for the jobs."""
        await self.picks(name)
        await self.types(pin)
        await self.until(lambda: self.app.user is not None, f"{name} is signed in")
        await self.settles()

    async def picks(self, name: str) -> None:
        """Pick a name by its digit."""
        await self.stands_at(SignInScreen)
        line = next(line for line in self.lines_of("#names") if name in line)
        await self.press(line.split()[0])
        await self.focuses("#pin")

    async def highlight(self, words: str) -> None:
        """Move the cursor of the job list with the keys until its line holds these words."""
        await self.stands_at(JobsScreen)
        await self.until(lambda: any(words in row for row in self.rows), f"a row with “{words}”")
        await self.press("home")
        for _ in self.rows:
            if words in self.highlighted:
                return
            await self.press("down")
        raise AssertionError(f"the cursor did not come to “{words}”\n" + "\n".join(self.lines))

    async def opens(self, job: Job) -> JobScreen:
        """Open a job from the list with the keys."""
        await self.highlight(job.number)
        await self.press("enter")
        return await self.at_job(job)

    async def at_job(self, job: Job) -> JobScreen:
        """Wait until a job is open and read."""
        await self.until(
            lambda: isinstance(self.app.screen, JobScreen) and self.app.screen.job_id == job.id, f"job {job.number}"
        )
        screen = cast(JobScreen, self.app.screen)
        await self.until(lambda: screen.job is not None, "the job is read")
        await self.settles()
        return screen

    async def thread_says(self, *words: str) -> None:
        """Wait until the conversation says something."""
        for each in words:
            await self.says("ThreadView", each)

    async def writes(self, body: str) -> None:
        """Go to the contents and write, as fast as one can paste."""
        self.one(Contents).focus()
        await self.pilot.pause()
        await self.pastes(body)

    async def picks_recipient(self, *names: str) -> None:
        """Choose recipients in the picker, found by their names."""
        await self.press("ctrl+r")
        await self.shows("Search by name")
        for name in names:
            await self.press(*["backspace"] * 12)
            await self.types(name.split()[0])
            await self.press("down", "space", "up")
            self.app.screen.query_one("#search").focus()
        await self.press("ctrl+s")
        await self.stands_at(JobScreen)

    def messages(self, job: Job, viewer: User | None = None) -> list[Message]:
        """A job's stored messages as somebody may see them, Ann unless said otherwise."""
        return self.world.readers.threads.messages(viewer or self.world.ann, job.id, count=200)[0]

    def bodies(self, job: Job) -> list[str]:
        """What the stored messages of a job say."""
        return [message.body for message in self.messages(job)]

    def kept_draft(self, user: User, job: Job) -> Draft | None:
        """The stored draft of somebody on a job."""
        return self.world.writers.conversations.draft(user, job.id)

    @property
    def jobs(self) -> JobList:
        """The job list."""
        return self.one(JobList)

    @property
    def thread(self) -> ThreadView:
        """The conversation."""
        return self.one(ThreadView)


def can_sign_in(world: World, *users: User, must_change: bool = False) -> None:
    """Give people the PIN of these tests."""
    for user in users:
        world.writers.pins.put(user.id, kept_pin(), must_change)


def texted_job(world: World, *answers: str, alert: str = "We come at ten", **changes: object) -> Job:
    """A job whose site contact got an alert from Ann, and answered."""
    job, carrier = world.job(**changes), Carrier(world)  # type: ignore[arg-type]
    world.text(job, dispatcher(world.ann), world.ana, body=alert, kind=Kind.ALERT)
    carrier.takes()
    for answer in answers:
        world.clock.advance(minutes=1)
        carrier.receives(answer)
    return world.read_job(job.id)


def make_app(
    world: World,
    user: User | None = None,
    *,
    account: Account | None = None,
    writers: Future[Any] | None = None,
    unexpected: list[Exception] | None = None,
    shared: bool | None = None,
    idle: Idle | None = None,
) -> DeskApp:
    """A desk over a world, signed in as somebody, or at the sign-in list of a shared desk."""
    ready: Future[Any] = writers or Future()
    if writers is None:
        ready.set_result(world.writers)

    def words(error: Exception) -> str:
        if not isinstance(error, (sqlite3.Error, SQLAlchemyError)) and unexpected is not None:
            unexpected.append(error)
        return in_words(error, world.readers.url).sentence

    found = account or world.readers.reads.account()
    services = Services(world.readers, ready, world.clock, found, words, lambda: SECRET, TERMINAL)
    return DeskApp(services, user, user is None if shared is None else shared, lambda: None, idle)


@asynccontextmanager
async def at_desk(
    world: World, user: User | None = None, size: tuple[int, int] = (80, 24), **how: Any
) -> AsyncIterator[Desk]:
    """Open a desk, hear of every commit as the program does, and leave it again.

    Fails where a question to the stores ended in anything but an answer, a refusal or a database error.
    """
    unexpected: list[Exception] = []
    app = make_app(world, user, unexpected=unexpected, **how)

    def heard(changes: Iterable[Change]) -> None:
        changes = list(changes)
        kinds = frozenset(change.kind for change in changes)
        app.heard(Changes(kinds, frozenset(c.job_id for c in changes if c.job_id is not None)))

    watcher = Watcher(world.readers.url, heard)
    watcher.start()
    try:
        async with app.run_test(size=size) as pilot:
            desk = Desk(world, app, pilot)
            await desk.settles()
            try:
                yield desk
            finally:
                watcher.stop()
                await pilot.pause()
    finally:
        watcher.stop()
    assert unexpected == []


def clickable(strip: Strip) -> bool:
    """Whether anything on a line would act on a click, or is a link; scrollbars are taken by pressing, not by words."""
    styles = [segment.style for segment in strip if isinstance(segment.style, Style)]
    return any(style.link or "@click" in style.meta for style in styles)
