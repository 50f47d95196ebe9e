"""What holds on every route there is: headers, forms only from our own pages, and dead links that all look alike."""

import re
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from domain import links
from domain.links import Kind
from tests.web.furnished import Furnished, doors, ended_links, furnish, tables
from tests.web.phone import KEY, Side
from web.linked import Ground
from web.live import Live

FORMS: dict[str, Callable[[Furnished], tuple[str, str, dict[str, str]]]] = {
    "/w/{token}/end": lambda f: (f"{f.marco}/end", "/end", {}),
    "/w/{token}/jobs/{job_id}/reply": lambda f: (
        f"{f.marco}/jobs/{f.job.id}",
        "/reply#reply",
        {"body": "Yes", "to": "dispatch"},
    ),
    "/w/{token}/jobs/{job_id}/quick": lambda f: (f"{f.marco}/jobs/{f.job.id}", "/quick", {}),
    "/w/{token}/jobs/{job_id}/seen": lambda f: (f"{f.marco}/jobs/{f.job.id}", "/seen", {}),
    "/c/{token}/estimate": lambda f: (f"{f.ana}/estimate/check?go=all", "/estimate", {"go": "confirm"}),
    "/c/{token}/profile": lambda f: (f"{f.ana}/profile", "/profile", {"email": "new@example.com"}),
    "/c/{token}/send": lambda f: (f"{f.ana}/new", "/send", {"body": "Hello"}),
    "/c/{token}/note": lambda f: (f"{f.ana}/new", "/send", {"body": "Hello"}),
    "/c/{token}/recipients": lambda f: (f"{f.ana}/new", "/send", {"body": "Hello"}),
}
"""How each form of the pages is filled in: the page it stands on, its address there, and what is typed."""
CHANGES_NOTHING = {"/c/{token}/note", "/c/{token}/recipients"}
"""Steps between two pages: what is typed travels with them, and nothing is stored."""


def _job(full: Furnished) -> str:
    return f"{full.marco}/jobs/{full.job.id}"


@pytest.fixture
def full(side: Side) -> Furnished:
    """The same with something on every page."""
    return furnish(side)


def ask(side: Side, method: str, address: str, **options: Any) -> requests.Response:
    """One request; of a stream only the headers are waited for."""
    answer = side.session.request(method, side.url + address, timeout=5, allow_redirects=False, stream=True, **options)
    if "event-stream" in answer.headers.get("content-type", "") and method == "GET":
        answer.close()
    else:
        assert answer.content is not None
    return answer


# Headers


def of_pages(answer: requests.Response) -> None:
    """What every answer behind a link carries."""
    policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert not re.search(r"unsafe|\*|http|data:|nonce|sha", answer.headers["content-security-policy"])
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"
    of_all(answer)


def of_all(answer: requests.Response) -> None:
    """What every answer carries."""
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-frame-options"] == "DENY"
    assert "set-cookie" not in answer.headers
    assert "server" not in answer.headers
    assert "access-control-allow-origin" not in answer.headers


def test_every_route_carries_the_headers(full: Furnished) -> None:
    """With links that work, dead ones, and with every other method."""
    for door in doors(full.side):
        check = of_pages if door.linked else of_all
        for token in ("", "1-x"):
            check(ask(full.side, door.method, full.address(door.template, token=token)))
        check(ask(full.side, "DELETE", full.address(door.template)))


def test_no_page_has_anything_inline(full: Furnished) -> None:
    for door in doors(full.side):
        if door.method != "GET" or not door.linked or door.template.endswith(("/live", "/newer")):
            continue
        page = ask(full.side, "GET", full.address(door.template)).text
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page), door
        for script in re.findall(r"<script[^>]*>[^<]*", page):
            assert re.fullmatch(r'<script src="/static/page\.js\?v=[0-9a-f]+" defer>', script), door


def test_answers_without_a_route_carry_the_headers_too(side: Side) -> None:
    for address in ("/", "/nowhere", "/c", "/c/", "/w", "/c/x/y/z", "/static/../page.css", "/api/nowhere"):
        of_all(ask(side, "GET", address))


# Forms


@dataclass
class Attack:
    """One way to post a form that our page did not show to this visitor."""

    name: str
    fields: Callable[[dict[str, str], Furnished], dict[str, str]]
    headers: dict[str, str]


def without(form: dict[str, str], _full: Furnished) -> dict[str, str]:
    """The form without its seal."""
    return {name: value for name, value in form.items() if name != "seal"}


