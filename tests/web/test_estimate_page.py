"""The estimate on a contact's phone, as a browser without any script has it."""

import re
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
import requests

from domain.estimates import Choice, Version
from domain.jobs import Job
from domain.links import code
from domain.messages import Kind
from storage.tables.people import ContactRow, LocationRow
from tests.estimating import (
    APPROVED,
    DEAR,
    DECLINED,
    DEFERRED,
    LINES,
    choosing,
    counting,
    decided,
    share_draft,
    shared,
)
from tests.web.phone import KEY, Side
from tests.world import World


@pytest.fixture
def job(small_world: World) -> Job:
    """A job of Ana's."""
    return small_world.job()


class Walk:
    """Ana, or whoever, going through the steps."""

    def __init__(self, side: Side, job: Job, who: Any = None) -> None:
        self.side = side
        self.here = side.contact_path(who or side.world.ana, job)
        self.last: requests.Response | None = None

    def opens(self, below: str = "") -> str:
        """The estimate, or a step of it."""
        self.last = self.side.get(f"{self.here}/estimate{below}")
        return unescape(self.last.text)

    def checks(self, version: Version, *choices: Choice, go: str = "next", **more: str) -> str:
        """The first form, filled in and sent."""
        chosen = choosing(version, *choices) if choices else {}
        lines = {f"line-{line}": choice.value for line, choice in chosen.items()}
        query = {"version": str(version.id), "digest": version.digest, **lines, "go": go, **more}
        query.setdefault("seen", str(counting(self.side.world, version)))
        return self.opens(f"/check?{urlencode(query)}")

    def confirms(self, page: str, **typed: str) -> str:
        """The second form, sent as it was shown, with what is typed."""
        form = {**self.side.form(page, "/estimate"), "go": "confirm", **typed}
        self.last = self.side.post(f"{self.here}/estimate", form)
        return unescape(self.last.text)

    @property
    def status(self) -> int:
        """Of the last answer."""
        assert self.last is not None
        return self.last.status_code


def decisions(side: Side, job: Job) -> list[dict[str, int]]:
    """What was decided on the job's versions, as it is stored, by operation and choice."""
    histories = side.world.writers.estimates.history(job.id)
    return [
        {choice.value: list(decision.choices.values()).count(choice) for choice in set(decision.choices.values())}
        for history in histories
        for decision in history.decisions
    ]


# What it shows


def test_every_line_stands_there_with_its_amounts(side: Side, job: Job) -> None:
    shared(side.world, job, note="Until Friday")
    page = Walk(side, job).opens()
    for words in (
        "Estimate 1",
        "Until Friday",
        "Replace pump",
        "Parts USD 200.00",
        "Labour USD 120.00",
        "From Ann, North",
    ):
        assert words in page
    assert "Tax 19 % USD 60.80" in page
    assert page.count('type="radio"') == 9
    assert "The whole estimate: USD 396.85" in page
    assert re.search(r"checked", page) is None
    assert "Lee" not in page, "staff stand there by first name (rule 9)"


@pytest.mark.parametrize(("currency", "shown"), [("JPY", "JPY 38,080"), ("KWD", "KWD 38.080"), ("EUR", "EUR 380.80")])
def test_amounts_are_written_as_their_currency_is(side: Side, job: Job, currency: str, shown: str) -> None:
    with side.world.write() as session:
        session.get_one(LocationRow, side.world.berlin).currency = currency
    version = shared(side.world, job)
    assert shown in Walk(side, job).opens()
    assert shown in Walk(side, job).checks(version, APPROVED, DECLINED, DECLINED)


def test_a_job_without_an_estimate_has_none_and_no_way_to_it(side: Side, job: Job) -> None:
    walk = Walk(side, job)
    assert "No estimate was sent to you" in walk.opens()
    assert walk.status == 404
    assert "/estimate" not in side.get(walk.here).text
    draft = side.world.writers.estimates.keep_draft(job.id, LINES, "", "Ann Lee")
    assert "USD" not in walk.opens(), "a draft is nobody's yet"
    share_draft(side.world, draft)
    assert "USD" in walk.opens()
    assert f'href="{walk.here}/estimate"' in side.get(walk.here).text


def test_others_read_to_whom_it_went_and_no_amount(side: Side, job: Job) -> None:
    version = shared(side.world, job, side.world.ana)
    walk = Walk(side, job, side.world.ben)
    page = walk.opens()
    assert "Estimate 1 went to Ana Silva." in page
    assert "USD" not in page
    assert "Replace pump" not in page
    assert "USD" not in walk.checks(version, APPROVED)


# The steps


def test_totals_are_counted_without_a_script(side: Side, job: Job) -> None:
    version = shared(side.world, job)
    page = Walk(side, job).checks(version, APPROVED, DEFERRED, DECLINED, go="totals")
    assert 'data-sum="total">USD 380.80<' in page
    assert page.count(" checked") == 3


