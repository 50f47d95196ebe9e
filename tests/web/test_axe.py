"""axe-core looks at every page that a phone can open: in light and dark, on a usual and on a narrow phone."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.web.browser import Phone, needs_chromium
from tests.web.furnished import Furnished, doors, furnish
from tests.web.phone import serving
from tests.world import World

pytestmark = needs_chromium

SERIOUS = {"serious", "critical"}
NO_PAGES = ("/live", "/newer", "/photos/{photo_id}", "/note", "/recipients", "/send")
"""Streams, pictures, and addresses that lead back to the notes."""


@pytest.fixture
def full(small_world: World) -> Iterator[Furnished]:
    """The small company with something on every page."""
    with serving(small_world) as side:
        yield furnish(side)


def problems(page: Any, options: dict[str, Any]) -> list[str]:
    """What axe-core finds serious or worse, with where it is."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options=options).response["violations"]
    told = [(one["id"], node["html"]) for one in found if one["impact"] in SERIOUS for node in one["nodes"]]
    return [f"{rule}: {html[:200]}" for rule, html in told]


def addresses(full: Furnished) -> list[str]:
    """Every page there is, by the routes, and the states of those that have several."""
    found = [
        full.address(door.template)
        for door in doors(full.side)
        if door.method == "GET" and door.linked and not door.template.endswith(NO_PAGES)
    ]
    steps = [
        "/estimate/check?go=all",
        "/estimate/check?go=next&version=2",
        "/profile?saved=yes",
        "/estimate?change=yes",
    ]
    return [*found, *(full.ana + step for step in steps), f"{full.marco}/jobs/9999"]


EVERYTHING = {"resultTypes": ["violations"]}
COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"], **EVERYTHING}
"""All that differs in the dark."""


@pytest.mark.parametrize(("scheme", "width", "options"), [("light", 390, EVERYTHING), ("dark", 360, COLOURS)])
def test_nothing_serious_is_wrong_on_any_page(
    full: Furnished, browser: Any, scheme: str, width: int, options: dict[str, Any]
) -> None:
    """Also that nothing sticks out, that what is tapped is large enough, and that every field has its name."""
    one = Phone(browser, scheme=scheme, width=width)
    wrong: dict[str, Any] = {}
    for address in addresses(full):
        page = one.opens(full.side.url + address)
        wrong[address] = problems(page, options) + looked_at(page, width)
    for name, page in posted(full, one):
        wrong[name] = problems(page, options) + looked_at(page, width)
    one.complaints.clear()  # the browser says which of them were 404 and 422
    one.close()
    assert {address: found for address, found in wrong.items() if found} == {}
    assert len(wrong) > 15


def posted(full: Furnished, one: Phone) -> Iterator[tuple[str, Any]]:
    """The pages that forms lead to."""
    page = one.opens(f"{full.side.url}{full.ana}/new")
    page.get_by_role("button", name="Edit").tap()
    page.get_by_role("button", name="Save recipients").wait_for()
    yield "recipients", page
    page = one.opens(f"{full.side.url}{full.ana}/profile")
    page.get_by_label("Email").fill("nonsense")
    page.get_by_role("button", name="Save email").tap()
    page.get_by_role("alert").wait_for()
    yield "profile with an error", page
    page = one.opens(f"{full.side.url}{full.ana}/estimate?change=yes")
    page.get_by_role("button", name="Approve all").tap()
    page.get_by_role("button", name="Text me the code").tap()
    page.get_by_label("Six-digit code").wait_for()
    yield "code", page


def looked_at(page: Any, width: int) -> list[str]:
    """What sticks out, what is too small for a thumb, and fields without a name."""
    found = []
    if page.evaluate("document.documentElement.scrollWidth") != width:
        found.append("wider than the phone")
    small = "[...document.querySelectorAll('button, .button, label:has(input[type=radio]), .tick, nav a, summary')]"
    found += page.evaluate(
        f"{small}.filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 43).map(e => e.outerHTML)"
    )
    unnamed = "[...document.querySelectorAll('textarea, select, input:not([type=hidden])')]"
    return [*found, *page.evaluate(f"{unnamed}.filter(e => !e.labels.length).map(e => e.outerHTML)")]
