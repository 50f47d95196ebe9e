"""A contact on the estimate page: sees what was sent to them, and confirms large amounts by a code (rules 50 to 52)."""

from dataclasses import replace

import pytest

from domain.deciding import CodeNeeded, Decided, DecidedByAnother, Outcome
from domain.delivery import State
from domain.errors import Refusal
from domain.estimates import Choice, Deciding, Version
from domain.final_text import LeavingWords
from domain.jobs import Job, Status
from domain.links import code
from domain.messages import Person, Stage
from domain.texts import Accepted, Outgoing, Rejected
from storage.tables.people import LocationRow
from tests.estimating import (
    APPROVED,
    DEAR,
    DECLINED,
    DEFERRED,
    KEY,
    LINES,
    approving,
    by_link,
    choosing,
    counting,
    deciding,
    form_id,
    share_draft,
    shared,
    visitor,
)
from tests.storage.rows import fresh
from tests.world import ANA, World, dispatcher

DEAR_CHOICES = (APPROVED, APPROVED, DECLINED)


class Page:
    """A contact's estimate page, and the phone that codes come to."""

    def __init__(self, world: World, job: Job, who: Person) -> None:
        self.world, self.job = world, job
        self.visitor = visitor(world, who, job)
        self.use = approving(world)

    def sends(
        self, version: Version, *choices: Choice, code: str = "", another: bool = False, form: str = ""
    ) -> Outcome:
        """The form, with a code where one was typed."""
        shown = deciding(version, *choices, seen=counting(self.world, version))
        return self.use.decide(self.visitor, shown, form or form_id(), "192.0.2.7", code, another)

    def text(self, outcome: Rejected | None = None) -> Outgoing:
        """The text that leaves next, as the phone gets it; it arrives, unless said otherwise."""
        outbox = self.world.writers.outbox
        outbox.leaving_words = LeavingWords(code=lambda row: code(KEY, row))
        text = outbox.claim("engine")
        assert text is not None
        outbox.record(text, outcome or Accepted(fresh("SM"), "delivered", State.DELIVERED))
        return text

    def code(self) -> str:
        """The code of the next text."""
        return self.text().body[:6]


@pytest.fixture
def page(company: World) -> Page:
    """Ana's page of a job, location limit 500.00."""
    return Page(company, company.job(), company.ana)


@pytest.fixture
def dear(page: Page) -> Version:
    """An estimate of more than that."""
    return shared(page.world, page.job, lines=DEAR)


def wrong(right: str) -> str:
    """A code that is not this one."""
    return f"{(int(right) + 1) % 1_000_000:06}"


def needed(outcome: Outcome) -> CodeNeeded:
    """The outcome, which asks for a code."""
    assert isinstance(outcome, CodeNeeded), outcome
    return outcome


def kept(page: Page) -> int:
    """How many decisions there are."""
    return sum(len(history.decisions) for history in page.world.writers.estimates.history(page.job.id))


def test_before_anything_was_shared_there_is_nothing(page: Page) -> None:
    assert page.use.shown(page.visitor) is None
    assert page.use.teaser(page.visitor) == ""
    draft = page.world.writers.estimates.keep_draft(page.job.id, LINES, "", "Ann Lee")
    assert page.use.shown(page.visitor) is None
    share_draft(page.world, draft, stage=Stage.RECALLABLE)
    assert page.use.shown(page.visitor) is None
    assert page.use.teaser(page.visitor) == ""


def test_it_shows_the_newest_version_the_older_ones_and_what_may_be_done(page: Page) -> None:
    old = shared(page.world, page.job)
    new = shared(page.world, page.job, lines=DEAR, note="Cheaper")
    shown = page.use.shown(page.visitor)
    assert shown is not None
    assert (shown.version.id, [history.version.id for history in shown.older]) == (new.id, [old.id])
    assert (shown.job_number, shown.version.digest, shown.approve_up_to) == (page.job.number, new.digest, 50_000)
    assert (shown.is_open, shown.mine, shown.decision, shown.why_no_code) == (True, False, None, "")
    assert shown.needs_code(choosing(new, *DEAR_CHOICES))
    assert not shown.needs_code(choosing(new, APPROVED, DECLINED))
    assert shown.older[0].superseded


