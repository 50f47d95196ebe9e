"""The worker's page as a browser without any script has it: what it shows, what it takes, and what it never does."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from domain.jobs import Job, Status
from domain.links import LASTS
from domain.messages import DISPATCH, Kind, Person, Stage
from domain.people import Role
from domain.saved_replies import SavedReply
from domain.visibility import can_see, sees_job
from messaging.saved_replies import SavedReplies
from storage.counters import as_message
from storage.tables.messages import MessageRow
from storage.tables.people import UserLocationRow
from tests.storage.rows import examples, fresh, put
from tests.web.phone import Side, serving, set_account, set_user
from tests.world import World, dispatcher, worker

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</textarea><script>alert(1)</script>",
    "{{ 7*7 }}{% raw %}",
    "javascript:alert(1)",
    "\u202egnp.exe\u200b\x1b[31m",
    "&lt;b&gt; & <!-- --> ]]>",
)


def page_of(side: Side, job: Job) -> str:
    """Marco's page of a job."""
    answer = side.get(f"{side.path(side.world.marco)}/jobs/{job.id}")
    assert answer.status_code == 200
    return answer.text


def rows(world: World) -> dict[str, list[object]]:
    """Everything that the database holds."""
    tables = world.readers.plain.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
    return {table: list(world.readers.plain.rows(f"SELECT * FROM {table}")) for (table,) in tables}


def write(side: Side, job: Job, body: str, **changes: object) -> requests.Response:
    """Marco opens the job and sends a text."""
    page = page_of(side, job)
    form = {**side.form(page, "/reply#reply"), "body": body, **changes}
    return side.post(f"{side.path(side.world.marco)}/jobs/{job.id}/reply", form)


# What it shows


def test_my_jobs_tells_of_each_job_what_a_worker_needs(side: Side) -> None:
    job = side.world.job(address="12 Mill Road")
    side.ask(job, "Can you come at nine?")
    page = side.get(side.path(side.world.marco)).text
    for words in (job.number, "Pump does not start", "Silva Farms · Pump 7", "12 Mill Road", "Assigned"):
        assert words in page
    assert "Mon 2 Mar, 08:00 to 10:00 EST" in page
    assert "● New message" in page
    assert "Dispatch waits for your answer since Mon 2 Mar 2026, 07:00" in page


def test_unread_jobs_come_first_and_those_handed_over_apart(side: Side) -> None:
    quiet, loud, gone = side.world.job(), side.world.job(), side.world.job()
    side.ask(loud, "Hello?")
    side.world.change(gone, worker_id=side.world.mia.id)
    page = side.get(side.path(side.world.marco)).text
    places = [page.index(f">{job.number}<") for job in (loud, quiet, gone)]
    assert places == sorted(places)
    assert places[1] < page.index("Handed over") < places[2]


def test_a_worker_without_jobs_reads_what_happens_next(side: Side) -> None:
    assert "No jobs are yours right now." in side.get(side.path(side.world.marco)).text


def test_a_job_shows_its_messages_with_from_to_date_and_time(side: Side) -> None:
    world = side.world
    job = world.job()
    world.text(job, dispatcher(world.ann), world.ana, body="We come at ten", kind=Kind.ALERT)
    world.clock.advance(minutes=9)
    world.text(job, world.ana, DISPATCH, worker(world.marco), body="The gate code is 4711", kind=Kind.REPLY)
    page = page_of(side, job)
    assert page.index("We come at ten") < page.index("The gate code is 4711")
    assert "<strong>Ana Silva</strong> to Dispatch, you" in page
    assert "Mon 2 Mar 2026, 07:09" in page
    assert "Alert" in page
    assert "+1555" not in page


def test_an_answer_shows_the_original_where_the_worker_may_see_it(side: Side) -> None:
    world = side.world
    job = world.job()
    seen = world.text(job, dispatcher(world.ann), world.ana, body="We come at ten")
    hidden = world.text(job, dispatcher(world.ann), DISPATCH, body="She never pays")
    world.text(job, world.ana, DISPATCH, body="Fine", reply_to=seen)
    world.text(job, world.ana, DISPATCH, body="Really", reply_to=hidden)
    page = page_of(side, job)
    assert page.count("Show original note") == 1
    assert "She never pays" not in page


