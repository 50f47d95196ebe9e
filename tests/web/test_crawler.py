"""Reading changes nothing: every link and every route by GET and HEAD, by whatever opens links."""

import re
from collections import deque
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urldefrag, urlencode

import pytest

from tests.web.furnished import Furnished, doors, furnish, tables
from tests.web.phone import Side, serving
from tests.world import World

AGENTS = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1",
    "WhatsApp/2.24.6.77 A",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (Windows NT 10.0) SafeLinks",
    "",
)
"""A phone, the previews of messengers, a search engine, a scanner of links, and something that does not say."""
STREAMS = ("/live", "/newer")


class Page(HTMLParser):
    """What leads on from a page: links, files, streams, and forms that are sent by GET."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self._form: str | None = None
        self._fields: dict[str, str] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where it leads."""
        values = {name: value or "" for name, value in attrs}
        for name in ("href", "src", "data-live"):
            self.found.add(values.get(name, ""))
        if tag == "form":
            self._form, self._fields = (values["action"] if values["method"] == "get" else None), {}
        if self._form is not None and tag == "input" and values.get("type") in ("hidden", "radio"):
            self._fields[values["name"]] = values["value"]
        if self._form is not None and tag == "button":
            self.found.add(f"{self._form}?{urlencode({**self._fields, values['name']: values['value']})}")


@pytest.fixture
def full(small_world: World) -> Iterator[Furnished]:
    """The small company with something on every page."""
    with serving(small_world) as side:
        yield furnish(side)


def opened(side: Side, address: str, agent: str, method: str = "GET") -> str:
    """What is there; of a stream only its first words."""
    headers = {"User-Agent": agent, "X-Forwarded-For": f"192.0.2.{hash(address) % 250}"}
    answer = side.session.request(
        method, side.url + address, headers=headers, timeout=5, stream=True, allow_redirects=False
    )
    assert answer.status_code != 500, address
    if method == "GET" and "event-stream" in answer.headers.get("content-type", ""):
        next(answer.iter_content(20))
        answer.close()
        return ""
    return answer.text if "html" in answer.headers.get("content-type", "") else ""


def crawled(side: Side, *starts: str) -> set[str]:
    """Every address that is reached from these by links and by forms that are sent by GET."""
    known, waiting = set(starts), deque(starts)
    while waiting:
        for found in Page(opened(side, waiting.popleft(), AGENTS[0])).found:
            address = unescape(urldefrag(found).url)
            if address.startswith("/") and address not in known:
                known.add(address)
                waiting.append(address)
    return known


def test_following_every_link_changes_nothing(full: Furnished) -> None:
    side = full.side
    before = tables(side.world)
    known = crawled(side, full.ana, full.marco)
    for there in ("/estimate/check?", "/profile", "/new", f"/{full.note}", f"/photos/{full.photo}", "go=totals"):
        assert any(there in address and address.startswith(full.ana) for address in known), there
    for there in (f"/jobs/{full.job.id}", f"/jobs/{full.job.id}/live", "/end", "?reply="):
        assert any(there in address and address.startswith(full.marco) for address in known), there
    assert tables(side.world) == before
    for agent in AGENTS[1:]:
        for address in known:
            if not address.partition("?")[0].endswith(STREAMS):
                opened(side, address, agent)
            opened(side, address, agent, "HEAD")
    assert tables(side.world) == before


def test_no_route_changes_anything_unless_by_post(full: Furnished) -> None:
    """Also with what forms would carry, with links that do not work, and with methods that no route takes."""
    side = full.side
    before = tables(side.world)
    queries = (
        "",
        "?" + urlencode({"go": "all", "seal": "x", "body": "Hi", "email": "a@b.example", "seq": 99, "done": 1}),
    )
    for template in {door.template for door in doors(side)}:
        for values in (full.values(), full.foreign(), full.nowhere()):
            for query in queries:
                address = full.address(template, values) + query
                for method in ("GET", "HEAD"):
                    opened(side, address, AGENTS[0], method)
        for method in ("OPTIONS", "PUT", "PATCH", "DELETE", "TRACE"):
            opened(side, full.address(template), AGENTS[0], method)
    assert tables(side.world) == before


def test_the_crawler_would_see_a_change(full: Furnished) -> None:
    before = tables(full.side.world)
    page = full.side.get(f"{full.ana}/profile").text
    full.side.post(f"{full.ana}/profile", {**full.side.form(page, "/profile"), "email": "new@example.com"})
    after = tables(full.side.world)
    assert {name for name in before if before[name] != after[name]} == {"contact", "change"}
    assert re.search(r"new@example\.com", str(after["contact"]))