def test_a_line_without_a_choice_is_asked_for_and_the_others_stay(side: Side, job: Job) -> None:
    version = shared(side.world, job)
    walk = Walk(side, job)
    first = version.lines[0].id
    page = walk.opens(f"/check?version={version.id}&digest={version.digest}&line-{first}=approved&go=next")
    assert walk.status == 422
    assert "Choose for every line: 2 lines have no choice yet." in page
    assert page.count("line missing") == 2
    assert page.count(" checked") == 1


def test_approve_all_takes_one_tap_and_a_confirmation(side: Side, job: Job) -> None:
    version = shared(side.world, job)
    walk = Walk(side, job)
    page = walk.checks(version, go="all")
    assert "Check and confirm" in page
    assert 'data-sum="total">USD 396.85<' in page
    assert decisions(side, job) == []
    walk.confirms(page, order=" PO 7 ")
    assert walk.status == 303
    assert decisions(side, job) == [{"approved": 3}]
    page = walk.opens("?done=yes")
    for words in (
        "Your decision was sent to North.",
        "Ana Silva</strong> approved 3 lines",
        "Order: PO 7",
        "USD 396.85",
    ):
        assert words in page
    decision = side.world.writers.estimates.history(job.id)[0].decision
    assert decision is not None
    assert (decision.purchase_order, decision.address) == ("PO 7", "127.0.0.1")
    assert side.bodies(job)[-1].startswith("Ana Silva approved 3 lines of estimate 1.")


def test_going_back_keeps_what_was_chosen_and_typed(side: Side, job: Job) -> None:
    version = shared(side.world, job)
    walk = Walk(side, job)
    page = walk.checks(version, APPROVED, DEFERRED, DECLINED)
    walk.confirms(page, order="PO & 7", go="back")
    assert walk.status == 303
    assert walk.last is not None
    page = unescape(side.get(walk.last.headers["location"]).text)
    assert page.count(" checked") == 3
    assert 'name="order" value="PO & 7"' in page
    assert 'value="PO & 7"' in walk.checks(version, APPROVED, order="PO & 7")
    assert decisions(side, job) == []


def test_a_purchase_order_that_is_too_long_stays_in_its_field(side: Side, job: Job) -> None:
    version = shared(side.world, job)
    walk = Walk(side, job)
    page = walk.confirms(walk.checks(version, go="all"), order="P" * 90)
    assert walk.status == 422
    assert "too long" in page
    assert f'value="{"P" * 90}"' in page
    walk.confirms(page, order="P7")
    assert decisions(side, job) == [{"approved": 3}]


def test_two_taps_make_one_decision(side: Side, job: Job) -> None:
    version = shared(side.world, job)
    walk = Walk(side, job)
    page = walk.checks(version, APPROVED, DECLINED, DECLINED)
    for _ in range(3):
        walk.confirms(page)
        assert walk.status == 303
    assert decisions(side, job) == [{"approved": 1, "declined": 2}]


def test_a_decision_is_changed_until_it_is_taken_over(side: Side, job: Job) -> None:
    world = side.world
    version = shared(world, job)
    first = decided(world, world.ana, version, DECLINED)
    walk = Walk(side, job)
    assert "Change decision" in walk.opens()
    page = walk.opens("?change=yes")
    assert page.count(" checked") == 3
    walk.confirms(walk.checks(version, go="all"))
    assert decisions(side, job) == [{"declined": 3}, {"approved": 3}]
    page = walk.opens()
    assert page.index("approved 3 lines") < page.index("History") < page.index("declined 3 lines")
    counting = world.writers.estimates.history(job.id)[0].decision
    assert counting is not None
    assert counting.id != first.decision.id
    late = walk.checks(version, APPROVED, DECLINED, DECLINED)
    assert world.writers.estimates.take_over(job.id, version.id, counting.id, "Ann Lee")
    page = walk.confirms(late)
    assert walk.status == 409
    assert "took this decision over" in page
    assert "Change decision" not in page
    assert 'type="radio"' not in walk.opens("?change=yes")
    assert len(decisions(side, job)) == 2


def test_the_next_visitor_sees_who_decided_what_and_when(side: Side, job: Job) -> None:
    world = side.world
    version = shared(world, job, world.ana, world.ben)
    mine = Walk(side, job, world.ben)
    late = mine.checks(version, go="all")
    decided(world, world.ana, version, APPROVED, DECLINED, DECLINED)
    page = mine.confirms(late)
    assert mine.status == 409
    assert "Somebody else decided meanwhile." in page
    for words in ("Ana Silva</strong> approved 1 line, declined 2", "Mon 2 Mar 2026, 07:00", "USD 380.80"):
        assert words in page
    assert 'type="radio"' not in page
    assert decisions(side, job) == [{"approved": 1, "declined": 2}]