def test_older_messages_are_a_page_away(side: Side) -> None:
    job = side.world.job()
    for i in range(120):
        side.ask(job, f"Question {i:03}.")
    page = page_of(side, job)
    found: list[str] = []
    while True:
        found = re.findall(r"Question (\d{3})\.", page) + found
        older = re.search(r'href="([^"]*before=\d+)#messages"', page)
        if older is None:
            break
        page = side.get(unescape(older[1])).text
    assert found == [f"{i:03}" for i in range(120)]


def test_many_jobs_are_listed_page_by_page(side: Side) -> None:
    numbers = {side.world.job().number for _ in range(103)}
    found, path = set(), side.path(side.world.marco)
    while path:
        page = side.get(path).text
        found |= set(re.findall(r'class="number">(\d+)<', page))
        more = re.search(r'href="([^"]*)">More jobs', page)
        path = more[1] if more else ""
    assert found == numbers


# Writing


def test_a_reply_reaches_dispatch_and_stands_in_the_thread(side: Side) -> None:
    job = side.world.job()
    side.ask(job, "Can you come at nine?")
    answer = write(side, job, "Yes, at nine")
    assert answer.status_code == 303
    assert answer.headers["location"].endswith(f"/jobs/{job.id}#reply")
    found, _ = side.world.readers.threads.messages(side.world.ann, job.id)
    assert found[-1].body == "Yes, at nine"
    assert (found[-1].author.user_id, found[-1].recipients) == (side.world.marco.id, (DISPATCH,))
    page = page_of(side, job)
    assert "<strong>You</strong> to Dispatch" in page
    assert "● New" not in page


def test_a_form_sent_twice_makes_one_message(side: Side) -> None:
    job = side.world.job()
    form = {**side.form(page_of(side, job), "/reply#reply"), "body": "On my way"}
    path = f"{side.path(side.world.marco)}/jobs/{job.id}/reply"
    assert [side.post(path, form).status_code for _ in range(3)] == [303, 303, 303]
    assert side.bodies(job) == ["On my way"]


@pytest.mark.parametrize(
    ("body", "words"),
    [("", "write a message"), ("  \n ", "write a message"), ("x" * 1601, "Shorten it by 1."), ("a\x00b", "broken")],
)
def test_what_cannot_be_sent_is_kept_with_a_sentence(side: Side, body: str, words: str) -> None:
    job = side.world.job()
    answer = write(side, job, body)
    assert answer.status_code == 422
    assert words in answer.text
    kept = re.search(r"<textarea[^>]*>(.*?)</textarea>", answer.text, re.DOTALL)
    assert kept is not None
    assert unescape(kept[1]).strip("\n ") == body.strip("\n ")
    assert side.bodies(job) == []


def test_who_writes_meanwhile_is_shown_first(side: Side) -> None:
    job = side.world.job()
    page = page_of(side, job)
    side.ask(job, "Stay where you are!")
    path = f"{side.path(side.world.marco)}/jobs/{job.id}/reply"
    first = side.post(path, {**side.form(page, "/reply#reply"), "body": "I leave now"})
    assert first.status_code == 409
    assert "Stay where you are!" in first.text
    assert ">I leave now</textarea>" in first.text
    again = {**side.form(first.text, "/reply#reply"), "body": "I stay"}
    assert side.post(path, again).status_code == 303
    assert side.bodies(job) == ["Stay where you are!", "I stay"]


def test_a_job_handed_over_while_writing_keeps_the_text(side: Side) -> None:
    job = side.world.job()
    page = page_of(side, job)
    side.world.change(job, worker_id=side.world.mia.id)
    path = f"{side.path(side.world.marco)}/jobs/{job.id}/reply"
    answer = side.post(path, {**side.form(page, "/reply#reply"), "body": "Nearly done"})
    assert answer.status_code == 422
    assert "you can read it but no longer write on it" in answer.text
    assert ">Nearly done</textarea>" in answer.text
    assert "Nearly done" not in side.bodies(job)


def test_a_job_gone_from_the_list_keeps_the_text(side: Side) -> None:
    job = side.world.job()
    form = {**side.form(page_of(side, job), "/reply#reply"), "body": "Nearly done"}
    path = f"{side.path(side.world.marco)}/jobs/{job.id}"
    side.world.change(job, status=Status.COMPLETED)
    side.world.clock.advance(days=8)
    assert side.get(path).status_code == 404
    answer = side.post(f"{path}/reply", form)
    assert answer.status_code == 404
    assert ">Nearly done</textarea>" in answer.text


