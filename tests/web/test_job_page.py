"""A contact's page of a job as a browser without any script has it."""

import io
import re
from html import unescape
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from domain.jobs import Job
from domain.messages import DISPATCH, SYSTEM, Kind, NewPhoto, Person
from domain.people import ContactViewer
from domain.visibility import can_see
from storage.counters import as_message
from storage.tables.messages import MessageRow
from storage.tables.people import ContactRow, LocationRow
from tests.storage.rows import examples, fresh, put
from tests.web.phone import Side
from tests.world import ANA, BEN, dispatcher, worker

HOSTILE = "</p></textarea><script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}\u202e"


def picture(side: int = 40) -> bytes:
    """A small JPEG."""
    kept = io.BytesIO()
    Image.new("RGB", (side, side), "red").save(kept, "JPEG")
    return kept.getvalue()


def fields(page: str) -> dict[str, Any]:
    """What the form of a note holds, as a browser would send it back."""
    found = re.search(r'<form method="post".*?</form>', page, re.DOTALL)
    assert found, "there is no form"
    inputs = re.findall(r'<input type="(hidden|checkbox)" name="([^"]+)" value="([^"]*)"([^>]*)>', found[0])
    sent: dict[str, list[str]] = {}
    for kind, name, value, rest in inputs:
        if kind == "hidden" or ("checked" in rest and "disabled" not in rest):
            sent.setdefault(name, []).append(unescape(value))
    area = re.search(r"<textarea[^>]*>(.*?)</textarea>", found[0], re.DOTALL)
    return {**sent, **({"body": unescape(area[1])} if area else {})}


def send_to(page: str) -> list[str]:
    """Who stands in "Send to:"."""
    found = re.search(r'id="to-title".*?</ul>', page, re.DOTALL)
    assert found
    return re.findall(r"<li>([^<]+)</li>", found[0])


def write(side: Side, path: str, at: str = "/new", **typed: Any) -> requests.Response:
    """Open a form and send it."""
    return side.post(f"{path}/send", {**fields(side.get(path + at).text), **typed})


# Reading


def test_the_page_tells_whose_it_is_and_how_the_job_stands(side: Side) -> None:
    world = side.world
    with world.write() as session:
        session.get_one(LocationRow, world.berlin).callback_phone = "+15550100099"
    job = world.job()
    page = side.get(side.contact_path(world.ana, job)).text
    for words in ("North", "Practice", job.number, "Pump does not start", "Pump 7", "Assigned", "+1 555-010-0099"):
        assert words in page
    assert "This page belongs to Ana Silva." in page
    assert "<dd>Mon 2 Mar, 08:00 to 10:00</dd>" in page
    assert "No notes for you yet." in page


def test_times_are_the_contacts_and_named_where_they_differ(side: Side) -> None:
    world = side.world
    job = world.job()
    world.text(job, dispatcher(world.ann), world.ana)
    with world.write() as session:
        session.get_one(ContactRow, world.ana.contact_id).time_zone = "America/Los_Angeles"
    page = side.get(side.contact_path(world.ana, job)).text
    assert "Mon 2 Mar, 08:00 to 10:00 EST at North" in page
    assert "Mon 2 Mar 2026, 04:00 PST" in page


def test_notes_show_from_to_date_and_time_the_newest_first(side: Side) -> None:
    world = side.world
    job = world.job()
    world.text(job, dispatcher(world.ann), world.ana, world.ben, body="We come at ten")
    world.clock.advance(minutes=9)
    world.text(job, world.ana, DISPATCH, worker(world.marco), body="The gate code is 4711", kind=Kind.REPLY)
    page = side.get(side.contact_path(world.ana, job)).text
    assert page.index("The gate code is 4711") < page.index("We come at ten")
    assert "<strong>You</strong> to Dispatch (North), Marco (worker, North)" in page
    assert "<strong>Ann (dispatcher, North)</strong> to you, Ben Silva" in page
    assert "Mon 2 Mar 2026, 07:09" in page
    assert page.count(">Reply all<") == 1


def test_older_notes_are_a_page_away(side: Side) -> None:
    world = side.world
    job = world.job()
    for i in range(70):
        world.text(job, dispatcher(world.ann), world.ana, body=f"Note {i:02}.")
    page, found = side.get(side.contact_path(world.ana, job)).text, []
    while True:
        found += re.findall(r"Note (\d\d)\.", page)
        older = re.search(r'href="([^"]*before=\d+)"', page)
        if older is None:
            break
        page = side.get(older[1]).text
    assert found == [f"{i:02}" for i in reversed(range(70))]


