"""The pictures of the README: the real program, headless, on the demo's day at a clock that stands still.

`make pictures` draws them anew into docs/pictures and brings the tables of keys up to date. The same
program draws the same files, byte for byte.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from app.demo_day import NUMBERS
from app.demo_seed import seed_day
from app.desk_app import DeskApp
from app.wiring import Readers, Writers
from docs import keys, phone_pictures
from domain.secret import Secret
from screens import times
from screens.services import Services
from simulator.server import Simulator
from storage.engine import in_words

FOLDER = Path(__file__).resolve().parent / "pictures"
AT = datetime(2026, 3, 2, 10, 24, tzinfo=UTC)
SEED = 1
SIZE = (100, 30)
LIMIT_S = 20.0
JOB = "2417"
"""A job of that day on which customer, worker and dispatcher all have written."""
PAGES = "http://127.0.0.1:8080"
_SECRET = Secret(bytes(32))
ESTIMATE = (
    ("Bearing, front", "84.00", "120.00", "19"),
    ("Oil and filter", "46.50", "30.00", "19"),
    ("Discount, regular customer", "-20.00", "0", "19"),
)
"""What is typed into the estimate: operation, parts, labour, tax."""
ANSWER = "About one hour more. We will call you before we leave."


class _Still(datetime):
    """The clock on the wall, standing still."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> "_Still":
        return cls.fromtimestamp(AT.timestamp(), tz)


class Camera:
    """Somebody at the keyboard who takes pictures."""

    def __init__(self, app: DeskApp, pilot: Pilot[Any], folder: Path) -> None:
        self.app = app
        self.pilot = pilot
        self.folder = folder

    async def presses(self, *pressed: str) -> None:
        """Press keys, and wait until the screen has dealt with them."""
        await self.pilot.press(*pressed)
        await self.settles()

    async def types(self, words: str) -> None:
        """Type a text."""
        await self.presses(*("space" if c == " " else c for c in words))

    async def settles(self) -> None:
        """Wait until every question that the screen asked was answered."""
        await self._until(lambda: all(worker.is_finished for worker in self.app.workers), "no question is open")
        await self.pilot.pause()

    async def sees(self, words: str) -> None:
        """Wait until these words stand on the screen."""
        await self._until(lambda: words in self.app.export_screenshot().replace("&#160;", " "), words)
        await self.settles()

    async def sees_no(self, words: str) -> None:
        """Wait until these words stand on the screen no more."""
        await self._until(lambda: words not in self.app.export_screenshot().replace("&#160;", " "), f"no {words}")
        await self.settles()

    async def takes(self, name: str) -> None:
        """Keep the screen as a picture, the cursor visible."""
        for field in [*self.app.screen.query(Input), *self.app.screen.query(TextArea)]:
            field.cursor_blink = False
        await self.settles()
        assert not self.app._notifications, "a notice is in the picture"
        (self.folder / f"{name}.svg").write_text(self.app.export_screenshot() + "\n", encoding="utf-8")

    async def _until(self, true: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + LIMIT_S
        while not true():
            if time.monotonic() > end:
                raise TimeoutError(f"never seen: {what}")
            await asyncio.sleep(0.02)


async def take_all(folder: Path) -> None:
    """Take every picture, in the order of a dispatcher's morning."""
    async with _desk(folder) as camera:
        await camera.sees("Who")
        await camera.takes("sign-in")
        await camera.presses("1")
        await camera.types("111111")
        await camera.sees("longest waiting first")
        await camera.takes("jobs")
        await camera.presses("slash")
        await camera.types(JOB)
        await camera.presses("enter")
        await camera.presses("enter")
        await camera.sees("Customer Messages")
        await camera.presses("ctrl+r")
        await camera.sees("space ticks")
        await camera.takes("recipients")
        await camera.presses("escape")
        await camera.types(ANSWER)
        await camera.takes("customer-messages")
        await camera.presses("escape", "escape", "escape")
        await camera.presses("p")
        await camera.sees("Choose a phone")
        await camera.presses("enter")
        await camera.sees("us ")
        await camera.takes("phones")
        await camera.presses("escape", "escape")
        await _customers_side(camera)


async def _customers_side(camera: Camera) -> None:
    """The tray, a quick action, an estimate, the links of the job and the contacts."""
    await camera.presses("t")
    await camera.sees("Guessed")
    await camera.takes("tray")
    await camera.presses("escape", "slash")
    await camera.types(JOB)
    await camera.presses("enter", "enter")
    await camera.sees("Customer Messages")
    await camera.presses("escape", "v")
    await camera.sees("No lines yet")
    for line in ESTIMATE:
        await camera.presses("n", *(key for cell in line for key in (*cell, "tab")))
        await camera.presses("escape")
    await camera.sees_no("not kept yet")
    await camera.takes("estimate")
    await camera.presses("escape", "q", "2")
    await camera.sees("Request approval")
    await camera.takes("quick-action")
    await camera.presses("escape", "L")
    await camera.sees("Links of job")
    await camera.takes("links")
    await camera.presses("escape", "escape", "escape", "escape", "C")
    await camera.sees("finds by name")
    await camera.takes("contacts")


@asynccontextmanager
async def _desk(folder: Path) -> AsyncIterator[Camera]:
    """A desk of the demo's day with its practice carrier; nothing in it moves by itself."""
    with tempfile.TemporaryDirectory(prefix="jobline-pictures-") as place, _standing_still():
        url, state = f"sqlite:///{place}/jobline.db", Path(place) / "practice.db"
        seed_day(url, state, AT, SEED, _now, _SECRET)
        readers = Readers(url, _now)
        writers = Writers.open(readers)
        numbers = [number for each in NUMBERS.values() for number in each]
        with Simulator(numbers, state=state, now=_now) as carrier:
            words = "Practice carrier: no text reaches a real phone"
            writers.engines.say("pictures", 0, "pictures", "running", words, carrier.url, PAGES)
            ready: Future[Any] = Future()
            ready.set_result(writers)
            services = Services(
                readers,
                ready,
                _now,
                readers.reads.account(),
                lambda error: in_words(error, url).sentence,
                lambda: _SECRET,
                "pictures",
            )
            app = DeskApp(services, None, True, lambda: None)
            app.animation_level = "none"
            async with app.run_test(size=SIZE) as pilot:
                app.theme = "textual-dark"
                yield Camera(app, pilot, folder)
        writers.close()
        readers.close()


@contextmanager
def _standing_still() -> Iterator[None]:
    """One zone, one moment, colours on; as it was before afterwards."""
    before = dict(os.environ)
    os.environ["TZ"] = "UTC"
    os.environ.pop("NO_COLOR", None)
    time.tzset()
    clock = vars(times)["datetime"]
    vars(times)["datetime"] = _Still
    try:
        yield
    finally:
        vars(times)["datetime"] = clock
        os.environ.clear()
        os.environ.update(before)
        time.tzset()


def _now() -> datetime:
    return AT


def main() -> None:
    """Draw every picture, and write the tables of keys."""
    FOLDER.mkdir(exist_ok=True)
    asyncio.run(take_all(FOLDER))
    phone_pictures.take_all(FOLDER)
    keys.write()


if __name__ == "__main__":
    main()