def test_a_handed_over_job_is_to_read_only(side: Side) -> None:
    job = side.world.job()
    side.ask(job, "For you alone")
    side.world.text(job, side.world.ana, DISPATCH, body="For the team")
    side.world.change(job, worker_id=side.world.mia.id)
    page = page_of(side, job)
    assert "For you alone" in page
    assert "For the team" not in page
    assert "To read only" in page
    assert "/reply" not in page


def test_customers_can_be_written_to_where_the_account_allows(side: Side) -> None:
    world = side.world
    job = world.job()
    assert "Ana Silva</" not in page_of(side, job).partition("Write")[2]
    set_account(world, worker_writes="on")
    assert write(side, job, "I am at the gate", to=[f"contact:{world.ana.contact_id}"]).status_code == 303
    found, _ = world.readers.threads.messages(world.ann, job.id)
    assert [person.name for person in found[-1].recipients] == ["Ana Silva"]
    set_account(world, worker_writes="with_release")
    assert "once a dispatcher has released it" in page_of(side, job)
    write(side, job, "It costs nothing", to=[f"contact:{world.ana.contact_id}"])
    found, _ = world.readers.threads.messages(world.ann, job.id)
    assert found[-1].stage is Stage.WAITING_RELEASE
    assert "Waits until a dispatcher releases it" in page_of(side, job)
    set_account(world, worker_writes="off")
    refused = write(side, job, "Hello", to=[f"contact:{world.ana.contact_id}"])
    assert refused.status_code == 422
    assert ">Hello</textarea>" in refused.text


def test_a_quick_reply_is_one_tap_and_one_that_asks_is_filled_in_first(side: Side) -> None:
    world = side.world
    boss = replace(world.ann, alerts=True)
    saved = SavedReplies(world.writers.saved_replies)
    done = saved.keep(boss, SavedReply(0, "Done", "Job {job} is done.", own=False, for_workers=True))
    late = saved.keep(boss, SavedReply(0, "Late", "I am {minutes} late.", own=False, for_workers=True))
    job = world.job()
    page = page_of(side, job)
    path = f"{side.path(world.marco)}/jobs/{job.id}"
    form = side.form(page, "/quick")
    assert form["reply"] == str(done.id)
    assert [side.post(f"{path}/quick", form).status_code for _ in range(2)] == [303, 303]
    body = side.bodies(job)[-1]
    assert side.bodies(job) == [body]
    assert body.endswith("is done.")
    assert side.post(f"{path}/quick", {**form, "reply": str(late.id), "form": "0" * 32}).status_code == 422
    assert ">I am {minutes} late.</textarea>" in side.get(f"{path}?reply={late.id}").text


def test_mark_read_is_a_button(side: Side) -> None:
    job = side.world.job()
    side.ask(job, "Hello?")
    path = f"{side.path(side.world.marco)}/jobs/{job.id}"
    assert side.post(f"{path}/seen", side.form(page_of(side, job), "/seen")).status_code == 303
    page = page_of(side, job)
    assert "● New" not in page
    assert "Mark read" not in page
    found, _ = side.world.readers.threads.messages(side.world.ann, job.id)
    assert found[-1].deliveries[0].state.value == "seen"


def test_what_was_not_there_yet_cannot_be_marked_read(side: Side) -> None:
    job = side.world.job()
    side.ask(job, "One")
    form = side.form(page_of(side, job), "/seen")
    side.post(f"{side.path(side.world.marco)}/jobs/{job.id}/seen", {**form, "seq": "9" * 15})
    side.ask(job, "Two")
    assert page_of(side, job).count("● New") == 1


# Links


def _revoke(side: Side) -> None:
    side.world.writers.links.revoke_all(side.world.marco.id)


def _expire(side: Side) -> None:
    side.world.clock.now += LASTS


def _without_location(side: Side) -> None:
    with side.world.write() as session:
        session.delete(session.get_one(UserLocationRow, (side.world.marco.id, side.world.berlin)))


ENDINGS: dict[str, Callable[[Side], None]] = {
    "revoked": _revoke,
    "expired": _expire,
    "deactivated": lambda side: set_user(side.world, side.world.marco, active=False),
    "without chat": lambda side: set_user(side.world, side.world.marco, chat=False),
    "without location": _without_location,
    "no worker any more": lambda side: set_user(side.world, side.world.marco, role=Role.DISPATCHER),
    "wrong": lambda side: None,
    "another row": lambda side: None,
}


