"""An approval in a real browser of a phone's size, with scripts and without."""

from collections.abc import Callable

import pytest

from domain.jobs import Job
from domain.links import code
from storage.tables.people import LocationRow
from tests.estimating import DEAR, LINES, shared
from tests.web.browser import Phone, needs_chromium
from tests.web.phone import KEY, Side

pytestmark = needs_chromium


def link(side: Side, job: Job) -> str:
    """Where Ana's page is."""
    return side.url + side.contact_path(side.world.ana, job)


def decided(side: Side, job: Job) -> list[list[str]]:
    """The choices of every decision."""
    histories = side.world.writers.estimates.history(job.id)
    return [[choice.value for choice in d.choices.values()] for history in histories for d in history.decisions]


def test_an_open_page_gets_its_tab_when_an_estimate_arrives(side: Side, phone: Callable[..., Phone]) -> None:
    job = side.world.job()
    page = phone().opens(link(side, job))
    tabs = page.get_by_role("navigation", name="Pages of this job").get_by_role("link")
    assert tabs.all_inner_texts() == ["Notes", "Profile"]
    shared(side.world, job)
    tabs.filter(has_text="Estimate").wait_for()
    assert tabs.all_inner_texts() == ["Notes", "Estimate", "Profile"]
    tabs.filter(has_text="Estimate").tap()
    page.get_by_role("heading", name="Estimate 1").wait_for()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_contact_decides_line_by_line(side: Side, phone: Callable[..., Phone], script: bool) -> None:
    job = side.world.job()
    shared(side.world, job)
    page = phone(script=script).opens(link(side, job))
    page.get_by_role("link", name="Estimate", exact=True).first.tap()
    page.get_by_role("heading", name="Estimate 1").wait_for()
    page.get_by_role("group", name="Replace pump").get_by_label("Approve").check()
    page.get_by_role("group", name="New hose").get_by_label("Defer").check()
    if script:
        assert page.locator("[data-sum=total]").inner_text() == "USD 380.80"
        assert page.get_by_role("button", name="Show totals").count() == 0
        page.get_by_role("button", name="Next: check and confirm").tap()  # the browser asks for the third line
        assert page.get_by_role("heading", name="Estimate 1").is_visible()
    else:
        page.get_by_role("button", name="Show totals").tap()
        page.locator("[data-sum=total]", has_text="USD 380.80").wait_for()
    page.get_by_role("group", name="Discount").get_by_label("Approve").check()
    page.get_by_role("button", name="Next: check and confirm").tap()
    page.get_by_role("heading", name="Check and confirm").wait_for()
    assert page.locator("[data-sum=total]").inner_text() == "USD 330.80"
    page.get_by_label("Purchase order").fill("PO 7")
    page.get_by_role("button", name="Change lines").tap()
    page.get_by_role("group", name="New hose").get_by_label("Decline").check()
    page.get_by_role("button", name="Next: check and confirm").tap()
    assert page.get_by_label("Purchase order").input_value() == "PO 7"
    assert decided(side, job) == []
    page.get_by_role("button", name="Confirm decision").tap()
    page.get_by_text("Your decision was sent to North.").wait_for()
    assert decided(side, job) == [["approved", "declined", "approved"]]
    page.get_by_role("link", name="Notes").tap()
    page.get_by_text("approved 2 lines, declined 1 of estimate 1").wait_for()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_dear_approval_needs_the_code_from_the_text(side: Side, phone: Callable[..., Phone], script: bool) -> None:
    job = side.world.job()
    shared(side.world, job, lines=DEAR[:2])
    one = phone(script=script)
    page = one.opens(f"{link(side, job)}/estimate")
    page.get_by_role("button", name="Approve all").tap()
    page.get_by_role("button", name="Text me the code").tap()
    page.get_by_label("Six-digit code").fill("000000")
    page.get_by_role("button", name="Confirm decision").tap()
    page.get_by_role("alert").wait_for()
    right = code(KEY, side.world.readers.plain.rows("SELECT max(id) FROM approval_code")[0][0])
    page.get_by_label("Six-digit code").fill(right)
    page.keyboard.press("Enter")
    page.get_by_text("Your decision was sent to North.").wait_for()
    assert decided(side, job) == [["approved", "approved"]]
    one.complaints.clear()  # the browser says that the wrong code was a 422


def test_two_impatient_taps_make_one_decision(side: Side, phone: Callable[..., Phone]) -> None:
    job = side.world.job()
    shared(side.world, job)
    page = phone().opens(f"{link(side, job)}/estimate")
    page.get_by_role("button", name="Approve all").tap()
    page.get_by_role("button", name="Confirm decision").dblclick()
    page.get_by_text("Your decision was sent to North.").wait_for()
    assert len(decided(side, job)) == 1


def test_an_old_form_meets_the_new_version(side: Side, phone: Callable[..., Phone]) -> None:
    job = side.world.job()
    shared(side.world, job)
    one = phone()
    page = one.opens(f"{link(side, job)}/estimate")
    page.get_by_role("button", name="Approve all").tap()
    page.get_by_role("heading", name="Check and confirm").wait_for()
    shared(side.world, job, lines=LINES[:1])
    page.get_by_role("button", name="Confirm decision").tap()
    page.get_by_role("alert").wait_for()
    assert "superseded" in page.get_by_role("alert").inner_text()
    assert page.get_by_role("heading", name="Estimate 2").is_visible()
    page.get_by_text("Estimate 1, USD 396.85, superseded").tap()
    assert page.get_by_text("Nobody decided on it.").is_visible()
    assert decided(side, job) == []
    one.complaints.clear()  # the browser says that the answer was a 409


@pytest.mark.parametrize(("currency", "shown"), [("JPY", "JPY 38,080"), ("KWD", "KWD 38.080"), ("USD", "USD 380.80")])
def test_the_script_adds_up_as_the_server_does(
    side: Side, phone: Callable[..., Phone], currency: str, shown: str
) -> None:
    with side.world.write() as session:
        session.get_one(LocationRow, side.world.berlin).currency = currency
    job = side.world.job()
    shared(side.world, job)
    page = phone().opens(f"{link(side, job)}/estimate")
    total = page.locator("[data-sum=total]")
    page.get_by_role("group", name="Replace pump").get_by_label("Approve").check()
    assert total.inner_text() == shown
    page.get_by_role("group", name="Replace pump").get_by_label("Decline").check()
    page.get_by_role("group", name="Discount").get_by_label("Approve").check()
    assert total.inner_text() == {"JPY": "-JPY 5,000", "KWD": "-KWD 5.000", "USD": "-USD 50.00"}[currency]


def test_the_email_is_added_on_the_profile(side: Side, phone: Callable[..., Phone]) -> None:
    job = side.world.job()
    page = phone(script=False).opens(link(side, job))
    page.get_by_role("link", name="Profile").tap()
    page.get_by_label("Email").fill("ana@new.example")
    page.get_by_role("button", name="Save email").tap()
    assert page.get_by_role("status").inner_text() == "Saved. Your email is ana@new.example."
