"""The worker's page in a real browser of a phone's size, with scripts and without."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from domain.delivery import State
from domain.jobs import Job
from domain.messages import DISPATCH, Kind
from domain.saved_replies import SavedReply
from messaging.saved_replies import SavedReplies
from tests.messaging.line import until
from tests.web.browser import FAINT, Phone, needs_chromium
from tests.web.phone import Side, set_account
from tests.world import dispatcher, worker

pytestmark = needs_chromium


def state_of(side: Side, job: Job) -> State:
    """How far the newest message got to its worker."""
    found, _ = side.world.readers.threads.messages(side.world.ann, job.id)
    return found[-1].deliveries[0].state


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_worker_opens_the_link_reads_and_answers(side: Side, phone: Callable[..., Phone], script: bool) -> None:
    job = side.world.job(address="12 Mill Road")
    side.ask(job, "Can you come at nine?")
    page = phone(script=script).opens(side.link(side.world.marco))
    assert page.get_by_role("heading", name="My jobs").is_visible()
    page.get_by_text("● New message").tap()
    page.get_by_text("Can you come at nine?").wait_for()
    assert page.get_by_text("12 Mill Road").is_visible()
    page.get_by_label("Message", exact=True).fill("Yes, at nine")
    page.get_by_role("button", name="Send").tap()
    page.get_by_text("You to Dispatch").wait_for()
    assert page.locator(".thread .body").all_inner_texts() == ["Can you come at nine?", "Yes, at nine"]
    assert side.bodies(job)[-1] == "Yes, at nine"
    assert page.locator(".new").count() == 0


def test_an_answer_appears_by_itself_while_typing(side: Side, phone: Callable[..., Phone]) -> None:
    job = side.world.job()
    page = phone().opens(f"{side.link(side.world.marco)}/jobs/{job.id}")
    page.get_by_label("Message", exact=True).fill("I am on my")
    side.ask(job, "Bring the long ladder")
    page.get_by_text("Bring the long ladder").wait_for()
    assert page.get_by_label("Message", exact=True).input_value() == "I am on my"
    page.get_by_label("Message", exact=True).press_sequentially(" way")
    page.get_by_role("button", name="Send").tap()
    page.get_by_text("You to Dispatch").wait_for()
    assert side.bodies(job) == ["Bring the long ladder", "I am on my way"]


def test_what_was_really_seen_counts_as_read(side: Side, phone: Callable[..., Phone]) -> None:
    job = side.world.job()
    page = phone().opens(f"{side.link(side.world.marco)}/jobs/{job.id}")
    side.ask(job, "Are you there?")
    until(lambda: state_of(side, job) is State.SEEN)
    page.locator(".new").wait_for(state="detached")


def test_what_lies_below_the_screen_is_not_read(side: Side, phone: Callable[..., Phone]) -> None:
    job = side.world.job()
    side.ask(job, "First\n" + "long\n" * 120)
    side.ask(job, "Last")
    page = phone().opens(f"{side.link(side.world.marco)}/jobs/{job.id}")
    page.evaluate("scrollTo(0, 700)")
    read = "SELECT seq FROM read_mark WHERE user_id = :me"
    me = {"me": side.world.marco.id}
    until(lambda: side.world.readers.plain.rows(read, me))
    assert state_of(side, job) is State.WAITING
    page.get_by_text("Last", exact=True).scroll_into_view_if_needed()
    until(lambda: state_of(side, job) is State.SEEN)


def test_without_a_script_nothing_counts_as_read_until_the_button(side: Side, phone: Callable[..., Phone]) -> None:
    job = side.world.job()
    side.ask(job, "Are you there?")
    page = phone(script=False).opens(f"{side.link(side.world.marco)}/jobs/{job.id}")
    assert "does not update by itself" in page.locator("noscript p").inner_text()
    assert state_of(side, job) is State.WAITING
    page.get_by_role("button", name="Mark read").tap()
    page.locator(".new").wait_for(state="detached")
    assert state_of(side, job) is State.SEEN


def test_the_list_updates_itself(side: Side, phone: Callable[..., Phone]) -> None:
    job = side.world.job()
    page = phone().opens(side.link(side.world.marco))
    assert page.get_by_text("● New message").count() == 0
    side.ask(job, "Hello?")
    page.get_by_text("● New message").wait_for()
    new = side.world.job(title="Another pump")
    page.get_by_text("Another pump").wait_for()
    side.world.change(new, worker_id=side.world.mia.id)
    page.get_by_role("heading", name="Handed over").wait_for()


def test_an_ended_link_ends_the_open_page(side: Side, phone: Callable[..., Phone]) -> None:
    job = side.world.job()
    side.ask(job, "The gate code is 4711")
    page = phone()
    tab = page.opens(f"{side.link(side.world.marco)}/jobs/{job.id}")
    side.world.writers.links.revoke_all(side.world.marco.id)
    tab.get_by_role("heading", name="This link does not work").wait_for()
    assert "4711" not in tab.content()
    page.complaints.clear()  # the browser says that the page it fetched anew was a 404


def test_an_ended_page_with_a_text_in_it_keeps_the_text(side: Side, phone: Callable[..., Phone]) -> None:
    job = side.world.job()
    page = phone().opens(f"{side.link(side.world.marco)}/jobs/{job.id}")
    page.get_by_label("Message", exact=True).fill("Nearly done")
    side.world.writers.links.revoke_all(side.world.marco.id)
    page.get_by_text("This page has ended.").wait_for()
    assert page.get_by_label("Message", exact=True).input_value() == "Nearly done"


def test_two_impatient_taps_send_one_message(side: Side, phone: Callable[..., Phone]) -> None:
    job = side.world.job()
    page = phone().opens(f"{side.link(side.world.marco)}/jobs/{job.id}")
    page.get_by_label("Message", exact=True).fill("On my way")
    page.get_by_role("button", name="Send").dblclick()
    page.get_by_text("You to Dispatch").wait_for()
    assert side.bodies(job) == ["On my way"]


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_text_that_cannot_be_sent_stays_in_its_field(side: Side, phone: Callable[..., Phone], script: bool) -> None:
    job = side.world.job()
    one = phone(script=script)
    page = one.opens(f"{side.link(side.world.marco)}/jobs/{job.id}")
    page.get_by_label("Message", exact=True).fill("x" * 1700)
    page.get_by_role("button", name="Send").tap()
    page.get_by_role("alert").wait_for()
    assert "Shorten it by 100." in page.get_by_role("alert").inner_text()
    assert page.get_by_label("Message", exact=True).input_value() == "x" * 1700
    page.get_by_label("Message", exact=True).fill("Short")
    page.get_by_role("button", name="Send").tap()
    page.get_by_text("You to Dispatch").wait_for()
    one.complaints.clear()  # the browser says that the first answer was a 422


def test_hostile_words_do_nothing_in_a_browser(side: Side, phone: Callable[..., Phone]) -> None:
    world = side.world
    hostile = "</p><script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"
    job = world.job(title=hostile, asset=hostile, address=hostile)
    world.text(job, world.ana, DISPATCH, worker(world.marco), body=hostile, kind=Kind.REPLY)
    page = phone().opens(f"{side.link(world.marco)}/jobs/{job.id}")
    world.text(job, world.ana, DISPATCH, worker(world.marco), body=hostile + " again", kind=Kind.REPLY)
    page.locator(".body", has_text="again").wait_for()
    assert page.title() == f"Job {job.number}"
    assert page.locator("img").count() == 0
    assert page.locator(".body").first.inner_text() == hostile


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 390])
def test_it_fits_the_screen_can_be_touched_and_read(
    side: Side, phone: Callable[..., Phone], scheme: str, width: int
) -> None:
    """Nothing sticks out, what is tapped is large enough, and all text has the contrast of WCAG AA."""
    world = side.world
    set_account(world, worker_writes="with_release")
    boss = replace(world.ann, alerts=True)
    SavedReplies(world.writers.saved_replies).keep(boss, SavedReply(0, "On my way", "On my way", False, True))
    job = world.job(title="A" * 90, address="W" * 120)
    world.text(job, dispatcher(world.ann), world.ana, body="We come at ten", kind=Kind.ALERT)
    world.text(job, world.ana, DISPATCH, worker(world.marco), body="x" * 200, kind=Kind.REPLY)
    side.ask(job, "Hello?")
    one = phone(scheme=scheme, width=width)
    link = side.link(world.marco)
    for path in ("", f"/jobs/{job.id}", "/end"):
        page = one.opens(link + path)
        assert page.evaluate("document.documentElement.scrollWidth") == width
        small = "[...document.querySelectorAll('button, .button, .jobs a, .tick, nav a, footer a')]"
        assert page.evaluate(f"{small}.filter(e => e.getBoundingClientRect().height < 43).map(e => e.outerHTML)") == []
        assert page.evaluate(FAINT) == []
        unnamed = "[...document.querySelectorAll('textarea, input:not([type=hidden])')].filter(e => !e.labels.length)"
        assert page.evaluate(f"{unnamed}.length") == 0
    one.complaints.clear()


def test_the_keyboard_goes_through_the_page_in_its_order(side: Side, phone: Callable[..., Phone]) -> None:
    job = side.world.job()
    side.ask(job, "Hello?")
    page = phone().opens(f"{side.link(side.world.marco)}/jobs/{job.id}")
    names = []
    for _ in range(6):
        page.keyboard.press("Tab")
        names.append(page.evaluate("(document.activeElement.innerText || document.activeElement.id).trim()"))
    seen = [name for name in names if name != "Mark read"]  # gone as soon as the message was seen
    assert seen[:5] == ["To the content", "‹ My jobs", "contents", "Send", "End this link"]


def test_pages_name_their_language_and_one_heading(side: Side, phone: Callable[..., Phone]) -> None:
    job = side.world.job()
    one = phone()
    for path in ("", f"/jobs/{job.id}", "/end"):
        page = one.opens(side.link(side.world.marco) + path)
        assert page.evaluate("document.documentElement.lang") == "en"
        assert page.locator("h1").count() == 1
        assert re.search(r"\w", page.title())