@pytest.mark.parametrize("why", ENDINGS)
def test_links_that_do_not_work_all_look_alike(side: Side, why: str) -> None:
    job = side.world.job()
    path = side.path(side.world.marco)
    assert side.get(path).status_code == 200
    ENDINGS[why](side)
    if why == "wrong":
        path = path[:-2] + ("AA" if path[-2:] != "AA" else "BA")
    elif why == "another row":
        path = "/w/999-" + path.partition("-")[2]
    nothing = side.get("/w/never-was")
    assert nothing.status_code == 404
    for below in ("", f"/jobs/{job.id}", "/end", "/live", f"/jobs/{job.id}/live", "/nothing"):
        answer = side.get(path + below)
        assert (answer.status_code, answer.text) == (404, nothing.text)
        assert sorted(answer.headers) == sorted(nothing.headers)
    assert side.post(f"{path}/jobs/{job.id}/reply", {"body": "x"}).text == nothing.text


def test_whoever_tries_many_wrong_links_is_slowed_and_nobody_else(side: Side) -> None:
    statuses = [side.get(f"/w/{i}-{'A' * 22}").status_code for i in range(1, 40)]
    assert statuses == [404] * 30 + [429] * 9
    assert side.get(side.path(side.world.marco)).status_code == 200


def test_the_worker_ends_the_link(side: Side) -> None:
    path = side.path(side.world.marco)
    form = side.form(side.get(f"{path}/end").text, "/end")
    answer = side.post(f"{path}/end", form)
    assert answer.status_code == 200
    assert "The link has ended" in answer.text
    assert side.get(path).status_code == 404


def test_writing_renews_the_link_and_reading_does_not(side: Side) -> None:
    world = side.world
    job = world.job()
    link_id = world.writers.links.issue(world.marco.id)
    path = side.links.address_of(link_id).removeprefix(side.url)
    before = world.writers.links.link(link_id)
    world.clock.advance(days=30)
    page = side.get(f"{path}/jobs/{job.id}").text
    assert world.writers.links.link(link_id) == before
    side.post(f"{path}/jobs/{job.id}/reply", {**side.form(page, "/reply#reply"), "body": "Still here"})
    after = world.writers.links.link(link_id)
    assert after is not None
    assert after.expires_at == world.clock() + LASTS


def test_a_link_lives_90_days_and_says_so(side: Side) -> None:
    assert timedelta(days=90) == LASTS
    assert "This link works until 31 May 2026." in side.get(side.path(side.world.marco)).text


# What it never does


def test_reading_changes_nothing(side: Side) -> None:
    """Every route of the page, by GET and by HEAD, with links that work and others."""
    world = side.world
    job = world.job()
    side.ask(job, "Hello?")
    path = side.path(world.marco)
    token = path.rpartition("/")[2]
    before = rows(world)
    templates = [route.path for route in side.routes if not route.path.startswith("/c/")]  # type: ignore[attr-defined]
    assert len(templates) > 8
    for template in templates:
        for shown in (token, token[:-1] + "A", "1-x"):
            values = {"token": shown, "job_id": str(job.id), "photo_id": "1", "name": "page.css", "rest:path": "x/y"}
            address = re.sub(r"\{([^}]+)\}", lambda found: values[found[1]], template)  # noqa: B023
            for query in ("", "?before=5", "?start=1&reply=1", "?seq=99"):
                side.session.head(side.url + address + query, timeout=5)
                if not address.endswith("/live"):
                    side.session.get(side.url + address + query, timeout=5)
                else:
                    with side.session.get(side.url + address + query, timeout=5, stream=True) as stream:
                        next(stream.iter_content(1))
    assert rows(world) == before


@pytest.mark.parametrize("act", ["reply", "quick", "seen"])
def test_a_form_from_elsewhere_does_nothing(side: Side, act: str) -> None:
    world = side.world
    job = world.job()
    side.ask(job, "Hello?")
    page = page_of(side, job)
    other = side.get(f"{side.path(world.mia)}").text
    assert "seal" not in other
    path = f"{side.path(world.marco)}/jobs/{job.id}/{act}"
    good = {**side.form(page, "/reply#reply"), "body": "I typed this", "seq": "999", "reply": "1"}
    before = rows(world)
    side.post(path, {**good, "seal": "0" * 64})
    side.post(path, {key: value for key, value in good.items() if key != "seal"})
    seal = side.form(page, "/reply#reply" if act == "reply" else "/seen")["seal"]
    good["seal"] = seal
    answers = [
        side.post(path, good, **{"Sec-Fetch-Site": "cross-site"}),
        side.post(path, good, **{"Sec-Fetch-Site": "same-site"}),
        side.post(path, good, Origin="https://evil.example"),
    ]
    assert rows(world) == before
    if act == "reply":
        assert [answer.status_code for answer in answers] == [403, 403, 403]
        assert all(">I typed this</textarea>" in answer.text for answer in answers)


