"""Links of a job with the keys: who was invited, whose link works, sent again, ended, opened in practice."""

import webbrowser

import pytest

from domain.jobs import Job
from domain.messages import Kind
from screens.ask import Confirm
from screens.contact_links import ContactLinksScreen
from screens.job import JobScreen
from screens.qr import QrScreen
from tests.desk import Carrier, Desk, at_desk, can_sign_in, clickable
from tests.linking import PAGES, address, goes_live, reached
from tests.screens.test_keys import cut
from tests.world import World, dispatcher


def linked_job(world: World) -> Job:
    """A job whose site contact was invited by an alert with a link; the billing contact was not."""
    world.strangers = True
    reached(world)
    job = world.job()
    world.text(job, dispatcher(world.ann), world.ana, body="We come at ten", kind=Kind.ALERT)
    Carrier(world).takes()
    return world.read_job(job.id)


async def opens_links(desk: Desk, job: Job) -> None:
    """From the job, with one key."""
    await desk.opens(job)
    desk.thread.focus()
    await desk.press("L")
    await desk.stands_at(ContactLinksScreen)
    await desk.settles()


async def test_one_key_shows_how_everybody_stands_with_their_page(small_world: World) -> None:
    job = linked_job(small_world)
    async with at_desk(small_world, small_world.ann) as desk:
        await opens_links(desk, job)
        await desk.shows(f"Links of job {job.number}")
        ana, ben = desk.lines_of("#lines")[:2]
        assert all(words in ana for words in ("Ana Silva", "Site contact", "12:00", "works"))
        assert all(words in ben for words in ("Ben Silva", "Billing contact", "not yet", "none yet"))
        await desk.says("#more", "by “We come at ten”")
        await desk.says("#more", "until 30 days after the job is closed")
        await desk.says("#more", "consent stated by Ann Lee, test")
        await desk.press("j")
        await desk.says("#more", "the next text tells them who writes")
        assert "Page" in " ".join(desk.footer)
        assert cut(desk) == []


async def test_the_link_is_sent_again_in_a_message_of_its_own(small_world: World) -> None:
    job = linked_job(small_world)
    async with at_desk(small_world, small_world.ann) as desk:
        await opens_links(desk, job)
        await desk.press("s")
        await desk.until(lambda: "Sent to Ana Silva" in desk.toasts, "it is said")
        assert desk.bodies(job)[-1] == f"Your page for job {job.number}: [link]"
        message = desk.messages(job)[-1]
        assert desk.carrier.takes() == [f"Your page for job {job.number}: {address(1, message.id)}"]
        await desk.press("escape")
        await desk.at_job(job)
        await desk.thread_says(f"Your page for job {job.number}: [link]")


async def test_a_link_that_cannot_be_sent_is_refused_in_a_sentence(small_world: World) -> None:
    job = linked_job(small_world)
    Carrier(small_world).receives("STOP")
    async with at_desk(small_world, small_world.ann) as desk:
        await opens_links(desk, job)
        await desk.says("#lines", "opted out")
        await desk.press("s")
        await desk.until(lambda: any("opted out by STOP" in toast for toast in desk.toasts), "it is refused")
        reached(small_world, "")
        await desk.says("#lines", "no web address")
        await desk.press("s")
        await desk.until(lambda: any("where its pages are" in toast for toast in desk.toasts), "it is refused")
        assert len(desk.bodies(job)) == 2


async def test_a_link_is_ended_after_a_second_word_and_sms_goes_on(small_world: World) -> None:
    job = linked_job(small_world)
    async with at_desk(small_world, small_world.ann) as desk:
        await opens_links(desk, job)
        await desk.press("d")
        await desk.stands_at(Confirm)
        await desk.shows("Pages open with it end at once", "Texts still reach them", "answers still come")
        await desk.press("escape")
        await desk.stands_at(ContactLinksScreen)
        link = small_world.writers.contact_links.link(1)
        assert link is not None
        assert link.works(small_world.clock())
        await desk.press("d", "y")
        await desk.says("#lines", "ended 12:00")
        await desk.says("#more", "texts still reach them")
        await desk.press("d")
        await desk.until(lambda: "Ana Silva has no link that works." in desk.toasts, "there is none to end")
        await desk.press("s")
        await desk.until(lambda: desk.carrier.takes() != [], "a new one leaves")
        await desk.says("#lines", "works")
    link = small_world.writers.contact_links.link(2)
    assert link is not None
    assert link.works(small_world.clock())