def test_a_text_opens_its_note_ready_for_the_reply(side: Side) -> None:
    world = side.world
    job = world.job()
    note = world.text(job, dispatcher(world.ann), world.ana, world.ben, body="We come at ten")
    page = side.get(f"{side.contact_path(world.ana, job)}/{note}").text
    assert "<h1>Reply</h1>" in page
    assert "Show original note" in page
    assert send_to(page) == ["Ann (dispatcher, North)", "The team (Dispatch and Marco)"]
    everyone = side.get(f"{side.contact_path(world.ana, job)}/{note}/all").text
    assert send_to(everyone)[2:] == ["Ben Silva"]


def test_a_note_that_is_not_theirs_looks_like_one_that_is_not_there(side: Side) -> None:
    world = side.world
    job = world.job()
    hidden = world.text(job, dispatcher(world.ann), world.ben, body="For Ben alone")
    path = side.contact_path(world.ana, job)
    answers = [side.get(f"{path}/{number}{end}") for number in (hidden, 99999) for end in ("", "/all")]
    assert {(answer.status_code, answer.text) for answer in answers} == {(404, answers[0].text)}
    assert "is not here" in answers[0].text
    for nothing in ("/nothing", "/nothing/all", "/photos/1", "/0", "/" + "9" * 5000):
        assert side.get(path + nothing).status_code in (404, 414)


# Writing


def test_a_reply_is_shown_and_said_on_the_notes(side: Side) -> None:
    world = side.world
    job = world.job()
    note = world.text(job, dispatcher(world.ann), world.ana, body="We come at ten")
    path = side.contact_path(world.ana, job)
    answer = write(side, path, f"/{note}", body="Fine")
    assert answer.status_code == 303
    page = side.get(answer.headers["location"]).text
    assert re.search(r'role="status"[^>]*>Sent to Ann \(dispatcher, North\), Dispatch', page)
    assert page.index(">Fine<") < page.index("Show original note")
    found, _ = world.readers.threads.messages(world.ann, job.id)
    assert (found[-1].body, found[-1].reply_to, found[-1].kind) == ("Fine", note, Kind.REPLY)


def test_people_are_chosen_and_what_was_typed_stays(side: Side) -> None:
    world = side.world
    cleo = world.contact("Cleo Marsh", "+15550102003", "Buyer")
    job = world.job()
    path = side.contact_path(world.ana, job)
    body = "Line one\n\nLine “two” <3"
    form = {**fields(side.get(f"{path}/new").text), "body": body}
    people = side.post(f"{path}/recipients", form).text
    assert "cannot be unticked" in people
    assert ANA not in people
    assert BEN not in people
    ticked = {**fields(people), "to": [str(world.ben.contact_id)], "group": "My company", "words": "buyer"}
    searched = side.post(f"{path}/recipients", ticked).text
    assert "Ticked, not in this list" in searched
    both = {**fields(searched), "to": [str(world.ben.contact_id), str(cleo.contact_id)]}
    saved = side.post(f"{path}/note", both).text
    assert send_to(saved) == ["The team (Dispatch and Marco)", "Ben Silva", "Cleo Marsh"]
    assert "Recipients saved." in saved
    assert fields(saved)["body"].strip() == body
    assert side.post(f"{path}/send", fields(saved)).status_code == 303
    found, _ = world.readers.threads.messages(world.ann, job.id)
    assert found[-1].body == body
    assert {person.contact_id for person in found[-1].recipients} >= {world.ben.contact_id, cleo.contact_id}


def test_cancel_keeps_who_was_ticked_before(side: Side) -> None:
    world = side.world
    job = world.job()
    note = world.text(job, dispatcher(world.ann), world.ana, world.ben)
    path = side.contact_path(world.ana, job)
    people = side.post(f"{path}/recipients", {**fields(side.get(f"{path}/{note}/all").text), "body": "Hm"}).text
    again = side.post(f"{path}/recipients", {**fields(people), "to": [], "words": "zzz"}).text
    assert "Nobody is found by “zzz”" in again
    team = side.post(f"{path}/recipients", {**fields(people), "words": "the team"}).text
    assert "The team is meant" in team
    assert "Nobody is found" not in team
    back = side.post(f"{path}/note", {**fields(again), "as": "before"}).text
    assert send_to(back)[2:] == ["Ben Silva"]
    assert fields(back)["body"] == "Hm"