def test_our_own_form_is_taken_whatever_the_browser_says_of_its_origin(side: Side) -> None:
    job = side.world.job()
    path = f"{side.path(side.world.marco)}/jobs/{job.id}/reply"
    for i, headers in enumerate(({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, {"Origin": side.url}, {})):
        form = {**side.form(page_of(side, job), "/reply#reply"), "body": f"Text {i}"}
        assert side.post(path, form, **headers).status_code == 303


def test_one_links_form_is_no_good_on_another(side: Side) -> None:
    world = side.world
    mine, hers = world.job(), world.job(world.mia)
    seal = side.form(page_of(side, mine), "/reply#reply")
    answer = side.post(f"{side.path(world.mia)}/jobs/{hers.id}/reply", {**seal, "body": "Not hers"})
    assert answer.status_code == 403
    assert side.bodies(hers) == []


def test_writing_very_often_is_slowed_and_the_text_kept(side: Side) -> None:
    job = side.world.job()
    page = page_of(side, job)
    path = f"{side.path(side.world.marco)}/jobs/{job.id}/reply"
    form = side.form(page, "/reply#reply")
    for _ in range(30):
        side.post(path, {**form, "body": ""})
    answer = side.post(path, {**form, "body": "Once more"})
    assert answer.status_code == 429
    assert ">Once more</textarea>" in answer.text
    assert side.bodies(job) == []


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", "text/plain"])
def test_only_forms_are_read(side: Side, kind: str) -> None:
    job = side.world.job()
    path = f"{side.path(side.world.marco)}/jobs/{job.id}/reply"
    assert side.post(path, b"body=x", **{"Content-Type": kind}).status_code == 415


def test_every_answer_keeps_what_it_holds_to_itself(side: Side) -> None:
    job = side.world.job()
    path = side.path(side.world.marco)
    for address in (path, f"{path}/jobs/{job.id}", f"{path}/end", "/w/1-x"):
        headers = side.get(address).headers
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "set-cookie" not in headers
    page = side.get(f"{path}/jobs/{job.id}").text
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|style=", page)
    assert set(re.findall(r'(?:src|href|action)="(?:https?:)?//', page)) == set()


@pytest.mark.parametrize("text", HOSTILE)
def test_what_people_wrote_is_only_ever_text(side: Side, text: str) -> None:
    """The same words in every field: the page has the same elements as with harmless ones."""
    world = side.world
    shapes: list[list[list[str]]] = []
    for words in ("Harmless", text):
        contact = world.contact(words, f"+1555010{len(shapes)}300", title=words)
        job = world.job(title=words, asset=words, address=words, customer=words + " Ltd", site_contact_id=None)
        world.text(job, contact, DISPATCH, worker(world.marco), body=words, kind=Kind.REPLY, notice=words)
        first = write(side, job, words + "x" * 1600)
        assert first.status_code == 422
        write(side, job, words)
        pages = [page_of(side, job), first.text, side.get(side.path(world.marco)).text]
        own = re.compile(r"(<textarea[^>]*>)[^<]*")  # what they type themselves stays as it was
        pages = [own.sub(r"\1", page) for page in pages]
        shapes.append([re.findall(r"<(/?[a-z0-9]+|!doctype)", page) for page in pages[:2]])
        assert all("<script>alert" not in page and "<img" not in page and "\u202e" not in page for page in pages)
    assert shapes[0] == shapes[1]


def test_template_signs_in_a_text_mean_nothing(side: Side) -> None:
    job = side.world.job(title="{{ 7*7 }}")
    assert "{{ 7*7 }}" in page_of(side, job)


def test_a_page_shows_nothing_of_other_workers_jobs(side: Side) -> None:
    world = side.world
    hers = world.job(world.mia, title="Secret job")
    path = side.path(world.marco)
    assert "Secret job" not in side.get(path).text
    nothing = side.get(f"{path}/jobs/999999")
    assert side.get(f"{path}/jobs/{hers.id}").text == nothing.text
    assert nothing.status_code == 404


@pytest.mark.parametrize("address", ["/jobs/0", "/jobs/x", "/jobs/-1", "/jobs/99999999999999999999", "/jobs/١"])
def test_strange_addresses_are_no_jobs(side: Side, address: str) -> None:
    assert side.get(side.path(side.world.marco) + address).status_code == 404


def test_the_files_are_ours_and_there_are_no_others(side: Side) -> None:
    for name, kind in (("page.css", "text/css"), ("page.js", "text/javascript"), ("mark.svg", "image/svg+xml")):
        assert side.get(f"/static/{name}").headers["content-type"].startswith(kind)
    for name in ("../worker_pages.py", "worker_pages.py", "%2e%2e/app.py"):
        assert side.get(f"/static/{name}").status_code == 404


def test_a_page_behind_an_address_with_a_path_finds_itself(small_world: World) -> None:
    with serving(small_world, "https://texts.example/jobline") as side:
        page = side.get(side.path(small_world.marco)).text
        assert re.findall(r'(?:src|href|data-live)="(/(?!jobline/)[^"]*)"', page) == []
        job = small_world.job()
        form = {**side.form(page_of(side, job), "/reply#reply"), "body": "Hello"}
        path = f"{side.path(small_world.marco)}/jobs/{job.id}/reply"
        assert side.post(path, form, Origin="https://texts.example").status_code == 303


def test_the_page_says_practice_only_there(side: Side) -> None:
    assert ">Practice<" in side.get(side.path(side.world.marco)).text
    set_account(side.world, carrier="AC" + "0" * 32)
    assert ">Practice<" not in side.get(side.path(side.world.marco)).text


def test_a_link_never_shows_what_its_worker_may_not_see(side: Side) -> None:
    """Whatever stands on jobs, whoever holds them now: the page shows exactly what the rule allows."""
    world = side.world
    authors = [dispatcher(world.ann), worker(world.marco), worker(world.mia), world.ana]
    others = [worker(world.marco), worker(world.mia), world.ana, DISPATCH]

    @examples(world, sqlite=40, postgres=1)
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(authors),
                st.lists(st.sampled_from(others), min_size=1, max_size=3, unique=True),
                st.sampled_from(list(Stage)),
                st.booleans(),
                st.booleans(),
            ),
            min_size=1,
            max_size=6,
        ),
        st.sampled_from(["kept", "handed over", "long handed over", "closed", "long closed", "hers"]),
        st.booleans(),
    )
    def holds(written: list[tuple[Person, list[Person], Stage, bool, bool]], fate: str, three_way: bool) -> None:
        set_account(world, three_way=three_way)
        job = world.job(world.mia if fate == "hers" else world.marco)
        with world.write() as session:
            ids = [
                put(session, world, job.id, author, *to, stage=stage, unsure=unsure, dispatch_only=own, body=fresh("§"))
                for author, to, stage, unsure, own in written
            ]
        if "handed over" in fate:
            world.change(job, worker_id=world.mia.id)
        if "closed" in fate:
            world.change(job, status=Status.COMPLETED)
        if "long" in fate:
            world.clock.advance(days=8)
        access = world.readers.threads.access(job.id)
        with world.writers.database.read() as session:
            messages = [as_message(session, session.get_one(MessageRow, id_)) for id_, _ in ids]
        allowed = {m.body for m in messages if can_see(world.marco, m, access, world.clock())}
        path = side.path(world.marco)  # renewed: time passes
        page = side.get(f"{path}/jobs/{job.id}")
        assert (page.status_code == 200) == sees_job(world.marco, access, world.clock())
        assert {m.body for m in messages if f">{m.body}<" in page.text} == (allowed if page.ok else set())
        listed = side.get(path).text
        assert {m.body for m in messages if f">{m.body}<" in listed} <= allowed
        assert (f">{job.number}<" in listed) <= page.ok

    holds()


def test_a_message_they_may_not_see_changes_nothing_of_the_page(side: Side) -> None:
    """Its words, and that it is there at all."""
    world = side.world
    job = world.job()
    side.ask(job, "Hello?")
    path = side.path(world.marco)
    hidden = re.compile(r'name="form" value="[0-9a-f]{32}"')  # made anew for each form

    def shown() -> list[str]:
        return [hidden.sub("", side.get(path + below).text) for below in ("", f"/jobs/{job.id}")]

    before = shown()
    note = world.text(job, dispatcher(world.ann), DISPATCH, body="She never pays")
    assert shown() == before
    with world.write() as session:
        session.get_one(MessageRow, note).body = "She pays well"
    assert shown() == before