@pytest.mark.parametrize("step", ["first", "second"])
def test_an_old_form_says_superseded_and_shows_the_new_one(side: Side, job: Job, step: str) -> None:
    world = side.world
    old = shared(world, job)
    walk = Walk(side, job)
    page = walk.checks(old, go="all")
    new = shared(world, job, lines=DEAR)
    page = walk.confirms(page) if step == "second" else walk.checks(old, go="all")
    assert walk.status == 409
    assert "is superseded" in page
    assert "Estimate 2" in page
    assert f'name="digest" value="{new.digest}"' in page
    assert "Estimate 1, USD 396.85, superseded" in page
    assert decisions(side, job) == []


def test_a_newer_version_for_somebody_else_closes_the_old_one(side: Side, job: Job) -> None:
    world = side.world
    shared(world, job, world.ana)
    shared(world, job, world.ben, lines=DEAR)
    page = Walk(side, job).opens()
    assert "Estimate 2 went to Ben Silva." in page
    assert 'type="radio"' not in page
    assert "USD 400.01" not in page
    assert "USD 396.85" in page


# The code


def codes(world: World) -> list[str]:
    """Every code that was made, as the phone gets them."""
    return [code(KEY, row[0]) for row in world.readers.plain.rows("SELECT id FROM approval_code ORDER BY id")]


def test_above_the_limit_a_code_is_texted_and_typed(side: Side, job: Job) -> None:
    version = shared(side.world, job, lines=DEAR)
    walk = Walk(side, job)
    page = walk.checks(version, APPROVED, APPROVED, DEFERRED)
    assert "That is more than USD 500.00: we text a six-digit code" in page
    page = walk.confirms(page, order="PO 7")
    assert walk.status == 200
    for words in (
        'autocomplete="one-time-code"',
        'inputmode="numeric"',
        "…2001",
        "Purchase order: <strong>PO 7</strong>",
    ):
        assert words in page
    assert decisions(side, job) == []
    right = codes(side.world)[-1]
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    page = walk.confirms(page, code=wrong)
    assert walk.status == 422
    assert "not the code" in page
    assert decisions(side, job) == []
    walk.confirms(page, code=f" {right[:3]} {right[3:]} ")
    assert walk.status == 303
    assert decisions(side, job) == [{"approved": 2, "deferred": 1}]
    assert "confirmed by a code" in walk.opens()


def test_another_code_may_be_asked_for_and_lines_be_changed_instead(side: Side, job: Job) -> None:
    version = shared(side.world, job, lines=DEAR)
    walk = Walk(side, job)
    page = walk.confirms(walk.checks(version, APPROVED, APPROVED, DEFERRED))
    page = walk.confirms(page, go="another")
    assert walk.status == 200
    assert len(codes(side.world)) == 2
    walk.confirms(page, go="back")
    assert walk.status == 303
    assert decisions(side, job) == []


def test_a_code_confirms_nothing_but_what_it_was_made_for(side: Side, job: Job) -> None:
    version = shared(side.world, job, lines=DEAR)
    walk = Walk(side, job)
    page = walk.confirms(walk.checks(version, APPROVED, APPROVED, DEFERRED))
    right = codes(side.world)[-1]
    walk.confirms(page, code=right, **{f"line-{version.lines[2].id}": "declined"})
    assert walk.status != 303
    assert decisions(side, job) == []


def test_what_is_not_above_the_limit_needs_no_code(side: Side, job: Job) -> None:
    version = shared(side.world, job, lines=DEAR)
    walk = Walk(side, job)
    page = walk.checks(version, APPROVED, DECLINED, DECLINED)
    assert "six-digit" not in page
    walk.confirms(page)
    assert walk.status == 303


def test_without_a_way_for_a_code_the_page_says_whom_to_call(side: Side, job: Job) -> None:
    world = side.world
    with world.write() as session:
        session.get_one(LocationRow, world.berlin).callback_phone = "+15550109999"
        session.get_one(ContactRow, world.ana.contact_id).sms_on = False
    version = shared(world, job, lines=DEAR)
    page = Walk(side, job).checks(version, APPROVED, APPROVED, DEFERRED)
    assert "no code can be texted to you" in page
    assert 'href="tel:+15550109999"' in page
    assert 'value="confirm"' not in page


def test_confirming_again_and_again_is_slowed_down_and_keeps_the_form(side: Side, job: Job) -> None:
    version = shared(side.world, job)
    walk = Walk(side, job)
    page = walk.checks(version, go="all")
    for _ in range(20):
        walk.confirms(page, order="P" * 90)
    page = walk.confirms(page, order="PO 7")
    assert walk.status == 429
    assert "Wait a minute" in page
    assert 'value="PO 7"' in page
    assert decisions(side, job) == []


def test_it_leads_there_from_the_notes(side: Side, job: Job) -> None:
    shared(side.world, job)
    found, _ = side.world.readers.threads.messages(side.world.ann, job.id)
    assert found[-1].kind is Kind.QUICK_ACTION
    walk = Walk(side, job)
    assert f'href="{walk.here}/estimate"' in side.get(walk.here).text