def test_a_form_sent_twice_makes_one_note_with_its_photos_once(side: Side) -> None:
    world = side.world
    job = world.job()
    path = side.contact_path(world.ana, job)
    form = {**fields(side.get(f"{path}/new").text), "body": ""}
    sent = [
        side.session.post(
            f"{side.url}{path}/send", data=form, files={"photos": ("a.jpg", picture())}, allow_redirects=False
        )
        for _ in range(2)
    ]
    assert [answer.status_code for answer in sent] == [303, 303]
    found, _ = world.readers.threads.messages(world.ann, job.id)
    assert [(m.body, len(m.photos)) for m in found] == [("(photo)", 1)]


def test_photos_stay_with_a_note_that_is_not_sent_yet(side: Side) -> None:
    world = side.world
    job = world.job()
    path = side.contact_path(world.ana, job)
    form = {**fields(side.get(f"{path}/new").text), "body": "x" * 1700}
    files = [("photos", (f"{i}.jpg", picture(20 + i))) for i in range(3)]
    refused = side.session.post(f"{side.url}{path}/send", data=form, files=files)
    assert refused.status_code == 422
    assert "Shorten it by 100." in refused.text
    kept = fields(refused.text)
    people = side.post(f"{path}/recipients", {**kept, "keep": ["0", "2"]}).text
    back = fields(side.post(f"{path}/note", fields(people)).text)
    assert back["keep"] == ["0", "1"]
    assert side.post(f"{path}/send", {**back, "body": "Short"}).status_code == 303
    found, _ = world.readers.threads.messages(world.ann, job.id)
    assert [photo.width for photo in found[-1].photos] == [20, 22]


def test_photos_are_shown_to_who_sees_their_note_and_to_nobody_else(side: Side) -> None:
    world = side.world
    job = world.job()
    data = picture()
    world.text(job, world.ana, DISPATCH, worker(world.marco), photos=(NewPhoto(data, "image/jpeg", 40, 40),))
    path = side.contact_path(world.ana, job)
    address = re.search(r'<img src="([^"]+)"', side.get(path).text)
    assert address
    answer = side.get(address[1])
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, data, "image/jpeg")
    number = address[1].rpartition("/")[2]
    assert side.get(f"{side.contact_path(world.ben, job)}/photos/{number}").status_code == 404
    works = f"{side.path(world.marco)}/jobs/{job.id}"
    assert f"/photos/{number}" in side.get(works).text
    assert side.get(f"{works}/photos/{number}").content == data
    assert side.get(f"{side.path(world.mia)}/jobs/{job.id}/photos/{number}").status_code == 404


def test_who_writes_meanwhile_is_shown_first(side: Side) -> None:
    world = side.world
    job = world.job()
    path = side.contact_path(world.ana, job)
    form = {**fields(side.get(f"{path}/new").text), "body": "I leave now"}
    world.text(job, dispatcher(world.ann), world.ana, body="Stay where you are!")
    first = side.post(f"{path}/send", form)
    assert first.status_code == 409
    assert "Stay where you are!" in first.text
    assert fields(first.text)["body"] == "I leave now"
    assert side.post(f"{path}/send", fields(first.text)).status_code == 303


def test_the_form_of_a_sent_note_may_send_another_text(side: Side) -> None:
    """Back in the browser, other words, Send: the first answer says so, the second sends."""
    world = side.world
    job = world.job()
    path = side.contact_path(world.ana, job)
    form = fields(side.get(f"{path}/new").text)
    assert side.post(f"{path}/send", {**form, "body": "One"}).status_code == 303
    again = side.post(f"{path}/send", {**form, "body": "Two"})
    assert "sent already" in again.text
    assert side.post(f"{path}/send", fields(again.text)).status_code == 303
    assert sorted(side.bodies(job)) == ["One", "Two"]