def test_staff_stand_there_by_first_name_and_others_without_their_address(page: Page) -> None:
    world, ben = page.world, Page(page.world, page.job, page.world.ben)
    version = shared(world, page.job, world.ana, world.ben)
    first = page.sends(version)
    assert isinstance(first, Decided)
    theirs, mine = ben.use.shown(ben.visitor), page.use.shown(page.visitor)
    assert theirs is not None
    assert mine is not None
    assert theirs.decision is not None
    assert mine.decision is not None
    assert (theirs.decision.by, theirs.decision.address, theirs.decision.link_id) == ("Ana Silva", "", None)
    assert theirs.why_closed == "Ana Silva has decided on this estimate; only they can change that."
    assert (mine.mine, mine.is_open, mine.decision.address) == (True, True, "192.0.2.7")
    outcome = ben.sends(version, DECLINED)
    assert isinstance(outcome, DecidedByAnother)
    assert (outcome.decision.address, outcome.decision.link_id) == ("", None)
    world.writers.estimates.take_over(page.job.id, version.id, first.decision.id, "Ann Lee")
    after = page.use.shown(page.visitor)
    assert after is not None
    assert (after.version.made_by, after.version.taken_by) == ("Ann", "Ann")
    assert after.why_closed == "Ann took this decision over, so that it stands. Call us to change it."


def test_who_got_only_an_older_version_reads_that_one_and_who_got_the_newer(page: Page) -> None:
    world = page.world
    old = shared(world, page.job, world.ana)
    shared(world, page.job, world.ben, lines=DEAR)
    shown = page.use.shown(page.visitor)
    assert shown is not None
    assert (shown.version.id, shown.is_open) == (old.id, False)
    assert page.use.teaser(page.visitor) == "Estimate 2 went to Ben Silva."


def test_other_contacts_read_to_whom_it_went_and_no_amount(page: Page) -> None:
    world = page.world
    carla = Page(world, page.job, world.contact("Carla Silva", "+15550102003"))
    version = shared(world, page.job, world.ana, world.ben)
    assert carla.use.shown(carla.visitor) is None
    assert carla.use.teaser(carla.visitor) == "Estimate 1 went to Ana Silva and Ben Silva."
    page.sends(version)
    assert carla.use.teaser(carla.visitor).endswith("Ana Silva has decided on it.")
    with pytest.raises(Refusal, match="not there any more"):
        carla.sends(version)


def test_a_code_is_texted_to_the_number_on_file_and_makes_the_decision(page: Page, dear: Version) -> None:
    asked = needed(page.sends(dear, *DEAR_CHOICES))
    assert (asked.to, asked.tries_left, asked.problem, asked.may_ask) == ("…2001", 5, "", True)
    text = page.text()
    assert text.to == ANA
    right = text.body[:6]
    assert text.body == (
        f"{right} is your code to approve USD 500.01 of estimate 1 on job {page.job.number}. It works for 10 minutes."
    )
    assert kept(page) == 0
    made = page.sends(dear, *DEAR_CHOICES, code=f" {right[:3]} {right[3:]} ")
    assert isinstance(made, Decided)
    assert made.decision.confirmed
    assert made.decision.approved == 50_001


def test_no_stored_text_holds_the_code(page: Page, dear: Version) -> None:
    needed(page.sends(dear, *DEAR_CHOICES))
    right = page.code()
    rows = page.world.readers.plain.rows("SELECT body FROM delivery UNION ALL SELECT body FROM message")
    assert not [body for (body,) in rows if right in body]
    assert any(body.startswith("[code] is your code") for (body,) in rows)


def test_the_form_sent_twice_texts_one_code(page: Page, dear: Version) -> None:
    first, second = (needed(page.sends(dear, *DEAR_CHOICES)) for _ in range(2))
    assert first == second
    page.text()
    assert page.world.writers.outbox.claim("engine") is None


def test_a_code_that_did_not_reach_the_phone_is_told(page: Page, dear: Version) -> None:
    needed(page.sends(dear, *DEAR_CHOICES))
    page.text(Rejected(30005))
    assert "did not reach your phone" in needed(page.sends(dear, *DEAR_CHOICES)).problem
    assert needed(page.sends(dear, *DEAR_CHOICES, another=True)).problem == ""


