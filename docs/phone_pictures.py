"""The pictures of a customer's page: the real pages of the demo's day in a real browser the size of a phone."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from app.demo_seed import seed_day
from app.pages import pages_of
from app.phone_side import joined
from app.wiring import Readers, Writers
from domain.delivery import Channel, State
from domain.estimates import Line
from domain.messages import Kind, NewDelivery, NewMessage, Party, Person
from domain.secret import Secret
from storage.estimates import share
from storage.tables.jobs import JobRow
from web.app import make
from web.server import WebServer

AT = datetime(2026, 3, 2, 10, 24, tzinfo=UTC)
JOB = "2417"
WIDTH, HEIGHT = 390, 844
LINES = (
    Line("Bearing, front", 8400, 12000, 1900),
    Line("Oil and filter", 4650, 3000, 1900),
    Line("Discount, regular customer", -2000, 0, 1900),
)
_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


def take_all(folder: Path) -> None:
    """Take the pictures of the notes and of the estimate; a sentence where there is no Chromium."""
    if _CHROMIUM is None:
        print("The pictures of the phone page stay as they are: Chromium is missing (apt-get install chromium).")
        return
    from playwright.sync_api import sync_playwright

    with _page() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=1)
        for name, path in (("page-notes", ""), ("page-estimate", "/estimate")):
            page.goto(f"{address}{path}")
            page.screenshot(path=folder / f"{name}.png")
        browser.close()


@contextmanager
def _page() -> Iterator[str]:
    """Serve the pages of the demo's day; the address of the page of the job's site contact."""
    with tempfile.TemporaryDirectory(prefix="jobline-phone-") as place:
        url = f"sqlite:///{place}/jobline.db"
        seed_day(url, Path(place) / "practice.db", AT, 1, _now, Secret(bytes(32)))
        readers = Readers(url, _now)
        writers = Writers.open(readers)
        base = [""]
        side = joined(readers, writers, bytes(32), lambda: base[0])
        server = WebServer("127.0.0.1", 0, make(pages_of(readers, writers, side.routes)))
        base[0] = server.url
        server.start()
        job_id, contact_id = _request_approval(readers, writers)
        yield side.contact_links.address_of(writers.contact_links.issue(contact_id, job_id))
        side.stop()
        server.stop()
        side.close()
        writers.close()
        readers.close()


def _request_approval(readers: Readers, writers: Writers) -> tuple[int, int]:
    """Ann asks the site contact to approve an estimate; the job and the contact."""
    ann = readers.reads.user_named("Ann Lee")
    assert ann is not None
    job = readers.threads.job_numbered(ann, JOB)
    assert job is not None
    assert job.site is not None
    draft = writers.estimates.keep_draft(job.id, LINES, "The bearing is worn; with it the pump runs again.", ann.name)
    to = Person(Party.CONTACT, job.site.name, contact_id=job.site.id, mobile=job.site.mobile)
    words = f"{job.location.name}: job {job.number} needs your approval before we go on."
    text = NewDelivery(0, Channel.SMS, job.site.mobile or "", State.QUEUED, AT)
    author = Person(Party.DISPATCHER, ann.name, ann.id)
    new = NewMessage(job.id, Kind.QUICK_ACTION, author, (to,), words, AT, "picture", deliveries=(text,))
    posted = writers.conversations.post(new)
    assert not isinstance(posted, int)
    with writers.database.write() as session:
        share(session, session.get_one(JobRow, job.id), draft.id, posted.message_id, AT)
    return job.id, job.site.id


def _now() -> datetime:
    return AT


if __name__ == "__main__":
    take_all(Path(__file__).resolve().parent / "pictures")