def of_another_link(form: dict[str, str], full: Furnished) -> dict[str, str]:
    """Sealed for the same act on another contact's link."""
    assert full.side.world.ben.contact_id is not None
    other = full.side.world.writers.contact_links.issue(full.side.world.ben.contact_id, full.job.id)
    acts = ("estimate", "profile", "note", "end", f"reply {full.job.id}", f"quick {full.job.id}", f"seen {full.job.id}")
    mine = [act for act in acts if form["seal"] in [links.form_token(KEY, n, act) for n in range(1, 20)]]
    assert len(mine) == 1
    return {**form, "seal": links.form_token(KEY, other, mine[0])}


ATTACKS = [
    Attack("no seal", without, {}),
    Attack("empty seal", lambda form, _: {**form, "seal": ""}, {}),
    Attack("wrong seal", lambda form, _: {**form, "seal": "0" * 64}, {}),
    Attack("not even text", lambda form, _: {**form, "seal": "\ud83d\x00é"}, {}),
    Attack("another link's seal", of_another_link, {}),
    Attack("foreign origin", lambda form, _: form, {"Origin": "https://evil.example"}),
    Attack("foreign site", lambda form, _: form, {"Sec-Fetch-Site": "cross-site"}),
    Attack("sibling site", lambda form, _: form, {"Sec-Fetch-Site": "same-site"}),
]


def posts(side: Side) -> list[str]:
    """The routes that take a form."""
    return [door.template for door in doors(side) if door.method == "POST" and door.linked]


def filled(full: Furnished, template: str) -> dict[str, str]:
    """A form as a browser would send it after its page was opened."""
    page, action, typed = FORMS[template](full)
    shown = ask(full.side, "GET", page)
    assert shown.status_code == 200, page
    return {**full.side.form(shown.text, action), **typed}


def test_every_form_is_named_here(side: Side) -> None:
    assert set(posts(side)) == set(FORMS)


def test_a_form_that_our_page_did_not_show_changes_nothing(full: Furnished) -> None:
    full.side.joined.contact_links.kept.issue(full.side.world.ben.contact_id or 0, full.job.id)
    for template in FORMS:
        form = filled(full, template)
        address = full.address(template)
        before = tables(full.side.world)
        for attack in ATTACKS:
            fields = {name: value.encode("utf-8", "replace") for name, value in attack.fields(form, full).items()}
            fields["of-no-account"] = b"x"
            answer = ask(full.side, "POST", address, data=fields, headers=attack.headers)
            assert answer.status_code == (303 if template.endswith("/seen") else 403), (template, attack.name)
            assert tables(full.side.world) == before, (template, attack.name)
        for body, kind in ((b"{}", "application/json"), (b"seal=1", "text/plain")):
            answer = ask(full.side, "POST", address, data=body, headers={"Content-Type": kind})
            assert answer.status_code == 415
        assert tables(full.side.world) == before


def test_the_same_form_of_our_own_page_is_taken(full: Furnished) -> None:
    """Else the test above would show nothing. What is seen is told before it is answered, and the link ends last."""
    for template in sorted(FORMS, key=lambda template: (template.endswith("/end"), not template.endswith("/seen"))):
        form = filled(full, template)
        before = tables(full.side.world)
        answer = ask(full.side, "POST", full.address(template), data=form, headers={"Sec-Fetch-Site": "same-origin"})
        assert answer.status_code in (200, 303), answer.text
        assert (tables(full.side.world) != before) == (template not in CHANGES_NOTHING), template


# Links that do not work


def told(answer: requests.Response) -> tuple[int, bytes, dict[str, str]]:
    """All that an answer tells."""
    return answer.status_code, answer.content, {n: v for n, v in answer.headers.items() if n.lower() != "date"}


def from_phone(number: int) -> dict[str, str]:
    """As if another phone asked, so that no limit stands in the way."""
    return {"X-Forwarded-For": f"192.0.2.{number % 250}"}


def test_wrong_ended_and_expired_links_look_alike(full: Furnished) -> None:
    answers: dict[tuple[str, str], Any] = {}
    for why, token in ended_links(full.side, full.job):
        for number, door in enumerate(door for door in doors(full.side) if door.template.startswith("/c/{token}")):
            address = full.address(door.template, token=token)
            form = {"seal": "x"} if door.method == "POST" else None
            answer = ask(full.side, door.method, address, data=form, headers=from_phone(number))
            answers[why, f"{door.method} {door.template}"] = told(answer)
    of_get = answers["wrong", "GET /c/{token}"]
    assert of_get[0] == 404
    assert b"Text <strong>LINK</strong> in answer to our text message" in of_get[1]
    for key, answer in answers.items():
        head = key[1].startswith("HEAD")
        assert answer == ((404, b"", of_get[2]) if head else of_get), key