def test_five_wrong_codes_end_it_and_the_right_one_is_of_no_use_then(page: Page, dear: Version) -> None:
    needed(page.sends(dear, *DEAR_CHOICES))
    right = page.code()
    left = [needed(page.sends(dear, *DEAR_CHOICES, code=wrong(right))) for _ in range(5)]
    assert [asked.tries_left for asked in left] == [4, 3, 2, 1, 0]
    assert left[0].problem == "That is not the code. 4 tries are left."
    for asked in (left[-1], needed(page.sends(dear, *DEAR_CHOICES, code=right))):
        assert "typed wrong five times" in asked.problem
    assert kept(page) == 0
    needed(page.sends(dear, *DEAR_CHOICES, another=True))
    assert isinstance(page.sends(dear, *DEAR_CHOICES, code=page.code()), Decided)


def test_a_code_is_good_for_ten_minutes(page: Page, dear: Version) -> None:
    needed(page.sends(dear, *DEAR_CHOICES))
    right = page.code()
    page.world.clock.advance(minutes=10)
    assert "older than ten minutes" in needed(page.sends(dear, *DEAR_CHOICES, code=right)).problem
    assert kept(page) == 0
    needed(page.sends(dear, *DEAR_CHOICES))
    page.world.clock.advance(minutes=9, seconds=59)
    assert isinstance(page.sends(dear, *DEAR_CHOICES, code=code_now(page)), Decided)


def code_now(page: Page) -> str:
    """The newest code, read by somebody who has the key; its text came too late for the phone."""
    row = page.world.readers.plain.row("SELECT max(id) FROM approval_code")
    assert row is not None
    return code(KEY, row[0])


def test_a_text_with_a_code_does_not_leave_after_its_time(page: Page, dear: Version) -> None:
    needed(page.sends(dear, *DEAR_CHOICES))
    page.world.clock.advance(minutes=10, seconds=1)
    assert page.world.writers.outbox.claim("engine") is None


def test_a_code_confirms_these_choices_alone(page: Page, dear: Version) -> None:
    needed(page.sends(dear, *DEAR_CHOICES))
    right = page.code()
    asked = needed(page.sends(dear, APPROVED, APPROVED, DEFERRED, code=right))
    assert "Your choices are not those the code was for" in asked.problem
    assert page.code() != right
    assert kept(page) == 0


def test_a_code_works_on_its_own_link_alone(page: Page) -> None:
    world, ben = page.world, Page(page.world, page.job, page.world.ben)
    version = shared(world, page.job, world.ana, world.ben, lines=DEAR)
    needed(page.sends(version, *DEAR_CHOICES))
    anas = page.code()
    assert needed(ben.sends(version, *DEAR_CHOICES, code=anas)).to == "…2002"
    assert kept(page) == 0


def test_a_code_is_used_up_by_one_decision(page: Page, dear: Version) -> None:
    needed(page.sends(dear, *DEAR_CHOICES))
    right = page.code()
    assert isinstance(page.sends(dear, *DEAR_CHOICES, code=right), Decided)
    assert isinstance(page.sends(dear, DECLINED), Decided)
    needed(page.sends(dear, *DEAR_CHOICES, code=right))
    assert kept(page) == 2


def test_a_code_confirms_nothing_on_a_newer_version(page: Page, dear: Version) -> None:
    needed(page.sends(dear, *DEAR_CHOICES))
    right = page.code()
    newer = shared(page.world, page.job, lines=DEAR)
    needed(page.sends(newer, *DEAR_CHOICES, code=right))
    assert kept(page) == 0


def test_only_the_newest_code_counts_and_three_an_hour_are_the_most(page: Page, dear: Version) -> None:
    needed(page.sends(dear, *DEAR_CHOICES))
    first = page.code()
    page.world.clock.advance(minutes=1)
    assert needed(page.sends(dear, *DEAR_CHOICES, another=True)).may_ask
    page.code()
    assert "That is not the code" in needed(page.sends(dear, *DEAR_CHOICES, code=first)).problem
    assert not needed(page.sends(dear, *DEAR_CHOICES, another=True)).may_ask
    third = page.code()
    with pytest.raises(Refusal, match="Try again in 59 minutes") as refused:
        page.sends(dear, *DEAR_CHOICES, another=True)
    assert refused.value.field == "code"
    with pytest.raises(Refusal):
        page.sends(dear, APPROVED, APPROVED, DEFERRED)
    assert isinstance(page.sends(dear, *DEAR_CHOICES, code=third), Decided), "the third one still works"