@pytest.mark.parametrize("act", ["send", "recipients", "note"])
def test_forms_of_others_change_nothing_and_lose_nothing(side: Side, act: str) -> None:
    world = side.world
    job = world.job()
    path, other = side.contact_path(world.ana, job), side.contact_path(world.ben, job)
    form = {**fields(side.get(f"{other}/new").text), "body": "Forged"}
    answer = side.post(f"{path}/{act}", form)
    assert answer.status_code == 403
    assert fields(answer.text)["body"] == "Forged"
    assert side.post(f"{path}/{act}", {**form, "seal": "x"}, Origin="https://elsewhere.example").status_code == 403
    assert side.bodies(job) == []
    assert side.get(f"{path}/{act}").status_code == 303


def test_a_link_that_ended_takes_nothing(side: Side) -> None:
    world = side.world
    job = world.job()
    path = side.contact_path(world.ana, job)
    form = {**fields(side.get(f"{path}/new").text), "body": "Late"}
    world.change(job, site_contact_id=None)
    for answer in (side.post(f"{path}/send", form), side.get(path), side.get(f"{path}/new"), side.get(f"{path}/1")):
        assert answer.status_code == 404
        assert "This link does not work" in answer.text
    assert "Late" not in side.bodies(job)


def test_hostile_words_stay_words(side: Side) -> None:
    world = side.world
    with world.write() as session:
        for person in (world.ana, world.ben):
            row = session.get_one(ContactRow, person.contact_id)
            row.name = row.title = HOSTILE
    job = world.job(title=HOSTILE, asset=HOSTILE)
    note = world.text(job, Person(world.ben.role, HOSTILE, contact_id=world.ben.contact_id), world.ana, body=HOSTILE)
    path = side.contact_path(world.ana, job)
    pages = [side.get(path).text, side.get(f"{path}/{note}/all").text]
    form = {**fields(pages[1]), "body": HOSTILE, "words": HOSTILE, "group": HOSTILE}
    pages += [side.post(f"{path}/{act}", form).text for act in ("recipients", "note")]
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "\u202e" not in re.sub(r'value="[^"]*"|<textarea.*?</textarea>', "", page, flags=re.DOTALL)
        assert "&lt;script&gt;" in page


# Nobody else's


def test_a_link_never_shows_anothers_note(side: Side) -> None:
    """Whatever is stored, every page of a link holds all that its contact may see, and nothing more."""
    world = side.world

    @examples(world, 5, 5)
    @given(data=st.data())
    def holds(data: st.DataObject) -> None:
        jobs = [world.job(), world.job()]
        people = [world.ana, world.ben, DISPATCH, dispatcher(world.ann), worker(world.marco), SYSTEM]
        words: dict[int, str] = {}
        for _ in range(data.draw(st.integers(1, 5))):
            job = data.draw(st.sampled_from(jobs))
            author = data.draw(st.sampled_from(people))
            to = data.draw(st.lists(st.sampled_from(people[:5]), max_size=3, unique=True))
            body = f"{fresh('token')}."
            only = data.draw(st.sampled_from([False, False, True]))
            with world.write() as session:
                message_id, _ = put(session, world, job.id, author, *to, body=body, dispatch_only=only)
                row = session.get_one(MessageRow, message_id)
                row.reply_to = data.draw(st.sampled_from([None, *words]))
            words[message_id] = body
        for job in jobs:
            for contact in (world.ana, world.ben):
                _shows_exactly(side, job, contact, words)

    holds()


def _shows_exactly(side: Side, job: Job, contact: Person, words: dict[int, str]) -> None:
    world, viewer = side.world, ContactViewer(contact.contact_id or 0, job.id)
    access = world.readers.threads.access(job.id)
    with world.writers.database.read() as session:
        messages = {number: as_message(session, session.get_one(MessageRow, number)) for number in words}
    allowed = {n for n, message in messages.items() if can_see(viewer, message, access, world.clock())}
    path = side.contact_path(contact, job)
    notes = side.get(path).text
    assert {n for n, body in words.items() if body in notes} == allowed
    for number in words:
        answer = side.get(f"{path}/{number}/all")
        assert answer.status_code == (200 if number in allowed else 404)
        assert {n for n, body in words.items() if body in answer.text} <= allowed
    forged = {**fields(side.get(f"{path}/new").text), "reply": str(next(iter(words))), "since": "0", "body": "x"}
    answer = side.post(f"{path}/note", forged)
    if answer.status_code != 429:
        assert {n for n, body in words.items() if body in answer.text} <= allowed