def test_a_wrong_link_is_looked_for_like_an_expired_one(full: Furnished) -> None:
    """The same work for each, so that the time it takes tells nothing."""
    kept = full.side.joined.contact_links.kept
    asked: list[str] = []
    real = kept.plain.row
    for why, token in list(ended_links(full.side, full.job)):
        asked.clear()
        kept.plain.row = lambda sql, values=None: asked.append(sql) or real(sql, values)  # type: ignore[method-assign, assignment, func-returns-value]
        try:
            assert full.side.joined.contact_links.visitor(token) is None, why
        finally:
            kept.plain.row = real  # type: ignore[method-assign]
        assert len(asked) == 1, why


def test_guesses_find_nothing(full: Furnished) -> None:
    """Of a million million there would be one; these are a hundred thousand, for rows that are there."""
    highest = max(int(full.ana.rpartition("/")[2].partition("-")[0]), 9)
    for number in range(100_000):
        guess = f"{number % highest + 1}-{secrets.token_urlsafe(16)}"
        assert links.link_of(KEY, Kind.CONTACT, guess) is None
    right = full.ana.rpartition("/")[2]
    near = [right[:place] + chr(ord(right[place]) ^ 1) + right[place + 1 :] for place in range(2, len(right))]
    near += [right.swapcase(), right + "A", right[:-1], f"0{right}", f" {right}", right.replace("-", "--", 1)]
    near += [f"{right}%00", f"{right}.", f"+{right}", right + "%0a"]
    answers = {told(ask(full.side, "GET", f"/c/{one}", headers=from_phone(i)))[1] for i, one in enumerate(near)}
    assert len(answers) == 1
    assert ask(full.side, "GET", full.ana).status_code == 200


def test_whoever_tries_many_links_is_told_to_wait_with_the_same_page(full: Furnished) -> None:
    answers = [ask(full.side, "GET", f"/c/1-{secrets.token_urlsafe(16)}") for _ in range(35)]
    assert [answer.status_code for answer in answers] == [404] * 30 + [429] * 5
    assert len({answer.content for answer in answers}) == 1
    assert ask(full.side, "GET", full.ana).status_code == 200
    assert ask(full.side, "GET", "/c/1-x", headers=from_phone(1)).status_code == 404


def test_many_who_try_together_are_told_to_wait_too() -> None:
    now = [0.0]
    ground = Ground(Live(ThreadPoolExecutor(1)), ThreadPoolExecutor(1), KEY, monotonic=lambda: now[0])
    statuses = [ground.gone(f"192.0.2.{n % 200}").status_code for n in range(700)]
    assert statuses == [404] * 600 + [429] * 100
    now[0] = 61
    assert ground.gone("192.0.2.1").status_code == 404


# Others' things


def test_a_link_finds_nothing_of_another_job(full: Furnished) -> None:
    """Whatever stands in the address: somebody else's looks like nothing at all."""
    with_ids = [door for door in doors(full.side) if re.search(r"\{(job|message|photo)_id\}", door.template)]
    assert len(with_ids) > 8
    for number, door in enumerate(with_ids):
        form = {"seal": "x", "body": "Hello"} if door.method == "POST" else None
        answers = []
        for values in (full.foreign(), full.nowhere()):
            address = full.address(door.template, values)
            found = ask(full.side, door.method, address, data=form, headers=from_phone(number))
            answers.append((found.status_code, re.sub(r"/\d+\b|[0-9a-f]{16,}", "", found.text)))
        assert answers[0] == answers[1], door
        assert "Carla" not in answers[0][1], door
        usual = {"live": 200, "seen": 303}.get(door.template.rpartition("/")[2], 404)
        assert answers[0][0] in (usual, 403), door


def test_a_workers_link_opens_no_customers_page_nor_the_other_way_round(full: Furnished) -> None:
    for number, door in enumerate(door for door in doors(full.side) if door.linked and door.method == "GET"):
        other = full.ana if door.template.startswith("/w/") else full.marco
        address = full.address(door.template, token=other.rpartition("/")[2])
        assert ask(full.side, "GET", address, headers=from_phone(number)).status_code == 404, door
