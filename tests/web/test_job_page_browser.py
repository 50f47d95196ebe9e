"""A contact's page of a job in a real browser of a phone's size, with scripts and without."""

import io
from collections.abc import Callable

import pytest
from PIL import Image

from domain.messages import DISPATCH, Kind, NewPhoto
from tests.messaging.line import until
from tests.web.browser import FAINT, Phone, needs_chromium
from tests.web.phone import Side
from tests.world import dispatcher, worker

pytestmark = needs_chromium


def picture() -> bytes:
    """A photo as a phone takes it."""
    kept = io.BytesIO()
    Image.new("RGB", (320, 200), "navy").save(kept, "JPEG")
    return kept.getvalue()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_the_steps_of_the_seed(side: Side, phone: Callable[..., Phone], script: bool) -> None:
    """The link of a text, the original, Edit, search, tick, Save recipients, Send, and back on the notes."""
    world = side.world
    world.contact("Cleo Marsh", "+15550102003", "Buyer")
    job = world.job()
    note = world.text(job, dispatcher(world.ann), world.ana, world.ben, body="Your pump is checked in.\nAll is well.")
    world.clock.advance(minutes=3)
    page = phone(script=script).opens(f"{side.url}{side.contact_path(world.ana, job)}/{note}")
    assert page.get_by_role("heading", name="Reply", exact=True).is_visible()
    assert not page.locator(".original").is_visible()
    page.get_by_text("Show original note").tap()
    assert page.locator(".original .body").inner_text() == "Your pump is checked in.\nAll is well."
    page.get_by_label("Your note").fill("Fine.\nSee you at six.")
    page.get_by_role("button", name="Edit").tap()
    assert page.get_by_label("Dispatch and Marco").is_checked()
    assert page.get_by_label("Dispatch and Marco").is_disabled()
    page.get_by_label("Group").select_option("My company")
    page.get_by_label("Name, job title, email or phone").fill("buyer")
    page.get_by_role("button", name="Search").tap()
    page.get_by_label("Ben Silva").wait_for(state="detached")
    page.get_by_label("Cleo Marsh").check()
    page.get_by_role("button", name="Save recipients").tap()
    page.locator(".to").get_by_text("Cleo Marsh").wait_for()
    assert page.get_by_label("Your note").input_value() == "Fine.\nSee you at six."
    page.get_by_label("Photos").set_input_files([{"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture()}])
    page.get_by_role("button", name="Send").tap()
    page.get_by_role("heading", name="Notes").wait_for()
    assert "Sent to Ann (dispatcher, North)" in page.locator(".done").inner_text()
    newest = page.locator(".notes > li").first
    assert newest.locator("> .body").inner_text() == "Fine.\nSee you at six."
    assert "Cleo Marsh" in newest.locator(".people").first.inner_text()
    assert newest.locator("> .body").bounding_box()["y"] < 844
    assert newest.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 320
    page.get_by_role("link", name="Reply all", exact=True).tap()
    page.get_by_role("heading", name="Reply all").wait_for()
    assert page.locator(".to li").all_inner_texts() == [
        "Ann (dispatcher, North)",
        "The team (Dispatch and Marco)",
        "Ben Silva",
    ]
    page.get_by_role("link", name="‹ Notes").tap()
    page.get_by_role("link", name="Create note").tap()
    page.get_by_role("heading", name="Create note").wait_for()
    page.get_by_label("Your note").fill("One thing more")
    page.get_by_role("button", name="Send").tap()
    page.get_by_text("Sent to").wait_for()
    assert page.locator(".notes > li > .body").all_inner_texts()[0] == "One thing more"
    found, _ = world.readers.threads.messages(world.ann, job.id)
    assert [message.kind for message in found[1:]] == [Kind.REPLY, Kind.MESSAGE]


def test_new_notes_appear_and_are_told(side: Side, phone: Callable[..., Phone]) -> None:
    world = side.world
    job = world.job()
    for i in range(12):
        world.text(job, dispatcher(world.ann), world.ana, body=f"Note {i}\n" + "line\n" * 6)
    page = phone().opens(side.url + side.contact_path(world.ana, job))
    page.get_by_text("Note 5", exact=False).first.scroll_into_view_if_needed()
    reply = page.locator(".notes > li", has_text="Note 5").get_by_role("link", name="Reply")
    reply.focus()
    before = reply.bounding_box()["y"]
    world.text(job, dispatcher(world.ann), world.ben, body="Not for Ana")
    world.text(job, dispatcher(world.ann), world.ana, body="Just came")
    page.get_by_text("Just came").wait_for()
    assert page.locator("#news").inner_text() == "New note: Ann (dispatcher, North) to you"
    assert abs(reply.bounding_box()["y"] - before) < 3  # what is being read stays where it is
    assert page.evaluate("document.activeElement.innerText") == "Reply"
    assert page.get_by_text("Not for Ana").count() == 0


def test_what_comes_while_typing_is_shown_beside_the_text(side: Side, phone: Callable[..., Phone]) -> None:
    world = side.world
    job = world.job()
    page = phone().opens(f"{side.url}{side.contact_path(world.ana, job)}/new")
    page.get_by_label("Your note").fill("I am on my")
    world.text(job, dispatcher(world.ann), world.ana, body="Bring the key")
    page.get_by_text("Bring the key").wait_for()
    page.get_by_label("Your note").press_sequentially(" way")
    page.get_by_role("button", name="Send").tap()
    page.get_by_role("heading", name="Notes").wait_for()
    assert side.bodies(job) == ["Bring the key", "I am on my way"]


def test_an_ended_link_ends_the_page_but_keeps_what_is_typed(side: Side, phone: Callable[..., Phone]) -> None:
    world = side.world
    job = world.job()
    path = side.url + side.contact_path(world.ana, job)
    reading, writing = phone(), phone()
    notes, form = reading.opens(path), writing.opens(f"{path}/new")
    form.get_by_label("Your note").fill("Nearly done")
    world.writers.contact_links.revoke(world.ana.contact_id or 0, job.id)
    notes.get_by_role("heading", name="This link does not work").wait_for()
    form.get_by_text("This page has ended.").wait_for()
    assert form.get_by_label("Your note").input_value() == "Nearly done"
    reading.complaints.clear()  # the browser says that the page it fetched anew was a 404


def test_two_impatient_taps_send_one_note(side: Side, phone: Callable[..., Phone]) -> None:
    world = side.world
    job = world.job()
    page = phone().opens(f"{side.url}{side.contact_path(world.ana, job)}/new")
    page.get_by_label("Your note").fill("Once")
    page.get_by_role("button", name="Send").dblclick()
    page.get_by_role("heading", name="Notes").wait_for()
    until(lambda: side.bodies(job) == ["Once"])


@pytest.mark.parametrize(("scheme", "width"), [("light", 360), ("dark", 390)])
def test_it_fits_the_screen_can_be_touched_and_read(
    side: Side, phone: Callable[..., Phone], scheme: str, width: int
) -> None:
    """Nothing sticks out, what is tapped is large enough, all text has the contrast of WCAG AA, every field a name."""
    world = side.world
    world.contact("C" * 60, None, "T" * 80)
    job = world.job(title="A" * 90, asset="W" * 60)
    photo = NewPhoto(picture(), "image/jpeg", 320, 200)
    note = world.text(job, dispatcher(world.ann), world.ana, world.ben, body="x" * 200, photos=(photo,) * 3)
    world.text(job, world.ana, DISPATCH, worker(world.marco), body="y" * 90, reply_to=note)
    one = phone(scheme=scheme, width=width)
    path = side.url + side.contact_path(world.ana, job)

    def fine() -> None:
        assert page.locator("h1").count() == 1
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.evaluate(_SMALL) == []
        assert page.evaluate(FAINT) == []
        assert page.evaluate(_UNNAMED) == []

    page = one.opens(path)
    fine()
    page = one.opens(f"{path}/{note}/all")
    page.get_by_text("Show original note").tap()
    fine()
    page.get_by_role("button", name="Edit").tap()
    page.get_by_role("heading", name="Send to").wait_for()
    fine()
    page.get_by_role("button", name="Save recipients").tap()
    page.locator(".done").wait_for()
    fine()


def test_the_keyboard_goes_through_the_form_in_its_order(side: Side, phone: Callable[..., Phone]) -> None:
    world = side.world
    job = world.job()
    note = world.text(job, dispatcher(world.ann), world.ana)
    page = phone().opens(f"{side.url}{side.contact_path(world.ana, job)}/{note}")
    names = []
    for _ in range(9):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.id || document.activeElement.innerText.trim()"))
    assert names == [
        "To the content",
        "Notes",
        "Profile",
        "‹ Notes",
        "Show original note",
        "Edit",
        "contents",
        "photos",
        "Send",
    ]


_SMALL = """
[...document.querySelectorAll("button, .button, .tick, nav a, summary, select, [type=search], [type=file]")]
  .filter((e) => e.getBoundingClientRect().height < 43).map((e) => e.outerHTML)
"""
_UNNAMED = """
[...document.querySelectorAll("textarea, select, input:not([type=hidden])")]
  .filter((e) => !e.labels.length).map((e) => e.outerHTML)
"""