async def test_practice_shows_the_address_and_its_code_and_opens_it(
    small_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = linked_job(small_world)
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "get", lambda: Browser(opened))
    async with at_desk(small_world, small_world.ann) as desk:
        await opens_links(desk, job)
        await desk.press("p")
        await desk.stands_at(QrScreen)
        await desk.shows(f"Ana Silva's page of job {job.number}", "Hold a phone's camera to the code")
        assert address(1) in "".join(desk.lines_of("#address")).replace(" ", "")
        assert len([line for line in desk.lines_of("Qr") if line.strip()]) > 12
        await desk.press("o")
        await desk.says("#said", "Opened in the browser")
        await desk.press("escape")
        await desk.stands_at(ContactLinksScreen)
        await desk.press("b")
        await desk.until(lambda: "Opened in the browser." in desk.toasts, "it is opened again")
        assert opened == [address(1)] * 2
        await desk.press("j", "p")
        await desk.until(lambda: any("There is no link yet" in toast for toast in desk.toasts), "Ben has none")
        await desk.press("escape")
        await desk.at_job(job)
        desk.thread.focus()
        await desk.press("o")
        await desk.stands_at(QrScreen)
        message = desk.messages(job)[-1]
        await desk.until(
            lambda: address(1, message.id) in "".join(desk.lines_of("#address")).replace(" ", ""), "at the message"
        )


class Browser:
    """A browser with a window, which only notes what it is asked to open."""

    def __init__(self, opened: list[str], works: bool = True) -> None:
        self.opened, self.works = opened, works

    def open(self, address: str) -> bool:
        """Note it."""
        self.opened.append(address)
        return self.works


async def test_live_nobody_here_can_see_or_open_a_contacts_page(small_world: World) -> None:
    job = linked_job(small_world)
    goes_live(small_world)
    async with at_desk(small_world, small_world.ann) as desk:
        await opens_links(desk, job)
        assert not any(word in " ".join(desk.footer) for word in ("Page", "Browser"))
        await desk.press("p", "b", "enter")
        await desk.until(lambda: any("for that contact alone" in toast for toast in desk.toasts), "it is refused")
        await desk.press("escape")
        await desk.at_job(job)
        desk.thread.focus()
        await desk.press("o")
        await desk.until(lambda: len([t for t in desk.toasts if "that contact alone" in t]) == 2, "refused again")
        assert isinstance(desk.app.screen, JobScreen)
        assert PAGES not in desk.text


async def test_a_worker_has_no_key_for_links(small_world: World) -> None:
    job = linked_job(small_world)
    can_sign_in(small_world, small_world.marco)
    async with at_desk(small_world, small_world.marco) as desk:
        await desk.at_job(job) if isinstance(desk.app.screen, JobScreen) else await desk.opens(job)
        desk.thread.focus()
        await desk.press("L", "o")
        assert isinstance(desk.app.screen, JobScreen)
        assert desk.toasts == []


async def test_names_and_texts_of_others_are_only_words(small_world: World) -> None:
    hostile = "[@click=app.quit]Zoe[/] [red]Ray"
    zoe = small_world.contact(hostile, "+15550102044")
    small_world.strangers = True
    reached(small_world)
    job = small_world.job(site_contact_id=zoe.contact_id)
    small_world.text(job, dispatcher(small_world.ann), zoe, body="[bold]Gate\x1b[2J", kind=Kind.ALERT)
    Carrier(small_world).takes()
    async with at_desk(small_world, small_world.ann, size=(120, 30)) as desk:
        await opens_links(desk, job)
        await desk.says("#more", hostile)
        await desk.says("#more", "[bold]Gate")
        assert not any(clickable(strip) for strip in desk.strips)
        await desk.press("p")
        await desk.stands_at(QrScreen)
        await desk.says("#whose", hostile)
        assert not any(clickable(strip) for strip in desk.strips)


async def test_details_say_how_contacts_stand_with_their_pages(small_world: World) -> None:
    job = linked_job(small_world)
    async with at_desk(small_world, small_world.ann, size=(120, 40)) as desk:
        await desk.opens(job)
        desk.thread.focus()
        await desk.press("1")
        await desk.says("#detail-lines", "invited 12:00 · link works · consent by Ann Lee")
        await desk.says("#detail-lines", "not invited yet · link none yet")
        small_world.writers.contact_links.revoke(small_world.ana.contact_id or 0, job.id)
        await desk.says("#detail-lines", "link ended 12:00")


async def test_a_notice_stands_once_and_not_for_long(small_world: World) -> None:
    job = linked_job(small_world)
    async with at_desk(small_world, small_world.ann) as desk:
        await opens_links(desk, job)
        await desk.press("j", "d", "d", "d")
        await desk.settles()
        assert desk.toasts == ["Ben Silva has no link that works."]
        assert all(notice.timeout <= 3 for notice in desk.app._notifications)
        await desk.press("p")
        await desk.until(
            lambda: any("makes it. s sends one." in toast for toast in desk.toasts), "the key of this list"
        )
