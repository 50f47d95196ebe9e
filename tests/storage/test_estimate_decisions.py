"""The first submitted decision counts, on exactly what was shown; it is written down as a message without amounts."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from domain.deciding import CodeNeeded, Decided, DecidedByAnother, DecidedMeanwhile, Submitted, Superseded
from domain.errors import Refusal
from domain.estimates import Choice, Deciding
from domain.jobs import Status, Waiting
from domain.messages import DISPATCH, Kind, Stage
from domain.people import ContactViewer
from storage.tables.estimates import EstimateLineRow
from storage.tables.jobs import JobRow
from tests.estimating import (
    APPROVED,
    DEAR,
    DECLINED,
    DEFERRED,
    LINES,
    by_link,
    choosing,
    decide,
    decided,
    form_id,
    link_of,
    share_draft,
    shared,
)
from tests.storage.rows import together
from tests.storage.test_counters import check
from tests.world import World, dispatcher, worker


def kept(world: World, job_id: int) -> int:
    """How many decisions a job has."""
    return sum(len(history.decisions) for history in world.writers.estimates.history(job_id))


def test_a_decision_keeps_who_what_when_and_how(world: World) -> None:
    job = world.job()
    version = shared(world, job, world.ana)
    made = decided(world, world.ana, version, APPROVED, DEFERRED, DECLINED, order=" PO-7 ")
    (history,) = world.writers.estimates.history(job.id)
    assert history.decision == made.decision
    decision = made.decision
    assert (decision.by, decision.contact_id, decision.at) == ("Ana Silva", world.ana.contact_id, world.clock())
    assert decision.choices == choosing(version, APPROVED, DEFERRED, DECLINED)
    assert (decision.approved, decision.digest) == (38_080, version.digest), "tax on the approved line alone"
    assert (decision.purchase_order, decision.address, decision.confirmed) == ("PO-7", "192.0.2.7", False)
    assert decision.link_id == link_of(world, world.ana, job)
    assert (decision.recorded_by, decision.how, made.number, made.repeated) == ("", "", 1, False)


def test_its_message_says_what_was_decided_and_no_amount(world: World) -> None:
    job = world.job()
    version = shared(world, job, world.ana, world.ben)
    made = decided(world, world.ana, version, APPROVED, APPROVED, DECLINED, order="PO-7")
    message = world.readers.threads.message(world.ann, job.id, made.decision.message_id or 0)
    assert message is not None
    assert message.body == "Ana Silva approved 2 lines, declined 1 of estimate 1. Order: PO-7"
    assert (message.kind, message.author.contact_id) == (Kind.DECISION, world.ana.contact_id)
    assert message.recipients == (DISPATCH, world.ben, worker(world.marco))
    assert (message.reply_to, message.stage, message.deliveries) == (version.message_id, Stage.OUT, ())
    with world.writers.database.read() as session:
        assert session.get_one(JobRow, job.id).waiting_on is Waiting.DISPATCHER, "a customer's word waits for us"
    check(world, job.id)


def test_those_it_went_to_and_the_worker_read_it_and_no_other_contact(world: World) -> None:
    job, carla = world.job(), world.contact("Carla Silva", "+15550102003")
    version = shared(world, job, world.ana, world.ben)
    message = decided(world, world.ana, version).decision.message_id or 0
    threads = world.readers.threads
    for contact in (world.ana, world.ben):
        assert threads.message(ContactViewer(contact.contact_id or 0, job.id), job.id, message) is not None
    assert threads.message(ContactViewer(carla.contact_id or 0, job.id), job.id, message) is None
    assert threads.message(world.marco, job.id, message) is not None
    assert threads.message(world.mia, job.id, message) is None


def test_with_three_way_off_the_worker_is_not_on_it(world: World) -> None:
    account = world.readers.reads.account()
    world.writers.accounts.change(account, replace(account, three_way=False))
    job = world.job()
    message = decided(world, world.ana, shared(world, job)).decision.message_id or 0
    found = world.readers.threads.message(world.ann, job.id, message)
    assert found is not None
    assert found.recipients == (DISPATCH,)


def test_a_decision_after_closing_is_marked(world: World) -> None:
    """What was deferred may be wanted when the rest is done."""
    job = world.job()
    version = shared(world, job)
    world.change(job, status=Status.COMPLETED)
    made = decided(world, world.ana, version)
    found = world.readers.threads.message(world.ann, job.id, made.decision.message_id or 0)
    assert found is not None
    assert found.after_closing


def test_on_a_job_that_was_called_off_only_a_dispatcher_records(world: World) -> None:
    job = world.job()
    version = shared(world, job)
    world.change(job, status=Status.CANCELLED)
    with pytest.raises(Refusal, match="This job was called off"):
        decide(world, world.ana, version)
    recorded = replace(by_link(world, world.ana, version), recorder=dispatcher(world.ann), how="by phone")
    assert isinstance(world.writers.estimates.decide(recorded), Decided)


def test_its_decider_may_change_it_and_each_change_is_kept(world: World) -> None:
    job = world.job()
    version = shared(world, job)
    first = decided(world, world.ana, version, APPROVED)
    second = decided(world, world.ana, version, DECLINED)
    (history,) = world.writers.estimates.history(job.id)
    assert history.decisions == (first.decision, second.decision)
    assert history.decision == second.decision
    same = decided(world, world.ana, version, DECLINED)
    assert same == Decided(second.decision, 1, repeated=True), "the same once more says nothing new"
    assert kept(world, job.id) == 2


def test_a_form_from_before_the_decision_that_counts_changes_nothing(world: World) -> None:
    job = world.job()
    version = shared(world, job)
    old = by_link(world, world.ana, version, DECLINED)
    first = decided(world, world.ana, version, APPROVED, order="PO-55")
    recorded = replace(old, form_id=form_id(), recorder=dispatcher(world.ann), how="by phone")
    for late in (old, recorded):
        assert world.writers.estimates.decide(late) == DecidedMeanwhile(first.decision)
    assert kept(world, job.id) == 1
    seen = replace(old, deciding=replace(old.deciding, seen=first.decision.id))
    assert isinstance(world.writers.estimates.decide(seen), Decided)


def test_a_discount_without_its_work_is_not_approved(world: World) -> None:
    job = world.job()
    version = shared(world, job)
    with pytest.raises(Refusal, match="less than nothing") as refused:
        decide(world, world.ana, version, DECLINED, DECLINED, APPROVED)
    assert refused.value.field == "choices"
    assert kept(world, job.id) == 0
    assert decided(world, world.ana, version, APPROVED, DECLINED, APPROVED).decision.approved > 0


def test_the_message_of_a_change_says_so(world: World) -> None:
    job = world.job()
    version = shared(world, job)
    decided(world, world.ana, version, APPROVED)
    second = by_link(world, world.ana, version, DECLINED)
    changed = world.writers.estimates.decide(replace(second, recorder=dispatcher(world.ann), how="by phone"))
    assert isinstance(changed, Decided)
    third = decided(world, world.ana, version, DEFERRED)
    bodies = [
        found.body
        for outcome in (changed, third)
        if (found := world.readers.threads.message(world.ann, job.id, outcome.decision.message_id or 0))
    ]
    assert bodies == [
        "Recorded by Ann for Ana Silva, by phone: changed the decision: declined 3 lines of estimate 1.",
        "Ana Silva changed the decision: deferred 3 lines of estimate 1.",
    ]


def test_nobody_else_decides_after_the_first(world: World) -> None:
    job = world.job()
    version = shared(world, job, world.ana, world.ben)
    first = decided(world, world.ana, version, APPROVED)
    assert decide(world, world.ben, version, DECLINED) == DecidedByAnother(first.decision)
    assert kept(world, job.id) == 1


def test_of_two_who_decide_at_once_one_is_first(world: World) -> None:
    job = world.job()
    version = shared(world, job, world.ana, world.ben)
    forms = [by_link(world, who, version, how) for who, how in ((world.ana, APPROVED), (world.ben, DECLINED))]
    outcomes = together(*(lambda form=form: world.writers.estimates.decide(form) for form in forms))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Decided", "DecidedByAnother"]
    assert kept(world, job.id) == 1


def test_what_was_taken_over_is_changed_by_nobody(world: World) -> None:
    job = world.job()
    version = shared(world, job)
    first = decided(world, world.ana, version, APPROVED)
    assert world.writers.estimates.take_over(job.id, version.id, first.decision.id, "Ann Lee")
    with pytest.raises(Refusal, match=r"Ann took this decision over, so that it stands\. Call us"):
        decide(world, world.ana, version, DECLINED)
    assert kept(world, job.id) == 1


def test_an_older_version_is_superseded_and_nothing_is_stored(world: World) -> None:
    job = world.job()
    old = shared(world, job)
    new = shared(world, job, lines=LINES[:1])
    assert decide(world, world.ana, old) == Superseded(2)
    assert kept(world, job.id) == 0
    assert decided(world, world.ana, new).number == 2


def test_a_version_that_has_not_left_takes_nothing_from_the_one_that_is_seen(world: World) -> None:
    job = world.job()
    old = shared(world, job)
    draft = world.writers.estimates.keep_draft(job.id, LINES[:1], "", "Ann Lee")
    share_draft(world, draft, stage=Stage.RECALLABLE)
    leaving = world.writers.estimates.version(draft.id)
    assert leaving is not None
    with pytest.raises(Refusal, match="not there any more"):
        decide(world, world.ana, leaving)
    assert decided(world, world.ana, old).number == 1


def test_a_digest_of_something_else_is_superseded(world: World) -> None:
    job = world.job()
    version = shared(world, job)
    for digest in ("", "0" * 64, version.digest.upper()):
        assert decide(world, world.ana, replace(version, digest=digest)) == Superseded(1)
    assert kept(world, job.id) == 0


def test_lines_that_were_altered_behind_our_back_are_not_decided_on(world: World) -> None:
    job = world.job()
    version = shared(world, job)
    with world.write() as session:
        row = session.get_one(EstimateLineRow, version.lines[0].id)
        row.parts += 1
        session.add(row)
    with pytest.raises(Refusal, match="does not read as it did"):
        decide(world, world.ana, version)
    assert kept(world, job.id) == 0


def test_who_was_not_sent_it_learns_nothing_not_even_that_it_is_there(world: World) -> None:
    job, other = world.job(), world.job()
    version, elsewhere = shared(world, job, world.ana), shared(world, other, world.ben)
    words = set()
    for wrong in (version, elsewhere, *(replace(version, id=i) for i in (0, -1, 99, 2**40))):
        submitted = replace(by_link(world, world.ben, version), deciding=Deciding(wrong.id, wrong.digest))
        with pytest.raises(Refusal) as refused:
            world.writers.estimates.decide(submitted)
        words.add(refused.value.sentence)
    assert len(words) == 1
    assert kept(world, job.id) + kept(world, other.id) == 0


def test_every_line_needs_a_choice_and_an_order_fits(world: World) -> None:
    job = world.job()
    version = shared(world, job)
    submitted = by_link(world, world.ana, version)
    few = Deciding(version.id, version.digest, {version.lines[0].id: APPROVED})
    for wrong, field in ((few, "choices"), (replace(submitted.deciding, purchase_order="7" * 61), "purchase_order")):
        with pytest.raises(Refusal) as refused:
            world.writers.estimates.decide(replace(submitted, deciding=wrong))
        assert refused.value.field == field
    assert kept(world, job.id) == 0


def test_a_link_that_was_ended_meanwhile_decides_nothing(world: World) -> None:
    job = world.job()
    submitted = by_link(world, world.ana, shared(world, job))
    world.writers.contact_links.revoke(world.ana.contact_id or 0, job.id)
    with pytest.raises(Refusal, match="This link was ended"):
        world.writers.estimates.decide(submitted)


def test_a_form_sent_twice_makes_one_decision_also_after_a_newer_version(world: World) -> None:
    job = world.job()
    version = shared(world, job)
    form = form_id()
    first = world.writers.estimates.decide(by_link(world, world.ana, version, APPROVED, form=form))
    shared(world, job, lines=LINES[:1])
    again = world.writers.estimates.decide(by_link(world, world.ana, version, APPROVED, form=form))
    assert isinstance(first, Decided)
    assert again == replace(first, repeated=True)
    with pytest.raises(Refusal, match="sent before with other choices"):
        world.writers.estimates.decide(by_link(world, world.ana, version, DECLINED, form=form))
    assert kept(world, job.id) == 1


def test_a_form_sent_many_times_at_once_makes_one_decision_and_one_message(world: World) -> None:
    job = world.job()
    submitted = by_link(world, world.ana, shared(world, job))
    before = len(world.readers.threads.messages(world.ann, job.id)[0])
    outcomes = together(*[lambda: world.writers.estimates.decide(submitted)] * 6)
    found = [outcome for outcome in outcomes if isinstance(outcome, Decided)]
    assert sorted(outcome.repeated for outcome in found) == [False, True, True, True, True, True]
    assert len({outcome.decision.id for outcome in found}) == 1
    assert len(world.readers.threads.messages(world.ann, job.id)[0]) == before + 1
    check(world, job.id)


def test_deciding_against_taking_over_ends_one_way_or_the_other(world: World) -> None:
    """Whoever comes second is told; what stands is what the dispatcher had before them."""
    estimates = world.writers.estimates

    def decides(change: Submitted) -> str:
        try:
            return type(estimates.decide(change)).__name__
        except Refusal:
            return "refused"

    for _ in range(10):
        job = world.job()
        version = shared(world, job)
        first = decided(world, world.ana, version, APPROVED).decision
        takes = partial(estimates.take_over, job.id, version.id, first.id, "Ann Lee")
        changes = partial(decides, by_link(world, world.ana, version, DECLINED))
        assert together(changes, takes) in (["Decided", False], ["refused", True])
        (history,) = estimates.history(job.id)
        assert (history.version.taken_at is None) == (len(history.decisions) == 2)


def test_what_a_dispatcher_records_says_so_and_leaves_nobody_waiting(world: World) -> None:
    job = world.job()
    version = shared(world, job, world.ana, world.ben)
    recorded = replace(
        by_link(world, world.ana, version, APPROVED, APPROVED, DECLINED),
        link_id=None,
        address="",
        recorder=dispatcher(world.ann),
        how="by phone",
    )
    made = world.writers.estimates.decide(recorded)
    assert isinstance(made, Decided)
    assert (made.decision.recorded_by, made.decision.how, made.decision.by) == ("Ann Lee", "by phone", "Ana Silva")
    message = world.readers.threads.message(world.ann, job.id, made.decision.message_id or 0)
    assert message is not None
    assert message.body == "Recorded by Ann for Ana Silva, by phone: approved 2 lines, declined 1 of estimate 1."
    assert message.author == dispatcher(world.ann)
    assert message.recipients == (world.ana, world.ben, worker(world.marco))
    assert message.deliveries == (), "no text goes out"
    with world.writers.database.read() as session:
        assert session.get_one(JobRow, job.id).waiting_on is Waiting.NOBODY
    check(world, job.id)


def test_a_record_needs_no_code_and_the_contact_may_change_it_by_link(world: World) -> None:
    job = world.job()
    version = shared(world, job, lines=DEAR)
    recorded = replace(by_link(world, world.ana, version), recorder=dispatcher(world.ann), how="by phone")
    assert isinstance(world.writers.estimates.decide(recorded), Decided)
    assert isinstance(decide(world, world.ana, version, DECLINED), Decided)
    assert kept(world, job.id) == 2


@pytest.mark.parametrize(
    ("choices", "code"),
    [
        ((APPROVED, DECLINED, DECLINED), False),
        ((APPROVED, APPROVED, DECLINED), True),
        ((APPROVED, APPROVED, APPROVED), False),
        ((DECLINED,), False),
        ((DEFERRED,), False),
    ],
)
def test_more_than_the_locations_amount_needs_a_code(world: World, choices: tuple[Choice, ...], code: bool) -> None:
    """To the cent, over the approved lines, discounts and tax included."""
    version = shared(world, world.job(), lines=DEAR)
    outcome = decide(world, world.ana, version, *choices)
    assert isinstance(outcome, CodeNeeded if code else Decided)


def test_the_counters_follow_decisions_of_every_kind(world: World) -> None:
    job = world.job()
    version = shared(world, job, world.ana)
    check(world, job.id)
    for place in range(3):
        world.clock.advance(minutes=1)
        submitted = by_link(world, world.ana, version, (APPROVED, DECLINED, DEFERRED)[place])
        if place == 1:
            submitted = replace(submitted, recorder=dispatcher(world.ann), how="by phone")
        world.writers.estimates.decide(submitted)
        check(world, job.id)
    assert world.clock() - timedelta(minutes=3) == version.shared_at
