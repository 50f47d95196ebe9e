"""What an older window, or a choice that makes no sense, may not do to a decision; and how a change reads."""

import re

import pytest

from domain.jobs import Job
from tests.estimating import APPROVED, DECLINED, shared
from tests.web.phone import Side
from tests.web.test_estimate_page import Walk, decisions
from tests.world import World


@pytest.fixture
def job(small_world: World) -> Job:
    """A job of Ana's."""
    return small_world.job()


@pytest.mark.parametrize("step", ["first", "second"])
def test_an_older_window_does_not_write_over_what_was_decided_in_another(side: Side, job: Job, step: str) -> None:
    """Also by the way back to the lines, which keeps what the form was begun on."""
    version = shared(side.world, job)
    other, walk = Walk(side, job), Walk(side, job)
    (seen,) = set(re.findall(r'name="seen" value="(\d+)"', other.opens()))
    page = other.checks(version, DECLINED)
    assert "Nothing is decided yet." in page
    walk.confirms(walk.checks(version, go="all"), order="PO-55")
    page = other.confirms(page) if step == "second" else other.checks(version, DECLINED, seen=seen)
    assert other.status == 409
    assert "You decided meanwhile, in another window. What you chose was not sent." in page
    assert "Order: PO-55" in page
    assert decisions(side, job) == [{"approved": 3}]
    page = other.checks(version, DECLINED)
    assert "Until you confirm, this stands: Ana Silva approved 3 lines of estimate 1. Order: PO-55" in page
    assert "Nothing is decided yet." not in page
    other.confirms(page)
    assert decisions(side, job) == [{"approved": 3}, {"declined": 3}]
    assert side.bodies(job)[-1].startswith("Ana Silva changed the decision: declined 3 lines of estimate 1.")


def test_a_discount_alone_is_not_approved(side: Side, job: Job) -> None:
    version = shared(side.world, job)
    walk = Walk(side, job)
    page = walk.checks(version, DECLINED, DECLINED, APPROVED)
    assert walk.status == 422
    assert "a discount goes with the work it is for" in page
    assert page.count(" checked") == 3


def test_the_text_of_a_request_leads_on_to_the_estimate(side: Side, job: Job) -> None:
    """It opens the note, ready for a reply; the estimate stands above that, for whom it was shared with."""
    version = shared(side.world, job)
    here = side.contact_path(side.world.ana, job)
    page = side.get(f"{here}/{version.message_id}").text
    button = f'href="{here}/estimate">Look at the estimate<'
    assert page.index(button) < page.index('id="write"')
    plain = side.world.text(job, side.world.ana, body="A question")
    assert button not in side.get(f"{here}/{plain}").text