def test_an_hour_later_there_are_codes_again(page: Page, dear: Version) -> None:
    for _ in range(3):
        needed(page.sends(dear, *DEAR_CHOICES, another=True))
    page.world.clock.advance(minutes=60)
    needed(page.sends(dear, *DEAR_CHOICES, another=True))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("UPDATE contact SET mobile = NULL", "no mobile number of yours"),
        ("UPDATE contact SET sms_on = false", "texts to you are switched off"),
        (f"INSERT INTO opt_out (phone, word, at) VALUES ('{ANA}', 'STOP', '2026-03-02 12:00:00')", "opted out"),
    ],
)
def test_who_cannot_be_texted_calls_us_and_may_still_decline(page: Page, dear: Version, change: str, why: str) -> None:
    with page.world.writers.database.writer.begin() as connection:
        connection.exec_driver_sql(change)
    shown = page.use.shown(page.visitor)
    assert shown is not None
    assert why in shown.why_no_code
    with pytest.raises(Refusal, match=r"USD 500\.01 of estimate 1 is more than .* Call us") as refused:
        page.sends(dear, *DEAR_CHOICES)
    assert refused.value.field == "choices"
    assert why in refused.value.sentence
    assert isinstance(page.sends(dear, DECLINED), Decided)


def test_nothing_that_a_page_sends_is_taken_for_another_links_form(page: Page) -> None:
    world, ben = page.world, Page(page.world, page.job, page.world.ben)
    version = shared(world, page.job, world.ana, world.ben)
    assert isinstance(page.sends(version, form="same"), Decided)
    assert isinstance(ben.sends(version, form="same"), DecidedByAnother)


def test_a_form_of_any_length_and_any_letters_is_refused_or_kept(page: Page) -> None:
    version = shared(page.world, page.job)
    filled = replace(deciding(version), purchase_order="PO \x00\ud800 7")
    made = page.use.decide(page.visitor, filled, "f\x00" * 5000, "x\x00" * 5000)
    assert isinstance(made, Decided)
    assert made.decision.purchase_order == "PO ? 7"
    with pytest.raises(Refusal):
        page.use.decide(page.visitor, Deciding(2**40, "x" * 5000), form_id(), "")


def test_what_a_dispatcher_recorded_shows_so_and_may_be_changed_by_its_owner(page: Page) -> None:
    version = shared(page.world, page.job)
    assert isinstance(page.sends(version, DECLINED), Decided)
    said = replace(by_link(page.world, page.world.ana, version), recorder=dispatcher(page.world.ann), how="by phone")
    assert isinstance(page.world.writers.estimates.decide(said), Decided)
    shown = page.use.shown(page.visitor)
    assert shown is not None
    assert shown.decision is not None
    assert (shown.decision.recorded_by, shown.decision.how) == ("Ann", "by phone")
    assert shown.is_open


def test_an_estimate_in_another_currency_than_the_locations_always_needs_a_code(page: Page) -> None:
    """The amount that the link alone approves is one in the location's currency (rules 52, 53)."""
    version = shared(page.world, page.job)
    with page.world.write() as session:
        session.get_one(LocationRow, page.world.berlin).currency = "JPY"
    shown = page.use.shown(page.visitor)
    assert shown is not None
    assert shown.approve_up_to == 0
    needed(page.sends(version, APPROVED, APPROVED, APPROVED))
    assert kept(page) == 0


def test_on_a_job_that_was_called_off_a_contact_decides_nothing(page: Page) -> None:
    version = shared(page.world, page.job)
    page.world.change(page.job, status=Status.CANCELLED)
    shown = page.use.shown(page.visitor)
    assert shown is not None
    assert "called off" in shown.why_closed
    with pytest.raises(Refusal, match="This job was called off"):
        page.sends(version, APPROVED, APPROVED, APPROVED)
    assert kept(page) == 0
